#!/usr/bin/env python3
"""Makes the models that need no tool but onnx.helper: forms that other tools and older versions write, and refusals.

make_helper.py [NAME...]    all, or those alone
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import corpus
from graph import Graph

MAKERS = {}


def maker(function):
    MAKERS[function.__name__.replace("_", "-")] = function
    return function


def small(g, x, channels=3):
    """A convolution and pools, to 5 x 6 pixels."""
    x = g.node("Relu", g.conv(x, channels, 2, pads=[1, 1, 1, 1], strides=[2, 2]))
    return g.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])


# Whole files in the manner of a tool.


@maker
def cntk(name):
    """The zoo's MNIST network: initializers among the inputs, SAME_UPPER, biases added, a constant that is reshaped."""
    g = Graph(shape=(1, 1, 28, 28))
    x = "input"
    for filters, channels, pool in ((4, 1, 2), (6, 4, 3)):
        x = g.node(
            "Conv",
            x,
            g.weights(filters, channels, 5, 5),
            auto_pad="SAME_UPPER",
            kernel_shape=[5, 5],
            strides=[1, 1],
            dilations=[1, 1],
            group=1,
        )
        x = g.node("Relu", g.node("Add", x, g.weights(filters, 1, 1)))
        x = g.node("MaxPool", x, kernel_shape=[pool, pool], strides=[pool, pool], pads=[0, 0, 0, 0], auto_pad="NOTSET")
    x = g.node("Reshape", x, g.ints(1, 96))
    kernel = g.node("Reshape", g.weights(6, 4, 4, 10, scale=0.2), g.ints(96, 10))
    x = g.node("Add", g.node("MatMul", x, kernel), g.weights(1, 10))
    corpus.write(name, g.model(x, opset=8, ir_version=3), shape=(28, 28, 1))


@maker
def caffe2(name):
    """The zoo's networks from Caffe: one image, a dropout that also gives its mask, a shape that is a constant."""
    g = Graph(shape=(1, 2, 20, 24))
    x = small(g, "input")
    x, _ = g.node("Dropout", x, outputs=2, ratio=0.5)
    x = g.node("Relu", g.gemm(g.node("Reshape", x, g.ints(1, 90)), 6, 90))
    x, _ = g.node("Dropout", x, outputs=2, ratio=0.5)
    corpus.write(name, g.model(g.node("Softmax", g.gemm(x, 5, 6), axis=1), opset=9, ir_version=3))


@maker
def matlab(name):
    """A mean image is taken off, a dense layer is a convolution over the whole image."""
    g = Graph(shape=(1, 2, 20, 24))
    x = small(g, g.node("Sub", "input", g.weights(1, 2, 20, 24, scale=0.3)))
    x = batch_normalization(g, x, 3)
    x = g.node("Conv", x, g.weights(5, 3, 5, 6), g.weights(5), kernel_shape=[5, 6])
    corpus.write(name, g.model(g.node("Softmax", g.node("Flatten", x)), opset=9))


@maker
def first_version(name):
    """Operator set 5: a type by its name, shapes and axes as attributes, and operators that are no more."""
    g = Graph(shape=(1, 2, 20, 24))
    x = g.node("Cast", g.node("ImageScaler", "input", scale=2.0, bias=[0.3, -0.2]), to="FLOAT")
    x = g.node("Add", g.conv(x, 3, 2, bias=False, strides=[4, 4]), g.weights(3), broadcast=1, axis=1)
    x = g.node("ScaledTanh", x, alpha=1.7, beta=0.6)
    x = g.node("Pad", x, paddings=[0, 0, 1, 1, 0, 0, 1, 1], mode="constant", value=0.0)
    x = g.node("Dropout", g.node("Reshape", x, shape=[1, 3 * 7 * 8]), is_test=1, ratio=0.0)
    x = g.node("Gemm", x, g.weights(5, 168), g.weights(5), transB=1, broadcast=1)
    # ONNX Runtime begins at operator set 7, and so does this model's double.
    y = Graph(shape=(1, 2, 20, 24))
    z = y.node("Add", y.node("Mul", "input", y.constant(2)), y.constant([[[0.3]], [[-0.2]]]))
    z = y.node("Add", y.conv(z, 3, 2, bias=False, strides=[4, 4]), y.weights(3, 1, 1))
    z = y.node("Mul", y.node("Tanh", y.node("Mul", z, y.constant(0.6))), y.constant(1.7))
    z = y.node("Flatten", y.node("Pad", z, pads=[0, 0, 1, 1, 0, 0, 1, 1]))
    z = y.node("Gemm", z, y.weights(5, 168), y.weights(5), transB=1)
    g.shapes[x] = (1, 5)
    corpus.write(name, g.model(x, opset=5, ir_version=3, check=False), same_as=y.model(z, opset=7))


@maker
def open_size(name):
    """Rows and columns are left open, as exporters of whole batches do: those of MNIST."""
    g = Graph(shape=("N", 1, "rows", "columns"))
    x = g.node("GlobalAveragePool", g.node("Relu", g.conv("input", 6, 1, strides=[2, 2])))
    corpus.write(name, g.model(g.classify(x, 6)), shape=(28, 28, 1))


@maker
def linear_classifier(name):
    """Scikit-learn's logistic regression behind a scaler, with a map of names to probabilities."""
    g = Graph(shape=("N", 12))
    numbers = lambda count, seed: [float(value) for value in np.random.default_rng(seed).normal(size=count)]
    x = g.node("Scaler", "input", offset=numbers(12, 1), scale=[0.5] * 12, domain="ai.onnx.ml")
    classes = {"classlabels_ints": list(range(5)), "multi_class": 1, "post_transform": "SOFTMAX"}
    weights = {"coefficients": numbers(60, 2), "intercepts": numbers(5, 3)}
    label, x = g.node("LinearClassifier", x, outputs=2, domain="ai.onnx.ml", **weights, **classes)
    x = g.node("Normalizer", x, norm="L1", domain="ai.onnx.ml")
    g.shapes |= {label: ("N",), x: ("N", 5)}
    model = g.model(
        x, label, opset=13, dtypes=[TensorProto.FLOAT, TensorProto.INT64], domains=[("ai.onnx.ml", 1)], check=False
    )
    corpus.write(name, model, shape=(1, 1, 12), layout="NC")


