"""Normalization of maps: by groups of channels, map by map, by neighbouring channels; and dropout of whole maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block, BlockError, Fix
from playground.blocks.code import Code, computed, kept
from playground.blocks.copied import APART, Copied
from playground.blocks.images.arriving import any_maps_only, channels_of, dimensions_of
from playground.blocks.normalization import SCALE_AND_SHIFT, Normalization
from playground.blocks.normalization_parts import group_norm_parts, undisturbed
from playground.blocks.parts import Part, whole
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

IN_SERIES = "{module}({0}.transpose(1, 2)).transpose(1, 2)"


class GroupNormLayer(nn.GroupNorm):
    """torch's, also for series (batch, time, features); starts with scale 1 and shift 0 whatever the initializer."""

    own_start: frozenset[str] = SCALE_AND_SHIFT

    def __init__(self, groups: int, channels: int, epsilon: float, affine: bool, series: bool) -> None:
        super().__init__(groups, channels, epsilon, affine)
        self.series = series

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x.transpose(1, 2)).transpose(1, 2) if self.series else super().forward(x)


class OverGroups(Normalization):
    """Base of the normalizations over groups of channels of one example."""

    parameter_symbols: ClassVar[Mapping[str, tuple[str, ...]]] = {"weight": ("γ",), "bias": ("β",)}
    formula: ClassVar[str] = r"y = \gamma \frac{x - \mu_g}{\sqrt{\sigma_g^2 + \epsilon}} + \beta"

    epsilon: float = parameter(
        1e-5, gt=0.0, le=1.0, logarithmic=True, help="Keeps the division safe when the variance is zero.", advanced=True
    )
    affine: bool = parameter(True, label="Scale and shift", help="Learn a scale γ and a shift β for each channel.")

    def parted(self, channels: int) -> int:
        """Into how many groups so many channels are divided."""
        raise NotImplementedError

    def build(self, *inputs: Signal) -> nn.Module:
        channels = channels_of(inputs[0])
        return GroupNormLayer(
            self.parted(channels), channels, self.epsilon, self.affine, inputs[0].kind == "series"
        )

    def to_code(self, *inputs: Signal) -> Code:
        channels = channels_of(inputs[0])
        epsilon = f", eps={self.epsilon!r}" if self.epsilon != 1e-5 else ""
        affine = "" if self.affine else ", affine=False"
        make = f"nn.GroupNorm({self.parted(channels)}, {channels}{epsilon}{affine})"
        return kept(make, IN_SERIES if inputs[0].kind == "series" else "{module}({0})")

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, GroupNormLayer)
        if module.affine != self.affine or module.num_groups != self.parted(module.num_channels):
            return False
        module.eps = self.epsilon
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        assert isinstance(module, GroupNormLayer)
        return group_norm_parts(module, inputs[0], module.series)

    def live_formula(self, *inputs: Signal) -> str:
        channels = channels_of(inputs[0])
        learned = f"γ and β are {channels}, " if self.affine else ""
        each = channels // self.parted(channels)
        return f"{learned}μ and σ are taken over {each} channel{'s' if each > 1 else ''} of one example"


class GroupNorm(OverGroups):
    """Group normalization: within one example, over a few channels."""

    id: ClassVar[str] = "group-norm"
    title: ClassVar[str] = "Group norm"
    summary: ClassVar[str] = (
        "Divides the channels of each example into groups and brings each group to mean 0 and variance 1, then learns "
        "a scale and a shift. It does not look at the batch, so it works with batches of any size."
    )
    source: ClassVar[str] = "Wu and He 2018, Group normalization"

    groups: int = parameter(4, ge=1, le=4_096, logarithmic=True, help="How many groups the channels are divided into.")

    def subtitle(self) -> str:
        return f"{self.groups} group{'s' if self.groups > 1 else ''}"

    def parted(self, channels: int) -> int:
        return self.groups

    def expect(self, *inputs: Signal) -> None:
        super().expect(*inputs)
        if len(inputs[0].shape) != 1:
            any_maps_only(self.title, *inputs)
        channels = channels_of(inputs[0])
        if channels % self.groups:
            fitting = max(one for one in range(1, min(channels, self.groups) + 1) if channels % one == 0)
            raise BlockError(
                f"{self.title} divides the channels into {self.groups} groups of the same size, but {channels} arrive.",
                Fix(f"Set groups to {fitting}", "set", parameters={"groups": fitting}),
            )
        if len(inputs[0].shape) == 1 and channels == self.groups:
            raise BlockError(
                f"{self.title} has one number in each of its {channels} groups, which is its own mean.",
                Fix("Set groups to 1", "set", parameters={"groups": 1}),
            )


class InstanceNorm(OverGroups):
    """Instance normalization: each map of each example by itself."""

    id: ClassVar[str] = "instance-norm"
    title: ClassVar[str] = "Instance norm"
    summary: ClassVar[str] = (
        "Brings every map of every example to mean 0 and variance 1 by itself, then learns a scale and a shift: how "
        "bright a picture is, and how strong its contrast, no longer matters. Used for pictures in another style."
    )
    source: ClassVar[str] = "Ulyanov, Vedaldi and Lempitsky 2016, Instance normalization"

    def parted(self, channels: int) -> int:
        return channels

    def copied(self, *inputs: Signal) -> Copied:
        return Copied("apart", ("weight", "bias"))

    def expect(self, *inputs: Signal) -> None:
        super().expect(*inputs)
        any_maps_only(self.title, *inputs)


