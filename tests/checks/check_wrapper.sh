#!/usr/bin/env bash
# The C++ headers compile without warnings with the compilers at hand: one by one, and in programs, as C++17 and C++20. They use every
# function of the C headers.
set -euo pipefail
cd "$(dirname "$0")/../.."

failed=0
warnings=(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wzero-as-null-pointer-constant -Wundef -Werror)
compile() { # COMPILER DIALECT FILE WARNING...
    "$1" -x c++ -std="$2" -Iinclude "${warnings[@]}" "${@:4}" -fsyntax-only "$3" || {
        echo "$3 does not compile with $1 -std=$2"
        failed=1
    }
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for header in include/digitnet/*.hpp; do # alone, and twice
    header=${header#include/}
    printf '#include "%s"\n#include "%s"\n' "$header" "$header" >"$work/${header//\//_}.cpp"
done
tests=()
if g++ -x c++ -include doctest/doctest.h -fsyntax-only /dev/null 2>/dev/null; then
    tests=("$work/tests") # as one file: most of a compiler's time would go into doctest, again and again
    printf "#include \"$PWD/%s\"\n" tests/cpp/test_wrapper*.cpp >"$work/tests"
fi
for compiler in g++ clang++; do
    command -v "$compiler" >/dev/null || continue
    for file in "$work"/*.cpp; do
        compile "$compiler" c++17 "$file"
    done
    for dialect in c++17 c++20; do
        for file in examples/quickstart.cpp tests/consumers/wrapper.cpp; do
            compile "$compiler" "$dialect" "$file"
        done
    done
    for file in "${tests[@]}"; do # which the build compiles as C++17
        compile "$compiler" c++20 "$file"
    done
done

# What the short forms do, their long forms do; the process's allocator and the library's version have nothing to wrap.
elsewhere=' digitnet_set_allocator digitnet_version digitnet_status_string '
mapfile -t functions < <(grep -ho 'digitnet_[a-z0-9_]*(' include/digitnet/*.h | tr -d '(' | sort -u | grep -v '^digitnet_progress_')
for function in "${functions[@]}"; do
    [[ $elsewhere != *" $function "* && " ${functions[*]} " != *" ${function}_ex "* ]] || continue
    grep -Eq "\b$function\b" include/digitnet/*.hpp || { echo "$function is not used by the C++ headers"; failed=1; }
done
[ "${#functions[@]}" -gt 50 ] || { echo "only ${#functions[@]} functions were found in the C headers"; failed=1; }
exit "$failed"
