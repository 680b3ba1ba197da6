#!/usr/bin/env bash
# Measures digitnet and other libraries in turn on the same work. See the usage below.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
peers=$root/tests/bench/peers
names="torch torch-debian onednn ort keras"

usage() {
    cat <<'END'
usage: peers.sh [OPTION...]

Trains MNIST's network, or another one, and predicts with it, by digitnet and by other libraries, in turn and in several rounds, and prints medians
and ratios. Installs what is missing, and says first what and how large. A library that cannot be had is left out.

  --only LIST             of torch (PyPI), torch-debian, onednn, ort (ONNX Runtime) and keras (on TensorFlow); all of them
  --network NAME          seed; best, resnet20 or mobile, which torch and ort run too
  --rounds N              3
  --images N              in an epoch of training; 12800
  --data FOLDER           with MNIST's raw files; where they are missing they are fetched into it (data/mnist)
  --json FILE             writes results and every single figure to it, too
  --environments FOLDER   for the Python environments (${XDG_CACHE_HOME:-$HOME/.cache}/digitnet-peers)
  --build FOLDER          where digitnet is built (build-bench)
  --torch-python PATH     a Python that has PyTorch, in place of an environment made for it; so too
  --ort-python PATH       for onnxruntime and onnx, and
  --keras-python PATH     for Keras and TensorFlow
  --help
END
}

complain() {
    echo "peers.sh: $*" >&2
}

refuse() {
    complain "$@"
    usage >&2
    exit 2
}

only=$names network=seed rounds=3 images=12800 data=$root/data/mnist json= build=$root/build-bench
environments=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/digitnet-peers
torch_python= ort_python= keras_python=
while [ $# -gt 0 ]; do
    option=$1
    case $option in
    --help)
        usage
        exit 0
        ;;
    --only | --network | --rounds | --images | --data | --json | --environments | --build | --torch-python | --ort-python | --keras-python)
        [ $# -ge 2 ] || refuse "$option needs a value"
        variable=${option#--}
        declare "${variable//-/_}=$2"
        shift 2
        ;;
    *) refuse "unknown option $option" ;;
    esac
done
only=${only//,/ }
for name in $only; do
    [[ " $names " == *" $name "* ]] || refuse "unknown library $name; there are $names"
done

wants() { # NAME
    [[ " $only " == *" $1 "* ]]
}

has_modules() { # PYTHON MODULE,MODULE...
    [ -x "$1" ] && "$1" -c "import $2" >/dev/null 2>&1
}

# What runs each library: a Python that was named, or the one of an environment that may have to be made.
torch_python=${torch_python:-$environments/torch/bin/python}
ort_python=${ort_python:-$environments/ort/bin/python}
keras_python=${keras_python:-$environments/keras/bin/python}
debian_python=/usr/bin/python3

plan=()
announce() { # NAME MODULES PYTHON WHAT
    if wants "$1" && ! has_modules "$3" "$2"; then
        plan+=("$4")
    fi
}
announce torch torch,numpy "$torch_python" "torch from PyPI in $environments/torch: about 5.5 GB"
announce ort onnxruntime,onnx "$ort_python" "onnxruntime and onnx from PyPI in $environments/ort: about 0.3 GB"
announce keras keras,tensorflow "$keras_python" "keras and tensorflow-cpu from PyPI in $environments/keras: about 1.7 GB"
announce torch-debian torch,numpy "$debian_python" "python3-torch from Debian: about 0.3 GB"
if wants onednn && ! [ -e /usr/include/oneapi/dnnl/dnnl.hpp ]; then
    plan+=("libdnnl-dev from Debian: about 60 MB")
fi
if [ ${#plan[@]} -gt 0 ]; then
    echo "To be installed, on top of the compiler, CMake, Python and OpenBLAS:"
    printf '  %s\n' "${plan[@]}"
fi

# Makes the environment NAME with these packages of PyPI where PYTHON does not have the modules yet.
prepare_environment() { # NAME MODULES PYTHON PACKAGE...
    local name=$1 modules=$2 python=$3 folder=$environments/$1
    shift 3
    has_modules "$python" "$modules" && return
    [ "$python" = "$folder/bin/python" ] || { complain "$python cannot import $modules"; return 1; }
    /usr/bin/python3 -m venv --clear "$folder" &&
        "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" &&
        has_modules "$python" "$modules"
}

build_onednn() {
    "$root/cmake/install-packages.sh" libdnnl-dev &&
        g++ -O3 -march=native -ffast-math -fopenmp "$peers/onednn_mnist.cpp" -o "$build/onednn_mnist" -ldnnl
}

prepare_ort() {
    prepare_environment ort onnxruntime,onnx "$ort_python" onnxruntime onnx &&
        if [ "$network" = seed ]; then
            "$ort_python" "$peers/export_onnx.py" "$build/seed.onnx"
        else
            "$build/tests/bench/bench_predict" --network "$network" --save "$build/$network.onnx"
        fi
}

prepare_debian_torch() {
    "$root/cmake/install-packages.sh" python3-torch python3-numpy && has_modules "$debian_python" torch,numpy
}

"$root/cmake/install-packages.sh" gcc g++ cmake ninja-build pkg-config libopenblas-dev zlib1g-dev python3 python3-venv
"$root/examples/get-mnist.sh" "$data"
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DDIGITNET_BUILD_TESTS=OFF -DDIGITNET_BUILD_EXAMPLES=OFF >/dev/null
cmake --build "$build" >/dev/null

arguments=(--network "$network" --digitnet "$build/tests/bench" --data "$data" --rounds "$rounds" --images "$images")
if [ -n "$json" ]; then
    arguments+=(--json "$json")
fi
compare_with() { # NAME PREPARATION... -- ARGUMENT...
    local name=$1 preparation=()
    shift
    wants "$name" || return 0
    while [ "$1" != -- ]; do
        preparation+=("$1")
        shift
    done
    shift
    if "${preparation[@]}"; then
        arguments+=("$@")
    else
        complain "$name cannot be had here and is left out"
    fi
}
compare_with torch prepare_environment torch torch,numpy "$torch_python" torch numpy -- --torch-python "$torch_python"
compare_with torch-debian prepare_debian_torch -- --torch-debian-python "$debian_python"
compare_with onednn build_onednn -- --onednn "$build/onednn_mnist"
compare_with ort prepare_ort -- --ort-python "$ort_python" --ort-model "$build/$network.onnx"
compare_with keras prepare_environment keras keras,tensorflow "$keras_python" keras tensorflow-cpu -- --keras-python "$keras_python"

exec /usr/bin/python3 "$peers/compare.py" "${arguments[@]}"
