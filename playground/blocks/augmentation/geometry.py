"""Pictures that are mirrored, turned, shifted, scaled, sheared or cut out anew."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.augmentation.base import BORDER_HELP, Augmentation, Border, with_zero
from playground.blocks.base import Block, BlockError, Fix
from playground.blocks.code import Code, kept
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

Mirror = Literal["left-right", "up-down", "both"]


class RandomFlipLayer(nn.Module):
    """Mirrors some pictures of a training batch; draws from `generator`."""

    def __init__(self, mirror: str, probability: float) -> None:
        super().__init__()
        self.mirror = mirror
        self.probability = probability
        self.generator: torch.Generator | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.probability == 0.0:
            return x
        for axis, name in ((-1, "left-right"), (-2, "up-down")):
            if self.mirror in (name, "both"):
                drawn = torch.rand((len(x), 1, 1, 1), generator=self.generator, device=x.device)
                x = torch.where(drawn < self.probability, x.flip(axis), x)
        return x


class RandomFlip(Augmentation):
    """Mirror images of some pictures."""

    id: ClassVar[str] = "random-flip"
    title: ClassVar[str] = "Random flip"
    summary: ClassVar[str] = (
        "Mirrors some pictures at every training step, so that the network learns that left and right do not matter. "
        "Wrong for what has a hand: a mirrored 2 is no 2. Outside training it does nothing."
    )
    formula: ClassVar[str] = r"a_{c,i,j} = x_{c,\, i,\, W + 1 - j} \quad \mathrm{with\ probability} \quad p"
    source: ClassVar[str] = "Krizhevsky, Sutskever & Hinton 2012, ImageNet classification, section 4.1"

    mirror: Mirror = parameter("left-right", help="Along which axis pictures are mirrored; each axis is drawn alone.")
    probability: float = parameter(0.5, ge=0.0, le=1.0, help="Share p of the pictures that are mirrored.")

    def subtitle(self) -> str:
        return f"{self.mirror} · {self.probability:.0%}"

    def build(self, *inputs: Signal) -> nn.Module:
        return RandomFlipLayer(self.mirror, self.probability)

    def to_code(self, *inputs: Signal) -> Code:
        return kept(f'RandomFlipLayer("{self.mirror}", {self.probability!r})', uses=(RandomFlipLayer,))

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, RandomFlipLayer)
        module.mirror, module.probability = self.mirror, self.probability
        return True

    def live_formula(self, *inputs: Signal) -> str:
        return f"p is {self.probability:g}; W is {inputs[0].shape[-1]}"


def moved_pictures(
    x: torch.Tensor, angle: torch.Tensor, across: torch.Tensor, down: torch.Tensor, zoom: torch.Tensor,
    shear: torch.Tensor, border: str,
) -> torch.Tensor:  # fmt: skip
    """Each picture turned around its middle, sheared, scaled and then shifted, read by bilinear interpolation.

    `x` is (batch, channels, height, width), all else (batch,): `angle` in radians, counterclockwise; `shear` in
    radians, by which lower rows go to the right; `across` and `down` in pixels; `zoom` a factor. `border` is “edge”,
    “zero” or “mirror”.
    """
    height, width = x.shape[-2:]
    cosine, sine, slant = torch.cos(angle), torch.sin(angle), torch.tan(shear)
    # Where in the old picture each new pixel comes from: the inverse of shift * zoom * shear * turn.
    rows = torch.arange(height, device=x.device, dtype=x.dtype).add_(0.5 - height / 2)  # (height,)
    columns = torch.arange(width, device=x.device, dtype=x.dtype).add_(0.5 - width / 2)  # (width,)
    from_column, from_row = columns - across[:, None], rows - down[:, None]  # (batch, width), (batch, height)
    place = x.new_empty((len(x), height, width, 2))
    for side, extent, by_column, by_row in (
        (0, width, cosine / zoom, -(cosine * slant + sine) / zoom),
        (1, height, sine / zoom, (cosine - sine * slant) / zoom),
    ):
        scale = 2.0 / extent  # grid_sample counts each side from -1 to 1
        across_part = (from_column * (by_column * scale)[:, None])[:, None, :]  # (batch, 1, width)
        down_part = (from_row * (by_row * scale)[:, None])[:, :, None]  # (batch, height, 1)
        torch.add(across_part, down_part, out=place[..., side])
    padding = {"edge": "border", "zero": "zeros", "mirror": "reflection"}[border]
    return functional.grid_sample(x, place, mode="bilinear", padding_mode=padding, align_corners=False)


class RandomAffineLayer(nn.Module):
    """Turns, shifts, scales and shears each picture of a training batch by chance; draws from `generator`."""

    def __init__(self, rotation: float, shift: float, zoom: float, shear: float, border: str) -> None:
        super().__init__()
        self.rotation = rotation
        self.shift = shift
        self.zoom = zoom
        self.shear = shear
        self.border = border
        self.generator: torch.Generator | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or not (self.rotation or self.shift or self.zoom or self.shear):
            return x
        drawn = torch.rand((5, len(x)), generator=self.generator, device=x.device).to(x.dtype).mul_(2.0).sub_(1.0)
        height, width = x.shape[-2:]
        return moved_pictures(
            x,
            angle=drawn[0] * math.radians(self.rotation),
            across=drawn[1] * (self.shift * width),
            down=drawn[2] * (self.shift * height),
            zoom=torch.exp(drawn[3] * math.log1p(self.zoom)),
            shear=drawn[4] * math.radians(self.shear),
            border=self.border,
        )


class RandomAffine(Augmentation):
    """Rotation, shift, scale and shear in one bilinear reading."""

    id: ClassVar[str] = "random-affine"
    title: ClassVar[str] = "Random affine"
    summary: ClassVar[str] = (
        "Rotates, shifts, scales and shears every picture a little, differently at every training step, so that the "
        "network learns that the place and the pose do not matter. Outside training it does nothing."
    )
    formula: ClassVar[str] = r"a_{c}(u) = x_{c}(A^{-1} (u - t)), \quad A = s \, H_\phi \, R_\theta"
    source: ClassVar[str] = "Simard, Steinkraus & Platt 2003, Best practices for convolutional neural networks"

    rotation: float = parameter(10.0, ge=0.0, le=180.0, unit="°", help="The largest angle θ, to either side.")
    shift: float = parameter(0.1, ge=0.0, le=1.0, help="The longest shift t, as a share of the side.")
    zoom: float = parameter(
        0.1, ge=0.0, le=4.0, help="The largest scale s, above 1: with 0.1 pictures shrink or grow by up to a tenth."
    )
    shear: float = parameter(0.0, ge=0.0, le=60.0, unit="°", help="The largest angle φ of the shear.", advanced=True)
    border: Border = parameter("edge", help=BORDER_HELP)

    def subtitle(self) -> str:
        known = ((self.rotation, f"±{self.rotation:g}°"), (self.shift, f"shift {self.shift:.0%}"),
                 (self.zoom, f"scale ±{self.zoom:.0%}"), (self.shear, f"shear {self.shear:g}°"))  # fmt: skip
        return " · ".join(words for value, words in known if value) or "nothing"

    def build(self, *inputs: Signal) -> nn.Module:
        return RandomAffineLayer(self.rotation, self.shift, self.zoom, self.shear, self.border)

    def to_code(self, *inputs: Signal) -> Code:
        numbers = f"{self.rotation!r}, {self.shift!r}, {self.zoom!r}, {self.shear!r}"
        return kept(f'RandomAffineLayer({numbers}, "{self.border}")', uses=(RandomAffineLayer,))

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, RandomAffineLayer)
        module.rotation, module.shift, module.zoom, module.shear = self.rotation, self.shift, self.zoom, self.shear
        module.border = self.border
        return True

    def bounds(self, low: float, high: float) -> tuple[float, float]:
        return with_zero(low, high, self.border)

    def live_formula(self, *inputs: Signal) -> str:
        height, width = inputs[0].shape[1:]
        pixels = f"{self.shift * width:.3g} × {self.shift * height:.3g} pixels"
        least, most = f"{1.0 / (1.0 + self.zoom):.3g}", f"{1.0 + self.zoom:.3g}"
        angles = f"θ within ±{self.rotation:g}°, φ within ±{self.shear:g}°"
        return f"{angles}, t within {pixels}, s between {least} and {most}"


class RandomCropLayer(nn.Module):
    """Pads each picture of a training batch and cuts one of the old size out of it; draws from `generator`."""

    def __init__(self, padding: int, border: str) -> None:
        super().__init__()
        self.padding = padding
        self.border = border
        self.generator: torch.Generator | None = None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.padding == 0:
            return x
        mode = {"edge": "replicate", "zero": "constant", "mirror": "reflect"}[self.border]
        padded = functional.pad(x, (self.padding,) * 4, mode=mode)
        starts = torch.randint(2 * self.padding + 1, (2, len(x), 1), generator=self.generator, device=x.device)
        rows = starts[0] + torch.arange(x.shape[2], device=x.device)  # (batch, height)
        columns = starts[1] + torch.arange(x.shape[3], device=x.device)  # (batch, width)
        example = torch.arange(len(x), device=x.device)[:, None, None]
        cut = padded.movedim(1, -1)[example, rows[:, :, None], columns[:, None, :]]  # (batch, height, width, channels)
        return cut.movedim(-1, 1)


class RandomCrop(Augmentation):
    """A piece of the old size, cut out of the padded picture at a random place: a shift by whole pixels."""

    id: ClassVar[str] = "random-crop"
    title: ClassVar[str] = "Random crop"
    summary: ClassVar[str] = (
        "Puts a rim around every picture and cuts a piece of the old size out of it, elsewhere at every training step: "
        "a shift by whole pixels, without blur. Outside training it does nothing."
    )
    formula: ClassVar[str] = r"a_{c,i,j} = x_{c,\, i + u,\, j + v}, \quad u, v \in \{-p, \ldots, p\}"
    source: ClassVar[str] = "He, Zhang, Ren & Sun 2016, Deep residual learning, section 4.2"

    padding: int = parameter(4, ge=0, le=64, unit="pixels", help="How wide the rim p is on each side.")
    border: Border = parameter("edge", help=BORDER_HELP)

    def subtitle(self) -> str:
        return f"rim of {self.padding} · {self.border}"

    def expect(self, *inputs: Signal) -> None:
        super().expect(*inputs)
        smallest = min(inputs[0].shape[1:])
        if self.border == "mirror" and self.padding >= smallest:
            raise BlockError(
                f"{self.title} mirrors a rim of {self.padding} pixels, but the picture that arrives has only "
                f"{inputs[0].shape[1]} × {inputs[0].shape[2]}.",
                Fix("Take the outermost pixels instead", "set", parameters={"border": "edge"}),
                Fix(f"Set padding to {smallest - 1}", "set", parameters={"padding": smallest - 1}),
            )

    def build(self, *inputs: Signal) -> nn.Module:
        return RandomCropLayer(self.padding, self.border)

    def to_code(self, *inputs: Signal) -> Code:
        return kept(f'RandomCropLayer({self.padding}, "{self.border}")', uses=(RandomCropLayer,))

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, RandomCropLayer)
        module.padding, module.border = self.padding, self.border
        return True

    def bounds(self, low: float, high: float) -> tuple[float, float]:
        return with_zero(low, high, self.border)

    def live_formula(self, *inputs: Signal) -> str:
        return f"p is {self.padding}; {(2 * self.padding + 1) ** 2} different pieces of each picture"


BLOCKS: tuple[type[Block], ...] = (RandomFlip, RandomAffine, RandomCrop)
