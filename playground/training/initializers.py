"""How weights start. All random numbers come from the generator that is handed in, so that a seed fixes the start."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from pydantic import field_validator, model_validator
from torch import Tensor, nn

from playground.blocks.code import Code
from playground.document.declaration import parameter
from playground.document.graph import Choice
from playground.training.initializer_base import RELU_LIKE, SLOPES, fans
from playground.training.initializer_base import Initializer as Initializer
from playground.training.initializer_base import gain as gain
from playground.training.known_words import KnownWords


class Automatic(Initializer):
    """The usual start for the activation."""

    id: ClassVar[str] = "automatic"
    title: ClassVar[str] = "Automatic"
    summary: ClassVar[str] = (
        "The usual start for the activation that follows: He for ReLU and its relatives, LeCun for SELU, "
        "Xavier for all others. What a recurrent layer carries from step to step starts as a rotation, an embedding as "
        "a bell curve."
    )

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        if activation == "selu":
            # LeCun (1998): variance 1 / fan in, which the derivation of SELU assumes
            weight.normal_(0.0, 1.0 / math.sqrt(max(1, fans(weight)[0])), generator=generator)
        elif activation in RELU_LIKE:
            HeNormal()._fill(weight, generator, activation)
        else:
            XavierUniform()._fill(weight, generator, activation)

    def to_code(self, weight: Tensor, activation: str) -> Code:
        if activation == "selu":
            return _drawn("normal_", 0.0, 1.0 / math.sqrt(max(1, fans(weight)[0])))
        return (HeNormal() if activation in RELU_LIKE else XavierUniform()).to_code(weight, activation)


class Zeros(Initializer):
    """All weights zero."""

    id: ClassVar[str] = "zeros"
    title: ClassVar[str] = "Zeros"
    summary: ClassVar[str] = "All weights start at 0. All units of a layer stay alike for ever: the symmetry trap."
    formula: ClassVar[str] = r"w = 0"

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        weight.zero_()

    def to_code(self, weight: Tensor, activation: str) -> Code:
        return Code("nn.init.zeros_({0})")


class Constant(Initializer):
    """All weights alike."""

    id: ClassVar[str] = "constant"
    title: ClassVar[str] = "Constant"
    summary: ClassVar[str] = "All weights start alike, so all units of a layer stay alike for ever."
    formula: ClassVar[str] = r"w = c"

    value: float = parameter(0.1, ge=-1000.0, le=1000.0, label="Value c", help="Where every weight starts.")

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        weight.fill_(self.value)

    def to_code(self, weight: Tensor, activation: str) -> Code:
        return Code(f"nn.init.constant_({{0}}, {self.value!r})")


class Typed(Initializer):
    """The very numbers that a person types."""

    id: ClassVar[str] = "typed"
    title: ClassVar[str] = "Typed numbers"
    summary: ClassVar[str] = (
        "The very numbers you type, to follow a calculation by hand: unit by unit, each with its inputs in order. "
        "Fewer numbers than weights are repeated."
    )
    formula: ClassVar[str] = r"w_{ij} = c_k"

    weights: str = parameter(
        "0.4, -0.2", max_length=4_000, help="Weights of the first unit, then of the next; commas between them."
    )
    biases: str = parameter("0", max_length=4_000, help="One bias for each unit; commas between them.")

    @field_validator("weights", "biases")
    @classmethod
    def _readable(cls, text: str) -> str:
        typed_numbers(text)
        return text

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        self._write(weight, self.weights)

    def fill_bias(self, bias: Tensor) -> None:
        with torch.no_grad():
            self._write(bias, self.biases)

    @staticmethod
    def _write(values: Tensor, text: str) -> None:
        numbers = torch.tensor(typed_numbers(text), dtype=values.dtype, device=values.device)
        times = -(-values.numel() // len(numbers))
        values.copy_(numbers.repeat(times)[: values.numel()].view(values.shape))

    def to_code(self, weight: Tensor, activation: str) -> Code:
        return self._code(weight, self.weights)

    def to_code_of_bias(self, bias: Tensor) -> Code:
        return self._code(bias, self.biases)

    @staticmethod
    def _code(values: Tensor, text: str) -> Code:
        numbers, times = typed_numbers(text), -(-values.numel() // len(typed_numbers(text)))
        repeated = f".repeat({times})[: {values.numel()}]" if times > 1 else ""
        return Code(f"{{0}}.copy_(torch.tensor({numbers!r}){repeated}.view({{0}}.shape))")


def typed_numbers(text: str) -> tuple[float, ...]:
    """The numbers of a text such as `0.4, -0.2`. Raises ValueError with a sentence."""
    found: list[float] = []
    for word in text.replace(",", " ").replace(";", " ").replace("−", "-").split():
        try:
            value = float(word)
        except ValueError:
            raise ValueError(f"“{word[:20]}” is no number") from None
        if not abs(value) <= 1000.0:
            raise ValueError(f"“{word[:20]}” lies outside ±1000")
        found.append(value)
    if not found:
        raise ValueError("type at least one number")
    return tuple(found)


class Uniform(Initializer):
    """Even between two bounds."""

    id: ClassVar[str] = "uniform"
    title: ClassVar[str] = "Uniform"
    summary: ClassVar[str] = "Evenly spread between two bounds, whatever the width of the layer."
    formula: ClassVar[str] = r"w \sim U(a, b)"

    low: float = parameter(-0.5, ge=-1000.0, le=1000.0, label="Lower bound a", help="Smallest weight.")
    high: float = parameter(0.5, ge=-1000.0, le=1000.0, label="Upper bound b", help="Largest weight.")

    @model_validator(mode="after")
    def _in_order(self) -> Uniform:
        if self.low > self.high:
            raise ValueError(f"the lower bound {self.low:g} lies above the upper bound {self.high:g}")
        return self

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        weight.uniform_(self.low, self.high, generator=generator)

    def to_code(self, weight: Tensor, activation: str) -> Code:
        return _drawn("uniform_", self.low, self.high)


class Normal(Initializer):
    """A bell curve."""

    id: ClassVar[str] = "normal"
    title: ClassVar[str] = "Normal"
    summary: ClassVar[str] = "A bell curve of one spread, whatever the width of the layer. Deep nets fade or explode."
    formula: ClassVar[str] = r"w \sim N(\mu, \sigma^2)"

    mean: float = parameter(0.0, ge=-1000.0, le=1000.0, label="Mean μ", help="Middle of the bell.", advanced=True)
    spread: float = parameter(
        0.1, ge=0.0, le=1000.0, label="Standard deviation σ", logarithmic=True, help="Width of the bell."
    )

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        weight.normal_(self.mean, self.spread, generator=generator)

    def to_code(self, weight: Tensor, activation: str) -> Code:
        return _drawn("normal_", self.mean, self.spread)


class _Xavier(Initializer):
    source: ClassVar[str] = "Glorot and Bengio (2010), Understanding the difficulty of training deep networks"

    use_gain: bool = parameter(
        False,
        label="Gain of the activation",
        advanced=True,
        help="Multiply by torch's gain for the activation that follows, 5/3 for tanh.",
    )

    def _gain(self, activation: str) -> float:
        return gain(activation) if self.use_gain else 1.0


class XavierUniform(_Xavier):
    """Xavier (Glorot), even."""

    id: ClassVar[str] = "xavier-uniform"
    title: ClassVar[str] = "Xavier, uniform"
    summary: ClassVar[str] = "Keeps the size of signals and gradients through layers of tanh or sigmoid. Even spread."
    formula: ClassVar[str] = (
        r"w \sim U(-a, a), \quad a = g \sqrt{\frac{6}{n_{\mathrm{in}} + n_{\mathrm{out}}}}, \quad g = 1"
    )

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        nn.init.xavier_uniform_(weight, gain=self._gain(activation), generator=generator)

    def to_code(self, weight: Tensor, activation: str) -> Code:
        return _drawn("xavier_uniform_", gain=self._gain(activation))


class XavierNormal(_Xavier):
    """Xavier (Glorot), bell."""

    id: ClassVar[str] = "xavier-normal"
    title: ClassVar[str] = "Xavier, normal"
    summary: ClassVar[str] = "Keeps the size of signals and gradients through layers of tanh or sigmoid. Bell curve."
    formula: ClassVar[str] = (
        r"w \sim N(0, \sigma^2), \quad \sigma = g \sqrt{\frac{2}{n_{\mathrm{in}} + n_{\mathrm{out}}}}, \quad g = 1"
    )

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        nn.init.xavier_normal_(weight, gain=self._gain(activation), generator=generator)

    def to_code(self, weight: Tensor, activation: str) -> Code:
        return _drawn("xavier_normal_", gain=self._gain(activation))


class _He(Initializer):
    source: ClassVar[str] = "He et al. (2015), Delving deep into rectifiers"

    keep: Literal["forward", "backward"] = parameter(
        "forward",
        label="Keep the size of",
        advanced=True,
        help="Signals on their way forward (n counts inputs) or gradients on their way back (n counts outputs).",
    )

    def _deviation(self, weight: Tensor, activation: str) -> float:
        """The gain of a rectifier whatever follows, but that of a leaky one where such a one follows."""
        fan = fans(weight)[0 if self.keep == "forward" else 1]
        return gain(activation if activation in SLOPES else "relu") / math.sqrt(max(1, fan))


    def _code(self, function: str, activation: str) -> Code:
        leaky = {"a": SLOPES[activation]} if activation in SLOPES else {"nonlinearity": "relu"}
        return _drawn(function, **({"mode": "fan_out"} if self.keep == "backward" else {}), **leaky)


class HeUniform(_He):
    """He (Kaiming), even."""

    id: ClassVar[str] = "he-uniform"
    title: ClassVar[str] = "He, uniform"
    summary: ClassVar[str] = "Keeps the size of signals through layers of ReLU, which pass only half. Even spread."
    formula: ClassVar[str] = r"w \sim U(-a, a), \quad a = g \sqrt{\frac{3}{n}}, \quad g = \sqrt{2}"

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        bound = math.sqrt(3.0) * self._deviation(weight, activation)
        weight.uniform_(-bound, bound, generator=generator)

    def to_code(self, weight: Tensor, activation: str) -> Code:
        return self._code("kaiming_uniform_", activation)


class HeNormal(_He):
    """He (Kaiming), bell."""

    id: ClassVar[str] = "he-normal"
    title: ClassVar[str] = "He, normal"
    summary: ClassVar[str] = "Keeps the size of signals through layers of ReLU, which pass only half. Bell curve."
    formula: ClassVar[str] = r"w \sim N(0, \sigma^2), \quad \sigma = \frac{g}{\sqrt{n}}, \quad g = \sqrt{2}"

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        weight.normal_(0.0, self._deviation(weight, activation), generator=generator)

    def to_code(self, weight: Tensor, activation: str) -> Code:
        return self._code("kaiming_normal_", activation)


class Orthogonal(Initializer):
    """A rotation."""

    id: ClassVar[str] = "orthogonal"
    title: ClassVar[str] = "Orthogonal"
    summary: ClassVar[str] = "A random rotation times the activation's gain: lengths and angles pass through unchanged."
    formula: ClassVar[str] = r"W^{\top} W = g^2 I"
    source: ClassVar[str] = "Saxe, McClelland and Ganguli (2014), Exact solutions to the nonlinear dynamics of learning"

    use_gain: bool = parameter(
        True, label="Gain of the activation", help="Multiply by torch's gain for the activation that follows."
    )

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        nn.init.orthogonal_(weight, gain=gain(activation) if self.use_gain else 1.0, generator=generator)

    def to_code(self, weight: Tensor, activation: str) -> Code:
        return _drawn("orthogonal_", gain=gain(activation) if self.use_gain else 1.0)


class Identity(Initializer):
    """A layer that passes on what arrives."""

    id: ClassVar[str] = "identity"
    title: ClassVar[str] = "Identity"
    summary: ClassVar[str] = (
        "A new layer that changes nothing at first: every unit passes on the input of its own number, every filter the "
        "middle of its window. With as many units as inputs, and no activation or ReLU behind ReLU, the network "
        "answers as it did before the layer was put in."
    )
    formula: ClassVar[str] = r"W = I"
    source: ClassVar[str] = "Chen, Goodfellow and Shlens (2016), Net2Net: accelerating learning via knowledge transfer"

    def _fill(self, weight: Tensor, generator: torch.Generator, activation: str) -> None:
        weight.zero_()
        for number in range(min(weight.shape[0], weight.shape[1])):
            # The middle as padding counts it: of an even window, the pixel before.
            weight[(number, number, *((extent - 1) // 2 for extent in weight.shape[2:]))] = 1.0

    def to_code(self, weight: Tensor, activation: str) -> Code:
        if weight.dim() == 2:
            return Code("nn.init.eye_({0})")
        middle = ", ".join(str((extent - 1) // 2) for extent in weight.shape[2:])
        places = f"range({min(weight.shape[0], weight.shape[1])})"
        return Code(f"{{0}}.data.zero_()[{places}, {places}, {middle}] = 1.0")


def _drawn(function: str, *numbers: float, **named: object) -> Code:
    """A call of torch's own initializer, without a gain of 1, which it has anyway."""
    words = [repr(number) for number in numbers]
    given = {name: f'"{value}"' if isinstance(value, str) else repr(value) for name, value in named.items()}
    words += [f"{name}={value}" for name, value in given.items() if (name, value) != ("gain", "1.0")]
    return Code(f"nn.init.{function}({', '.join(['{0}', *words])}, generator=generator)")


