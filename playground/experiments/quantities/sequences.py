"""Sequences: where attention looks, whether the future is seen, how far back the gradient reaches."""

from __future__ import annotations

import math
from typing import cast

import torch

from playground.blocks.reveals import Transparent
from playground.experiments.quantities.base import Measured, batch, calm, outputs


@torch.no_grad()
def attention_entropy(run: Measured) -> float:
    """Mean entropy of the attention weights, in nats: 0 where each step looks at one, log T where at all alike."""
    session = run.session
    network = session.learner.model.network
    names = [name for name in session.report.revealing("attention") if name in run.nodes]
    if not names:
        return math.nan
    with calm(session):
        slots = network.run_batch(batch(session))
        found = []
        for name in names:
            step = next(step for step in network.steps if step.node == name)
            inside = cast(Transparent, step.module).inside(*(slots[slot] for slot in step.inputs))
            weights = inside["attention"]  # (n, heads, looking, looked at)
            found.append(float(-(weights * weights.clamp_min(1e-30).log()).sum(-1).mean()))
    return sum(found) / len(found)


def future_influence(run: Measured) -> float:
    """How far the blocks' numbers of the earlier steps move at most when the last step of the input is another one.

    Exactly 0 where no step can see those after it.
    """
    session = run.session
    examples = batch(session)
    source = (session.report.data_nodes()[0], "features")
    place = session.learner.model.network.feed_outputs.index(source)
    features = examples[place]
    if features.ndim < 2 or features.shape[1] < 2:
        return math.nan
    changed = features.clone()
    kinds = len(session.report.signals[source].classes)
    changed[:, -1] = (changed[:, -1] + 1) % kinds if kinds else changed[:, -1] + 1
    before = outputs(run, examples=examples)
    after = outputs(run, examples=[*examples[:place], changed, *examples[place + 1 :]])
    steps = features.shape[1]
    moved = [
        float((before[name] - after[name])[:, :-1].abs().max())
        for name in before if before[name].ndim == 3 and before[name].shape[1] == steps
    ]  # fmt: skip
    return max(moved, default=math.nan)


def early_gradient(run: Measured) -> float:
    """The gradient of the loss at the first step of what goes into the blocks, as a share of that at the last step.

    How much of what is learned at the end of a sequence reaches its beginning, by backpropagation through time.
    """
    session = run.session
    network = session.learner.model.network
    with calm(session), torch.enable_grad():
        slots = network.run_batch(batch(session))
        loss = network.total_loss(slots)
        shares = []
        for step in network.steps:
            if step.node not in run.nodes or not step.inputs:
                continue
            values = slots[step.inputs[0]]
            if values.ndim != 3 or not values.requires_grad or values.shape[1] < 2:
                continue
            (slope,) = torch.autograd.grad(loss, values, retain_graph=True, allow_unused=True)
            if slope is None:
                continue
            first, last = float(slope[:, 0].norm()), float(slope[:, -1].norm())
            shares.append(first / last if last else math.nan)
    return shares[0] if shares else math.nan
