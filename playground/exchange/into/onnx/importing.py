"""From an ONNX file to a project: operation by operation, with a card that says so where there is no block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from playground.blocks.kinds import usual_kind
from playground.blocks.signal import Signal
from playground.exchange.into.imported import Imported, imported
from playground.exchange.into.onnx import arithmetic, layers, recurrent, shapes
from playground.exchange.into.onnx.context import Context, Handler, Value
from playground.exchange.into.onnx.folding import NotFoldable, fold
from playground.exchange.into.onnx.reading import Entry, OnnxGraph, Operation, read_onnx
from playground.exchange.into.sheet import Sheet, Unsupported
from playground.exchange.into.wire import Wire
from playground.exchange.refusals import ExchangeRefused

OPERATORS: Mapping[str, Handler] = {
    **layers.OPERATORS, **shapes.OPERATORS, **arithmetic.OPERATORS, **recurrent.OPERATORS,
}  # fmt: skip
LABELS = ("ArgMax", "ai.onnx.ml:ArrayFeatureExtractor", "ai.onnx.ml:LabelEncoder")
"""Operations behind a network that turn its numbers into the name of a class."""
WORDS = ("ai.onnx.ml:ZipMap",)
"""Operations behind a network that put names to its numbers."""
TIME_FIRST = ("RNN", "LSTM", "GRU")
BATCHES = (97, 89, 101, 83, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151)
LARGEST_EXTENT = 10_000_000


def import_onnx(path: Path) -> Imported:
    """The network of a file. Raises ExchangeRefused for what is no ONNX file, is damaged, or computes nothing."""
    return import_graph(read_onnx(path), path, [f"Opened {path.name}."])


def import_graph(graph: OnnxGraph, path: Path, told: list[str]) -> Imported:
    """The network of what a file says in the operations of ONNX. Raises ExchangeRefused."""
    outputs = _predictions(graph, told)
    needed = _needed(graph, outputs)
    read = {name for operation in needed for name in operation.inputs} | set(outputs)
    inputs = [entry for entry in graph.inputs if entry.name in read]
    if not inputs:
        raise ExchangeRefused(f"{path.name} computes nothing from an input, so there is no network to show.")
    context = _context(graph, needed, inputs, outputs)
    entering = [_lay_input(context, entry, needed, told) for entry in inputs]
    for operation in needed:
        _take(context, graph, operation)
    found = [context.values.get(name) for name in outputs]
    leaving = [one for one in found if isinstance(one, Wire)]
    if not leaving:
        raise ExchangeRefused(f"{path.name} gives nothing that is computed from its input.")
    leaving = [_settled(context, wire, told) for wire in leaving]
    return imported(context.sheet, path.stem, entering, leaving, told)


def _settled(context: Context, wire: Wire, told: list[str]) -> Wire:
    """An output as a block gives it, in the file's shape where that can be."""
    try:
        return context.settled(wire)
    except Unsupported:
        told.append("The file gives its answer with the axes in another order than here.")
        return wire


def _predictions(graph: OnnxGraph, told: list[str]) -> list[str]:
    """The outputs with numbers: of classifiers the scores, not the name of the winner."""
    makers = {name: operation for operation in graph.operations for name in operation.outputs}
    found: list[str] = []
    for output in graph.outputs:
        name, dropped = output, False
        while (maker := makers.get(name)) is not None:
            index = maker.outputs.index(name)
            if maker.kind in LABELS or (maker.kind == "ai.onnx.ml:LinearClassifier" and index == 0):
                dropped = True
            elif maker.kind not in WORDS and not _is_label(makers, maker):
                break
            if dropped or not maker.inputs:
                break
            name = maker.inputs[0]
        if dropped:
            told.append(f"The output “{output}” is left out: it only names the class with the largest number.")
        elif name not in found:
            found.append(name)
    if not found:
        raise ExchangeRefused("The file gives names of classes only, and no numbers that a network could learn.")
    return found


def _is_label(makers: Mapping[str, Operation], operation: Operation) -> bool:
    """Whether what an operation passes on is a label."""
    maker: Operation | None = operation
    while maker is not None and maker.kind in ("Cast", "Identity", "Reshape") and maker.inputs:
        maker = makers.get(maker.inputs[0])
    gives_labels = (*LABELS, "ai.onnx.ml:LinearClassifier")
    return maker is not operation and maker is not None and maker.kind in gives_labels


