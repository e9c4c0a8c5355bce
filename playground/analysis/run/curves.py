"""Loss and metrics over time, the changes made on the way, and where validation was best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report
from playground.network.naming import titles
from playground.training.history import CurveData, Mark, Moment
from playground.training.metrics.metric_set import why_missing
from playground.training.step_sizes import is_size


@dataclass(frozen=True)
class Best:
    """The best value of a curve."""

    curve: str
    moment: Moment
    value: float


@dataclass(frozen=True)
class OtherCurves:
    """The curves of another run."""

    title: str
    curves: Mapping[str, CurveData]


def _rows(curves: Mapping[str, CurveData]) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for name, curve in curves.items():
        arrays = (curve.step, curve.epoch, curve.examples, curve.seconds, curve.value, curve.low, curve.high)
        rows.extend([name, *numbers] for numbers in np.stack(arrays, axis=1).tolist())
    return rows


@dataclass(frozen=True)
class Curves:
    """All curves by name, such as `train_loss`, and what was changed while they grew."""

    curves: Mapping[str, CurveData]
    marks: tuple[Mark, ...]
    best: Best | None
    """The least validation loss; None before the first one."""
    others: tuple[OtherCurves, ...] = ()
    """The curves of other runs, to be drawn behind these."""
    moment: Moment | None = None
    """The moment that a person looks back at."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """The names of the nodes."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """By their ids the metrics that are not measured of this network, and why."""

    def table(self) -> Table:
        columns = ["curve", "step", "epoch", "examples", "seconds", "value", "low", "high"]
        if not self.others:
            return columns, _rows(self.curves)
        rows = [["", *row] for row in _rows(self.curves)]
        for other in self.others:
            rows += [[other.title, *row] for row in _rows(other.curves)]
        return ["run", *columns], rows


class CurvesAnalysis(Plotted):
    """Loss and metrics of train, validation and test over time."""

    id: ClassVar[str] = "curves"
    title: ClassVar[str] = "Curves"
    summary: ClassVar[str] = (
        "Loss and metrics while the network learns. Training still falls but validation rises: it overfits."
    )
    needs: ClassVar[frozenset[str]] = frozenset({"history", "others", "moment", "project"})

    quantity: str = parameter(
        "", max_length=400, drawing=True, help="What the curves show, such as loss or accuracy; empty: the loss."
    )
    axis: Literal["step", "epoch", "examples", "seconds"] = parameter(
        "epoch", drawing=True, label="Horizontal axis", help="Against what the curves are drawn (X)."
    )
    logarithmic: bool = parameter(
        False, drawing=True, label="log", help="Logarithmic scale (L): equal factors have equal height."
    )
    smoothing: float = parameter(
        0.6, ge=0.0, le=1.0, drawing=True, help="How strongly the training curve is smoothed (S switches it)."
    )
    raw: bool = parameter(
        True, drawing=True, label="Raw curve",
        help="Show what was measured as a thin pale line behind the smoothed one.",
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.loss_nodes() and not report.estimator_nodes():
            return "There is no loss to follow. Wire a loss block to the network."
        return ""

    def compute(self, question: Question) -> Curves:
        if not question.history:
            raise NothingToShow("Press play to see the curves.")
        return Curves(
            _told(question.history),
            question.marks,
            best_of("validation_loss", question.history),
            tuple(OtherCurves(other.title, _told(other.history)) for other in question.others),
            question.moment,
            titles(question.project.graph) if question.project is not None else {},
            why_missing(question.subject.report) if question.subject is not None else {},
        )


def _told(history: Mapping[str, CurveData]) -> dict[str, CurveData]:
    """The curves of losses and metrics; sizes of gradients and steps have a view of their own."""
    return {name: curve for name, curve in history.items() if not is_size(name)}


def best_of(name: str, history: Mapping[str, CurveData]) -> Best | None:
    """The least value of a loss curve; joined points keep their least, so it is never lost."""
    curve = history.get(name)
    if curve is None or not np.isfinite(curve.low).any():
        return None
    index = int(np.nanargmin(np.where(np.isfinite(curve.low), curve.low, np.nan)))
    moment = Moment(
        int(curve.step[index]), float(curve.epoch[index]), int(curve.examples[index]), float(curve.seconds[index])
    )
    return Best(name, moment, float(curve.low[index]))
