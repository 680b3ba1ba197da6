"""Small networks for digits, with each way of flattening, ending, and preparing images in forward()."""

import torch
from torch import nn
from torch.nn import functional as F

from networks.torch_base import NETWORKS, S, conv_bn, do, network, stem_and


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
