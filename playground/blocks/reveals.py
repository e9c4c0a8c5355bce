"""What can be seen of a block's inside: the words that blocks declare in `reveals`, and what each word promises.

Whoever looks inside a block asks for these words and never for a class, so that a new block is seen by every view that
knows its word. What a word promises of the block is a protocol here; what it promises of the module stands in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import torch
from torch import nn

from playground.blocks.landscapes import Constraint, Landscape
from playground.blocks.windows import Window

Reveal = Literal[
    "units", "feature names", "feature maps", "kernels", "sliding window", "attention", "hidden states",
    "boundary line", "centroids", "modes", "real and generated", "noise", "dropout", "augmentation", "landscape",
    "two sequences", "free running", "learned picture", "word vectors", "positions",
]  # fmt: skip

PROMISES: Mapping[Reveal, str] = {
    "units": "A block `WithUnits`. Its parameters are `weight` (units, inputs) and, with a bias, `bias` (units,).",
    "feature names": "A block `NamesFeatures`: every number that it gives has a name of its own.",
    "feature maps": "It reads images channel by channel, each the map of what is found where.",
    "kernels": "A block `SlidesWindow` that weighs what lies under its window.",
    "sliding window": "A block `SlidesWindow` over series, images or volumes.",
    "attention": "A module `Transparent`, with `attention` and, before softmax, `scores` inside, both (batch, heads, "
    "looking, looked at).",
    "positions": "A module `Transparent` with `positions` inside, (batch, time, width), that it adds to what arrives.",
    "hidden states": "A module `Unrolls` with `hidden` and whatever else there is inside, each (batch, time, units); "
    "names of further layers and directions say so after a comma, such as `hidden, backward`.",
    "boundary line": "Its buffers are `weight` (1, inputs) and `bias` (1,): the line w·x + b = 0. It gives the score, "
    "(batch, 1), positive for the second class.",
    "centroids": "Its buffer is `centroids` (k, features). It gives the nearness to each, (batch, k).",
    "modes": "A block `FindsModes` from the generated points, the real ones and their modes.",
    "real and generated": "Two rows for each example, the first input's and then the second's, which is generated; "
    "its outputs are the rows and whether each is real.",
    "noise": "A block `DrawsNoise`, which gives random numbers (batch, size), whatever arrives.",
    "dropout": "A module with a `rate` that silences numbers while training and does nothing else.",
    "augmentation": "A module that changes pictures (batch, channels, height, width) by chance while training, each by "
    "itself, and does nothing else.",
    "learned picture": "A module whose parameter `picture` (channels, height, width) it gives for every example.",
    "landscape": "A block `HasLandscape`; its one parameter is the place (dimensions,).",
    "word vectors": "A module with a `vocabulary`, and a parameter `weight` (tokens, numbers): a row for each token.",
    "two sequences": "Its attention is of one sequence to another: an input port is called `memory`.",
    "free running": "A module with an attribute `forced`: in evaluation it is given the first token alone and then "
    "hears itself, unless `forced` is set. Its input port `given` brings the tokens.",
}
"""Every word that a block may declare, with what it promises."""


@runtime_checkable
class Transparent(Protocol):
    """A module that can show what it computes on the way, such as attention matrices or the gates of an LSTM."""

    def inside(self, *inputs: torch.Tensor) -> Mapping[str, torch.Tensor]:
        """Inner values for the inputs of `forward`, by name, each with the batch first."""
        ...


@runtime_checkable
class Unrolls(Transparent, Protocol):
    """A module that carries a state from step to step."""

    @property
    def gates(self) -> frozenset[str]:
        """Which of the inner values are gates, from 0, shut, to 1, open."""
        ...


@runtime_checkable
class WithUnits(Protocol):
    """A block whose units weigh all inputs, add a bias and apply an activation."""

    units: int
    bias: bool
    activation: str
    """The id of the activation."""


@runtime_checkable
class NamesFeatures(Protocol):
    """A block that makes features that have names."""

    def names(self, count: int) -> tuple[str, ...]:
        """Names of the features made from `count` inputs, in order."""
        ...


@runtime_checkable
class SlidesWindow(Protocol):
    """A block whose every number comes from a small window of what arrives."""

    def window(self, module: nn.Module) -> Window:
        """The window; `module` was built by this block and has the weights."""
        ...


@dataclass(frozen=True, slots=True)
class Clusters:
    """The modes of the real points, and what of the generated ones lies near them."""

    middles: torch.Tensor
    """(modes, features)."""
    reaches: torch.Tensor
    """(modes,) how far from the middle is still near; negative for a mode without size."""
    shares: torch.Tensor
    """(modes,) share of the generated points near each."""
    inside: float
    """Share of the generated points near any."""


@runtime_checkable
class FindsModes(Protocol):
    """A block that says which modes of the real points a generator covers."""

    share: float
    """Least share of the generated points that must lie near a mode to cover it."""

    def clusters(self, generated: torch.Tensor, real: torch.Tensor, modes: torch.Tensor) -> Clusters:
        """The modes of points (N, features), of which `modes` (N,) numbers those of the real ones."""
        ...


@runtime_checkable
class DrawsNoise(Protocol):
    """A block that gives random numbers."""

    size: int
    """Numbers in each row."""

    def reach(self) -> float:
        """How far from 0 they lie, all or nearly all of them."""
        ...


@runtime_checkable
class HasLandscape(Protocol):
    """A block whose loss is a function of a place, and the place is all that learns."""

    constraint: Constraint
    radius: float

    @property
    def landscape(self) -> Landscape:
        """The function."""
        ...

    @property
    def start(self) -> tuple[float, ...]:
        """Where the descent begins, one number for each dimension."""
        ...
