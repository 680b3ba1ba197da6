#!/usr/bin/env python3
"""PyTorch on the same work: MNIST's network, Adam, cross entropy. Images are N x 1 x 28 x 28 float32 in [0, 1].

Prints a line for each epoch and a line of inference figures: one image, the median of many, and batches of 256.
"""
import argparse
import statistics
import time

import torch
from torch import nn
from torch.nn import functional

import mnist


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', metavar='MNIST')
    parser.add_argument('--epochs', type=int, default=5)
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--limit', type=int, default=60000, help='images in an epoch')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--channels-last', action='store_true')
    parser.add_argument('--compile', action='store_true', help='torch.compile (PyTorch 2); the first epoch holds the compiling')
    return parser.parse_args()


def load(folder, part):
    images, labels = mnist.load(folder, part)
    return torch.from_numpy(images).unsqueeze(1), torch.from_numpy(labels)


def create_network(arguments):
    network = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                            nn.Flatten(), nn.Linear(1600, 128), nn.ReLU(), nn.Linear(128, 10))
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
    train_images, train_labels = (values[:arguments.limit] for values in load(arguments.folder, 'train'))
    test_images, test_labels = load(arguments.folder, 't10k')
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
