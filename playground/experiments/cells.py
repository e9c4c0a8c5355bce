"""What an experiment runs: one project for each variant, value of the axis and seed."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import JsonValue

from playground.blocks.base import Block
from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document import edits, library
from playground.document.decoding import ProjectFileError
from playground.document.experiment import Budget, Changes, Experiment, Measure, Variant
from playground.document.files import to_json
from playground.document.graph import Graph
from playground.document.project import Project, StopRules
from playground.editing.fixes import insert_block, replace_block
from playground.training.opening import project_from
from playground.training.setting_paths import SettingError, with_settings
from playground.training.weights.preset_files import stored_path

RESULTS_VERSION = 1
"""Raised when the same cell gives other numbers than before: what was kept is then run again."""


class ExperimentFault(Exception):
    """An experiment cannot be run as it is written; the message is for people."""


@dataclass(frozen=True)
class Record:
    """What is told of every look at a run, which then goes on to the end of its budget whatever its stop rules say."""

    weights_every: int = 0
    """The weights are told at the first and the last look, and at each whose number this divides; 0 for never."""


@dataclass(frozen=True)
class Cell:
    """One run: what learns, for how long, and what is measured of it."""

    variant: int
    value: int
    """Index on the axis; 0 where there is none."""
    seed: int
    project: Project
    budget: Budget
    looks: int
    measures: tuple[Measure, ...]
    record: Record | None = None
    """Of runs that somebody watches as they learn; they are not kept."""

    @cached_property
    def key(self) -> str:
        """The same for cells with the same numbers: a hash of all that they follow from."""
        graph = self.project.graph
        content = {
            "version": RESULTS_VERSION,
            "nodes": [node.model_dump(mode="json", exclude={"title", "position", "unfolded"}) for node in graph.nodes],
            "edges": [edge.model_dump(mode="json") for edge in graph.edges],
            "groups": [
                group.model_dump(mode="json", exclude={"title", "position", "closed"}) for group in graph.groups
            ],
            "training": self.project.training.model_dump(mode="json", exclude={"device", "engine"}),
            "seed": self.project.seed,
            "start": self._start(),
            "budget": self.budget.model_dump(mode="json"),
            "looks": self.looks,
            "measures": [measure.model_dump(mode="json") for measure in self.measures],
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _start(self) -> object:
        """The stored weights that it starts from, by what they are."""
        start = self.project.starts_from
        path = library.files().get(start.preset) if start is not None else None
        if start is None or path is None:
            return None
        file = stored_path(path)
        held = _contents(file, file.stat().st_mtime_ns) if file.is_file() else ""
        return [start.model_dump(mode="json"), held]


@functools.cache
def _contents(path: Path, written: int) -> str:
    """A hash of what a file holds, found once for each time that it was written."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


Opener = Callable[[str], Project]
"""Finds a preset by its id. Raises UnknownPreset and ProjectFileError."""


def cells_of(experiment: Experiment, open_preset: Opener, seeds: int | None = None) -> tuple[Cell, ...]:
    """All runs of an experiment, seed by seed, so that the first seeds of all variants are done first.

    Raises ExperimentFault with the variant that cannot be.
    """
    values: tuple[JsonValue, ...] = experiment.axis.values if experiment.axis is not None else (None,)
    bases = []
    for variant in experiment.variants:
        base = _of_variant(experiment, variant, _base_of(experiment, variant, open_preset))
        bases.append([_at(experiment, base, value, variant.title) for value in values])
    count = experiment.seeds if seeds is None else seeds
    found: list[Cell] = []
    for number in range(count):
        for place, along in enumerate(bases):
            for index, base in enumerate(along):
                project = seeded(base, number, fresh_data=experiment.fresh_data)
                found.append(
                    Cell(place, index, number, project, experiment.budget, experiment.looks, experiment.measures)
                )
    return tuple(found)


def _base_of(experiment: Experiment, variant: Variant, open_preset: Opener) -> Project:
    """What a variant changes: a preset, or the project that the experiment holds."""
    name = variant.preset or experiment.base
    if name is not None:
        return open_preset(name)
    assert experiment.project is not None
    try:
        return project_from(to_json(experiment.project))
    except ProjectFileError as error:
        raise ExperimentFault(f"the project of the experiment cannot be trained: {error.problems[0]}") from error


def _of_variant(experiment: Experiment, variant: Variant, base: Project) -> Project:
    """The base with the changes of all and of this one."""
    project = bare(base)
    for changes in (experiment.changes, variant):
        project = changed(project, changes, variant.title)
    return project


def bare(project: Project) -> Project:
    """A project without the rules by which a person lets a run end, and without what is only looked at."""
    training = project.training
    if training.stop.patience is None:
        training = training.replace(stop=StopRules())
    return project.replace(training=training, goals=(), views=())


def _at(experiment: Experiment, project: Project, value: JsonValue, title: str) -> Project:
    if experiment.axis is None:
        return project
    return settled(project, dict.fromkeys(experiment.axis.paths, value), f"{title}, {experiment.axis.title}")


def changed(project: Project, changes: Changes, title: str) -> Project:
    """The project with the changes made. Raises ExperimentFault that names the variant by its title."""
    graph = project.graph
    try:
        for name, other in changes.replace_blocks.items():
            graph = replace_block(graph, name, other.block, dict(other.parameters))
        for new in changes.insert:
            wire = next(edge for edge in graph.into(new.before) if edge.target_port == new.port)
            graph = insert_block(graph, wire.key, new.block, dict(new.parameters))
        graph = _without(graph, changes.remove)
    except (KeyError, StopIteration, ValueError) as error:
        raise ExperimentFault(f"“{title}” cannot be: there is no block or wire {error}.") from error
    return settled(project.replace(graph=graph), dict(changes.set), title)


def _without(graph: Graph, names: tuple[str, ...]) -> Graph:
    for name in names:
        graph.node(name)
    return edits.delete(graph, names) if names else graph


def settled(project: Project, settings: Mapping[str, JsonValue], title: str) -> Project:
    """The project with these settings. Raises ExperimentFault that names what has them by its title."""
    if not settings:
        return project
    try:
        return with_settings(project, settings)
    except SettingError as error:
        raise ExperimentFault(f"“{title}” cannot be: {error}") from error


def seeded(project: Project, number: int, *, fresh_data: bool) -> Project:
    """The project under the seed of that number, counted from its own."""
    project = project.replace(seed=project.seed + number)
    if not fresh_data or not number:
        return project
    graph = project.graph
    for node in graph.nodes:
        declaration: type[Block] | None = CATALOGUE.get(node.block)
        if declaration is not None and issubclass(declaration, Dataset):
            own = int(str(node.parameters.get("data_seed", 0)))
            graph = edits.set_parameters(graph, node.id, {"data_seed": own + number})
    return project.replace(graph=graph)
