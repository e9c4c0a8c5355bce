"""Operations that only arrange numbers otherwise: most leave no block behind, as they change how a tensor is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from playground.exchange.into.onnx.context import PERMUTES, Context, Handler, Value
from playground.exchange.into.onnx.reading import Operation
from playground.exchange.into.sheet import Card, Unsupported, matrix
from playground.exchange.into.wire import Wire

BATCH_MIXED = "It mixes the examples of a batch, which no block does."


def reshape(context: Context, operation: Operation) -> list[Value | None]:
    wire, target = context.wire(operation), context.fixed(operation, 1, "sizes")
    sizes = operation.attributes.get("shape") if target is None else target.ravel().tolist()
    if sizes is None:
        raise Unsupported("It does not say into which shape.")
    before = wire.extents(context.batch)
    if not operation.attributes.get("allowzero", 0):
        sizes = [before[place] if size == 0 and place < len(before) else int(size) for place, size in enumerate(sizes)]
    whole = math.prod(before)
    known = math.prod(size for size in sizes if size != -1)
    each, written = whole // context.batch, context.written_batch
    if sizes and sizes[0] == written > 0 and -1 not in sizes and known == each * written:
        sizes = [context.batch, *sizes[1:]]  # the file has a fixed number of examples; here it is any
    elif -1 in sizes:
        if known == 0 or whole % known:
            raise Unsupported("The sizes do not fit what arrives.")
        sizes = [whole // known if size == -1 else size for size in sizes]
    return [arranged(context, wire, tuple(sizes))]


def arranged(context: Context, wire: Wire, sizes: tuple[int, ...]) -> Wire:
    """The tensor in another shape, batch included."""
    if math.prod(sizes) != math.prod(wire.extents(context.batch)):
        raise Unsupported("The sizes do not fit what arrives.")
    same = wire.regrouped(sizes, context.batch)
    if same is not None:
        return same
    if not sizes or sizes[0] != context.batch or wire.axes[0] != 0:
        raise Unsupported(BATCH_MIXED)
    if len(sizes) == 2 and wire.order is None and None not in wire.axes:
        return _flat(context, wire)
    return context.sheet.wire(context.reshaped(context.settled(wire), sizes[1:]))


def _flat(context: Context, wire: Wire) -> Wire:
    """All numbers of an example in a row: a Flatten block, and in which order the file has them."""
    card = context.sheet.lay("flatten", {}, [wire.output])
    plain = context.sheet.wire(card)
    if wire.is_plain:
        return plain
    numbers = np.arange(math.prod(wire.shape), dtype=np.int64).reshape(wire.shape)
    left = [axis - 1 for axis in wire.axes[1:] if axis is not None]
    missing = tuple(axis for axis in range(len(wire.shape)) if axis not in left)
    turned = numbers.transpose(*left, *missing)  # axes that are not there have size 1
    return replace(plain, order=turned.ravel())


def flatten(context: Context, operation: Operation) -> list[Value | None]:
    wire = context.wire(operation)
    axis = int(operation.attributes.get("axis", 1)) % (len(wire.axes) + 1)
    extents = wire.extents(context.batch)
    return [arranged(context, wire, (math.prod(extents[:axis]), math.prod(extents[axis:])))]


def squeeze(context: Context, operation: Operation) -> list[Value | None]:
    wire = context.wire(operation)
    extents = wire.extents(context.batch)
    told = context.fixed(operation, 1, "axes") if len(operation.inputs) > 1 else operation.attributes.get("axes")
    gone = {place for place, size in enumerate(extents) if size == 1}
    if told is not None:
        gone = {int(axis) % len(extents) for axis in np.asarray(told).ravel()}
    if any(extents[place] != 1 for place in gone):
        raise Unsupported("It takes an axis away that has more than one number.")
    return [replace(wire, axes=tuple(axis for place, axis in enumerate(wire.axes) if place not in gone))]


def unsqueeze(context: Context, operation: Operation) -> list[Value | None]:
    wire = context.wire(operation)
    told = context.fixed(operation, 1, "axes") if len(operation.inputs) > 1 else operation.attributes.get("axes")
    new = np.asarray([] if told is None else told).ravel().tolist()
    rank = len(wire.axes) + len(new)
    places = {int(axis) % rank for axis in new}
    left = iter(wire.axes)
    return [replace(wire, axes=tuple(None if place in places else next(left) for place in range(rank)))]


def transpose(context: Context, operation: Operation) -> list[Value | None]:
    wire = context.wire(operation)
    permutation = operation.attributes.get("perm") or list(range(len(wire.axes)))[::-1]
    if sorted(permutation) != list(range(len(wire.axes))) or wire.order is not None:
        raise Unsupported(PERMUTES)
    return [wire.permuted(tuple(permutation))]


def concat(context: Context, operation: Operation) -> list[Value | None]:
    wires = [context.wire(operation, place) for place in range(len(operation.inputs))]
    axes = wires[0].axes
    if any(wire.axes != axes or wire.order is not None for wire in wires) or None in axes:
        wires = [context.settled(wire) for wire in wires]
        axes = wires[0].axes
    axis = axes[int(operation.attributes["axis"]) % len(axes)]
    if not axis:
        raise Unsupported(BATCH_MIXED)
    card = context.sheet.lay("concatenate", {"axis": axis}, _distinct(context, wires))
    return [Wire((card.id, "output"), axes, card.signals[0].shape)]


def _distinct(context: Context, wires: list[Wire]) -> list[tuple[str, str]]:
    """Their outputs; one that comes again goes through a block of its own, as two blocks have one wire between them."""
    found: list[tuple[str, str]] = []
    for wire in wires:
        output = wire.output
        if output in found:
            output = (context.sheet.lay("identity", {}, [output]).id, "output")
        found.append(output)
    return found


def gather(context: Context, operation: Operation) -> list[Value | None]:
    table, index = context.value(operation, 0), context.value(operation, 1)
    axis = int(operation.attributes.get("axis", 0))
    if isinstance(index, Wire) and not isinstance(table, Wire) and table is not None:
        if axis != 0 or table.ndim != 2:
            raise Unsupported("It looks numbers up along another axis than that of the words.")
        card = context.sheet.lay(
            "embedding", {"units": table.shape[1]}, [context.settled(index).output], {"weight": matrix(table)},
        )  # fmt: skip
        return [context.sheet.wire(card)]
    wire = context.wire(operation)
    if isinstance(index, Wire) or index is None or index.size != 1:
        raise Unsupported("It picks several of what arrives, for which there is no block.")
    place = axis % len(wire.axes)
    found = last_step(context, operation, wire, place, int(index.ravel()[0]))
    return [replace(found, axes=tuple(a for number, a in enumerate(found.axes) if index.ndim or number != place))]


def slice_(context: Context, operation: Operation) -> list[Value | None]:
    wire, at = context.wire(operation), operation.attributes
    if len(operation.inputs) > 1:
        told = [context.fixed(operation, place, "bounds") for place in range(1, 5)]
    else:
        told = [np.asarray(at[name]) if name in at else None for name in ("starts", "ends", "axes")] + [None]
    starts, ends, axes, steps = told
    if starts is None or ends is None or starts.size != 1 or (steps is not None and steps.ravel()[0] != 1):
        raise Unsupported("It cuts a part out of what arrives, for which there is no block.")
    place = int(axes.ravel()[0]) % len(wire.axes) if axes is not None else 0
    extent, start, end = wire.extents(context.batch)[place], int(starts.ravel()[0]), int(ends.ravel()[0])
    begin, stop, _ = slice(start, end).indices(extent)
    if (begin, stop) == (0, extent):
        return [wire]
    if stop - begin != 1:
        raise Unsupported("It cuts a part out of what arrives, for which there is no block.")
    return [last_step(context, operation, wire, place, begin)]


def last_step(context: Context, operation: Operation, wire: Wire, place: int, index: int) -> Wire:
    """The last state of a recurrent layer, its axis of time being the one at `place`, which stays with size 1."""
    card = context.sheet.card_of(wire)
    if wire.axes[place] != 1 or card.block not in ("lstm", "gru", "simple-rnn") or len(wire.shape) != 2:
        raise Unsupported("It picks one of what arrives, for which there is no block.")
    if index % wire.shape[0] != wire.shape[0] - 1:
        raise Unsupported("It picks one state in the midst of a sequence; blocks give the last one or all.")
    axes = tuple(None if number == place else {0: 0, 2: 1}.get(axis or 0) if axis is not None else None
                 for number, axis in enumerate(wire.axes))  # fmt: skip
    last = of_last_state(context, card, alone=context.alone(operation))
    return Wire((last.id, "output"), axes, last.signals[0].shape)


def of_last_state(context: Context, card: Card, *, alone: bool) -> Card:
    """The recurrent card that gives the last state: itself, or one with its weights where all states are wanted too."""
    if alone:
        card.parameters["states"] = "last"
        context.sheet.look_at(card)
        return card
    parameters, sources = {**card.parameters, "states": "last"}, [source for _, source in card.sources]
    twin = context.sheet.lay(card.block, parameters, sources, card.tensors, card.title)
    twin.weights_of = card.id
    return twin


def passed(context: Context, operation: Operation) -> list[Value | None]:
    return [context.wire(operation)]


ARRANGING = ("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Identity", "Cast")
"""Operations that need no card of their own behind one that is not supported."""

OPERATORS: Mapping[str, Handler] = {
    "Reshape": reshape,
    "Flatten": flatten,
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
    "Transpose": transpose,
    "Concat": concat,
    "Gather": gather,
    "Slice": slice_,
    "Identity": passed,
    "Cast": passed,
}
