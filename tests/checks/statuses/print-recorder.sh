#!/usr/bin/env bash
# A header that records what the calls of a test program return: each public function with a status becomes a macro of its name.
set -euo pipefail
cd "$(dirname "$0")"

echo '#include "digitnet/digitnet.h"'
echo '#include "checks/statuses/recorder.h"'
../../abi/print-declarations.sh | sed -n 's/^\([a-z0-9_]*\) .*digitnet_status \1(.*/#define \1(...) record_status("\1", \1(__VA_ARGS__))/p'
