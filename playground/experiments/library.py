"""The experiments that come with the program, beside the presets, and those in files of a person's own."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from playground.document.chapters import EXPERIMENT_ENDING
from playground.document.decoding import ProjectFileError, decode, refused
from playground.document.experiment import EXPERIMENT_VERSION, Experiment
from playground.document.files import faults_of
from playground.document.graph import Value
from playground.document.library import UnknownPreset, find
from playground.document.project import Project
from playground.paths import PRESETS
from playground.training.opening import open_project

Noun = TypeVar("Noun", bound=Value)


def experiment_files(folder: Path = PRESETS) -> Iterator[Path]:
    """The files of all experiments that come with the program, chapter by chapter."""
    yield from sorted(folder.glob(f"*/*{EXPERIMENT_ENDING}"))


def name_of(path: Path) -> str:
    """The id of an experiment: the name of its file."""
    return path.name.removesuffix(EXPERIMENT_ENDING).removesuffix(".json")


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
    """Read an experiment. Raises ProjectFileError with all its faults, and OSError."""
    return read_noun(path, Experiment, "experiment", EXPERIMENT_VERSION)


def read_noun(path: Path, kind: type[Noun], name: str, newest: int) -> Noun:
    """Read a file of a format of its own, such as an experiment. Raises ProjectFileError with all its faults, and
    OSError."""
    content, problems = decode(path.read_bytes())
    article = "an" if name[0] in "aeiou" else "a"
    if not isinstance(content, dict) or content.get("format") != f"playground-{name}":
        raise refused(f"This is no {name}: “format” must be “playground-{name}”.", "format")
    version = content.get("schema_version")
    if isinstance(version, int) and version > newest:
        raise refused(f"This is {article} {name} of version {version}, from a newer Playground. Update Playground.")
    if problems:
        raise ProjectFileError(problems)
    try:
        return kind.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        raise ProjectFileError(faults_of(error)) from error


def open_preset(name: str) -> Project:
    """A preset by its id. Raises UnknownPreset and ProjectFileError."""
    return open_project(find(name))
