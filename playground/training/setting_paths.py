"""Settings of a project by their path: `training.batch_size`, `graph.nodes.drop.parameters.rate`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from playground.document.files import ProjectFileError
from playground.document.project import Project
from playground.training.opening import project_from

CHOICES = ("optimizer", "schedule", "initializer")
"""Settings that are an id with parameters; an id alone is short for the id with default parameters."""


class SettingError(Exception):
    """There is no such setting, or it cannot have this value; the message is for people."""


def with_setting(project: Project, path: str, value: Any) -> Project:
    """The project with another value of one setting, checked like a file. Raises SettingError.

    A number for a setting that takes whole numbers is rounded.
    """
    return with_settings(project, {path: value})


def with_settings(project: Project, settings: Mapping[str, Any]) -> Project:
    """The same for several settings at once."""
    content = project.model_dump(mode="json")
    for path, value in settings.items():
        put(content, path, int(value) if isinstance(value, float) and value.is_integer() else value)
    try:
        return project_from(json.dumps(content))
    except ProjectFileError as error:
        rounded = {path: round(value) for path, value in settings.items() if isinstance(value, float)}
        if not rounded:
            raise SettingError(str(error.problems[0])) from error
        for path, value in rounded.items():
            put(content, path, value)
        try:
            return project_from(json.dumps(content))
        except ProjectFileError:
            raise SettingError(str(error.problems[0])) from error


def put(content: Any, path: str, value: Any) -> None:
    """Write a value into a project as JSON has it. Raises SettingError when there is no such place."""
    *way, last = path.split(".")
    walked = ""
    for name in way:
        content = _child(content, name, walked)
        walked = f"{walked}.{name}" if walked else name
    if isinstance(content, list):
        content[_index(content, last, walked)] = value
        return
    # Parameters that stand at their default are not in the file; the check afterwards knows which there are.
    if not isinstance(content, dict) or (last not in content and not walked.endswith("parameters")):
        raise _unknown(content, last, walked)
    if last in CHOICES and isinstance(value, str):
        value = {"id": value, "parameters": {}}
    content[last] = value


def _child(content: Any, name: str, walked: str) -> Any:
    if isinstance(content, list):
        return content[_index(content, name, walked)]
    if isinstance(content, dict) and name in content:
        return content[name]
    raise _unknown(content, name, walked)


def _index(items: list[Any], name: str, walked: str) -> int:
    for index, item in enumerate(items):
        if isinstance(item, dict) and item.get("id") == name:
            return index
    if name.isdecimal() and int(name) < len(items):
        return int(name)
    raise _unknown({str(item.get("id", index)): 0 for index, item in enumerate(items)}, name, walked)


def _unknown(content: Any, name: str, walked: str) -> SettingError:
    known = ", ".join(content) if isinstance(content, dict) and content else "nothing that can be set"
    return SettingError(f"there is no “{name}” in {walked or 'the project'}; it has {known}.")
