"""What hangs on single units."""

from __future__ import annotations

import math

import torch

from playground.experiments.quantities.base import Measured, batch, calm

MOST_UNITS = 256
"""At most so many units of a block are silenced in turn."""


@torch.no_grad()
def unit_reliance(run: Measured) -> float:
    """By how much the training loss grows when that one unit of the blocks is silenced on which most depends."""
    session = run.session
    network = session.learner.model.network
    grown = []
    with calm(session):
        slots = network.run_batch(batch(session))
        loss = float(network.total_loss(slots))
        for name in run.nodes:
            steps = [step for step in network.steps if step.node == name]
            if not steps or len(steps[0].outputs) != 1 or slots[steps[0].outputs[0]].ndim < 2:
                continue
            slot = steps[0].outputs[0]
            after = network.steps[network.steps.index(steps[0]) + 1 :]
            for unit in range(min(slots[slot].shape[1], MOST_UNITS)):
                silenced = slots[slot].clone()
                silenced[:, unit] = 0.0
                given = {place: values for place, values in enumerate(slots) if place != slot}
                values = network.run_from({**given, slot: silenced}, after)
                grown.append(float(network.total_loss(values)) - loss)
    return max(grown, default=math.nan)
