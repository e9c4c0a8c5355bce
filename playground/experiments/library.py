"""The experiments that come with the program, beside the presets, and those in files of a person's own."""

from __future__ import annotations

import difflib
from pathlib import Path

from playground.data.own.places import located, stored
from playground.document.experiment import Experiment
from playground.document.experiment_files import (
    Noun,
    experiment_files,
    load_experiment,
    name_of,
    parse_noun,
    save_experiment,
)
from playground.document.files import load
from playground.document.library import UnknownPreset, find
from playground.document.project import Project
from playground.training.opening import open_project

__all__ = [
    "experiment_files", "find_experiment", "name_of", "open_preset", "read_experiment", "read_noun", "write_experiment",
]  # fmt: skip


def find_experiment(name: str) -> Path:
    """The file of an experiment, by its name or its path. Raises UnknownPreset."""
    files = {name_of(path): path for path in experiment_files()}
    if name in files:
        return files[name]
    path = Path(name)
    if path.is_file():
        return path
    near = difflib.get_close_matches(name, files, n=1)
    hint = f" Did you mean “{near[0]}”?" if near else " `playground experiments` lists them."
    raise UnknownPreset(f"there is no experiment “{name}”, and no such file.{hint}")


def read_experiment(path: Path) -> Experiment:
    """Read an experiment; data of a person's own are looked for beside the file.

    Raises ProjectFileError with all its faults, also when the file is missing.
    """
    experiment = load_experiment(path)
    project = experiment.project
    if project is None:
        return experiment
    return experiment.replace(project=project.replace(graph=located(project.graph, path.parent)))


def read_noun(path: Path, kind: type[Noun], name: str, newest: int) -> Noun:
    """Read a file of a format of its own, such as a search. Raises ProjectFileError with all its faults."""
    return parse_noun(load(path), kind, name, newest)


def write_experiment(experiment: Experiment, path: Path) -> None:
    """Write an experiment, with the places of a person's own data as seen from there. Raises OSError."""
    project = experiment.project
    if project is not None:
        experiment = experiment.replace(project=project.replace(graph=stored(project.graph, path.parent)))
    save_experiment(experiment, path)


def open_preset(name: str) -> Project:
    """A preset by its id. Raises UnknownPreset and ProjectFileError."""
    return open_project(find(name))
