"""A few copies of one network that learn by turns, each by a plan of array operations: quicker than a stack of few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from playground.document.project import Project
from playground.network.check import check
from playground.network.compiled import CannotCompile
from playground.network.flat import Layout
from playground.training.batches import examples_of
from playground.training.evaluation import Evaluator
from playground.training.learner import Learner
from playground.training.model import TrainableModel
from playground.training.stacked.stack import Stack, refuse_other_sources

MOST_SINGLES = 10
"""So many small networks were measured to learn quicker by turns than in a stack: a step of the stack costs what ten
single steps cost."""


class Cohort(Protocol):
    """Runs of one graph that learn together, step by step."""

    @property
    def step(self) -> int: ...
    @property
    def steps_per_epoch(self) -> int: ...
    @property
    def layout(self) -> Layout: ...
    @property
    def ways(self) -> Mapping[str, str]: ...
    def __len__(self) -> int: ...
    def advance(self, steps: int) -> None: ...
    def losses(self) -> NDArray[np.float64]: ...
    def vectors(self) -> NDArray[np.float32]: ...
    def buffers(self, row: int) -> Mapping[str, NDArray[np.float32]]: ...
    def evaluate(self, row: int, *, full: bool = False) -> dict[str, float]: ...


def cohort_of(projects: Sequence[Project]) -> Cohort:
    """The quickest way to let these learn together; they have the same graph and batch size.

    Raises CannotCompile, DataError and CannotStack.
    """
    if len(projects) <= MOST_SINGLES:
        singles = Singles(projects)
        if singles.quick:
            return singles
    return Stack(projects)


class Singles:
    """Row k is the run of a `Session` of `projects[k]`, bit for bit; stop rules do not count. On the CPU.

    Raises CannotCompile when the graph has errors, DataError when data blocks do not go together, CannotStack when the
    examples are not rows in a random order.
    """

    def __init__(self, projects: Sequence[Project]) -> None:
        report, cpu = check(projects[0].graph), torch.device("cpu")
        if not report.ok:
            raise CannotCompile(report.errors())
        refuse_other_sources(report)
        self.projects = tuple(projects)
        self._shown = TrainableModel(projects[0], report, cpu)
        self._evaluator = Evaluator(self._shown.network, examples_of(report), cpu)
        self._learners = [
            Learner(project, TrainableModel(project, report, cpu), self._evaluator.train) for project in projects
        ]
        for learner, project in zip(self._learners, projects, strict=True):
            learner.start(project)
        self._losses: list[list[float]] = [[] for _ in projects]

    @property
    def quick(self) -> bool:
        """Whether all learn by plans of array operations and have their parameters in the same order."""
        planned = all(learner.engine.id == "numpy" for learner in self._learners)
        return planned and len({learner.model.flat.layout for learner in self._learners}) == 1

    def __len__(self) -> int:
        return len(self.projects)

    @property
    def step(self) -> int:
        """Steps taken by every row."""
        return self._learners[0].step

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one epoch of every row."""
        return self._learners[0].experience.steps_per_epoch

    @property
    def layout(self) -> Layout:
        """Where each parameter lies in a row."""
        return self._learners[0].model.flat.layout

    @property
    def ways(self) -> Mapping[str, str]:
        """How each node is computed: by itself in every row."""
        return {step.node: "single" for step in self._shown.network.steps}

    def advance(self, steps: int) -> None:
        """Take so many steps in every row."""
        for row, learner in enumerate(self._learners):
            end = learner.step + steps
            while learner.step < end:
                learner.learn(end - learner.step)
                if learner.experience.at_end:
                    learner.experience.finish_epoch()
                    self._let_schedule_watch(row)
            for column in learner.losses.fetch().values[:1]:  # the sum of all losses
                self._losses[row] += column

    def _let_schedule_watch(self, row: int) -> None:
        if self._learners[row].watches_validation:
            metrics = self.evaluate(row)
            self._learners[row].observe(metrics.get("validation_loss", metrics["train_loss"]))

    def losses(self) -> NDArray[np.float64]:
        """The training losses of the steps since the last call, (steps, K)."""
        found = np.array(self._losses, dtype=np.float64).T.reshape(-1, len(self))
        self._losses = [[] for _ in self.projects]
        return found

    def vectors(self) -> NDArray[np.float32]:
        """A copy of all parameters, (K, P), each row in the order of `layout`."""
        return np.stack([learner.model.flat.values.numpy() for learner in self._learners])

    def buffers(self, row: int) -> Mapping[str, NDArray[np.float32]]:
        """Running statistics and the like of a row, by `node_id.name`."""
        return {name: tensor.numpy().copy() for name, tensor in self._learners[row].model.buffers().items()}

    @torch.no_grad()
    def evaluate(self, row: int, *, full: bool = False) -> dict[str, float]:
        """Losses and metrics of a row on all parts, as a session would measure them."""
        learner = self._learners[row]
        self._shown.flat.values.copy_(learner.model.flat.values)
        for name, tensor in self._shown.buffers().items():
            tensor.copy_(learner.model.buffers()[name])
        return self._evaluator.evaluate(learner.experience.batch_size, full=full)
