# What the checks of this folder share; sourced with the build folder. They work in $work, which is removed at the end.
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
consumers=$source_folder/tests/consumers
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
CMAKE_GENERATOR=$(cached CMAKE_GENERATOR)
export CMAKE_GENERATOR

fail() {
    echo "failed: $*"
    exit 1
}

# Runs a command, and shows what it printed where it fails.
quiet() { "$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "$*"; }; }

# Installs the build and moves what was installed, into a folder with spaces in its name: $prefix.
install_and_move() {
    prefix="$work/a moved prefix"
    quiet cmake --install "$build" --prefix "$work/prefix"
    mv "$work/prefix" "$prefix"
    libdir=$(dirname "$(find "$prefix" -name libdigitnet.a)")
}

# Runs programs that were linked with the installed shared library, or not with it.
run_shared() { # PROGRAM...
    for program in "$@"; do
        needs_library "$program" || fail "$program does not need libdigitnet.so.0"
        quiet env LD_LIBRARY_PATH="${libdir:-}" "$program"
    done
}
run_static() { # PROGRAM...
    for program in "$@"; do
        ! needs_library "$program" || fail "$program needs libdigitnet.so.0"
        quiet "$program"
    done
}
needs_library() { readelf -d "$1" | grep -F '[libdigitnet.so.0]' >/dev/null; }
