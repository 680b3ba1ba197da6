#!/usr/bin/env bash
# Public structs have no padding on any target, and enumerations take 4 bytes: test_layout.c compiled by Clang with -Wpadded.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v clang >/dev/null; then
    echo "skipped: this check needs clang"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile() { # TARGET FILE
    clang --target="$1" -std=c11 -ffreestanding -nostdlibinc -Iinclude -Wall -Wpadded -Werror -S -o /dev/null "$2"
}

failed=0
for target in x86_64-linux-gnu i386-linux-gnu armv7-linux-gnueabihf mipsel-linux-gnu wasm32-unknown-unknown; do
    compile "$target" tests/test_layout.c || { echo "$target: a struct has padding, or an enumeration is not 4 bytes"; failed=1; }
done

# Every struct and enumeration of the headers must be in test_layout.c, ...
for kind in struct enum; do
    while read -r type; do
        grep -q "^USE_${kind^^}($type)$" tests/test_layout.c || { echo "$kind $type is not in tests/test_layout.c"; failed=1; }
    done < <(sed -n "s/^typedef $kind \([a-z0-9_]*\) {.*/\1/p" include/digitnet/*.h)
done

# ... and padding must be found where there is some.
printf '#include <stddef.h>\nstruct planted { size_t size; int field; };\nextern char use[sizeof(struct planted)];\n' > "$work/planted.c"
if compile x86_64-linux-gnu "$work/planted.c" 2>/dev/null; then
    echo "planted padding was not found"
    failed=1
fi
exit "$failed"
