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

# C11 with GNU extensions and C++17, whatever a project around this one has set.
function(digitnet_use_settings target)
    target_link_libraries(${target} PRIVATE digitnet_settings)
    set_target_properties(${target} PROPERTIES
        C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS ON CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
    )
endfunction()
