"""Every operation that has a block: the same numbers as onnxruntime gives, from files written by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from tests.exchange.into.models import blocks, model, node, numbers, opened, ours, reasons, theirs

VECTOR, IMAGE = ("N", 4), ("N", 3, 8, 8)


@dataclass
class Case:
    """A file, and the blocks that should come of it."""

    name: str
    nodes: list[onnx.NodeProto]
    shape: tuple[int | str, ...]
    blocks: list[str]
    constants: dict[str, Any] = field(default_factory=dict)
    opset: int = 20
    title: str = ""


W, B, K, C = numbers(4, 3), numbers(3), numbers(5, 3, 3, 3), numbers(5)
STATISTICS = {
    "s": numbers(3, seed=1), "b": numbers(3, seed=2), "m": numbers(3, seed=3), "v": np.abs(numbers(3, seed=4)) + 0.5,
}  # fmt: skip
SCALE = {"s": numbers(4, seed=1), "b": numbers(4, seed=2)}

CASES = [
    Case("gemm", [node("Gemm", "x w b")], VECTOR, ["dense"], {"w": W, "b": B}),
    Case("gemm-trans-alpha-beta", [node("Gemm", "x w b", transB=1, alpha=0.5, beta=2.0)], VECTOR, ["dense"],
         {"w": W.T.copy(), "b": B.reshape(1, 3)}),
    Case("gemm-scalar-bias", [node("Gemm", "x w b")], VECTOR, ["dense"], {"w": W, "b": np.float32(0.5)}),
    Case("matmul-add-relu", [node("MatMul", "x w", "m"), node("Add", "b m", "a"), node("Relu", "a")], VECTOR, ["dense"],
         {"w": W, "b": B}),
    Case("matmul-sub-div", [node("MatMul", "x w", "m"), node("Sub", "b m", "a"), node("Div", "a d")], VECTOR, ["dense"],
         {"w": W, "b": B, "d": np.float32(4.0)}),
    Case("scaling-before", [node("Sub", "x b", "a"), node("Mul", "a s", "c"), node("MatMul", "c w")], VECTOR, ["dense"],
         {"w": W, **SCALE}),
    Case("scaling-that-two-read", [node("Mul", "x s", "a"), node("MatMul", "a w", "m"), node("Gemm", "a w", "n"),
                                   node("Add", "m n")], VECTOR, ["dense", "dense", "dense", "add"], {"w": W, **SCALE}),
    Case("one-minus", [node("MatMul", "x w", "m"), node("Sigmoid", "m", "p"), node("Sub", "one p", "q"),
                       node("Concat", "q p", axis=1)], VECTOR, ["dense", "dense", "concatenate"],
         {"w": W[:, :1].copy(), "one": np.float32(1.0)}),
    Case("stepwise", [node("MatMul", "x w", "m"), node("Add", "m b", "a"), node("Tanh", "a")], ("N", 6, 4), ["dense"],
         {"w": W, "b": B}),
    Case("conv-valid", [node("Conv", "x k c")], IMAGE, ["conv2d"], {"k": K, "c": C}),
    Case("conv-same-stride", [node("Conv", "x k", pads=[1, 1, 1, 1], strides=[2, 2])], IMAGE, ["conv2d"], {"k": K}),
    Case("conv-even-same-upper", [node("Conv", "x k", auto_pad="SAME_UPPER")], IMAGE, ["conv2d"],
         {"k": numbers(2, 3, 4, 4)}),
    Case("conv-bias-after", [node("Conv", "x k", "a"), node("Add", "a c", "d"), node("Relu", "d")], IMAGE, ["conv2d"],
         {"k": K, "c": C.reshape(1, 5, 1, 1)}),
    Case("conv-groups", [node("Conv", "x k", group=3)], IMAGE, ["conv2d"], {"k": numbers(6, 1, 3, 3)}),
    Case("conv-dilated-padded", [node("Conv", "x k", dilations=[2, 2], pads=[3, 3, 3, 3])], IMAGE, ["conv2d"],
         {"k": K}),
    Case("conv-oblong", [node("Conv", "x k", pads=[0, 1, 0, 1])], IMAGE, ["conv2d"], {"k": numbers(2, 3, 1, 3)}),
    Case("conv-transpose", [node("ConvTranspose", "x k", strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])],
         IMAGE, ["conv-transpose2d"], {"k": numbers(3, 2, 3, 3)}),
    Case("max-pool-padded", [node("MaxPool", "x", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])], IMAGE,
         ["max-pool2d"]),
    Case("max-pool", [node("MaxPool", "x", kernel_shape=[3, 3], strides=[2, 2])], IMAGE, ["max-pool2d"]),
    Case("average-pool", [node("AveragePool", "x", kernel_shape=[2, 2], strides=[2, 2])], IMAGE, ["avg-pool2d"]),
    Case("global-average-flatten", [node("GlobalAveragePool", "x", "g"), node("Flatten", "g", "f"),
                                    node("Gemm", "f w")], IMAGE, ["global-average-pooling", "dense"],
         {"w": numbers(3, 2)}),
    Case("reduce-mean-image", [node("ReduceMean", "x a", keepdims=0)], IMAGE, ["global-average-pooling"],
         {"a": np.array([2, 3])}),
    Case("reduce-mean-series", [node("ReduceMean", "x", axes=[1], keepdims=0)], ("N", 5, 4), ["global-average-pooling"],
         opset=13),
    Case("global-max", [node("GlobalMaxPool", "x", "g"), node("Squeeze", "g a")], IMAGE, ["global-max-pooling"],
         {"a": np.array([2, 3])}),
    Case("batch-norm-image", [node("BatchNormalization", "x s b m v", epsilon=1e-3, momentum=0.8)], IMAGE,
         ["batch-norm"], STATISTICS),
    Case("batch-norm-vector", [node("BatchNormalization", "x s b m v")], ("N", 3), ["batch-norm"], STATISTICS),
    Case("layer-norm", [node("LayerNormalization", "x s b", axis=-1)], VECTOR, ["layer-norm"], SCALE),
    Case("layer-norm-series", [node("LayerNormalization", "x s", axis=-1, epsilon=1e-3)], ("N", 6, 4), ["layer-norm"],
         SCALE),
    Case("reshape-flat", [node("Reshape", "x t", "f"), node("Gemm", "f w")], IMAGE, ["flatten", "dense"],
         {"t": np.array([0, -1]), "w": numbers(192, 2)}),
    Case("reshape-image", [node("Reshape", "x t")], ("N", 12), ["reshape"], {"t": np.array([-1, 3, 2, 2])}),
    Case("reshape-computed", [node("Shape", "x", "n"), node("Gather", "n zero", "k"), node("Unsqueeze", "k at", "u"),
                              node("Concat", "u rest", "t", axis=0), node("Reshape", "x t")], ("N", 12), ["reshape"],
         {"zero": np.array(0), "at": np.array([0]), "rest": np.array([3, 4])}),
    Case("channels-last", [node("Transpose", "x", "t", perm=[0, 3, 1, 2]), node("Conv", "t k", "c"),
                           node("Transpose", "c", "u", perm=[0, 2, 3, 1]), node("Reshape", "u r", "f"),
                           node("MatMul", "f w")], IMAGE, ["conv2d", "flatten", "dense"],
         {"k": numbers(5, 8, 3, 3), "r": np.array([-1, 30]), "w": numbers(30, 3)}),
    Case("concat-images", [node("Conv", "x k", "a", pads=[1, 1, 1, 1]), node("Concat", "x a", axis=1)], IMAGE,
         ["conv2d", "concatenate"], {"k": K}),
    Case("skip", [node("Gemm", "x w", "a"), node("Relu", "a", "r"), node("Add", "x r")], VECTOR, ["dense", "add"],
         {"w": numbers(4, 4)}),
    Case("gate", [node("Gemm", "x w", "a"), node("Sigmoid", "a", "g"), node("Mul", "g x")], VECTOR,
         ["dense", "multiply"], {"w": numbers(4, 4)}),
    Case("difference", [node("Gemm", "x w", "a"), node("Sub", "x a")], VECTOR, ["dense", "add"], {"w": numbers(4, 4)}),
    Case("square", [node("Pow", "x two")], VECTOR, ["identity", "multiply"], {"two": np.float32(2.0)}),
    Case("twice", [node("Add", "x x")], VECTOR, ["identity", "add"]),
    Case("negative", [node("Neg", "x")], VECTOR, ["dense"]),
    Case("relu", [node("Relu", "x")], VECTOR, ["relu"]),
    Case("clip-is-relu", [node("Clip", "x zero")], VECTOR, ["relu"], {"zero": np.float32(0.0)}),
    Case("leaky-relu", [node("LeakyRelu", "x", alpha=0.2)], VECTOR, ["leaky-relu"]),
    Case("elu", [node("Elu", "x", alpha=0.5)], VECTOR, ["elu"]),
    Case("selu", [node("Selu", "x")], VECTOR, ["selu"]),
    Case("gelu", [node("Gelu", "x")], VECTOR, ["gelu"]),
    Case("softplus", [node("Softplus", "x")], VECTOR, ["softplus"]),
    Case("prelu-one", [node("PRelu", "x s")], VECTOR, ["prelu"], {"s": np.float32([0.3])}),
    Case("prelu-channels", [node("PRelu", "x s")], IMAGE, ["prelu"], {"s": numbers(3, 1, 1)}),
    Case("softmax", [node("Gemm", "x w b", "a"), node("Softmax", "a")], VECTOR, ["dense"], {"w": W, "b": B}),
    Case("log-softmax-image", [node("LogSoftmax", "x", axis=1)], IMAGE, ["log-softmax"]),
    Case("dropout", [node("Dropout", "x r")], VECTOR, ["dropout"], {"r": np.float32(0.3)}),
    Case("identity-cast", [node("Identity", "x", "i"), node("Cast", "i", "c", to=1), node("Tanh", "c")], VECTOR,
         ["tanh"]),
    Case("positions", [node("Add", "x p")], ("N", 6, 4), ["positional-encoding"], {"p": numbers(1, 6, 4)}),
    Case("old-softmax", [node("Softmax", "x")], VECTOR, ["softmax"], opset=11),
    Case("scaler", [node("Scaler", "x", domain="ai.onnx.ml", offset=[1.0, 2.0, 3.0, 4.0], scale=[0.5, 2.0, 1.0, 3.0])],
         VECTOR, ["dense"]),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_operation_becomes_blocks_with_the_same_answers(case: Case, tmp_path: Path):
    one = model(case.nodes, {"x": case.shape}, case.constants, opset=case.opset)
    found = opened(one, tmp_path)
    assert reasons(found) == []
    assert blocks(found)[1:] == case.blocks
    for count in (1, 3):
        x = numbers(count, *(int(size) for size in case.shape[1:]), seed=7)
        mine = x.transpose(0, 3, 1, 2) if case.name == "channels-last" else x  # as blocks for images want it
        np.testing.assert_allclose(ours(found, mine)[0], theirs(one, x)[0], rtol=1e-5, atol=2e-6)


def test_a_file_with_a_fixed_batch_takes_any(tmp_path: Path):
    nodes = [node("Reshape", "x t", "f"), node("Gemm", "f w")]
    one = model(nodes, {"x": (2, 3, 2, 2)}, {"t": np.array([2, 12]), "w": numbers(12, 5)})
    found, x = opened(one, tmp_path), numbers(2, 3, 2, 2)
    np.testing.assert_allclose(ours(found, x)[0], theirs(one, x)[0], rtol=1e-5, atol=1e-6)
    assert ours(found, numbers(5, 3, 2, 2))[0].shape == (5, 5)


def test_words_go_through_an_embedding(tmp_path: Path):
    nodes = [node("Gather", "table x", "e"), node("ReduceMean", "e", "m", axes=[1], keepdims=0), node("Gemm", "m w")]
    constants = {"table": numbers(11, 4), "w": W}
    one = model(nodes, {"x": ("N", 6)}, constants, opset=13, whole=["x"])
    found, x = opened(one, tmp_path), np.random.default_rng(0).integers(11, size=(3, 6))
    assert blocks(found)[1:] == ["embedding", "global-average-pooling", "dense"]
    np.testing.assert_allclose(ours(found, x)[0], theirs(one, x)[0], rtol=1e-5, atol=1e-6)


def test_titles_are_the_names_of_the_file(tmp_path: Path):
    nodes = [node("Gemm", "x encoder.0.weight", "a", name="node_linear"),
             node("Gemm", "a w", name="/head/Gemm")]  # fmt: skip
    found = opened(model(nodes, {"x": VECTOR}, {"encoder.0.weight": W, "w": numbers(3, 2)}), tmp_path)
    assert [one.title for one in found.project.graph.nodes if one.block == "dense"] == ["encoder.0", "head"]


@pytest.mark.parametrize(
    ("nodes", "shape", "constants", "reason"),
    [
        ([node("Einsum", "x", equation="ij->ij")], VECTOR, {}, "There is no block for this operation."),
        ([node("Conv", "x k", dilations=[2, 1])], IMAGE, {"k": K}, "dilation is 2 × 1"),
        ([node("Conv", "x k", pads=[2, 2, 1, 1])], IMAGE, {"k": K}, "2, 2, 1, 1 zeros"),
        ([node("Conv", "x k")], ("N", 3, 8), {"k": numbers(2, 3, 3)}, "1 axes"),
        ([node("AveragePool", "x", kernel_shape=[3, 3], pads=[1, 1, 1, 1])], IMAGE, {}, "without the zeros"),
        ([node("Clip", "x a b")], VECTOR, {"a": np.float32(0.0), "b": np.float32(6.0)}, "0.0 and 6.0"),
        ([node("Gelu", "x", approximate="tanh")], VECTOR, {}, "tanh"),
        ([node("Softmax", "x", axis=1)], ("N", 5, 4), {}, "another axis"),
        ([node("Transpose", "x", "t", perm=[0, 2, 1]), node("Tanh", "t", "u"), node("Reshape", "u r")], ("N", 5, 4),
         {"r": np.array([0, 2, 10])}, "axes in another order"),
        ([node("MatMul", "x w", "m"), node("MatMul", "m x")], (4, 4), {"w": numbers(4, 4)}, "two matrices"),
        ([node("Gemm", "x w")], VECTOR, {"w": W * np.nan}, "not finite"),
    ],
)  # fmt: skip
def test_what_has_no_block_becomes_a_card_that_says_why(nodes: Any, shape: Any, constants: Any, reason: str, tmp_path):
    found = opened(model(nodes, {"x": shape}, constants), tmp_path)
    assert len(reasons(found)) == 1 and reason in reasons(found)[0]
    assert any("no block here; the cards say why" in line for line in found.sentences)
