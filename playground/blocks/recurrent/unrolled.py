"""What carries a state from step to step: torch's kernels where they compute the same, else a loop that can be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.normalization import DropoutLayer

Values = Mapping[str, torch.Tensor]
"""Hidden state, cell and gates of one time step, each (batch, units)."""
ALL = slice(None)


class Unrolled(nn.Module):
    """What the recurrent layers share: several layers, both directions, and a loop over time that shows all values.

    It goes before one of torch's layers in the list of bases. That one has the parameters: `weight_ih_l0` (gates *
    units, inputs), `weight_hh_l0` (gates * units, units), and two biases (gates * units,), of which one would do; so
    on for `_l1` and `_l0_reverse`. `place` is that ending: one layer in one direction.

    With `norm` what input and state put into the gates is brought to mean 0 and variance 1 each, with a learned gain
    (Ba, Kiros and Hinton 2016, "Layer normalization", equation 20). With `truncation` k no gradient goes back over the
    cuts that part the steps into pieces of k, counted from the end. A `stateful` layer reads the examples as pieces of
    one long sequence: each begins with the state in which the one before it ended, in the next batch too.
    """

    known_gates: ClassVar[frozenset[str]] = frozenset()
    """Which of the values inside are gates."""
    carries: ClassVar[tuple[str, ...]] = ("hidden",)
    """What goes from step to step."""
    own_start: frozenset[str]
    """Names of parameters that start as the layer says, whatever initializer a project chose."""
    hidden_size: int
    num_layers: int
    bidirectional: bool
    bias: bool

    def __init__(
        self, inputs: int, units: int, last: bool = True, *, bias: bool = True, layers: int = 1, both: bool = False,
        dropout: float = 0.0, norm: bool = False, truncation: int = 0, stateful: bool = False, **more: Any,
    ) -> None:  # fmt: skip
        # The next base is torch's layer.
        super().__init__(inputs, units, num_layers=layers, bias=bias, batch_first=True, bidirectional=both, **more)
        self.last, self.truncation, self.stateful, self.norm = last, truncation, stateful, norm
        self.between = DropoutLayer(dropout) if dropout else None
        self.fused = not norm
        own: list[str] = []
        for place in self.places() if norm else ():
            for way in ("ih", "hh"):
                own.append(f"gain_{way}_{place}")
                self.register_parameter(own[-1], nn.Parameter(torch.ones(len(self.of("weight_hh", place)))))
        self.own_start = frozenset(own)
        for name in self.carries if stateful else ():
            self.register_buffer(f"carried_{name}", torch.zeros(len(self.places()), 1, units))

    def of(self, name: str, place: str) -> torch.Tensor:
        """A parameter of one layer in one direction."""
        found: torch.Tensor = getattr(self, f"{name}_{place}")
        return found

    def places(self) -> list[str]:
        """The endings of all layers, each forward and then perhaps backward."""
        ways = ("", "_reverse") if self.bidirectional else ("",)
        return [f"l{layer}{way}" for layer in range(self.num_layers) for way in ways]

    @property
    def gates(self) -> frozenset[str]:
        """Which of the values inside are gates, in all layers and directions."""
        return frozenset(name + self.words(place) for name in self.known_gates for place in self.places())

    def words(self, place: str) -> str:
        """What tells the values of one layer and direction from those of the last layer, forward."""
        layer, _, way = place.removeprefix("l").partition("_")
        number = int(layer) + 1
        return (f", layer {number}" if number < self.num_layers else "") + (", backward" if way else "")

    # Forward ----------------------------------------------------------------------------------------------------------

    def forward(self, x: torch.Tensor, start: torch.Tensor | None = None) -> torch.Tensor:
        learns = torch.is_grad_enabled()
        whole = self.fused and (self.between is None or not self.training) and not (self.truncation and learns)
        if whole and start is None and not self.stateful:
            states: torch.Tensor = super().forward(x)[0]  # (batch, time, directions * units)
        elif whole and start is None and not learns and not self.training:
            states = super().forward(x.reshape(1, -1, x.shape[2]))[0].reshape(*x.shape[:2], -1)  # one long sequence
        else:
            states = self.run(x, self.carried(x) if self.stateful else self.started(x, start))[0]
        if not self.last:
            return states
        if not self.bidirectional:
            return states[:, -1]
        ahead, back = states.chunk(2, dim=-1)
        return torch.cat([ahead[:, -1], back[:, 0]], dim=-1)  # each has read the whole sequence there

    def started(self, x: torch.Tensor, start: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
        """The first states, each (places, batch, units): 0, or `start` (batch, units), perhaps with the cell behind."""
        rest = x.new_zeros(len(self.places()), x.shape[0], self.hidden_size)
        given = () if start is None else torch.split(start, self.hidden_size, dim=-1)
        given = tuple(one.expand(rest.shape[0], -1, -1) for one in given)
        return {name: given[number] if number < len(given) else rest for number, name in enumerate(self.carries)}

    @torch.no_grad()
    def carried(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """The states in which the examples begin, each where the one before it ended; the last is kept in training."""
        state = self.started(x[:1])
        if self.training:
            state = {name: self.get_buffer(f"carried_{name}").clone() for name in self.carries}
        found: list[dict[str, torch.Tensor]] = []
        for row in torch.split(x, 1):
            found.append(state)
            state = self.run(row, state)[1]
        if self.training:
            for name, values in state.items():
                self.get_buffer(f"carried_{name}").copy_(values)
        return {name: torch.cat([one[name] for one in found], dim=1) for name in self.carries}

    def run(self, x: torch.Tensor, state: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The states of the last layer (batch, time, directions * units), and the last states of all places."""
        ends: list[Mapping[str, torch.Tensor]] = []
        for layer, places in enumerate(self._by_layer()):
            if layer and self.between is not None:
                x = self.between(x)
            found: list[torch.Tensor] = []
            for place in places:
                begin = {name: values[len(ends)] for name, values in state.items()}
                states, end = self._through(turned(x, place), begin, place)
                found.append(turned(states, place))
                ends.append(end)
            x = torch.cat(found, dim=-1) if len(found) > 1 else found[0]
        return x, {name: torch.stack([end[name] for end in ends]) for name in self.carries}

    def _by_layer(self) -> list[list[str]]:
        places, each = self.places(), 2 if self.bidirectional else 1
        return [places[first : first + each] for first in range(0, len(places), each)]

    def _through(self, x: torch.Tensor, state: Values, place: str) -> tuple[torch.Tensor, Values]:
        """One layer in one direction, piece by piece where the gradient is cut."""
        found: list[torch.Tensor] = []
        for piece in torch.split(x, pieces_of(x.shape[1], self.truncation), dim=1):
            if found:
                state = {name: values.detach() for name, values in state.items()}
            if self.fused:
                states, state = self.kernel(piece, state, place)
            else:
                steps = self.read(piece, state, place)
                states, state = steps["hidden"], {name: steps[name][:, -1] for name in self.carries}
            found.append(states)
        return torch.cat(found, dim=1) if len(found) > 1 else found[0], state

    def weights(self, place: str) -> list[torch.Tensor]:
        """The parameters that torch's kernels take."""
        names = ("weight_ih", "weight_hh", *(("bias_ih", "bias_hh") if self.bias else ()))
        return [self.of(name, place) for name in names]

    def kernel(self, x: torch.Tensor, state: Values, place: str) -> tuple[torch.Tensor, Values]:
        """All states (batch, time, units) of one layer in one direction by a call of torch, and the last values."""
        raise NotImplementedError

    # Step by step -----------------------------------------------------------------------------------------------------

    def inside(self, x: torch.Tensor, start: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
        """State and gates at every time step, each (batch, time, units), for x (batch, time, features).

        The last layer, forward, has the plain names; `words` tells those of the others.
        """
        state = self.carried(x) if self.stateful else self.started(x, start)
        named: dict[str, dict[str, torch.Tensor]] = {}
        for places in self._by_layer():
            for place in places:
                begin = {name: values[len(named)] for name, values in state.items()}
                steps = self.read(turned(x, place), begin, place)
                named[place] = {name: turned(values, place) for name, values in steps.items()}
            x = torch.cat([named[place]["hidden"] for place in places], dim=-1)
        first = f"l{self.num_layers - 1}"
        order = [first, *(place for place in named if place != first)]
        return {name + self.words(place): values for place in order for name, values in named[place].items()}

    def read(self, x: torch.Tensor, state: Values, place: str) -> dict[str, torch.Tensor]:
        """All values of one layer in one direction at every time step, each (batch, time, units)."""
        values, steps = state, []
        for given in self.arriving(x, place).unbind(1):  # one product for the inputs of all steps
            values = self.advance(given, values, place)
            steps.append(values)
        return {name: torch.stack([step[name] for step in steps], dim=1) for name in values}

    def arriving(self, x: torch.Tensor, place: str) -> torch.Tensor:
        """What inputs (..., features) put into the gates, (..., gates * units)."""
        return self._into("ih", x, place)

    def recalled(self, hidden: torch.Tensor, place: str, rows: slice = ALL) -> torch.Tensor:
        """What a hidden state puts into the gates, or into those with these rows of the weights."""
        return self._into("hh", hidden, place, rows)

    def _into(self, way: str, values: torch.Tensor, place: str, rows: slice = ALL) -> torch.Tensor:
        weight = self.of(f"weight_{way}", place)[rows]
        bias = self.of(f"bias_{way}", place)[rows] if self.bias else None
        if not self.norm:
            return functional.linear(values, weight, bias)
        gain = self.of(f"gain_{way}", place)[rows]
        return functional.layer_norm(functional.linear(values, weight), (len(weight),), gain, bias)

    def advance(self, given: torch.Tensor, before: Values, place: str = "l0") -> Values:
        """The values of one time step, among them `hidden`; `given` (batch, gates * units) is what `arriving` made."""
        raise NotImplementedError


def turned(values: torch.Tensor, place: str) -> torch.Tensor:
    """A series (batch, time, ...) as the layer reads it: from its end where it goes backward; and back again."""
    return values.flip(1) if place.endswith("_reverse") else values


def pieces_of(steps: int, truncation: int) -> list[int]:
    """The lengths of the pieces within which the gradient goes back: k each but the first, all steps where k is 0."""
    if not 0 < truncation < steps:
        return [steps]
    first = steps % truncation
    return [*([first] if first else []), *[truncation] * (steps // truncation)]
