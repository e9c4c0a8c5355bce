"""Looking up in a table as array operations, forward and back."""

from __future__ import annotations

import numpy as np
import torch

from playground.blocks.operations import Operations


def plan_embedding(operations: Operations) -> None:
    """A row of the parameter `weight` for each of the class numbers that arrive."""
    classes, weight = operations.input, operations.parameter("weight")  # (rows, steps), (classes, units)
    # What would be done to a number outside the table is never needed; to "raise" takes a buffer.
    operations.forward(weight.take, classes, 0, operations.output, "clip")
    towards = operations.parameter_gradient("weight") if operations.learns else None
    if towards is not None:
        numbers = np.arange(weight.size, dtype=np.int64).reshape(weight.shape)
        places = operations.scratch(*operations.output.shape, dtype=np.int64)
        operations.backward(towards.fill, 0.0)
        operations.backward(numbers.take, classes, 0, places, "clip")
        # Flat: adding whole rows is ten times as slow.
        flat, gradient = towards.reshape(-1), operations.output_gradient.reshape(-1)
        operations.backward(np.add.at, flat, places.reshape(-1), gradient)


def plan_table(operations: Operations, table: torch.Tensor) -> None:
    """A row of a constant table for each of the class numbers that arrive; -1 takes the last."""
    rows = table.numpy().astype(operations.output.dtype)
    operations.forward(rows.take, operations.input, 0, operations.output, "wrap")
