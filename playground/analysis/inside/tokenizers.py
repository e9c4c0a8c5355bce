"""How a sentence becomes numbers: five tokenizers side by side, their merges, and what a larger vocabulary buys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.analysis.shared.named_vectors import written
from playground.analysis.shared.writing import text_node
from playground.blocks.signal import END, PADDING, START, UNKNOWN
from playground.data.inputs.texts import TextForm
from playground.data.text.characters import TextWindows, manual
from playground.data.tokenizers.pairs import Merge
from playground.data.tokenizers.side_by_side import TITLES, Kind, Tokenizer, cut_by_merges, learned
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

ALL = 16_384
SIZES = (64, 128, 256, 512, 1_024, 2_048)
"""Vocabularies that are compared."""
MOST = 60_000
"""Characters of the text that tokenizers are learned from here."""
GROWING: tuple[Kind, ...] = ("words", "byte-pairs", "wordpiece", "unigram")
TOLD = 4
"""Numbers of a vector that are written out."""


@dataclass(frozen=True)
class TokenRow:
    """A sentence cut in one way."""

    title: str
    tokens: tuple[str, ...]
    numbers: tuple[int, ...]
    """−1 for what is unknown."""
    vocabulary: int
    vectors: NDArray[np.float32] | None = None
    """(tokens, d) where an embedding stands behind these numbers."""
    cut_off: int = 0
    """Tokens that had no room."""

    @property
    def unknown(self) -> int:
        """Tokens that are not in the vocabulary."""
        return sum(number < 0 for number in self.numbers)


@dataclass(frozen=True)
class Tokenizers:
    """A sentence cut in all ways, and how long a text is for vocabularies of several sizes."""

    sentence: str
    rows: tuple[TokenRow, ...]
    merge: Merge | None
    """The last of the merges that are made."""
    made: int
    merges: int
    """Merges that are made, and that there are."""
    sizes: NDArray[np.int64]
    """(k,) of the vocabulary."""
    lengths: dict[str, NDArray[np.float32]]
    """By the name of a tokenizer, (k,) tokens of 100 characters of text that it has not learned from."""
    missing: NDArray[np.float32]
    """(k,) share of that text's words that are not in the vocabulary."""
    share: float = 1.0

    def table(self) -> Table:
        rows: list[list[Any]] = []
        for row in self.rows:
            pairs = zip(row.tokens, row.numbers, strict=True)
            rows += [[row.title, place, token, number] for place, (token, number) in enumerate(pairs, start=1)]
        return ["tokenizer", "place", "token", "number"], rows


