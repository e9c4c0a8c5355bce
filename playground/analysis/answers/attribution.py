"""Which pixels, columns or steps of an example the answer of the network hangs on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.answers import attribution_methods as methods
from playground.analysis.base import Analysis, NothingToShow, Table, example_row
from playground.analysis.question import Question
from playground.analysis.shared.asking import Asking, InputOutput, answer_pairs, unit_pairs
from playground.analysis.shared.heads import chosen
from playground.analysis.shared.pictures import brightness, is_image
from playground.analysis.subject import Subject
from playground.blocks.kinds import KindName
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

Method = Literal["saliency", "gradient-input", "integrated-gradients", "occlusion", "smooth-gradient"]
Baseline = Literal["zero", "mean", "blank"]
Explained = Literal["predicted", "true", "output"]
Looked = Literal["image", "table", "series", "tokens"]

METHODS: dict[Method, str] = {
    "saliency": "Saliency",
    "gradient-input": "Gradient × input",
    "integrated-gradients": "Integrated gradients",
    "occlusion": "Occlusion",
    "smooth-gradient": "SmoothGrad",
}
UNSIGNED: tuple[Method, ...] = ("saliency", "smooth-gradient")
KINDS: tuple[KindName, ...] = ("vector", "image", "series", "tokens")
PLAIN: tuple[KindName, ...] = ("vector", "image")
"""Where a network without a short answer is asked about the units of a block."""
MOST_EXAMPLES = 128
"""Examples over which the mean is taken."""


@dataclass(frozen=True)
class AttributionMap:
    """What one method says."""

    method: Method
    values: NDArray[np.float32]
    """In the shape of the features: (columns,), (channels, height, width) or (time, features)."""
    signed: bool
    """Whether values below zero speak against the answer; otherwise they are sizes."""

    @property
    def title(self) -> str:
        """The name of the method."""
        return METHODS[self.method]

    @property
    def total(self) -> float:
        """The sum of all values."""
        return float(self.values.sum(dtype=np.float64))

    @property
    def shown(self) -> NDArray[np.float32]:
        """One number for each pixel (height, width), column (columns,) or step (time,).

        Signed values of channels add up; of sizes the largest counts.
        """
        if self.values.ndim == 1:
            return self.values
        axis = 0 if self.values.ndim == 3 else 1
        return np.asarray(self.values.sum(axis=axis) if self.signed else self.values.max(axis=axis))


@dataclass(frozen=True)
class Attributions:
    """What the methods say of one example, or of many on average."""

    maps: tuple[AttributionMap, ...]
    looked_at: Looked
    features: NDArray[np.float32]
    """The example as the network sees it."""
    raw: NDArray[np.float32]
    """The example in its own units."""
    picture: NDArray[np.float32] | None
    """Of an image, (height, width) or (height, width, 3) with brightness from 0 to 1."""
    feature_names: tuple[str, ...]
    names: tuple[str, ...]
    """The classes, or the numbers of the answer."""
    answers: NDArray[np.float32]
    """(names,): probabilities, or the numbers of a regression in their unit."""
    classifies: bool
    explained: int
    """Which of the names is explained."""
    predicted: int
    actual: NDArray[np.float64]
    """The number of the true class, or the true numbers."""
    score: float
    """What the network gives for the explained name."""
    unit: str
    """What the score is: “score”, “probability” or “prediction”."""
    baseline_score: float
    """The same for the baseline; integrated gradients sum to the difference."""
    part: Part
    row: int
    count: int
    averaged: int = 0
    """Over how many examples the mean size was taken; 0 for one example."""
    title: str = ""
    """Whose answer this is, where several on the canvas answer, or the block whose units are asked about."""
    of_unit: bool = False
    """Whether a unit of a block is explained, not the answer."""
    tokens: tuple[str, ...] = ()
    """(time,) the words of a sequence of tokens."""

    @property
    def change(self) -> float:
        """What is to be explained: how far the score of the example lies above that of the baseline."""
        return self.score - self.baseline_score

    def name(self, place: int) -> str:
        """The name of a column or step."""
        if self.tokens:
            return f"step {place + 1}, {self.tokens[place]}"
        if self.looked_at == "series":
            return f"step {place + 1}"
        return self.feature_names[place] if place < len(self.feature_names) else f"x{place + 1}"

    def words(self) -> str:
        """Such as “predicted 7 (0.93), true 7”, behind the name of the block where several could be meant."""
        return f"{self.title} · {self._answer_words()}" if self.title else self._answer_words()

    def _answer_words(self) -> str:
        if self.averaged:
            return f"mean over {self.averaged} {self.part} examples"
        if self.classifies:
            said, right = self.names[self.predicted], self.names[int(self.actual[0])]
            return f"predicted {said} ({self.answers[self.predicted]:.2f}), true {right}"
        if self.of_unit:
            return f"{self.names[self.explained]} gives {self.answers[self.explained]:.4g}".replace("-", "−")
        given, wanted = float(self.answers[self.explained]), float(self.actual[self.explained])
        return f"predicted {given:.4g}, true {wanted:.4g}".replace("-", "−")

    def table(self) -> Table:
        columns = ["input", "raw", "as the network sees it", *(shown.title for shown in self.maps)]
        where = np.indices(self.features.shape).reshape(self.features.ndim, -1).T.tolist()
        values = [shown.values.ravel().tolist() for shown in self.maps]
        rows: list[list[Any]] = []
        for number, (place, raw, seen) in enumerate(
            zip(where, self.raw.ravel().tolist(), self.features.ravel().tolist(), strict=True)
        ):
            name = self.name(place[0]) if len(place) == 1 else " ".join(str(part + 1) for part in place)
            rows.append([name, raw, seen, *(column[number] for column in values)])
        return columns, rows


class AttributionAnalysis(Analysis):
    """Saliency, gradient × input, integrated gradients and occlusion."""

    id: ClassVar[str] = "attribution"
    title: ClassVar[str] = "Attribution"
    summary: ClassVar[str] = (
        "What the answer hangs on: each pixel or column with how much it speaks for (blue) or against (orange) a class."
    )

    method: Method | Literal["all"] = parameter("all", help="How it is found; all shows the methods side by side.")
    explained: Explained = parameter("predicted", help="The predicted class, the true one, or the one chosen below.")
    output: int = parameter(0, ge=0, le=4096, help="Number of the class or output to explain, from 0.")
    baseline: Baseline = parameter(
        "zero",
        help="What stands for “nothing”: zeros as the network sees them, the mean training example, or zeros in the "
        "data's own units, as an empty picture has them.",
    )
    steps: int = parameter(64, ge=2, le=1024, help="Points on the way from the baseline, for integrated gradients.")
    window: int = parameter(3, ge=1, le=32, help="Side of the square that occlusion covers in a picture, in pixels.")
    stride: int = parameter(1, ge=1, le=32, help="How far the square moves on, in pixels.")
    averaged: bool = parameter(False, help="The mean size over many examples of a table instead of one example.")
    example: int = example_row()
    overlay: bool = parameter(False, drawing=True, label="Maps upon the picture", help="Lay the maps upon the example.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if answer_pairs(report, KINDS) or unit_pairs(report, PLAIN):
            return ""
        signals = [report.signals.get((name, "features")) for name in report.data_nodes()]
        if not any(signal is not None and signal.kind in KINDS for signal in signals):
            return "Attribution needs images, a table, a series or tokens as data."
        if not report.comparisons():
            return "Attribution needs a loss block, which tells what the network predicts."
        return "Attribution needs one answer of classes or of a few numbers for each example."

    def compute(self, question: Question) -> Attributions:
        subject = question.loaded()
        pair, several = _chosen(subject.report, question.node)
        count = len(next(iter(subject.feeds(subject.shown_part).values())))
        if not count:
            raise NothingToShow("There is no example to look at: the part is empty.")
        looked_at = _looked_at(subject, pair)
        many = self.averaged and looked_at != "image"
        rows = np.arange(min(count, MOST_EXAMPLES)) if many else np.array([question.example % count])
        asking = Asking(subject, pair, rows)
        work = _Work(self, asking, looked_at, question.check)
        prepared = subject.prepared[pair.data]
        features = asking.features.numpy().mean(axis=0) if many else asking.features[0].numpy()
        is_picture = looked_at == "image" and is_image(subject.report.signals[pair.source])
        return Attributions(
            maps=work.maps(),
            looked_at=looked_at,
            features=features,
            raw=features if looked_at == "tokens" else prepared.scaler.unscale(features[None])[0],
            picture=brightness(prepared, features[None])[0] if is_picture else None,
            feature_names=prepared.feature_names,
            names=asking.names,
            answers=work.answers[0],
            classifies=pair.classifies,
            explained=int(work.wanted[0]),
            predicted=int(work.predicted[0]),
            actual=work.actual[0],
            score=float(work.scores[0]),
            unit=asking.unit,
            baseline_score=float(work.baseline_scores[0]),
            part=asking.part,
            row=int(rows[0]),
            count=count,
            averaged=len(rows) if many else 0,
            title=subject.title(pair.asked[0]) if several or pair.head is None else "",
            of_unit=pair.head is None,
            tokens=() if many else asking.tokens(),
        )


def _chosen(report: Report, node: str | None) -> tuple[InputOutput, bool]:
    """What is asked: the answer of the chosen head, the units of the chosen block, or else the first answer.

    Also whether there are several answers. A network without a short answer, such as an autoencoder, is asked about
    the units of its narrowest block.
    """
    answers, units = answer_pairs(report, KINDS), unit_pairs(report, KINDS)
    of_head = any(node in (one.head.node, one.head.answerer) for one in answers if one.head is not None)
    of_block = next((one for one in units if one.asked[0] == node), None)
    if of_block is not None and not of_head:
        return of_block, False
    return (chosen_pair(answers, node), len(answers) > 1) if answers else (units[0], False)


def chosen_pair(candidates: tuple[InputOutput, ...], node: str | None) -> InputOutput:
    """The pair about the answer of the chosen head; else the first."""
    head = chosen(tuple(one.head for one in candidates if one.head is not None), node)
    return next(one for one in candidates if one.head is head)


def _looked_at(subject: Subject, pair: InputOutput) -> Looked:
    if pair.source[0] != pair.data:
        return "tokens"
    shape = subject.report.signals[pair.source].shape
    return "image" if len(shape) == 3 else "series" if len(shape) == 2 else "table"


class _Work:
    """The answers to some examples, and what the methods say of them."""

    def __init__(
        self, wish: AttributionAnalysis, asking: Asking, looked_at: Looked, check: Callable[[], None]
    ) -> None:
        self._wish, self._asking, self._looked_at, self._check = wish, asking, looked_at, check
        with torch.no_grad():
            given = asking.predict(asking.features)
        self.answers = asking.probabilities(given)
        self.predicted = asking.classes(given)
        self.actual = asking.actual()
        self.wanted = torch.from_numpy(self._choose())
        self.baseline = self._baseline()
        with torch.no_grad():
            self.scores = self._score(asking.features)
            self.baseline_scores = self._score(self.baseline.expand_as(asking.features))

    def _choose(self) -> NDArray[np.int64]:
        wish, classifies = self._wish, self._asking.pair.classifies
        if wish.explained == "output":
            number = min(wish.output, len(self._asking.names) - 1)
            return np.full(len(self.predicted), number, dtype=np.int64)
        return self.actual[:, 0].astype(np.int64) if wish.explained == "true" and classifies else self.predicted

    def _score(self, features: torch.Tensor) -> torch.Tensor:
        return self._asking.score(features, self.wanted)

    def _baseline(self) -> torch.Tensor:
        """What stands for nothing, (1, ...) as the network would see it."""
        asking, source = self._asking, self._asking.pair.source
        zeros = torch.zeros_like(asking.features[:1])
        if self._wish.baseline == "mean":
            train = asking.subject.looked_at("train")
            known = train[source] if source in train else asking.vectors(train)
            return known.double().mean(dim=0, keepdim=True).to(zeros.dtype)
        if self._wish.baseline == "zero" or self._looked_at == "tokens":
            return zeros
        return torch.tensor(asking.subject.prepared[asking.pair.data].scaler.scale(zeros.numpy()))

    def maps(self) -> tuple[AttributionMap, ...]:
        """What the wanted methods say; of all methods those that work. Raises NothingToShow."""
        if self._wish.method != "all":
            return (self._map(self._wish.method),)
        if self._smooth():
            return tuple(self._map(method) for method in METHODS)
        return (self._map("occlusion"),)

    def _smooth(self) -> bool:
        try:
            methods.gradient(self._score, self._asking.features)
        except methods.NoSlope:
            return False
        return True

    def _map(self, method: Method) -> AttributionMap:
        """The values of one method; of several examples their mean size."""
        self._check()
        try:
            found = self._values(method)
        except methods.NoSlope as error:
            raise NothingToShow(
                "The answer of this network jumps and has no gradient. Choose Occlusion as the method."
            ) from error
        many = self._wish.averaged and self._looked_at != "image"
        values = (found.abs().mean(dim=0) if many else found[0]).detach().numpy()
        return AttributionMap(method, np.ascontiguousarray(values, np.float32), not many and method not in UNSIGNED)

    def _values(self, method: Method) -> torch.Tensor:
        wish, features, at_once = self._wish, self._asking.features, self._asking.at_once
        if method == "saliency":
            return methods.saliency(self._score, features)
        if method == "gradient-input":
            return methods.gradient_times_input(self._score, features)
        if method == "integrated-gradients":
            return methods.integrated_gradients(self._score, features, self.baseline, wish.steps, self._check, at_once)
        if method == "smooth-gradient":
            return methods.smooth_gradient(self._score, features)
        shape = tuple(features.shape[1:])
        if self._looked_at == "image":
            windows = methods.square_windows(shape, wish.window, wish.stride)
        else:
            windows = methods.single_windows(shape)
        return methods.occlusion(self._score, features, self.baseline, windows, self._check, at_once)
