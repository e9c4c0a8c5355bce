"""The steps that slow motion shows, made from a tape: every operation forward, back, and the step of the weights."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.inside.slow_motion.backward_words import BackwardWriter
from playground.analysis.inside.slow_motion.chain import READABLE, ChainBuilder
from playground.analysis.inside.slow_motion.focus import Choice, Focus
from playground.analysis.inside.slow_motion.forward_words import ForwardWriter
from playground.analysis.inside.slow_motion.notation import Pen
from playground.analysis.inside.slow_motion.operation_writer import OperationWriter, without_batch
from playground.analysis.inside.slow_motion.pictures import (
    Picture,
    PictureMaker,
    lag_picture,
    over_time,
    share_pictures,
)
from playground.analysis.inside.slow_motion.sentences import TITLES
from playground.analysis.inside.slow_motion.tape import Operation, Tape
from playground.analysis.inside.slow_motion.terms_words import OF_THIS_BLOCK
from playground.analysis.inside.slow_motion.unrolled import Unrolled
from playground.analysis.inside.slow_motion.update import Move, MoveWriter
from playground.analysis.shared.step_words import tokens_of
from playground.analysis.subject import Subject
from playground.document.graph import EdgeKey

Direction = Literal["forward", "backward", "update"]
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
    pictures: tuple[Picture, ...] = ()
    """What took part, to be drawn."""
    choices: tuple[Choice, ...] = ()
    """What a person may choose: another window, time step, head."""


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


class StepMaker:
    """Makes the steps and the numbers on the wires from a tape."""

    def __init__(
        self, subject: Subject, tape: Tape, pen: Pen, titles: dict[str, str], builder: ChainBuilder, focus: Focus,
        channel: int = -1,
    ) -> None:  # fmt: skip
        """`focus`: which numbers are written out; `channel`: whose patch is shown, −1 for the one that counts most."""
        self._subject, self._tape, self._pen, self._titles, self._focus = subject, tape, pen, titles, focus
        self._touched = builder.touched
        self._writer = OperationWriter(tape, pen, titles, builder.touched, focus)
        self._forward = ForwardWriter(tape, pen, titles, builder.touched, focus)
        self._backward = BackwardWriter(tape, pen, titles, builder.touched, focus)
        self._pictures = PictureMaker(tape, pen, focus, self._forward, channel)
        self._unrolled = {one.node: self._unroll(one) for one in tape.operations if one.inner}
        self._known: dict[str, int] = {}
        """The step that gives each place its value."""
        self._sent: dict[tuple[str, str], int] = {}
        """The step that sends a gradient back to a place, by its reader's node."""

    def _unroll(self, operation: Operation) -> Unrolled:
        unrolled = Unrolled(self._tape, operation)
        for letter in ("h", ""):  # the state first: it settles which unit is looked at
            for place in [one for one in self._tape.places.values() if one.node == operation.node]:
                if place.time == self._focus.time(unrolled.steps) and (not letter or place.letter == letter):
                    self._focus.join(place)
        return unrolled

    def steps(self) -> tuple[SlowStep, ...]:
        """Forward and back."""
        steps = [self._start()] if self._subject.report.data_nodes() else []
        for operation in self._tape.operations:
            own = self._onward(operation)
            self._known.update((key, max(0, len(steps) + len(own) - 1)) for key in operation.outputs)
            steps += own
        for operation in reversed(self._tape.operations):
            if operation.sent:
                own = self._back(operation)
                last = max(0, len(steps) + len(own) - 1)
                self._sent.update(((operation.node, name), last) for name in operation.sent)
                steps += own
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

    def _title(self, operation: Operation, unrolled: Unrolled | None = None) -> str:
        name, part = self._titles.get(operation.node, ""), operation.part
        what = part.title or TITLES[operation.kind]
        if unrolled is not None and part.time is not None and unrolled.steps > 1:
            words = self._words_of(operation.node, unrolled.steps)
            what = f"{what}, time step {part.time + 1}" + (f" “{words[part.time]}”" if words else "")
        return f"{name}: {what}" if name and what else name or what

    def _onward(self, operation: Operation) -> list[SlowStep]:
        unrolled = self._unrolled.get(operation.node)
        if unrolled is None:
            return [] if operation.part.hidden else [self._forward_step((operation,))]
        return [self._forward_step(group, unrolled) for group in self._groups(unrolled)]

    def _groups(self, unrolled: Unrolled) -> list[tuple[Operation, ...]]:
        """The operations of the chosen time step, those of one gate together."""
        found = [one for one in unrolled.at(self._focus.time(unrolled.steps)) if not one.part.hidden]
        return [tuple(group) for _, group in groupby(found, key=lambda one: one.part.title)]

    def _forward_step(self, operations: Sequence[Operation], unrolled: Unrolled | None = None) -> SlowStep:
        tape, first = self._tape, operations[0]
        words = [self._forward.words(operation) for operation in operations]
        told = next((one.part.sentence for one in reversed(operations) if one.part.sentence), words[0].sentence)
        made = {key for operation in operations for key in operation.outputs}
        names = dict.fromkeys(
            name for one in operations for name in (*one.inputs, *one.parameters) if name not in made
        )  # fmt: skip
        pictures = list(self._over_time(operations, unrolled, backward=False))
        pictures += [picture for one in operations for picture in self._pictures.forward(one)]
        return SlowStep(
            "forward", first.node, self._title(first, unrolled), words[0].formula, told,
            tuple(line for one in words for line in one.lines),
            tuple(self._amount(self._pen.symbol(name), tape.value(name), name not in tape.places) for name in names),
            tuple(self._amount(self._pen.symbol(name), tape.value(name)) for one in operations for name in one.outputs),
            _once(pictures), self._choices(operations, unrolled),
        )  # fmt: skip

    def _back(self, operation: Operation) -> list[SlowStep]:
        unrolled = self._unrolled.get(operation.node)
        if unrolled is None:
            return [] if operation.part.hidden else [self._backward_step((operation,))]
        groups = [self._backward_step(tuple(reversed(group)), unrolled) for group in reversed(self._groups(unrolled))]
        return [*groups, self._summed_up(operation, unrolled)]

    def _backward_step(self, operations: Sequence[Operation], unrolled: Unrolled | None = None) -> SlowStep:
        words = [self._backward.words(operation) for operation in operations]
        first = operations[0]
        formula = next((one.part.backward for one in operations if one.part.backward), words[-1].formula)
        own = (one.part.backward_sentence for one in operations)
        told = next((sentence for sentence in own if sentence), words[-1].sentence)
        arrived = [(key, self._tape.gradient(key)) for key in first.outputs]
        made = {key for one in operations for key in one.outputs}
        pictures = list(self._over_time(operations, unrolled, backward=True))
        pictures += [picture for one in operations for picture in self._pictures.backward(one)]
        return SlowStep(
            "backward", first.node, self._title(first, unrolled), formula, told,
            (*(line for one in words for line in one.lines), *self._stretch(operations)),
            tuple(self._amount(self._pen.slope(key), value) for key, value in arrived if value is not None),
            tuple(
                self._amount(self._pen.slope(name), value, name not in self._tape.places)
                for one in operations for name, value in one.sent.items() if name not in made
            ),
            _once(pictures), self._choices(operations, unrolled),
        )  # fmt: skip

    def _choices(self, operations: Sequence[Operation], unrolled: Unrolled | None) -> tuple[Choice, ...]:
        """What a person may choose: the time step first."""
        found = [choice for one in operations for choice in self._pictures.choices(one)]
        if unrolled is not None and unrolled.steps > 1:
            found.insert(0, Choice("time", "time step", self._focus.time(unrolled.steps), unrolled.steps))
        named = (self._named(choice, operations[0].node) for choice in reversed(found))
        return tuple({choice.option: choice for choice in named}.values())[::-1]

    def _named(self, choice: Choice, node: str) -> Choice:
        words = self._words_of(node, choice.count) if choice.option in ("time", "key") else ()
        return replace(choice, word=words[choice.value]) if words else choice

    def _words_of(self, node: str, steps: int) -> tuple[str, ...]:
        """The token of each step that arrives at a node; empty where there are none, or not so many."""
        report = self._subject.report
        source = tokens_of(report, node)
        if source is None or source not in self._tape.outputs:
            return ()
        numbers = self._tape.places[self._tape.outputs[source]].value[0].tolist()
        words = tuple("·" if one < 0 else report.signals[source].classes[one] for one in numbers)
        return words if len(words) == steps else ()

    def _stretch(self, operations: Sequence[Operation]) -> tuple[str, ...]:
        """By how much a step back can make the gradient longer, where one matrix says so."""
        lines: list[str] = []
        for operation in operations:
            if operation.part.stretched_by:
                name = self._tape.owners[f"{operation.node}.{operation.part.stretched_by}"]
                matrix = self._tape.value(name)
                norm = float(torch.linalg.matrix_norm(matrix, 2)) if bool(matrix.isfinite().all()) else math.nan
                symbol = self._pen.symbol(name)
                lines.append(f"Spectral norm of {symbol}: {self._pen.number(norm)}. A step back makes the gradient at "
                             "most so many times as long; the slopes of tanh shorten it.")  # fmt: skip
        return tuple(lines)

    # Over time ------------------------------------------------------------------------------------------------------

    def _over_time(
        self, operations: Sequence[Operation], unrolled: Unrolled | None, backward: bool
    ) -> tuple[Picture, ...]:
        """The states of all steps beside the operation that makes the state."""
        if unrolled is None or not any(one.part.letter == "h" for one in operations):
            return ()
        time = self._focus.time(unrolled.steps)
        chain, heat = over_time(unrolled, time, backward)
        return (chain, lag_picture(unrolled, time), heat) if backward else (chain, heat)

    def _summed_up(self, operation: Operation, unrolled: Unrolled) -> SlowStep:
        """What all time steps add to the gradients of the weights."""
        time = self._focus.time(unrolled.steps)
        found = unrolled.over_time({name: cells[0] for name, cells in self._touched.items() if cells})
        lines: list[str] = []
        for one in found:
            if len(one.index) < 2:
                continue
            terms = [self._pen.factor(share) if place else self._pen.number(share)
                     for place, share in enumerate(one.shares[::-1])]  # fmt: skip
            total = self._pen.number(float(one.shares.sum()))
            slope = self._pen.slope(one.name, one.index) + (OF_THIS_BLOCK if self._tape.shared(one.name) else "")
            lines.append(f"{slope} = {self._pen.sum(terms)} = {total}")
        steps = unrolled.steps
        choice = (self._named(Choice("time", "time step", time, steps), operation.node),) if steps > 1 else ()
        arrived = [(key, self._tape.gradient(key)) for key in operation.outputs]
        return SlowStep(
            "backward", operation.node, f"{self._titles[operation.node]}: sum over all {steps} time steps",
            r"\frac{\partial L}{\partial W} = \sum_{t=1}^{T} \frac{\partial L}{\partial s_t} \, x_t^\top, \quad "
            r"\frac{\partial L}{\partial U} = \sum_{t=1}^{T} \frac{\partial L}{\partial s_t} \, h_{t-1}^\top",
            "The same weights were used at every time step, so that their gradients add up, here from the last step to "
            "the first: backpropagation through time.",
            tuple(lines),
            tuple(self._amount(self._pen.slope(key), value) for key, value in arrived if value is not None),
            tuple(
                self._amount(self._pen.slope(name), value, name not in self._tape.places)
                for name, value in operation.sent.items()
            ),
            share_pictures(found, self._pen, time), choice,
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
        number = number.masked_fill(number.isinf(), 0.0) if number.isinf().any() else number
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


def _once(pictures: Iterable[Picture]) -> tuple[Picture, ...]:
    """The pictures in order, each title once."""
    return tuple({picture.title: picture for picture in pictures}.values())
