"""Layers that carry a state from one time step to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block, series_only
from playground.blocks.code import Code, kept
from playground.blocks.copied import Copied, weighed
from playground.blocks.parts import Part
from playground.blocks.recurrent.parts import TimeSteps, gru_step, lstm_step, simple_step
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

States = Literal["last", "all"]


class Unrolled(nn.Module):
    """What the recurrent layers share: which states they give, and a loop over time that shows all values on the way.

    It goes before one of torch's layers in the list of bases. That one computes the output, faster than a loop could,
    and has the parameters: `weight_ih_l0` (gates * units, inputs), `weight_hh_l0` (gates * units, units), and two
    biases (gates * units,), of which one would do.
    """

    gates: ClassVar[frozenset[str]] = frozenset()
    """Which of the values inside are gates."""
    own_start: frozenset[str] = frozenset()
    """Names of parameters that start as the layer says, whatever initializer a project chose."""
    last: bool
    hidden_size: int
    weight_ih_l0: torch.Tensor
    weight_hh_l0: torch.Tensor
    bias_ih_l0: torch.Tensor
    bias_hh_l0: torch.Tensor

    def __init__(self, inputs: int, units: int, last: bool) -> None:
        super().__init__(inputs, units, batch_first=True)  # the next base is torch's layer
        self.last = last

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states: torch.Tensor = super().forward(x)[0]  # (batch, time, units)
        return states[:, -1] if self.last else states

    def inside(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """State and gates at every time step, each (batch, time, units), for x (batch, time, features)."""
        arriving = functional.linear(x, self.weight_ih_l0, self.bias_ih_l0)  # (batch, time, gates * units)
        rest = x.new_zeros(len(x), self.hidden_size)
        values: Mapping[str, torch.Tensor] = {"hidden": rest, "cell": rest}
        steps: list[Mapping[str, torch.Tensor]] = []
        for given in arriving.unbind(1):
            recalled = functional.linear(values["hidden"], self.weight_hh_l0, self.bias_hh_l0)
            values = self.advance(given, recalled, values)
            steps.append(values)
        return {name: torch.stack([step[name] for step in steps], dim=1) for name in values}

    def advance(
        self, given: torch.Tensor, recalled: torch.Tensor, before: Mapping[str, torch.Tensor]
    ) -> Mapping[str, torch.Tensor]:
        """The values of one time step, each (batch, units), among them `hidden`.

        `given` and `recalled`, (batch, gates * units), are what input and last hidden state put into the gates.
        """
        raise NotImplementedError


class SimpleRNNLayer(Unrolled, nn.RNN):  # type: ignore[misc]  # torch's forward gives the state too
    """h = tanh(W x + b + U h' + b')."""

    def advance(
        self, given: torch.Tensor, recalled: torch.Tensor, before: Mapping[str, torch.Tensor]
    ) -> Mapping[str, torch.Tensor]:
        return {"hidden": torch.tanh(given + recalled)}


class LSTMLayer(Unrolled, nn.LSTM):  # type: ignore[misc]  # torch's forward gives the state too
    """torch's LSTM, whose forget gates start with a bias of their own.

    The bias lies in `bias_ih_l0`; all others start at 0.
    """

    gates: ClassVar[frozenset[str]] = frozenset({"input", "forget", "output"})
    own_start = frozenset({"bias_ih_l0"})

    def __init__(self, inputs: int, units: int, last: bool, forget_bias: float) -> None:
        super().__init__(inputs, units, last)
        with torch.no_grad():
            self.bias_ih_l0.zero_()
            self.bias_ih_l0[units : 2 * units].fill_(forget_bias)  # torch's order: input, forget, candidate, output

    def advance(
        self, given: torch.Tensor, recalled: torch.Tensor, before: Mapping[str, torch.Tensor]
    ) -> Mapping[str, torch.Tensor]:
        enter, keep, new, leave = (given + recalled).chunk(4, dim=-1)
        enter, keep, leave, new = enter.sigmoid(), keep.sigmoid(), leave.sigmoid(), new.tanh()
        cell = keep * before["cell"] + enter * new
        hidden = leave * cell.tanh()
        return {"hidden": hidden, "input": enter, "forget": keep, "output": leave, "candidate": new, "cell": cell}


class GRULayer(Unrolled, nn.GRU):  # type: ignore[misc]  # torch's forward gives the state too
    """torch's GRU: the reset gate works after the matrix product, and the update gate keeps the old state."""

    gates: ClassVar[frozenset[str]] = frozenset({"reset", "update"})

    def advance(
        self, given: torch.Tensor, recalled: torch.Tensor, before: Mapping[str, torch.Tensor]
    ) -> Mapping[str, torch.Tensor]:
        reset, update, new = given.chunk(3, dim=-1)
        reset_recalled, update_recalled, recalled = recalled.chunk(3, dim=-1)
        reset, update = (reset + reset_recalled).sigmoid(), (update + update_recalled).sigmoid()
        new = torch.tanh(new + reset * recalled)
        hidden = (1.0 - update) * new + update * before["hidden"]
        return {"hidden": hidden, "reset": reset, "update": update, "candidate": new}


