"""Photographs that scikit-learn and scikit-image carry, cut into pieces."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples
from playground.data.images.digits import IMAGE_AXES
from playground.data.images.painting import Floats
from playground.document.declaration import parameter

FILES = {
    "temple": "sklearn/datasets/images/china.jpg",
    "flower": "sklearn/datasets/images/flower.jpg",
    "astronaut": "skimage/data/astronaut.png",
    "cat": "skimage/data/chelsea.png",
    "coffee": "skimage/data/coffee.png",
    "rocket": "skimage/data/rocket.jpg",
    "galaxies": "skimage/data/hubble_deep_field.jpg",
    "retina": "skimage/data/retina.jpg",
}
"""Photographs in colour, by what they show, with the package and the file in it."""
LICENCE = (
    "Temple and flower come with scikit-learn (by danielbuechele and vultilion, CC BY 2.0), the others with "
    "scikit-image: astronaut and galaxies by NASA, rocket by SpaceX (public domain), cat by Stefan van der Walt, "
    "coffee by Rachel Michetti, retina by Mikael Häggström (CC0)."
)
PieceSide = Literal[16, 24, 32, 48, 64]


def photograph(name: str) -> NDArray[np.uint8]:
    """A photograph, (height, width, 3). Raises OSError with a sentence where its package is missing."""
    from PIL import Image

    package, _, path = FILES[name].partition("/")
    spec = find_spec(package)  # finds a package without importing it
    if spec is None or not spec.submodule_search_locations:
        raise OSError(f"The photograph “{name}” comes with the package {package}, which is not installed.")
    with Image.open(Path(spec.submodule_search_locations[0]) / path) as picture:
        return np.asarray(picture.convert("RGB"))


def pieces(picture: NDArray[np.uint8], count: int, side: int, zoom: int, generator: np.random.Generator) -> Floats:
    """Pieces (count, 3, side, side) from any places of a picture, from 0 to 1; each of their pixels is the mean of
    `zoom` × `zoom` pixels of the picture."""
    cut = side * zoom
    tops = generator.integers(0, picture.shape[0] - cut + 1, count)
    lefts = generator.integers(0, picture.shape[1] - cut + 1, count)
    windows = np.lib.stride_tricks.sliding_window_view(picture, (cut, cut), axis=(0, 1))  # (rows, columns, 3, cut, cut)
    found = windows[tops, lefts].reshape(count, 3, side, zoom, side, zoom)
    return np.asarray(found.mean(axis=(3, 5), dtype=np.float32) / np.float32(255.0))


class Photographs(ClassDataset):
    """Pieces of eight photographs."""

    id: ClassVar[str] = "photographs"
    title: ClassVar[str] = "Photographs"
    summary: ClassVar[str] = "Small pieces of eight real photographs in colour, each from any place of one of them."
    question: ClassVar[str] = "From which photograph does a piece come?"
    licence: ClassVar[str] = LICENCE
    ink: ClassVar[bool] = False

    examples: int = parameter(
        2_000, ge=100, le=20_000, logarithmic=True, help="How many pieces to cut for all three parts."
    )
    side: PieceSide = parameter(32, help="Width and height of the pieces, in pixels.")
    zoom: int = parameter(2, ge=1, le=4, help="Each pixel is the mean of so many by so many pixels of the photograph.")

    def class_names(self) -> tuple[str, ...]:
        return tuple(FILES)

    def feature_signal(self) -> Signal:
        shape = (3, self.side, self.side)
        if self.scaling == "none":
            return Signal(shape, kind="image", axes=IMAGE_AXES, low=0.0, high=1.0)
        return Signal(shape, kind="image", axes=IMAGE_AXES)

    def subtitle(self) -> str:
        return f"{self.examples} pieces of {self.side} × {self.side}"

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers: NDArray[np.int64] = np.sort(np.arange(self.examples, dtype=np.int64) % len(FILES))
        counts = np.bincount(numbers, minlength=len(FILES)).tolist()
        cut = [
            pieces(photograph(name), count, self.side, self.zoom, generator)
            for name, count in zip(FILES, counts, strict=True)
        ]
        return Examples(np.concatenate(cut), numbers, (), tuple(FILES))


DATASETS: tuple[type[Dataset], ...] = (Photographs,)
