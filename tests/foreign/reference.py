"""What ONNX Runtime computes, in the order in which libdigitnet has images: rows x columns x channels."""

import sys

try:
    import numpy as np
    import onnx
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as errors
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

onnxruntime.set_default_logger_severity(4)


class OtherBatch(Exception):
    """A Reshape moved values from one image to another."""


FAILURES = (
    errors.Fail,
    errors.RuntimeException,
    errors.InvalidArgument,
    errors.InvalidGraph,
    errors.NotImplemented,
    OtherBatch,
)

# From images NHWC to what a file's input has, by the name of its layout.
LAYOUTS = {
    "NCHW": lambda images: images.transpose(0, 3, 1, 2),
    "NHWC": lambda images: images,
    "NHW": lambda images: images[..., 0],
    "NC": lambda images: images.reshape(len(images), -1),
}
# Of files that take one image, without a dimension of samples.
ONE_IMAGE = {"CHW": "NCHW", "HWC": "NHWC", "HW": "NHW", "C": "NC"}
TYPES = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
    "tensor(int64)": np.int64,
}


def session(model):
    """Of a path or a ModelProto."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # Fused and approximate operators would be another reference than what the file says.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    source = model.SerializeToString() if isinstance(model, onnx.ModelProto) else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def channels_last(output, layout):
    return output.transpose(0, 2, 3, 1) if layout == "NCHW" and output.ndim == 4 else output


def run(model, images, layout, output_layout=None):
    """The model's first output for images NHWC: a row for each of them."""
    runtime = session(model)
    [source] = runtime.get_inputs()
    values = np.ascontiguousarray(LAYOUTS[ONE_IMAGE.get(layout, layout)](images).astype(TYPES[source.type]))
    first = runtime.get_outputs()[0].name
    if layout in ONE_IMAGE:
        return np.stack([runtime.run([first], {source.name: image})[0].ravel() for image in values]).astype(np.float32)
    batches = np.split(values, len(values)) if source.shape[0] == 1 else [values]
    outputs = np.concatenate([runtime.run([first], {source.name: batch})[0] for batch in batches])
    if len(outputs) != len(images):
        raise OtherBatch(f"{len(images)} images, {len(outputs)} rows of outputs")
    return channels_last(outputs, output_layout or layout).astype(np.float32).reshape(len(images), -1)
