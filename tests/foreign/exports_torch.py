"""Networks of PyTorch as programs have them, each exported by TorchScript and by Dynamo."""

import pathlib
import sys
import warnings

import torch
from torch import nn
from torch.nn import functional as F

warnings.filterwarnings("ignore")
NETWORKS = {}  # name: function that makes the network, channels x rows x columns of its input, more about it


def network(shape=(3, 32, 32), **about):
    def add(maker):
        NETWORKS[maker.__name__.replace("_", "-")] = maker, shape, about
        return maker

    return add


class Do(nn.Module):
    """What forward() does between layers."""

    def __init__(self, function, **layers):
        super().__init__()
        self.function = function
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, x):
        return self.function(self, x) if self._modules or self._buffers else self.function(x)


def do(function, *layers, **named):
    return Do(function, **{f"l{i}": layer for i, layer in enumerate(layers)}, **named)


S = nn.Sequential


def conv_bn(i, o, k=3, s=1, g=1, act=nn.ReLU, d=1):
    return S(
        nn.Conv2d(i, o, k, s, d * (k // 2), groups=g, dilation=d, bias=False),
        nn.BatchNorm2d(o),
        *([act()] if act else []),
    )


def head(channels, classes=10):
    return S(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


def stem_and(block, channels=8, out=None, act=nn.ReLU):
    return S(conv_bn(3, channels, s=2, act=act), block, head(out or channels))


# Digits.


@network((1, 28, 28))
def mnist_example():
    """pytorch/examples."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(1, 32, 3, 1), nn.Conv2d(32, 64, 3, 1)
            self.dropout1, self.dropout2 = nn.Dropout(0.25), nn.Dropout(0.5)
            self.fc1, self.fc2 = nn.Linear(9216, 128), nn.Linear(128, 10)

        def forward(self, x):
            x = F.relu(self.conv1(x))
            x = F.max_pool2d(F.relu(self.conv2(x)), 2)
            x = torch.flatten(self.dropout1(x), 1)
            x = self.dropout2(F.relu(self.fc1(x)))
            return F.log_softmax(self.fc2(x), dim=1)

    return Net()


@network((1, 28, 28))
def mnist_example_before():
    """What the same repository had for years."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(1, 10, kernel_size=5), nn.Conv2d(10, 20, kernel_size=5)
            self.conv2_drop = nn.Dropout2d()
            self.fc1, self.fc2 = nn.Linear(320, 50), nn.Linear(50, 10)

        def forward(self, x):
            x = F.relu(F.max_pool2d(self.conv1(x), 2))
            x = F.relu(F.max_pool2d(self.conv2_drop(self.conv2(x)), 2))
            x = x.view(-1, 320)
            x = F.relu(self.fc1(x))
            x = F.dropout(x, training=self.training)
            return F.log_softmax(self.fc2(x))

    return Net()


def digits(flatten, end=lambda x: x):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
            self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
            x = F.max_pool2d(F.relu(self.conv2(x)), 2, 2)
            x = flatten(x)
            return end(self.fc3(F.relu(self.fc2(F.relu(self.fc1(x))))))

    return Net()


def num_flat_features(x):
    count = 1
    for size in x.size()[1:]:
        count *= size
    return count


FLATTENS = {
    "view-size-0": lambda x: x.view(x.size(0), -1),
    "view-shape-0": lambda x: x.view(x.shape[0], -1),
    "view-size-0-features": lambda x: x.view(x.size(0), 16 * 5 * 5),
    "view-size-array": lambda x: x.view(x.size()[0], -1),
    "view-flat-features": lambda x: x.view(-1, num_flat_features(x)),
    "view-minus-1-400": lambda x: x.view(-1, 400),
    "reshape-size-0": lambda x: x.reshape(x.size(0), -1),
    "reshape-minus-1-400": lambda x: x.reshape(-1, 400),
    "reshape-of-batch": lambda x: x.reshape((x.shape[0], x.shape[1] * x.shape[2] * x.shape[3])),
    "torch-flatten": lambda x: torch.flatten(x, 1),
    "torch-flatten-start": lambda x: torch.flatten(x, start_dim=1, end_dim=-1),
    "method-flatten": lambda x: x.flatten(1),
    "flatten-twice": lambda x: x.flatten(2).flatten(1),
    "len": lambda x: x.view(len(x), -1),
    "contiguous": lambda x: x.contiguous().view(x.size(0), -1),
    "permuted": lambda x: x.permute(0, 2, 3, 1).contiguous().view(x.size(0), -1),
    "permuted-reshape": lambda x: x.permute(0, 2, 3, 1).reshape(x.size(0), -1),
    "unflattened": lambda x: x.flatten(1).unflatten(1, (400, 1)).squeeze(2),
}
ENDS = {
    "log-softmax": lambda x: F.log_softmax(x, dim=1),
    "log-softmax-minus-1": lambda x: F.log_softmax(x, dim=-1),
    "softmax": lambda x: F.softmax(x, dim=1),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax-method": lambda x: x.softmax(1),
    "log-of-softmax": lambda x: torch.log(F.softmax(x, dim=1)),
    "normalize": lambda x: F.normalize(x, dim=1),
    "squeeze": lambda x: x[:, :1].squeeze(1),
    "temperature": lambda x: F.softmax(x / 2.5, dim=1),
    "exp": torch.exp,
    "scaled": lambda x: x * 3 - 1,
}
for key, function in FLATTENS.items():
    NETWORKS[f"flatten-{key}"] = (lambda function=function: digits(function)), (1, 28, 28), {}
for key, function in ENDS.items():
    NETWORKS[f"end-{key}"] = (lambda function=function: digits(FLATTENS["torch-flatten"], function)), (1, 28, 28), {}


@network((1, 32, 32))
def lenet_5():
    return S(
        nn.Conv2d(1, 6, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(16, 120, 5),
        nn.Tanh(),
        nn.Flatten(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, 10),
        nn.Softmax(dim=1),
    )


@network()
def cifar_tutorial():
    return do(
        lambda m, x: m.l3(
            F.relu(m.l2(F.relu(m.l4(m.pool(F.relu(m.l1(m.pool(F.relu(m.l0(x)))))).view(-1, 16 * 5 * 5)))))
        ),
        nn.Conv2d(3, 6, 5),
        nn.Conv2d(6, 16, 5),
        nn.Linear(120, 84),
        nn.Linear(84, 10),
        nn.Linear(400, 120),
        pool=nn.MaxPool2d(2, 2),
    )


@network((1, 28, 28))
def mlp():
    return S(
        nn.Flatten(), nn.Linear(784, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)
    )


@network((1, 28, 28))
def mlp_view():
    return do(
        lambda m, x: F.log_softmax(m.l2(F.relu(m.l1(F.relu(m.l0(x.view(-1, 28 * 28)))))), dim=1),
        nn.Linear(784, 128),
        nn.Linear(128, 64),
        nn.Linear(64, 10),
    )


@network((784,))
def mlp_flat():
    return S(nn.Linear(784, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 10, bias=False))


@network((12,))
def mlp_of_matmul():
    w1, w2 = nn.Parameter(torch.randn(12, 16) / 4), nn.Parameter(torch.randn(16, 3) / 4)
    return do(
        lambda m, x: (torch.relu(x @ m.w1 + m.b1)).mm(m.w2) + m.b2,
        nn.Identity(),
        w1=w1,
        w2=w2,
        b1=nn.Parameter(torch.randn(16)),
        b2=nn.Parameter(torch.randn(3)),
    )


@network((12,))
def mlp_layer_norm():
    return S(
        nn.Linear(12, 16),
        nn.LayerNorm(16),
        nn.GELU(),
        nn.Linear(16, 16),
        nn.LayerNorm(16, elementwise_affine=False),
        nn.SiLU(),
        nn.Linear(16, 3),
    )


@network((12,))
def mlp_residual():
    return do(lambda m, x: m.l2(x + m.l1(F.relu(m.l0(x)))), nn.Linear(12, 20), nn.Linear(20, 12), nn.Linear(12, 3))


@network((28, 28))
def mlp_rows():
    return S(nn.Flatten(), nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 10))


@network((28, 28))
def cnn_unsqueezed():
    return do(lambda m, x: m.l1(m.l0(x.unsqueeze(1))), conv_bn(1, 4, s=4), S(nn.Flatten(), nn.Linear(196, 10)))


@network((28, 28))
def cnn_viewed():
    return do(lambda m, x: m.l1(m.l0(x.view(-1, 1, 28, 28))), conv_bn(1, 4, s=4), S(nn.Flatten(), nn.Linear(196, 10)))


@network((784,))
def cnn_of_flat():
    return do(
        lambda m, x: m.l1(m.l0(x.reshape(-1, 1, 28, 28))), conv_bn(1, 4, s=4), S(nn.Flatten(), nn.Linear(196, 10))
    )


@network((28, 28, 3), layout="NHWC")
def cnn_permuted():
    return do(lambda m, x: m.l1(m.l0(x.permute(0, 3, 1, 2))), conv_bn(3, 4, s=4), S(nn.Flatten(), nn.Linear(196, 10)))


@network((28, 28, 3), layout="NHWC")
def cnn_permuted_255():
    return do(
        lambda m, x: m.l1(m.l0(x.permute(0, 3, 1, 2) / 255.0)), conv_bn(3, 4, s=4), S(nn.Flatten(), nn.Linear(196, 10))
    )


@network((3, 32, 32), type=torch.uint8)
def cnn_of_bytes():
    return do(lambda m, x: m.l0(x.float() / 255), stem_and(conv_bn(8, 8)))


@network((3, 32, 32), type=torch.uint8)
def cnn_of_bytes_standardized():
    return do(
        lambda m, x: m.l0((x.float() / 255 - m.mean) / m.std),
        stem_and(conv_bn(8, 8)),
        mean=nn.Parameter(torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)),
        std=nn.Parameter(torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)),
    )


# Input preprocessing in forward().


def preprocessed(function):
    return do(lambda m, x: m.l0(function(x)), stem_and(conv_bn(8, 8)))


PREPROCESSING = {
    "standardized": lambda x: (x - torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
    / torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1),
    "standardized-none": lambda x: (x - torch.tensor([0.4914, 0.4822, 0.4465])[None, :, None, None])
    / torch.tensor([0.247, 0.243, 0.261])[None, :, None, None],
    "scalars": lambda x: (x - 0.1307) / 0.3081,
    "to-signed": lambda x: 2 * x - 1,
    "divided": lambda x: x / 255.0,
    "multiplied": lambda x: x.mul(1 / 127.5).sub(1),
    "inverted": lambda x: 1 - x,
    "flipped": lambda x: torch.flip(x, [1]),
    "bgr": lambda x: x[:, [2, 1, 0]],
    "one-channel": lambda x: x[:, :1].repeat(1, 3, 1, 1),
    "expanded": lambda x: x.mean(1, keepdim=True).expand(-1, 3, -1, -1),
    "clamped": lambda x: x.clamp(-0.5, 0.5),
    "resized": lambda x: F.interpolate(x, size=(16, 16), mode="bilinear", align_corners=False),
    "resized-nearest": lambda x: F.interpolate(x, scale_factor=0.5),
    "cropped": lambda x: x[:, :, 4:-4, 4:-4],
    "strided": lambda x: x[:, :, ::2, ::2],
    "float": lambda x: x.float(),
}
for key, function in PREPROCESSING.items():
    NETWORKS[f"input-{key}"] = (lambda function=function: preprocessed(function)), (3, 32, 32), {}


# Blocks.


def vgg(*plan, bn=True):
    layers, channels = [], 3
    for v in plan:
        if v == "M":
            layers.append(nn.MaxPool2d(kernel_size=2, stride=2))
        else:
            layers += [
                nn.Conv2d(channels, v, 3, padding=1),
                *([nn.BatchNorm2d(v)] if bn else []),
                nn.ReLU(inplace=True),
            ]
            channels = v
    return S(*layers)


@network()
def vgg_small():
    return do(
        lambda m, x: m.l2(torch.flatten(m.l1(m.l0(x)), 1)),
        vgg(8, "M", 16, "M", 16, 16, "M", bn=False),
        nn.AdaptiveAvgPool2d((2, 2)),
        S(nn.Linear(64, 32), nn.ReLU(True), nn.Dropout(), nn.Linear(32, 10)),
    )


@network()
def vgg_bn():
    return do(
        lambda m, x: m.l1(m.l0(x).view(x.size(0), -1)),
        vgg(8, "M", 16, "M", 16, "M", 16, "M", 16, "M"),
        nn.Linear(16, 10),
    )


class Basic(nn.Module):
    def __init__(self, i, o, stride=1, preact=False):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.Conv2d(o, o, 3, 1, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(i if preact else o), nn.BatchNorm2d(o)
        self.preact = preact
        self.downsample = (
            S(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o)) if stride != 1 or i != o else None
        )

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        if self.preact:
            out = self.conv1(F.relu(self.bn1(x)))
            return identity + self.conv2(F.relu(self.bn2(out)))
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        return F.relu(out)


@network()
def resnet_basic():
    return S(
        conv_bn(3, 8),
        Basic(8, 8),
        Basic(8, 16, 2),
        Basic(16, 16),
        do(lambda x: F.avg_pool2d(x, 16)),
        nn.Flatten(),
        nn.Linear(16, 10),
    )


@network()
def resnet_avg_pool_4():
    return do(
        lambda m, x: m.l1(F.avg_pool2d(m.l0(x), 4).view(x.size(0), -1)),
        S(conv_bn(3, 8, s=2), Basic(8, 8, 2), Basic(8, 8, 2)),
        nn.Linear(8, 10),
    )


@network()
def resnet_pool_of_size():
    return do(
        lambda m, x: m.l1(m.tail(m.l0(x))),
        S(conv_bn(3, 8, s=2), Basic(8, 8, 2)),
        nn.Linear(8, 10),
        tail=do(lambda x: F.avg_pool2d(x, x.size()[3]).view(x.size(0), -1)),
    )


@network()
def resnet_preact():
    return S(
        nn.Conv2d(3, 8, 3, 1, 1, bias=False),
        Basic(8, 8, preact=True),
        Basic(8, 16, 2, preact=True),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        head(16),
    )


@network()
def resnet_option_a():
    shortcut = lambda x: F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 4, 4), "constant", 0)
    return do(
        lambda m, x: m.l3(F.relu(m.l2(m.l1(m.l0(x))) + shortcut(m.l0(x)))),
        conv_bn(3, 8),
        conv_bn(8, 16, s=2),
        conv_bn(16, 16, act=None),
        head(16),
    )


