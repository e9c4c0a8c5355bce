"""Every run of the session: the one on screen and those before it, with their curves and the ways they have come."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Signal, Slot

from playground.analysis.question import OtherRun
from playground.document.project import Project
from playground.training.history import CurveData, History
from playground.training.saving.earlier_runs import Branched, RunBook, SavedRun
from playground.training.snapshot import Snapshot
from playground.training.trail import FEWEST, Trail
from playground.ui.threads.training_news import Frame, Origin

MOST_RUNS = 64
"""Runs that are kept; of more, the oldest that nobody has pinned goes."""
PASSING_SECONDS = 1.0
"""A run between two edits of the network that learned for less than this is forgotten."""
RESTING_SHARE = 0.5
"""Part of the memory for snapshots that all runs before the present one may take."""


@dataclass(eq=False)
class Run:
    """One run. What it shows grows while it is on screen, and rests afterwards."""

    number: int
    """From 1, in the order in which they began."""
    origin: Origin | None
    """Where it branched off: the number of that run in this log, and the step."""
    frame: Frame
    """The newest frame."""
    trail: tuple[Snapshot, ...] = ()
    history: History = field(default_factory=History)
    began: float = 0.0
    """Seconds that had been learned when it began."""
    pinned: bool = False
    """Whether it is kept whatever the memory."""
    shown: bool = False
    """Whether it is drawn beside the run on screen."""
    looked_at: Snapshot | None = None
    """The moment that was shown when the run was left; None for its newest."""

    @property
    def title(self) -> str:
        """How the run is called everywhere."""
        return f"run {self.number}"

    @property
    def project(self) -> Project:
        """The project with the settings it had last."""
        return self.frame.project or Project()

    def curves(self) -> dict[str, CurveData]:
        """Its curves as arrays."""
        return {name: curve.data() for name, curve in self.history.curves.items()}

    def record(self, current: bool, curves: dict[str, CurveData] | None = None) -> OtherRun:
        """What analyses see of it."""
        frame = self.frame
        trail = self.trail if self.trail and self.trail[-1].step == frame.step else (*self.trail, frame.snapshot)
        return OtherRun(
            title=self.title,
            trail=trail,
            history=self.curves() if curves is None else curves,
            number=self.number,
            project=frame.project,
            metrics=frame.latest,
            seconds=frame.seconds,
            origin=(self.origin.run, self.origin.step) if self.origin else None,
            pinned=self.pinned,
            shown=self.shown,
            current=current,
        )


class RunLog(QObject):
    """Keeps the runs of the session inside the memory for snapshots."""

    changed = Signal()
    """A run has begun or gone, or another one is shown or pinned; not that the present one has learned."""

    told = Signal(str, str)
    """(sentence, tone) for the message bar, about the first run of the project that could not be kept."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: list[Run] = []
        self.gone = 0
        """Runs of the project that could not be kept."""
        self.budget = 0
        """Bytes for the snapshots of the runs that rest; 0 for no limit."""
        self._numbers: dict[int, int] = {}
        """From the number of the training thread to that of this log."""
        self._begun = 0
        self._resting: dict[int, OtherRun] = {}

    @property
    def current(self) -> Run | None:
        """The run on screen."""
        return self.runs[-1] if self.runs else None

    def run(self, number: int) -> Run:
        """A run by its number. Raises KeyError."""
        for run in self.runs:
            if run.number == number:
                return run
        raise KeyError(number)

    def clear(self) -> None:
        """Another project: its runs are numbered from 1."""
        self.runs.clear()
        self._numbers.clear()
        self._resting.clear()
        self._begun = self.gone = 0
        self.changed.emit()

    def begin(self, frame: Frame) -> Run:
        """Another run is on screen: a new one, or one that undo or redo has brought back. The one before rests; if it
        has not learned anything it is forgotten."""
        if frame.saved_runs is not None:
            self._bring_back(frame.saved_runs)
        last, back = self.current, self._known(frame)
        if last is not None and not last.pinned and _passing(last, frame, back is not None):
            self._forget(last)
        run = self._new(frame) if back is None else self._back(back, frame)
        self._resting.clear()
        self._fit()
        self.changed.emit()
        return run

    def _known(self, frame: Frame) -> Run | None:
        number = self._numbers.get(frame.run, 0)
        return next((run for run in self.runs if run.number == number and run.frame.run == frame.run), None)

    def _new(self, frame: Frame) -> Run:
        self._begun += 1
        origin = frame.origin
        if origin is not None:
            origin = replace(origin, run=self._numbers.get(origin.run, 0))
        saved = frame.saved_runs
        began = frame.seconds if saved is None else saved.began
        run = Run(self._begun, origin, frame, began=began, pinned=saved is not None and saved.pinned)
        self._numbers[frame.run] = run.number
        self.runs.append(run)
        for other in self.runs[:-1] if saved is None else ():
            # What it branched from is what one wants to compare it with.
            other.shown = origin is not None and other.number == origin.run
        return run

    def _bring_back(self, book: RunBook) -> None:
        """Take the place of all runs with those of a file; the present one of the file is about to begin."""
        self.runs = [_brought_back(saved) for saved in book.resting]
        # The training thread counts from 1 upwards; runs of a file have negative numbers for it.
        self._numbers = {-saved.number: saved.number for saved in book.resting}
        self._begun = book.number - 1
        self._resting.clear()

    def book(self) -> RunBook:
        """All runs as they go into a file; the present one is added by whoever writes its state."""
        current = self.current
        if current is None:
            return RunBook()
        resting = tuple(_put_away(run) for run in self.runs[:-1])
        return RunBook(resting, current.number, _branched(current.origin), current.began, current.pinned)

    def _back(self, run: Run, frame: Frame) -> Run:
        """A run as it was before an edit that was undone; what the edit led to is not drawn beside it."""
        self.runs.remove(run)
        self.runs.append(run)
        run.frame, run.history = frame, History()
        for other in self.runs[:-1]:
            other.shown = run.origin is not None and other.number == run.origin.run
        return run

    def _forget(self, run: Run) -> None:
        self._drop(run)
        if run.number == self._begun:
            self._begun -= 1
        instead = run.origin.run if run.origin is not None else 0
        # What comes from it comes from the run that it came from.
        self._numbers = {key: instead if number == run.number else number for key, number in self._numbers.items()}

    def follow(self, frame: Frame) -> None:
        """The run on screen has got farther."""
        run = self.current
        if run is None:
            return
        run.frame, run.trail = frame, frame.trail
        run.history.extend(frame.points)
        run.history.marks = list(frame.marks)

    @Slot(int, bool)
    def show(self, number: int, shown: bool) -> None:
        """Draw a run beside the one on screen, or no longer."""
        self.run(number).shown = shown
        self._resting.clear()
        self.changed.emit()

    @Slot(int, bool)
    def pin(self, number: int, pinned: bool) -> None:
        """Keep a run whatever comes, or no longer."""
        self.run(number).pinned = pinned
        self._resting.clear()
        self.changed.emit()

    @Slot(int)
    def forget(self, number: int) -> None:
        """Let a run go that is not on screen."""
        run = self.run(number)
        if run is not self.current:
            self._drop(run)
            self.changed.emit()

    def shown(self) -> tuple[OtherRun, ...]:
        """The runs that are drawn beside the one on screen."""
        return tuple(self._record(run) for run in self.runs[:-1] if run.shown)

    def records(self, curves: dict[str, CurveData]) -> tuple[OtherRun, ...]:
        """All runs, the one on screen, which has these `curves`, last."""
        if not self.runs:
            return ()
        return (*(self._record(run) for run in self.runs[:-1]), self.runs[-1].record(True, curves))

    def _record(self, run: Run) -> OtherRun:
        if run.number not in self._resting:
            self._resting[run.number] = run.record(False)
        return self._resting[run.number]

    def resting_bytes(self) -> int:
        """Memory of the snapshots of all runs before the present one; what runs share counts once."""
        found = {id(one): one.nbytes for run in self.runs[:-1] for one in run.trail}
        return sum(found.values())

    def _drop(self, run: Run) -> None:
        self.runs.remove(run)
        self._resting.pop(run.number, None)

    def _fit(self) -> None:
        """Thin the ways of the runs that rest, or let some go, until they fit."""
        while len(self.runs) > MOST_RUNS and (free := [run for run in self.runs[:-1] if not run.pinned]):
            self._drop(free[0])
            self.gone += 1
            if self.gone == 1:
                self.told.emit(
                    f"{free[0].title.capitalize()} is no longer kept: there are at most {MOST_RUNS}, and the oldest "
                    "goes first. Pin those you want to keep in the view “Runs”.",
                    "warning",
                )
        resting = self.runs[:-1]
        if not self.budget or self.resting_bytes() <= self.budget * RESTING_SHARE:
            return
        share = int(self.budget * RESTING_SHARE) // max(1, len(resting))
        for run in resting:
            if len(run.trail) > FEWEST:
                trail = Trail(share)
                trail.begin_at(run.trail[-1], run.trail[:-1])
                run.trail = trail.snapshots


