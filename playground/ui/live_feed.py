"""The window's pulse: about 30 times a second it takes the newest frame and asks for what the visible views need."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from playground.training.history import CurveData, History, Mark
from playground.training.snapshot import Snapshot
from playground.ui.trainer import Frame, Trainer

PULSE_MS = 33


class LiveFeed(QObject):
    """Mirrors the run for the window: the newest frame, its snapshot, and all curves."""

    frame_arrived = Signal(object)
    pulse = Signal()
    """After every look into the mailbox, new frame or not: the moment to ask for analyses."""

    def __init__(self, trainer: Trainer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._trainer = trainer
        self.frame: Frame | None = None
        self.history = History()
        self._run = -1
        self._curves: dict[str, CurveData] | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(PULSE_MS)

    @property
    def snapshot(self) -> Snapshot | None:
        """The snapshot that views look at."""
        return None if self.frame is None else self.frame.snapshot

    @property
    def trail(self) -> tuple[Snapshot, ...]:
        """Snapshots of the way that the run has come, oldest first."""
        return () if self.frame is None else self.frame.trail

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Changes made during the run."""
        return tuple(self.history.marks)

    def curves(self) -> dict[str, CurveData]:
        """All curves as arrays; made once per frame."""
        if self._curves is None:
            self._curves = {name: curve.data() for name, curve in self.history.curves.items()}
        return self._curves

    def forget(self) -> None:
        """Another project: nothing is known yet."""
        self.frame = None
        self.history = History()
        self._curves = None

    def stop(self) -> None:
        """No more pulses."""
        self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Take the newest frame, if there is one."""
        frame = self._trainer.take_frame()
        if frame is not None:
            if frame.run != self._run:
                self.forget()
                self._run = frame.run
            self.frame = frame
            self.history.extend(frame.points)
            for mark in frame.marks:
                self.history.mark(mark)
            self._curves = None
            self.frame_arrived.emit(frame)
        self.pulse.emit()


class Throttle:
    """Lets something through at most so often, counted in pulses."""

    def __init__(self, pulses: int, action: Callable[[], None]) -> None:
        self._pulses = pulses
        self._action = action
        self._waited = pulses
        self._wanted = False

    def want(self) -> None:
        """There is something new."""
        self._wanted = True

    def pulse(self) -> None:
        """Run the action when it is wanted and enough pulses have gone by."""
        self._waited += 1
        if self._wanted and self._waited >= self._pulses:
            self._wanted = False
            self._waited = 0
            self._action()
