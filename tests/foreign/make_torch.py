#!/usr/bin/env python3
"""Makes the models that PyTorch exports: by TorchScript in several operator sets, by Dynamo, and simplified.

    make_torch.py [NAME...]    all, or those alone

Needs onnxscript, onnxsim and onnxslim too.
"""

import io
import os
import pathlib
import sys
import tempfile
import warnings

import onnx
import onnxsim
import onnxslim
import torch
from torch import nn
from torch.nn import functional as F

import corpus

warnings.filterwarnings("ignore")
MAKERS = {}


def maker(function):
    MAKERS[function.__name__.replace("_", "-")] = function
    return function


def prepared(network, seed=0):
    """In inference, with weights and statistics that are not those of a new network."""
    torch.manual_seed(seed)
    for tensor in list(network.parameters()) + [b for name, b in network.named_buffers() if "running_mean" in name]:
        nn.init.normal_(tensor, 0, 0.3 if tensor.dim() < 2 else (2 / tensor[0].numel()) ** 0.5)
    for name, tensor in network.named_buffers():
        if "running_var" in name:
            nn.init.uniform_(tensor, 0.5, 1.5)
    return network.eval()


def torchscript(network, opset, dynamic=True, dtype=torch.float, **options):
    file = io.BytesIO()
    axes = {"input": {0: "batch"}, "output": {0: "batch"}} if dynamic else None
    torch.onnx.export(
        network,
        torch.zeros(1, 2, 20, 24, dtype=dtype),
        file,
        dynamo=False,
        opset_version=opset,
        input_names=["input"],
        output_names=["output"],
        dynamic_axes=axes,
        **options,
    )
    return onnx.load_from_string(file.getvalue())


def without_folders(model):
    """Dynamo keeps the stack of each node; where the sources lay is nobody's concern."""
    here = str(pathlib.Path(__file__).resolve().parent) + os.sep
    packages = str(pathlib.Path(torch.__file__).resolve().parent.parent) + os.sep
    nodes = list(model.graph.node) + [node for function in model.functions for node in function.node]
    for entry in [entry for node in nodes for entry in node.metadata_props]:
        entry.value = entry.value.replace(packages, "").replace(here, "")
    return model


def dynamo(network, path, **options):
    torch.onnx.export(
        network,
        (torch.zeros(2, 2, 20, 24),),
        path,
        dynamo=True,
        verbose=False,
        dynamic_shapes=({0: torch.export.Dim("batch")},),
        **options,
    )
    return without_folders(onnx.load(path, load_external_data=False))


class LeNet(nn.Module):
    """The tutorials' network: functional pools and activations, a view, log-softmax."""

    def __init__(self, flatten=lambda x: x.view(x.size(0), -1)):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(2, 3, 3, stride=2, padding=1), nn.Conv2d(3, 4, 3)
        self.fc1, self.fc2 = nn.Linear(4 * 4 * 5, 8), nn.Linear(8, 5)
        self.flatten = flatten

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(self.flatten(x)))
        return F.log_softmax(self.fc2(x), dim=1)


class Residual(nn.Module):
    """A basic block of ResNet with a shortcut that projects."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(2, 3, 3, 2, 1, bias=False), nn.BatchNorm2d(3), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        )
        self.block = nn.Sequential(
            nn.Conv2d(3, 4, 3, 2, 1, bias=False),
            nn.BatchNorm2d(4),
            nn.ReLU(inplace=True),
            nn.Conv2d(4, 4, 3, 1, 1, bias=False),
            nn.BatchNorm2d(4),
        )
        self.shortcut = nn.Sequential(nn.Conv2d(3, 4, 1, 2, bias=False), nn.BatchNorm2d(4))
        self.pool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(4, 5)

    def forward(self, x):
        x = self.stem(x)
        x = F.relu(self.block(x) + self.shortcut(x))
        return self.fc(torch.flatten(self.pool(x), 1))


class Inverted(nn.Module):
    """MobileNetV3's block: expansion, depthwise, squeeze and excitation, projection."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(2, 4, 3, 2, 1), nn.Hardswish())
        self.expand = nn.Sequential(
            nn.Conv2d(4, 8, 1), nn.Hardswish(), nn.Conv2d(8, 8, 3, 1, 1, groups=8), nn.Hardswish()
        )
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 2, 1), nn.ReLU(), nn.Conv2d(2, 8, 1), nn.Hardsigmoid()
        )
        self.project, self.fc = nn.Conv2d(8, 4, 1), nn.Linear(4, 5)

    def forward(self, x):
        x = self.stem(x)
        y = self.expand(x)
        x = x + self.project(y * self.gate(y))
        return self.fc(x.mean([2, 3]))


