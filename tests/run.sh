#!/usr/bin/env bash
# Installs what is missing, builds the library with its tests, warnings as errors, in build-tests/, and runs them. What is given goes to
# ctest: tests/run.sh -R test_dataset
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t packages <tests/packages.txt
./cmake/install-packages.sh "${packages[@]}"
python=$(tests/onnx-python.sh)

cmake -S . -B build-tests -G Ninja -DCMAKE_BUILD_TYPE=Release -DDIGITNET_BUILD_TESTS=ON -DDIGITNET_WERROR=ON "-DDIGITNET_ONNX_PYTHON=$python"
cmake --build build-tests
tests/ctest.sh build-tests --output-on-failure --parallel "$(nproc)" "$@"
