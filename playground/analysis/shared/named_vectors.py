"""Vectors that have names: the rows of an embedding, what a layer makes of examples, and real words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow
from playground.analysis.question import Question
from playground.analysis.shared.block_outputs import outputs_of
from playground.analysis.subject import Subject
from playground.data.base import Part
from playground.data.words.vectors import TITLE, word_vectors
from playground.network.check import Output, Report

USUAL_WORDS = (
    "king queen man woman boy girl prince princess father mother son daughter rome italy paris france berlin germany "
    "madrid spain london england tokyo japan good bad better worse best worst one two three four five six dog cat "
    "horse cow fish bird apple bread cheese milk wine sugar run walk swim jump eat drink sleep red green blue black "
    "white river bank money loan water"
)
"""What is shown of the real words where nobody has chosen others."""
BLANKS = {" ": "␣", "\n": "↵"}


@dataclass(frozen=True)
class NamedVectors:
    """Vectors (n, d), each with a name, and with a class where there are classes."""

    title: str
    names: tuple[str, ...]
    vectors: NDArray[np.float32]
    shown: NDArray[np.int64]
    """The rows that are drawn; all can be found as neighbours."""
    classes: NDArray[np.int64] | None = None
    class_names: tuple[str, ...] = ()

    def row(self, name: str) -> int:
        """The row of a name, in small letters where there is no other; −1 for none."""
        for wanted in (name, name.lower(), name.upper()):
            if wanted in self._places:
                return self._places[wanted]
        return -1

    @property
    def _places(self) -> dict[str, int]:
        return {name: row for row, name in reversed(list(enumerate(self.names)))}


def real_words(shown: str) -> NamedVectors:
    """The words of GloVe, of which those typed are drawn."""
    known = word_vectors()
    rows = [row for row in map(known.place, (shown or USUAL_WORDS).replace(",", " ").split()) if row is not None]
    if len(rows) < 3:
        raise NothingToShow("Type at least three words that GloVe knows, such as king, queen and bread.")
    return NamedVectors(TITLE, known.words, known.vectors, np.array(list(dict.fromkeys(rows)), dtype=np.int64))


def learned_vectors(question: Question, part: Part, most: int) -> NamedVectors:
    """Those of the chosen block, else of the first embedding, else of the last block before an answer."""
    subject = question.loaded()
    places = places_in(subject.report)
    if not places:
        raise NothingToShow("No block on the canvas gives vectors yet. Drag in an embedding or a layer.")
    tables = [node for node in places if node in subject.report.revealing("word vectors")]
    predictions = {comparison.prediction[0] for comparison in subject.report.comparisons()}
    hidden = [node for node in places if node not in predictions] or list(places)
    node = question.node if question.node in places else (tables or hidden[-1:])[0]
    if node in tables:
        module: Any = subject.network.get_submodule(node)
        weight = np.asarray(module.weight.detach().numpy(), dtype=np.float32).copy()
        names = tuple(written(token) for token in module.vocabulary)
        return NamedVectors(subject.title(node), names, weight, np.arange(min(most, len(names))))
    return _of_layer(subject, places[node], part, most, question)


def places_in(report: Report) -> dict[str, Output]:
    """The blocks whose numbers are vectors of examples or tokens, in order."""
    judged = set(report.loss_nodes())
    return {node: output for node, output in outputs_of(report).items() if node not in judged}


def written(token: str) -> str:
    """A token by a name that can be seen and typed: a blank as ␣."""
    for blank, sign in BLANKS.items():
        token = token.replace(blank, sign)
    return token


def _of_layer(subject: Subject, output: Output, part: Part, most: int, question: Question) -> NamedVectors:
    feeds = subject.feeds(part, most)
    values = subject.values(feeds, [output], question.cancelled)
    question.check()
    found = np.nan_to_num(np.asarray(values[output], dtype=np.float32), posinf=1e6, neginf=-1e6)
    if len(found) < 3:
        raise NothingToShow(f"The {part} part has too few examples for a map. Give it a share in the data block.")
    title = subject.title(output[0])
    tokens = _tokens_of(subject, found, feeds)  # type: ignore[arg-type]
    if tokens is not None:
        steps = found.reshape(-1, found.shape[-1])[:most]  # (examples * time, units)
        return NamedVectors(title, tokens[: len(steps)], steps, np.arange(len(steps)))
    classes: NDArray[np.int64] | None = None
    names: tuple[str, ...] = ()
    for prepared in subject.prepared.values():
        if prepared.class_numbers is not None and len(prepared.class_numbers[part]) >= len(found):
            classes, names = prepared.class_numbers[part][: len(found)], prepared.class_names
            break
    rows = tuple(str(row) for row in range(1, len(found) + 1))
    return NamedVectors(title, rows, found.reshape(len(found), -1), np.arange(len(found)), classes, names)


def _tokens_of(
    subject: Subject, found: NDArray[np.float32], feeds: dict[Output, object]
) -> tuple[str, ...] | None:
    """The token at each step, where there is a vector for each step of a sequence of tokens; else None."""
    if found.ndim != 3:
        return None
    for (node, port), values in feeds.items():
        signal = subject.report.signals[node, port]
        numbers = np.asarray(values)
        if signal.can_be_embedded and numbers.shape == found.shape[:2]:
            return tuple(written(signal.classes[number]) for number in numbers.reshape(-1).tolist())
    return None