class Excitation(nn.Module):
    """SENet's gate, by dense layers and a view."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 6, 3, 4)
        self.gate = nn.Sequential(nn.Linear(6, 2), nn.ReLU(), nn.Linear(2, 6), nn.Sigmoid())

    def forward(self, x):
        x = self.conv(x)
        b, c, _, _ = x.size()
        y = self.gate(F.adaptive_avg_pool2d(x, 1).view(b, c)).view(b, c, 1, 1)
        return F.adaptive_max_pool2d(x * y.expand_as(x), 1).flatten(1)


class Shuffle(nn.Module):
    """ShuffleNet's: channels are split in halves, one of them goes through a branch, and both are mixed."""

    def __init__(self):
        super().__init__()
        self.stem, self.fc = nn.Conv2d(2, 6, 3, 4), nn.Linear(6, 5)
        self.branch = nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU(), nn.Conv2d(3, 3, 3, 1, 1, groups=3))

    def forward(self, x):
        a, b = self.stem(x).chunk(2, dim=1)
        x = torch.cat((a, self.branch(b)), dim=1)
        n, c, h, w = x.size()
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
        return self.fc(F.relu(self.stem_of_half(x)).mean((2, 3)))

    @staticmethod
    def stem_of_half(x):
        return x * torch.tensor([1.0, -1.0, 2.0, -2.0, 0.5, -0.5]).view(1, 6, 1, 1)


class Enlarging(nn.Module):
    """An autoencoder: transposed convolution, upsampling, transposed convolution."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(2, 3, 3, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(3, 4, 3, 2, 1),
            nn.PReLU(4),
            nn.AvgPool2d((1, 2)),
            nn.ConvTranspose2d(4, 3, 3, 2, 1, 1),
            nn.ELU(),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(3, 1, 3, 2),
            nn.Tanh(),
        )

    def forward(self, x):
        return self.layers(x)


for opset in (7, 9, 11, 13, 17, 20):
    MAKERS[f"torchscript-{opset}"] = lambda name, opset=opset: corpus.write(name, torchscript(prepared(LeNet()), opset))


@maker
def torchscript_unfolded(name):
    """The tracer's graph as it is: no constants folded, batch normalization by itself, weights among the inputs."""
    model = torchscript(
        prepared(Residual()),
        13,
        training=torch.onnx.TrainingMode.PRESERVE,
        do_constant_folding=False,
        keep_initializers_as_inputs=True,
    )
    corpus.write(name, model)


@maker
def torchscript_one_image(name):
    """Without dynamic axes, so that each shape is a number."""
    corpus.write(name, torchscript(prepared(LeNet(lambda x: x.reshape(-1, 80))), 17, dynamic=False))


@maker
def torchscript_half(name):
    """Half the bits throughout, the input too."""
    network = prepared(LeNet(lambda x: torch.flatten(x, 1))).half()
    half = torchscript(network, 13, dtype=torch.half)
    corpus.write(name, half, same_as=torchscript(network.float(), 13))


@maker
def residual(name):
    corpus.write(name, torchscript(prepared(Residual()), 13))


@maker
def inverted_residual(name):
    corpus.write(name, torchscript(prepared(Inverted()), 17))


@maker
def excitation(name):
    corpus.write(name, torchscript(prepared(Excitation()), 11))


