"""The dense layers at the beginning of a network, for many weights at once, in pieces that fit a processor's cache.

`vmap` does the same for any layer, but one operation at a time over all networks, so that every number travels to the
memory and back. And it does not know that the points of a plane are combinations of three: the sums in a first layer
are then combinations of three sums, whatever the number of inputs.

The products are numpy's, written where the next layer reads them: there is nothing to make room for, and a row of ones
below the inputs adds the biases on the way. Measured on an AMD processor for 51 x 51 networks of 2-32-32-1 and 256
examples: 37 ms, and 52 ms with torch's products, of which the first layer's take 3 and not 10.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from playground.analysis.shared.weight_points import Combined, WeightPoints
from playground.analysis.subject import Subject
from playground.blocks.activation import Activation, SoftmaxLike, activation
from playground.blocks.reveals import WithUnits
from playground.network.check import Output
from playground.network.compiled import Step
from playground.network.flat import Layout, Place
from playground.network.one_thread import multiply_on_one_thread

PIECE_NUMBERS = 2**17
"""Numbers in the largest tensor of a piece: two of them and their weights fit a cache of 1 MB."""

Numbers = NDArray[np.float32]
Function = Callable[[torch.Tensor], torch.Tensor]
"""Applies an activation to sums (k, units, N); may do so in place."""


class Room:
    """Where the values of one layer are put, for k networks and N examples."""

    def __init__(self, count: int, width: int, rows: int) -> None:
        self.numbers = np.ones((count, width + 1, rows), np.float32)
        """(k, width + 1, N); the last row stays ones."""
        self.values = self.numbers[:, :-1]
        """The same without the ones, (k, width, N)."""
        self.flat = self.numbers.reshape(count, -1)[:, :-rows]
        """The values with one row for each network, (k, width * N)."""
        self.tensor = torch.from_numpy(self.values)

    def apply(self, function: Function, to: torch.Tensor) -> None:
        """Fill it with what the function makes of some numbers, which may be its own."""
        result = function(to)
        if result.data_ptr() != self.tensor.data_ptr():
            self.tensor.copy_(result)


Sums = Callable[[int, int, Room, Room | None], None]
"""Puts the weighted sums of the points from one number up to another into a room, those of their own inputs where they
have such."""


def _tanh(x: torch.Tensor) -> torch.Tensor:
    array = x.numpy()
    np.tanh(array, out=array)  # ten times as quick as torch's, and the same but for rounding
    return x


def _quick(module: nn.Module) -> Function:
    """The function of an activation's module, in place where that is simple."""
    # Sigmoid is not made of the quick tanh: near 0 its logarithm would be wrong.
    known: dict[type[nn.Module], Function] = {
        nn.Identity: _same, nn.Tanh: _tanh, nn.Sigmoid: torch.sigmoid_, nn.ReLU: torch.relu_,
        nn.Softmax: lambda x: torch.softmax(x, dim=1), nn.LogSoftmax: lambda x: torch.log_softmax(x, dim=1),
    }  # fmt: skip
    return known.get(type(module), module.forward)


def _kept(subject: Subject, name: str) -> str:
    """The name under which a parameter is kept: that of the node whose it is."""
    return subject.report.shared.get(name, name)


def _same(x: torch.Tensor) -> torch.Tensor:
    return x


@dataclass(frozen=True)
class DenseStep:
    """One dense layer of the trunk, with the slots of its input and its output."""

    source: int
    target: int
    weight: Place
    bias: Place | None
    function: Function

    @property
    def width(self) -> int:
        """Units."""
        return self.weight.shape[0]

    def first(self, points: WeightPoints, shared: torch.Tensor) -> Sums:
        """The sums of some points for inputs (N, width) that are the same for all of them."""
        if isinstance(points, Combined):
            basis = np.stack([self._sums(vector, shared.numpy()) for vector in points.basis])
            basis = basis.reshape(len(basis), -1)  # (d, units * N)

            def combined(start: int, stop: int, out: Room, _: Room | None) -> None:
                np.matmul(points.coefficients[start:stop], basis, out=out.flat)

            return combined
        turned = np.ascontiguousarray(shared.numpy().T)

        def listed(start: int, stop: int, out: Room, _: Room | None) -> None:
            np.matmul(_part(points, start, stop, self.weight), turned, out=out.values)
            if self.bias is not None:
                out.values += _part(points, start, stop, self.bias)[:, :, None]

        return listed

    def further(self, points: WeightPoints, start: int, stop: int) -> Sums:
        """The sums of some of these points for inputs of their own."""
        weights = _part(points, start, stop, self.weight)
        biases = _part(points, start, stop, self.bias) if self.bias else np.zeros(weights.shape[:2], np.float32)
        weights = np.concatenate([weights, biases[:, :, None]], axis=2)  # (k, units, width + 1)

        def sums(low: int, high: int, out: Room, inputs: Room | None) -> None:
            assert inputs is not None
            np.matmul(weights[low - start : high - start], inputs.numbers, out=out.values)

        return sums

    def _sums(self, vector: Numbers, shared: Numbers) -> Numbers:
        """The weighted sums (units, N) of one vector."""
        sums: Numbers = vector[self.weight.start : self.weight.stop].reshape(self.weight.shape) @ shared.T
        return sums if self.bias is None else sums + vector[self.bias.start : self.bias.stop, None]


@dataclass(frozen=True)
class ElementStep:
    """An activation that stands alone: each number is treated for itself, whatever the order of the axes."""

    source: int
    target: int
    width: int
    function: Function


