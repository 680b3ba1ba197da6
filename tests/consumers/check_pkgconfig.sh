#!/usr/bin/env bash
# Programs that find the installed library by pkg-config: check_pkgconfig.sh BUILD_FOLDER
set -euo pipefail
. "$(dirname "$0")/common.sh"
install_and_move
export PKG_CONFIG_PATH=$libdir/pkgconfig

# Compiles the programs to $work/NAME-c, -cpp and -wrapper. The shell reads what pkg-config prints, as in the guide and in a makefile: a
# folder's name may hold spaces.
compile() { # NAME PKG_CONFIG_OPTIONS [COMPILER_OPTION...]
    local flags
    flags=$(pkg-config $2 --cflags --libs digitnet)
    eval "quiet cc -std=c11 -Wall -Wextra -Werror \"\${@:3}\" -o '$work/$1-c' '$consumers/consumer.c' $flags"
    eval "quiet c++ -std=c++11 -Wall -Wextra -Werror \"\${@:3}\" -o '$work/$1-cpp' '$consumers/consumer.cpp' $flags"
    eval "quiet c++ -std=c++17 -Wall -Wextra -Werror \"\${@:3}\" -o '$work/$1-wrapper' '$consumers/wrapper.cpp' $flags"
}

# Writes $work/NAME/digitnet.pc for another configuration of the same library.
configure() { # NAME OPTION...
    quiet cmake -S "$source_folder" -B "$work/$1" "-DDIGITNET_BLAS=$(cached DIGITNET_BLAS)" \
        -DDIGITNET_BUILD_TESTS=OFF -DDIGITNET_BUILD_EXAMPLES=OFF -DDIGITNET_BUILD_BENCHMARKS=OFF "${@:2}"
}

[ "$(pkg-config --modversion digitnet)" = "$(cached CMAKE_PROJECT_VERSION)" ] || fail "digitnet.pc has another version"
eval "models=$(pkg-config --variable=modeldir digitnet)"
[ -f "$models/digit.onnx" ] || fail "modeldir of digitnet.pc has no models"

echo "The shared library"
compile shared ""
run_shared "$work"/shared-*

echo "The shared library, in folders that were given whole"
configure whole "-DCMAKE_INSTALL_LIBDIR=$libdir" "-DCMAKE_INSTALL_INCLUDEDIR=$prefix/include"
PKG_CONFIG_PATH=$work/whole compile whole ""
run_shared "$work"/whole-*

echo "A static program"
compile program --static -static
run_static "$work"/program-*

echo "The static library alone"
rm "$libdir"/libdigitnet.so*
compile static --static
run_static "$work"/static-*

# As on a machine where its folder is none of the linker's: digitnet.pc asks for openblas.pc, here of one with a name of its own.
[ "$(cached DIGITNET_BLAS)" = OpenBLAS ] || exit 0
echo "The static library, with an OpenBLAS that the linker does not find by itself"
openblas=$work/openblas
mkdir -p "$openblas/pkgconfig"
cp "$(cached OpenBLAS_LIBRARY)" "$openblas/libopenblas_elsewhere.so"
printf '%s\n' "Name: openblas" "Description: BLAS" "Version: 0" "Libs: -L\${pcfiledir}/.. -lopenblas_elsewhere" >"$openblas/pkgconfig/openblas.pc"
configure elsewhere "-DOpenBLAS_LIBRARY=$openblas/libopenblas_elsewhere.so" -DDIGITNET_OPENBLAS_OF_LINKER= \
    "-DOpenBLAS_INCLUDE_DIR=$(cached OpenBLAS_INCLUDE_DIR)" "-DCMAKE_INSTALL_LIBDIR=$(cached CMAKE_INSTALL_LIBDIR)"
cp "$work/elsewhere/digitnet.pc" "$libdir/pkgconfig"
! grep -F "$work" "$libdir/pkgconfig/digitnet.pc" || fail "digitnet.pc names a folder of this machine"
export PKG_CONFIG_PATH=$PKG_CONFIG_PATH:$openblas/pkgconfig
compile elsewhere --static
run_static "$work"/elsewhere-*
[[ $(pkg-config --static --libs digitnet) == *" -lopenblas_elsewhere "* ]] || fail "the program was linked with another OpenBLAS"
