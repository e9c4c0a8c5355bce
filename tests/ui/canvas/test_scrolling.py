"""The canvas scrolls when a drag comes to its edge, and shows scroll bars only while something is out of sight."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from playground.ui.canvas.edge_scroll import EDGE, FASTEST, speed
from tests.ui.canvas.conftest import Hands

OFF = Qt.ScrollBarPolicy.ScrollBarAlwaysOff


@pytest.mark.parametrize(
    ("place", "right"), [(300.0, 0.0), (EDGE, 0.0), (0.0, -FASTEST), (-50.0, -FASTEST), (600.0, FASTEST),
                         (600.0 - EDGE / 2, FASTEST / 2)]
)  # fmt: skip
def test_speed_grows_towards_the_edge(place: float, right: float) -> None:
    assert speed(place, 600.0) == pytest.approx(right)
    assert speed(place, 0.0) == 0.0


def test_a_card_held_at_the_edge_is_carried_on(hands: Hands, qtbot) -> None:
    hands.view.camera.zoom_to(1.0)
    hands.view.go_to("dense-2")
    start, x = hands.card("dense-2"), hands.graph.node("dense-2").position.x
    edge = QPoint(hands.view.viewport().width() - 2, start.y())
    seen = hands.view.camera.visible().left()
    hands.press(start)
    hands.move(start + QPoint(20, 0))
    hands.move(edge)
    qtbot.waitUntil(lambda: hands.view.camera.visible().left() > seen + 200.0)
    hands.release(edge)
    assert not hands.view.edge_scroll.active
    moved = hands.graph.node("dense-2").position.x - x
    assert moved > edge.x() - start.x() + 150.0  # with the mouse, and with the canvas below it
    hands.document.undo_stack.undo()
    assert hands.graph.node("dense-2").position.x == x


def test_escape_stops_the_scrolling(hands: Hands, qtbot) -> None:
    start = hands.card("dense-1")
    hands.press(start)
    hands.move(QPoint(2, start.y()))
    assert hands.view.edge_scroll.active
    hands.view.escape()
    assert not hands.view.edge_scroll.active
    hands.release(start)


def test_a_block_of_the_palette_scrolls_too(hands: Hands, qtbot) -> None:
    seen = hands.view.camera.visible().top()
    hands.drag_in("dense", QPoint(300, hands.view.viewport().height() - 1))
    qtbot.waitUntil(lambda: hands.view.camera.visible().top() > seen + 60.0)
    hands.drop("dense", QPoint(300, 200))
    assert not hands.view.edge_scroll.active


def test_bars_are_there_only_while_something_is_out_of_sight(hands: Hands, qtbot) -> None:
    view = hands.view

    def bars() -> tuple[bool, bool]:
        return view.horizontalScrollBarPolicy() != OFF, view.verticalScrollBarPolicy() != OFF

    view.fit()
    qtbot.waitUntil(lambda: bars() == (False, False))
    view.camera.pan(view.viewport().width() * 0.6, 0)
    qtbot.waitUntil(lambda: bars() == (True, False))
    view.camera.zoom_to(3.0)
    qtbot.waitUntil(lambda: bars() == (True, True))
    view.camera.zoom_to(0.3)
    qtbot.waitUntil(lambda: bars() == (False, False))
