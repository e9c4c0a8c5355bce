"""The echo state network: a recurrent layer whose random weights never learn."""

from __future__ import annotations

import functools
from typing import Any, ClassVar, Literal

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Advice, Block, Fix, series_only
from playground.blocks.code import Code, kept
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter


@functools.lru_cache(maxsize=32)
def drawn(inputs: int, units: int, density: float, seed: int) -> tuple[torch.Tensor, ...]:
    """Weights of the inputs (units, inputs) and biases (units,) from -1 to 1, weights between units (units, units), and
    a second start (units,). The largest eigenvalue between units has the magnitude 1; all are 0 where none is drawn."""
    generator = torch.Generator().manual_seed(seed)

    def numbers(*shape: int) -> torch.Tensor:
        return 2.0 * torch.rand(shape, generator=generator, device="cpu") - 1.0

    into, bias, between, other = numbers(units, inputs), numbers(units), numbers(units, units), numbers(units)
    between = between * (torch.rand((units, units), generator=generator, device="cpu") < density)
    largest = float(torch.linalg.eigvals(between.double()).abs().max())
    return into, bias, between / largest if largest > 1e-6 else torch.zeros_like(between), other


class ReservoirLayer(nn.Module):
    """x = (1 - a) x' + a tanh(W_in u + b + W x'), all weights drawn once from the seed."""

    gates: frozenset[str] = frozenset()
    weight_in: torch.Tensor
    bias: torch.Tensor
    weight: torch.Tensor
    other_start: torch.Tensor

    def __init__(
        self, inputs: int, units: int, last: bool, radius: float, density: float, leak: float, scale: float, seed: int
    ) -> None:
        super().__init__()
        self.last, self.leak = last, leak
        shapes = {"weight_in": (units, inputs), "bias": (units,), "weight": (units, units), "other_start": (units,)}
        for name, shape in shapes.items():
            self.register_buffer(name, torch.zeros(shape))
        if self.weight.device.type != "meta":
            self.draw(radius, density, scale, seed)

    def draw(self, radius: float, density: float, scale: float, seed: int) -> None:
        """Take the weights that a seed gives."""
        into, bias, between, other = drawn(self.weight_in.shape[1], len(self.weight), density, seed)
        self.weight_in.copy_(scale * into)
        self.bias.copy_(scale * bias)
        self.weight.copy_(radius * between)
        self.other_start.copy_(other)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states = self.states(x, x.new_zeros(x.shape[0], self.weight.shape[0]))
        return states[:, -1] if self.last else states

    def states(self, x: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
        """All states (batch, time, units) for x (batch, time, inputs), from a first state (batch, units)."""
        found: list[torch.Tensor] = []
        for given in functional.linear(x, self.weight_in, self.bias).unbind(1):
            state = (1.0 - self.leak) * state + self.leak * torch.tanh(functional.linear(state, self.weight) + given)
            found.append(state)
        return torch.stack(found, dim=1)

    def inside(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        """The states, those from another first state, and how far the two are apart, each (batch, time, units)."""
        first = self.states(x, x.new_zeros(x.shape[0], self.weight.shape[0]))
        other = self.states(x, self.other_start.expand(x.shape[0], -1))
        return {"hidden": first, "other": other, "apart": other - first}


class Reservoir(Block):
    """A large random recurrent layer, of which only what reads it learns.

    With a spectral radius below 1 the first state fades as a rule (the echo state property), though it is neither
    needed nor enough in every case: what arrives counts too (Yildiz, Jaeger and Kiebel 2012).
    """

    id: ClassVar[str] = "reservoir"
    family: ClassVar[str] = "recurrent"
    title: ClassVar[str] = "Reservoir"
    summary: ClassVar[str] = (
        "A large recurrent layer with random weights that never learn: an echo of what was read. Only a readout behind "
        "it learns, which takes one step of least squares."
    )
    formula: ClassVar[str] = r"x_t = (1 - a) \, x_{t-1} + a \tanh(W_{in} u_t + b + W x_{t-1})"
    source: ClassVar[str] = "Jaeger 2001, The echo state approach; Lukoševičius 2012, A practical guide"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"hidden states"})

    units: int = parameter(100, ge=1, le=1_000, logarithmic=True, help="Numbers in its state.")
    spectral_radius: float = parameter(
        0.9, ge=0.0, le=3.0, label="Spectral radius",
        help="The magnitude of the largest eigenvalue of W. Below 1 what was read fades, the slower the nearer to 1; "
        "above 1 two starts may never come together.",
    )  # fmt: skip
    density: float = parameter(
        0.1, gt=0.0, le=1.0, help="Share of the weights between units that are not 0."
    )
    leak: float = parameter(
        1.0, gt=0.0, le=1.0, label="Leak rate",
        help="Share a of the state that is new at each step; with small ones it changes slowly.",
    )  # fmt: skip
    input_scale: float = parameter(
        0.5, ge=0.0, le=100.0, label="Input scale",
        help="How large the weights of the inputs and the biases are: small ones keep tanh nearly straight.",
    )  # fmt: skip
    seed: int = parameter(1, ge=0, le=1_000_000, help="Where its random numbers start.")
    states: Literal["last", "all"] = parameter(
        "last", label="Output", help="The last state, one vector, or the states of all time steps."
    )

    def subtitle(self) -> str:
        return f"{self.units} unit{'s' if self.units > 1 else ''} · radius {self.spectral_radius:g}"

    def expect(self, *inputs: Signal) -> None:
        series_only(self.title, *inputs)

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        if self.spectral_radius <= 1.0:
            return ()
        return (Advice(
            f"The spectral radius is {self.spectral_radius:g}: above 1 the first state may never fade.",
            (Fix("Set spectral radius to 0.9", "set", parameters={"spectral_radius": 0.9}),),
        ),)  # fmt: skip

    def build(self, *inputs: Signal) -> nn.Module:
        return ReservoirLayer(
            inputs[0].shape[1], self.units, self.states == "last", self.spectral_radius, self.density, self.leak,
            self.input_scale, self.seed,
        )  # fmt: skip

    def to_code(self, *inputs: Signal) -> Code:
        last = self.states == "last"
        numbers = f"{self.spectral_radius!r}, {self.density!r}, {self.leak!r}, {self.input_scale!r}, {self.seed}"
        return kept(f"ReservoirLayer({inputs[0].shape[1]}, {self.units}, {last}, {numbers})", uses=(ReservoirLayer,))

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, ReservoirLayer)
        if len(module.weight) != self.units or module.last != (self.states == "last"):
            return False
        module.leak = self.leak
        module.draw(self.spectral_radius, self.density, self.input_scale, self.seed)
        return True

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        batch, time, _ = inputs[0].shape
        return (torch.Size((batch, self.units) if self.states == "last" else (batch, time, self.units)),)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        kept: dict[str, Any] = {"kind": "series", "axes": inputs[0].axes} if self.states == "all" else {}
        return (Signal(tuple(outputs[0][1:]), low=-1.0, high=1.0, **kept),)

    def live_formula(self, *inputs: Signal) -> str:
        links = round(self.density * self.units**2)
        into = f"W_in is {self.units} × {inputs[0].shape[1]}"
        return f"W is {self.units} × {self.units} with about {links:,} links; {into}"


BLOCKS: tuple[type[Block], ...] = (Reservoir,)