@maker
def rgb_to_grayscale(name):
    """TensorFlow's function as tf2onnx writes it, with an axis in front of the samples for a while."""
    g = Graph(shape=("N", 20, 24, 3))
    sizes = g.node("Slice", g.node("Shape", "input"), g.ints(0), g.ints(3))
    x = g.node("MatMul", g.node("Reshape", "input", g.ints(-1, 3)), g.constant([[0.2989], [0.587], [0.114]]))
    x = g.node("Unsqueeze", g.node("Reshape", x, sizes), g.ints(-1))
    x = g.node("Reshape", g.node("Unsqueeze", x, g.ints(0)), g.ints(-1, 1, 0, 0))
    corpus.write(name, g.model(g.classify(g.conv(x, 3, 1, strides=[4, 4]), 90)), shape=(20, 24, 3), layout="NHWC")


@maker
def chosen_features(name):
    """Scikit-learn's rows of length 1, and a choice of columns, before a perceptron.

    The other way round ONNX Runtime 1.32.0 gives wrong outputs: its Normalizer writes over what it reads.
    """
    g = Graph(shape=("N", 12))
    x = g.node("Normalizer", "input", norm="L2", domain="ai.onnx.ml")
    x = g.node("ArrayFeatureExtractor", x, g.ints(1, 2, 3, 5, 7, 8, 11), domain="ai.onnx.ml")
    g.shapes[x] = ("N", 7)
    x = g.node("Softmax", g.gemm(x, 5, 7))
    corpus.write(name, g.model(x, opset=13, domains=[("ai.onnx.ml", 1)], check=False), shape=(1, 1, 12), layout="NC")


@maker
def constant_nodes(name):
    """Each constant is a node, in the forms that it has."""
    g = Graph()
    x = g.node(
        "Clip",
        g.conv("input", 3, 2, strides=[2, 2]),
        g.node("Constant", value_float=0.0),
        g.node("Constant", value_float=6.0),
    )
    x = g.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = g.node("Reshape", x, g.node("Constant", value_ints=[0, -1]))
    x = g.node("Mul", x, g.node("Constant", value_floats=[0.5]))
    x = g.gemm(x, 5, 4 * 5 * 3)
    constants = [helper.make_node("Constant", [], [t.name], value=t) for t in g.initializers]
    g.nodes, g.initializers = constants + g.nodes, []
    corpus.write(name, g.model(x, opset=13))


@maker
def local_functions(name):
    """A block of the model is a function of a domain of its own, which calls another one."""
    opset = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    swish = helper.make_function(
        "own",
        "Swish",
        ["x"],
        ["y"],
        [helper.make_node("Sigmoid", ["x"], ["s"]), helper.make_node("Mul", ["x", "s"], ["y"])],
        opset[:1],
    )
    conv = helper.make_node("Conv", ["x", "w"], ["c"])
    stride = conv.attribute.add()
    stride.name, stride.ref_attr_name, stride.type = "strides", "strides", onnx.AttributeProto.INTS
    block = helper.make_function(
        "own",
        "Block",
        ["x", "w"],
        ["y"],
        [conv, helper.make_node("Swish", ["c"], ["y"], domain="own")],
        opset,
        ["strides"],
    )
    g = Graph()
    x = g.node("Block", "input", g.weights(3, 2, 3, 3), domain="own", strides=[3, 3])
    x = g.node("Block", x, g.weights(4, 3, 3, 3), domain="own", strides=[1, 2])
    x = g.classify(x, 4 * 3 * 4)
    corpus.write(name, g.model(x, functions=[block, swish], domains=[("own", 1)], ir_version=8, check=False))


@maker
def ml_net(name):
    """What comes in is passed on as outputs too, before the scores; the label that it was trained with is an input."""
    g = Graph(shape=("N", 12))
    g.inputs.append(helper.make_tensor_value_info("label", TensorProto.FLOAT, ("N", 1)))
    label = g.node("Identity", "label")
    image = g.node("Identity", "input")
    scores = g.node("Identity", g.node("Softmax", g.gemm("input", 5, 12)))
    g.shapes |= {label: ("N", 1), image: ("N", 12), scores: ("N", 5)}
    alone = Graph(shape=("N", 12))
    same = alone.model(alone.node("Softmax", alone.gemm("input", 5, 12)))
    corpus.write(name, g.model(label, image, scores), shape=(1, 1, 12), layout="NC", same_as=same)


@maker
def no_input_shape(name):
    """The weights of the first convolution say how many channels there are."""
    g = Graph(shape=("N", 2, "rows", "columns"))
    x = g.node("Sub", "input", g.weights(2, 1, 1))
    x = g.node("GlobalAveragePool", g.node("Relu", g.conv(x, 6, 2, strides=[2, 2])))
    known = g.model(g.classify(x, 6))
    model = onnx.ModelProto()
    model.CopyFrom(known)
    model.graph.input[0].type.tensor_type.ClearField("shape")
    corpus.write(name, model, shape=(28, 28, 2), same_as=known)


@maker
def several_outputs(name):
    """The first one is the classifier's; the other, what leads to it."""
    g = Graph()
    features = small(g, "input")
    corpus.write(name, g.model(g.node("Softmax", g.classify(features, 5 * 6 * 3)), features))


# Shapes.


@maker
def reshape_zero_minus_one(name):
    g = Graph()
    corpus.write(name, g.model(g.gemm(g.node("Reshape", small(g, "input"), g.ints(0, -1)), 5, 90)))


@maker
def reshape_by_shape(name):
    """view(x.size(0), -1), as a tracer writes it."""
    g = Graph()
    x = small(g, "input")
    batch = g.node("Gather", g.node("Shape", x), g.constant(0, np.int64), axis=0)
    minus_one = g.node("Unsqueeze", g.constant(-1, np.int64), g.ints(0))
    shape = g.node("Concat", g.node("Unsqueeze", batch, g.ints(0)), minus_one, axis=0)
    corpus.write(name, g.model(g.gemm(g.node("Reshape", x, shape), 5, 90), opset=13))


