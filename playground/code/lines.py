"""The text of a written file, and which of its lines speak of which node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Line(NamedTuple):
    """One line of the file, without its line break, and the nodes that it speaks of, by their ids on the canvas."""

    text: str
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """A whole file. Lines are counted from 0."""

    text: str
    lines: Mapping[str, tuple[range, ...]] = field(default_factory=dict)
    """For each node, by its id on the canvas, the ranges of lines that speak of it."""
    cannot: tuple[str, ...] = ()
    """What could not be written, one sentence each; empty when the file does all that the project does."""

    def nodes_at(self, line: int) -> tuple[str, ...]:
        """Ids of the nodes that a line speaks of."""
        return tuple(node for node, ranges in self.lines.items() if any(line in lines for lines in ranges))


def joined(lines: Iterable[Line], cannot: Iterable[str] = ()) -> Written:
    """The file of these lines."""
    every = tuple(lines)
    numbers: dict[str, list[int]] = {}
    for number, line in enumerate(every):
        for node in dict.fromkeys(line.nodes):
            numbers.setdefault(node, []).append(number)
    ranges = {node: tuple(_ranges(found)) for node, found in numbers.items()}
    return Written("".join(f"{line.text}\n" for line in every), ranges, tuple(dict.fromkeys(cannot)))


def _ranges(numbers: list[int]) -> Iterator[range]:
    start = numbers[0]
    for number, following in zip(numbers, [*numbers[1:], -1], strict=True):
        if following != number + 1:
            yield range(start, number + 1)
            start = following


LONGEST = 110
"""A line with its comment is no longer than this; else the comment stands above it."""


def commented(text: str, comment: str, nodes: tuple[str, ...] = (), column: int = 0) -> tuple[Line, ...]:
    """A statement with a comment at its end, from `column` on, or above it."""
    if not comment:
        return (Line(text, nodes),)
    line = f"{text.ljust(column)}  # {comment}"
    if len(line) <= LONGEST:
        return (Line(line, nodes),)
    indent = text[: len(text) - len(text.lstrip())]
    return Line(f"{indent}# {comment}", nodes), Line(text, nodes)


def indented(lines: Iterable[Line], levels: int = 1) -> tuple[Line, ...]:
    """The same lines further to the right; empty ones stay empty."""
    return tuple(Line(f"{'    ' * levels}{line.text}" if line.text else "", line.nodes) for line in lines)
