#!/usr/bin/env bash
# The ABI that the headers declare, in abidw's XML: symbols with their versions, and what functions take and return. It is
# taken from functions without contents, since a library's own debug information would tell of private types too.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

{
    echo '#include "digitnet/digitnet.h"'
    tests/abi/print-declarations.sh | cut -d ' ' -f 2- | sed 's/__attribute__((warn_unused_result))//; s/$/ { __builtin_trap(); }/'
} >"$work/functions.c"
cc -g -shared -fPIC -Iinclude -Wl,--version-script=src/digitnet.map -o "$work/functions.so" "$work/functions.c"
abidw --type-id-style hash --no-show-locs --no-corpus-path --no-comp-dir-path --no-elf-needed --drop-undefined-syms \
    --no-parameter-names --no-write-default-sizes "$work/functions.so" | sed "s|path='[^']*/|path='|"
