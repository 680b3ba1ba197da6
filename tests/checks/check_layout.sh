#!/usr/bin/env bash
# Public structs and enumerations are those of abi/layout.def, on every target, and structs have no padding.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v clang >/dev/null; then
    echo "skipped: this check needs clang"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile() { # TARGET FILE
    clang --target="$1" -std=c11 -ffreestanding -nostdlibinc -Iinclude -Itests -Wall -Wpadded -Werror -S -o /dev/null "$2"
}

failed=0
for target in x86_64-linux-gnu aarch64-linux-gnu i386-linux-gnu armv7-linux-gnueabihf mipsel-linux-gnu wasm32-unknown-unknown; do
    compile "$target" tests/unit/api/test_layout.c || { echo "$target: a struct or an enumeration is not as in tests/abi/layout.def"; failed=1; }
done

# Nothing of the headers is missing there, ...
diff -u tests/abi/layout.def <(tests/abi/print-layout.sh) ||
    { echo "tests/abi/layout.def does not say what the headers do: see docs/API-STABILITY.md"; failed=1; }

# every function that takes a struct which may grow is called by a caller of another version, builders by the table of sample
# layers, where check_attributes looks for them, ...
sized=$(sed -n 's/^FIELD(\([a-z0-9_]*\), struct_size,.*/\1/p' tests/abi/layout.def | paste -sd '|')
for function in $(tests/abi/print-declarations.sh | grep -E "[ (]($sized) \*[a-z]" | cut -d ' ' -f 1 | grep -v '^digitnet_model_add_'); do
    grep -q "$function(" tests/unit/api/struct_cases.c tests/abi/caller.c || { echo "$function is not in tests/unit/api/struct_cases.c"; failed=1; }
done

# ... and padding must be found where there is some.
printf '#include <stddef.h>\nstruct planted { size_t size; int field; };\nextern char use[sizeof(struct planted)];\n' > "$work/planted.c"
if compile x86_64-linux-gnu "$work/planted.c" 2>/dev/null; then
    echo "planted padding was not found"
    failed=1
fi
exit "$failed"
