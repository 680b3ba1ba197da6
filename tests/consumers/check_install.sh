#!/usr/bin/env bash
# What `cmake --install` leaves: every file, none of them bound to a folder: check_install.sh BUILD_FOLDER
set -euo pipefail
. "$(dirname "$0")/common.sh"
version=$(cached CMAKE_PROJECT_VERSION)
install_and_move

echo "Files"
for file in libdigitnet.a libdigitnet.so libdigitnet.so.0 "libdigitnet.so.$version" pkgconfig/digitnet.pc \
    cmake/digitnet/digitnetConfig.cmake cmake/digitnet/digitnetConfigVersion.cmake; do
    [ -f "$libdir/$file" ] || fail "$file is not installed"
done
quiet diff -r "$source_folder/include" "$prefix/include"
quiet diff -r "$source_folder/models" "$prefix/share/digitnet/models"

echo "DESTDIR"
quiet env DESTDIR="$work/root" cmake --install "$build" --prefix /opt/digitnet
quiet diff -r "$prefix" "$work/root/opt/digitnet"
[ "$(cd "$work/root" && find . -maxdepth 2 | sort | tr '\n' ' ')" = ". ./opt ./opt/digitnet " ] || fail "files beside DESTDIR/PREFIX"

echo "Paths of this machine" # Debugging information holds them: without it, no file does.
text_only=(-I)
[[ "$(cached CMAKE_BUILD_TYPE)" != Release || "$(cached CMAKE_C_FLAGS)" = *-g* ]] || text_only=()
for folder in "$source_folder" "$build" "$work" /opt/digitnet; do
    ! grep -rlF "${text_only[@]}" -- "$folder" "$prefix" || fail "$folder stands in these files"
done
! readelf -d "$libdir/libdigitnet.so" | grep -E 'R(UN)?PATH' || fail "the library has a search path"
