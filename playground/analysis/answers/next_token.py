"""Text out: what a network of tokens expects next, and what it writes when its own words are fed back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow, Table
from playground.analysis.question import Question
from playground.analysis.shared.heads import Head, chosen, class_heads
from playground.analysis.subject import Subject, dependents
from playground.data.text.characters import TextWindows
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

MOST_BARS = 12
"""Candidates that are listed, from the likeliest down."""


@dataclass(frozen=True)
class NextToken:
    """The likeliest next tokens after a prompt, and a sampled continuation."""

    prompt: str
    """The end of the prompt, as the network reads it."""
    continuation: str
    """What was drawn after it, token by token, each fed back."""
    tokens: tuple[str, ...]
    """The likeliest tokens, first the likeliest at temperature 1."""
    probabilities: NDArray[np.float32]
    """(n,) as the network gives them."""
    tempered: NDArray[np.float32]
    """(n,) at the temperature: softmax of logits / T."""
    entropy: float
    """Of the tempered distribution over all tokens, in bits."""
    temperature: float
    step: int

    def table(self) -> Table:
        rows = zip(self.tokens, self.probabilities.tolist(), self.tempered.tolist(), strict=True)
        return ["token", "probability", f"at temperature {self.temperature:g}"], [list(row) for row in rows]


class NextTokenAnalysis(Analysis):
    """Next tokens and sampled text."""

    id: ClassVar[str] = "next-token"
    title: ClassVar[str] = "Text out"
    summary: ClassVar[str] = "What comes next after a prompt, how sure the network is, and the text that it writes."
    formula: ClassVar[str] = r"p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}"

    prompt: str = parameter("the ", max_length=2_000, help="The text to be continued.")
    temperature: float = parameter(
        0.7, ge=0.0, le=5.0, help="Below 1 the likely gets likelier, above 1 the rare commoner; 0 takes the likeliest."
    )
    length: int = parameter(120, ge=0, le=2_000, help="Tokens that are written.")
    draw: int = parameter(0, ge=0, le=2**31 - 1, help="Another number, other luck.")
    growing: bool = parameter(
        False, drawing=True, label="Write on", help="Add to the text without end; else write it anew at every look."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not _text_node(report):
            return "This view needs a text as data, such as the Python manual."
        if not _heads(report):
            return "This view needs a loss that asks for the next token."
        return ""

    def compute(self, question: Question) -> NextToken:
        subject = question.loaded()
        node = _text_node(subject.report)
        dataset = subject.report.blocks[node]
        assert isinstance(dataset, TextWindows)
        reader = _Reader(subject, node, chosen(_heads(subject.report), question.node), dataset)
        known = reader.known(self.prompt)
        if not known:
            raise NothingToShow("Type a prompt of characters that the text has, and the network goes on from there.")
        generator = np.random.default_rng([self.draw, 20_261_124])
        numbers, first = list(known), reader.shares(known)
        for _ in range(self.length):
            question.check()
            shares = first if len(numbers) == len(known) else reader.shares(numbers)
            numbers.append(_drawn(tempered(shares, self.temperature), generator))
        likely = np.argsort(-first, kind="stable")[:MOST_BARS]
        warm = tempered(first, self.temperature)
        return NextToken(
            prompt=reader.written(known),
            continuation=reader.written(numbers[len(known) :]),
            tokens=tuple(reader.alphabet[number] for number in likely),
            probabilities=first[likely].astype(np.float32),
            tempered=warm[likely].astype(np.float32),
            entropy=float(-(warm[warm > 0] * np.log2(warm[warm > 0])).sum()),
            temperature=self.temperature,
            step=question.snapshot.step if question.snapshot else 0,
        )


def tempered(shares: NDArray[np.float64], temperature: float) -> NDArray[np.float64]:
    """Probabilities (n,) at another temperature; at 0 all of it lies on the likeliest."""
    if temperature <= 0.0:
        return np.asarray(np.eye(len(shares))[shares.argmax()])
    logarithms = np.log(np.maximum(shares, 1e-30)) / temperature
    raised = np.exp(logarithms - logarithms.max())
    return np.asarray(raised / raised.sum())


def _drawn(shares: NDArray[np.float64], generator: np.random.Generator) -> int:
    return int(generator.choice(len(shares), p=shares))


def _text_node(report: Report) -> str:
    return next((name for name in report.data_nodes() if isinstance(report.blocks[name], TextWindows)), "")


def _heads(report: Report) -> tuple[Head, ...]:
    node = _text_node(report)
    known = set(dependents(report, (node, "features"))) if node else set()
    return tuple(
        head for head in class_heads(report) if head.target == (node, "target") and head.prediction in known
    )


class _Reader:
    """Reads the end of a text as one window, and gives what the network expects after it."""

    def __init__(self, subject: Subject, node: str, head: Head, dataset: TextWindows) -> None:
        self._subject, self._node, self._head = subject, node, head
        self._window = dataset.window
        self.alphabet = dataset.alphabet()
        self._numbers = {token: number for number, token in enumerate(self.alphabet)}
        self._steps = subject.network.steps_to([head.prediction])
        self._slot = subject.network.slots[head.prediction]

    def known(self, prompt: str) -> list[int]:
        """The numbers of the tokens that are in the alphabet, small letters for capital ones where need be."""
        found = (self._numbers.get(character, self._numbers.get(character.lower())) for character in prompt)
        return [number for number in found if number is not None]

    def written(self, numbers: list[int]) -> str:
        """Numbers as text."""
        return "".join(self.alphabet[number] for number in numbers)

    def shares(self, numbers: list[int]) -> NDArray[np.float64]:
        """Probabilities (n,) of the next token after the end of a text.

        A text shorter than a window is preceded by spaces, or the first token where there are none: some networks want
        their windows whole.
        """
        last = numbers[-self._window :]
        blank = self._numbers.get(" ", 0)
        row = [blank] * (self._window - len(last)) + last
        feeds = {(self._node, "features"): torch.tensor([row])}  # (1, window)
        with torch.no_grad():
            prediction = self._subject.network.run(feeds, self._steps)[self._slot]
        return np.asarray(self._head.probabilities(prediction.numpy())[-1], dtype=np.float64)
