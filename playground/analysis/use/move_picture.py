"""A picture that is shifted, turned and scaled by hand: whether the maps follow, and whether the answer holds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Table, example_row
from playground.analysis.question import Question
from playground.analysis.shared.given import UNMOVED, Given, Move
from playground.analysis.shared.heads import Head, answering_once
from playground.analysis.shared.moves import (
    Placement,
    Placements,
    as_rows,
    concordance,
    moved,
    moved_maps,
    stepped,
)
from playground.analysis.shared.pictures import brightness, image_node
from playground.analysis.subject import Subject, dependents
from playground.blocks.reveals import SlidesWindow
from playground.blocks.signal import Signal
from playground.data.base import Part
from playground.data.inputs.base import EntryError
from playground.data.inputs.pictures import PictureForm, Pixels
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report

Kind = Literal["shift", "rotation", "scale"]
UNITS: dict[Kind, str] = {"shift": "pixels", "rotation": "degrees", "scale": "times as large"}
MOST_MAPS = 8
"""Maps of one block that are shown; all count in its numbers."""
FARTHEST = 0.3
"""The largest shift of the curve, as a share of the side."""
STEPS = 8
ROTATIONS = (0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0)
SCALES = (0.5, 0.625, 0.75, 0.875, 1.0, 1.25, 1.5, 1.75, 2.0)


@dataclass(frozen=True)
class MovedLayer:
    """What one block makes of the picture before and after the move."""

    node: str
    title: str
    expected: NDArray[np.float32]
    """(maps, height, width): the maps of the picture, moved as the picture was; empty where values have no place."""
    found: NDArray[np.float32]
    """(maps, height, width): the maps of the moved picture."""
    count: int
    """Maps or values that there are."""
    equivariance: float
    """How nearly both are the same, from 1 down; NaN where values have no place."""
    invariance: float
    """How nearly its values are those before the move."""

    @property
    def limit(self) -> float:
        """The largest magnitude, which has the full colour."""
        both = (float(np.nan_to_num(np.abs(maps)).max(initial=0.0)) for maps in (self.expected, self.found))
        return max(both) or 1.0


@dataclass(frozen=True)
class MovedAnswer:
    """What one head says of the picture before and after the move, and of many examples moved the same way."""

    node: str
    title: str
    """Whose answer it is, where several answer."""
    names: tuple[str, ...]
    before: NDArray[np.float32]
    """(classes,) probabilities."""
    after: NDArray[np.float32]
    accuracies: NDArray[np.float64]
    """(amounts,) accuracy against the size of the move; NaN where it is still to come."""
    accuracy: float
    """Of the examples as they are; NaN while it is still to come, as the next two."""
    accuracy_moved: float
    """Of the examples, all moved as the picture is."""
    kept: float
    """Share of the examples whose answer stays the same, right or wrong."""

    @property
    def said(self) -> tuple[int, int]:
        """The class numbers before and after."""
        return int(self.before.argmax()), int(self.after.argmax())

    @property
    def holds(self) -> bool:
        """Whether the answer is still the same."""
        return self.said[0] == self.said[1]

    @property
    def words(self) -> str:
        """Such as “7, 98% → 2, 51%: breaks”."""
        first, last = self.said
        verdict = "holds" if self.holds else "breaks"
        return (
            f"{self.names[first]}, {self.before[first]:.0%} → {self.names[last]}, {self.after[last]:.0%}: {verdict}"
        )


@dataclass(frozen=True)
class MovePicture:
    """The picture, what the blocks make of it, and the answers."""

    node: str
    """The data block."""
    entry: Pixels | None
    """The picture before the move, as an entry of its form."""
    form: PictureForm | None
    """How such a picture is given; None where nobody can give one."""
    move: Move
    original: NDArray[np.float32]
    """(height, width) or (height, width, 3), brightness from 0 to 1, before the move."""
    picture: NDArray[np.float32]
    """The same after it: what the network sees."""
    layers: tuple[MovedLayer, ...]
    answers: tuple[MovedAnswer, ...]
    kind: Kind
    amounts: NDArray[np.float64]
    """The sizes of moves that the accuracies belong to."""
    part: Part
    row: int
    """The example; −1 for one of a person's own."""
    count: int
    examples: int
    """How many examples the accuracies are of."""
    truth: str
    given: Given | None
    share: float = 1.0

    @property
    def amount(self) -> float:
        """How large the move in the hand is, of the kind that the curve shows."""
        return size_of(self.move, self.kind)

    def table(self) -> Table:
        rows: list[list[Any]] = [
            ["block", one.title, "equivariance", "", one.equivariance] for one in self.layers if one.found.size
        ]
        rows += [["block", one.title, "invariance", "", one.invariance] for one in self.layers]
        for answer in self.answers:
            whose = answer.title or "answer"
            for name, before, after in zip(answer.names, answer.before.tolist(), answer.after.tolist(), strict=True):
                rows += [["answer", whose, "before", name, before], ["answer", whose, "after", name, after]]
            curve = zip(self.amounts.tolist(), answer.accuracies.tolist(), strict=True)
            rows += [["accuracy", whose, self.kind, amount, accuracy] for amount, accuracy in curve]
        return ["what", "whose", "measure", "of", "value"], rows


