"""How the answer changes when one feature of an example is changed and all others stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.answers.attribution import chosen_pair
from playground.analysis.base import NothingToShow, Plotted, Table, example_row
from playground.analysis.question import Question
from playground.analysis.shared.asking import Asking, answer_pairs
from playground.analysis.shared.pictures import image_node
from playground.blocks.kinds import KindName
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

KINDS: tuple[KindName, ...] = ("vector",)
MOST_EXAMPLES = 128
"""Examples over which the mean is taken."""
MOST_LINES = 24
"""Examples whose own curves are given beside that of the chosen one."""
MOST_MARKS = 400
MOST_FEATURES = 512


@dataclass(frozen=True)
class Response:
    """One feature swept over its range. Numbers of features are raw; answers are probabilities or numbers."""

    feature: int
    feature_names: tuple[str, ...]
    original: NDArray[np.float32]
    """(features,) of the example."""
    values: NDArray[np.float32]
    """(features,) as they are now, with what was changed."""
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    """(features,) the range of each feature in the training part, and of the example."""
    switches: NDArray[np.bool_]
    """(features,) whether a feature is only 0 or 1, such as one of the columns of a category."""
    xs: NDArray[np.float64]
    """(m,) the swept feature."""
    curve: NDArray[np.float32]
    """(m, names) what the network says of the example: the individual conditional expectation."""
    mean: NDArray[np.float32]
    """(m, names) the same on average over many examples: the partial dependence."""
    others: NDArray[np.float32]
    """(examples, m) curves of some other examples, for the name that is shown."""
    averaged: int
    """Over how many examples the mean was taken."""
    marks: NDArray[np.float32]
    """Values of the feature in the training part."""
    names: tuple[str, ...]
    """The classes, or the numbers of the answer."""
    classifies: bool
    shown: int
    """Which of the names is looked at."""
    answers: NDArray[np.float32]
    """(names,) now."""
    before: NDArray[np.float32]
    """(names,) for the example as it is in the data."""
    decided: int
    """The class that is decided for now."""
    first_decided: int
    """The class that is decided for without changes."""
    actual: NDArray[np.float64]
    """The number of the true class, or the true numbers."""
    part: Part
    row: int
    count: int
    title: str = ""

    @property
    def name(self) -> str:
        """The swept feature."""
        return self.feature_names[self.feature]

    @property
    def changed(self) -> NDArray[np.int64]:
        """The features that were changed."""
        return np.flatnonzero(self.values != self.original)

    def words(self) -> str:
        """Such as “predicted A (0.90), true A”, or after changes “A (0.90) → B (0.60), true A”."""
        first, last = self._said(self.before, self.first_decided), self._said(self.answers, self.decided)
        right = self.names[int(self.actual[0])] if self.classifies else _number(float(self.actual[self.shown]))
        said = f"{first} → {last}" if len(self.changed) else f"predicted {first}"
        return f"{said}, true {right}"

    def _said(self, answers: NDArray[np.float32], decided: int) -> str:
        if self.classifies:
            return f"{self.names[decided]} ({answers[decided]:.2f})"
        return _number(float(answers[self.shown]))

    def table(self) -> Table:
        columns = [self.name, *self.names, *(f"mean of {name}" for name in self.names)]
        rows: list[list[Any]] = np.column_stack([self.xs, self.curve, self.mean]).tolist()
        return columns, rows


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


class ResponseAnalysis(Plotted):
    """The answer as a function of one feature."""

    id: ClassVar[str] = "response"
    title: ClassVar[str] = "Response"
    summary: ClassVar[str] = (
        "What if? Change one feature of an example and see how the answer responds, for it alone and on average."
    )
    source: ClassVar[str] = "Goldstein, Kapelner, Bleich and Pitkin 2015 (curves of one example); Friedman 2001 (mean)"

    feature: int = parameter(0, ge=0, le=MOST_FEATURES, help="Number of the feature that is swept, from 0.")
    output: int = parameter(-1, ge=-1, le=4096, help="Number of the class or output to look at; −1: the predicted one.")
    changes: tuple[tuple[int, float], ...] = parameter((), help="Changed features of the example: (number, value).")
    changed_row: int = parameter(-1, ge=-1, help="The example that the changes belong to; others have none.")
    resolution: int = parameter(65, ge=5, le=513, help="Places over the range of the feature.")
    example: int = example_row()

    def why_not(self, report: Report, graph: Graph) -> str:
        found = answer_pairs(report, KINDS)
        if found:
            many = report.signals[found[0].source].size > MOST_FEATURES
            return f"Response needs a table of at most {MOST_FEATURES} features." if many else ""
        if image_node(report):
            return "Response needs a table or points: a single pixel says little. Attribution is for images."
        if not report.comparisons():
            return "Response needs a loss block, which tells what the network predicts."
        if not any(report.signals[name, "features"].kind == "vector" for name in report.data_nodes()):
            return "Response needs a table or points as data."
        return "Response needs an answer of classes or of a few numbers for each example."

    def compute(self, question: Question) -> Response:
        subject = question.loaded()
        candidates = answer_pairs(subject.report, KINDS)
        pair = chosen_pair(candidates, question.node)
        count = len(next(iter(subject.feeds(subject.shown_part).values())))
        if not count:
            raise NothingToShow("There is no example to look at: the part is empty.")
        row = question.example % count
        one = Asking(subject, pair, np.array([row]))
        many = Asking(subject, pair, np.arange(min(count, MOST_EXAMPLES)))
        prepared = subject.prepared[pair.data]
        train = prepared.scaler.unscale(np.asarray(prepared.parts["train"]["features"], dtype=np.float32))
        original = prepared.scaler.unscale(one.features.numpy())[0]
        feature = min(self.feature, len(original) - 1)
        values = self._changed(original, row)
        ends = np.vstack([train, original, values])
        low, high = ends.min(axis=0), ends.max(axis=0)
        flat = high <= low
        low, high = np.where(flat, low - 1, low), np.where(flat, high + 1, high)
        xs = np.linspace(low[feature], high[feature], self.resolution)
        curve = _swept(one, values[None], feature, xs, question)[:, 0]
        everyone = _swept(many, prepared.scaler.unscale(many.features.numpy()), feature, xs, question)  # (m, R, names)
        answers, decided = _answer(one, values[None])
        before, first_decided = _answer(one, original[None])
        shown = min(self.output, len(one.names) - 1) if self.output >= 0 else first_decided
        return Response(
            feature=feature,
            feature_names=_names(prepared.feature_names, len(original)),
            original=original,
            values=values,
            low=low,
            high=high,
            switches=np.all((np.abs(train) < 1e-5) | (np.abs(train - 1) < 1e-5), axis=0) & ~flat,
            xs=xs,
            curve=curve,
            mean=everyone.mean(axis=1),
            others=np.ascontiguousarray(everyone[:, :MOST_LINES, shown].T),
            averaged=len(many.rows),
            marks=train[:MOST_MARKS, feature],
            names=one.names,
            classifies=pair.classifies,
            shown=shown,
            answers=answers,
            before=before,
            decided=decided,
            first_decided=first_decided,
            actual=one.actual()[0],
            part=one.part,
            row=row,
            count=count,
            title=subject.title(pair.asked[0]) if len(candidates) > 1 else "",
        )

    def _changed(self, original: NDArray[np.float32], row: int) -> NDArray[np.float32]:
        values = original.copy()
        for place, value in self.changes if row == self.changed_row else ():
            if 0 <= place < len(values):
                values[place] = value
        return values


def _names(known: tuple[str, ...], count: int) -> tuple[str, ...]:
    return known if len(known) == count else tuple(f"x{number + 1}" for number in range(count))


def _answer(asking: Asking, raw: NDArray[np.float32]) -> tuple[NDArray[np.float32], int]:
    """The answers (names,) to one example, and the class that is decided for."""
    with torch.no_grad():
        given = asking.predict(_scaled(asking, raw))
    return asking.probabilities(given)[0], int(asking.classes(given)[0])


def _scaled(asking: Asking, raw: NDArray[np.float32]) -> torch.Tensor:
    return torch.from_numpy(asking.subject.prepared[asking.pair.data].scaler.scale(raw))


def _swept(
    asking: Asking, raw: NDArray[np.float32], feature: int, xs: NDArray[np.float64], question: Question
) -> NDArray[np.float32]:
    """The answers (m, R, names) to examples (R, features) with the feature at each of the places (m,)."""
    found: list[NDArray[np.float32]] = []
    together = max(1, 4 * asking.at_once // len(raw))
    for start in range(0, len(xs), together):
        question.check()
        places = xs[start : start + together]
        variants = np.repeat(raw[None], len(places), axis=0)  # (k, R, features)
        variants[:, :, feature] = places[:, None]
        with torch.no_grad():
            given = asking.predict(_scaled(asking, variants.reshape(-1, raw.shape[1])))
        found.append(asking.probabilities(given).reshape(len(places), len(raw), -1))
    return np.concatenate(found)
