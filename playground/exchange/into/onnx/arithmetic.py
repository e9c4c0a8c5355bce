"""Functions of single numbers: sums and products, activations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

import numpy as np

from playground.blocks.activation import ActivationName
from playground.exchange.into.onnx.context import Array, Context, Handler, Value
from playground.exchange.into.onnx.reading import Operation
from playground.exchange.into.sheet import Unsupported, matrix
from playground.exchange.into.wire import Wire

ONE, ZERO = np.ones(1, dtype=np.float32), np.zeros(1, dtype=np.float32)


def merged(block: str) -> Handler:
    """A sum or product: of two that are computed a block, with fixed numbers a scaling."""

    def handler(context: Context, operation: Operation) -> list[Value | None]:
        values = [context.value(operation, place) for place in range(len(operation.inputs))]
        wires = [one for one in values if isinstance(one, Wire)]
        fixed = [one for one in values if one is not None and not isinstance(one, Wire)]
        if len(wires) == len(values):
            return [joined(context, block, wires)]
        if len(wires) != 1:
            raise Unsupported("It joins fixed numbers with several that are computed.")
        place = next(place for place, one in enumerate(values) if isinstance(one, Wire))
        alone, wire = context.alone(operation, place), wires[0]
        for numbers in fixed:
            if block == "add" and _are_positions(wire, np.asarray(numbers)):
                steps = matrix(numbers).reshape(wire.shape)
                wire = context.behind(wire, "positional-encoding", {"kind": "learned"}, {"weight": steps})
                continue
            along = context.along_units(wire, np.asarray(numbers))
            factor, shift = (ONE, along) if block == "add" else (along, ZERO)
            wire = context.scaled(wire, factor, shift, alone=alone)
            alone = True
        return [wire]

    return handler


def _are_positions(wire: Wire, numbers: Array) -> bool:
    """Whether fixed numbers are a vector for each step of a series."""
    fits = numbers.shape[-2:] == wire.shape and numbers.size == wire.shape[0] * wire.shape[-1]
    return fits and wire.is_plain and len(wire.shape) == 2 and wire.shape[0] > 1


def joined(context: Context, block: str, wires: list[Wire]) -> Wire:
    """Several tensors number by number."""
    first = wires[0]
    if any(wire.axes != first.axes or wire.order is not None for wire in wires) or None in first.axes:
        wires = [context.settled(wire) for wire in wires]
        first = wires[0]
    outputs: list[tuple[str, str]] = []
    for wire in wires:
        output = wire.output
        if output in outputs:  # two blocks have one wire between them
            output = (context.sheet.lay("identity", {}, [output]).id, "output")
        outputs.append(output)
    card = context.sheet.lay(block, {}, outputs)
    return replace(first, output=(card.id, "output"), shape=card.signals[0].shape, sole=True)


def subtract(context: Context, operation: Operation) -> list[Value | None]:
    first, second = context.value(operation, 0), context.value(operation, 1)
    if isinstance(first, Wire) and isinstance(second, Wire):
        turned = context.scaled(second, -ONE, ZERO, alone=context.alone(operation, 1))
        return [joined(context, "add", [first, turned])]
    if isinstance(first, Wire):
        shift = -context.along_units(first, np.asarray(second))
        return [context.scaled(first, ONE, shift, alone=context.alone(operation))]
    wire = context.wire(operation, 1)
    shift = context.along_units(wire, np.asarray(first))
    return [context.scaled(wire, -ONE, shift, alone=context.alone(operation, 1))]


def divide(context: Context, operation: Operation) -> list[Value | None]:
    if isinstance(context.value(operation, 1), Wire):
        raise Unsupported("It divides by numbers that the network computes, for which there is no block.")
    wire = context.wire(operation)
    by = context.along_units(wire, np.asarray(context.value(operation, 1)))
    if not by.all():
        raise Unsupported("It divides by zero.")
    return [context.scaled(wire, ONE / by, ZERO, alone=context.alone(operation))]


def negative(context: Context, operation: Operation) -> list[Value | None]:
    return [context.scaled(context.wire(operation), -ONE, ZERO, alone=context.alone(operation))]


def power(context: Context, operation: Operation) -> list[Value | None]:
    exponent = context.fixed(operation, 1, "exponents")
    if exponent is None or exponent.size != 1 or float(exponent.ravel()[0]) not in (1.0, 2.0):
        raise Unsupported("There is no block for a power other than the square.")
    wire = context.wire(operation)
    return [wire if float(exponent.ravel()[0]) == 1.0 else joined(context, "multiply", [wire, wire])]


# Activations ----------------------------------------------------------------------------------------------------------


def activated(context: Context, operation: Operation, name: str, parameters: Mapping[str, Any] | None = None) -> Wire:
    """An activation: that of the layer before where this has none yet and nobody else reads it, else a block."""
    wire = context.wire(operation)
    card = context.sheet.card_of(wire)
    takes = card.block in ("dense", "conv2d") and card.scaling is None and name in get_args(ActivationName)
    if takes and not parameters and card.parameters["activation"] == "identity" and context.alone(operation):
        card.parameters["activation"] = name
        context.sheet.look_at(card)
        return wire
    return context.behind(wire, name, parameters)


def activation(name: str) -> Handler:
    return lambda context, operation: [activated(context, operation, name)]


def sloped(name: str, attribute: str, parameter: str, usual: float, ours: float) -> Handler:
    """An activation with a number; `usual` is ONNX's, `ours` that of the block."""

    def handler(context: Context, operation: Operation) -> list[Value | None]:
        number = float(np.float32(operation.attributes.get(attribute, usual)))
        same = abs(number - ours) < 1e-7
        return [activated(context, operation, name, {} if same else {parameter: round(number, 7)})]

    return handler


