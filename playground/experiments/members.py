"""Who takes part in a contest: the same project with other seeds, optimizers, or values of one setting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.blocks.base import Block
from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document.declaration import Declaration, ParameterInfo
from playground.document.experiment import Experiment
from playground.document.graph import Choice
from playground.document.project import SETTING_TITLES, Project
from playground.experiments.cells import Opener, cells_of
from playground.network.check import check
from playground.network.naming import block_title, group_title, titles
from playground.training.initializers import INITIALIZERS
from playground.training.optimizers import optimizer_of
from playground.training.schedules import SCHEDULES
from playground.training.setting_paths import with_setting

PARTS_OF_DATA = frozenset(info.name for info in Dataset.parameter_infos())
"""What all data blocks have: how their examples are divided and scaled."""
SIZES = frozenset({"units", "filters"})
"""What decides on shapes; that of a last layer must often stay as it is."""
COPIES = "Copies"
"""What the number of copies of a repeated group is called."""
RATE = "training.optimizer.parameters.learning_rate"


@dataclass(frozen=True)
class Member:
    """One run of a contest."""

    name: str
    """What sets it apart, in a word or two."""
    project: Project


@dataclass(frozen=True)
class Setting:
    """A setting that a race can be over."""

    path: str
    title: str
    low: float = 0.0
    """From where to where a race goes when nobody says otherwise; both 0 for a choice."""
    high: float = 0.0
    logarithmic: bool = False
    choices: tuple[str, ...] = ()


def of_seeds(project: Project, count: int) -> list[Member]:
    """The project with its own seed and those that follow."""
    return [Member(f"seed {seed}", project.replace(seed=seed)) for seed in range(project.seed, project.seed + count)]


def of_optimizers(project: Project, ids: Sequence[str]) -> list[Member]:
    """Each optimizer with its usual numbers; the one of the project has the project's. Raises KeyError."""
    own = project.training.optimizer
    found = []
    for identifier in ids:
        choice = own if identifier == own.id else Choice(id=identifier)
        declaration = optimizer_of(choice)
        name = f"{declaration.title} {declaration.learning_rate:g}"
        found.append(Member(name, project.replace(training=project.training.replace(optimizer=choice))))
    return found


def of_values(project: Project, path: str, low: float, high: float, count: int, logarithmic: bool) -> list[Member]:
    """Values of one setting from `low` to `high`. Raises SettingError; ValueError for a logarithm of nothing."""
    if logarithmic and min(low, high) <= 0:
        raise ValueError("Logarithmic steps need numbers above 0.")
    values = np.geomspace(low, high, count) if logarithmic else np.linspace(low, high, count)
    found: dict[str, Member] = {}
    for value in values.tolist():
        project_there = with_setting(project, path, _rounded(value))
        name = f"{_value_there(project_there, path):.3g}"
        found.setdefault(name, Member(name, project_there))
    return list(found.values())


def of_choices(project: Project, path: str, choices: Sequence[str]) -> list[Member]:
    """One run for each choice. Raises SettingError."""
    return [Member(choice_title(choice), with_setting(project, path, choice)) for choice in choices]


def of_experiment(experiment: Experiment, open_preset: Opener) -> list[Member]:
    """The variants of an experiment under its first seed, at every value of its axis. Raises ExperimentFault,
    UnknownPreset and ProjectFileError."""
    axis = experiment.axis
    found = []
    for cell in cells_of(experiment, open_preset, 1):
        title = experiment.variants[cell.variant].title
        value = (
            ""
            if axis is None
            else f"{axis.values[cell.value]:g}"
            if not isinstance(axis.values[cell.value], str)
            else axis.values[cell.value]
        )
        name = title if axis is None else str(value) if len(experiment.variants) == 1 else f"{title}, {value}"
        found.append(Member(name, cell.project))
    return found


def choice_title(choice: str) -> str:
    """What a choice is called: an initializer, a schedule or an activation by its title, any other by its word."""
    known = {cls.id: cls.title for cls in (*INITIALIZERS, *SCHEDULES)}
    return known.get(choice) or block_title(choice)


def _rounded(value: float) -> float:
    """Three digits, as they are shown."""
    return float(f"{value:.3g}")


