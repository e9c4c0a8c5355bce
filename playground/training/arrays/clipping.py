"""Clipping of the gradient as array operations."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from playground.blocks.memory import zeros
from playground.blocks.operations import Array, Call, number
from playground.document.project import Clipping


def clip_calls(gradients: Array, clipping: Clipping) -> list[Call]:
    """The calls that do to `gradients` (P,) what `playground.training.regularization.clip` does."""
    if clipping.kind == "value":
        low, high = (number(sign * clipping.limit, gradients.dtype) for sign in (-1.0, 1.0))
        return [
            partial(np.maximum, gradients, low, out=gradients),
            partial(np.minimum, gradients, high, out=gradients),
        ]
    if clipping.kind == "norm":
        square, factor = zeros((1, 1), gradients.dtype), zeros((), gradients.dtype)

        def measure() -> None:
            factor[()] = min(1.0, clipping.limit / (math.sqrt(square[0, 0]) + 1e-12))

        return [
            partial(gradients.reshape(1, -1).dot, gradients.reshape(-1, 1), square),
            measure,
            partial(np.multiply, gradients, factor, gradients),
        ]
    return []
