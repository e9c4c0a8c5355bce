"""Calls of ours that a file of its own writes otherwise."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable

from playground.code.rewriting import Text


def _error(node: ast.Call, text: Text) -> list[ast.AST]:
    """BlockError(sentence, *fixes) becomes ValueError(sentence)."""
    text.exchange(node.func, "ValueError")
    text.replace(text.end(node.args[0]), text.end(node) - 1, "")
    return [node.args[0]]


def _examples(node: ast.Call, text: Text) -> list[ast.AST]:
    """Examples(features, target, names, ...) becomes the tuple of its arrays: features, target, fields, rows."""
    kept: list[ast.expr] = [*node.args[:2], *(word.value for word in node.keywords if word.arg in ("fields", "rows"))]
    one_line = node.lineno == node.end_lineno
    text.replace(text.start(node), text.start(kept[0]), "" if one_line else "(")
    for before, after in itertools.pairwise(kept):
        text.replace(text.end(before), text.start(after), ", ")
    text.replace(text.end(kept[-1]), text.end(node), "" if one_line else ")")
    return list(kept)


def _first_argument(node: ast.Call, text: Text) -> list[ast.AST]:
    """The argument in the place of the call."""
    text.replace(text.start(node), text.start(node.args[0]), "")
    text.replace(text.end(node.args[0]), text.end(node), "")
    return [node.args[0]]


OTHERWISE: dict[tuple[str, str], Callable[[ast.Call, Text], list[ast.AST]]] = {
    ("playground.blocks.base", "BlockError"): _error,
    ("playground.data.base", "Examples"): _examples,
    ("playground.data.preparation", "_frozen"): _first_argument,
}
"""Calls of ours that are written otherwise: each edits the text, and gives the parts that stay."""
