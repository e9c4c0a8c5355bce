"""Unfolded blocks: neurons, links, values, and how one types a weight."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest

from playground.document import edits
from playground.document.graph import Edge, Graph, Node, Position
from playground.editing import commands
from playground.network.flat import Layout, Place
from playground.training.snapshot import Snapshot
from playground.ui.canvas.neuron_geometry import Hit
from playground.ui.canvas.neuron_pictures import Tiles, plane_features
from playground.ui.canvas.neurons import NeuronsItem
from playground.ui.canvas.unfolding import unfoldable
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # popups on the offscreen platform

WEIGHT_1 = np.array([[1.5, -0.5], [0.0, 2.0], [-1.0, 0.25]], dtype=np.float32)
BIAS_1 = np.array([0.5, -0.25, 0.0], dtype=np.float32)


def snapshot(**arrays: np.ndarray) -> Snapshot:
    """A snapshot that holds these arrays; `dense_1_weight` stands for `dense-1.weight`."""
    places, parts, start = [], [], 0
    for name, array in arrays.items():
        node, number, short = name.split("_")
        places.append(Place(f"{node}-{number}.{short}", start, array.shape))
        parts.append(array.ravel())
        start += array.size
    return Snapshot(0, 0.0, np.concatenate(parts).astype(np.float32), Layout(tuple(places)))


@pytest.fixture
def neurons(canvas, document) -> NeuronsItem:
    """The first dense block, unfolded, with weights."""
    commands.toggle_unfolded(document, ["dense-1"])
    canvas.show_weights(snapshot(dense_1_weight=WEIGHT_1, dense_1_bias=BIAS_1))
    canvas.camera.zoom_to(1.0)
    item = canvas.canvas_scene.unfolding.item("dense-1")
    assert item is not None
    canvas.camera.centre_on(item.sceneBoundingRect().center())
    return item


def on_screen(canvas, item: NeuronsItem, point) -> QPoint:
    return canvas.mapFromScene(item.mapToScene(QPointF(*point)))


def click(canvas, place: QPoint) -> None:
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)


def link_middle(item: NeuronsItem, unit: int, source: int):
    """A point halfway along a link."""
    begin, finish = item.positions.pins[source], item.positions.ends[unit]
    return (begin + finish) / 2


def test_unfolding_shows_one_neuron_for_each_unit_and_folding_takes_them_away(canvas, document, neurons) -> None:
    assert neurons.units == 3
    card = canvas.canvas_scene.nodes["dense-1"]
    assert card.inner is neurons
    assert card.size[1] > neurons.boundingRect().height()
    commands.toggle_unfolded(document, ["dense-1"])
    assert canvas.canvas_scene.unfolding.item("dense-1") is None
    assert card.inner is None
    assert neurons.scene() is None
    document.undo_stack.undo()
    assert canvas.canvas_scene.unfolding.item("dense-1").units == 3


def test_the_number_of_neurons_follows_the_block(canvas, document, neurons) -> None:
    document.edit_graph("Units", edits.set_parameters(document.graph, "dense-1", {"units": 5}))
    assert canvas.canvas_scene.unfolding.item("dense-1") is neurons
    assert neurons.units == 5
    document.edit_graph("Units", edits.set_parameters(document.graph, "dense-1", {"units": 65}))
    assert canvas.canvas_scene.unfolding.item("dense-1") is None


def test_deleting_the_block_takes_its_neurons_along(canvas, document, neurons) -> None:
    commands.delete(document, ["dense-1"])
    assert not canvas.canvas_scene.unfolding.any_shown
    assert neurons.scene() is None


def test_weights_of_an_older_network_are_ignored(canvas, neurons) -> None:
    canvas.show_weights(snapshot(dense_1_weight=np.ones((7, 2)), dense_1_bias=np.ones(7)))
    canvas.canvas_scene.unfolding.hover(neurons.mapToScene(QPointF(*(neurons.positions.tiles[0] + 5))))
    assert "bias 0.5" in neurons.words()


def test_hovering_a_neuron_shows_it_enlarged_with_its_numbers(canvas, neurons) -> None:
    neurons.show_maps(np.zeros((3, 8, 8), dtype=np.float32))
    positions = neurons.positions
    QTest.mouseMove(canvas.viewport(), on_screen(canvas, neurons, positions.tiles[1] + positions.tile / 2))
    assert neurons.hit == Hit("neuron", 1)
    assert neurons.words() == ["Neuron 2", "bias −0.25", "2 weights, norm 2"]
    assert neurons.preview.isVisible()
    assert neurons.preview.image is not None
    QTest.mouseMove(canvas.viewport(), QPoint(3, 3))
    assert neurons.hit is None
    assert neurons.preview is None


def test_hovering_a_link_tells_its_value_and_ends(canvas, neurons) -> None:
    QTest.mouseMove(canvas.viewport(), on_screen(canvas, neurons, link_middle(neurons, 0, 0)))
    assert neurons.hit == Hit("weight", 0, 0)
    assert neurons.words()[:2] == ["Weight 1.5", "from x1 to neuron 1"]


def test_a_click_on_a_link_opens_a_field_and_enter_sets_the_weight(qtbot, canvas, neurons) -> None:
    click(canvas, on_screen(canvas, neurons, link_middle(neurons, 2, 1)))
    editor = neurons.editor
    assert editor.isVisible()
    assert editor.label.text() == "Weight from x2 to neuron 3"
    assert editor.field.value() == pytest.approx(0.25)
    editor.field.selectAll()
    with qtbot.waitSignal(canvas.weight_edit_requested) as typed:
        QTest.keyClicks(editor.field, "-3.5")
        QTest.keyClick(editor.field, Qt.Key.Key_Return)
    name, index, value = typed.args
    assert (name, tuple(index), value) == ("dense-1.weight", (2, 1), -3.5)
    assert not editor.isVisible()
    assert canvas.selected_node() == "dense-1"


def test_a_click_on_a_bias_edits_the_bias(qtbot, canvas, neurons) -> None:
    click(canvas, on_screen(canvas, neurons, neurons.positions.biases[0]))
    editor = neurons.editor
    editor.field.selectAll()
    with qtbot.waitSignal(canvas.weight_edit_requested) as typed:
        QTest.keyClicks(editor.field, "2")
        QTest.keyClick(editor.field, Qt.Key.Key_Return)
    assert (typed.args[0], tuple(typed.args[1]), typed.args[2]) == ("dense-1.bias", (0,), 2.0)


def test_escape_and_an_unchanged_value_set_nothing(qtbot, canvas, neurons) -> None:
    for key, text in ((Qt.Key.Key_Escape, "9"), (Qt.Key.Key_Return, "")):
        click(canvas, on_screen(canvas, neurons, neurons.positions.biases[1]))
        with qtbot.assertNotEmitted(canvas.weight_edit_requested):
            QTest.keyClicks(neurons.editor.field, text)
            QTest.keyClick(neurons.editor.field, key)
        assert not neurons.editor.isVisible()


def test_a_click_on_a_neuron_selects_the_block(canvas, neurons) -> None:
    click(canvas, on_screen(canvas, neurons, neurons.positions.tiles[1] + neurons.positions.tile / 2))
    assert canvas.selected_node() == "dense-1"
    assert neurons.editor is None


def test_the_keyboard_walks_neurons_and_weights_and_types_a_value(qtbot, canvas, neurons) -> None:
    canvas.select(["dense-1"])
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_N)
    assert neurons.hit == Hit("neuron", 0)
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert neurons.hit == Hit("neuron", 1)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert neurons.hit == Hit("weight", 1, 0)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert neurons.hit == Hit("neuron", 1)
    QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert neurons.hit == Hit("weight", 1, 1)
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert neurons.hit == Hit("weight", 0, 1)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert neurons.editor.isVisible()
    with qtbot.waitSignal(canvas.weight_edit_requested) as typed:
        QTest.keyClicks(neurons.editor.field, "4")
        QTest.keyClick(neurons.editor.field, Qt.Key.Key_Return)
    assert (typed.args[0], tuple(typed.args[1]), typed.args[2]) == ("dense-1.weight", (0, 1), 4.0)


def test_escape_leaves_the_neurons_and_the_arrows_move_the_block_again(canvas, document, neurons) -> None:
    canvas.select(["dense-1"])
    QTest.keyClick(canvas, Qt.Key.Key_N)
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert neurons.hit is None
    before = document.graph.node("dense-1").position.x
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert document.graph.node("dense-1").position.x > before


def test_enter_on_a_neuron_edits_its_bias(canvas, neurons) -> None:
    canvas.select(["dense-1"])
    QTest.keyClick(canvas, Qt.Key.Key_N)
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert neurons.editor.label.text() == "Bias of neuron 1"
    neurons.editor.hide()


def test_links_between_two_unfolded_blocks_take_the_place_of_the_wire(canvas, document, neurons) -> None:
    wire = next(item for key, item in canvas.canvas_scene.wires.items() if key.target == "dense-2")
    assert wire.isVisible()
    commands.toggle_unfolded(document, ["dense-2"])
    second = canvas.canvas_scene.unfolding.item("dense-2")
    assert second.linked_to(neurons)
    assert not wire.isVisible()
    canvas.show_weights(snapshot(dense_2_weight=np.array([[1.0, -2.0, 0.5]]), dense_2_bias=np.zeros(1)))
    start, end = neurons.outlets()[1], second.mapToScene(QPointF(*second.positions.ends[0]))
    assert canvas.canvas_scene.unfolding.hover((start + end) / 2)
    assert second.hit == Hit("weight", 0, 1)
    assert second.words()[:2] == ["Weight −2", "from Dense 1, neuron 2 to neuron 1"]


def test_links_follow_when_the_source_moves(canvas, document, neurons) -> None:
    commands.toggle_unfolded(document, ["dense-2"])
    second = canvas.canvas_scene.unfolding.item("dense-2")
    before = second.links.boundingRect()
    canvas.canvas_scene.place({"dense-1": (100.0, 200.0)})
    after = second.links.boundingRect()
    assert after != before
    assert after.left() < before.left()


def test_folding_the_source_brings_the_inputs_back(canvas, document, neurons) -> None:
    commands.toggle_unfolded(document, ["dense-2"])
    second = canvas.canvas_scene.unfolding.item("dense-2")
    commands.toggle_unfolded(document, ["dense-1"])
    assert not second.linked_to(neurons)
    assert len(second.positions.pins) == 3
    assert next(item for key, item in canvas.canvas_scene.wires.items() if key.target == "dense-2").isVisible()


def test_many_inputs_become_one_bundle_for_each_neuron(canvas, open_graph) -> None:
    open_graph(
        Graph(
            nodes=(
                Node(id="mnist-1", block="mnist"),
                Node(id="flatten-1", block="flatten", position=Position(x=220.0)),
                Node(id="dense-1", block="dense", unfolded=True, position=Position(x=440.0), parameters={"units": 4}),
            ),
            edges=(
                Edge(source="mnist-1", source_port="features", target="flatten-1"),
                Edge(source="flatten-1", target="dense-1"),
            ),
        )
    )
    item = canvas.canvas_scene.unfolding.item("dense-1")
    canvas.show_weights(snapshot(dense_1_weight=np.ones((4, 784)), dense_1_bias=np.zeros(4)))
    assert len(item.links.begin) == 4
    assert item.hover(item.mapToScene(QPointF(*(item.positions.tiles[2] + 4))))
    assert item.words()[-1] == "784 weights, norm 28"
    item.leave()


def test_another_project_forgets_the_weights(canvas, document, neurons, open_graph) -> None:
    open_graph(document.graph)
    again = canvas.canvas_scene.unfolding.item("dense-1")
    again.hover(again.mapToScene(QPointF(*(again.positions.tiles[0] + 5))))
    assert again.words() == ["Neuron 1", "bias not known yet"]
    again.leave()


def test_only_dense_blocks_of_at_most_64_units_unfold(document) -> None:
    assert unfoldable(document.report, "dense-1")
    assert not unfoldable(document.report, "circles-1")
    assert not unfoldable(document.report, "loss-1")
    document.edit_graph("Units", edits.set_parameters(document.graph, "dense-1", {"units": 65}))
    assert not unfoldable(document.report, "dense-1")


def test_maps_are_orange_below_the_middle_and_blue_above() -> None:
    maps = np.stack([np.full((8, 8), value, dtype=np.float32) for value in (-1.0, 1.0)])
    negative, positive = images(Tiles(maps))
    assert negative.pixelColor(20, 20).name() == NEGATIVE
    assert positive.pixelColor(20, 20).name() == POSITIVE
    assert negative.pixelColor(0, 0).alpha() == 0
    low, high = images(Tiles(np.stack([np.zeros((8, 8)), np.ones((8, 8))]).astype(np.float32), "probability"))
    assert low.pixelColor(20, 20).name() == NEGATIVE
    assert high.pixelColor(20, 20).name() == POSITIVE


def images(tiles: Tiles) -> list[QImage]:
    return [tiles.image(number) for number in range(len(tiles))]


def test_each_map_is_drawn_without_a_trace_of_its_neighbours() -> None:
    maps = np.stack([np.full((48, 48), value, dtype=np.float32) for value in (-1.0, 1.0, -1.0)])
    canvas = QImage(31, 31, QImage.Format.Format_ARGB32_Premultiplied)
    canvas.fill(Qt.GlobalColor.transparent)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    Tiles(maps).paint(painter, QRectF(0, 0, 31, 31), 1)
    painter.end()
    assert {canvas.pixelColor(15, y).name() for y in range(31)} == {POSITIVE}


def test_maps_with_nan_and_none_at_all_do_no_harm() -> None:
    assert len(Tiles(np.empty((0, 8, 8), dtype=np.float32))) == 0
    assert len(Tiles(np.full((2, 8, 8), np.nan, dtype=np.float32))) == 2


def test_the_plane_grows_to_the_right_and_upwards() -> None:
    x1, x2 = plane_features(8)
    assert (np.diff(x1, axis=1) > 0).all()
    assert (np.diff(x2, axis=0) < 0).all()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_links_are_painted_in_the_colour_of_their_sign(canvas, neurons, theme: str) -> None:
    THEME.use(theme)
    image = canvas.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(0, image.height(), 2)}
    THEME.use("light")
    strongest = canvas.canvas_scene.unfolding.item("dense-1").links.pen_of(8, 1, False).color()
    assert abs(strongest.blue() - int(POSITIVE[5:], 16)) < 20
    assert len(colors) > 20


def test_a_zero_weight_is_dashed_and_strong_links_are_thick(neurons) -> None:
    batches = neurons.links.batches
    assert sum(bool(batch.pen.dashPattern()) for batch in batches) == 1
    widths = [batch.pen.widthF() for batch in batches if not batch.pen.dashPattern()]
    assert max(widths) > 2 * min(widths)


def test_a_wide_layer_draws_only_its_strongest_links(canvas, open_graph) -> None:
    open_graph(
        Graph(
            nodes=(
                Node(id="circles-1", block="circles"),
                Node(id="dense-1", block="dense", parameters={"units": 64}, position=Position(x=220.0)),
                Node(id="dense-2", block="dense", parameters={"units": 64}, position=Position(x=440.0), unfolded=True),
            ),
            edges=(
                Edge(source="circles-1", source_port="features", target="dense-1"),
                Edge(source="dense-1", target="dense-2"),
            ),
        )
    )
    weights = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    canvas.show_weights(snapshot(dense_2_weight=weights, dense_2_bias=np.zeros(64)))
    item = canvas.canvas_scene.unfolding.item("dense-2")
    drawn = sum(len(batch.lines) for batch in item.links.batches)
    assert 100 < drawn <= 450
    assert len(item.links.batches) <= 17


def test_a_block_that_works_at_every_step_has_the_inputs_of_one_step(canvas, document) -> None:
    graph = document.graph
    graph = edits.insert_on_edge(
        graph,
        next(edge.key for edge in graph.edges if edge.target == "dense-1"),
        Node(id="steps", block="reshape", parameters={"shape": "2 x 1"}),
        input_port="input",
        output_port="output",
    )
    document.edit_graph("Steps", graph)
    assert document.report.signals["dense-1", "output"].shape == (2, 3)
    commands.toggle_unfolded(document, ["dense-1"])
    item = canvas.canvas_scene.unfolding.item("dense-1")
    assert item is not None and item.units == 3 and item.inputs.count == 1


def test_tiles_of_features_have_the_names_of_the_data(canvas, document) -> None:
    before = document.graph
    canvas.select(["dense-1"])
    canvas.verbs.toggle_unfolded()
    unfolding = canvas.canvas_scene.unfolding
    assert unfolding.item("dense-1").inputs.names == ("x1", "x2")
    unfolding.name_features({"circles-1": ("sepal length", "petal width")})
    assert unfolding.item("dense-1").inputs.names == ("sepal length", "petal width")
    unfolding.name_features({"circles-1": ("one",)})
    assert unfolding.item("dense-1").inputs.names == ("x1", "x2")
    document.undo_stack.undo()
    assert document.graph == before
