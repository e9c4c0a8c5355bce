"""What a recurrent block carries from step to step while it reads one example: its state, and its gates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Table, example_row
from playground.analysis.question import Question
from playground.analysis.shared.layer_answers import Answer, answer_to
from playground.analysis.shared.step_words import words_at
from playground.blocks.reveals import Unrolls
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

TITLES = {
    "hidden": "Hidden state",
    "cell": "Cell",
    "forget": "Forget gate",
    "input": "Input gate",
    "output": "Output gate",
    "update": "Update gate",
    "reset": "Reset gate",
    "candidate": "Candidate",
    "other": "From another start",
    "apart": "Difference of the two",
}
"""Titles of what can be seen of a recurrent block, in the order in which it is shown; all else follows."""


@dataclass(frozen=True)
class StateMap:
    """One kind of values of a recurrent block over time."""

    name: str
    title: str
    values: NDArray[np.float32]
    """(units, time)."""
    gate: bool
    """From 0, shut, to 1, open; all else has a sign."""

    @property
    def limit(self) -> float:
        """The magnitude that has the full colour: 1, or more where a cell holds more."""
        return max(1.0, float(np.nan_to_num(np.abs(self.values), posinf=0.0).max(initial=0.0)))


@dataclass(frozen=True)
class HiddenStates:
    """The states and gates of one block for one example."""

    node: str
    title: str
    maps: tuple[StateMap, ...]
    tokens: tuple[str, ...]
    """What was read at each step; empty where it was no token."""
    part: Part
    row: int
    count: int
    """Examples in the part."""
    answer: Answer | None
    """None where the answer is not one class for the whole example."""

    def table(self) -> Table:
        rows: list[list[Any]] = []
        for shown in self.maps:
            for unit, values in enumerate(shown.values.tolist(), start=1):
                rows.extend(
                    [shown.name, unit, step, self.tokens[step - 1] if self.tokens else "", value]
                    for step, value in enumerate(values, start=1)
                )
        return ["values", "unit", "step", "token", "value"], rows


class HiddenStatesAnalysis(Analysis):
    """Hidden state, cell and gates over time."""

    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "given"})
    id: ClassVar[str] = "hidden-states"
    title: ClassVar[str] = "Hidden states"
    summary: ClassVar[str] = (
        "What a recurrent block carries from step to step while it reads one example: its state, and how far each "
        "gate is open."
    )

    example: int = example_row()
    shown: str = parameter(
        "", max_length=400, drawing=True, label="Show", help="Which values are shown; empty for all."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not recurrent_nodes(report):
            return "No recurrent block on the canvas. Drag in an LSTM, a GRU or a Simple RNN."
        return ""

    def compute(self, question: Question) -> HiddenStates:
        subject = question.loaded()
        report, network = subject.report, subject.network
        names = recurrent_nodes(report)
        node = question.node if question.node in names else names[0]
        feeds = subject.example(question.example)
        subject.calm()
        with torch.no_grad():
            values = network.run(feeds, network.steps_before(report.loss_nodes()))
            step = next(step for step in network.steps if step.node == node)
            assert isinstance(step.module, Unrolls)
            inner = step.module.inside(*(values[slot] for slot in step.inputs))
        gates = step.module.gates
        usual = list(TITLES)
        names_inside = sorted(inner, key=lambda name: _place(usual, name))
        maps = [_map(name, inner[name], name in gates) for name in names_inside]
        part = subject.shown_part
        count = min(prepared.count(part) for prepared in subject.prepared.values())
        return HiddenStates(
            node=node,
            title=subject.title(node),
            maps=tuple(maps),
            tokens=words_at(subject, node, values),
            part=part,
            row=subject.shown_row(question.example, count),
            count=count,
            answer=answer_to(subject, question.node, values),
        )


def recurrent_nodes(report: Report) -> tuple[str, ...]:
    """The nodes with a hidden state, in order."""
    return report.revealing("hidden states")


def _place(usual: list[str], name: str) -> tuple[str, int]:
    """Where a map stands: those of one layer and direction together, each in the usual order."""
    what, _, where = name.partition(", ")
    return where, usual.index(what) if what in usual else len(usual)


def _map(name: str, values: torch.Tensor, gate: bool) -> StateMap:
    """(1, time, units) as (units, time)."""
    what, comma, where = name.partition(", ")
    title = TITLES.get(what, what.capitalize()) + comma + where
    return StateMap(name, title, np.ascontiguousarray(values[0].T.numpy()), gate)
