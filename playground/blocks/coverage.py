"""How much of the real examples a generator has found: of every mode, and only of what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch

from playground.blocks.base import Block, BlockError, Port, numbers_only
from playground.blocks.code import Code, computed
from playground.blocks.measure import Measure
from playground.blocks.reveals import Clusters, Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter


class ModeCoverage(Measure):
    """Counts the modes to which enough generated points lie near. Metz et al. 2017; Srivastava et al. 2017."""

    id: ClassVar[str] = "mode-coverage"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"modes"})
    title: ClassVar[str] = "Mode coverage"
    summary: ClassVar[str] = (
        "How many clusters of the real points the generator has found, and which share of what it makes lies in one. "
        "It teaches nothing: the players never see it."
    )
    formula: ClassVar[str] = (
        r"\#\left\{ m : \frac{1}{n} \sum_{i=1}^{n} [\, \lVert G(z_i) - \mu_m \rVert \leq 3 \sigma_m ] \geq s \right\}"
    )
    source: ClassVar[str] = "Metz et al. 2017, Unrolled GANs; Srivastava et al. 2017, VEEGAN"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("generated", "Generated"), Port("real", "Real"), Port("modes", "Modes of the real ones"),
    )  # fmt: skip

    share: float = parameter(
        0.02, gt=0.0, le=1.0, help="Least share of the generated points that must lie near a mode to cover it."
    )
    reach: float = parameter(
        3.0, gt=0.0, le=100.0, help="How near is near: so many standard deviations of the mode, from its middle."
    )

    def subtitle(self) -> str:
        return f"≥ {self.share:.3g} within {self.reach:g} σ"

    def expect(self, *inputs: Signal) -> None:
        generated, real, modes = inputs
        numbers_only(self.title, generated, real)
        if modes.scale != "index" or modes.shape:
            raise BlockError(
                f"{self.title} must know to which mode each real point belongs, but {modes.words()} arrives. Wire the "
                "class numbers of the data here.",
                port="modes",
            )
        if generated.shape != real.shape:
            raise BlockError(
                f"{self.title} compares points with points, but a generated one is {generated.words()} and a real "
                f"one is {real.words()}.",
                port="generated",
            )

    def measure(self, *inputs: torch.Tensor) -> Mapping[str, float]:
        return coverage(self.clusters(*inputs), self.share)

    def clusters(self, generated: torch.Tensor, real: torch.Tensor, modes: torch.Tensor) -> Clusters:
        """The modes, and what lies near them."""
        return clusters(generated, real, modes, self.reach)

    def to_code(self, *inputs: Signal) -> Code:
        found = f"coverage(clusters({{0}}, {{1}}, {{2}}, {self.reach!r}), {self.share!r})"
        return computed(found, uses=(coverage, clusters))


def coverage(found: Clusters, share: float) -> Mapping[str, float]:
    """How many modes have at least that share of the generated points, and which share of these lies in any."""
    return {"modes_covered": float((found.shares >= share).sum()), "high_quality_share": found.inside}


def clusters(generated: torch.Tensor, real: torch.Tensor, modes: torch.Tensor, reach: float) -> Clusters:
    """The modes of the real points, and which share of the generated points lies near each.

    Middle and deviation of a mode are those of its real points, the deviation the same in all directions. A mode with
    fewer than two real points has no size, and nothing is near it.
    """
    points, known = generated.flatten(1), real.flatten(1)
    count = int(modes.max()) + 1 if modes.numel() else 0
    numbers = torch.nn.functional.one_hot(modes, count).to(known.dtype)  # (N, modes)
    members = numbers.sum(dim=0)  # (modes,)
    middles = numbers.T @ known / members.clamp_min(1.0)[:, None]  # (modes, features)
    apart = (known - middles[modes]).square().sum(dim=1)  # (N,)
    freedom = (members - 1.0).clamp_min(1.0) * known.shape[1]
    deviations = (numbers.T @ apart / freedom).sqrt()  # (modes,)
    reaches = torch.where(members >= 2.0, reach * deviations, -1.0)
    near = torch.cdist(points, middles) <= reaches  # (n, modes)
    total = max(1, len(points))
    return Clusters(middles, reaches, near.sum(dim=0) / total, float(near.any(dim=1).sum()) / total)


BLOCKS: tuple[type[Block], ...] = (ModeCoverage,)
