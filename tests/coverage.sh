#!/usr/bin/env bash
# Measures with gcovr which branches of the library the tests take, in build-coverage/, and prints a table: tests/coverage.sh
# Every source's lines are then in build-coverage/html/index.html. Built without optimization, so that branches are those of the source.
set -euo pipefail
cd "$(dirname "$0")/.."

./cmake/install-packages.sh gcovr
cmake -S . -B build-coverage -G Ninja -DCMAKE_BUILD_TYPE=None "-DCMAKE_C_FLAGS=--coverage -fprofile-update=atomic -O0 -DNDEBUG" \
    -DDIGITNET_BUILD_BENCHMARKS=OFF
cmake --build build-coverage
find build-coverage -name '*.gcda' -delete
ctest --test-dir build-coverage --output-on-failure --parallel "$(nproc)" --label-exclude structure

# Without the kernels: they are compiled several times, with other functions of the same names for each width, which gcovr does not merge.
mkdir -p build-coverage/html
gcovr --root . --filter src/ --exclude src/kernels/ --branches --html-details build-coverage/html/index.html build-coverage \
    --txt build-coverage/coverage.txt
cat build-coverage/coverage.txt
