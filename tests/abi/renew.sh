#!/usr/bin/env bash
# Writes symbols.txt, layout.def and digitnet.abi anew, for a change of the ABI that docs/API-STABILITY.md allows. Needs clang
# and abigail-tools: renew.sh SHARED_LIBRARY
set -euo pipefail
cd "$(dirname "$0")"

./print-symbols.sh "$1" >symbols.txt
./print-layout.sh >layout.def
./print-abi.sh >digitnet.abi
git diff --stat .
