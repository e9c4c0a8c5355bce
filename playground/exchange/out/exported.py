"""A trained network as a module of its own: data in, predictions out, without losses; what exporters are given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import nn

from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.data.preparation import Prepared, Scaler
from playground.document.graph import Graph
from playground.exchange.out.names import distinct, plain
from playground.exchange.refusals import ExchangeRefused
from playground.network.check import Output, Report
from playground.network.compiled import Network, Step
from playground.network.naming import titles
from playground.training.snapshot import Snapshot

NOTHING_PREDICTED = (
    "There is no prediction to export: nothing on this canvas goes from data to an answer that a loss compares, nor is "
    "there a block that learns by itself."
)


@dataclass(frozen=True, slots=True)
class Gate:
    """A tensor that goes into an exported network, or comes out of it."""

    name: str
    title: str
    output: Output
    """Where it lies in the graph."""
    signal: Signal
    classes: tuple[str, ...] = ()
    """The names of its numbers, where they are classes; of tokens, the vocabulary."""
    scaler: Scaler | None = None
    """How raw numbers become the network's, where that is part of the exported network."""

    @property
    def dtype(self) -> torch.dtype:
        """Of its tensor: raw numbers of files are float64, as seconds since 1970 would all be alike in float32."""
        if self.scaler is not None and self.scaler.shift.dtype == "float64":
            return torch.float64
        return self.signal.dtype


class Rescaling(nn.Module):
    """Raw numbers to those of the network, (batch, ...) float32; or `back`, from the network's to raw ones."""

    shift: torch.Tensor
    factor: torch.Tensor

    def __init__(self, scaler: Scaler, *, back: bool) -> None:
        super().__init__()
        self.back = back
        self.register_buffer("shift", torch.tensor(scaler.shift))
        self.register_buffer("factor", torch.tensor(scaler.factor))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.back:
            return x / self.factor + self.shift
        return ((x - self.shift) * self.factor).to(torch.float32)


class Exported(nn.Module):
    """The part of a network that leads from `inputs` to `outputs`, in evaluation mode, on the processor.

    `forward` takes one batch for each input and returns one tensor for each output; their first axis is the batch.
    Parameters are named after the titles on the canvas: `dense_2.weight`.
    """

    def __init__(
        self, network: Network, names: Mapping[str, str], inputs: Sequence[Gate], outputs: Sequence[Gate]
    ) -> None:
        super().__init__()
        self.inputs, self.outputs = tuple(inputs), tuple(outputs)
        self.titles = dict(names)
        self._slots = [network.slots[gate.output] for gate in inputs], [network.slots[gate.output] for gate in outputs]
        self._steps = network.steps_to([gate.output for gate in outputs], [gate.output for gate in inputs])
        self._count = len(network.slots)
        kept = distinct([*(f"{gate.name}_scaling" for gate in (*inputs, *outputs)),
                         *(plain(names[step.node], "block") for step in self._steps)])  # fmt: skip
        self._scalings: list[str | None] = []
        for name, gate in zip(kept, (*inputs, *outputs), strict=False):
            self._scalings.append(name if gate.scaler is not None else None)
            if gate.scaler is not None:
                self.add_module(name, Rescaling(gate.scaler, back=len(self._scalings) > len(inputs)))
        self._called = kept[len(self._scalings) :]
        self.nodes = dict(zip(self._called, (step.node for step in self._steps), strict=True))
        """From the name of a module in here to the node on the canvas."""
        for name, step in zip(self._called, self._steps, strict=True):
            self.add_module(name, _plain_module(step))
        self.eval()
        self.requires_grad_(False)

    def forward(self, *given: torch.Tensor) -> tuple[torch.Tensor, ...]:
        values = [torch.empty(0)] * self._count
        entrances, exits = self._slots
        for slot, tensor, scaling in zip(entrances, given, self._scalings, strict=False):
            values[slot] = tensor if scaling is None else self.get_submodule(scaling)(tensor)
        for name, step in zip(self._called, self._steps, strict=True):
            result = self.get_submodule(name)(*(values[slot] for slot in step.inputs))
            for slot, tensor in zip(step.outputs, result if isinstance(result, tuple) else (result,), strict=True):
                values[slot] = tensor
        found = zip(exits, self._scalings[len(entrances) :], strict=True)
        return tuple(
            values[slot] if scaling is None else self.get_submodule(scaling)(values[slot]) for slot, scaling in found
        )

    def example(self, count: int = 2) -> tuple[torch.Tensor, ...]:
        """A batch of zeros for each input."""
        return tuple(torch.zeros((count * one.signal.rows, *one.signal.shape), dtype=one.dtype) for one in self.inputs)


