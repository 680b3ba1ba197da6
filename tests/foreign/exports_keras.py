"""Networks of Keras as programs have them, each exported by Keras itself and by tf2onnx."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import onnx
from keras import layers as L

NETWORKS = {}  # name: function that makes the network, its input's shape


def network(shape=(32, 32, 3)):
    def add(maker):
        NETWORKS[maker.__name__.replace("_", "-")] = maker, shape
        return maker

    return add


def sequential(shape, *layers):
    return keras.Sequential([keras.Input(shape), *layers])


def functional(shape, function):
    x = keras.Input(shape)
    return keras.Model(x, function(x))


@network((28, 28, 1))
def mnist_convnet():
    """keras.io's example."""
    return sequential(
        (28, 28, 1),
        L.Conv2D(32, (3, 3), activation="relu"),
        L.MaxPooling2D((2, 2)),
        L.Conv2D(64, (3, 3), activation="relu"),
        L.MaxPooling2D((2, 2)),
        L.Flatten(),
        L.Dropout(0.5),
        L.Dense(10, activation="softmax"),
    )


@network((28, 28))
def mnist_beginner():
    """TensorFlow's first tutorial."""
    return sequential((28, 28), L.Flatten(), L.Dense(128, activation="relu"), L.Dropout(0.2), L.Dense(10))


@network((28, 28))
def mnist_reshaped():
    return sequential(
        (28, 28),
        L.Reshape((28, 28, 1)),
        L.Conv2D(4, 3, activation="relu"),
        L.GlobalAveragePooling2D(),
        L.Dense(10, activation="softmax"),
    )


@network((784,))
def mnist_mlp():
    return sequential(
        (784,),
        L.Dense(64, activation="relu"),
        L.Dropout(0.2),
        L.Dense(64, activation="relu"),
        L.Dense(10, activation="softmax"),
    )


@network((784,))
def mnist_flat_convnet():
    return sequential(
        (784,),
        L.Reshape((28, 28, 1)),
        L.Conv2D(4, 5, padding="same", activation="relu"),
        L.MaxPooling2D(),
        L.Flatten(),
        L.Dense(10, activation="softmax"),
    )


@network((32, 32, 1))
def lenet_5():
    return sequential(
        (32, 32, 1),
        L.Conv2D(6, 5, activation="tanh"),
        L.AveragePooling2D(2),
        L.Conv2D(16, 5, activation="tanh"),
        L.AveragePooling2D(2),
        L.Conv2D(120, 5, activation="tanh"),
        L.Flatten(),
        L.Dense(84, activation="tanh"),
        L.Dense(10, activation="softmax"),
    )


@network()
def cifar_tutorial():
    return sequential(
        (32, 32, 3),
        L.Conv2D(32, (3, 3), activation="relu"),
        L.MaxPooling2D((2, 2)),
        L.Conv2D(64, (3, 3), activation="relu"),
        L.MaxPooling2D((2, 2)),
        L.Conv2D(64, (3, 3), activation="relu"),
        L.Flatten(),
        L.Dense(64, activation="relu"),
        L.Dense(10),
    )


@network()
def rescaled():
    return sequential(
        (32, 32, 3),
        L.Rescaling(1.0 / 255),
        L.Conv2D(8, 3, padding="same", activation="relu"),
        L.MaxPooling2D(),
        L.Flatten(),
        L.Dense(5),
    )


@network()
def rescaled_to_signed():
    return sequential(
        (32, 32, 3),
        L.Rescaling(1.0 / 127.5, offset=-1),
        L.Conv2D(8, 3, strides=2, padding="same", use_bias=False),
        L.BatchNormalization(),
        L.ReLU(),
        L.GlobalAveragePooling2D(),
        L.Dense(5),
    )


@network()
def normalized():
    return sequential(
        (32, 32, 3),
        L.Normalization(mean=[0.49, 0.48, 0.45], variance=[0.06, 0.06, 0.07]),
        L.Conv2D(8, 3),
        L.Activation("relu"),
        L.GlobalMaxPooling2D(),
        L.Dense(1, activation="sigmoid"),
    )


@network()
def augmented():
    return sequential(
        (32, 32, 3),
        L.RandomFlip("horizontal"),
        L.RandomRotation(0.1),
        L.RandomZoom(0.1),
        L.Conv2D(8, 3, activation="relu"),
        L.Flatten(),
        L.Dense(5, activation="softmax"),
    )


