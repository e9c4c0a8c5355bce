"""Pictures of one shape with a caption: pairs for two networks, one that looks and one that reads."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import Port
from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples
from playground.data.images.painting import Floats, laid_over, noisy
from playground.data.images.scenes import SHAPES, ColourScenes, shapes
from playground.document.declaration import parameter

COLOURS = {
    "red": (0.90, 0.15, 0.12), "orange": (0.98, 0.58, 0.10), "yellow": (0.96, 0.90, 0.20), "green": (0.15, 0.65, 0.20),
    "cyan": (0.15, 0.80, 0.85), "blue": (0.12, 0.25, 0.85), "purple": (0.55, 0.15, 0.75), "pink": (0.98, 0.55, 0.75),
}  # fmt: skip
"""Red, green and blue from 0 to 1."""
SIZES = ("small", "large")
ROWS = ("top", "middle", "bottom")
COLUMNS = ("left", "centre", "right")
GROUNDS = {"black": 0.05, "grey": 0.45, "white": 0.95}
ON = "on"
PLACES = (SIZES, tuple(COLOURS), SHAPES, ROWS, COLUMNS, (ON,), tuple(GROUNDS))
"""The words that may stand at each place of a caption: “small red circle top left on black”."""
WORDS = tuple(word for words in PLACES for word in words)

Numbers = NDArray[np.int64]


class CaptionedShapes(ColourScenes):
    """One shape in each picture, and what one would say of it."""

    id: ClassVar[str] = "captioned-shapes"
    title: ClassVar[str] = "Shapes with captions"
    summary: ClassVar[str] = (
        "One coloured shape in each picture, and a caption of seven words: “small red circle top left on black”. There "
        "are 1,728 captions; none comes twice before all have come."
    )
    question: ClassVar[str] = "Which caption belongs to which picture?"
    outputs: ClassVar[tuple[Port, ...]] = (Port("features", "Pictures"), Port("target", "Captions"))

    examples: int = parameter(
        1_200, ge=40, le=20_000, logarithmic=True, help="How many pictures to paint for all three parts."
    )

    def signals(self) -> tuple[Signal, ...]:
        caption = Signal((len(PLACES),), kind="tokens", scale="index", axes=("time",), classes=WORDS)
        return self.feature_signal(), caption

    def generate(self, generator: np.random.Generator) -> Examples:
        said = captions(self.examples, generator)
        return Examples(noisy(painted(said, self.side, generator), self.noise, generator), word_numbers(said))


def captions(count: int, generator: np.random.Generator) -> Numbers:
    """Captions by the number of the word at each place, (count, 7): all there are by chance, then all again."""
    counts = [len(words) for words in PLACES]
    whole = int(np.prod(counts))
    numbers = np.concatenate([generator.permutation(whole) for _ in range(-(-count // whole))])[:count]
    return np.stack(np.unravel_index(numbers, counts), axis=1).astype(np.int64)


def word_numbers(said: Numbers) -> Numbers:
    """The same by the numbers of the words among all, (count, 7)."""
    starts = np.cumsum([0, *(len(words) for words in PLACES[:-1])])
    return np.asarray(said + starts, dtype=np.int64)


def painted(said: Numbers, side: int, generator: np.random.Generator) -> Floats:
    """The pictures (count, 3, side, side) of which captions (count, 7) speak; what they leave open is by chance."""
    size, colour, kind, row, column, _, ground = said.T
    count = len(said)
    grey = np.array(list(GROUNDS.values()), dtype=np.float32)[ground]
    pictures = np.tile(grey[:, None, None, None], (1, 3, side, side))
    middle = (np.stack([column, row], axis=1) + 1.0) / 4.0 + generator.uniform(-0.04, 0.04, (count, 2))
    length = np.array([0.10, 0.19])[size] * generator.uniform(0.92, 1.08, count) * side
    turn = generator.uniform(-0.3, 0.3, count).astype(np.float32)
    placed = (side * middle).astype(np.float32) - np.float32(0.5)
    covered = shapes(kind, side, placed, length.astype(np.float32), turn)
    shade = np.array(list(COLOURS.values()), dtype=np.float32)[colour] + generator.uniform(-0.05, 0.05, (count, 3))
    laid_over(pictures, covered, shade.astype(np.float32))
    return pictures


DATASETS: tuple[type[Dataset], ...] = (CaptionedShapes,)
