"""Reading and writing experiment files, which lie beside the presets or are a person's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from playground.document.chapters import EXPERIMENT_ENDING
from playground.document.decoding import ProjectFileError, decode, refused
from playground.document.experiment import EXPERIMENT_VERSION, Experiment
from playground.document.files import content_of, faults_of, load, write_atomically
from playground.document.graph import Value
from playground.paths import PRESETS

Noun = TypeVar("Noun", bound=Value)
FORMAT = "playground-experiment"
HEAD = 4_000
"""Bytes of a file in which the name of its format is looked for."""


def experiment_files(folder: Path = PRESETS) -> Iterator[Path]:
    """The files of all experiments that come with the program, chapter by chapter."""
    yield from sorted(folder.glob(f"*/*{EXPERIMENT_ENDING}"))


def name_of(path: Path) -> str:
    """The id of an experiment: the name of its file."""
    return path.name.removesuffix(EXPERIMENT_ENDING).removesuffix(".json")


def is_experiment(path: Path) -> bool:
    """Whether a file holds an experiment, by its name or by how it begins."""
    if path.name.endswith(EXPERIMENT_ENDING):
        return True
    if path.suffix.lower() != ".json":
        return False
    try:
        with path.open("rb") as stream:
            return f'"{FORMAT}"'.encode() in stream.read(HEAD)
    except OSError:
        return False


def parse_noun(text: str | bytes, kind: type[Noun], name: str, newest: int) -> Noun:
    """What a file of a format of its own holds, such as an experiment. Raises ProjectFileError with all its faults."""
    content, problems = decode(text)
    article = "an" if name[0] in "aeiou" else "a"
    if not isinstance(content, dict) or content.get("format") != f"playground-{name}":
        raise refused(f"This is no {name}: “format” must be “playground-{name}”.", "format")
    version = content.get("schema_version")
    if isinstance(version, int) and version > newest:
        raise refused(f"This is {article} {name} of version {version}, from a newer Playground. Update Playground.")
    if problems:
        raise ProjectFileError(problems)
    if isinstance(content.get("project"), dict):
        content["project"] = _newest(content["project"])
    try:
        return kind.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        raise ProjectFileError(faults_of(error)) from error


def parse_experiment(text: str | bytes) -> Experiment:
    """An experiment from the text of a file. Raises ProjectFileError with all its faults."""
    return parse_noun(text, Experiment, "experiment", EXPERIMENT_VERSION)


def _newest(project: dict[str, Any]) -> dict[str, Any]:
    """The project inside a file, brought up to date as one in a file of its own."""
    return content_of(json.dumps(project))[0]


def load_experiment(path: Path) -> Experiment:
    """Read an experiment file. Raises ProjectFileError, also when the file is missing or too large."""
    return parse_experiment(load(path))


def experiment_json(experiment: Experiment) -> str:
    """The experiment as stable, indented JSON; defaults are left out."""
    content: dict[str, Any] = {"format": experiment.format, "schema_version": experiment.schema_version}
    content.update(experiment.model_dump(mode="json", exclude_defaults=True))
    content["rule"] = {"kind": experiment.rule.kind, **content["rule"]}
    if experiment.project is not None:
        project = experiment.project
        head = {"format": project.format, "schema_version": project.schema_version}
        content["project"] = {**head, **content["project"]}
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def save_experiment(experiment: Experiment, path: Path) -> None:
    """Write an experiment file, whole or not at all. Raises OSError."""
    write_atomically(path, experiment_json(experiment).encode())
