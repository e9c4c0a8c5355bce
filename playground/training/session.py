"""A session: one run of whatever learns on the canvas, fully determined by project and seed.

On the CPU, a run that was paused, saved and resumed equals an uninterrupted run bit for bit.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch

from playground.blocks.interruption import Asked, Interrupted, never
from playground.data.preparation import Prepared
from playground.document.files import to_json
from playground.document.project import Project
from playground.editing.naming import titles
from playground.network.check import check
from playground.network.compiled import CannotCompile
from playground.training import changes, saving
from playground.training.batches import examples_of
from playground.training.checkpoint import Checkpoint, CheckpointError
from playground.training.device import choose_device, choose_threads, saved_threads
from playground.training.divergence import Diverged, locate
from playground.training.evaluation import Evaluator
from playground.training.history import History, Mark, Moment, Point
from playground.training.learner import Learner, State
from playground.training.model import TrainableModel
from playground.training.news import News
from playground.training.resting import Changes, RestingRun
from playground.training.schedules import PlateauState
from playground.training.snapshot import Snapshot
from playground.training.stopping import Ending, Watch, ending
from playground.training.trail import Trail

FLUSH_STEPS = 256
"""At most so many steps between two looks at the losses: each look waits for the device."""
EVALUATION_STEPS = 100
"""Epochs end unevaluated while the last evaluation is not so many steps ago (fewer at the start of a run), unless a
stop rule or the schedule watches every epoch."""


class Session:
    """Trains a project: its network by gradient descent, phase by phase, and its estimators by rules of their own.

    Raises CannotCompile when the graph has errors, CannotTrain when data blocks do not go together or an optimizer does
    not suit the network.
    """

    _good: State
    """Where a failure leads back to."""
    _flushed: Moment
    """When the losses were last fetched."""
    watch: Watch
    _evaluated_step: int
    _least_loss: float
    """The least watched loss so far."""
    _changes: Changes | None  # noted last on the curves

    def __init__(self, project: Project, device: str | None = None) -> None:
        self.history = History()
        self.trail = Trail()
        """The way that the weights have come."""
        self.finished = ""
        """Why the run is over; empty while it may go on."""
        self.seconds = 0.0
        """Time spent learning, pauses and evaluations left out."""
        self.latest: dict[str, float] = {}
        """Losses and metrics of the last evaluation."""
        self._news = News()
        self._device_setting = device
        self._interrupted: Asked = never
        self._build(project)
        self.rewind()

    def _build(self, project: Project) -> None:
        """Make all parts for a project; when that fails, the session is as it was."""
        report = check(project.graph)
        if not report.ok:
            raise CannotCompile(report.errors())
        device = choose_device(self._device_setting or project.training.device, report.total_parameters)
        prepared = examples_of(report)
        model = TrainableModel(project, report, device)
        evaluator = Evaluator(model.network, prepared, device)
        learner = Learner(project, model, evaluator.train)
        self.threads = choose_threads(report.total_parameters)
        torch.set_num_threads(self.threads)
        self.project, self.report, self.device = project, report, device
        self.prepared: Mapping[str, Prepared] = prepared
        self.evaluator, self.learner = evaluator, learner
        learner.ask(self._interrupted)

    def ask(self, interrupted: Asked) -> None:
        """Let long steps ask whether they are to be broken off; `advance` then stops at the state before."""
        self._interrupted = interrupted
        self.learner.ask(interrupted)

    # Where the run stands -------------------------------------------------------------------------------------------

    @property
    def step(self) -> int:
        """Steps taken since the first weights."""
        return self.learner.step

    @property
    def examples(self) -> int:
        """Examples learned from since the first weights, each as often as it came."""
        return self.learner.examples

    @property
    def epoch(self) -> float:
        """Epochs completed, with the part of the present one."""
        return self.learner.experience.progress

    @property
    def steps_per_epoch(self) -> int:
        """Steps in one epoch at the present batch size."""
        return self.learner.experience.steps_per_epoch

    @property
    def steps_left_in_epoch(self) -> int:
        """Steps to the end of the present epoch, at least one."""
        return self.learner.experience.steps_left

    @property
    def learning_rate(self) -> float:
        """The rate of the last step, schedule included."""
        return self.learner.rate

    def _moment(self) -> Moment:
        return Moment(self.step, self.epoch, self.examples, self.seconds)

    # Learning -------------------------------------------------------------------------------------------------------

    def advance(self, steps: int) -> int:
        """Take up to `steps` steps; returns how many. Stops early when the run is finished.

        Raises Diverged at NaN or infinity; the session then stands at its last good state. It does so too when there
        is not enough memory, and torch's error goes on to the caller.
        """
        learner, start = self.learner, self.step
        # Without data a step is an epoch, and each of them is a line of the table that a person compares.
        closely = not learner.model.network.feed_outputs
        self._began = time.perf_counter()
        if torch.get_num_threads() != self.threads:  # another run may have another number
            torch.set_num_threads(self.threads)
        try:
            while (left := steps - self.step + start) > 0 and not self.finished:
                learner.learn(min(left, 1 if closely else FLUSH_STEPS - learner.losses.waiting))
                if learner.experience.at_end:
                    self._end_epoch()
                if learner.losses.waiting >= FLUSH_STEPS or (closely and self.trail.due(self.step)):
                    self._flush()
            self._flush()
        except (Interrupted, RuntimeError, MemoryError) as error:
            learner.return_to(self._good)
            if not isinstance(error, Interrupted):
                raise
        return self.step - start

    def _flush(self) -> None:
        """Fetch the losses of the steps since the last look, check that all is finite, and add to the curves."""
        learner = self.learner
        if not learner.losses.waiting:
            return
        finite = learner.is_finite()
        losses = learner.losses.fetch()
        if not finite or not losses.finite:
            self._explain_divergence()
        # Only now has the device really finished.
        now = time.perf_counter()
        self.seconds += now - self._began
        self._began = now
        moment = self._moment()
        self._add_points([*losses.points(self._flushed, moment), *learner.sizes.points(self._flushed, moment)])
        self._flushed = moment
        self._good = learner.state()
        if self.trail.due(self.step):
            self.trail.add(self.snapshot())

    def _note_best(self, loss: float) -> None:
        """Keep the weights of the least loss, of validation if there is any, so that one can go back to them."""
        if loss < self._least_loss:
            self._least_loss = loss
            if self.step:
                self.trail.keep_best(self.snapshot())

    def _explain_divergence(self) -> None:
        """Repeat the steps since the last good state one by one, and stay before the first that goes wrong."""
        diagnosis = locate(self.learner, self._good, self.step)
        self._keep()
        raise Diverged(diagnosis, self.step + 1)

    def _keep(self) -> None:
        """Take the present state for the good one that a failure leads back to."""
        self._good = self.learner.state()
        self._flushed = self._moment()

    def _add_points(self, points: Iterable[Point]) -> None:
        points = tuple(points)
        self.history.extend(points)
        self._news.add(points)

    def _end_epoch(self) -> None:
        experience, rules = self.learner.experience, self.project.training.stop
        experience.finish_epoch()
        watched = rules.patience is not None or rules.target is not None or self.learner.watches_validation
        pause = max(1, min(EVALUATION_STEPS, self.step // 10))
        if watched or self.step - self._evaluated_step >= pause:
            self._flush()
            self.evaluate()
        end = ending(rules, experience.epoch, self.latest, self.watch, titles(self.project.graph))
        if end is None and self.learner.settled:
            self._flush()
            end = Ending(self.learner.estimators.words())
        if end is not None:
            self._flush()
            self._come_to_rest(end)

    def _come_to_rest(self, end: Ending) -> None:
        self.finished = end.reason
        best = self.watch.best
        if end.early and best is not None and self.project.training.stop.restore_best:
            self.restore(best)
            self.finished += f" The best weights, of step {best.step}, are back."
            self.evaluate(observe=False)
        elif self.step != self._evaluated_step:
            self.evaluate(observe=False)

    def go_on(self) -> None:
        """Forget that the run is over; a person wants more. Stop rules count from here on; a reached target is none."""
        self.finished = ""
        self.watch = self.watch.going_on(self.learner.experience.epoch)

    # Measuring ------------------------------------------------------------------------------------------------------

    def evaluate(self, *, full: bool = False, observe: bool = True) -> dict[str, float]:
        """Losses and metrics of all parts; they go into the curves. `full` looks at every example, not at a glance.

        With `observe`, early stopping and the plateau schedule take note.
        """
        began = time.perf_counter()
        self.latest = self.evaluator.evaluate(self.learner.experience.batch_size, full=full)
        self._evaluated_step = self.step
        # The curves of the training loss are those of the steps themselves.
        values = {name: value for name, value in self.latest.items() if name.split(".")[0] != "train_loss"}
        values["learning_rate"] = self.learning_rate
        penalty = self.learner.penalty()
        if penalty is not None:
            values["penalty"] = penalty
        moment = self._moment()
        self._add_points(Point(name, moment, value, value, value) for name, value in values.items())
        watched = self.latest.get("validation_loss", self.latest.get("train_loss"))
        if watched is not None:
            self._note_best(watched)
        if observe and watched is not None:
            self._observe(watched)
        self._began += time.perf_counter() - began
        return self.latest

    def _observe(self, validation_loss: float) -> None:
        self.watch = self.watch.after(validation_loss, self.step)
        if self.project.training.stop.patience and self.watch.patience.waited == 0:
            self.watch = replace(self.watch, best=self.snapshot())
        self.learner.observe(validation_loss)

    def snapshot(self) -> Snapshot:
        """An immutable copy of parameters, buffers and the optimizers' memory as they are now."""
        return self.learner.snapshot(self.epoch, self.seconds)

    def tell_everything(self) -> None:
        """Make all curves news again, for a listener that starts now."""
        self._news.begin(self.history)

    def take_news(self) -> tuple[tuple[Point, ...], tuple[Mark, ...]]:
        """Curve points since the last call, and all marks, for whoever mirrors the history."""
        return self._news.take(self.history), tuple(self.history.marks)

    # Changing -------------------------------------------------------------------------------------------------------

    def rewind(self) -> None:
        """Back to step 0, with the same first weights and the same order of examples."""
        self.learner.rewind(self.project)
        self.seconds = self._began = 0.0
        self.finished = ""
        self.history = History()
        self._changes = None
        self._news.forget()
        self.watch = Watch()
        self._least_loss = math.inf
        self.evaluate(observe=False)
        self._keep()
        self.trail = Trail(self.trail.budget)
        self.trail.begin_at(self.snapshot())

    def restore(self, snapshot: Snapshot) -> None:
        """Take over the parameters and buffers of a snapshot. Raises ValueError when it is of another network."""
        self.learner.restore(snapshot)
        self._keep()

    def set_parameter(self, name: str, index: tuple[int, ...], value: float) -> float:
        """Type a value into one weight or bias; returns the old value.

        Raises KeyError, IndexError, and ValueError for what is no finite number.
        """
        if not math.isfinite(value):
            raise ValueError("a weight must be a finite number")
        view = self.learner.model.flat.view(name)
        if len(index) != view.dim():
            raise IndexError(f"{name} has {view.dim()} axes")
        old = float(view[index])
        view[index] = value
        self.finished = ""
        self._keep()
        return old

    def apply(self, project: Project, gesture: object = None) -> RestingRun | None:
        """Take a changed project. Numbers change at the next step; a changed graph keeps every weight that still fits.

        Changes with the same `gesture` belong to one movement of the hand and are noted as one on the curves. When the
        network had to be built anew, the run as it was is returned: `take_up` goes on with it bit for bit. What it had
        learned may be worth nothing for the new project, which then begins at step 0.
        Raises CannotCompile or CannotTrain, and stays as it was, when the new project cannot be trained.
        """
        before, kind = self.project, changes.classify(self.project, project)
        left: RestingRun | None = None
        if before.seed != project.seed or (
            kind == "structure" and changes.begins_anew(self.report, check(project.graph))
        ):
            left = self.rest()
            self._build(project)
            self.rewind()
            return left
        if kind == "structure":
            if not self._retuned(project):
                left = self._rebuild(project)
        elif kind == "numbers":
            self.learner.change(project)
        self.project = project
        if before.training.schedule.id != project.training.schedule.id:
            self.learner.forget_plateau()
        if before.training.stop != project.training.stop:
            self.watch = Watch()
        if kind != "nothing":
            self.finished = ""
            self._keep()
        if self.step:
            self._note(before, project, gesture)
        return left

    def _note(self, before: Project, project: Project, gesture: object) -> None:
        """Note a change on the curves, together with those of the same movement or step; what was taken back at once
        leaves no mark."""
        last = self._changes
        goes_on = last is not None and (
            last.moment.step == self.step or (gesture is not None and gesture == last.gesture)
        )
        base, moment = (last.base, last.moment) if last is not None and goes_on else (before, self._moment())
        marks = tuple(Mark(moment, text) for text in changes.describe(base, project))
        if last is not None and goes_on:
            self.history.marks = [mark for mark in self.history.marks if mark not in last.marks]
        elif not marks:
            return
        else:
            self.trail.add(self.snapshot())
        for mark in marks:
            self.history.mark(mark)
        self._changes = Changes(base, moment, gesture, marks)

    def _retuned(self, project: Project) -> bool:
        """Whether the change could be written into the living network, which then goes on with all it remembers."""
        report, network = check(project.graph), self.learner.model.network
        weights = network.loss_weights
        if not changes.retune(self.learner.model, self.project, project, report):
            return False
        self.report = report
        if network.loss_weights == weights:
            self.learner.change(project)
        else:
            self._go_on_at_another_scale(project, self.learner.plateau)
        return True

    def _go_on_at_another_scale(self, project: Project, plateau: PlateauState) -> None:
        """Take a project whose loss may be larger or smaller: of the plateau only the reduction so far stays."""
        self.learner.plateau = PlateauState(factor=plateau.factor)
        self.learner.change(project)
        self.watch = Watch(first_epoch=self.watch.first_epoch, target_waived=self.watch.target_waived)
        self.evaluate(observe=False)

    def _rebuild(self, project: Project) -> RestingRun:
        """Make the parts anew and carry over what still fits: weights, optimizer's memory, the place in the data.

        Returns the run as it was.
        """
        report, old, left = self.report, self.learner, self.rest()
        self._build(project)
        self.history = self.history.copy() if old.step else History()
        self.trail = Trail(self.trail.budget)
        new = self.learner
        new.start(project)
        changes.keep_weights(old.model, new.model)
        new.estimators.wake()
        if old.optimizer_ids == new.optimizer_ids:
            new.remember(changes.fitting_memory(old.memory_by_name(), old.model, new.model))
        new.step, new.examples = old.step, old.examples
        new.experience.follow(old.experience, same_examples=changes.data_of(report) == changes.data_of(self.report))
        self._go_on_at_another_scale(project, old.plateau)
        self.trail.begin_at(self.snapshot())
        return left

    # Another run from here --------------------------------------------------------------------------------------------

    def branch_from(self, snapshot: Snapshot, history: History, trail: Sequence[Snapshot] = ()) -> None:
        """Begin as the run that this snapshot is of stood then, with its past: its curves and its `trail` up to there.

        With the same settings it goes on as that run did, bit for bit on the CPU. Raises ValueError when the snapshot
        is of another network.
        """
        self.learner.stand_at(snapshot)
        self.seconds = snapshot.place.seconds if snapshot.place else 0.0
        self.finished = ""
        self.history = history.until(snapshot.step)
        self.watch = Watch()
        self._news.forget()
        self.latest = self.evaluator.evaluate(self.learner.experience.batch_size)
        self._evaluated_step = self.step
        self._keep()
        self.trail.begin_at(self.snapshot(), [one for one in trail if one.step < snapshot.step])
        curve = self.history.curves.get("validation_loss", self.history.curves.get("train_loss"))
        self._least_loss = float(np.nanmin(curve.data().low)) if curve is not None and len(curve) else math.inf

    def will_be_left(self, project: Project) -> bool:
        """Whether `apply` of this project may begin another run."""
        return self.project.seed != project.seed or changes.classify(self.project, project) == "structure"

    def rest(self) -> RestingRun:
        """The run as it stands, to be taken up again. This session must go on with another history and trail, as it
        does after `rewind`, or be left."""
        return RestingRun(
            self.project, self.learner.state(), self.seconds, self.finished, self.latest, self._evaluated_step,
            self._least_loss, self.watch, self.history, self.trail, self._changes,
        )  # fmt: skip

    def take_up(self, run: RestingRun) -> None:
        """Go on with a run of the same project, bit for bit on the CPU as if it had never been left."""
        self.learner.return_to(run.state)
        self.seconds, self.finished = run.seconds, run.finished
        self.latest, self._evaluated_step = run.latest, run.evaluated_step
        self._least_loss, self.watch = run.least_loss, run.watch
        self.history, self.trail, self._changes = run.history, run.trail, run.changes
        self._news.forget()
        self._keep()

    # Saving ---------------------------------------------------------------------------------------------------------

    def checkpoint(self) -> Checkpoint:
        """All that is needed to go on."""
        journal = saving.Journal(
            self.seconds, self.finished, self.latest, self._evaluated_step, self.watch, self.history,
            self.trail.snapshots, self.trail.best, self._least_loss,
        )  # fmt: skip
        checkpoint = saving.to_checkpoint(self.learner, journal)
        checkpoint.meta["trained"] = to_json(self.project)
        checkpoint.meta["threads"] = self.threads
        return checkpoint

    def resume(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        """Go on from a checkpoint of the same project. Returns what was damaged and is left out, in sentences.

        Raises OtherNetworkError when it belongs to another network (the session stays as it was), CheckpointError when
        it is damaged so that nothing can be made of it (the session is rewound).
        """
        saving.refuse_other_network(self.learner, checkpoint)
        try:
            journal = saving.from_checkpoint(self.learner, checkpoint)
        except saving.DAMAGE as error:
            self.rewind()
            raise CheckpointError(
                f"The saved state is damaged ({error}); the run starts from its first weights."
            ) from error
        self.threads = saved_threads(checkpoint.meta.get("threads"), self.threads)
        self.seconds, self.finished = journal.seconds, journal.finished
        self.latest, self._evaluated_step = journal.latest, journal.evaluated_step
        self.watch, self.history = journal.watch, journal.history
        self._news.forget()
        self._keep()
        self.trail.begin_at(self.snapshot(), [one for one in journal.trail if one.step < self.step])
        self._least_loss = journal.least_loss
        if journal.best is not None:
            self.trail.keep_best(journal.best)
        return journal.left_out
