"""Zoom, scene and live pictures of the canvas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from playground.document.graph import EdgeKey, Graph
from playground.document.project import Project
from playground.editing.geometry import CARD_WIDTH
from playground.ui.canvas import node_item, paint, pictures
from playground.ui.widgets.theme import THEME
from tests.ui.canvas.conftest import Hands, canvas_with, node, small_network

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def light():
    yield
    THEME.use("light")


def wheel(hands: Hands, place: QPoint, up: int, keys: Qt.KeyboardModifier) -> None:
    viewport = hands.view.viewport()
    event = QWheelEvent(
        QPointF(place), QPointF(viewport.mapToGlobal(place)), QPoint(), QPoint(0, up), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )
    QApplication.sendEvent(viewport, event)


def test_ctrl_and_wheel_zoom_at_the_mouse_within_limits(hands: Hands) -> None:
    place = hands.card("dense-2")
    before = hands.view.to_scene(QPointF(place))
    wheel(hands, place, 120, CONTROL)
    after = hands.view.to_scene(QPointF(place))
    assert hands.view.camera.zoom > 1.0
    assert (after - before).manhattanLength() < 3.0
    for _ in range(40):
        wheel(hands, place, 1200, CONTROL)
    assert hands.view.camera.zoom == pytest.approx(4.0)
    for _ in range(80):
        wheel(hands, place, -1200, CONTROL)
    assert hands.view.camera.zoom == pytest.approx(0.05)


def test_the_plain_wheel_scrolls(hands: Hands) -> None:
    before = hands.view.camera.visible().y()
    wheel(hands, QPoint(300, 300), -120, Qt.KeyboardModifier.NoModifier)
    assert hands.view.camera.visible().y() > before + 20
    assert hands.view.camera.zoom == pytest.approx(hands.view.camera.zoom)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 0.0, -3.0, 1e300])
def test_no_number_breaks_the_view(hands: Hands, value: float) -> None:
    camera = hands.view.camera
    camera.zoom_to(value, QPointF(value, 10.0))
    camera.zoom_by(value)
    camera.pan(value, value)
    visible = camera.visible()
    assert 0.05 <= camera.zoom <= 4.0
    assert math.isfinite(visible.x()) and math.isfinite(visible.width())


def test_fit_shows_everything(hands: Hands) -> None:
    hands.view.camera.zoom_to(4.0)
    hands.key(Qt.Key.Key_F)
    content = hands.view.canvas_scene.content_rect()
    assert hands.view.camera.visible().contains(content)
    hands.key(Qt.Key.Key_1, CONTROL)
    assert hands.view.camera.zoom == pytest.approx(1.0)
    hands.view.camera.zoom_to(0.05)
    hands.key(Qt.Key.Key_F)
    assert hands.view.camera.visible().contains(content)


def test_far_away_nodes_can_be_reached(qtbot) -> None:
    graph = Graph(nodes=(node("dense-1", "dense", -1e6, 1e6), node("dense-2", "dense", 1e6, -1e6)))
    hands = canvas_with(graph, qtbot)
    for name in ("dense-1", "dense-2"):
        hands.view.go_to(name)
        place = hands.view.canvas_scene.nodes[name].pos()
        assert hands.view.camera.visible().adjusted(-1, -1, 1, 1).contains(place)


def test_only_changed_cards_are_changed(hands: Hands) -> None:
    scene = hands.view.canvas_scene
    items = dict(scene.nodes)
    faces = {name: item.face for name, item in items.items()}
    graph = hands.graph
    from playground.document import edits

    hands.document.edit_graph("Units", edits.set_parameters(graph, "dense-1", {"units": 4}))
    assert scene.nodes == items
    assert scene.nodes["spirals-1"].face is faces["spirals-1"]
    assert scene.nodes["dense-1"].face.parameters == "12 params"
    assert scene.nodes["dense-2"].face.parameters == "5 params"
    assert scene.wires[EdgeKey("dense-1", "output", "dense-2", "input")].badge == "batch × features 4"


def test_another_project_takes_the_place_of_the_old_one(hands: Hands) -> None:
    hands.view.select(["dense-1"])
    old = hands.view.canvas_scene.nodes["dense-1"]
    hands.document.open(Project(graph=Graph(nodes=(node("tanh-1", "tanh", 0, 0),))))
    scene = hands.view.canvas_scene
    assert set(scene.nodes) == {"tanh-1"} and not scene.wires and not scene.notes
    assert old.scene() is None
    assert hands.view.selected_node() == ""


def test_live_maps_become_one_picture_and_the_card_grows(hands: Hands) -> None:
    item = hands.view.canvas_scene.nodes["dense-1"]
    before = item.size
    maps = np.random.default_rng(0).normal(size=(8, 32, 32)).astype(np.float32)
    hands.view.show_maps({"dense-1": maps, "gone": maps})
    assert item.size[1] > before[1] + 40
    size = item.size
    hands.view.show_maps({"dense-1": maps * 0.5})
    assert item.size == size
    hands.view.clear_pictures()
    assert item.size == before


def test_a_picture_carries_the_signs_as_colours() -> None:
    maps = np.stack([np.full((32, 32), 1.0), np.full((32, 32), -1.0), np.zeros((32, 32))]).astype(np.float32)
    picture = pictures.maps_picture(maps)
    assert picture is not None and picture.tiles == 3
    colors = [picture.image.pixelColor(34 * number + 10, 10).name() for number in range(3)]
    assert colors[:2] == ["#0877bd", "#f59322"]
    middle = picture.image.pixelColor(78, 10)
    assert max(abs(a - b) for a, b in zip(middle.getRgb()[:3], (0xE8, 0xEA, 0xEB), strict=True)) <= 2
    assert picture.image.pixelColor(33, 10).alpha() == 0  # the gap between two tiles
    half = pictures.maps_picture(np.full((1, 32, 32), 0.5, dtype=np.float32), scale="probability")
    assert half is not None and half.image.pixelColor(3, 3).lightness() > 220


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_pictures_survive_numbers_that_are_none(bad: float) -> None:
    maps = np.full((2, 8, 8), bad, dtype=np.float32)
    assert pictures.maps_picture(maps) is not None
    assert pictures.maps_picture(np.zeros((0, 8, 8), dtype=np.float32)) is None
    assert pictures.points_picture(np.full((5, 2), bad), None) is None
    points = np.array([[0.0, 0.0], [bad, 1.0], [1.0, 1.0]])
    assert pictures.points_picture(points, np.array([0.0, 1.0, 1.0])) is not None


def test_few_points_are_large_and_classes_differ_by_shape() -> None:
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])

    def drawn(points: np.ndarray, targets: np.ndarray) -> int:
        picture = pictures.points_picture(points, targets)
        assert picture is not None
        return sum(picture.pixelColor(x, y).alpha() > 127 for x in range(256) for y in range(256))

    alone = drawn(corners, np.zeros(4))
    assert alone / 256**2 > 0.02, "a card shows the picture at a third"
    assert alone > 4 * drawn(corners[np.arange(200) % 4], np.zeros(200))
    assert drawn(corners, np.ones(4)) != alone


def test_points_and_curve(hands: Hands) -> None:
    points = np.random.default_rng(1).normal(size=(100, 2)).astype(np.float32)
    hands.view.show_points("spirals-1", points, np.zeros(100))
    hands.view.show_curve("mean-squared-error-1", [3.0, 2.0, math.nan, 1.0])
    nodes = hands.view.canvas_scene.nodes
    assert nodes["spirals-1"].has_points
    assert nodes["mean-squared-error-1"].size[1] > 100


def test_gradients_set_the_width_of_wires(hands: Hands) -> None:
    first, second = (
        EdgeKey("dense-1", "output", "dense-2", "input"),
        EdgeKey("dense-2", "output", "mean-squared-error-1", "prediction"),
    )
    hands.view.show_gradients({first: 1e-7, second: 1.0})
    wires = hands.view.canvas_scene.wires
    assert wires[first].gradient == 0.0 and wires[second].gradient == 1.0
    assert wires[first].vanished and not wires[second].vanished
    assert "gradient back 1.0e−7, vanished" in wires[first].words and wires[second].words.endswith("gradient back 1")
    assert wires[first].stroke().widthF() < wires[second].stroke().widthF() / 3
    hands.view.show_gradients({first: 1e-7, second: 2e-7})
    assert not wires[first].vanished  # all small together: the loss has settled
    hands.view.show_gradients({first: math.nan})
    assert wires[first].gradient == 1.0 and wires[second].gradient is None


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("zoom", [0.05, 0.3, 1.0, 4.0])
def test_it_paints_at_every_zoom_in_both_themes(hands: Hands, light: None, theme: str, zoom: float) -> None:
    THEME.use(theme)
    hands.view.show_maps({"dense-1": np.zeros((8, 16, 16), dtype=np.float32)})
    hands.view.select(["dense-1"])
    hands.view.camera.zoom_to(zoom)
    image = hands.view.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    assert THEME.tokens.canvas in colors
    assert len(colors) > 3


def test_words_are_elided_never_cut(qtbot) -> None:
    long = node("dense-1", "dense", 0, 0).replace(title="A title that is a good deal longer than any card is wide " * 2)
    hands = canvas_with(Graph(nodes=(long,)), qtbot)
    item = hands.view.canvas_scene.nodes["dense-1"]
    assert item.size[0] < CARD_WIDTH * 1.7
    assert item.words[0].endswith("…")
    assert long.title.strip() in item.toolTip()


def test_a_screen_reader_hears_the_selected_block(hands: Hands) -> None:
    hands.view.select(["dense-1"])
    words = hands.view.accessibleDescription()
    assert "Dense 1" in words and "24 params" in words and "batch × features 8" in words
    hands.view.select([])
    assert "4 blocks" in hands.view.accessibleDescription()


def test_hover_names_ports_and_shows_what_a_wire_carries(hands: Hands) -> None:
    place = hands.port("mean-squared-error-1", "input", "target")
    hands.move(place, Qt.MouseButton.NoButton)
    chip = hands.view.canvas_scene.chip
    assert chip.isVisible() and chip.text == "Target"
    hands.move(hands.view.mapFromScene(hands.wire_middle("dense-1", "dense-2")), Qt.MouseButton.NoButton)
    assert chip.text == "batch × features 8"
    QApplication.sendEvent(hands.view, QEvent(QEvent.Type.Leave))
    assert not chip.isVisible()


def test_small_network_fits_on_the_screen(hands: Hands) -> None:
    assert hands.graph == small_network()
    assert 0.3 < hands.view.camera.zoom <= 1.25


def test_no_text_of_a_card_is_smaller_than_13_pixels_at_any_zoom(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[float] = []

    def font(size: float = 13.0, *, bold: bool = False) -> object:
        used.append(size)
        return paint.card_font(size, bold=bold)

    monkeypatch.setattr(node_item, "card_font", font)
    for zoom in (1.4, 0.96, 0.8, 0.6, 0.45, 0.3, 0.2, 0.08):
        used.clear()
        hands.view.camera.zoom_to(zoom)
        hands.view.go_to("dense-1")
        hands.view.grab()
        assert all(size * zoom > 12.4 for size in used), zoom
        assert used or zoom < 0.21


def test_a_long_network_opens_readable_at_its_beginning_and_f_shows_all_of_it(qtbot) -> None:
    nodes = tuple(node(f"dense-{number}", "dense", 260.0 * number, 0.0) for number in range(12))
    hands = canvas_with(Graph(nodes=nodes), qtbot)
    hands.view.resize(700, 340)
    hands.document.open(hands.document.project)
    first, last = (hands.view.canvas_scene.nodes[name].box().rect for name in ("dense-0", "dense-11"))
    seen = hands.view.camera.visible()
    assert hands.view.camera.zoom == pytest.approx(0.6)
    assert seen.contains(QRectF(first.x, first.y, first.width, first.height))
    assert not seen.contains(QPointF(*last.centre))
    hands.view.resize(720, 360)
    assert hands.view.camera.zoom == pytest.approx(0.6)
    hands.key(Qt.Key.Key_F)
    assert hands.view.camera.visible().contains(QPointF(*last.centre))


def test_a_smaller_view_keeps_what_one_looks_at(hands: Hands) -> None:
    """Panels that open take room; the selected block is not pushed out of sight."""
    view = hands.view
    view.camera.zoom_to(1.0)
    view.go_to("dense-2")
    view.camera.centre_on(view.canvas_scene.nodes["dense-2"].sceneBoundingRect().center())
    for size in ((1200, 240), (560, 240), (1200, 700)):
        view.resize(*size)
        assert view.camera.visible().contains(view.canvas_scene.nodes["dense-2"].sceneBoundingRect().center()), size
