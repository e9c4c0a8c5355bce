"""Older files become newer ones: pure functions from version n to n + 1, applied in turn."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from playground.document.project import SCHEMA_VERSION

Migration = Callable[[dict[str, Any]], dict[str, Any]]



def _same(content: dict[str, Any]) -> dict[str, Any]:
    """Nothing had another form: version 2 only may say where one looked on the canvas."""
    return content


MIGRATIONS: Mapping[int, Migration] = {1: _same}
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
