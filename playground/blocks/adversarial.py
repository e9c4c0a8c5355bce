"""What a generative adversarial network is built from: noise, a hand of real and generated examples, the forger's loss.

The discriminator learns to tell both by binary cross-entropy; the generator learns to be taken for real. Goodfellow et
al. 2014, "Generative adversarial nets".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Literal

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block, BlockError, Fix, Port, numbers_only
from playground.blocks.code import Code, computed, kept
from playground.blocks.loss import Compare, Comparison, Loss, Task, activation_fixes, units_fixes
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

Distribution = Literal["normal", "uniform"]
GENERATED, REAL = "generated", "real"


class NoiseLayer(nn.Module):
    """Random numbers (batch, size), as many rows as arrive; draws from `generator`, also outside training."""

    def __init__(self, size: int, distribution: Distribution) -> None:
        super().__init__()
        self.size = size
        self.distribution = distribution
        self.generator: torch.Generator | None = None

    def forward(self, like: torch.Tensor) -> torch.Tensor:
        shape = (like.shape[0], self.size)
        if self.distribution == "uniform":
            return torch.rand(shape, generator=self.generator, device=like.device).mul_(2.0).sub_(1.0)
        return torch.randn(shape, generator=self.generator, device=like.device)


class Noise(Block):
    """Fresh random numbers for every example, whatever the example is."""

    id: ClassVar[str] = "noise"
    family: ClassVar[str] = "merge"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"noise"})
    title: ClassVar[str] = "Noise"
    summary: ClassVar[str] = (
        "Fresh random numbers for every row that arrives, the raw material of a generator. Of the wire it takes only "
        "the number of rows."
    )
    formula: ClassVar[str] = r"z \sim \mathcal{N}(0, I) \quad \mathrm{or} \quad z_i \sim U(-1, 1)"
    source: ClassVar[str] = "Goodfellow et al. 2014, Generative adversarial nets"
    inputs: ClassVar[tuple[Port, ...]] = (Port("input", "As many rows as"),)
    learns_from: ClassVar[tuple[str, ...]] = ("input",)

    size: int = parameter(2, ge=1, le=1_024, logarithmic=True, help="How many random numbers each row has.")
    distribution: Distribution = parameter(
        "normal", help="Normal: around 0 with deviation 1. Uniform: evenly between -1 and 1."
    )

    def subtitle(self) -> str:
        return f"{self.size} number{'s' if self.size != 1 else ''} · {self.distribution}"

    def build(self, *inputs: Signal) -> nn.Module:
        return NoiseLayer(self.size, self.distribution)

    def to_code(self, *inputs: Signal) -> Code:
        return kept(f'NoiseLayer({self.size}, "{self.distribution}")', uses=(NoiseLayer,))

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, NoiseLayer)
        if module.size != self.size:
            return False
        module.distribution = self.distribution
        return True

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        return (torch.Size((inputs[0].shape[0], self.size)),)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        plain = Signal((self.size,), axes=("features",))
        return (plain.but(low=-1.0, high=1.0) if self.distribution == "uniform" else plain,)

    def reach(self) -> float:
        """How far from 0 the numbers lie, all or nearly all of them."""
        return 1.0 if self.distribution == "uniform" else 3.0


def real_and_generated(real: torch.Tensor, generated: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(batch, ...) twice to (2 batch, ...) in turns, real first, and (2 batch, 1) with 1 for the real ones."""
    mixed = torch.stack((real, generated), dim=1).flatten(0, 1)
    is_real = real.new_zeros((real.shape[0], 2, 1))  # `len` would tie exported graphs to one batch size
    is_real[:, 0] = 1.0
    return mixed, is_real.flatten(0, 1)


