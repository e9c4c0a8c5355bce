"""Layers that carry a state from one time step to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal

import torch
from torch import nn

from playground.blocks.base import Advice, Block, BlockError, Fix, Port, series_only
from playground.blocks.code import Code, kept
from playground.blocks.copied import Copied, weighed
from playground.blocks.parts import Part
from playground.blocks.recurrent.cells import GRULayer, LSTMLayer, Peepholes, SimpleRNNLayer
from playground.blocks.recurrent.parts import TimeSteps
from playground.blocks.recurrent.steps import gru_step, lstm_step, simple_step
from playground.blocks.recurrent.unrolled import Unrolled
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

States = Literal["last", "all"]
Directions = Literal["forward", "both"]
MOST_LAYERS = 8


def _symbols(*gates: str) -> Mapping[str, tuple[str, ...]]:
    """What formulas call the weights of each gate, in the order of their rows; further layers have a number."""
    letters = {
        "weight_ih": "W{}", "weight_hh": "U{}", "bias_ih": "b{}", "bias_hh": "b′{}",
        "gain_ih": "γ{}", "gain_hh": "γ′{}",
    }  # fmt: skip
    found: dict[str, tuple[str, ...]] = {}
    for layer in range(MOST_LAYERS):
        for way, arrow in (("", ""), ("_reverse", "←")):
            place = f"l{layer}{way}"
            of = arrow + (str(layer + 1) if layer else "")
            found |= {f"{name}_{place}": tuple(one.format(gate) + of for gate in gates)
                      for name, one in letters.items()}  # fmt: skip
            found |= {f"peephole_{place}": tuple(f"p{gate}{of}" for gate in "ifo"),
                      f"gain_cell_{place}": (f"γc{of}",), f"bias_cell_{place}": (f"βc{of}",)}  # fmt: skip
    return found


class Recurrent(Block):
    """Base of the layers with a state: series in, its last state or all states out.

    Every state starts at 0 unless the second port brings one. Their modules are `Unrolled`, so that state and gates can
    be looked at.
    """

    family: ClassVar[str] = "recurrent"
    inputs: ClassVar[tuple[Port, ...]] = (Port("input", "Input"), Port("state", "First state", optional=True))
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"hidden states"})
    gates: ClassVar[int]
    """How many times the weights are there: once for the state, and once for each gate."""
    carried: ClassVar[int] = 1
    """Vectors that go from step to step."""
    layer: ClassVar[str]
    """The name of torch's layer."""
    kind: ClassVar[type[Unrolled]]
    """The module."""

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
    direction: Directions = parameter(
        "forward",
        label="Reads",
        help="Forward, or in both directions with weights of their own, side by side: each state then knows what "
        "comes later too. Not for what must be answered while the sequence still runs.",
    )
    layers: int = parameter(
        1, ge=1, le=MOST_LAYERS, help="Layers on top of each other: each reads the states of the one below."
    )
    dropout: float = parameter(
        0.0, ge=0.0, le=0.99, label="Dropout between layers", advanced=True,
        help="Share of the states that are silenced on their way to the next layer while training.",
    )  # fmt: skip
    bias: bool = parameter(
        True, label="Biases", advanced=True,
        help="Two biases for each gate, as in torch, of which only the sum matters. Many texts write none.",
    )  # fmt: skip
    layer_norm: bool = parameter(
        False, label="Layer norm inside", advanced=True,
        help="At every step brings what input and state put into the gates to mean 0 and variance 1.",
    )  # fmt: skip
    truncation: int = parameter(
        0, ge=0, le=10_000, label="Truncated backpropagation", advanced=True,
        help="Steps k over which the gradient goes back at most: cuts, counted from the end, part the sequence into "
        "pieces of k. At 0 it goes back to the first step.",
    )  # fmt: skip
    stateful: bool = parameter(
        False, advanced=True,
        help="Reads the examples, in the order of the data, as pieces of one long sequence: each begins with the state "
        "in which the one before it ended, from batch to batch too. No gradient goes from example to example.",
    )  # fmt: skip

    @property
    def width(self) -> int:
        """Numbers in one state that it gives."""
        return self.units * (2 if self.direction == "both" else 1)

    @property
    def goes_on(self) -> bool:
        return self.stateful

    def subtitle(self) -> str:
        given = "last state" if self.states == "last" else "all states"
        many = f"{self.layers} × " if self.layers > 1 else ""
        both = "both ways · " if self.direction == "both" else ""
        return f"{many}{self.units} unit{'s' if self.units > 1 else ''} · {both}{given}"

    def expect(self, *inputs: Signal) -> None:
        series_only(self.title, *inputs)
        forward = Fix("Read forward", "set", parameters={"direction": "forward"})
        if self.stateful and self.direction == "both":
            raise BlockError(
                f"{self.title} cannot carry its state on to the next example and read backward too, as what comes "
                "later is not there yet.",
                forward, Fix("Begin each example at 0", "set", parameters={"stateful": False}),
            )  # fmt: skip
        if len(inputs) > 1:
            self._expect_start(inputs[1])

    def _expect_start(self, start: Signal) -> None:
        if self.stateful:
            raise BlockError(
                f"{self.title} takes its first state from the example before, but another one arrives.",
                Fix("Begin each example with what arrives", "set", parameters={"stateful": False}), port="state",
            )  # fmt: skip
        fitting = [self.units * number for number in range(1, self.carried + 1)]
        if len(start.shape) != 1 or start.shape[0] not in fitting:
            sizes = " or ".join(map(str, fitting))
            cell = ", the state and then the cell" if self.carried > 1 else ""
            one = len(start.shape) == 1
            raise BlockError(
                f"{self.title} begins with a vector of {sizes} numbers{cell}, but {start.words()} arrives.",
                *((Fix(f"Set units to {start.shape[0]}", "set", parameters={"units": start.shape[0]}),) if one else ()),
                port="state",
            )

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        found: list[Advice] = []
        if self.dropout and self.layers == 1:
            found.append(Advice(
                "Dropout works between layers, and there is only one.",
                (Fix("Set layers to 2", "set", parameters={"layers": 2}),),
            ))  # fmt: skip
        return tuple(found)

    def options(self) -> dict[str, Any]:
        """What the module is told beside its size, as far as it is not usual."""
        told = {
            "last": (self.states == "last", True), "bias": (self.bias, True), "layers": (self.layers, 1),
            "both": (self.direction == "both", False), "dropout": (self.dropout if self.layers > 1 else 0.0, 0.0),
            "norm": (self.layer_norm, False), "truncation": (self.truncation, 0), "stateful": (self.stateful, False),
        }  # fmt: skip
        return {name: value for name, (value, usual) in told.items() if value != usual}

    def copied(self, *inputs: Signal) -> Copied:
        return weighed("weight_ih_l0", *(("weight_ih_l0_reverse",) if self.direction == "both" else ()))

    def build(self, *inputs: Signal) -> nn.Module:
        return self.kind(inputs[0].shape[1], self.units, **self.options())

    def to_code(self, *inputs: Signal) -> Code:
        told = self.options()
        plain = {"bias": "bias", "layers": "num_layers", "both": "bidirectional", "nonlinearity": "nonlinearity"}
        if len(inputs) > 1 or not set(told) <= {*plain, "last", "forget_bias"}:
            return self._own_code(*inputs)
        words = "".join(f", {plain[name]}={value!r}" for name, value in told.items() if name in plain)
        make = f"nn.{self.layer}({inputs[0].shape[1]}, {self.units}{words}, batch_first=True)"
        if self.states == "all":
            return kept(make, "{module}({0})[0]", remark="the states of all steps")
        if self.direction == "both":
            # In torch's last states those of the last layer stand behind all others, forward and backward.
            last = "[1][0]" if self.layer == "LSTM" else "[1]"
            return kept(make, f"{{module}}({{0}}){last}[-2:].transpose(0, 1).flatten(1)", remark="the last states")
        return kept(make, "{module}({0})[0][:, -1]", remark="the last state")

    def _own_code(self, *inputs: Signal) -> Code:
        """By our own class, where torch's layer does not do the same."""
        words = "".join(f", {name}={value!r}" for name, value in self.options().items())
        make = f"{self.kind.__name__}({inputs[0].shape[1]}, {self.units}{words})"
        return kept(make, "{module}({0}, {1})" if len(inputs) > 1 else "{module}({0})", uses=(self.kind,))

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, Unrolled)
        shape = (module.hidden_size, module.last, module.bias, module.num_layers, module.bidirectional, module.norm)
        wanted = (self.units, self.states == "last", self.bias, self.layers, self.direction == "both", self.layer_norm)
        rate = self.dropout if self.layers > 1 else 0.0
        if shape != wanted or module.stateful != self.stateful or bool(rate) != (module.between is not None):
            return False
        module.truncation = self.truncation
        if module.between is not None:
            module.between.rate = rate
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        assert isinstance(module, Unrolled)
        _, steps, features = inputs[0].shape
        start = inputs[1].shape[1] if len(inputs) > 1 else 0
        return TimeSteps(module, features, steps, start).write(type(self).one_step)

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        # torch's layers keep their weights in a second list, which the check cannot exchange for small ones.
        batch, time, _ = inputs[0].shape
        return (torch.Size((batch, self.width) if self.states == "last" else (batch, time, self.width)),)

    def bounds(self, *inputs: Signal) -> tuple[float, float]:
        """What no state leaves: a share of a tanh and of the state before, which may have been larger at first."""
        first = inputs[1] if len(inputs) > 1 else None
        return min(-1.0, first.low if first else 0.0), max(1.0, first.high if first else 0.0)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        kept: dict[str, Any] = {"kind": "series", "axes": inputs[0].axes} if self.states == "all" else {}
        low, high = self.bounds(*inputs)
        return (Signal(tuple(outputs[0][1:]), low=low, high=high, **kept),)

    def live_formula(self, *inputs: Signal) -> str:
        width, rows = inputs[0].shape[-1], self.gates * self.units
        parts = f", in {self.gates} parts" if self.gates > 1 else ""
        biases = f", b is 2 × {rows}" if self.bias else ""
        each = "; each layer and direction has its own" if self.layers > 1 or self.direction == "both" else ""
        return f"W is {rows} × {width}, U is {rows} × {self.units}{biases}{parts}; x is {width}, h {self.units}{each}"


