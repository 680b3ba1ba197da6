#!/usr/bin/env bash
# A program that opens the installed library while it runs: check_dlopen.sh BUILD_FOLDER
set -euo pipefail
. "$(dirname "$0")/common.sh"
install_and_move

quiet cc -std=c11 -Wall -Wextra -Werror -o "$work/dlopen" "$consumers/dlopen.c" "-I$prefix/include" -ldl
quiet "$work/dlopen" "$libdir/libdigitnet.so.0"
