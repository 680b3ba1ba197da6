#!/usr/bin/env bash
# Every number of ranks and threads gives the weights of one process, bit for bit; RANKS and THREADS may name others than here:
# same_weights.sh TRAIN_RANKS TRAIN_WEIGHTS MPIRUN...
# In batches of 32, and in batches of which the ranks share the dense layers' gradient.
set -euo pipefail
train_ranks=$1 train_weights=$2
mpirun=("${@:3}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for network in seed residual; do
    for batch_size in 32 150; do
        alone=$work/$network-$batch_size
        "$train_ranks" "$network" "$batch_size" "$alone" 2 # one process
        echo "$network, batches of $batch_size: $(sha256sum <"$alone")"
        for ranks in ${RANKS:-2 4}; do
            for threads in ${THREADS:-2}; do
                "${mpirun[@]}" "$ranks" "$train_ranks" "$network" "$batch_size" "$work/weights" "$threads"
                cmp "$alone" "$work/weights" || { echo "$ranks ranks of $threads threads have other weights"; exit 1; }
            done
        done
    done
done
"$train_weights" "$work/weights" 2
cmp "$work/seed-32" "$work/weights"
