#!/usr/bin/env bash
# Installs a build, moves the installed tree, and builds and runs programs against it by every route: check.sh BUILD_FOLDER
set -euo pipefail
source_folder=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
CMAKE_GENERATOR=$(cached CMAKE_GENERATOR)
export CMAKE_GENERATOR
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
quiet() { "$@" >"$work/log" 2>&1 || { cat "$work/log"; echo "failed: $*"; exit 1; }; }

quiet cmake --install "$build" --prefix "$work/first"
mv "$work/first" "$work/moved"
prefix=$work/moved
pc=$(find "$prefix" -name digitnet.pc)
libdir=$(dirname "$(dirname "$pc")")
run() { quiet env LD_LIBRARY_PATH="$libdir" "$@"; }

flags=(-Wall -Wextra -Werror)
export PKG_CONFIG_PATH=${pc%/*}
compile() { # OUTPUT pkg-config-option...
    local output=$1
    shift
    # shellcheck disable=SC2046
    quiet cc -std=c11 "${flags[@]}" -o "$output" "$source_folder/tests/consumers/consumer.c" $(pkg-config "$@" --cflags --libs digitnet)
    # shellcheck disable=SC2046
    quiet c++ -std=c++11 "${flags[@]}" -o "$output-cpp" "$source_folder/tests/consumers/consumer.cpp" $(pkg-config "$@" --cflags --libs digitnet)
}

echo "The README's program"
awk '/^```$/ && inside { exit } inside; /^```c$/ { inside = 1 }' "$source_folder/README.md" >"$work/readme.c"
# shellcheck disable=SC2046
quiet cc -std=c11 "${flags[@]}" -o "$work/readme" "$work/readme.c" $(pkg-config --cflags --libs digitnet)

echo "pkg-config, shared library"
compile "$work/shared"
run "$work/shared"
run "$work/shared-cpp"

echo "find_package, both libraries"
quiet cmake -S "$source_folder/tests/consumers/find_package" -B "$work/installed" -DCMAKE_PREFIX_PATH="$prefix"
quiet cmake --build "$work/installed"
for program in c_digitnet cpp_digitnet c_digitnet_static cpp_digitnet_static; do
    run "$work/installed/$program"
done

echo "The examples, with the installed library"
quiet cmake -S "$source_folder/examples" -B "$work/examples" -DCMAKE_PREFIX_PATH="$prefix"
quiet cmake --build "$work/examples"
(cd "$work" && run "$work/examples/quickstart" "$source_folder/tests/data/mnist-subset")

echo "pkg-config, archive"
rm "$libdir"/libdigitnet.so*
compile "$work/static" --static
quiet "$work/static"
quiet "$work/static-cpp"

echo "add_subdirectory, both libraries"
quiet cmake -S "$source_folder/tests/consumers/add_subdirectory" -B "$work/subproject" -DDIGITNET_SOURCE_DIR="$source_folder" \
    -DCMAKE_BUILD_TYPE=Debug "-DDIGITNET_BLAS=$(cached DIGITNET_BLAS)"
quiet cmake --build "$work/subproject" --parallel
for program in c_digitnet cpp_digitnet c_digitnet_static cpp_digitnet_static; do
    quiet "$work/subproject/$program"
done
