"""Phases: which losses train which blocks, and whose turn it is. Without any in the project there is one, of all."""

from __future__ import annotations

from dataclasses import dataclass

from playground.document.graph import Choice
from playground.document.project import Phase, Project
from playground.network.check import Report


@dataclass(frozen=True, slots=True)
class ActivePhase:
    """A phase as it is carried out, with groups resolved into their nodes."""

    losses: frozenset[str]
    trains: frozenset[str]
    optimizer: Choice
    steps: int


def active_phases(project: Project, report: Report) -> tuple[ActivePhase, ...]:
    """The phases of a project; what they name and is not on the canvas is passed over, as is a phase without a loss.

    When none is left, all losses train all blocks.
    """
    found = [_active(phase, project, report) for phase in project.training.phases]
    phases = tuple(phase for phase in found if phase.losses and phase.trains)
    if phases:
        return phases
    return (ActivePhase(frozenset(report.loss_nodes()), frozenset(report.order), project.training.optimizer, 1),)


def _active(phase: Phase, project: Project, report: Report) -> ActivePhase:
    groups = {group.id: group.nodes for group in project.graph.groups}
    named = {member for name in phase.trains for member in groups.get(name, (name,))}
    return ActivePhase(
        losses=frozenset(phase.losses).intersection(report.loss_nodes()),
        trains=frozenset(named).intersection(report.order),
        optimizer=phase.optimizer or project.training.optimizer,
        steps=phase.steps,
    )


def turn(phases: tuple[ActivePhase, ...], step: int) -> int:
    """The number of the phase to which a step (counted from 0) belongs."""
    if len(phases) == 1:
        return 0
    place = step % sum(phase.steps for phase in phases)
    for number, phase in enumerate(phases):
        if place < phase.steps:
            return number
        place -= phase.steps
    raise AssertionError("a place lies within the round")


def optimizer_ids(phases: tuple[ActivePhase, ...]) -> str:
    """Which optimizers the phases have, in one word."""
    return ",".join(phase.optimizer.id for phase in phases)
