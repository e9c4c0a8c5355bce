"""Projects whose data are divided into folds; each is a project like any other."""

from __future__ import annotations

from collections.abc import Mapping

from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document import edits
from playground.document.project import Project


def data_of(project: Project) -> tuple[str, ...]:
    """The data blocks of a project."""
    nodes = project.graph.nodes
    return tuple(node.id for node in nodes if node.block in CATALOGUE and issubclass(CATALOGUE[node.block], Dataset))


def with_division(project: Project, settings: Mapping[str, float | int]) -> Project:
    """The project with these settings of how the rows of all its data are divided."""
    graph = project.graph
    for node in data_of(project):
        graph = edits.set_parameters(graph, node, dict(settings))
    return project.replace(graph=graph)


def in_fold(project: Project, folds: int, fold: int) -> Project:
    """The project with its data in one fold, counted from 1."""
    return with_division(project, {"folds": folds, "fold": fold})


def in_folds(project: Project, folds: int) -> tuple[Project, ...]:
    """The project in each of so many folds; as it is where there are none."""
    return tuple(in_fold(project, folds, fold + 1) for fold in range(folds)) if folds > 1 else (project,)