def _needed(graph: OnnxGraph, outputs: Iterable[str]) -> tuple[Operation, ...]:
    wanted, found = set(outputs), []
    for operation in reversed(graph.operations):
        if wanted.intersection(operation.outputs):
            found.append(operation)
            wanted.update(operation.inputs)
    return tuple(found[::-1])


def _context(
    graph: OnnxGraph, needed: Iterable[Operation], inputs: Iterable[Entry], outputs: Iterable[str]
) -> Context:
    uses = Counter(name for operation in needed for name in operation.inputs if name)
    uses.update(outputs)
    extents = {extent for entry in inputs for extent in entry.extents}
    extents.update(extent for array in graph.constants.values() for extent in array.shape)
    extents.update(
        int(number)
        for array in graph.constants.values() if array.dtype == np.int64 and array.size < 10 for number in array.ravel()
    )  # fmt: skip
    batch = next((number for number in BATCHES if number not in extents), 9_973)
    return Context(Sheet(), batch, -1, dict(graph.constants), uses, graph.opset)


# Inputs ---------------------------------------------------------------------------------------------------------------


def _lay_input(context: Context, entry: Entry, needed: Iterable[Operation], told: list[str]) -> Wire:
    """The place of the data block for an input."""
    readers = [operation for operation in needed if entry.name in operation.inputs]
    if not entry.extents or len(entry.extents) > 5 or any(extent > LARGEST_EXTENT for extent in entry.extents):
        raise ExchangeRefused(f"The input “{entry.name}” has no shape that examples of data could have.")
    layout = _layout(entry, readers)
    first = layout[0]
    if entry.extents[first] > 0:
        context.written_batch = entry.extents[first]
    sizes = tuple(entry.extents[axis] for axis in layout[1:])
    if any(size < 1 for size in sizes):
        sizes = tuple(size if size > 0 else 16 for size in sizes)
        told.append(f"The input “{entry.name}” may have any length; here it has 16.")
    shape = sizes or (1,)
    words = _vocabulary(context, entry, readers)
    if words:
        names = tuple(map(str, range(words)))
        signal = Signal(shape, kind="tokens", scale="index", axes=("time",) * (len(shape) == 1), classes=names)
    else:
        signal = Signal(shape, kind=usual_kind(len(shape)))
    card = context.sheet.lay_data((signal,))
    axes: list[int | None] = [None] * len(entry.extents)
    for number, axis in enumerate(layout):
        axes[axis] = number
    wire = Wire((card.id, "features"), tuple(axes), shape)
    context.values[entry.name] = wire
    return wire


def _layout(entry: Entry, readers: list[Operation]) -> tuple[int, ...]:
    """The file's axes in the order that a data block gives them: the batch, then as the first blocks want them."""
    if entry.layout:
        return entry.layout
    rank = len(entry.extents)
    batch = next((axis for axis, word in enumerate(entry.words) if "batch" in word.lower() or word in ("N", "n")), 0)
    time_first = any(one.kind in TIME_FIRST and not one.attributes.get("layout", 0) for one in readers)
    if rank == 3 and time_first and not any("batch" in word.lower() for word in entry.words):
        batch = 1
    turned = {tuple(one.attributes.get("perm", ())) if one.kind == "Transpose" else () for one in readers}
    if len(turned) == 1 and len(permutation := next(iter(turned))) == rank and permutation[0] == batch and rank == 4:
        return permutation
    return (batch, *(axis for axis in range(rank) if axis != batch))


def _vocabulary(context: Context, entry: Entry, readers: list[Operation]) -> int:
    """How many words there are, where the input is a row of words; else 0."""
    if not entry.whole:
        return 0
    for reader in readers:
        table = context.values.get(reader.inputs[0]) if reader.kind == "Gather" else None
        if isinstance(table, np.ndarray) and table.ndim == 2:
            return len(table)
    return 0


# Operations -----------------------------------------------------------------------------------------------------------


