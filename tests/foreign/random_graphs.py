#!/usr/bin/env python3
"""Compares random graphs in libdigitnet and in ONNX Runtime.

    random_graphs.py [--graphs N] [--seed S] [--keep FOLDER]

A seed is a graph: blocks as tools write them, in the form of an operator set from 7 to 22, for images of any layout.
Prints why graphs are refused. Fails where one gives other outputs, or where fewer than 95 % load. FOLDER gets the
graphs that are wrong, as SEED.onnx.
"""

import argparse
import pathlib
import random
import shutil
import sys
import tempfile

import reference  # first: it says where something is missing

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from graph import Graph
from library import TOLERANCE, Tally

IMAGES = 3
LEAST_LOADED = 0.95
LARGEST = 4096  # values of one sample
ROUNDING = 3e-7
BLOCKS, FLAT_BLOCKS, ACTIVATIONS = [], [], []


def block(function):
    """What takes and gives an image. It returns None where it does not suit."""
    BLOCKS.append(function)
    return function


def flat_block(function):
    FLAT_BLOCKS.append(function)
    return function


def activation(since=7):
    def add(function):
        ACTIVATIONS.append((since, function))
        return function

    return add


class Builder(Graph):
    """A graph with the choices of one seed, in the forms of its operator set."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.opset = self.random.randint(7, 22)
        self.batch = self.random.choice(["N", None, 1])  # a name, nothing at all, or one image
        self.layout = self.random.choice(["NCHW"] * 5 + ["NHWC", "NHW", "NC"])
        self.image = {"NC": (1, 1, self.draw(4, 40))}.get(
            self.layout, (self.draw(5, 26), self.draw(5, 26), 1 if self.layout == "NHW" else self.draw(1, 4))
        )
        shape = reference.LAYOUTS[self.layout](np.empty((1,) + self.image)).shape[1:]
        super().__init__((self.batch,) + shape, seed=seed * 1000)

    def draw(self, low, high):
        return self.random.randint(low, high)

    def pick(self, *choices):
        return self.random.choice(choices)

    def shape(self, x):
        """Of a sample."""
        value = self.inputs[0] if x == "input" else self.model(x, opset=self.opset).graph.output[0]
        sizes = tuple(size.dim_value for size in value.type.tensor_type.shape.dim[1:])
        if not all(sizes) or np.prod(sizes) > LARGEST:
            raise Unsuitable(f"{x} has the shape {sizes}")
        return sizes

    def by(self, operator, x, since, **values):
        """A node with these lists of integers as inputs from the operator set `since` on, as attributes before."""
        values = {name: value for name, value in values.items() if value is not None}
        if self.opset < since:
            return self.node(operator, x, **values)
        return self.node(operator, x, *(self.ints(*value) for value in values.values()))

    def per_channel(self, channels, rank, **how):
        """A constant for each channel of an image, or of a row."""
        return self.weights(
            *self.pick((channels, 1, 1), (1, channels, 1, 1)) if rank == 3 else self.pick((channels,), (1, channels)),
            **how,
        )

    def image_conv(self, x, filters, size=1, **attributes):
        channels = self.shape(x)[0]
        return self.conv(x, filters, channels, size, bias=self.pick(True, True, False), **attributes)


class Unsuitable(Exception):
    """The seed makes no graph."""


# Activations.


def simple(operator, since=7, **ranges):
    @activation(since)
    def add(g, x):
        return g.node(
            operator, x, **{name: g.random.uniform(*limits) for name, limits in ranges.items() if g.pick(True, False)}
        )


for name in ("Relu", "Relu", "Relu", "Sigmoid", "Tanh", "Softplus", "Softsign", "Selu", "Identity"):
    simple(name)
simple("LeakyRelu", alpha=(0, 0.5))
simple("Elu", alpha=(0.2, 1.5))
simple("HardSigmoid", alpha=(0.1, 0.4), beta=(0.3, 0.6))
simple("HardSwish", 14)


@activation()
def exponential(g, x):
    return g.node("Exp", g.node("Tanh", x))


@activation(20)
def gelu(g, x):
    return g.node("Gelu", x, **g.pick({}, {"approximate": "none"}, {"approximate": "tanh"}))


@activation()
def gelu_by_parts(g, x):
    if g.opset < 9:
        return x
    erf = g.node(
        "Erf",
        g.pick(lambda: g.node("Div", x, g.constant(np.sqrt(2))), lambda: g.node("Mul", x, g.constant(np.sqrt(0.5))))(),
    )
    one = g.node("Add", erf, g.constant(1))
    if g.pick(True, False):
        return g.node("Mul", g.node("Mul", x, one), g.constant(0.5))
    return g.node("Mul", x, g.node("Mul", g.constant(0.5), one))


@activation()
def silu(g, x):
    gate = g.node("Sigmoid", x)
    return g.node("Mul", *g.pick((x, gate), (gate, x)))


@activation()
def hard_swish_by_parts(g, x):
    gate = clipped(g, g.node("Add", x, g.constant(3)), 0, 6)
    return (
        g.node("Mul", x, g.node("Div", gate, g.constant(6)))
        if g.pick(True, False)
        else g.node("Div", g.node("Mul", x, gate), g.constant(6))
    )


def clipped(g, x, low, high):
    if g.opset < 11:
        return g.node("Clip", x, **{name: float(v) for name, v in (("min", low), ("max", high)) if v is not None})
    return g.node("Clip", x, *("" if v is None else g.constant(v) for v in (low, high)))


@activation()
def clip(g, x):
    return clipped(g, x, *g.pick((0, 6), (0, 6), (0, 1), (-1, 1), (0, None)))


@activation()
def prelu(g, x):
    shape = g.shape(x)
    slopes = g.pick((1,), (shape[0],) + (1,) * (len(shape) - 1), shape)
    return g.node("PRelu", x, g.weights(*slopes, scale=0.3, offset=0.1))


@activation()
def dropout(g, x):
    if g.opset < 12:
        return g.node("Dropout", x, ratio=0.3)
    return g.node("Dropout", x, *g.pick((), (g.constant(0.3),), (g.constant(0.3), g.constant(False, bool))))


@activation()
def cast(g, x):
    return g.node("Cast", x, to=TensorProto.FLOAT)


def activate(g, x):
    return g.random.choice([function for since, function in ACTIVATIONS if since <= g.opset])(g, x)


# Arithmetic with constants, of rows and images alike.


@block
@flat_block
def arithmetic(g, x):
    shape = g.shape(x)
    dimensions = g.pick(
        (), (1,), (shape[0],) + (1,) * (len(shape) - 1), (1, shape[0]) + (1,) * (len(shape) - 1), shape, (1,) + shape
    )
    operator = g.pick("Add", "Sub", "Mul", "Div")
    values = g.weights(*dimensions, scale=0.5, offset=1.5)
    return g.node(operator, *g.random.sample((x, values), 2)) if operator != "Div" else g.node(operator, x, values)


def normalized(g, x):
    channels = g.shape(x)[0]
    parts = (
        g.weights(channels, scale=0.5, offset=1),
        g.weights(channels, scale=0.5),
        g.weights(channels, scale=0.2),
        g.weights(channels, scale=0.5, offset=1),
    )
    return g.node("BatchNormalization", x, *parts, **g.pick({}, {"epsilon": 1e-3, "momentum": 0.99}))


BLOCKS.append(normalized)
FLAT_BLOCKS.append(normalized)


# Images.


def window(g, x, largest=4):
    """The attributes of a window that fits, with one of the ways of padding."""
    _, height, width = g.shape(x)
    kernel = [g.draw(1, min(largest, height)), g.draw(1, min(largest, width))]
    strides = g.pick([1, 1], [1, 1], [2, 2], [g.draw(1, 3), g.draw(1, 3)])
    attributes = {"kernel_shape": kernel, "strides": strides}
    way = g.draw(0, 4)
    if way == 0:
        attributes["pads"] = [k // 2 for k in kernel] * 2
    elif way == 1:
        attributes["pads"] = [g.draw(0, k - 1) for k in kernel * 2]
    elif way == 2:
        attributes["auto_pad"] = g.pick("SAME_UPPER", "SAME_UPPER", "SAME_LOWER")
        attributes["strides"] = [min(s, k) for s, k in zip(strides, kernel)]
    elif way == 3:
        attributes["auto_pad"] = g.pick("VALID", "NOTSET")
    return attributes


def random_conv(g, x):
    channels, height, width = g.shape(x)
    attributes = window(g, x)
    group = g.random.choice([n for n in range(1, channels + 1) if channels % n == 0]) if g.pick(True, False) else 1
    filters = group * g.draw(1, max(1, 8 // group))
    if "auto_pad" not in attributes and g.pick(True, False, False):
        attributes["dilations"] = [
            g.draw(1, max(1, min(3, (size - 1) // max(k - 1, 1))))
            for k, size in zip(attributes["kernel_shape"], (height, width))
        ]
    weights = g.weights(filters, channels // group, *attributes["kernel_shape"])
    return g.node("Conv", x, weights, *g.pick([], [g.weights(filters, scale=0.5)]), group=group, **attributes)


@block
def conv(g, x):
    x = random_conv(g, x)
    if g.pick(True, False, False):
        x = g.node("Add", x, g.per_channel(g.shape(x)[0], 3))
    if g.pick(True, False):
        x = normalized(g, x)
    return activate(g, x)


BLOCKS.append(conv)  # twice as often as others


@block
def conv_transpose(g, x):
    channels, height, width = g.shape(x)
    group = g.pick(1, 1, channels)
    filters = g.draw(1, 4)
    kernel, strides = [g.draw(1, 4), g.draw(1, 4)], g.pick([1, 1], [2, 2], [2, 2], [g.draw(1, 3), g.draw(1, 3)])
    attributes = {}
    if g.pick(True, False):
        attributes["pads"] = [g.draw(0, (k - 1) // 2) for k in kernel] * 2
    if g.pick(True, False):
        attributes["output_padding"] = [g.draw(0, s - 1) for s in strides]
    weights = g.weights(
        channels, filters, *kernel, scale=np.sqrt(3 * np.prod(strides) / (channels // group * np.prod(kernel)))
    )
    bias = g.pick([], [g.weights(filters * group, scale=0.5)])
    return activate(
        g, g.node("ConvTranspose", x, weights, *bias, group=group, kernel_shape=kernel, strides=strides, **attributes)
    )


def pool(g, x, operator, **more):
    attributes = window(g, x)
    padded = attributes.get("pads", [0] * 4)
    attributes["kernel_shape"] = [max(k, 2) for k in attributes["kernel_shape"]]
    if g.opset >= 10 and g.pick(True, False, False) and "auto_pad" not in attributes:
        more["ceil_mode"] = 1
    if any(2 * pad > k for pad, k in zip(padded, attributes["kernel_shape"] * 2)):
        return None  # as PyTorch refuses it
    return g.node(operator, x, **attributes, **more)


@block
def max_pool(g, x):
    return pool(g, x, "MaxPool")


@block
def average_pool(g, x):
    return pool(g, x, "AveragePool", **g.pick({}, {"count_include_pad": 1}))


@block
def pad(g, x):
    pads = [0, 0, g.draw(0, 3), g.draw(0, 3)] + [0, 0, g.draw(0, 3), g.draw(0, 3)]
    if g.opset < 11:
        return g.node("Pad", x, pads=pads, **g.pick({}, {"mode": "constant", "value": 0.0}))
    return g.node("Pad", x, g.ints(*pads), *g.pick((), (g.constant(0),)))


@block
def pad_any(g, x):
    """By numbers, or by copies, of which there are no more than values."""
    channels, height, width = g.shape(x)
    mode = g.pick("constant", "reflect", "edge")
    most = [min(3, size - (mode == "reflect")) for size in (height, width)]
    sides = [[g.draw(0, side) for side in most] for _ in range(2)]
    outer = [g.draw(0, 2) if mode == "constant" and g.opset >= 11 else 0 for _ in range(2)]
    pads = [0, outer[0], *sides[0], 0, outer[1], *sides[1]]
    value = g.pick(0.0, 0.5, -1.5) if mode == "constant" else 0.0
    if g.opset < 11:
        return g.node("Pad", x, pads=pads, mode=mode, value=value)
    return g.node("Pad", x, g.ints(*pads), g.constant(value), mode=mode)


@block
def resized(g, x):
    """To any size, in any way."""
    if g.opset < 11:
        return None
    channels, height, width = g.shape(x)
    how = {"mode": g.pick("nearest", "linear", "cubic")}
    ways = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]
    how["coordinate_transformation_mode"] = g.random.choice(ways)
    if how["mode"] == "nearest":
        how["nearest_mode"] = g.pick("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
    if how["mode"] == "cubic" and g.pick(True, False):
        how |= {"exclude_outside": 1, "cubic_coeff_a": -0.5}
    roi = g.constant([]) if g.opset < 13 else ""
    if g.batch == 1 and g.pick(True, False):
        sizes = g.ints(1, channels, g.draw(1, 2 * height), g.draw(1, 2 * width))
        return g.node("Resize", x, roi, g.constant([]) if g.opset < 13 else "", sizes, **how)
    scales = [1, 1] + [max(g.pick(0.5, 0.75, 1, 1.5, 2, 2.3), 1 / size) for size in (height, width)]
    return g.node("Resize", x, roi, g.constant(scales), **how)


@block
def picked(g, x):
    """By any indices, or by steps."""
    axis = g.draw(1, 3)
    size = g.shape(x)[axis - 1]
    if g.opset < 11 or g.pick(True, False):
        indices = [g.draw(-size if g.opset >= 11 else 0, size - 1) for _ in range(g.draw(1, 5))]
        return g.node("Gather", x, g.ints(*indices), axis=axis)
    step = g.pick(-3, -2, -1, 2, 3)
    first, end = (g.draw(0, size - 1), size) if step > 0 else (g.draw(-1, size), -size - 1)
    axes, others = [axis], [a for a in (2, 3) if a != axis]
    if g.pick(True, False):
        axes.append(others[0])
    one = [1] * (len(axes) - 1)
    bounds = [first] + [0] * len(one), [end] + [2**63 - 1] * len(one)
    return g.node("Slice", x, g.ints(*bounds[0]), g.ints(*bounds[1]), g.ints(*axes), g.ints(step, *one))


def reduced(g, x, operator, axes):
    if g.opset < (13 if operator == "ReduceSum" else 18):
        return g.node(operator, x, axes=axes, keepdims=1)
    return g.node(operator, x, g.ints(*axes), keepdims=1)


@block
def repeating(g, x):
    """What has been reduced along some axes meets what has not, or what was reduced along others."""
    operator = g.pick("ReduceMean", "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin")
    several = ([1], [2], [3], [2, 3]) if operator in ("ReduceMax", "ReduceMin") else ([1, 2], [2, 3], [1, 2, 3])
    axes = g.pick([1], [2], [3], *several)
    y = reduced(g, x, operator, axes)
    if operator == "ReduceSum":
        y = g.node("Mul", y, g.constant(0.05))
    other = x if g.pick(True, True, False) else reduced(g, x, "ReduceMean", [1] if 1 not in axes else [2])
    return g.node(g.pick("Add", "Sub", "Mul"), *g.random.sample((other, y), 2))


def divided(g, x, axes):
    """By a root, or by its reciprocal, of what is never 0: of each value's square, or of their sum along axes."""
    if axes:
        root = reduced(g, x, g.pick("ReduceL2", "ReduceSumSquare"), axes)
        root = g.node("Add", root, g.constant(0.5))
    else:
        root = g.node("Sqrt", g.node("Add", g.node("Mul", x, x), g.constant(0.25)))
    if g.pick(True, False):
        return g.node("Mul", x, g.pick(g.node("Reciprocal", root), g.node("Pow", root, g.constant(-0.5))))
    return g.node("Div", g.pick(x, x, g.weights(1)), root)


