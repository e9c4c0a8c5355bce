"""Phases: which losses train which blocks, and whose turn it is. Without any in the project there is one, of all."""

from __future__ import annotations

from dataclasses import dataclass

from playground.document.copies import copies_of, unrolled
from playground.document.graph import Choice, Graph
from playground.document.project import Phase, Project
from playground.network.check import Report
from playground.network.sharing import owner_of


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
    losses = (copy for name in phase.losses for copy in copies_of(project.graph, name))
    return ActivePhase(
        losses=frozenset(losses).intersection(report.loss_nodes()),
        trains=trained(project.graph, phase).intersection(report.order),
        optimizer=phase.optimizer or project.training.optimizer,
        steps=phase.steps,
    )


def trained(graph: Graph, phase: Phase) -> frozenset[str]:
    """All that a phase trains, by the ids of the unrolled graph: the copies of the blocks and groups that it names, and
    the blocks whose weights they use."""
    whole = unrolled(graph)
    found: set[str] = set()
    for name in phase.trains:
        found.update(whole.members(name) if name in whole.groups_by_id else copies_of(graph, name))
    owners = {owner_of(whole, name) for name in found if whole.node(name).weights_of in whole.by_id}
    return frozenset(found | owners)


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
