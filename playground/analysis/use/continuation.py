"""How a text goes on: what a network of tokens expects next, drawn token by token and fed back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.answers.next_token import MOST_BARS, tempered
from playground.analysis.shared.heads import Head
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
    numbers, _ = form.numbers(prompt)
    generator = np.random.default_rng([wanted.draw, 20_261_124])
    steps = subject.network.steps_to([head.prediction])
    slot = subject.network.slots[head.prediction]

    def next_shares() -> NDArray[np.float64]:
        last = numbers[-form.length :]
        row = [form.filler] * (form.length - len(last)) + last
        with torch.no_grad():
            given = subject.network.run({(node, "features"): torch.tensor([row])}, steps)[slot]  # (1, window, tokens)
        return np.asarray(head.probabilities(given.numpy())[-1], dtype=np.float64)

    subject.calm()
    first = next_shares()
    begun = len(numbers)
    for _ in range(wanted.length):
        wanted.check()
        shares = first if len(numbers) == begun else next_shares()
        numbers.append(int(generator.choice(len(shares), p=tempered(shares, wanted.temperature))))
    likely = np.argsort(-first, kind="stable")[:MOST_BARS]
    text = form.joined_by.join(form.vocabulary[number] for number in numbers[begun:])
    return Continuation(tuple(form.vocabulary[number] for number in likely.tolist()), first[likely], text)
