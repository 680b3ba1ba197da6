#!/usr/bin/env bash
# The functions that a shared library exports, each with its version: print-symbols.sh SHARED_LIBRARY
set -euo pipefail

nm -D --defined-only --with-symbol-versions "$1" | awk '$2 != "A" { print $3 }' | LC_ALL=C sort
