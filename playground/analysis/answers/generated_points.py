"""Real and generated points in one plane, the discriminator's opinion behind them, and the modes that are covered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.answers.decision_boundary import is_square, widened
from playground.analysis.base import Plotted, Table
from playground.analysis.question import Question
from playground.analysis.shared.heads import Head, class_heads
from playground.analysis.subject import Extent, Subject, dependents, plane_node
from playground.blocks.reveals import FindsModes
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

ROOM = 1.2
"""How much wider than the real points the picture is, as generated ones may lie elsewhere."""


@dataclass(frozen=True)
class Modes:
    """The clusters of the real points, as the measure on the canvas sees them."""

    middles: NDArray[np.float32]
    """(modes, 2) in raw features."""
    reaches: NDArray[np.float32]
    """(modes, 2): how far from its middle a point still lies near a mode, along each feature."""
    shares: NDArray[np.float32]
    """(modes,) share of the generated points near each mode."""
    covered: NDArray[np.bool_]
    """(modes,) whether that is enough."""
    names: tuple[str, ...]
    high_quality: float
    """Share of the generated points near any mode."""


@dataclass(frozen=True)
class GeneratedPoints:
    """Points of one part and the field of the discriminator; rows run upwards, as in a decision boundary."""

    real: NDArray[np.float32]
    """(n, 2) in raw features."""
    generated: NDArray[np.float32]
    """(n, 2) in raw features, made from the same noise every time."""
    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    field: NDArray[np.float32]
    """(h, w) probability of being real."""
    extent: Extent
    same_scale: bool
    """Both features have the same range, so that a circle should look like one."""
    feature_names: tuple[str, str]
    part: Part
    modes: Modes | None
    """None without a measure of mode coverage on the canvas."""
    step: int

    def table(self) -> Table:
        """One row per point."""
        rows: list[list[Any]] = [[*point, "real"] for point in self.real.tolist()]
        rows += [[*point, "generated"] for point in self.generated.tolist()]
        return [*self.feature_names, "origin"], rows


class GeneratedPointsAnalysis(Plotted):
    """Where a generator puts its points, where the real ones lie, and where the discriminator believes them."""

    id: ClassVar[str] = "generated-points"
    title: ClassVar[str] = "Real and generated"
    summary: ClassVar[str] = (
        "Real and generated points in one picture. Behind them, how sure the discriminator is that a point there is "
        "real: the generator follows it uphill."
    )

    points: int = parameter(400, ge=1, le=5_000, help="Most real points, and most generated ones.")
    resolution: int = parameter(64, ge=8, le=512, help="Grid points along each side of the discriminator's field.")
    aspect: float = parameter(1.0, ge=0.2, le=5.0, help="Width by height of the picture.")
    field: bool = parameter(
        True, drawing=True, label="Discriminator’s field", help="Show what the discriminator thinks of every place."
    )
    real_points: bool = parameter(True, drawing=True, help="Show the real points, as discs.")
    modes: bool = parameter(True, drawing=True, help="Show each mode with a tick where the generator covers it.")

    def why_not(self, report: Report, graph: Graph) -> str:
        dealer = dealer_of(report)
        if not dealer:
            return "Real and generated points need the block “Real and generated” that deals them out."
        if report.inputs[dealer][0] != (plane_node(report), "features"):
            return "Real and generated points are drawn in the plane: the real ones must be data of two features."
        if _judge(report, dealer) is None:
            return "Real and generated points need a discriminator: a loss that compares its answer with “Is it real?”."
        return ""

    def compute(self, question: Question) -> GeneratedPoints:
        subject = question.loaded()
        report, node = subject.report, plane_node(subject.report)
        dealer = dealer_of(report)
        judge = _judge(report, dealer)
        assert judge is not None
        part, generated = subject.shown_part, report.inputs[dealer][1]
        made = subject.values(subject.feeds(part), [generated])[generated]
        question.check()
        extent = widened(_wider(subject.extent()), self.aspect)
        feeds, xs, ys = subject.grid(self.resolution, extent)
        answers = subject.values({(dealer, "mixed"): feeds[dealer, "mixed"]}, [judge.prediction])[judge.prediction]
        scaler, names = subject.prepared[node].scaler, subject.prepared[node].feature_names
        return GeneratedPoints(
            real=subject.points(part).xy[: self.points],
            generated=np.asarray(scaler.unscale(made[: self.points]), dtype=np.float32),
            xs=xs,
            ys=ys,
            field=judge.probabilities(answers)[:, 1].reshape(len(ys), len(xs)),
            extent=extent,
            same_scale=is_square(subject.extent()),
            feature_names=(names[0], names[1]) if len(names) == 2 else ("x1", "x2"),
            part=part,
            modes=_modes(subject, part),
            step=question.snapshot.step if question.snapshot else 0,
        )


def dealer_of(report: Report) -> str:
    """The first block that deals out real and generated examples; empty when there is none."""
    return next(iter(report.revealing("real and generated")), "")


def _judge(report: Report, dealer: str) -> Head | None:
    """What tells real from generated, from the dealt examples alone."""
    reached = dependents(report, (dealer, "mixed"))
    for head in class_heads(report):
        if head.target == (dealer, "is_real") and head.prediction in reached:
            return head
    return None


def _wider(extent: Extent) -> Extent:
    left, right, bottom, top = extent
    across, up = (right - left) * (ROOM - 1.0) / 2, (top - bottom) * (ROOM - 1.0) / 2
    return left - across, right + across, bottom - up, top + up


def _modes(subject: Subject, part: Part) -> Modes | None:
    """The modes as the first measure that looks at the real points of the plane sees them."""
    report, node = subject.report, plane_node(subject.report)
    for name in report.revealing("modes"):
        block, sources = report.blocks[name], report.inputs[name]
        if not isinstance(block, FindsModes) or sources[1] != (node, "features"):
            continue
        values = subject.values(subject.feeds(part), sources)
        found = block.clusters(*(torch.from_numpy(values[source]) for source in sources))
        scaler, classes = subject.prepared[node].scaler, report.signals[sources[2]].classes
        middles = scaler.unscale(found.middles.numpy())
        edges = scaler.unscale(found.middles.numpy() + found.reaches.clamp_min(0.0).numpy()[:, None])
        shares = found.shares.numpy()
        return Modes(
            middles=np.asarray(middles, dtype=np.float32),
            reaches=np.asarray(edges - middles, dtype=np.float32),
            shares=np.asarray(shares, dtype=np.float32),
            covered=shares >= block.share,
            names=tuple(classes[number] if number < len(classes) else str(number) for number in range(len(shares))),
            high_quality=found.inside,
        )
    return None
