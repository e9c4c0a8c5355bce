"""Older files become newer ones: pure functions from version n to n + 1, applied in turn."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from playground.document.project import SCHEMA_VERSION

Migration = Callable[[dict[str, Any]], dict[str, Any]]



LESS_IS_BETTER = {"loss", "mase", "perplexity", "squared_distance"}


def _with_failures(content: dict[str, Any]) -> dict[str, Any]:
    """Version 2 says which goals are failures to see; before, they were those that ask for a bad measure to stay."""
    goals = content.get("goals")
    for goal in goals if isinstance(goals, list) else ():
        if isinstance(goal, dict) and isinstance(goal.get("metric"), str):
            measure = goal["metric"].partition(".")[0].partition("_")[2]
            bad = "at_least" if measure in LESS_IS_BETTER or measure.endswith("_error") else "at_most"
            if goal.get(bad) is not None:
                goal["failure"] = True
    return content


def _without_chapter(content: dict[str, Any]) -> dict[str, Any]:
    """Version 3 leaves the chapter to the folder a preset lies in; a project of a person's own stands in none."""
    content.pop("chapter", None)
    return content


def _with_nested_groups(content: dict[str, Any]) -> dict[str, Any]:
    """Version 4 has groups that close, nest and repeat, and weights used twice; what a file of version 3 says stays."""
    return content


MIGRATIONS: Mapping[int, Migration] = {1: _with_failures, 2: _without_chapter, 3: _with_nested_groups}
"""Key n holds the function that turns a file of version n into one of version n + 1."""


def migrate(
    content: dict[str, Any], migrations: Mapping[int, Migration] = MIGRATIONS, newest: int = SCHEMA_VERSION
) -> dict[str, Any]:
    """Bring a file's content to the newest version; the input is left as it is."""
    version = content["schema_version"]
    if version < newest:
        content = copy.deepcopy(content)
    while version < newest:
        content = migrations[version](content)
        version += 1
        content["schema_version"] = version
    return content
