"""Damaged and hostile files: a sentence, never a traceback, and no file is read that does not lie beside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from playground.exchange.into.onnx.importing import import_onnx
from playground.exchange.into.onnx.reading import read_onnx
from playground.exchange.refusals import ExchangeRefused
from tests.exchange.into.models import model, node, numbers, opened, ours, theirs

W = numbers(4, 3)
GOOD = model([node("Gemm", "x w", "a"), node("Relu", "a")], {"x": ("N", 4)}, {"w": W})


def refused(one: onnx.ModelProto | bytes, folder: Path) -> str:
    path = folder / "bad.onnx"
    path.write_bytes(one if isinstance(one, bytes) else one.SerializeToString())
    with pytest.raises(ExchangeRefused) as error:
        import_onnx(path)
    assert str(error.value).endswith(".")
    return str(error.value)


def test_no_file_at_all_and_no_onnx(tmp_path: Path):
    with pytest.raises(ExchangeRefused, match="cannot be read"):
        import_onnx(tmp_path / "none.onnx")
    assert "no ONNX file" in refused(b"not a model at all", tmp_path)
    assert "no network in it" in refused(b"", tmp_path)
    (tmp_path / "folder.onnx").mkdir()
    with pytest.raises(ExchangeRefused, match="no ordinary file"):
        import_onnx(tmp_path / "folder.onnx")


def test_circles_and_missing_tensors(tmp_path: Path):
    circle = model([node("Add", "x b", "a"), node("Tanh", "a", "b"), node("Relu", "b")], {"x": ("N", 4)})
    assert "circle" in refused(circle, tmp_path)
    assert "nothing gives “ghost”" in refused(model([node("Add", "x ghost")], {"x": ("N", 4)}), tmp_path)
    assert "computes nothing" in refused(model([node("Relu", "w")], {"x": ("N", 4)}, {"w": W}), tmp_path)


def test_an_unsorted_file_is_put_in_order(tmp_path: Path):
    one = model([node("Relu", "a"), node("Gemm", "x w", "a")], {"x": ("N", 4)}, {"w": W})
    x = numbers(2, 4)
    np.testing.assert_allclose(ours(opened(one, tmp_path), x)[0], theirs(GOOD, x)[0], rtol=1e-5)


def test_sizes_that_are_not_those_of_the_numbers(tmp_path: Path):
    for dims in ([4, 10**9], [10**12, 10**12], [-4, 3], [4, 4]):
        one = onnx.ModelProto.FromString(GOOD.SerializeToString())
        del one.graph.initializer[0].dims[:]
        one.graph.initializer[0].dims.extend(dims)
        assert "damaged" in refused(one, tmp_path)


def test_huge_constants_are_not_computed(tmp_path: Path):
    nodes = [node("ConstantOfShape", "huge", "c"), node("Expand", "c huge", "e"), node("Add", "x e")]
    found = opened(model(nodes, {"x": ("N", 4)}, {"huge": np.array([10**6, 10**6])}), tmp_path)
    assert [one.block for one in found.project.graph.nodes].count("foreign-operator") >= 1
    assert "no shape" in refused(model([node("Relu", "x")], {"x": ("N", 10**12)}), tmp_path)


def external(location: str, *, offset: int = 0, name: str = "w") -> onnx.ModelProto:
    one = onnx.ModelProto.FromString(GOOD.SerializeToString())
    tensor = one.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", str(offset)), ("length", "48")):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    return one


def test_weights_in_a_file_beside_are_read(tmp_path: Path):
    (tmp_path / "w.data").write_bytes(b"\0" * 8 + W.tobytes())
    x = numbers(2, 4)
    found = opened(external("w.data", offset=8), tmp_path)
    np.testing.assert_allclose(ours(found, x)[0], theirs(GOOD, x)[0], rtol=1e-5)


ELSEWHERE = ["../secret", "/etc/passwd", "sub/w.data", "..", "", "a/../../secret", "link", "a\0b"]


@pytest.mark.parametrize("location", ELSEWHERE)
def test_no_other_file_is_read(location: str, tmp_path: Path):
    folder = tmp_path / "models"
    (folder / "sub").mkdir(parents=True)
    for place in (tmp_path / "secret", folder / "sub" / "w.data"):
        place.write_bytes(W.tobytes())
    (folder / "link").symlink_to(tmp_path / "secret")
    sentence = refused(external(location), folder)
    assert "beside" in sentence


def test_a_file_beside_that_is_missing_or_too_short(tmp_path: Path):
    assert "must be beside it but is not" in refused(external("gone"), tmp_path)
    (tmp_path / "short").write_bytes(b"\0" * 8)
    assert "does not have the weights" in refused(external("short"), tmp_path)
    assert "does not have the weights" in refused(external("short", offset=-8), tmp_path)


@pytest.mark.parametrize(
    "nodes",
    [
        [node("MaxPool", "x", kernel_shape=[0, 0], strides=[0, 0])],
        [node("Transpose", "x", perm=[0, 9])],
        [node("Concat", "x x", axis=40)],
        [node("LeakyRelu", "x", alpha=float("nan"))],
        [node("Elu", "x", alpha=-1e30)],
        [node("Gather", "x w")],
        [node("LSTM", "x w w", hidden_size=-1)],
        [node("Gemm", "x")],
        [node("Softmax", "x", axis=99)],
        [node("If", "x", then_branch=GOOD.graph, else_branch=GOOD.graph)],
        [node("Tanh", "x")] * 2,
    ],
    ids=lambda nodes: nodes[0].op_type,
)
def test_senseless_attributes_become_cards(nodes: list[onnx.NodeProto], tmp_path: Path):
    path = tmp_path / "odd.onnx"
    path.write_bytes(model(nodes, {"x": ("N", 4)}, {"w": np.array([1, 2])}).SerializeToString())
    try:
        found = import_onnx(path)
    except ExchangeRefused as sentence:
        assert str(sentence).endswith(".")
    else:
        assert found.project.graph.nodes


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_flipped_byte_never_breaks_the_program(place: int, byte: int, tmp_path: Path):
    content = bytearray(GOOD.SerializeToString())
    content[place % len(content)] = byte
    path = tmp_path / "flipped.onnx"
    path.write_bytes(bytes(content))
    try:
        import_onnx(path)
    except ExchangeRefused as sentence:
        assert str(sentence).endswith(".")


def test_functions_of_a_file_are_put_in_place(tmp_path: Path):
    twice = helper.make_function(
        "own", "Twice", ["a"], ["b"], [node("Add", "a a", "b")], [helper.make_opsetid("", 20)]
    )
    one = model([node("Gemm", "x w", "m"), node("Twice", "m", domain="own")], {"x": ("N", 4)}, {"w": W})
    one.functions.append(twice)
    one.opset_import.append(helper.make_opsetid("own", 1))
    assert [operation.kind for operation in _operations(one, tmp_path)] == ["Gemm", "Add"]


def _operations(one: onnx.ModelProto, folder: Path):
    path = folder / "model.onnx"
    path.write_bytes(one.SerializeToString())
    return read_onnx(path).operations
