# The kernels. What needs vectors is compiled once for each instruction set, with a set's name in its functions' names.

target_sources(digitnet_objects PRIVATE
    kernels/compute.c
    kernels/depthwise_conv2d.c
    kernels/gemm.c
    kernels/im2col.c
    kernels/select.c
    kernels/softmax.c
    kernels/winograd_conv2d.c
)
if(DIGITNET_BLAS STREQUAL "OpenBLAS")
    target_sources(digitnet_objects PRIVATE kernels/gemm_openblas.c)
endif()

set(DIGITNET_KERNELS_DIR "${CMAKE_CURRENT_LIST_DIR}" CACHE INTERNAL "")
set(DIGITNET_KERNEL_SET_SOURCES
    conv2d_backward.c
    conv2d_image_gradient.c
    conv2d_kernel_gradient.c
    conv2d_tile.c
    depthwise_part.c
    elementwise.c
    gemm_tile.c
    multiply.c
    normalize.c
    optimizers.c
    pointwise.c
    pool2d.c
    set.c
    warp.c
    winograd.c
    CACHE INTERNAL ""
)

# The set `name`, with vectors of `width` floats; further arguments are compiler options.
function(digitnet_add_kernel_set name width)
    list(TRANSFORM DIGITNET_KERNEL_SET_SOURCES PREPEND "${DIGITNET_KERNELS_DIR}/" OUTPUT_VARIABLE sources)
    digitnet_add_objects(digitnet_kernels_${name} ${sources})
    target_compile_definitions(digitnet_kernels_${name} PRIVATE DNN_KERNEL_SET=${name} DNN_VECTOR_WIDTH=${width})
    # Products and sums may be fused, but NaN and infinity keep their meaning, so that a diverging training is seen. Clang does
    # so for certain within an expression alone: across expressions it depends on the code around, and a row's bits would
    # depend on how many rows are computed with it. -Wno-psabi: vectors wider than the registers would be passed otherwise
    # than with such registers, but none is passed. The last two: no second copy of a loop for a case that is no faster here.
    target_compile_options(digitnet_kernels_${name} PRIVATE
        ${digitnet_kernel_level} -fno-math-errno -fno-trapping-math -Wno-psabi ${ARGN}
        $<IF:$<C_COMPILER_ID:Clang,AppleClang>,-ffp-contract=on,-ffp-contract=fast>
        $<$<C_COMPILER_ID:GNU>:-fno-version-loops-for-strides> $<$<C_COMPILER_ID:GNU>:-fno-unswitch-loops>
    )
    # Loops over values by themselves gain nothing from more than vectors, and unrolled they would be a tenth of the library.
    if(digitnet_kernel_level)
        set(plain_loops -O2 -ftree-vectorize)
    endif()
    # What optimizers, activations and augmentation compute is the same, bit for bit, with every set.
    foreach(source elementwise.c optimizers.c pointwise.c warp.c)
        set_source_files_properties("${DIGITNET_KERNELS_DIR}/${source}" PROPERTIES COMPILE_OPTIONS -ffp-contract=off)
    endforeach()
    foreach(source optimizers.c pointwise.c)
        set_property(SOURCE "${DIGITNET_KERNELS_DIR}/${source}" APPEND PROPERTY COMPILE_OPTIONS ${plain_loops})
    endforeach()
endfunction()

set(kernel_sets baseline)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
    list(APPEND kernel_sets avx2 avx512)
    # Few processors have neither of the others: small before fast, as the rest of the library is.
    if(digitnet_release_level)
        set(small "$<$<CONFIG:Release>:${digitnet_release_level};-ftree-vectorize>")
    endif()
    digitnet_add_kernel_set(baseline 4 "${small}")
    digitnet_add_kernel_set(avx2 8 -mavx2 -mfma)
    digitnet_add_kernel_set(avx512 16 -mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma -mprefer-vector-width=512)
    target_compile_definitions(digitnet_objects PRIVATE DNN_WITH_X86_SETS)
else()
    digitnet_add_kernel_set(baseline 4)
endif()
