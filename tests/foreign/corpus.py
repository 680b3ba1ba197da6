"""Writes the models of this folder, each with what ONNX Runtime computes from it, and its line of manifest.txt."""

import pathlib

import numpy as np
import onnx

from graph import noise
import reference

FOLDER = pathlib.Path(__file__).resolve().parent
IMAGES, IMAGE_SEED = 8, 1  # as in test_foreign.c


def images(shape, kind):
    """NHWC. Bytes are what a byte of `kind` is in the file's own input: 0 to 255."""
    values = noise(IMAGE_SEED, IMAGES * int(np.prod(shape))).reshape((IMAGES,) + shape)
    return np.floor((values + 1) * 128) if kind == "bytes" else values.astype(np.float32)


def set_line(name, line):
    path = FOLDER / "manifest.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    lines = [other for other in lines if other.split()[1] != name] + [line]
    path.write_text("".join(sorted(other + "\n" for other in lines)))


def write(name, model, shape=(20, 24, 2), layout="NCHW", kind="scores", same_as=None):
    """A model that loads, for images of `shape`, rows x columns x channels, which its input has in `layout`.

    `kind` is "scores"; "bytes", of a model whose input has bytes; or "class", of one that gives a class's number.
    `same_as` is a model of the same function, where ONNX Runtime cannot run this one.
    """
    path = FOLDER / "models" / f"{name}.onnx"
    onnx.save(model, path)
    outputs = reference.run(same_as or path, images(shape, kind), layout)
    largest = np.abs(outputs).max()
    assert (
        np.isfinite(outputs).all() and np.ptp(outputs, axis=0).max() > 0.05 * largest
    ), f"{name} gives the same for all images"
    outputs.astype("<f4").tofile(path.with_suffix(".outputs"))
    set_line(name, f"{kind} {name} {' '.join(map(str, shape))} {outputs.shape[1]}")
    print(f"{name}: {path.stat().st_size} bytes, {outputs.shape[1]} outputs up to {largest:.3g}")


def write_refused(name, model, operator):
    """A model that is refused with a message that names the operator."""
    onnx.save(model, FOLDER / "models" / f"{name}.onnx")
    set_line(name, f"refused {name} {operator}")
