"""Normalization and noise: blocks that keep the shape and change how a network learns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, cast

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block, BlockError, Fix, numbers_only
from playground.blocks.code import Code, computed, kept
from playground.blocks.copied import APART, Copied
from playground.blocks.images.arriving import channels_of, dimensions_of
from playground.blocks.normalization_operations import (
    BatchNormalization,
    LayerNormalization,
    plan_dropout,
    plan_noise,
)
from playground.blocks.normalization_parts import batch_norm_parts, layer_norm_parts, undisturbed
from playground.blocks.operations import Operations
from playground.blocks.parts import Part
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

SCALE_AND_SHIFT = frozenset({"weight", "bias"})
"""What a normalization learns: no weights of a layer, though they have such axes, and no biases of one."""


class Normalization(Block):
    """Base of the family: one input, one output of the same shape."""

    family: ClassVar[str] = "normalization"

    def expect(self, *inputs: Signal) -> None:
        numbers_only(self.title, *inputs)

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        return (inputs[0].shape,)


class DropoutLayer(nn.Module):
    """Zeroes random numbers while training and scales the others up; draws from `generator`."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self.generator: torch.Generator | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.rate == 0.0:
            return x
        drawn = torch.rand(x.shape, generator=self.generator, dtype=x.dtype, device=x.device)
        return x * drawn.ge_(self.rate).div_(1.0 - self.rate)  # in place: the numbers become 0 or 1 / (1 - p)


class Dropout(Normalization):
    """Inverted dropout: survivors are multiplied by 1 / (1 - p), so that the expectation stays."""

    id: ClassVar[str] = "dropout"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"dropout"})
    title: ClassVar[str] = "Dropout"
    summary: ClassVar[str] = (
        "Silences random units at every training step and strengthens the others, so that no unit relies on another. "
        "Outside training it does nothing."
    )
    formula: ClassVar[str] = r"a = \frac{m \odot x}{1 - p}, \quad m_i \sim \mathrm{Bernoulli}(1 - p)"
    source: ClassVar[str] = "Srivastava et al. 2014"

    rate: float = parameter(0.2, ge=0.0, le=0.99, help="Share p of the numbers that are silenced at a step.")

    def subtitle(self) -> str:
        return f"drops {self.rate:.0%}"

    def copied(self, *inputs: Signal) -> Copied:
        return APART

    def build(self, *inputs: Signal) -> nn.Module:
        return DropoutLayer(self.rate)

    def to_code(self, *inputs: Signal) -> Code:
        if self.rate == 0.0:
            return computed("{0}")
        return kept(f"DropoutLayer({self.rate!r})", uses=(DropoutLayer,))

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_dropout(operations, module)
        return True

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, DropoutLayer)
        module.rate = self.rate
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return undisturbed(module, inputs[0], "Nothing is silenced here: dropout works while training only.")

    def live_formula(self, *inputs: Signal) -> str:
        return f"p is {self.rate:g}; survivors are multiplied by {1.0 / (1.0 - self.rate):.4g}"


class GaussianNoiseLayer(nn.Module):
    """Adds normal noise while training; draws from `generator`."""

    def __init__(self, deviation: float) -> None:
        super().__init__()
        self.deviation = deviation
        self.generator: torch.Generator | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.deviation == 0.0:
            return x
        noise = torch.randn(x.shape, generator=self.generator, dtype=x.dtype, device=x.device)
        return x + noise.mul_(self.deviation)


