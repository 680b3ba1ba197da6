#!/usr/bin/env bash
# The examples, as a project of their own beside the installed library: check_examples.sh BUILD_FOLDER
set -euo pipefail
. "$(dirname "$0")/common.sh"
install_and_move

quiet cmake -S "$source_folder/examples" -B "$work/build" "-DCMAKE_PREFIX_PATH=$prefix"
quiet cmake --build "$work/build"
for program in mnist_train fashion mnist_predict; do
    quiet env LD_LIBRARY_PATH="$libdir" "$work/build/$program" --help
done
cd "$work"
for program in quickstart quickstart_cpp; do
    rm -f quickstart.onnx
    quiet env LD_LIBRARY_PATH="$libdir" "build/$program" "$source_folder/tests/data/mnist-subset"
    [ -s quickstart.onnx ] || fail "$program saved no model"
done
