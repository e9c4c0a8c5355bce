"""Brackets: which must close in the order in which they were opened, so that a stack is to be kept in mind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from playground.blocks.base import BlockError, Fix
from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples, target_signal
from playground.document.declaration import parameter

PAIRS = ("()", "[]", "{}")
ANSWERS = ("balanced", "broken")
TRIES = 50


class Brackets(Dataset):
    """Half of the rows are balanced; in the others two brackets have changed places, so that no count tells them."""

    id: ClassVar[str] = "brackets"
    title: ClassVar[str] = "Brackets"
    summary: ClassVar[str] = (
        "Does every bracket close, in the right order? In broken rows two brackets have changed places, so that "
        "counting each sign tells nothing."
    )
    source: ClassVar[str] = "The languages of Walther von Dyck; Chomsky & Schuetzenberger 1963"
    question: ClassVar[str] = "Is every bracket closed, and in the right order?"

    length: int = parameter(12, ge=4, le=100, logarithmic=True, help="Brackets in each row, an even number.")
    depth: int = parameter(3, ge=1, le=50, help="How many brackets may be open at once.")
    kinds: int = parameter(1, ge=1, le=3, help="How many kinds of brackets there are: ( ), then [ ], then { }.")
    examples: int = parameter(
        2_000, ge=100, le=20_000, logarithmic=True, help="How many rows to make for all three parts."
    )

    def subtitle(self) -> str:
        return f"{self.length} brackets, {self.kinds} kind{'s' if self.kinds > 1 else ''} · depth {self.depth}"

    def signals(self) -> tuple[Signal, ...]:
        vocabulary = tuple("".join(PAIRS[: self.kinds]))
        features = Signal((self.length,), kind="tokens", scale="index", axes=("time",), classes=vocabulary)
        return features, target_signal("index", ANSWERS)

    def expect(self, *inputs: Signal) -> None:
        """Refuse an odd number of brackets. Raises BlockError."""
        if self.length % 2:
            raise BlockError(
                f"Of {self.length} brackets one has no partner.",
                Fix(f"Set length to {self.length + 1}", "set", parameters={"length": self.length + 1}),
            )

    def generate(self, generator: np.random.Generator) -> Examples:
        rows = [balanced_row(self.length, self.depth, self.kinds, generator) for _ in range(self.examples)]
        answers = np.arange(self.examples) % 2
        for number in np.flatnonzero(answers).tolist():
            rows[number] = broken_row(rows[number], self.depth, generator)
        return Examples(np.array(rows, dtype=np.int64), answers, (), ("balanced", "broken"))


def balanced_row(length: int, depth: int, kinds: int, generator: np.random.Generator) -> list[int]:
    """Brackets that close in order, at most `depth` open at once: even numbers open, the next odd one closes."""
    row: list[int] = []
    stack: list[int] = []
    for step in range(length):
        opens = not stack or (len(stack) < min(depth, length - step - 1) and generator.random() < 0.5)
        if opens:
            stack.append(int(generator.integers(kinds)))
            row.append(2 * stack[-1])
        else:
            row.append(2 * stack.pop() + 1)
    return row


def broken_row(row: Sequence[int], depth: int, generator: np.random.Generator) -> list[int]:
    """The row with two brackets exchanged, so that it is no longer balanced, and not deeper than before."""
    for _ in range(TRIES):
        first, second = generator.choice(len(row), 2, replace=False).tolist()
        changed = list(row)
        changed[first], changed[second] = row[second], row[first]
        if not is_balanced(changed) and deepest(changed) <= depth:
            return changed
    return [row[-1], *row[1:-1], row[0]]  # it begins with a bracket that closes


def is_balanced(row: Sequence[int]) -> bool:
    """Whether every bracket closes the one that was opened last."""
    stack: list[int] = []
    for bracket in row:
        if bracket % 2 == 0:
            stack.append(bracket)
        elif not stack or stack.pop() != bracket - 1:
            return False
    return not stack


def deepest(row: Sequence[int]) -> int:
    """How many brackets more are opened than closed, at most."""
    return int(np.cumsum([1 - 2 * (bracket % 2) for bracket in row]).max())


DATASETS: tuple[type[Dataset], ...] = (Brackets,)