class GaussianNoise(Normalization):
    """Additive normal noise."""

    id: ClassVar[str] = "gaussian-noise"
    title: ClassVar[str] = "Gaussian noise"
    summary: ClassVar[str] = (
        "Shakes every number a little at every training step, so that the network cannot learn examples by heart. "
        "Outside training it does nothing."
    )
    formula: ClassVar[str] = r"a = x + \epsilon, \quad \epsilon \sim N(0, \sigma^2)"
    source: ClassVar[str] = "Bishop 1995, Training with noise is equivalent to Tikhonov regularization"

    deviation: float = parameter(0.1, ge=0.0, le=100.0, help="Standard deviation σ of the noise.")

    def subtitle(self) -> str:
        return f"σ {self.deviation:g}"

    def copied(self, *inputs: Signal) -> Copied:
        return APART

    def build(self, *inputs: Signal) -> nn.Module:
        return GaussianNoiseLayer(self.deviation)

    def to_code(self, *inputs: Signal) -> Code:
        if self.deviation == 0.0:
            return computed("{0}")
        return kept(f"GaussianNoiseLayer({self.deviation!r})", uses=(GaussianNoiseLayer,))

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_noise(operations, module)
        return True

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, GaussianNoiseLayer)
        module.deviation = self.deviation
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return undisturbed(module, inputs[0], "Nothing is shaken here: noise is added while training only.")


class BatchNormLayer(nn.Module):
    """Batch normalization over the batch and, for images, over all pixels of a channel.

    A training batch with one number per channel has no variance; it is normalized by the running statistics.
    """

    running_mean: torch.Tensor
    running_var: torch.Tensor

    own_start: frozenset[str] = SCALE_AND_SHIFT

    def __init__(self, channels: int, momentum: float, epsilon: float, affine: bool, series: bool = False) -> None:
        super().__init__()
        self.series = series
        """Whether the channels are the last axis, as in (batch, time, features)."""
        self.momentum = momentum
        self.epsilon = epsilon
        self.weight = nn.Parameter(torch.ones(channels)) if affine else None
        self.bias = nn.Parameter(torch.zeros(channels)) if affine else None
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.series:
            x = x.transpose(1, 2)
        by_batch = self.training and x.numel() > x.shape[1]
        normal = functional.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, by_batch, self.momentum, self.epsilon
        )
        return normal.transpose(1, 2) if self.series else normal


class BatchNormOfVectors(nn.BatchNorm1d):
    """torch's, but that a batch of one example, which has no variance, is normalized by the running statistics."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(x) > 1 or not self.training:
            return super().forward(x)
        return functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)


class BatchNorm(Normalization):
    """Batch normalization of vectors (per number) and images (per channel)."""

    id: ClassVar[str] = "batch-norm"
    title: ClassVar[str] = "Batch norm"
    summary: ClassVar[str] = (
        "Brings every unit to mean 0 and variance 1 over the batch, then learns its own scale and shift: "
        "training gets steadier and bears higher rates. Outside training it uses running averages."
    )
    parameter_symbols: ClassVar[Mapping[str, tuple[str, ...]]] = {"weight": ("γ",), "bias": ("β",)}
    formula: ClassVar[str] = r"y = \gamma \frac{x - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}} + \beta"
    source: ClassVar[str] = "Ioffe & Szegedy 2015"

    momentum: float = parameter(
        0.1, gt=0.0, le=1.0, help="Share of the newest batch in the running mean and variance.", advanced=True
    )
    epsilon: float = parameter(
        1e-5, gt=0.0, le=1.0, logarithmic=True, help="Keeps the division safe when the variance is zero.", advanced=True
    )
    affine: bool = parameter(True, label="Scale and shift", help="Learn a scale γ and a shift β for each unit.")

    def expect(self, *inputs: Signal) -> None:
        super().expect(*inputs)
        arriving = inputs[0]
        if len(arriving.shape) != 1 and not dimensions_of(arriving):
            raise BlockError(
                f"{self.title} expects a flat vector, an image of channels × height × width, a volume or a series, "
                f"but {arriving.words()} arrives.",
                Fix("Insert Flatten", "insert", block="flatten", port="input"),
            )

    def copied(self, *inputs: Signal) -> Copied:
        return Copied("apart", ("weight", "bias", "running_mean", "running_var"))

    def build(self, *inputs: Signal) -> nn.Module:
        series = inputs[0].kind == "series"
        return BatchNormLayer(channels_of(inputs[0]), self.momentum, self.epsilon, self.affine, series)

    def to_code(self, *inputs: Signal) -> Code:
        dimensions = dimensions_of(inputs[0])  # where there are some, even one example has a variance
        layer = f"nn.BatchNorm{dimensions}d" if dimensions else "BatchNormOfVectors"
        epsilon = f", eps={self.epsilon!r}" if self.epsilon != 1e-5 else ""
        momentum = f", momentum={self.momentum!r}" if self.momentum != 0.1 else ""
        affine = "" if self.affine else ", affine=False"
        make = f"{layer}({channels_of(inputs[0])}{epsilon}{momentum}{affine})"
        expression = "{module}({0}.transpose(1, 2)).transpose(1, 2)" if dimensions == 1 else "{module}({0})"
        return kept(make, expression, uses=() if dimensions else (BatchNormOfVectors,))

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        if cast(BatchNormLayer, module).series:
            return False
        normalization = BatchNormalization(operations, module)
        normalization.forward()
        if operations.learns:
            normalization.backward()
        return True

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, BatchNormLayer)
        if (module.weight is not None) != self.affine:
            return False
        module.momentum, module.epsilon = self.momentum, self.epsilon
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        assert isinstance(module, BatchNormLayer)
        mean, variance = module.running_mean.double(), module.running_var.double()
        return batch_norm_parts(module, mean, variance, module.epsilon, inputs[0])

    def live_formula(self, *inputs: Signal) -> str:
        count = channels_of(inputs[0])
        learned = f"γ and β are {count}, " if self.affine else ""
        over = "the batch" if len(inputs[0].shape) == 1 else "the batch and all places of a channel"
        return f"{learned}μ and σ are {count}, taken over {over}"


class LayerNormLayer(nn.LayerNorm):
    """Torch's, which starts with scale 1 and shift 0 whatever initializer a project chose."""

    own_start: frozenset[str] = SCALE_AND_SHIFT


