#!/usr/bin/env bash
# A guard against slowing down that is no timing: counts the instructions of one training step and of one prediction, and compares
# them with tests/bench/instructions.txt: check_instructions.sh [--renew] PROGRAM COMPILER
set -euo pipefail
cd "$(dirname "$0")/.."
figures=bench/instructions.txt
tolerance=5 # percent

renew=
if [ "$1" = --renew ]; then
    renew=yes
    shift
fi
program=$1
machine="$2 $(uname -m)" # "GNU-12 x86_64": what the machine code depends on
command -v valgrind >/dev/null || { echo "skipped: this check needs valgrind"; exit 77; }

count() { # FUNCTION: the instructions from its call to its return
    local collected
    collected=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect="$1" "$program" 2>&1 |
        sed -n 's/.*Collected : *\([0-9]*\).*/\1/p')
    if [ "${collected:-0}" = 0 ]; then
        echo "$program never called $1, or failed" >&2
        return 1
    fi
    echo "$collected"
}

if [ -z "$renew" ] && ! grep -q "^$machine " "$figures"; then
    echo "skipped: $figures has no figures for $machine"
    exit 77
fi
failed=0
for function in digitnet__trainer_step digitnet_session_run; do
    counted=$(count "$function")
    if [ -n "$renew" ]; then
        sed -i "/^$machine $function /d" "$figures"
        echo "$machine $function $counted" >>"$figures"
        continue
    fi
    committed=$(sed -n "s/^$machine $function //p" "$figures")
    echo "$function: $counted instructions, committed: $committed"
    if [ $((counted * 100)) -gt $((committed * (100 + tolerance))) ]; then
        echo "That is more than $tolerance% above it. Where the change is worth it: tests/checks/check_instructions.sh --renew $program $2"
        failed=1
    elif [ $((counted * 100)) -lt $((committed * (100 - tolerance))) ]; then
        echo "That is faster. So that it stays so: tests/checks/check_instructions.sh --renew $program $2"
    fi
done
exit "$failed"
