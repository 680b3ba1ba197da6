#!/usr/bin/env bash
# Tries the promises of docs/RELIABILITY.md with their full counts, and prints a table of the results. With numbers, those promises alone:
# tests/reliability/run.sh 1 3
set -euo pipefail
cd "$(dirname "$0")/../.."
chosen=("$@")
rows=()
failed=0

is_chosen() { # NUMBER
    [[ ${#chosen[@]} -eq 0 || " ${chosen[*]} " == *" $1 "* ]]
}

# Runs a command in the folder tests/ and keeps a row for the table.
promise() { # NUMBER COUNT COMMAND...
    local number=$1 count=$2 result=held begin=$SECONDS
    shift 2
    is_chosen "$number" || return 0
    echo
    echo "== Promise $number: $1, $count"
    if ! (cd tests && "$@"); then
        result=BROKEN
        failed=1
    fi
    rows+=("$number|${1##*/}|$count|$result, $((SECONDS - begin)) s")
}

print_table() {
    echo
    printf '%s\n' "Promise|Program|Count|Result" "${rows[@]}" | awk -F '|' '
        { for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (length($i) > width[i]) width[i] = length($i) } }
        END { for (row = 1; row <= NR; row++) { for (i = 1; i <= 4; i++) printf "%-*s  ", width[i], cell[row, i]; print "" } }'
}

mapfile -t packages <tests/packages.txt
cmake/install-packages.sh "${packages[@]}"
cmake --preset ci -G Ninja
cmake --build build-ci
cmake --preset asan-ubsan -G Ninja -DDIGITNET_BUILD_BENCHMARKS=OFF
cmake --build build-asan-ubsan
if is_chosen 7 || is_chosen 9 || is_chosen 12 || is_chosen 13; then # with the built-in kernels alone, by two compilers
    for compiler in gcc clang; do
        cmake -S . -B "build-builtin-$compiler" -G Ninja "-DCMAKE_C_COMPILER=$compiler" -DCMAKE_BUILD_TYPE=Release \
            -DDIGITNET_BLAS=builtin
        cmake --build "build-builtin-$compiler"
    done
fi
if is_chosen 8; then
    cmake --preset tsan -G Ninja -DDIGITNET_BUILD_BENCHMARKS=OFF
    cmake --build build-tsan
fi
gcc=../build-builtin-gcc/tests
clang=../build-builtin-clang/tests
release=../build-ci/tests/reliability
sanitized=../build-asan-ubsan/tests/reliability

promise 1 "each of 2,072 and 2,093 allocations, alone and for good" "$release/test_allocations"
promise 1 "the same, and no leak" "$sanitized/test_allocations"
promise 2 "each system call of 1,190 saves and 570 loads" "$release/test_system_calls"
promise 2 "the same, and no leak" "$sanitized/test_system_calls"
promise 3 "10,000 kills" "$release/test_kills" 10000
promise 3 "15,120 power losses" "$release/test_power_loss"

promise 4 "10,000,000 models, data sets raw and compressed each; 1,000,000 pictures and sequences of calls" fuzz/run.sh
promise 5 "480,420 changed bytes, 1,884 cuts" "$release/test_changed_bytes" all
promise 6 "each bomb" "$release/test_bombs"

promise 7 "20 runs x 6 counts of threads x straight on and killed" \
    reliability/bit_identical.sh 20 "$gcc/reliability/train_weights" "$clang/reliability/train_weights"
promise 8 "1,000,000 runs of each session" "$release/test_parallel" 1000000
promise 8 "the whole suite under ThreadSanitizer" \
    ctest --test-dir ../build-tsan --output-on-failure --label-exclude structure
promise 9 "1,000 children" "$gcc/reliability/test_fork" 1000
promise 10 "175 functions x 5 states, and each argument" "$release/test_host"
promise 10 "10 floating-point modes x 1 and 3 threads" "$release/test_floating_point"
promise 10 "175 functions x 5 states, the thread cancelled" "$release/test_cancel"
promise 10 "files, history, messages" reliability/comma_locale.sh "$release/test_locale"
promise 11 "26,505 calls" "$release/test_boundaries"
promise 11 "the same, and no leak" "$sanitized/test_boundaries"
promise 12 "9 ways to overflow" "$release/test_numbers"
for kernels in gemm conv2d normalize other; do
    promise 12 "10,000 shapes x each instruction set" "$gcc/test_kernels_$kernels" 10000
done
promise 13 "1,000 fits" "$gcc/reliability/test_stop" 1000
programs=()
if is_chosen 13; then
    mapfile -t programs < <(find build-builtin-gcc/tests -name 'test_*' -type f -executable ! -name test_locale -printf '../%p\n' | sort)
fi
promise 13 "all test programs" reliability/alarms.sh "$gcc/reliability/libalarms.so" "${programs[@]}"

promise 14 "branches that the tests take" ./coverage.sh
promise 14 "1,000 mutants of the readers, drawn" ./mutation.py --sample 1000
promise 15 "24 files" ../build-ci/tests/golden/test_golden

print_table
exit "$failed"
