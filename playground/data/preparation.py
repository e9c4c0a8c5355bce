"""From raw examples to what a session trains on: split, scaling measured on the training part, label coding."""

from __future__ import annotations

import atexit
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import BlockError, Fix
from playground.blocks.signal import Signal
from playground.data.base import (
    PARTS,
    Array,
    ClassDataset,
    Dataset,
    Examples,
    Labels,
    Part,
    RegressionDataset,
    ScaledDataset,
    Scaling,
    given_numbers,
)
from playground.data.division import keep_labels
from playground.data.on_demand import MOST_MEASURED, RowsOnDemand

AnyArray = TypeVar("AnyArray", bound=NDArray[Any])


@dataclass(frozen=True, slots=True)
class Scaler:
    """Affine map of numbers, one shift and factor per column: scaled = (raw - shift) * factor.

    Both are of the type of the raw numbers. Those of files are float64: in float32, seconds since 1970 differ by 128.
    """

    shift: NDArray[np.floating]
    factor: NDArray[np.floating]

    def scale(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Raw to scaled, (N, ...) float32."""
        return np.asarray((values - self.shift) * self.factor, dtype=np.float32)

    def unscale(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """Scaled back to raw, (N, ...) in the type of the raw numbers."""
        return np.asarray((values / self.factor + self.shift).astype(self.shift.dtype))


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Prepared:
    """A dataset ready for use. Arrays are read-only and may be shared between threads.

    A part may be empty: a truth table is all training, and a share can be 0. Empty parts have arrays of 0 rows, and
    whoever measures on a part skips it when `count` is 0.
    """

    dataset: Dataset
    signals: tuple[Signal, ...]
    parts: Mapping[Part, Mapping[str, Array]]
    """For each part, one array per output port, with the same number of rows. Features that are too many for the memory
    are RowsOnDemand, which are read as far as they are looked at."""
    class_numbers: Mapping[Part, NDArray[np.int64]] | None
    """For class targets the class number of each example, whatever the coding; None for regression."""
    scaler: Scaler
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    target_scaler: Scaler
    """Of a regression target; leaves class targets as they are."""
    rows: Mapping[Part, NDArray[np.int64]]
    """The numbers of the examples of each part, in the order in which the dataset gives them."""
    unlabelled: Mapping[str, Array]
    """What the label budget takes from the training part, one array per output port; of 0 rows where all labels are
    kept. The target is what was hidden: to judge guesses by, never to learn from."""

    def count(self, part: Part) -> int:
        """Number of examples in a part."""
        return len(next(iter(self.parts[part].values())))

    @property
    def nbytes(self) -> int:
        """Memory that the arrays take."""
        return sum(array.nbytes for part in (*self.parts.values(), self.unlabelled) for array in part.values())

    @property
    def unlabelled_count(self) -> int:
        """Number of inputs whose label the label budget hides."""
        return len(next(iter(self.unlabelled.values())))


def prepare(dataset: Dataset) -> Prepared:
    """Generate, split, scale and code a dataset; the same declaration gives the same arrays.

    The split is shuffled; classes are spread evenly over the parts (stratified). All who ask for one, in whatever
    thread, share one object as long as anybody uses it; the last few are remembered beyond that. Raises BlockError
    where the dataset refuses its parameters, and OSError where the file of real data cannot be read.
    """
    with _ONE_AT_A_TIME:
        found = _IN_USE.get(dataset)
        if found is None:
            found = _IN_USE[dataset] = _prepared(dataset)
        _remember(dataset, found)
        return found


MOST_REMEMBERED = 8
MOST_BYTES = 64 * 2**20
"""What the last few may take, besides the one asked for last: a person's own table may be large, and each edit of its
columns or parts makes another dataset."""
_ONE_AT_A_TIME = threading.Lock()
_IN_USE: WeakValueDictionary[Dataset, Prepared] = WeakValueDictionary()
_LATEST: OrderedDict[Dataset, Prepared] = OrderedDict()
"""The one asked for last at the end."""


@atexit.register
def _forget() -> None:
    """Python takes its modules apart at the end, and datasets can be found by their values no more."""
    _IN_USE.clear()
    _LATEST.clear()


def _remember(dataset: Dataset, prepared: Prepared) -> None:
    _LATEST[dataset] = prepared
    _LATEST.move_to_end(dataset)
    while len(_LATEST) > 1 and (
        len(_LATEST) > MOST_REMEMBERED or sum(one.nbytes for one in _LATEST.values()) > MOST_BYTES
    ):
        _LATEST.popitem(last=False)


def _prepared(dataset: Dataset) -> Prepared:
    dataset.expect()
    if dataset.folds > 1 and dataset.unfolded:
        none = Fix("No folds", "set", parameters={"folds": 0})
        raise BlockError(f"{dataset.title} cannot be divided into folds, because {dataset.unfolded}.", none)
    generator = dataset.fresh_generator()
    raw = dataset.generate(generator)
    rows = raw.rows or dataset.divided(raw.strata, generator)
    raw = dataset.by_part(raw, rows)
    features, scaler = _features(dataset, raw, rows["train"])
    target, target_scaler = _target(dataset, raw, rows["train"])
    ports: dict[str, Array] = {"features": features, "target": target, **(raw.fields or {})}
    names = [port.name for port in dataset.outputs]
    rows, hidden = _labelled(dataset, raw, rows)
    numbers: dict[Part, NDArray[np.int64]] | None = None
    if raw.class_names:
        numbers = {part: _frozen(raw.target[rows[part]].astype(np.int64)) for part in PARTS}
    return Prepared(
        dataset=dataset,
        signals=dataset.signals(),
        parts=MappingProxyType(
            {part: MappingProxyType({name: _taken(ports[name], rows[part]) for name in names}) for part in PARTS}
        ),
        class_numbers=None if numbers is None else MappingProxyType(numbers),
        scaler=scaler,
        feature_names=raw.feature_names,
        class_names=raw.class_names,
        target_scaler=target_scaler,
        rows=MappingProxyType({part: _frozen(np.array(rows[part])) for part in PARTS}),
        unlabelled=MappingProxyType({name: _taken(ports[name], hidden) for name in names}),
    )


def _labelled(
    dataset: Dataset, raw: Examples, rows: Mapping[Part, NDArray[np.int64]]
) -> tuple[Mapping[Part, NDArray[np.int64]], NDArray[np.int64]]:
    """The parts with as many labels as the budget allows, and the rows whose label it hides."""
    if not (isinstance(dataset, ClassDataset) and dataset.label_budget and raw.class_names):
        return rows, np.zeros(0, dtype=np.int64)
    found = keep_labels(dict(rows), raw.target.astype(np.int64), dataset.label_budget, dataset.data_seed)
    return {part: found[part] for part in PARTS}, found["unlabelled"]


def _taken(array: Array, rows: NDArray[np.int64]) -> Array:
    """The rows of a part."""
    if isinstance(array, RowsOnDemand):
        return cast(Array, array.part(rows))
    return _frozen(array[rows])


def _frozen(array: AnyArray) -> AnyArray:
    """The array in one piece and read-only. The caller hands it over: it must be nobody else's."""
    whole = np.require(array, requirements="C")
    whole.flags.writeable = False
    return cast(AnyArray, whole)


def _features(dataset: Dataset, raw: Examples, train: NDArray[np.int64]) -> tuple[Array, Scaler]:
    """The features as the network gets them, and the scaler that made them (the identity for tokens)."""
    if isinstance(raw.features, RowsOnDemand):
        kind = dataset.feature_scaling()
        measured = kind in ("standardize", "min-max")
        nothing = np.zeros((1, *raw.features.shape[1:]), dtype=np.float32)
        looked_at = raw.features[train[:MOST_MEASURED]] if measured else nothing
        scaler = given_scaler(dataset, looked_at) if kind == "given" else fit_scaler(kind, looked_at)
        return cast(Array, raw.features if kind == "none" else raw.features.scaled(scaler.scale)), scaler
    if raw.features.dtype == np.int64:
        return cast(Array, raw.features), _identity()
    features = raw.features.astype(_float_of(raw.features), copy=False)
    kind = dataset.feature_scaling()
    scaler = given_scaler(dataset, features) if kind == "given" else fit_scaler(kind, features[train])
    return scaler.scale(features), scaler


def given_scaler(dataset: Dataset, features: NDArray[np.floating]) -> Scaler:
    """The scaler that a dataset was given. Raises BlockError when it is one for another number of columns."""
    assert isinstance(dataset, ScaledDataset)
    columns = features.shape[-1] if features.ndim in (2, 3) else 1
    arrays = [np.array(numbers, dtype=features.dtype) for numbers in given_numbers(dataset.given_scaling)]
    wrong = next((len(array) for array in arrays if len(array) not in (1, columns)), 0)
    if wrong:
        raise BlockError(
            f"{dataset.title} is given a scaling for {wrong} columns, but it has {columns}.",
            Fix("Standardize instead", "set", parameters={"scaling": "standardize"}),
        )
    shift, factor = (array[0] if len(array) == 1 else array for array in arrays)
    return Scaler(_frozen(np.asarray(shift)), _frozen(np.asarray(factor)))


def _target(dataset: Dataset, raw: Examples, train: NDArray[np.int64]) -> tuple[Array, Scaler]:
    """The target as the network gets it, and the scaler that made it (the identity for classes)."""
    if raw.class_names and isinstance(dataset, ClassDataset):
        return code_labels(dataset.labels, raw.target.astype(np.int64), len(raw.class_names)), _identity()
    if isinstance(dataset, RegressionDataset):
        target = raw.target.astype(_float_of(raw.target), copy=False)
        scaler = fit_scaler(dataset.target_scaling, target[train])
        return scaler.scale(target), scaler
    return cast(Array, raw.target.astype(np.float32) if raw.target.dtype == np.float64 else raw.target), _identity()


def _float_of(values: NDArray[Any]) -> type[np.floating]:
    return np.float64 if values.dtype == np.float64 else np.float32


def _identity() -> Scaler:
    return Scaler(_frozen(np.zeros((), dtype=np.float32)), _frozen(np.ones((), dtype=np.float32)))


def fit_scaler(kind: Scaling, train: NDArray[np.floating]) -> Scaler:
    """The scaling that `measure_scaling` finds."""
    shift, factor = measure_scaling(kind, train)
    return Scaler(_frozen(shift), _frozen(factor))


def measure_scaling(kind: Scaling, train: NDArray[Any]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Shift and factor, measured on the training part: one for each column of a table or feature of a series, else one.

    A column that does not vary is only shifted. With no rows nothing is measured, and nothing is scaled.
    """
    axis = tuple(range(train.ndim - 1)) if train.ndim in (2, 3) else None
    shift = np.zeros(train.shape[-1:] if axis else (), dtype=np.float64)
    spread = np.ones_like(shift)
    if kind == "standardize" and train.size:
        shift = np.asarray(train.mean(axis=axis, dtype=np.float64))
        spread = np.asarray(train.std(axis=axis, dtype=np.float64))
    elif kind == "min-max" and train.size:
        shift = np.asarray(train.min(axis=axis), dtype=np.float64)
        spread = np.asarray(train.max(axis=axis), dtype=np.float64) - shift
    rounding = 1e-7 if train.dtype == np.float32 else 1e-14
    varies = spread > rounding * np.abs(shift) + 1e-30  # less is rounding, not variation
    factor = 1.0 / np.where(varies, spread, 1.0)
    return shift.astype(train.dtype), factor.astype(train.dtype)


def code_labels(labels: Labels, numbers: NDArray[np.int64], classes: int) -> Array:
    """Class numbers (N,) in the asked coding: (N,) numbers, (N, classes) one-hot, or (N, 1) for two classes."""
    if labels == "one-hot":
        return np.eye(classes, dtype=np.float32)[numbers]
    if labels == "zero-one":
        return numbers.astype(np.float32)[:, None]
    if labels == "signed":
        return (2.0 * numbers.astype(np.float32) - 1.0)[:, None]
    return numbers
