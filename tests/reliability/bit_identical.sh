#!/usr/bin/env bash
# Trains with 1, 2, 3, 4, 7 and 8 threads, each RUNS times straight on and RUNS times killed after a checkpoint and resumed by another
# process, and compares SHA-256 of all weights: bit_identical.sh RUNS TRAIN_WEIGHTS...
# One program's digests must be equal. Those of several, builds by different compilers, are shown.
set -euo pipefail
runs=$1
shift
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
batches=18 # before which the last checkpoint is: 2 epochs of 10 batches, and 2 more before the kill
failed=0

digest() { # FILE
    sha256sum "$1" | cut -d ' ' -f 1
}

resumed() { # PROGRAM THREADS BATCH
    local status=0
    rm -f "$folder/weights" "$folder/checkpoint.onnx"
    "$1" "$folder/weights" "$2" "$folder/checkpoint.onnx" "$3" || status=$?
    if [ "$status" -ne 137 ] || [ -e "$folder/weights" ]; then
        echo "the training was not killed: $status" >&2
        return 1
    fi
    "$1" "$folder/weights" "$2" "$folder/checkpoint.onnx" "$3"
}

for program in "$@"; do
    trainings=0
    for ((run = 0; run < runs; run++)); do
        for threads in 1 2 3 4 7 8; do
            "$program" "$folder/weights" "$threads"
            digest "$folder/weights"
            resumed "$program" "$threads" $(((run * 6 + threads) % batches + 1)) 2>/dev/null
            digest "$folder/weights"
        done
    done >"$folder/digests"
    trainings=$(wc -l <"$folder/digests")
    echo "$program: $trainings trainings, weights $(sort "$folder/digests" | uniq -c | awk '{ print $1 " x " $2 }' | paste -sd ' ')"
    [ "$trainings" -eq $((runs * 12)) ] && [ "$(sort -u "$folder/digests" | wc -l)" -eq 1 ] || failed=1
done
exit "$failed"