@network()
def resnet_bottleneck():
    block = do(
        lambda m, x: F.relu(m.l0(x) + m.l1(x)),
        S(conv_bn(8, 4, 1), conv_bn(4, 4, 3, 2), conv_bn(4, 16, 1, act=None)),
        conv_bn(8, 16, 1, 2, act=None),
    )
    return S(nn.Conv2d(3, 8, 7, 2, 3, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(3, 2, 1), block, head(16))


@network()
def resnet_d():
    shortcut = S(nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False), conv_bn(8, 16, 1, act=None))
    return stem_and(
        do(lambda m, x: F.relu(m.l0(x) + m.l1(x)), S(conv_bn(8, 8, s=2), conv_bn(8, 16, act=None)), shortcut), out=16
    )


@network()
def resnext():
    return stem_and(
        do(lambda m, x: F.relu(x + m.l0(x)), S(conv_bn(8, 8, 1), conv_bn(8, 8, g=4), conv_bn(8, 8, 1, act=None)))
    )


class SE(nn.Module):
    def __init__(self, channels, form):
        super().__init__()
        self.form, mid = form, max(channels // 4, 2)
        one = lambda i, o: nn.Linear(i, o) if "linear" in form else nn.Conv2d(i, o, 1)
        self.fc1, self.fc2 = one(channels, mid), one(mid, channels)

    def forward(self, x):
        b, c, _, _ = x.size()
        if self.form == "linear":
            y = F.adaptive_avg_pool2d(x, 1).view(b, c)
            return x * torch.sigmoid(self.fc2(F.relu(self.fc1(y)))).view(b, c, 1, 1)
        if self.form == "linear-expand":
            y = x.mean((2, 3))
            return x * torch.sigmoid(self.fc2(F.relu(self.fc1(y)))).unsqueeze(-1).unsqueeze(-1).expand_as(x)
        if self.form == "linear-none":
            y = x.view(b, c, -1).mean(dim=2)
            return x * torch.sigmoid(self.fc2(F.relu(self.fc1(y))))[:, :, None, None]
        if self.form == "conv-avg-pool":
            y = F.avg_pool2d(x, x.size(2))
        elif self.form == "conv-mean":
            y = x.mean([2, 3], keepdim=True)
        else:
            y = F.adaptive_avg_pool2d(x, (1, 1))
        y = self.fc2(F.silu(self.fc1(y)))
        return (F.hardsigmoid(y) if self.form == "conv-hard" else y.sigmoid()) * x


for form in ("linear", "linear-expand", "linear-none", "conv", "conv-hard", "conv-avg-pool", "conv-mean"):
    NETWORKS[f"se-{form}"] = (lambda form=form: stem_and(SE(8, form))), (3, 32, 32), {}


@network()
def cbam():
    def forward(m, x):
        mlp = lambda v: m.l1(F.relu(m.l0(v)))
        x = x * torch.sigmoid(mlp(F.adaptive_avg_pool2d(x, 1)) + mlp(F.adaptive_max_pool2d(x, 1)))
        y = torch.cat([x.mean(1, keepdim=True), x.max(1, keepdim=True)[0]], dim=1)
        return x * torch.sigmoid(m.l2(y))

    return stem_and(do(forward, nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1), nn.Conv2d(2, 1, 7, padding=3)))


