#!/usr/bin/env bash
# The compilers warn where a status is ignored, except a builder's, and no header says that a pointer cannot be NULL.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

declarations=$(tests/abi/print-declarations.sh)

# Line n of calls.c ignores what the function on line n of the declarations returns.
{
    echo '#include "digitnet/digitnet.h"'
    echo '#line 1'
    while read -r name declaration; do
        arguments=$(sed 's/.*(\(.*\)).*/\1/; s/^void$//; s/[^,]\{1,\}/0/g' <<<"$declaration")
        echo "void ignore_$name(void); void ignore_$name(void) { $name($arguments); }"
    done <<<"$declarations"
} >"$work/calls.c"
expected=$(grep -nE '^(\S+) .*digitnet_status \1\(' <<<"$declarations" | grep -vE '^[0-9]+:digitnet_model_add_' | cut -d : -f 1)

failed=0
for compiler in gcc clang; do
    command -v "$compiler" >/dev/null || continue
    "$compiler" -std=c11 -Iinclude -Wall -S -o /dev/null "$work/calls.c" 2>"$work/warnings" || { cat "$work/warnings"; exit 1; }
    warned=$(sed -n 's/.*calls\.c:\([0-9]*\):.*\[-Wunused-result\].*/\1/p' "$work/warnings" | sort -n)
    for line in $(comm -3 <(sort <<<"$expected") <(sort <<<"$warned")); do
        echo "$compiler: ignoring the result of $(sed -n "${line}s/ .*//p" <<<"$declarations") should warn, and does not, or the other way round"
        failed=1
    done
done

if grep -rn nonnull include; then
    echo "the compiler would remove the checks for NULL"
    failed=1
fi
exit "$failed"
