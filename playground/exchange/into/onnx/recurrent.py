"""RNN, LSTM and GRU: ONNX orders gates otherwise than torch, keeps time first, and has forms that torch lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playground.exchange.into.onnx.context import Array, Context, Handler, Value
from playground.exchange.into.onnx.layers import title_of
from playground.exchange.into.onnx.reading import Operation
from playground.exchange.into.onnx.shapes import of_last_state
from playground.exchange.into.sheet import Unsupported, matrix
from playground.exchange.into.wire import Wire

GATES: Mapping[str, tuple[int, ...]] = {"RNN": (0,), "LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2)}
"""Which of ONNX's gates are torch's, in torch's order. LSTM: input, output, forget, cell to input, forget, cell,
output. GRU: update, reset, hidden to reset, update, hidden."""
PEEPHOLES = 7
"""The place of the peepholes among the inputs of an LSTM."""
BLOCKS = {"RNN": "simple-rnn", "LSTM": "lstm", "GRU": "gru"}
USUAL = {"RNN": ("tanh",), "LSTM": ("sigmoid", "tanh", "tanh"), "GRU": ("sigmoid", "tanh")}


def recurrent(context: Context, operation: Operation) -> list[Value | None]:
    kind, at = operation.kind, operation.attributes
    _refuse_other_forms(context, operation)
    batch_first = bool(at.get("layout", 0))
    wire = context.wire(operation)
    if len(wire.axes) != 3:
        raise Unsupported("It does not read a series of time and features.")
    series = context.settled(wire if batch_first else wire.permuted((1, 0, 2)))
    weights = _weights(context, operation)
    units = weights["weight_hh_l0"].shape[1]
    _refuse_lengths(context, operation, series.shape[0])
    card = context.sheet.lay(
        BLOCKS[kind], {"units": units, "states": "all", **_form(operation)}, [series.output], weights,
        title_of(operation, operation.inputs[1]),
    )  # fmt: skip
    every, last = (bool(name and context.uses[name]) for name in (*operation.outputs, "", "")[:2])
    if kind == "LSTM" and len(operation.outputs) > 2 and context.uses[operation.outputs[2]]:
        raise Unsupported("Its last cell state is used, which the LSTM block does not give.")
    found: list[Value | None] = [None, None]
    if every:
        axes: tuple[int | None, ...] = (0, 1, None, 2) if batch_first else (1, None, 0, 2)
        found[0] = Wire((card.id, "output"), axes, card.signals[0].shape, sole=not last)
    if last:
        end = of_last_state(context, card, alone=not every)
        found[1] = Wire((end.id, "output"), (0, None, 1) if batch_first else (None, 0, 1), end.signals[0].shape)
    return found


def _refuse_other_forms(context: Context, operation: Operation) -> None:
    kind, at = operation.kind, operation.attributes
    if at.get("direction", "forward") != "forward":
        raise Unsupported(f"It reads the sequence {at['direction']}; the block reads it forward.")
    told = _functions(operation)
    if told != USUAL[kind] and (kind, told) != ("RNN", ("relu",)):
        raise Unsupported(f"Its functions are {', '.join(told)}; those of the block are {', '.join(USUAL[kind])}.")
    if float(at.get("clip", 0.0)):
        raise Unsupported("It cuts off what goes into its gates.")
    if at.get("input_forget", 0):
        raise Unsupported("Its input and forget gates are one.")
    for place, what in ((5, "first states"), (6, "first cell states")):
        numbers = context.fixed(operation, place, what) if len(operation.inputs) > place else None
        if numbers is not None and np.any(numbers):
            raise Unsupported(f"It has {what} of its own; those of the block are 0.")


def _functions(operation: Operation) -> tuple[str, ...]:
    return tuple(str(name).lower() for name in operation.attributes.get("activations") or USUAL[operation.kind])


def _form(operation: Operation) -> dict[str, str]:
    """Parameters of the block that say which of its forms it is."""
    if operation.kind == "GRU" and not operation.attributes.get("linear_before_reset", 0):
        return {"reset": "before product"}
    if operation.kind == "RNN" and _functions(operation) == ("relu",):
        return {"activation": "relu"}
    return {"peepholes": "new cell"} if len(operation.inputs) > PEEPHOLES and operation.inputs[PEEPHOLES] else {}


def _refuse_lengths(context: Context, operation: Operation, time: int) -> None:
    lengths = context.fixed(operation, 4, "lengths of sequences") if len(operation.inputs) > 4 else None
    if lengths is not None and (np.asarray(lengths) != time).any():
        raise Unsupported("Its sequences have several lengths.")


def _weights(context: Context, operation: Operation) -> dict[str, Array]:
    order = GATES[operation.kind]
    into, across = (context.weights(operation, place) for place in (1, 2))
    if into.ndim != 3 or across.ndim != 3 or len(into) != 1 or across.shape[1] != len(order) * across.shape[2]:
        raise Unsupported("Its weights do not have the sizes of one layer.")
    bias = context.fixed(operation, 3, "biases") if len(operation.inputs) > 3 else None
    both = np.zeros((1, 2 * across.shape[1]), dtype=np.float32) if bias is None else matrix(bias)
    if both.shape != (1, 2 * across.shape[1]):
        raise Unsupported("Its biases do not have the sizes of one layer.")
    halves = np.split(both[0], 2)
    seen: dict[str, Array] = {}
    if "peepholes" in _form(operation):  # input, output, forget there
        seen["peephole_l0"] = turned(context.weights(operation, PEEPHOLES).reshape(-1), (0, 2, 1))
    return seen | {
        "weight_ih_l0": turned(into[0], order),
        "weight_hh_l0": turned(across[0], order),
        "bias_ih_l0": turned(halves[0], order),
        "bias_hh_l0": turned(halves[1], order),
    }


def turned(weights: Array, order: Sequence[int]) -> Array:
    """Weights (gates * units, ...) with the gates in another order."""
    parts: list[Any] = np.split(weights, len(order))
    return np.concatenate([parts[gate] for gate in order])


OPERATORS: Mapping[str, Handler] = dict.fromkeys(GATES, recurrent)
