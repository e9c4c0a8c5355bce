"""A small adversarial network on the ring, for the tests of all rooms."""

from __future__ import annotations

from typing import Any

from playground.document.graph import Graph, Group
from playground.document.project import Project, TrainingSettings
from tests.network.small_graphs import node, wired

PLAYERS = ("player-discriminator", "player-generator")
PHASES = (
    {"title": "Discriminator", "losses": ["discriminator"], "trains": [PLAYERS[0]]},
    {"title": "Generator", "losses": ["generator"], "trains": [PLAYERS[1]]},
)


def adversarial_graph(*, measure: bool = True, size: int = 2, **ring: Any) -> Graph:
    """Noise through a generator, dealt out among real points, judged by a discriminator; with a frame for each."""
    nodes = [
        node("data", "ring", **{"examples": 200, "scaling": "standardize", **ring}),
        node("noise", "noise", size=size),
        node("make-1", "dense", units=8, activation="relu"),
        node("make-2", "dense", units=2, activation="identity"),
        node("deal", "real-and-generated"),
        node("judge-1", "dense", units=6, activation="elu"),
        node("judge-2", "dense", units=1, activation="identity"),
        node("discriminator", "binary-cross-entropy"),
        node("generator", "generator-loss"),
    ]
    wires = [
        "data.features > noise", "noise > make-1", "make-1 > make-2", "data.features > deal.real",
        "make-2 > deal.generated", "deal.mixed > judge-1", "judge-1 > judge-2", "judge-2 > discriminator.prediction",
        "deal.is_real > discriminator.target", "judge-2 > generator.prediction", "deal.is_real > generator.target",
    ]  # fmt: skip
    if measure:
        nodes.append(node("modes", "mode-coverage"))
        wires += ["make-2 > modes.generated", "data.features > modes.real", "data.target > modes.modes"]
    groups = (
        Group(id=PLAYERS[0], title="Discriminator", nodes=("judge-1", "judge-2")),
        Group(id=PLAYERS[1], title="Generator", nodes=("make-1", "make-2")),
    )
    return wired(nodes, *wires).replace(groups=groups)


def adversarial_project(**graph: Any) -> Project:
    """The same as a project whose two players take turns."""
    training = {"batch_size": 32, "phases": list(PHASES), "optimizer": {"id": "adam"}}
    return Project(graph=adversarial_graph(**graph), training=TrainingSettings.model_validate(training))
