"""Numbers by chance in the shape of data that are not here: so a network of others can be opened and looked at."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import field_validator

from playground.blocks.base import BlockError, Fix
from playground.blocks.kinds import usual_kind
from playground.blocks.signal import Signal
from playground.data.base import Array, Dataset, Examples
from playground.document.declaration import parameter

MOST_NUMBERS = 50_000_000
"""In all examples together."""


class StandIn(Dataset):
    """Random features and random answers, to be replaced by data."""

    id: ClassVar[str] = "stand-in"
    title: ClassVar[str] = "Stand-in for data"
    summary: ClassVar[str] = (
        "Random numbers in the shape of data that are not here, with random answers. A network that came from "
        "elsewhere can be opened with it; there is nothing to learn until your own data take its place."
    )
    question: ClassVar[str] = "Which data belong here?"

    shape: str = parameter("4", max_length=60, help="The sizes of one example, such as 3 x 32 x 32.")
    content: Literal["numbers", "tokens"] = parameter(
        "numbers", help="Numbers around 0 with deviation 1, or tokens, which are names for an embedding."
    )
    vocabulary: int = parameter(32, ge=2, le=200_000, logarithmic=True, help="How many different tokens there are.")
    answers: str = parameter(
        "3", max_length=60, help="How many classes or numbers; 12 x 8 are 8 classes at each of 12 steps."
    )
    target: Literal["classes", "numbers"] = parameter(
        "classes", help="Whether the answer is a class, or numbers from 0 to 1."
    )
    examples: int = parameter(200, ge=20, le=20_000, logarithmic=True, help="How many examples all three parts have.")

    @field_validator("shape", "answers", mode="before")
    @classmethod
    def _plain_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        words = [word for word in re.split(r"[\s,;x×*()\[\]]+", value.strip()) if word]
        if not 1 <= len(words) <= 6 or not all(re.fullmatch(r"[1-9][0-9]{0,8}", word) for word in words):
            raise ValueError("write one to six whole numbers above 0 with an x between them, such as 3 x 32 x 32")
        return " x ".join(words)

    def subtitle(self) -> str:
        noun = "tokens" if self.content == "tokens" else "numbers"
        return f"{self.shape.replace('x', '×')} {noun} by chance"

    def expect(self, *inputs: Signal) -> None:
        """Refuse shapes that no memory holds. Raises BlockError."""
        features, target = self.signals()
        each = features.size + target.size
        if each * self.examples <= MOST_NUMBERS:
            return
        fewer = MOST_NUMBERS // each
        fixes = (Fix(f"Set examples to {fewer}", "set", parameters={"examples": fewer}),) if fewer >= 20 else ()
        raise BlockError(
            f"{self.title} would make {each * self.examples:,} numbers; {MOST_NUMBERS:,} are the most.", *fixes
        )

    def signals(self) -> tuple[Signal, ...]:
        sizes, answers = _sizes(self.shape), _sizes(self.answers)
        if self.content == "tokens":
            words = tuple(map(str, range(self.vocabulary)))
            features = Signal(sizes, kind="tokens", scale="index", axes=("time",) * (len(sizes) == 1), classes=words)
        else:
            features = Signal(sizes, kind=usual_kind(len(sizes)))
        if self.target == "numbers":
            return features, Signal(answers, kind=usual_kind(len(answers)), low=0.0, high=1.0)
        *steps, count = answers
        names = _class_names(count)
        axes = ("time",) * (len(steps) == 1)
        return features, Signal(tuple(steps), kind="classes", scale="index", axes=axes, classes=names)

    def generate(self, generator: np.random.Generator) -> Examples:
        sizes, answers = _sizes(self.shape), _sizes(self.answers)
        drawn: Array
        if self.content == "tokens":
            drawn = generator.integers(self.vocabulary, size=(self.examples, *sizes))
        else:
            drawn = generator.standard_normal((self.examples, *sizes)).astype(np.float32)
        names = tuple(f"x{i}" for i in range(1, sizes[0] + 1)) if len(sizes) == 1 and drawn.dtype != np.int64 else ()
        if self.target == "numbers":
            return Examples(drawn, generator.uniform(size=(self.examples, *answers)).astype(np.float32), names)
        *steps, count = answers
        if steps:
            return Examples(drawn, generator.integers(count, size=(self.examples, *steps)), names)
        numbers = generator.permutation(np.arange(self.examples, dtype=np.int64) % count)
        return Examples(drawn, numbers, names, _class_names(count))


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(" x "))


def _class_names(count: int) -> tuple[str, ...]:
    return tuple(f"class {number}" for number in range(count))


DATASETS: tuple[type[Dataset], ...] = (StandIn,)
