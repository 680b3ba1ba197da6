#!/usr/bin/env bash
# No source of the library compiles with flags that assume there is no NaN: each sees core/ieee.h.
set -euo pipefail
cd "$(dirname "$0")/../.."

failed=0
for source in $(find src -name '*.c'); do
    message=$(cc -std=gnu11 -ffinite-math-only -Iinclude -Isrc -E -o /dev/null "$source" 2>&1 || true)
    grep -q 'needs IEEE arithmetic' <<<"$message" || { echo "$source does not include core/ieee.h, nor does a header of it"; failed=1; }
done
exit "$failed"