class Trunk:
    """The steps at the beginning of a network that need no weights or are dense, for fixed examples.

    `steps` are carried out here; what follows them finds the values (k, N, width) of the slots in `frontier`.
    """

    def __init__(
        self, subject: Subject, steps: Sequence[Step], feeds: Mapping[Output, torch.Tensor], layout: Layout
    ) -> None:
        network = subject.network
        self.shared = {network.slots[output]: values for output, values in feeds.items()}
        """The slots whose values are the same for all weights: data, and what is made of data alone."""
        self._rows = next(map(len, feeds.values()), 1)
        self.steps: list[DenseStep | ElementStep] = []
        self.nodes: set[str] = set()
        """The nodes whose steps are carried out here."""
        made: dict[int, int] = {}  # the slots that are made here, with their widths
        for step in steps:
            if _of_data_alone(step, self.shared):
                with torch.no_grad():
                    self.shared[step.outputs[0]] = step.module.forward(*(self.shared[slot] for slot in step.inputs))
                self.nodes.add(step.node)
                continue
            ours = self._step(subject, step, made, layout.by_name())
            if ours is not None:
                self.steps.append(ours)
                self.nodes.add(step.node)
                made[step.outputs[0]] = subject.report.signals[step.node, "output"].shape[-1]
        needed = {slot for step in steps if step.node not in self.nodes for slot in step.inputs}
        self.frontier = {slot: made[slot] for slot in sorted(needed.intersection(made))}
        """Slots that what follows looks at, with their widths."""
        widest = max((step.width for step in self.steps), default=1)
        self._piece = max(1, PIECE_NUMBERS // max(1, self._rows * widest))
        self.size = sum(
            step.weight.size for step in self.steps if isinstance(step, DenseStep) and step.source not in self.shared
        )
        """Weights of one network that a run makes for all its points together."""
        self._first: dict[int, Sums] = {}

    def _step(
        self, subject: Subject, step: Step, made: Mapping[int, int], places: Mapping[str, Place]
    ) -> DenseStep | ElementStep | None:
        """The step as it is carried out here; None when it is left to others."""
        if not step.inputs:
            return None
        block, source = subject.report.blocks[step.node], step.inputs[0]
        if "units" in block.reveals and isinstance(block, WithUnits) and isinstance(step.module, nn.Linear):
            chosen = activation(block.activation)
            module = getattr(step.module, "function", nn.Identity())
            shared = source in self.shared and self.shared[source].dim() == 2
            simple = chosen.elementwise or isinstance(chosen, SoftmaxLike)
            if simple and _plain(module) and (shared or source in made):
                weight, bias = (_kept(subject, f"{step.node}.{name}") for name in ("weight", "bias"))
                return DenseStep(source, step.outputs[0], places[weight], places.get(bias), _quick(module))
        elif source in made and "dropout" in block.reveals:
            return ElementStep(source, step.outputs[0], made[source], _same)  # evaluation drops nothing
        elif source in made and isinstance(block, Activation) and block.elementwise and _plain(step.module):
            return ElementStep(source, step.outputs[0], made[source], step.module.forward)
        return None

    def look_at(self, points: WeightPoints) -> None:
        """Prepare for these points."""
        self._first = {
            step.target: step.first(points, self.shared[step.source].float())
            for step in self.steps
            if isinstance(step, DenseStep) and step.source in self.shared
        }

    def run(self, points: WeightPoints, start: int, stop: int) -> dict[int, torch.Tensor]:
        """The values (stop - start, N, width) of the frontier for some of the points that `look_at` was given."""
        found = {slot: np.empty((stop - start, self._rows, width), np.float32) for slot, width in self.frontier.items()}
        sums = self._first | {
            step.target: step.further(points, start, stop)
            for step in self.steps
            if isinstance(step, DenseStep) and step.target not in self._first
        }
        rooms: dict[int, Room] = {}
        multiply_on_one_thread()  # more would only wait for each other: what is multiplied fits a cache
        for low in range(start, stop, self._piece):
            high = min(stop, low + self._piece)
            if not rooms or high - low < self._piece:
                rooms = {step.target: Room(high - low, step.width, self._rows) for step in self.steps}
            for step in self.steps:
                out = rooms[step.target]
                if isinstance(step, ElementStep):
                    out.apply(step.function, rooms[step.source].tensor)
                else:
                    sums[step.target](low, high, out, rooms.get(step.source))
                    out.apply(step.function, out.tensor)
            for slot, whole in found.items():
                whole[low - start : high - start] = rooms[slot].values.transpose(0, 2, 1)
        return {slot: torch.from_numpy(whole) for slot, whole in found.items()}


def _of_data_alone(step: Step, shared: Mapping[int, torch.Tensor]) -> bool:
    """Whether a step, such as Flatten, makes the same of the data whatever the weights."""
    drawn = any("generator" in vars(module) for module in step.module.modules())
    return _plain(step.module) and not drawn and len(step.outputs) == 1 and all(slot in shared for slot in step.inputs)


def _plain(module: nn.Module) -> bool:
    """Whether a function has no numbers of its own."""
    return not any(True for _ in module.parameters()) and not any(True for _ in module.buffers())


def _part(points: WeightPoints, start: int, stop: int, place: Place) -> Numbers:
    return points.part(start, stop, slice(place.start, place.stop)).reshape(-1, *place.shape)