def _put_away(run: Run) -> SavedRun:
    frame = run.frame
    return SavedRun(
        number=run.number, project=run.project, snapshot=frame.snapshot, history=run.history, trail=run.trail,
        origin=_branched(run.origin), began=run.began, pinned=run.pinned, shown=run.shown,
        learning_rate=frame.learning_rate, device=frame.device, latest=frame.latest, finished=frame.finished,
    )  # fmt: skip


def _branched(origin: Origin | None) -> Branched | None:
    return None if origin is None else Branched(origin.run, origin.step, origin.rebuilt)


def _brought_back(saved: SavedRun) -> Run:
    end = saved.snapshot
    frame = Frame(
        run=-saved.number, snapshot=end, points=(), marks=(), step=end.step, epoch=end.epoch,
        examples=end.place.examples if end.place else 0, seconds=end.place.seconds if end.place else 0.0,
        steps_per_second=0.0, learning_rate=saved.learning_rate, device=saved.device, engine="", engine_reason="",
        latest=dict(saved.latest),
        finished=saved.finished, trail=tuple(saved.trail), project=saved.project,
    )  # fmt: skip
    came = saved.origin
    origin = None if came is None else Origin(came.run, came.step, came.rebuilt)
    return Run(saved.number, origin, frame, tuple(saved.trail), saved.history, saved.began, saved.pinned, saved.shown)


def _passing(run: Run, following: Frame, undone: bool) -> bool:
    """Whether a run is not worth keeping: it has learned nothing, or hardly anything between two edits."""
    if run.frame.step == (run.origin.step if run.origin else 0):
        return True
    rebuilt = run.origin is not None and run.origin.rebuilt
    edited = rebuilt and (undone or (following.origin is not None and following.origin.rebuilt))
    return edited and run.frame.seconds - run.began < PASSING_SECONDS
