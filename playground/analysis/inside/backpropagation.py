"""Backpropagation in slow motion: one example forward, back and into the weights, operation by operation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow, Table, example_row
from playground.analysis.inside.slow_motion.backward_words import BackwardWriter
from playground.analysis.inside.slow_motion.chain import READABLE, Chain, ChainBuilder
from playground.analysis.inside.slow_motion.forward_words import ForwardWriter
from playground.analysis.inside.slow_motion.notation import Pen
from playground.analysis.inside.slow_motion.operation_writer import OperationWriter, index_of, without_batch
from playground.analysis.inside.slow_motion.sentences import TITLES
from playground.analysis.inside.slow_motion.tape import Operation, Tape
from playground.analysis.inside.slow_motion.update import Move, MoveWriter, follows_gradient, move, phase_of
from playground.analysis.question import Question, Weight
from playground.analysis.subject import Subject
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import EdgeKey, Graph
from playground.document.project import Project
from playground.network.check import Report
from playground.training.optimizers import optimizer_of

Direction = Literal["forward", "backward", "update"]
MOST_CHOICES = 200
"""Weights that one can choose from; of larger networks those with the largest gradients."""
ONE_LINE = frozenset({"sgd", "adadelta", "nadam"})
"""Optimizers whose step is written in one line for each weight."""
ON_A_WIRE = 3
"""Numbers that a wire shows one by one."""


@dataclass(frozen=True)
class Amount:
    """One tensor of a step: numbers where they are few enough to read, else what can be said of them in short."""

    symbol: str
    shape: tuple[int, ...]
    values: NDArray[np.float64] | None
    mean: float
    norm: float


@dataclass(frozen=True)
class SlowStep:
    """One step: what happens, in words, as a formula, and with the numbers put in."""

    way: Direction
    node: str
    """Empty for the sum of the losses."""
    title: str
    formula: str
    """LaTeX."""
    sentence: str
    lines: tuple[str, ...]
    taken: tuple[Amount, ...]
    """What went in: values on the way forward, gradients on the way back, old weights at the update."""
    given: tuple[Amount, ...]
    """What came out: values, gradients, new weights."""


@dataclass(frozen=True)
class WireNumbers:
    """What a wire carries forward and back, in lines short enough for the canvas, and from which step on.

    Where there are more than a few numbers it is their length, the root of the sum of their squares, as ‖1.2‖.
    """

    forward: tuple[str, ...]
    backward: tuple[str, ...]
    """Empty where no gradient comes back."""
    known: int
    """Number of the step that gives the value."""
    back: int
    """Number of the step that sends the gradient; -1 where none comes."""


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
        titles = {name: subject.title(name) for name in subject.report.order}
        weight = self._chosen(question, tape)
        builder = ChainBuilder(tape, pen, titles)
        chain = builder.chain(*weight)
        moved = None
        maker = _Maker(subject, tape, pen, titles, builder)
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


class _Maker:
    """Makes the steps and the numbers on the wires from a tape."""

    def __init__(self, subject: Subject, tape: Tape, pen: Pen, titles: dict[str, str], builder: ChainBuilder) -> None:
        self._subject, self._tape, self._pen, self._titles = subject, tape, pen, titles
        self._writer = OperationWriter(tape, pen, titles, builder.touched)
        self._forward = ForwardWriter(tape, pen, titles, builder.touched)
        self._backward = BackwardWriter(tape, pen, titles, builder.touched)
        self._known: dict[str, int] = {}
        """The step that gives each place its value."""
        self._sent: dict[tuple[str, str], int] = {}
        """The step that sends a gradient back to a place, by its reader's node."""

    def steps(self) -> tuple[SlowStep, ...]:
        """Forward and back."""
        steps = [self._start()] if self._subject.report.data_nodes() else []
        for operation in self._tape.operations:
            self._known.update((key, len(steps)) for key in operation.outputs)
            steps.append(self._onward(operation))
        for operation in reversed(self._tape.operations):
            if operation.sent:
                self._sent.update(((operation.node, name), len(steps)) for name in operation.sent)
                steps.append(self._back(operation))
        return tuple(steps)

    def _start(self) -> SlowStep:
        """The example itself."""
        places = [place for place in self._tape.places.values() if not place.number and place.node in self._titles
                  and place.letter in ("x", "y")]  # fmt: skip
        self._known.update((place.key, 0) for place in places)
        lines: list[str] = []
        for place in places:
            chosen, others = self._writer.picks(place.key)
            numbers = [self._writer.equals(place.key, index) for index in chosen]
            lines.append(", ".join(numbers + ([others] if others else [])))
        amounts = tuple(self._amount(self._pen.symbol(place.key), place.value) for place in places)
        node = places[0].node if places else ""
        title = f"{self._titles.get(node, 'Data')}: what goes in"
        return SlowStep("forward", node, title, "", "One example enters the network.", tuple(lines), (), amounts)

    def _title(self, operation: Operation) -> str:
        name, what = self._titles.get(operation.node, ""), TITLES[operation.kind]
        return f"{name}: {what}" if name and what else name or what

    def _onward(self, operation: Operation) -> SlowStep:
        words, tape = self._forward.words(operation), self._tape
        names = (*dict.fromkeys(operation.inputs), *operation.parameters)
        return SlowStep(
            "forward", operation.node, self._title(operation), words.formula, words.sentence, words.lines,
            tuple(self._amount(self._pen.symbol(name), tape.value(name), name in tape.parameters) for name in names),
            tuple(self._amount(self._pen.symbol(name), tape.value(name)) for name in operation.outputs),
        )  # fmt: skip

    def _back(self, operation: Operation) -> SlowStep:
        words = self._backward.words(operation)
        arrived = [(key, self._tape.gradient(key)) for key in operation.outputs]
        return SlowStep(
            "backward", operation.node, self._title(operation), words.formula, words.sentence, words.lines,
            tuple(self._amount(self._pen.slope(key), value) for key, value in arrived if value is not None),
            tuple(
                self._amount(self._pen.slope(name), value, name in self._tape.parameters)
                for name, value in operation.sent.items()
            ),
        )  # fmt: skip

    def updates(self, moved: Move) -> list[SlowStep]:
        """One step for every block that learns."""
        writer = MoveWriter(moved, self._pen)
        names = [name for name in self._tape.parameters if name in self._tape.gradients and name in moved.rates]
        steps: list[SlowStep] = []
        for node in dict.fromkeys(name.split(".", 1)[0] for name in names):
            own = [name for name in names if name.split(".", 1)[0] == node]
            lines: list[str] = []
            for name in own:
                chosen, others = self._writer.picks(name, moved.optimizer.id in ONE_LINE)
                for index in chosen:
                    lines += writer.lines(name, index, float(self._tape.gradients[name][index]))
                lines += [others] if others else []
            symbols = [self._pen.symbol(name) for name in own]
            steps.append(SlowStep(
                "update", node, f"{self._titles[node]}: {moved.optimizer.title}", moved.optimizer.formula,
                "The optimizer takes its step, as if this example were the whole batch.", tuple(lines),
                tuple(self._amount(s, _torch(moved.old[n]), True) for s, n in zip(symbols, own, strict=True)),
                tuple(self._amount(s, _torch(moved.new[n]), True) for s, n in zip(symbols, own, strict=True)),
            ))  # fmt: skip
        return steps

    def _amount(self, symbol: str, value: torch.Tensor, whole: bool = False) -> Amount:
        """`whole`: a parameter, which has no batch axis."""
        number = value.detach().double()
        shape = tuple(value.shape) if whole else without_batch(value)
        few = value.numel() <= READABLE
        mean = float(number.mean()) if value.numel() else 0.0
        norm = float(torch.linalg.vector_norm(number))
        return Amount(symbol, shape, number.reshape(shape).numpy().copy() if few else None, mean, norm)

    # Wires ----------------------------------------------------------------------------------------------------------

    def wires(self) -> dict[EdgeKey, WireNumbers]:
        """What every wire carries that the example takes; to be asked after `steps`."""
        found: dict[EdgeKey, WireNumbers] = {}
        readers = {operation.node: operation for operation in self._tape.operations}
        for edge in self._subject.graph.edges:
            key = self._tape.outputs.get((edge.source, edge.source_port))
            if key is None or edge.target not in readers:
                continue
            back = self._sent.get((edge.target, key), -1)
            share = next((one for node, one in self._tape.places[key].shares if node == edge.target), None)
            gradient = () if share is None else self._short(share)
            found[edge.key] = WireNumbers(self._short(self._tape.places[key].value), gradient, self._known[key], back)
        return found

    def _short(self, value: torch.Tensor) -> tuple[str, ...]:
        if value.numel() <= ON_A_WIRE:
            return tuple(self._wire_pen.number(float(one)) for one in value.flatten())
        norm = self._wire_pen.number(float(torch.linalg.vector_norm(value.double())))
        return (f"‖{norm}‖",)

    @property
    def _wire_pen(self) -> Pen:
        return Pen(self._tape, 4)


def _torch(array: NDArray[np.float32]) -> torch.Tensor:
    return torch.from_numpy(array)
