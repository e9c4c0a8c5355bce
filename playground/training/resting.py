"""A run that was left, as by an edit of the network, with all that it needs to go on as if nothing had been."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

from playground.document.project import Project
from playground.training.history import History, Mark, Moment
from playground.training.learner import State
from playground.training.stopping import Watch
from playground.training.trail import Trail


@dataclass(frozen=True)
class Changes:
    """The changes noted last: those of one movement of the hand, or of one step of the run."""

    base: Project
    """The project before them."""
    moment: Moment
    """When the first was made."""
    gesture: object = None
    """What the movement of the hand is known by; None when it cannot go on."""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, eq=False)
class RestingRun:
    """A run at rest. Its history and its trail are its own: nobody else changes them, and whoever takes it up goes on
    with them."""

    project: Project
    state: State
    seconds: float
    finished: str
    latest: dict[str, float]
    evaluated_step: int
    least_loss: float
    watch: Watch
    history: History
    trail: Trail = field(repr=False)
    changes: Changes | None = None

    @property
    def step(self) -> int:
        """The step at which it was left."""
        return self.state.step

    @property
    def nbytes(self) -> int:
        """Memory of the state alone: the moments of the trail may be shared with others."""
        state = self.state
        tensors = [state.values, state.noise, *state.buffers.values(), *_tensors(state.memory)]
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors) + state.experience.nbytes


def _tensors(value: Any) -> list[torch.Tensor]:
    """All tensors in what optimizers remember, however deep."""
    if isinstance(value, torch.Tensor):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [tensor for part in parts for tensor in _tensors(part)]
