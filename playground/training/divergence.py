"""When numbers stop being numbers: find the first node where it happened, and say the likely cause."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from playground.training.batches import Batch
from playground.training.learner import Learner, State
from playground.training.model import TrainableModel
from playground.training.phases import turn


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


def locate(learner: Learner, good: State, failed_at: int) -> Diagnosis:
    """Repeat the steps from a good state up to step `failed_at`; the learner then stands before the one that fails."""
    learner.return_to(good)
    healthy = _healthy_steps(learner, failed_at - good.step)
    learner.return_to(good)
    for _ in range(healthy):
        _one_step(learner)
    before = learner.state()
    diagnosis = diagnose_forward(learner.model, next(iter(learner.experience.take(1))))
    learner.return_to(before)
    if diagnosis is None:
        learner.learn(1)
        rate = learner.rates[turn(learner.model.phases, before.step)]
        diagnosis = diagnose_gradients(learner.model) or diagnose_weights(learner.model, rate)
        learner.return_to(before)
    # On a graphics card a repeated run is not always the same, and may go well.
    return diagnosis or Diagnosis(
        learner.model.network.report.loss_nodes()[0], "The loss is no longer a finite number. Lower the learning rate."
    )


def _healthy_steps(learner: Learner, most: int) -> int:
    for steps in range(most):
        _one_step(learner)
        if not (learner.losses.fetch().finite and learner.is_finite()):
            return steps
    return max(0, most - 1)


def _one_step(learner: Learner) -> None:
    learner.learn(1)
    if learner.experience.at_end:
        learner.experience.finish_epoch()


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
            if not step.inputs:
                return Diagnosis(
                    step.node,
                    f"The height of “{step.node}” is no longer a finite number: the descent ran away to where the "
                    "function has no value or no bottom. Lower the learning rate, or begin elsewhere.",
                )
            largest = max((_largest(values[slot]) for slot in step.inputs), default=0.0)
            return Diagnosis(
                step.node,
                f"The output of “{step.node}” is no longer a finite number; the largest value that went in is "
                f"{largest:.3g}. The weights have grown too large: the learning rate is probably too high.",
            )
    return None


def _largest(tensor: torch.Tensor) -> float:
    return float(tensor.abs().max()) if tensor.numel() else 0.0


def diagnose_gradients(model: TrainableModel) -> Diagnosis | None:
    """The first node, seen from the loss backwards, whose gradient is not finite."""
    rank = {name: index for index, name in enumerate(model.network.report.order)}
    gradients = model.flat.gradients
    for place in sorted(model.flat.layout.places, key=lambda place: -rank[place.node]):
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
