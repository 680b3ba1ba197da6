#!/usr/bin/env bash
# Builds what the library and its tests need with musl, from Debian's sources, into CACHE/musl, as archives alone, so that its
# programs need no search path: musl.sh CACHE
set -euo pipefail
source_folder=$(cd "$(dirname "$0")/../.." && pwd)
cache=$1
prefix=$cache/musl
# shellcheck source=tests/portability/packages.sh
. "$source_folder/tests/portability/packages.sh"
[ ! -e "$prefix/ready" ] || exit 0

unpack_source zlib "$cache/zlib"
(cd "$cache/zlib" && CC=musl-gcc CFLAGS="-O2 -fPIC" ./configure --static --prefix="$prefix" && make install)

unpack_source cmocka "$cache/cmocka"
cmake -S "$cache/cmocka" -B "$cache/cmocka-build" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$source_folder/cmake/toolchains/x86_64-linux-musl.cmake" \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib -DWITH_STATIC_LIB=ON
cmake --build "$cache/cmocka-build"
cmake --install "$cache/cmocka-build"
rm "$prefix"/lib/libcmocka.so*
mv "$prefix/lib/libcmocka-static.a" "$prefix/lib/libcmocka.a"

rm -rf "$cache/zlib" "$cache/cmocka" "$cache/cmocka-build"
touch "$prefix/ready"
