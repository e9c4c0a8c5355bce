"""The way to the loss and back of a whole network, as a list of numpy calls on memory that is there beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from playground.blocks.memory import side_by_side, zeros
from playground.blocks.operations import Array, Call, Operations, SlopeOfOutput, number
from playground.network.compiled import Network, Step
from playground.training.model import TrainableModel


class NoPlan(Exception):
    """A network that has no plan; the message, for people, says why."""

    def __init__(self, message: str, node: str = "") -> None:
        super().__init__(message)
        self.node = node
        """The block that has no array operations; empty where it is something else."""


class Plan:
    """One step's way forward and back, for batches of exactly `rows` examples.

    Give the arrays of a batch to `fills` and make all `calls`: then `losses` holds the sum of all losses and, where
    there are several, each of them, and the gradients of the network lie in the flat tensor. Raises NoPlan.
    """

    def __init__(self, model: TrainableModel, rows: int) -> None:
        network = model.network
        self.rows = rows
        several = len(network.loss_weights) > 1
        self.losses = zeros((1 + len(network.loss_weights) * several,), model.flat.values.numpy().dtype)
        self._arena = _Arena(network, rows, model.flat.values.numpy(), self.losses)
        wiring = _Wiring(network)
        blocks = [_BlockPlan(model, step, wiring, self._arena) for step in network.steps]
        for block in blocks:
            block.write()
        self.fills = [partial(np.copyto, self._arena.values[slot]) for slot in network.feed_slots]
        """Takes each array of a batch in, (rows, ...)."""
        self.forward = self._arena.spread_calls()
        self.forward += [call for block in blocks for call in block.operations.forward_calls]
        self.forward += self._sum_of_losses(network)
        self.backward: list[Call] = self._arena.slope_calls()
        for block in reversed(blocks):
            self.backward += block.operations.backward_calls
        self.calls = [*self.forward, *self.backward, *_resets(model, blocks)]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the parameters."""
        return self._arena.dtype

    def _sum_of_losses(self, network: Network) -> list[Call]:
        names = list(network.loss_weights)
        values = [self._arena.values[network.slots[name, "loss"]] for name in names]
        weights = [number(network.loss_weights[name], self.dtype) for name in names]
        total = self.losses[0:1].reshape(())
        if len(names) == 1:
            return [] if weights[0] == 1.0 else [partial(np.multiply, total, weights[0], total)]
        calls: list[Call] = [partial(total.fill, 0.0)]
        for place, (value, weight) in enumerate(zip(values, weights, strict=True), start=1):
            scaled = zeros((), self.dtype)
            calls.append(partial(np.copyto, self.losses[place : place + 1].reshape(()), value))
            calls.append(partial(np.multiply, value, weight, scaled))
            calls.append(partial(np.add, total, scaled, total))
        return calls


def _resets(model: TrainableModel, blocks: Sequence[_BlockPlan]) -> list[Call]:
    """The calls that empty the gradients of what could learn but has no part in the loss: penalties add to these."""
    written = {block.node for block in blocks if block.learns}
    learning = [group for group in model.groups if group.factor > 0.0]
    return [
        partial(model.flat.gradients.numpy()[place.start : place.stop].fill, 0.0)
        for place in model.flat.layout.places
        if place.node not in written and any(group.start <= place.start < group.stop for group in learning)
    ]


