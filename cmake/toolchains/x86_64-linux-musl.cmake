# The C library musl instead of glibc, on x86-64, by musl-gcc (package musl-tools of Debian and Ubuntu). C alone:
# cmake -DCMAKE_TOOLCHAIN_FILE=cmake/toolchains/x86_64-linux-musl.cmake -DCMAKE_PREFIX_PATH=FOLDER -DDIGITNET_BLAS=builtin ...
# The folder is the prefix of zlib, and of cmocka for the tests, built with musl as well.

set(CMAKE_C_COMPILER musl-gcc)
set(CMAKE_CXX_COMPILER "")

# Nothing that was built for glibc.
set(CMAKE_FIND_ROOT_PATH "${CMAKE_PREFIX_PATH}")
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(ENV{PKG_CONFIG_LIBDIR} "${CMAKE_PREFIX_PATH}/lib/pkgconfig")
