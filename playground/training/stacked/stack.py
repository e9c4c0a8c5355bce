"""The stack: K copies of one network that learn in one step for all, each exactly as a single session would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from playground.data.base import ROWS, Dataset
from playground.document.project import Project
from playground.network.check import Report, check
from playground.network.compiled import CannotCompile
from playground.network.flat import Layout
from playground.training.batches import examples_of, experience_asked_for
from playground.training.engine import gradients_of_rows
from playground.training.evaluation import Evaluator
from playground.training.model import TrainableModel, stable_seed
from playground.training.stacked.batches import StackedFeeder
from playground.training.stacked.descent import StackedClipping, StackedPenalties, descents
from playground.training.stacked.parameters import StackedParameters
from playground.training.stacked.plan import StackedStep


class CannotStack(Exception):
    """Runs that cannot learn in one stack; the message is for people."""


class Stack:
    """Networks that differ in seed and settings of training alone; graph and batch size are the same.

    On the CPU. Row k follows a `Session` of `projects[k]` up to the rounding of sums; stop rules do not count. Raises
    CannotCompile when the graph has errors, DataError when data blocks do not go together, CannotStack when
    the examples are not rows in a random order.
    """

    def __init__(self, projects: Sequence[Project]) -> None:
        first = projects[0]
        report = check(first.graph)
        if not report.ok:
            raise CannotCompile(report.errors())
        refuse_other_sources(report)
        self.projects = tuple(projects)
        self.device = torch.device("cpu")
        self.model = TrainableModel(first, report, self.device)
        prepared = examples_of(report)
        self._evaluator = Evaluator(self.model.network, prepared, self.device)
        self.step = 0
        """Steps taken by every row."""
        self.feeder = StackedFeeder(
            self._evaluator.train, first.training.batch_size, [project.seed for project in projects]
        )
        self._noise = [torch.Generator().manual_seed(stable_seed(project.seed, "noise")) for project in projects]
        self.parameters = StackedParameters(self.model, len(projects))
        for row, project in enumerate(projects):
            self.model.initialize(project)
            self.parameters.put(row)
        self._descents = descents(projects, self.parameters)
        self._penalties = StackedPenalties(projects, self.model, self.parameters)
        self._clipping = StackedClipping([project.training.clipping for project in projects], self.parameters.blocks)
        self._moving = any(one.moving for one in self._descents)
        self.watches = any(one.watches for one in self._descents)
        """Whether a schedule wants to `observe` a loss after every epoch."""
        self._set_rates()
        self._prepare_passes()
        self._waiting: list[torch.Tensor] = []

    def _prepare_passes(self) -> None:
        network = self.model.network
        self._steps = [StackedStep(step.module, self.parameters.rows_of(step, self._noise)) for step in network.steps]
        self._plan = [
            (stacked, step.inputs, step.outputs) for stacked, step in zip(self._steps, network.steps, strict=True)
        ]
        self._empty = [torch.empty(0)] * len(network.slots)
        self._losses = [(network.slots[name, "loss"], weight) for name, weight in network.loss_weights.items()]
        self._ones = (torch.ones(len(self.projects)),)
        self._leaves: tuple[torch.Tensor, ...] = ()

    def __len__(self) -> int:
        return len(self.projects)

    @property
    def layout(self) -> Layout:
        """Where each parameter lies in a row."""
        return self.parameters.layout

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one epoch of every row."""
        return self.feeder.steps_per_epoch

    @property
    def epoch(self) -> float:
        """Epochs completed, with the part of the present one."""
        return self.step / self.feeder.steps_per_epoch

    @property
    def ways(self) -> dict[str, str]:
        """How each node is computed for all rows: "batched", "vmap" or "loop"."""
        nodes = (step.node for step in self.model.network.steps)
        return {node: step.way for node, step in zip(nodes, self._steps, strict=True)}

    # Learning -------------------------------------------------------------------------------------------------------

    def advance(self, steps: int) -> None:
        """Take so many steps in every row."""
        for _ in range(steps):
            self._learn()
            if self.watches and self.feeder.at_end:
                self._let_schedules_watch()

    def _learn(self) -> None:
        values = self._forward()
        losses = self._total(values)
        self._waiting.append(losses.detach())
        if losses.requires_grad:  # not when every block is frozen
            self._leaves = self._leaves or self.parameters.leaves()
            self.parameters.collect(gradients_of_rows(losses, self._ones, self._leaves))
        self._penalties.add_gradient()
        if self._clipping.any:
            self._clipping()
        if self._moving:
            self._set_rates()
        for descent in self._descents:
            if descent.update is not None:
                descent.update()
        if self._penalties.after_step:
            self._penalties.shrink(self._rates)
        self.step += 1

    def _forward(self) -> list[torch.Tensor]:
        values = self._empty.copy()
        for slot, tensor in zip(self.model.network.feed_slots, self.feeder.take(), strict=True):
            values[slot] = tensor
        for stacked, inputs, outputs in self._plan:
            result = stacked.function(*[values[slot] for slot in inputs])
            if len(outputs) == 1:
                values[outputs[0]] = result
            else:
                for slot, tensor in zip(outputs, result, strict=True):
                    values[slot] = tensor
        return values

    def _total(self, values: Sequence[torch.Tensor]) -> torch.Tensor:
        """The weighted sum of all losses of every row, (K,)."""
        parts = [values[slot] if weight == 1.0 else values[slot] * weight for slot, weight in self._losses]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    def _set_rates(self) -> None:
        for descent in self._descents:
            descent.set_rate(self.step, self.feeder.steps_per_epoch)
        self._keep_rates()

    def _keep_rates(self) -> None:
        self._rates = torch.zeros(len(self.projects), 1)
        for descent in self._descents:
            self._rates[descent.rows] = descent.rate

    def _let_schedules_watch(self) -> None:
        for descent in self._descents:
            if descent.watches:
                metrics = self.evaluate(descent.rows.start)
                descent.observe(metrics.get("validation_loss", metrics["train_loss"]))
        self._keep_rates()

    # Looking --------------------------------------------------------------------------------------------------------

    def losses(self) -> NDArray[np.float64]:
        """The training losses of the steps since the last call, (steps, K)."""
        found = torch.stack(self._waiting).double().numpy() if self._waiting else np.zeros((0, len(self)))
        self._waiting.clear()
        return found

    def vectors(self) -> NDArray[np.float32]:
        """A copy of all parameters, (K, P), each row in the order of `layout`."""
        return self.parameters.matrix().numpy()

    def buffers(self, row: int) -> Mapping[str, NDArray[np.float32]]:
        """Running statistics and the like of a row, by `node_id.name`."""
        return {name: stacked[row].numpy().copy() for name, stacked in self.parameters.buffers.items()}

    def evaluate(self, row: int, *, full: bool = False) -> dict[str, float]:
        """Losses and metrics of a row on all parts, as a session would measure them."""
        self.parameters.show(row)
        return self._evaluator.evaluate(self.feeder.batch_size, full=full)


def refuse_other_sources(report: Report) -> None:
    """Raises CannotStack where the batches depend on more than the seed."""
    if experience_asked_for(report) == ROWS:
        return
    data = (block for block in report.blocks.values() if isinstance(block, Dataset) and block.experience != ROWS)
    raise CannotStack(
        f"{next(data).title} makes its examples while a network learns, for each run others, so runs cannot learn in "
        "one stack. Compare them one after the other: each that you train stays in the list of runs."
    )
