"""What a session would refuse though the graph is sound, told before one is begun."""

from __future__ import annotations

from playground.document.copies import unrolled
from playground.document.project import Project
from playground.network.check import Problem, Report
from playground.training.batches import CannotTrain, examples_of
from playground.training.descent import refuse_unfit
from playground.training.model import learning_factor
from playground.training.objectives.active import refuse_objectives
from playground.training.phases import active_phases


def refusals(project: Project, report: Report) -> tuple[Problem, ...]:
    """Data that do not go together, optimizers and objectives that do not suit the network. Empty while the graph has
    errors.

    Makes the examples, which may take a while; reading the files of own data too.
    """
    if not report.ok:
        return ()
    found: list[Problem] = []
    try:
        examples_of(report)
    except CannotTrain as error:
        found.append(Problem(error.node, str(error), error.fixes))
    phases = active_phases(project, report)
    nodes = unrolled(project.graph).by_id
    learning = {name for name, node in nodes.items() if learning_factor(node) > 0.0}
    counts = [sum(report.parameters[name] for name in learning & phase.trains) for phase in phases]
    try:
        refuse_unfit(phases, counts, project.training.accumulate)
        refuse_objectives(project, report, phases)
    except CannotTrain as error:
        found.append(Problem(error.node, str(error), error.fixes))
    return tuple(found)