def competing(name: str) -> Handler:
    """Softmax and its logarithm."""

    def handler(context: Context, operation: Operation) -> list[Value | None]:
        wire, since = context.wire(operation), context.opset >= 13
        axis = int(operation.attributes.get("axis", -1 if since else 1)) % len(wire.axes)
        if not since and any(extent > 1 for extent in wire.extents(context.batch)[axis + 1 :]):
            raise Unsupported("It takes all axes behind one together, as files before opset 13 do.")
        ours = 1 if len(wire.shape) == 3 else len(wire.shape)
        if wire.axes[axis] != ours:
            raise Unsupported("It lets numbers compete along another axis than the block does.")
        return [activated(context, operation, name)]

    return handler


def gelu(context: Context, operation: Operation) -> list[Value | None]:
    if operation.attributes.get("approximate", "none") != "none":
        raise Unsupported("It is the approximation of GELU by tanh; the block computes the exact one.")
    return [activated(context, operation, "gelu")]


def selu(context: Context, operation: Operation) -> list[Value | None]:
    at = operation.attributes
    alpha, gamma = float(at.get("alpha", 1.67326319)), float(at.get("gamma", 1.05070102))
    if abs(alpha - 1.67326319) > 1e-5 or abs(gamma - 1.05070102) > 1e-5:
        raise Unsupported("Its constants are not those of SELU.")
    return [activated(context, operation, "selu")]


def prelu(context: Context, operation: Operation) -> list[Value | None]:
    slope, wire = context.weights(operation, 1, "slopes"), context.wire(operation)
    if wire.order is not None:
        wire = context.settled(wire)
    along = context.along_units(wire, slope)
    each = len(along) > 1 or context.unit_count(wire) == 1
    if each and len(wire.shape) == 2:
        raise Unsupported("Its slopes are one for each feature of a series; PReLU has one for each step or for all.")
    parameters = {"slopes": "per-channel"} if len(along) > 1 else {}
    return [context.behind(wire, "prelu", parameters, {"weight": along})]


def clip(context: Context, operation: Operation) -> list[Value | None]:
    bounds = []
    for place, name in ((1, "min"), (2, "max")):
        told = context.fixed(operation, place, "bounds") if len(operation.inputs) > place else None
        bounds.append(operation.attributes.get(name) if told is None else float(told.ravel()[0]))
    low, high = bounds
    if low == 0.0 and (high is None or high > 1e30):
        return [activated(context, operation, "relu")]
    raise Unsupported(f"It cuts numbers off at {low} and {high}; there is only ReLU, which cuts off below 0.")


