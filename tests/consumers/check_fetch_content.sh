#!/usr/bin/env bash
# A program of a project that gets the library as its source archive, which is made here: check_fetch_content.sh BUILD_FOLDER
set -euo pipefail
. "$(dirname "$0")/common.sh"
name=libdigitnet-$(cached CMAKE_PROJECT_VERSION)

quiet cpack --config "$build/CPackSourceConfig.cmake" -B "$work/archive"
archive=$work/archive/$name.tar.gz

if git -C "$source_folder" rev-parse >"$work/log" 2>&1; then
    echo "The archive holds what git knows, and what it would"
    (cd "$source_folder" && git ls-files --cached --others --exclude-standard | while read -r file; do
        [ ! -e "$file" ] || echo "$name/$file"
    done) | LC_ALL=C sort >"$work/expected"
    tar -tzf "$archive" | grep -v '/$' | LC_ALL=C sort >"$work/packed"
    quiet diff "$work/expected" "$work/packed"
fi

quiet cmake -S "$consumers/fetch_content" -B "$work/build" -DCMAKE_C_FLAGS=-O0 -DBUILD_SHARED_LIBS=OFF \
    "-DDIGITNET_ARCHIVE=file://$archive" "-DDIGITNET_BLAS=$(cached DIGITNET_BLAS)"
quiet cmake --build "$work/build" --parallel 2
run_static "$work"/build/*_digitnet
