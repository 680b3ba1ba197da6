#!/usr/bin/env bash
# Copies the headers to FOLDER/digitnet as a later version may have them: every struct that begins with struct_size has more
# fields at its end: grow-headers.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$1

mkdir -p "$folder/digitnet"
for header in include/digitnet/*.h; do
    awk '
        /^typedef struct [a-z0-9_]+ \{/ { sized = 0 }
        /^    size_t struct_size;/ { sized = 1 }
        /^} [a-z0-9_]+;/ { if (sized) print "    size_t added[2];"; sized = 0 }
        { print }' "$header" >"$folder/${header#include/}"
done

count() { cat "$1"/digitnet/*.h | grep -c "$2"; }
if [ "$(count include 'size_t struct_size;')" != "$(count "$folder" 'size_t added\[2\];')" ]; then
    echo "not every struct has grown" >&2
    exit 1
fi
