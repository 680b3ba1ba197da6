"""Perceptrons of scikit-learn, alone and behind a scaler, exported by skl2onnx; the output is the probabilities."""

import onnx
from skl2onnx import to_onnx
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

MODELS = {
    "mlp": MLPClassifier(hidden_layer_sizes=(16,), max_iter=30, random_state=1),
    "mlp-tanh": MLPClassifier(hidden_layer_sizes=(16, 8), activation="tanh", max_iter=30, random_state=1),
    "mlp-logistic": MLPClassifier(hidden_layer_sizes=(16,), activation="logistic", max_iter=30, random_state=1),
    "mlp-scaled": make_pipeline(StandardScaler(), MLPClassifier(hidden_layer_sizes=(16,), max_iter=30, random_state=1)),
    "mlp-min-max": make_pipeline(MinMaxScaler(), MLPClassifier(hidden_layer_sizes=(16,), max_iter=30, random_state=1)),
    "regressor": MLPRegressor(hidden_layer_sizes=(16,), max_iter=30, random_state=1),
    "logistic-regression": LogisticRegression(max_iter=30),
}


def exporter(estimator, options):
    def export(path):
        digits = load_digits()
        images = (digits.data / 8 - 1).astype("float32")
        estimator.fit(images, digits.target)
        model = to_onnx(
            estimator, images[:1], options={"zipmap": False} if hasattr(estimator, "classes_") else None, **options
        )
        if len(model.graph.output) > 1:  # the label comes first; programs ask for the probabilities
            del model.graph.output[0]
        onnx.save(model, path)
        return (1, 1, 64), "NC", "NC", "floats"

    return export


def models():
    for name, estimator in MODELS.items():
        yield f"{name}--skl2onnx", exporter(estimator, {})
        yield f"{name}--skl2onnx-12", exporter(estimator, {"target_opset": 12})
