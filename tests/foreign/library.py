"""libdigitnet in Python, as far as comparisons need it, and the tally of many models."""

import collections
import ctypes
import os
import pathlib
import re

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOLERANCE = 1e-4  # of the largest output


class ModelInfo(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_size_t)
        for name in ("struct_size", "height", "width", "channels", "outputs", "layers", "tensors", "parameters")
    ]
    _fields_ += [
        ("epochs_done", ctypes.c_uint64),
        ("batches_done", ctypes.c_uint64),
        ("compiled", ctypes.c_int32),
        ("reserved", ctypes.c_int32),
    ]


library = ctypes.CDLL(os.environ.get("DIGITNET_LIBRARY", str(ROOT / "build/src/libdigitnet.so")))
library.digitnet_status_string.restype = ctypes.c_char_p
library.digitnet_last_error.restype = ctypes.c_char_p


class Failure(Exception):
    """A status other than success, and its message."""


def check(status):
    if status != 0:
        message = library.digitnet_last_error().decode(errors="replace")
        raise Failure(f"{library.digitnet_status_string(status).decode()}: {message}")


class Model:
    def __init__(self, path):
        self.handle = ctypes.c_void_p()
        check(library.digitnet_model_load(ctypes.byref(self.handle), os.fsencode(path)))
        self.info = ModelInfo(struct_size=ctypes.sizeof(ModelInfo))
        check(library.digitnet_model_describe(ctypes.byref(self.info), self.handle))

    def __del__(self):
        library.digitnet_model_free(self.handle)

    def save(self, path):
        check(library.digitnet_model_save(self.handle, os.fsencode(path)))

    def predict(self, images):
        """Of images NHWC, floats or bytes: a row for each."""
        expected = (self.info.height, self.info.width, self.info.channels)
        if np.prod(images.shape[1:]) != np.prod(expected):
            raise Failure(f"takes images of {expected}, not {images.shape[1:]}")
        scores = np.empty((len(images), self.info.outputs), np.float32)
        function = library.digitnet_model_predict_u8 if images.dtype == np.uint8 else library.digitnet_model_predict
        pixels = np.ascontiguousarray(images)
        check(
            function(
                scores.ctypes.data_as(ctypes.c_void_p),
                ctypes.c_size_t(scores.size),
                self.handle,
                pixels.ctypes.data_as(ctypes.c_void_p),
                ctypes.c_size_t(pixels.size),
            )
        )
        return scores


def reason(failure):
    """The message without what is this file's alone: its path, the node's name, places."""
    text = re.sub(r"\S+\.onnx: ", "", str(failure))
    text = re.sub(r"node '[^']*' \(([\w.:]+)\) at byte \d+", r"\1", text)
    text = re.sub(r"'[^']*[./:_\d][^']*'", "'...'", text)
    return re.sub(r"\d+", "#", text)[:160]


class Tally:
    """Counts how many models load and compute the same; what differs is printed at once."""

    def __init__(self):
        self.same, self.refused, self.wrong = 0, collections.defaultdict(list), []

    def complain(self, name, text):
        self.wrong.append(name)
        print(f"WRONG {name}: {text}", flush=True)

    def try_model(self, name, path, images, expected):
        """Says what came of it: "same", "refused" or "wrong"."""
        try:
            model = Model(path)
        except Failure as failure:
            self.refused[reason(failure)].append(name)
            return "refused"
        try:
            scores = model.predict(images)
        except Failure as failure:
            self.complain(name, failure)
            return "wrong"
        if scores.shape != expected.shape:
            self.complain(name, f"{scores.shape[1]} outputs, not {expected.shape[1]}")
            return "wrong"
        difference, largest = np.abs(scores - expected).max(), np.abs(expected).max()
        if not difference <= TOLERANCE * largest:
            self.complain(name, f"differs by {difference:.3g} of outputs up to {largest:.3g}")
            return "wrong"
        self.same += 1
        return "same"

    def report(self):
        """Prints the table of refusals. The share of models that loaded."""
        refused = sum(map(len, self.refused.values()))
        loaded = self.same + len(self.wrong)
        for why, names in sorted(self.refused.items(), key=lambda item: -len(item[1])):
            print(f"{len(names):5}  {why}  [{', '.join(names[:3])}]")
        print(f"{loaded + refused} models: {loaded} loaded, {refused} refused, {len(self.wrong)} wrong")
        return loaded / max(loaded + refused, 1)
