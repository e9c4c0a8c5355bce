"""From raw examples to what a session trains on: shuffled split, scaling measured on the training part, label coding."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.base import PARTS, Array, ClassDataset, Dataset, Examples, Part


@dataclass(frozen=True, slots=True)
class Scaler:
    """Affine map of the features, one shift and factor per feature: scaled = (raw - shift) * factor."""

    shift: NDArray[np.float32]
    factor: NDArray[np.float32]

    def scale(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Raw to scaled, (N, ...) float32."""
        return ((features - self.shift) * self.factor).astype(np.float32)

    def unscale(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scaled back to raw, (N, ...) float32."""
        return (features / self.factor + self.shift).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A dataset ready for use. Arrays are read-only and may be shared between threads."""

    dataset: Dataset
    signals: tuple[Signal, ...]
    parts: Mapping[Part, Mapping[str, Array]]
    """For each part, one array per output port, with the same number of rows."""
    class_numbers: Mapping[Part, NDArray[np.int64]] | None
    """For class targets the class number of each example, whatever the coding; None for regression."""
    scaler: Scaler
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]

    def count(self, part: Part) -> int:
        """Number of examples in a part."""
        return len(next(iter(self.parts[part].values())))


@functools.lru_cache(maxsize=8)
def prepare(dataset: Dataset) -> Prepared:
    """Generate, split, scale and code a dataset; the same declaration gives the same arrays.

    The split is shuffled; classes are spread evenly over the parts (stratified).
    """
    generator = np.random.default_rng([dataset.data_seed, 20_250_101])
    raw = dataset.generate(generator)
    rows = split(raw, dataset.train_share, dataset.validation_share, generator)
    scaler = fit_scaler(dataset.scaling, raw.features[rows["train"]])
    coded = code_labels(dataset, raw)
    features = scaler.scale(raw.features)
    ports = {"features": features, "target": coded, **(raw.fields or {})}
    names = [port.name for port in dataset.outputs]
    parts: dict[Part, Mapping[str, Array]] = {}
    for part in PARTS:
        parts[part] = {name: _frozen(ports[name][rows[part]]) for name in names}
    numbers = None
    if raw.class_names:
        numbers = {part: _frozen(raw.target[rows[part]]) for part in PARTS}
    return Prepared(
        dataset=dataset,
        signals=dataset.signals(),
        parts=parts,
        class_numbers=numbers,  # type: ignore[arg-type]
        scaler=scaler,
        feature_names=raw.feature_names,
        class_names=raw.class_names,
    )


def _frozen(array: Array) -> Array:
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array


def split(
    raw: Examples, train_share: float, validation_share: float, generator: np.random.Generator
) -> dict[Part, NDArray[np.int64]]:
    """Row numbers of the three parts. Every class is spread by the same shares; every part is shuffled."""
    count = len(raw.features)
    strata = raw.target if raw.class_names else np.zeros(count, dtype=np.int64)
    train: list[NDArray[np.int64]] = []
    validation: list[NDArray[np.int64]] = []
    test: list[NDArray[np.int64]] = []
    validation_share = min(validation_share, 1.0 - train_share)
    for stratum in np.unique(strata):
        rows = generator.permutation(np.flatnonzero(strata == stratum))
        first = max(1, round(len(rows) * train_share))
        second = min(len(rows), first + round(len(rows) * validation_share))
        if train_share + validation_share > 1.0 - 1e-9:
            second = len(rows)
        train.append(rows[:first])
        validation.append(rows[first:second])
        test.append(rows[second:])
    joined = (generator.permutation(np.concatenate(part)).astype(np.int64) for part in (train, validation, test))
    return dict(zip(PARTS, joined, strict=True))


def fit_scaler(kind: str, train: NDArray[np.float32]) -> Scaler:
    """Measure the scaling on the training part. Images and other arrays share one shift and factor."""
    axes = 0 if train.ndim == 2 else None
    shift = np.zeros(train.shape[1:] if train.ndim == 2 else (), dtype=np.float32)
    factor = np.ones_like(shift)
    if kind == "standardize":
        shift = np.asarray(train.mean(axis=axes), dtype=np.float32)
        spread = np.asarray(train.std(axis=axes), dtype=np.float32)
        factor = (1.0 / np.where(spread > 1e-12, spread, 1.0)).astype(np.float32)
    elif kind == "min-max":
        shift = np.asarray(train.min(axis=axes), dtype=np.float32)
        spread = np.asarray(train.max(axis=axes), dtype=np.float32) - shift
        factor = (1.0 / np.where(spread > 1e-12, spread, 1.0)).astype(np.float32)
    return Scaler(shift, factor)


def code_labels(dataset: Dataset, raw: Examples) -> Array:
    """The target in the coding that the dataset's `labels` asks for; regression targets stay as they are."""
    if not raw.class_names or not isinstance(dataset, ClassDataset):
        return raw.target
    numbers = raw.target.astype(np.int64)
    if dataset.labels == "one-hot":
        return np.eye(len(raw.class_names), dtype=np.float32)[numbers]  # (N,) -> (N, classes)
    if dataset.labels == "zero-one":
        return numbers.astype(np.float32)[:, None]  # (N, 1)
    if dataset.labels == "signed":
        return (2.0 * numbers.astype(np.float32) - 1.0)[:, None]  # (N, 1)
    return numbers
