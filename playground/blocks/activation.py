"""Activations: the nonlinear functions, as blocks of their own and as a choice inside Dense."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import nn

from playground.blocks.base import Block, BlockError, Family
from playground.blocks.signal import Scale, Signal
from playground.document.declaration import parameter


class Activation(Block):
    """Base of the elementwise functions; `f` in the inspector is what `build` makes."""

    family: ClassVar[Family] = "activation"

    def expect(self, *inputs: Signal) -> None:
        if inputs[0].scale == "index":
            raise BlockError(f"{self.title} expects numbers, but class numbers arrive. Wire the features here.")


class Identity(Activation):
    """The function that changes nothing."""

    id: ClassVar[str] = "identity"
    title: ClassVar[str] = "Identity"
    summary: ClassVar[str] = "Passes its input on. Layers without a nonlinearity collapse into one linear layer."
    formula: ClassVar[str] = r"f(x) = x"

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.Identity()


class Tanh(Activation):
    """Hyperbolic tangent."""

    id: ClassVar[str] = "tanh"
    title: ClassVar[str] = "Tanh"
    summary: ClassVar[str] = "Squashes to (-1, 1), centred on zero; flat at both ends, where its gradient vanishes."
    formula: ClassVar[str] = r"\tanh(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}"

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.Tanh()


class ReLU(Activation):
    """Rectified linear unit."""

    id: ClassVar[str] = "relu"
    title: ClassVar[str] = "ReLU"
    summary: ClassVar[str] = "Keeps what is positive, zeroes the rest. A unit that is negative for all data is dead."
    formula: ClassVar[str] = r"\mathrm{ReLU}(x) = \max(0, x)"

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.ReLU()


class LeakyReLU(Activation):
    """ReLU with a small slope on the negative side."""

    id: ClassVar[str] = "leaky-relu"
    title: ClassVar[str] = "Leaky ReLU"
    summary: ClassVar[str] = "Like ReLU, but negative inputs keep a small slope, so that no unit dies."
    formula: ClassVar[str] = r"f(x) = \max(\alpha x, x)"

    slope: float = parameter(0.01, ge=0.0, le=1.0, label="Negative slope", help="Slope α for negative inputs.")

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.LeakyReLU(self.slope)

    def subtitle(self) -> str:
        return f"slope {self.slope:g}"


class Sigmoid(Activation):
    """Logistic function."""

    id: ClassVar[str] = "sigmoid"
    title: ClassVar[str] = "Sigmoid"
    summary: ClassVar[str] = "Squashes to (0, 1): a probability. Its slope is at most 1/4, so gradients shrink with depth."
    formula: ClassVar[str] = r"\sigma(x) = \frac{1}{1 + e^{-x}}"

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.Sigmoid()

    def output_scale(self) -> Scale:
        return "probability"


ActivationName = Literal["identity", "tanh", "relu", "leaky-relu", "sigmoid"]

ACTIVATIONS: tuple[type[Activation], ...] = (Identity, Tanh, ReLU, LeakyReLU, Sigmoid)
BLOCKS: tuple[type[Block], ...] = ACTIVATIONS


def activation(name: str) -> Activation:
    """The activation with that id and its default parameters. Raises KeyError."""
    return {cls.id: cls for cls in ACTIVATIONS}[name]()

