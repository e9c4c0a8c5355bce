"""Operations on numbers that are known beforehand, such as shapes, which files compute though they never change."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.exchange.into.onnx.reading import Operation

Array = NDArray[Any]
MOST_NUMBERS = 50_000_000
_KINDS: Mapping[int, type] = {1: np.float32, 6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float16, 11: np.float64}


class NotFoldable(Exception):
    """Not computed here."""


def fold(operation: Operation, given: Sequence[Array | None]) -> Array:
    """What an operation gives for known inputs (None for one that is left out). Raises NotFoldable."""
    compute = _FOLDS.get(operation.kind)
    if compute is None:
        raise NotFoldable
    try:
        with np.errstate(all="ignore"):
            return np.asarray(compute(operation.attributes, list(given)))
    except (ValueError, TypeError, IndexError, KeyError, OverflowError, MemoryError, AttributeError) as error:
        raise NotFoldable from error


Fold = Callable[[Mapping[str, Any], list[Any]], Any]


def _constant(attributes: Mapping[str, Any], given: list[Any]) -> Any:
    value = next(iter(attributes.values()))
    return np.asarray(value, dtype=np.float32) if isinstance(value, float) else np.asarray(value)


def _filled(attributes: Mapping[str, Any], given: list[Any]) -> Any:
    value = attributes.get("value", np.zeros(1, dtype=np.float32))
    return np.full(_bounded(given[0]), np.asarray(value).ravel()[0])


def _bounded(sizes: Any) -> tuple[int, ...]:
    extents = tuple(int(size) for size in np.asarray(sizes).ravel())
    if any(extent < 0 for extent in extents) or math.prod(extents) > MOST_NUMBERS:
        raise ValueError("too large")
    return extents


def _expanded(attributes: Mapping[str, Any], given: list[Any]) -> Any:
    shape = np.broadcast_shapes(given[0].shape, tuple(int(size) for size in given[1]))
    return np.broadcast_to(given[0], _bounded(shape)).copy()


def _axes(attributes: Mapping[str, Any], given: list[Any]) -> tuple[int, ...] | None:
    found = attributes.get("axes") if len(given) < 2 or given[1] is None else given[1]
    return None if found is None else tuple(int(axis) for axis in np.asarray(found).ravel())


def _sliced(attributes: Mapping[str, Any], given: list[Any]) -> Any:
    """Slice since opset 10, and before, when its numbers were attributes."""
    x, *rest = given
    if not rest:
        rest = [attributes["starts"], attributes["ends"], attributes.get("axes"), None]
    starts, ends, axes, steps = [*rest, None, None][:4]
    axes = range(len(starts)) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    index = [slice(None)] * x.ndim
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        index[int(axis)] = slice(int(start), int(end) if abs(int(end)) < 2**31 - 1 else None, int(step))
    return x[tuple(index)]


def _reshaped(attributes: Mapping[str, Any], given: list[Any]) -> Any:
    sizes = [int(size) for size in np.asarray(attributes["shape"] if len(given) < 2 else given[1]).ravel()]
    kept = [given[0].shape[place] if size == 0 else size for place, size in enumerate(sizes)]
    return given[0].reshape(kept)


def _unsqueezed(attributes: Mapping[str, Any], given: list[Any]) -> Any:
    axes = _axes(attributes, given) or ()
    return np.expand_dims(given[0], axes)


def _cast(attributes: Mapping[str, Any], given: list[Any]) -> Any:
    return given[0].astype(_KINDS[int(attributes["to"])])


def _divided(attributes: Mapping[str, Any], given: list[Any]) -> Any:
    whole = np.issubdtype(given[0].dtype, np.integer)
    return given[0] // given[1] if whole else given[0] / given[1]


def _arithmetic(compute: Callable[..., Any]) -> Fold:
    def folded(attributes: Mapping[str, Any], given: list[Any]) -> Any:
        _bounded(np.broadcast_shapes(*(one.shape for one in given)))
        return compute(*given)

    return folded


_FOLDS: Mapping[str, Fold] = {
    "Constant": _constant,
    "ConstantOfShape": _filled,
    "Expand": _expanded,
    "Identity": lambda attributes, given: given[0],
    "Shape": lambda attributes, given: np.asarray(
        given[0].shape[attributes.get("start", 0) : attributes.get("end")], dtype=np.int64
    ),
    "Size": lambda attributes, given: np.asarray(given[0].size, dtype=np.int64),
    "Concat": lambda attributes, given: np.concatenate(given, axis=int(attributes["axis"])),
    "Gather": lambda attributes, given: np.take(given[0], given[1].astype(np.int64), axis=attributes.get("axis", 0)),
    "Slice": _sliced,
    "Squeeze": lambda attributes, given: np.squeeze(given[0], _axes(attributes, given)),
    "Unsqueeze": _unsqueezed,
    "Reshape": _reshaped,
    "Flatten": lambda attributes, given: given[0].reshape(
        math.prod(given[0].shape[: attributes.get("axis", 1)]), -1
    ),
    "Transpose": lambda attributes, given: np.transpose(given[0], attributes.get("perm")),
    "Cast": _cast,
    "Add": _arithmetic(np.add),
    "Sub": _arithmetic(np.subtract),
    "Mul": _arithmetic(np.multiply),
    "Div": _divided,
    "Pow": _arithmetic(np.power),
    "Sqrt": _arithmetic(np.sqrt),
    "Neg": _arithmetic(np.negative),
    "Max": _arithmetic(np.maximum),
    "Min": _arithmetic(np.minimum),
    "ReduceProd": lambda attributes, given: np.prod(
        given[0], axis=_axes(attributes, given), keepdims=bool(attributes.get("keepdims", 1))
    ),
}  # fmt: skip
