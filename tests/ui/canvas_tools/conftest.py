"""A small network in a canvas, for the tools around it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from playground.document.graph import Edge, Graph, Node, Position
from playground.document.project import Project
from playground.ui.canvas.view import CanvasView
from playground.ui.open_document import OpenDocument


def small_graph(**dense: object) -> Graph:
    """Circles, two dense blocks and a loss that fit together."""
    return Graph(
        nodes=(
            Node(id="circles-1", block="circles", parameters={"labels": "signed"}),
            Node(id="dense-1", block="dense", parameters={"units": 3}, position=Position(x=240.0)),
            Node(id="dense-2", block="dense", parameters={"units": 1}, position=Position(x=480.0)),
            Node(id="loss-1", block="mean-squared-error", position=Position(x=720.0)),
        ),
        edges=(
            Edge(source="circles-1", source_port="features", target="dense-1"),
            Edge(source="dense-1", target="dense-2"),
            Edge(source="dense-2", target="loss-1", target_port="prediction"),
            Edge(source="circles-1", source_port="target", target="loss-1", target_port="target"),
        ),
    )


@pytest.fixture
def document(qapp) -> OpenDocument:
    """The small network, open."""
    opened = OpenDocument()
    opened.open(Project(graph=small_graph()))
    assert opened.report.ok
    return opened


@pytest.fixture
def canvas(qtbot, document) -> CanvasView:
    """A visible canvas that shows the small network."""
    view = CanvasView(document)
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def open_graph(document) -> Callable[[Graph], None]:
    """Opens another graph in the document."""

    def opener(graph: Graph) -> None:
        document.open(Project(graph=graph))

    return opener
