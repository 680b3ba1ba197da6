#!/usr/bin/env bash
# Trains on MNIST from a bare clone. See the usage below.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END_OF_USAGE'
usage: run-mnist.sh [options]

Installs what is missing, builds the library in build-release/, gets MNIST, trains a convolutional network on it, and leaves the
model, its history and pictures. Run again, it only trains.

  --data DIR              MNIST's four files, raw or .gz (data/mnist)
  --epochs N              epochs in total, those before --resume included (5)
  --batch-size N          images in a training step (32)
  --learning-rate RATE    of Adam (0.001, or that of the resumed model)
  --threads N             0: one for each processor (0)
  --seed N                of a new model's weights and shuffles (1)
  --output DIR            where everything is left (mnist-output)
  --resume MODEL          go on from a saved model
  --show-augmentation     train nothing: draw augmentation.png, digits and what augmentation does to them
  --help                  this text

The default folders are those in the folder of the sources. Without --data, and where MNIST cannot be fetched, it trains on a
small subset of MNIST.

Exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.
END_OF_USAGE
}

refuse() {
    echo "run-mnist.sh: $*" >&2
    usage >&2
    exit 2
}

# Before anything is installed. The options are mnist_train's, which checks their values.
names=$(usage | sed -n 's/^  \(--[a-z-]*\) [A-Z].*/\1/p')
options=(--output "$root/mnist-output" "$@")
data=$root/data/mnist
trains=yes
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h)
        usage
        exit 0
        ;;
    esac
    if [ "$1" = --show-augmentation ]; then
        trains=
        shift
        continue
    fi
    name=${1%%=*}
    grep -Fqx -e "$name" <<<"$names" || refuse "unknown option $1"
    [ "$name" != --data ] || data= # the caller's
    if [ "$name" = "$1" ]; then
        [ $# -gt 1 ] || refuse "a value is missing after $1"
        shift
    fi
    shift
done

optional=(libpng-dev libjpeg-dev) # for mnist_predict
command -v gnuplot >/dev/null || optional+=(gnuplot-nox) # for the pictures
if [ -n "$data" ] && [ ! -e "$data" ] && ! command -v npm curl wget >/dev/null; then
    optional+=(curl ca-certificates)
fi
"$root/cmake/install-packages.sh" gcc cmake ninja-build libopenblas-dev zlib1g-dev --optional "${optional[@]}"

cmake -S "$root" -B "$root/build-release" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DDIGITNET_BUILD_TESTS=OFF -DDIGITNET_BUILD_BENCHMARKS=OFF --log-level=NOTICE
cmake --build "$root/build-release"

subset=
if [ -n "$data" ]; then
    code=0
    "$root/examples/get-mnist.sh" "$data" || code=$?
    [ "$code" != 130 ] || exit 130 # Ctrl-C
    if [ "$code" != 0 ]; then
        subset=yes
        data=$root/tests/data/mnist-subset
        echo "Training on the small subset of MNIST in $data instead: the accuracy will be lower."
    fi
    options=(--data "$data" "${options[@]}")
fi

"$root/build-release/examples/mnist_train" "${options[@]}"
[ -z "$subset" ] || [ -z "$trains" ] || echo "This is the accuracy on the small subset of MNIST, not on MNIST: see above how to get all of it."
