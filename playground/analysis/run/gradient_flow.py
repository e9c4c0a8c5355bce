"""Gradient, weights and update of every layer: over time as training really took its steps, and over depth now."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.question import Question
from playground.analysis.run.gradient_warnings import LayerFacts, Warning, warnings
from playground.analysis.shared.unit_health import (
    NONE,
    activation_of,
    health_of_blocks,
    norms_by_node,
    weight_gradients,
)
from playground.analysis.subject import Subject
from playground.blocks.loss import Loss
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report
from playground.training.history import CurveData
from playground.training.snapshot import Snapshot
from playground.training.step_sizes import GRADIENT, SIZES, UPDATE, WEIGHTS, curve_name

RECENT = 5
"""The numbers of now are the middle of so many measured steps: single batches differ."""
ALIKE = 5
"""Weights that agree in so many digits are the same."""
Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LayerSizes:
    """One block with weights. All arrays are (measured steps,); norms are Euclidean, over weights and biases."""

    node: str
    title: str
    step: Numbers
    gradient: Numbers
    """Of the loss, before clipping."""
    weights: Numbers
    update: Numbers
    """What the step changed, after clipping, momentum and penalties."""
    now: Mapping[str, float]
    """Gradient, weights, update and ratio at the moment looked at; NaN where it is not known."""

    def over_time(self, size: str) -> Numbers:
        """"gradient", "weights", "update", or "ratio": update / weights."""
        if size != "ratio":
            return getattr(self, size)  # type: ignore[no-any-return]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.weights > 0.0, self.update / self.weights, np.nan)


@dataclass(frozen=True)
class LayerFlow:
    """All blocks that learn, from the data to the loss."""

    layers: tuple[LayerSizes, ...]
    step: int
    """The moment looked at."""
    warnings: tuple[Warning, ...]
    chosen: str = ""
    """The node chosen in the window, if it is one of the layers."""

    def table(self) -> Table:
        rows: list[list[Any]] = []
        for layer in self.layers:
            columns = (layer.step, layer.gradient, layer.weights, layer.update, layer.over_time("ratio"))
            rows += [[layer.node, int(numbers[0]), *numbers[1:]] for numbers in np.stack(columns, axis=1).tolist()]
        return ["block", "step", "gradient", "weights", "update", "update / weights"], rows


class GradientFlowAnalysis(Plotted):
    """Norms of gradient, weights and update by layer and step, and what is wrong with them in words."""

    id: ClassVar[str] = "gradient-flow"
    title: ClassVar[str] = "Gradient flow"
    summary: ClassVar[str] = (
        "How large gradient, weights and steps are in every layer. A healthy step is about a thousandth of the weights."
    )
    formula: ClassVar[str] = r"\frac{\left\lVert \Delta w \right\rVert_2}{\left\lVert w \right\rVert_2} \approx 10^{-3}"
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "history", "project"})

    size: Literal["gradient", "weights", "update", "ratio"] = parameter(
        "gradient", drawing=True, help="What is shown of every layer."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.loss_nodes():
            return "No gradient without a loss. Wire a loss block to the network."
        learning = {node.id for node in graph.nodes if node.training.trainable}
        if not any(count and name in learning for name, count in _counts(report).items()):
            return "No block on the canvas has weights that learn."
        return ""

    def compute(self, question: Question) -> LayerFlow:
        subject, snapshot = question.loaded(), question.snapshot
        assert snapshot is not None
        nodes = learning_nodes(subject)
        if not nodes:
            raise NothingToShow("No block on the canvas has weights that learn.")
        history = question.history or {}
        changed = max((mark.moment.step for mark in question.marks if mark.moment.step <= snapshot.step), default=-1)
        layers = [_series(node, subject.title(node), history, changed, snapshot.step) for node in nodes]
        if any(math.isnan(layer.now[GRADIENT]) for layer in layers):
            layers = _with_first_gradients(layers, question, subject)
        clipped = question.project is not None and question.project.training.clipping.kind != "none"
        chosen = question.node if question.node in nodes else ""
        found = warnings_of(subject, snapshot, layers, clipped=clipped, loss=_loss_at(history, snapshot.step))
        return LayerFlow(tuple(layers), snapshot.step, found, chosen or "")


def _counts(report: Report) -> Mapping[str, int]:
    return {name: report.parameters.get(name, 0) for name in report.order}


def learning_nodes(subject: Subject) -> list[str]:
    """The blocks with weights that learn, from the data to the loss."""
    own = {name.split(".", 1)[0] for name, _ in subject.network.named_parameters()}
    frozen = {node.id for node in subject.graph.nodes if not node.training.trainable}
    return [name for name in subject.report.order if name in own - frozen]


def _series(node: str, title: str, history: Mapping[str, CurveData], changed: int, step: int) -> LayerSizes:
    """The measured steps of a node; what was measured up to the last change of settings tells nothing of now."""
    curves = [history.get(curve_name(size, node)) for size in SIZES]
    if any(curve is None for curve in curves):
        none = np.zeros(0)
        return LayerSizes(node, title, none, none, none, none, dict.fromkeys((*SIZES, "ratio"), math.nan))
    known = [curve for curve in curves if curve is not None]
    count = min(len(curve.value) for curve in known)
    steps, values = known[0].step[:count], [curve.value[:count] for curve in known]
    upto = int(np.searchsorted(steps, step, side="right"))
    recent = slice(max(0, upto - RECENT, int(np.searchsorted(steps, changed, side="right"))), upto)
    parts = [part[recent] for part in values]
    now = {size: float(np.median(part)) if len(part) else math.nan for size, part in zip(SIZES, parts, strict=True)}
    now["ratio"] = now[UPDATE] / now[WEIGHTS] if now[WEIGHTS] > 0.0 else math.nan
    return LayerSizes(node, title, steps, values[0], values[1], values[2], now)


def _with_first_gradients(layers: list[LayerSizes], question: Question, subject: Subject) -> list[LayerSizes]:
    """Before the first measured step the gradient is computed, for the examples at hand and these weights."""
    assert question.snapshot is not None
    gradients = norms_by_node(weight_gradients(subject, question.project))
    names = [place.name for place in question.snapshot.layout.places]
    weights = norms_by_node({name: question.snapshot.array(name) for name in names})
    return [
        layer if not math.isnan(layer.now[GRADIENT]) else LayerSizes(
            layer.node, layer.title, layer.step, layer.gradient, layer.weights, layer.update,
            {**layer.now, GRADIENT: gradients.get(layer.node, math.nan), WEIGHTS: weights.get(layer.node, math.nan)},
        )
        for layer in layers
    ]  # fmt: skip


def _loss_at(history: Mapping[str, CurveData], step: int) -> float:
    """The training loss at a step; infinite where it is not known."""
    curve = history.get("train_loss")
    place = 0 if curve is None else int(np.searchsorted(curve.step, step, side="right"))
    return float(curve.value[place - 1]) if curve is not None and place else math.inf


def _behind(subject: Subject, nodes: Collection[str]) -> dict[str, frozenset[str]]:
    """For every node those of `nodes` that lie behind it, on the way to a loss."""
    found: dict[str, frozenset[str]] = {}
    for name in reversed(subject.report.order):
        targets = {edge.target for edge in subject.graph.out_of(name)}
        further = frozenset[str]().union(*(found.get(target, frozenset()) for target in targets))
        found[name] = further | targets.intersection(nodes)
    return found


def warnings_of(
    subject: Subject, snapshot: Snapshot, layers: list[LayerSizes], *, clipped: bool = False, loss: float = math.inf
) -> tuple[Warning, ...]:
    """What goes wrong in the network that is loaded, layer by layer and in the activations between them."""
    report, sizes = subject.report, {layer.node: layer.now for layer in layers}
    units, behind = health_of_blocks(subject), _behind(subject, sizes)
    follows = frozenset[str]().union(*(behind[name] for name in sizes))
    facts = []
    for name in report.order:
        if name not in sizes and name not in units:
            continue
        found, now, block = units.get(name, NONE), sizes.get(name, {}), report.blocks[name]
        facts.append(
            LayerFacts(
                node=name,
                title=subject.title(name),
                gradient=now.get(GRADIENT, math.nan),
                weights=now.get(WEIGHTS, math.nan),
                update=now.get(UPDATE, math.nan),
                activation=activation_of(block),
                settable="activation" in type(block).model_fields,
                last=any(isinstance(report.blocks.get(edge.target), Loss) for edge in subject.graph.out_of(name)),
                dead=found.dead,
                saturated=found.saturated,
                units=found.units or _unit_count(snapshot, name),
                copies=_copies(snapshot, name),
                behind=behind[name],
                alone=not behind[name] and name not in follows,
            )
        )
    return warnings(facts, clipped=clipped, loss=loss)


def _matrix(snapshot: Snapshot, node: str) -> NDArray[np.float32] | None:
    """The incoming weights of a node with the bias beside them, (units, inputs + 1); None where it has no matrix."""
    own = snapshot.of_node(node)
    weight, bias = own.get("weight"), own.get("bias")
    if weight is None or weight.ndim < 2:
        return None
    rows = weight.reshape(len(weight), -1)
    return rows if bias is None or bias.shape != rows.shape[:1] else np.concatenate([rows, bias[:, None]], axis=1)


def _unit_count(snapshot: Snapshot, node: str) -> int:
    rows = _matrix(snapshot, node)
    return 0 if rows is None else len(rows)


def _copies(snapshot: Snapshot, node: str) -> int:
    """How many units of a layer have the weights of another one, but for rounding."""
    rows = _matrix(snapshot, node)
    if rows is None or not np.isfinite(rows).all():
        return 0
    scale = float(np.abs(rows).max(initial=0.0)) or 1.0
    _, counts = np.unique(np.round(rows / scale, ALIKE), axis=0, return_counts=True)
    return int(counts[counts > 1].sum())
