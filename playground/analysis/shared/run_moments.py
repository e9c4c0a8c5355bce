"""Moments of a run for series over the trail, and the learning rate at each."""

from __future__ import annotations

from collections.abc import Sequence

from playground.analysis.shared.moments import steady
from playground.analysis.subject import Subject
from playground.document.project import Project
from playground.network.flat import Layout
from playground.training.optimizers import optimizer_of
from playground.training.phases import ActivePhase
from playground.training.schedules import PlateauSchedule, schedule_of
from playground.training.snapshot import Snapshot

MOST_EXAMPLES, FEWEST_EXAMPLES = 512, 32
NUMBERS = 2**20
"""Numbers that all blocks put out together for all examples of a quick pass."""


def steady_moments(trail: Sequence[Snapshot], present: Snapshot, most: int) -> list[Snapshot]:
    """Up to about `most` snapshots of the present network, oldest first, the present one and both ends among them.

    Those between stay the same while a run goes on, so that what was computed for them can be kept.
    """
    kept = [one for one in trail if one.step != present.step and same_network(one.layout, present.layout)]
    kept = sorted([*kept, present], key=lambda one: one.step)
    chosen = {one.step: one for one in (*steady(kept, most), kept[-1], present)}
    return [chosen[step] for step in sorted(chosen)]


def same_network(one: Layout, other: Layout) -> bool:
    """Whether two layouts have the same parameters, in whatever order."""
    if one is other or one == other:
        return True
    return {place.name: place.shape for place in one.places} == {place.name: place.shape for place in other.places}


def rate_of(project: Project, subject: Subject, snapshot: Snapshot, phase: ActivePhase) -> float:
    """The learning rate of the step that follows on a snapshot, with the project's optimizer and schedule."""
    rate = optimizer_of(phase.optimizer).learning_rate
    schedule = schedule_of(project.training.schedule)
    if isinstance(schedule, PlateauSchedule):
        return rate * (snapshot.place.plateau.factor if snapshot.place is not None else 1.0)
    length = steps_per_epoch(project, subject)
    epochs = project.training.stop.epochs
    return rate * schedule.factor(snapshot.step, length, None if epochs is None else epochs * length)


def quick_count(subject: Subject, most: int) -> int:
    """How many training examples to look at: at most so many; with 0, as many as keep a pass of the network short."""
    data = set(subject.report.data_nodes())
    numbers = sum(signal.size for (node, _), signal in subject.report.signals.items() if node not in data)
    quick = max(FEWEST_EXAMPLES, min(MOST_EXAMPLES, NUMBERS // max(1, numbers)))
    return min(most or quick, subject.count("train"))


def steps_per_epoch(project: Project, subject: Subject) -> int:
    """Batches in one epoch of training."""
    count = subject.count("train")
    return max(1, -(-count // (project.training.rows_in_step or max(1, count))))


def is_full_batch(project: Project, subject: Subject) -> bool:
    """Whether every step looks at all training examples."""
    return steps_per_epoch(project, subject) == 1
