"""`--set PATH=VALUE`: change a setting of a project from the command line, checked like a file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from playground.cli.report import CallError
from playground.document.files import ProjectFileError
from playground.document.project import Project
from playground.training.opening import project_from
from playground.training.setting_paths import SettingError, put


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
        try:
            put(content, path.strip(), value_of(value.strip()))
        except SettingError as error:
            raise CallError(f"--set: {error}") from error
    try:
        return project_from(json.dumps(content))
    except ProjectFileError as error:
        raise CallError(f"--set {', '.join(asked)}: {error.problems[0]}") from error


def value_of(text: str) -> Any:
    """A value as it is written on a command line: JSON, else a word."""
    try:
        return json.loads(text)
    except ValueError:
        return text
