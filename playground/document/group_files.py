"""Files that hold one group of blocks, so that it can be used again and handed on: the same JSON as in a project."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import Field, ValidationError

from playground.document.files import FileKind, FileProblem, content_of, faults_of
from playground.document.graph import Graph, Group, Value
from playground.document.migrations import Migration
from playground.document.structure import structure_problems

GROUP_VERSION: Literal[1] = 1
GROUP_MIGRATIONS: dict[int, Migration] = {}
"""Key n holds the function that turns a file of version n into one of version n + 1."""
GROUP = FileKind("playground-group", "group", GROUP_VERSION, GROUP_MIGRATIONS)
ENDING = ".group.json"
"""How the names of such files end, so that nobody takes them for projects."""


class GroupFile(Value):
    """One group with all that lies in it; wires to what lies outside are left to whoever uses it."""

    format: Literal["playground-group"] = "playground-group"
    schema_version: Literal[1] = GROUP_VERSION
    summary: str = Field("", max_length=2_000, description="One line of what it is good for.")
    graph: Graph = Field(description="One outermost group, in which all blocks lie.")

    @property
    def group(self) -> Group:
        """The outermost group."""
        return self.graph.groups_in(None)[0]

    @property
    def title(self) -> str:
        """What it is called."""
        return self.group.title or "Group"


def group_content(text: str | bytes) -> tuple[dict[str, Any], list[FileProblem]]:
    """The plain content of a group file, of the newest version, and the faults of its text.

    Raises ProjectFileError when this is no group at all, or one from a newer Playground.
    """
    return content_of(text, GROUP)


def examine_group(content: dict[str, Any], known: list[FileProblem]) -> tuple[GroupFile | None, list[FileProblem]]:
    """The group that plain content holds, if it holds one, and all faults: `known` ones, wrong keys, wrong wiring."""
    problems, found = list(known), None
    places = {problem.place for problem in problems}
    try:
        found = GroupFile.model_validate_json(json.dumps(content), strict=True)
    except ValidationError as error:
        problems.extend(problem for problem in faults_of(error) if problem.place not in places)
    problems.extend(structure_problems(content.get("graph")))
    if found is not None and not problems:
        problems.extend(_not_one(found.graph))
    return found, problems


def _not_one(graph: Graph) -> list[FileProblem]:
    """What keeps a graph from being one group."""
    outermost = graph.groups_in(None)
    if len(outermost) != 1:
        return [FileProblem("graph.groups", f"a group file has one outermost group, but this has {len(outermost)}.")]
    loose = [node.id for node in graph.nodes if node.id not in graph.homes]
    if loose:
        return [FileProblem("graph.nodes", f"“{loose[0]}” lies outside the group “{outermost[0].id}”.")]
    if not graph.members(outermost[0].id):
        return [FileProblem("graph.nodes", "there are no blocks in the group.")]
    return []


def group_json(found: GroupFile) -> str:
    """The group as stable, indented JSON; defaults are left out so that files stay small and mergeable."""
    content = {"format": found.format, "schema_version": found.schema_version}
    content.update(found.model_dump(mode="json", exclude_defaults=True))
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def group_schema() -> dict[str, Any]:
    """The JSON Schema of a group file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **GroupFile.model_json_schema(by_alias=True)}
