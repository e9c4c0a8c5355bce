"""The real window, driven as a person does: clicks, drags, keys, and looking at what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from playground.document.files import write
from playground.document.graph import Choice, Edge, Graph, Node, Position
from playground.document.project import Project, TrainingSettings
from playground.ui.shell.app import make_application
from playground.ui.shell.window import MainWindow
from playground.ui.shell.workplace import Workplace
from playground.ui.widgets.theme import THEME

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def node(name: str, block: str, x: float, y: float = 0.0, **parameters: object) -> Node:
    return Node(id=name, block=block, position=Position(x=x, y=y), parameters=parameters)


def spirals() -> Project:
    """Two spirals -> 8 tanh -> 2 logits -> cross-entropy."""
    graph = Graph(
        nodes=(
            node("data", "spirals", 0, 0, examples=200),
            node("dense-1", "dense", 260, 0),
            node("dense-2", "dense", 520, 0, units=2, activation="identity"),
            node("loss", "cross-entropy", 780, 0),
        ),
        edges=(
            Edge(source="data", source_port="features", target="dense-1"),
            Edge(source="dense-1", target="dense-2"),
            Edge(source="dense-2", target="loss", target_port="prediction"),
            Edge(source="data", source_port="target", target="loss", target_port="target"),
        ),
    )
    adam = Choice(id="adam", parameters={"learning_rate": 0.02})
    return Project(title="Spirals here", graph=graph, training=TrainingSettings(batch_size=10, optimizer=adam))


class Person:
    """Somebody at the window."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window = window
        self.qtbot = qtbot

    @property
    def place(self) -> Workplace:
        assert self.window.workplace is not None
        return self.window.workplace

    @property
    def project(self) -> Project:
        return self.place.document.project

    @property
    def graph(self) -> Graph:
        return self.place.document.graph

    # Waiting for what the window shows ----------------------------------------------------------------------------

    def sees(self, condition: Callable[[], bool], timeout: int = 15_000) -> None:
        self.qtbot.waitUntil(condition, timeout=timeout)

    def waits_for(self, *states: str) -> None:
        self.sees(lambda: self.place.trainer.state in states)

    def rests(self) -> None:
        """Until nothing learns and the newest frame has been looked at."""
        pulses: list[None] = []
        self.place.feed.pulse.connect(lambda: pulses.append(None))
        self.sees(lambda: self.place.trainer.state in ("paused", "finished") and len(pulses) > 3)
        pulses.clear()
        self.sees(lambda: len(pulses) > 3)

    @property
    def step(self) -> int:
        return -1 if self.place.feed.frame is None else self.place.feed.frame.step

    @property
    def train_loss(self) -> float:
        return self.place.feed.history.last("train_loss")

    # Files ----------------------------------------------------------------------------------------------------------

    def opens(self, project: Project, folder: Path) -> Path:
        path = folder / "project.playground.json"
        write(project, path)
        self.window.open_path(path)
        self.sees(lambda: self.project.title == project.title)
        return path

    # Mouse and keys on the canvas -----------------------------------------------------------------------------------

    def at(self, x: float, y: float) -> QPoint:
        return self.place.canvas.mapFromScene(QPointF(x, y))

    def card(self, name: str) -> QPoint:
        rect = self.place.canvas.canvas_scene.nodes[name].box().rect
        return self.at(rect.centre[0], rect.y + 16)

    def port(self, name: str, side: str, port: str) -> QPoint:
        return self.at(*self.place.canvas.canvas_scene.nodes[name].box().port(side, port))

    def wire_middle(self, source: str, target: str) -> QPoint:
        wires = self.place.canvas.canvas_scene.wires
        item = next(item for key, item in wires.items() if (key.source, key.target) == (source, target))
        return self.place.canvas.mapFromScene(item.mapToScene(item.shape().pointAtPercent(0.5)))

    def clicks(self, place: QPoint) -> None:
        QTest.mouseClick(self.place.canvas.viewport(), LEFT, NONE, place)

    def drags(self, start: QPoint, end: QPoint) -> None:
        widget = self.place.canvas.viewport()
        QTest.mousePress(widget, LEFT, NONE, start)
        for number in range(1, 6):
            spot = start + (end - start) * number / 5
            # QTest.mouseMove carries no buttons.
            there = QPointF(widget.mapToGlobal(spot))
            event = QMouseEvent(QEvent.Type.MouseMove, QPointF(spot), there, Qt.MouseButton.NoButton, LEFT, NONE)
            QApplication.sendEvent(widget, event)
        QTest.mouseRelease(widget, LEFT, NONE, end)

    def drops(self, block: str, place: QPoint) -> None:
        """Drag a block out of the palette and let go of it at a place of the canvas."""
        data = QMimeData()
        data.setData("application/x-playground-block", block.encode())
        viewport, copy = self.place.canvas.viewport(), Qt.DropAction.CopyAction
        QApplication.sendEvent(viewport, QDragEnterEvent(place, copy, data, LEFT, NONE))
        QApplication.sendEvent(viewport, QDragMoveEvent(place, copy, data, LEFT, NONE))
        QApplication.sendEvent(viewport, QDropEvent(QPointF(place), copy, data, LEFT, NONE))

    def presses(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE, on: QWidget | None = None) -> None:
        QTest.keyClick(on or self.window, key, keys)

    def button(self, label: str, inside: QWidget | None = None) -> QPushButton:
        buttons = (inside or self.window).findChildren(QPushButton)
        return next(button for button in buttons if button.text() == label and button.isVisible())

    def undoes(self) -> None:
        self.place.actions.act["undo"].trigger()

    def redoes(self) -> None:
        self.place.actions.act["redo"].trigger()


def forget_changes(window: MainWindow) -> None:
    """What a test did is not kept for later."""
    if window.workplace is not None:
        window.workplace.files.keeper.give_up()


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    make_application()
    THEME.use("light")
    window = MainWindow()
    window.resize(1500, 950)
    qtbot.addWidget(window, before_close_func=forget_changes)
    window.show()
    window.furnish()
    yield window
    THEME.set_scale(1.0)
    THEME.use("light")


@pytest.fixture
def person(window: MainWindow, qtbot: QtBot) -> Person:
    return Person(window, qtbot)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[QMessageBox.StandardButton]:
    """Answers to the questions that dialogs would ask, in order."""
    waiting: list[QMessageBox.StandardButton] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: int(waiting.pop(0).value))
    return waiting