class TokenizersAnalysis(Plotted):
    """A sentence through several tokenizers."""

    id: ClassVar[str] = "tokenizers"
    title: ClassVar[str] = "Tokenizers"
    summary: ClassVar[str] = (
        "One sentence cut into words, characters, byte pairs, WordPiece and Unigram, learned from the text of the "
        "project, with the number of each token and its vector; merges one at a time."
    )

    sentence: str = parameter("The cat sat on the mat", max_length=400, help="What is cut into tokens.")
    vocabulary: int = parameter(
        300, ge=8, le=4_096, logarithmic=True, label="Vocabulary size", help="Tokens that each of them may have."
    )
    merges: int = parameter(ALL, ge=0, le=ALL, label="Merges", help="So many merges of byte pairs are made, in order.")
    marked: bool = parameter(False, label="Start and end", help="Put [START] before the sentence and [END] behind it.")
    length: int = parameter(
        0, ge=0, le=128, label="Length", help="Shorter sentences are padded, longer ones cut off; 0 leaves them."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        return "" if report.blocks else "Put data onto the canvas first: any will do, a text is cut with its own words."

    def compute(self, question: Question) -> Tokenizers:
        *_, last = self.stages(question)
        return last

    def stages(self, question: Question) -> Iterator[Tokenizers]:
        if not self.sentence.strip():
            raise NothingToShow("Type a sentence to be cut into tokens.")
        text = text_of(question)
        taught, judged = text[: len(text) * 4 // 5], text[len(text) * 4 // 5 :]
        sentence = self.sentence if any(one.isupper() for one in taught) else self.sentence.lower()
        pairs = learned("byte-pairs", taught, self.vocabulary)
        made = min(self.merges, len(pairs.merges))
        rows = [self._row(learned(kind, taught, self.vocabulary), sentence) for kind in TITLES]
        network = self._of_network(question)
        empty = np.zeros(0, dtype=np.float32)
        found = Tokenizers(
            sentence, (*rows, *network), pairs.merges[made - 1] if made else None, made, len(pairs.merges),
            np.zeros(0, dtype=np.int64), {}, empty, 0.0,
        )  # fmt: skip
        yield found
        lengths: dict[Kind, list[float]] = {kind: [] for kind in GROWING}
        missing: list[float] = []
        for number, size in enumerate(SIZES, start=1):
            for kind in GROWING:
                question.check()
                tokens = _counted(kind, taught, judged, size)
                lengths[kind].append(100.0 * tokens / len(judged))
            missing.append(_missing(taught, judged, size))
            told = {TITLES[kind]: np.array(values, dtype=np.float32) for kind, values in lengths.items()}
            yield replace(
                found, sizes=np.array(SIZES[:number]), lengths=told, missing=np.array(missing, dtype=np.float32),
                share=number / len(SIZES),
            )  # fmt: skip

    def _row(self, tokenizer: Tokenizer, sentence: str) -> TokenRow:
        tokens = tokenizer.cut(sentence)
        if tokenizer.kind == "byte-pairs":
            tokens = cut_by_merges(sentence, tokenizer.merges[: self.merges])
        numbers = tokenizer.numbers(tokens)
        return self._fitted(TITLES[tokenizer.kind], tokens, numbers, len(tokenizer.vocabulary))

    def _fitted(self, title: str, tokens: list[str], numbers: list[int], vocabulary: int) -> TokenRow:
        """With start and end, padded or cut off; these special tokens have the numbers behind the vocabulary."""
        special = {token: vocabulary + place for place, token in enumerate((PADDING, START, END))}
        ends = 2 if self.marked else 0
        room = max(0, self.length - ends) if self.length else len(tokens)
        cut_off = max(0, len(tokens) - room)
        tokens, numbers = tokens[:room], numbers[:room]
        if self.marked:
            tokens, numbers = [START, *tokens, END], [special[START], *numbers, special[END]]
        padded = max(0, self.length - len(tokens))
        tokens, numbers = tokens + [PADDING] * padded, numbers + [special[PADDING]] * padded
        used = 3 if self.marked and self.length else 2 if self.marked else 1 if self.length else 0
        return TokenRow(title, tuple(map(written, tokens)), tuple(numbers), vocabulary + used, cut_off=cut_off)

    def _of_network(self, question: Question) -> tuple[TokenRow, ...]:
        """The sentence as the network reads it, with the vectors of its embedding; nothing where there is none."""
        if question.subject is None or question.snapshot is None:
            return ()
        subject = question.loaded()
        node = text_node(subject.report)
        form = subject.form(node) if node else None
        tables = subject.report.revealing("word vectors")
        if not isinstance(form, TextForm) or not tables:
            return ()
        module: Any = subject.network.get_submodule(tables[0])
        numbers, _ = form.numbers(self.sentence)
        if len(module.vocabulary) != len(form.vocabulary) or not numbers:
            return ()
        vectors = np.asarray(module.weight.detach().numpy()[numbers], dtype=np.float32).copy()
        tokens = tuple(written(form.vocabulary[number]) for number in numbers)
        return (TokenRow("This network", tokens, tuple(numbers), len(form.vocabulary), vectors),)


def text_of(question: Question) -> str:
    """The text of the project, or the beginning of it; that of the Python manual where there is none."""
    report = question.subject.report if question.subject is not None else None
    node = text_node(report) if report is not None else ""
    block = report.blocks[node] if report is not None and node else None
    if not isinstance(block, TextWindows):
        return manual()[:MOST]
    return block.text()[: min(MOST, block.characters)]


def _counted(kind: Kind, taught: str, judged: str, size: int) -> int:
    return len(learned(kind, taught, size).cut(judged))


def _missing(taught: str, judged: str, size: int) -> float:
    words = learned("words", taught, size)
    known = set(words.vocabulary) - {UNKNOWN}
    cut = words.cut(judged)
    return sum(word not in known for word in cut) / max(1, len(cut))
