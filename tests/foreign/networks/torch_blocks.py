"""Blocks of other networks, heads, and ways of joining branches."""

import torch
from torch import nn
from torch.nn import functional as F

from networks.torch_base import S, conv_bn, do, head, network, stem_and


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
