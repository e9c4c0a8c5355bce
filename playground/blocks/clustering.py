"""K-means: centroids that move to the middle of what is nearest to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn

from playground.blocks.base import BlockError, Port, flat_vector_only
from playground.blocks.code import Code, computed
from playground.blocks.estimator import Estimator, Learning, squared_distances
from playground.blocks.loss import CLASS_CODINGS
from playground.blocks.measure import Measure
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

STILL = 1e-6
"""Centroids that move by less, in units of the features, have come to rest."""


class KMeansLayer(Learning):
    """Centroids (k, features); `forward` gives minus the squared distance to each, so that the nearest is largest."""

    centroids: torch.Tensor
    counts: torch.Tensor

    def __init__(self, clusters: int, features: int, spread: bool) -> None:
        super().__init__()
        self.spread = spread
        self.register_buffer("centroids", torch.zeros(clusters, features))
        self.register_buffer("counts", torch.zeros(clusters))
        self._examples = 0

    def begin(self, *inputs: torch.Tensor) -> None:
        x = inputs[0]
        self._examples = len(x)
        self.counts.zero_()
        chosen = [self._draw(torch.ones(len(x), device=x.device))]
        distances = torch.full((len(x),), torch.inf, device=x.device)  # to the nearest that is chosen
        while len(chosen) < len(self.centroids):
            distances = torch.minimum(distances, torch.cdist(x, x[chosen[-1:]]).square()[:, 0])
            spread = self.spread and bool(distances.sum() > 0)
            chosen.append(self._draw(distances if spread else torch.ones_like(distances)))
        self.centroids.copy_(x[chosen])

    def _draw(self, weights: torch.Tensor) -> int:
        return int(torch.multinomial(weights, 1, generator=self.generator))

    def learn(self, *inputs: torch.Tensor) -> None:
        x = inputs[0]  # (batch, features)
        nearest = self.forward(x).argmax(dim=1)
        sizes = torch.bincount(nearest, minlength=len(self.centroids)).to(x.dtype)
        sums = torch.zeros_like(self.centroids).index_add_(0, nearest, x)
        if len(x) == self._examples:
            self.counts.zero_()  # all examples at once: the plain mean
        self.counts += sizes
        met = sizes > 0
        step = (sums - sizes[:, None] * self.centroids) / self.counts.clamp_min(1.0)[:, None]
        self.centroids[met] += step[met]
        moved = float(step[met].norm(dim=1).amax())
        self.settled.fill_(len(x) == self._examples and moved < STILL)

    def settled_words(self) -> str:
        return "The centroids have come to rest: each lies in the middle of the points that are nearest to it."

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return -squared_distances(features, self.centroids)  # (batch, features) -> (batch, k)


class KMeans(Estimator):
    """Clusters without being told any classes."""

    id: ClassVar[str] = "k-means"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"centroids"})
    title: ClassVar[str] = "K-means"
    summary: ClassVar[str] = (
        "Finds k centres: every point belongs to the nearest, and every centre moves to the middle of its points. "
        "Nobody tells it the classes."
    )
    formula: ClassVar[str] = (
        r"c_i = \arg\min_k \lVert x_i - m_k \rVert^2, \quad m_k \leftarrow \mathrm{mean}\{x_i : c_i = k\}"
    )
    source: ClassVar[str] = "Lloyd 1957/1982; Arthur and Vassilvitskii 2007 (k-means++); Sculley 2010 (mini-batches)"
    inputs: ClassVar[tuple[Port, ...]] = (Port("features", "Features"),)
    outputs: ClassVar[tuple[Port, ...]] = (Port("nearness", "Nearness"),)
    learns_from: ClassVar[tuple[str, ...]] = ()

    clusters: int = parameter(3, ge=1, le=64, label="Clusters k", help="Number of centroids.")
    spread: bool = parameter(
        True, label="Spread the start", help="Start with centroids far apart (k-means++); else by pure chance."
    )

    def subtitle(self) -> str:
        return f"k {self.clusters}"

    def expect(self, *inputs: Signal) -> None:
        flat_vector_only(self.title, inputs[0])

    def build(self, *inputs: Signal) -> nn.Module:
        return KMeansLayer(self.clusters, inputs[0].shape[0], self.spread)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (Signal((self.clusters,), axes=("clusters",), high=0.0),)

    def measure(self, module: nn.Module, *inputs: torch.Tensor) -> Mapping[str, float]:
        nearness = module(inputs[0])
        return {"squared_distance": float(-nearness.amax(dim=1).mean())}

    def live_formula(self, *inputs: Signal) -> str:
        return f"m is {self.clusters} × {inputs[0].shape[0]}"


class ClusterAgreement(Measure):
    """How well clusters and classes agree, whatever the clusters are called: the adjusted Rand index."""

    id: ClassVar[str] = "cluster-agreement"
    title: ClassVar[str] = "Cluster agreement"
    summary: ClassVar[str] = (
        "Compares clusters with classes that the clustering never saw: 1 when they are the same, about 0 by chance."
    )
    formula: ClassVar[str] = r"\mathrm{ARI} = \frac{\mathrm{RI} - E[\mathrm{RI}]}{1 - E[\mathrm{RI}]}"
    source: ClassVar[str] = "Hubert and Arabie 1985, Comparing partitions"
    inputs: ClassVar[tuple[Port, ...]] = (Port("nearness", "Nearness"), Port("target", "Classes"))

    def expect(self, *inputs: Signal) -> None:
        flat_vector_only(self.title, inputs[0])
        target = inputs[1]
        if target.scale not in CLASS_CODINGS or not target.classes or (target.scale == "index" and target.shape):
            raise BlockError(
                f"{self.title} compares clusters with the classes of the examples, but {target.words()} arrives.",
                port="target",
            )

    def measure(self, *inputs: torch.Tensor) -> Mapping[str, float]:
        nearness, target = inputs
        one_hot = target.dim() == 2 and target.shape[1] > 1
        classes = target.argmax(dim=1) if one_hot else target.reshape(-1)
        return {"rand_index": adjusted_rand_index(nearness.argmax(dim=1), classes)}

    def to_code(self, *inputs: Signal) -> Code:
        classes = "{1}.argmax(dim=1)" if inputs[1].shape and inputs[1].size > 1 else "{1}.reshape(-1)"
        found = f"adjusted_rand_index({{0}}.argmax(dim=1), {classes})"
        return computed(f'{{{{"rand_index": {found}}}}}', uses=(adjusted_rand_index,))


def adjusted_rand_index(first: torch.Tensor, second: torch.Tensor) -> float:
    """Agreement of two partitions (N,) of the same examples; 1 when they are the same, also when both are trivial."""
    kinds = torch.unique(second, return_inverse=True)[1]
    groups = torch.unique(first, return_inverse=True)[1]
    table = torch.bincount(groups * (int(kinds.max()) + 1) + kinds).double()
    pairs = _pairs(table)
    rows, columns = _pairs(torch.bincount(groups).double()), _pairs(torch.bincount(kinds).double())
    expected = rows * columns / max(1.0, len(first) * (len(first) - 1) / 2)
    most = (rows + columns) / 2
    return 1.0 if most == expected else (pairs - expected) / (most - expected)


def _pairs(counts: torch.Tensor) -> float:
    return float((counts * (counts - 1.0) / 2.0).sum())


BLOCKS: tuple[type[Estimator | Measure], ...] = (KMeans, ClusterAgreement)
