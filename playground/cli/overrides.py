"""`--set PATH=VALUE`: change a setting of a project from the command line, checked like a file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from playground.cli.report import CallError
from playground.document.files import ProjectFileError
from playground.document.project import Project
from playground.training.opening import project_from

CHOICES = ("optimizer", "schedule", "initializer")
"""Settings that are an id with parameters; `training.optimizer=sgd` is short for the id with default parameters."""


def overridden(project: Project, changes: Iterable[str]) -> Project:
    """The project with the changes made in turn. Raises CallError with a sentence."""
    content = project.model_dump(mode="json")
    asked = list(changes)
    if not asked:
        return project
    for change in asked:
        path, equals, value = change.partition("=")
        if not equals or not path:
            raise CallError(f"--set wants PATH=VALUE, such as training.batch_size=10, but “{change}” arrived.")
        _set(content, path.strip(), value.strip())
    try:
        return project_from(json.dumps(content))
    except ProjectFileError as error:
        raise CallError(f"--set {', '.join(asked)}: {error.problems[0]}") from error


def _set(content: Any, path: str, text: str) -> None:
    *way, last = path.split(".")
    walked = ""
    for name in way:
        content = _child(content, name, walked)
        walked = f"{walked}.{name}" if walked else name
    value = _value(text)
    if isinstance(content, list):
        content[_index(content, last, walked)] = value
        return
    # Parameters that stand at their default are not in the file; the check afterwards knows which there are.
    if not isinstance(content, dict) or (last not in content and not walked.endswith("parameters")):
        raise _unknown(content, last, walked)
    if last in CHOICES and isinstance(value, str):
        value = {"id": value, "parameters": {}}
    content[last] = value


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


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


def _unknown(content: Any, name: str, walked: str) -> CallError:
    known = ", ".join(content) if isinstance(content, dict) and content else "nothing that can be set"
    return CallError(f"--set: there is no “{name}” in {walked or 'the project'}; it has {known}.")
