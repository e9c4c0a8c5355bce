"""How commands speak: JSON on standard output, tables for people, one line on standard error for what went wrong."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.document.library import find
from playground.document.project import Goal, Project

if TYPE_CHECKING:
    from rich.console import Console

GOOD, FAULTY, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: good; the project has errors or misses a goal; the call or the file cannot be read; Ctrl-C."""


class CallError(Exception):
    """The call cannot be carried out; the message is one sentence."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, with a sentence that says what was done."""


class ProjectFaultError(Exception):
    """The project has errors, so that it cannot be trained; one sentence each."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__(" ".join(self.sentences))


def print_json(content: Any) -> None:
    """One JSON value on standard output; numbers that are not finite become null."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    print(json.dumps(_finite(content), indent=2, ensure_ascii=encoding != "utf8", allow_nan=False))


def _finite(content: Any) -> Any:
    if isinstance(content, float) and not math.isfinite(content):
        return None
    if isinstance(content, dict):
        return {str(key): _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(item) for item in content]
    return content


def print_error(sentence: str) -> None:
    """What went wrong, on standard error."""
    print(f"playground: {sentence}", file=sys.stderr)


def print_note(sentence: str) -> None:
    """What a person should know beside the result, on standard error."""
    print(f"playground: {sentence}", file=sys.stderr)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """A table for people on standard output; plain and unbroken when it goes into a file or a pipe."""
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=200)
    # Rich ends the program by itself when a pipe is closed; printing what it has drawn leaves that to `main`.
    with console.capture() as drawn:
        _draw(console, columns, rows, title)
    print(drawn.get(), end="")


def _draw(console: Console, columns: Sequence[str], rows: Iterable[Sequence[object]], title: str) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    console.print(table)


def open_project(name: str) -> tuple[Project, Path]:
    """The project of a file or preset. Raises UnknownPreset, ProjectFileError."""
    from playground.training.opening import open_project as open_file

    path = find(name)
    if path.suffix.lower() != ".json":
        _refuse_network(path)
    return open_file(path), path


def _refuse_network(path: Path) -> None:
    """Raises CallError for a network of another program, which becomes a project first."""
    from playground.exchange.into.files import source_of

    if path.is_file() and source_of(path) is not None:
        raise CallError(f"{path} is of another program; make a project of it with: playground new {path} --out FILE")


def goal_content(goal: Goal) -> dict[str, Any]:
    """A goal as JSON: the metric, its one bound and the epochs it is given."""
    return goal.model_dump(mode="json", exclude_defaults=True)
