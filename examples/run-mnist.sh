#!/usr/bin/env bash
# Installs what is missing, builds the library in build-release/, gets MNIST and trains on it. Run again, it only trains. Options go to
# mnist_train: examples/run-mnist.sh --epochs 10 --seed 2
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

# Folders that the options name are the caller's; without them, data and output stay in this tree.
output=$root/mnist-output
data=$root/data/mnist
previous=
for argument in "$@"; do
    case $argument in
    --data | --data=* | --help | -h) data= ;;
    --output=*) output=${argument#*=} ;;
    esac
    [ "$previous" != --output ] || output=$argument
    previous=$argument
done

packages=(gcc cmake ninja-build libopenblas-dev zlib1g-dev libpng-dev libjpeg-dev gnuplot-nox)
if [ -n "$data" ] && [ ! -e "$data" ] && ! command -v npm curl wget >/dev/null; then
    packages+=(curl ca-certificates)
fi
"$root/cmake/install-packages.sh" "${packages[@]}"

cmake -S "$root" -B "$root/build-release" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DDIGITNET_BUILD_TESTS=OFF -DDIGITNET_BUILD_BENCHMARKS=OFF --log-level=NOTICE
cmake --build "$root/build-release"

options=(--output "$output")
if [ -n "$data" ]; then
    code=0
    "$root/examples/get-mnist.sh" "$data" || code=$?
    [ "$code" != 130 ] || exit 130 # Ctrl-C
    if [ "$code" != 0 ]; then
        data=$root/tests/data/mnist-subset
        echo "Training on the small part of MNIST in $data instead: the accuracy will be lower."
    fi
    options+=(--data "$data")
fi

code=0
"$root/build-release/examples/mnist_train" "${options[@]}" "$@" || code=$?
[ "$code" = 0 ] || exit "$code"
for picture in training.png predictions.png confusion.png; do
    [ ! -e "$output/$picture" ] || echo "Picture: $output/$picture"
done
