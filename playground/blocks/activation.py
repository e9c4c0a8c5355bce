"""Activations: the nonlinear functions, as blocks of their own and as a choice inside Dense."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from playground.blocks import activation_operations as operations_of
from playground.blocks.base import Advice, Block, Fix, numbers_only
from playground.blocks.code import ArrayCode, Code, computed, kept
from playground.blocks.copied import APART, TOGETHER, Copied, channel_axis
from playground.blocks.operations import Operations
from playground.blocks.parts import Part, whole
from playground.blocks.signal import Scale, Signal
from playground.document.declaration import parameter

Curve = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


class Activation(Block):
    """Base of the activations; `f` in the inspector is what `build` makes."""

    family: ClassVar[str] = "activation"
    elementwise: ClassVar[bool] = True
    """Whether each number is treated alone, so that the function has a curve."""
    reach: ClassVar[tuple[float, float]] = (-math.inf, math.inf)
    """No output leaves this range."""
    sums_to_one: ClassVar[bool] = False
    operations: ClassVar[type[operations_of.Function]]
    """Its array operations, forward and back."""
    written: ClassVar[str] = ""
    """The expression that computes it in `forward`, of `{0}`; where there are parameters, `to_code` has it."""
    by_hand: ClassVar[ArrayCode | None] = None
    """The same in numpy, and its way back."""

    def expect(self, *inputs: Signal) -> None:
        numbers_only(self.title, *inputs)

    def copied(self, *inputs: Signal) -> Copied:
        return APART if self.elementwise else TOGETHER

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        softmax = isinstance(module, nn.Softmax) and module.dim == -1
        return (whole(module, 1, "function" if self.elementwise else "softmax" if softmax else "block", "a", self.id),)

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        return (inputs[0].shape,)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (self.mark(self._plain(outputs[0], *inputs)),)

    def mark(self, signal: Signal) -> Signal:
        """The signal with what this function makes of its values: their meaning and their range."""
        low, high = self.reach
        return signal.but(scale=self.output_scale(), low=low, high=high, sums_to_one=self.sums_to_one)

    def live_formula(self, *inputs: Signal) -> str:
        return f"x is {inputs[0].badge()}"

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        function = self.operations(operations, module, operations.input, operations.output)
        function.forward()
        if operations.learns:
            function.backward(operations.output_gradient, operations.input_gradient())
        return True

    def to_code(self, *inputs: Signal) -> Code:
        return computed(self.written)

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        return self.by_hand or super().to_numpy(*inputs)

    def curve(self, low: float = -5.0, high: float = 5.0, count: int = 201) -> Curve | None:
        """Points x, f(x) and the slope f'(x), each (count,); None where the numbers are not treated one by one.

        The slope comes from autograd, so it is the one that training uses, also at kinks.
        """
        if not self.elementwise:
            return None
        with torch.enable_grad():
            x = torch.linspace(low, high, count, dtype=torch.float64).unsqueeze(1).requires_grad_()  # (count, 1)
            y = self.build().double()(x)
            (slope,) = torch.autograd.grad(y.sum(), x)
        return x.detach().numpy()[:, 0], y.detach().numpy()[:, 0], slope.numpy()[:, 0]


class Identity(Activation):
    """The function that changes nothing."""

    id: ClassVar[str] = "identity"
    title: ClassVar[str] = "Identity"
    summary: ClassVar[str] = "Passes its input on. Layers without a nonlinearity collapse into one linear layer."
    formula: ClassVar[str] = r"f(x) = x"
    operations: ClassVar[type[operations_of.Function]] = operations_of.Identity
    written: ClassVar[str] = "{0}"
    by_hand: ClassVar[ArrayCode | None] = ArrayCode("{x}", "{d}")

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.Identity()

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (inputs[0],)


class StepFunction(nn.Module):
    """1 where x >= 0, else 0; the gradient is zero everywhere, so that a graph with it can still be differentiated."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # floor has a gradient (zero), a comparison has none and would cut the graph
        return (torch.floor(x) + 1.0).clamp(0.0, 1.0)


class Step(Activation):
    """Heaviside step."""

    id: ClassVar[str] = "step"
    title: ClassVar[str] = "Step"
    summary: ClassVar[str] = (
        "1 from zero upwards, else 0: the perceptron's switch. Its gradient is zero, so nothing before it learns."
    )
    formula: ClassVar[str] = r"f(x) = \begin{cases} 1 & x \geq 0 \\ 0 & x < 0 \end{cases}"
    source: ClassVar[str] = "Rosenblatt 1958, The perceptron"
    reach: ClassVar[tuple[float, float]] = (0.0, 1.0)
    operations: ClassVar[type[operations_of.Function]] = operations_of.Step
    written: ClassVar[str] = "(torch.floor({0}) + 1.0).clamp(0.0, 1.0)"
    by_hand: ClassVar[ArrayCode | None] = ArrayCode("({x} >= 0) * 1.0", "0.0 * {d}")

    def build(self, *inputs: Signal) -> nn.Module:
        return StepFunction()

    def output_scale(self) -> Scale:
        return "probability"


