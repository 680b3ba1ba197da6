#!/usr/bin/env python3
"""Checks that ONNX Runtime computes of what libdigitnet saves of each model in models/ the same as libdigitnet."""

import pathlib
import sys
import tempfile

import reference  # first: it says where something is missing

import numpy as np
import onnx

import corpus
from library import TOLERANCE, Failure, Model


def difference(name, shape, kind, path):
    """Between the two, as a part of the largest output."""
    images = corpus.images(shape, kind).astype(np.float32)
    model = Model(corpus.FOLDER / "models" / f"{name}.onnx")
    model.save(path)
    onnx.checker.check_model(onnx.load(path), full_check=True)
    scores = model.predict(images)
    return np.abs(reference.run(path, images, "NCHW") - scores).max() / np.abs(scores).max()


def main():
    lines = [line.split() for line in (corpus.FOLDER / "manifest.txt").read_text().splitlines()]
    models = [(name, tuple(map(int, sizes[:3])), kind) for kind, name, *sizes in lines if kind != "refused"]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, shape, kind in models:
            try:
                found = difference(name, shape, kind, pathlib.Path(folder) / f"{name}.onnx")
                problem = None if found <= TOLERANCE else f"differs by {found:.3g} of the largest output"
            except (Failure, onnx.checker.ValidationError, *reference.FAILURES) as error:
                problem = error
            if problem:
                print(f"WRONG {name}: {problem}")
                wrong += 1
    print(f"{len(models)} models: {wrong} wrong")
    return 1 if wrong or not models else 0


if __name__ == "__main__":
    sys.exit(main())
