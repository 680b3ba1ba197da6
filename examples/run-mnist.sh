#!/usr/bin/env bash
# Trains on MNIST from a bare clone. See the usage below.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

usage() {
    cat <<'END_OF_USAGE'
usage: run-mnist.sh [options]

Installs what is missing, builds the library in build-release/, gets MNIST, trains a convolutional network on it, and leaves the
model, its history and pictures. Run again, it only trains.

  --recipe seed|small|best network and training (seed)
  --epochs N              epochs in total, those before --resume included (the recipe's: 5, 40, 15)
  --batch-size N          images in a training step (the recipe's: 32, 64, 64)
  --learning-rate RATE    the highest (the recipe's, or that of the resumed model)
  --ensemble N            so many networks, of following seeds, whose probabilities are averaged (1)
  --hold-out              validate on the last sixth of the training images, not trained on, in the place of the test images
  --data DIR              MNIST's four files, raw or .gz (data/mnist)
  --threads N             0: one for each processor (0)
  --seed N                of a new model's weights, shuffles and augmentation (1)
  --output DIR            where everything is left (mnist-output)
  --resume MODEL          go on from a saved model; of an ensemble from its output folder
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
names=$(usage | sed -n 's/^  \(--[a-z-]*\) [^ ].*/\1/p')
options=(--output "$root/mnist-output" "$@")
data=$root/data/mnist
trains=yes
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h)
        usage
        exit 0
        ;;
    --hold-out | --show-augmentation) # take no value
        [ "$1" = --hold-out ] || trains=
        shift
        continue
        ;;
    esac
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
