"""Inside of a block that goes from time step to time step: every operation of a step, and what adds up over all steps.

The weights of a recurrent layer are used at every time step, so that the gradient of each is a sum over the steps
(backpropagation through time; Werbos 1990, "Backpropagation through time: what it does and how to do it").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.inside.slow_motion.notation import Index
from playground.analysis.inside.slow_motion.operation_writer import index_of
from playground.analysis.inside.slow_motion.tape import Operation, Place, Tape, taken_by
from playground.blocks.parts import Part

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class OverTime:
    """What each time step adds to the gradient of a parameter."""

    name: str
    """The parameter."""
    index: Index
    """One number of it, whose shares are kept."""
    shares: Numbers
    """(time,) of that number; they add up to its gradient."""
    norms: Numbers
    """(time,) the length of what a step adds to the whole parameter."""


class Unrolled:
    """The operations of a recurrent block on one example, step after step, with the way back through all of them."""

    def __init__(self, tape: Tape, operation: Operation) -> None:
        self.operation = operation
        self._tape, self._node = tape, operation.node
        self._graph: dict[str, torch.Tensor] = {}
        """Every value with its past, by the place."""
        self._leaves, taken = tape.cut(operation.inputs)
        known = dict(zip(operation.inputs, taken, strict=True))
        before: tuple[str, ...] = ()
        for part in operation.inner:
            places = taken_by(part, self._node, operation.inputs, before)
            values = [self._graph[key] if key in self._graph else known[key] for key in places]
            with torch.enable_grad():
                (result,) = part.run(values, tape.parameters_of(self._node, part))
            key = self._key(part)
            self._graph[key], before = result, (key,)
            if key not in tape.places:
                tape.places[key] = Place(
                    key, self._node, part.letter, operation.number, result.detach(), result.requires_grad,
                    axes=part.axes, time=part.time,
                )  # fmt: skip
        self._go_back(before[0])

    @property
    def steps(self) -> int:
        """How many time steps there are."""
        return 1 + max(part.time for part in self.operation.inner if part.time is not None)

    def _key(self, part: Part) -> str:
        last = part is self.operation.inner[-1]
        return self.operation.outputs[0] if last else f"{self._node}:{part.key}"

    def _go_back(self, last: str) -> None:
        arriving = self._tape.places[last].gradient
        inside = [key for key, value in self._graph.items() if value.requires_grad and key != last]
        if arriving is None or not inside:
            return
        found = torch.autograd.grad(
            self._graph[last], [self._graph[key] for key in inside], arriving, retain_graph=True, allow_unused=True
        )
        for key, gradient in zip(inside, found, strict=True):
            self._tape.places[key].gradient = gradient

    # The operations of one step -------------------------------------------------------------------------------------

    def at(self, time: int) -> list[Operation]:
        """The operations of a time step, each with what it sends back; the places know who sent what."""
        found: list[Operation] = []
        for part in self.operation.inner:
            if part.time not in (time, time + 1, None):
                continue
            operation = self._opened(part)
            label = f"{part.title} at step {part.time + 1}" if part.time is not None else "the output"
            for name, gradient in self._tape.send(operation).items():
                if name in self._graph:
                    shares = self._tape.places[name].shares
                    if label not in (known for known, _ in shares):
                        shares.append((label, gradient))
            if part.time == time:
                found.append(operation)
        return found

    def _opened(self, part: Part) -> Operation:
        number = self.operation.inner.index(part)
        before = (self._key(self.operation.inner[number - 1]),) if number else ()
        places = taken_by(part, self._node, self.operation.inputs, before)
        return self._tape.opened(
            self._node, self.operation.block, part, self.operation.number, places, (self._key(part),)
        )

    # All steps ------------------------------------------------------------------------------------------------------

    def series(self, letter: str, gradient: bool = False) -> Numbers:
        """(units, time) of a value, or of its gradient."""
        rows: list[torch.Tensor] = []
        for time in range(self.steps):
            place = self._tape.places[f"{self._node}:{letter}@{time}"]
            shown = place.gradient if gradient else place.value
            rows.append(torch.zeros_like(place.value[0]) if shown is None else shown[0])
        return torch.stack(rows, dim=1).numpy().copy()

    def by_lag(self, time: int) -> tuple[int, Numbers]:
        """How long the gradient of the state is that many steps before, of what arrives from outside at one step alone.

        Returns the step where it arrives, which is `time` if anything does there, else the last, and its lengths
        (step + 1,): the first for lag 0.
        """
        states = [f"{self._node}:h@{step}" for step in range(self.steps)]
        last = self._key(self.operation.inner[-1])
        arriving = self._tape.places[last].gradient
        if arriving is None:
            return time, np.zeros(time + 1)
        outside = arriving[0] if arriving.dim() == 3 else None  # (time, units); only the last state is given else
        if outside is None or not bool(outside[time].any()):
            time = self.steps - 1
        start = arriving if outside is None else outside[time][None]
        start = start[:, : self._graph[states[0]].shape[1]]  # of two directions the one that reads forward
        kept = [key for key in states[: time + 1] if self._graph[key].requires_grad]
        found = torch.autograd.grad(
            self._graph[states[time]], [self._graph[key] for key in kept], start, retain_graph=True, allow_unused=True
        )
        lengths = dict(zip(kept, (0.0 if one is None else float(one.norm()) for one in found), strict=True))
        return time, np.array([lengths.get(key, 0.0) for key in reversed(states[: time + 1])])

    def over_time(self, chosen: dict[str, Index]) -> tuple[OverTime, ...]:
        """What each step adds to the gradients of the parameters, by their names; of each one number is `chosen`."""
        own = self.operation.parameters
        totals = {name: gradient for name, gradient in self._tape.gradients.items() if name in own}
        whole = {name: index_of(int(g.abs().nan_to_num().argmax()), tuple(g.shape)) for name, g in totals.items()}
        whole.update({name: index for name, index in chosen.items() if name in totals})
        shares = {name: np.zeros(self.steps) for name in totals}
        norms = {name: np.zeros(self.steps) for name in totals}
        added: dict[str, torch.Tensor] = {}
        parts = [part for part in self.operation.inner if part.time is not None and part.parameters]
        for number, part in enumerate(parts):
            assert part.time is not None
            for name, sent in self._tape.send(self._opened(part)).items():
                if name in totals:
                    added[name] = added[name] + sent if name in added else sent
            if number + 1 == len(parts) or parts[number + 1].time != part.time:
                for name, sent in added.items():
                    shares[name][part.time], norms[name][part.time] = float(sent[whole[name]]), float(sent.norm())
                added = {}
        return tuple(OverTime(name, whole[name], shares[name], norms[name]) for name in totals)
