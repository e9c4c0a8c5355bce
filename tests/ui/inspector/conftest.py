from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from playground.document.graph import Edge, Graph, Node
from playground.document.project import Goal, Project
from playground.network.compiled import compile_graph
from playground.network.flat import FlatParameters
from playground.training.snapshot import Snapshot
from playground.ui.inspector.inspector import Inspector
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.theme import THEME


def small_graph(loss: str = "cross-entropy") -> Graph:
    return Graph(
        nodes=(
            Node(id="spirals-1", block="spirals", parameters={"examples": 60}),
            Node(id="dense-1", block="dense", parameters={"units": 4, "activation": "tanh"}),
            Node(id="dense-2", block="dense", parameters={"units": 2, "activation": "identity"}),
            Node(id="loss-1", block=loss),
        ),
        edges=(
            Edge(source="spirals-1", source_port="features", target="dense-1"),
            Edge(source="dense-1", target="dense-2"),
            Edge(source="dense-2", target="loss-1", target_port="prediction"),
            Edge(source="spirals-1", source_port="target", target="loss-1", target_port="target"),
        ),
    )


@pytest.fixture
def graph_of() -> Callable[..., Graph]:
    """Makes the graph of the tests, with the loss block that is asked for."""
    return small_graph


@pytest.fixture
def document(qapp: object) -> OpenDocument:
    opened = OpenDocument()
    goal = Goal(metric="test_accuracy", at_least=0.95, within_epochs=300)
    opened.open(Project(title="Two spirals", summary="Watch.", lesson="Bend.", graph=small_graph(), goals=(goal,)))
    return opened


@pytest.fixture
def inspector(document: OpenDocument, qtbot: QtBot) -> Inspector:
    THEME.use("light")
    widget = Inspector(document)
    qtbot.addWidget(widget)
    widget.resize(320, 900)
    widget.show()
    qtbot.waitExposed(widget)
    widget.activateWindow()
    return widget


@pytest.fixture
def snapshot(document: OpenDocument) -> Snapshot:
    flat = FlatParameters(compile_graph(document.graph))
    return Snapshot(1, 0.1, flat.values.numpy().copy(), flat.layout)
