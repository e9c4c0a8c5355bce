"""Open a project that is to be trained: its optimizers, schedule, initializers and objectives are checked too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from playground.document.declaration import Declaration
from playground.document.files import FileProblem
from playground.document.project import Project
from playground.network import opening
from playground.training.initializers import INITIALIZERS
from playground.training.objectives.registry import OBJECTIVES
from playground.training.optimizers import OPTIMIZERS
from playground.training.schedules import SCHEDULES


def open_project(path: Path) -> Project:
    """Read a project file. Raises ProjectFileError with all faults at once, each with its place."""
    return opening.open_project(path, choice_problems)


def project_from(text: str | bytes) -> Project:
    """The same from the text of a file."""
    return opening.project_from(text, choice_problems)


def choice_problems(content: dict[str, Any]) -> list[FileProblem]:
    """Optimizers, schedules, initializers and objectives of a file that do not exist, or not with these parameters."""
    training = content.get("training")
    settings = training if isinstance(training, dict) else {}
    problems = [
        *_problems("training.optimizer", settings.get("optimizer"), "optimizer", _known(OPTIMIZERS)),
        *_problems("training.schedule", settings.get("schedule"), "schedule", _known(SCHEDULES)),
        *_problems("training.initializer", settings.get("initializer"), "initializer", _known(INITIALIZERS)),
    ]
    objectives = settings.get("objectives")
    for index, objective in enumerate(objectives if isinstance(objectives, list) else ()):
        place = f"training.objectives[{index}]"
        problems.extend(_problems(place, objective, "objective", _known(OBJECTIVES)))
    phases = settings.get("phases")
    for index, phase in enumerate(phases if isinstance(phases, list) else ()):
        if isinstance(phase, dict):
            place = f"training.phases[{index}].optimizer"
            problems.extend(_problems(place, phase.get("optimizer"), "optimizer", _known(OPTIMIZERS)))
    graph = content.get("graph")
    nodes = graph.get("nodes") if isinstance(graph, dict) else None
    for index, node in enumerate(nodes if isinstance(nodes, list) else ()):
        own = node.get("training") if isinstance(node, dict) else None
        if isinstance(own, dict):
            place = f"graph.nodes[{index}].training.initializer"
            problems.extend(_problems(place, own.get("initializer"), "initializer", _known(INITIALIZERS)))
    return problems


def _known(classes: Iterable[type[Declaration]]) -> dict[str, type[Declaration]]:
    return {cls.id: cls for cls in classes}


def _problems(place: str, choice: Any, noun: str, known: Mapping[str, type[Declaration]]) -> Iterator[FileProblem]:
    if not isinstance(choice, dict) or not isinstance(choice.get("id"), str):
        return
    declaration = known.get(choice["id"])
    if declaration is None:
        yield FileProblem(f"{place}.id", f"there is no {noun} “{choice['id'][:64]}”. There are: {', '.join(known)}.")
        return
    parameters = choice.get("parameters", {})
    if isinstance(parameters, dict):
        for name, message in declaration.parameter_problems(parameters):
            yield FileProblem(f"{place}.parameters.{name}" if name else f"{place}.parameters", message)