class LayerNorm(Normalization):
    """Layer normalization: within one example, over all its numbers."""

    id: ClassVar[str] = "layer-norm"
    title: ClassVar[str] = "Layer norm"
    summary: ClassVar[str] = (
        "Brings the numbers of each example to mean 0 and variance 1, independent of the batch, then learns a scale "
        "and a shift; used in transformers and recurrent networks."
    )
    parameter_symbols: ClassVar[Mapping[str, tuple[str, ...]]] = {"weight": ("γ",), "bias": ("β",)}
    formula: ClassVar[str] = r"y = \gamma \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta"
    source: ClassVar[str] = "Ba, Kiros & Hinton 2016"

    epsilon: float = parameter(
        1e-5, gt=0.0, le=1.0, logarithmic=True, help="Keeps the division safe when the variance is zero.", advanced=True
    )
    affine: bool = parameter(True, label="Scale and shift", help="Learn a scale γ and a shift β for each number.")

    def build(self, *inputs: Signal) -> nn.Module:
        return LayerNormLayer(self.normalized_shape(inputs[0]), self.epsilon, elementwise_affine=self.affine)

    def to_code(self, *inputs: Signal) -> Code:
        shape = self.normalized_shape(inputs[0])
        epsilon = f", eps={self.epsilon!r}" if self.epsilon != 1e-5 else ""
        affine = "" if self.affine else ", elementwise_affine=False"
        return kept(f"nn.LayerNorm({shape[0] if len(shape) == 1 else shape}{epsilon}{affine})")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        normalization = LayerNormalization(operations, module)
        normalization.forward()
        if operations.learns:
            normalization.backward()
        return True

    @staticmethod
    def normalized_shape(arriving: Signal) -> tuple[int, ...]:
        """The last axes, over which mean and variance are taken: in a sequence each position stands alone."""
        return arriving.shape[-1:] if arriving.stepwise else arriving.shape

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, nn.LayerNorm)
        if module.elementwise_affine != self.affine:
            return False
        module.eps = self.epsilon
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        assert isinstance(module, nn.LayerNorm)
        return layer_norm_parts(module, inputs[0])

    def live_formula(self, *inputs: Signal) -> str:
        shape = " × ".join(map(str, self.normalized_shape(inputs[0])))
        learned = f"γ and β are {shape}, " if self.affine else ""
        return f"{learned}μ and σ are one number per example, taken over {shape}"


BLOCKS: tuple[type[Block], ...] = (Dropout, GaussianNoise, BatchNorm, LayerNorm)
