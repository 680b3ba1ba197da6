#!/usr/bin/env bash
# Builds the library in one combination and runs its tests: combination.sh CACHE COMPILER-TYPE-LIBRARY-PRODUCTS [OPTION...]
# Options go to ctest, as --tests-regex. Environment: TARGETS, what is built; all. Always with test_layers.
set -euo pipefail
source_folder=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
cache=$(cd "$1" && pwd)
IFS=- read -r compiler type library products <<<"$2"
build=$cache/$2
shift 2
# shellcheck source=tests/portability/packages.sh
. "$source_folder/tests/portability/packages.sh"

architecture=amd64
triplet=x86_64-linux-gnu
if [ "$compiler" = aarch64 ]; then
    architecture=arm64
    triplet=aarch64-linux-gnu
fi
root=$cache/root-$architecture

# Compilers are installed; libraries that this machine lacks are put into the cache.
prepare() {
    local packages libraries=(libopenblas-{pthread,openmp,serial}-dev)
    mapfile -t packages <"$source_folder/tests/packages.txt"
    case $compiler in
    clang) packages+=(clang) ;;
    aarch64)
        packages+=(gcc-aarch64-linux-gnu g++-aarch64-linux-gnu qemu-user)
        libraries+=(libc6-dev libstdc++6 zlib1g-dev libcmocka-dev libpng-dev libjpeg-dev doctest-dev)
        ;;
    musl) packages+=(musl-tools dpkg-dev) ;;
    esac
    "$source_folder/cmake/install-packages.sh" "${packages[@]}"
    if [ "$compiler" = musl ]; then
        "$source_folder/tests/portability/musl.sh" "$cache"
    elif [ "$architecture" != amd64 ] || [ "$products" != builtin ]; then
        unpack_packages "$architecture" "${libraries[@]}"
    fi
}

configure() {
    local arguments toolchains=$source_folder/cmake/toolchains
    arguments=(-DDIGITNET_WERROR=ON "-DCMAKE_BUILD_TYPE=${type^}" "-DBUILD_SHARED_LIBS=$([ "$library" = shared ] && echo ON || echo OFF)")
    case $compiler in
    gcc) arguments+=(-DCMAKE_C_COMPILER=gcc -DCMAKE_CXX_COMPILER=g++) ;;
    clang) arguments+=(-DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++) ;;
    aarch64) arguments+=("-DCMAKE_TOOLCHAIN_FILE=$toolchains/aarch64-linux-gnu.cmake" "-DCMAKE_SYSROOT=$root") ;;
    musl) # without C++ and libpng
        arguments+=("-DCMAKE_TOOLCHAIN_FILE=$toolchains/x86_64-linux-musl.cmake" "-DCMAKE_PREFIX_PATH=$cache/musl" -DDIGITNET_BUILD_EXAMPLES=OFF)
        ;;
    esac
    if [ "$products" = builtin ]; then
        arguments+=(-DDIGITNET_BLAS=builtin)
    else
        arguments+=("-DOpenBLAS_LIBRARY=$root/usr/lib/$triplet/openblas-$products/libopenblas.so"
            "-DOpenBLAS_INCLUDE_DIR=$root/usr/include/$triplet/openblas-$products")
    fi
    rm -rf "$build"
    cmake -S "$source_folder" -B "$build" -G Ninja "${arguments[@]}"
}

# Programs load the OpenBLAS that they were built with, or none, and the right C library.
check_loaded_libraries() {
    local loaded libc=libc.so.6
    [ "$compiler" != musl ] || libc=libc.so
    loaded=$(readelf --dynamic --wide "$build/tests/test_layers" | grep 'NEEDED\|RUNPATH')
    echo "$loaded"
    grep -qF "[$libc]" <<<"$loaded"
    if [ "$products" = builtin ]; then
        [ "$(grep -c openblas <<<"$loaded")" = 0 ]
    else
        grep -qF '[libopenblas.so.0]' <<<"$loaded"
        grep -q "RUNPATH.*/openblas-$products\]" <<<"$loaded"
    fi
}

# Elsewhere than on this machine the test programs alone: scripts use its compiler, or start programs without the emulator.
run_tests() { # OPTION...
    local selection=()
    case $compiler in aarch64 | musl) selection=(--label-regex '^unit$') ;; esac
    ctest --test-dir "$build" --no-tests=error --output-on-failure --parallel "$(nproc)" "${selection[@]}" "$@"
}

prepare
configure
read -ra targets <<<"${TARGETS:-}"
cmake --build "$build" ${TARGETS:+--target "${targets[@]}"}
check_loaded_libraries
run_tests "$@"
rm -rf "$build"
