"""The weights: how large they are, how far from their start, how much alike."""

from __future__ import annotations

import math

import torch

from playground.experiments.quantities.base import Measured, share, weights


def zero_weights(run: Measured) -> float:
    """Share of weights that are exactly 0."""
    return share([matrix == 0 for matrix in weights(run)])


def weight_norm(run: Measured) -> float:
    """Euclidean norm of all weights, without biases."""
    return math.sqrt(sum(float(matrix.square().sum()) for matrix in weights(run)))


def largest_weight(run: Measured) -> float:
    """Size of the largest weight."""
    return max((float(matrix.abs().max()) for matrix in weights(run)), default=math.nan)


def unit_difference(run: Measured) -> float:
    """Largest distance between the incoming weights of two units of a block; 0 when all are the same."""
    rows = [matrix.flatten(1) for matrix in weights(run)]
    return max((float(torch.cdist(each, each).max()) for each in rows), default=math.nan)


def weight_change(run: Measured) -> float:
    """Euclidean distance of all parameters of the blocks from their start; exactly 0 for frozen blocks."""
    flat, wanted = run.session.learner.model.flat, set(run.nodes)
    parts = [
        (flat.values[place.start : place.stop] - run.first[place.start : place.stop]).square().sum()
        for place in flat.layout.places if place.node in wanted
    ]  # fmt: skip
    return math.sqrt(float(torch.stack(parts).sum())) if parts else 0.0


def twin_balance(run: Measured) -> float:
    """How evenly the weights are shared by the first input and the last: the smaller size over the larger one.

    Of a table whose last column is nearly a copy of the first: 1 where both count alike, 0 where one does all.
    """
    ends = [matrix.flatten(1)[:, [0, -1]].norm(dim=0) for matrix in weights(run)]
    return min((float(pair.min() / pair.max()) for pair in ends if float(pair.max())), default=0.0)
