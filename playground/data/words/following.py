"""Running text of the generated sentences: which word comes next?"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from playground.blocks.signal import END, Signal
from playground.data.base import Dataset, Examples
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.texts import TextForm
from playground.data.words.grammar import VOCABULARY, corpus
from playground.data.words.sentences import WordSentences, numbered
from playground.document.declaration import parameter

RUNNING_WORDS = (*VOCABULARY, END)


class NextWord(WordSentences):
    """Windows of words, and at every word the one that follows."""

    id: ClassVar[str] = "next-word"
    title: ClassVar[str] = "Next word"
    summary: ClassVar[str] = (
        "Generated sentences one after the other, [END] behind each, in windows of words; at every word the one that "
        "follows is asked for."
    )
    question: ClassVar[str] = "Which word comes next?"
    next_token: ClassVar[bool] = True

    window: int = parameter(12, ge=2, le=128, logarithmic=True, help="Words in one example.")
    sentences: int = parameter(2_000, ge=200, le=50_000, logarithmic=True, help="How many sentences are made.")

    def vocabulary(self) -> tuple[str, ...]:
        return RUNNING_WORDS

    def words_read(self) -> int:
        return self.window

    def subtitle(self) -> str:
        return f"{self.sentences:,} sentences · windows of {self.window} words"

    def signals(self) -> tuple[Signal, ...]:
        return self.word_signal(), self.word_signal()

    def input_form(self, known: Known) -> InputForm | None:
        end = len(RUNNING_WORDS) - 1
        return TextForm(
            RUNNING_WORDS, self.window, tokens="words", cut=str.split, joined_by=" ", fill="front", filler=end,
            unknown=1, keeps_end=True, grows=True,
        )  # fmt: skip

    def generate(self, generator: np.random.Generator) -> Examples:
        rows = numbered([[*sentence, END] for sentence in corpus(self.sentences, generator)], RUNNING_WORDS)
        text = np.array([number for row in rows for number in row], dtype=np.int64)
        count = (len(text) - 1) // self.window
        features = text[: count * self.window].reshape(count, self.window)
        return Examples(features, text[1 : count * self.window + 1].reshape(count, self.window).copy())


DATASETS: tuple[type[Dataset], ...] = (NextWord,)
