"""Nearest neighbours: examples that are remembered, and the class of those that are nearest."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.augmentation.tangents import tangents_of
from playground.blocks.base import Block, BlockError, numbers_only
from playground.blocks.estimator import Estimator, Learning, squared_distances
from playground.blocks.images.arriving import images_only
from playground.blocks.loss import label_fixes
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

MOST_EXAMPLES = 2_000
"""Examples that it remembers; the time of an answer grows with their number."""
STEEP = 1e-4
"""A direction that changes a picture by less than this share of its steepest one is no direction of its own."""
TURN = torch.pi / 180.0

Distance = Literal["euclidean", "tangent"]


class NearestNeighboursLayer(Learning):
    """Remembered examples; `forward` gives the share of the nearest ones that each class has, (batch, classes)."""

    whole: ClassVar[bool] = True
    examples: torch.Tensor
    classes: torch.Tensor
    count: torch.Tensor

    def __init__(self, shape: tuple[int, ...], classes: int, block: NearestNeighbours) -> None:
        super().__init__()
        self.block, self.kinds = block, classes
        self.register_buffer("examples", torch.zeros(MOST_EXAMPLES, *shape))
        self.register_buffer("classes", torch.zeros(MOST_EXAMPLES, dtype=torch.int64))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    def begin(self, *inputs: torch.Tensor) -> None:
        for buffer in (self.examples, self.classes, self.count):
            buffer.zero_()

    def learn(self, *inputs: torch.Tensor) -> None:
        x, target = (one[:MOST_EXAMPLES] for one in inputs)
        self.begin()
        self.examples[: len(x)] = x
        self.classes[: len(x)] = target if target.dim() == 1 else target.argmax(dim=1)
        self.count.fill_(len(x))
        self.settled.fill_(True)

    def settled_words(self) -> str:
        return f"All there is to learn is remembered: {int(self.count):,} examples."

    def forward(self, features: torch.Tensor, target: torch.Tensor | None = None) -> torch.Tensor:
        held = int(self.count)
        if not held:
            return features.new_full((len(features), self.kinds), 1.0 / self.kinds)
        examples = self.examples[:held]
        return self.shares(features, examples, self.classes[:held], self.basis(examples))

    def plain(self) -> nn.Module:
        """The same with as many examples as it remembers: exporters cannot follow a number in a buffer."""
        return RememberedExamples(self)

    def shares(
        self, x: torch.Tensor, examples: torch.Tensor, classes: torch.Tensor, basis: torch.Tensor | None
    ) -> torch.Tensor:
        """The share of each class among the nearest of `examples` (n, ...), which have these `classes` (n,).

        With a `basis` (n, numbers, k) what lies along its directions is no distance.
        """
        found = squared_distances(x.flatten(1), examples.flatten(1))  # (batch, n)
        if basis is not None:
            found = found - moved_away(x, examples, basis)
        nearest = found.topk(min(self.block.nearest, len(examples)), dim=1, largest=False).indices
        return functional.one_hot(classes[nearest], self.kinds).to(x.dtype).mean(dim=1)

    def basis(self, examples: torch.Tensor) -> torch.Tensor | None:
        """The directions (n, numbers, k) in which examples may move; None where they may not."""
        block = self.block
        if block.distance != "tangent":
            return None
        tangents = tangents_of(examples, float(block.shift), TURN * float(block.rotation), float(block.zoom))
        return orthonormal(torch.stack([one.flatten(1) for one in tangents], dim=2)) if tangents else None


class RememberedExamples(nn.Module):
    """The examples of a layer that has learned, and no room for more."""

    def __init__(self, layer: NearestNeighboursLayer) -> None:
        super().__init__()
        held = max(1, int(layer.count))
        self.layer = layer
        self.register_buffer("examples", layer.examples[:held].clone())
        self.register_buffer("classes", layer.classes[:held].clone())
        self.register_buffer("basis", layer.basis(layer.examples[:held]))

    def forward(self, features: torch.Tensor, target: torch.Tensor | None = None) -> torch.Tensor:
        examples, classes, basis = (self._buffers[name] for name in ("examples", "classes", "basis"))
        assert examples is not None and classes is not None
        return self.layer.shares(features, examples, classes, basis)


def moved_away(x: torch.Tensor, examples: torch.Tensor, basis: torch.Tensor) -> torch.Tensor:
    """What of the squared distance the best movement of each example takes away, (batch, n)."""
    along = torch.einsum("bd,ndt->bnt", x.flatten(1), basis)
    own = torch.einsum("nd,ndt->nt", examples.flatten(1), basis)
    return (along - own).square().sum(dim=2)


def orthonormal(directions: torch.Tensor) -> torch.Tensor:
    """Orthonormal directions (n, numbers, k) that span what `directions` (n, numbers, k) do; zeros for what is none of
    its own."""
    turned, sizes, _ = torch.linalg.svd(directions, full_matrices=False)
    least = (STEEP * sizes[:, :1]).clamp_min(1e-12)
    kept: torch.Tensor = turned * (sizes > least)[:, None, :]
    return kept


class NearestNeighbours(Estimator):
    """The class that most of the nearest remembered examples have."""

    id: ClassVar[str] = "nearest-neighbours"
    title: ClassVar[str] = "Nearest neighbours"
    summary: ClassVar[str] = (
        "Remembers the training examples and answers with the class of those that are nearest. The tangent distance "
        "lets each remembered picture move a little, by its tangents, before the distance is taken."
    )
    formula: ClassVar[str] = r"d(x, y)^2 = \min_{a} \lVert x - (y + T_y a) \rVert^2"
    source: ClassVar[str] = "Cover and Hart 1967; Simard, LeCun and Denker 1993 (one-sided tangent distance)"

    nearest: int = parameter(1, ge=1, le=50, label="Neighbours k", help="How many of the nearest examples vote.")
    distance: Distance = parameter(
        "euclidean", help="Euclidean: between the numbers as they are. Tangent: of pictures, after the best small move."
    )
    shift: bool = parameter(True, help="The tangent distance lets pictures move to the side, up and down.")
    rotation: bool = parameter(True, help="The tangent distance lets pictures turn.")
    zoom: bool = parameter(True, help="The tangent distance lets pictures grow and shrink.")

    def subtitle(self) -> str:
        return f"k {self.nearest} · {self.distance}"

    def expect(self, *inputs: Signal) -> None:
        features, target = inputs
        if self.distance == "tangent":
            images_only(self.title, features)
        numbers_only(self.title, features)
        if target.scale not in ("index", "one-hot") or not target.classes or (target.scale == "index" and target.shape):
            raise BlockError(
                f"{self.title} expects the class of each example as target, but {target.words()} arrives.",
                *label_fixes(target, "index"),
                port="target",
            )

    def build(self, *inputs: Signal) -> nn.Module:
        return NearestNeighboursLayer(inputs[0].shape, len(inputs[1].classes), self)

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        assert isinstance(module, NearestNeighboursLayer)
        return (torch.Size((len(inputs[0]), module.kinds)),)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (Signal((len(inputs[1].classes),), scale="probability", low=0.0, high=1.0, sums_to_one=True),)

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, NearestNeighboursLayer)
        module.block = self
        return True

    def live_formula(self, *inputs: Signal) -> str:
        return f"x has {inputs[0].size} numbers, {len(inputs[1].classes)} classes vote"


BLOCKS: tuple[type[Block], ...] = (NearestNeighbours,)
