#!/usr/bin/env bash
# Reads the pictures of a folder with digit_read, Tesseract and RapidOCR, and prints what each gets right, in which time and memory.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)

usage() {
    cat <<'END'
usage: peers.sh DIR [BUILD]

DIR is in the form that README.md describes; BUILD is where digitnet is built (build-bench, built where it is missing). Installs tesseract-ocr,
and RapidOCR from PyPI in ${XDG_CACHE_HOME:-$HOME/.cache}/digitnet-peers/rapidocr; PYTHON names another Python that has rapidocr.
END
}

[ $# -ge 1 ] && [ $# -le 2 ] && [ -d "$1" ] || { usage >&2; exit 2; }
build=${2:-$root/build-bench}
"$root/cmake/install-packages.sh" tesseract-ocr python3-venv time >&2
python=${PYTHON:-${XDG_CACHE_HOME:-$HOME/.cache}/digitnet-peers/rapidocr/bin/python}
if ! "$python" -c 'import rapidocr, onnxruntime' 2>/dev/null; then
    echo "Installing rapidocr and onnxruntime (400 MB) from PyPI" >&2
    python3 -m venv "$(dirname "$(dirname "$python")")"
    "$python" -m pip install --quiet --disable-pip-version-check rapidocr onnxruntime >&2
fi
if [ ! -x "$build/examples/digit_read" ]; then
    cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release >&2
    cmake --build "$build" --target digit_read >&2
fi
exec "$python" "$root/tests/accuracy/peers.py" "$1" "$build/examples/digit_read"
