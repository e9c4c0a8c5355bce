"""What a wire carries, seen without its numbers: shape, axes, kind and meaning of the values."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch

Kind = Literal["vector", "image", "tokens", "series", "graph", "classes", "loss"]
Scale = Literal["any", "probability", "log-probability", "index", "one-hot", "zero-one", "signed"]
"""What the values mean: free numbers (logits), probabilities, their logarithms, or a coding of class labels."""


@dataclass(frozen=True, slots=True)
class Signal:
    """The type of a wire. `shape` leaves out the batch axis; a scalar per example has the shape ()."""

    shape: tuple[int, ...]
    kind: Kind = "vector"
    scale: Scale = "any"
    axes: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    """Names of the classes where the values code classes."""
    low: float = -math.inf
    high: float = math.inf
    """No value can leave this range, such as 0 to 1 after a sigmoid."""
    sums_to_one: bool = False
    """The probabilities of one example exclude each other and sum to one, as a softmax makes them."""

    @property
    def size(self) -> int:
        """Numbers per example."""
        count = 1
        for extent in self.shape:
            count *= extent
        return count

    @property
    def dtype(self) -> torch.dtype:
        """Class indices and tokens are whole numbers, all else is float32."""
        return torch.int64 if self.scale == "index" or self.kind == "tokens" else torch.float32

    def meta(self, batch: int = 2) -> torch.Tensor:
        """A batch without numbers on torch's meta device: what shapes are inferred from."""
        return torch.empty((batch, *self.shape), dtype=self.dtype, device="meta")

    def badge(self) -> str:
        """The shape as the canvas shows it: `batch × 28 × 28`; a loss is a `scalar`."""
        if self.kind == "loss":
            return "scalar"
        if len(self.axes) == len(self.shape) and self.axes:
            named = (f"{name} {extent}" for name, extent in zip(self.axes, self.shape, strict=True))
            return " × ".join(("batch", *named))
        return " × ".join(("batch", *map(str, self.shape)))

    def words(self) -> str:
        """The shape in a sentence: “a vector of 8 numbers”, “an image of 1 × 28 × 28”."""
        if self.scale == "index":
            return f"one of {len(self.classes)} class numbers" if self.classes else "a class number"
        if self.shape == ():
            return "one number"
        if len(self.shape) == 1:
            return f"a vector of {self.shape[0]} number{'s' if self.shape[0] != 1 else ''}"
        noun = "an image" if self.kind == "image" else "a tensor"
        return f"{noun} of {' × '.join(map(str, self.shape))}"

    def but(self, **changes: Any) -> Signal:
        """A copy with some parts changed."""
        return replace(self, **changes)