@network()
def eca():
    def forward(m, x):
        y = F.adaptive_avg_pool2d(x, 1)
        return x * torch.sigmoid(m.l0(y.squeeze(-1).transpose(-1, -2)).transpose(-1, -2).unsqueeze(-1)).expand_as(x)

    return stem_and(do(forward, nn.Conv1d(1, 1, 3, padding=1)))


@network()
def spatial_gate():
    return stem_and(do(lambda m, x: x * torch.sigmoid(m.l0(x)), nn.Conv2d(8, 1, 1)))


@network()
def mobilenet_v1():
    dw = lambda i, o, s: S(conv_bn(i, i, 3, s, i), conv_bn(i, o, 1))
    return S(conv_bn(3, 8, s=2), dw(8, 16, 1), dw(16, 16, 2), do(lambda x: x.mean(3).mean(2)), nn.Linear(16, 10))


@network()
def mobilenet_v2():
    block = lambda i, o, s, t: do(
        lambda m, x: x + m.l0(x) if s == 1 and i == o else m.l0(x),
        S(
            conv_bn(i, i * t, 1, act=nn.ReLU6),
            conv_bn(i * t, i * t, 3, s, i * t, nn.ReLU6),
            conv_bn(i * t, o, 1, act=None),
        ),
    )
    return S(conv_bn(3, 8, s=2, act=nn.ReLU6), block(8, 8, 1, 2), block(8, 12, 2, 3), head(12))


@network()
def mobilenet_v3():
    block = do(
        lambda m, x: x + m.l2(m.l1(m.l0(x))),
        S(conv_bn(8, 16, 1, act=nn.Hardswish), conv_bn(16, 16, 5, 1, 16, nn.Hardswish)),
        SE(16, "conv-hard"),
        conv_bn(16, 8, 1, act=None),
    )
    return S(
        conv_bn(3, 8, s=2, act=nn.Hardswish),
        block,
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(1),
        nn.Linear(8, 16),
        nn.Hardswish(),
        nn.Linear(16, 10),
    )


@network()
def hard_swish_by_relu6():
    """As it was written before PyTorch had it."""
    swish = lambda: do(lambda x: x * F.relu6(x + 3) / 6)
    return S(
        nn.Conv2d(3, 8, 3, 2),
        swish(),
        nn.Conv2d(8, 8, 3),
        do(lambda x: F.relu6(x + 3, inplace=True) / 6),
        nn.Conv2d(8, 8, 3),
        do(lambda x: F.relu6(x + 3.0) * (1.0 / 6.0)),
        head(8),
    )


