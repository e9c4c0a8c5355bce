"""A run: its parts, its journal and its last good state. All that a session does is done to it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import torch

from playground.blocks.interruption import Asked, never
from playground.data.preparation import Prepared
from playground.document.project import Project
from playground.network.check import Report, check
from playground.network.compiled import CannotCompile
from playground.training.batches import examples_of, readers_of
from playground.training.device import choose_device, choose_threads
from playground.training.evaluation import Evaluator
from playground.training.history import Moment, Point
from playground.training.journal import Journal
from playground.training.learner import Learner, State
from playground.training.model import TrainableModel
from playground.training.news import News
from playground.training.objectives.classes import unlabelled_inputs
from playground.training.snapshot import Snapshot


class Run:
    """Raises CannotCompile when the graph has errors, CannotTrain when data blocks do not go together or an optimizer
    does not suit the network."""

    project: Project
    report: Report
    device: torch.device
    prepared: Mapping[str, Prepared]
    evaluator: Evaluator
    learner: Learner
    threads: int
    good: State
    """Where a failure leads back to."""
    flushed: Moment
    """When the losses were last fetched."""

    def __init__(self, project: Project, device: str | None = None) -> None:
        self.journal = Journal()
        self.news = News()
        self.clock = Clock()
        self._device_setting = device
        self._interrupted: Asked = never
        self.build(project)

    def build(self, project: Project) -> None:
        """Make all parts for a project; when that fails, the run is as it was."""
        report = check(project.graph)
        if not report.ok:
            raise CannotCompile(report.errors())
        device = choose_device(self._device_setting or project.training.device, report.total_parameters)
        prepared = examples_of(report)
        model = TrainableModel(project, report, device)
        model.network.readers = readers_of(prepared)
        evaluator = Evaluator(model.network, prepared, device)
        unlabelled = unlabelled_inputs(report, prepared, device)
        learner = Learner(project, model, evaluator.train, unlabelled)
        self.threads = choose_threads(report.total_parameters)
        torch.set_num_threads(self.threads)
        self.project, self.report, self.device = project, report, device
        self.prepared, self.evaluator, self.learner = prepared, evaluator, learner
        learner.ask(self._interrupted)

    def ask(self, interrupted: Asked) -> None:
        """Let long steps ask whether they are to be broken off."""
        self._interrupted = interrupted
        self.learner.ask(interrupted)

    @property
    def step(self) -> int:
        """Steps taken since the first weights."""
        return self.learner.step

    @property
    def epoch(self) -> float:
        """Epochs completed, with the part of the present one."""
        return self.learner.experience.progress

    def moment(self) -> Moment:
        """Now, for the curves."""
        return Moment(self.step, self.epoch, self.learner.examples, self.journal.seconds)

    def snapshot(self) -> Snapshot:
        """An immutable copy of parameters, buffers and the optimizers' memory as they are now."""
        return self.learner.snapshot(self.epoch, self.journal.seconds)

    def keep(self) -> None:
        """Take the present state for the good one that a failure leads back to."""
        self.good = self.learner.state()
        self.flushed = self.moment()

    def restore(self, snapshot: Snapshot) -> None:
        """Take over the parameters and buffers of a snapshot. Raises ValueError when it is of another network."""
        self.learner.restore(snapshot)
        self.keep()

    def add_points(self, points: Iterable[Point]) -> None:
        """Put points onto the curves, and tell of them."""
        points = tuple(points)
        self.journal.history.extend(points)
        self.news.add(points)


class Clock:
    """Measures the time that learning takes; whatever else is done meanwhile is taken out."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def start(self) -> None:
        """Learning begins."""
        self._began = time.perf_counter()

    def lap(self) -> float:
        """Seconds since the start or the lap before."""
        now = time.perf_counter()
        spent, self._began = now - self._began, now
        return spent

    def leave_out(self, seconds: float) -> None:
        """So much of this lap was no learning."""
        self._began += seconds
