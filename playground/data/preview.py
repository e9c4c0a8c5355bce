"""A part of a dataset as a person wants to look at it: rows, pictures, points and counts, in raw units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.base import PARTS, Array, Part
from playground.data.preparation import Prepared
from playground.data.series.forecasting import SeriesDataset

MOST_SYMBOLS = 120
"""Tokens of a sequence that are written out."""
FIRST_NUMBERS = 6
"""Numbers of a series that are written out."""


@dataclass(frozen=True, slots=True, eq=False)
class SeriesPreview:
    """A whole time series in raw units, and where it is cut."""

    times: NDArray[np.float64]
    """(n,) places on the axis of time."""
    values: NDArray[np.float64]
    spans: Mapping[Part, tuple[int, int]]
    """The first step of each part, and the first behind it."""
    time_name: str
    value_name: str
    ends: tuple[str, str]
    """The first and the last step in words."""


@dataclass(frozen=True, slots=True)
class DataPreview:
    """The first examples of a part. Numbers are as they were before scaling, to six digits of those that differ."""

    part: Part
    counts: Mapping[Part, int]
    """Number of examples in every part, not only of those shown."""
    unlabelled: int
    """Number of inputs whose label the label budget hides; they are in no part."""
    columns: tuple[str, ...]
    """Features, then targets; for pictures only the targets."""
    rows: tuple[tuple[float | str, ...], ...]
    """One row per example shown; a class appears by its name, a sequence of tokens written out."""
    class_names: tuple[str, ...]
    """Empty unless every example has one class."""
    class_counts: Mapping[Part, tuple[int, ...]]
    """For every part, examples per class; empty tuples without classes."""
    images: NDArray[np.float32] | None
    """Pictures (N, height, width), or (N, height, width, 3) in colour; None for all other data."""
    ink: bool
    """Grey pictures are ink on paper, which is 0; otherwise they are light, and 0 is black."""
    points: NDArray[np.floating] | None
    """For two features (N, 3): x1, x2, and the class number or the number to predict; None for all other data."""
    series: SeriesPreview | None = None
    """The series of which the examples are windows; None for all other data."""


Cells = list[list[float | str]]


def preview(prepared: Prepared, part: Part, limit: int) -> DataPreview:
    """The first `limit` examples of a part (they are shuffled already) and the counts of all parts."""
    if isinstance(prepared.dataset, SeriesDataset):
        return _of_series(prepared, prepared.dataset, part, limit)
    signal, features = prepared.signals[0], prepared.parts[part]["features"][:limit]
    if features.dtype != np.int64:
        features = prepared.scaler.unscale(np.asarray(features, dtype=np.float32))
    target_names, answers, target = _answers(prepared, part, limit)
    names, cells = _described(signal, features, prepared.feature_names)
    pictured = signal.kind == "image" and len(signal.shape) == 3
    pointed = signal.shape == (2,) and target is not None
    return DataPreview(
        part=part,
        counts={name: prepared.count(name) for name in PARTS},
        unlabelled=prepared.unlabelled_count,
        columns=(*names, *target_names),
        rows=tuple((*left, *right) for left, right in zip(cells, answers, strict=True)),
        class_names=prepared.class_names,
        class_counts={name: _counted(prepared, name) for name in PARTS},
        ink=prepared.dataset.ink,
        images=_images(np.asarray(features, dtype=np.float32)) if pictured else None,
        points=np.concatenate([features, target[:, :1]], axis=1) if pointed and target is not None else None,
    )


def _of_series(prepared: Prepared, dataset: SeriesDataset, part: Part, limit: int) -> DataPreview:
    """Windows in order of time: when the last step was that is seen, its value, and the values that are asked for."""
    timeline = dataset.timeline()
    origins = timeline.origins(part)[:limit]
    numbers = np.column_stack([timeline.values[origins], timeline.truth(origins)])
    return DataPreview(
        part=part,
        counts={name: prepared.count(name) for name in PARTS},
        unlabelled=prepared.unlabelled_count,
        columns=("last seen", "value", *(f"+{ahead}" for ahead in range(1, timeline.horizon + 1))),
        rows=tuple(
            (dataset.moment(origin), *row) for origin, row in zip(origins.tolist(), _cells(numbers), strict=True)
        ),
        class_names=(),
        class_counts=dict.fromkeys(PARTS, ()),
        ink=dataset.ink,
        images=None,
        points=None,
        series=SeriesPreview(
            times=dataset.times(timeline.count),
            values=timeline.values,
            spans={name: timeline.span(name) for name in PARTS},
            time_name=dataset.time_name,
            value_name=dataset.value_name,
            ends=(dataset.moment(0), dataset.moment(timeline.count - 1)),
        ),
    )


def _answers(prepared: Prepared, part: Part, limit: int) -> tuple[tuple[str, ...], Cells, NDArray[np.floating] | None]:
    """Names and cells of the target, and its numbers (N, k) where it has any."""
    if prepared.class_numbers is not None:
        numbers = prepared.class_numbers[part][:limit]
        return ("class",), [[prepared.class_names[number]] for number in numbers], numbers.astype(np.float32)[:, None]
    port = prepared.dataset.outputs[1].name if len(prepared.signals) > 1 else ""
    if not port:
        return (), [[] for _ in range(min(limit, prepared.count(part)))], None
    raw, signal = prepared.parts[part][port][:limit], prepared.signals[1]
    if raw.dtype == np.int64:
        names, cells = _described(signal, raw, (), "target")
        return names, cells, None
    flat = prepared.target_scaler.unscale(np.asarray(raw, dtype=np.float32).reshape(len(raw), signal.size))
    known = prepared.dataset.target_names()
    if not known and len(signal.shape) > 1:
        names, cells = _described(signal, flat, (), "target")
        return names, cells, None
    return known or tuple(f"y{number}" for number in range(1, flat.shape[1] + 1)), _cells(flat), flat


def _described(signal: Signal, values: Array, known: tuple[str, ...], title: str = "") -> tuple[tuple[str, ...], Cells]:
    """Column names and cells for what one port gives."""
    if signal.kind == "image":
        return ((title,), [[_span(one)] for one in values]) if title else ((), [[] for _ in values])
    if values.ndim == 3 and values.dtype == np.int64:
        return (title or "pixels",), [[_shares(signal.classes, one)] for one in values]
    if values.dtype == np.int64:
        return (title or "tokens",), [[written(signal.classes, row)] for row in values.tolist()]
    if len(signal.shape) > 1:
        named = signal.badge().partition(" × ")[2]
        return (title or named,), [[_first_numbers(row)] for row in values]
    names = known or tuple(f"x{number}" for number in range(1, signal.size + 1))
    numbers = np.asarray(values, dtype=np.promote_types(values.dtype, np.float32))
    return names, _cells(numbers.reshape(len(values), signal.size))


def written(vocabulary: tuple[str, ...], tokens: list[int] | int) -> str:
    """Tokens written out: characters side by side, words with spaces; what is not asked for is a dot."""
    numbers = tokens if isinstance(tokens, list) else [tokens]
    words = ["·" if number < 0 else vocabulary[number] for number in numbers[:MOST_SYMBOLS]]
    return ("" if all(len(word) == 1 for word in vocabulary) else " ").join(words)


def _shares(classes: tuple[str, ...], pixels: Array) -> str:
    """What is seen in a picture whose pixels have classes: “square 12 %, cross 5 %”, the largest first."""
    counts = np.bincount(pixels.ravel(), minlength=len(classes))
    seen = [number for number in np.argsort(-counts, kind="stable").tolist() if counts[number]]
    return ", ".join(f"{classes[number]} {counts[number] / pixels.size:.0%}".replace("%", " %") for number in seen)


def _span(values: Array) -> str:
    """What lies in a picture that is asked for, such as one of depths: “0.5 to 2”."""
    return f"{values.min():.4g} to {values.max():.4g}"


def _first_numbers(values: Array) -> str:
    flat = values.ravel()
    words = " ".join(f"{number:.4g}" for number in flat[:FIRST_NUMBERS].tolist())
    return words + (" …" if len(flat) > FIRST_NUMBERS else "")


def _cells(numbers: NDArray[np.floating]) -> Cells:
    """Numbers (N, k) to six digits; where a column lies far from zero, of what differs in it."""
    digits = [_digits(column) for column in numbers.T] if len(numbers) else []
    return [
        [float(f"{number:.{places}g}") for number, places in zip(row, digits, strict=True)] for row in numbers.tolist()
    ]


def _digits(column: NDArray[np.floating]) -> int:
    known = column[np.isfinite(column)].astype(np.float64)
    spread, furthest = (np.ptp(known), np.abs(known).max()) if len(known) else (0.0, 0.0)
    if column.dtype == np.float32 or spread <= 0.0:
        return 6
    return min(15, 6 + max(0, int(np.log10(furthest / spread))))


def _counted(prepared: Prepared, part: Part) -> tuple[int, ...]:
    if prepared.class_numbers is None:
        return ()
    counts = np.bincount(prepared.class_numbers[part], minlength=len(prepared.class_names))
    return tuple(counts.tolist())


def _images(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, channels, height, width) as pictures: grey without the channel axis, colour with it last."""
    return features[:, 0] if features.shape[1] == 1 else np.moveaxis(features, 1, -1)
