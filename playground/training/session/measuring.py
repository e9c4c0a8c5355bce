"""Measuring a run: losses and metrics go onto the curves, and to all that watches them."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import replace

from playground.training.history import Point
from playground.training.session.run import Run


def evaluate(run: Run, *, full: bool = False, observe: bool = True) -> Mapping[str, float]:
    """Losses and metrics of all parts; they go into the curves. `full` looks at every example, not at a glance.

    With `observe`, early stopping and the plateau schedule take note.
    """
    began = time.perf_counter()
    look(run, full=full)
    learner, latest = run.learner, run.journal.latest
    # The curves of the training loss are those of the steps themselves.
    values = {name: value for name, value in latest.items() if name.split(".")[0] != "train_loss"}
    values["learning_rate"] = learner.rate
    penalty = learner.penalty()
    if penalty is not None:
        values["penalty"] = penalty
    moment = run.moment()
    run.add_points(Point(name, moment, value, value, value) for name, value in values.items())
    watched = latest.get("validation_loss", latest.get("train_loss"))
    if watched is not None:
        _note_best(run, watched)
    if observe and watched is not None:
        _observe(run, watched)
    run.clock.leave_out(time.perf_counter() - began)
    return latest


def glance(run: Run, only: Collection[str], *, full: bool = False) -> Mapping[str, float]:
    """Some losses and metrics, of which nobody takes note."""
    began = time.perf_counter()
    found = run.evaluator.evaluate(run.learner.experience.batch_size, full=full, only=only) if any(only) else {}
    run.clock.leave_out(time.perf_counter() - began)
    return found


def look(run: Run, *, full: bool = False) -> None:
    """Measure, and let nobody take note but the journal."""
    run.journal.latest = run.evaluator.evaluate(run.learner.experience.batch_size, full=full)
    run.journal.evaluated_step = run.step


def _note_best(run: Run, loss: float) -> None:
    """Keep the weights of the least loss, of validation if there is any, so that one can go back to them."""
    journal = run.journal
    if loss < journal.least_loss:
        journal.least_loss = loss
        if run.step:
            journal.trail.keep_best(run.snapshot())


def _observe(run: Run, validation_loss: float) -> None:
    journal = run.journal
    journal.watch = journal.watch.after(validation_loss, run.step)
    if run.project.training.stop.patience and journal.watch.patience.waited == 0:
        journal.watch = replace(journal.watch, best=run.snapshot())
    run.learner.observe(validation_loss)
