"""Two pictures: what is to be seen, and the style in which it is to be painted."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import Port
from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples
from playground.data.images.digits import IMAGE_AXES
from playground.data.images.painting import Floats
from playground.data.images.photographs import LICENCE, photograph
from playground.data.images.textures import TEXTURES, patterns
from playground.data.parts import Part
from playground.document.declaration import parameter

Photograph = Literal["temple", "flower", "astronaut", "cat", "coffee", "rocket", "galaxies", "retina"]
Style = Literal["stripes", "checks", "dots", "bricks", "rings", "clouds"] | Photograph
COLOURS = np.array([(0.92, 0.45, 0.12), (0.10, 0.20, 0.55)], dtype=np.float32)
"""Of a pattern: where it is 0, and where it is 1."""


def square(picture: NDArray[np.uint8], side: int) -> Floats:
    """The middle square of a picture (height, width, 3), scaled to (3, side, side) from 0 to 1."""
    from PIL import Image

    height, width = picture.shape[:2]
    least = min(height, width)
    top, left = (height - least) // 2, (width - least) // 2
    cut = Image.fromarray(picture[top : top + least, left : left + least])
    scaled = np.asarray(cut.resize((side, side), Image.Resampling.LANCZOS), dtype=np.float32)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1) / np.float32(255.0))


class ContentAndStyle(Dataset):
    """One picture to be painted in the style of another."""

    id: ClassVar[str] = "content-and-style"
    title: ClassVar[str] = "Content and style"
    summary: ClassVar[str] = "One photograph to be painted anew, and another picture whose patterns and colours to use."
    question: ClassVar[str] = "How would the one picture look in the style of the other?"
    licence: ClassVar[str] = f"Patterns are made by the program. Photographs: {LICENCE}"
    outputs: ClassVar[tuple[Port, ...]] = (Port("features", "Content"), Port("target", "Style"))
    divides: ClassVar[bool] = True
    unfolded: ClassVar[str] = "there is only one pair of pictures"
    ink: ClassVar[bool] = False

    content: Photograph = parameter("cat", help="What is to be seen: the middle square of one of eight photographs.")
    style: Style = parameter("stripes", help="How to paint it: like a pattern in two colours, or another photograph.")
    side: Literal[32, 48, 64, 96, 128] = parameter(64, help="Width and height of both pictures, in pixels.")

    def subtitle(self) -> str:
        return f"{self.content} in {self.style}, {self.side} × {self.side}"

    def signals(self) -> tuple[Signal, ...]:
        signal = Signal((3, self.side, self.side), kind="image", axes=IMAGE_AXES, low=0.0, high=1.0)
        return signal, signal

    def generate(self, generator: np.random.Generator) -> Examples:
        content = square(photograph(self.content), self.side)
        if self.style in TEXTURES:
            share = patterns(TEXTURES.index(self.style), 1, self.side, generator)  # (1, side, side)
            style = COLOURS[0][:, None, None] * (1.0 - share) + COLOURS[1][:, None, None] * share
        else:
            style = square(photograph(self.style), self.side)
        every = np.arange(1, dtype=np.int64)
        rows: dict[Part, NDArray[np.int64]] = {"train": every, "validation": every[:0], "test": every[:0]}
        return Examples(content[None], style[None].astype(np.float32), rows=rows)


DATASETS: tuple[type[Dataset], ...] = (ContentAndStyle,)
