"""One training run in the terminal: how long it goes, the progress bar, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from playground.cli.report import CallError, Interrupted, ProjectFaultError, goal_content
from playground.document.project import Goal, Project
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain
from playground.training.device import available_devices
from playground.training.divergence import Diverged
from playground.training.history import History
from playground.training.metrics.words import first_shown, metric_words, reasons
from playground.training.session.learning import FLUSH_STEPS
from playground.training.session.resuming import Opened, opened
from playground.training.session.session import Session

DEFAULT_EPOCHS = 100


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to train: whole epochs, steps, or both, whichever ends first."""

    epochs: int | None = None
    steps: int | None = None
    until_goals: bool = False
    """Stop as soon as every goal of the project is met."""
    first_epoch: float = 0.0
    first_step: int = 0
    """Where the run stood before: what was asked for comes on top."""

    def after(self, session: Session) -> Budget:
        """The same for a run that goes on from where it stands."""
        return replace(self, first_epoch=session.epoch, first_step=session.step)

    @classmethod
    def of(cls, project: Project, epochs: int | None = None, steps: int | None = None) -> Budget:
        """What was asked for, exactly; or else until the goals are met, at most as long as the project says."""
        if epochs is not None or steps is not None:
            return cls(epochs, steps)
        if project.goals:
            # A failure holds from the start; what is to be seen is that it lasts.
            lasting = any(goal.failure for goal in project.goals)
            return cls(max(goal.within_epochs for goal in project.goals), until_goals=not lasting)
        return cls(project.training.stop.epochs or DEFAULT_EPOCHS)

    def share(self, session: Session) -> float:
        """How much of the budget is used, from 0 to 1."""
        shares = [0.0]
        if self.epochs is not None:
            shares.append((session.epoch - self.first_epoch) / max(self.epochs, 1e-9))
        if self.steps is not None:
            shares.append((session.step - self.first_step) / max(self.steps, 1e-9))
        return min(1.0, max(shares))

    def steps_now(self, session: Session) -> int:
        """Steps up to the end of the epoch or of the budget; 0 when it is used up."""
        left = session.steps_left_in_epoch
        if self.epochs is not None and session.epoch - self.first_epoch >= self.epochs - 1e-9:
            return 0
        return left if self.steps is None else max(0, min(left, self.first_step + self.steps - session.step))


class GoalWatch:
    """Since which epoch each goal is kept without a break."""

    def __init__(self, goals: tuple[Goal, ...]) -> None:
        self.goals = goals
        self._since: list[float | None] = [None] * len(goals)
        self._values: list[float] = [math.nan] * len(goals)

    def look_back(self, history: History) -> None:
        """Take note of what was measured before a run was resumed."""
        curves = {name: curve.data() for name, curve in history.curves.items()}
        for index, goal in enumerate(self.goals):
            curve = curves.get(goal.metric)
            rows = () if curve is None else zip(curve.epoch.tolist(), curve.value.tolist(), strict=True)
            for epoch, value in rows:
                if not goal.met(value):
                    self._since[index] = None
                elif self._since[index] is None:
                    self._since[index] = epoch

    def look(self, metrics: Mapping[str, float], epoch: float) -> bool:
        """Take note of an evaluation; returns whether all goals (at least one) are met."""
        for index, goal in enumerate(self.goals):
            value = metrics.get(goal.metric, math.nan)
            self._values[index] = value
            if not goal.met(value):
                self._since[index] = None
            elif self._since[index] is None:
                self._since[index] = epoch
        return bool(self.goals) and all(self.met)

    @property
    def met(self) -> list[bool]:
        """For each goal, whether it is kept and was reached within its epochs."""
        return [
            since is not None and since <= goal.within_epochs
            for goal, since in zip(self.goals, self._since, strict=True)
        ]

    def content(self) -> list[dict[str, Any]]:
        """The goals as JSON, with the last value of each and whether it is met."""
        rows = zip(self.goals, self._values, self.met, strict=True)
        return [{**goal_content(goal), "value": value, "met": met} for goal, value, met in rows]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    session: Session
    metrics: Mapping[str, float]
    goals: list[dict[str, Any]]
    interrupted: bool = False
    """Whether somebody ended it before its time."""

    def content(self, preset: str) -> dict[str, Any]:
        """What `train --json` prints."""
        session = self.session
        epochs = round(session.epoch, 4)
        return {
            "preset": preset,
            "epochs": int(epochs) if epochs == int(epochs) else epochs,
            "steps": session.step,
            "seconds": round(session.seconds, 4),
            "steps_per_second": round(session.step / session.seconds, 1) if session.seconds else 0.0,
            "device": session.device.type,
            "engine": session.learner.engine.id,
            "parameters": session.report.total_parameters,
            "metrics": self.metrics,
            "reasons": reasons(self.metrics),
            "goals": self.goals,
        }


