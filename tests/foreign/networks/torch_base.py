"""What the networks of PyTorch in this folder are made of, and the table of them."""

from torch import nn

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
