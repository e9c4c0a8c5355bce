"""Pictures of noise in any size, with any number of classes: to try the shapes and the speed of a network."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples
from playground.document.declaration import parameter


class RandomPictures(ClassDataset):
    """Every pixel and every answer by chance."""

    id: ClassVar[str] = "random-pictures"
    title: ClassVar[str] = "Random pictures"
    summary: ClassVar[str] = (
        "Noise with answers by chance, in any size and with any number of classes: enough to count and try a network "
        "of any kind. All that can be learned is to know them by heart (Zhang et al. 2017)."
    )
    question: ClassVar[str] = "Which number was drawn for a picture?"
    ink: ClassVar[bool] = False

    examples: int = parameter(400, ge=10, le=5_000, logarithmic=True, help="How many pictures there are in all.")
    side: int = parameter(32, ge=4, le=512, unit="pixels", help="Width and height of the pictures.")
    channels: int = parameter(3, ge=1, le=4, help="1 for grey, 3 for colours.")
    classes: int = parameter(10, ge=2, le=10_000, logarithmic=True, help="How many answers there are to draw from.")

    def subtitle(self) -> str:
        return f"{self.examples} images of {self.side} × {self.side}, {self.classes:,} classes"

    def class_names(self) -> tuple[str, ...]:
        return tuple(str(number + 1) for number in range(self.classes))

    def feature_signal(self) -> Signal:
        shape = (self.channels, self.side, self.side)
        if self.scaling == "none":
            return Signal(shape, kind="image", low=0.0, high=1.0)
        return Signal(shape, kind="image")

    def generate(self, generator: np.random.Generator) -> Examples:
        shape = (self.examples, self.channels, self.side, self.side)
        numbers = generator.permutation(np.arange(self.examples, dtype=np.int64) % self.classes)
        return Examples(generator.random(shape, dtype=np.float32), numbers, (), self.class_names())


DATASETS: tuple[type[Dataset], ...] = (RandomPictures,)