INITIALIZERS: tuple[type[Initializer], ...] = (
    Automatic,
    Zeros,
    Constant,
    Typed,
    Uniform,
    Normal,
    XavierUniform,
    XavierNormal,
    HeUniform,
    HeNormal,
    Orthogonal,
    Identity,
    KnownWords,
)


def initializer_of(choice: Choice) -> Initializer:
    """The initializer that a project chose. Raises KeyError (no such id) or pydantic's ValidationError (parameters)."""
    kinds = {kind.id: kind for kind in INITIALIZERS}
    return kinds[choice.id].model_validate(choice.parameters)


@dataclass(frozen=True, slots=True)
class Start:
    """How one parameter of a module starts."""

    name: str
    """Its name in the module."""
    values: Tensor
    initializer: Initializer
    activation: str
    """As in `Initializer.fill`."""
    bias: bool = False
    pieces: int = 1
    """Layers of their own that lie one below the other in it, such as gates; each has its own fans."""

    def fill(self, generator: torch.Generator) -> None:
        """Let it start, in place."""
        if self.bias:
            self.initializer.fill_bias(self.values)
            return
        for matrix in self.values.detach().chunk(self.pieces):
            self.initializer.fill(matrix, generator, self.activation)


def initialize(module: nn.Module, initializer: Initializer, generator: torch.Generator, activation: str) -> None:
    """Start all parameters of a module in place, in the order of `starts`."""
    for start in starts(module, initializer, activation):
        start.fill(generator)


