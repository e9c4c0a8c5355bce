"""Leaves out of a function what its fixed values decide: branches that are never taken."""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Callable, Iterator
from typing import Any

from playground.code.rewriting import Text

_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, several: one in several,
}


@functools.lru_cache(maxsize=1024)
def folded(source: str) -> str:
    """The source with every condition decided that is one of constants alone, until none is left."""
    while True:
        after = _once(source)
        if after == source:
            return source
        source = after


def _once(source: str) -> str:
    tree, text = ast.parse(source), Text(source)
    for body in _bodies(tree):
        for place, statement in enumerate(body):
            if isinstance(statement, ast.If) and (known := decided(statement.test)) is not None:
                return _branch(text, statement, known, len(body) == 1)
            if isinstance(statement, ast.Return | ast.Raise) and place + 1 < len(body):
                text.replace(text.end(statement), text.end(body[-1]), "")
                return text.result(0, text.size)
            if isinstance(statement, ast.Pass) and len(body) > 1:
                text.delete_lines(statement)
                return text.result(0, text.size)
    for node in ast.walk(tree):
        if isinstance(node, ast.BoolOp) and (parts := _open_parts(node)) is not None:
            sign = " and " if isinstance(node.op, ast.And) else " or "
            text.exchange(node, sign.join(text.of(part) for part in parts))
            return text.result(0, text.size)
        if isinstance(node, ast.IfExp) and (known := decided(node.test)) is not None:
            text.exchange(node, text.of(node.body if known else node.orelse))
            return text.result(0, text.size)
    return source


def _open_parts(node: ast.BoolOp) -> list[ast.expr] | None:
    """What is left of a condition when parts that decide nothing are taken out; None when there are none of these."""
    nothing = isinstance(node.op, ast.And)
    left = [part for part in node.values if not (_tests(part) and decided(part) is nothing)]
    return left if left and len(left) < len(node.values) else None


def _tests(part: ast.expr) -> bool:
    """Whether a part of a condition is true or false itself, so that leaving it out changes no value."""
    return isinstance(part, ast.Compare) or (isinstance(part, ast.Constant) and isinstance(part.value, bool))


def _branch(text: Text, statement: ast.If, known: bool, alone: bool) -> str:
    """One branch in the place of the whole statement."""
    chosen = statement.body if known else statement.orelse
    start, end = text.start_of_line(statement), text.end(statement)
    if not chosen:
        text.replace(start, end + 1, " " * statement.col_offset + "pass\n" if alone else "")
    else:
        first = text.line(statement.test.end_lineno or 0) if known else text.start_of_line(chosen[0])  # with comments
        if chosen[0].col_offset == statement.col_offset:  # elif: an `if` of its own
            text.replace(start, end, " " * statement.col_offset + text.of(chosen[0]).removeprefix("el"))
        else:
            lines = text.cut(first, text.end(chosen[-1])).split("\n")
            indent = chosen[0].col_offset - statement.col_offset
            text.replace(start, end, "\n".join(line[indent:] if not line[:indent].strip() else line for line in lines))
    return text.result(0, text.size)


def _bodies(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            found = getattr(node, name, None)
            if isinstance(found, list) and found and isinstance(found[0], ast.stmt):
                yield found


def decided(test: ast.expr) -> bool | None:
    """The truth of a condition of constants alone; None where it is open."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = decided(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        return _joined(test)
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in _COMPARED:
        try:
            left, right = ast.literal_eval(test.left), ast.literal_eval(test.comparators[0])
            return bool(_COMPARED[type(test.ops[0])](left, right))
        except (ValueError, TypeError):
            return None
    try:
        return bool(ast.literal_eval(test))
    except (ValueError, TypeError):
        return None


def _joined(test: ast.BoolOp) -> bool | None:
    ends = isinstance(test.op, ast.Or)
    known = [decided(part) for part in test.values]
    if ends in known:
        return ends
    return None if None in known else not ends
