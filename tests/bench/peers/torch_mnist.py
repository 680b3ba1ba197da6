#!/usr/bin/env python3
"""PyTorch on the same work: MNIST's network or another one, Adam, cross entropy. Images are N x C x H x W float32 in [0, 1].

Prints a line for each epoch and a line of inference figures: one image, the median of many, and batches of 256.
"""
import argparse
import statistics
import time

import torch
from torch import nn
from torch.nn import functional

import mnist


def normalized(channels, filters, kernel=3, stride=1, relu=True):
    layers = [nn.Conv2d(channels, filters, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(filters)]
    return layers + [nn.ReLU()] if relu else layers


def classes(channels):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10)]


def seed():
    return nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(1600, 128), nn.ReLU(), nn.Linear(128, 10))


def best():
    return nn.Sequential(*normalized(1, 32), *normalized(32, 32), nn.MaxPool2d(2), *normalized(32, 64), *normalized(64, 64),
                         nn.MaxPool2d(2), *normalized(64, 128), *normalized(128, 128), *classes(128))


class Block(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.body = nn.Sequential(*normalized(channels, filters, stride=stride), *normalized(filters, filters, relu=False))
        self.shortcut = nn.Sequential(*normalized(channels, filters, 1, stride, False)) if stride > 1 else nn.Identity()

    def forward(self, images):
        return functional.relu(self.body(images) + self.shortcut(images))


def resnet20():
    blocks, channels = [], 16
    for filters in (16, 32, 64):
        for number in range(3):
            blocks.append(Block(channels, filters, 2 if number == 0 and filters > 16 else 1))
            channels = filters
    return nn.Sequential(*normalized(3, 16), *blocks, *classes(64))


def mobile():
    layers, channels = [nn.Conv2d(1, 32, 3, padding=1), nn.ReLU()], 32
    for filters, stride in ((64, 2), (64, 1), (128, 2), (128, 1), (128, 1)):
        layers += [nn.Conv2d(channels, channels, 3, stride, 1, groups=channels), nn.ReLU(),
                   nn.Conv2d(channels, filters, 1), nn.ReLU()]
        channels = filters
    return nn.Sequential(*layers, *classes(128))


NETWORKS = {'seed': seed, 'best': best, 'resnet20': resnet20, 'mobile': mobile}


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', metavar='MNIST')
    parser.add_argument('--epochs', type=int, default=5)
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--limit', type=int, default=60000, help='images in an epoch')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--network', choices=NETWORKS, default='seed')
    parser.add_argument('--channels-last', action='store_true')
    parser.add_argument('--compile', action='store_true', help='torch.compile (PyTorch 2); the first epoch holds the compiling')
    return parser.parse_args()


def load(folder, part, network):
    """Digits, for ResNet in three equal channels of 32 x 32."""
    images, labels = mnist.load(folder, part)
    images = torch.from_numpy(images).unsqueeze(1)
    if network == 'resnet20':
        images = functional.interpolate(images, size=(32, 32)).expand(-1, 3, -1, -1).contiguous()
    return images, torch.from_numpy(labels)


def create_network(arguments):
    network = NETWORKS[arguments.network]()
    if arguments.channels_last:
        network = network.to(memory_format=torch.channels_last)
    return torch.compile(network) if arguments.compile else network


def train_epoch(network, optimizer, images, labels, arguments):
    network.train()
    order = torch.randperm(len(images))
    start = time.perf_counter()
    for first in range(0, len(images), arguments.batch):
        indices = order[first:first + arguments.batch]
        batch = images[indices]
        if arguments.channels_last:
            batch = batch.to(memory_format=torch.channels_last)
        optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(network(batch), labels[indices]).backward()
        optimizer.step()
    return time.perf_counter() - start


@torch.no_grad()
def evaluate(network, images, labels):
    network.eval()
    correct = 0
    start = time.perf_counter()
    for first in range(0, len(images), 256):
        correct += (network(images[first:first + 256]).argmax(1) == labels[first:first + 256]).sum().item()
    return correct / len(images), time.perf_counter() - start


@torch.no_grad()
def measure_latency(network, image):
    times = []
    for _ in range(1050):
        start = time.perf_counter()
        network(image)
        times.append(time.perf_counter() - start)
    return statistics.median(times[50:])


@torch.no_grad()
def measure_throughput(network, images):
    start = time.perf_counter()
    for first in range(0, len(images), 256):
        network(images[first:first + 256])
    return len(images) / (time.perf_counter() - start)


def main():
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    train_images, train_labels = (values[:arguments.limit] for values in load(arguments.folder, 'train', arguments.network))
    test_images, test_labels = load(arguments.folder, 't10k', arguments.network)
    network = create_network(arguments)
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    print(f'torch {torch.__version__}')
    for epoch in range(1, arguments.epochs + 1):
        seconds = train_epoch(network, optimizer, train_images, train_labels, arguments)
        accuracy, evaluation_seconds = evaluate(network, test_images, test_labels)
        print(f'epoch {epoch} train_s {seconds:.2f} img/s {len(train_images) / seconds:.0f} '
              f'val_acc {accuracy:.4f} eval_s {evaluation_seconds:.2f}', flush=True)
    network.eval()
    latency = measure_latency(network, test_images[:1].clone())
    throughput = measure_throughput(network, test_images)
    print(f'inference latency_us {latency * 1e6:.1f} throughput_img/s {throughput:.0f}')


main()