class RealAndGeneratedLayer(nn.Module):
    """Real and generated examples in turns, and which are real."""

    def forward(self, real: torch.Tensor, generated: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return real_and_generated(real, generated)


class RealAndGenerated(Block):
    """Two rows for every example: the real one, then a generated one. Which is which is the second output."""

    id: ClassVar[str] = "real-and-generated"
    family: ClassVar[str] = "merge"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"real and generated"})
    title: ClassVar[str] = "Real and generated"
    summary: ClassVar[str] = (
        "Deals out real and generated examples in turns, and the answer which of them are real: what a discriminator "
        "learns from."
    )
    formula: ClassVar[str] = r"x_1, G(z_1), x_2, G(z_2), \ldots \quad \mathrm{and} \quad 1, 0, 1, 0, \ldots"
    source: ClassVar[str] = "Goodfellow et al. 2014, Generative adversarial nets"
    inputs: ClassVar[tuple[Port, ...]] = (Port("real", "Real"), Port("generated", "Generated"))
    outputs: ClassVar[tuple[Port, ...]] = (Port("mixed", "Mixed"), Port("is_real", "Is it real?"))
    entrances: ClassVar[Mapping[str, str]] = {"mixed": "real"}

    def expect(self, *inputs: Signal) -> None:
        real, generated = inputs
        numbers_only(self.title, *inputs)
        if real.shape == generated.shape:
            return
        fixes = units_fixes(generated, real.shape[0]) if len(real.shape) == 1 else []
        text = " x ".join(map(str, real.shape))
        if len(real.shape) > 1 and real.size == generated.size:
            label = f"Insert Reshape to {text.replace('x', '×')}"
            fixes = [Fix(label, "insert", block="reshape", parameters={"shape": text}, port="generated")]
        raise BlockError(
            f"{self.title} expects generated examples that look like the real ones, but a real one is {real.words()} "
            f"and a generated one is {generated.words()}.",
            *(_for_port(fix, "generated") for fix in fixes),
            port="generated",
        )

    def build(self, *inputs: Signal) -> nn.Module:
        return RealAndGeneratedLayer()

    def to_code(self, *inputs: Signal) -> Code:
        return computed("real_and_generated({0}, {1})", uses=(real_and_generated,))

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        real, generated = inputs
        low, high = min(real.low, generated.low), max(real.high, generated.high)
        mixed = Signal(real.shape, kind=real.kind, axes=real.axes, low=low, high=high)
        return mixed, Signal((1,), kind="classes", scale="zero-one", classes=(GENERATED, REAL))


def _for_port(fix: Fix, port: str) -> Fix:
    """A remedy for predictions, for another port."""
    return replace(fix, port=port if fix.port else "", node=port if fix.node else "")


class GeneratorLoss(Loss):
    """Small where the discriminator takes generated rows for real; real rows do not count.

    Non-saturating: the mean of -ln D(G(z)), which is softplus(-logit). Saturating: the mean of ln(1 - D(G(z))), the
    form of the minimax game, whose gradient vanishes where the discriminator is sure (section 3 of the paper).
    """

    id: ClassVar[str] = "generator-loss"
    title: ClassVar[str] = "Generator loss"
    summary: ClassVar[str] = (
        "How surprised one must be that generated examples pass for real. Takes the logits of the discriminator and "
        "which rows are real; only the generated rows count."
    )
    formula: ClassVar[str] = (
        r"L = -\frac{1}{n} \sum_{i=1}^{n} \ln D(G(z_i)) \quad \mathrm{or} \quad"
        r" \frac{1}{n} \sum_{i=1}^{n} \ln (1 - D(G(z_i)))"
    )
    source: ClassVar[str] = "Goodfellow et al. 2014, Generative adversarial nets"
    inputs: ClassVar[tuple[Port, ...]] = (Port("prediction", "Prediction"), Port("target", "Is it real?"))

    form: Literal["non-saturating", "saturating"] = parameter(
        "non-saturating",
        help="Non-saturating: be taken for real. Saturating: do not be caught, as in the minimax game; its gradient "
        "vanishes while the discriminator is sure of every forgery, so the generator learns nothing at the start.",
    )

    def subtitle(self) -> str:
        return self.form

    def task(self, target: Signal) -> Task:
        """None: a generator wants its examples to be taken for what they are not."""
        return "none"

    def match(self, prediction: Signal, target: Signal) -> None:
        if target.scale != "zero-one" or target.shape != (1,):
            raise BlockError(
                f"{self.title} must know which rows are real, as Real and generated says it with 1 and 0, but "
                f"{target.words()} arrives.",
                port="target",
            )
        if prediction.shape != (1,):
            raise BlockError(
                f"{self.title} expects one logit for each row, but {prediction.words()} arrives.",
                *units_fixes(prediction, 1),
                port="prediction",
            )
        if prediction.scale in ("probability", "log-probability"):
            raise BlockError(
                f"{self.title} expects logits, from which it takes the logarithm without loss, but "
                f"{'probabilities' if prediction.scale == 'probability' else 'log-probabilities'} arrive.",
                *activation_fixes("identity"),
                port="prediction",
            )

    def build(self, *inputs: Signal) -> nn.Module:
        return Comparison(self._function())

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"{self._function().__name__}({{0}}, {{1}})", uses=(self._function(),))

    def _function(self) -> Compare:
        return fooling if self.form == "non-saturating" else not_being_caught


def fooling(logits: torch.Tensor, is_real: torch.Tensor) -> torch.Tensor:
    """Mean of -ln D over the generated rows: softplus(-logit)."""
    return _over_generated(functional.softplus(-logits), is_real)


def not_being_caught(logits: torch.Tensor, is_real: torch.Tensor) -> torch.Tensor:
    """Mean of ln(1 - D) over the generated rows: -softplus(logit)."""
    return _over_generated(-functional.softplus(logits), is_real)


def _over_generated(values: torch.Tensor, is_real: torch.Tensor) -> torch.Tensor:
    generated = 1.0 - is_real
    return (values * generated).sum() / generated.sum().clamp_min(1.0)


BLOCKS: tuple[type[Block], ...] = (Noise, RealAndGenerated, GeneratorLoss)
