"""How a text goes on: what a network of tokens expects next, drawn token by token and fed back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.analysis.shared.heads import Head
from playground.analysis.shared.writing import MOST_BARS, Writer
from playground.analysis.subject import Subject
from playground.data.inputs.texts import TextForm


@dataclass(frozen=True)
class Continuing:
    """How a text is to be continued."""

    length: int = 120
    """Tokens that are written."""
    temperature: float = 0.7
    draw: int = 0
    """Another number, other luck."""
    check: Callable[[], None] = lambda: None
    """Raises Cancelled when the result is no longer wanted."""


@dataclass(frozen=True, eq=False)
class Continuation:
    """The likeliest next tokens, and a text drawn from them."""

    tokens: tuple[str, ...]
    shares: NDArray[np.float64]
    """(tokens,) as the network gives them."""
    text: str


def continued(subject: Subject, head: Head, node: str, form: TextForm, prompt: str, wanted: Continuing) -> Continuation:
    """Continue a prompt with the weights that the subject has now. Raises EntryError for one without known tokens."""
    form.encoded(prompt)
    writer = Writer(subject, head, node, form)
    begun = writer.known(prompt)
    first, numbers = writer.grown(begun, wanted.length, wanted.temperature, wanted.draw, wanted.check)
    likely = np.argsort(-first, kind="stable")[:MOST_BARS]
    text = writer.written(numbers)[len(writer.written(begun)) :]
    return Continuation(tuple(form.vocabulary[number] for number in likely.tolist()), first[likely], text)