class Sigmoid(Activation):
    """Logistic function."""

    id: ClassVar[str] = "sigmoid"
    title: ClassVar[str] = "Sigmoid"
    summary: ClassVar[str] = "Squashes to (0, 1): a probability. Its slope is at most 1/4: gradients shrink with depth."
    formula: ClassVar[str] = r"\sigma(x) = \frac{1}{1 + e^{-x}}"
    reach: ClassVar[tuple[float, float]] = (0.0, 1.0)
    operations: ClassVar[type[operations_of.Function]] = operations_of.Sigmoid
    written: ClassVar[str] = "torch.sigmoid({0})"
    by_hand: ClassVar[ArrayCode | None] = ArrayCode("sigmoid({x})", "{d} * {a} * (1 - {a})", ("sigmoid",))

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.Sigmoid()

    def output_scale(self) -> Scale:
        return "probability"


class Tanh(Activation):
    """Hyperbolic tangent."""

    id: ClassVar[str] = "tanh"
    title: ClassVar[str] = "Tanh"
    summary: ClassVar[str] = "Squashes to (-1, 1), centred on zero; flat at both ends, where its gradient vanishes."
    formula: ClassVar[str] = r"\tanh(x) = \frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}"
    source: ClassVar[str] = "LeCun et al. 1998, Efficient BackProp"
    reach: ClassVar[tuple[float, float]] = (-1.0, 1.0)
    operations: ClassVar[type[operations_of.Function]] = operations_of.Tanh
    written: ClassVar[str] = "torch.tanh({0})"
    by_hand: ClassVar[ArrayCode | None] = ArrayCode("np.tanh({x})", "{d} * (1 - {a}**2)")

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.Tanh()


class ReLU(Activation):
    """Rectified linear unit; the slope at 0 is taken as 0."""

    id: ClassVar[str] = "relu"
    title: ClassVar[str] = "ReLU"
    summary: ClassVar[str] = "Keeps what is positive, zeroes the rest. A unit that is negative for all data is dead."
    formula: ClassVar[str] = r"\mathrm{ReLU}(x) = \max(0, x)"
    source: ClassVar[str] = "Nair & Hinton 2010"
    reach: ClassVar[tuple[float, float]] = (0.0, math.inf)
    operations: ClassVar[type[operations_of.Function]] = operations_of.ReLU
    written: ClassVar[str] = "torch.relu({0})"
    by_hand: ClassVar[ArrayCode | None] = ArrayCode("np.maximum(0, {x})", "{d} * ({a} > 0)")

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.ReLU()


class LeakyReLU(Activation):
    """ReLU with a small slope on the negative side."""

    id: ClassVar[str] = "leaky-relu"
    title: ClassVar[str] = "Leaky ReLU"
    summary: ClassVar[str] = "Like ReLU, but negative inputs keep a small slope, so that no unit dies."
    formula: ClassVar[str] = r"f(x) = \max(\alpha x, x)"
    source: ClassVar[str] = "Maas et al. 2013"
    operations: ClassVar[type[operations_of.Function]] = operations_of.LeakyReLU

    slope: float = parameter(0.01, ge=0.0, le=1.0, label="Negative slope", help="Slope α for negative inputs.")

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.LeakyReLU(self.slope)

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"functional.leaky_relu({{0}}, {self.slope!r})")

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        value = f"np.where({{x}} > 0, {{x}}, {self.slope!r} * {{x}})"
        return ArrayCode(value, f"{{d}} * np.where({{x}} > 0, 1, {self.slope!r})")

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, nn.LeakyReLU)
        module.negative_slope = self.slope
        return True

    def subtitle(self) -> str:
        return f"slope {self.slope:g}"


