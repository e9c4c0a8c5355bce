"""Pictures whose light and colours are changed, or of which a piece is hidden."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import torch
from torch import nn

from playground.blocks.augmentation.base import Augmentation, anywhere
from playground.blocks.base import Block
from playground.blocks.code import Code, kept
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

GREY = (0.299, 0.587, 0.114)
"""How bright red, green and blue are to the eye: ITU-R BT.601."""


def turned_hues(x: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
    """Coloured pictures (batch, 3, height, width) with all hues turned by `angle` (batch,), in radians.

    The colours are turned around the line of the greys (1, 1, 1), so that grey stays grey: Rodrigues' formula.
    """
    cosine, sine = torch.cos(angle)[:, None, None, None], torch.sin(angle)[:, None, None, None]
    grey = x.mean(1, keepdim=True)
    across = (x.roll(1, 1) - x.roll(2, 1)) / math.sqrt(3.0)  # the cross product with (1, 1, 1) / √3
    return x * cosine + across * sine + grey * (1.0 - cosine)


class ColourJitterLayer(nn.Module):
    """Changes light and colours of each picture of a training batch by chance; draws from `generator`."""

    def __init__(self, brightness: float, contrast: float, saturation: float, hue: float) -> None:
        super().__init__()
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
        self.hue = hue
        self.generator: torch.Generator | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        drawn = torch.rand((4, len(x)), generator=self.generator, device=x.device).to(x.dtype).mul_(2.0).sub_(1.0)
        by = drawn[:, :, None, None, None]  # each (batch, 1, 1, 1)
        if self.brightness:
            x = x + by[0] * (self.brightness * (x.amax((1, 2, 3), keepdim=True) - x.amin((1, 2, 3), keepdim=True)))
        if self.contrast:
            mean = x.mean((1, 2, 3), keepdim=True)
            x = mean + (x - mean) * (1.0 + self.contrast * by[1])
        if x.shape[1] == 3 and self.saturation:
            grey = torch.tensordot(x, x.new_tensor(GREY), dims=([1], [0])).unsqueeze(1)  # (batch, 1, height, width)
            x = grey + (x - grey) * (1.0 + self.saturation * by[2])
        if x.shape[1] == 3 and self.hue:
            x = turned_hues(x, drawn[3] * math.radians(self.hue))
        return x


class ColourJitter(Augmentation):
    """Brightness, contrast, saturation and hue, each by chance."""

    id: ClassVar[str] = "colour-jitter"
    title: ClassVar[str] = "Colour jitter"
    summary: ClassVar[str] = (
        "Makes every picture a little brighter or darker, flatter or harder, paler or stronger, and turns its hues, "
        "differently at every training step. Saturation and hue need three channels. Outside training it does nothing."
    )
    formula: ClassVar[str] = r"a = \bar{x} + c \, (x + b \, r - \bar{x}), \quad r = \max x - \min x"
    source: ClassVar[str] = "Howard 2013, Some improvements on deep convolutional neural network based classification"

    brightness: float = parameter(
        0.2, ge=0.0, le=2.0, help="The largest b: how much is added, as a share of the picture's own range r."
    )
    contrast: float = parameter(0.2, ge=0.0, le=1.0, help="How far the factor c lies from 1 at most.")
    saturation: float = parameter(0.2, ge=0.0, le=1.0, help="The same for the colours' distance from grey.")
    hue: float = parameter(0.0, ge=0.0, le=180.0, unit="°", help="By which angle hues are turned at most.")

    def subtitle(self) -> str:
        known = (("light", self.brightness), ("contrast", self.contrast), ("colour", self.saturation))
        words = [f"{name} ±{value:.0%}" for name, value in known if value]
        return " · ".join([*words, *([f"hue ±{self.hue:g}°"] if self.hue else [])]) or "nothing"

    def build(self, *inputs: Signal) -> nn.Module:
        return ColourJitterLayer(self.brightness, self.contrast, self.saturation, self.hue)

    def to_code(self, *inputs: Signal) -> Code:
        numbers = f"{self.brightness!r}, {self.contrast!r}, {self.saturation!r}, {self.hue!r}"
        return kept(f"ColourJitterLayer({numbers})", uses=(ColourJitterLayer,))

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, ColourJitterLayer)
        module.brightness, module.contrast = self.brightness, self.contrast
        module.saturation, module.hue = self.saturation, self.hue
        return True

    def bounds(self, low: float, high: float) -> tuple[float, float]:
        return anywhere(low, high)

    def live_formula(self, *inputs: Signal) -> str:
        coloured = inputs[0].shape[0] == 3
        words = f", colour within ±{self.saturation:.0%}, hue within ±{self.hue:g}°" if coloured else ""
        return f"b within ±{self.brightness:g}, c within 1 ± {self.contrast:g}{words}"


Filling = Literal["mean", "zero", "noise"]


class CutoutLayer(nn.Module):
    """Hides a square of each picture of a training batch; draws from `generator`."""

    def __init__(self, size: float, probability: float, filling: str) -> None:
        super().__init__()
        self.size = size
        self.probability = probability
        self.filling = filling
        self.generator: torch.Generator | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.probability == 0.0:
            return x
        count, _, height, width = x.shape
        half = max(1.0, self.size * min(height, width)) / 2.0
        drawn = torch.rand((3, count, 1, 1, 1), generator=self.generator, device=x.device)
        rows = torch.arange(height, device=x.device)[:, None] + 0.5
        columns = torch.arange(width, device=x.device) + 0.5
        hidden = (rows - drawn[0] * height).abs() <= half  # (batch, 1, height, 1)
        hidden = hidden & ((columns - drawn[1] * width).abs() <= half) & (drawn[2] < self.probability)
        if self.filling == "noise":
            noise = torch.randn(x.shape, generator=self.generator, device=x.device, dtype=x.dtype)
            filled = x.mean((1, 2, 3), keepdim=True) + noise * x.std((1, 2, 3), keepdim=True)
        else:
            filled = x.mean((1, 2, 3), keepdim=True) if self.filling == "mean" else x.new_zeros(())
        return torch.where(hidden, filled, x)


class Cutout(Augmentation):
    """A square that is hidden, elsewhere in each picture."""

    id: ClassVar[str] = "cutout"
    title: ClassVar[str] = "Cutout"
    summary: ClassVar[str] = (
        "Hides a square of every picture, elsewhere at every training step, so that the network cannot rely on one "
        "part of it alone. Outside training it does nothing."
    )
    formula: ClassVar[str] = (
        r"a_{c,i,j} = \bar{x} \;\; \mathrm{where} \;\; |i - u|, |j - v| \leq k / 2, \quad"
        r" x_{c,i,j} \;\; \mathrm{elsewhere}"
    )
    source: ClassVar[str] = "DeVries & Taylor 2017, Improved regularization of convolutional networks with cutout"

    size: float = parameter(0.3, gt=0.0, le=1.0, help="Side k of the square, as a share of the picture's shorter side.")
    probability: float = parameter(1.0, ge=0.0, le=1.0, help="Share of the pictures of which a square is hidden.")
    filling: Filling = parameter("mean", help="What stands in the square: the picture's mean, zeros, or noise.")

    def subtitle(self) -> str:
        often = f" · {self.probability:.0%}" if self.probability < 1.0 else ""
        return f"{self.size:.0%} of a side · {self.filling}{often}"

    def build(self, *inputs: Signal) -> nn.Module:
        return CutoutLayer(self.size, self.probability, self.filling)

    def to_code(self, *inputs: Signal) -> Code:
        return kept(f'CutoutLayer({self.size!r}, {self.probability!r}, "{self.filling}")', uses=(CutoutLayer,))

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, CutoutLayer)
        module.size, module.probability, module.filling = self.size, self.probability, self.filling
        return True

    def bounds(self, low: float, high: float) -> tuple[float, float]:
        if self.filling == "noise":
            return anywhere(low, high)
        return (min(low, 0.0), max(high, 0.0)) if self.filling == "zero" else (low, high)

    def live_formula(self, *inputs: Signal) -> str:
        side = max(1.0, self.size * min(inputs[0].shape[1:]))
        return f"k is {side:.3g} pixels of {inputs[0].shape[1]} × {inputs[0].shape[2]}"


BLOCKS: tuple[type[Block], ...] = (ColourJitter, Cutout)