def _symbols(*gates: str) -> Mapping[str, tuple[str, ...]]:
    """What formulas call the weights of each gate, in the order of their rows."""
    letters = {"weight_ih_l0": "W{}", "weight_hh_l0": "U{}", "bias_ih_l0": "b{}", "bias_hh_l0": "b′{}"}
    return {name: tuple(letter.format(gate) for gate in gates) for name, letter in letters.items()}


class Recurrent(Block):
    """Base of the layers with a state: series in, its last state or all states out, all between -1 and 1.

    Every state starts at 0. Their modules are `Unrolled`, so that state and gates can be looked at.
    """

    family: ClassVar[str] = "recurrent"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"hidden states"})
    gates: ClassVar[int]
    """How many times the weights are there: once for the state, and once for each gate."""
    layer: ClassVar[str]
    """The name of torch's layer."""

    one_step: ClassVar[Callable[[TimeSteps], None]]
    """Writes down the operations of one time step."""

    units: int = parameter(
        16, ge=1, le=4_096, logarithmic=True, help="Numbers in the hidden state that is carried from step to step."
    )
    states: States = parameter(
        "last",
        label="Output",
        help="The last state, one vector that sums up the whole sequence, or the states of all time steps.",
    )

    def subtitle(self) -> str:
        given = "last state" if self.states == "last" else "all states"
        return f"{self.units} unit{'s' if self.units > 1 else ''} · {given}"

    def expect(self, *inputs: Signal) -> None:
        series_only(self.title, *inputs)

    def copied(self, *inputs: Signal) -> Copied:
        return weighed("weight_ih_l0")

    def build(self, *inputs: Signal) -> nn.Module:
        raise NotImplementedError

    def to_code(self, *inputs: Signal) -> Code:
        make = f"nn.{self.layer}({inputs[0].shape[1]}, {self.units}, batch_first=True)"
        if self.states == "last":
            return kept(make, "{module}({0})[0][:, -1]", remark="the last state")
        return kept(make, "{module}({0})[0]", remark="the states of all steps")

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, Unrolled)
        return module.hidden_size == self.units and module.last == (self.states == "last")

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        _, steps, features = inputs[0].shape
        return TimeSteps(self.units, features, steps, self.states == "last").write(type(self).one_step)

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        # torch's layers keep their weights in a second list, which the check cannot exchange for small ones.
        batch, time, _ = inputs[0].shape
        return (torch.Size((batch, self.units) if self.states == "last" else (batch, time, self.units)),)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        kept: dict[str, Any] = {"kind": "series", "axes": inputs[0].axes} if self.states == "all" else {}
        return (Signal(tuple(outputs[0][1:]), low=-1.0, high=1.0, **kept),)

    def live_formula(self, *inputs: Signal) -> str:
        width, rows = inputs[0].shape[-1], self.gates * self.units
        parts = f", in {self.gates} parts" if self.gates > 1 else ""
        return (
            f"W is {rows} × {width}, U is {rows} × {self.units}, b is 2 × {rows}{parts}; x is {width}, h {self.units}"
        )


