"""What a network says about pictures, drawn beside them: regions, boxes, key points, depth, and pictures made clean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.answers.reconstruction import redrawings
from playground.analysis.base import Analysis, NothingToShow, Table, example_row
from playground.analysis.question import Cancelled, Question
from playground.analysis.shared.heads import Head, chosen, heads
from playground.analysis.shared.pictures import image_node, is_image, pictures, regions
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

Floats = NDArray[Any]
Said = Literal["regions", "box", "points", "depth", "picture"]
STRENGTH = 0.6
"""How strongly regions are coloured over their picture."""
SCORES: dict[Said, tuple[str, bool]] = {
    "regions": ("IoU", True), "box": ("IoU", True), "points": ("distance in pixels", False),
    "depth": ("absolute error", False), "picture": ("PSNR in dB", True),
}  # fmt: skip
"""What an answer is judged by, and whether more is better."""


@dataclass(frozen=True)
class PictureAnswers:
    """Some examples of a part; all arrays have the same length n. Pictures are (n, h, w) or (n, h, w, 3), 0 to 1."""

    said: Said
    pictures: Floats
    right: Floats | None
    """What is right as a picture; None for boxes and points."""
    answers: Floats | None
    """What the network says as a picture."""
    marks: tuple[Floats, Floats] | None
    """Boxes (n, 4) or points (n, k, 2), what is right and what is said, in shares of the side; None for the others."""
    scores: NDArray[np.float64]
    """(n,) as `SCORES` names them."""
    before: NDArray[np.float64] | None
    """The PSNR of the pictures as they are given; None for all else."""
    rows: NDArray[np.int64]
    """Row numbers in the part."""
    part: Part
    mean_score: float
    """The mean over the whole part."""
    examples_in_part: int
    chosen: int
    """The row under examination, if it is one of this part; else −1."""
    class_names: tuple[str, ...] = ()
    """Of regions."""
    title: str = ""
    """Whose answers these are, where several on the canvas answer."""

    def table(self) -> Table:
        name = SCORES[self.said][0].replace(" ", "_").lower()
        columns = [["row", *self.rows.tolist()], [name, *self.scores.tolist()]]
        if self.before is not None:
            columns.append(["before", *self.before.tolist()])
        lines = list(map(list, zip(*columns, strict=True)))
        return lines[0], lines[1:]


class PictureAnswersAnalysis(Analysis):
    """Regions, boxes, key points, depth or clean pictures beside what is right."""

    id: ClassVar[str] = "picture-answers"
    title: ClassVar[str] = "Answers on pictures"
    summary: ClassVar[str] = (
        "What the network says about each picture, beside what is right: regions with IoU, boxes, key points, depth, "
        "clean or enlarged pictures with PSNR."
    )

    part: Part = parameter("test", help="The examples to choose from.")
    worst_first: bool = parameter(False, label="Worst first", help="Show the pictures with the worst answers first.")
    count: int = parameter(24, ge=1, le=256, help="Most pictures that are shown.")
    example: int = example_row()

    def why_not(self, report: Report, graph: Graph) -> str:
        if not image_node(report):
            return "This view needs pictures as data."
        if not picture_heads(report):
            return "Nothing is said about places in a picture: no regions, boxes, key points, depth or other picture."
        return ""

    def compute(self, question: Question) -> PictureAnswers:
        subject = question.loaded()
        report = subject.report
        candidates = picture_heads(report)
        head = chosen(candidates, question.node)
        prepared = subject.prepared[image_node(report)]
        feeds = subject.looked_at(self.part)
        count = len(next(iter(feeds.values())))
        if not count:
            raise NothingToShow(f"The {self.part} part has no examples. Give it a share in the data block.")
        values = subject.values(feeds, [head.prediction, head.target], question.cancelled)
        if not values:
            raise Cancelled
        given: Floats = values[head.prediction]
        right: Floats = values[head.target]
        said = kind_of(report, head)
        assert said is not None
        if said == "regions":
            given = head.classes(given).reshape(right.shape)
        scores = score(said, given, right, len(head.target_signal.classes), prepared.signals[0].shape[-1])
        picked = question.example % count if self.part == subject.shown_part else -1
        rows = self._rows(scores if SCORES[said][1] else -scores, picked)
        shown = pictures(prepared, self.part, rows)
        before = None
        if said == "picture":
            before = score("picture", np.asarray(as_channels(enlarged(shown, right.shape[-1]))), right[rows], 0, 1)
        marks = None
        if said in ("box", "points"):
            shape = (-1, 4) if said == "box" else (len(rows), -1, 2)
            marks = right[rows].reshape(shape), given[rows].reshape(shape)
        return PictureAnswers(
            said=said,
            pictures=shown,
            right=drawn(said, shown, right[rows]),
            answers=drawn(said, shown, given[rows]),
            marks=marks,
            scores=scores[rows],
            before=before,
            rows=rows,
            part=self.part,
            mean_score=float(scores.mean()),
            examples_in_part=count,
            chosen=picked,
            class_names=head.target_signal.classes if said == "regions" else (),
            title=subject.title(head.node) if len(candidates) > 1 else "",
        )

    def _rows(self, goodness: NDArray[np.float64], picked: int) -> NDArray[np.int64]:
        """The rows that are shown. In the order of the part the one under examination is never left out."""
        if self.worst_first:
            return np.argsort(np.nan_to_num(goodness, nan=-np.inf), kind="stable").astype(np.int64)[: self.count]
        rows = np.arange(min(self.count, len(goodness)), dtype=np.int64)
        if picked >= 0 and picked not in rows:
            rows = np.concatenate([[picked], rows[:-1]]).astype(np.int64)
        return rows


def picture_heads(report: Report) -> tuple[Head, ...]:
    """The heads that say something about places in a picture."""
    return tuple(head for head in heads(report) if not head.metrics.silent and kind_of(report, head))


def kind_of(report: Report, head: Head) -> Said | None:
    """What a head says about a picture; None where it says nothing about its places, or draws the same one again."""
    target = head.target_signal
    if target.pixelwise:
        return "regions"
    if target.scale in ("box", "points"):
        return "box" if target.scale == "box" else "points"
    if not is_image(target) or any(one.loss == head.node for one in redrawings(report)):
        return None
    return "depth" if target.scale == "depth" else "picture"


def score(said: Said, given: Floats, right: Floats, classes: int, side: int) -> NDArray[np.float64]:
    """How good each answer (n, ...) is, (n,), in the units of `SCORES`; points are measured on `side` pixels."""
    if said == "regions":
        common = [((given == one) & (right == one)).sum(axis=(1, 2)) for one in range(classes)]
        either = [((given == one) | (right == one)).sum(axis=(1, 2)) for one in range(classes)]
        shared, union = np.stack(common, axis=1), np.stack(either, axis=1)  # (n, classes)
        return np.asarray((shared / np.maximum(union, 1)).sum(axis=1) / (union > 0).sum(axis=1))
    if said == "box":
        low = np.maximum(given[:, :2] - np.abs(given[:, 2:]) / 2, right[:, :2] - right[:, 2:] / 2)
        high = np.minimum(given[:, :2] + np.abs(given[:, 2:]) / 2, right[:, :2] + right[:, 2:] / 2)
        common_area = np.maximum(high - low, 0.0).prod(axis=1)
        union_area = np.abs(given[:, 2:]).prod(axis=1) + right[:, 2:].prod(axis=1) - common_area
        return np.asarray(common_area / np.maximum(union_area, 1e-12), dtype=np.float64)
    difference = (given - right).astype(np.float64).reshape(len(given), -1)
    if said == "points":
        return np.asarray(side * np.hypot(difference[:, ::2], difference[:, 1::2]).mean(axis=1))
    if said == "depth":
        return np.asarray(np.abs(difference).mean(axis=1))
    return np.asarray(-10.0 * np.log10(np.maximum(np.square(difference).mean(axis=1), 1e-12)))


def drawn(said: Said, shown: Floats, values: Floats) -> Floats | None:
    """Answers (n, ...) as pictures; None for boxes and points, which are drawn over theirs."""
    if said in ("box", "points"):
        return None
    if said == "regions":
        grey = shown.mean(axis=3) if shown.ndim == 4 else shown  # colours of the picture would change those of classes
        ground = np.repeat(grey[..., None], 3, axis=3)
        strength = np.where(values == 0, 0.3, STRENGTH)[..., None]
        return np.asarray((1.0 - strength) * ground + strength * regions(values), dtype=np.float32)
    bright = np.clip(np.moveaxis(values, 1, -1), 0.0, 1.0).astype(np.float32)
    return np.ascontiguousarray(bright[..., 0] if bright.shape[-1] == 1 else bright)


def enlarged(shown: Floats, side: int) -> Floats:
    """Pictures (n, h, w[, 3]) with as many pixels as asked for, each repeated."""
    factor = max(1, side // shown.shape[1])
    return np.asarray(shown.repeat(factor, axis=1).repeat(factor, axis=2))


def as_channels(shown: Floats) -> Floats:
    """(n, h, w) or (n, h, w, c) as (n, c, h, w)."""
    return np.asarray(shown[:, None] if shown.ndim == 3 else np.moveaxis(shown, -1, 1))
