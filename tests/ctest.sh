#!/usr/bin/env bash
# Runs ctest, and then lists the tests that were skipped with their reasons, which ctest does not show: ctest.sh BUILD_FOLDER [OPTION...]
set -euo pipefail
log=$1/Testing/Temporary/LastTest.log

rm -f "$log" # some options run no test
code=0
ctest --test-dir "$@" || code=$?
skipped=
[ ! -e "$log" ] || skipped=$(awk '/^[0-9]+\/[0-9]+ Testing: / { name = $3 } sub(/^skipped: /, "") { print "  " name ": " $0 }' "$log")
[ -z "$skipped" ] || printf '\nSkipped, because:\n%s\n' "$skipped"
exit "$code"