@maker
def conditions(name):
    """As PyTorch traces squeeze(1): it is done where that dimension is 1, which is known of each."""

    def squeezed(x):
        size = g.node("Gather", g.node("Shape", x), g.ints(1), axis=0)
        output = helper.make_tensor_value_info(f"{x}_out", TensorProto.FLOAT, None)
        axes = numpy_helper.from_array(np.array([1]), f"{x}_axes")
        taken = helper.make_node("Squeeze", [x, axes.name], [f"{x}_out"])
        branches = [
            helper.make_graph([taken], "taken", [], [output], [axes]),
            helper.make_graph([helper.make_node("Identity", [x], [f"{x}_out"])], "left", [], [output]),
        ]
        condition = g.node("Equal", size, g.ints(1))
        return g.node("If", condition, then_branch=branches[0], else_branch=branches[1])

    g = Graph()
    x = squeezed(g.conv("input", 1, 2, strides=[4, 4]))
    x = squeezed(g.node("Relu", x))  # 5 rows, which stay
    x = g.gemm(g.node("Reshape", x, g.ints(-1, 30)), 5, 30)
    corpus.write(name, g.model(x, opset=13))


@maker
def input_without_channels(name):
    g = Graph(shape=("N", 20, 24))
    x = g.node("Unsqueeze", "input", g.ints(1))
    x = g.node("Relu", g.conv(x, 3, 1, strides=[4, 4]))
    corpus.write(name, g.model(g.classify(x, 5 * 6 * 3)), shape=(20, 24, 1), layout="NHW")


@maker
def flattened_input_without_channels(name):
    g = Graph(shape=("N", 20, 24))
    x = g.node("Relu", g.gemm(g.node("Flatten", "input"), 6, 480))
    corpus.write(name, g.model(g.gemm(x, 5, 6)), shape=(20, 24, 1), layout="NHW")


@maker
def indexed_channels(name):
    """As Dynamo writes x[:, [1, 0, 1]]."""
    g = Graph()
    x = g.node("GatherND", g.node("Transpose", "input", perm=[1, 0, 2, 3]), g.constant([[1], [0], [1]], np.int64))
    x = g.node("Transpose", x, perm=[1, 0, 2, 3])
    corpus.write(name, g.model(g.classify(small(g, g.conv(x, 2, 3, size=1)), 90)))


@maker
def there_and_back(name):
    """To NHWC and back, with a layer between that minds where the channels are."""
    g = Graph()
    x = g.node("Transpose", small(g, "input"), perm=[0, 2, 3, 1])
    x = g.node("Add", g.node("Mul", x, g.weights(3, offset=1)), g.weights(3))
    x = g.node("Transpose", x, perm=[0, 3, 1, 2])
    corpus.write(name, g.model(g.classify(x, 90)))


@maker
def flattened_channels_last(name):
    """A dense layer that takes pixel after pixel."""
    g = Graph()
    x = g.node("Transpose", small(g, "input"), perm=[0, 2, 3, 1])
    corpus.write(name, g.model(g.gemm(g.node("Flatten", x), 5, 90)))


@maker
def one_image(name):
    """One image as a canvas of a web page has it, pixel after pixel with four channels, of which the last counts."""
    g = Graph(shape=(20 * 24 * 4,))
    x = g.node("Reshape", "input", g.ints(20, 24, 4))
    x = g.node("Slice", x, g.ints(3), g.ints(4), g.ints(2))
    x = g.node("Reshape", x, g.ints(1, 1, 20, 24))
    x = g.node("Div", g.node("Sub", x, g.constant(0.13)), g.constant(0.31))
    x = g.node("Relu", g.conv(x, 3, 1, strides=[4, 4]))
    x = g.gemm(g.node("Reshape", x, g.ints(1, -1)), 5, 5 * 6 * 3)
    corpus.write(name, g.model(g.node("Squeeze", x, g.ints(0))), shape=(1, 1, 1920), layout="C")


@maker
def one_image_of_rows(name):
    g = Graph(shape=(20, 24))
    x = g.node("Relu", g.node("Add", g.node("MatMul", "input", g.weights(24, 6)), g.weights(6)))
    x = g.node("Transpose", x, perm=[1, 0])
    x = g.gemm(g.node("Flatten", x, axis=0), 5, 120)
    corpus.write(name, g.model(g.node("Softmax", x, axis=1)), shape=(20, 24, 1), layout="HW")


# Products.


@maker
def dense_on_images(name):
    """As TensorFlow has it: the places of all images are the rows of a matrix."""
    g = Graph()
    x = g.node("Transpose", small(g, "input"), perm=[0, 2, 3, 1])
    batch = g.node("Slice", g.node("Shape", x), g.ints(0), g.ints(1))
    rows = g.node("Reshape", x, g.ints(-1, 3))
    rows = g.node("Relu", g.node("Add", g.node("MatMul", rows, g.weights(3, 4)), g.weights(4)))
    rows = g.node("Softmax", g.gemm(rows, 6, 4), axis=1)
    x = g.node("Reshape", rows, g.node("Concat", batch, g.ints(5, 6, 6), axis=0))
    corpus.write(name, g.model(g.classify(x, 180), opset=13))


@maker
def matmul_flat(name):
    g = Graph(shape=("N", 12))
    x = g.node("Relu", g.node("Add", g.node("MatMul", "input", g.weights(12, 8, scale=0.5)), g.weights(8)))
    x = g.node("Add", g.weights(1, 5), g.node("MatMul", x, g.weights(8, 5, scale=0.5)))
    corpus.write(name, g.model(x), shape=(1, 1, 12), layout="NC")


@maker
def matrix_times_columns(name):
    """As textbooks write a layer: a matrix times one column of values."""
    g = Graph(shape=(480, 1))
    x = g.node("Sigmoid", g.node("Add", g.node("MatMul", g.weights(7, 480), "input"), g.weights(7, 1)))
    x = g.node("Add", g.node("MatMul", g.weights(5, 7), x), g.weights(5, 1))
    corpus.write(name, g.model(g.node("Softmax", x, axis=0)), shape=(480, 1, 1), layout="HW")