def size_of(move: Move, kind: Kind) -> float:
    """The size of a move: pixels, degrees or a factor."""
    if kind == "shift":
        return math.hypot(move.across, move.down)
    return abs(move.rotation) if kind == "rotation" else move.zoom


class MovePictureAnalysis(Analysis):
    """Equivariance of the maps, invariance of the answer, and accuracy against shift, rotation and scale."""

    id: ClassVar[str] = "move-picture"
    title: ClassVar[str] = "Move a picture"
    summary: ClassVar[str] = (
        "Drag, turn, scale or draw on a picture: whether the maps move with it, whether the answer holds, and how many "
        "examples are still right when all are moved so."
    )
    source: ClassVar[str] = "Lin 1989 (concordance); Azulay & Weiss 2019"
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "given"})

    example: int = example_row()
    across: float = parameter(0.0, ge=-512.0, le=512.0, label="Shift right", help="Pixels to the right.")
    down: float = parameter(0.0, ge=-512.0, le=512.0, label="Shift down", help="Pixels downwards.")
    rotation: float = parameter(0.0, ge=-180.0, le=180.0, help="Degrees, counterclockwise.")
    zoom: float = parameter(1.0, ge=0.25, le=4.0, label="Scale", help="Times as large.")
    kind: Kind = parameter("shift", label="Curve", help="What the accuracy is shown against.")
    part: Part = parameter("test", help="The examples that the accuracies are of.")
    count: int = parameter(256, ge=8, le=4_096, logarithmic=True, help="How many examples the accuracies are of.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not image_node(report):
            return "There are no pictures on the canvas that one could move."
        return ""

    def compute(self, question: Question) -> MovePicture:
        *_, whole = self.stages(question)
        return whole

    def stages(self, question: Question) -> Iterator[MovePicture]:
        hand = _Hand(self, question)
        yield hand.result()
        for _ in hand.measured():
            yield hand.result()


class _Hand:
    """One move of one picture, and what is known so far of all examples under such moves."""

    def __init__(self, wanted: MovePictureAnalysis, question: Question) -> None:
        self.wanted, self.question = wanted, question
        subject = question.loaded()
        self.node = image_node(subject.report)
        self.source: Output = self.node, "features"
        self.move = self._move(question.given)
        shown = subject.shown_part
        self.part: Part = wanted.part if subject.count(wanted.part) else shown
        self.heads = answering_once(subject.report)
        self.examples = min(wanted.count, subject.count(self.part))
        height, width = subject.report.signals[self.source].shape[1:]
        self.amounts = np.array(_amounts(wanted.kind, min(height, width)))
        self._known: dict[Any, NDArray[np.int64]] = {}
        if question.snapshot is not None:
            self._known = subject.remembered(question.snapshot, ("moved answers", self.examples, self.part), dict)
        self._actual: list[NDArray[np.int64]] = []
        self._fixed = self._of_picture(subject, question.given)

    def _move(self, given: Given | None) -> Move:
        if given is not None:
            return given.moves.get(self.node, UNMOVED)
        wanted = self.wanted
        return Move(wanted.across, wanted.down, wanted.rotation, wanted.zoom)

    # The picture ------------------------------------------------------------------------------------------------------

    def _of_picture(self, subject: Subject, given: Given | None) -> dict[str, Any]:
        prepared, form = subject.prepared[self.node], subject.form(self.node)
        count = subject.count(subject.shown_part)
        own = given.entries.get(self.node) if given is not None else None
        row = -1 if own is not None else self.wanted_row(count)
        feeds = subject.recorded(self.question.example)
        x = feeds[self.source]
        if own is not None:
            try:
                x = subject.scaled(self.node, subject.read(self.node, own).features)
            except EntryError:
                x = subject.scaled(self.node, np.full(x.shape, paper_of(form), dtype=np.float32))
        both = torch.cat([x, moved(prepared, x, self.move)])
        pair = {output: values.expand(2, *values.shape[1:]) for output, values in feeds.items()}
        network = subject.network
        subject.calm()
        with torch.no_grad():
            values = network.run({**pair, self.source: both}, network.steps_before(subject.report.loss_nodes()))
        pictures = brightness(prepared, both.numpy())
        return {
            "entry": form.entry(prepared.scaler.unscale(x.numpy())) if isinstance(form, PictureForm) else None,
            "form": form if isinstance(form, PictureForm) else None,
            "original": pictures[0],
            "picture": pictures[1],
            "layers": _layers(subject, self.source, values, self.move),
            "shares": [head.probabilities(values[network.slots[head.prediction]].numpy()) for head in self.heads],
            "row": row,
            "count": count,
            "truth": _truth(subject, self.node, row) if row >= 0 else (given.truth if given is not None else ""),
            "titles": [subject.title(head.answerer) if len(self.heads) > 1 else "" for head in self.heads],
        }

    def wanted_row(self, count: int) -> int:
        """The row of the example that is looked at."""
        return self.question.example % max(1, count)

    # The examples -----------------------------------------------------------------------------------------------------

    def measured(self) -> Iterator[None]:
        """Ask about the examples under each move, and stop after each."""
        if not self.heads or not self.examples:
            return
        for moves in self._asked():
            wanting = [move for move in moves if move not in self._known]
            for move in wanting:
                self.question.check()
                self._known[move] = self._answers(move)
            if wanting:
                yield

    def _asked(self) -> list[list[Move]]:
        return [[UNMOVED], [self.move], *self._moves()]

    def _moves(self) -> list[list[Move]]:
        return [list(stepped(self.wanted.kind, amount)) for amount in self.amounts.tolist()]

    def _answers(self, move: Move) -> NDArray[np.int64]:
        """The class numbers (heads, examples) that are said of the examples, moved."""
        subject = self.question.loaded()
        feeds = dict(subject.feeds(self.part, self.examples))
        feeds[self.source] = moved(subject.prepared[self.node], feeds[self.source], move)
        said = subject.values(feeds, [head.prediction for head in self.heads])
        return np.stack([head.classes(said[head.prediction]) for head in self.heads])

    def _targets(self) -> list[NDArray[np.int64]]:
        if not self._actual and self.heads:
            subject = self.question.loaded()
            network, feeds = subject.network, subject.feeds(self.part, self.examples)
            outputs = [head.target for head in self.heads]
            with torch.no_grad():
                values = network.run(feeds, network.steps_to(outputs, feeds))
            self._actual = [head.actual(values[network.slots[head.target]].numpy()) for head in self.heads]
        return self._actual

    # The result -------------------------------------------------------------------------------------------------------

    def _fixed_share(self) -> float:
        asked = {one for each in self._asked() for one in each}
        return sum(move in self._known for move in asked) / len(asked) if self.heads and self.examples else 1.0

    def result(self) -> MovePicture:
        """What is known now."""
        fixed = dict(self._fixed)
        shares, titles = fixed.pop("shares"), fixed.pop("titles")
        answers = [
            self._answer(number, head, shares[number], titles[number]) for number, head in enumerate(self.heads)
        ]
        return MovePicture(
            node=self.node, move=self.move, answers=tuple(answers), kind=self.wanted.kind, amounts=self.amounts,
            part=self.part, examples=self.examples, given=self.question.given, share=self._fixed_share(), **fixed,
        )  # fmt: skip

    def _answer(self, number: int, head: Head, shares: NDArray[np.float32], title: str) -> MovedAnswer:
        actual = self._targets()[number]

        def right(move: Move) -> float:
            return float((self._known[move][number] == actual).mean()) if move in self._known else math.nan

        accuracies = np.array([float(np.mean([right(move) for move in moves])) for moves in self._moves()])
        kept = math.nan
        if UNMOVED in self._known and self.move in self._known:
            kept = float((self._known[UNMOVED][number] == self._known[self.move][number]).mean())
        return MovedAnswer(
            head.node, title, head.class_names(shares.shape[1]), shares[0], shares[1], accuracies,
            right(UNMOVED), right(self.move), kept,
        )  # fmt: skip


def _amounts(kind: Kind, side: int) -> list[float]:
    """The sizes of moves of the curve, ascending."""
    if kind == "rotation":
        return list(ROTATIONS)
    if kind == "scale":
        return list(SCALES)
    farthest = max(3, round(FARTHEST * side))
    return sorted({float(round(one)) for one in np.linspace(0, farthest, STEPS + 1)})


def paper_of(form: object) -> float:
    """The raw number of the ground on which one draws: no ink, or white."""
    return 0.0 if isinstance(form, PictureForm) and form.ink else 1.0


def _truth(subject: Subject, node: str, row: int) -> str:
    prepared, part = subject.prepared[node], subject.shown_part
    numbers = prepared.class_numbers
    if numbers is None or len(set(prepared.class_names)) < 2:
        return ""
    return prepared.class_names[int(numbers[part][row])]


def _layers(subject: Subject, source: Output, values: list[torch.Tensor], move: Move) -> tuple[MovedLayer, ...]:
    """Every block that computes something new from the pictures alone; `values` are of the picture and the moved."""
    report, network = subject.report, subject.network
    shape = report.signals[source].shape
    picture = shape[1], shape[2]
    placements: dict[Output, Placements] = {source: (Placement(picture[0]), Placement(picture[1]))}
    reached, found = set(dependents(report, source)), []
    for step in network.steps:
        block = report.blocks[step.node]
        output = (step.node, block.outputs[0].name) if block.outputs else ("", "")
        signal = report.signals.get(output)
        if output not in reached or signal is None or not signal.of_kind.numbers or signal.kind == "loss":
            continue
        arrived = report.inputs[step.node][0]
        places = _placed(block, step.module, placements.get(arrived), signal)
        if places is not None:
            placements[output] = places
        value, before = values[network.slots[output]], values[network.slots[arrived]]
        if value.numel() != before.numel() or not torch.equal(value.flatten(1), before.flatten(1)):
            found.append(_layer(subject.title(step.node), step.node, value, places, picture, move))
    return tuple(found)


def _placed(block: object, module: torch.nn.Module, arriving: Placements | None, signal: Signal) -> Placements | None:
    """Where the numbers of maps lie in the picture; None where values have no place."""
    if arriving is None or signal.kind != "image" or len(signal.shape) != 3 or max(signal.shape[1:]) < 2:
        return None
    extents = signal.shape[1:]
    along = block.window(module).along if isinstance(block, SlidesWindow) else ()
    if len(along) == 2:
        rows, columns = (one.through(way, size) for one, way, size in zip(arriving, along, extents, strict=True))
    else:
        rows, columns = (one.spread_over(size) for one, size in zip(arriving, extents, strict=True))
    return rows, columns


def _layer(
    title: str, node: str, value: torch.Tensor, places: Placements | None, picture: tuple[int, int], move: Move
) -> MovedLayer:
    before, after = value[0].float(), value[1].float()
    invariance = concordance(as_rows(after), as_rows(before))
    if places is None:
        nothing = np.zeros((0, 0, 0), dtype=np.float32)
        return MovedLayer(node, title, nothing, nothing, before.numel(), math.nan, invariance)
    expected, inside = moved_maps(before, places, picture, move)
    equivariance = concordance(after[:, inside], expected[:, inside])
    shown = (torch.where(inside, expected, torch.nan)[:MOST_MAPS], after[:MOST_MAPS])
    one, other = (np.ascontiguousarray(maps.numpy()) for maps in shown)
    return MovedLayer(node, title, one, other, len(after), equivariance, invariance)
