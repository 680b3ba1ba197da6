#!/usr/bin/env python3
"""Makes tests/data/mnist-subset from the original MNIST files.

usage: make-mnist-subset.py MNIST_FOLDER OUTPUT_FOLDER

MNIST_FOLDER holds the four uncompressed -ubyte files (examples/get-mnist.sh fetches them). For each class the first 200
training and the first 100 test digits are taken, and stay in the order of the original files. The same bytes at every run
(of one version of zlib).
"""
import gzip
import os
import struct
import sys


def read_idx(path):
    with open(path, "rb") as file:
        content = file.read()
    rank = content[3]
    dimensions = struct.unpack(f">{rank}I", content[4 : 4 + 4 * rank])
    return dimensions, content[4 + 4 * rank :]


def write_idx(path, dimensions, elements):
    header = struct.pack(f">HBB{len(dimensions)}I", 0, 8, len(dimensions), *dimensions)
    with open(path, "wb") as file:
        file.write(gzip.compress(header + elements, compresslevel=9, mtime=0))


def choose(labels, each):
    taken = [0] * 10
    for index, label in enumerate(labels):
        if taken[label] < each:
            taken[label] += 1
            yield index


def main(source, target):
    os.makedirs(target, exist_ok=True)
    for part, each in (("train", 200), ("t10k", 100)):
        images_name, labels_name = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
        (_, height, width), images = read_idx(os.path.join(source, images_name))
        _, labels = read_idx(os.path.join(source, labels_name))
        chosen = list(choose(labels, each))
        size = height * width
        pixels = b"".join(images[index * size : (index + 1) * size] for index in chosen)
        write_idx(os.path.join(target, images_name + ".gz"), (len(chosen), height, width), pixels)
        write_idx(os.path.join(target, labels_name + ".gz"), (len(chosen),), bytes(labels[index] for index in chosen))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
