#!/usr/bin/env bash
# libdigitnet-mpi with each MPI of Debian: tests under mpirun, and programs that find the installed library: run.sh [NAME...], of openmpi
# and mpich. It builds in build-mpi/, or in the folder that BUILD names, where what is there already is not built again.
set -euo pipefail
cd "$(dirname "$0")/../.."
source=$PWD
build=${BUILD:-build-mpi}
[ $# -gt 0 ] || set -- openmpi mpich
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

# Programs that pkg-config and CMake have led to the library, on two ranks.
check_consumers() ( # NAME; in a subshell: the next MPI's programs must not find this one's library
    cmake --install "$build" --prefix "$prefix/$1" >/dev/null
    libdir=$(dirname "$(find "$prefix/$1" -name libdigitnet-mpi.so)")
    export PKG_CONFIG_PATH=$libdir/pkgconfig LD_LIBRARY_PATH=$libdir
    eval "mpicc.$1 -std=c11 -Wall -Wextra -Werror -o '$prefix/$1/by-pkgconfig' tests/mpi/consumer/consumer.c $(pkg-config --cflags --libs digitnet-mpi)"
    cmake -S tests/mpi/consumer -B "$prefix/$1/build" "-DCMAKE_PREFIX_PATH=$prefix/$1" "-DMPI_C_COMPILER=mpicc.$1" >/dev/null
    cmake --build "$prefix/$1/build" >/dev/null
    for program in "$prefix/$1/by-pkgconfig" "$prefix/$1/build/consumer"; do
        "mpirun.$1" -n 2 "$program"
    done
)

# One file, whoever trained it.
check_mnist_train() { # NAME
    local program=$build/examples/mnist_train options=(--data "$source/tests/data/mnist-subset" --epochs 1 --threads 1)
    "$program" "${options[@]}" --output "$prefix/$1/alone" >/dev/null 2>&1
    for ranks in 2 4; do
        "mpirun.$1" -n "$ranks" "$program" "${options[@]}" --output "$prefix/$1/ranks-$ranks" >/dev/null 2>&1
        cmp "$prefix/$1/alone/mnist.onnx" "$prefix/$1/ranks-$ranks/mnist.onnx"
    done
}

for name in "$@"; do
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DDIGITNET_WERROR=ON -U 'MPI*' -DDIGITNET_BUILD_MPI=ON \
        "-DMPI_C_COMPILER=mpicc.$name" "-DMPIEXEC_EXECUTABLE=$(command -v "mpirun.$name")" >/dev/null
    cmake --build "$build" --target digitnet_static digitnet_mpi mpi_programs mnist_train
    ctest --test-dir "$build" --output-on-failure --label-regex '^mpi$'
    check_mnist_train "$name"
    check_consumers "$name"
    echo "$name: passed"
done
