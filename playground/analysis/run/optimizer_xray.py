"""The optimizer opened up: for single weights the gradient, what is remembered of earlier ones, and the step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.inside.slow_motion.notation import Index, Pen
from playground.analysis.inside.slow_motion.update import Move, MoveWriter, follows_gradient, move
from playground.analysis.question import Question, Weight
from playground.analysis.shared.chosen_weights import place_of, spelled, words
from playground.analysis.shared.many_losses import clock
from playground.analysis.shared.run_moments import is_full_batch, quick_count, steady_moments
from playground.analysis.shared.unit_health import weight_gradients
from playground.document.copies import unrolled
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report
from playground.training.optimizers import optimizer_of
from playground.training.phases import active_phases, optimizer_ids
from playground.training.snapshot import Snapshot

MOST = 4
"""Weights that are looked at together."""
MOMENTS = 60
FEWEST = 8
MEMORY = 2**26
"""Bytes that the gradients kept for all moments may take."""
TURN = 0.03
"""Seconds of work in one part; other views have their turn between the parts."""
REMEMBERED = {
    "momentum_buffer": "momentum v",
    "average": "average gradient v",
    "exp_avg": "first moment m",
    "exp_avg_sq": "second moment v",
    "sum": "sum of squares s",
    "square_avg": "mean square s",
    "acc_delta": "mean squared step u",
}
"""What torch's names of an optimizer's memory mean; another name is shown as it is."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Known:
    """The numbers of one weight at one moment. The memory is that after this gradient was taken in."""

    weight: float
    gradient: float
    """Of the loss over the examples, with penalty and clipping: what the optimizer gets."""
    step: float
    """What the optimizer would add to the weight now."""
    memory: Mapping[str, float]
    before: Mapping[str, float]
    lines: tuple[str, ...]
    """The rule with the numbers put in."""


@dataclass(frozen=True)
class TracedWeight:
    """One weight over the run."""

    weight: Weight
    words: str
    series: Mapping[str, Numbers]
    """By quantity, (m,): "weight", "gradient", torch's names of what is remembered, "step" and "rate", which is the
    step for each unit of gradient. Not a number where it is not known."""
    now: Known | None


@dataclass(frozen=True)
class OptimizerXray:
    """Some weights under the optimizer."""

    weights: tuple[TracedWeight, ...]
    chosen: bool
    """Whether a person has chosen them; else they are a few telling ones."""
    moments: NDArray[np.int64]
    """Steps of the run, ascending, (m,)."""
    quantities: tuple[str, ...]
    optimizer: str
    formula: str
    rate: float
    """The learning rate now, schedule included."""
    note: str
    """What else is to be known, in a sentence or two."""
    offered: tuple[tuple[str, tuple[int, ...]], ...]
    """Parameters that learn, with their shapes: what weights can be chosen from."""
    step: int
    seconds: float
    finished: bool

    def title(self, quantity: str) -> str:
        """What a quantity is called."""
        return quantity_words(quantity)

    def table(self) -> Table:
        rows = [
            [spelled(traced.weight), step, *(float(traced.series[name][number]) for name in self.quantities)]
            for traced in self.weights
            for number, step in enumerate(self.moments.tolist())
        ]
        return ["weight", "step", *map(quantity_words, self.quantities)], rows


def quantity_words(quantity: str) -> str:
    """A quantity as people call it."""
    return {"step": "next step", "rate": "effective rate", **REMEMBERED}.get(quantity, quantity.replace("_", " "))


