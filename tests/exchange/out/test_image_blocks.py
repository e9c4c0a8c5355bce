"""Blocks over series, images and volumes as ONNX: onnxruntime answers as they do."""

from __future__ import annotations

from itertools import pairwise

import onnx
import pytest

from playground.document.project import Project
from playground.exchange.out.formats import network_of
from playground.exchange.out.onnx import onnx_bytes
from playground.training.session.session import Session
from tests.network.small_graphs import node, wired

BRANCHES = {
    "image": (
        node("gaps", "conv2d", filters=4, dilation=2, padding="same", border="reflect", kernel_width=2),
        node("depthwise", "depthwise-conv2d", padding="same", border="circular", filters=2),
        node("grouped", "conv2d", filters=4, groups=2, padding="number", padding_size=1),
        node("larger", "conv-transpose2d", filters=3),
        node("max", "max-pool2d", kernel_size=3, stride=1, padding="same"),
        node("mean", "avg-pool2d", kernel_size=4, stride=3, padding="same"), node("cells", "adaptive-avg-pool", size=4),
        node("shuffled", "conv2d", filters=8, kernel_size=1), node("shuffle", "pixel-shuffle"),
        node("group", "group-norm", groups=2), node("instance", "instance-norm"), node("near", "local-response-norm"),
        node("fixed", "fixed-convolution", kernel="sobel-x"), node("up", "upsampling", mode="bilinear"),
        node("hard", "hard-swish"), node("clipped", "relu6"), node("dropped", "map-dropout"),
        node("most", "adaptive-max-pool", size=3), node("image-out", "global-max-pooling"),
    ),
    "series": (
        node("steps", "reshape", shape="8 x 8"), node("conv1", "conv1d", filters=4, padding="same", border="circular"),
        node("longer", "conv-transpose1d", filters=3), node("max1", "max-pool1d", padding="same"),
        node("mean1", "avg-pool1d"), node("norm1", "batch-norm"), node("up1", "upsampling"),
        node("cells1", "adaptive-avg-pool", size=3),
        node("series-out", "global-max-pooling"),
    ),
    "products": (
        node("few", "conv2d", filters=3), node("gram", "gram-matrix"),
    ),
    "patches": (
        node("cut", "patches"), node("each", "dense", units=4), node("patches-out", "global-average-pooling"),
    ),
    "volume": (
        node("body", "reshape", shape="1 x 4 x 4 x 4"), node("conv3", "conv3d", filters=4, padding="same", dilation=2),
        node("norm3", "batch-norm"),
        node("deeper", "conv-transpose3d", filters=2), node("max3", "max-pool3d"), node("mean3", "avg-pool3d"),
        node("volume-out", "global-average-pooling"),
    ),
}  # fmt: skip


def project() -> Project:
    """Small digits through every block, in three branches."""
    nodes, wires = [node("data", "digits", examples=60)], []
    for branch in BRANCHES.values():
        nodes += branch
        wires.append(f"data.features > {branch[0].id}")
        wires += [f"{one.id} > {other.id}" for one, other in pairwise(branch)]
        wires.append(f"{branch[-1].id} > join")
    nodes += [node("join", "concatenate"), node("out", "dense", units=10), node("loss", "cross-entropy")]
    wires += ["join > out", "out > loss.prediction", "data.target > loss.target"]
    return Project(graph=wired(nodes, *wires))


def test_every_block_over_series_images_and_volumes_goes_out_as_onnx() -> None:
    pytest.importorskip("onnxruntime")
    session = Session(project())
    session.advance(2)
    content = onnx_bytes(network_of(session))  # refuses a file that answers otherwise
    operations = {one.op_type for one in onnx.load_from_string(content).graph.node}
    assert {"Conv", "ConvTranspose", "MaxPool", "AveragePool"} <= operations
