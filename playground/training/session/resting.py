"""A run that was left, as by an edit of the network, with all that it needs to go on as if nothing had been."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

from playground.document.project import Project
from playground.training.journal import Journal
from playground.training.learner import State
from playground.training.session.run import Run


@dataclass(frozen=True, eq=False)
class RestingRun:
    """A run at rest. Its journal is its own: nobody else changes it, and whoever takes it up goes on with it."""

    project: Project
    state: State
    journal: Journal = field(repr=False)

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


def at_rest(run: Run) -> RestingRun:
    """The run as it stands, to be taken up again. What goes on must have another journal, as after `rewind`."""
    return RestingRun(run.project, run.learner.state(), run.journal)


def take_up(run: Run, rested: RestingRun) -> None:
    """Go on with a run of the same project, bit for bit on the CPU as if it had never been left."""
    run.learner.return_to(rested.state)
    run.journal = rested.journal
    run.news.forget()
    run.keep()


def _tensors(value: Any) -> list[torch.Tensor]:
    """All tensors in what optimizers remember, however deep."""
    if isinstance(value, torch.Tensor):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [tensor for part in parts for tensor in _tensors(part)]
