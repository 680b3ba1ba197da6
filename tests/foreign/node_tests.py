#!/usr/bin/env python3
"""Tries the node tests of onnx: libdigitnet computes of each what ONNX Runtime does, or refuses it.

    node_tests.py [OPERATOR...]

A test becomes a model of one image: its first sample is the input, and all other inputs are constants. Tests are left
out whose first input is no float of two to four dimensions, and those that make no sense of one sample. Also run are
the operators' definitions by others, the tests named "expanded". Fails where an output differs.
"""

import collections
import pathlib
import sys
import tempfile
import warnings

import reference  # first: it says where something is missing

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases

from library import Tally

OPERATORS = """
    Abs Add AveragePool BatchNormalization Cast Clip Concat Constant Conv ConvTranspose DepthToSpace Div Dropout Elu Erf Exp
    Flatten Gather Gelu Gemm GlobalAveragePool GlobalMaxPool GroupNormalization HardSigmoid HardSwish Identity
    InstanceNormalization LRN LayerNormalization LeakyRelu Log LogSoftmax MatMul Max MaxPool Mean Min Mish Mul Neg PRelu
    Pad Pow Reciprocal ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSum ReduceSumSquare Relu Reshape Resize Selu Shape
    Sigmoid Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh Transpose Unsqueeze Upsample
""".split()
LAYOUTS = {2: "NC", 3: "NHW", 4: "NCHW"}


def of_one_sample(model, inputs):
    """The model with all inputs but the first as constants, and the first sample of that. None where that cannot be."""
    images = inputs[0]
    if (
        not isinstance(images, np.ndarray)
        or images.dtype != np.float32
        or images.ndim not in LAYOUTS
        or 0 in images.shape
    ):
        return None
    single = onnx.ModelProto()
    single.CopyFrom(model)
    graph = single.graph
    for info, values in zip(list(graph.input)[1:], inputs[1:]):
        if not isinstance(values, (np.ndarray, np.generic)):
            return None
        values = np.asarray(values)
        if values.shape == images.shape and values.shape[0] > 1:
            values = values[:1]  # which goes with the sample
        graph.initializer.append(numpy_helper.from_array(values, info.name))
        graph.input.remove(info)
    graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    for output in graph.output:  # whose dimensions may not be those of the test any more
        for dimension in output.type.tensor_type.shape.dim:
            dimension.ClearField("value")
    return single, images[:1]


def nhwc(images):
    return {
        2: lambda: images.reshape(1, 1, 1, -1),
        3: lambda: images[..., None],
        4: lambda: images.transpose(0, 2, 3, 1),
    }[images.ndim]()


def single_models():
    """Name, operator, model and images of each test that suits."""
    cases = [case for case in collect_testcases(None) if case.model is not None]
    operators = {case.name: case.model.graph.node[0].op_type for case in cases if "_expanded" not in case.name}
    for case in cases:
        operator = operators.get(case.name.partition("_expanded")[0])
        if operator not in OPERATORS or "train" in case.name or len(case.model.graph.input) == 0:
            continue
        if case.model.graph.output[0].type.tensor_type.elem_type != TensorProto.FLOAT:
            continue
        made = of_one_sample(case.model, case.data_sets[0][0])
        if made:
            yield case.name, operator, *made


def main(wanted):
    warnings.filterwarnings("ignore")
    tally, counts, senseless = Tally(), collections.defaultdict(collections.Counter), []
    with tempfile.TemporaryDirectory() as folder:
        for name, operator, model, sample in single_models():
            if wanted and operator not in wanted:
                continue
            images = np.concatenate(
                [nhwc(sample), nhwc(np.random.default_rng(1).uniform(-1, 1, sample.shape).astype(np.float32))]
            )
            try:
                outputs = reference.run(model, images, LAYOUTS[sample.ndim])
                if not np.isfinite(outputs).all():  # roots of negative values
                    images = np.abs(images)
                    outputs = reference.run(model, images, LAYOUTS[sample.ndim])
            except reference.FAILURES:
                senseless.append(name)
                continue
            path = pathlib.Path(folder) / f"{name}.onnx"
            onnx.save(model, path)
            row = "expanded" if "_expanded" in name else operator
            counts[row][tally.try_model(name, path, images, outputs)] += 1
    tally.report()
    print(f"{'operator':24}{'same':>8}{'refused':>8}{'wrong':>8}")
    for operator, results in sorted(counts.items()):
        print(f"{operator:24}{results['same']:8}{results['refused']:8}{results['wrong']:8}")
    print(f"{len(senseless)} tests make no sense of one sample: {', '.join(senseless)}")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
