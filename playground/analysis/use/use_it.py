"""Using what was learned: an example that a person gives, and what the network answers to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.answers.generated_points import dealer_of
from playground.analysis.base import Analysis, Table, example_row
from playground.analysis.question import Question
from playground.analysis.shared.given import Given
from playground.analysis.shared.pictures import brightness
from playground.analysis.subject import Subject
from playground.analysis.use.answer import Answer
from playground.analysis.use.answering import Answering, asked_nodes, encoded, why_not
from playground.analysis.use.continuation import Continuing
from playground.data.base import Part, RegressionDataset
from playground.data.inputs.base import EntryError, InputForm
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report


@dataclass(frozen=True, eq=False)
class AskedInput:
    """What one data block wants to know, and what it was told."""

    node: str
    title: str
    form: InputForm
    entry: Any
    """What the answers are about: what was given, or an example of the data."""
    refusal: str = ""
    """Why what was given cannot be used; empty when it can."""
    field: str = ""
    """The column that this is about."""
    notes: tuple[str, ...] = ()
    seen: NDArray[np.float32] | None = None
    """The picture as the network sees it, (height, width) or (height, width, 3), brightness from 0 to 1."""
    ink: bool = False
    """Grey pictures are ink on paper."""


@dataclass(frozen=True, eq=False)
class UseIt:
    """An example, and what is answered to it."""

    inputs: tuple[AskedInput, ...]
    answers: tuple[Answer, ...]
    """Empty where what was given cannot be used."""
    left_out: tuple[str, ...]
    """Why some that answer could not be asked."""
    given: Given | None
    """What was given; None for an example of the data."""
    row: int
    """The example of the data, −1 where a person has given one of their own."""
    count: int
    part: Part
    truth: str
    """What is right, of an example of the data; empty where nobody knows."""
    drawn: Answer | None
    """An example that the network has made itself, where it makes any."""
    step: int

    def table(self) -> Table:
        """What was given and answered, one number in a row."""
        rows: list[list[Any]] = [["given", one.title, one.form.words(one.entry)] for one in self.inputs]
        for answer in (*self.answers, *((self.drawn,) if self.drawn is not None else ())):
            whose = answer.title or "answer"
            rows.extend([whose, name, cells[0]] for name, cells in answer.columns())
        return ["what", "name", "value"], rows


class UseItAnalysis(Analysis):
    """An example of one's own through the network as it is now, in evaluation mode."""

    id: ClassVar[str] = "use-it"
    title: ClassVar[str] = "Use it"
    summary: ClassVar[str] = (
        "Draw a digit, type a row or a text, give a picture or a series: what the network answers, while it learns."
    )
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "given"})

    example: int = example_row()
    temperature: float = parameter(
        0.7, ge=0.0, le=5.0, help="Of a text that goes on: below 1 the likely gets likelier, 0 takes the likeliest."
    )
    length: int = parameter(160, ge=0, le=2_000, help="Of a text that goes on: characters that are written.")
    draw: int = parameter(0, ge=0, le=2**31 - 1, help="Another number, other luck, where the network draws by chance.")

    def why_not(self, report: Report, graph: Graph) -> str:
        return why_not(report)

    def compute(self, question: Question) -> UseIt:
        subject = question.loaded()
        nodes = asked_nodes(subject)
        count = subject.count(subject.shown_part)
        row = -1 if question.given is not None else question.example % max(1, count)
        inputs = tuple(_input(subject, node, question.given, max(0, row)) for node in nodes)
        answers: tuple[Answer, ...] = ()
        left_out: list[str] = []
        if inputs and not any(one.refusal for one in inputs):
            batch = encoded(subject, {one.node: (one.entry,) for one in inputs})
            continuing = Continuing(self.length, self.temperature, self.draw, question.check)
            asking = Answering(subject, batch, continuing)
            answers, left_out = asking.answers(), asking.left_out
        return UseIt(
            inputs=inputs,
            answers=answers,
            left_out=tuple(left_out),
            given=question.given,
            row=row,
            count=count,
            part=subject.shown_part,
            truth=_truth(subject, nodes, row) if row >= 0 else "",
            drawn=_drawn(subject, self.draw),
            step=question.snapshot.step if question.snapshot else 0,
        )


def _input(subject: Subject, node: str, given: Given | None, row: int) -> AskedInput:
    form, prepared = subject.form(node), subject.prepared[node]
    assert form is not None
    entry = given.entries.get(node) if given is not None else None
    if entry is None:
        features = subject.recorded(row)[node, "features"].numpy()
        entry = form.entry(features if features.dtype == np.int64 else prepared.scaler.unscale(features))
    title, ink = subject.title(node), prepared.dataset.ink
    try:
        read = form.encoded(entry)
    except EntryError as error:
        return AskedInput(node, title, form, entry, str(error), error.field, ink=ink)
    seen = None
    if prepared.signals[0].kind == "image" and prepared.signals[0].shape[0] in (1, 3):
        seen = brightness(prepared, subject.moved(node, subject.scaled(node, read.features)).numpy())[0]
    return AskedInput(node, title, form, entry, notes=read.notes, seen=seen, ink=ink)


def _truth(subject: Subject, nodes: tuple[str, ...], row: int) -> str:
    """What the data say about an example, of the first block that says something."""
    for node in nodes:
        prepared, part = subject.prepared[node], subject.shown_part
        numbers = prepared.class_numbers
        if numbers is not None and len(set(prepared.class_names)) > 1:
            return prepared.class_names[int(numbers[part][row])]
        if isinstance(prepared.dataset, RegressionDataset):
            target = prepared.target_scaler.unscale(np.asarray(prepared.parts[part]["target"][row], dtype=np.float32))
            names = prepared.dataset.target_names()
            values = np.asarray(target, dtype=np.float64).reshape(-1).tolist()
            return ", ".join(f"{name} {value:,.5g}" for name, value in zip(names, values, strict=False))
    return ""


def _drawn(subject: Subject, draw: int) -> Answer | None:
    """An example that the network makes from noise, in the units of the real ones; None where it makes none."""
    report = subject.report
    dealer = dealer_of(report)
    if not dealer:
        return None
    (node, port), generated = report.inputs[dealer][:2]
    if node not in subject.prepared or port != "features":
        return None
    network, generator = subject.network, torch.Generator().manual_seed(draw)
    network.draw_from(generator)
    try:
        feeds = {output: values[:1] for output, values in subject.feeds(subject.shown_part).items()}
        with torch.no_grad():
            made = network.run(feeds, network.steps_to([generated]))[network.slots[generated]].numpy()
    finally:
        subject.draw_calmly()
    prepared = subject.prepared[node]
    nobody = np.zeros(1, dtype=np.int64)
    if report.signals[node, port].kind == "image":
        return Answer(dealer, "made by the network", "picture", (), np.zeros((1, 0)), nobody,
                      pictures=brightness(prepared, made), ink=prepared.dataset.ink)  # fmt: skip
    values = np.asarray(prepared.scaler.unscale(made), dtype=np.float64).reshape(1, -1)
    names = prepared.feature_names
    names = names if len(names) == values.shape[1] else tuple(f"x{number}" for number in range(1, values.shape[1] + 1))
    return Answer(dealer, "made by the network", "numbers", names, values, nobody)
