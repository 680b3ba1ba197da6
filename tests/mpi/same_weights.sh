#!/usr/bin/env bash
# Every number of ranks and threads gives the weights of one process, bit for bit; RANKS and THREADS may name others than here:
# same_weights.sh TRAIN_RANKS TRAIN_WEIGHTS MPIRUN...
set -euo pipefail
train_ranks=$1 train_weights=$2
mpirun=("${@:3}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$train_weights" "$work/seed" 2
"$train_ranks" residual "$work/residual" 2 # one process
for network in seed residual; do
    sha256sum <"$work/$network"
    for ranks in ${RANKS:-2 4}; do
        for threads in ${THREADS:-2}; do
            "${mpirun[@]}" "$ranks" "$train_ranks" "$network" "$work/weights" "$threads"
            cmp "$work/$network" "$work/weights" || { echo "$network: $ranks ranks of $threads threads have other weights"; exit 1; }
        done
    done
done
