"""The losses as array operations, forward and back.

Each function writes the calls of one loss whose `prediction` and `target` are the inputs and whose output is an array
(); the gradient of the prediction includes the weight of the loss in the sum of all losses.
"""

from __future__ import annotations

import numpy as np

from playground.blocks.activation_operations import write_log_softmax, write_sigmoid
from playground.blocks.operations import Array, Operations


def plan_squares(operations: Operations, share: float) -> None:
    """`share` times the sum of the squared differences; the target may be another prediction."""
    prediction, target = operations.inputs
    difference = operations.scratch(*prediction.shape)
    operations.forward(np.subtract, prediction, target, difference)
    square, row = operations.scratch(1, 1), difference.reshape(1, -1)
    operations.forward(row.dot, row.T, square)
    operations.forward(np.multiply, square.reshape(()), operations.constant(share), operations.output)
    if operations.learns:
        _towards_both(operations, difference, 2.0 * share)


def plan_binary_from_logits(operations: Operations) -> None:
    """The mean of ln(1 + e^z) - y z."""
    logits, target = operations.inputs
    surprise, product = operations.scratch(*logits.shape), operations.scratch(*logits.shape)
    operations.forward(np.logaddexp, logits, operations.constant(0.0), surprise)
    operations.forward(np.multiply, logits, target, product)
    operations.forward(np.subtract, surprise, product, surprise)
    operations.mean(surprise, 1.0 / logits.size, operations.output)
    towards = operations.input_gradient(0) if operations.learns else None
    if towards is not None:
        write_sigmoid(operations.backward, logits, towards, operations)
        operations.backward(np.subtract, towards, target, towards)
        operations.backward(np.multiply, towards, operations.constant(operations.weight / logits.size), towards)


def plan_class_numbers_from_logits(operations: Operations) -> None:
    """The mean of -ln softmax(z) at the right class; the target holds class numbers."""
    logits, target = operations.inputs
    logarithms = operations.scratch(*logits.shape)
    write_log_softmax(operations, logits, logarithms, -1)
    right, chosen = plan_picking(operations, logarithms, target)
    operations.mean(chosen, -1.0 / len(chosen), operations.output)
    towards = operations.input_gradient(0) if operations.learns else None
    if towards is not None:
        operations.backward(np.exp, logarithms, towards)
        plan_less_one_at(operations, towards, right)
        operations.backward(np.multiply, towards, operations.constant(operations.weight / len(chosen)), towards)


def plan_picking(operations: Operations, values: Array, classes: Array) -> tuple[Array, Array]:
    """Forward calls that pick one of `values` (rows, classes) in each row; returns their flat indices and them."""
    rows, count = values.shape
    offsets = np.arange(rows, dtype=np.int64) * count
    right, chosen = operations.scratch(rows, dtype=np.int64), operations.scratch(rows)
    operations.forward(np.add, classes.reshape(-1), offsets, right)
    operations.forward(values.reshape(-1).take, right, None, chosen, "clip")
    return right, chosen


def plan_less_one_at(operations: Operations, values: Array, indices: Array) -> None:
    """Calls on the way back that take 1 off `values` at flat indices, none of which comes twice."""
    flat, part = values.reshape(-1), operations.scratch(len(indices))
    operations.backward(flat.take, indices, None, part, "clip")
    operations.backward(np.subtract, part, operations.constant(1.0), part)
    operations.backward(flat.put, indices, part, "clip")


def _towards_both(operations: Operations, difference: Array, share: float) -> None:
    """The gradients of both inputs of a loss that depends on their difference alone."""
    for port, sign in ((0, 1.0), (1, -1.0)):
        towards = operations.input_gradient(port)
        if towards is not None:
            scale = operations.constant(sign * share * operations.weight)
            operations.backward(np.multiply, difference, scale, towards)
