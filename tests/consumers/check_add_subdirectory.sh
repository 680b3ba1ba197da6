#!/usr/bin/env bash
# Programs of a project that has the library's sources as a folder, with either library: check_add_subdirectory.sh BUILD_FOLDER
set -euo pipefail
. "$(dirname "$0")/common.sh"

quiet cmake -S "$consumers/add_subdirectory" -B "$work/build" -DCMAKE_C_FLAGS=-O0 \
    "-DDIGITNET_FOLDER=$source_folder" "-DDIGITNET_BLAS=$(cached DIGITNET_BLAS)"
quiet cmake --build "$work/build" --parallel 2
run_shared "$work"/build/*_digitnet "$work"/build/*_shared
run_static "$work"/build/*_static

quiet cmake --install "$work/build" --prefix "$work/prefix"
[ ! -e "$work/prefix" ] || fail "the library's files are installed with the program's"
