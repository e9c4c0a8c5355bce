"""The objectives of a project on one model, as the learner adds them to the loss of each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import torch

from playground.blocks.loss import Loss
from playground.document.project import Project
from playground.network.check import Report
from playground.training.batches import Batch, CannotTrain
from playground.training.descent import OptimizerRefused
from playground.training.model import TrainableModel, stable_seed
from playground.training.objectives.base import Look, Objective, bounds_of, features_of
from playground.training.objectives.classes import readings_of
from playground.training.objectives.registry import objective_of
from playground.training.optimizers import optimizer_of
from playground.training.phases import ActivePhase
from playground.training.precision import widened

Run = Callable[[Sequence[torch.Tensor]], list[torch.Tensor]]


class ObjectiveRefused(CannotTrain):
    """An objective cannot be had with this network; the message is for people."""


def active(project: Project) -> tuple[Objective, ...]:
    """The objectives that count. Raises KeyError or ValidationError for one that does not exist."""
    return tuple(one for one in map(objective_of, project.training.objectives) if one.weight > 0.0)


def refuse_objectives(project: Project, report: Report, phases: Sequence[ActivePhase]) -> None:
    """Raises ObjectiveRefused where an objective cannot be had, OptimizerRefused where the optimizer is in its way."""
    found = active(project)
    if not found:
        return
    title = found[0].title
    if not report.loss_nodes():
        raise ObjectiveRefused(f"{title} is added to a loss, but there is none. Add a loss block.")
    if features_of(report) is None:
        raise ObjectiveRefused(
            f"{title} changes the inputs a little, but the data on the canvas give no numbers that could be changed. "
            "Take it out, or take data with numbers, such as pictures."
        )
    if len(phases) > 1:
        raise ObjectiveRefused(f"{title} looks at the whole network, but here phases take turns. Take it out.")
    optimizer = optimizer_of(phases[0].optimizer)
    if optimizer.evaluates:
        raise OptimizerRefused(
            f"{optimizer.title} evaluates the loss several times in a step, {title} once. Take another optimizer, such "
            "as Adam."
        )
    if project.training.accumulate > 1:
        raise ObjectiveRefused(
            f"{title} looks at the whole batch of a step, so no batches can be gathered for it. Set batches in a step "
            "to 1, or take it out."
        )
    for objective in found:
        reason = objective.why_not(report)
        if reason:
            raise ObjectiveRefused(reason)
    if sum(objective.weight for objective in found if objective.blends) > 1.0:
        raise ObjectiveRefused("The shares of what takes the place of the loss add up to more than 1. Lower one.")


def curve_names(objectives: Sequence[Objective]) -> tuple[str, ...]:
    """What the curve of each is called; a second one of a kind has a number."""
    names, seen = list[str](), Counter[str]()
    for objective in objectives:
        seen[objective.id] += 1
        number = f"_{seen[objective.id]}" if seen[objective.id] > 1 else ""
        names.append(objective.id.replace("-", "_") + number)
    return tuple(names)


FEW = 512
"""Examples by which the bounds of the inputs are measured where they are read on demand."""


class ActiveObjectives:
    """Adds the objectives to the loss of a step. `run` is the pass of a batch through the network: all slots."""

    def __init__(
        self, project: Project, model: TrainableModel, examples: Batch, run: Run, unlabelled: torch.Tensor | None = None
    ) -> None:
        self.objectives = active(project)
        self.curves = curve_names(self.objectives)
        self._seed, self._model, self._run = project.seed, model, run
        self._kept = 1.0 - sum(objective.weight for objective in self.objectives if objective.blends)
        report, network = model.network.report, model.network
        source = features_of(report)
        if self.objectives and source is not None:
            self._place = network.feed_outputs.index(source)
            features = network.read({source: examples[self._place][: FEW if network.readers else None]})[source]
            self._bounds = bounds_of(features, pictures=len(report.signals[source].shape) == 3)
            self._unlabelled = features[:0] if unlabelled is None else unlabelled
            compared = [one for one in report.comparisons() if isinstance(one.judge, Loss)]
            self._predictions = [network.slots[one.prediction] for one in compared]
            self._readings = readings_of(report)

    def __bool__(self) -> bool:
        return bool(self.objectives)

    def added(
        self, total: torch.Tensor, batch: Batch, step: int
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The loss with all that is added to it, and what each objective is by itself. Steps are counted from 0."""
        wanted = total if self._kept == 1.0 else total * self._kept
        amounts = []
        for number, objective in enumerate(self.objectives):
            amount = objective.amount(self._look(total, batch, f"objective {number} {step}", step))
            wanted = wanted + objective.weight * amount
            amounts.append(amount)
        return wanted, amounts

    def _look(self, total: torch.Tensor, batch: Batch, name: str, step: int) -> Look:
        network, place = self._model.network, self._place

        def run(features: torch.Tensor) -> list[torch.Tensor]:
            others = batch
            if len(features) != len(batch[place]):  # no loss is asked for then, so that any target will do
                rows = torch.arange(len(features), device=features.device) % len(batch[place])
                others = tuple(tensor[rows] for tensor in batch)
            return self._run((*others[:place], features, *others[place + 1 :]))

        def answers(features: torch.Tensor) -> list[torch.Tensor]:
            values = run(features)
            return [widened(values[slot]) for slot in self._predictions]

        generator = torch.Generator(self._model.device).manual_seed(stable_seed(self._seed, name))
        passes = (lambda features: network.total_loss(run(features))), answers
        known = (self._bounds, generator, self._unlabelled, self._readings, step)
        return Look(network, batch[place], total, passes, *known)