def start(project: Project, device: str | None = None) -> Session:
    """A new session. Raises CallError for a device that is not here, ProjectFaultError for a project with errors."""
    return open_session(project, device, None).session


def open_session(project: Project, device: str | None, weights: Path | None) -> Opened:
    """A session, from a file of weights if there is one. Raises CallError and ProjectFaultError as `start` does."""
    if device not in (None, "automatic", *available_devices()):
        raise CallError(f"this machine has no {device}; it has {' and '.join(available_devices())}.")
    try:
        found = opened(project, weights, device)
        # With errors the weights wait for a person who mends them; without a window there is nobody.
        return Opened(Session(project, device)) if found.waiting else found
    except CannotCompile as error:
        sentences = (f"{problem.node}: {problem.message}" if problem.node else problem.message
                     for problem in error.problems)  # fmt: skip
        raise ProjectFaultError(sentences) from error
    except CannotTrain as error:
        raise ProjectFaultError([str(error)]) from error


def run(session: Session, budget: Budget, title: str, stopped: Callable[[], bool] = lambda: False) -> Outcome:
    """Train under a progress bar on standard error, on top of what was learned before, until `stopped`.

    Raises ProjectFaultError when the numbers run away.
    """
    watch = GoalWatch(session.project.goals)
    if session.step:
        watch.look_back(session.history)
        budget = budget.after(session)
        if session.finished and budget.share(session) < 1.0:
            session.go_on()
    try:
        with progress_bar(title) as (progress, task):
            _train(session, budget, watch, progress, task, stopped)
    except KeyboardInterrupt as error:
        raise Interrupted(f"interrupted at step {session.step:,}; nothing is saved.") from error
    except Diverged as error:
        raise ProjectFaultError([f"stopped at step {error.step}: {error.message}"]) from error
    except CannotTrain as error:
        raise ProjectFaultError([str(error)]) from error
    metrics = session.evaluate(full=True, observe=False)
    watch.look(metrics, session.epoch)
    return Outcome(session, dict(metrics), watch.content(), stopped())


def _train(
    session: Session, budget: Budget, watch: GoalWatch, progress: Progress, task: TaskID, stopped: Callable[[], bool]
) -> None:
    looked_at = session.latest
    while not session.finished and not stopped() and (steps := budget.steps_now(session)):
        session.advance(min(steps, _steps_at_once(session)))
        # The session evaluates at the end of an epoch, but not of every tiny one; goals are judged when it does.
        if session.latest is not looked_at:
            looked_at = session.latest
            met = watch.look(looked_at, session.epoch)
            if met and budget.until_goals and watch.look(session.evaluate(full=True, observe=False), session.epoch):
                break
        progress.update(task, completed=budget.share(session), words=_words(session))
    progress.update(task, completed=1.0, words=_words(session))


def _steps_at_once(session: Session) -> int:
    """Steps between two looks at whether to stop: as many as the session takes between two looks at its losses, or as
    many as fit into a second where they are slow."""
    most = FLUSH_STEPS[session.learner.engine.id]
    rate = session.step / session.seconds if session.seconds else most
    return max(1, min(most, round(rate)))


def _words(session: Session) -> str:
    shown = [f"epoch {session.epoch:.0f}"]
    for name in ("train_loss", "validation_loss", *first_shown(("test",))):
        if name in session.latest:
            shown.append(f"{metric_words(name, {})} {session.latest[name]:.4g}")
    return " · ".join(shown)


@contextmanager
def progress_bar(title: str) -> Iterator[tuple[Progress, TaskID]]:
    """A bar on standard error: its task is done at 1, and has `words` behind the bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[words]}"), TimeElapsedColumn())
    console = Console(stderr=True)
    if not console.is_terminal:
        console = Console(stderr=True, width=160)
    with Progress(*columns, console=console) as progress:
        yield progress, progress.add_task(title, total=1.0, words="")
