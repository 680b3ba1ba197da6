# How everything here is compiled. Nothing of it reaches the programs that link the library.

add_library(digitnet_settings INTERFACE)
target_compile_features(digitnet_settings INTERFACE c_std_11)
target_compile_options(digitnet_settings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wundef -Wwrite-strings -Wpointer-arith
    "$<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes;-Wmissing-prototypes>"
    $<$<BOOL:${DIGITNET_WERROR}>:-Werror>
)

if(DIGITNET_SANITIZE)
    # object-size: GCC misjudges an index into one of two tables, and the address sanitizer sees what this check would.
    target_compile_options(digitnet_settings INTERFACE
        -fsanitize=${DIGITNET_SANITIZE} -fno-sanitize=object-size -fno-sanitize-recover=all -fno-omit-frame-pointer -g
    )
    target_link_options(digitnet_settings INTERFACE -fsanitize=${DIGITNET_SANITIZE})
endif()

# The flags of the user and of a project around this one win over ours, with two exceptions. One is arithmetic: NaN, infinities, signed zeros and
# the order of sums have to mean what IEEE 754 says. The other is the linker's: with such flags GCC and Clang add an object that lets the whole
# process flush small numbers to zero once the library is loaded. What stands last counts: for the linker a level of optimization too, for the
# sake of -Ofast.
set(digitnet_ieee_options -fno-fast-math -fno-finite-math-only -fno-associative-math -fno-reciprocal-math -fsigned-zeros
    $<$<C_COMPILER_ID:Clang,AppleClang>:-Wno-overriding-t-option>
)
set(digitnet_ieee_link_options -O2 -fno-fast-math -fno-unsafe-math-optimizations)

# Options of a target stand behind CMAKE_C_FLAGS and would win. So we set levels of optimization only where the user's flags set none; what CMake
# gives each configuration by itself is not the user's choice. -Ofast is -O3 with another arithmetic.
get_directory_property(flags COMPILE_OPTIONS)
list(APPEND flags "${CMAKE_C_FLAGS}")
foreach(configuration IN LISTS CMAKE_BUILD_TYPE CMAKE_CONFIGURATION_TYPES)
    string(TOUPPER "${configuration}" configuration)
    string(STRIP "${CMAKE_C_FLAGS_${configuration}_INIT}" of_cmake)
    if(NOT "${CMAKE_C_FLAGS_${configuration}}" STREQUAL of_cmake)
        list(APPEND flags "${CMAKE_C_FLAGS_${configuration}}")
    endif()
endforeach()
set(digitnet_kernel_level -O3)
set(digitnet_release_level -Os)
if(flags MATCHES "(^|[ ;:])-O")
    set(digitnet_kernel_level "")
    set(digitnet_release_level "")
endif()
if(flags MATCHES "(^|[ ;:])-Ofast")
    list(PREPEND digitnet_ieee_options -O3)
endif()

# C11 with GNU extensions and C++17, each source by itself, whatever a project around this one has set.
function(digitnet_use_settings target)
    target_compile_options(${target} PRIVATE ${digitnet_ieee_options})
    target_link_options(${target} PRIVATE ${digitnet_ieee_link_options})
    target_link_libraries(${target} PRIVATE digitnet_settings)
    set_target_properties(${target} PROPERTIES UNITY_BUILD OFF
        C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS ON CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    )
endfunction()
