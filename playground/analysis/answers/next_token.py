"""Text out: what a network of tokens expects next, and what it writes when its own words are fed back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow, Table
from playground.analysis.question import Question
from playground.analysis.shared.heads import chosen
from playground.analysis.shared.writing import MOST_BARS, Writer, next_token_heads, tempered, text_node
from playground.data.inputs.texts import TextForm
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report


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
    called: str = "characters"
    """What tokens are called."""

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
        if not text_node(report):
            return "This view needs a text as data, such as the Python manual."
        if not next_token_heads(report):
            return "This view needs a loss that asks for the next token."
        return ""

    def compute(self, question: Question) -> NextToken:
        subject = question.loaded()
        node = text_node(subject.report)
        form = subject.form(node)
        assert isinstance(form, TextForm)
        writer = Writer(subject, chosen(next_token_heads(subject.report), question.node), node, form)
        known = writer.known(self.prompt)
        if not known:
            raise NothingToShow(f"Type a prompt of {form.tokens} that the text has, to be continued by the network.")
        first, numbers = writer.grown(known, self.length, self.temperature, self.draw, question.check)
        prompt = writer.written(known)
        likely = np.argsort(-first, kind="stable")[:MOST_BARS]
        warm = tempered(first, self.temperature)
        return NextToken(
            prompt=prompt,
            continuation=writer.written(numbers)[len(prompt) :],
            tokens=tuple(form.vocabulary[number] for number in likely),
            probabilities=first[likely].astype(np.float32),
            tempered=warm[likely].astype(np.float32),
            entropy=float(-(warm[warm > 0] * np.log2(warm[warm > 0])).sum()),
            temperature=self.temperature,
            step=question.snapshot.step if question.snapshot else 0,
            called=form.tokens,
        )
