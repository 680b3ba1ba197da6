#!/usr/bin/env bash
# Every public header compiles on its own, in each dialect of C and C++, without warnings, with the compilers at hand.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0
compile() { # COMPILER LANGUAGE DIALECT HEADER
    printf '#include "%s"\ntypedef int not_empty;\n' "$4" |
        "$1" -x "$2" -std="$3" -Iinclude -Wall -Wextra -Wpedantic -Wundef -Werror -fsyntax-only - || {
            echo "$4 does not compile with $1 -std=$3"
            failed=1
        }
}

for header in include/digitnet/*.h; do
    header=${header#include/}
    for compiler in gcc clang; do
        command -v "$compiler" >/dev/null || continue
        for dialect in c99 c11 c17; do
            compile "$compiler" c "$dialect" "$header"
        done
    done
    for compiler in g++ clang++; do
        command -v "$compiler" >/dev/null || continue
        for dialect in c++11 c++17 c++20; do
            compile "$compiler" c++ "$dialect" "$header"
        done
    done
done
exit "$failed"
