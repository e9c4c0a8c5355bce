"""Measures of what is seen in pictures: how often the right class is among the best k, and how well boxes are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.blocks.base import BlockError, Port
from playground.blocks.code import Code, computed
from playground.blocks.measure import Measure
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
"""From what IoU on a box is found: 0.5, 0.55, …, 0.95."""


class TopAccuracy(Measure):
    """How often the right class is among the k most likely ones."""

    id: ClassVar[str] = "top-k-accuracy"
    title: ClassVar[str] = "Top-k accuracy"
    summary: ClassVar[str] = "The share of the examples whose class is among the k that seem most likely."
    formula: ClassVar[str] = r"\frac{1}{n} \sum_i [c_i \in \mathrm{top}_k(\hat{y}_i)]"
    source: ClassVar[str] = "Russakovsky and others 2015, ImageNet large scale visual recognition challenge"
    inputs: ClassVar[tuple[Port, ...]] = (Port("prediction", "Prediction"), Port("target", "Target"))

    k: int = parameter(5, ge=1, le=1_000, help="Among how many of the most likely classes the right one may be.")

    def subtitle(self) -> str:
        return f"k = {self.k}"

    def expect(self, *inputs: Signal) -> None:
        prediction, target = inputs
        if target.scale not in ("index", "one-hot") or (target.scale == "index" and target.shape):
            raise BlockError(f"{self.title} expects one class as target, but {target.words()} arrives.", port="target")
        count = len(target.classes)
        if len(prediction.shape) != 1 or prediction.shape[0] != (count or prediction.shape[0]):
            raise BlockError(
                f"{self.title} expects a number for each of the {count} classes, but {prediction.words()} arrives.",
                port="prediction",
            )

    def measure(self, *inputs: torch.Tensor) -> Mapping[str, float]:
        return {f"top_{self.k}_accuracy": float(top_accuracy(inputs[0], inputs[1], self.k))}

    def to_code(self, *inputs: Signal) -> Code:
        value = f"float(top_accuracy({{0}}, {{1}}, {self.k}))"
        return computed(f'{{{{"top_{self.k}_accuracy": {value}}}}}', uses=(top_accuracy,))


def top_accuracy(scores: torch.Tensor, target: torch.Tensor, k: int) -> torch.Tensor:
    """The share of the rows of `scores` (N, classes) whose class, a number or one-hot, is among the `k` largest."""
    right = target.argmax(dim=1) if target.dim() == 2 else target
    best = scores.topk(min(k, scores.shape[1]), dim=1).indices
    return (best == right[:, None]).any(dim=1).float().mean()


class MeanAveragePrecision(Measure):
    """Average precision of found boxes, the mean over classes and thresholds."""

    id: ClassVar[str] = "mean-average-precision"
    title: ClassVar[str] = "Mean average precision"
    summary: ClassVar[str] = (
        "mAP of boxes with classes: the surest come first, and precision is averaged over recall, over the classes, "
        "and over how well a box must lie (IoU from 0.5 to 0.95), as COCO does."
    )
    formula: ClassVar[str] = r"\mathrm{mAP} = \frac{1}{10 \, k} \sum_{t,c} \int_0^1 p_{t,c}(r) \, dr"
    source: ClassVar[str] = "Lin and others 2014, Microsoft COCO: Common objects in context"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("boxes", "Boxes"), Port("classes", "Classes"), Port("right-boxes", "Right boxes"),
        Port("right-classes", "Right classes"),
    )  # fmt: skip

    def expect(self, *inputs: Signal) -> None:
        boxes, classes, right, target = inputs
        for signal, port in ((boxes, "boxes"), (right, "right-boxes")):
            if signal.shape[-1:] != (4,) or len(signal.shape) > 2:
                raise BlockError(
                    f"{self.title} expects boxes of four numbers, but {signal.words()} arrives.", port=port
                )
        if target.scale != "index" or target.shape != right.shape[:-1]:
            raise BlockError(
                f"{self.title} expects a class number for each right box, but {target.words()} arrives.",
                port="right-classes",
            )
        count = len(target.classes)
        if classes.shape != (*boxes.shape[:-1], count or classes.shape[-1]):
            raise BlockError(
                f"{self.title} expects a number for each of the {count} classes and each box, "
                f"but {classes.words()} arrives.",
                port="classes",
            )

    def measure(self, *inputs: torch.Tensor) -> Mapping[str, float]:
        return average_precisions(*inputs)

    def to_code(self, *inputs: Signal) -> Code:
        return computed("average_precisions({0}, {1}, {2}, {3})", uses=(average_precisions,))


def average_precisions(
    boxes: torch.Tensor, scores: torch.Tensor, right: torch.Tensor, classes: torch.Tensor
) -> dict[str, float]:
    """Mean average precision over the thresholds, and at 0.5 alone.

    `boxes` (N, [K,] 4) and `scores` (N, [K,] classes) are what is found, `right` (N, [M,] 4) and `classes` (N, [M,])
    what is there, −1 for nothing. A box is its middle across and down, its width and height.
    """
    count, kinds = len(boxes), scores.shape[-1]
    likely = scores.detach().reshape(count, -1, kinds).cpu()
    in_shares = bool((likely >= 0.0).all()) and bool(((likely.sum(dim=-1) - 1.0).abs() < 1e-3).all())
    shares = (likely if in_shares else likely.softmax(dim=-1)).double().numpy()
    sure, kind = shares.max(axis=-1), shares.argmax(axis=-1)  # (N, K) each
    there = classes.reshape(count, -1).cpu().numpy()  # (N, M)
    overlap = overlaps(boxes.detach().reshape(count, -1, 4).cpu(), right.detach().reshape(count, -1, 4).cpu())
    found: list[list[float]] = []
    for one in range(kinds):
        if (there == one).any():
            found.append([
                average_precision(*matches(sure, kind == one, there == one, overlap, least), int((there == one).sum()))
                for least in THRESHOLDS
            ])
    table = np.array(found) if found else np.full((1, len(THRESHOLDS)), np.nan)
    return {"mean_average_precision": float(table.mean()), "average_precision_50": float(table[:, 0].mean())}


def overlaps(first: torch.Tensor, second: torch.Tensor) -> NDArray[Any]:
    """IoU of each of the boxes (N, K, 4) with each of (N, M, 4), as (N, K, M)."""
    a, b = first.double()[:, :, None], second.double()[:, None]
    low = torch.maximum(a[..., :2] - a[..., 2:] / 2.0, b[..., :2] - b[..., 2:] / 2.0)
    high = torch.minimum(a[..., :2] + a[..., 2:] / 2.0, b[..., :2] + b[..., 2:] / 2.0)
    common = (high - low).clamp(min=0.0).prod(dim=-1)
    union = a[..., 2:].clamp(min=0.0).prod(dim=-1) + b[..., 2:].clamp(min=0.0).prod(dim=-1) - common
    return np.asarray((common / union.clamp(min=1e-12)).numpy())


def matches(
    sure: NDArray[Any], said: NDArray[Any], there: NDArray[Any], overlap: NDArray[Any], least: float
) -> tuple[NDArray[Any], NDArray[Any]]:
    """How sure each box of a class is, the surest first, and whether it is right: each takes the nearest box that is
    there and that no surer one of its picture has taken."""
    free = there.copy()
    right = np.zeros(sure.shape, dtype=bool)
    rows = np.arange(len(sure))
    order = np.argsort(-sure, axis=1, kind="stable")
    for rank in range(sure.shape[1]):
        box = order[:, rank]
        open_to = np.where(free & said[rows, box][:, None], overlap[rows, box], -1.0)  # (N, M)
        best = open_to.argmax(axis=1)
        hit = open_to[rows, best] >= least
        right[rows[hit], box[hit]] = True
        free[rows[hit], best[hit]] = False
    first = np.argsort(-sure[said], kind="stable")
    return sure[said][first], right[said][first]


def average_precision(sure: NDArray[Any], right: NDArray[Any], count: int) -> float:
    """The mean of the precision at 101 recalls from 0 to 1, each the best at that recall or beyond."""
    if not len(sure):
        return 0.0
    hits = np.cumsum(right)
    recall, precision = hits / count, hits / np.arange(1, len(right) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    place = np.searchsorted(recall, np.linspace(0.0, 1.0, 101), side="left")
    return float(np.append(best, 0.0)[place].mean())


BLOCKS: tuple[type[Measure], ...] = (TopAccuracy, MeanAveragePrecision)
