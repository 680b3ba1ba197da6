#!/usr/bin/env python3
"""Checks saved models with tools that are not ours: onnx's checker, ONNX Runtime, OpenCV, whichever can be imported.

    check_onnx.py ONNX_SAMPLES    the test program that writes models, images and scores, and loads models again

Exit code 77, skipped, where nothing here can run a model.
"""

import glob
import math
import os
import subprocess
import sys
import tempfile

TOLERANCE = 1e-5
NAMES = [
    "seed",
    "kinds",
    "softmax-image",
    "linear-image",
    "pixel",
    "tiny",
    "residual",
    "branches",
    "pools",
    "shapes",
    "convolutions",
    "activations",
    "normalizations",
    "padded",
]


def import_or_none(name):
    try:
        return __import__(name, fromlist=["_"])
    except ImportError:
        return None


numpy = import_or_none("numpy")
onnx = import_or_none("onnx")
onnxruntime = import_or_none("onnxruntime")
opencv = import_or_none("cv2.dnn") and import_or_none("cv2")


def run_onnxruntime(path, images):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    inputs, outputs = session.get_inputs(), session.get_outputs()
    assert [value.name for value in inputs] == ["image"], [value.name for value in inputs]
    assert len(outputs) == 1 and outputs[0].name in ("probabilities", "output"), outputs
    return session.run(None, {"image": images})[0]


def run_opencv(path, images):
    network = opencv.dnn.readNetFromONNX(path)
    network.setInput(images)
    return network.forward()


def input_shape(folder, name):
    """Channels, rows and columns, from the program that knows them."""
    with open(os.path.join(folder, name + ".shape")) as file:
        return [int(size) for size in file.read().split()]


def check_model(folder, name, engines):
    path = os.path.join(folder, name + ".onnx")
    images = numpy.fromfile(os.path.join(folder, name + ".images"), dtype="<f4")
    scores = numpy.fromfile(os.path.join(folder, name + ".scores"), dtype="<f4")
    images = images.reshape([-1] + input_shape(folder, name))
    worst = []
    for engine, run in engines:
        result = run(path, images)
        assert result.size == scores.size, f"{name} in {engine}: {result.shape} for {scores.size} scores"
        difference = float(numpy.abs(result.reshape(-1) - scores).max())
        assert math.isfinite(difference) and difference <= TOLERANCE, f"{name} in {engine}: differs by {difference}"
        worst.append(f"{engine} {difference:.1e}")
    print(f"{name}: {', '.join(worst) or 'not run'}")


def check_with_onnx(folder, name):
    path = os.path.join(folder, name + ".onnx")
    with open(path, "rb") as file:
        saved = file.read()
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    for info in model.training_info:
        onnx.checker.check_graph(info.algorithm)
    assert model.producer_name == "libdigitnet", model.producer_name
    onnx.save(model, os.path.join(folder, name + ".again.onnx"))
    with open(os.path.join(folder, name + ".again.onnx"), "rb") as file:
        assert file.read() == saved, f"{name}: onnx writes other bytes"


def foreign_form(folder, name):
    """The same model as another tool might save it: float_data, no marks."""
    model = onnx.load(os.path.join(folder, name + ".onnx"))
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            values = onnx.numpy_helper.to_array(tensor).reshape(-1)
            tensor.ClearField("raw_data")
            tensor.float_data.extend(values.tolist())
    model.producer_name = "another tool"
    model.ClearField("metadata_props")
    model.ClearField("training_info")
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, os.path.join(folder, name + ".again.onnx"))


def main():
    program = os.path.abspath(sys.argv[1])
    engines = []
    if numpy and onnxruntime:
        engines.append((f"ONNX Runtime {onnxruntime.__version__}", run_onnxruntime))
    if numpy and opencv:
        engines.append((f"OpenCV {opencv.__version__}", run_opencv))
    if not engines:
        print("skipped: neither onnxruntime nor OpenCV's dnn, with numpy, can be imported by", sys.executable)
        return 77
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "write", folder], check=True)
        layers = [os.path.basename(path)[:-len(".onnx")] for path in sorted(glob.glob(os.path.join(folder, "layer-*.onnx")))]
        for name in NAMES:
            check_model(folder, name, engines)
        for name in layers:
            check_model(folder, name, [engine for engine in engines if engine[1] is run_onnxruntime])
            if onnx:
                check_with_onnx(folder, name)
        if onnx:
            for rewrite in (check_with_onnx, foreign_form):
                for name in NAMES:
                    rewrite(folder, name)
                subprocess.run([program, "reload", folder], check=True)
            print(f"onnx {onnx.__version__}: checked, and loaded again from what it saves")
    return 0


if __name__ == "__main__":
    sys.exit(main())
