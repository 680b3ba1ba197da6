#!/usr/bin/env bash
# The functions that the headers declare, one a line: its name, a space, its declaration preprocessed.
set -euo pipefail
cd "$(dirname "$0")/../.."

echo '#include "digitnet/digitnet.h"' | cc -E -P -Iinclude - | tr '\n' ' ' | sed 's/{[^{}]*}//g' | tr ';{}' '\n\n\n' |
    grep -v typedef | sed -n 's/  */ /g; s/^ //; s/ $//; s/.*[ *]\(digitnet_[a-z0-9_]*\)(.*/\1 &/p'