@block
def quotient(g, x):
    return divided(g, x, g.pick([], [1], [2, 3], [1, 2, 3]))


@flat_block
def flat_quotient(g, x):
    return divided(g, x, g.pick([], [1]))


@block
def local_response(g, x):
    powers = {"alpha": g.pick(1e-4, 0.5), "beta": g.pick(0.5, 0.75), "bias": g.pick(1.0, 2.0)}
    return g.node("LRN", x, size=g.pick(1, 3, 5), **powers)


@block
@flat_block
def of_several(g, x):
    others = [activate(g, x) for _ in range(g.draw(1, 3))]
    return g.node(g.pick("Max", "Min", "Mean", "Sum"), x, *others)


@block
def extremes(g, x):
    if g.pick(True, False, False):
        return g.node("Abs", x)
    y = g.image_conv(x, g.pick(g.shape(x)[0], 1) if g.opset >= 8 else g.shape(x)[0], 1)
    return g.node(g.pick("Max", "Min"), *g.random.sample((x, y), 2))


@block
def columns(g, x):
    """A matrix times the columns of the image. A convolution keeps it one."""
    y = g.node("MatMul", g.weights(g.draw(1, 6), g.shape(x)[1]), x)
    return g.image_conv(y, g.draw(1, 4))


@block
def dense_rows(g, x):
    """A dense layer over all places of all images, as TensorFlow has it."""
    channels, height, width = g.shape(x)
    n = -1 if g.batch != 1 else 1
    units = g.draw(1, 6)
    x = g.node("Transpose", x, perm=[0, 2, 3, 1])
    x = g.node("Reshape", x, g.ints(-1, channels) if n < 0 else g.ints(height * width, channels))
    if g.pick(True, False):
        x = g.node("Add", g.node("MatMul", x, g.weights(channels, units)), g.weights(units))
    else:
        x = g.gemm(x, units, channels)
    if g.pick(True, False):
        x = g.node("Softmax", x, axis=1) if g.pick(True, False) else activate_pixels(g, x)
    x = g.node("Reshape", x, g.ints(n, height, width, units))
    return g.node("Transpose", x, perm=[0, 3, 1, 2])


