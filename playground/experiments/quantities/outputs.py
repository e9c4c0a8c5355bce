"""What the blocks give, and how sure the answers are."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from playground.experiments.quantities.base import Measured, outputs, share


def zero_activations(run: Measured) -> float:
    """Share of outputs that are exactly 0."""
    return share([(values == 0) for values in outputs(run).values()])


def dead_units(run: Measured) -> float:
    """Share of units that are 0 for every example."""
    return share([(values == 0).flatten(2).all(2).all(0) if values.ndim > 2 else (values == 0).all(0)
                   for values in outputs(run).values()])  # fmt: skip


def saturated_units(run: Measured) -> float:
    """Share of outputs nearer than .02 to 1 or -1, or for sigmoids to 0 or 1."""
    return share([_at_flat_end(values) for values in outputs(run).values()])


def _at_flat_end(values: torch.Tensor) -> torch.Tensor:
    low = 0.02 if float(values.min()) >= 0.0 else -0.98
    return (values > 0.98) | (values < low)


def output_spread(run: Measured) -> float:
    """Standard deviation of the outputs over examples, mean over units."""
    spreads = [values.float().flatten(1).std(0).mean() for values in outputs(run).values()]
    return float(torch.stack(spreads).mean()) if spreads else math.nan


def confidence(run: Measured) -> float:
    """Mean probability of the answer that is given, on the test part (of the training part where there is none)."""
    return float(_probabilities(run).max(dim=1).values.mean())


def answer_entropy(run: Measured) -> float:
    """Mean entropy of the probabilities, in nats."""
    shares = _probabilities(run).clamp_min(1e-12)
    return float(-(shares * shares.log()).sum(dim=1).mean())


def _probabilities(run: Measured) -> torch.Tensor:
    """Of the classes, by the first thing that is compared with a target, (n, classes)."""
    output = run.session.report.comparisons()[0].prediction
    scale = run.session.report.signals[output].scale
    scores = outputs(replace(run, nodes=[output[0]]), "test")[output[0]].float()
    scores = scores.movedim(1, -1).flatten(0, -2) if scores.ndim > 2 else scores
    if scale == "log-probability":
        return scores.exp()
    if scores.shape[1] > 1:
        return scores if scale == "probability" else torch.softmax(scores, dim=1)
    share = scores if scale == "probability" else torch.sigmoid(scores)
    return torch.cat([share, 1.0 - share], dim=1)
