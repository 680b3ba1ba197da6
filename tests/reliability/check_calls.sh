#!/usr/bin/env bash
# The functions that the headers declare are those that the tests of misuse know: check_calls.sh TEST_BOUNDARIES
set -euo pipefail
program=$1
cd "$(dirname "$0")/../.."

declared=$(echo '#include "digitnet/digitnet.h"' | cc -E -P -Iinclude - | tr '\n' ' ' | tr ';{}' '\n\n\n' |
    sed -n 's/.*visibility("default").*[ *]\(digitnet_[a-z0-9_]*\) *(.*/\1/p' | sort)
tried=$("$program" functions | sort)
if [ "$declared" != "$tried" ]; then
    echo "declared (<) and tried with all kinds of arguments (>):"
    diff <(echo "$declared") <(echo "$tried") || true
    exit 1
fi
echo "$(echo "$tried" | wc -l) functions"