class SimpleRNN(Recurrent):
    """The plain recurrent layer of Elman, with tanh or ReLU."""

    id: ClassVar[str] = "simple-rnn"
    title: ClassVar[str] = "Simple RNN"
    summary: ClassVar[str] = (
        "Reads a sequence step by step and mixes each step into its hidden state. What lies many steps back fades, as "
        "its trace is multiplied by the same weights again and again."
    )
    formula: ClassVar[str] = r"h_t = f(W x_t + U h_{t-1} + b), \quad f = \tanh \text{ or } \mathrm{ReLU}"
    source: ClassVar[str] = "Elman 1990, Finding structure in time; ReLU: Le, Jaitly and Hinton 2015"
    gates: ClassVar[int] = 1
    layer: ClassVar[str] = "RNN"
    kind: ClassVar[type[Unrolled]] = SimpleRNNLayer

    parameter_symbols: ClassVar[Mapping[str, tuple[str, ...]]] = _symbols("")
    one_step: ClassVar[Callable[[TimeSteps], None]] = staticmethod(simple_step)

    activation: Literal["tanh", "relu"] = parameter(
        "tanh",
        help="The function of every step. Slopes of tanh are below 1, so that gradients shrink; ReLU passes them on as "
        "they are, and its states can grow without bound.",
    )

    def options(self) -> dict[str, Any]:
        return {**super().options(), **({"nonlinearity": "relu"} if self.activation == "relu" else {})}

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, SimpleRNNLayer)
        return module.nonlinearity == self.activation and super().update(module)

    def bounds(self, *inputs: Signal) -> tuple[float, float]:
        return (0.0, float("inf")) if self.activation == "relu" else (-1.0, 1.0)