@maker
def channel_shuffle(name):
    corpus.write(name, torchscript(prepared(Shuffle()), 13))


@maker
def enlarging(name):
    corpus.write(name, torchscript(prepared(Enlarging()), 16))


@maker
def onnxsim_residual(name):
    model, _ = onnxsim.simplify(torchscript(prepared(Residual()), 11))
    corpus.write(name, model)


@maker
def onnxslim_shuffle(name):
    corpus.write(name, onnxslim.slim(torchscript(prepared(Shuffle()), 13)))


@maker
def dynamo_side_file(name):
    """The default: weights beside the model."""
    path = corpus.FOLDER / "models" / f"{name}.onnx"
    corpus.write(name, dynamo(prepared(LeNet()), path))


def in_one_file(name, network, **options):
    with tempfile.TemporaryDirectory() as folder:
        corpus.write(
            name, dynamo(prepared(network), os.path.join(folder, "model.onnx"), external_data=False, **options)
        )


@maker
def dynamo_inline(name):
    in_one_file(name, Residual())


@maker
def dynamo_unoptimized(name):
    in_one_file(name, Inverted(), optimize=False)


class Scaled(nn.Module):
    """Each image from its smallest to its largest value."""

    def __init__(self):
        super().__init__()
        self.network = nn.Sequential(nn.Conv2d(2, 3, 4, 4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.fc = nn.Linear(3, 5)

    def forward(self, x):
        least, most = x.amin((1, 2, 3), keepdim=True), x.amax((1, 2, 3), keepdim=True)
        return self.fc(self.network((x - least) / (most - least + 1e-6)))


@maker
def scaled_by_range(name):
    corpus.write(name, torchscript(prepared(Scaled()), 9))


class Ensemble(nn.Module):
    """The mean of what several networks say."""

    def __init__(self):
        super().__init__()
        self.networks = nn.ModuleList(
            nn.Sequential(nn.Conv2d(2, 3, 4, 4), nn.ReLU(), nn.Flatten(), nn.Linear(90, 5)) for _ in range(3)
        )

    def forward(self, x):
        return torch.stack([network(x).softmax(1) for network in self.networks]).mean(0)


@maker
def ensemble(name):
    corpus.write(name, torchscript(prepared(Ensemble()), 17))


@maker
def dynamo_casts(name):
    """Biases of convolutions that have none, and limits, are constants in the type of what they meet."""
    network = nn.Sequential(
        nn.Conv2d(2, 3, 5, stride=3, bias=False),
        nn.ReLU6(),
        nn.Conv2d(3, 4, 3, stride=2, bias=False),
        nn.Hardtanh(-1.5, 2),
        nn.Flatten(),
        nn.Linear(24, 5, bias=False),
    )
    in_one_file(name, network, optimize=False)


@maker
def dynamo_softplus(name):
    """softplus(beta x) / beta, beyond a limit x itself."""
    network = nn.Sequential(
        nn.Conv2d(2, 4, 5, stride=4), nn.Softplus(beta=2, threshold=15), nn.Flatten(), nn.Linear(80, 5), nn.Softplus()
    )
    in_one_file(name, network, optimize=False)


@maker
def dynamo_channels_last(name):
    """The means of channels that are last in memory are read by their strides."""
    network = nn.Sequential(
        nn.Conv2d(2, 4, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5)
    )
    in_one_file(name, network.to(memory_format=torch.channels_last))


@maker
def dynamo_adaptive_pools(name):
    """To sizes that do not divide: windows that differ in size, then others that do not."""
    layers = nn.Conv2d(2, 3, 4, 4), nn.AdaptiveAvgPool2d((3, 4)), nn.ReLU(), nn.AdaptiveAvgPool2d((2, 3))
    in_one_file(name, nn.Sequential(*layers, nn.Flatten(), nn.Linear(18, 5)))


if __name__ == "__main__":
    for wanted in sys.argv[1:] or MAKERS:
        MAKERS[wanted](wanted)