def gemms(name, *forms):
    """Each form is what Gemm has as its third input, whether the second one is transposed, and more attributes."""
    g = Graph(shape=("N", 12))
    x = "input"
    for values, transposed, attributes in forms:
        third = [] if values is None else [g.constant(values)]
        weights = (
            g.weights(*(7, 12) if transposed else (12, 7), scale=0.4) if x == "input" else g.weights(7, 7, scale=0.6)
        )
        x = g.node("Tanh", g.node("Gemm", x, weights, *third, transB=int(transposed), **attributes))
    corpus.write(name, g.model(x), shape=(1, 1, 12), layout="NC")


SEVEN = np.linspace(-0.5, 0.7, 7)


@maker
def gemm(name):
    gemms(name, (SEVEN, False, {}), (SEVEN, True, {}))


@maker
def gemm_scaled(name):
    gemms(name, (SEVEN, True, {"alpha": 0.5, "beta": 2.0}), (SEVEN, False, {"alpha": 1.5, "beta": 0.0}))


@maker
def gemm_third_inputs(name):
    gemms(name, (0.25, True, {}), ([SEVEN], True, {}), ([[0.5]], False, {}), (None, True, {"alpha": 2.0}))


@maker
def joined_with_constants(name):
    """Each pixel's place as two more channels, and numbers beside a row."""
    g = Graph(shape=(1, 2, 20, 24))
    rows, columns = np.meshgrid(np.linspace(-1, 1, 20), np.linspace(-1, 1, 24), indexing="ij")
    x = g.node("Concat", g.constant([[rows, columns]]), "input", axis=1)
    x = g.node("Flatten", small(g, g.conv(x, 2, 4, size=1)))
    corpus.write(name, g.model(g.gemm(g.node("Concat", x, g.weights(1, 4), axis=1), 5, 94)))


# Powers, and what is made of them.


@maker
def roots_and_quotients(name):
    g = Graph()
    x = g.node("Softsign", small(g, "input"))
    root = g.node("Sqrt", g.node("Add", g.node("Pow", x, g.constant(2)), g.constant(0.25)))
    x = g.node("Add", g.node("Div", x, root), g.node("Div", g.constant(0.3), root))
    x = g.node("Sub", x, g.node("Pow", root, g.constant(-1.5)))
    scores = g.classify(x, 90)
    others = g.node("Reciprocal", g.node("Exp", g.gemm(scores, 5, 5)))
    corpus.write(name, g.model(g.node("Mul", g.node("Exp", scores), others)))


@maker
def unit_length(name):
    """As PyTorch normalizes features: by their length, which is repeated to their size."""
    g = Graph()
    x = g.node("Flatten", small(g, "input"))
    length = g.node("Clip", g.node("ReduceL2", x, axes=[1], keepdims=1), g.constant(1e-12))
    x = g.node("Div", x, g.node("Expand", length, g.node("Shape", x)))
    corpus.write(name, g.model(g.gemm(x, 5, 90)))


@maker
def root_mean_square(name):
    """Each place by the root of the mean of its squares, times a number for each channel, by its reciprocal."""
    g = Graph()
    x = small(g, "input")
    mean = g.node("ReduceMean", g.node("Mul", x, x), axes=[1], keepdims=1)
    factor = g.node("Reciprocal", g.node("Sqrt", g.node("Add", mean, g.constant(1e-3))))
    x = g.node("Mul", x, g.node("Mul", factor, g.weights(3, 1, 1, scale=0.5, offset=1)))
    corpus.write(name, g.model(g.classify(x, 90)))


@maker
def local_response(name):
    g = Graph()
    x = g.node("Relu", g.conv("input", 7, 2, strides=[4, 4]))
    x = g.node("LRN", x, size=5, alpha=0.6, beta=0.75, bias=1.5)
    corpus.write(name, g.model(g.classify(x, 7 * 5 * 6)))


@maker
def local_response_by_volumes(name):
    """As PyTorch has it: the neighbouring channels are one axis of a volume."""
    g = Graph(shape=(1, 2, 20, 24))
    x = g.node("Relu", g.conv("input", 7, 2, strides=[4, 4]))
    volume = g.node("Reshape", g.node("Mul", x, x), g.ints(1, 1, 7, 5, 6))
    volume = g.node("Pad", volume, g.ints(0, 0, 2, 0, 0, 0, 0, 2, 0, 0))
    mean = g.node("AveragePool", volume, kernel_shape=[5, 1, 1], strides=[1, 1, 1])
    mean = g.node("Squeeze", mean, g.ints(1))
    factor = g.node("Pow", g.node("Add", g.node("Mul", mean, g.constant(0.9)), g.constant(1)), g.constant(0.75))
    corpus.write(name, g.model(g.classify(g.node("Div", x, factor), 7 * 5 * 6)))


@maker
def reductions_of_powers(name):
    g = Graph()
    x = g.conv("input", 3, 2, strides=[4, 4])
    rows = [
        g.node("ReduceL2", x, axes=[2, 3], keepdims=0),
        g.node("ReduceSumSquare", x, axes=[1, 3], keepdims=0),
        g.node("ReduceMin", x, axes=[2, 3], keepdims=0),
        g.node("Flatten", g.node("ReduceMin", x, axes=[1])),
    ]
    corpus.write(name, g.model(g.gemm(g.node("Concat", *rows, axis=1), 5, 3 + 5 + 3 + 30)))


@maker
def of_three(name):
    g = Graph()
    first, second, third = (g.node("Tanh", g.conv("input", 3, 2, strides=[4, 4])) for _ in range(3))
    x = g.node("Max", first, second, third)
    x = g.node("Mean", x, g.node("Min", first, second, g.constant(0.1)), third)
    corpus.write(name, g.model(g.classify(x, 90)))


@maker
def functions_of_constants(name):
    """Weights that are what trained numbers are made into."""
    g = Graph()
    x = small(g, "input")
    gate = g.node("Mul", g.node("Sigmoid", g.weights(3, 1, 1)), g.node("Softplus", g.weights(1)))
    x = g.node("Mul", x, g.node("Clip", gate, g.constant(0.3), g.constant(0.8)))
    x = g.node("Add", x, g.node("Tile", g.node("Sign", g.weights(3, 1, 2)), g.ints(1, 5, 3)))
    corpus.write(name, g.model(g.classify(x, 90)))


# Ends.