def _plain_module(step: Step) -> nn.Module:
    """Its module, or the one of the same function that exporters can follow."""
    make = getattr(step.module, "plain", None)
    return make() if callable(make) else step.module


def exported(
    graph: Graph, report: Report, snapshot: Snapshot, prepared: Mapping[str, Prepared] | None = None
) -> Exported:
    """The network with the weights of a snapshot, from its data to its predictions.

    `prepared` has the examples of the data blocks whose scaling goes along: raw features then go in, and numbers in the
    units of the data come out. Random numbers that blocks draw come in from outside. Raises ExchangeRefused for a
    network without predictions.
    """
    network = Network(report)
    _load(network, snapshot)
    names = titles(graph)
    names = {name: names.get(name, name) for name in report.order}
    compared = report.comparisons()
    learned = [(name, report.blocks[name].outputs[0].name) for name in report.estimator_nodes()]
    predicted = list(dict.fromkeys([*(one.prediction for one in compared), *learned]))
    if not predicted:
        raise ExchangeRefused(NOTHING_PREDICTED)
    drawn = {(name, "output") for name in report.revealing("noise")}
    entering = [output for output in report.signals if output in drawn or _is_data(report, output)]
    needed = _needed(report, predicted, entering)
    entering = [output for output in entering if output in needed]
    scalers = _scalers(report, prepared or {})
    targets = {one.prediction: scalers.get(one.target) for one in compared}
    inputs = _gates(report, names, entering, scalers, "input")
    outputs = _gates(report, names, predicted, targets, "prediction", taken=[gate.name for gate in inputs])
    classes = {one.prediction: report.signals[one.target].classes for one in compared}
    outputs = [replace(gate, classes=classes.get(gate.output, ())) for gate in outputs]
    return Exported(network, names, inputs, outputs)


def _needed(report: Report, outputs: Sequence[Output], given: Collection[Output]) -> set[Output]:
    """These outputs and all from which they follow, up to those that are given."""
    found: set[Output] = set()
    waiting = list(outputs)
    while waiting:
        output = waiting.pop()
        if output not in found:
            found.add(output)
            waiting.extend(() if output in given else report.followed(output[0]))
    return found


def _is_data(report: Report, output: Output) -> bool:
    return isinstance(report.blocks.get(output[0]), Dataset)


@torch.no_grad()
def _load(network: Network, snapshot: Snapshot) -> None:
    for name, parameter in network.named_parameters():
        parameter.copy_(torch.from_numpy(snapshot.array(name).copy()))
    for name, buffer in network.named_buffers():
        if name in snapshot.buffers:
            buffer.copy_(torch.from_numpy(snapshot.buffers[name].copy()))


def _scalers(report: Report, prepared: Mapping[str, Prepared]) -> dict[Output, Scaler | None]:
    """The scaler of each output of a data block that really changes its numbers."""
    found: dict[Output, Scaler | None] = {}
    for name, data in prepared.items():
        ports = [port.name for port in report.blocks[name].outputs]
        for port, scaler in zip(ports, (data.scaler, data.target_scaler), strict=False):
            if (scaler.shift != 0.0).any() or (scaler.factor != 1.0).any():
                found[name, port] = scaler
    return found


def _gates(
    report: Report,
    names: Mapping[str, str],
    outputs: Sequence[Output],
    scalers: Mapping[Output, Scaler | None],
    otherwise: str,
    taken: Sequence[str] = (),
) -> list[Gate]:
    several = len({name for name, _ in outputs if _is_data(report, (name, ""))}) > 1
    wanted = []
    for name, port in outputs:
        title = plain(names[name], otherwise)
        wanted.append((f"{title}_{port}" if several else port) if _is_data(report, (name, port)) else title)
    called = distinct([*taken, *wanted])[len(taken) :]
    return [
        Gate(name, names[output[0]], output, signal := report.signals[output], signal.classes, scalers.get(output))
        for name, output in zip(called, outputs, strict=True)
    ]
