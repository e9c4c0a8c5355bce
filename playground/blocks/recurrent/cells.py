"""What one time step computes: Elman's net, long short-term memory and the gated unit, each in its forms."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.recurrent.unrolled import Unrolled, Values

Peepholes = Literal["none", "new cell", "old cell"]


class SimpleRNNLayer(Unrolled, nn.RNN):  # type: ignore[misc]  # torch's forward gives the state too
    """h = f(W x + b + U h' + b') with f = tanh or ReLU."""

    nonlinearity: str

    def kernel(self, x: torch.Tensor, state: Values, place: str) -> tuple[torch.Tensor, Values]:
        call = torch.rnn_relu if self.nonlinearity == "relu" else torch.rnn_tanh
        states, last = call(
            x, state["hidden"][None], self.weights(place), self.bias, 1, 0.0, self.training, False, True
        )
        return states, {"hidden": last[0]}

    def advance(self, given: torch.Tensor, before: Values, place: str = "l0") -> Values:
        total = given + self.recalled(before["hidden"], place)
        return {"hidden": total.relu() if self.nonlinearity == "relu" else total.tanh()}


class LSTMLayer(Unrolled, nn.LSTM):  # type: ignore[misc]  # torch's forward gives the state too
    """torch's LSTM, whose forget gates start with a bias of their own, and perhaps with peepholes.

    The bias lies in `bias_ih`; all others start at 0. Peepholes `peephole` (3 * units,) let the input, forget and
    output gate of a unit see its cell; the output gate sees the new one (Gers and Schmidhuber 2000, "Recurrent nets
    that time and count"), or as the others the one before. With layer norm the cell is normalized where it is shown.
    """

    known_gates: ClassVar[frozenset[str]] = frozenset({"input", "forget", "output"})
    carries: ClassVar[tuple[str, ...]] = ("hidden", "cell")

    def __init__(
        self, inputs: int, units: int, last: bool = True, *, forget_bias: float = 1.0, peepholes: str = "none",
        **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(inputs, units, last, **more)
        self.peepholes = peepholes
        self.fused = self.fused and peepholes == "none"
        own = set(self.own_start)
        for place in self.places():
            if self.bias:
                own.add(f"bias_ih_{place}")
                with torch.no_grad():
                    bias = self.of("bias_ih", place).zero_()
                    bias[units : 2 * units].fill_(forget_bias)  # torch's order: input, forget, candidate, output
            if peepholes != "none":
                # From 0, so that it starts as an LSTM without them.
                self.register_parameter(f"peephole_{place}", nn.Parameter(torch.zeros(3 * units)))
            if self.norm:
                own.update((f"gain_cell_{place}", f"bias_cell_{place}"))
                self.register_parameter(f"gain_cell_{place}", nn.Parameter(torch.ones(units)))
                self.register_parameter(f"bias_cell_{place}", nn.Parameter(torch.zeros(units)))
        self.own_start = frozenset(own)

    def kernel(self, x: torch.Tensor, state: Values, place: str) -> tuple[torch.Tensor, Values]:
        begin = [state["hidden"][None], state["cell"][None]]
        states, hidden, cell = torch.lstm(x, begin, self.weights(place), self.bias, 1, 0.0, self.training, False, True)
        return states, {"hidden": hidden[0], "cell": cell[0]}

    def advance(self, given: torch.Tensor, before: Values, place: str = "l0") -> Values:
        enter, keep, new, leave = (given + self.recalled(before["hidden"], place)).chunk(4, dim=-1)
        past = before["cell"]
        if self.peepholes != "none":
            to_enter, to_keep, to_leave = self.of("peephole", place).chunk(3)
            enter, keep = enter + to_enter * past, keep + to_keep * past
        enter, keep, new = enter.sigmoid(), keep.sigmoid(), new.tanh()
        cell = keep * past + enter * new
        if self.peepholes != "none":
            leave = leave + to_leave * (cell if self.peepholes == "new cell" else past)
        leave = leave.sigmoid()
        hidden = leave * self.shown(cell, place).tanh()
        return {"hidden": hidden, "input": enter, "forget": keep, "output": leave, "candidate": new, "cell": cell}

    def shown(self, cell: torch.Tensor, place: str) -> torch.Tensor:
        """The cell as the hidden state sees it."""
        if not self.norm:
            return cell
        return functional.layer_norm(
            cell, (self.hidden_size,), self.of("gain_cell", place), self.of("bias_cell", place)
        )


class GRULayer(Unrolled, nn.GRU):  # type: ignore[misc]  # torch's forward gives the state too
    """The gated unit: torch's, or with another place of the reset gate and another sense of the update gate.

    torch's reset gate works after the matrix product, r (U h + b'); that of Cho et al. before it, U (r h) + b'. In
    torch z = 1 keeps the old state; with `renews` it takes the new one, as in Chung et al. 2014 and in many texts.
    """

    known_gates: ClassVar[frozenset[str]] = frozenset({"reset", "update"})

    def __init__(
        self, inputs: int, units: int, last: bool = True, *, reset_first: bool = False, renews: bool = False,
        **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(inputs, units, last, **more)
        self.reset_first, self.renews = reset_first, renews
        self.fused = self.fused and not (reset_first or renews)

    def kernel(self, x: torch.Tensor, state: Values, place: str) -> tuple[torch.Tensor, Values]:
        begin = state["hidden"][None]
        states, last = torch.gru(x, begin, self.weights(place), self.bias, 1, 0.0, self.training, False, True)
        return states, {"hidden": last[0]}

    def advance(self, given: torch.Tensor, before: Values, place: str = "l0") -> Values:
        past, both = before["hidden"], 2 * self.hidden_size
        reset, update, new = given.chunk(3, dim=-1)
        if self.reset_first:
            of_gates = self.recalled(past, place, slice(both))
        else:
            of_gates, recalled = torch.split(self.recalled(past, place), [both, self.hidden_size], dim=-1)
        reset_recalled, update_recalled = of_gates.chunk(2, dim=-1)
        reset, update = (reset + reset_recalled).sigmoid(), (update + update_recalled).sigmoid()
        if self.reset_first:
            new = torch.tanh(new + self.recalled(reset * past, place, slice(both, None)))
        else:
            new = torch.tanh(new + reset * recalled)
        share = update if self.renews else 1.0 - update
        hidden = share * new + (1.0 - share) * past
        return {"hidden": hidden, "reset": reset, "update": update, "candidate": new}
