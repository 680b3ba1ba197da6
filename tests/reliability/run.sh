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
    echo "== Promise $number: $*"
    if ! (cd tests && "$@"); then
        result=BROKEN
        failed=1
    fi
    rows+=("$number|$*|$count|$result, $((SECONDS - begin)) s")
}

print_table() {
    echo
    printf '%s\n' "Promise|Command, in tests/|Count|Result" "${rows[@]}" | awk -F '|' '
        { for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (length($i) > width[i]) width[i] = length($i) } }
        END { for (row = 1; row <= NR; row++) { for (i = 1; i <= 4; i++) printf "%-*s  ", width[i], cell[row, i]; print "" } }'
}

mapfile -t packages <tests/packages.txt
cmake/install-packages.sh "${packages[@]}"
cmake --preset ci -G Ninja
cmake --build build-ci
cmake --preset asan-ubsan -G Ninja -DDIGITNET_BUILD_BENCHMARKS=OFF
cmake --build build-asan-ubsan
release=../build-ci/tests/reliability
sanitized=../build-asan-ubsan/tests/reliability

promise 1 "each of 233 and 251 allocations, alone and for good" "$release/test_allocations"
promise 1 "the same, and no leak" "$sanitized/test_allocations"
promise 2 "each system call of 450 saves and 320 loads" "$release/test_system_calls"
promise 2 "the same, and no leak" "$sanitized/test_system_calls"
promise 3 "10,000 kills" "$release/test_kills" 10000
promise 3 "15,120 power losses" "$release/test_power_loss"

print_table
exit "$failed"