def starts(module: nn.Module, initializer: Initializer, activation: str) -> Iterator[Start]:
    """How all parameters of a module start: weights by the initializer, biases at zero (or as typed).

    Weights are parameters with at least two axes. What else there is (the slope of PReLU) keeps the start that its own
    module gave it, and so do parameters that a module names in `own_start` (scale and shift of a normalization).
    """
    for path, part in module.named_modules():
        kept: frozenset[str] = getattr(part, "own_start", frozenset())
        for name, values in part.named_parameters(recurse=False):
            if name in kept:
                continue
            whole = f"{path}.{name}" if path else name
            if name.startswith("bias"):
                yield Start(whole, values, initializer, activation, bias=True)
            elif values.dim() >= 2:
                yield _start_of_weight(part, whole, values, initializer, activation)


def _start_of_weight(part: nn.Module, name: str, values: Tensor, initializer: Initializer, activation: str) -> Start:
    if isinstance(part, nn.RNNBase):
        if name.rpartition(".")[2].startswith("weight_hh") and isinstance(initializer, Automatic):
            initializer = Orthogonal()  # what is carried from step to step neither grows nor shrinks at first
        return Start(name, values, initializer, "", pieces=len(values) // part.hidden_size)  # they go through gates
    if isinstance(part, nn.Embedding) and isinstance(initializer, Automatic):
        initializer = Normal(spread=1.0)  # only one row at a time flows in, so the vocabulary is no fan
    return Start(name, values, initializer.of(part), activation)
