"""Copied blocks as JSON text, so that they travel between windows and through a mail. Pure: no clipboard here."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from playground.document.files import graph_problems
from playground.document.graph import Graph

MARK = "playground-nodes"
VERSION = 1
LARGEST_TEXT = 16 * 2**20  # characters


class PasteError(ValueError):
    """Text that holds no blocks; the message is a sentence for people."""


def to_text(part: Graph) -> str:
    """The JSON text of a part of a graph."""
    content = {MARK: VERSION, **part.model_dump(mode="json", exclude_defaults=True)}
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)


def from_text(text: str) -> Graph:
    """The part of a graph in copied text. Raises PasteError."""
    content = _content(text)
    version = content.pop(MARK)
    if version != VERSION:
        raise PasteError("These blocks were copied in another version of Playground, which this one cannot read.")
    try:
        part = Graph.model_validate_json(json.dumps(content), strict=True)
    except (ValidationError, RecursionError) as error:
        raise PasteError(f"The copied blocks are damaged: {_first(error)}") from error
    problems = graph_problems(part)
    if problems:
        raise PasteError(f"The copied blocks are damaged: {problems[0]}")
    if not (part.nodes or part.notes):
        raise PasteError("There are no blocks in the copied text.")
    return part


def _content(text: str) -> dict[str, Any]:
    if not text.strip():
        raise PasteError("The clipboard holds no text. Copy some blocks first.")
    if len(text) > LARGEST_TEXT:
        raise PasteError("The text in the clipboard is too long to be blocks.")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or MARK not in content:
        raise PasteError("The clipboard holds text, but no Playground blocks. Copy some blocks first.")
    return content


def _first(error: Exception) -> str:
    if isinstance(error, ValidationError):
        fault = error.errors()[0]
        place = ".".join(map(str, fault["loc"]))
        return f"{place}: {fault['msg'].removeprefix('Value error, ')}."
    return "it is nested too deeply."
