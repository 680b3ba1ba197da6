#!/usr/bin/env python3
"""Exports models in the ways in which people do, and compares what libdigitnet and ONNX Runtime make of them.

    exports.py write FOLDER torch|keras|sklearn [PATTERN]    needs that tool, onnx and onnxruntime
    exports.py compare FOLDER...                             needs numpy and a built library

FOLDER gets for each model NAME.onnx and NAME.npz, with images NHWC and outputs. `compare` fails where a model gives
other outputs; which ones are refused, and why, is for a reader of the table.
"""

import fnmatch
import importlib
import pathlib
import sys
import traceback

import numpy as np

IMAGES = 4


def write(folder, tool, pattern="*"):
    """A model that its own tool or ONNX Runtime does not take is reported, and left out."""
    import reference

    folder.mkdir(parents=True, exist_ok=True)
    missing = 0
    for name, export in importlib.import_module(f"exports_{tool}").models():
        path = folder / f"{tool}-{name}.onnx"
        if not fnmatch.fnmatch(name, pattern) or path.with_suffix(".npz").exists():
            continue
        try:
            shape, layout, output_layout, scale = export(path)
            images = np.random.default_rng(1).uniform(-1, 1, (IMAGES,) + shape).astype(np.float32)
            if scale == "bytes":
                images = np.floor((images + 1) * 128)
            outputs = reference.run(path, images, layout, output_layout)
            np.savez(
                path.with_suffix(".npz"),
                images=images.astype(np.uint8) if scale == "bytes" else images,
                outputs=outputs,
            )
            print(f"{path.name}: {outputs.shape[1]} outputs up to {np.abs(outputs).max():.3g}", flush=True)
        except Exception as error:  # what an exporter raises is its own affair
            missing += 1
            print(f"NOT EXPORTED {name}: {type(error).__name__}: {str(error).strip().splitlines()[:1]}", flush=True)
            if pattern != "*":
                traceback.print_exc()
            path.unlink(missing_ok=True)
    print(f"{missing} were not exported")


def compare(folders):
    from library import Tally

    tally = Tally()
    for values in sorted(path for folder in folders for path in folder.glob("*.npz")):
        data = np.load(values)
        tally.try_model(values.stem, values.with_suffix(".onnx"), data["images"], data["outputs"])
    tally.report()
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "write":
        write(pathlib.Path(arguments[0]), *arguments[1:])
    else:
        sys.exit(compare([pathlib.Path(argument) for argument in arguments]))
