#!/usr/bin/env bash
# The library's ABI is that of abi/digitnet.abi: its sources compiled with debug information, and compared by abidiff.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v abidiff >/dev/null || [ "$(uname -m)" != x86_64 ]; then
    echo "skipped: this check needs abidiff (Debian's abigail-tools) on x86_64"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Kernels are not called from outside.
mapfile -t sources < <(find src -name '*.c' -not -path 'src/kernels/*')
cc -g -O0 -shared -fPIC -fvisibility=hidden -Iinclude -Isrc -Wl,--version-script=src/digitnet.map \
    -o "$work/libdigitnet.so" "${sources[@]}"
abidiff tests/abi/digitnet.abi "$work/libdigitnet.so" ||
    { echo "the ABI is not that of tests/abi/digitnet.abi: see docs/API-STABILITY.md"; exit 1; }
