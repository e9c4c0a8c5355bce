"""A session: one run of gradient descent, fully determined by project and seed.

On the CPU, a run that was paused, saved and resumed equals an uninterrupted run bit for bit.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType

import torch

from playground.data.base import Dataset
from playground.data.preparation import Prepared, prepare
from playground.document.project import Project
from playground.network.check import Report, check
from playground.network.compiled import CannotCompile
from playground.training import changes, divergence, saving
from playground.training.batches import Batch, Feeder
from playground.training.checkpoint import Checkpoint
from playground.training.device import choose_device
from playground.training.engine import Backward, step_of
from playground.training.evaluation import Evaluator
from playground.training.history import History, Mark, Moment, Point
from playground.training.losses import LossLog
from playground.training.model import TrainableModel, stable_seed
from playground.training.optimizer_state import put_together, take_apart
from playground.training.optimizers import optimizer_of
from playground.training.regularization import Penalties, clip
from playground.training.schedules import PlateauSchedule, PlateauState, schedule_of
from playground.training.snapshot import Snapshot
from playground.training.stopping import Patience, reason_to_stop

FLUSH_STEPS = 256
"""At most so many steps between two looks at the losses: each look waits for the device."""
EVALUATION_STEPS = 20
"""With epochs shorter than this many steps, only some epochs are evaluated, unless a stop rule watches them."""


class GradientSession:
    """Trains the network of a project by gradient descent.

    Raises CannotCompile when the graph has errors, DataError when data blocks do not go together.
    """

    def __init__(self, project: Project, device: str | None = None) -> None:
        self.history = History()
        self.finished = ""
        """Why the run is over; empty while it may go on."""
        self.step = 0
        self.examples = 0
        self.seconds = 0.0
        """Time spent learning, without pauses."""
        self._new_points: list[Point] = []
        self._new_marks: list[Mark] = []
        self.latest: dict[str, float] = {}
        self._device_setting = device
        self._patience = Patience()
        self._plateau = PlateauState()
        self._best: Snapshot | None = None
        self._evaluated_step = 0
        self._build(project)
        self.rewind()

    # What it is made of ---------------------------------------------------------------------------------------------

    def _build(self, project: Project) -> None:
        report = check(project.graph)
        if not report.ok:
            raise CannotCompile(report.errors())
        self.project = project
        self.report: Report = report
        self.device = choose_device(self._device_setting or project.training.device, report.total_parameters)
        self.prepared: Mapping[str, Prepared] = {
            name: prepare(block) for name in report.data_nodes() if isinstance(block := report.blocks[name], Dataset)
        }
        self._model = TrainableModel(project, report, self.device)
        self._backward = Backward(self.device)
        self._evaluator = Evaluator(self._model.network, self.prepared, self.device)
        self._order = torch.Generator()
        self._feeder = Feeder(self._evaluator.train, project.training.batch_size, self._order)
        self._configure()

    def _configure(self) -> None:
        """Take optimizer, schedule and penalties from the settings; the optimizer starts with an empty memory."""
        settings = self.project.training
        self._declaration = optimizer_of(settings.optimizer)
        flat = self._model.flat
        groups = []
        for group in self._learning_groups():
            parameter = torch.nn.Parameter(flat.values[group.start : group.stop])
            parameter.grad = flat.gradients[group.start : group.stop]
            groups.append({"params": [parameter], "lr": self._declaration.learning_rate, "factor": group.factor})
        self._optimizer = self._declaration.build(groups) if groups else None
        self._step_optimizer = None if self._optimizer is None else step_of(self._optimizer)
        self._set_numbers()

    def _set_numbers(self) -> None:
        """Take the numbers that may change live, keeping the optimizer's memory."""
        settings = self.project.training
        self._declaration = optimizer_of(settings.optimizer)
        if self._optimizer is not None:
            self._declaration.update(self._optimizer)
        self._schedule = schedule_of(settings.schedule)
        self._penalties = Penalties(self.project, self._model)
        self._feeder.set_batch_size(settings.batch_size)
        self._rate = -1.0

    def _learning_groups(self) -> list[changes.Group]:
        return [group for group in self._model.groups if group.factor > 0.0]

    # Learning -------------------------------------------------------------------------------------------------------

    @property
    def epoch(self) -> float:
        """Epochs completed, with the part of the present one."""
        return self._feeder.epoch + self._feeder.position / self._feeder.count

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one epoch at the present batch size."""
        return self._feeder.steps_per_epoch

    @property
    def learning_rate(self) -> float:
        """The rate of the last step, schedule included."""
        return self._rate if self._rate >= 0.0 else self._declaration.learning_rate

    def advance(self, steps: int) -> int:
        """Take up to `steps` steps; returns how many. Stops early when the run is finished.

        Raises Diverged at NaN or infinity; the session then stands at its last good state.
        """
        done = 0
        self._model.network.train()
        self._began = time.perf_counter()
        while done < steps and not self.finished:
            batches = self._feeder.take(min(steps - done, FLUSH_STEPS))
            for batch in batches:
                self._learn(batch)
            done += len(batches)
            self.step += len(batches)
            self.examples += sum(len(batch[0]) for batch in batches)
            self._flush()
            if self._feeder.at_end:
                self._end_epoch()
                self._began = time.perf_counter()
        return done

    def _learn(self, batch: Batch) -> None:
        """One step on one batch: forward, backward, penalties, clipping, update."""
        model = self._model
        flat = model.flat
        flat.gradients.zero_()
        values = model.network.run_batch(batch)
        loss = model.network.total_loss(values)
        self._backward(loss)
        self._losses.add(loss, values)
        penalties = self._penalties
        if penalties.before_step:
            with torch.no_grad():
                penalties.add_gradient()
        clipping = self.project.training.clipping
        if clipping.kind != "none":
            clip(flat.gradients, clipping)
        rate = self._scheduled_rate()
        if rate != self._rate:
            self._set_rate(rate)
        if self._step_optimizer is not None:
            self._step_optimizer()
        if penalties.after_step:
            penalties.shrink(rate)

    def _scheduled_rate(self) -> float:
        step = self.step + self._losses.waiting - 1
        if isinstance(self._schedule, PlateauSchedule):
            return self._declaration.learning_rate * self._plateau.factor
        total = self.project.training.stop.epochs
        steps_per_epoch = self._feeder.steps_per_epoch
        factor = self._schedule.factor(step, steps_per_epoch, total * steps_per_epoch if total else None)
        return self._declaration.learning_rate * factor

    def _set_rate(self, rate: float) -> None:
        self._rate = rate
        if self._optimizer is not None:
            for group in self._optimizer.param_groups:
                group["lr"] = rate * group["factor"]

    def _flush(self) -> None:
        """Fetch the losses of the steps since the last look, check that all is finite, and add to the curves."""
        if not self._losses.waiting:
            return
        weights_sum = float(self._model.flat.values.sum())
        rows = self._losses.fetch()
        # Only now has the device really finished.
        now = time.perf_counter()
        self.seconds += now - self._began
        self._began = now
        if not rows.finite or weights_sum - weights_sum != 0.0:
            self._explain_divergence()
        self._add_points(rows.points(self._moment()))
        self._good = saving.state_of(self)

    def _moment(self) -> Moment:
        return Moment(self.step, self.epoch, self.examples, self.seconds)

    def _add_points(self, points: list[Point]) -> None:
        self.history.extend(points)
        self._new_points.extend(points)

    def _end_epoch(self) -> None:
        self._feeder.finish_epoch()
        rules = self.project.training.stop
        watched = rules.patience or rules.target or isinstance(self._schedule, PlateauSchedule)
        if watched or self.step - self._evaluated_step >= EVALUATION_STEPS:
            self.evaluate()
        self.finished = self.finished or reason_to_stop(rules, self._feeder.epoch, self.latest, self._patience)
        if self.finished:
            self._come_to_rest()
        self._good = saving.state_of(self)

    def _come_to_rest(self) -> None:
        rules = self.project.training.stop
        if rules.patience and rules.restore_best and self._best is not None:
            self.restore(self._best)
            self.finished += f" The best weights, of step {self._best.step}, are back."
        if self.step != self._evaluated_step or rules.patience:
            self.evaluate(observe=False)

    def evaluate(self, *, full: bool = False, observe: bool = True) -> dict[str, float]:
        """Losses and metrics of all parts; they go into the curves. `full` looks at every example, not at a glance.

        With `observe`, early stopping and the plateau schedule take note.
        """
        self.latest = self._evaluator.evaluate(full=full)
        self._evaluated_step = self.step
        moment = self._moment()
        points = [
            Point(name, moment, value, value, value) for name, value in self.latest.items() if name != "train_loss"
        ]
        points.append(Point("learning_rate", moment, self.learning_rate, self.learning_rate, self.learning_rate))
        if self._penalties.before_step or self._penalties.after_step:
            penalty = float(self._penalties.amount())
            points.append(Point("penalty", moment, penalty, penalty, penalty))
        self._add_points(points)
        if observe:
            self._observe(self.latest.get("validation_loss", self.latest["train_loss"]))
        return self.latest

    def _observe(self, validation_loss: float) -> None:
        self._patience = self._patience.after(validation_loss, self.step)
        if self.project.training.stop.patience and self._patience.waited == 0:
            self._best = self.snapshot()
        if isinstance(self._schedule, PlateauSchedule):
            self._plateau = self._schedule.observe(self._plateau, validation_loss)

    def _explain_divergence(self) -> None:
        """Go back to the last good state and repeat its steps one by one until the first bad number shows itself."""
        failed_at = self.step
        saving.return_to(self, self._good)
        self._model.network.train()
        while self.step < failed_at:
            before = saving.state_of(self)
            batch = self._feeder.take(1)[0]
            diagnosis = divergence.diagnose_forward(self._model, batch)
            if diagnosis is None:
                saving.return_to(self, before)
                self._feeder.take(1)
                self._learn(batch)
                self._losses.clear()
                diagnosis = divergence.diagnose_gradients(self._model) or divergence.diagnose_weights(
                    self._model, self._rate
                )
            if diagnosis is not None:
                saving.return_to(self, before)
                self._good = before
                raise divergence.Diverged(diagnosis, self.step + 1)
            self.step += 1
            self.examples += len(batch[0])
        raise divergence.Diverged(
            divergence.Diagnosis(self.report.loss_nodes()[0], "The loss is no longer a finite number."), failed_at
        )

    # Pictures, rewinding and changing -------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """An immutable copy of parameters and buffers as they are now."""
        parameters = self._model.flat.values.detach().cpu().numpy().copy()
        parameters.flags.writeable = False
        buffers = {name: tensor.detach().cpu().numpy().copy() for name, tensor in self._model.buffers().items()}
        return Snapshot(self.step, self.epoch, parameters, self._model.flat.layout, MappingProxyType(buffers))

    @torch.no_grad()
    def restore(self, snapshot: Snapshot) -> None:
        """Take over the parameters and buffers of a snapshot of the same network. Raises ValueError if it is another."""
        if snapshot.layout != self._model.flat.layout:
            raise ValueError("the snapshot belongs to another network")
        self._model.flat.values.copy_(torch.tensor(snapshot.parameters))
        for name, tensor in self._model.buffers().items():
            tensor.copy_(torch.tensor(snapshot.buffers[name]))

    def rewind(self) -> None:
        """Back to step 0, with the same first weights and the same order of examples."""
        self._model.initialize(self.project)
        self._order.manual_seed(stable_seed(self.project.seed, "order"))
        self._feeder = Feeder(self._evaluator.train, self.project.training.batch_size, self._order)
        self.step = self.examples = 0
        self.seconds = 0.0
        self.finished = ""
        self.history = History()
        self._new_points.clear()
        self._new_marks.clear()
        self._losses = LossLog(self._model.network)
        self._patience = Patience()
        self._plateau = PlateauState()
        self._best = None
        self._configure()
        self.latest = {}
        self.evaluate(observe=False)
        self._good = saving.state_of(self)

    @property
    def steps_left_in_epoch(self) -> int:
        """Steps to the end of the present epoch, at least one."""
        return self._feeder.steps_left

    def go_on(self) -> None:
        """Forget that the run is over; a person wants more. Stop rules watch again from here on."""
        self.finished = ""
        self._patience = Patience()

    def tell_everything(self) -> None:
        """Make all curves and marks news again, for a listener that starts now."""
        self._new_points[:] = self.history.all_points()
        self._new_marks[:] = self.history.marks

    def take_news(self) -> tuple[tuple[Point, ...], tuple[Mark, ...]]:
        """Curve points and marks since the last call, for whoever mirrors the history."""
        news = tuple(self._new_points), tuple(self._new_marks)
        self._new_points.clear()
        self._new_marks.clear()
        return news

    def apply(self, project: Project) -> None:
        """Take a changed project. Numbers change at the next step; a changed graph keeps every weight that still fits.

        Raises CannotCompile (and stays as it was) when the new graph has errors.
        """
        kind = changes.classify(self.project, project)
        words = changes.describe(self.project, project)
        if kind == "structure":
            self._rebuild(project)
        elif kind == "optimizer":
            self.project = project
            self._configure()
        else:
            self.project = project
            if kind == "numbers":
                self._set_numbers()
        if kind != "nothing":
            self.finished = ""
            self._good = saving.state_of(self)
        for text in words if self.step else ():
            mark = Mark(self._moment(), text)
            self.history.mark(mark)
            self._new_marks.append(mark)

    def _rebuild(self, project: Project) -> None:
        old_model, old_optimizer, old_groups = self._model, self._optimizer, self._learning_groups()
        old_feeder, old_data, old_kind = self._feeder, self.prepared, self.project.training.optimizer.id
        memory = take_apart(old_optimizer, old_groups, old_model.flat.layout) if old_optimizer is not None else {}
        self._build(project)
        self._model.initialize(project)
        changes.keep_weights(old_model, self._model)
        if self._optimizer is not None and project.training.optimizer.id == old_kind:
            kept = changes.fitting_memory(memory, old_model.flat.layout, self._model.flat.layout)
            put_together(self._optimizer, self._learning_groups(), self._model.flat.layout, kept)
        same_data = all(old_data.get(name) is prepared for name, prepared in self.prepared.items())
        if same_data and len(old_data) == len(self.prepared):
            self._feeder.restore(old_feeder.state())
        else:
            self._order.manual_seed(stable_seed(project.seed, "order"))
            self._feeder = Feeder(self._evaluator.train, project.training.batch_size, self._order)
            self._feeder.epoch = old_feeder.epoch
        self._losses = LossLog(self._model.network)
        self._best = None
        self._patience = Patience()
        self.evaluate(observe=False)

    @torch.no_grad()
    def set_parameter(self, name: str, index: tuple[int, ...], value: float) -> float:
        """Type a value into one weight or bias; returns the old value. Raises KeyError, IndexError."""
        view = self._model.flat.view(name)
        old = float(view[index])
        view[index] = value
        self.finished = ""
        self._good = saving.state_of(self)
        return old

    def checkpoint(self) -> Checkpoint:
        """Everything needed to go on as if the run had never stopped."""
        return saving.to_checkpoint(self)

    def resume(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint of the same project. Raises CheckpointError when it does not fit the network."""
        saving.from_checkpoint(self, checkpoint)
