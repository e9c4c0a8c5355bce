"""From the calls that networks make one after the other to calls that do the same for all at once, number by number.

What treats every number alone (a ufunc, a copy) is one call over the shelves. A product of two matrices becomes a
product of stacks of matrices, where that was tried to give the same numbers to the last bit. Whatever else there is
stays as it is: a call for each network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from playground.blocks.operations import Array, Call
from playground.training.stacked.shelves import Shelves

MOST_PACKED = 65_536
"""Numbers of a stack of matrices up to which a copy that lies row by row pays."""


def fused(rows: Sequence[Sequence[Call]], shelves: Shelves) -> list[Call]:
    """The calls of all networks, `rows[network][place]`, as fewer calls in the same order."""
    found: list[Call] = []
    if len({len(calls) for calls in rows}) > 1:  # as where only some have a penalty
        return [call for calls in rows for call in calls]
    for calls in zip(*rows, strict=True):
        found += _fused(calls, shelves) or calls
    return found


def _fused(calls: Sequence[Call], shelves: Shelves) -> list[Call] | None:
    """The call for all networks; None where there is none."""
    parts = [one for one in calls if isinstance(one, partial)]
    if len(parts) < len(calls):
        return None
    function = parts[0].func
    owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    if any(type(one.func) is not type(function) or getattr(one.func, "__name__", "") != name for one in parts):
        return None
    if isinstance(function, np.ufunc) or function is np.copyto:
        return _elementwise(function, parts, shelves)
    if not isinstance(owner, np.ndarray):
        return None
    owners = [one.func.__self__ for one in parts]  # type: ignore[attr-defined]
    if name == "dot":
        return _product(owners, parts, shelves)
    if name == "fill":
        across = shelves.across(owners)
        return None if across is None else [partial(across.fill, *parts[0].args)]
    if name == "take":
        return _take(owners, parts, shelves)
    if name == "put":
        return _put(owners, parts, shelves)
    return None


class _Unlike(Exception):
    """Arguments that are neither rows of a shelf nor the same for all networks."""


def _across(values: Sequence[Any], shelves: Shelves) -> tuple[Any, bool]:
    """An argument of all networks, and whether it is theirs, side by side, or the same for all. Raises _Unlike."""
    first = values[0]
    if isinstance(first, np.ndarray):
        across = shelves.across(list(values))
        if across is not None:
            return across, True
        if any(shelves.holds(one) for one in values):
            raise _Unlike
        if all(one is first or (one.shape == first.shape and np.array_equal(one, first)) for one in values):
            return first, False
        raise _Unlike
    if all(one is first or one == first for one in values):
        return first, False
    raise _Unlike


def _elementwise(function: Callable[..., Any], parts: Sequence[partial[Any]], shelves: Shelves) -> list[Call] | None:
    try:
        arguments = [_across(column, shelves) for column in zip(*(one.args for one in parts), strict=True)]
        options = {name: _across([one.keywords[name] for one in parts], shelves) for name in parts[0].keywords}
    except (_Unlike, KeyError, ValueError):
        return None
    results = [arguments[0]] if function is np.copyto else [*arguments[function.nin :]]  # type: ignore[attr-defined]
    results += [options["out"]] if "out" in options else []
    if not results or not all(theirs for _, theirs in results):
        return None
    # The axis of the networks goes before all others, also of what has fewer axes than the result.
    most = max(one.ndim - theirs for one, theirs in (*arguments, *options.values()) if isinstance(one, np.ndarray))

    def aligned(value: Any, theirs: bool) -> Any:
        if not theirs:
            return value
        return value.reshape(len(value), *(1,) * (most - value.ndim + 1), *value.shape[1:])

    return [
        partial(function, *(aligned(*one) for one in arguments),
                **{name: aligned(*one) for name, one in options.items()})
    ]  # fmt: skip


def _product(owners: Sequence[Array], parts: Sequence[partial[Any]], shelves: Shelves) -> list[Call] | None:
    try:
        (left, left_own), (right, right_own), (out, out_own) = (
            _across(column, shelves)
            for column in (owners, [one.args[0] for one in parts], [one.args[1] for one in parts])
        )
    except (_Unlike, IndexError):
        return None
    if not out_own or not (left_own or right_own):
        return None
    left, right = _as_matrices(left, left_own, front=True), _as_matrices(right, right_own, front=False)
    wanted = (len(out), left.shape[-2], right.shape[-1])
    target = out.reshape(wanted)
    if not np.shares_memory(target, out):
        return None
    arrays = (left, left_own), (right, right_own), (target, True)
    plain: list[Call] = [partial(np.matmul, left, right, target)]
    for calls in (_packed(left, right, target), plain):
        if _same_numbers(calls, parts, arrays):
            return calls
    return None


def _packed(left: Array, right: Array, target: Array) -> list[Call]:
    """A product of copies that lie row by row: of small matrices it takes half the time of transposed ones."""
    calls: list[Call] = []
    sides = []
    for side in (left, right):
        if 0 < side.size <= MOST_PACKED and side.ndim == 3 and side.strides[-1] > side.strides[-2] > 0:
            copied = np.zeros(side.shape, dtype=side.dtype)
            calls.append(partial(np.copyto, copied, side))
            side = copied
        sides.append(side)
    return [*calls, partial(np.matmul, *sides, target)]


def _as_matrices(values: Array, own: bool, *, front: bool) -> Array:
    """(count, m, n), or (m, n) of what is the same for all; a vector is a row in front and a column behind."""
    if values.ndim - own == 1:
        return values[..., None, :] if front else values[..., :, None]
    return values


def _same_numbers(calls: Sequence[Call], parts: Sequence[partial[Any]], arrays: Sequence[tuple[Array, bool]]) -> bool:
    """Try whether the product of all gives, to the last bit, what the products of each give; the memory is as before
    afterwards."""
    kept, result = [one.copy() for one, _ in arrays], arrays[2][0]
    generator = np.random.default_rng(1)
    with np.errstate(all="ignore"):
        for one in (one for one, own in arrays[:2] if own):
            one[...] = generator.standard_normal(one.shape).astype(one.dtype)
        for part in parts:
            part()
        expected = result.copy()
        result[...] = 0.0
        for fused_call in calls:
            fused_call()
        same = np.array_equal(result, expected)
        for (one, own), before in zip(arrays, kept, strict=True):
            if own:
                one[...] = before
    return same


def _take(owners: Sequence[Array], parts: Sequence[partial[Any]], shelves: Shelves) -> list[Call] | None:
    """`values.take(index, axis, out, "clip")` of one axis."""
    if any(len(one.args) != 4 or one.args[3] != "clip" or one.keywords for one in parts) or owners[0].ndim != 1:
        return None
    try:
        values, own = _across(owners, shelves)
        index, index_own = _across([one.args[0] for one in parts], shelves)
        out, out_own = _across([one.args[2] for one in parts], shelves)
    except _Unlike:
        return None
    if not out_own or not isinstance(index, np.ndarray):
        return None
    if not own:
        return [partial(values.take, index, None, out, "clip")] if index_own else None
    if not index_own:
        return [partial(values.take, index, 1, out, "clip")]
    calls, places, flat = _flat_places(values, index)
    return None if flat is None else [*calls, partial(flat.take, places, None, out, "clip")]


def _put(owners: Sequence[Array], parts: Sequence[partial[Any]], shelves: Shelves) -> list[Call] | None:
    """`values.put(index, numbers, "clip")` of one axis."""
    if any(len(one.args) != 3 or one.args[2] != "clip" or one.keywords for one in parts) or owners[0].ndim != 1:
        return None
    try:
        values, own = _across(owners, shelves)
        index, index_own = _across([one.args[0] for one in parts], shelves)
        numbers, numbers_own = _across([one.args[1] for one in parts], shelves)
    except _Unlike:
        return None
    if not own or not index_own or (numbers_own and numbers.shape != index.shape):
        return None
    calls, places, flat = _flat_places(values, index)
    return None if flat is None else [*calls, partial(flat.put, places, numbers, "clip")]


def _flat_places(values: Array, index: Array) -> tuple[list[Call], Array, Array | None]:
    """Calls that make of places in each row (count, n) places in all rows one after the other; these; and the rows."""
    if not values.flags.c_contiguous:
        return [], index, None
    width = values.shape[1]
    starts = np.arange(len(values), dtype=index.dtype).reshape(-1, *(1,) * (index.ndim - 1)) * width
    places = np.zeros(index.shape, dtype=index.dtype)
    last, first = np.array(width - 1, dtype=index.dtype), np.array(0, dtype=index.dtype)
    calls: list[Call] = [
        partial(np.minimum, index, last, out=places),
        partial(np.maximum, places, first, out=places),
        partial(np.add, places, starts, places),
    ]
    return calls, places, values.reshape(-1)
