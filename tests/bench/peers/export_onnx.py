#!/usr/bin/env python3
"""Writes MNIST's network, untrained, as PyTorch's exporter writes it: N x 1 x 28 x 28 in, probabilities out.
usage: export_onnx.py FILE.onnx"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

random = np.random.default_rng(0)
initializers = []


def tensor(name, *shape):
    fan_in = int(np.prod(shape[1:])) or 1
    values = random.uniform(-1, 1, shape) / np.sqrt(fan_in)
    initializers.append(numpy_helper.from_array(values.astype(np.float32), name))
    return name


nodes = [
    helper.make_node('Conv', ['x', tensor('w1', 32, 1, 3, 3), tensor('b1', 32)], ['c1'], kernel_shape=[3, 3]),
    helper.make_node('Relu', ['c1'], ['r1']),
    helper.make_node('MaxPool', ['r1'], ['m1'], kernel_shape=[2, 2], strides=[2, 2]),
    helper.make_node('Conv', ['m1', tensor('w2', 64, 32, 3, 3), tensor('b2', 64)], ['c2'], kernel_shape=[3, 3]),
    helper.make_node('Relu', ['c2'], ['r2']),
    helper.make_node('MaxPool', ['r2'], ['m2'], kernel_shape=[2, 2], strides=[2, 2]),
    helper.make_node('Flatten', ['m2'], ['f'], axis=1),
    helper.make_node('Gemm', ['f', tensor('w3', 128, 1600), tensor('b3', 128)], ['d3'], transB=1),
    helper.make_node('Relu', ['d3'], ['r3']),
    helper.make_node('Gemm', ['r3', tensor('w4', 10, 128), tensor('b4', 10)], ['d4'], transB=1),
    helper.make_node('Softmax', ['d4'], ['p'], axis=1),
]
images = helper.make_tensor_value_info('x', TensorProto.FLOAT, ['n', 1, 28, 28])
probabilities = helper.make_tensor_value_info('p', TensorProto.FLOAT, ['n', 10])
graph = helper.make_graph(nodes, 'mnist', [images], [probabilities], initializers)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
