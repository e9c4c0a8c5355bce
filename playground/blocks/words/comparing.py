"""How alike two vectors are, a loss that puts what is alike together, and whether the nearest is of the same class."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Literal

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block, BlockError, Port, flat_vector_only, numbers_only
from playground.blocks.code import Code, computed
from playground.blocks.loss import Loss, Task, label_fixes
from playground.blocks.measure import Measure
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

Likeness = Literal["dot", "cosine", "distance"]


def alike(first: torch.Tensor, second: torch.Tensor, measure: str) -> torch.Tensor:
    """Dot product, cosine or negative distance over the last axis; vectors give (batch, 1), series (batch, time)."""
    if measure == "cosine":
        first, second = functional.normalize(first, dim=-1), functional.normalize(second, dim=-1)
    if measure == "distance":
        found = -((first - second).square().sum(dim=-1) + 1e-12).sqrt()
    else:
        found = (first * second).sum(dim=-1)
    return found.unsqueeze(-1) if first.dim() == 2 else found


class SimilarityLayer(nn.Module):
    """Two tensors of one shape to how alike they are."""

    def __init__(self, measure: Likeness) -> None:
        super().__init__()
        self.measure = measure

    def forward(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        return alike(first, second, self.measure)


class Similarity(Block):
    """One number for two vectors."""

    id: ClassVar[str] = "similarity"
    family: ClassVar[str] = "merge"
    title: ClassVar[str] = "Similarity"
    summary: ClassVar[str] = (
        "How alike two vectors are, as one number: the dot product, the cosine of their angle, or minus their "
        "distance. Of series, for each step."
    )
    formula: ClassVar[str] = (
        r"s = u \cdot v \quad \text{or} \quad \frac{u \cdot v}{\lVert u \rVert \lVert v \rVert}"
        r" \quad \text{or} \quad -\lVert u - v \rVert"
    )
    inputs: ClassVar[tuple[Port, ...]] = (Port("first", "First"), Port("second", "Second"))

    measure: Likeness = parameter("dot", help="The dot product, the cosine (of −1 to 1), or minus the distance.")

    def subtitle(self) -> str:
        return {"dot": "dot product", "cosine": "cosine", "distance": "minus distance"}[self.measure]

    def expect(self, *inputs: Signal) -> None:
        numbers_only(self.title, *inputs)
        first, second = inputs
        if first.shape != second.shape or len(first.shape) not in (1, 2):
            raise BlockError(
                f"{self.title} compares two vectors of the same length, but {first.words()} and {second.words()} "
                "arrive.",
                port="second",
            )

    def build(self, *inputs: Signal) -> nn.Module:
        return SimilarityLayer(self.measure)

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, SimilarityLayer)
        module.measure = self.measure
        return True

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        bounds = {"dot": (-math.inf, math.inf), "cosine": (-1.0, 1.0), "distance": (-math.inf, 0.0)}
        low, high = bounds[self.measure]
        return (Signal(tuple(outputs[0][1:]), low=low, high=high),)

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"alike({{0}}, {{1}}, {self.measure!r})", uses=(alike,))


def distances(vectors: torch.Tensor) -> torch.Tensor:
    """The distance of each of the vectors (n, units) from each other, (n, n)."""
    squares = vectors.square().sum(dim=1)
    between = squares[:, None] + squares - 2.0 * vectors @ vectors.T
    return (between.clamp_min(0.0) + 1e-12).sqrt()


def triplet_loss(vectors: torch.Tensor, classes: torch.Tensor, margin: float) -> torch.Tensor:
    """The mean of max(0, farthest of the same class − nearest of another + margin), over the batch (n, units).

    Vectors without a partner or without a stranger in the batch count not.
    """
    between = distances(vectors)
    same = classes[:, None] == classes
    own = torch.eye(len(vectors), dtype=torch.bool, device=vectors.device)
    farthest = between.masked_fill(~same | own, -torch.inf).amax(dim=1)
    nearest = between.masked_fill(same, torch.inf).amin(dim=1)
    asked = torch.isfinite(farthest) & torch.isfinite(nearest)
    losses = torch.where(asked, farthest - nearest + margin, torch.zeros_like(farthest)).clamp_min(0.0)
    return losses.sum() / asked.sum().clamp_min(1)


class TripletLayer(nn.Module):
    """The loss with its margin."""

    def __init__(self, margin: float) -> None:
        super().__init__()
        self.margin = margin

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return triplet_loss(prediction, target, self.margin)


def expect_classes(title: str, vector: Signal, target: Signal) -> None:
    """Refuse anything but a vector and a class number for each example. Raises BlockError."""
    flat_vector_only(title, vector)
    if target.scale != "index" or target.shape or target.kind == "tokens":
        raise BlockError(
            f"{title} expects one class number for each example, but {target.words()} arrives.",
            *label_fixes(target, "index"),
            port="target",
        )


class TripletLoss(Loss):
    """Vectors of one class are to be nearer to each other than to any other, by a margin; the hardest of the batch."""

    id: ClassVar[str] = "triplet-loss"
    title: ClassVar[str] = "Triplet loss"
    summary: ClassVar[str] = (
        "For each example of the batch, the farthest of its own class is to be nearer than the nearest of any other, "
        "by a margin. It learns what is alike, not which class something is."
    )
    formula: ClassVar[str] = (
        r"L = \frac{1}{n} \sum_a \max\left(0, \; \max_{p:\, y_p = y_a} d_{ap}"
        r" - \min_{q:\, y_q \neq y_a} d_{aq} + m\right)"
    )
    source: ClassVar[str] = "Schroff, Kalenichenko and Philbin 2015, FaceNet; Hermans, Beyer and Leibe 2017 (hardest)"
    inputs: ClassVar[tuple[Port, ...]] = (Port("prediction", "Vector"), Port("target", "Class"))

    margin: float = parameter(1.0, ge=0.0, le=1e3, help="By how much the others are to be farther away.")

    def subtitle(self) -> str:
        return f"margin {self.margin:g}"

    def task(self, target: Signal) -> Task:
        """None: the vectors are no answers."""
        return "none"

    def match(self, prediction: Signal, target: Signal) -> None:
        expect_classes(self.title, prediction, target)

    def build(self, *inputs: Signal) -> nn.Module:
        return TripletLayer(self.margin)

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, TripletLayer)
        module.margin = self.margin
        return True

    def writable(self, before: Block) -> bool:
        return isinstance(before, TripletLoss)

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"triplet_loss({{0}}, {{1}}, {self.margin!r})", uses=(triplet_loss, distances))


def nearest_same(vectors: torch.Tensor, classes: torch.Tensor) -> float:
    """The share of vectors (n, units) whose nearest other one is of the same class (n,); NaN of less than two."""
    if len(vectors) < 2:
        return float("nan")
    nearest = distances(vectors).fill_diagonal_(torch.inf).argmin(dim=1)
    return float((classes[nearest] == classes).double().mean())


class NearestNeighbour(Measure):
    """How often the nearest other vector is of the same class."""

    id: ClassVar[str] = "nearest-neighbour"
    title: ClassVar[str] = "Nearest neighbour"
    summary: ClassVar[str] = (
        "Of all other examples of the part, is the nearest one of the same class? It needs no classifier, and works "
        "for classes that nobody learned from."
    )
    formula: ClassVar[str] = (
        r"\frac{1}{n} \sum_i [\, y_{j(i)} = y_i \,], \quad j(i) = \arg\min_{j \neq i} \lVert u_i - u_j \rVert"
    )
    source: ClassVar[str] = "Cover and Hart 1967, Nearest neighbor pattern classification"
    inputs: ClassVar[tuple[Port, ...]] = (Port("vector", "Vector"), Port("target", "Class"))

    def expect(self, *inputs: Signal) -> None:
        expect_classes(self.title, *inputs)

    def measure(self, *inputs: torch.Tensor) -> Mapping[str, float]:
        return {"nearest_same": nearest_same(inputs[0], inputs[1])}

    def to_code(self, *inputs: Signal) -> Code:
        call = '{{"nearest_same": nearest_same({0}, {1})}}'
        return computed(call, uses=(nearest_same, distances))


BLOCKS: tuple[type[Block], ...] = (Similarity, TripletLoss, NearestNeighbour)
