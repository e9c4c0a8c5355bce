"""The learner takes the steps: network, penalties, optimizers, schedule, estimators and the order of the examples.

Its state can be taken and put back at any step, and it then goes on, on the CPU, bit for bit as it would have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.blocks.interruption import Asked, never
from playground.document.project import Project, TrainingSettings
from playground.training.accumulation import Gathering
from playground.training.arrays.choice import EngineChoice, choose_engine
from playground.training.arrays.engine import Parts
from playground.training.batches import Batch
from playground.training.descent import Descent, learning_counts, refuse_unfit
from playground.training.engine import Backward
from playground.training.estimators import Estimators
from playground.training.experience.base import Experience
from playground.training.experience.registry import source_of
from playground.training.experience.state import ExperienceState
from playground.training.losses import LossLog
from playground.training.model import Group, TrainableModel, stable_seed
from playground.training.objectives.active import ActiveObjectives, refuse_objectives
from playground.training.optimizers import optimizer_of
from playground.training.phases import active_phases, optimizer_ids, turn
from playground.training.precision import forward_of, widened
from playground.training.pruning import Pruner
from playground.training.regularization import Penalties, clip
from playground.training.schedules import ConstantSchedule, PlateauSchedule, PlateauState, schedule_of
from playground.training.second_look import SecondLook
from playground.training.snapshot import RunState, Snapshot
from playground.training.step_sizes import StepSizes

Arrays = tuple[NDArray[Any], ...]
READ_AHEAD = 512
"""Examples that are read beside the steps, where they are read on demand."""


@dataclass(frozen=True, slots=True)
class State:
    """A run at one step, on its device; never changed."""

    values: torch.Tensor
    buffers: dict[str, torch.Tensor]
    memory: list[dict[str, Any]]
    """What the optimizers remember of each group."""
    experience: ExperienceState
    noise: torch.Tensor
    plateau: PlateauState
    step: int
    examples: int


class Learner:
    """Learns from one set of examples. Raises KeyError or ValidationError for an optimizer that does not exist, and
    OptimizerRefused for one that does not suit the network."""

    def __init__(
        self, project: Project, model: TrainableModel, examples: Batch, unlabelled: torch.Tensor | None = None
    ) -> None:
        """`unlabelled` are the inputs (N, ...) whose label the label budget hides; only objectives see them."""
        self.model = model
        self.step = 0
        self.examples = 0
        self.plateau = PlateauState()
        """Memory of the schedule that watches the validation loss."""
        self.estimators = Estimators(model, unlabelled)
        self._interrupted: Asked = never
        self._backward = Backward(model.device)
        self._noise_seen: NDArray[np.uint8] = np.zeros(0, dtype=np.uint8)
        self._unlabelled = unlabelled
        self.experience = self._new_experience(project, examples)
        """Where the batches come from."""
        self._new_optimizers(project)

    def ask(self, interrupted: Asked) -> None:
        """Let long steps ask whether they are to be broken off: `learn` then raises Interrupted in the midst of one."""
        self._interrupted = interrupted
        self.estimators.ask(interrupted)

    def rewind(self, project: Project) -> None:
        """Back to step 0, with the first weights and the order of examples that the project's seed determines."""
        self.start(project)
        self.experience = self._new_experience(project, self.experience.examples)
        self.losses.clear()
        self.plateau = PlateauState()
        self.step = self.examples = 0
        self._new_optimizers(project)

    def start(self, project: Project) -> None:
        """The first weights, and the first state of what learns without a gradient."""
        self.model.initialize(project)
        self.estimators.begin(self.experience.examples)

    def _new_experience(self, project: Project, examples: Batch) -> Experience:
        generator = torch.Generator().manual_seed(stable_seed(project.seed, "order"))
        source = source_of(self.model.network.report)
        return source.made(self.model, examples, project.training.rows_in_step, generator)

    # Settings -------------------------------------------------------------------------------------------------------

    def change(self, project: Project) -> None:
        """Take other settings from the next step on; an optimizer keeps its memory unless it is another one."""
        phases = active_phases(project, self.model.network.report)
        schedule_of(project.training.schedule)  # refused before anything has changed
        for phase in phases:
            optimizer_of(phase.optimizer)
        refuse_unfit(phases, learning_counts(self.model, phases), project.training.accumulate)
        refuse_objectives(project, self.model.network.report, phases)
        self.model.phases = phases
        if optimizer_ids(phases) != self.optimizer_ids:
            self._new_optimizers(project)
        else:
            self._set_numbers(project)

    @property
    def optimizer_ids(self) -> str:
        """Which optimizers there are, phase by phase, in one word."""
        return ",".join(descent.declaration.id for descent in self._descents)

    def _new_optimizers(self, project: Project) -> None:
        phases = self.model.phases
        refuse_unfit(phases, learning_counts(self.model, phases), project.training.accumulate)
        refuse_objectives(project, self.model.network.report, phases)
        self._descents = [Descent(self.model, number, phase.optimizer) for number, phase in enumerate(phases)]
        self.sizes = StepSizes(self.model, self._descents)
        self._set_numbers(project)

    def _set_numbers(self, project: Project) -> None:
        settings = project.training
        self._schedule = schedule_of(settings.schedule)
        for descent, phase in zip(self._descents, self.model.phases, strict=True):
            descent.phase = phase
            descent.set_numbers(phase.optimizer)
        self._alone = self._descents[0] if len(self._descents) == 1 else None
        self._penalties = Penalties(project, self.model)
        self._pruner = Pruner(project, self.model)
        searching = self._alone is not None and self._alone.evaluates
        self._leaves = tuple(self._alone.parameters()) if self._alone is not None and searching else ()
        """The parameters that learn, where the optimizer evaluates the loss itself."""
        self._clipping = settings.clipping
        self._forward = forward_of(self.model.network, settings.precision, self.model.device)
        self._objectives = ActiveObjectives(
            project, self.model, self.experience.examples, self._forward, self._unlabelled
        )
        self.losses = LossLog(self.model.network, self._objectives.curves)
        self._most_epochs = settings.stop.epochs
        self.experience.set_batch_size(settings.rows_in_step)
        self._gathering = Gathering(self.model.network, settings)
        self._moving = not isinstance(self._schedule, ConstantSchedule | PlateauSchedule)
        self._set_rate(self._schedule_factor())
        self._engine_setting = settings.engine
        self._torch_only = self._why_torch(settings)
        self._engine: EngineChoice | None = None

    @property
    def engine(self) -> EngineChoice:
        """What takes the steps: torch, or a plan of array operations; with the reason."""
        if self._engine is None:
            self._engine = choose_engine(self._engine_setting, self.model, self._parts(), self.experience.batch_size)
        return self._engine

    def _parts(self) -> Parts:
        set_rate = (lambda step: self._set_rate(self._schedule_factor(step))) if self._moving else None
        return Parts(
            tuple(self._descents), self._penalties, self._clipping, self.sizes, set_rate, lambda: self._rates[0],
            self.estimators.any, self._torch_only,
        )  # fmt: skip

    def _why_torch(self, settings: TrainingSettings) -> str:
        """What of the settings has no array operations, in a sentence; empty where all has."""
        if self._objectives:
            return "an objective asks for further passes through the network."
        if settings.accumulate > 1:
            return "several batches are gathered for a step."
        if settings.precision != "single":
            return "products are computed in bfloat16."
        return "weights are pruned while it learns." if self._pruner.active else ""

    def learning_groups(self) -> list[Group]:
        """The groups that an optimizer sees: all but the frozen one."""
        return [group for group in self.model.groups if group.factor > 0.0]

    @property
    def rate(self) -> float:
        """The learning rate of the last step of the first phase, schedule included."""
        return self._rates[0]

    @property
    def rates(self) -> tuple[float, ...]:
        """The same, phase by phase."""
        return tuple(self._rates)

    @property
    def watches_validation(self) -> bool:
        """Whether the schedule wants to `observe` a validation loss after every epoch."""
        return isinstance(self._schedule, PlateauSchedule)

    def observe(self, validation_loss: float) -> None:
        """Let the schedule know the newest validation loss."""
        if isinstance(self._schedule, PlateauSchedule):
            self.plateau = self._schedule.observe(self.plateau, validation_loss)
            self._set_rate(self._schedule_factor())

    def forget_plateau(self) -> None:
        """Let the schedule start to watch anew, without any reduction so far."""
        self.plateau = PlateauState()
        self._set_rate(self._schedule_factor())

    def _schedule_factor(self, step: int | None = None) -> float:
        """What the schedule makes of the rate of the step after so many, by default of the next one."""
        if isinstance(self._schedule, PlateauSchedule):
            return self.plateau.factor
        length = self.experience.steps_per_epoch
        total = None if self._most_epochs is None else self._most_epochs * length
        return self._schedule.factor(self.step if step is None else step, length, total)

    def _set_rate(self, factor: float) -> None:
        self._rates = [descent.set_rate(factor) for descent in self._descents]

    @property
    def settled(self) -> bool:
        """Whether nothing is left to learn: there are only estimators, and they have come to rest."""
        return not self.model.network.loss_weights and self.estimators.settled

    def penalty(self) -> float | None:
        """What the penalties add to the loss at the present weights; None without penalties."""
        if self._penalties.counts:
            return float(self._penalties.amount())
        return None

    # Steps ----------------------------------------------------------------------------------------------------------

    def learn(self, most: int) -> int:
        """Up to `most` steps, never past the end of the epoch; returns how many."""
        experience, first = self.experience, self.step
        before, arrays = experience.position, self.engine.arrays
        if arrays is not None:
            self.losses.extend(arrays.learn(self._counted(experience.take_arrays(most)), self.step))
        else:
            network = self.model.network
            network.expect(experience.upcoming(READ_AHEAD))
            for batch in experience.take(most):  # one is made only when the step on the one before has been taken
                self._learn(network.read_batch(batch) if network.readers else batch)
        self.examples += experience.position - before
        return self.step - first

    def _counted(self, batches: Iterable[Arrays]) -> Iterator[Arrays]:
        """The same batches; each counts as a step once the next is asked for."""
        for batch in batches:
            yield batch
            self.step += 1

    def _learn(self, batch: Batch) -> None:
        """One step on one batch: forward, backward, penalties, clipping, update; then what needs no gradient."""
        noise = self.model.noise.get_state() if self._leaves else None
        if self.model.network.loss_weights:
            values = self._descend(batch, noise)
        else:
            values = self._forward(batch)
            self.losses.add(None, values)
        if self.estimators.any:
            self.estimators.learn([widened(value) for value in values], self.experience.examples)
        self.step += 1

    def _slopes(self, batch: Batch, descent: Descent) -> list[torch.Tensor]:
        """Gather the gradients of the losses of one step, a batch at a time; the values of the last, and all losses."""
        network, losses, amounts = self.model.network, list[torch.Tensor](), list[torch.Tensor]()
        for part, share in self._gathering.cut(batch):
            values = self._forward(part)
            self._gathering.weigh(values, share)
            total = network.total_loss(values)
            if descent.losses is None:
                if self._objectives:
                    total, amounts = self._objectives.added(total, part, self.step)
                if total.requires_grad:  # not when every block is frozen
                    self._backward(total)
            elif descent.leaves:
                loss = network.total_loss(values, descent.losses)
                if loss.requires_grad:
                    self._backward(loss, descent.leaves)
            if share != 1.0:
                losses = self._gathering.losses(values, losses)
        if losses:
            self._gathering.put(values, losses)
        self.losses.add(network.total_loss(values), values, amounts)
        return values

    def _descend(self, batch: Batch, noise: torch.Tensor | None) -> list[torch.Tensor]:
        """Take one step on the losses of a batch; returns the values of the pass."""
        model = self.model
        descent = self._alone or self._descents[turn(model.phases, self.step)]
        gradients = model.flat.gradients
        gradients.zero_()
        values = self._slopes(batch, descent)
        measured = self.sizes.wanted(descent.number, self.step + 1)
        if measured:
            self.sizes.begin(descent.number, self.step + 1)
        penalties, epoch = self._penalties, self.experience.epoch
        standing = self._pruner.standing(epoch)
        if self._moving:
            self._set_rate(self._schedule_factor())
        if noise is not None and descent.update is not None:
            passes = self._forward, self._backward
            look = SecondLook(model, passes, penalties, self._leaves, batch, noise, self._interrupted)
            descent.update(look)
        elif descent.update is not None:
            if penalties.before_step:
                penalties.add_gradient(descent.number)
            if self._clipping.kind != "none":
                clip(gradients, self._clipping)
            descent.update()
        if penalties.after_step:
            penalties.shrink(self._rates[descent.number], descent.number)
        self._pruner.hold(standing, epoch)
        if measured:
            self.sizes.end(descent.number)
        return values

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
            experience=self.experience.state(),
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
        self.go_to(state.experience, state.noise, state.plateau, step=state.step, examples=state.examples)

    def go_to(
        self, experience: ExperienceState, noise: torch.Tensor, plateau: PlateauState, *, step: int, examples: int
    ) -> None:
        """Stand at a place of the run; weights and memory stay. Raises ValueError when there is no such place."""
        self.experience.restore(experience)
        self.model.noise.set_state(noise)
        self.step, self.examples, self.plateau = step, examples, plateau
        self.losses.clear()
        self.sizes.clear()
        self._set_rate(self._schedule_factor())

    def _memories(self) -> list[dict[str, Any]]:
        return [memory for descent in self._descents for memory in descent.memories()]

    def memory_by_name(self) -> dict[str, torch.Tensor]:
        """What the optimizers remember, by names that outlast another order of the parameters."""
        return {name: value for descent in self._descents for name, value in descent.memory_by_name().items()}

    def remember(self, memory: Mapping[str, torch.Tensor]) -> None:
        """Give the optimizers what `memory_by_name` gave; parameters that are not in it start with an empty memory."""
        for descent in self._descents:
            descent.remember(memory)

    def take(self, values: Mapping[str, NDArray[Any]]) -> None:
        """Put other values into some parameters and buffers, of which the optimizers forget what they remember.

        Raises KeyError and ValueError for what does not fit; nothing has changed then.
        """
        self.model.write(values)
        memory = self.memory_by_name()
        for memories in self._memories():
            memories.clear()
        self.remember({key: part for key, part in memory.items() if remembered_name(key) not in values})
        self.losses.clear()
        self.estimators.wake()
        self._engine = None

    def snapshot(self, epoch: float, seconds: float = 0.0) -> Snapshot:
        """An immutable copy of parameters, buffers and the optimizers' memory as they are now."""
        flat = self.model.flat
        parameters = flat.values.cpu().numpy().copy()
        parameters.flags.writeable = False
        buffers = {name: tensor.cpu().numpy().copy() for name, tensor in self.model.buffers().items()}
        memory = {key: array for descent in self._descents for key, array in descent.memory_arrays().items()}
        return Snapshot(
            self.step,
            epoch,
            parameters,
            flat.layout,
            MappingProxyType(buffers),
            MappingProxyType(memory),
            self._run_state(seconds),
        )

    def _run_state(self, seconds: float) -> RunState:
        return RunState(
            optimizers=self.optimizer_ids,
            examples=self.examples,
            seconds=seconds,
            experience=self.experience.state(),
            noise=self._noise_state(),
            device=self.model.device.type,
            plateau=self.plateau,
            threads=torch.get_num_threads(),
        )

    def _noise_state(self) -> NDArray[np.uint8]:
        """The state of the noise; the same array as long as nothing is drawn, so that snapshots share it."""
        state = self.model.noise.get_state().cpu().numpy()
        if not np.array_equal(state, self._noise_seen):
            self._noise_seen = state
        return self._noise_seen

    @torch.no_grad()
    def stand_at(self, snapshot: Snapshot) -> None:
        """Go on from a snapshot as the run it is of would have; what does not fit these settings starts anew.

        Raises ValueError when it is of another network or of other data.
        """
        self.restore(snapshot)
        place = snapshot.place
        if place is None:
            self.step = snapshot.step
            return
        if place.optimizers == self.optimizer_ids:
            self.remember({name: torch.tensor(part) for name, part in snapshot.memory_by_name().items()})
        same_device = place.device == self.model.device.type
        noise = torch.tensor(place.noise) if same_device else self.model.noise.get_state()
        self.go_to(place.experience, noise, place.plateau, step=snapshot.step, examples=place.examples)

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


def remembered_name(key: str) -> str:
    """The parameter that a key of `memory_by_name` is of."""
    return key.rsplit("/", 1)[0].split(":")[-1]


def _copied(memory: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.clone() if isinstance(value, torch.Tensor) else value for key, value in memory.items()}
