#!/usr/bin/env bash
# What the libraries show and what they ask for: check_symbols.sh SHARED_LIBRARY ARCHIVE BUILD_TYPE
set -euo pipefail
cd "$(dirname "$0")/../.."
shared=$1
archive=$2
build_type=$3

failed=0
complain() {
    echo "$1:"
    echo "$2"
    failed=1
}
expect_none() { # WHAT LINES
    [ -z "$2" ] || complain "$1" "$2"
}

# Exported functions are the ones that the headers declare, and no others, with the versions that stand in symbols.txt.
declared=$(tests/abi/print-declarations.sh | cut -d ' ' -f 1 | LC_ALL=C sort)
exported=$(tests/abi/print-symbols.sh "$shared")
expect_none "declared, not exported" "$(LC_ALL=C comm -23 <(echo "$declared") <(echo "$exported" | sed 's/@.*//'))"
expect_none "exported, not declared" "$(LC_ALL=C comm -13 <(echo "$declared") <(echo "$exported" | sed 's/@.*//'))"
diff -u tests/abi/symbols.txt <(echo "$exported") || complain "not the symbols of tests/abi/symbols.txt" "see docs/API-STABILITY.md"

# A program that links the archive meets none of its names by accident.
expect_none "names in the archive that are neither digitnet_* nor digitnet__*" \
    "$(nm -g --defined-only "$archive" | awk 'NF == 3 && $3 !~ /^digitnet_/ { print $3 }')"

# The library does not print, exit, read the environment, or change its process. (Where it has fesetenv, that gives a
# thread's floating-point environment back.)
forbidden='f?printf|v?f?printf|__v?f?printf_chk|d?printf|f?puts|f?putc|putchar|f?write_unlocked|perror|stdin|stdout|stderr|exit|_exit|_Exit|quick_exit'
forbidden+='|abort|raise|kill|signal|sigaction|getenv|secure_getenv|setenv|putenv|setlocale|uselocale|fesetround|feenableexcept'
forbidden+='|s?rand(om)?|system|popen|fork|atexit|on_exit|chdir|umask'
if [ "$build_type" != Debug ]; then
    forbidden+='|__assert_fail'
fi
asked=$(nm -D --undefined-only "$shared" | awk '{ sub(/@.*/, "", $2); print $2 }')
expect_none "functions that the library must not call" "$(echo "$asked" | grep -xE "$forbidden" || true)"
grep -qx memcpy <<<"$asked" || complain "the list of called functions looks wrong" "$asked"

# It needs BLAS, zlib, libm and the C library.
needed=$(readelf -d "$shared" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
expect_none "libraries that are needed beyond BLAS, zlib and the C library" \
    "$(echo "$needed" | grep -vE '^(libopenblas|libz|libm|libc|libpthread|ld-linux[^.]*)\.so' || true)"

if [ "$build_type" = Release ]; then
    stripped=$(mktemp)
    strip -o "$stripped" "$shared"
    size=$(stat -c %s "$stripped")
    rm -f "$stripped"
    [ "$size" -lt 1200000 ] || complain "the stripped shared library is too large" "$size bytes"
fi
exit "$failed"
