"""The training thread: what the window may ask of it. News travels as signals, data through a mailbox with one slot."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from playground.document.project import Project
from playground.training.history import History
from playground.training.session.resting import RestingRun
from playground.training.snapshot import Snapshot
from playground.ui.open_document import Edition
from playground.ui.threads.resting_runs import Left
from playground.ui.threads.training_loop import TrainingLoop
from playground.ui.threads.training_news import Failure, Origin, Saved

if TYPE_CHECKING:
    from playground.training.saving.earlier_runs import Branched, RunBook
    from playground.training.session.changing import NewWeights
    from playground.training.session.session import Session

log = logging.getLogger(__name__)

FORGOTTEN = "The run before this edit is no longer in memory. What still fits of the weights is kept."


class TrainingThread(TrainingLoop):
    """Obeys commands between two chunks of steps. Only `post` and `take_frame` are for other threads."""

    def begin(self, opening: int, project: Project | None, weights: Path | None, version: int) -> None:
        """Another project is open: forget all runs, and begin one unless the project cannot be trained yet."""
        self._resting.clear()
        self.close()
        self._last.clear()
        self._opening, self._version = opening, version
        if project is None:
            return
        if weights is None and _large(project):
            self._postpone(project)
        else:
            self.open(project, weights)

    def _postpone(self, project: Project) -> None:
        """Build no session before somebody wants to play: such weights take seconds and gigabytes."""
        self.close()
        self._postponed = project
        self.news.emit("ready")

    def _build_postponed(self) -> None:
        """Build the session that has waited, if one does."""
        if self._postponed is not None:
            self.open(self._postponed, None)

    def open(self, project: Project, weights: Path | None) -> None:
        """Build a session for another project."""
        from playground.training.session.resuming import opened

        self.news.emit("building")
        self.close()
        self._refused = project, None
        found = opened(project, weights)
        if not found.waiting:
            self._refused = None
        self._take(found.session, _origin_of(found.runs.origin), None if weights is None else found.runs)
        self._tell_rest()
        if found.problem:
            self.failed.emit(Failure("weights", found.problem))

    def branch(
        self,
        project: Project,
        snapshot: Snapshot,
        past: History,
        trail: Sequence[Snapshot],
        origin: Origin,
        edition: Edition | None = None,
    ) -> None:
        """Leave the run as it is, and begin another one at one of its moments."""
        from playground.training.session.session import Session

        session = Session(project)
        session.branch_from(snapshot, past, trail)
        if self._session is not None:
            self._see_off()
            self._leave(self._session.rest(), edition)
        self._take(session, origin)
        self._note_edition(edition)
        self._refused = None
        if self._playing:
            self.play(None)
        else:
            self._tell_rest()

    def set_budget(self, budget: int) -> None:
        """Let the snapshots of the run take so many bytes."""
        self._budget = self._resting.budget = budget
        self._resting.fit()
        if self._session is not None:
            self._session.trail.budget = budget
            self._session.trail.fit()
            self._dirty = True

    def _take(
        self, session: Session, origin: Origin | None = None, saved: RunBook | None = None, number: int = 0
    ) -> None:
        """Let a session be the run on screen: a new one, or that of this number again."""
        self._session = session
        session.ask(self._hurried)
        self._origin = origin
        self._saved_runs = saved
        session.trail.budget = self._budget
        if not number:
            self._runs += 1
        self._run = number or self._runs
        # It has curves that the window has not seen yet.
        session.tell_everything()
        self._rate = 0.0
        self._dirty = True
        self._frame_wanted = True
        self._frame = None

    def _leave(self, run: RestingRun, edition: Edition | None) -> None:
        """Let the run rest, for undo to bring it back; to one in the midst of a gesture nobody comes back."""
        if edition is not None and (edition.gesture is None or edition.gesture != self._gesture):
            self._resting.keep(self._version, Left(run, self._run, self._origin))

    def close(self) -> None:
        """Forget the session."""
        self._playing = False
        self._session = None
        self._refused = self._postponed = None
        self._frame = None
        self._dirty = False

    def apply(self, project: Project, edition: Edition | None = None) -> None:
        """Pass a changed project to the session, or build one if there is none yet."""
        if edition is not None:
            self._resting.forget_between(edition.before, edition.version)
        if self._session is None and _large(project):
            self._postpone(project)
        elif self._session is None:
            self.open(project, None)
        else:
            self._refused = project, edition
            if edition is None or not self._came_back(edition):
                self._change(project, edition)
            else:
                self._session.apply(project)
            self._refused = None
            self._rate = 0.0
            self._dirty = True
            if not self._playing:
                self._tell_rest()
        self._note_edition(edition)

    def _note_edition(self, edition: Edition | None) -> None:
        if edition is not None:
            self._version, self._gesture = edition.version, edition.gesture

    def _change(self, project: Project, edition: Edition | None) -> None:
        """Let the session take a changed project; what it learned so far may become a run that rests."""
        if edition is not None and edition.before < self._version < edition.version:
            # It was undone while the graph had errors, so that the edit is one of the run before.
            self._switch_to(self._resting.take_latest(edition.before), None)
        session = self.session
        if session.will_be_left(project):
            self._see_off()
        seed = session.project.seed
        left = session.apply(project, None if edition is None else edition.gesture)
        if left is None:
            return
        if seed != project.seed:
            self._playing = False
        step = left.step
        self._leave(left, edition)
        if edition is not None and edition.version < edition.before and step:
            self.failed.emit(Failure("weights", FORGOTTEN))
        # Another network: what it was before stays to be looked at as a run of its own.
        self._take(session, Origin(self._run, step, rebuilt=True) if session.step else None)

    def take(self, new: NewWeights, project: Project | None, edition: Edition | None) -> None:
        """Give the run other weights; what it was before becomes a run that rests."""
        self._replace(lambda session: session.take(new, project), edition)

    def reset(self, nodes: tuple[str, ...], words: str, edition: Edition | None) -> None:
        """Draw the weights of some blocks anew; what it was before becomes a run that rests."""
        self._replace(lambda session: session.reset(*nodes, words=words), edition)

    def _replace(self, change: Callable[[Session], RestingRun], edition: Edition | None) -> None:
        self._build_postponed()
        session = self._session
        if session is None:
            return
        self._see_off()
        left = change(session)
        self._leave(left, edition)
        self._take(session, Origin(self._run, left.step, rebuilt=True) if session.step else None)
        self._note_edition(edition)
        self._refused = None
        if not self._playing:
            self._tell_rest()

    def come_back(self, edition: Edition) -> None:
        """Go on with the run of another version of the document."""
        if self._session is not None and not self._came_back(edition):
            self.failed.emit(Failure("weights", FORGOTTEN))
        self._note_edition(edition)
        if not self._playing:
            self._tell_rest()

    def _came_back(self, edition: Edition) -> bool:
        """Whether there was a run of this version, and it is on screen now."""
        return self._switch_to(self._resting.take(edition.version), edition)

    def _switch_to(self, left: Left | None, edition: Edition | None) -> bool:
        """Leave the run on screen, and take up one that was left."""
        from playground.training.session.session import Session

        if left is None:
            return False
        session = Session(left.run.project)
        session.take_up(left.run)
        self._see_off()
        self._leave(self.session.rest(), edition)
        self._take(session, left.origin, number=left.number)
        session.trail.fit()
        return True

    def _tell_rest(self) -> None:
        session = self._session
        if session is not None:
            self.news.emit("finished" if session.finished else "paused" if session.step else "ready")

    def play(self, until: tuple[str, int] | None) -> None:
        """Go on; `until` is ("steps", n) or ("epoch", 1) for a limited run."""
        if self._refused is not None:
            self.apply(*self._refused)
        self._build_postponed()
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

    def find_way_back(self, step: int) -> None:
        """Pause; then look which remedies hold, as after a loss without a number."""
        if self._session is None:
            return
        self.pause()
        failure = Failure("diverged", "The loss has exploded; changes with which it goes on are being tried.")
        self.failed.emit(failure)
        self._publish()
        self._look_for_recovery(replace(failure, message="The loss has exploded."), step)

    def rewind(self, edition: Edition | None = None) -> None:
        """Back to the first weights."""
        if self._session is None:
            return
        self._see_off()
        self._leave(self._session.rest(), edition)
        self._session.rewind()
        self._playing = False
        self._take(self._session)
        self._note_edition(edition)
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
        from playground.training.saving.earlier_runs import add_runs, left_out_words

        session, weights, left_out = self._session, None, ""
        try:
            if session is not None:
                checkpoint = session.checkpoint()
                left_out = left_out_words(add_runs(checkpoint, runs))
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
        self.saved.emit(Saved(path, error, self._run, 0 if session is None else session.step, ticket, left_out))

    def leave(self) -> None:
        """End the thread."""
        self._playing = False
        self._leaving = True


LARGE = 3_000_000
"""Parameters from which on a network that is opened gets its weights when it is first played."""


def _large(project: Project) -> bool:
    from playground.network.check import check

    return check(project.graph).total_parameters > LARGE


def _origin_of(saved: Branched | None) -> Origin | None:
    """Where a saved run came from; runs of a file count downwards, so that none of this thread has their number."""
    return None if saved is None else Origin(-saved.run, saved.step, saved.rebuilt)