class _Arena:
    """The memory of the values of all slots, side by side, and of their slopes and gradients."""

    def __init__(self, network: Network, rows: int, parameters: Array, losses: Array) -> None:
        self.rows = rows
        self.dtype = parameters.dtype
        self._parameters = parameters
        self._apart = side_by_side()
        """Whether every slot has memory of its own, which then lies beside that of the same slot of other networks."""
        self.values: dict[int, Array] = {}
        self._starts: dict[int, int] = {}  # by the address of the slot's memory
        self._gradients: dict[int, Array] = {}
        self._ones = np.ones(0, dtype=self.dtype)
        self._spread: list[tuple[Array, Array]] = []  # indices into the parameters, and where they are put
        self._slopes: dict[tuple[int, int], tuple[SlopeOfOutput, Array, Array]] = {}
        self._fill(network)
        if len(network.loss_weights) == 1:
            self.values[network.slots[next(iter(network.loss_weights)), "loss"]] = losses.reshape(())

    def _fill(self, network: Network) -> None:
        report = network.report
        shapes = {}
        for output, slot in network.slots.items():
            signal = report.signals[output]
            if signal.rows != 1:
                raise NoPlan("It makes several rows of one example.", output[0])
            shape = () if signal.kind == "loss" else (self.rows, *signal.shape)
            if signal.scale == "index" or signal.kind == "tokens":
                self.values[slot] = zeros(shape, np.int64)
            else:
                shapes[slot] = shape
        sizes = {slot: int(np.prod(shape)) for slot, shape in shapes.items()}
        total = sum(sizes.values())
        self._flat, self._flat_slopes, self._flat_spread = (np.zeros(0 if self._apart else total, dtype=self.dtype)
                                                            for _ in range(3))  # fmt: skip
        start = 0
        for slot, shape in shapes.items():
            flat = zeros(shape, self.dtype) if self._apart else self._flat[start : start + sizes[slot]].reshape(shape)
            self.values[slot] = flat
            self._starts[flat.ctypes.data] = start
            start += sizes[slot]

    def gradient(self, slot: int) -> Array:
        """The gradient of a slot, in its shape."""
        if slot not in self._gradients:
            self._gradients[slot] = zeros(self.values[slot].shape, self.values[slot].dtype)
        return self._gradients[slot]

    def ones(self, count: int) -> Array:
        """So many ones."""
        if len(self._ones) < count:
            self._ones = np.ones(count, dtype=self.dtype)
        return self._ones[:count]

    def spread(self, parameter: Array, rows: int) -> Array:
        """A parameter in each of so many rows."""
        start = (parameter.ctypes.data - self._parameters.ctypes.data) // self.dtype.itemsize
        count, used = rows * len(parameter), sum(len(index) for index, _ in self._spread)
        if not self._apart and used + count > len(self._flat_spread):
            return parameter
        target = zeros((count,), self.dtype) if self._apart else self._flat_spread[used : used + count]
        self._spread.append((np.tile(np.arange(start, start + len(parameter)), rows), target))
        return target.reshape(rows, -1)

    def spread_calls(self) -> list[Call]:
        """The call that fills all rows of parameters."""
        if not self._spread:
            return []
        if self._apart:
            return [partial(self._parameters.take, index, None, target, "clip") for index, target in self._spread]
        index = np.concatenate([index for index, _ in self._spread])
        return [partial(self._parameters.take, index, None, self._flat_spread[: len(index)], "clip")]

    def slopes(self, write: SlopeOfOutput, output: Array) -> Array:
        """Where the slopes at a slot will lie."""
        start = self._starts[output.ctypes.data]
        span = slice(start, start + output.size)
        slopes = zeros((output.size,), self.dtype) if self._apart else self._flat_slopes[span]
        self._slopes[span.start, span.stop] = write, output.reshape(-1), slopes
        return slopes.reshape(output.shape)

    def slope_calls(self) -> list[Call]:
        """The calls that make all slopes, one after the other for slots side by side with the same function."""
        calls: list[Call] = []

        def emit(function: Any, *arguments: object) -> None:
            calls.append(partial(function, *arguments))

        for write, values, slopes in self._slopes.values() if self._apart else self._joined_slopes():
            write(values, slopes, emit, self.dtype)
        return calls

    def _joined_slopes(self) -> Iterator[tuple[SlopeOfOutput, Array, Array]]:
        spans: list[tuple[int, int, SlopeOfOutput]] = []
        for (start, stop), (write, _, _) in sorted(self._slopes.items(), key=lambda item: item[0]):
            if spans and spans[-1][1] == start and spans[-1][2] is write:
                spans[-1] = (spans[-1][0], stop, write)
            else:
                spans.append((start, stop, write))
        for start, stop, write in spans:
            yield write, self._flat[start:stop], self._flat_slopes[start:stop]


