#!/usr/bin/env bash
# Prints the path of a Python that can check ONNX files: one with onnx and onnxruntime from PyPI in a folder of its own, where PyPI
# answers, else Debian's with OpenCV. Prints nothing where neither can be had.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/digitnet/onnx
if "$environment/bin/python" -c 'import onnx, onnxruntime' 2>/dev/null; then
    echo "$environment/bin/python"
    exit 0
fi

./cmake/install-packages.sh python3-venv >&2
echo "Installing onnx and onnxruntime from PyPI into $environment" >&2
if /usr/bin/python3 -m venv --clear "$environment" >&2 &&
    "$environment/bin/pip" install --quiet --disable-pip-version-check --retries 1 onnx onnxruntime >&2 &&
    "$environment/bin/python" -c 'import onnx, onnxruntime'; then
    echo "$environment/bin/python"
    exit 0
fi

echo "PyPI does not answer: checking with OpenCV" >&2
./cmake/install-packages.sh python3-opencv >&2
if /usr/bin/python3 -c 'import cv2.dnn'; then
    echo /usr/bin/python3
fi
