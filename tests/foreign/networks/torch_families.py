"""Blocks of the known families: VGG, ResNet, MobileNet, ShuffleNet, DenseNet, Inception, and their like."""

import torch
from torch import nn
from torch.nn import functional as F

from networks.torch_base import NETWORKS, S, conv_bn, do, head, network, stem_and


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