def _value_there(project: Project, path: str) -> float:
    content: Any = project.model_dump(mode="json")
    for name in path.split("."):
        if isinstance(content, list):
            content = next(item for item in content if item["id"] == name)
        else:
            content = content[name]
    return float(content)


def settings_of(project: Project) -> list[Setting]:
    """What a race over this project can be over; the learning rate first."""
    optimizer = optimizer_of(project.training.optimizer)
    rate = max(optimizer.learning_rate, 1e-6)
    found = [Setting(RATE, "Learning rate", rate / 30, rate * 30, logarithmic=True)]
    found += [
        _setting(f"training.optimizer.parameters.{info.name}", info, type(optimizer))
        for info in type(optimizer).parameter_infos()
        if info.name != "learning_rate" and info.kind in ("number", "integer")
    ]
    found += [
        Setting("training.batch_size", "Batch size", 1, 64, logarithmic=True),
        Setting("training.regularization.l2", SETTING_TITLES["l2"], 1e-5, 1e-1, logarithmic=True),
        Setting("training.regularization.l1", SETTING_TITLES["l1"], 1e-5, 1e-1, logarithmic=True),
        Setting("training.initializer", "Initializer", choices=tuple(cls.id for cls in INITIALIZERS)),
        Setting("training.schedule", "Schedule", choices=tuple(cls.id for cls in SCHEDULES)),
    ]
    if project.training.clipping.kind != "none":
        found.append(Setting("training.clipping.limit", "Clipping limit", 0.01, 10.0, logarithmic=True))
    found += [
        Setting(f"graph.groups.{group.id}.repeat", f"{group_title(group)}: {COPIES}", 1, max(8, 2 * group.repeat))
        for group in project.graph.groups
        if group.repeat > 1
    ]
    report, names = check(project.graph), titles(project.graph)
    for node in project.graph.nodes:
        block = report.blocks.get(node.id)
        if block is None:
            continue
        for info in type(block).parameter_infos():
            if not _offered(block, info):
                continue
            path = f"graph.nodes.{node.id}.parameters.{info.name}"
            setting = _setting(path, info, type(block), names[node.id])
            if info.name not in SIZES or check(with_setting(project, path, setting.high).graph).ok:
                found.append(setting)
    return found


def _offered(block: Block, info: ParameterInfo) -> bool:
    """Whether a race over a parameter is offered: not where it decides on what the answers are."""
    if isinstance(block, Dataset):
        return info.kind == "number" and info.name not in PARTS_OF_DATA
    return info.kind in ("number", "choice") or info.name in SIZES


def title_of_path(project: Project, path: str) -> str:
    """What a setting is called, given by its path: “Dense 1: Units”; of what is not known, its last word."""
    way = path.split(".")
    if way[:2] == ["graph", "groups"] and way[3:] == ["repeat"] and way[2] in project.graph.groups_by_id:
        return f"{group_title(project.graph.group(way[2]))}: {COPIES}"
    node = project.graph.by_id.get(way[2]) if way[:2] == ["graph", "nodes"] and len(way) > 3 else None
    name = way[-1]
    if node is None:
        return SETTING_TITLES.get(name) or name.replace("_", " ").capitalize()
    declaration = CATALOGUE.get(node.block)
    labels = {info.name: info.label for info in declaration.parameter_infos()} if declaration is not None else {}
    label = labels.get(name) or SETTING_TITLES.get(name) or name.replace("_", " ").capitalize()
    return f"{titles(project.graph)[node.id]}: {label}"


def _setting(path: str, info: ParameterInfo, declaration: type[Declaration], whose: str = "") -> Setting:
    title = f"{whose}: {info.label}" if whose else info.label
    if info.choices:
        return Setting(path, title, choices=info.choices)
    low = 0.0 if info.minimum is None else info.minimum
    high = 1.0 if info.maximum is None else info.maximum
    default = float(info.default or 0.0)
    if info.logarithmic or high > 10.0:
        low, high = max(low, default / 30 or 1e-3), min(high, default * 30 or 1.0)
    # Some bounds are themselves not allowed.
    if declaration.parameter_problems({info.name: high}):
        high *= 0.99
    if declaration.parameter_problems({info.name: low}):
        low += 0.01 * (high - low)
    return Setting(path, title, low, high, logarithmic=info.logarithmic)
