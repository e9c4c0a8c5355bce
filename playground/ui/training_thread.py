"""The training thread. News travels as signals, data through a mailbox with one slot."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QThread, Signal

from playground.document.project import Project
from playground.training.history import History
from playground.training.snapshot import Snapshot
from playground.training.trail import BUDGET
from playground.ui.training_news import Failure, Frame, Origin, Saved

if TYPE_CHECKING:
    from playground.training.saving_runs import Branched, RunBook

log = logging.getLogger(__name__)

CHUNK_SECONDS = 0.010
"""Commands are obeyed between chunks of about this length."""
SLOW = 20.0
"""Up to so many steps a second a person reads the numbers of each single step, so each is measured."""

Command = Callable[["TrainingThread"], None]


class TrainingThread(QThread):
    """Runs the session in chunks, obeying commands between them. Only `post` and `take_frame` are for other threads."""

    news = Signal(str)
    failed = Signal(object)
    saved = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("training")
        self._commands: deque[Command] = deque()
        self._wake = threading.Event()
        self._frame: Frame | None = None
        self._frame_wanted = True
        self._leaving = False
        self._session = None
        self._playing = False
        self._until: tuple[str, int] | None = None
        self._speed: float | None = None
        self._due = 0.0
        """When the next chunk may begin under the chosen speed."""
        self._refused: Project | None = None
        """A project that could not be trained; playing must not go on with the one before it."""
        self._rate = 0.0
        self._run = 0
        self._origin: Origin | None = None
        self._saved_runs: RunBook | None = None
        """The runs that the weights file of the project brought along."""
        self._budget = BUDGET
        """Bytes for the snapshots of the run."""
        self._measured = (0, 0)
        """Run and step of the last measuring at rest."""
        self._dirty = False

    # For the window -------------------------------------------------------------------------------------------------

    def post(self, command: Command) -> None:
        """Queue a command; it runs in this thread, between two chunks."""
        self._commands.append(command)
        self._wake.set()

    def take_frame(self) -> Frame | None:
        """Take the frame out of the mailbox."""
        frame, self._frame = self._frame, None
        if not self._frame_wanted:
            self._frame_wanted = True
            self._wake.set()
        return frame

    # The thread -----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        warm_up()
        while not self._leaving:
            self._wake.clear()
            while self._commands:
                self._guarded(self._commands.popleft())
            if self._leaving:
                break
            if self._playing and time.perf_counter() >= self._due:
                self._guarded(TrainingThread._work)
            self._publish()
            if not self._playing and not self._commands:
                self._wake.wait()
            elif self._playing and self._speed is not None:
                # A frame that is taken wakes the thread too, but is no reason for a step before its time.
                self._wake.wait(max(0.0, self._due - time.perf_counter()))

    def _guarded(self, action: Command) -> None:
        """Whatever goes wrong becomes one sentence in the window; the last good state stays."""
        import torch

        from playground.training.batches import CannotTrain
        from playground.training.descent import OptimizerRefused
        from playground.training.divergence import Diverged

        try:
            action(self)
            return
        except Diverged as error:
            failure = Failure("diverged", error.message, error.node)
        except torch.cuda.OutOfMemoryError:
            torch.cuda.empty_cache()
            failure = Failure("memory", "The graphics card has no memory left for this batch. Take a smaller batch.")
        except MemoryError:
            failure = Failure("memory", "The computer has no memory left for this batch. Take a smaller batch.")
        except OptimizerRefused as error:
            failure = Failure("optimizer", str(error))
        except CannotTrain as error:
            failure = Failure("data", str(error), error.node, error.fixes)
        except Exception as error:
            log.exception("training failed")
            reason = str(error).splitlines()[0] if str(error) else repr(error)
            failure = Failure("unexpected", f"Training stopped: {reason}")
        self._playing = False
        self._dirty = True
        self.failed.emit(failure)
        self.news.emit("failed")

    def _work(self) -> None:
        session = self._session
        if session is None:
            self._playing = False
            return
        steps = self._chunk(session)
        began = time.perf_counter()
        done = session.advance(steps)
        spent = time.perf_counter() - began
        if done:
            rate = done / max(spent, 1e-6)
            self._rate = rate if self._rate == 0.0 else 0.8 * self._rate + 0.2 * rate
        self._dirty = True
        if self._speed is not None:
            self._due = began + done / self._speed
            if self._speed <= SLOW:
                self._measure(session)
        self._check_end(session, done)

    def _measure(self, session) -> None:  # noqa: ANN001
        """Let the metrics belong to the step that is shown. Neither stop rules nor schedules take note."""
        if self._measured != (self._run, session.step):
            session.evaluate(observe=False)
            self._measured = (self._run, session.step)
            self._dirty = True

    def _chunk(self, session) -> int:  # noqa: ANN001
        steps = max(1, int(self._rate * CHUNK_SECONDS))
        if self._speed is not None:
            steps = max(1, min(steps, int(self._speed * 0.033)))
        if self._until is not None:
            steps = min(steps, self._until[1])
        return steps

    def _check_end(self, session, done: int) -> None:  # noqa: ANN001
        if session.finished:
            self._playing = False
            self.news.emit("finished")
            return
        if self._until is None:
            return
        kind, count = self._until
        self._until = (kind, count - done)
        if count - done <= 0:
            self._rest(session)

    def _rest(self, session) -> None:  # noqa: ANN001
        """Stop learning, with metrics of the step at which it stopped."""
        self._playing = False
        self._until = None
        self._measure(session)
        self.news.emit("paused")

    def _publish(self) -> None:
        session = self._session
        if session is None or not (self._dirty and self._frame_wanted):
            return
        points, marks = session.take_news()
        self._dirty = False
        self._frame_wanted = False
        self._frame = Frame(
            run=self._run,
            snapshot=session.snapshot(),
            points=points,
            marks=marks,
            step=session.step,
            epoch=session.epoch,
            examples=session.examples,
            seconds=session.seconds,
            steps_per_second=self._rate if self._playing else 0.0,
            learning_rate=session.learning_rate,
            device=str(session.device),
            latest=dict(session.latest),
            finished=session.finished,
            trail=session.trail.snapshots,
            project=session.project,
            best=session.trail.best,
            origin=self._origin,
            saved_runs=self._saved_runs,
        )

    # Commands -------------------------------------------------------------------------------------------------------

    def open(self, project: Project, weights: Path | None) -> None:
        """Build a session for another project."""
        from playground.training.resuming import opened

        self.news.emit("building")
        self.close()
        self._refused = project
        found = opened(project, weights)
        if not found.waiting:
            self._refused = None
        self._take(found.session, _origin_of(found.runs.origin), None if weights is None else found.runs)
        self.news.emit("paused" if found.session.step else "ready")
        if found.problem:
            self.failed.emit(Failure("weights", found.problem))

    def branch(
        self, project: Project, snapshot: Snapshot, past: History, trail: Sequence[Snapshot], origin: Origin
    ) -> None:
        """Leave the run as it is, and begin another one at one of its moments."""
        from playground.training.session import Session

        playing = self._playing
        session = Session(project)
        session.branch_from(snapshot, past, trail)
        self.close()
        self._take(session, origin)
        if playing:
            self.play(None)
        else:
            self.news.emit("paused" if session.step else "ready")

    def set_budget(self, budget: int) -> None:
        """Let the snapshots of the run take so many bytes."""
        self._budget = budget
        if self._session is not None:
            self._session.trail.budget = budget
            self._session.trail.fit()
            self._dirty = True

    def _take(self, session, origin: Origin | None = None, saved: RunBook | None = None) -> None:  # noqa: ANN001
        self._session = session
        self._origin = origin
        self._saved_runs = saved
        session.trail.budget = self._budget
        self._run += 1
        self._replay_curves(session)
        self._rate = 0.0
        self._dirty = True
        self._frame_wanted = True
        self._frame = None

    @staticmethod
    def _replay_curves(session) -> None:  # noqa: ANN001
        # A resumed session has curves that the window has not seen yet.
        session.tell_everything()

    def close(self) -> None:
        """Forget the session."""
        self._playing = False
        self._session = None
        self._refused = None
        self._frame = None
        self._dirty = False

    def apply(self, project: Project) -> None:
        """Pass a changed project to the session, or build one if there is none yet."""
        if self._session is None:
            self.open(project, None)
            return
        self._refused = project
        way, step = self._session.trail.number, self._session.step
        anew = self._session.apply(project)
        self._refused = None
        self._rate = 0.0
        self._dirty = True
        if anew:
            self._take(self._session)
        elif self._session.trail.number != way and step:
            # Another network: what it was before stays to be looked at as a run of its own.
            self._take(self._session, Origin(self._run, step, rebuilt=True))
        if not self._playing:
            self.news.emit("paused" if self._session.step else "ready")

    def play(self, until: tuple[str, int] | None) -> None:
        """Go on; `until` is ("steps", n) or ("epoch", 1) for a limited run."""
        if self._refused is not None:
            self.apply(self._refused)
        if self._session is None:
            return
        if self._session.finished:
            self._session.go_on()
        if until is not None and until[0] == "epoch":
            more = (until[1] - 1) * self._session.steps_per_epoch
            until = ("steps", self._session.steps_left_in_epoch + more)
        self._until = until
        self._due = 0.0
        self._playing = True
        self.news.emit("running")

    def pause(self) -> None:
        """Stop learning."""
        if self._playing and self._session is not None:
            self._dirty = True
            self._rest(self._session)

    def rewind(self, project: Project | None) -> None:
        """Back to the first weights."""
        if self._session is None:
            if project is not None:
                self.open(project, None)
            return
        if project is not None:
            self.apply(project)
        self._session.rewind()
        self._playing = False
        self._take(self._session)
        self.news.emit("ready")

    def set_speed(self, steps_per_second: float | None) -> None:
        """Limit the speed."""
        self._speed = steps_per_second
        self._due = 0.0

    def set_parameter(self, name: str, index: tuple[int, ...], value: float) -> None:
        """Write one weight."""
        try:
            if self._session is not None:
                self._session.set_parameter(name, index, value)
                self._session.evaluate(observe=False)
                self._dirty = True
        except (KeyError, IndexError):
            # The block is gone or smaller by now, as after an undo in another order; there is nothing to write to.
            log.info("no parameter %s%s to write to", name, index)
        except ValueError as error:
            self.failed.emit(Failure("weights", f"{name} stays as it was: {error}."))

    def save(self, path: Path, project: bytes, runs: RunBook, ticket: int) -> None:
        """Write a project and the checkpoint of the run, as one."""
        from playground.document.pairing import fingerprint, write_pair
        from playground.training.saving_runs import add_runs

        session, weights = self._session, None
        try:
            if session is not None:
                checkpoint = session.checkpoint()
                add_runs(checkpoint, runs)
                weights = checkpoint.to_bytes(fingerprint(project))
            write_pair(path, project, weights)
            error = ""
        except OSError as problem:
            error = str(problem.strerror or problem)
        except MemoryError:
            error = "the computer has no memory left for it"
        except Exception as problem:
            log.exception("saving failed")
            error = str(problem) or repr(problem)
        self.saved.emit(Saved(path, error, self._run, 0 if session is None else session.step, ticket))

    def leave(self) -> None:
        """End the thread."""
        self._playing = False
        self._leaving = True


def _origin_of(saved: Branched | None) -> Origin | None:
    """Where a saved run came from; runs of a file count downwards, so that none of this thread has their number."""
    return None if saved is None else Origin(-saved.run, saved.step, saved.rebuilt)


def warm_up() -> None:
    """Import torch and take one small step: the first of a process takes 100 ms, which nobody should see."""
    import os

    import torch

    from playground.training.engine import step_of
    from playground.training.optimizers import Adam

    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = Adam().build([{"params": [weight]}])
    (weight * 2.0).sum().backward()
    with torch.no_grad():
        step_of(optimizer)()
