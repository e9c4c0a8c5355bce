"""Gradient descent on the losses of one phase: its optimizer over its slices of the flat tensor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.document.graph import Choice
from playground.training.batches import CannotTrain
from playground.training.engine import step_of
from playground.training.model import Group, TrainableModel
from playground.training.optimizer_base import Optimizer
from playground.training.optimizer_state import put_together, take_apart
from playground.training.optimizers import optimizer_of
from playground.training.phases import ActivePhase
from playground.training.searchers import Searcher


class Descent:
    """The optimizer of one phase. Raises KeyError or ValidationError for an optimizer that does not exist."""

    def __init__(self, model: TrainableModel, number: int, choice: Choice) -> None:
        self.number = number
        self.phase = model.phases[number]
        self._model = model
        declaration = optimizer_of(choice)
        self.groups: list[Group] = _groups(model, number, declaration)
        """The slices that the optimizer sees: those of its phase that are not frozen."""
        whole = len(model.phases) == 1 and self.phase.losses == model.network.loss_weights.keys()
        self.losses = None if whole else self.phase.losses
        """The losses that count; None for all, which costs no look-up."""
        self.leaves = () if whole else tuple(self.parameters())
        """The parameters that learn in this phase: the way back need not go farther. Empty where all losses count."""
        groups: list[dict[str, Any]] = []
        for group in self.groups:
            # Plain tensors, not parameters: what requires no gradient needs no guard against being recorded.
            values = model.flat.values[group.start : group.stop]
            values.grad = model.flat.gradients[group.start : group.stop]
            groups.append({"params": [values], "lr": declaration.learning_rate, "factor": group.factor})
        self.optimizer = declaration.build(groups) if groups else None
        if isinstance(self.optimizer, Searcher):
            self.optimizer.generator = model.noise
        self.update: Callable[..., Any] | None = None if self.optimizer is None else step_of(self.optimizer)
        self.evaluates = declaration.evaluates and self.optimizer is not None
        """Whether `update` must be given a closure."""
        self.set_numbers(choice)

    def set_numbers(self, choice: Choice) -> None:
        """Take other numbers of the same optimizer."""
        self.declaration = optimizer_of(choice)
        if self.optimizer is not None:
            self.declaration.update(self.optimizer)

    def set_rate(self, schedule_factor: float) -> float:
        """Let the schedule multiply the learning rate; returns the rate."""
        rate = self.declaration.learning_rate * schedule_factor
        if self.optimizer is not None:
            for group in self.optimizer.param_groups:
                group["lr"] = rate * group["factor"]
        return rate

    def parameters(self) -> Iterator[torch.Tensor]:
        named = dict(self._model.network.named_parameters())
        for place in self._model.flat.layout.places:
            if any(group.start <= place.start < group.stop for group in self.groups):
                yield named[place.name]

    def memories(self) -> list[dict[str, Any]]:
        """What the optimizer remembers, one dictionary for each slice."""
        optimizer = self.optimizer
        return [] if optimizer is None else [optimizer.state[p] for g in optimizer.param_groups for p in g["params"]]

    def memory_by_name(self) -> dict[str, torch.Tensor]:
        """What the optimizer remembers, as `PARAMETER/KEY` -> tensor on the CPU; phases after the first add `N:`."""
        if self.optimizer is None:
            return {}
        found = take_apart(self.optimizer, self.groups, self._model.flat.layout)
        return {self._prefix + name: tensor for name, tensor in found.items()}

    def memory_arrays(self) -> dict[str, NDArray[Any]]:
        """The same as copies in the order of all parameters, (P,) or (P, n), zero where it has none; or numbers, ()."""
        found: dict[str, NDArray[Any]] = {}
        for group, state in zip(self.groups, self.memories(), strict=True):
            for key, value in state.items():
                if not isinstance(value, torch.Tensor):
                    if value is None:
                        continue
                    value = torch.tensor(float(value))
                array = value.detach().cpu().numpy()
                if array.shape[:1] == (group.stop - group.start,):
                    shape = (self._model.flat.layout.size, *array.shape[1:])
                    whole = found.setdefault(self._prefix + key, np.zeros(shape, dtype=array.dtype))
                    whole[group.start : group.stop] = array
                else:
                    found[self._prefix + key] = array.copy()
        return found

    def remember(self, memory: Mapping[str, torch.Tensor]) -> None:
        """Give the optimizer what `memory_by_name` gave; parameters that are not in it start with an empty memory."""
        if self.optimizer is None:
            return
        prefix = self._prefix
        own = {
            name.removeprefix(prefix): tensor
            for name, tensor in memory.items()
            if (name.startswith(prefix) if prefix else ":" not in name)
        }
        put_together(self.optimizer, self.groups, self._model.flat.layout, own)

    @property
    def _prefix(self) -> str:
        return f"{self.number}:" if self.number else ""


def refuse_unfit(phases: Sequence[ActivePhase], counts: Sequence[int], accumulate: int = 1) -> None:
    """Raises OptimizerRefused where an optimizer cannot do with this network what it does.

    `counts` says how many weights learn in each phase, `accumulate` how many batches are gathered for a step.
    """
    for phase, count in zip(phases, counts, strict=True):
        declaration = optimizer_of(phase.optimizer)
        if not declaration.evaluates:
            continue
        title, most = declaration.title, declaration.most_parameters
        if len(phases) > 1:
            raise OptimizerRefused(
                f"{title} looks for the bottom of one loss, but here phases take turns. Give the phases another "
                "optimizer, such as Adam."
            )
        if accumulate > 1:
            raise OptimizerRefused(
                f"{title} evaluates the loss of one batch several times in a step, so no batches can be gathered for "
                "it. Set batches in a step to 1, or take another optimizer, such as Adam."
            )
        if count > most:
            raise OptimizerRefused(
                f"{title} is for at most {most:,} weights, but {count:,} learn here. Take L-BFGS or Adam, or a smaller "
                "network."
            )


def learning_counts(model: TrainableModel, phases: Sequence[ActivePhase]) -> list[int]:
    """How many weights of a network learn in each phase."""
    return [sum(group.stop - group.start for group in _learning(model, number)) for number in range(len(phases))]


class OptimizerRefused(CannotTrain):
    """The optimizer does not suit the network; the message is for people."""


def _groups(model: TrainableModel, number: int, declaration: Optimizer) -> list[Group]:
    """The slices that an optimizer sees; one that evaluates the loss itself has a single one, whatever the factors."""
    found = _learning(model, number)
    if declaration.evaluates and found:
        # In a single phase all that learns lies side by side.
        return [Group(1.0, found[0].start, found[-1].stop, found[0].phases)]
    return found


def _learning(model: TrainableModel, number: int) -> list[Group]:
    return [group for group in model.groups if group.factor > 0.0 and number in group.phases]
