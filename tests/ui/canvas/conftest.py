"""A canvas with a small network on it, and hands that use the mouse and the keyboard on the viewport."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from playground.document.files import to_json
from playground.document.graph import Edge, Graph, Group, Node, Note, Position
from playground.document.project import Project
from playground.editing.geometry import PortRef
from playground.ui.canvas.dropping import BLOCK_MIME
from playground.ui.canvas.view import CanvasView
from playground.ui.open_document import OpenDocument

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def node(name: str, block: str, x: float, y: float, **parameters: object) -> Node:
    return Node(id=name, block=block, position=Position(x=x, y=y), parameters=parameters)


def small_network() -> Graph:
    """Two spirals -> 8 tanh units -> 1 unit -> mean squared error, with a note."""
    return Graph(
        nodes=(
            node("spirals-1", "spirals", 0, 0, labels="signed"),
            node("dense-1", "dense", 260, 0),
            node("dense-2", "dense", 520, 0, units=1),
            node("mean-squared-error-1", "mean-squared-error", 780, 0),
        ),
        edges=(
            Edge(source="spirals-1", source_port="features", target="dense-1"),
            Edge(source="dense-1", target="dense-2"),
            Edge(source="dense-2", target="mean-squared-error-1", target_port="prediction"),
            Edge(source="spirals-1", source_port="target", target="mean-squared-error-1", target_port="target"),
        ),
        notes=(Note(id="note-1", text="Watch", position=Position(x=0, y=-160)),),
    )


class Hands:
    """What a person does with the canvas."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.document = view.document

    @property
    def json(self) -> str:
        return to_json(self.document.project)

    @property
    def graph(self) -> Graph:
        return self.document.graph

    def at(self, x: float, y: float) -> QPoint:
        return self.view.mapFromScene(QPointF(x, y))

    def card(self, name: str) -> QPoint:
        """A point on the title of a card."""
        rect = self.view.canvas_scene.nodes[name].box().rect
        return self.at(rect.centre[0], rect.y + 20)

    def port(self, name: str, side: str, port: str) -> QPoint:
        return self.at(*self.view.canvas_scene.nodes[name].box().port(side, port))

    def wire_middle(self, source: str, target: str) -> QPointF:
        item = next(w for k, w in self.view.canvas_scene.wires.items() if (k.source, k.target) == (source, target))
        return item.mapToScene(item.shape().pointAtPercent(0.5))

    def press(self, place: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mousePress(self.view.viewport(), button, keys, place)

    def move(self, place: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        # QTest.mouseMove carries no buttons, and the offscreen platform drops repeated ones.
        widget = self.view.viewport()
        everywhere = QPointF(widget.mapToGlobal(place))
        event = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(place), everywhere, Qt.MouseButton.NoButton, button, keys
        )
        QApplication.sendEvent(widget, event)

    def release(self, place: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseRelease(self.view.viewport(), button, keys, place)

    def drag(self, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        self.press(start, button, keys)
        for step in range(1, 6):
            self.move(start + (end - start) * step / 5, button, keys)
        self.release(end, button, keys)

    def click(self, place: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, keys, place)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.view, key, keys)

    def drag_in(self, block: str, place: QPoint) -> QMimeData:
        """A block from the palette hangs on the mouse over the canvas."""
        data = QMimeData()
        data.setData(BLOCK_MIME, block.encode())
        actions = Qt.DropAction.CopyAction
        enter = QDragEnterEvent(place, actions, data, LEFT, NONE)
        QApplication.sendEvent(self.view.viewport(), enter)
        over = QDragMoveEvent(place, actions, data, LEFT, NONE)
        QApplication.sendEvent(self.view.viewport(), over)
        self.accepted = enter.isAccepted() and over.isAccepted()
        return data

    def drop(self, block: str, place: QPoint) -> None:
        data = self.drag_in(block, place)
        event = QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, LEFT, NONE)
        QApplication.sendEvent(self.view.viewport(), event)

    def wires(self) -> set[tuple[str, str, str]]:
        return {(edge.source, edge.target, edge.target_port) for edge in self.graph.edges}


def canvas_with(graph: Graph, qtbot) -> Hands:
    document = OpenDocument()
    view = CanvasView(document)
    document.setParent(view)
    qtbot.addWidget(view)
    view.resize(1200, 700)
    view.show()
    document.open(Project(graph=graph))
    view.setFocus()
    return Hands(view)


@pytest.fixture
def hands(qtbot) -> Hands:
    return canvas_with(small_network(), qtbot)


@pytest.fixture
def empty(qtbot) -> Hands:
    return canvas_with(Graph(), qtbot)


def framed() -> Graph:
    """The small network with its dense blocks in a group."""
    return small_network().replace(groups=(Group(id="group-1", title="Hidden", nodes=("dense-1", "dense-2")),))


def output(name: str, port: str = "output") -> PortRef:
    return PortRef(name, "output", port)


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
