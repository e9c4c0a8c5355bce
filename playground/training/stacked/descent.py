"""Penalties, clipping, schedules and optimizers for a stack: one of each for all rows alike, or one for each row."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch

from playground.document.project import Clipping, Project
from playground.training.engine import step_of
from playground.training.model import TrainableModel
from playground.training.optimizers import optimizer_of
from playground.training.regularization import strengths_along
from playground.training.schedules import ConstantSchedule, PlateauSchedule, PlateauState, schedule_of
from playground.training.stacked.parameters import Block, StackedParameters

SMALL = 1e-7
"""What torch.renorm adds to a norm before it divides by it."""


class RowDescent:
    """The optimizer of one row, or of all where they are alike, with its schedule."""

    def __init__(self, project: Project, blocks: Sequence[Block], rows: slice) -> None:
        self._declaration = optimizer_of(project.training.optimizer)
        self._schedule = schedule_of(project.training.schedule)
        self._most_epochs = project.training.stop.epochs
        self.rows = rows
        self.plateau = PlateauState()
        groups: list[dict[str, Any]] = []
        for block in blocks:
            if block.learns:
                # Plain tensors, one row or all of them; the arithmetic of every optimizer is element by element.
                values = block.values[rows]
                values.grad = block.gradients[rows]
                groups.append({"params": [values], "factor": block.group.factor})
        self.update: Callable[[], Any] | None = None
        self._optimizer = None
        if groups:
            self._optimizer = self._declaration.build(groups)
            self.update = step_of(self._optimizer)
        self.rate = self._declaration.learning_rate
        """The learning rate of the last step, schedule included."""

    @property
    def moving(self) -> bool:
        """Whether the rate changes from step to step."""
        return not isinstance(self._schedule, ConstantSchedule | PlateauSchedule)

    @property
    def watches(self) -> bool:
        """Whether the schedule wants to know the validation loss after every epoch."""
        return isinstance(self._schedule, PlateauSchedule)

    def observe(self, loss: float) -> None:
        """Let the schedule know the newest validation loss."""
        if isinstance(self._schedule, PlateauSchedule):
            self.plateau = self._schedule.observe(self.plateau, loss)
            self._take(self.plateau.factor)

    def set_rate(self, step: int, steps_per_epoch: int) -> None:
        """Take the rate of a step, counted from 0."""
        if self.watches:
            self._take(self.plateau.factor)
            return
        total = None if self._most_epochs is None else self._most_epochs * steps_per_epoch
        self._take(self._schedule.factor(step, steps_per_epoch, total))

    def _take(self, factor: float) -> None:
        self.rate = self._declaration.learning_rate * factor
        if self._optimizer is not None:
            for group in self._optimizer.param_groups:
                group["lr"] = self.rate * group["factor"]


def descents(projects: Sequence[Project], parameters: StackedParameters) -> list[RowDescent]:
    """One for all rows when they have the same optimizer, numbers and schedule, else one for each."""
    first = projects[0].training
    alike = all(
        (one.training.optimizer, one.training.schedule, one.training.stop.epochs)
        == (first.optimizer, first.schedule, first.stop.epochs)
        for one in projects
    )
    # The schedule that watches the loss goes its own way in every row.
    if alike and first.schedule.id != PlateauSchedule.id:
        return [RowDescent(projects[0], parameters.blocks, slice(0, len(projects)))]
    return [RowDescent(one, parameters.blocks, slice(row, row + 1)) for row, one in enumerate(projects)]


class StackedPenalties:
    """L1, L2 and max-norm for every row, as `training.regularization` has them for one network."""

    def __init__(self, projects: Sequence[Project], model: TrainableModel, parameters: StackedParameters) -> None:
        found = [strengths_along(project, model) for project in projects]
        l1, l2 = torch.stack([one.l1 for one in found]), torch.stack([one.l2 for one in found])
        self._decayed: list[tuple[Block, torch.Tensor]] = []
        self._shrunk: list[tuple[Block, torch.Tensor]] = []
        for block in parameters.blocks:
            inside = slice(block.group.start, block.group.stop)
            if bool(l2[:, inside].any()):
                self._decayed.append((block, 2.0 * l2[:, inside]))
            if bool(l1[:, inside].any()):
                self._shrunk.append((block, l1[:, inside] * block.group.factor))
        self._capped: list[tuple[torch.Tensor, torch.Tensor]] = []
        for place in parameters.layout.places:
            limits = torch.tensor([one.limits.get(place.name, math.inf) for one in found])
            if bool(limits.isfinite().any()):
                block = parameters.block_of(place)
                self._capped.append((block.part(block.values, place), limits.unsqueeze(1)))

    @property
    def after_step(self) -> bool:
        """Whether `shrink` does anything."""
        return bool(self._shrunk or self._capped)

    def add_gradient(self) -> None:
        """Add the gradient of L2."""
        for block, twice in self._decayed:
            block.gradients.addcmul_(twice, block.values)

    @torch.no_grad()
    def shrink(self, rates: torch.Tensor) -> None:
        """The proximal step of L1 and the max-norm limit, after the step; `rates` is (K, 1)."""
        for block, strength in self._shrunk:
            reach = strength * rates
            block.values.sub_(torch.clamp(block.values, -reach, reach))
        for weights, limits in self._capped:
            norms = weights.flatten(2).norm(dim=2)  # (K, units)
            scales = torch.where(norms > limits, limits / (norms + SMALL), torch.ones_like(norms))
            weights.mul_(scales.view(*scales.shape, *(1 for _ in weights.shape[2:])))


class StackedClipping:
    """Limits the gradient of every row by itself."""

    def __init__(self, clippings: Sequence[Clipping], blocks: Sequence[Block]) -> None:
        self._gradients = [block.gradients for block in blocks if block.learns]
        self._norms = _limits(clippings, "norm")
        self._values = _limits(clippings, "value")
        self.any = bool(self._gradients) and (self._norms is not None or self._values is not None)

    def __call__(self) -> None:
        """Scale the gradient of a row to its largest norm, or cut each of its numbers."""
        if self._norms is not None:
            squares = torch.stack([one.square().sum(1, keepdim=True) for one in self._gradients]).sum(0)  # (K, 1)
            scale = torch.clamp(self._norms / (squares.sqrt() + 1e-12), max=1.0)
            for gradients in self._gradients:
                gradients.mul_(scale)
        if self._values is not None:
            for gradients in self._gradients:
                gradients.clamp_(-self._values, self._values)


def _limits(clippings: Sequence[Clipping], kind: str) -> torch.Tensor | None:
    """The limit of each row, (K, 1); beyond all numbers in rows without; None where no row has one."""
    if all(one.kind != kind for one in clippings):
        return None
    return torch.tensor([[one.limit if one.kind == kind else torch.finfo(torch.float32).max] for one in clippings])
