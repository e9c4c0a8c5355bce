"""Pictures that were damaged, beside the clean ones: to take noise away, to sharpen, to fill in, to enlarge."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples, ScaledDataset
from playground.data.images.digits import IMAGE_AXES
from playground.data.images.objects import SIDE as THING_SIDE
from playground.data.images.objects import THINGS, painted
from playground.data.images.painting import Floats, noisy
from playground.data.images.photographs import FILES, LICENCE, photograph, pieces
from playground.data.images.scenes import SHAPES, scenes
from playground.document.declaration import parameter

Clean = Literal["photographs", "things", "shapes"]
Damage = Literal["noise", "blur", "hole", "low-resolution"]
SIDE = THING_SIDE


def clean_pictures(kind: Clean, count: int, generator: np.random.Generator) -> Floats:
    """Pictures (count, 3, 32, 32) from 0 to 1, in any order."""
    if kind == "photographs":
        share = -(-count // len(FILES))
        found = np.concatenate([pieces(photograph(name), share, SIDE, 2, generator) for name in FILES])
    elif kind == "things":
        share = -(-count // len(THINGS))
        found = np.concatenate([painted(thing, share, 0.0, generator) for thing in range(len(THINGS))])
    else:
        found = scenes(generator.integers(0, len(SHAPES), (count, 3)), SIDE, 0.0, generator).pictures
    return found[generator.permutation(len(found))[:count]]


def blurred(pictures: Floats, deviation: float) -> Floats:
    """Pictures (n, c, h, w) under a Gaussian of this standard deviation in pixels; at the edge the last one goes on."""
    if not deviation:
        return pictures
    reach = int(np.ceil(3.0 * deviation))
    weight = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2).astype(np.float32)
    weight /= weight.sum()
    padded = np.pad(pictures, ((0, 0), (0, 0), (reach, reach), (reach, reach)), mode="edge")
    height, width = pictures.shape[2:]
    down = sum(share * padded[:, :, shift : shift + height] for shift, share in enumerate(weight))
    return np.asarray(sum(share * down[..., shift : shift + width] for shift, share in enumerate(weight)))


def holed(pictures: Floats, size: int, generator: np.random.Generator) -> Floats:
    """Pictures (n, c, h, w) with a grey square of `size` pixels at any place."""
    count, _, height, width = pictures.shape
    top = generator.integers(0, height - size + 1, (count, 1))
    left = generator.integers(0, width - size + 1, (count, 1))
    rows, columns = np.arange(height)[None], np.arange(width)[None]
    down, across = (rows >= top) & (rows < top + size), (columns >= left) & (columns < left + size)
    return np.where((down[:, :, None] & across[:, None])[:, None], np.float32(0.5), pictures)


def smaller(pictures: Floats, factor: int) -> Floats:
    """Pictures (n, c, h, w) whose pixels are the means of `factor` × `factor` ones."""
    count, channels, height, width = pictures.shape
    blocks = pictures.reshape(count, channels, height // factor, factor, width // factor, factor)
    return np.asarray(blocks.mean(axis=(3, 5)))


class DamagedPictures(ScaledDataset):
    """Damaged pictures to be made clean."""

    id: ClassVar[str] = "damaged-pictures"
    title: ClassVar[str] = "Damaged pictures"
    summary: ClassVar[str] = "Pictures with noise, blur, a hole or too few pixels; the clean ones are the target."
    question: ClassVar[str] = "What did a picture look like before it was damaged?"
    licence: ClassVar[str] = f"Shapes and things are made by the program. Photographs: {LICENCE}"
    ink: ClassVar[bool] = False

    pictures: Clean = parameter("photographs", help="Pieces of real photographs, ten kinds of things, or shapes.")
    damage: Damage = parameter(
        "noise", help="Noise on each pixel; blur; a grey hole; or low resolution, which is to be enlarged again."
    )
    strength: float = parameter(
        0.15, ge=0.0, le=1.0,
        help="Of noise its standard deviation; of blur a tenth of its width in pixels; of a hole its share of a side.",
    )  # fmt: skip
    factor: Literal[2, 4] = parameter(2, help="Low resolution: by what the side of a picture becomes smaller.")
    examples: int = parameter(
        2_000, ge=40, le=20_000, logarithmic=True, help="How many pictures to make for all three parts."
    )

    def feature_signal(self) -> Signal:
        side = SIDE // self.factor if self.damage == "low-resolution" else SIDE
        if self.scaling == "none":
            return Signal((3, side, side), kind="image", axes=IMAGE_AXES, low=0.0, high=1.0)
        return Signal((3, side, side), kind="image", axes=IMAGE_AXES)

    def signals(self) -> tuple[Signal, ...]:
        clean = Signal((3, SIDE, SIDE), kind="image", axes=IMAGE_AXES, low=0.0, high=1.0)
        return self.feature_signal(), clean

    def subtitle(self) -> str:
        return f"{self.examples} {self.pictures} · {self.damage.replace('-', ' ')}"

    def generate(self, generator: np.random.Generator) -> Examples:
        clean = clean_pictures(self.pictures, self.examples, generator)
        if self.damage == "noise":
            return Examples(noisy(clean, self.strength, generator), clean)
        if self.damage == "blur":
            return Examples(blurred(clean, 10.0 * self.strength), clean)
        if self.damage == "hole":
            return Examples(holed(clean, round(SIDE * self.strength), generator), clean)
        return Examples(smaller(clean, self.factor), clean)


DATASETS: tuple[type[Dataset], ...] = (DamagedPictures,)
