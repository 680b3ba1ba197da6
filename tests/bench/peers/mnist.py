"""MNIST's raw files as NumPy arrays."""
import os
import struct

import numpy as np


def read_idx(path):
    with open(path, 'rb') as file:
        _zero, _kind, rank = struct.unpack('>HBB', file.read(4))
        shape = struct.unpack(f'>{rank}I', file.read(4 * rank))
        return np.frombuffer(file.read(), np.uint8).reshape(shape)


def load(folder, part):
    """Images N x 28 x 28 float32 in [0, 1] and labels N int64; `part` is 'train' or 't10k'."""
    images = read_idx(os.path.join(folder, f'{part}-images-idx3-ubyte'))
    labels = read_idx(os.path.join(folder, f'{part}-labels-idx1-ubyte'))
    return images.astype(np.float32) / 255, labels.astype(np.int64)