class OptimizerXrayAnalysis(Plotted):
    """From gradient to step: what the optimizer makes of the slope of single weights."""

    id: ClassVar[str] = "optimizer-xray"
    title: ClassVar[str] = "Optimizer X-ray"
    summary: ClassVar[str] = (
        "What happens between the gradient and the step of single weights: momentum, second moment, effective rate. "
        "Click a weight in the Weights view to look at it."
    )
    formula: ClassVar[str] = r"\eta_{\text{effective}} = -\frac{\Delta w}{g}"
    needs: ClassVar[frozenset[str]] = frozenset({"weights", "snapshot", "trail", "project"})

    examples: int = parameter(0, ge=0, le=65_536, help="Most examples of the gradient; 0: as many as are quick.")
    shown: Literal["both", "plots", "numbers"] = parameter(
        "both", drawing=True, label="Show", help="Lines over the run, the numbers of this moment, or both."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.loss_nodes():
            return "No weight learns by a gradient without a loss. Wire a loss block to the network."
        if report.total_parameters == 0:
            return "No block on the canvas has weights. Drag in a Dense block."
        learning = {node.id for node in graph.nodes if node.training.trainable}
        if not any(count for node, count in report.parameters.items() if node in learning):
            return "All blocks with weights are frozen, so the optimizer moves nothing. Let one of them learn."
        return ""

    def compute(self, question: Question) -> OptimizerXray:
        *_, whole = self.stages(question)
        return whole

    def stages(self, question: Question) -> Iterator[OptimizerXray]:
        """The present moment first, then the others, a few in each part."""
        began = clock()
        work = _Work(self, question)
        work.look(question.snapshot)
        for snapshot in work.moments:
            if clock() - began > TURN:
                work.seconds += clock() - began
                yield work.result(finished=False)
                began = clock()
            question.check()
            work.look(snapshot)
        work.seconds += clock() - began
        yield work.result(finished=True)


class _Work:
    """One computation, in parts."""

    def __init__(self, wanted: OptimizerXrayAnalysis, question: Question) -> None:
        self.subject, snapshot, project = question.loaded(), question.snapshot, question.project
        if snapshot is None or project is None:
            raise ValueError("this analysis needs a snapshot and the settings of the project")
        self._examples = quick_count(self.subject, wanted.examples)
        self._snapshot, self._project = snapshot, project
        most = max(FEWEST, min(MOMENTS, MEMORY // max(1, snapshot.parameters.nbytes)))
        self.moments = steady_moments(question.trail, snapshot, most)
        self.seconds = 0.0
        self._phases = active_phases(project, self.subject.report)
        self._ids = optimizer_ids(self._phases)
        of_nodes = tuple(node.training.model_dump_json() for node in unrolled(project.graph).nodes)
        self._settings = project.training.model_dump_json(), of_nodes
        if not follows_gradient(project, self.subject):
            raise NothingToShow(
                "This optimizer looks at the loss in other places before it steps, so no one gradient makes the step. "
                "Choose another, such as Adam, to see inside."
            )
        if not self.subject.count("train"):
            raise NothingToShow("The train part has no examples. Leave some for training.")
        self._offered = self._learning()
        if not self._offered:
            raise NothingToShow("No weight learns by a gradient here. Let a block with weights learn.")
        names = {name for name, _ in self._offered}
        pointed = [one for one in question.weights if one[0] in names and place_of(one, snapshot.layout) is not None]
        self._chosen = bool(pointed)
        self._weights = tuple(pointed[-MOST:]) or self._telling()
        self._known: dict[int, tuple[Known | None, ...]] = {}
        self._rate = 0.0

    def _learning(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """The parameters that an optimizer moves, in the order of the network."""
        nodes = {node.id: node.training for node in unrolled(self._project.graph).nodes}
        taught = {name for phase in self._phases for name in phase.trains}
        rank = {name: number for number, name in enumerate(self.subject.report.order)}
        places = sorted(self._snapshot.layout.places, key=lambda place: rank.get(place.node, 0))
        return tuple(
            (place.name, place.shape) for place in places
            if place.size and place.node in taught and nodes[place.node].trainable
            and nodes[place.node].learning_rate_factor > 0.0
        )  # fmt: skip

    def _telling(self) -> tuple[Weight, ...]:
        """A few weights to begin with: of each layer that with the largest gradient at first, and one in the middle."""
        gradients = self._gradients(self.moments[0])
        matrices = [name for name, shape in self._offered if len(shape) > 1] or [name for name, _ in self._offered]
        places = np.linspace(0, len(matrices) - 1, min(MOST, len(matrices))).round().astype(int)
        found: list[Weight] = []
        for name in [matrices[place] for place in places]:
            sizes = np.abs(gradients[name])
            order = np.argsort(sizes, axis=None, kind="stable")
            picks = [order[-1]] if len(places) > MOST // 2 else [order[-1], order[len(order) // 2]]
            for pick in dict.fromkeys(picks):
                found.append((name, tuple(int(part) for part in np.unravel_index(pick, sizes.shape))))
        return tuple(found)

    def _gradients(self, snapshot: Snapshot) -> dict[str, NDArray[np.float32]]:
        def make() -> dict[str, NDArray[np.float32]]:
            self.subject.load(snapshot)
            found = weight_gradients(self.subject, self._project, self._examples)
            # What no loss reaches has none.
            return {name: np.zeros(shape, dtype=np.float32) for name, shape in self._offered} | found

        phases = tuple((phase.losses, phase.trains) for phase in self._phases)
        return self.subject.remembered(snapshot, ("gradients of weights", self._examples, phases), make)

    def look(self, snapshot: Snapshot | None) -> None:
        """Find the numbers of a moment."""
        assert snapshot is not None
        if snapshot.step in self._known:
            return
        key = "optimizer x-ray", self._examples, self._settings, self._weights
        found = self.subject.remembered(snapshot, key, lambda: self._numbers(snapshot))
        self._known[snapshot.step], rate = found
        if snapshot is self._snapshot:
            self._rate = rate

    def _numbers(self, snapshot: Snapshot) -> tuple[tuple[Known | None, ...], float]:
        if snapshot.place is not None and snapshot.place.optimizers != self._ids:
            return (None,) * len(self._weights), 0.0  # Another optimizer was at work then.
        gradients = {name: torch.from_numpy(part) for name, part in self._gradients(snapshot).items()}
        moves: dict[int, Move] = {}
        found: list[Known | None] = []
        for weight in self._weights:
            number = self._phase_of(weight)
            if number not in moves:
                moves[number] = move(self.subject, self._project, snapshot, gradients, number)
            found.append(_known(moves[number], weight, gradients))
        return tuple(found), moves[self._phase_of(self._weights[0])].rate

    def _phase_of(self, weight: Weight) -> int:
        """The number of the first phase in which a weight learns."""
        node = weight[0].split(".", 1)[0]
        return next(number for number, phase in enumerate(self._phases) if node in phase.trains)

    def result(self, *, finished: bool) -> OptimizerXray:
        """What is known so far."""
        keys = list(dict.fromkeys(
            key for row in self._known.values() for known in row if known is not None for key in known.memory
        ))  # fmt: skip
        quantities = ("weight", "gradient", *keys, "step", "rate")
        layout = self._snapshot.layout
        traced = tuple(
            TracedWeight(
                weight,
                words(weight, self.subject, layout),
                _series([self._known_at(one, number) for one in self.moments], quantities),
                self._known_at(self._snapshot, number),
            )
            for number, weight in enumerate(self._weights)
        )
        optimizer = optimizer_of(self._phases[self._phase_of(self._weights[0])].optimizer)
        return OptimizerXray(
            weights=traced,
            chosen=self._chosen,
            moments=np.array([one.step for one in self.moments]),
            quantities=quantities,
            optimizer=optimizer.title,
            formula=optimizer.formula,
            rate=self._rate,
            note=self._note(),
            offered=self._offered,
            step=self._snapshot.step,
            seconds=self.seconds,
            finished=finished,
        )

    def _known_at(self, snapshot: Snapshot, number: int) -> Known | None:
        row = self._known.get(snapshot.step)
        return None if row is None else row[number]

    def _note(self) -> str:
        rows = self.subject.count("train")
        used = min(rows, self._examples)
        if not self.subject.prepared:
            said = "The gradient is exactly what the next step takes."
        elif used == rows and is_full_batch(self._project, self.subject):
            said = f"The gradient is that of all {rows:,} training examples: exactly what the next step takes."
        else:
            which = f"all {rows:,}" if used == rows else f"the first {used:,}"
            said = f"The gradient is that of {which} training examples; a step takes that of one batch."
        if any(row == (None,) * len(row) for row in self._known.values()):
            said += " Where a line is missing, another optimizer was at work."
        return said


def _known(moved: Move, weight: Weight, gradients: Mapping[str, torch.Tensor]) -> Known:
    name, index = weight
    old, stepped = float(moved.old[name][index]), float(moved.stepped[name][index])
    gradient = float(moved.gradients[name][index])
    alone = float(gradients[name][index]) if name in gradients else 0.0
    return Known(
        weight=old,
        gradient=gradient,
        step=stepped - old,
        memory={key: float(arrays[name][index]) for key, arrays in moved.after.items()},
        before={key: float(arrays[name][index]) for key, arrays in moved.before.items()},
        lines=tuple(MoveWriter(moved, ShortPen()).lines(name, index, alone)),
    )


def _series(known: Sequence[Known | None], quantities: Sequence[str]) -> dict[str, Numbers]:
    """The quantities over the moments, (m,) each."""
    found = {name: np.full(len(known), np.nan) for name in quantities}
    for place, one in enumerate(known):
        if one is None:
            continue
        own = {"weight": one.weight, "gradient": one.gradient, "step": one.step}
        for name, value in {**own, **one.memory}.items():
            found[name][place] = value
        if one.gradient != 0.0:
            found["rate"][place] = -one.step / one.gradient
    return found


class ShortPen(Pen):
    """Writes w, b and g without saying of which layer: the weight is named beside it."""

    def __init__(self) -> None:
        self._digits = 3

    def symbol(self, name: str, index: Index = ()) -> str:
        return "b" if name.endswith("bias") else "w"

    def slope(self, name: str, index: Index = ()) -> str:
        return "g"
