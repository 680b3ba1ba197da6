#!/usr/bin/env python3
"""Makes the models that tf2onnx converts from functions of TensorFlow."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
import tf2onnx

import corpus
from graph import noise

SIGNATURE = [tf.TensorSpec((None, 20, 24, 2), tf.float32, name="image")]


def weights(seed, *shape):
    values = noise(seed, int(np.prod(shape)))
    return tf.constant(values.reshape(shape) * (3 / max(values.size / shape[-1], 6)) ** 0.5, tf.float32)


@tf.function(input_signature=SIGNATURE, autograph=False)
def convnet(image):
    """Of bare operations, as before Keras."""
    x = tf.nn.bias_add(tf.nn.conv2d(image, weights(1, 3, 3, 2, 4), strides=2, padding="SAME"), weights(2, 4))
    x = tf.nn.max_pool2d(tf.nn.relu(x), 2, 2, "SAME")
    x = tf.nn.leaky_relu(tf.nn.depthwise_conv2d(x, weights(3, 3, 3, 4, 1), [1, 1, 1, 1], "VALID"), 0.1)
    x = tf.nn.avg_pool2d(x, 2, 1, "SAME")
    x = tf.reshape(x, [-1, 3 * 4 * 4])
    return tf.nn.softmax(tf.matmul(x, weights(4, 48, 5)) + weights(5, 5), name="scores")


@tf.function(input_signature=SIGNATURE, autograph=False)
def decoder(image):
    """Whose output is an image too."""
    x = tf.nn.relu6(
        tf.nn.conv2d(
            tf.pad(image, [[0, 0], [0, 1], [1, 0], [0, 0]]), weights(1, 4, 4, 2, 4), strides=4, padding="VALID"
        )
    )
    x = tf.image.resize(x, (10, 12), method="nearest")
    return tf.nn.conv2d_transpose(
        x, weights(2, 3, 3, 2, 4), tf.stack([tf.shape(x)[0], 20, 24, 2]), strides=2, padding="SAME"
    )


def write(name, function, opset, **options):
    model, _ = tf2onnx.convert.from_function(function, SIGNATURE, opset=opset, **options)
    corpus.write(name, model, layout="NCHW" if options else "NHWC")


if __name__ == "__main__":
    write("tf2onnx-9", convnet, 9)
    write("tf2onnx-13", convnet, 13)
    write("tf2onnx-channels-first", convnet, 13, inputs_as_nchw=["image:0"])
    write("tf2onnx-decoder", decoder, 15)