@network()
def vgg_bn():
    block = lambda f: [
        L.Conv2D(f, 3, padding="same", kernel_initializer="he_uniform"),
        L.BatchNormalization(),
        L.Activation("relu"),
    ]
    return sequential(
        (32, 32, 3),
        *block(8),
        *block(8),
        L.MaxPooling2D(2),
        L.Dropout(0.2),
        *block(12),
        L.MaxPooling2D(2),
        L.Dropout(0.3),
        L.Flatten(),
        L.Dense(32, activation="relu"),
        L.BatchNormalization(),
        L.Dense(10, activation="softmax"),
    )


@network()
def bn_behind_relu():
    return sequential(
        (32, 32, 3),
        L.Conv2D(8, 3, activation="relu", padding="same"),
        L.BatchNormalization(),
        L.Conv2D(8, 3, activation="elu", padding="same"),
        L.BatchNormalization(),
        L.MaxPooling2D(),
        L.Flatten(),
        L.Dense(10, activation="softmax"),
    )


@network()
def resnet_v1():
    def block(x, filters, strides):
        y = L.BatchNormalization()(L.Conv2D(filters, 3, strides=strides, padding="same")(x))
        y = L.BatchNormalization()(L.Conv2D(filters, 3, padding="same")(L.Activation("relu")(y)))
        if strides != 1:
            x = L.Conv2D(filters, 1, strides=strides, padding="same")(x)
        return L.Activation("relu")(L.add([x, y]))

    def body(x):
        x = L.Activation("relu")(L.BatchNormalization()(L.Conv2D(8, 3, padding="same")(x)))
        x = L.AveragePooling2D(16)(block(block(x, 8, 1), 16, 2))
        return L.Dense(10, activation="softmax")(L.Flatten()(x))

    return functional((32, 32, 3), body)


@network()
def xception_block():
    def body(x):
        x = L.Activation("relu")(
            L.BatchNormalization()(L.Conv2D(8, 3, strides=2, padding="same")(L.Rescaling(1 / 255)(x)))
        )
        previous = x
        for _ in range(2):
            x = L.BatchNormalization()(L.SeparableConv2D(12, 3, padding="same")(L.Activation("relu")(x)))
        x = L.MaxPooling2D(3, strides=2, padding="same")(x)
        x = L.add([x, L.Conv2D(12, 1, strides=2, padding="same")(previous)])
        return L.Dense(3)(L.Dropout(0.25)(L.GlobalAveragePooling2D()(x)))

    return functional((32, 32, 3), body)


@network()
def mobilenet_block():
    def body(x):
        x = L.ReLU(6.0)(L.BatchNormalization()(L.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(x)))
        y = L.ReLU(6.0)(L.BatchNormalization()(L.Conv2D(16, 1, use_bias=False)(x)))
        y = L.ReLU(6.0)(L.BatchNormalization()(L.DepthwiseConv2D(3, padding="same", use_bias=False)(y)))
        x = L.Add()([x, L.BatchNormalization()(L.Conv2D(8, 1, use_bias=False)(y))])
        x = L.DepthwiseConv2D(3, strides=2, padding="valid")(L.ZeroPadding2D(((0, 1), (0, 1)))(x))
        return L.Dense(10, activation="softmax")(L.GlobalAveragePooling2D()(x))

    return functional((32, 32, 3), body)


def excitation(x, keepdims, gate="sigmoid"):
    y = L.GlobalAveragePooling2D(keepdims=keepdims)(x)
    if keepdims:
        y = L.Conv2D(8, 1, activation=gate)(L.Conv2D(2, 1, activation="relu")(y))
    else:
        y = L.Reshape((1, 1, 8))(y)
        y = L.Dense(8, activation=gate)(L.Dense(2, activation="relu")(y))
    return L.Multiply()([x, y])


for key, arguments in {"dense": (False,), "conv": (True,), "hard": (True, "hard_sigmoid")}.items():

    def body(x, arguments=arguments):
        return L.Dense(5)(L.Flatten()(excitation(L.Conv2D(8, 3, strides=4)(x), *arguments)))

    NETWORKS[f"excitation-{key}"] = (lambda body=body: functional((32, 32, 3), body)), (32, 32, 3)


@network()
def inception_block():
    def body(x):
        x = L.Conv2D(8, 3, strides=2, activation="relu")(x)
        towers = [
            L.Conv2D(4, 1, padding="same", activation="relu")(x),
            L.Conv2D(4, 3, padding="same", activation="relu")(L.Conv2D(2, 1, activation="relu")(x)),
            L.Conv2D(2, 1, activation="relu")(L.MaxPooling2D(3, strides=1, padding="same")(x)),
            L.AveragePooling2D(3, strides=1, padding="same")(x),
        ]
        return L.Dense(5)(L.GlobalAveragePooling2D()(L.concatenate(towers, axis=3)))

    return functional((32, 32, 3), body)


