#!/usr/bin/env python3
"""Keras on TensorFlow on the same work: MNIST's network through compile, fit, evaluate and predict, as its users write it.

Prints a line for each epoch (the first holds the tracing) and a line of inference figures: medians of the traced network on one
image and on batches of 256, and predict(). Images are N x 28 x 28 x 1 float32 in [0, 1].
"""
import argparse
import os
import statistics
import time

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')

import keras
import tensorflow as tf
from keras import layers

import mnist


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', metavar='MNIST')
    parser.add_argument('--epochs', type=int, default=5)
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--limit', type=int, default=60000, help='images in an epoch')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--jit', action='store_true', help='compile with XLA')
    parser.add_argument('--save', metavar='FILE.keras')
    return parser.parse_args()


def load(folder, part):
    images, labels = mnist.load(folder, part)
    return images[..., None], labels


def create_network(jit):
    network = keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation='relu'),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation='relu'),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(128, activation='relu'),
        layers.Dense(10, activation='softmax'),
    ])
    network.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'], jit_compile=jit)
    return network


def timed(call):
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def median_time(call, count):
    warm_up = max(3, count // 10)
    return statistics.median([timed(call)[0] for _ in range(warm_up + count)][warm_up:])


def main():
    arguments = read_arguments()
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(arguments.seed)
    train_images, train_labels = (values[:arguments.limit] for values in load(arguments.folder, 'train'))
    test_images, test_labels = load(arguments.folder, 't10k')
    network = create_network(arguments.jit)
    print(f'keras {keras.__version__} tensorflow {tf.__version__}')
    for epoch in range(1, arguments.epochs + 1):
        seconds, _ = timed(lambda: network.fit(train_images, train_labels, batch_size=arguments.batch, epochs=1, verbose=0))
        evaluation_seconds, (_, accuracy) = timed(
            lambda: network.evaluate(test_images, test_labels, batch_size=256, verbose=0))
        print(f'epoch {epoch} train_s {seconds:.2f} img/s {len(train_images) / seconds:.0f} '
              f'val_acc {accuracy:.4f} eval_s {evaluation_seconds:.2f}', flush=True)

    traced = tf.function(lambda images: network(images, training=False), jit_compile=arguments.jit)
    image, batch = tf.constant(test_images[:1]), tf.constant(test_images[:256])
    latency = median_time(lambda: traced(image), 1000)
    batch_seconds = median_time(lambda: traced(batch), 60)
    network.predict(test_images, batch_size=256, verbose=0)
    predict_seconds, _ = timed(lambda: network.predict(test_images, batch_size=256, verbose=0))
    print(f'inference latency_us {latency * 1e6:.1f} throughput_img/s {256 / batch_seconds:.0f} '
          f'predict()_img/s {len(test_images) / predict_seconds:.0f}')
    if arguments.save:
        network.save(arguments.save)


main()