@maker
def softmax_opset_11(name):
    """Over all but the first dimension: here channels, since a pool left one pixel."""
    g = Graph()
    x = g.node("GlobalAveragePool", g.conv("input", 5, 2, strides=[3, 3], bias=False))
    corpus.write(name, g.model(g.node("Softmax", g.node("Mul", x, g.constant(20))), opset=11))


@maker
def softmax_opset_13(name):
    """Over the last dimension."""
    g = Graph()
    corpus.write(name, g.model(g.node("Softmax", g.classify(small(g, "input"), 90)), opset=13))


@maker
def arg_max(name):
    g = Graph()
    scores = g.node("Softmax", g.classify(small(g, "input"), 90))
    model = g.model(g.node("ArgMax", scores, axis=1, keepdims=0), dtypes=[TensorProto.INT64])
    corpus.write(name, model, kind="class")


# Normalization.


def batch_normalization(g, x, channels):
    return g.node(
        "BatchNormalization",
        x,
        g.weights(channels, scale=0.5, offset=1),
        g.weights(channels, scale=0.5),
        g.weights(channels, scale=0.2),
        g.weights(channels, scale=0.5, offset=1),
        epsilon=1e-3,
    )


@maker
def batch_normalization_behind_conv(name):
    g = Graph()
    x = g.node("Relu", batch_normalization(g, g.conv("input", 3, 2, strides=[4, 4], bias=False), 3))
    corpus.write(name, g.model(g.classify(x, 5 * 6 * 3)))


@maker
def batch_normalization_behind_relu(name):
    g = Graph()
    x = batch_normalization(g, g.node("Relu", g.conv("input", 3, 2, strides=[4, 4])), 3)
    x = g.node("Relu", g.conv(x, 3, 3, pads=[1, 1, 1, 1]))  # whose zeros at the edge are not moved by it
    corpus.write(name, g.model(g.classify(x, 5 * 6 * 3)))


@maker
def batch_normalization_first(name):
    g = Graph()
    x = g.conv(batch_normalization(g, "input", 2), 3, 2, pads=[1, 1, 1, 1], strides=[4, 4])
    corpus.write(name, g.model(g.classify(x, 5 * 6 * 3)))


@maker
def instance_normalization(name):
    g = Graph()
    x = g.conv("input", 3, 2, strides=[4, 4])
    x = g.node("InstanceNormalization", x, g.weights(3, offset=1, scale=0.5), g.weights(3), epsilon=1e-3)
    corpus.write(name, g.model(g.classify(g.node("Relu", x), 5 * 6 * 3)))


@maker
def layer_normalization(name):
    """Over the channels, as ConvNeXt has it, then over flat values."""
    g = Graph()
    x = g.node("Transpose", g.conv("input", 4, 2, strides=[4, 4]), perm=[0, 2, 3, 1])
    x = g.node("LayerNormalization", x, g.weights(4, offset=1, scale=0.5), g.weights(4), epsilon=1e-6)
    x = g.gemm(g.node("Flatten", g.node("Transpose", x, perm=[0, 3, 1, 2])), 6, 5 * 6 * 4)
    x = g.node("LayerNormalization", x, g.weights(6, offset=1, scale=0.5), g.weights(6), axis=1)
    corpus.write(name, g.model(g.gemm(x, 5, 6)))


@maker
def standardized_input(name):
    g = Graph()
    x = g.node("Div", g.node("Sub", "input", g.constant([[[[0.4]], [[-0.3]]]])), g.constant([[[[0.2]], [[0.5]]]]))
    x = g.conv(x, 3, 2, pads=[1, 1, 1, 1], strides=[4, 4])
    corpus.write(name, g.model(g.classify(g.node("Relu", x), 5 * 6 * 3)))


@maker
def bytes_input(name):
    g = Graph(dtype=TensorProto.UINT8)
    x = g.node("Div", g.node("Cast", "input", to=TensorProto.FLOAT), g.constant(255))
    x = g.conv(x, 3, 2, pads=[1, 1, 1, 1], strides=[4, 4])
    corpus.write(name, g.model(g.classify(g.node("Relu", x), 5 * 6 * 3)), kind="bytes")


# Windows.


def averages(name, **attributes):
    g = Graph()
    x = g.node("AveragePool", "input", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[4, 4], **attributes)
    corpus.write(name, g.model(x, opset=11))


@maker
def average_pool_without_pads(name):
    averages(name)


@maker
def average_pool_with_pads(name):
    averages(name, count_include_pad=1)


@maker
def one_score(name):
    """A list of numbers, one of each image."""
    g = Graph()
    corpus.write(name, g.model(g.node("ReduceMean", "input", axes=[1, 2, 3], keepdims=0), opset=13))


