#!/usr/bin/env bash
# Measures with gcovr which branches of the library the tests take, in build-coverage/, prints a table, and fails where it is less than
# docs/RELIABILITY.md promises: tests/coverage.sh
# Every source's lines are then in build-coverage/html/index.html. Sources are built without optimization, so that branches are those of the
# source. Kernels are left out: they are compiled several times, with other functions of the same names for each width of vectors.
set -euo pipefail
cd "$(dirname "$0")/.."
build=build-coverage

./cmake/install-packages.sh gcovr
cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Coverage "-DCMAKE_C_FLAGS=-O2 -DNDEBUG" -DCMAKE_EXE_LINKER_FLAGS=--coverage \
    -DCMAKE_SHARED_LINKER_FLAGS=--coverage -DDIGITNET_BLAS=builtin -DDIGITNET_BUILD_BENCHMARKS=OFF
cmake --build $build
find $build -name '*.gcda' -delete
ctest --test-dir $build --output-on-failure --parallel "$(nproc)" --label-exclude structure

mkdir -p $build/html
gcovr --root . --filter src/ --exclude src/kernels/ --json $build/coverage.json --html-details $build/html/index.html $build

failed=0
echo
measure() { # PERCENT WHAT FILTER...
    local percent=$1 what=$2 result=held
    shift 2
    # gcovr puts a new file in the place of the one that it is given: never /dev/null.
    local summary=(gcovr --root . --add-tracefile $build/coverage.json "${@/#/--filter=}" --txt $build/branches.txt --print-summary)
    if ! "${summary[@]}" --fail-under-branch "$percent" >$build/summary.txt 2>&1; then
        result=BROKEN
        failed=1
    fi
    printf '%-50s %s, at least %d%%: %s\n' "$what" "$(grep ^branches $build/summary.txt)" "$percent" "$result"
}
measure 99 "model files, read and written" src/onnx/ src/model_file/
measure 97 "other tools' model files" src/import/
measure 100 "IDX files and data sets" src/dataset/
measure 100 "files, memory, options, numbers, messages" src/core/{file,memory,number,options,status,target,text}.c
measure 95 "all but the kernels" src/
exit "$failed"