class SimpleRNN(Recurrent):
    """The plain recurrent layer of Elman, with tanh."""

    id: ClassVar[str] = "simple-rnn"
    title: ClassVar[str] = "Simple RNN"
    summary: ClassVar[str] = (
        "Reads a sequence step by step and mixes each step into its hidden state. What lies many steps back fades, as "
        "its trace is multiplied by the same weights again and again."
    )
    formula: ClassVar[str] = r"h_t = \tanh(W x_t + U h_{t-1} + b)"
    source: ClassVar[str] = "Elman 1990, Finding structure in time"
    gates: ClassVar[int] = 1
    layer: ClassVar[str] = "RNN"

    parameter_symbols: ClassVar[Mapping[str, tuple[str, ...]]] = _symbols("")
    one_step: ClassVar[Callable[[TimeSteps], None]] = staticmethod(simple_step)

    def build(self, *inputs: Signal) -> nn.Module:
        return SimpleRNNLayer(inputs[0].shape[1], self.units, self.states == "last")


class LSTM(Recurrent):
    """Long short-term memory without peepholes: the gates see the input and the hidden state, not the cell.

    As in torch there are two biases for each gate, which only matter as their sum.
    """

    id: ClassVar[str] = "lstm"
    title: ClassVar[str] = "LSTM"
    summary: ClassVar[str] = (
        "Carries a cell from step to step, to which gates add and which they empty: while the forget gate is open, a "
        "memory lasts, and its gradient too."
    )
    formula: ClassVar[str] = (
        r"c_t = f_t \odot c_{t-1} + i_t \odot g_t, \quad h_t = o_t \odot \tanh(c_t), \quad"
        r" g_t = \tanh(W x_t + U h_{t-1} + b), \quad i_t, f_t, o_t = \sigma(W x_t + U h_{t-1} + b)"
    )
    source: ClassVar[str] = "Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000"
    gates: ClassVar[int] = 4
    layer: ClassVar[str] = "LSTM"

    parameter_symbols: ClassVar[Mapping[str, tuple[str, ...]]] = _symbols("i", "f", "g", "o")
    one_step: ClassVar[Callable[[TimeSteps], None]] = staticmethod(lstm_step)

    forget_bias: float = parameter(
        1.0,
        ge=-20.0,
        le=20.0,
        label="Forget bias",
        help="Where the bias of the forget gate starts. At 0 the gate is half closed; at 1 or 2 it begins by keeping.",
    )

    def build(self, *inputs: Signal) -> nn.Module:
        return LSTMLayer(inputs[0].shape[1], self.units, self.states == "last", self.forget_bias)

    def to_code(self, *inputs: Signal) -> Code:
        # torch's order: input, forget, candidate, output
        gate = f"{{module}}.bias_ih_l0[{self.units}:{2 * self.units}]"
        forget = f"nn.init.constant_({gate}, {self.forget_bias!r})  # of the forget gate"
        start = ("nn.init.zeros_({module}.bias_ih_l0)", forget)
        return replace(super().to_code(*inputs), start=start)


class GRU(Recurrent):
    """The gated recurrent unit as torch has it.

    The new state is (1 - z) n + z h, so an update gate z of 1 keeps the old one; Chung et al. 2014 and many texts have
    it the other way round. The reset gate works after the matrix product, r (U h + b), where the paper has U (r h).
    """

    id: ClassVar[str] = "gru"
    title: ClassVar[str] = "GRU"
    summary: ClassVar[str] = (
        "An LSTM made simpler: no cell, and two gates instead of three. The update gate decides what share of the old "
        "state is kept, the reset gate what of it the new one may see."
    )
    formula: ClassVar[str] = (
        r"h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}, \quad"
        r" n_t = \tanh(W x_t + b + r_t \odot (U h_{t-1} + b')), \quad r_t, z_t = \sigma(W x_t + U h_{t-1} + b)"
    )
    source: ClassVar[str] = "Cho et al. 2014, Learning phrase representations using RNN encoder-decoder"
    gates: ClassVar[int] = 3
    layer: ClassVar[str] = "GRU"

    parameter_symbols: ClassVar[Mapping[str, tuple[str, ...]]] = _symbols("r", "z", "n")
    one_step: ClassVar[Callable[[TimeSteps], None]] = staticmethod(gru_step)

    def build(self, *inputs: Signal) -> nn.Module:
        return GRULayer(inputs[0].shape[1], self.units, self.states == "last")


BLOCKS: tuple[type[Block], ...] = (SimpleRNN, LSTM, GRU)
