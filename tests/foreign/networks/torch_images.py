"""Networks whose outputs are images, and generators."""

import torch
from torch import nn
from torch.nn import functional as F

from networks.torch_base import NETWORKS, S, conv_bn, do, head, network


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