@block
def one_dimension(g, x):
    """Rows or columns one behind the other, as signals have them, and back."""
    channels, height, width = g.shape(x)
    n = -1 if g.batch != 1 else 1
    length = height * width
    x = g.node("Reshape", x, g.ints(n, channels, length))
    size, filters = min(length, g.draw(1, 4)), g.draw(1, 6)
    attributes = {"kernel_shape": [size], "pads": [size // 2, (size - 1) // 2]} if size > 1 else {"kernel_shape": [1]}
    way = g.draw(0, 2)
    if way == 0:
        group = channels if g.pick(True, False) else 1
        filters = channels * g.draw(1, 2) if group > 1 else filters
        x = g.node("Conv", x, g.weights(filters, channels // group, size), g.weights(filters), group=group, **attributes)
    elif way == 1:
        x = g.node("MaxPool", x, strides=[g.draw(1, 2)], **attributes)
    else:
        x = g.node("ConvTranspose", x, g.weights(channels, filters, size), strides=[g.draw(1, 2)])
    values = int(np.prod(g.shape(x)))
    return g.node("Reshape", activate(g, x), g.ints(n, g.shape(x)[0], 1, values // g.shape(x)[0]))


@block
def upsample(g, x):
    scales = [1, 1, g.draw(1, 3), g.draw(1, 3)]
    if g.opset < 9:
        return g.node("Upsample", x, scales=[float(s) for s in scales], mode="nearest")
    if g.opset == 9:
        return g.node("Upsample", x, g.constant(scales), mode="nearest")
    if g.opset == 10:
        return g.node("Resize", x, g.constant(scales), mode="nearest")
    how = g.pick(
        {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
        {"coordinate_transformation_mode": "half_pixel"},
        {},
    )
    if g.pick(True, False) and g.batch == 1:
        channels, height, width = g.shape(x)
        return g.node(
            "Resize",
            x,
            g.constant([]),
            g.constant([]),
            g.ints(1, channels, height * scales[2], width * scales[3]),
            mode="nearest",
            **how,
        )
    return g.node("Resize", x, g.constant([]), g.constant(scales), mode="nearest", **how)


@block
def instance_normalization(g, x):
    channels, height, width = g.shape(x)
    if height * width < 4:  # where there is hardly a variance
        return None
    return g.node(
        "InstanceNormalization",
        x,
        g.weights(channels, scale=0.5, offset=1),
        g.weights(channels),
        epsilon=g.pick(1e-5, 1e-3),
    )


@block
def residual(g, x):
    channels = g.shape(x)[0]
    y = activate(g, g.image_conv(x, g.draw(1, 6), 1))
    y = g.image_conv(y, channels, 3, pads=[1, 1, 1, 1])
    return activate(g, g.node("Add", *g.random.sample((x, y), 2)))


@block
def product(g, x):
    return g.node("Mul", x, g.node("Sigmoid", g.image_conv(x, g.pick(g.shape(x)[0], 1), 1)))


def mean(g, x, keepdims):
    if keepdims and g.pick(True, False):
        return g.node(g.pick("GlobalAveragePool", "GlobalAveragePool", "GlobalMaxPool"), x)
    axes = g.pick([2, 3], [-2, -1], [-1, -2])
    return (
        g.node("ReduceMean", x, axes=axes, keepdims=keepdims)
        if g.opset < 18
        else g.node("ReduceMean", x, g.ints(*axes), keepdims=keepdims)
    )


@block
def excitation(g, x):
    channels = g.shape(x)[0]
    middle = g.draw(1, 4)
    if g.pick(True, False):
        y = g.image_conv(activate(g, g.image_conv(mean(g, x, 1), middle, 1)), channels, 1)
        y = g.node(g.pick("Sigmoid", "HardSigmoid"), y)
    else:
        y = g.gemm(g.node("Relu", g.gemm(flattened(g, mean(g, x, g.pick(0, 1))), middle, channels)), channels, middle)
        y = g.node("Sigmoid", y)
        y = (
            g.by("Unsqueeze", y, 13, axes=[2, 3])
            if g.pick(True, False)
            else g.node("Reshape", y, g.ints(g.pick(0, -1) if g.batch != 1 else 1, channels, 1, 1))
        )
    return g.node("Mul", *g.random.sample((x, y), 2))


@block
def concat(g, x):
    branches = [activate(g, g.image_conv(x, g.draw(1, 3), 1))]
    if g.pick(True, False):
        branches.append(g.image_conv(x, g.draw(1, 3), 3, pads=[1, 1, 1, 1]))
    if g.pick(True, False):
        branches.append(g.node("MaxPool", x, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1]))
    if g.pick(True, False) or len(branches) == 1:
        branches.append(x)
    return g.node("Concat", *g.random.sample(branches, len(branches)), axis=g.pick(1, 1, 1 if g.opset < 11 else -3))


def sliced(g, x, axis, start, end):
    if g.opset < 10:
        return g.node("Slice", x, axes=[axis], starts=[start], ends=[end])
    return g.node("Slice", x, g.ints(start), g.ints(end), g.ints(axis), *g.pick((), (g.ints(1),)))


@block
def slice_channels(g, x):
    channels = g.shape(x)[0]
    if channels < 2:
        return None
    start = g.draw(0, channels - 1)
    end = g.pick(g.draw(start + 1, channels), 2**63 - 1)
    return sliced(g, x, 1, g.pick(start, start - channels), end)


@block
def split(g, x):
    channels = g.shape(x)[0]
    if channels < 2:
        return None
    first = g.draw(1, channels - 1)
    sizes = [first, channels - first]
    even = channels % 2 == 0 and g.pick(True, False)
    if even:
        sizes = [channels // 2] * 2
    if g.opset < 13:
        parts = g.node("Split", x, outputs=2, axis=1, **({} if even else {"split": sizes}))
    elif even and g.opset >= 18:
        parts = g.node("Split", x, outputs=2, axis=1, num_outputs=2)
    else:
        parts = g.node("Split", x, g.ints(*sizes), outputs=2, axis=1)
    if even and g.pick(True, False):
        return g.node(g.pick("Add", "Mul", "Sub"), *parts)
    parts[1] = activate(g, parts[1])
    return g.node("Concat", *g.random.sample(parts, 2), axis=1)


@block
def shuffle(g, x):
    channels, height, width = g.shape(x)
    if channels % 2:
        return None
    n = g.pick(0, -1) if g.batch != 1 else 1
    x = g.node("Reshape", x, g.ints(n, 2, channels // 2, height, width))
    x = g.node("Transpose", x, perm=[0, 2, 1, 3, 4])
    return g.node("Reshape", x, g.ints(n, channels, height, width))


def layer_normalization(g, x, size):
    scale, shift = g.weights(size, scale=0.5, offset=1), g.weights(size)
    if g.opset >= 17:
        return g.node("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-5)
    average = lambda v: g.node("ReduceMean", v, axes=[-1], keepdims=1)
    centered = g.node("Sub", x, average(x))
    variance = average(g.node("Pow", centered, g.constant(2)))
    x = g.node("Div", centered, g.node("Sqrt", g.node("Add", variance, g.constant(1e-5))))
    return g.node("Add", g.node("Mul", x, scale), shift)


@block
def channels_last(g, x):
    """To NHWC and back, as for a dense layer or a normalization of each pixel."""
    channels = g.shape(x)[0]
    if channels < 2:
        return None
    x = g.node("Transpose", x, perm=[0, 2, 3, 1])
    way = g.draw(0, 2)
    if way == 0 and channels >= 3:
        x = layer_normalization(g, x, channels)
    elif way == 1:
        units = g.draw(1, 6)
        x = activate_pixels(g, g.node("Add", g.node("MatMul", x, g.weights(channels, units)), g.weights(units)))
    else:
        x = g.node(g.pick("Mul", "Add"), x, g.weights(channels, offset=1))
    return g.node("Transpose", x, perm=[0, 3, 1, 2])


def activate_pixels(g, x):
    """An activation that does not mind where the channels are."""
    return g.node(g.pick("Relu", "Sigmoid", "Tanh", "Identity"), x)


# From images to rows.


def flattened(g, x):
    """In one of the forms that tools have. The order may be NHWC."""
    shape = g.shape(x)
    if len(shape) == 1:
        return x
    values = int(np.prod(shape))
    if g.pick(True, False, False, False):
        x = g.node("Transpose", x, perm=[0, 2, 3, 1])
    forms = [
        lambda: g.node("Flatten", x, **g.pick({}, {"axis": 1})),
        lambda: g.node("Reshape", x, g.ints(-1, values)),
        lambda: g.node("Reshape", x, g.ints(0, -1)),
        lambda: by_shape(g, x, values),
    ]
    if g.batch == 1:
        forms.append(lambda: g.node("Reshape", x, g.ints(1, values)))
    if shape[1:] == (1, 1):
        forms.append(
            lambda: (
                g.by("Squeeze", x, 13, axes=[2, 3] if g.opset < 11 else g.pick([2, 3], [-1, -2]))
                if not x.startswith("Transpose")
                else g.node("Flatten", x)
            )
        )
    return g.random.choice(forms)()


def by_shape(g, x, values):
    """view(x.size(0), -1)."""
    batch = g.node("Gather", g.node("Shape", x), g.constant(0, np.int64), axis=0)
    first = g.by("Unsqueeze", batch, 13, axes=[0])
    rest = g.by("Unsqueeze", g.constant(-1, np.int64), 13, axes=[0]) if g.pick(True, False) else g.ints(-1)
    x = g.node("Reshape", x, g.node("Concat", first, rest, axis=0))
    g.shapes[x] = (g.batch, values)
    return x


@flat_block
def dense(g, x):
    [inputs] = g.shape(x)
    units = g.draw(1, 12)
    if g.pick(True, False):
        x = g.node("MatMul", x, g.weights(inputs, units, scale=np.sqrt(3 / inputs)))
        if g.pick(True, True, False):
            x = g.node("Add", *g.random.sample((x, g.weights(*g.pick((units,), (1, units)))), 2))
    else:
        transposed = g.pick(0, 1, 1)
        weights = g.weights(*((units, inputs) if transposed else (inputs, units)), scale=np.sqrt(3 / inputs))
        third = (
            [g.weights(*g.pick((units,), (units,), (1, units), ()))]
            if g.opset < 11 or g.pick(True, True, False)
            else []
        )
        factors = g.pick({}, {}, {"alpha": 1.0, "beta": 1.0}, {"alpha": 0.5, "beta": 1.5})
        x = g.node("Gemm", x, weights, *third, transB=transposed, **factors)
    return activate(g, x)


FLAT_BLOCKS.append(dense)


@flat_block
def flat_residual(g, x):
    [values] = g.shape(x)
    return g.node("Add", x, g.gemm(g.node("Relu", g.gemm(x, 5, values)), values, 5))


@flat_block
def flat_layer_normalization(g, x):
    [values] = g.shape(x)
    return layer_normalization(g, x, values) if values >= 3 else None


@flat_block
def flat_repeating(g, x):
    y = reduced(g, x, g.pick("ReduceMean", "ReduceMax", "ReduceMin", "ReduceL2"), [1])
    return g.node(g.pick("Add", "Sub", "Mul"), *g.random.sample((x, y), 2))


@flat_block
def flat_picked(g, x):
    [values] = g.shape(x)
    return g.node("Gather", x, g.ints(*(g.draw(0, values - 1) for _ in range(g.draw(1, 9)))), axis=1)


@flat_block
def flat_concat(g, x):
    [values] = g.shape(x)
    return g.node("Concat", x, activate(g, g.gemm(x, g.draw(1, 4), values)), axis=1 if g.opset < 11 else g.pick(1, -1))


# Whole graphs.


def steps(g, x, blocks, count):
    for _ in range(count):
        x = g.random.choice(blocks)(g, x) or x
        g.shape(x)  # which must suit
    return x


def random_model(seed):
    """A model, the builder with its layout, and the layout of its outputs."""
    g = Builder(seed)
    x, output_layout = "input", "NCHW"
    if g.layout == "NHWC":
        x = g.node("Transpose", x, perm=[0, 3, 1, 2])
    elif g.layout == "NHW":
        height, width, _ = g.image
        n = -1 if g.batch != 1 else 1
        x = (
            g.by("Unsqueeze", x, 13, axes=[1])
            if g.pick(True, False)
            else g.node("Reshape", x, g.ints(n, 1, height, width))
        )
    if g.layout != "NC":
        x = steps(g, x, BLOCKS, g.draw(1, 6))
        end = g.draw(0, 9)
        if end == 0:  # an image
            if g.layout == "NHWC":
                x, output_layout = g.node("Transpose", x, perm=[0, 2, 3, 1]), "NHWC"
            return finished(g, x), g, output_layout
        x = mean(g, x, g.pick(0, 1)) if end < 4 else x
        x = flattened(g, x)
    x = steps(g, x, FLAT_BLOCKS, g.draw(0 if len(g.nodes) else 1, 3))
    if g.pick(True, False):
        axes = g.pick({"axis": 1}, {"axis": 1 if g.opset < 11 else -1}, {})
        x = g.node(g.pick("Softmax", "LogSoftmax"), x, **axes)
    return finished(g, x), g, output_layout


def finished(g, x):
    """Constants may be nodes, as some tools write them."""
    if not g.nodes:
        raise Unsuitable("nothing suited")
    if g.pick(True, False, False):
        g.nodes = [helper.make_node("Constant", [], [t.name], value=t) for t in g.initializers] + g.nodes
        g.initializers = []
    return g.model(x, opset=g.opset)


def rounded(model):
    """The model with weights that differ as rounding makes them differ."""
    other = onnx.ModelProto()
    other.CopyFrom(model)
    constants = [node.attribute[0].t for node in other.graph.node if node.op_type == "Constant"]
    for tensor in constants + list(other.graph.initializer):
        if tensor.data_type == TensorProto.FLOAT and len(tensor.dims) > 1:
            values = numpy_helper.to_array(tensor) * np.float32(1 + ROUNDING)
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    return other


def suitable(seed):
    """What random_model() gives, and what ONNX Runtime makes of it. None where the seed makes no graph, or one whose
    outputs show rounding, as the deviation of what is all but constant does."""
    try:
        model, g, output_layout = random_model(seed)
        images = np.random.default_rng(seed).uniform(-1, 1, (IMAGES,) + g.image).astype(np.float32)
        outputs, others = (
            reference.run(graph, values, g.layout, output_layout)
            for graph, values in ((model, images), (rounded(model), images * np.float32(1 + ROUNDING)))
        )
    except (Unsuitable, onnx.shape_inference.InferenceError, *reference.FAILURES):
        return None  # also where onnx and ONNX Runtime do not agree on a shape
    largest, shown = np.abs(outputs).max(), np.abs(others - outputs).max()
    sound = np.isfinite(shown) and largest > 1e-3 and shown < TOLERANCE * largest / 2
    return (model, images, outputs) if sound else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    tally, unsuitable, seed = Tally(), 0, options.seed
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.seed, options.seed + options.graphs):
            made = suitable(seed)
            if made is None:
                unsuitable += 1
                continue
            model, images, outputs = made
            path = pathlib.Path(folder) / f"{seed}.onnx"
            onnx.save(model, path)
            if tally.try_model(str(seed), path, images, outputs) == "wrong" and options.keep:
                shutil.copy(path, options.keep)
            path.unlink()
    share = tally.report()
    print(f"{unsuitable} seeds make no graph")
    return 1 if tally.wrong or share < LEAST_LOADED else 0


if __name__ == "__main__":
    sys.exit(main())