class PReLU(Activation):
    """ReLU whose negative slope is learned; it starts at 0.25."""

    id: ClassVar[str] = "prelu"
    title: ClassVar[str] = "PReLU"
    summary: ClassVar[str] = "A leaky ReLU that learns its negative slope: more flexible, and easier to overfit with."
    formula: ClassVar[str] = r"f(x) = \max(0, x) + \alpha \min(0, x)"
    source: ClassVar[str] = "He et al. 2015, Delving deep into rectifiers"
    operations: ClassVar[type[operations_of.Function]] = operations_of.PReLU

    slopes: Literal["shared", "per-channel"] = parameter(
        "shared", help="One slope for all, or one for each unit of a vector or each channel of an image."
    )

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.PReLU(self._count(*inputs))

    def copied(self, *inputs: Signal) -> Copied:
        each = self._count(*inputs) > 1 and channel_axis(inputs[0]) == 1
        return Copied("apart", ("weight",)) if each else APART

    def to_code(self, *inputs: Signal) -> Code:
        count = self._count(*inputs)
        return kept(f"nn.PReLU({count if count > 1 else ''})")

    def _count(self, *inputs: Signal) -> int:
        each = self.slopes == "per-channel" and inputs and inputs[0].shape
        return inputs[0].shape[0] if each else 1

    def subtitle(self) -> str:
        return f"{self.slopes} slope"


class ELU(Activation):
    """Exponential linear unit."""

    id: ClassVar[str] = "elu"
    title: ClassVar[str] = "ELU"
    summary: ClassVar[str] = "Smooth on the negative side, down to -α, so that the mean output stays nearer to zero."
    formula: ClassVar[str] = r"f(x) = \begin{cases} x & x > 0 \\ \alpha (e^{x} - 1) & x \leq 0 \end{cases}"
    source: ClassVar[str] = "Clevert et al. 2015"
    operations: ClassVar[type[operations_of.Function]] = operations_of.ELU

    alpha: float = parameter(1.0, gt=0.0, le=10.0, label="α", help="Very negative inputs give nearly -α.")

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.ELU(self.alpha)

    def to_code(self, *inputs: Signal) -> Code:
        return computed("functional.elu({0})" if self.alpha == 1.0 else f"functional.elu({{0}}, {self.alpha!r})")

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        value = f"np.where({{x}} > 0, {{x}}, {self.alpha!r} * np.expm1(np.minimum({{x}}, 0)))"
        return ArrayCode(value, f"{{d}} * np.where({{a}} > 0, 1, {{a}} + {self.alpha!r})")

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, nn.ELU)
        module.alpha = self.alpha
        return True

    def subtitle(self) -> str:
        return f"α {self.alpha:g}"


class SELU(Activation):
    """Scaled ELU with λ = 1.0507 and α = 1.6733."""

    id: ClassVar[str] = "selu"
    title: ClassVar[str] = "SELU"
    summary: ClassVar[str] = (
        "An ELU scaled so that mean 0 and variance 1 keep themselves in deep networks; start with LeCun weights."
    )
    formula: ClassVar[str] = (
        r"f(x) = \lambda \begin{cases} x & x > 0 \\ \alpha (e^{x} - 1) & x \leq 0 \end{cases},"
        r"\quad \lambda = 1.0507, \alpha = 1.6733"
    )
    source: ClassVar[str] = "Klambauer et al. 2017, Self-normalizing neural networks"
    operations: ClassVar[type[operations_of.Function]] = operations_of.SELU
    written: ClassVar[str] = "torch.selu({0})"
    by_hand: ClassVar[ArrayCode | None] = ArrayCode(
        "selu({x})", "{d} * np.where({a} > 0, 1.0507009873554805, {a} + 1.7580993408473768)", ("selu",)
    )

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.SELU()


class Swish(Activation):
    """Swish with β = 1, also called SiLU."""

    id: ClassVar[str] = "swish"
    title: ClassVar[str] = "Swish"
    summary: ClassVar[str] = "The input gated by its own sigmoid (also called SiLU): smooth, and it dips below zero."
    formula: ClassVar[str] = r"f(x) = x \, \sigma(x) = \frac{x}{1 + e^{-x}}"
    source: ClassVar[str] = "Ramachandran et al. 2017"
    operations: ClassVar[type[operations_of.Function]] = operations_of.Swish
    written: ClassVar[str] = "functional.silu({0})"
    by_hand: ClassVar[ArrayCode | None] = ArrayCode(
        "{x} * sigmoid({x})", "{d} * ({a} + sigmoid({x}) * (1 - {a}))", ("sigmoid",)
    )

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.SiLU()


class GELU(Activation):
    """Gaussian error linear unit in its exact form, with the error function."""

    id: ClassVar[str] = "gelu"
    title: ClassVar[str] = "GELU"
    summary: ClassVar[str] = "The input times the chance that a normal random number is smaller; used in transformers."
    formula: ClassVar[str] = (
        r"f(x) = x \, \Phi(x) = \frac{x}{2} \left(1 + \mathrm{erf}\left(\frac{x}{\sqrt{2}}\right)\right)"
    )
    source: ClassVar[str] = "Hendrycks & Gimpel 2016"
    operations: ClassVar[type[operations_of.Function]] = operations_of.GELU
    written: ClassVar[str] = "functional.gelu({0})"
    by_hand: ClassVar[ArrayCode | None] = ArrayCode(
        "{x} * bell({x})", "{d} * (bell({x}) + {x} * np.exp(-({x}**2) / 2) / np.sqrt(2 * np.pi))", ("bell",)
    )

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.GELU()


