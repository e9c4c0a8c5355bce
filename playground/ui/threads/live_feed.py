"""The window's pulse: about 30 times a second it takes the newest frame and asks for what the visible views need.

What the window shows is a frame: that of now, or one of the past, when a person looks back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from playground.analysis.base import Analysis
from playground.analysis.question import Question
from playground.document.graph import Graph
from playground.document.project import Project
from playground.training.history import CurveData, History, Mark, Moment
from playground.training.snapshot import Snapshot
from playground.ui.threads.run_log import RunLog
from playground.ui.threads.trainer import Trainer
from playground.ui.threads.training_news import Frame

PULSE_MS = 33
FRAME_PULSES = 2
"""Pulses from one frame to the next while the network learns: fifteen pictures a second are seen as moving, and each
of them is made on the interpreter that the network learns on."""
SINGLE_STEPS = 1000.0 / PULSE_MS
"""Steps a second up to which every frame is taken, as a person may follow single steps."""


class LiveFeed(QObject):
    """Mirrors the run for the window: the frame that is shown, its snapshot, and all curves."""

    frame_arrived = Signal(object)
    """Another frame is shown: a new one of now, or one of the past."""
    live_arrived = Signal(object)
    """The run has got farther, whatever is shown."""
    moved = Signal()
    """A person looks at another moment, or at now again."""
    pulse = Signal()
    """After every look into the mailbox, new frame or not: the moment to ask for analyses."""

    def __init__(self, trainer: Trainer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._trainer = trainer
        self.runs = RunLog(self)
        self.live: Frame | None = None
        """The newest frame of the run."""
        self.frame: Frame | None = None
        """The frame that is shown."""
        self.past: Snapshot | None = None
        """The moment of the past that a person looks at; None for now."""
        self.number = 0
        """Grows with every frame of the run and every look at another moment."""
        self.history = History()
        self._run = -1
        self._waited = 0
        """Pulses since the last frame was taken."""
        self._curves: dict[str, CurveData] | None = None
        self.runs.changed.connect(self._count)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(PULSE_MS)

    @property
    def snapshot(self) -> Snapshot | None:
        """The snapshot that views look at."""
        return None if self.frame is None else self.frame.snapshot

    @property
    def trail(self) -> tuple[Snapshot, ...]:
        """Snapshots of the way that the run has come, oldest first, to now."""
        return () if self.live is None else self.live.trail

    @property
    def moments(self) -> tuple[Snapshot, ...]:
        """All moments one can look at, oldest first; the last one is now."""
        if self.live is None:
            return ()
        trail, now = self.live.trail, self.live.snapshot
        return (*trail[:-1], now) if trail and trail[-1].step == now.step else (*trail, now)

    @property
    def moment(self) -> Moment | None:
        """When the shown frame was, if a person looks back; None for now."""
        frame = self.frame
        if self.past is None or frame is None:
            return None
        return Moment(frame.step, frame.epoch, frame.examples, frame.seconds)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Changes made during the run."""
        return tuple(self.history.marks)

    def curves(self) -> dict[str, CurveData]:
        """All curves as arrays; made once per frame."""
        if self._curves is None:
            self._curves = {name: curve.data() for name, curve in self.history.curves.items()}
        return self._curves

    def question(self, analysis: Analysis, graph: Graph, project: Project, **looked_at: Any) -> Question:
        """What the analysis is asked of the moment that is shown; `looked_at` are the node, example and weights."""
        needs = analysis.needs
        return Question(
            graph=graph,
            snapshot=self.snapshot,
            history=self.curves() if "history" in needs else None,
            marks=self.marks,
            trail=self.trail,
            others=self.runs.shown() if "others" in needs else (),
            runs=self.runs.records(self.curves()) if "runs" in needs else (),
            gone=self.runs.gone,
            moment=self.moment,
            project=project,
            grown=self.number,
            **looked_at,
        ).limited_to(needs)

    def forget(self) -> None:
        """Another project: nothing is known yet."""
        looked_back = self.past is not None
        self.frame = self.live = self.past = None
        self.history = History()
        self._curves = None
        if looked_back:
            self.moved.emit()

    def stop(self) -> None:
        """No more pulses."""
        self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Take the newest frame, if there is one and it is time."""
        self._waited += 1
        if self._due():
            self._take()
        self.pulse.emit()

    @property
    def quick(self) -> bool:
        """The run goes on faster than single steps could be followed, so that a picture more or less is not missed."""
        live = self.live
        return live is not None and live.steps_per_second > SINGLE_STEPS and self._trainer.state == "running"

    def _due(self) -> bool:
        return not self.quick or self._waited >= FRAME_PULSES

    def _take(self) -> None:
        while (frame := self._trainer.take_frame()) is not None:
            self._waited = 0
            self._show(frame)
            if not frame.leaves:
                break

    def _show(self, frame: Frame) -> None:
        run = self.runs.current
        if frame.run != self._run:
            if run is not None:
                run.looked_at = self.past
            self.forget()
            self._run = frame.run
            run = self.runs.begin(frame)
            self.history = run.history
        self.live = frame
        self.number += 1
        self.runs.follow(frame)
        self._curves = None
        self.live_arrived.emit(frame)
        if self.past is None:
            self.frame = frame
            self.frame_arrived.emit(frame)
        if run is not None and run.looked_at is not None and not frame.leaves:
            # It was left while a person looked back.
            looked_at, run.looked_at = run.looked_at, None
            self.look_back(looked_at)

    @Slot()
    def _count(self) -> None:
        self.number += 1

    # Looking back ---------------------------------------------------------------------------------------------------

    def look_back(self, snapshot: Snapshot | None) -> None:
        """Show the moment of a snapshot of this run instead of now; None for now again."""
        if self.live is None or snapshot is self.past:
            return
        self.past = snapshot
        self.frame = self.live if snapshot is None else self._frame_of(self.live, snapshot)
        self.number += 1
        self.frame_arrived.emit(self.frame)
        self.moved.emit()

    def _frame_of(self, live: Frame, snapshot: Snapshot) -> Frame:
        """The frame that was shown then; its numbers are those last measured."""
        curves, place = self.curves(), snapshot.place
        found = {name: _value_at(curves.get(name), snapshot.step) for name in (*live.latest, "learning_rate")}
        measured = {name: value for name, value in found.items() if value is not None}
        rate = measured.pop("learning_rate", live.learning_rate)
        return replace(
            live,
            snapshot=snapshot,
            points=(),
            marks=(),
            step=snapshot.step,
            epoch=snapshot.epoch,
            examples=place.examples if place else live.examples,
            seconds=place.seconds if place else live.seconds,
            learning_rate=rate,
            latest=measured,
            finished="",
        )


def _value_at(curve: CurveData | None, step: int) -> float | None:
    """The last value of a curve up to a step; its first where the step is before it."""
    if curve is None or not len(curve.step):
        return None
    return float(curve.value[max(0, int(np.searchsorted(curve.step, step, side="right")) - 1)])


class Throttle:
    """Lets something through at most so often, counted in pulses."""

    def __init__(self, pulses: int, action: Callable[[], None]) -> None:
        self.pulses = pulses
        self._action = action
        self._waited = pulses
        self._wanted = False

    def want(self) -> None:
        """There is something new."""
        self._wanted = True

    def pulse(self) -> None:
        """Run the action when it is wanted and enough pulses have gone by."""
        self._waited += 1
        if self._wanted and self._waited >= self.pulses:
            self._wanted = False
            self._waited = 0
            self._action()
