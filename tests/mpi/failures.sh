#!/usr/bin/env bash
# However mnist_train ends under mpirun, it ends, and goes on from its last file as if it had not; what ranks must not differ in is
# refused: failures.sh MNIST_TRAIN DATA MPIRUN
set -euo pipefail
program=$1 data=$2 mpirun=$3
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
options=(--data "$data" --epochs 24 --threads 1) # an epoch takes a tenth of a second

fail() { echo "$*"; cat "$work/log"; exit 1; }

# A program under mpirun that writes its process id to a file before it becomes mnist_train.
begin() { # RANKS OUTPUT
    rm -f "$work/pids"
    set -m # else SIGINT is ignored in the background
    "$mpirun" -n "$1" sh -c 'echo $$ >>"$0"; exec "$@"' "$work/pids" "$program" "${options[@]}" --output "$2" >/dev/null 2>"$work/log" &
    set +m
    job=$!
    for _ in $(seq 600); do
        [ ! -e "$2/mnist.onnx" ] || return 0 # an epoch is over
        sleep 0.05
    done
    fail "no epoch ended in time"
}

# The job ends in time; sets `code`.
end() {
    for _ in $(seq 600); do
        kill -0 "$job" 2>/dev/null || break
        sleep 0.1
    done
    if kill -KILL -- "-$job" 2>/dev/null; then fail "mpirun did not end in time"; fi
    code=0
    wait "$job" || code=$?
}

# On so many ranks, or without mpirun.
resume() { # RANKS FOLDER
    local run=()
    [ "$1" -eq 0 ] || run=("$mpirun" -n "$1")
    "${run[@]}" "$program" "${options[@]}" --output "$2" --resume "$2/mnist.onnx" >/dev/null 2>"$work/log" || fail "resuming $2"
    cmp "$work/whole/mnist.onnx" "$2/mnist.onnx" || fail "$2 went on with other weights"
}

refused() { # WORDS OPTION...: the second rank has another option
    local words=$1
    shift
    if "$mpirun" -n 1 "$program" "${options[@]}" --output "$work/refused" : -n 1 "$program" "${options[@]}" --output "$work/refused" "$@" \
        >/dev/null 2>"$work/log"; then
        fail "not refused: $*"
    fi
    grep -q "$words" "$work/log" || fail "not said: $words"
}

"$program" "${options[@]}" --output "$work/whole" >/dev/null 2>&1

for signal in INT TERM; do
    begin 2 "$work/$signal"
    kill "-$signal" "$job"
    end
    grep -q "^Stopped" "$work/log" || fail "SIG$signal: not stopped after a batch"
    resume $([ "$signal" = INT ] && echo 0 || echo 4) "$work/$signal"
done

begin 4 "$work/killed"
kill -KILL "$(tail -n 1 "$work/pids")"
end
[ "$code" -ne 0 ] || fail "mpirun ended as if nothing had happened"
resume 2 "$work/killed"

# The second rank hears of Ctrl-C after the first network's last step: both end there, and none trains the second one.
"${CC:-cc}" -shared -fPIC -o "$work/late_interrupt.so" "$(dirname "$0")/late_interrupt.c" -ldl
ensemble=("${options[@]}" --epochs 1 --ensemble 2 --output "$work/ensemble")
code=0
timeout 60 "$mpirun" -n 1 "$program" "${ensemble[@]}" : -n 1 env LD_PRELOAD="$work/late_interrupt.so" "$program" "${ensemble[@]}" \
    >/dev/null 2>"$work/log" || code=$?
[ "$code" -ne 124 ] || fail "a late Ctrl-C on one rank: not ended in time"
grep -q "^Stopped" "$work/log" || fail "a late Ctrl-C on one rank: not stopped"
[ ! -e "$work/ensemble/2" ] || fail "a late Ctrl-C on one rank: the next network was begun"

# Half as many training images.
half=$work/half
mkdir "$half"
cp "$data"/t10k-* "$half"
cut_file() { # NAME DIMENSIONS BYTES: a header with other dimensions, and the first elements
    gzip -dc "$data/$1.gz" >"$work/elements"
    printf '%b' "$2" >"$half/$1"
    local header
    header=$(stat -c %s "$half/$1")
    head -c $((header + $3)) "$work/elements" | tail -c "$3" >>"$half/$1"
}
cut_file train-images-idx3-ubyte '\0\0\010\003\0\0\003\0350\0\0\0\034\0\0\0\034' $((1000 * 784))
cut_file train-labels-idx1-ubyte '\0\0\010\001\0\0\003\0350' 1000
refused "the shard of rank 1 has samples 500 to 999 of 1000; those of the ranks before it have 1000 samples" --data "$half"

refused "batch_size is 32 on rank 0, and 64 on rank 1" --batch-size 64
refused "learning_rate is 0.001 on rank 0, and 0.5 on rank 1" --learning-rate 0.5
refused "the hash of the weights is" --seed 2
refused "the last epoch is 24 on rank 0, and 25 on rank 1" --epochs 25
echo "failures: passed"
