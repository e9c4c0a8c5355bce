"""Reading and writing project files. Bad input is refused with all its faults at once, each with its place."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from playground.document.graph import Graph
from playground.document.migrations import migrate
from playground.document.project import SCHEMA_VERSION, Project

LARGEST_FILE = 64 * 2**20  # bytes


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One fault of a file: where it is (such as `graph.nodes[3].position.x`) and what is wrong, as a sentence."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class ProjectFileError(Exception):
    """A file that cannot be opened, with every fault that was found."""

    def __init__(self, problems: Iterable[FileProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def parse(text: str | bytes) -> Project:
    """Read a project from JSON text. Raises ProjectFileError with all faults."""
    project = _validated(migrate(_checked_envelope(_json(text))))
    problems = graph_problems(project.graph)
    if problems:
        raise ProjectFileError(problems)
    return project


def read(path: Path) -> Project:
    """Read a project file. Raises ProjectFileError, also when the file is missing or too large."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            size = path.stat().st_size / 2**20
            raise _refused(f"The file has {size:.0f} MB; a project has at most {LARGEST_FILE // 2**20} MB.")
        return parse(path.read_bytes())
    except OSError as error:
        raise _refused(f"{path.name} cannot be read: {error.strerror or error}.") from error


def to_json(project: Project) -> str:
    """The project as stable, indented JSON; defaults are left out so that files stay small and mergeable."""
    content = {"format": project.format, "schema_version": project.schema_version}
    content.update(project.model_dump(mode="json", exclude_defaults=True))
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write(project: Project, path: Path) -> None:
    """Save atomically: written beside, flushed to disk, then renamed over the old file. Raises OSError."""
    write_atomically(path, to_json(project).encode())


def write_atomically(path: Path, content: bytes) -> None:
    """Write bytes so that a crash leaves either the old file or the new one, never half of it. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _refused(message: str, place: str = "") -> ProjectFileError:
    return ProjectFileError([FileProblem(place, message)])


def _json(text: str | bytes) -> Any:
    try:
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        return json.loads(decoded, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise _refused(f"This is not a text file (byte {error.start} is not UTF-8); a project is JSON text.") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _refused(f"The JSON breaks off or is damaged here: {error.msg}.", place) from error
    except (RecursionError, ValueError) as error:
        raise _refused(f"The JSON cannot be read: {error}.") from error


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number that a project may hold")


def _checked_envelope(content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise _refused("A project is a JSON object, but this file holds something else.")
    if content.get("format") != "playground-project":
        raise _refused("This JSON is not a Playground project: “format” must be “playground-project”.", "format")
    version = content.get("schema_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _refused("“schema_version” must be a whole number of at least 1.", "schema_version")
    if version > SCHEMA_VERSION:
        raise _refused(
            f"The file is of version {version}, from a newer Playground; this one reads up to {SCHEMA_VERSION}. "
            "Update Playground to open it.",
            "schema_version",
        )
    return content


def _validated(content: dict[str, Any]) -> Project:
    try:
        # Strict mode takes tuples only from JSON text, so the (possibly migrated) content goes back to text.
        return Project.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        problems = [FileProblem(_place(item["loc"]), _message(item)) for item in error.errors()]
        raise ProjectFileError(problems) from error
    except (RecursionError, ValueError) as error:
        raise _refused(f"The JSON cannot be read: {error}.") from error


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for part in location:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
    return place


def _message(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        return "this key is not known."
    text = str(item["msg"]).removeprefix("Value error, ")
    arrived = repr(item.get("input"))
    return f"{text}, but {arrived[:60]}{'…' if len(arrived) > 60 else ''} arrived."


def graph_problems(graph: Graph) -> list[FileProblem]:
    """Faults that only show when nodes and wires are seen together: duplicates, dangling wires, cycles."""
    problems: list[FileProblem] = []
    parts = (("nodes", graph.nodes), ("groups", graph.groups), ("notes", graph.notes))
    counts = Counter(item.id for _, items in parts for item in items)
    seen: set[str] = set()
    for name, items in parts:
        for index, item in enumerate(items):
            if counts[item.id] > 1 and item.id in seen:
                problems.append(FileProblem(f"graph.{name}[{index}].id", f"the id “{item.id}” is used twice."))
            seen.add(item.id)
    problems.extend(_edge_problems(graph))
    ids = {node.id for node in graph.nodes}
    for index, group in enumerate(graph.groups):
        problems.extend(
            FileProblem(f"graph.groups[{index}].nodes", f"there is no node “{member}”.")
            for member in group.nodes
            if member not in ids
        )
    if not problems and graph.order() is None:
        problems.append(FileProblem("graph.edges", "the wires form a cycle; a network must run one way."))
    return problems


def _edge_problems(graph: Graph) -> list[FileProblem]:
    problems: list[FileProblem] = []
    ids = {node.id for node in graph.nodes}
    seen: set[object] = set()
    for index, edge in enumerate(graph.edges):
        place = f"graph.edges[{index}]"
        for end, name in (("source", edge.source), ("target", edge.target)):
            if name not in ids:
                problems.append(FileProblem(f"{place}.{end}", f"there is no node “{name}”."))
        if edge.key in seen:
            problems.append(FileProblem(place, "the same wire is listed twice."))
        seen.add(edge.key)
    return problems
