"""Networks of PyTorch, those of networks/ and some of torchvision, each exported by TorchScript and by Dynamo."""

import warnings

import torch
from torch import nn

from networks import torch_blocks, torch_digits, torch_families, torch_images, torch_layers
from networks.torch_base import NETWORKS

warnings.filterwarnings("ignore")


def torchvision_network(name, **options):
    def make():
        import torchvision  # which most of the networks do without

        return getattr(torchvision.models, name)(weights=None, num_classes=10, **options)

    return make


for name in (
    "resnet18",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "shufflenet_v2_x0_5",
    "squeezenet1_1",
    "mnasnet0_5",
    "efficientnet_b0",
    "densenet121",
    "regnet_y_400mf",
    "regnet_x_400mf",
    "convnext_tiny",
):
    NETWORKS[f"torchvision-{name.replace('_', '-')}"] = torchvision_network(name), (3, 64, 64), {}
NETWORKS["torchvision-googlenet"] = (
    torchvision_network("googlenet", aux_logits=False, init_weights=False),
    (3, 64, 64),
    {},
)


def settled(made):
    """In inference, with statistics as after a training."""
    generator = torch.Generator().manual_seed(1)
    for module in made.modules():
        if getattr(module, "running_mean", None) is not None:
            module.running_mean.normal_(0, 0.2, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)
            if module.weight is not None:
                nn.init.uniform_(module.weight, 0.5, 1.5, generator=generator)
                nn.init.normal_(module.bias, 0, 0.2, generator=generator)
    return made.eval()


# The ways of exporting, by name: options of torch.onnx.export(), and whether the number of images is left open.
WAYS = {
    "ts9": (dict(dynamo=False, opset_version=9), True),
    "ts11": (dict(dynamo=False, opset_version=11), True),
    "ts13-static": (dict(dynamo=False, opset_version=13), False),
    "ts17": (dict(dynamo=False, opset_version=17), True),
    "ts12-unfolded": (
        dict(dynamo=False, opset_version=12, do_constant_folding=False, keep_initializers_as_inputs=True),
        True,
    ),
    "ts11-training": (
        dict(dynamo=False, opset_version=11, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False),
        True,
    ),
    "dynamo": (dict(dynamo=True, verbose=False), True),
    "dynamo-static": (dict(dynamo=True, verbose=False, external_data=False), False),
}
EACH = ("ts17", "dynamo")  # every network; the other ways go round


def ways_of(index):
    others = [way for way in WAYS if way not in EACH]
    return EACH + (others[index % len(others)],)


def exporter(maker, shape, about, way):
    def export(path):
        torch.manual_seed(0)
        options, dynamic = dict(WAYS[way][0]), WAYS[way][1]
        example = torch.zeros(
            (2 if dynamic and options["dynamo"] else 1,) + shape, dtype=about.get("type", torch.float)
        )
        made = settled(maker())
        with torch.no_grad():
            made(example.clone())  # lazy layers
        if dynamic and options["dynamo"]:
            options["dynamic_shapes"] = ({0: torch.export.Dim.DYNAMIC},)
        elif dynamic:
            options["dynamic_axes"] = {"input": {0: "batch_size"}}
        torch.onnx.export(made, (example,), str(path), input_names=["input"], **options)
        layout = about.get("layout", {1: "NC", 2: "NHW", 3: "NCHW"}[len(shape)])
        ours = {"NC": (1, 1) + shape, "NHW": shape + (1,), "NCHW": shape[1:] + shape[:1], "NHWC": shape}[layout]
        return ours, layout, "NCHW", "bytes" if example.dtype == torch.uint8 else "floats"

    return export


def models():
    for index, (name, (maker, shape, about)) in enumerate(NETWORKS.items()):
        for way in ways_of(index):
            yield f"{name}--{way}", exporter(maker, shape, about, way)
