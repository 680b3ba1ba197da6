#!/usr/bin/env python3
"""ONNX Runtime on the same work, by its Python package. Images are as the model takes them.

Prints medians for one image and for batches of 256, and what one call of the package itself takes: that of a model whose only
node copies one image.
"""
import argparse
import statistics
import time

import numpy as np
import onnxruntime
from onnx import TensorProto, helper


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('model', metavar='FILE.onnx')
    parser.add_argument('--threads', type=int, nargs='+', default=[1, 2])
    return parser.parse_args()


def identity_model():
    image, copy = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, 28, 28]) for name in 'xp')
    graph = helper.make_graph([helper.make_node('Identity', ['x'], ['p'])], 'identity', [image], [copy])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8).SerializeToString()


def median_time(model, threads, batch, count):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=['CPUExecutionProvider'])
    image = session.get_inputs()[0]
    inputs = {image.name: np.random.rand(batch, *image.shape[1:]).astype(np.float32)}
    times = []
    for _ in range(count + count // 10):
        start = time.perf_counter()
        session.run(None, inputs)
        times.append(time.perf_counter() - start)
    return statistics.median(times[count // 10:])


def main():
    arguments = read_arguments()
    for threads in arguments.threads:
        label = f'ort {onnxruntime.__version__} threads {threads}'
        print(f'{label} binding us {median_time(identity_model(), threads, 1, 3000) * 1e6:.1f}')
        for batch, count in ((1, 3000), (256, 60)):
            seconds = median_time(arguments.model, threads, batch, count)
            print(f'{label} batch {batch} us {seconds * 1e6:.1f} img/s {batch / seconds:.0f}')


main()
