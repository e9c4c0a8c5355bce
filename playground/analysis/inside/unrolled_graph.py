"""A recurrent block laid out over the steps of one example: the same weights at each, and the state that goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Table, example_row
from playground.analysis.inside.hidden_states import recurrent_nodes
from playground.analysis.question import Question
from playground.analysis.shared.heads import chosen, class_heads
from playground.analysis.shared.step_words import words_at
from playground.analysis.subject import Subject
from playground.blocks.reveals import Unrolls
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

STATE = "hidden"
NUMBERS_SHOWN = 3
"""Numbers of an input that are written out."""


@dataclass(frozen=True)
class Chain:
    """The states of one layer in one direction."""

    title: str
    values: NDArray[np.float32]
    """(units, time)."""
    backward: bool


@dataclass(frozen=True)
class UnrolledGraph:
    """One block and one example."""

    node: str
    title: str
    chains: tuple[Chain, ...]
    """From the input upwards."""
    inputs: tuple[str, ...]
    """What is read at each step: a token, or the first numbers."""
    answers: tuple[str, ...]
    """What the network says at each step; empty where it says nothing there."""
    right: tuple[str, ...]
    """What it should say; empty where nothing is asked for."""
    weights: tuple[tuple[str, tuple[int, ...]], ...]
    """Names and shapes of the weights that all steps share."""
    part: Part
    row: int
    count: int

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return len(self.inputs)

    @property
    def shared(self) -> int:
        """How many weights all steps share."""
        return int(sum(np.prod(shape) for _, shape in self.weights))

    def table(self) -> Table:
        return ["layer", "step", "input", "unit", "value", "answer"], [
            [chain.title, step + 1, self.inputs[step], unit + 1, float(value), self.answers[step]]
            for chain in self.chains
            for step in range(self.steps)
            for unit, value in enumerate(chain.values[:, step])
        ]


class UnrolledGraphAnalysis(Analysis):
    """A recurrent block, folded or unfolded."""

    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "given"})
    id: ClassVar[str] = "unrolled-graph"
    title: ClassVar[str] = "Unrolled graph"
    summary: ClassVar[str] = (
        "A recurrent block as the chain it is: one box for each step of an example, with the values of the state, all "
        "with the same weights. Folded it is one box with a loop."
    )

    example: int = example_row()
    folded: bool = parameter(False, drawing=True, help="One box with a loop, in the place of one for each step.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not recurrent_nodes(report):
            return "No recurrent block on the canvas. Drag in an LSTM, a GRU or a Simple RNN."
        return ""

    def compute(self, question: Question) -> UnrolledGraph:
        subject = question.loaded()
        names, network = recurrent_nodes(subject.report), subject.network
        node = question.node if question.node in names else names[0]
        step = next(step for step in network.steps if step.node == node)
        assert isinstance(step.module, Unrolls)
        subject.calm()
        with torch.no_grad():
            values = network.run(subject.example(question.example), network.steps_before(subject.report.loss_nodes()))
            arriving = tuple(values[slot] for slot in step.inputs)
            inner = step.module.inside(*arriving)
        chains = chains_of({name: one[0].T.numpy() for name, one in inner.items() if name.startswith(STATE)})
        answers, right = _answers(subject, question.node, values, chains[0].values.shape[1])
        count = subject.count(subject.shown_part)
        return UnrolledGraph(
            node=node,
            title=subject.title(node),
            chains=chains,
            inputs=words_at(subject, node, values) or _numbers(arriving[0][0].numpy()),
            answers=answers,
            right=right,
            weights=tuple((name, tuple(one.shape)) for name, one in step.module.named_parameters()),
            part=subject.shown_part,
            row=subject.shown_row(question.example, count),
            count=count,
        )


def chains_of(states: dict[str, NDArray[np.float32]]) -> tuple[Chain, ...]:
    """The states (units, time) by their names, from the lowest layer up; the plain name is that of the last layer."""

    def rank(name: str) -> tuple[int, bool]:
        words = name.split(", ")
        layer = next((int(word.removeprefix("layer ")) for word in words if word.startswith("layer ")), len(states))
        return layer, "backward" in words

    return tuple(
        Chain(name.replace(STATE, "state", 1), np.ascontiguousarray(states[name]), "backward" in name)
        for name in sorted(states, key=rank)
    )


def _answers(
    subject: Subject, node: str | None, values: list[torch.Tensor], steps: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is said and what is right at each step: at all, at the last alone, or nowhere."""
    nothing = ("",) * steps
    candidates = class_heads(subject.report)
    if not candidates:
        return nothing, nothing
    head, slots = chosen(candidates, node), subject.network.slots
    shares = head.probabilities(values[slots[head.prediction]].numpy())  # (answers, classes)
    target = values[slots[head.target]].reshape(-1)
    names = head.class_names(shares.shape[1])
    said = tuple(names[number] for number in shares.argmax(axis=1).tolist())
    if len(said) == steps and len(target) == steps and head.target_signal.shape:
        return said, tuple(names[number] if number >= 0 else "" for number in map(int, target.tolist()))
    if len(said) == 1:
        known = names[int(head.actual(values[slots[head.target]].numpy())[0])]
        return (*nothing[1:], said[0]), (*nothing[1:], known)
    return nothing, nothing


def _numbers(arriving: NDArray[np.float32]) -> tuple[str, ...]:
    """The first numbers of each step (time, features)."""
    return tuple(" ".join(f"{number:.2f}" for number in row[:NUMBERS_SHOWN]) for row in arriving.tolist())