@network()
def efficientnet_block():
    return stem_and(
        do(
            lambda m, x: x + m.l2(m.l1(m.l0(x))),
            S(conv_bn(8, 16, 1, act=nn.SiLU), conv_bn(16, 16, 5, 1, 16, nn.SiLU)),
            SE(16, "conv"),
            conv_bn(16, 8, 1, act=None),
        ),
        act=nn.SiLU,
    )


@network()
def shufflenet_v2():
    def shuffle(x, groups=2):
        b, c, h, w = x.size()
        return torch.transpose(x.view(b, groups, c // groups, h, w), 1, 2).contiguous().view(b, -1, h, w)

    def forward(m, x):
        x1, x2 = x.chunk(2, dim=1)
        x = shuffle(torch.cat((x1, m.l0(x2)), dim=1))
        return shuffle(torch.cat((m.l1(x), m.l2(x)), dim=1))

    branch = lambda i, o, s: S(conv_bn(i, o, 1), conv_bn(o, o, 3, s, o, None), conv_bn(o, o, 1))
    return stem_and(
        do(forward, branch(4, 4, 1), branch(8, 8, 2), S(conv_bn(8, 8, 3, 2, 8, None), conv_bn(8, 8, 1))), out=16
    )


@network()
def shufflenet_v1():
    def forward(m, x):
        y = m.l0(x)
        n, c, h, w = y.shape
        y = y.view(n, 2, c // 2, h, w).permute(0, 2, 1, 3, 4).reshape(n, c, h, w)
        return F.relu(torch.cat([F.avg_pool2d(x, 3, 2, 1), m.l1(y)], 1))

    return stem_and(do(forward, conv_bn(8, 8, 1, g=2), conv_bn(8, 8, 3, 2, 8, None)), out=16)


@network()
def densenet():
    layer = lambda i: do(
        lambda m, x: torch.cat([x, m.l1(F.relu(m.l0(x)))], 1),
        nn.BatchNorm2d(i),
        nn.Conv2d(i, 4, 3, padding=1, bias=False),
    )
    return S(
        nn.Conv2d(3, 8, 3, 2, 1, bias=False),
        layer(8),
        layer(12),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 8, 1, bias=False),
        nn.AvgPool2d(2, 2),
        layer(8),
        nn.BatchNorm2d(12),
        do(lambda x: F.adaptive_avg_pool2d(F.relu(x, inplace=True), (1, 1))),
        nn.Flatten(),
        nn.Linear(12, 10),
    )


@network()
def densenet_list():
    def forward(m, x):
        features = [x]
        for layer in (m.l0, m.l1, m.l2):
            features.append(layer(torch.cat(features, 1)))
        return torch.cat(features, 1)

    return stem_and(do(forward, conv_bn(8, 4), conv_bn(12, 4), conv_bn(16, 4)), out=20)


@network()
def inception():
    return stem_and(
        do(
            lambda m, x: torch.cat([m.l0(x), m.l1(x), m.l2(x), m.l3(x)], 1),
            conv_bn(8, 4, 1),
            S(conv_bn(8, 4, 1), conv_bn(4, 6)),
            S(conv_bn(8, 2, 1), conv_bn(2, 4, 5)),
            S(nn.MaxPool2d(3, 1, 1), conv_bn(8, 2, 1)),
        ),
        out=16,
    )


@network()
def inception_v3():
    conv = lambda i, o, k, p: S(nn.Conv2d(i, o, k, padding=p, bias=False), nn.BatchNorm2d(o, eps=0.001), nn.ReLU())
    return stem_and(
        do(
            lambda m, x: torch.cat([m.l0(x), m.l1(x), m.l2(F.avg_pool2d(x, 3, 1, 1))], 1),
            conv(8, 4, 1, 0),
            S(conv(8, 4, (1, 7), (0, 3)), conv(4, 4, (7, 1), (3, 0))),
            conv(8, 4, 1, 0),
        ),
        out=12,
    )


@network()
def googlenet_ceil():
    return S(
        nn.Conv2d(3, 8, 7, 2, 3),
        nn.ReLU(True),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.Conv2d(8, 8, 3, padding=1),
        nn.ReLU(True),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.Flatten(),
        nn.Dropout(0.4),
        nn.Linear(8 * 16, 10),
    )


@network()
def squeezenet():
    fire = lambda i, s, e: do(
        lambda m, x: torch.cat([F.relu(m.l1(m.l0(x))), F.relu(m.l2(m.l0(x)))], 1),
        S(nn.Conv2d(i, s, 1), nn.ReLU()),
        nn.Conv2d(s, e, 1),
        nn.Conv2d(s, e, 3, padding=1),
    )
    return do(
        lambda m, x: torch.flatten(m.l1(m.l0(x)), 1),
        S(nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.MaxPool2d(3, 2, ceil_mode=True), fire(8, 2, 4), fire(8, 3, 6)),
        S(nn.Dropout(0.5), nn.Conv2d(12, 10, 1), nn.ReLU(), nn.AdaptiveAvgPool2d((1, 1))),
    )


class ConvNeXtBlock(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.dwconv, self.norm = nn.Conv2d(d, d, 7, padding=3, groups=d), nn.LayerNorm(d, eps=1e-6)
        self.pwconv1, self.act, self.pwconv2 = nn.Linear(d, 4 * d), nn.GELU(), nn.Linear(4 * d, d)
        self.gamma = nn.Parameter(torch.rand(d))

    def forward(self, x):
        y = self.norm(self.dwconv(x).permute(0, 2, 3, 1))
        y = self.gamma * self.pwconv2(self.act(self.pwconv1(y)))
        return x + y.permute(0, 3, 1, 2)


@network()
def convnext():
    return S(
        nn.Conv2d(3, 8, 4, 4),
        ConvNeXtBlock(8),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(1),
        nn.LayerNorm(8),
        nn.Linear(8, 10),
    )


@network()
def layer_norm_by_parts():
    """ConvNeXt's LayerNorm of channels first."""

    def forward(m, x):
        u = x.mean(1, keepdim=True)
        s = (x - u).pow(2).mean(1, keepdim=True)
        return m.w[:, None, None] * ((x - u) / torch.sqrt(s + 1e-6)) + m.b[:, None, None]

    return stem_and(do(forward, nn.Identity(), w=nn.Parameter(torch.rand(8) + 0.5), b=nn.Parameter(torch.rand(8))))


@network()
def convmixer():
    res = lambda f: do(lambda m, x: m.l0(x) + x, f)
    return S(
        nn.Conv2d(3, 8, 4, 4),
        nn.GELU(),
        nn.BatchNorm2d(8),
        res(S(nn.Conv2d(8, 8, 5, groups=8, padding="same"), nn.GELU(), nn.BatchNorm2d(8))),
        nn.Conv2d(8, 8, 1),
        nn.GELU(),
        nn.BatchNorm2d(8),
        head(8),
    )


@network()
def mlp_mixer():
    def forward(m, x):
        x = m.patch(x).flatten(2).transpose(1, 2)
        x = x + m.l1(m.l0(m.n0(x).transpose(1, 2)).relu()).transpose(1, 2)
        x = x + m.l3(F.gelu(m.l2(m.n1(x))))
        return m.l4(x.mean(1))

    return do(
        forward,
        nn.Linear(16, 8),
        nn.Linear(8, 16),
        nn.Linear(8, 16),
        nn.Linear(16, 8),
        nn.Linear(8, 10),
        patch=nn.Conv2d(3, 8, 8, 8),
        n0=nn.LayerNorm(8),
        n1=nn.LayerNorm(8),
    )


@network()
def network_in_network():
    return S(
        nn.Conv2d(3, 8, 5, padding=2),
        nn.ReLU(),
        nn.Conv2d(8, 8, 1),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
        nn.Dropout(0.5),
        nn.Conv2d(8, 10, 3, padding=1),
        nn.ReLU(),
        nn.AvgPool2d(16),
        do(lambda x: x.squeeze()),
        do(lambda x: x.view(-1, 10)),
    )


@network()
def all_conv():
    return S(
        conv_bn(3, 8, s=2),
        conv_bn(8, 8, s=2),
        nn.Conv2d(8, 10, 1),
        nn.AdaptiveAvgPool2d(1),
        do(lambda x: x.squeeze(-1).squeeze(-1)),
    )


@network()
def global_pool_squeezed():
    return do(
        lambda m, x: m.l1(m.l0(x).squeeze(3).squeeze(2)),
        S(conv_bn(3, 8, s=2), nn.AdaptiveAvgPool2d(1)),
        nn.Linear(8, 10),
    )


@network()
def global_max():
    return do(lambda m, x: m.l1(torch.amax(m.l0(x), dim=(2, 3))), conv_bn(3, 8, s=2), nn.Linear(8, 10))


@network()
def global_max_twice():
    return do(lambda m, x: m.l1(m.l0(x).max(dim=3)[0].max(dim=2)[0]), conv_bn(3, 8, s=2), nn.Linear(8, 10))


@network()
def global_mean_of_view():
    return do(
        lambda m, x: m.l1(m.tail(m.l0(x))),
        conv_bn(3, 8, s=2),
        nn.Linear(8, 10),
        tail=do(lambda x: x.view(x.size(0), x.size(1), -1).mean(2)),
    )


@network()
def average_and_max():
    return do(
        lambda m, x: m.l1(
            torch.cat([F.adaptive_avg_pool2d(m.l0(x), 1), F.adaptive_max_pool2d(m.l0(x), 1)], 1).flatten(1)
        ),
        conv_bn(3, 8, s=2),
        nn.Linear(16, 10),
    )


@network()
def adaptive_4():
    return S(conv_bn(3, 4, s=2), nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(64, 10))


@network()
def adaptive_max_2x4():
    return S(conv_bn(3, 4, s=2), nn.AdaptiveMaxPool2d((2, 4)), nn.Flatten(), nn.Linear(32, 10))


@network((3, 30, 30))
def adaptive_uneven():
    return S(nn.Conv2d(3, 4, 3, 1, 1), nn.AdaptiveAvgPool2d(7), nn.Flatten(), nn.Linear(196, 10))


@network((3, 63, 63))
def alexnet():
    return S(
        nn.Conv2d(3, 8, 11, 4, 2),
        nn.ReLU(inplace=True),
        nn.LocalResponseNorm(5),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(8, 12, 5, padding=2),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(108, 32),
        nn.ReLU(inplace=True),
        nn.Linear(32, 10),
    )


@network()
def ghost():
    def forward(m, x):
        y = m.l0(x)
        return torch.cat([y, m.l1(y)], dim=1)[:, :7, :, :]

    return stem_and(do(forward, conv_bn(8, 4, 1), conv_bn(4, 4, g=4)), out=7)


@network()
def repvgg():
    return stem_and(
        do(
            lambda m, x: F.relu(m.l0(x) + m.l1(x) + m.l2(x)),
            conv_bn(8, 8, act=None),
            conv_bn(8, 8, 1, act=None),
            nn.BatchNorm2d(8),
        )
    )


@network()
def res2net():
    def forward(m, x):
        parts = torch.split(x, 2, 1)
        a = m.l0(parts[1])
        b = m.l1(parts[2] + a)
        return torch.cat((parts[0], a, b, parts[3]), 1) + x

    return stem_and(do(forward, conv_bn(2, 2), conv_bn(2, 2)))


@network()
def crelu():
    return stem_and(do(lambda x: F.relu(torch.cat([x, -x], 1))), out=16)


@network()
def maxout():
    return stem_and(do(lambda m, x: torch.max(m.l0(x), m.l1(x)), nn.Conv2d(8, 8, 1), nn.Conv2d(8, 8, 1)))


@network()
def highway():
    def forward(m, x):
        t = torch.sigmoid(m.l0(x))
        return F.relu(m.l1(x)) * t + x * (1 - t)

    return stem_and(do(forward, nn.Conv2d(8, 8, 3, 1, 1), nn.Conv2d(8, 8, 3, 1, 1)))


@network()
def layer_scale():
    return stem_and(
        do(
            lambda m, x: x + m.gamma.view(1, -1, 1, 1) * m.l0(x),
            nn.Conv2d(8, 8, 3, padding=1),
            gamma=nn.Parameter(torch.rand(8)),
        )
    )


@network()
def shared_layer():
    return stem_and(do(lambda m, x: m.l0(m.l0(m.l0(x))), nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.ReLU())))


@network()
def scaled_residual():
    return stem_and(do(lambda m, x: F.relu(x + 0.3 * m.l0(x)), nn.Conv2d(8, 8, 3, padding=1)))


@network()
def learned_scale():
    return stem_and(
        do(
            lambda m, x: m.l0(x) * m.scale + m.shift,
            nn.Conv2d(8, 8, 3, padding=1),
            scale=nn.Parameter(torch.tensor([1.7])),
            shift=nn.Parameter(torch.tensor(0.3)),
        )
    )


@network()
def weight_norm():
    return stem_and(torch.nn.utils.parametrizations.weight_norm(nn.Conv2d(8, 8, 3, padding=1)))


@network()
def spectral_norm():
    return stem_and(torch.nn.utils.spectral_norm(nn.Conv2d(8, 8, 3, padding=1)))


@network()
def dilated():
    return stem_and(S(conv_bn(8, 8, d=2), conv_bn(8, 8, d=4)))


@network()
def aspp():
    def forward(m, x):
        pooled = F.interpolate(
            m.l3(F.adaptive_avg_pool2d(x, 1)), size=x.shape[2:], mode="bilinear", align_corners=False
        )
        return torch.cat([m.l0(x), m.l1(x), m.l2(x), pooled], 1)

    return stem_and(do(forward, conv_bn(8, 4, 1), conv_bn(8, 4, d=2), conv_bn(8, 4, d=3), conv_bn(8, 4, 1)), out=16)


@network()
def spp():
    return do(
        lambda m, x: m.l1(torch.cat([F.adaptive_max_pool2d(m.l0(x), n).flatten(1) for n in (1, 2, 4)], 1)),
        conv_bn(3, 4, s=2),
        nn.Linear(84, 10),
    )


@network()
def spp_fast():
    def forward(m, x):
        a = m.l0(x)
        b = m.l0(a)
        return torch.cat((x, a, b, m.l0(b)), 1)

    return stem_and(do(forward, nn.MaxPool2d(5, 1, 2)), out=32)


@network()
def focus():
    """YOLOv5's first layer."""
    return S(
        do(lambda x: torch.cat((x[..., ::2, ::2], x[..., 1::2, ::2], x[..., ::2, 1::2], x[..., 1::2, 1::2]), 1)),
        conv_bn(12, 8, act=nn.SiLU),
        head(8),
    )


@network()
def c3():
    bottleneck = do(lambda m, x: x + m.l0(x), S(conv_bn(4, 4, 1, act=nn.SiLU), conv_bn(4, 4, act=nn.SiLU)))
    return stem_and(
        do(
            lambda m, x: m.l3(torch.cat((m.l2(m.l0(x)), m.l1(x)), dim=1)),
            conv_bn(8, 4, 1, act=nn.SiLU),
            conv_bn(8, 4, 1, act=nn.SiLU),
            bottleneck,
            conv_bn(8, 8, 1, act=nn.SiLU),
        ),
        act=nn.SiLU,
    )


@network()
def c2f():
    def forward(m, x):
        y = list(m.l0(x).chunk(2, 1))
        y.append(m.l1(y[-1]))
        y.append(m.l2(y[-1]))
        return m.l3(torch.cat(y, 1))

    return stem_and(
        do(
            forward,
            conv_bn(8, 8, 1, act=nn.SiLU),
            conv_bn(4, 4, act=nn.SiLU),
            conv_bn(4, 4, act=nn.SiLU),
            conv_bn(16, 8, 1, act=nn.SiLU),
        ),
        act=nn.SiLU,
    )


# Images as outputs.


@network((1, 28, 28))
def autoencoder():
    return S(
        nn.Conv2d(1, 8, 3, 2, 1),
        nn.ReLU(),
        nn.Conv2d(8, 4, 3, 2, 1),
        nn.ReLU(),
        nn.ConvTranspose2d(4, 8, 3, 2, 1, output_padding=1),
        nn.ReLU(),
        nn.ConvTranspose2d(8, 1, 3, 2, 1, output_padding=1),
        nn.Sigmoid(),
    )


@network((1, 28, 28))
def autoencoder_2x2():
    return S(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2, 2),
        nn.Conv2d(4, 4, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2, 2),
        nn.ConvTranspose2d(4, 4, 2, stride=2),
        nn.ReLU(),
        nn.ConvTranspose2d(4, 1, 2, stride=2),
        nn.Sigmoid(),
    )


@network((784,))
def autoencoder_dense():
    return S(
        nn.Linear(784, 32),
        nn.ReLU(True),
        nn.Linear(32, 8),
        nn.ReLU(True),
        nn.Linear(8, 32),
        nn.ReLU(True),
        nn.Linear(32, 784),
        nn.Tanh(),
    )


@network((1, 28, 28))
def autoencoder_view():
    return do(
        lambda m, x: m.l1(m.l0(x.view(x.size(0), -1))).view(-1, 1, 28, 28),
        nn.Linear(784, 16),
        S(nn.ReLU(), nn.Linear(16, 784), nn.Sigmoid()),
    )


@network((1, 28, 28))
def vae_encoder():
    return do(
        lambda m, x: (m.l1(m.l0(x)), m.l2(m.l0(x))),
        S(nn.Flatten(), nn.Linear(784, 16), nn.ReLU()),
        nn.Linear(16, 2),
        nn.Linear(16, 2),
    )


@network()
def unet():
    def forward(m, x):
        a = m.l0(x)
        b = m.l1(F.max_pool2d(a, 2))
        return m.l3(torch.cat([a, m.l2(b)], 1))

    return do(
        forward, conv_bn(3, 4), conv_bn(4, 8), nn.ConvTranspose2d(8, 4, 2, 2), S(conv_bn(8, 4), nn.Conv2d(4, 2, 1))
    )


@network()
def unet_padded():
    def forward(m, x):
        a = m.l0(x)
        b = m.up(m.l1(F.max_pool2d(a, 2)))
        dy, dx = a.size()[2] - b.size()[2], a.size()[3] - b.size()[3]
        b = F.pad(b, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])
        return torch.sigmoid(m.l2(torch.cat([a, b], dim=1)))

    return do(
        forward,
        conv_bn(3, 4),
        conv_bn(4, 4),
        nn.Conv2d(8, 1, 1),
        up=nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
    )


