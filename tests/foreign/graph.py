"""Builds ONNX models by onnx.helper: a node or a tensor a call."""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "fixtures"))
from noise import noise

# The oldest version of the file format that may hold an operator set; tools write these or a later one.
IR_VERSIONS = {
    7: 3,
    8: 3,
    9: 4,
    10: 5,
    11: 6,
    12: 7,
    13: 7,
    14: 7,
    15: 8,
    16: 8,
    17: 8,
    18: 8,
    19: 9,
    20: 9,
    21: 10,
    22: 10,
    23: 11,
}


class Graph:
    """A graph under construction. What names a value is its name, so that nodes are written as nested calls."""

    def __init__(self, shape=("N", 2, 20, 24), dtype=TensorProto.FLOAT, seed=100):
        self.inputs = [helper.make_tensor_value_info("input", dtype, shape)]
        self.nodes, self.initializers = [], []
        self.shapes = {}  # of what onnx does not infer
        self.seed = seed

    def constant(self, values, dtype=np.float32):
        """An initializer with these values."""
        name = f"constant_{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def ints(self, *values):
        return self.constant(values, np.int64)

    def weights(self, *dimensions, scale=None, offset=0.0):
        """Random weights, which by default keep the size of what a layer's outputs x inputs... multiplies."""
        self.seed += 1
        if scale is None:
            scale = np.sqrt(3 / max(np.prod(dimensions[1:]), 1))
        values = offset + scale * noise(self.seed, int(np.prod(dimensions)))
        return self.constant(values.reshape(dimensions))

    def node(self, operator, *inputs, outputs=1, **attributes):
        """Adds a node. The name of its output, or a list of several."""
        names = [f"{operator}_{len(self.nodes)}" + (f"_{i}" if i else "") for i in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, name=f"node_{len(self.nodes)}", **attributes))
        return names[0] if outputs == 1 else names

    def conv(self, x, filters, channels, size=3, bias=True, **attributes):
        weights = self.weights(filters, channels // attributes.get("group", 1), size, size)
        biases = [self.weights(filters, scale=0.5)] if bias else []
        return self.node("Conv", x, weights, *biases, **attributes)

    def gemm(self, x, units, inputs):
        """As PyTorch writes a linear layer."""
        return self.node("Gemm", x, self.weights(units, inputs), self.weights(units, scale=0.5), transB=1)

    def classify(self, x, values, classes=5):
        """An end that every reader knows, behind what the model is about."""
        return self.gemm(self.node("Flatten", x), classes, values)

    def model(self, *outputs, opset=17, ir_version=None, functions=(), domains=(), dtypes=(), check=True):
        """The finished model. The shapes of its outputs are inferred."""
        dtypes = list(dtypes) or [TensorProto.FLOAT] * len(outputs)
        values = [
            helper.make_tensor_value_info(name, dtype, self.shapes.get(name)) for name, dtype in zip(outputs, dtypes)
        ]
        known = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in self.shapes.items()
            if name not in outputs
        ]
        ir_version = ir_version or IR_VERSIONS[opset]
        inputs = list(self.inputs)
        if ir_version < 4:  # where initializers are inputs too
            inputs += [helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in self.initializers]
        graph = helper.make_graph(self.nodes, "graph", inputs, values, self.initializers, value_info=known)
        opsets = [helper.make_opsetid("", opset)] + [helper.make_opsetid(*domain) for domain in domains]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=ir_version, functions=functions, producer_name="onnx.helper"
        )
        if check:
            inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
            for own, other in zip(model.graph.output, inferred.graph.output):
                own.CopyFrom(other)
            onnx.checker.check_model(model)
        return model
