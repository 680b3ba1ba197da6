#!/usr/bin/env python3
"""Makes the models of training/: exported by PyTorch, trained by it for three steps, and exported again.

    make_training.py [NAME...]    all, or those alone

NAME.onnx is the model, NAME-trained.onnx what has become of it, NAME.outputs what that gives for the images that it was
trained on. PyTorch trains in double precision. Needs what make_torch.py needs.
"""

import os
import sys
import tempfile

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

import corpus
import make_torch

FOLDER = corpus.FOLDER / "training"
SHAPE = (20, 24, 2)
STEPS, CLASSES, TOLERANCE = 3, 5, 1e-4  # as in test_foreign_training.c, and so are the optimizers' settings


def sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.05, momentum=0.9)


def adam(parameters):
    return torch.optim.Adam(parameters, lr=0.01)


def torchscript(network):
    """Batch normalization stays by itself, so that the file has the same tensors as the network."""
    return make_torch.torchscript(network, 13, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)


def dynamo(network):
    with tempfile.TemporaryDirectory() as folder:
        return make_torch.dynamo(network, os.path.join(folder, "model.onnx"), external_data=False)


def mlp():
    return nn.Sequential(nn.AvgPool2d(4), nn.Flatten(), nn.Linear(60, 12), nn.ReLU(), nn.Linear(12, CLASSES))


def normalized():
    """Batch normalization of images and of rows. No biases in front of it: their gradient is 0 but for rounding, and
    Adam makes whole steps of that."""
    return nn.Sequential(
        *(nn.Conv2d(2, 4, 3, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU()),
        *(nn.Conv2d(4, 4, 3, 2, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten()),
        *(nn.Linear(80, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, CLASSES)),
    )


# Network, optimizer, export, and the part that is frozen.
CASES = {
    "mlp": (mlp, adam, torchscript, None),
    "lenet": (make_torch.LeNet, sgd, torchscript, None),
    "lenet-frozen": (make_torch.LeNet, adam, torchscript, "fc1"),
    "normalized": (normalized, adam, torchscript, None),
    "residual": (make_torch.Residual, sgd, torchscript, None),
    "inverted-residual": (make_torch.Inverted, adam, dynamo, None),
}


def train(network, make_optimizer, images):
    optimizer = make_optimizer([parameter for parameter in network.parameters() if parameter.requires_grad])
    labels = torch.arange(len(images)) % CLASSES
    network.train()
    for _ in range(STEPS):
        optimizer.zero_grad()
        F.cross_entropy(network(images), labels).backward()
        optimizer.step()
    network.eval()


def floats(network):
    return {name: tensor.clone() for name, tensor in network.state_dict().items() if tensor.is_floating_point()}


def check_moves(name, before, after, frozen):
    """Each tensor has moved so far that a wrong step would be seen."""
    for tensor, values in after.items():
        move = float((values - before[tensor]).abs().max() / values.abs().max())
        still = frozen and tensor.startswith(frozen)
        assert move == 0 if still else move > 20 * TOLERANCE, f"{name}: {tensor} has moved by {move:.3g}"


def make(name, make_network, make_optimizer, export, frozen):
    network = make_torch.prepared(make_network())
    before = floats(network)
    onnx.save(export(network), FOLDER / f"{name}.onnx")
    if frozen:
        network.get_submodule(frozen).requires_grad_(False)
    images = torch.from_numpy(corpus.images(SHAPE, "scores").transpose(0, 3, 1, 2)).double().contiguous()
    train(network.double(), make_optimizer, images)
    with torch.no_grad():
        network(images).numpy().astype("<f4").tofile(FOLDER / f"{name}.outputs")
    onnx.save(export(network.float()), FOLDER / f"{name}-trained.onnx")
    check_moves(name, before, floats(network), frozen)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for wanted in sys.argv[1:] or CASES:
        make(wanted, *CASES[wanted])