UPSAMPLING = {
    "nearest": dict(scale_factor=2),
    "nearest-size": dict(size=(16, 16)),
    "nearest-3": dict(scale_factor=3),
    "bilinear": dict(scale_factor=2, mode="bilinear", align_corners=False),
    "bilinear-corners": dict(scale_factor=2, mode="bilinear", align_corners=True),
    "bicubic": dict(scale_factor=2, mode="bicubic"),
    "nearest-exact": dict(scale_factor=2, mode="nearest-exact"),
    "nearest-2x1": dict(scale_factor=(2, 1)),
}
for key, options in UPSAMPLING.items():
    NETWORKS[f"upsample-{key}"] = (
        (lambda options=options: S(conv_bn(3, 4, s=4), nn.Upsample(**options), nn.Conv2d(4, 2, 3, padding=1))),
        (3, 32, 32),
        {},
    )


@network()
def super_resolution():
    return S(nn.Conv2d(3, 8, 5, 1, 2), nn.ReLU(), nn.Conv2d(8, 12, 3, 1, 1), nn.PixelShuffle(2))


@network()
def pixel_unshuffle():
    return S(nn.PixelUnshuffle(2), conv_bn(12, 8), head(8))


@network()
def style_transfer():
    conv = lambda i, o, k, s: S(
        nn.ReflectionPad2d(k // 2), nn.Conv2d(i, o, k, s), nn.InstanceNorm2d(o, affine=True), nn.ReLU()
    )
    return S(conv(3, 4, 9, 1), conv(4, 8, 3, 2), nn.Upsample(scale_factor=2), conv(8, 3, 3, 1))


@network((16,))
def dcgan_generator():
    return S(
        do(lambda x: x.view(-1, 16, 1, 1)),
        nn.ConvTranspose2d(16, 8, 4, 1, 0, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(True),
        nn.ConvTranspose2d(8, 1, 4, 2, 1, bias=False),
        nn.Tanh(),
    )


@network((16, 1, 1))
def dcgan_generator_of_image():
    return S(
        nn.ConvTranspose2d(16, 8, 4, 1, 0, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(True),
        nn.ConvTranspose2d(8, 3, 4, 2, 1, bias=False),
        nn.Tanh(),
    )


@network()
def dcgan_discriminator():
    return S(
        nn.Conv2d(3, 4, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(4, 8, 4, 2, 1, bias=False),
        nn.BatchNorm2d(8),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(8, 1, 8, 1, 0, bias=False),
        nn.Sigmoid(),
        do(lambda x: x.view(-1, 1).squeeze(1)),
    )


# Layers one by one.

LAYERS = {
    "relu6": nn.ReLU6(),
    "leaky-relu": nn.LeakyReLU(),
    "leaky-relu-0.1": nn.LeakyReLU(0.1),
    "prelu": nn.PReLU(),
    "prelu-channels": nn.PReLU(8),
    "elu": nn.ELU(),
    "elu-0.5": nn.ELU(0.5),
    "selu": nn.SELU(),
    "celu": nn.CELU(0.7),
    "gelu": nn.GELU(),
    "gelu-tanh": nn.GELU("tanh"),
    "silu": nn.SiLU(),
    "swish": do(lambda x: x * torch.sigmoid(x)),
    "mish": nn.Mish(),
    "mish-by-parts": do(lambda x: x * torch.tanh(F.softplus(x))),
    "softplus": nn.Softplus(),
    "softplus-2": nn.Softplus(2),
    "softsign": nn.Softsign(),
    "tanhshrink": nn.Tanhshrink(),
    "hardtanh": nn.Hardtanh(),
    "hardtanh-0-6": nn.Hardtanh(0, 6),
    "hardsigmoid": nn.Hardsigmoid(),
    "hardswish": nn.Hardswish(),
    "logsigmoid": nn.LogSigmoid(),
    "threshold": nn.Threshold(0.1, 0.0),
    "glu": nn.GLU(dim=1),
    "softmax-channels": nn.Softmax(dim=1),
    "softmax2d": nn.Softmax2d(),
    "relu-squared": do(lambda x: F.relu(x) ** 2),
    "abs": do(torch.abs),
    "clamp-min": do(lambda x: x.clamp(min=0)),
    "maximum-0": do(lambda x: torch.maximum(x, torch.tensor(0.0))),
    "batch-norm-plain": nn.BatchNorm2d(8, affine=False),
    "group-norm": nn.GroupNorm(4, 8),
    "group-norm-1": nn.GroupNorm(1, 8),
    "group-norm-all": nn.GroupNorm(8, 8),
    "instance-norm": nn.InstanceNorm2d(8),
    "instance-norm-affine": nn.InstanceNorm2d(8, affine=True),
    "instance-norm-tracked": nn.InstanceNorm2d(8, affine=True, track_running_stats=True),
    "layer-norm-image": nn.LayerNorm([8, 16, 16]),
    "rms-norm": do(lambda m, x: m.l0(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2), nn.RMSNorm(8)),
    "zero-pad": nn.ZeroPad2d((1, 2, 0, 3)),
    "constant-pad": nn.ConstantPad2d(1, 0.5),
    "reflection-pad": nn.ReflectionPad2d(2),
    "replication-pad": nn.ReplicationPad2d(1),
    "f-pad": do(lambda x: F.pad(x, (0, 1, 0, 1))),
    "f-pad-crop": do(lambda x: F.pad(x, (-1, -1, -1, -1))),
    "circular-pad": nn.CircularPad2d(1),
    "conv-reflect": nn.Conv2d(8, 8, 3, padding=1, padding_mode="reflect"),
    "conv-replicate": nn.Conv2d(8, 8, 3, padding=1, padding_mode="replicate"),
    "conv-circular": nn.Conv2d(8, 8, 3, padding=1, padding_mode="circular"),
    "conv-same": nn.Conv2d(8, 8, 3, padding="same"),
    "conv-same-even": nn.Conv2d(8, 8, 4, padding="same"),
    "conv-same-dilated": nn.Conv2d(8, 8, 3, padding="same", dilation=2),
    "conv-1x3": nn.Conv2d(8, 8, (1, 3), padding=(0, 1)),
    "conv-uneven": nn.Conv2d(8, 8, (3, 5), (2, 1), (0, 2)),
    "conv-grouped": nn.Conv2d(8, 8, 3, groups=2, bias=False),
    "conv-depthwise-multiplied": nn.Conv2d(8, 16, 3, groups=8),
    "conv-large-pad": nn.Conv2d(8, 8, 3, padding=3),
    "conv-lazy": nn.LazyConv2d(8, 3),
    "max-pool-3-2": nn.MaxPool2d(3, 2),
    "max-pool-3-1": nn.MaxPool2d(3, 1, 1),
    "max-pool-ceil": nn.MaxPool2d(3, 2, ceil_mode=True),
    "max-pool-ceil-pad": nn.MaxPool2d(2, 2, 1, ceil_mode=True),
    "max-pool-dilated": nn.MaxPool2d(2, 1, dilation=2),
    "max-pool-2x1": nn.MaxPool2d((2, 1)),
    "avg-pool-pad": nn.AvgPool2d(3, 2, 1),
    "avg-pool-pad-excluded": nn.AvgPool2d(3, 2, 1, count_include_pad=False),
    "avg-pool-ceil": nn.AvgPool2d(3, 2, ceil_mode=True),
    "avg-pool-ceil-pad": nn.AvgPool2d(2, 2, 1, ceil_mode=True),
    "lp-pool": nn.LPPool2d(2, 2),
    "blur-pool": nn.Conv2d(8, 8, 4, 2, 1, groups=8, bias=False),
    "dropout": nn.Dropout(0.3),
    "dropout2d": nn.Dropout2d(0.3),
    "alpha-dropout": nn.AlphaDropout(0.3),
    "identity": nn.Identity(),
    "conv-transpose": nn.ConvTranspose2d(8, 8, 3),
    "conv-transpose-2": nn.ConvTranspose2d(8, 8, 4, 2, 1),
    "conv-transpose-3": nn.ConvTranspose2d(8, 8, 3, 2),
    "conv-transpose-out": nn.ConvTranspose2d(8, 8, 3, 2, 1, 1, bias=False),
    "conv-transpose-grouped": nn.ConvTranspose2d(8, 8, 3, 2, 1, groups=4),
    "conv-transpose-dilated": nn.ConvTranspose2d(8, 8, 3, dilation=2),
    "channel-sum": do(lambda x: x.sum(1, keepdim=True)),
    "channel-mean": do(lambda x: x.mean(1, keepdim=True)),
    "channel-index": do(lambda x: x[:, 3:4]),
    "channel-tail": do(lambda x: x[:, -3:]),
    "narrow": do(lambda x: x.narrow(1, 2, 4)),
    "split-sizes": do(lambda x: torch.cat(torch.split(x, [3, 5], 1)[::-1], 1)),
    "stack-mean": do(lambda x: torch.stack([x, x * 2]).mean(0)),
    "transposed-image": do(lambda x: x.transpose(2, 3)),
    "rotated": do(lambda x: torch.rot90(x, 1, [2, 3])),
    "row-means": do(lambda x: x.mean(3)),
    "add-self": do(lambda x: x + x),
    "sub-mean": do(lambda x: x - x.mean((2, 3), keepdim=True)),
    "pow": do(lambda x: x.pow(2)),
    "sqrt": do(lambda x: torch.sqrt(x.abs() + 1)),
    "unbind": do(lambda x: torch.stack(x.unbind(1)[:4], 1)),
    "index-select": do(lambda x: x[:, torch.tensor([0, 3, 5])]),
    "linear-on-nhwc": do(lambda m, x: m.l0(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2), nn.Linear(8, 6)),
    "bmm-attention": do(lambda x: torch.softmax(x.flatten(2) @ x.flatten(2).transpose(1, 2), -1)),
    "double-inside": do(lambda x: x.double().mul(2).float()),
    "where": do(lambda x: torch.where(x > 0, x, x * 0.1)),
    "fold-constant": do(lambda x: x * torch.arange(8).view(1, 8, 1, 1).float().div(8).add(0.5)),
    "mean-std": do(lambda x: (x - x.mean((2, 3), keepdim=True)) / (x.std((2, 3), keepdim=True) + 1e-5)),
    "max-over-channels": do(lambda x: x.max(1, keepdim=True)[0]),
    "detach": do(lambda x: x.detach().clone()),
}
for key, layer in LAYERS.items():

    def tail(layer):
        return S(conv_bn(3, 8, s=2), layer, do(lambda x: x.flatten(1)), nn.LazyLinear(6))

    NETWORKS[f"layer-{key}"] = (lambda layer=layer: tail(layer)), (3, 32, 32), {}

FLAT_LAYERS = {
    "batch-norm-1d": nn.BatchNorm1d(16),
    "batch-norm-1d-plain": nn.BatchNorm1d(16, affine=False),
    "layer-norm": nn.LayerNorm(16),
    "prelu": nn.PReLU(16),
    "glu": nn.GLU(),
    "dropout": nn.Dropout(),
    "softmax": nn.Softmax(-1),
    "group-norm": nn.GroupNorm(4, 16),
    "chunk": do(lambda x: torch.mul(*x.chunk(2, 1))),
    "unsqueeze-mean": do(lambda x: x.unsqueeze(1).mean(1)),
    "concat": do(lambda x: torch.cat([x, x.relu()], 1)),
    "two-heads": do(lambda m, x: torch.cat([m.l0(x), m.l1(x).sigmoid()], 1), nn.Linear(16, 2), nn.Linear(16, 3)),
    "bilinear": do(lambda m, x: m.l0(x) * m.l1(x), nn.Linear(16, 8), nn.Linear(16, 8)),
    "standardized": do(lambda x: (x - 0.5) * 2),
    "dueling": do(
        lambda m, x: m.l0(x) + m.l1(x) - m.l1(x).mean(dim=1, keepdim=True), nn.Linear(16, 1), nn.Linear(16, 4)
    ),
    "cosine": do(
        lambda m, x: F.linear(F.normalize(x), F.normalize(m.w)), nn.Identity(), w=nn.Parameter(torch.randn(5, 16))
    ),
}
for key, layer in FLAT_LAYERS.items():
    NETWORKS[f"flat-{key}"] = (lambda layer=layer: S(nn.Linear(12, 16), nn.ReLU(), layer, nn.LazyLinear(3))), (12,), {}


def torchvision_network(name, **options):
    def make():
        import torchvision  # which most of the networks do without

        return getattr(torchvision.models, name)(weights=None, num_classes=10, **options)

    return make


for name in (
    "resnet18",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "shufflenet_v2_x0_5",
    "squeezenet1_1",
    "mnasnet0_5",
    "efficientnet_b0",
    "densenet121",
    "regnet_y_400mf",
    "regnet_x_400mf",
    "convnext_tiny",
):
    NETWORKS[f"torchvision-{name.replace('_', '-')}"] = torchvision_network(name), (3, 64, 64), {}
NETWORKS["torchvision-googlenet"] = (
    torchvision_network("googlenet", aux_logits=False, init_weights=False),
    (3, 64, 64),
    {},
)


def settled(made):
    """In inference, with statistics as after a training."""
    generator = torch.Generator().manual_seed(1)
    for module in made.modules():
        if getattr(module, "running_mean", None) is not None:
            module.running_mean.normal_(0, 0.2, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)
            if module.weight is not None:
                nn.init.uniform_(module.weight, 0.5, 1.5, generator=generator)
                nn.init.normal_(module.bias, 0, 0.2, generator=generator)
    return made.eval()


# The ways of exporting, by name: options of torch.onnx.export(), and whether the number of images is left open.
WAYS = {
    "ts9": (dict(dynamo=False, opset_version=9), True),
    "ts11": (dict(dynamo=False, opset_version=11), True),
    "ts13-static": (dict(dynamo=False, opset_version=13), False),
    "ts17": (dict(dynamo=False, opset_version=17), True),
    "ts12-unfolded": (
        dict(dynamo=False, opset_version=12, do_constant_folding=False, keep_initializers_as_inputs=True),
        True,
    ),
    "ts11-training": (
        dict(dynamo=False, opset_version=11, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False),
        True,
    ),
    "dynamo": (dict(dynamo=True, verbose=False), True),
    "dynamo-static": (dict(dynamo=True, verbose=False, external_data=False), False),
}
EACH = ("ts17", "dynamo")  # every network; the other ways go round


def ways_of(index):
    others = [way for way in WAYS if way not in EACH]
    return EACH + (others[index % len(others)],)


def exporter(maker, shape, about, way):
    def export(path):
        torch.manual_seed(0)
        options, dynamic = dict(WAYS[way][0]), WAYS[way][1]
        example = torch.zeros(
            (2 if dynamic and options["dynamo"] else 1,) + shape, dtype=about.get("type", torch.float)
        )
        made = settled(maker())
        with torch.no_grad():
            made(example.clone())  # lazy layers
        if dynamic and options["dynamo"]:
            options["dynamic_shapes"] = ({0: torch.export.Dim.DYNAMIC},)
        elif dynamic:
            options["dynamic_axes"] = {"input": {0: "batch_size"}}
        torch.onnx.export(made, (example,), str(path), input_names=["input"], **options)
        layout = about.get("layout", {1: "NC", 2: "NHW", 3: "NCHW"}[len(shape)])
        ours = {"NC": (1, 1) + shape, "NHW": shape + (1,), "NCHW": shape[1:] + shape[:1], "NHWC": shape}[layout]
        return ours, layout, "NCHW", "bytes" if example.dtype == torch.uint8 else "floats"

    return export


def models():
    for index, (name, (maker, shape, about)) in enumerate(NETWORKS.items()):
        for way in ways_of(index):
            yield f"{name}--{way}", exporter(maker, shape, about, way)