class LocalResponseNorm(Normalization):
    """Local response normalization: by the neighbouring channels at the same place."""

    id: ClassVar[str] = "local-response-norm"
    title: ClassVar[str] = "Local response norm"
    summary: ClassVar[str] = (
        "Divides every number by the strength of its neighbours in other channels at the same place, so that filters "
        "compete. AlexNet used it; batch norm has taken its place."
    )
    formula: ClassVar[str] = (
        r"a_{c,i,j} = x_{c,i,j} \left(k + \frac{\alpha}{n} \sum_{d = c - n/2}^{c + n/2} x_{d,i,j}^2\right)^{-\beta}"
    )
    source: ClassVar[str] = "Krizhevsky, Sutskever and Hinton 2012"

    size: int = parameter(5, ge=1, le=255, help="How many neighbouring channels n count.")
    alpha: float = parameter(1e-4, gt=0.0, le=100.0, logarithmic=True, help="How much α the neighbours count.")
    beta: float = parameter(0.75, gt=0.0, le=10.0, help="The exponent β.")
    k: float = parameter(1.0, gt=0.0, le=100.0, help="The constant k, which keeps the division safe.", advanced=True)

    def subtitle(self) -> str:
        return f"{self.size} channels · α {self.alpha:g} · β {self.beta:g}"

    def expect(self, *inputs: Signal) -> None:
        super().expect(*inputs)
        any_maps_only(self.title, *inputs)

    def build(self, *inputs: Signal) -> nn.Module:
        return LocalResponseNormLayer(self.size, self.alpha, self.beta, self.k, inputs[0].kind == "series")

    def to_code(self, *inputs: Signal) -> Code:
        make = f"nn.LocalResponseNorm({self.size}, {self.alpha!r}, {self.beta!r}, {self.k!r})"
        return kept(make, IN_SERIES if inputs[0].kind == "series" else "{module}({0})")

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return (whole(module, 1),)


class LocalResponseNormLayer(nn.LocalResponseNorm):
    """torch's, also for series (batch, time, features)."""

    def __init__(self, size: int, alpha: float, beta: float, k: float, series: bool) -> None:
        super().__init__(size, alpha, beta, k)
        self.series = series

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x.transpose(1, 2)).transpose(1, 2) if self.series else super().forward(x)

    def plain(self) -> nn.Module:
        """The same by sums of shifted channels, which exporters can follow."""
        return ByNeighbours(self)


class ByNeighbours(nn.Module):
    """Local response normalization in operations that every format has."""

    def __init__(self, layer: LocalResponseNormLayer) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        layer, axis = self.layer, -1 if self.layer.series else 1
        squares = (x * x).movedim(axis, -1)
        wide = functional.pad(squares, (layer.size // 2, (layer.size - 1) // 2))
        count = squares.shape[-1]
        near = torch.stack([wide.narrow(-1, start, count) for start in range(layer.size)]).sum(0) / layer.size
        return x / (near * layer.alpha + layer.k).pow(layer.beta).movedim(-1, axis)


class MapDropoutLayer(nn.Module):
    """Zeroes whole random maps while training and scales the others up; draws from `generator`."""

    def __init__(self, rate: float, series: bool) -> None:
        super().__init__()
        self.rate, self.series = rate, series
        self.generator: torch.Generator | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.rate == 0.0:
            return x
        shape = (len(x), 1, x.shape[2]) if self.series else (*x.shape[:2], *(1 for _ in x.shape[2:]))
        drawn = torch.rand(shape, generator=self.generator, dtype=x.dtype, device=x.device)
        return x * drawn.ge_(self.rate).div_(1.0 - self.rate)


class MapDropout(Normalization):
    """Dropout of whole maps."""

    id: ClassVar[str] = "map-dropout"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"dropout"})
    title: ClassVar[str] = "Dropout of maps"
    summary: ClassVar[str] = (
        "Silences whole random maps at every training step and strengthens the others. Of single pixels the neighbours "
        "would tell what is missing; of a whole map nobody does. Outside training it does nothing."
    )
    formula: ClassVar[str] = r"a_{c,i,j} = \frac{m_c \, x_{c,i,j}}{1 - p}, \quad m_c \sim \mathrm{Bernoulli}(1 - p)"
    source: ClassVar[str] = "Tompson et al. 2015, Efficient object localization"

    rate: float = parameter(0.2, ge=0.0, le=0.99, help="Share p of the maps that are silenced at a step.")

    def subtitle(self) -> str:
        return f"drops {self.rate:.0%} of the maps"

    def expect(self, *inputs: Signal) -> None:
        super().expect(*inputs)
        any_maps_only(self.title, *inputs)

    def copied(self, *inputs: Signal) -> Copied:
        return APART

    def build(self, *inputs: Signal) -> nn.Module:
        return MapDropoutLayer(self.rate, inputs[0].kind == "series")

    def to_code(self, *inputs: Signal) -> Code:
        if self.rate == 0.0:
            return computed("{0}")
        series = dimensions_of(inputs[0]) == 1
        return kept(f"MapDropoutLayer({self.rate!r}, {series!r})", uses=(MapDropoutLayer,))

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, MapDropoutLayer)
        module.rate = self.rate
        return True

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return undisturbed(module, inputs[0], "Nothing is silenced here: dropout works while training only.")

    def live_formula(self, *inputs: Signal) -> str:
        return f"p is {self.rate:g}; what is left is multiplied by {1.0 / (1.0 - self.rate):.4g}"


BLOCKS: tuple[type[Block], ...] = (GroupNorm, InstanceNorm, LocalResponseNorm, MapDropout)
