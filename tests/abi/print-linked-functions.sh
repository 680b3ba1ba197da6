#!/usr/bin/env bash
# A C program that takes the address of every function that the headers declare.
set -euo pipefail
cd "$(dirname "$0")"

cat <<'END'
#include "digitnet/digitnet.h"

typedef void (*function)(void);
static const function functions[] = {
END
./print-declarations.sh | sed 's/ .*//; s/.*/    (function)&,/'
cat <<'END'
};

int main(void) {
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (!functions[i])
            return 1;
    return 0;
}
END
