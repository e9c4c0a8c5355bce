"""What a wire carries, seen without its numbers: shape, axes, kind and meaning of the values."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch

from playground.blocks.kinds import KIND, Kind, KindName

Scale = Literal[
    "any", "probability", "log-probability", "index", "one-hot", "zero-one", "signed", "relative", "box", "points",
    "depth",
]  # fmt: skip
"""What the values mean: free numbers (logits), probabilities, their logarithms, a coding of class labels, or how far
measurements lie above the last one that is known. Of a picture: boxes (middle across and down, width and height) or
points (across and down), in shares of its width and height; how far away each pixel is, from 0 near to 1 far."""

PADDING = "[PAD]"
"""The token that fills a sequence up to the length of the others, by its name in the vocabulary."""
UNKNOWN = "[UNK]"
"""The token in the place of everything that the vocabulary has no entry for."""
START = "[START]"
"""The token that a decoder is given before it has written anything."""
END = "[END]"
"""The token with which a decoder says that its answer is whole."""
MASK = "[MASK]"
"""The token in the place of one that has been hidden, to be guessed from those around it."""
SEPARATOR = "[SEP]"
"""The token between two sentences that are read as one sequence."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Examples that are cut from one series, each a step after the one before."""

    series: str
    """Which series; the windows and what follows them have the same."""
    steps: int
    """Values of the series within the training time."""


@dataclass(frozen=True, slots=True)
class Signal:
    """The type of a wire. `shape` leaves out the batch axis; a scalar per example has the shape ()."""

    shape: tuple[int, ...]
    kind: KindName = "vector"
    scale: Scale = "any"
    axes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    """Names of the classes where the values code classes; of tokens, the vocabulary."""
    low: float = -math.inf
    high: float = math.inf
    """No value can leave this range, such as 0 to 1 after a sigmoid."""
    sums_to_one: bool = False
    """The probabilities of one example exclude each other and sum to one, as a softmax makes them."""
    scaled_by: str = ""
    """The parameter of the data block that scales these numbers, such as `target_scaling`."""
    unanswered: bool = False
    """Some of the class numbers are −1, where no answer is asked for: no table has a row for them."""
    windows: Windows | None = None
    """Set where the values are windows of a time series, or what comes right behind them."""
    rows: int = 1
    """Rows of the batch for each example: a block may make several of one."""
    counts: tuple[int, ...] = ()
    """Examples of each class, where they are known."""
    weights: tuple[float, ...] = ()
    """How much an example of each class counts in a loss; empty where all count alike."""
    characters: float = 0.0
    """Characters of a token on average, where these are the tokens of a text; 0 elsewhere."""

    @property
    def of_kind(self) -> Kind:
        """What all signals of its kind have in common."""
        return KIND[self.kind]

    @property
    def size(self) -> int:
        """Numbers per example."""
        count = 1
        for extent in self.shape:
            count *= extent
        return count

    @property
    def rare_class(self) -> int:
        """The class with far fewer examples than its fair part, a fifth of it; −1 where there is none."""
        if not self.counts or 5 * min(self.counts) * len(self.counts) >= sum(self.counts):
            return -1
        return self.counts.index(min(self.counts))

    @property
    def dtype(self) -> torch.dtype:
        """Class indices and tokens are whole numbers, all else is float32."""
        return torch.int64 if self.scale == "index" or self.kind == "tokens" else torch.float32

    @property
    def stepwise(self) -> bool:
        """Whether there is a vector for each time step or node, so that a layer of units treats each of them alike."""
        return self.of_kind.stepwise and len(self.shape) == 2

    @property
    def pixelwise(self) -> bool:
        """Whether these are class numbers, one for every pixel: the classes are then channels of what predicts them."""
        return self.scale == "index" and len(self.shape) == 2 and self.kind == "classes"

    def meta(self, batch: int = 2) -> torch.Tensor:
        """A batch of examples without numbers on torch's meta device: what shapes are inferred from."""
        return torch.empty((batch * self.rows, *self.shape), dtype=self.dtype, device="meta")

    def named_axes(self) -> tuple[str, ...]:
        """A name for each axis: its own, else those of its kind; empty when the kind does not fit the shape."""
        axes = self.axes or self.of_kind.axes
        return axes if len(axes) == len(self.shape) else ()

    def badge(self, *, named: bool = True) -> str:
        """The shape as the canvas shows it: `batch × time 30 × features 8`; a loss is a `scalar`."""
        if self.kind == "loss":
            return "scalar"
        axes = self.named_axes() if named else ()
        sizes = [f"{name} {extent}" for name, extent in zip(axes, self.shape, strict=True)] if axes else self.shape
        return " × ".join((f"{self.rows} batch" if self.rows > 1 else "batch", *map(str, sizes)))

    def words(self) -> str:
        """The shape in a sentence: “a vector of 8 numbers”, “a series of time 30 × features 8”."""
        if self.kind == "tokens" and len(self.shape) == 1:
            return f"a sequence of {self.shape[0]} tokens"
        if self.scale == "index":
            one = f"one of {len(self.classes)} class numbers" if self.classes else "a class number"
            if self.pixelwise:
                return f"{one} for each of {self.shape[0]} × {self.shape[1]} pixels"
            return f"{one} for each of {self.shape[0]} {self.named_axes()[0]}" if self.named_axes() else one
        if self.shape == ():
            return "one number"
        if len(self.shape) == 1:
            return f"a vector of {self.shape[0]} number{'s' if self.shape[0] != 1 else ''}"
        noun = self.of_kind.noun
        axes = self.named_axes() if self.of_kind.picture != "maps" else ()
        sizes = [f"{name} {extent}" for name, extent in zip(axes, self.shape, strict=True)] if axes else self.shape
        return f"{noun} of {' × '.join(map(str, sizes))}"

    @property
    def can_be_embedded(self) -> bool:
        """Whether these are tokens of a known vocabulary, one after the other, so that each has a row of a table."""
        return self.kind == "tokens" and len(self.shape) == 1 and bool(self.classes) and not self.unanswered

    def within(self, low: float, high: float) -> bool:
        """Whether no value can leave this range."""
        return low <= self.low and self.high <= high

    def but(self, **changes: Any) -> Signal:
        """A copy with some parts changed."""
        return replace(self, **changes)
