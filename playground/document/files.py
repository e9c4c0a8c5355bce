"""Reading and writing project files. Bad input is refused with all its faults at once, each with its place."""

from __future__ import annotations

import errno
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from playground.document.decoding import FileProblem, ProjectFileError, UnreadableFileError, decode, inside, refused
from playground.document.migrations import MIGRATIONS, Migration, migrate
from playground.document.project import SCHEMA_VERSION, Project
from playground.document.structure import graph_problems, structure_problems

__all__ = [
    "LARGEST_FILE", "PROJECT", "FileKind", "FileProblem", "NotRegularError", "ProjectFileError", "UnreadableFileError",
    "content_of", "examine", "faults_of", "graph_problems", "load", "parse", "read", "refuse_other_than_file", "schema",
    "to_json", "write", "write_atomically",
]  # fmt: skip

LARGEST_FILE = 16 * 2**20  # bytes; 5,000 blocks and 20,000 wires take 4 MB


def parse(text: str | bytes) -> Project:
    """Read a project from JSON text. Raises ProjectFileError with all faults."""
    project, problems = examine(*content_of(text))
    if problems or project is None:
        raise ProjectFileError(problems)
    return project


def read(path: Path) -> Project:
    """Read a project file. Raises ProjectFileError, also when the file is missing or too large."""
    return parse(load(path))


def load(path: Path) -> bytes:
    """The bytes of a project file. Raises ProjectFileError when it cannot be read or is too large."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise refused(f"{path.name} cannot be read: it is no ordinary file.")
        size = status.st_size
        if size > LARGEST_FILE:
            raise refused(f"The file has {size / 2**20:.0f} MB; a project has at most {LARGEST_FILE // 2**20} MB.")
        return path.read_bytes()
    except OSError as error:
        raise refused(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:  # a name with a zero byte
        raise refused(f"{str(path)!r} is not the name of a file.") from error


@dataclass(frozen=True)
class FileKind:
    """A kind of file of ours: how it names itself, and how older versions become the newest."""

    format: str
    noun: str
    """What a person calls it."""
    version: int
    migrations: Mapping[int, Migration]


PROJECT = FileKind("playground-project", "project", SCHEMA_VERSION, MIGRATIONS)


def content_of(text: str | bytes, kind: FileKind = PROJECT) -> tuple[dict[str, Any], list[FileProblem]]:
    """The plain content of a file, of the newest version, and the faults of its text.

    Raises ProjectFileError when this is no file of its kind at all, or one from a newer Playground.
    """
    content, problems = decode(text)
    envelope = _checked_envelope(content, kind)
    try:
        return migrate(envelope, kind.migrations, kind.version), problems
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        version = envelope["schema_version"]
        raise refused(f"This file of version {version} is damaged: it cannot be brought up to date.") from error


def examine(content: dict[str, Any], known: list[FileProblem]) -> tuple[Project | None, list[FileProblem]]:
    """The project that plain content holds, if it holds one, and all faults: `known` ones, wrong keys, wrong wiring."""
    problems = list(known)
    places = {problem.place for problem in problems}
    project: Project | None = None
    try:
        # Strict mode takes tuples only from JSON text, so the (possibly migrated) content goes back to text.
        project = Project.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        problems.extend(problem for problem in faults_of(error) if problem.place not in places)
    problems.extend(structure_problems(content.get("graph")))
    return project, problems


def to_json(project: Project) -> str:
    """The project as stable, indented JSON; defaults are left out so that files stay small and mergeable."""
    content = {"format": project.format, "schema_version": project.schema_version}
    content.update(project.model_dump(mode="json", exclude_defaults=True))
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema of a project file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Project.model_json_schema(by_alias=True)}


def write(project: Project, path: Path) -> None:
    """Save atomically: written beside, flushed to disk, then renamed over the old file. Raises OSError."""
    write_atomically(path, to_json(project).encode())


class NotRegularError(OSError):
    """What lies at a path is a folder, a device or a pipe, and is never replaced by a file."""


def refuse_other_than_file(path: Path) -> None:
    """Raises NotRegularError when a file at this path would take the place of a folder, a device or a pipe."""
    if path.exists() and not path.is_file():
        raise NotRegularError(errno.EEXIST, "it is no ordinary file, and is not replaced")


def write_atomically(path: Path, content: bytes) -> None:
    """Write bytes so that a crash leaves either the old file or the new one, never half of it.

    Raises OSError, and NotRegularError for what is no file.
    """
    refuse_other_than_file(path)
    path = path.resolve()  # a link stays a link: what it points to is replaced
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:80]}.", suffix=".tmp", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.chmod(_mode(path))
        beside.replace(path)
        _settle_folder(path.parent)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _settle_folder(folder: Path) -> None:
    """Have the new name of a file written to the disk before anything that comes after it; where systems offer that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced; for a new one those that the person's umask gives."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _checked_envelope(content: Any, kind: FileKind) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise refused(f"A {kind.noun} is a JSON object, but this file holds something else.")
    if content.get("format") != kind.format:
        raise refused(f"This JSON is not a Playground {kind.noun}: “format” must be “{kind.format}”.", "format")
    version = content.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise refused("“schema_version” must be a whole number of at least 1.", "schema_version")
    if version > kind.version:
        raise refused(
            f"The file is of version {version}, from a newer Playground; this one reads up to {kind.version}. "
            "Update Playground to open it.",
            "schema_version",
        )
    return content


def faults_of(error: ValidationError) -> list[FileProblem]:
    """What pydantic refused, each fault with its place and as a sentence."""
    return [FileProblem(_place(item["loc"]), _message(item)) for item in error.errors()]


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for part in location:
        place = inside(place, part)
    return place


def _message(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        return "this key is not known."
    text = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "missing":
        return "this key is missing."
    if item["type"] == "too_long":
        context = item["ctx"]
        return f"there are {context['actual_length']:,} here; {context['max_length']:,} are the most."
    arrived = repr(item.get("input"))
    return f"{text}, but {arrived[:60]}{'…' if len(arrived) > 60 else ''} arrived."
