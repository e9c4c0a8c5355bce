"""Examples that a person types in: a handful of rows to calculate with by hand."""

from __future__ import annotations

import functools
import math
import re
from typing import ClassVar

import numpy as np
from pydantic import field_validator

from playground.blocks.code import Code
from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples, RegressionDataset, column_signal
from playground.document.declaration import parameter

MOST_EXAMPLES, MOST_NUMBERS = 100, 20
"""Rows, and numbers on each side of the arrow."""
LARGEST = 1e6
Row = tuple[tuple[float, ...], tuple[float, ...]]
"""Inputs and answers of one example."""


class TypedExamples(RegressionDataset):
    """Rows of inputs and answers, as typed. All are training: a few rows are to be calculated with, not to be split."""

    id: ClassVar[str] = "typed-examples"
    title: ClassVar[str] = "Typed examples"
    summary: ClassVar[str] = "A few examples that you type in, inputs and answer: to follow a calculation by hand."
    question: ClassVar[str] = "Which answer belongs to the inputs?"
    licence: ClassVar[str] = "Typed by you."

    rows: str = parameter(
        "0.1, 0.3 -> 1",
        max_length=4_000,
        label="Examples",
        help="Inputs, an arrow ->, then the answer. Commas between numbers, a semicolon between examples.",
    )
    train_share: float = parameter(1.0, ge=0.05, le=1.0, label="Train share", help="Share of examples to learn from.")
    validation_share: float = parameter(
        0.0, ge=0.0, le=0.9, label="Validation share", help="Share for tuning and early stopping; the rest is test."
    )

    @field_validator("rows")
    @classmethod
    def _readable(cls, text: str) -> str:
        read(text)
        return text

    def feature_signal(self) -> Signal:
        return column_signal(len(read(self.rows)[0][0]))

    def target_names(self) -> tuple[str, ...]:
        count = len(read(self.rows)[0][1])
        return ("y",) if count == 1 else tuple(f"y{number}" for number in range(1, count + 1))

    def target_range(self) -> tuple[float, float]:
        answers = [answer for _, row in read(self.rows) for answer in row]
        return min(answers), max(answers)

    def subtitle(self) -> str:
        count = len(read(self.rows))
        return "1 example" if count == 1 else f"{count} examples"

    def to_code(self, *inputs: Signal) -> Code:
        sides = zip(*read(self.rows), strict=True)
        features, target = ([list(numbers) for numbers in side] for side in sides)
        start = (*_array("features", features), *_array("target", target))
        return Code("features, target", imports=("import numpy as np",), start=start)

    def generate(self, generator: np.random.Generator) -> Examples:
        rows = read(self.rows)
        features = np.array([inputs for inputs, _ in rows], dtype=np.float32)
        target = np.array([answers for _, answers in rows], dtype=np.float32)
        return Examples(features, target, tuple(f"x{number}" for number in range(1, features.shape[1] + 1)))


def _array(name: str, rows: list[list[float]]) -> tuple[str, ...]:
    """A statement that makes an array, on one line or with a line for each row."""
    line = f"{name} = np.array({rows!r}, dtype=np.float32)"
    if len(line) <= 90:
        return (line,)
    return (f"{name} = np.array([", *(f"    {row!r}," for row in rows), "], dtype=np.float32)")


@functools.lru_cache(maxsize=64)
def read(text: str) -> tuple[Row, ...]:
    """The examples of a text such as `0.1, 0.3 -> 1; 0.2, 0.5 -> 0`. Raises ValueError with a sentence."""
    lines = [line for line in re.split(r"[;\n]", text) if line.strip()]
    if not lines:
        raise ValueError("type at least one example, such as 0.1, 0.3 -> 1")
    if len(lines) > MOST_EXAMPLES:
        raise ValueError(f"at most {MOST_EXAMPLES} examples can be typed, but there are {len(lines)}")
    rows = tuple(_row(line, number) for number, line in enumerate(lines, start=1))
    for number, (inputs, answers) in enumerate(rows, start=1):
        if (len(inputs), len(answers)) != (len(rows[0][0]), len(rows[0][1])):
            raise ValueError(
                f"example {number} has {len(inputs)} inputs and {len(answers)} answers, but the first has "
                f"{len(rows[0][0])} and {len(rows[0][1])}"
            )
    return rows


def _row(line: str, number: int) -> Row:
    sides = re.split(r"->|→", line)
    if len(sides) != 2:
        raise ValueError(f"example {number} needs one arrow -> between inputs and answer")
    return _numbers(sides[0], number), _numbers(sides[1], number)


def _numbers(side: str, number: int) -> tuple[float, ...]:
    found: list[float] = []
    for word in side.replace(",", " ").replace("−", "-").split():
        try:
            value = float(word)
        except ValueError:
            raise ValueError(f"“{word[:20]}” in example {number} is no number") from None
        if not math.isfinite(value) or abs(value) > LARGEST:
            raise ValueError(f"“{word[:20]}” in example {number} is too large: numbers end at ±{LARGEST:,.0f}")
        found.append(value)
    if not 1 <= len(found) <= MOST_NUMBERS:
        raise ValueError(f"example {number} needs 1 to {MOST_NUMBERS} numbers on each side of the arrow")
    return tuple(found)


DATASETS: tuple[type[Dataset], ...] = (TypedExamples,)
