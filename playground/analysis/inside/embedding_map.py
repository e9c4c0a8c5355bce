"""Vectors as points of a plane, and what they say of each other: neighbours, sums, and how alike they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.analysis.shared.named_vectors import NamedVectors, learned_vectors, places_in, real_words
from playground.analysis.shared.projecting import neighbourly, principal
from playground.data.base import Part
from playground.data.words.likeness import Measure, likeness_matrix, nearest, normalized, sum_of
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

LISTED = 8
"""Neighbours that are told."""
COMPARED = 12
"""Words that are compared with each other at most."""


@dataclass(frozen=True)
class Found:
    """The answer to what was asked: the vectors nearest to a word or to a sum, or some compared with each other."""

    question: str = ""
    names: tuple[str, ...] = ()
    values: NDArray[np.float32] | None = None
    """(n,) how near each is, or (n, n) how alike they are."""
    given: frozenset[str] = frozenset()
    """Names that were asked with."""
    unknown: tuple[str, ...] = ()
    """Names that nobody knows."""


@dataclass(frozen=True)
class EmbeddingMap:
    """Vectors in a plane."""

    title: str
    places: NDArray[np.float32]
    """(n, 2)."""
    names: tuple[str, ...]
    classes: NDArray[np.int64] | None
    class_names: tuple[str, ...]
    axes: tuple[str, str]
    found: Found
    measure: Measure
    width: int
    """Numbers of a vector."""
    count: int
    """Vectors among which neighbours are looked for."""
    chosen: NDArray[np.int64]
    """Points that were asked about, or are the answer."""
    share: float = 1.0

    def table(self) -> Table:
        rows: list[list[Any]] = [[name, *place] for name, place in zip(self.names, self.places.tolist(), strict=True)]
        if self.classes is None:
            return ["name", *self.axes], rows
        classes = [self.class_names[number] for number in self.classes.tolist()]
        return ["name", *self.axes, "class"], [[*row, name] for row, name in zip(rows, classes, strict=True)]


class EmbeddingMapAnalysis(Plotted):
    """The map of an embedding or of any layer."""

    id: ClassVar[str] = "embedding-map"
    title: ClassVar[str] = "Embedding map"
    summary: ClassVar[str] = (
        "The vectors of words, or what a layer makes of examples, as points of a plane. Ask for the neighbours of a "
        "word, for a sum such as king - man + woman, or how alike several words are; of real words too."
    )
    formula: ClassVar[str] = r"\cos(a, b) = \frac{a \cdot b}{|a| \, |b|}"

    vectors: Literal["learned", "glove"] = parameter(
        "learned", help="The vectors of the network on the canvas, or real ones: 20,000 words of GloVe."
    )
    method: Literal["components", "t-sne"] = parameter(
        "components", help="Principal components keep distances as well as a plane can; t-SNE keeps who is near whom."
    )
    query: str = parameter(
        "", max_length=400, label="Ask",
        help="A word for its neighbours, a sum such as king - man + woman, or several words with commas between them.",
    )  # fmt: skip
    leave_out: bool = parameter(
        True, label="Leave out the given words",
        help="Of a sum, do not count the words that stand in it: nearest to king - man + woman is king itself.",
    )  # fmt: skip
    measure: Measure = parameter("cosine", help="How near two vectors are: by angle, dot product or distance.")
    unit: bool = parameter(False, label="Normalised", help="Bring every vector to length 1 first.")
    words: str = parameter("", max_length=4_000, help="The real words that are drawn; empty for a usual choice.")
    part: Part = parameter("test", help="The examples whose vectors are shown, where a layer is.")
    points: int = parameter(300, ge=10, le=2_000, help="At most so many points are drawn.")
    perplexity: float = parameter(15.0, ge=2.0, le=100.0, help="Of t-SNE: how many neighbours a point has, about.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if self.vectors == "glove" or places_in(report):
            return ""
        return "No block on the canvas gives vectors yet. Drag in an embedding or a layer, or choose GloVe."

    def compute(self, question: Question) -> EmbeddingMap:
        *_, last = self.stages(question)
        return last

    def stages(self, question: Question) -> Iterator[EmbeddingMap]:
        if self.vectors == "glove":
            known = real_words(self.words)
        else:
            known = learned_vectors(question, self.part, self.points)
        if len(known.shown) < 3:
            raise NothingToShow("A map needs three vectors at least.")
        vectors = normalized(known.vectors) if self.unit else known.vectors
        found = answered(known, vectors, self.query, self.measure, self.leave_out)
        drawn = self._drawn(known, found)
        places, shares = principal(vectors[drawn])
        axes = tuple(f"Component {axis} ({share:.0%})" for axis, share in enumerate(shares, start=1))
        asked = found.given | set(found.names[:1] if found.values is None or found.values.ndim == 1 else found.names)
        first = EmbeddingMap(
            title=known.title,
            places=places,
            names=tuple(known.names[row] for row in drawn.tolist()),
            classes=None if known.classes is None else known.classes[drawn],
            class_names=known.class_names,
            axes=(axes[0], axes[1]),
            found=found,
            measure=self.measure,
            width=vectors.shape[1],
            count=len(vectors),
            chosen=np.flatnonzero([known.names[row] in asked for row in drawn.tolist()]),
            share=1.0 if self.method == "components" else 0.0,
        )
        yield first
        if self.method == "t-sne":
            for moved, share in neighbourly(vectors[drawn], self.perplexity):
                yield replace(first, places=moved, axes=("t-SNE 1", "t-SNE 2"), share=share)
                question.check()

    def _drawn(self, known: NamedVectors, found: Found) -> NDArray[np.int64]:
        """The rows that are drawn: those shown, and what was asked about or found."""
        rows = [known.row(name) for name in (*sorted(found.given), *found.names)]
        return np.array(list(dict.fromkeys([*known.shown.tolist(), *rows])), dtype=np.int64)


def answered(
    known: NamedVectors, vectors: NDArray[np.float32], query: str, measure: Measure, leave_out: bool
) -> Found:
    """What is asked of these vectors."""
    query = query.strip()
    if not query:
        return Found()
    if "," in query and query != ",":
        return _compared(known, vectors, query, measure)
    terms = terms_of(query)
    rows = [known.row(word) for _, word in terms]
    unknown = tuple(word for (_, word), row in zip(terms, rows, strict=True) if row < 0)
    if unknown:
        return Found(query, unknown=unknown)
    aim = sum_of(vectors, rows, [sign for sign, _ in terms])
    without = rows if leave_out or len(rows) == 1 else []
    places, values = nearest(aim, vectors, measure, LISTED, without)
    given = frozenset(known.names[row] for row in rows)
    return Found(query, tuple(known.names[row] for row in places.tolist()), values, given)


def _compared(known: NamedVectors, vectors: NDArray[np.float32], query: str, measure: Measure) -> Found:
    words = list(dict.fromkeys(word.strip() for word in query.split(",") if word.strip()))[:COMPARED]
    rows = [known.row(word) for word in words]
    unknown = tuple(word for word, row in zip(words, rows, strict=True) if row < 0)
    rows = [row for row in rows if row >= 0]
    if not rows:
        return Found(query, unknown=unknown)
    return Found(query, tuple(known.names[row] for row in rows), likeness_matrix(vectors[rows], measure),
                 unknown=unknown)  # fmt: skip


def terms_of(query: str) -> list[tuple[int, str]]:
    """The words of a sum with their signs; a sign has blanks around it, as words may have hyphens."""
    parts = re.split(r"\s+([+−-])\s+", query.strip())
    signs = [1, *(1 if sign == "+" else -1 for sign in parts[1::2])]
    return [(sign, word.strip()) for sign, word in zip(signs, parts[::2], strict=True)]
