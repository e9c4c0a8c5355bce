"""What every layer costs: parameters, multiplications, memory and milliseconds, and what it sees of the input."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import torch

from playground.analysis.base import Analysis, NothingToShow, Table
from playground.analysis.question import Question
from playground.analysis.shared.multiplications import multiplications
from playground.analysis.shared.receptive_fields import fields_of, middle_of
from playground.blocks.base import Block
from playground.blocks.families import computes
from playground.blocks.images.arriving import channels_of, dimensions_of, extents_of, sides
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report, infer

MEGABYTE = 2**20
NUMBER = 4
"""Bytes of a number in single precision."""
REPEATS, ENOUGH = 5, 0.03
"""A layer is timed so often, or until so many seconds are spent; the shortest counts."""
Signals = Mapping[Output, Signal]


@dataclass(frozen=True)
class LayerCost:
    """What one layer costs for one example, or all layers of a group together."""

    node: str
    title: str
    output: str
    """The shape that comes out, in words."""
    parameters: int
    multiplications: int
    numbers: int
    """Numbers that come out, each kept while learning."""
    sees: tuple[int, ...]
    """How much of the input a unit in the middle sees along each axis; () where it has no places."""
    sees_all: bool
    dense: int = 0
    """Parameters of a dense layer with the same inputs and outputs; 0 where that compares with nothing."""
    unit: int = 0
    """Numbers that one unit weighs."""
    dense_unit: int = 0
    """Numbers that one unit of the dense layer weighs."""
    ungrouped: int = 0
    """Parameters of the same convolution without groups; 0 where it has none."""
    forward: float = float("nan")
    """Milliseconds for a batch; NaN before it is measured."""
    learning: float = float("nan")
    """Milliseconds forward and back."""

    @property
    def megabytes(self) -> float:
        """Of the parameters."""
        return self.parameters * NUMBER / MEGABYTE

    @property
    def memory(self) -> float:
        """Megabytes of what comes out."""
        return self.numbers * NUMBER / MEGABYTE

    @property
    def field_words(self) -> str:
        """What a unit sees of the input."""
        if self.sees_all:
            return "everything"
        return sides(self.sees) if self.sees else ""


@dataclass(frozen=True)
class CostTable:
    """All layers in order, and what they cost together."""

    layers: tuple[LayerCost, ...]
    total: LayerCost
    depth: int
    """Layers with weights on the longest way."""
    inputs: int
    """Numbers of one example."""
    units: int
    batch: int
    share: float = 1.0
    """How much of it is measured."""

    @property
    def dense_first(self) -> int:
        """Weights of a dense layer of `units` units right on the input."""
        return self.inputs * self.units

    def table(self) -> Table:
        columns = [
            "layer", "output", "parameters", "MB", "multiplications", "activations MB", "ms", "ms learning",
            "receptive field", "as a dense layer",
        ]  # fmt: skip
        rows: list[list[Any]] = [
            [one.title, one.output, one.parameters, one.megabytes, one.multiplications, one.memory, one.forward,
             one.learning, one.field_words, one.dense or ""]
            for one in (*self.layers, self.total)
        ]  # fmt: skip
        return columns, rows


class CostTableAnalysis(Analysis):
    """The costs of a network, for inputs of any size."""

    needs: ClassVar[frozenset[str]] = frozenset()
    id: ClassVar[str] = "cost-table"
    title: ClassVar[str] = "Cost table"
    summary: ClassVar[str] = (
        "What every layer costs: parameters, multiplications, memory and milliseconds, what its units see of the "
        "input, and what a dense layer would cost that does the same."
    )

    rows: Literal["blocks", "groups"] = parameter(
        "blocks", label="Rows", help="A row for each block, or for each group with all that lies in it."
    )
    height: int = parameter(0, ge=0, le=4_320, help="Rows of pixels of the input; 0: as the data have them.")
    width: int = parameter(0, ge=0, le=7_680, help="Columns, or steps of a series; 0: as the data have them.")
    batch: int = parameter(1, ge=1, le=512, help="Examples in the batch that is timed.")
    units: int = parameter(
        1_000, ge=1, le=1_000_000, label="Units to compare with",
        help="Units of a dense layer right on the input, whose weights stand below the table.",
    )  # fmt: skip
    timed: bool = parameter(
        True, label="Milliseconds",
        help="Run each layer by itself on the processor and tell how long it takes, forward and back. It gets "
        "weights for that while, large ones too.",
    )  # fmt: skip
    again: int = parameter(0, ge=0, le=2**31 - 1, help="Another number measures the milliseconds again.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.total_parameters:
            return "No block on the canvas has weights yet. Drag in a Dense or a Conv2D block."
        return ""

    def compute(self, question: Question) -> CostTable:
        *_, last = self.stages(question)
        return last

    def stages(self, question: Question) -> Iterator[CostTable]:
        subject = question.subject
        assert subject is not None
        signals = self._resized(subject.report, subject.title)
        layers = [_cost(subject.report, name, signals, subject.title) for name in _layers(subject.report)]
        groups = [_outermost(subject.path(one.node), one.title) for one in layers] if self.rows == "groups" else []
        yield self._table(subject.report, signals, layers, groups, 0.0 if self.timed else 1.0)
        if not self.timed:
            return
        for number, layer in enumerate(layers):
            question.check()
            forward, learning = timed(
                subject.report.blocks[layer.node], _arriving(subject.report, layer.node, signals), self.batch,
                question.cancelled,
            )  # fmt: skip
            layers[number] = replace(layer, forward=forward, learning=learning)
            yield self._table(subject.report, signals, layers, groups, (number + 1) / len(layers))

    def _table(
        self, report: Report, signals: Signals, layers: list[LayerCost], groups: list[str], share: float
    ) -> CostTable:
        source = signals[report.data_nodes()[0], "features"] if report.data_nodes() else Signal(())
        rows = _by_group(layers, groups) if groups else tuple(layers)
        return CostTable(
            rows, _together("all layers", layers), depth_of(report), source.size, self.units,
            self.batch, share,
        )  # fmt: skip

    def _resized(self, report: Report, title: Callable[[str], str]) -> Signals:
        """The signals of the network for an input of the chosen size. Raises NothingToShow where it cannot be had."""
        if not self.height and not self.width:
            return report.signals
        found: dict[Output, Signal] = {}
        for name in report.order:
            block = report.blocks[name]
            if isinstance(block, Dataset):
                found.update(self._of_data(report, name))
            elif name in report.inputs:
                inferred = infer(block, tuple(found[source] for source in report.inputs[name]))
                if inferred.error:
                    raise NothingToShow(f"Not with an input of this size: {title(name)} says “{inferred.error}”")
                found.update(
                    ((name, port.name), out) for port, out in zip(block.outputs, inferred.outputs, strict=True)
                )
        return found

    def _of_data(self, report: Report, name: str) -> dict[Output, Signal]:
        own = {(name, port.name): report.signals[name, port.name] for port in report.blocks[name].outputs}
        source = own.get((name, "features"))
        if source is None or dimensions_of(source) not in (1, 2):
            raise NothingToShow("Only pictures and series can have another size. Set height and width to 0.")
        extents = extents_of(source)
        wanted = (self.height or extents[0], self.width or extents[1]) if len(extents) == 2 else (
            self.width or extents[0],
        )  # fmt: skip
        return {output: _with_extents(signal, extents, wanted) for output, signal in own.items()}


def _with_extents(signal: Signal, extents: tuple[int, ...], wanted: tuple[int, ...]) -> Signal:
    """A signal with places of the same extents gets the others; any other stays."""
    count = len(extents)
    for start in range(len(signal.shape) - count + 1):
        if signal.shape[start : start + count] == extents:
            return signal.but(shape=(*signal.shape[:start], *wanted, *signal.shape[start + count :]))
    return signal


def _layers(report: Report) -> list[str]:
    return [name for name in report.order if name in report.inputs and computes(report.blocks[name].family)]


def _arriving(report: Report, name: str, signals: Signals) -> tuple[Signal, ...]:
    return tuple(signals[source] for source in report.inputs[name])


def _cost(report: Report, name: str, signals: Signals, title: Callable[[str], str]) -> LayerCost:
    block, arriving = report.blocks[name], _arriving(report, name, signals)
    outputs = [(name, port.name) for port in block.outputs]
    leaving, inferred = signals[outputs[0]], infer(block, arriving)
    shared = (full.partition(".")[2] for full in report.shared if full.partition(".")[0] == name)
    sees, whole = _seen(report, outputs[0], signals)
    cost = LayerCost(
        node=name,
        title=title(name),
        output=sides(leaving.shape),
        parameters=inferred.parameters - sum(_size(inferred.shapes[short]) for short in shared),
        multiplications=multiplications(block, arriving),
        numbers=sum(signals[output].size for output in outputs),
        sees=sees,
        sees_all=whole,
    )
    kernel = inferred.shapes.get("weight", ()) if "kernels" in block.reveals else ()
    return _compared(cost, kernel, "bias" in inferred.shapes, arriving[0], leaving) if kernel else cost


def _compared(
    cost: LayerCost, kernel: tuple[int, ...], biased: bool, arriving: Signal, leaving: Signal
) -> LayerCost:
    """The cost of a convolution beside a dense layer that does the same, and beside the convolution without groups."""
    filters, biases = channels_of(leaving), 0
    unit, plain = _size(kernel) // filters, _size(kernel[2:]) * channels_of(arriving)
    if biased:
        biases = filters
    return replace(
        cost,
        unit=unit,
        dense_unit=arriving.size,
        dense=arriving.size * leaving.size + (leaving.size if biased else 0),
        ungrouped=plain * filters + biases if unit < plain else 0,
    )


def _size(shape: tuple[int, ...]) -> int:
    found = 1
    for extent in shape:
        found *= extent
    return found


def _seen(report: Report, output: Output, signals: Signals) -> tuple[tuple[int, ...], bool]:
    """What a unit in the middle sees of the first input with places."""
    for source, field in fields_of(report, output, middle_of(signals[output]), signals).items():
        block = report.blocks[source[0]]
        if isinstance(block, Dataset) and dimensions_of(signals[source]):
            extents = extents_of(signals[source])
            inside = all(size >= extent for size, extent in zip(field.sizes, extents, strict=True))
            return field.sizes, field.whole or inside
    return (), False


def depth_of(report: Report) -> int:
    """Layers with weights on the longest way; a scale for each channel does not count."""
    found: dict[str, int] = {}
    for name in report.order:
        before = max((found.get(source, 0) for source, _ in report.inputs.get(name, ())), default=0)
        block = report.blocks[name]
        found[name] = before + (computes(block.family) and _weighs(report, name))
    return max(found.values(), default=0)


def _weighs(report: Report, name: str) -> bool:
    if name not in report.inputs:
        return False
    inferred = infer(report.blocks[name], _arriving(report, name, report.signals))
    return any(len(shape) > 1 for shape in inferred.shapes.values())


def _outermost(path: str, title: str) -> str:
    """The group in which a block lies, the outermost; its own name outside of all."""
    first, sign, _ = path.partition(" › ")
    return first if sign else title


def _by_group(layers: list[LayerCost], groups: list[str]) -> tuple[LayerCost, ...]:
    rows: list[list[LayerCost]] = []
    names: list[str] = []
    for layer, group in zip(layers, groups, strict=True):
        if not names or names[-1] != group:
            names.append(group)
            rows.append([])
        rows[-1].append(layer)
    return tuple(_together(name, row) for name, row in zip(names, rows, strict=True))


def _together(title: str, layers: list[LayerCost]) -> LayerCost:
    """What several layers cost, one after the other."""
    last = layers[-1] if layers else None
    return LayerCost(
        node=last.node if last else "",
        title=title,
        output=last.output if last else "",
        parameters=sum(one.parameters for one in layers),
        multiplications=sum(one.multiplications for one in layers),
        numbers=sum(one.numbers for one in layers),
        sees=last.sees if last else (),
        sees_all=bool(last and last.sees_all),
        forward=sum(one.forward for one in layers),
        learning=sum(one.learning for one in layers),
    )


def timed(
    block: Block, arriving: tuple[Signal, ...], batch: int, cancelled: Callable[[], bool]
) -> tuple[float, float]:
    """Milliseconds that a block takes for a batch: forward alone, and forward and back. NaN where it cannot run."""
    generator = torch.Generator().manual_seed(1)
    module = block.build(*arriving)
    given = [_batch(signal, batch, generator) for signal in arriving]
    try:
        with torch.no_grad():
            forward = _shortest(lambda: module.eval()(*given), cancelled)
        for one in given:
            one.requires_grad_(one.is_floating_point())
        return forward, _shortest(lambda: _there_and_back(module.train(), given), cancelled)
    except (RuntimeError, ValueError):
        return float("nan"), float("nan")


def _batch(signal: Signal, batch: int, generator: torch.Generator) -> torch.Tensor:
    shape = (batch * signal.rows, *signal.shape)
    if signal.dtype == torch.int64:
        return torch.zeros(shape, dtype=torch.int64)
    return torch.rand(shape, generator=generator)


def _there_and_back(module: torch.nn.Module, given: list[torch.Tensor]) -> None:
    result = module(*given)
    first = result[0] if isinstance(result, tuple) else result
    if first.requires_grad:
        first.sum().backward()


def _shortest(run: Callable[[], object], cancelled: Callable[[], bool]) -> float:
    found = float("inf")
    end = time.perf_counter() + ENOUGH
    for _ in range(REPEATS):
        began = time.perf_counter()
        run()
        found = min(found, time.perf_counter() - began)
        if time.perf_counter() > end or cancelled():
            break
    return 1_000.0 * found