class _Wiring:
    """Which values follow from what learns and lead to a loss, and who reads them last."""

    def __init__(self, network: Network) -> None:
        learning = {name.split(".", 1)[0] for name, value in network.named_parameters() if value.requires_grad}
        self.follows: set[int] = set()
        for step in network.steps:
            if step.node in learning or self.follows.intersection(step.inputs):
                self.follows.update(step.outputs)
        self.leads = {network.slots[name, "loss"] for name in network.loss_weights}
        for step in reversed(network.steps):
            if self.leads.intersection(step.outputs):
                self.leads.update(step.inputs)
        self.last_reader: dict[int, tuple[str, int]] = {}
        for step in network.steps:
            if self.counts(step.outputs):
                for port, slot in enumerate(step.inputs):
                    self.last_reader[slot] = step.node, port

    def counts(self, slots: Sequence[int]) -> bool:
        """Whether a gradient flows through any of these."""
        return any(slot in self.follows and slot in self.leads for slot in slots)


class _BlockPlan:
    """Lets one block write its operations, and joins the gradients of values that several blocks read."""

    def __init__(self, model: TrainableModel, step: Step, wiring: _Wiring, arena: _Arena) -> None:
        network = model.network
        self.node = step.node
        self._step, self._wiring, self._arena, self._block = step, wiring, arena, network.report.blocks[step.node]
        self.learns = wiring.counts(step.outputs)
        self._given: dict[int, Array] = {}
        self.operations = Operations(
            arena, step.module, arena.rows, network.loss_weights.get(step.node, 1.0),
            tuple(arena.values[slot] for slot in step.inputs), tuple(arena.values[slot] for slot in step.outputs),
            tuple(arena.gradient(slot) for slot in step.outputs) if self.learns else (),
            self._input_gradient, _parameters(model, step.node, self.learns),
        )  # fmt: skip

    def write(self) -> None:
        """Write the calls. Raises NoPlan."""
        operations = self.operations
        if not self._block.plan(self._step.module, operations):
            raise NoPlan(f"{self._block.title} has no array operations.", self._step.node)
        for port, slot in enumerate(self._step.inputs):
            if not self._wanted(slot):
                continue
            given, own = self._given.get(port), self._arena.gradient(slot)
            if given is None and self._is_last(port):
                operations.backward(own.fill, 0.0)
            elif given is not None and given is not own:
                operations.backward(np.add, own, given, own)

    def _wanted(self, slot: int) -> bool:
        return self.learns and self._wiring.counts((slot,))

    def _is_last(self, port: int) -> bool:
        return self._wiring.last_reader[self._step.inputs[port]] == (self._step.node, port)

    def _input_gradient(self, port: int) -> Array | None:
        slot = self._step.inputs[port]
        if not self._wanted(slot):
            return None
        if port not in self._given:
            own = self._arena.gradient(slot)
            # The last reader comes first on the way back: it sets the gradient, all others add to it.
            self._given[port] = own if self._is_last(port) else zeros(own.shape, own.dtype)
        return self._given[port]


def _parameters(model: TrainableModel, node: str, learns: bool) -> Mapping[str, tuple[Array, Array | None]]:
    values, gradients = model.flat.values.numpy(), model.flat.gradients.numpy()
    frozen = [group for group in model.groups if group.factor == 0.0]
    found = {}
    for place in model.flat.layout.of_node(node):
        part = slice(place.start, place.stop)
        still = not learns or any(group.start <= place.start < group.stop for group in frozen)
        towards = None if still else gradients[part].reshape(place.shape)
        found[place.name.split(".", 1)[1]] = values[part].reshape(place.shape), towards
    return found