@network()
def dense_block():
    def body(x):
        x = L.Conv2D(8, 3, strides=2)(x)
        for _ in range(3):
            x = L.Concatenate()([x, L.Conv2D(4, 3, padding="same")(L.Activation("relu")(L.BatchNormalization()(x)))])
        return L.Dense(5, activation="softmax")(L.GlobalAveragePooling2D()(x))

    return functional((32, 32, 3), body)


@network()
def convnext_block():
    def body(x):
        x = L.Conv2D(8, 4, strides=4)(x)
        y = L.Dense(8)(
            L.Activation("gelu")(
                L.Dense(32)(L.LayerNormalization(epsilon=1e-6)(L.DepthwiseConv2D(7, padding="same")(x)))
            )
        )
        return L.Dense(5)(L.GlobalAveragePooling2D()(L.Add()([x, y])))

    return functional((32, 32, 3), body)


@network((32, 32, 1))
def unet():
    def body(x):
        a = L.Conv2D(4, 3, padding="same", activation="relu")(x)
        b = L.Conv2D(8, 3, padding="same", activation="relu")(L.MaxPooling2D()(a))
        c = L.Conv2DTranspose(4, 2, strides=2, padding="same")(b)
        return L.Conv2D(1, 1, activation="sigmoid")(
            L.Conv2D(4, 3, padding="same", activation="relu")(L.Concatenate()([a, c]))
        )

    return functional((32, 32, 1), body)


@network((28, 28, 1))
def autoencoder():
    return sequential(
        (28, 28, 1),
        L.Conv2D(8, 3, activation="relu", padding="same"),
        L.MaxPooling2D(2, padding="same"),
        L.Conv2D(4, 3, activation="relu", padding="same"),
        L.UpSampling2D(2),
        L.Conv2D(1, 3, activation="sigmoid", padding="same"),
    )


@network((28, 28, 1))
def autoencoder_transposed():
    return sequential(
        (28, 28, 1),
        L.Conv2D(8, 3, strides=2, activation="relu", padding="same"),
        L.Conv2DTranspose(4, 3, strides=2, activation="relu", padding="same"),
        L.Conv2D(1, 3, padding="same"),
    )


@network((28, 28))
def autoencoder_dense():
    return sequential(
        (28, 28), L.Flatten(), L.Dense(32, activation="relu"), L.Dense(784, activation="sigmoid"), L.Reshape((28, 28))
    )


@network((16,))
def generator():
    return sequential(
        (16,),
        L.Dense(4 * 4 * 8, use_bias=False),
        L.BatchNormalization(),
        L.LeakyReLU(),
        L.Reshape((4, 4, 8)),
        L.Conv2DTranspose(8, 5, strides=2, padding="same", use_bias=False),
        L.BatchNormalization(),
        L.LeakyReLU(),
        L.Conv2DTranspose(1, 5, strides=2, padding="same", activation="tanh"),
    )


@network((28, 28, 1))
def discriminator():
    return sequential(
        (28, 28, 1),
        L.Conv2D(8, 5, strides=2, padding="same"),
        L.LeakyReLU(),
        L.Dropout(0.3),
        L.Conv2D(8, 5, strides=2, padding="same"),
        L.LeakyReLU(0.2),
        L.Flatten(),
        L.Dense(1),
    )


@network()
def two_heads():
    x = keras.Input((32, 32, 3))
    y = L.GlobalAveragePooling2D()(L.Conv2D(8, 3, activation="relu")(x))
    return keras.Model(x, [L.Dense(5, activation="softmax", name="a")(y), L.Dense(1, name="b")(y)])


@network()
def shared():
    def body(x):
        conv = L.Conv2D(3, 3, padding="same", activation="relu")
        return L.Dense(5)(L.GlobalAveragePooling2D()(conv(conv(x))))

    return functional((32, 32, 3), body)


@network()
def attention_gate():
    def body(x):
        x = L.Conv2D(8, 3, strides=2)(x)
        return L.Dense(5)(L.GlobalAveragePooling2D()(L.Multiply()([x, L.Conv2D(1, 1, activation="sigmoid")(x)])))

    return functional((32, 32, 3), body)


