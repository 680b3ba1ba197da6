#!/usr/bin/env bash
# Tries both commands of the README in a bare Debian, which has no git, from the source archive of this tree: bare-root.sh FOLDER [SUITE]
set -euo pipefail
. "$(dirname "$0")/bare-debian.sh"

cmake -S "$source_folder" -B "$root/tmp/build" -DDIGITNET_BUILD_TESTS=OFF -DDIGITNET_BUILD_EXAMPLES=OFF -DDIGITNET_BUILD_BENCHMARKS=OFF
cpack --config "$root/tmp/build/CPackSourceConfig.cmake" -B "$root/tmp"
tar -xzf "$root"/tmp/libdigitnet-*.tar.gz -C "$root/root/digitnet" --strip-components=1
rm -rf "$root/tmp/build" "$root/tmp/_CPack_Packages"

inside ./examples/run-mnist.sh --epochs 1
inside ./tests/run.sh
