#!/usr/bin/env python3
"""Makes the models that Keras exports, on its backend for TensorFlow, which needs tf2onnx, or for PyTorch, onnxscript.

KERAS_BACKEND=tensorflow make_keras.py; KERAS_BACKEND=torch make_keras.py
"""

import os
import pathlib
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import onnx
from keras import layers

import corpus

BACKEND = keras.backend.backend()


def settled(model):
    """With biases and statistics as after a training."""
    random = np.random.default_rng(1)
    for weight in model.weights:
        if not weight.path.endswith("kernel"):
            weight.assign(random.uniform(0.5, 1, tuple(weight.shape)) * (1 if "variance" in weight.path else 0.5))
    return model


def convnet(channels):
    """The manner of keras.io's examples."""
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((20, 24, channels)),
            layers.Conv2D(3, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(4, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(5, activation="softmax"),
        ]
    )


def excited():
    """A functional network with a gate and a shortcut."""
    keras.utils.set_random_seed(1)
    x = inputs = keras.Input((20, 24, 3))
    x = layers.Rescaling(2, offset=-0.5)(x)
    x = layers.Conv2D(6, 4, strides=4, activation="silu")(x)
    y = layers.DepthwiseConv2D(3, padding="same")(x)
    gate = layers.GlobalAveragePooling2D()(y)
    gate = layers.Dense(6, activation="sigmoid")(layers.Dense(2, activation="relu")(gate))
    y = layers.Multiply()([y, layers.Reshape((1, 1, 6))(gate)])
    x = layers.Concatenate()([layers.Add()([x, y]), layers.AveragePooling2D(3, strides=1, padding="same")(x)])
    return keras.Model(inputs, layers.Dense(5)(layers.GlobalMaxPooling2D()(x)))


def write(name, model, channels):
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder) / "model.onnx")
        settled(model)(np.zeros((1, 20, 24, channels), np.float32))
        model.export(path, format="onnx", verbose=False)
        exported = onnx.load(path)
    corpus.write(name, exported, shape=(20, 24, channels), layout="NHWC")


if __name__ == "__main__":
    write(f"keras-{BACKEND}-grey", convnet(1), 1)
    write(f"keras-{BACKEND}-colour", convnet(3), 3)
    write(f"keras-{BACKEND}-excitation", excited(), 3)