# Sets of operators for classical models -------------------------------------------------------------------------------


def scaler(context: Context, operation: Operation) -> list[Value | None]:
    at, wire = operation.attributes, context.wire(operation)
    factor, offset = (matrix(np.asarray(at.get(name, [usual]))) for name, usual in (("scale", 1.0), ("offset", 0.0)))
    factor, offset = (context.along_units(wire, one) for one in (factor, offset))
    return [context.scaled(wire, factor, -offset * factor, alone=context.alone(operation))]


def linear(context: Context, operation: Operation) -> list[Value | None]:
    """LinearRegressor; its rows are one for each number that it predicts."""
    at = operation.attributes
    weight, bias = _rows(at, int(at.get("targets", 1)))
    if at.get("post_transform", "NONE") != "NONE":
        raise Unsupported("It changes its result in a way for which there is no block.")
    return [_dense(context, operation, weight, bias, "identity")]


def classifier(context: Context, operation: Operation) -> list[Value | None]:
    """LinearClassifier: its second output has a number for each class."""
    at = operation.attributes
    labels = at.get("classlabels_ints") or at.get("classlabels_strings") or []
    weight, bias = _rows(at, len(labels))
    transform = at.get("post_transform", "NONE")
    opposed = len(labels) == 2 and np.allclose(weight[0], -weight[1]) and np.allclose(bias[0], -bias[1])
    if transform == "LOGISTIC" and opposed:
        weight, bias, transform = weight / 2.0, bias / 2.0, "SOFTMAX"  # sigma(z) is softmax of z / 2 and -z / 2
    activations = {"NONE": "identity", "SOFTMAX": "softmax", "LOGISTIC": "sigmoid"}
    if transform not in activations:
        raise Unsupported("It changes its result in a way for which there is no block.")
    return [None, _dense(context, operation, weight, bias, activations[transform])]


def _rows(at: Mapping[str, Any], count: int) -> tuple[Array, Array]:
    coefficients = matrix(np.asarray(at.get("coefficients", [])))
    if not count or coefficients.size % count or not coefficients.size:
        raise Unsupported("It has not one row of weights for each class or number.")
    bias = matrix(np.asarray(at.get("intercepts") or [0.0] * count))
    if len(bias) != count:
        raise Unsupported("It has not one intercept for each class or number.")
    return coefficients.reshape(count, -1), bias


def _dense(context: Context, operation: Operation, weight: Array, bias: Array, name: str) -> Wire:
    from playground.exchange.into.onnx.layers import dense

    wire = context.settled(context.wire(operation))
    return dense(context, wire, weight, bias, "", name, alone=context.alone(operation))


def normalizer(context: Context, operation: Operation) -> list[Value | None]:
    wire = context.wire(operation)
    if operation.attributes.get("norm") == "L1" and context.sheet.card_of(wire).signals[0].sums_to_one:
        return [wire]  # probabilities that sum to one already
    raise Unsupported("It divides each example by its length, for which there is no block.")


OPERATORS: Mapping[str, Handler] = {
    "Add": merged("add"),
    "Sum": merged("add"),
    "Mul": merged("multiply"),
    "Sub": subtract,
    "Div": divide,
    "Neg": negative,
    "Pow": power,
    "Relu": activation("relu"),
    "Tanh": activation("tanh"),
    "Sigmoid": activation("sigmoid"),
    "Softplus": activation("softplus"),
    "Swish": activation("swish"),
    "LeakyRelu": sloped("leaky-relu", "alpha", "slope", 0.01, 0.01),
    "Elu": sloped("elu", "alpha", "alpha", 1.0, 1.0),
    "Selu": selu,
    "Gelu": gelu,
    "PRelu": prelu,
    "Clip": clip,
    "Softmax": competing("softmax"),
    "LogSoftmax": competing("log-softmax"),
    "ai.onnx.ml:Scaler": scaler,
    "ai.onnx.ml:LinearRegressor": linear,
    "ai.onnx.ml:LinearClassifier": classifier,
    "ai.onnx.ml:Normalizer": normalizer,
}
