#!/usr/bin/env bash
# What bears the version says what version.h says: check_version.sh BUILD_FOLDER SHARED_LIBRARY
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
shared=$2

part() { sed -n "s/^#define DIGITNET_VERSION_$1 \([0-9]*\).*/\1/p" include/digitnet/version.h; }
major=$(part MAJOR)
version=$major.$(part MINOR).$(part PATCH)
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || { echo "no version in version.h: '$version'"; exit 1; }

failed=0
expect() { # WHAT FOUND WANTED
    [ "$2" = "$3" ] || { echo "$1: '$2', not '$3'"; failed=1; }
}
string=$(printf '#include "digitnet/version.h"\nDIGITNET_VERSION_STRING\n' | cc -E -P -Iinclude - | tail -n 1 | tr -d '" ')
expect "DIGITNET_VERSION_STRING" "$string" "$version"
expect "the shared library's file" "$(basename "$(readlink -f "$shared")")" "libdigitnet.so.$version"
expect "SONAME" "$(readelf -d "$shared" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')" "libdigitnet.so.$major"
expect "the first node of src/digitnet.map" "$(sed -n 's/^\(DIGITNET[0-9_.]*\) {$/\1/p' src/digitnet.map | head -n 1)" "DIGITNET_$major"
expect "digitnet.pc" "$(sed -n 's/^Version: //p' "$build/digitnet.pc")" "$version"
expect "the CMake package" "$(sed -n 's/^set(PACKAGE_VERSION "\(.*\)")$/\1/p' "$build/digitnetConfigVersion.cmake")" "$version"
expect "the newest release in CHANGELOG.md" "$(sed -n 's/^## \([0-9.]*\).*/\1/p' CHANGELOG.md | grep -m 1 .)" "$version"
exit "$failed"
