"""Edits of source text by the places of its syntax tree, so that what stays keeps its comments and its line breaks."""

from __future__ import annotations

import ast
import functools
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

NOISE = re.compile(r"[ \t]*# (?:type: ignore|noqa|fmt: (?:skip|on|off)).*$", re.MULTILINE)
"""Comments that speak to tools alone."""
LONGEST = 90
"""Letters of a line with a comment."""
_HEAD = re.compile(r"^(?P<start> *def \w+\()\n(?P<arguments>[^()]*?)\n *(?P<end>\):)$", re.MULTILINE)


@dataclass
class Text:
    """Source text that is edited: where nodes of its tree lie, and what takes their place."""

    source: str
    _edits: dict[tuple[int, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._bytes, self._lines = _in_bytes(self.source)

    def start(self, node: ast.AST) -> int:
        """Where a node begins; of a definition its first decorator."""
        assert isinstance(node, ast.stmt | ast.expr | ast.arg)
        first: int = min([node.lineno, *(mark.lineno for mark in getattr(node, "decorator_list", ()))])
        column: int = node.col_offset
        return self._lines[first - 1] + column  # the @ stands where `def` stands

    def end(self, node: ast.AST) -> int:
        """One past its last byte."""
        assert isinstance(node, ast.stmt | ast.expr | ast.arg) and node.end_lineno and node.end_col_offset is not None
        return self._lines[node.end_lineno - 1] + node.end_col_offset

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self._bytes)

    def cut(self, start: int, end: int) -> str:
        """What lies between two places, as it was."""
        return self._bytes[start:end].decode()

    def of(self, node: ast.AST) -> str:
        """The text of a node as it was."""
        return self.cut(self.start(node), self.end(node))

    def start_of_line(self, node: ast.stmt) -> int:
        """Where the line of a statement begins; of a definition that of its name, behind decorators."""
        return self._lines[node.lineno - 1]

    def line(self, number: int) -> int:
        """Where a line begins; they are counted from 0."""
        return self._lines[number]

    def of_line(self, node: ast.stmt) -> bytes:
        """The first line of a statement, in bytes."""
        return self._bytes[self._lines[node.lineno - 1] : self._lines[node.lineno]]

    def replace(self, start: int, end: int, text: str) -> None:
        """Put other text between two places."""
        self._edits[start, end] = text

    def exchange(self, node: ast.AST, text: str) -> None:
        """Put other text in the place of a node."""
        self.replace(self.start(node), self.end(node), text)

    def delete_lines(self, node: ast.stmt) -> None:
        """Take a statement away with its whole lines."""
        last = node.end_lineno or node.lineno
        self.replace(self._lines[node.lineno - 1], self._lines[last], "")

    def before(self, place: int, word: str) -> int:
        """Where a word stands last before a place."""
        return self._bytes.rindex(word.encode(), 0, place)

    def edit_as(self, other: Text) -> None:
        """Take over the edits of another text with the same source."""
        self._edits.update(other._edits)

    def result(self, start: int, end: int) -> str:
        """What lies between two places, edited; an edit within another is dropped."""
        found: list[str] = []
        place = start
        for (first, last), text in sorted(self._edits.items(), key=lambda item: (item[0][0], -item[0][1])):
            if first < place or last > end:
                continue
            found += [self._bytes[place:first].decode(), text]
            place = last
        found.append(self._bytes[place:end].decode())
        return "".join(found)


@functools.lru_cache(maxsize=256)
def _in_bytes(source: str) -> tuple[bytes, tuple[int, ...]]:
    """A source in bytes, and where each of its lines begins."""
    content = source.encode()
    return content, (0, *itertools.accumulate(map(len, content.splitlines(keepends=True))))


def tidied(text: Text, node: ast.AST) -> None:
    """Take out what speaks to tools alone: annotations, casts; and of docstrings all but their first paragraph."""
    text.edit_as(_tidied(text.source, node))


@functools.lru_cache(maxsize=2048)  # the same pieces are written again after every edit of a project
def _tidied(source: str, node: ast.AST) -> Text:
    text = Text(source)
    for part, inside in _within(node):
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            _without_annotations(text, part)
        if isinstance(part, ast.FunctionDef | ast.ClassDef):
            _short_docstring(text, part)
        _remarks(text, part)
        if isinstance(part, ast.AnnAssign) and inside != "record":
            _plain_assignment(text, part)
        if _is_call(part, "cast"):
            assert isinstance(part, ast.Call)
            value = part.args[1]
            text.replace(text.start(part), text.start(value), "")
            text.replace(text.end(value), text.end(part), "")
    return text


def _remarks(text: Text, node: ast.AST) -> None:
    """A text behind an assignment, which says what it is, becomes the comment of its line; a long one goes."""
    body = getattr(node, "body", None)
    if not isinstance(body, list):
        return
    for before, part in itertools.pairwise(body):
        constant = part.value if isinstance(part, ast.Expr) else None
        if not (isinstance(constant, ast.Constant) and isinstance(constant.value, str)):
            continue
        words = constant.value.rstrip(".")
        fits = "\n" not in words and before.lineno == before.end_lineno and len(text.of(before)) + len(words) < LONGEST
        text.replace(text.end(before), text.end(part), f"  # {words[0].lower()}{words[1:]}" if fits else "")


def cleaned(written: str) -> str:
    """Without comments for tools, and without lines that editing has left blank in a row."""
    written = NOISE.sub("", written)
    written = _HEAD.sub(_on_one_line, written)
    written = re.sub(r"[ \t]+$", "", written, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", written).strip("\n")


def _on_one_line(head: re.Match[str]) -> str:
    """The head of a function on one line, where it fits."""
    arguments = " ".join(head["arguments"].split()).rstrip(",")
    line = f"{head['start']}{arguments}{head['end']}"
    return line if len(line) <= LONGEST + 10 else head[0]


def _within(node: ast.AST, inside: str = "") -> Iterator[tuple[ast.AST, str]]:
    """Every node in a tree, with `record` where it stands directly in a class whose fields are its annotations."""
    yield node, inside
    here = "record" if isinstance(node, ast.ClassDef) and is_record(node) else ""
    for child in ast.iter_child_nodes(node):
        yield from _within(child, here)


def is_record(node: ast.ClassDef) -> bool:
    """Whether the annotations of a class make its fields: a dataclass or a named tuple."""
    marks = [ast.unparse(one) for one in (*node.decorator_list, *node.bases)]
    return any("dataclass" in mark or "NamedTuple" in mark for mark in marks)


def _without_annotations(text: Text, function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    defaults = [*missing, *arguments.defaults, *arguments.kw_defaults]
    for argument, default in zip([*positional, *arguments.kwonlyargs], defaults, strict=True):
        if argument.annotation is None:
            continue
        name_end = text.start(argument) + len(argument.arg.encode())
        if default is None:
            text.replace(name_end, text.end(argument.annotation), "")
        else:
            text.replace(name_end, text.start(default), "=")
    for several in (arguments.vararg, arguments.kwarg):
        if several is not None and several.annotation is not None:
            text.replace(text.start(several) + len(several.arg.encode()), text.end(several.annotation), "")
    returns = getattr(function, "returns", None)
    if returns is not None:
        arrow = text.before(text.start(returns), "->")
        text.replace(arrow - 1, text.end(returns), "")


def _plain_assignment(text: Text, node: ast.AnnAssign) -> None:
    if node.value is None:
        text.delete_lines(node)
    else:
        text.replace(text.end(node.target), text.start(node.value), " = ")


def _short_docstring(text: Text, node: ast.FunctionDef | ast.ClassDef) -> None:
    words = ast.get_docstring(node)
    if words is None or "\n\n" not in words:
        return
    statement = node.body[0]
    assert isinstance(statement, ast.Expr)
    whole = text.of(statement)
    quotes = '"""' if '"""' in whole else "'''"
    text.exchange(statement, re.split(r"\n[ \t]*\n", whole)[0].rstrip() + quotes)


def _is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
