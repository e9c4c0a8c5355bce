"""One training run in the terminal: how long it goes, the progress bar, and what came of it."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from playground.cli.report import CallError, ProjectFaultError, goal_content
from playground.document.project import Goal, Project
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain
from playground.training.device import available_devices
from playground.training.divergence import Diverged
from playground.training.session import Session

DEFAULT_EPOCHS = 100


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to train: whole epochs, steps, or both, whichever ends first."""

    epochs: int | None = None
    steps: int | None = None
    until_goals: bool = False
    """Stop as soon as every goal of the project is met."""

    @classmethod
    def of(cls, project: Project, epochs: int | None = None, steps: int | None = None) -> Budget:
        """What was asked for, exactly; or else until the goals are met, at most as long as the project says."""
        if epochs is not None or steps is not None:
            return cls(epochs, steps)
        if project.goals:
            return cls(max(goal.within_epochs for goal in project.goals), until_goals=True)
        return cls(project.training.stop.epochs or DEFAULT_EPOCHS)

    def share(self, session: Session) -> float:
        """How much of the budget is used, from 0 to 1."""
        shares = [0.0]
        if self.epochs is not None:
            shares.append(session.epoch / max(self.epochs, 1e-9))
        if self.steps is not None:
            shares.append(session.step / max(self.steps, 1e-9))
        return min(1.0, max(shares))

    def steps_now(self, session: Session) -> int:
        """Steps up to the end of the epoch or of the budget; 0 when it is used up."""
        left = session.steps_left_in_epoch
        if self.epochs is not None and session.epoch >= self.epochs - 1e-9:
            return 0
        return left if self.steps is None else max(0, min(left, self.steps - session.step))


class GoalWatch:
    """Since which epoch each goal is kept without a break."""

    def __init__(self, goals: tuple[Goal, ...]) -> None:
        self.goals = goals
        self._since: list[float | None] = [None] * len(goals)
        self._values: list[float] = [math.nan] * len(goals)

    def look(self, metrics: dict[str, float], epoch: float) -> bool:
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
    metrics: dict[str, float]
    goals: list[dict[str, Any]]

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
            "parameters": session.report.total_parameters,
            "metrics": self.metrics,
            "goals": self.goals,
        }


def start(project: Project, device: str | None = None) -> Session:
    """A session. Raises CallError for a device that is not here, ProjectFaultError for a project with errors."""
    if device not in (None, "automatic", *available_devices()):
        raise CallError(f"this machine has no {device}; it has {' and '.join(available_devices())}.")
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
    try:
        return Session(project, device)
    except CannotCompile as error:
        sentences = (f"{problem.node}: {problem.message}" if problem.node else problem.message
                     for problem in error.problems)  # fmt: skip
        raise ProjectFaultError(sentences) from error
    except CannotTrain as error:
        raise ProjectFaultError([str(error)]) from error


def run(session: Session, budget: Budget, title: str) -> Outcome:
    """Train under a progress bar on standard error. Raises ProjectFaultError when the numbers run away."""
    watch = GoalWatch(session.project.goals)
    try:
        with _progress(title) as (progress, task):
            _train(session, budget, watch, progress, task)
    except Diverged as error:
        raise ProjectFaultError([f"stopped at step {error.step}: {error.message}"]) from error
    except CannotTrain as error:
        raise ProjectFaultError([str(error)]) from error
    metrics = session.evaluate(full=True, observe=False)
    watch.look(metrics, session.epoch)
    return Outcome(session, dict(metrics), watch.content())


def _train(session: Session, budget: Budget, watch: GoalWatch, progress: Progress, task: TaskID) -> None:
    looked_at = session.latest
    while not session.finished and (steps := budget.steps_now(session)):
        session.advance(steps)
        # The session evaluates at the end of an epoch, but not of every tiny one; goals are judged when it does.
        if session.latest is not looked_at:
            looked_at = session.latest
            met = watch.look(looked_at, session.epoch)
            if met and budget.until_goals and watch.look(session.evaluate(full=True, observe=False), session.epoch):
                break
        progress.update(task, completed=budget.share(session), words=_words(session))
    progress.update(task, completed=1.0, words=_words(session))


def _words(session: Session) -> str:
    shown = [f"epoch {session.epoch:.0f}"]
    for name in ("train_loss", "validation_loss", "test_accuracy"):
        if name in session.latest:
            shown.append(f"{name.replace('_', ' ')} {session.latest[name]:.4g}")
    return " · ".join(shown)


@contextmanager
def _progress(title: str) -> Iterator[tuple[Progress, TaskID]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[words]}"), TimeElapsedColumn())
    console = Console(stderr=True)
    if not console.is_terminal:
        console = Console(stderr=True, width=160)
    with Progress(*columns, console=console) as progress:
        yield progress, progress.add_task(title, total=1.0, words="")
