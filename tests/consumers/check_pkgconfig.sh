#!/usr/bin/env bash
# Programs that find the installed library by pkg-config: check_pkgconfig.sh BUILD_FOLDER
set -euo pipefail
. "$(dirname "$0")/common.sh"
install_and_move
export PKG_CONFIG_PATH=$libdir/pkgconfig

# Compiles the programs to $work/NAME-c, -cpp and -wrapper. The shell reads what pkg-config prints, as in a makefile: a folder's name may
# hold spaces.
compile() { # NAME PKG_CONFIG_OPTIONS [COMPILER_OPTION...]
    local flags
    flags=$(pkg-config $2 --cflags --libs digitnet)
    eval "quiet cc -std=c11 -Wall -Wextra -Werror \"\${@:3}\" -o '$work/$1-c' '$consumers/consumer.c' $flags"
    eval "quiet c++ -std=c++11 -Wall -Wextra -Werror \"\${@:3}\" -o '$work/$1-cpp' '$consumers/consumer.cpp' $flags"
    eval "quiet c++ -std=c++17 -Wall -Wextra -Werror \"\${@:3}\" -o '$work/$1-wrapper' '$consumers/wrapper.cpp' $flags"
}

[ "$(pkg-config --modversion digitnet)" = "$(cached CMAKE_PROJECT_VERSION)" ] || fail "digitnet.pc has another version"

echo "The shared library"
compile shared ""
run_shared "$work"/shared-*

echo "A static program"
compile program --static -static
run_static "$work"/program-*

echo "The static library alone"
rm "$libdir"/libdigitnet.so*
compile static --static
run_static "$work"/static-*
