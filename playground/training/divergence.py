"""When numbers stop being numbers: find the first node where it happened, and say the likely cause."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from playground.training.batches import Batch
from playground.training.model import TrainableModel


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Where NaN or infinity first appeared, and why."""

    node: str
    message: str


class Diverged(Exception):
    """The run met NaN or infinity. The session stands at the last good state; `step` is the step that failed."""

    def __init__(self, diagnosis: Diagnosis, step: int) -> None:
        super().__init__(diagnosis.message)
        self.node = diagnosis.node
        self.message = diagnosis.message
        self.step = step


def _bad(tensor: torch.Tensor) -> bool:
    return tensor.is_floating_point() and not bool(torch.isfinite(tensor).all())


def diagnose_forward(model: TrainableModel, batch: Batch) -> Diagnosis | None:
    """The first node of the forward pass whose output is not finite."""
    network = model.network
    for output, tensor in zip(network.feed_outputs, batch, strict=True):
        if _bad(tensor):
            return Diagnosis(output[0], f"The data of “{output[0]}” hold values that are not finite numbers.")
    with torch.no_grad():
        values = network.run_batch(batch)
    for step in network.steps:
        if any(_bad(values[slot]) for slot in step.outputs):
            largest = max((float(values[s].detach().abs().max()) for s in step.inputs if values[s].numel()), default=0.0)
            return Diagnosis(
                step.node,
                f"The output of “{step.node}” is no longer a finite number; the largest value that went in is "
                f"{largest:.3g}. The weights have grown too large: the learning rate is probably too high.",
            )
    return None


def diagnose_gradients(model: TrainableModel) -> Diagnosis | None:
    """The first node, seen from the loss backwards, whose gradient is not finite."""
    gradients = model.flat.gradients
    for place in reversed(model.flat.layout.places):
        if _bad(gradients[place.start : place.stop]):
            return Diagnosis(
                place.node,
                f"The gradient of “{place.node}” is no longer a finite number: it exploded on the way back. "
                "Clip the gradient or lower the learning rate.",
            )
    return None


def diagnose_weights(model: TrainableModel, learning_rate: float) -> Diagnosis | None:
    """The first node whose weights are not finite after an update."""
    for place in model.flat.layout.places:
        if _bad(model.flat.values[place.start : place.stop]):
            largest = float(model.flat.gradients[place.start : place.stop].abs().max())
            return Diagnosis(
                place.node,
                f"The weights of “{place.node}” are no longer finite numbers: the last update was too large "
                f"(learning rate {learning_rate:g}, largest gradient {largest:.3g}). Lower the learning rate.",
            )
    return None
