"""A network that came from a file: the project with its data and loss, laid out, and a checkpoint with its weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.document.graph import Choice, Edge, Graph, Node, Position
from playground.document.project import Project, TrainingSettings
from playground.editing.layout import tidy
from playground.editing.starting import ROW_STEP, STEP
from playground.exchange.into.answers import feeding, target_port
from playground.exchange.into.sheet import Sheet, Tensors
from playground.exchange.into.wire import Wire
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain
from playground.training.saving.checkpoint import Checkpoint
from playground.training.session.session import Session
from playground.training.weights.source import Array

WORDS = "weights of the file"
"""Where the first weights come from, on the curves."""
CARD_WITH_PICTURE = (STEP - 60.0, ROW_STEP - 72.0)
"""How large a card may become when it shows what its block computes, in scene units."""


@dataclass(frozen=True, eq=False)
class Imported:
    """What came of a file."""

    project: Project
    checkpoint: Checkpoint | None
    """The weights, as those of a run at step 0; None where no block has any."""
    sentences: tuple[str, ...] = ()
    """What a person should know: what was chosen for them, and what differs from the file."""


def imported(
    sheet: Sheet, title: str, inputs: Sequence[Wire], outputs: Sequence[Wire], sentences: Sequence[str]
) -> Imported:
    """The project of all cards, with data before the inputs and a loss behind the first output."""
    told = list(sentences)
    missing = sum(card.block == "foreign-operator" for card in sheet.cards.values())
    if missing:
        told.append(f"{missing} operation{'s have' if missing > 1 else ' has'} no block here; the cards say why.")
    graph = _with_ends(sheet, inputs, outputs, told)
    project = Project(
        title=title[:200] or "Imported network",
        summary=" ".join(told)[:2_000],
        graph=_laid_out(graph),
        training=TrainingSettings(optimizer=Choice(id="adam", parameters={"learning_rate": 0.001})),
    )
    return Imported(project, _checkpoint(project, sheet.tensors(), told), tuple(told))


def _with_ends(sheet: Sheet, inputs: Sequence[Wire], outputs: Sequence[Wire], told: list[str]) -> Graph:
    prediction = outputs[0]
    answer = _answer(sheet, prediction)
    edges: list[Edge] = []
    loss = "mean-squared-error"
    for number, entering in enumerate(inputs):
        card = sheet.cards[entering.output[0]]
        fed = feeding(card.signals[0], answer)
        card.block, card.parameters = fed.block, fed.parameters
        if fed.sentence not in told:
            told.append(fed.sentence)
        if number == 0:
            loss = fed.loss
            port = target_port(fed.block)
            edges.append(Edge(source=card.id, source_port=port, target="loss", target_port="target"))
    source = prediction.output
    if inputs:
        edges.append(Edge(source=source[0], source_port=source[1], target="loss", target_port="prediction"))
    graph = sheet.graph()
    node = Node(id="loss", block=loss)
    return graph.replace(nodes=(*graph.nodes, node), edges=(*graph.edges, *edges))


def _answer(sheet: Sheet, prediction: Wire) -> Signal:
    """What the network predicts, as far as that is known."""
    found = sheet.cards[prediction.output[0]].signals
    return found[0] if found else Signal(prediction.shape or (1,))


def _laid_out(graph: Graph) -> Graph:
    sizes = dict.fromkeys((node.id for node in graph.nodes), CARD_WITH_PICTURE)
    places = tidy(graph, sizes)
    nodes = [
        node.replace(position=Position(x=places[node.id][0], y=places[node.id][1])) if node.id in places else node
        for node in graph.nodes
    ]
    return graph.replace(nodes=tuple(nodes))


def _checkpoint(project: Project, tensors: Tensors, told: list[str]) -> Checkpoint | None:
    """The first state of a run with these weights.

    Where a card is not supported, it is that of the project in which such cards give zeros: when the person has mended
    it, everything that still fits is kept.
    """
    if not tensors:
        return None
    try:
        return Session(_running(project), first=_OfFile(tensors)).checkpoint()
    except (CannotCompile, CannotTrain):
        told.append("The weights are not taken: not all shapes are known while operations are missing.")
        return None


@dataclass(frozen=True, eq=False)
class _OfFile:
    """The weights and running statistics of a file, by `node.name`."""

    tensors: Tensors
    words: str = WORDS

    def values(self, before: Mapping[str, Array]) -> Mapping[str, Array]:
        """Those that the network has a place for. Raises ValueError where one does not have the shape of its place."""
        return {
            name: _fitting(name, self.tensors[name], array.shape)
            for name, array in before.items()
            if name in self.tensors
        }


def _fitting(name: str, array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape}, not {shape}")
    return np.ascontiguousarray(array)


def _running(project: Project) -> Project:
    """The same in which what is not supported gives zeros."""
    nodes = [
        node.replace(parameters={**node.parameters, "zeros": True}) if node.block == "foreign-operator" else node
        for node in project.graph.nodes
    ]
    return project.replace(graph=project.graph.replace(nodes=tuple(nodes)))
