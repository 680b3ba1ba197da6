#!/usr/bin/env bash
# Programs that find the installed library by find_package: check_find_package.sh BUILD_FOLDER
set -euo pipefail
. "$(dirname "$0")/common.sh"
install_and_move

quiet cmake -S "$consumers/find_package" -B "$work/build" "-DCMAKE_PREFIX_PATH=$prefix" "-DVERSION=$(cached CMAKE_PROJECT_VERSION)"
quiet cmake --build "$work/build"
run_shared "$work"/build/*_digitnet "$work"/build/*_shared "$work/build/shared_libs_on/shared_libs_on"
run_static "$work"/build/*_static "$work/build/shared_libs_off/shared_libs_off"