class LSTM(Recurrent):
    """Long short-term memory; without peepholes the gates see the input and the hidden state, not the cell.

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
    source: ClassVar[str] = (
        "Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000; peepholes: Gers & Schmidhuber "
        "2000"
    )
    gates: ClassVar[int] = 4
    carried: ClassVar[int] = 2
    layer: ClassVar[str] = "LSTM"
    kind: ClassVar[type[Unrolled]] = LSTMLayer

    parameter_symbols: ClassVar[Mapping[str, tuple[str, ...]]] = _symbols("i", "f", "g", "o")
    one_step: ClassVar[Callable[[TimeSteps], None]] = staticmethod(lstm_step)

    forget_bias: float = parameter(
        1.0,
        ge=-20.0,
        le=20.0,
        label="Forget bias",
        help="Where the bias of the forget gate starts. At 0 the gate is half closed; at 1 or 2 it begins by keeping.",
    )
    peepholes: Peepholes = parameter(
        "none",
        advanced=True,
        help="Whether the gates of a unit also see its cell, with one weight each that starts at 0. The output gate "
        "sees the new cell (Gers and Schmidhuber), or the old one like the other two, as some texts write it.",
    )

    def options(self) -> dict[str, Any]:
        told = {**super().options(), **({"forget_bias": self.forget_bias} if self.forget_bias != 1.0 else {})}
        return {**told, **({"peepholes": self.peepholes} if self.peepholes != "none" else {})}

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, LSTMLayer)
        return module.peepholes == self.peepholes and super().update(module)

    def to_code(self, *inputs: Signal) -> Code:
        code = super().to_code(*inputs)
        if code.uses or not self.bias:
            return code
        start: list[str] = []  # torch's order: input, forget, candidate, output
        for layer in range(self.layers):
            for way in ("", "_reverse") if self.direction == "both" else ("",):
                bias = f"{{module}}.bias_ih_l{layer}{way}"
                gate = f"{bias}[{self.units}:{2 * self.units}]"
                start += [
                    f"nn.init.zeros_({bias})", f"nn.init.constant_({gate}, {self.forget_bias!r})  # of the forget gate"
                ]  # fmt: skip
        return replace(code, start=tuple(start))


class GRU(Recurrent):
    """The gated recurrent unit, as torch has it unless told otherwise.

    torch's new state is (1 - z) n + z h, so an update gate z of 1 keeps the old one; Chung et al. 2014 and many texts
    have it the other way round. torch's reset gate works after the matrix product, r (U h + b), where the paper has
    U (r h).
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
    kind: ClassVar[type[Unrolled]] = GRULayer

    parameter_symbols: ClassVar[Mapping[str, tuple[str, ...]]] = _symbols("r", "z", "n")
    one_step: ClassVar[Callable[[TimeSteps], None]] = staticmethod(gru_step)

    reset: Literal["after product", "before product"] = parameter(
        "after product",
        label="Reset gate",
        advanced=True,
        help="Where it works: after the matrix product, r ⊙ (U h + b′), as in torch, or before it, U (r ⊙ h) + b′, as "
        "in the paper and in many texts.",
    )
    update_gate: Literal["keeps old", "takes new"] = parameter(
        "keeps old",
        label="Update gate of 1",
        advanced=True,
        help="Keeps the old state, (1 − z) n + z h, as in torch, or takes the new one, (1 − z) h + z n, as in many "
        "texts. Both can learn the same.",
    )

    def options(self) -> dict[str, Any]:
        told = super().options()
        if self.reset == "before product":
            told["reset_first"] = True
        if self.update_gate == "takes new":
            told["renews"] = True
        return told

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, GRULayer)
        forms = module.reset_first == (self.reset == "before product"), module.renews == (
            self.update_gate == "takes new"
        )
        return all(forms) and super().update(module)


BLOCKS: tuple[type[Block], ...] = (SimpleRNN, LSTM, GRU)
