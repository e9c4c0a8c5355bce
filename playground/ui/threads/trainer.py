"""The window's handle on the training thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from playground.document.project import Project
from playground.training.history import History
from playground.training.snapshot import Snapshot
from playground.ui.open_document import Edition
from playground.ui.threads.training_news import Frame, Origin, State
from playground.ui.threads.training_thread import TrainingThread

if TYPE_CHECKING:
    from playground.training.saving.earlier_runs import RunBook
    from playground.training.session.changing import NewWeights


class Trainer(QObject):
    """The window's handle on the training thread. Every method returns at once."""

    state_changed = Signal(str)
    failed = Signal(object)
    saved = Signal(object)
    """Saved: after a project and its weights were written."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state: State = "empty"
        self._opening = 0
        self._thread = TrainingThread()
        # Deep recursion and BLAS overflow the 512 KB stacks that macOS gives to threads.
        self._thread.setStackSize(16 * 2**20)
        self._thread.news.connect(self._on_news)
        self._thread.failed.connect(self._on_failed)
        self._thread.saved.connect(self._on_saved)
        self._thread.start()

    def open(self, project: Project, weights: Path | None = None, version: int = 0) -> None:
        """Start a run of another project, from a weights file when there is one."""
        self._opening += 1
        opening = self._opening
        self._thread.post(lambda worker: worker.begin(opening, project, weights, version))

    def apply(self, project: Project, edition: Edition | None = None) -> None:
        """Take a changed project; weights that still fit are kept.

        The run of a version that the document had before, as after undo, comes back as it was left.
        """
        self._thread.post(lambda worker: worker.apply(project, edition))

    def come_back(self, edition: Edition) -> None:
        """Go on with the run that this version of the document had; the project is the same."""
        self._thread.post(lambda worker: worker.come_back(edition))

    def close_project(self) -> None:
        """Forget the session: the graph has errors from the start."""
        self._opening += 1
        opening = self._opening
        self._thread.post(lambda worker: worker.begin(opening, None, None, 0))

    def play(self) -> None:
        """Learn until paused or finished."""
        self._thread.post(lambda worker: worker.play(None))

    def pause(self) -> None:
        """Stop after the present chunk."""
        self._thread.post(lambda worker: worker.pause())

    def take_step(self, steps: int = 1) -> None:
        """Learn for a few steps, then pause."""
        self._thread.post(lambda worker: worker.play(("steps", steps)))

    def take_epoch(self) -> None:
        """Learn to the end of the epoch, then pause."""
        self._thread.post(lambda worker: worker.play(("epoch", 1)))

    def take_epochs(self, epochs: int) -> None:
        """Learn to the end of that many epochs, then pause."""
        self._thread.post(lambda worker: worker.play(("epoch", epochs)))

    def rewind(self, edition: Edition | None = None) -> None:
        """Back to the first weights; `edition` is the version of the document with the run that begins."""
        self._thread.post(lambda worker: worker.rewind(edition))

    def branch(
        self,
        project: Project,
        snapshot: Snapshot,
        past: History,
        trail: tuple[Snapshot, ...],
        origin: Origin,
        edition: Edition | None = None,
    ) -> None:
        """Begin another run of a project at a moment of a run; `past` must not be changed afterwards.

        It plays at once when the run before it was playing.
        """
        self._thread.post(lambda worker: worker.branch(project, snapshot, past, trail, origin, edition))

    def find_way_back(self, step: int) -> None:
        """Pause, and try changes with which the run goes on from the last sane moment up to a step; `failed` tells."""
        self._thread.post(lambda worker: worker.find_way_back(step))

    def take(self, new: NewWeights, project: Project | None = None, edition: Edition | None = None) -> None:
        """Give the run other weights, and with them another project where one is named; undo brings back the run."""
        self._thread.post(lambda worker: worker.take(new, project, edition))

    def reset(self, nodes: tuple[str, ...], words: str, edition: Edition | None = None) -> None:
        """Draw the weights of some blocks anew; undo brings back the run."""
        self._thread.post(lambda worker: worker.reset(nodes, words, edition))

    def set_budget(self, budget: int) -> None:
        """Let the snapshots of the run take so many bytes."""
        self._thread.post(lambda worker: worker.set_budget(budget))

    def set_speed(self, steps_per_second: float | None) -> None:
        """Limit the speed; None is full speed."""
        self._thread.post(lambda worker: worker.set_speed(steps_per_second))

    def set_parameter(self, name: str, index: tuple[int, ...], value: float) -> None:
        """Type a value into one weight or bias."""
        self._thread.post(lambda worker: worker.set_parameter(name, index, value))

    def save(self, path: Path, project: bytes, runs: RunBook, ticket: int = 0, *, patient: bool = False) -> None:
        """Write a project, and beside it the state of its runs, as one; `saved` tells when, with the ticket.

        A `patient` one waits for the end of a long step.
        """
        self._thread.post(lambda worker: worker.save(path, project, runs, ticket), patient=patient)

    def take_frame(self) -> Frame | None:
        """The newest frame, once; None when nothing is new. Asks the thread for the next one."""
        while (frame := self._thread.take_frame()) is not None and frame.opening != self._opening:
            pass  # of a project that is open no longer
        return frame

    def shut_down(self) -> None:
        """Stop the thread and wait for it. Call before the program ends."""
        self._thread.post(lambda worker: worker.leave())
        self._thread.wait()

    @Slot(str)
    def _on_news(self, state: State) -> None:
        self.state = state
        self.state_changed.emit(state)

    @Slot(object)
    def _on_failed(self, failure: object) -> None:
        self.failed.emit(failure)

    @Slot(object)
    def _on_saved(self, saved: object) -> None:
        self.saved.emit(saved)
