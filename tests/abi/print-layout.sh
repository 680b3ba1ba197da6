#!/usr/bin/env bash
# Every field and every enumerator of the headers, in the form of layout.def. The figures are Clang's for x86_64 and i386.
set -euo pipefail
cd "$(dirname "$0")/../.."

# Lines "struct TYPE SIZE" and "TYPE FIELD OFFSET SIZE". A field ends where the next begins, since there is no padding.
structs() { # TARGET
    echo '#include "digitnet/digitnet.h"' |
        clang --target="$1" -x c -ffreestanding -nostdlibinc -Iinclude -fsyntax-only -Xclang -fdump-record-layouts-complete - |
        awk '
            function end_field(offset) {
                if (field != "")
                    print type, field, begin, offset - begin
                field = ""
            }
            $3 == "struct" { type = $4 ~ /^digitnet_/ ? $4 : "" }
            type == "" { next }
            $1 ~ /^[0-9]+$/ && $3 != "struct" { end_field($1); begin = $1; field = $NF }
            match($0, /sizeof=[0-9]+/) {
                size = substr($0, RSTART + 7, RLENGTH - 7)
                end_field(size)
                print "struct", type, size
            }'
}

join_targets() {
    paste -d ' ' <(structs x86_64-linux-gnu) <(structs i386-linux-gnu) | awk '
        $1 == "struct" { printf "STRUCT(%s, %s, %s)\n%s\n", $2, $3, $6, fields; fields = ""; next }
        { fields = fields sprintf("FIELD(%s, %s, %s, %s, %s, %s)\n", $1, $2, $3, $4, $7, $8) }'
}

enums() {
    echo '#include "digitnet/digitnet.h"' | cc -E -P -Iinclude - | tr '\n' ' ' | tr ';' '\n' |
        sed -n 's/.*typedef enum \([a-z0-9_]*\) { *\(.*[^, ]\),\{0,1\} *}.*/\1 \2/p' |
        while read -r type enumerators; do
            echo "ENUM($type)"
            tr ',' '\n' <<<"$enumerators" | sed 's/ *\([A-Z0-9_]*\) = \(-\{0,1\}[0-9]*\) */ENUMERATOR(\1, \2)/'
            echo
        done
}

echo "/* STRUCT(type, size, size), FIELD(type, field, offset, size, offset, size): first where pointers and size_t have 64 bits,"
echo " * then where they have 32. Written by print-layout.sh. */"
echo
join_targets
enums