class Softplus(Activation):
    """Smooth form of ReLU."""

    id: ClassVar[str] = "softplus"
    title: ClassVar[str] = "Softplus"
    summary: ClassVar[str] = "A ReLU without the kink; always positive, and its slope is the sigmoid."
    formula: ClassVar[str] = r"f(x) = \ln(1 + e^{x})"
    source: ClassVar[str] = "Dugas et al. 2001"
    reach: ClassVar[tuple[float, float]] = (0.0, math.inf)
    operations: ClassVar[type[operations_of.Function]] = operations_of.Softplus
    written: ClassVar[str] = "functional.softplus({0})"
    by_hand: ClassVar[ArrayCode | None] = ArrayCode("np.logaddexp(0, {x})", "{d} * (1 - np.exp(-{a}))")

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.Softplus()


class SoftmaxLike(Activation):
    """Base of softmax and its logarithm: over the numbers of a vector, or over the channels of an image or a volume."""

    elementwise: ClassVar[bool] = False

    def axis(self, *inputs: Signal) -> int:
        """The axis, batch included, along which the numbers compete."""
        return 1 if inputs and inputs[0].of_kind.unit_axis == 0 else -1

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"torch.{self.id.replace('-', '_')}({{0}}, dim={self.axis(*inputs)})")

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        if inputs[0].scale not in ("probability", "log-probability"):
            return ()
        off = Fix("Turn this one off", "replace", block="identity")
        return (
            Advice(
                f"{self.title} expects logits, but probabilities arrive: a second squashing makes them almost equal, "
                "and learning slow.",
                (off,),
            ),
        )


class Softmax(SoftmaxLike):
    """Normalized exponentials."""

    id: ClassVar[str] = "softmax"
    title: ClassVar[str] = "Softmax"
    summary: ClassVar[str] = "Turns scores into probabilities that sum to 1; the order stays, differences sharpen."
    formula: ClassVar[str] = r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}"
    source: ClassVar[str] = "Bridle 1990"
    reach: ClassVar[tuple[float, float]] = (0.0, 1.0)
    sums_to_one: ClassVar[bool] = True
    operations: ClassVar[type[operations_of.Function]] = operations_of.Softmax
    by_hand: ClassVar[ArrayCode | None] = ArrayCode(
        "softmax({x})", "{a} * ({d} - ({d} * {a}).sum(axis=1, keepdims=True))", ("softmax",)
    )

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.Softmax(dim=self.axis(*inputs))

    def output_scale(self) -> Scale:
        return "probability"


class LogSoftmax(SoftmaxLike):
    """Logarithm of softmax, computed stably."""

    id: ClassVar[str] = "log-softmax"
    title: ClassVar[str] = "Log-softmax"
    summary: ClassVar[str] = "The logarithm of softmax in one stable step: no overflow for large scores, no ln 0."
    formula: ClassVar[str] = r"\ln p_i = z_i - \ln \sum_j e^{z_j}"
    source: ClassVar[str] = "Bridle 1990"
    reach: ClassVar[tuple[float, float]] = (-math.inf, 0.0)
    sums_to_one: ClassVar[bool] = True
    operations: ClassVar[type[operations_of.Function]] = operations_of.LogSoftmax
    by_hand: ClassVar[ArrayCode | None] = ArrayCode(
        "log_softmax({x})", "{d} - np.exp({a}) * {d}.sum(axis=1, keepdims=True)", ("log_softmax",)
    )

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.LogSoftmax(dim=self.axis(*inputs))

    def output_scale(self) -> Scale:
        return "log-probability"


ActivationName = Literal[
    "identity",
    "step",
    "sigmoid",
    "tanh",
    "relu",
    "leaky-relu",
    "prelu",
    "elu",
    "selu",
    "swish",
    "gelu",
    "softplus",
    "softmax",
    "log-softmax",
]

ACTIVATIONS: tuple[type[Activation], ...] = (
    Identity,
    Step,
    Sigmoid,
    Tanh,
    ReLU,
    LeakyReLU,
    PReLU,
    ELU,
    SELU,
    Swish,
    GELU,
    Softplus,
    Softmax,
    LogSoftmax,
)
BLOCKS: tuple[type[Block], ...] = ACTIVATIONS

_BY_NAME = {cls.id: cls() for cls in ACTIVATIONS}


def activation(name: str) -> Activation:
    """The activation with that id and its default parameters. Raises KeyError."""
    return _BY_NAME[name]
