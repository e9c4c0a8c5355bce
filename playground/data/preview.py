"""A part of a dataset as a person wants to look at it: rows, pictures, points and counts, in raw units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.data.base import PARTS, Part, RegressionDataset
from playground.data.preparation import Prepared


@dataclass(frozen=True, slots=True)
class DataPreview:
    """The first examples of a part. Numbers are as they were before scaling, to the six digits that float32 holds."""

    part: Part
    counts: Mapping[Part, int]
    """Number of examples in every part, not only of those shown."""
    columns: tuple[str, ...]
    """Features, then targets; for pictures only the targets."""
    rows: tuple[tuple[float | str, ...], ...]
    """One row per example shown; a class appears by its name."""
    class_names: tuple[str, ...]
    """Empty for regression."""
    class_counts: Mapping[Part, tuple[int, ...]]
    """For every part, examples per class; empty tuples for regression."""
    images: NDArray[np.float32] | None
    """Pictures (N, height, width), or (N, height, width, 3) in colour; None for all other data."""
    points: NDArray[np.float32] | None
    """For two features (N, 3): x1, x2, and the class number or the number to predict; None for all other data."""


def preview(prepared: Prepared, part: Part, limit: int) -> DataPreview:
    """The first `limit` examples of a part (they are shuffled already) and the counts of all parts."""
    features = prepared.scaler.unscale(np.asarray(prepared.parts[part]["features"][:limit], dtype=np.float32))
    numbers = None if prepared.class_numbers is None else prepared.class_numbers[part][:limit]
    if numbers is None:
        raw = np.asarray(prepared.parts[part]["target"][:limit], dtype=np.float32)
        target = prepared.target_scaler.unscale(raw.reshape(len(raw), prepared.signals[1].size))
        answers = _cells(target)
    else:
        target = numbers.astype(np.float32)[:, None]
        answers = [[prepared.class_names[number]] for number in numbers]
    pictured = prepared.signals[0].kind == "image"
    flat = features.reshape(len(features), prepared.signals[0].size)
    cells: list[list[float | str]] = [[] for _ in answers] if pictured else _cells(flat)
    return DataPreview(
        part=part,
        counts={name: prepared.count(name) for name in PARTS},
        columns=(*_feature_names(prepared, pictured), *_target_names(prepared, target.shape[1])),
        rows=tuple((*left, *right) for left, right in zip(cells, answers, strict=True)),
        class_names=prepared.class_names,
        class_counts={name: _counted(prepared, name) for name in PARTS},
        images=_images(features) if pictured else None,
        points=np.concatenate([features, target[:, :1]], axis=1) if prepared.signals[0].shape == (2,) else None,
    )


def _cells(numbers: NDArray[np.float32]) -> list[list[float | str]]:
    return [[float(f"{number:.6g}") for number in row] for row in numbers.tolist()]


def _feature_names(prepared: Prepared, pictured: bool) -> tuple[str, ...]:
    if pictured:
        return ()
    names = prepared.feature_names
    return names or tuple(f"x{number}" for number in range(1, prepared.signals[0].size + 1))


def _target_names(prepared: Prepared, width: int) -> tuple[str, ...]:
    if prepared.class_numbers is not None:
        return ("class",)
    if isinstance(prepared.dataset, RegressionDataset):
        return prepared.dataset.target_names()
    return tuple(f"y{number}" for number in range(1, width + 1))


def _counted(prepared: Prepared, part: Part) -> tuple[int, ...]:
    if prepared.class_numbers is None:
        return ()
    counts = np.bincount(prepared.class_numbers[part], minlength=len(prepared.class_names))
    return tuple(counts.tolist())


def _images(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, channels, height, width) as pictures: grey without the channel axis, colour with it last."""
    return features[:, 0] if features.shape[1] == 1 else np.moveaxis(features, 1, -1)
