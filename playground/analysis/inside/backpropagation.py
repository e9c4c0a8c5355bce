"""Backpropagation in slow motion: one example forward, back and into the weights, operation by operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow, Table, example_row
from playground.analysis.inside.slow_motion.chain import Chain, ChainBuilder
from playground.analysis.inside.slow_motion.focus import CHOSEN_BY, Focus
from playground.analysis.inside.slow_motion.notation import Pen
from playground.analysis.inside.slow_motion.operation_writer import index_of
from playground.analysis.inside.slow_motion.steps import Amount, Direction, SlowStep, StepMaker, WireNumbers
from playground.analysis.inside.slow_motion.tape import Tape
from playground.analysis.inside.slow_motion.update import follows_gradient, move, phase_of
from playground.analysis.question import Question, Weight
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import EdgeKey, Graph
from playground.document.project import Project
from playground.network.check import Report
from playground.training.optimizers import optimizer_of

MOST_CHOICES = 200
"""Weights that one can choose from; of larger networks those with the largest gradients."""


@dataclass(frozen=True)
class Backpropagation:
    """The steps in order, what the wires carry, and the chain rule of one weight."""

    steps: tuple[SlowStep, ...]
    wires: Mapping[EdgeKey, WireNumbers]
    chain: Chain
    weight: Weight
    choices: tuple[tuple[str, Weight], ...]
    """Weights whose chain rule can be asked for, with their names."""
    example: int
    examples: int
    part: Part
    loss: float
    gradients: Mapping[str, NDArray[np.float64]]
    """Of every parameter that a gradient comes back to."""
    updated: Mapping[str, NDArray[np.float32]]
    """The parameters after the step; empty where the settings are not known."""

    def count(self, way: Direction) -> int:
        """How many steps there are on one way."""
        return sum(step.way == way for step in self.steps)

    def table(self) -> Table:
        rows: list[list[Any]] = []
        for number, step in enumerate(self.steps, start=1):
            for role, amounts in (("in", step.taken), ("out", step.given)):
                for amount in amounts:
                    rows.extend([number, step.way, step.title, role, *row] for row in _rows(amount))
        return ["step", "way", "operation", "side", "quantity", "index", "value"], rows


def _rows(amount: Amount) -> list[list[Any]]:
    if amount.values is None:
        return [[amount.symbol, "mean", amount.mean], [amount.symbol, "length", amount.norm]]
    return [
        [amount.symbol, " ".join(str(one + 1) for one in index), float(value)]
        for index, value in np.ndenumerate(amount.values)
    ]


def _which(label: str, help_: str) -> int:
    """The option that chooses a number along one axis."""
    return parameter(-1, ge=-1, le=2**31 - 1, label=label, help=f"{help_}, from 0; −1: where the gradient is largest.")


class BackpropagationAnalysis(Analysis):
    """The operations of a network on one example, one by one."""

    id: ClassVar[str] = "backpropagation"
    title: ClassVar[str] = "Backpropagation"
    summary: ClassVar[str] = (
        "Follow one example forward, the gradient back, and the step of the weights, one operation at a time."
    )
    formula: ClassVar[str] = (
        r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial a} \, \frac{\partial a}{\partial z} \, "
        r"\frac{\partial z}{\partial w}"
    )
    source: ClassVar[str] = "Rumelhart, Hinton and Williams (1986), Learning representations by back-propagating errors"
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "weights", "project"})

    weight: str = parameter("", help="Name of the parameter whose chain rule is written out, such as dense-1.weight.")
    index: tuple[int, ...] = parameter((), help="Which number of that parameter, counted from 0 along each axis.")
    digits: int = parameter(5, ge=2, le=12, help="How many digits of each number are written.")
    time: int = _which("Time step", "Which time step, node, or step that looks is written out")
    head: int = _which("Head", "Which head of attention is written out")
    key: int = _which("Looked at", "Which step that is looked at is written out")
    unit: int = _which("Unit", "Which unit, filter or channel is written out")
    row: int = _which("Row", "Row of the window over an image")
    column: int = _which("Column", "Column of the window over an image")
    channel: int = _which("Channel", "Which channel of the window is shown; the sum is over all")
    step: int = parameter(0, ge=0, le=2**31 - 1, drawing=True, help="Which step is shown, from 0.")
    example: int = example_row()
    speed: Literal["slow", "medium", "fast"] = parameter(
        "medium", drawing=True, help="How long each step stays when it plays."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.loss_nodes():
            return "Nothing goes back without a loss. Wire a loss block to the network."
        if not report.total_parameters:
            return "No block on the canvas has weights that a gradient could change. Drag in a Dense block."
        return ""

    def compute(self, question: Question) -> Backpropagation:
        subject = question.loaded()
        assert question.snapshot is not None
        phase = phase_of(question.project, subject, question.snapshot)
        tape = Tape(subject, question.example, None if phase is None else phase.losses)
        if not tape.gradients:
            raise NothingToShow("No block with weights lies before the loss, so no gradient goes back.")
        pen = Pen(tape, self.digits)
        question.check()
        titles = {name: subject.title(name) for name in subject.report.order}
        weight = self._chosen(question, tape)
        builder = ChainBuilder(tape, pen, titles)
        chain = builder.chain(*weight)
        question.check()
        moved = None
        chosen = {name: getattr(self, name) for name in set(CHOSEN_BY.values())}
        maker = StepMaker(subject, tape, pen, titles, builder, Focus(tape, chosen), self.channel)
        steps = maker.steps()
        if question.project is not None:
            if follows_gradient(question.project, subject):
                moved = move(subject, question.project, question.snapshot, tape.gradients)
                steps = (*steps, *maker.updates(moved))
            else:
                steps = (*steps, _search(question.project))
        count = max(1, subject.count(subject.shown_part))
        return Backpropagation(
            steps, maker.wires(), chain, weight, _choices(tape, pen, titles, weight),
            question.example % count, count, subject.shown_part, float(tape.loss.value),
            {name: gradient.numpy() for name, gradient in tape.gradients.items()},
            {} if moved is None else moved.new,
        )  # fmt: skip

    def _chosen(self, question: Question, tape: Tape) -> Weight:
        """The weight asked for, else the one last pointed at, else one of the selected block, else the first."""
        wished = ((self.weight, self.index), *reversed(question.weights))
        for name, index in wished:
            gradient = tape.gradients.get(name)
            if gradient is not None and len(index) == gradient.dim() and _within(index, tuple(gradient.shape)):
                return name, index
        names = [name for operation in tape.operations for name in operation.parameters if name in tape.gradients]
        own = [name for name in names if name.split(".", 1)[0] == question.node]
        name = (own or names)[0]
        gradient = tape.gradients[name]
        telling = gradient.flatten().nonzero().flatten()
        return name, index_of(int(telling[0]) if len(telling) else 0, tuple(gradient.shape))


def _within(index: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    return all(0 <= one < extent for one, extent in zip(index, shape, strict=True))


def _choices(tape: Tape, pen: Pen, titles: dict[str, str], weight: Weight) -> tuple[tuple[str, Weight], ...]:
    total = sum(gradient.numel() for gradient in tape.gradients.values())
    each = total if total <= MOST_CHOICES else max(2, MOST_CHOICES // len(tape.gradients))
    found: list[Weight] = []
    for name in tape.parameters:
        gradient = tape.gradients.get(name)
        if gradient is None:
            continue
        flat = gradient.flatten().abs()
        kept = sorted(torch.topk(flat, min(each, len(flat))).indices.tolist())
        own = [(name, index_of(place, tuple(gradient.shape))) for place in kept]
        found += own if weight[0] != name or weight in own else [weight, *own]
    words = [f"{titles[name.split('.', 1)[0]]}: {pen.symbol(name, index)}" for name, index in found]
    return tuple(zip(words, found, strict=True))


def _search(project: Project) -> SlowStep:
    """The update of an optimizer that looks at the loss again, which has no single formula."""
    optimizer = optimizer_of(project.training.optimizer)
    return SlowStep(
        "update", "", f"All weights: {optimizer.title}", optimizer.formula,
        f"{optimizer.title} looks at the loss at other weights, too, before it takes its step.",
        ("Press Step to see where it goes.",), (), (),
    )  # fmt: skip
