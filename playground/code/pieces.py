"""Classes and functions between the lines of a file."""

from __future__ import annotations

from collections.abc import Iterator

from playground.code.lines import Line


def piece(text: str, nodes: tuple[str, ...] = ()) -> Iterator[Line]:
    """A class, a function or several of them, with two empty lines behind; nothing for an empty text."""
    if text:
        yield from (Line(line, nodes if line else ()) for line in text.split("\n"))
        yield from (Line(""), Line(""))