@maker
def ceil_mode(name):
    g = Graph()
    x = g.node("MaxPool", "input", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    x = g.node("MaxPool", x, kernel_shape=[3, 2], strides=[3, 5], pads=[1, 0, 1, 0], ceil_mode=1)
    corpus.write(name, g.model(x, opset=11))


@maker
def same_lower(name):
    g = Graph()
    x = g.conv("input", 2, 2, size=4, auto_pad="SAME_LOWER", strides=[2, 2])
    corpus.write(name, g.model(g.node("MaxPool", x, kernel_shape=[4, 4], auto_pad="SAME_LOWER", strides=[3, 3])))


@maker
def asymmetric_pads(name):
    g = Graph()
    x = g.conv("input", 2, 2, pads=[2, 0, 1, 3], strides=[2, 3])
    corpus.write(name, g.model(g.node("MaxPool", x, kernel_shape=[2, 3], pads=[1, 2, 0, 0], strides=[2, 2])))


@maker
def pad_node(name):
    g = Graph()
    x = g.node("Pad", "input", g.ints(0, 0, 2, 0, 0, 0, 1, 3), g.constant(0))
    x = g.node("Relu", g.conv(x, 3, 2, strides=[4, 4]))
    corpus.write(name, g.model(g.classify(x, 6 * 7 * 3), opset=13))


@maker
def pad_attribute(name):
    """As it was before operator set 11, and with negative pads, which crop."""
    g = Graph()
    x = g.node("Pad", "input", pads=[0, 0, 1, 1, 0, 0, 1, -2], mode="constant", value=0.0)
    x = g.node("Relu", g.conv(x, 3, 2, strides=[4, 4]))
    corpus.write(name, g.model(g.classify(x, 5 * 6 * 3), opset=9))


@maker
def pads_that_copy(name):
    g = Graph()
    x = g.conv("input", 3, 2, strides=[2, 2])  # 9 x 11
    x = g.node("Pad", x, g.ints(0, 0, 2, 1, 0, 0, 1, 3), mode="reflect")
    x = g.node("Pad", g.conv(x, 4, 3, strides=[2, 2]), g.ints(0, 0, 0, 2, 0, 0, 1, 0), mode="edge")
    x = g.node("Pad", g.node("Relu", x), g.ints(0, 1, 1, 0, 0, 2, 1, 1), g.constant(0.7))
    corpus.write(name, g.model(x))


@maker
def pads_that_copy_before_max_pool(name):
    """As Keras has them on PyTorch: they are the pool's own."""
    g = Graph()
    x = g.node("Pad", g.conv("input", 3, 2, strides=[2, 2]), g.ints(0, 0, 0, 0, 0, 0, 1, 1), mode="edge")
    x = g.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    corpus.write(name, g.model(g.classify(x, 5 * 6 * 3)))


@maker
def one_dimension(name):
    """Convolutions and pools along rows, of which the columns are channels."""
    g = Graph(shape=("N", 20, 24))
    weights = lambda filters, channels, size: (g.weights(filters, channels, size), g.weights(filters))
    x = g.node("Relu", g.node("Conv", "input", *weights(8, 20, 5), kernel_shape=[5], pads=[2, 1], strides=[1]))
    x = g.node("MaxPool", x, kernel_shape=[3], strides=[2], pads=[1, 1])
    x = g.node("Conv", x, *weights(6, 4, 3), group=2, dilations=[2], pads=[1, 3])
    x = g.node("AveragePool", g.node("Relu", x), kernel_shape=[2], strides=[2])
    x = g.node("ConvTranspose", x, g.weights(6, 4, 4), g.weights(4), strides=[2])
    x = g.node("GlobalMaxPool", x)
    corpus.write(name, g.model(g.classify(x, 4)), shape=(20, 24, 1), layout="NHW")


@maker
def grouped_conv(name):
    g = Graph()
    x = g.node("Relu", g.conv("input", 4, 2, strides=[2, 2]))
    x = g.node("Relu", g.conv(x, 6, 4, group=2, dilations=[2, 1]))
    x = g.conv(x, 12, 6, group=6, pads=[1, 1, 1, 1], strides=[2, 2])
    corpus.write(name, g.model(g.node("Flatten", g.node("GlobalMaxPool", x))))


@maker
def conv_transpose(name):
    g = Graph()
    x = g.node("Relu", g.conv("input", 4, 2, strides=[5, 6]))
    x = g.node(
        "Relu",
        g.node(
            "ConvTranspose",
            x,
            g.weights(4, 3, 3, 3),
            g.weights(3),
            strides=[2, 2],
            pads=[1, 1, 1, 1],
            output_padding=[1, 1],
        ),
    )
    x = g.node("ConvTranspose", x, g.weights(3, 2, 2, 2), strides=[2, 2])
    corpus.write(name, g.model(x))


@maker
def resize(name):
    """By 2, nearest, as PyTorch and as Keras say it."""
    g = Graph()
    x = g.conv("input", 2, 2, strides=[5, 6])
    x = g.node(
        "Resize",
        x,
        "",
        g.constant([1, 1, 2, 2]),
        coordinate_transformation_mode="asymmetric",
        mode="nearest",
        nearest_mode="floor",
    )
    x = g.conv(x, 2, 2)
    x = g.node(
        "Resize",
        x,
        "",
        g.constant([1, 1, 2, 2]),
        coordinate_transformation_mode="half_pixel",
        mode="nearest",
        nearest_mode="round_prefer_floor",
    )
    corpus.write(name, g.model(x, opset=13))


@maker
def resize_to_any_size(name):
    g = Graph()
    x = small(g, "input")
    how = {"coordinate_transformation_mode": "align_corners"}
    x = g.node("Resize", x, "", "", g.ints(1, 3, 8, 5), mode="linear", **how)
    x = g.node("Resize", x, "", g.constant([1, 1, 0.75, 1.7]), mode="cubic")
    x = g.node("Resize", x, "", g.constant([1, 1, 1.5, 0.5]), mode="nearest", nearest_mode="ceil")
    g.inputs[0].type.tensor_type.shape.dim[0].dim_value = 1
    corpus.write(name, g.model(x))


@maker
def upsample(name):
    g = Graph()
    x = g.node("Upsample", g.conv("input", 2, 2, strides=[5, 6]), g.constant([1, 1, 2, 2]), mode="nearest")
    corpus.write(name, g.model(x, opset=9))


@maker
def reduce_mean(name):
    """Over the image, by attribute, and by an input as from operator set 18 on."""
    g = Graph()
    x = g.node("Relu", g.conv("input", 6, 2, strides=[3, 3]))
    corpus.write(name, g.model(g.gemm(g.node("ReduceMean", x, axes=[2, 3], keepdims=0), 5, 6), opset=13))


@maker
def reduce_mean_opset_18(name):
    g = Graph()
    x = g.node("Relu", g.conv("input", 6, 2, strides=[3, 3]))
    corpus.write(name, g.model(g.classify(g.node("ReduceMean", x, g.ints(-1, -2)), 6), opset=18))


# Branches.


@maker
def reductions(name):
    """Of channels, of rows and channels together, and of all."""
    g = Graph()
    x = g.conv("input", 4, 2, strides=[3, 3])  # 6 x 8
    parts = [
        g.node("ReduceMax", x, axes=[1], keepdims=1),
        g.node("ReduceMean", x, axes=[1], keepdims=1),
        g.node("Mul", x, g.node("Sigmoid", g.node("ReduceSum", x, g.ints(1), keepdims=1))),
    ]
    x = g.node("Concat", *parts, axis=1)
    rows = g.node("ReduceMean", x, axes=[1, 2], keepdims=0)
    last = g.node("ReduceMax", g.node("ReduceMean", x, axes=[1], keepdims=0), axes=[2], keepdims=0)
    x = g.node("Concat", rows, last, g.node("Flatten", g.node("ReduceMean", x, axes=[1, 2, 3])), axis=1)
    corpus.write(name, g.model(x, opset=17))


@maker
def picked_channels(name):
    """By any indices, and by steps along several axes."""
    g = Graph(shape=("N", 3, 20, 24))
    x = g.node("Gather", "input", g.ints(2, 0, 0, -2), axis=1)
    x = g.node("Slice", x, g.ints(1, -1), g.ints(20, -25), g.ints(2, 3), g.ints(3, -2))
    corpus.write(name, g.model(g.classify(g.conv(x, 3, 4, strides=[2, 2]), 45)), shape=(20, 24, 3))


@maker
def split_and_slices(name):
    g = Graph()
    x = g.conv("input", 6, 2, strides=[4, 4])
    first, second = g.node("Split", x, g.ints(2, 4), outputs=2, axis=1)
    end = g.node("Slice", second, g.ints(-2), g.ints(2**63 - 1), g.ints(1))
    x = g.node("Concat", g.node("Sigmoid", end), g.node("Relu", second), first, axis=1)
    corpus.write(name, g.model(g.classify(x, 5 * 6 * 8), opset=13))


@maker
def sums_that_repeat(name):
    """Of activations with axes of size 1."""
    g = Graph()
    x = g.conv("input", 3, 2, strides=[3, 3])  # 6 x 8
    channels, places = g.node("GlobalAveragePool", x), g.node("ReduceMean", x, axes=[1])
    x = g.node("Concat", g.node("Sub", x, channels), g.node("Add", places, x), g.node("Add", channels, places), axis=1)
    x = g.classify(g.node("Mul", x, g.node("ReduceMax", x, axes=[3])), 9 * 6 * 8, classes=6)
    x = g.node("Add", g.node("Sub", x, g.node("ReduceMean", x, axes=[1])), g.node("ReduceSum", x, g.ints(1)))
    corpus.write(name, g.model(x))


@maker
def extremes(name):
    g = Graph()
    a, b = g.conv("input", 3, 2, strides=[3, 3]), g.conv("input", 3, 2, strides=[3, 3])
    x = g.node("Concat", g.node("Max", a, b), g.node("Min", a, b), g.node("Abs", a), axis=1)
    x = g.node("Max", g.constant(-0.3), g.node("Log", g.node("Sigmoid", x)))
    corpus.write(name, g.model(g.classify(x, 9 * 6 * 8)))


@maker
def windows_beyond(name):
    """Windows that are larger than what they take, of which there is one."""
    g = Graph()
    x = g.conv("input", 3, 2, strides=[4, 4])  # 5 x 6
    x = g.node("AveragePool", x, kernel_shape=[2, 3], strides=[2, 3], ceil_mode=0)  # 2 x 2
    x = g.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
    g.shapes[x] = ("N", 3, 1, 1)
    g.inputs[0].type.tensor_type.shape.dim[0].dim_value = 1
    corpus.write(name, g.model(g.node("Reshape", x, g.ints(1, 3)), check=False))


@maker
def differences(name):
    """What two values can be, besides their sum: all in one."""
    g = Graph()
    a, b = (g.conv("input", 3, 2, strides=[4, 4]) for _ in range(2))
    x = g.node("Add", g.node("Sub", a, b), g.node("Mul", a, b))
    x = g.node("Sub", g.constant(1.5), g.node("Mul", x, g.weights(3, 1, 1)))
    corpus.write(name, g.model(g.classify(x, 5 * 6 * 3)))


# Activations: each behind a convolution of its own, so that a file says which one a reader misses.


def activations(name, *functions, opset=17):
    g = Graph()
    x = "input"
    for i, function in enumerate(functions):
        x = function(g, g.conv(x, 3, 2 if i == 0 else 3, size=1 if i else 4, strides=[1, 1] if i else [4, 4]))
    corpus.write(name, g.model(g.classify(x, 5 * 6 * 3), opset=opset))


def simple(operator, **attributes):
    return lambda g, x: g.node(operator, x, **attributes)


def clip(lowest, highest):
    return lambda g, x: g.node(
        "Clip", g.node("Mul", x, g.constant(3)), *(v if v == "" else g.constant(v) for v in (lowest, highest))
    )


@maker
def leaky_relu(name):
    activations(name, simple("LeakyRelu"), simple("LeakyRelu", alpha=0.3))


@maker
def prelu(name):
    activations(
        name,
        lambda g, x: g.node("PRelu", x, g.constant([[[0.1]], [[0.2]], [[-0.3]]])),
        lambda g, x: g.node("PRelu", x, g.constant([0.25])),
    )


@maker
def elu_and_selu(name):
    activations(name, simple("Elu"), simple("Elu", alpha=0.5), simple("Selu"))


@maker
def sigmoid_and_tanh(name):
    activations(name, simple("Sigmoid"), simple("Tanh"), simple("Softplus"))


@maker
def hard_sigmoid(name):
    """ONNX's default, Keras's, and x times it."""
    activations(name, simple("HardSigmoid"), simple("HardSigmoid", alpha=1 / 6), simple("HardSwish"))


@maker
def hard_swish_by_parts(name):
    def parts(g, x):
        gate = g.node("Clip", g.node("Add", x, g.constant(3)), g.constant(0), g.constant(6))
        return g.node("Mul", x, g.node("Div", gate, g.constant(6)))

    activations(name, parts, lambda g, x: g.node("Mul", x, g.node("HardSigmoid", x, alpha=1 / 6)))


@maker
def silu_by_parts(name):
    activations(
        name, lambda g, x: g.node("Mul", x, g.node("Sigmoid", x)), lambda g, x: g.node("Mul", g.node("Sigmoid", x), x)
    )


@maker
def gelu(name):
    activations(name, simple("Gelu"), simple("Gelu", approximate="tanh"), opset=20)


@maker
def gelu_by_parts(name):
    def parts(g, x):
        erf = g.node("Erf", g.node("Div", x, g.constant(np.sqrt(2))))
        return g.node("Mul", g.node("Mul", x, g.node("Add", erf, g.constant(1))), g.constant(0.5))

    activations(name, parts, opset=13)


@maker
def clips(name):
    activations(name, clip(0, 6), clip(0, 1), clip(0, ""), clip(-1, 1))


# Types.


def converted(model, dtype, values):
    """The model as tools store it in fewer bits: weights of the type, and a Cast at either end."""
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            tensor.CopyFrom(values(tensor))
    for node in model.graph.node:
        node.input[:] = ["cast_input" if name == "input" else name for name in node.input]
    [output] = model.graph.output
    inner = output.name
    output.name = "output"
    model.graph.node.insert(0, helper.make_node("Cast", ["input"], ["cast_input"], to=dtype))
    model.graph.node.append(helper.make_node("Cast", [inner], ["output"], to=TensorProto.FLOAT))
    onnx.checker.check_model(model)
    return model


def typed_model(tensors):
    """Whose weights, floats, are those that the type can hold."""
    g = Graph()
    model = g.model(g.node("Softmax", g.classify(small(g, "input"), 90)))
    for tensor in model.graph.initializer:
        tensor.CopyFrom(numpy_helper.from_array(tensors(numpy_helper.to_array(tensor)), tensor.name))
    return model


def typed(name, dtype, rounded, stored):
    same = typed_model(rounded)
    corpus.write(name, converted(typed_model(rounded), dtype, stored), same_as=same)


@maker
def half(name):
    typed(
        name,
        TensorProto.FLOAT16,
        lambda values: values.astype(np.float16).astype(np.float32),
        lambda tensor: numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name),
    )