@network()
def subtract_maximum_average():
    def body(x):
        a, b = L.Conv2D(4, 3, strides=2)(x), L.Conv2D(4, 3, strides=2)(x)
        return L.Dense(5)(
            L.Flatten()(
                L.Concatenate()([L.Subtract()([a, b]), L.Maximum()([a, b]), L.Average()([a, b]), L.Minimum()([a, b])])
            )
        )

    return functional((32, 32, 3), body)


@network()
def operators():
    """Arithmetic on tensors."""

    def body(x):
        x = (x - 0.5) * 2.0
        y = L.Conv2D(8, 3, strides=2)(x)
        y = y * keras.ops.sigmoid(y) + 0.1
        return L.Dense(5)(keras.ops.mean(y, axis=[1, 2]))

    return functional((32, 32, 3), body)


@network((12,))
def tabular():
    return sequential(
        (12,),
        L.Normalization(mean=[0.1] * 12, variance=[0.5] * 12),
        L.Dense(16, activation="selu"),
        L.AlphaDropout(0.1),
        L.Dense(8, activation="swish"),
        L.Dense(1),
    )


@network((12,))
def tabular_residual():
    def body(x):
        y = L.LayerNormalization()(L.Dense(12, activation="relu")(x))
        return L.Dense(2, activation="softmax")(L.Add()([x, y]))

    return functional((12,), body)


LAYERS = {
    "same": L.Conv2D(6, 3, padding="same"),
    "same-strided": L.Conv2D(6, 3, strides=2, padding="same"),
    "same-even": L.Conv2D(6, 4, padding="same"),
    "same-strided-even": L.Conv2D(6, 2, strides=3, padding="same"),
    "dilated": L.Conv2D(6, 3, dilation_rate=2, padding="same"),
    "uneven": L.Conv2D(6, (1, 5), strides=(2, 1)),
    "grouped": L.Conv2D(6, 3, groups=2),
    "depthwise": L.DepthwiseConv2D(3, depth_multiplier=2, padding="same"),
    "depthwise-strided": L.DepthwiseConv2D(3, strides=2, padding="same"),
    "separable": L.SeparableConv2D(6, 3, padding="same"),
    "transposed": L.Conv2DTranspose(6, 3),
    "transposed-same": L.Conv2DTranspose(6, 3, strides=2, padding="same"),
    "transposed-even": L.Conv2DTranspose(6, 4, strides=2, padding="same"),
    "max-pool": L.MaxPooling2D(2),
    "max-pool-same": L.MaxPooling2D(2, padding="same"),
    "max-pool-3-2-same": L.MaxPooling2D(3, 2, padding="same"),
    "average-pool": L.AveragePooling2D(2),
    "average-pool-same": L.AveragePooling2D(3, 2, padding="same"),
    "zero-padding": L.ZeroPadding2D(((1, 2), (0, 3))),
    "cropping": L.Cropping2D(((1, 2), (0, 3))),
    "up-nearest": L.UpSampling2D((2, 3)),
    "up-bilinear": L.UpSampling2D(2, interpolation="bilinear"),
    "batch-norm": L.BatchNormalization(),
    "batch-norm-plain": L.BatchNormalization(scale=False, center=False),
    "batch-norm-epsilon": L.BatchNormalization(epsilon=0.1, scale=False),
    "layer-norm": L.LayerNormalization(),
    "layer-norm-image": L.LayerNormalization(axis=[1, 2, 3]),
    "group-norm": L.GroupNormalization(2),
    "unit-norm": L.UnitNormalization(),
    "prelu": L.PReLU(),
    "prelu-shared": L.PReLU(shared_axes=[1, 2]),
    "leaky-relu": L.LeakyReLU(),
    "elu": L.ELU(),
    "elu-0.5": L.ELU(0.5),
    "relu-6": L.ReLU(6.0),
    "relu-slope": L.ReLU(negative_slope=0.1),
    "relu-threshold": L.ReLU(threshold=0.2),
    "softmax": L.Softmax(),
    "permute": L.Permute((2, 1, 3)),
    "permute-channels-first": L.Permute((3, 1, 2)),
    "reshape": L.Reshape((-1, 4)),
    "reshape-image": L.Reshape((8, 8, 4)),
    "spatial-dropout": L.SpatialDropout2D(0.2),
    "gaussian-noise": L.GaussianNoise(0.1),
    "gaussian-dropout": L.GaussianDropout(0.1),
    "global-max": L.GlobalMaxPooling2D(),
    "global-average-kept": L.GlobalAveragePooling2D(keepdims=True),
    "dense-on-image": L.Dense(5, activation="relu"),
    "resizing": L.Resizing(8, 8),
    "center-crop": L.CenterCrop(8, 8),
    "time-distributed": L.TimeDistributed(L.Dense(3)),
    "conv1d-rows": L.Conv1D(3, 3),
    "spectral": L.SpectralNormalization(L.Conv2D(4, 3)),
    "einsum": L.EinsumDense("bhwc,cd->bhwd", (None, None, 3)),
}
for activation in (
    "relu",
    "sigmoid",
    "tanh",
    "softmax",
    "softplus",
    "softsign",
    "selu",
    "elu",
    "exponential",
    "leaky_relu",
    "relu6",
    "silu",
    "hard_silu",
    "gelu",
    "hard_sigmoid",
    "linear",
    "mish",
    "log_softmax",
    "celu",
    "glu",
    "hard_tanh",
    "log_sigmoid",
    "squareplus",
    "tanh_shrink",
):
    LAYERS[f"activation-{activation.replace('_', '-')}"] = L.Activation(activation)
