#!/usr/bin/env bash
# The compilers warn where a status is ignored, except a builder's. No header says that a pointer cannot be NULL, since the
# compiler would then remove the checks, and test_null.c tries it for every function; test_builders.c for the table of sample layers.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failed=0
complain() {
    echo "$1"
    failed=1
}

# Line n of calls.c ignores what the function on line n of the declarations returns.
tests/abi/print-declarations.sh >"$work/declarations"
{
    echo '#include "digitnet/digitnet.h"'
    echo '#line 1'
    while read -r name declaration; do
        arguments=$(sed 's/.*(\(.*\)).*/\1/; s/^void$//; s/[^,]\{1,\}/0/g' <<<"$declaration")
        echo "void ignore_$name(void); void ignore_$name(void) { $name($arguments); }"
    done <"$work/declarations"
} >"$work/calls.c"

for compiler in gcc clang; do
    command -v "$compiler" >/dev/null || continue
    "$compiler" -std=c11 -Iinclude -Wall -S -o /dev/null "$work/calls.c" 2>"$work/warnings" || { cat "$work/warnings"; exit 1; }
    line=0
    while read -r name declaration; do
        line=$((line + 1))
        wanted=no
        [[ $declaration != *digitnet_status\ "$name("* || $name == digitnet_model_add_* ]] || wanted=yes
        warns=no
        ! grep -q "calls\.c:$line:.*\[-Wunused-result\]" "$work/warnings" || warns=yes
        [ "$warns" = "$wanted" ] || complain "$compiler warns where the result of $name is ignored: $warns; wanted: $wanted"
    done <"$work/declarations"
done

! grep -rn nonnull include || complain "a header says that a pointer cannot be NULL"
while read -r name declaration; do
    layer=${name#digitnet_model_add_}
    if [ "$layer" != "$name" ]; then
        grep -q "^LAYER(${layer%_ex}," tests/support/sample_layers.def || complain "$name is not in tests/support/sample_layers.def"
    elif [[ $declaration == *"$name("*\** ]]; then
        grep -q "$name(" tests/unit/api/test_null.c || complain "$name is not in tests/unit/api/test_null.c"
    fi
done <"$work/declarations"
exit "$failed"
