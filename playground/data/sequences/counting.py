"""Sequences over which something is added up: how many, whether even, and the sum of two numbers that are marked."""

from __future__ import annotations

import string
from typing import ClassVar, Literal

import numpy as np

from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples, target_signal
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.marked import MarkedForm
from playground.document.declaration import parameter

Asked = Literal["end", "every step"]


class CountSymbols(Dataset):
    """How many times the first letter of the alphabet stands in a sequence, every number equally often."""

    id: ClassVar[str] = "count-symbols"
    title: ClassVar[str] = "Count a symbol"
    summary: ClassVar[str] = (
        "How often was the letter A read? Every number from none to all comes equally often, and the places are chance."
    )
    question: ClassVar[str] = "How many times does A stand in a sequence?"

    length: int = parameter(12, ge=2, le=100, logarithmic=True, help="Symbols in each sequence.")
    symbols: int = parameter(3, ge=2, le=26, help="How many different symbols there are, from A on.")
    examples: int = parameter(
        2_000, ge=200, le=20_000, logarithmic=True, help="How many sequences to make for all three parts."
    )

    def subtitle(self) -> str:
        return f"0 to {self.length} times A in {self.length} symbols"

    def signals(self) -> tuple[Signal, ...]:
        vocabulary = tuple(string.ascii_uppercase[: self.symbols])
        features = Signal((self.length,), kind="tokens", scale="index", axes=("time",), classes=vocabulary)
        return features, target_signal("index", tuple(str(number) for number in range(self.length + 1)))

    def generate(self, generator: np.random.Generator) -> Examples:
        counts = np.arange(self.examples) % (self.length + 1)
        places = generator.permuted(np.tile(np.arange(self.length), (self.examples, 1)), axis=1)
        others = generator.integers(1, self.symbols, size=places.shape)
        names = tuple(str(number) for number in range(self.length + 1))
        return Examples(np.where(places < counts[:, None], 0, others), counts, (), names)


class Parity(Dataset):
    """Whether the ones read so far are even or odd in number: one bit of memory, which every one turns over."""

    id: ClassVar[str] = "parity"
    title: ClassVar[str] = "Parity"
    summary: ClassVar[str] = (
        "Zeros and ones by chance: is the number of ones even or odd? A single bit that is turned over makes it the "
        "other answer."
    )
    source: ClassVar[str] = "Minsky & Papert 1969, Perceptrons"
    question: ClassVar[str] = "Is the number of ones even or odd?"

    length: int = parameter(12, ge=2, le=200, logarithmic=True, help="Bits in each sequence.")
    asked: Asked = parameter("every step", help="Of all bits at the end, or at every step of those read so far.")
    examples: int = parameter(
        2_000, ge=100, le=20_000, logarithmic=True, help="How many sequences to make for all three parts."
    )

    def subtitle(self) -> str:
        return f"{self.length} bits · asked at {'the end' if self.asked == 'end' else self.asked}"

    def signals(self) -> tuple[Signal, ...]:
        bits = Signal((self.length,), kind="tokens", scale="index", axes=("time",), classes=("0", "1"))
        answers = ("even", "odd")
        return bits, target_signal("index", answers) if self.asked == "end" else bits.but(classes=answers)

    def generate(self, generator: np.random.Generator) -> Examples:
        bits = generator.integers(2, size=(self.examples, self.length))
        parity = np.cumsum(bits, axis=1) % 2
        if self.asked == "end":
            return Examples(bits, parity[:, -1].copy(), (), ("even", "odd"))
        return Examples(bits, parity)


class AddingProblem(Dataset):
    """Random numbers of which two are marked, one in each half: their sum is to be said at the end.

    Who always says 1, the mean of the sum, has a mean squared error of 1/6 = 0.167.
    """

    id: ClassVar[str] = "adding-problem"
    title: ClassVar[str] = "Adding problem"
    summary: ClassVar[str] = (
        "A series of random numbers of which two are marked: only their sum is asked for, after all of them."
    )
    source: ClassVar[str] = "Hochreiter & Schmidhuber 1997, Long short-term memory, section 5.4"
    question: ClassVar[str] = "What is the sum of the two numbers that are marked?"

    length: int = parameter(20, ge=2, le=400, logarithmic=True, help="Numbers in each series.")
    examples: int = parameter(
        2_000, ge=100, le=20_000, logarithmic=True, help="How many series to make for all three parts."
    )

    def subtitle(self) -> str:
        return f"2 of {self.length} numbers are marked"

    def signals(self) -> tuple[Signal, ...]:
        features = Signal((self.length, 2), kind="series", axes=("time", "features"), low=0.0, high=1.0)
        return features, Signal((1,), low=0.0, high=2.0)

    def target_names(self) -> tuple[str, ...]:
        return ("sum",)

    def input_form(self, known: Known) -> InputForm:
        return MarkedForm(self.length)

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers = generator.uniform(0.0, 1.0, (self.examples, self.length)).astype(np.float32)
        half, rows = self.length // 2, np.arange(self.examples)
        marks = np.zeros_like(numbers)
        marks[rows, generator.integers(half, size=self.examples)] = 1.0
        marks[rows, generator.integers(half, self.length, size=self.examples)] = 1.0
        return Examples(np.stack([numbers, marks], axis=2), (numbers * marks).sum(axis=1, keepdims=True))


DATASETS: tuple[type[Dataset], ...] = (CountSymbols, Parity, AddingProblem)