@maker
def double(name):
    typed(
        name,
        TensorProto.DOUBLE,
        lambda values: values,
        lambda tensor: numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float64), tensor.name),
    )


@maker
def bfloat16(name):
    """The upper half of each float."""

    def stored(tensor):
        halves = (numpy_helper.to_array(tensor).view(np.uint32) >> 16).astype("<u2")
        return helper.make_tensor(tensor.name, TensorProto.BFLOAT16, tensor.dims, halves.tobytes(), raw=True)

    typed(
        name,
        TensorProto.BFLOAT16,
        lambda values: (values.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32),
        stored,
    )


# Refusals.


def refused(name, build, operator, **model):
    g = Graph()
    x = build(g, g.node("Relu", g.conv("input", 3, 2, strides=[4, 4])))
    corpus.write_refused(name, g.model(x, **model), operator)


@maker
def refused_quantized(name):
    """Its first operator that nobody reads is the one before."""

    def build(g, x):
        scale, zero = g.constant(0.1), g.constant(0, np.int8)
        quantized = g.node("QuantizeLinear", x, scale, zero)
        return g.node("DequantizeLinear", quantized, scale, zero)

    refused(name, build, "QuantizeLinear", opset=13)


@maker
def refused_quantized_conv(name):
    g = Graph(dtype=TensorProto.UINT8)
    scale, zero = g.constant(0.1), g.constant(3, np.uint8)
    weights = g.constant(np.arange(54).reshape(3, 2, 3, 3), np.uint8)
    x = g.node("QLinearConv", "input", scale, zero, weights, scale, zero, scale, zero)
    corpus.write_refused(name, g.model(x, opset=13, dtypes=[TensorProto.UINT8]), "QLinearConv")


