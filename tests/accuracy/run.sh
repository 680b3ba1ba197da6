#!/usr/bin/env bash
# Measures the models on digits, lines, pages and tables that are not in the tree, and prints one table. See README.md here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

usage() {
    cat <<'END'
usage: run.sh DIR [MNIST]

DIR has digits/, grids/ and pages/, as README.md beside this script says; what is missing there is left out. MNIST has MNIST's test files
(data/mnist). Environment: BUILD, where digitnet is built (build-accuracy, built where it is missing); MODELS, the models' folder (models);
PYTHON, one with NumPy and Pillow (python3), without which what it draws is left out.
END
}

[ $# -ge 1 ] && [ $# -le 2 ] && [ -d "$1" ] || { usage >&2; exit 2; }
# What the parts below know.
export DATA=$1 MNIST=${2:-$root/data/mnist} BUILD=${BUILD:-$root/build-accuracy} MODELS=${MODELS:-$root/models} PYTHON=${PYTHON:-python3}
WORK=$(mktemp -d)
export WORK
trap 'rm -rf "$WORK"' EXIT

[ -f "$BUILD/CMakeCache.txt" ] || cmake -S "$root" -B "$BUILD" -G Ninja -DCMAKE_BUILD_TYPE=Release >&2

echo "| | measured |"
echo "| --- | --- |"
for part in "$here"/parts/*.sh; do
    bash "$part"
done