for key in LAYERS:

    def make(key=key):
        layer = LAYERS[key].__class__.from_config(LAYERS[key].get_config())
        return sequential((32, 32, 3), L.Conv2D(4, 3, strides=2, padding="same"), layer, L.Flatten(), L.Dense(5))

    NETWORKS[f"layer-{key}"] = make, (32, 32, 3)


def application(name, **options):
    return lambda: getattr(keras.applications, name)(weights=None, classes=10, input_shape=(64, 64, 3), **options)


for name, options in {
    "MobileNet": {"alpha": 0.25},
    "MobileNetV2": {"alpha": 0.35},
    "MobileNetV3Small": {"alpha": 0.75},
    "EfficientNetB0": {},
    "EfficientNetV2B0": {},
    "ResNet50": {},
    "ResNet50V2": {},
    "DenseNet121": {},
    "NASNetMobile": {},
}.items():
    NETWORKS[f"application-{name.lower()}"] = application(name, **options), (64, 64, 3)


def settled(model):
    """With statistics and scales as after a training."""
    random = np.random.default_rng(2)
    for weight in model.weights:
        shape = tuple(weight.shape)
        if weight.path.endswith(("moving_variance", "gamma")):
            weight.assign(random.uniform(0.5, 1.5, shape))
        elif weight.path.endswith(("moving_mean", "beta", "bias", "alpha")):
            weight.assign(random.normal(0, 0.1, shape))
    return model


def by_keras(model, path):
    model(np.zeros((1,) + tuple(model.inputs[0].shape[1:]), np.float32))  # an export needs a model that was called
    model.export(str(path), format="onnx", verbose=False)


def by_tf2onnx(opset, first=False):
    def export(model, path):
        import tensorflow as tf  # which Keras on PyTorch does without
        import tf2onnx

        signature = [tf.TensorSpec((None,) + tuple(model.inputs[0].shape[1:]), tf.float32, name="input")]
        function = tf.function(lambda x: model(x, training=False), input_signature=signature)
        converted, _ = tf2onnx.convert.from_function(
            function, signature, opset=opset, inputs_as_nchw=["input:0", "input"] if first else None
        )
        onnx.save(converted, path)

    return export


WAYS = {
    "keras": by_keras,
    "tf2onnx-9": by_tf2onnx(9),
    "tf2onnx-11-nchw": by_tf2onnx(11, first=True),
    "tf2onnx-13": by_tf2onnx(13),
    "tf2onnx-15": by_tf2onnx(15),
    "tf2onnx-17-nchw": by_tf2onnx(17, first=True),
}


def exporter(maker, shape, way):
    def export(path):
        keras.utils.set_random_seed(1)
        WAYS[way](settled(maker()), path)
        first = "nchw" in way and len(shape) == 3
        layout = "NCHW" if first else {1: "NC", 2: "NHW", 3: "NHWC"}[len(shape)]
        return {1: (1, 1) + shape, 2: shape + (1,), 3: shape}[len(shape)], layout, "NHWC", "floats"

    return export


def models():
    """By Keras, and on TensorFlow in one of the other ways, which go round."""
    tensorflow = keras.backend.backend() == "tensorflow"
    rest = [way for way in WAYS if way != "keras"] if tensorflow else []
    for index, (name, (maker, shape)) in enumerate(NETWORKS.items()):
        yield f"{name}--{'keras' if tensorflow else 'keras-torch'}", exporter(maker, shape, "keras")
        if rest:
            way = rest[index % len(rest)]
            yield f"{name}--{way}", exporter(maker, shape, way)
