"""The minimap: when it shows, and where a click leads."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from playground.ui.canvas.minimap import Minimap
from playground.ui.widgets.theme import THEME


@pytest.fixture
def minimap(canvas) -> Minimap:
    return Minimap(canvas)


def test_it_hides_while_everything_is_in_sight(canvas, minimap) -> None:
    canvas.fit()
    assert not minimap.isVisible()
    canvas.camera.zoom_to(3.0)
    canvas.camera.centre_on(QPointF(-400.0, -200.0))
    assert minimap.isVisible()
    canvas.fit()
    assert not minimap.isVisible()


def covered(canvas, minimap) -> list[str]:
    """The cards over which the map lies."""
    shown = {name: canvas.mapFromScene(item.sceneBoundingRect()) for name, item in canvas.canvas_scene.nodes.items()}
    place = minimap.geometry().translated(-canvas.viewport().geometry().topLeft())
    return [name for name, outline in shown.items() if outline.boundingRect().adjusted(12, 12, -18, -12) & place]


@pytest.mark.parametrize("width", [620, 860, 1200])
@pytest.mark.parametrize("height", [200, 260, 400])
def test_it_gives_way_to_cards(canvas, minimap, width: int, height: int) -> None:
    canvas.resize(width, height)
    canvas.camera.zoom_to(1.6)
    seen = set()
    for name, item in canvas.canvas_scene.nodes.items():
        for off in (QPointF(), QPointF(150, 40), QPointF(-150, -40), QPointF(200, 90)):
            canvas.camera.centre_on(item.sceneBoundingRect().center() + off)
            seen.add(minimap.isVisible())
            assert not minimap.isVisible() or not covered(canvas, minimap), name
    assert True in seen


def test_it_gives_way_to_a_message(canvas, minimap) -> None:
    canvas.camera.zoom_to(3.0)
    canvas.camera.centre_on(QPointF(-400.0, -200.0))
    bubble = canvas.messages.bubble
    bubble.setGeometry(minimap.geometry().translated(-30, -30))
    bubble.show()
    assert not bubble.geometry().intersects(minimap.geometry())
    bubble.hide()


def test_it_does_not_flee_from_the_hand(canvas, minimap) -> None:
    canvas.resize(700, 420)
    canvas.camera.zoom_to(3.0)
    canvas.camera.centre_on(QPointF(-400.0, -200.0))
    place = minimap.pos()
    loss = minimap.to_map(canvas.canvas_scene.nodes["loss-1"].sceneBoundingRect()).center().toPoint()
    QTest.mousePress(minimap, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, loss)
    assert minimap.pos() == place and minimap.isVisible()
    QTest.mouseRelease(minimap, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, loss)
    assert not minimap.isVisible() or not covered(canvas, minimap)


def test_it_lies_in_the_lower_right_corner(qtbot, canvas, minimap) -> None:
    canvas.camera.zoom_to(3.0)
    canvas.camera.centre_on(QPointF(-400.0, -200.0))
    corner = canvas.viewport().geometry().bottomRight() - minimap.geometry().bottomRight()
    assert 0 < corner.x() < 30
    assert 0 < corner.y() < 30
    canvas.resize(700, 420)
    canvas.camera.centre_on(QPointF(-400.0, -200.0))
    moved = canvas.viewport().geometry().bottomRight() - minimap.geometry().bottomRight()
    assert moved == corner


def test_a_click_brings_that_place_into_the_middle(canvas, minimap) -> None:
    canvas.camera.zoom_to(3.0)
    loss = canvas.canvas_scene.nodes["loss-1"]
    place = minimap.to_map(loss.sceneBoundingRect()).center()
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place.toPoint())
    seen = canvas.camera.visible()
    assert seen.contains(loss.sceneBoundingRect().center())
    assert not seen.contains(canvas.canvas_scene.nodes["circles-1"].sceneBoundingRect().center())


def test_a_drag_pans(canvas, minimap) -> None:
    canvas.camera.zoom_to(3.0)
    canvas.camera.centre_on(canvas.canvas_scene.nodes["circles-1"].sceneBoundingRect().center())
    before = canvas.camera.visible().center()
    start = minimap.to_map(canvas.camera.visible()).center().toPoint()
    QTest.mousePress(minimap, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(minimap, start + QPoint(30, 0))
    QTest.mouseRelease(minimap, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + QPoint(30, 0))
    assert canvas.camera.visible().center().x() > before.x() + 50


def test_map_and_scene_are_inverse(canvas, minimap) -> None:
    canvas.camera.zoom_to(2.0)
    rect = canvas.canvas_scene.nodes["dense-1"].sceneBoundingRect()
    back = minimap.to_scene(minimap.to_map(rect).topLeft())
    assert (back - rect.topLeft()).manhattanLength() < 1e-6
    assert minimap.to_map(rect).width() > 0


def test_it_paints_cards_in_the_colours_of_their_families(canvas, minimap) -> None:
    THEME.use("light")
    canvas.camera.zoom_to(3.0)
    canvas.camera.centre_on(QPointF(-400.0, -200.0))
    image = minimap.grab().toImage()
    place = minimap.to_map(canvas.canvas_scene.nodes["loss-1"].sceneBoundingRect()).center().toPoint()
    assert image.pixelColor(place).name() == "#2f6f4f"


def test_an_empty_canvas_needs_no_map(canvas, minimap, open_graph) -> None:
    from playground.document.graph import Graph

    canvas.camera.zoom_to(3.0)
    open_graph(Graph())
    assert not minimap.isVisible()
