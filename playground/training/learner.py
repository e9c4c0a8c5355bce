"""The learner takes the steps: network, penalties, optimizer, schedule and the order of the examples, nothing else.

Its state can be taken and put back at any step, and it then goes on, on the CPU, bit for bit as it would have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch

from playground.document.project import Project
from playground.training.batches import Batch, Feeder, OrderState
from playground.training.engine import Backward, Forward, step_of
from playground.training.losses import LossLog
from playground.training.model import Group, TrainableModel, stable_seed
from playground.training.optimizer_state import put_together, take_apart
from playground.training.optimizers import optimizer_of
from playground.training.regularization import Penalties, clip
from playground.training.schedules import ConstantSchedule, PlateauSchedule, PlateauState, schedule_of
from playground.training.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class State:
    """A run at one step, on its device; never changed."""

    values: torch.Tensor
    buffers: dict[str, torch.Tensor]
    memory: list[dict[str, Any]]
    """What the optimizer remembers of each group."""
    order: OrderState
    noise: torch.Tensor
    plateau: PlateauState
    step: int
    examples: int


class Learner:
    """Learns from one set of examples. Raises KeyError or ValidationError for an optimizer that does not exist."""

    def __init__(self, project: Project, model: TrainableModel, examples: Batch) -> None:
        self.model = model
        self.step = 0
        self.examples = 0
        self.losses = LossLog(model.network)
        self.plateau = PlateauState()
        """Memory of the schedule that watches the validation loss."""
        self._forward = Forward(model.network)
        self._backward = Backward(model.device)
        self._order = torch.Generator()
        self._seed_order(project)
        self.feeder = Feeder(examples, project.training.batch_size, self._order)
        self._new_optimizer(project)

    def rewind(self, project: Project) -> None:
        """Back to step 0, with the first weights and the order of examples that the project's seed determines."""
        self.model.initialize(project)
        self._seed_order(project)
        self.feeder = Feeder(self.feeder.tensors, project.training.batch_size, self._order)
        self.losses.clear()
        self.plateau = PlateauState()
        self.step = self.examples = 0
        self._new_optimizer(project)

    def _seed_order(self, project: Project) -> None:
        self._order.manual_seed(stable_seed(project.seed, "order"))

    # Settings -------------------------------------------------------------------------------------------------------

    def change(self, project: Project) -> None:
        """Take other settings from the next step on; the optimizer keeps its memory unless it is another one."""
        if project.training.optimizer.id != self._declaration.id:
            self._new_optimizer(project)
        else:
            self._set_numbers(project)

    def _new_optimizer(self, project: Project) -> None:
        declaration = optimizer_of(project.training.optimizer)
        schedule_of(project.training.schedule)  # refused before anything has changed
        flat = self.model.flat
        groups = []
        for group in self.learning_groups():
            # Plain tensors, not parameters: what requires no gradient needs no guard against being recorded.
            values = flat.values[group.start : group.stop]
            values.grad = flat.gradients[group.start : group.stop]
            groups.append({"params": [values], "lr": declaration.learning_rate, "factor": group.factor})
        self._optimizer = declaration.build(groups) if groups else None
        self._update = None if self._optimizer is None else step_of(self._optimizer)
        self._set_numbers(project)

    def _set_numbers(self, project: Project) -> None:
        settings = project.training
        declaration, schedule = optimizer_of(settings.optimizer), schedule_of(settings.schedule)
        self._declaration, self._schedule = declaration, schedule
        if self._optimizer is not None:
            declaration.update(self._optimizer)
        self._penalties = Penalties(project, self.model)
        self._clipping = settings.clipping
        self._most_epochs = settings.stop.epochs
        self.feeder.set_batch_size(settings.batch_size)
        self._moving = not isinstance(schedule, ConstantSchedule | PlateauSchedule)
        self._set_rate(self._scheduled_rate())

    def learning_groups(self) -> list[Group]:
        """The groups that the optimizer sees: all but the frozen one."""
        return [group for group in self.model.groups if group.factor > 0.0]

    @property
    def rate(self) -> float:
        """The learning rate of the last step, schedule included."""
        return self._rate

    @property
    def watches_validation(self) -> bool:
        """Whether the schedule wants to `observe` a validation loss after every epoch."""
        return isinstance(self._schedule, PlateauSchedule)

    def observe(self, validation_loss: float) -> None:
        """Let the schedule know the newest validation loss."""
        if isinstance(self._schedule, PlateauSchedule):
            self.plateau = self._schedule.observe(self.plateau, validation_loss)
            self._set_rate(self._scheduled_rate())

    def forget_plateau(self) -> None:
        """Let the schedule start to watch anew, without any reduction so far."""
        self.plateau = PlateauState()
        self._set_rate(self._scheduled_rate())

    def _scheduled_rate(self) -> float:
        if isinstance(self._schedule, PlateauSchedule):
            return self._declaration.learning_rate * self.plateau.factor
        length = self.feeder.steps_per_epoch
        total = None if self._most_epochs is None else self._most_epochs * length
        return self._declaration.learning_rate * self._schedule.factor(self.step, length, total)

    def _set_rate(self, rate: float) -> None:
        self._rate = rate
        if self._optimizer is not None:
            for group in self._optimizer.param_groups:
                group["lr"] = rate * group["factor"]

    def penalty(self) -> float | None:
        """What the penalties add to the loss at the present weights; None without penalties."""
        if self._penalties.before_step or self._penalties.after_step:
            return float(self._penalties.amount())
        return None

    # Steps ----------------------------------------------------------------------------------------------------------

    def learn(self, most: int) -> int:
        """Up to `most` steps, never past the end of the epoch; returns how many."""
        feeder = self.feeder
        before = feeder.position
        batches = feeder.take(most)
        for batch in batches:
            self._learn(batch)
        self.examples += feeder.position - before
        return len(batches)

    def _learn(self, batch: Batch) -> None:
        """One step on one batch: forward, backward, penalties, clipping, update."""
        model = self.model
        gradients = model.flat.gradients
        gradients.zero_()
        values = self._forward(batch)
        loss = model.network.total_loss(values)
        if loss.requires_grad:  # not when every block is frozen
            self._backward(loss)
        self.losses.add(loss, values)
        penalties = self._penalties
        if penalties.before_step:
            penalties.add_gradient()
        if self._clipping.kind != "none":
            clip(gradients, self._clipping)
        if self._moving:
            self._set_rate(self._scheduled_rate())
        if self._update is not None:
            self._update()
        if penalties.after_step:
            penalties.shrink(self._rate)
        self.step += 1

    def is_finite(self) -> bool:
        """Whether all weights are finite numbers; waits for the device."""
        total = float(self.model.flat.values.sum())
        return total - total == 0.0

    # State ----------------------------------------------------------------------------------------------------------

    def state(self) -> State:
        """A copy of everything that a step changes: a few clones of flat tensors."""
        model = self.model
        return State(
            values=model.flat.values.clone(),
            buffers={name: buffer.clone() for name, buffer in model.buffers().items()},
            memory=[_copied(memory) for memory in self._memories()],
            order=self.feeder.state(),
            noise=model.noise.get_state(),
            plateau=self.plateau,
            step=self.step,
            examples=self.examples,
        )

    @torch.no_grad()
    def return_to(self, state: State) -> None:
        """Put a state back; the learner then goes on from there as it would have."""
        model = self.model
        model.flat.values.copy_(state.values)
        for name, buffer in model.buffers().items():
            buffer.copy_(state.buffers[name])
        for memory, kept in zip(self._memories(), state.memory, strict=True):
            memory.clear()
            memory.update(_copied(kept))
        self.go_to(state.order, state.noise, state.plateau, step=state.step, examples=state.examples)

    def go_to(
        self, order: OrderState, noise: torch.Tensor, plateau: PlateauState, *, step: int, examples: int
    ) -> None:
        """Stand at a place of the run; weights and memory stay. Raises ValueError when there is no such place."""
        self.feeder.restore(order)
        self.model.noise.set_state(noise)
        self.step, self.examples, self.plateau = step, examples, plateau
        self.losses.clear()
        self._set_rate(self._scheduled_rate())

    def _memories(self) -> list[dict[str, Any]]:
        optimizer = self._optimizer
        return [] if optimizer is None else [optimizer.state[p] for g in optimizer.param_groups for p in g["params"]]

    def memory_by_name(self) -> dict[str, torch.Tensor]:
        """What the optimizer remembers, as `PARAMETER/KEY` -> tensor on the CPU."""
        if self._optimizer is None:
            return {}
        return take_apart(self._optimizer, self.learning_groups(), self.model.flat.layout)

    def remember(self, memory: Mapping[str, torch.Tensor]) -> None:
        """Give the optimizer what `memory_by_name` gave; parameters that are not in it start with an empty memory."""
        if self._optimizer is not None:
            put_together(self._optimizer, self.learning_groups(), self.model.flat.layout, memory)

    def snapshot(self, epoch: float) -> Snapshot:
        """An immutable copy of parameters and buffers as they are now."""
        flat = self.model.flat
        parameters = flat.values.cpu().numpy().copy()
        parameters.flags.writeable = False
        buffers = {name: tensor.cpu().numpy().copy() for name, tensor in self.model.buffers().items()}
        return Snapshot(self.step, epoch, parameters, flat.layout, MappingProxyType(buffers))

    @torch.no_grad()
    def restore(self, snapshot: Snapshot) -> None:
        """Take over parameters and buffers. Raises ValueError when they are those of another network."""
        flat, known = self.model.flat, snapshot.layout.by_name()
        if {place.name: place.shape for place in flat.layout.places} != {n: p.shape for n, p in known.items()}:
            raise ValueError("the snapshot belongs to another network")
        saved = torch.tensor(snapshot.parameters)
        # The places may lie in another order: frozen nodes and those with a rate of their own lie together.
        for place in flat.layout.places:
            there = known[place.name]
            flat.values[place.start : place.stop] = saved[there.start : there.stop].to(flat.values.device)
        for name, tensor in self.model.buffers().items():
            tensor.copy_(torch.tensor(snapshot.buffers[name]))


def _copied(memory: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.clone() if isinstance(value, torch.Tensor) else value for key, value in memory.items()}
