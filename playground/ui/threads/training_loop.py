"""The loop of the training thread: chunks of steps, commands between them, and a mailbox with one slot."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QThread, Signal

from playground.document.project import Project
from playground.training.trail import BUDGET
from playground.ui.open_document import Edition
from playground.ui.threads.resting_runs import RestingRuns
from playground.ui.threads.training_news import Failure, Frame, Origin
from playground.ui.threads.warm_up import warm_up

if TYPE_CHECKING:
    from playground.training.saving.earlier_runs import RunBook
    from playground.training.session.session import Session

log = logging.getLogger(__name__)

CHUNK_SECONDS = 0.010
"""Commands are obeyed between chunks of about this length."""
SLOW = 20.0
"""Up to so many steps a second a person reads the numbers of each single step, so each is measured."""

Command = Callable[[Any], None]


class TrainingLoop(QThread):
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
        self._hurry = False
        """Somebody waits for a command to be obeyed."""
        self._leaving = False
        self._session: Session | None = None
        self._playing = False
        self._until: tuple[str, int] | None = None
        self._speed: float | None = None
        self._due = 0.0
        """When the next chunk may begin under the chosen speed."""
        self._refused: tuple[Project, Edition | None] | None = None
        """A project that could not be trained; playing must not go on with the one before it."""
        self._postponed: Project | None = None
        """A large project whose session is built when it is first played."""
        self._rate = 0.0
        self._run = 0
        self._runs = 0
        """Runs that have begun so far."""
        self._opening = 0
        self._version = 0
        """The version of the document that the run belongs to."""
        self._resting = RestingRuns()
        self._last: deque[Frame] = deque()
        """The last frames of runs that were left, for the window to see before the next run."""
        self._origin: Origin | None = None
        self._saved_runs: RunBook | None = None
        """The runs that the weights file of the project brought along."""
        self._budget = BUDGET
        """Bytes for the snapshots of the run."""
        self._gesture: int | None = None
        """The movement of the hand that the last edit belongs to."""
        self._measured = (0, 0)
        """Run and step of the last measuring at rest."""
        self._dirty = False

    # For the window -------------------------------------------------------------------------------------------------

    def post(self, command: Command, *, patient: bool = False) -> None:
        """Queue a command; it runs in this thread, between two chunks.

        A step that takes long is broken off for it, and taken again afterwards, unless the command is `patient`.
        """
        self._commands.append(command)
        if not patient:
            self._hurry = True
        self._wake.set()

    @property
    def session(self) -> Session:
        """The session of the run on screen, for the thread itself. Raises RuntimeError while there is none."""
        if self._session is None:
            raise RuntimeError("nothing is trained yet")
        return self._session

    def _hurried(self) -> bool:
        return self._hurry

    def take_frame(self) -> Frame | None:
        """Take the frame out of the mailbox; those of runs that were left come first."""
        if self._last:
            return self._last.popleft()
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
            self._hurry = False
            while self._commands:
                self._guarded(self._commands.popleft())
            if self._leaving:
                break
            if self._playing and time.perf_counter() >= self._due:
                self._guarded(TrainingLoop._work)
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
        from playground.training.objectives.active import ObjectiveRefused

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
        except ObjectiveRefused as error:
            failure = Failure("objective", str(error))
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
        if failure.kind == "diverged":
            self._publish()
            self._look_for_recovery(failure)

    def _look_for_recovery(self, failure: Failure, latest: float = math.inf) -> None:
        """Find out which remedies hold from a moment up to `latest`, until a person wants something else."""
        from playground.training.recovery import recovery_of

        try:
            session = self.session
            trail = [one for one in session.trail.snapshots if one.step <= latest]
            found = recovery_of(session.project, trail, self._hurried)
        except Exception:
            log.exception("no way back was found")
            return
        if found is not None:
            self.failed.emit(replace(failure, recovery=found))

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

    def _measure(self, session: Session) -> None:
        """Let the metrics belong to the step that is shown. Neither stop rules nor schedules take note."""
        if self._measured != (self._run, session.step):
            session.evaluate(observe=False)
            self._measured = (self._run, session.step)
            self._dirty = True

    def _chunk(self, session: Session) -> int:
        steps = max(1, int(self._rate * CHUNK_SECONDS))
        if self._speed is not None:
            steps = max(1, min(steps, int(self._speed * 0.033)))
        if self._until is not None:
            steps = min(steps, self._until[1])
        return steps

    def _check_end(self, session: Session, done: int) -> None:
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

    def _rest(self, session: Session) -> None:
        """Stop learning and say so; the next frame has the metrics of the step at which it stopped."""
        self._playing = False
        self._until = None
        self.news.emit("paused")
        self._measure(session)

    def _publish(self) -> None:
        session = self._session
        if session is None or not (self._dirty and self._frame_wanted):
            return
        self._dirty = False
        self._frame_wanted = False
        self._frame = self._look_at(session)

    def _look_at(self, session: Session, leaves: bool = False) -> Frame:
        points, marks = session.take_news()
        return Frame(
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
            engine=session.learner.engine.id,
            engine_reason=session.learner.engine.reason,
            latest=dict(session.latest),
            finished=session.finished,
            trail=session.trail.snapshots,
            project=session.project,
            best=session.trail.best,
            origin=self._origin,
            saved_runs=self._saved_runs,
            opening=self._opening,
            leaves=leaves,
        )

    def _see_off(self) -> None:
        """Let the window see how far the run came that is about to be left."""
        session, waiting = self._session, self._frame
        if session is None:
            return
        if waiting is not None:
            self._last.append(replace(waiting, leaves=True))
            self._frame = None
        if self._dirty:
            self._last.append(self._look_at(session, leaves=True))
            self._dirty = False
