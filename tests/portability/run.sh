#!/usr/bin/env bash
# Builds the library and runs its tests in every combination that docs/PORTABILITY.md names, and prints a line for each:
# run.sh [--list] [--cache FOLDER] [COMBINATION...]
# A combination is COMPILER-TYPE-LIBRARY-PRODUCTS; patterns will do: run.sh 'clang-*' musl-release-static-builtin
# What is downloaded stays in the cache (build-portability/), as do a log of each combination and the builds of those that fail.
set -euo pipefail
folder=$(cd "$(dirname "$0")" && pwd)
cache=$folder/../../build-portability

all_combinations() {
    printf '%s\n' {gcc,clang}-{debug,release}-{static,shared}-{builtin,pthread,openmp,serial} \
        aarch64-{debug-static,release-shared}-builtin aarch64-release-static-pthread \
        musl-{debug-shared,release-static}-builtin
}

chosen_combinations() { # PATTERN...
    local combination pattern
    all_combinations | while read -r combination; do
        for pattern in "$@"; do
            # shellcheck disable=SC2053 # it is a pattern
            if [[ $combination == $pattern ]]; then
                echo "$combination"
                break
            fi
        done
    done
}

names() { # RESULT LOG: of the tests that ended so
    sed -n "s/.*Test *#[0-9]*: \([^ ]*\) .*\*\*\*$1.*/ \1/p" "$2" | tr -d '\n' | grep . || echo " none"
}

patterns=()
while [ $# -gt 0 ]; do
    case $1 in
    --list)
        all_combinations
        exit 0
        ;;
    --cache)
        cache=$2
        shift
        ;;
    *)
        [ -n "$(chosen_combinations "$1")" ] || { echo "There is no combination $1: see --list" >&2; exit 2; }
        patterns+=("$1")
        ;;
    esac
    shift
done
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

failed=0
for combination in $(chosen_combinations "${patterns[@]-*}"); do
    log=$cache/$combination.log
    begin=$SECONDS
    result=passed
    "$folder/combination.sh" "$cache" "$combination" >"$log" 2>&1 || result=FAILED
    printf '%-31s %s in %d s: %d tests passed' "$combination" "$result" $((SECONDS - begin)) "$(grep -c ' Passed ' "$log")"
    printf ', skipped:%s, failed:%s\n' "$(names Skipped "$log")" "$(names '\(Failed\|Timeout\|Exception\|Not Run\)' "$log")"
    [ "$result" = passed ] || { failed=1 && echo "See $log"; }
done
exit "$failed"
