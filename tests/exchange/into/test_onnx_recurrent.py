"""Gate orders, two biases, time before batch: what ONNX and torch do otherwise, proved by onnxruntime's numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.exchange.into.models import blocks, model, node, numbers, opened, ours, reasons, theirs

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
BLOCK = {"RNN": "simple-rnn", "GRU": "gru", "LSTM": "lstm"}
TIME, FEATURES, UNITS = 6, 3, 5
FORM = {"RNN": {}, "LSTM": {}, "GRU": {"linear_before_reset": 1}}


def weights(kind: str) -> dict[str, np.ndarray]:
    """Weights whose every gate and both of whose biases differ."""
    rows = GATES[kind] * UNITS
    return {"w": numbers(1, rows, FEATURES), "r": numbers(1, rows, UNITS) * 0.5, "b": numbers(1, 2 * rows)}


@pytest.mark.parametrize("kind", GATES)
@pytest.mark.parametrize("bias", [True, False])
def test_the_last_state_is_the_same(kind: str, bias: bool, tmp_path: Path):
    nodes = [node("Transpose", "x", "t", perm=[1, 0, 2]),
             node(kind, f"t w r {'b' if bias else ''}", "_ h", hidden_size=UNITS, **FORM[kind]),
             node("Squeeze", "h zero")]  # fmt: skip
    one = model(nodes, {"x": ("N", TIME, FEATURES)}, {**weights(kind), "zero": np.array([0])})
    found = opened(one, tmp_path)
    assert reasons(found) == [] and blocks(found)[1:] == [BLOCK[kind]]
    x = numbers(4, TIME, FEATURES)
    np.testing.assert_allclose(ours(found, x)[0], theirs(one, x)[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", GATES)
def test_time_before_batch_and_all_states(kind: str, tmp_path: Path):
    nodes = [node(kind, "x w r b", "h", hidden_size=UNITS, **FORM[kind]), node("Squeeze", "h one", "s"),
             node("Transpose", "s", perm=[1, 0, 2])]  # fmt: skip
    one = model(nodes, {"x": (TIME, "N", FEATURES)}, {**weights(kind), "one": np.array([1])})
    found, x = opened(one, tmp_path), numbers(TIME, 4, FEATURES)
    assert reasons(found) == []
    np.testing.assert_allclose(ours(found, x.transpose(1, 0, 2))[0], theirs(one, x)[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", GATES)
def test_the_last_of_all_states_by_index_or_slice(kind: str, tmp_path: Path):
    read = {
        "gather": [node("Gather", "h last", "g", axis=0), node("Squeeze", "g zero")],
        "slice": [node("Slice", "h minus end zero", "g"), node("Squeeze", "g both")],
    }
    constants = {
        **weights(kind), "last": np.array(TIME - 1), "minus": np.array([-1]), "end": np.array([2**31 - 1]),
        "zero": np.array([0]), "both": np.array([0, 1]),
    }  # fmt: skip
    for way in read.values():
        turned = node("Transpose", "x", "t", perm=[1, 0, 2])
        layer = node(kind, "t w r b", "h", hidden_size=UNITS, **FORM[kind])
        one = model([turned, layer, *way], {"x": ("N", TIME, FEATURES)}, constants)
        found, x = opened(one, tmp_path), numbers(4, TIME, FEATURES)
        assert reasons(found) == [] and blocks(found)[1:] == [BLOCK[kind]]
        np.testing.assert_allclose(ours(found, x)[0], theirs(one, x)[0], rtol=1e-5, atol=1e-6)


def test_last_and_all_states_together_share_their_weights(tmp_path: Path):
    nodes = [
        node("Transpose", "x", "t", perm=[1, 0, 2]), node("LSTM", "t w r b", "h l", hidden_size=UNITS),
        node("Squeeze", "h one", "s"), node("Transpose", "s", "a", perm=[1, 0, 2]),
        node("ReduceMean", "a one", "m", keepdims=0), node("Squeeze", "l zero", "e"), node("Concat", "m e", axis=1),
    ]  # fmt: skip
    constants = {**weights("LSTM"), "one": np.array([1]), "zero": np.array([0])}
    one = model(nodes, {"x": ("N", TIME, FEATURES)}, constants)
    found, x = opened(one, tmp_path), numbers(4, TIME, FEATURES)
    assert [card.weights_of for card in found.project.graph.nodes if card.block == "lstm"] == [None, "lstm-1"]
    np.testing.assert_allclose(ours(found, x)[0], theirs(one, x)[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "inputs", "attributes", "reason"),
    [
        ("LSTM", "x w r b", {"direction": "reverse"}, "reverse"),
        ("RNN", "x w r b", {"activations": ["Sigmoid"]}, "sigmoid"),
        ("LSTM", "x w r b", {"clip": 3.0}, "cuts off"),
        ("LSTM", "x w r b", {"input_forget": 1}, "input and forget gates"),
        ("LSTM", "x w r b _ start", {}, "first states"),
        ("LSTM", "x w r b lengths", {}, "several lengths"),
    ],
)
def test_forms_that_torch_lacks_are_named(kind: str, inputs: str, attributes: Any, reason: str, tmp_path: Path):
    constants = {
        **weights(kind), "start": numbers(1, 1, UNITS), "peep": numbers(1, 3 * UNITS),
        "lengths": np.array([4], dtype=np.int32),
    }  # fmt: skip
    one = model([node(kind, inputs, "_ y", hidden_size=UNITS, **attributes)], {"x": (TIME, "N", FEATURES)}, constants)
    (told,) = reasons(opened(one, tmp_path))
    assert reason in told


@pytest.mark.parametrize(
    ("kind", "inputs", "attributes", "form"),
    [
        ("GRU", "x w r b", {}, {"reset": "before product"}),
        ("RNN", "x w r b", {"activations": ["Relu"]}, {"activation": "relu"}),
        ("LSTM", "x w r b _ _ _ peep", {}, {"peepholes": "new cell"}),
    ],
)
def test_forms_that_torch_lacks_are_forms_of_the_blocks(
    kind: str, inputs: str, attributes: Any, form: dict[str, str], tmp_path: Path
):
    constants = {**weights(kind), "peep": numbers(1, 3 * UNITS), "zero": np.array([0])}
    nodes = [node("Transpose", "x", "t", perm=[1, 0, 2]),
             node(kind, inputs.replace("x", "t"), "_ h", hidden_size=UNITS, **attributes),
             node("Squeeze", "h zero")]  # fmt: skip
    one = model(nodes, {"x": ("N", TIME, FEATURES)}, constants)
    found, x = opened(one, tmp_path), numbers(4, TIME, FEATURES)
    card = next(card for card in found.project.graph.nodes if card.block == BLOCK[kind])
    assert reasons(found) == [] and {name: card.parameters[name] for name in form} == form
    np.testing.assert_allclose(ours(found, x)[0], theirs(one, x)[0], rtol=1e-5, atol=1e-6)


def test_resetting_before_the_product_is_another_function():
    """Why that GRU is a form of its own: with the same weights the answers differ by far more than rounding."""
    x, constants = numbers(TIME, 2, FEATURES), weights("GRU")
    before, after = (
        theirs(model([node("GRU", "x w r b", "_ y", hidden_size=UNITS, linear_before_reset=form)],
                     {"x": (TIME, "N", FEATURES)}, constants), x)[0]
        for form in (0, 1)
    )  # fmt: skip
    assert np.abs(before - after).max() > 0.05