@maker
def refused_if(name):
    """On what the images hold."""

    def build(g, x):
        condition = g.node("Greater", g.node("ReduceMax", x, keepdims=0), g.constant(0.5))
        output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
        branches = [
            helper.make_graph([helper.make_node(operator, [x], ["y"])], operator, [], [output])
            for operator in ("Relu", "Neg")
        ]
        return g.node(
            "Reshape", g.node("If", condition, then_branch=branches[0], else_branch=branches[1]), g.ints(-1, 90)
        )

    # Greater, which makes the condition, may be the first that is missing.
    refused(name, build, "If|Greater|ReduceMax", opset=13)


@maker
def refused_loop(name):
    def build(g, x):
        number, going = helper.make_tensor_value_info("i", TensorProto.INT64, []), helper.make_tensor_value_info(
            "going", TensorProto.BOOL, []
        )
        before, after = (
            helper.make_tensor_value_info(value, TensorProto.FLOAT, ("N", 3, 5, 6)) for value in ("before", "after")
        )
        again = helper.make_tensor_value_info("again", TensorProto.BOOL, [])
        nodes = [helper.make_node("Identity", ["going"], ["again"]), helper.make_node("Tanh", ["before"], ["after"])]
        body = helper.make_graph(nodes, "body", [number, going, before], [again, after])
        return g.node("Reshape", g.node("Loop", g.constant(3, np.int64), "", x, body=body), g.ints(-1, 90))

    refused(name, build, "Loop", opset=13)


@maker
def refused_lstm(name):
    """Over the rows of the image."""
    g = Graph(shape=("N", 20, 24))
    _, last = g.node("LSTM", "input", g.weights(1, 12, 24), g.weights(1, 12, 3), outputs=2, hidden_size=3, layout=1)
    corpus.write_refused(name, g.model(g.gemm(g.node("Squeeze", last, g.ints(1)), 5, 3)), "LSTM")


@maker
def refused_ml_domain(name):
    g = Graph(shape=("N", 12))
    x = g.node("Imputer", "input", imputed_value_floats=[0.5], domain="ai.onnx.ml")
    corpus.write_refused(name, g.model(g.gemm(x, 5, 12), domains=[("ai.onnx.ml", 1)], check=False), "Imputer")


@maker
def refused_microsoft_domain(name):
    """As ONNX Runtime saves what it has optimized."""
    g = Graph()
    x = g.node(
        "FusedConv",
        "input",
        g.weights(3, 2, 3, 3),
        g.weights(3),
        activation="Relu",
        strides=[4, 4],
        domain="com.microsoft",
    )
    corpus.write_refused(
        name, g.model(g.classify(x, 5 * 6 * 3), domains=[("com.microsoft", 1)], check=False), "FusedConv"
    )


@maker
def refused_attention(name):
    g = Graph(shape=("N", 20, 24))
    corpus.write_refused(
        name,
        g.model(g.node("Attention", "input", "input", "input", q_num_heads=2, kv_num_heads=2), opset=23),
        "Attention",
    )


if __name__ == "__main__":
    for wanted in sys.argv[1:] or MAKERS:
        MAKERS[wanted](wanted)