def _take(context: Context, graph: OnnxGraph, operation: Operation) -> None:
    """Take one operation: known numbers are computed, others become blocks."""
    given: list[Any] = [context.values.get(name) if name else None for name in operation.inputs]
    if operation.kind == "Shape" and isinstance(given[0], Wire):
        whole = np.asarray(given[0].extents(context.batch), dtype=np.int64)
        at = operation.attributes
        context.values[operation.outputs[0]] = whole[at.get("start", 0) : at.get("end")]
        return
    if not any(isinstance(one, Wire) for one in given):
        try:
            context.values[operation.outputs[0]] = fold(operation, given)
            return
        except NotFoldable:
            pass
    if operation.kind in shapes.ARRANGING and isinstance(given[0], Wire) and not _is_known(context, given[0]):
        context.values[operation.outputs[0]] = given[0]
        return
    before = set(context.sheet.cards)
    try:
        handler = OPERATORS.get(operation.kind)
        if handler is None:
            raise Unsupported("There is no block for this operation.")
        if any(isinstance(one, Wire) and not _is_known(context, one) for one in given):
            raise Unsupported("It is not known what arrives, as something before it is not supported.")
        found = _handled(handler, context, operation)
        _refuse_missing(context, operation, found)
    except Unsupported as reason:
        for card in [card for name, card in context.sheet.cards.items() if name not in before]:
            context.sheet.remove(card)
        found = _foreign(context, graph, operation, str(reason))
    for name, value in zip(operation.outputs, found, strict=False):
        if name and value is not None:
            context.values[name] = _with_readers(context, operation, value)


def _is_known(context: Context, wire: Wire) -> bool:
    """Whether the shape of a tensor is known; that of a card that is not supported may not be."""
    return bool(context.sheet.card_of(wire).signals)


def _handled(handler: Handler, context: Context, operation: Operation) -> list[Value | None]:
    """What a handler gives; a file may have any numbers as attributes, also such as make no sense."""
    try:
        return handler(context, operation)
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        raise Unsupported("Its attributes do not go together with what arrives.") from error


def _refuse_missing(context: Context, operation: Operation, found: list[Value | None]) -> None:
    for place, name in enumerate(operation.outputs):
        if name and context.uses[name] and (place >= len(found) or found[place] is None):
            raise Unsupported(f"Its output number {place + 1} is used, which the block does not give.")


def _with_readers(context: Context, operation: Operation, value: Value) -> Value:
    """Note whether the same numbers are read elsewhere too, where an operation only reads them otherwise."""
    if not isinstance(value, Wire):
        return value
    for name in operation.inputs:
        wire = context.values.get(name)
        if isinstance(wire, Wire) and wire.output == value.output:
            return replace(value, sole=value.sole and wire.sole and context.uses[name] == 1)
    return value


def _foreign(context: Context, graph: OnnxGraph, operation: Operation, reason: str) -> list[Value | None]:
    """A card for each output that is used."""
    sources = [one.output for one in (context.values.get(name) for name in operation.inputs if name)
               if isinstance(one, Wire)]  # fmt: skip
    found: list[Value | None] = []
    for number, name in enumerate(operation.outputs, start=1):
        if not name or not context.uses[name]:
            found.append(None)
            continue
        called = operation.kind.rpartition(":")[2]
        called = f"{called}, output {number}" if number > 1 else called
        axes, shape = _known_shape(context, graph, name)
        card = context.sheet.lay_foreign(called, reason, shape, sources, layers.title_of(operation))
        found.append(Wire((card.id, "output"), axes, shape or ()))
    return found


def _known_shape(
    context: Context, graph: OnnxGraph, name: str
) -> tuple[tuple[int | None, ...], tuple[int, ...] | None]:
    """Where the batch lies in a tensor of which only ONNX knows the shape, and the sizes of an example."""
    extents = graph.known.get(name)
    if not extents or len(extents) > 7:
        return (0,), None
    loose = [axis for axis, extent in enumerate(extents) if extent in (-1, 0, context.written_batch)]
    batch = 0 if 0 in loose or not loose else loose[0]
    sizes = tuple(extent for axis, extent in enumerate(extents) if axis != batch)
    if batch not in loose or not sizes or any(size < 1 or size > LARGEST_EXTENT for size in sizes):
        return (0,), None
    places = iter(range(1, len(extents)))
    return tuple(0 if axis == batch else next(places) for axis in range(len(extents))), sizes

