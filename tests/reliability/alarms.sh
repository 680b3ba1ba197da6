#!/usr/bin/env bash
# Runs test programs under a signal each millisecond: alarms.sh ALARMS PROGRAM...
set -euo pipefail
alarms=$(realpath "$1")
shift
cd "$(dirname "$0")/.."
failed=0
for program in "$@"; do
    status=0
    output=$(timeout 600 env LD_PRELOAD="$alarms" "$program" 2>&1) || status=$?
    if [ "$status" -ne 0 ]; then
        echo "$program: exit code $status"
        echo "$output" | grep -v '^\[ *\(RUN\|OK\) ' || true
        failed=1
    fi
done
echo "$# programs"
exit "$failed"
