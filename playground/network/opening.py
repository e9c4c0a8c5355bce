"""Open a project file, with all that can be told of it: its text, keys, wiring and the parameters of its blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from playground.data.own.places import located
from playground.data.registry import CATALOGUE
from playground.document.files import FileProblem, ProjectFileError, content_of, examine, load
from playground.document.group_files import GroupFile, examine_group, group_content
from playground.document.project import Project

Held = TypeVar("Held", Project, GroupFile)
Checker = Callable[[dict[str, Any]], list[FileProblem]]
"""Finds further faults in the plain content of a file."""


def open_project(path: Path, *more: Checker) -> Project:
    """Read a project file. Raises ProjectFileError with all faults at once, each with its place.

    A block that this program does not know is no fault: its node says so on the canvas. Parameters that a known block
    does not take are. `more` looks for faults of other kinds. Data of a person's own are looked for beside the file.
    """
    project = project_from(load(path), *more)
    return project.replace(graph=located(project.graph, path.parent))


def project_from(text: str | bytes, *more: Checker) -> Project:
    """The same from the text of a file."""
    content, faults = content_of(text)
    return _sound(content, *examine(content, faults), more)


def open_group(path: Path, *more: Checker) -> GroupFile:
    """Read a file that holds a group. Raises ProjectFileError with all faults at once, each with its place."""
    return group_from(load(path), *more)


def group_from(text: str | bytes, *more: Checker) -> GroupFile:
    """The same from the text of a file."""
    content, faults = group_content(text)
    return _sound(content, *examine_group(content, faults), more)


def _sound(content: dict[str, Any], found: Held | None, known: list[FileProblem], more: Iterable[Checker]) -> Held:
    """What a file holds, when neither those who read it nor the checkers found a fault. Raises ProjectFileError."""
    problems, places = list(known), {problem.place for problem in known}
    for checker in (block_problems, *more):
        problems.extend(problem for problem in checker(content) if problem.place not in places)
    if problems or found is None:
        raise ProjectFileError(problems)
    return found


def block_problems(content: dict[str, Any]) -> list[FileProblem]:
    """Parameters that the blocks of a file do not take; parts that are not what they should be are passed over."""
    graph = content.get("graph")
    nodes = graph.get("nodes") if isinstance(graph, dict) else None
    problems: list[FileProblem] = []
    for index, node in enumerate(nodes if isinstance(nodes, list) else ()):
        if not isinstance(node, dict) or not isinstance(node.get("block"), str):
            continue
        declaration = CATALOGUE.get(node["block"])
        parameters = node.get("parameters")
        if declaration is not None and isinstance(parameters, dict):
            place = f"graph.nodes[{index}].parameters"
            for name, message in declaration.parameter_problems(parameters):
                problems.append(FileProblem(f"{place}.{name}" if name else place, message))
    return problems
