"""The data before any network: how many of each class, the points, the first rows, some pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Context, Table
from playground.analysis.pictures import is_image, pictures
from playground.data.base import PARTS, Array, Part
from playground.data.preparation import Prepared
from playground.document.graph import Graph
from playground.network.check import Report

MOST_ROWS = 200
MOST_PICTURES = 64


@dataclass(frozen=True)
class DataSummary:
    """One data block at a glance. All numbers are raw, before scaling."""

    title: str
    counts: Mapping[Part, int]
    class_names: tuple[str, ...]
    """Empty for regression."""
    class_counts: NDArray[np.int64] | None
    """(classes, parts); None for regression."""
    feature_names: tuple[str, ...]
    points: Mapping[Part, NDArray[np.float32]] | None
    """(n, 2) of each part when there are two features."""
    point_classes: Mapping[Part, NDArray[np.int64]] | None
    point_targets: Mapping[Part, NDArray[np.float32]] | None
    rows: tuple[tuple[str, tuple[float, ...], str], ...]
    """The first examples as (part, features, target in words), for data with up to 64 features."""
    pictures: NDArray[np.float32] | None
    """(n, h, w) or (n, h, w, 3), brightness from 0 to 1."""
    picture_labels: tuple[str, ...]

    def table(self) -> Table:
        if self.rows:
            rows: list[list[Any]] = [[part, *features, target] for part, features, target in self.rows]
            return ["part", *self.feature_names, "target"], rows
        counts = [[name, *row] for name, row in zip(self.class_names, _lists(self.class_counts), strict=True)]
        return ["class", *PARTS], counts


class DataAnalysis(Analysis):
    """The examples of a data block."""

    id: ClassVar[str] = "data"
    title: ClassVar[str] = "Data"
    summary: ClassVar[str] = "The examples themselves: how many of each class, points, rows, pictures."
    needs: ClassVar[frozenset[str]] = frozenset()

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.data_nodes():
            return "There is no data on the canvas. Drag a data block in."
        return ""

    def compute(self, context: Context) -> DataSummary:
        if context.subject is None:
            raise ValueError("this analysis needs a network with data")
        prepared = context.subject.prepared
        node = context.node if context.node in prepared else next(iter(prepared))
        return summarize(prepared[str(node)])


def summarize(prepared: Prepared) -> DataSummary:
    """A data block at a glance; needs no network."""
    numbers = prepared.class_numbers
    class_counts = None
    if numbers is not None:
        size = len(prepared.class_names)
        class_counts = np.stack([np.bincount(numbers[part], minlength=size) for part in PARTS], axis=1)
    flat = prepared.signals[0].shape
    two = flat == (2,)
    shown, labels = _pictures(prepared)
    return DataSummary(
        title=prepared.dataset.title,
        counts={part: prepared.count(part) for part in PARTS},
        class_names=prepared.class_names,
        class_counts=class_counts,
        feature_names=_feature_names(prepared),
        points={part: _raw(prepared, part) for part in PARTS} if two else None,
        point_classes=numbers if two else None,
        point_targets=_targets(prepared) if two and numbers is None else None,
        rows=_rows(prepared) if len(flat) == 1 and flat[0] <= 64 else (),
        pictures=shown,
        picture_labels=labels,
    )


def _lists(counts: NDArray[np.int64] | None) -> list[list[int]]:
    return [] if counts is None else counts.tolist()


def _raw(prepared: Prepared, part: Part) -> NDArray[np.float32]:
    return prepared.scaler.unscale(np.asarray(prepared.parts[part]["features"], dtype=np.float32))


def _feature_names(prepared: Prepared) -> tuple[str, ...]:
    width = prepared.signals[0].size
    names = prepared.feature_names
    return names if len(names) == width else tuple(f"x{index + 1}" for index in range(width))


def _targets(prepared: Prepared) -> dict[Part, NDArray[np.float32]]:
    return {
        part: np.asarray(arrays["target"], dtype=np.float32).reshape(prepared.count(part), -1)[:, 0]
        for part, arrays in prepared.parts.items()
    }


def _rows(prepared: Prepared) -> tuple[tuple[str, tuple[float, ...], str], ...]:
    found: list[tuple[str, tuple[float, ...], str]] = []
    for part in PARTS:
        limit = MOST_ROWS - len(found)
        features = _raw(prepared, part)[:limit]
        numbers = None if prepared.class_numbers is None else prepared.class_numbers[part]
        for row, values in enumerate(features.tolist()):
            target = _target_words(prepared, part, row) if numbers is None else prepared.class_names[numbers[row]]
            found.append((part, tuple(values), target))
    return tuple(found)


def _target_words(prepared: Prepared, part: Part, row: int) -> str:
    target: Array = prepared.parts[part]["target"]
    return ", ".join(f"{number:g}" for number in np.atleast_1d(target[row]).ravel()[:4])


def _pictures(prepared: Prepared) -> tuple[NDArray[np.float32] | None, tuple[str, ...]]:
    if not is_image(prepared.signals[0]):
        return None, ()
    shown = pictures(prepared, "train", np.arange(MOST_PICTURES))
    if prepared.class_numbers is None:
        return shown, ("",) * len(shown)
    numbers = prepared.class_numbers["train"][: len(shown)]
    return shown, tuple(prepared.class_names[number] for number in numbers)
