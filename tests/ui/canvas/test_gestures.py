"""The mouse on the canvas: drag, pull, select, drop, pan, resize."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from playground.document.graph import Edge, EdgeKey, Graph
from tests.ui.canvas.conftest import Hands, canvas_with, framed, node, small_network

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # popups on the offscreen platform
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def place(hands: Hands, name: str) -> tuple[float, float]:
    position = hands.graph.node(name).position
    return position.x, position.y


def test_a_drag_moves_the_card_as_one_undo_step(hands: Hands) -> None:
    before = hands.json
    start = hands.card("dense-1")
    hands.drag(start, start + QPoint(30, 160), keys=ALT)
    zoom = hands.view.camera.zoom
    assert place(hands, "dense-1") == pytest.approx((260 + 30 / zoom, 160 / zoom), abs=1.0)
    assert hands.document.undo_stack.count() == 1
    assert hands.document.undo_stack.undoText() == "Move Dense 1"
    hands.document.undo_stack.undo()
    assert hands.json == before
    item = hands.view.canvas_scene.nodes["dense-1"]
    assert (item.pos().x(), item.pos().y()) == (260, 0)


def test_the_document_is_not_touched_while_dragging_and_escape_puts_all_back(hands: Hands) -> None:
    before = hands.document.project
    start = hands.card("dense-1")
    hands.press(start)
    hands.move(start + QPoint(80, 90))
    item = hands.view.canvas_scene.nodes["dense-1"]
    assert item.pos().y() > 50
    wire = hands.view.canvas_scene.wires[EdgeKey("dense-1", "output", "dense-2", "input")]
    assert wire.curve[0][1] == pytest.approx(item.pos().y() + 42)
    assert hands.document.project is before
    hands.key(Qt.Key.Key_Escape)
    hands.release(start + QPoint(80, 90))
    assert (item.pos().x(), item.pos().y()) == (260, 0)
    assert hands.document.project is before


def test_a_drag_snaps_to_the_line_of_other_cards(hands: Hands) -> None:
    start = hands.card("dense-1")
    hands.press(start)
    hands.move(start + QPoint(20, 4))
    hands.move(start + QPoint(20, 3))
    assert hands.view.canvas_scene.guides.isVisible()
    hands.release(start + QPoint(20, 3))
    assert place(hands, "dense-1")[1] == 0
    assert not hands.view.canvas_scene.guides.isVisible()


def test_several_cards_move_together(hands: Hands) -> None:
    hands.view.select(["dense-1", "dense-2"])
    start = hands.card("dense-2")
    hands.drag(start, start + QPoint(0, 200), keys=ALT)
    assert place(hands, "dense-1")[1] == place(hands, "dense-2")[1] > 100
    assert hands.view.selected_nodes() == ("dense-1", "dense-2")


def test_a_group_is_dragged_by_its_title(qtbot) -> None:
    hands = canvas_with(framed(), qtbot)
    title = hands.view.canvas_scene.groups["group-1"].title_rect()
    start = hands.at(title.centre[0], title.y + 8)
    hands.drag(start, start + QPoint(0, 150), keys=ALT)
    assert place(hands, "dense-1")[1] == place(hands, "dense-2")[1] > 50
    assert place(hands, "spirals-1") == (0, 0)
    assert hands.view.canvas_scene.groups["group-1"].frame.y > 0


def test_pulling_a_wire_connects_what_fits(hands: Hands) -> None:
    hands.view.verbs.add_block("tanh")
    hands.document.undo_stack.clear()
    hands.drag(hands.port("dense-1", "output", "output"), hands.port("tanh-1", "input", "input"))
    assert ("dense-1", "tanh-1", "input") in hands.wires()
    assert hands.document.undo_stack.undoText() == "Connect Dense 1 to Tanh"


def test_a_wire_can_be_pulled_backwards(hands: Hands) -> None:
    hands.view.select([])
    name = hands.view.verbs.add_block("tanh")
    hands.drag(hands.port(name, "input", "input"), hands.port("dense-2", "output", "output"))
    assert ("dense-2", name, "input") in hands.wires()


def test_a_circle_is_refused_with_a_sentence(hands: Hands) -> None:
    before = hands.json
    said: list[str] = []
    hands.view.said.connect(said.append)
    hands.drag(hands.port("dense-2", "output", "output"), hands.card("dense-1"))
    assert hands.json == before
    assert "circle" in said[-1]
    bubble = hands.view.messages.bubble
    assert bubble.isVisible() and bubble.text.text() == said[-1]
    assert not bubble.buttons()
    hands.click(hands.at(300, 400))
    assert not bubble.isVisible()


def test_what_nobody_can_know_yet_is_not_refused(hands: Hands) -> None:
    hands.view.select([])
    name = hands.view.verbs.add_block("cross-entropy")
    hands.drag(hands.port("dense-1", "output", "output"), hands.port(name, "input", "target"))
    assert ("dense-1", name, "target") in hands.wires()


def test_a_wrong_shape_is_refused_but_offers_the_mend(qtbot) -> None:
    graph = Graph(nodes=(node("mnist-1", "mnist", 0, 0), node("dense-1", "dense", 400, 0)))
    hands = canvas_with(graph, qtbot)
    hands.press(hands.port("mnist-1", "output", "features"))
    hands.move(hands.card("dense-1") + QPoint(-30, 20))
    hands.move(hands.card("dense-1"))
    assert hands.view.canvas_scene.pulled.state == "error"
    assert hands.view.canvas_scene.nodes["dense-1"].port_colors == {("input", "input"): "error"}
    hands.release(hands.card("dense-1"))
    assert not hands.graph.edges
    bubble = hands.view.messages.bubble
    assert "expects a flat vector" in bubble.text.text()
    labels = [button.text() for button in bubble.buttons()]
    assert labels[0] == "Insert Flatten" and labels[-1] == "Connect anyway"
    bubble.buttons()[0].click()
    assert {(edge.source, edge.target) for edge in hands.graph.edges} == {
        ("mnist-1", "flatten-1"), ("flatten-1", "dense-1"),
    }
    assert hands.document.undo_stack.count() == 1
    assert "dense-1" in hands.document.report.parameters


def test_live_colours_say_what_fits(hands: Hands) -> None:
    hands.press(hands.port("dense-1", "output", "output"))
    hands.move(hands.at(430, 300))
    hands.move(hands.at(440, 300))
    colors = {name: item.port_colors for name, item in hands.view.canvas_scene.nodes.items()}
    assert colors["dense-2"] == {("input", "input"): "good"}
    assert colors["mean-squared-error-1"]["input", "prediction"] == "error"
    hands.key(Qt.Key.Key_Escape)
    hands.release(hands.at(440, 300))
    assert not any(item.port_colors for item in hands.view.canvas_scene.nodes.values())
    assert not hands.view.canvas_scene.pulled.isVisible()


def test_the_end_of_a_wire_can_be_laid_anew_or_dropped(hands: Hands) -> None:
    hands.drag(hands.port("dense-2", "input", "input"), hands.at(420, 400))
    assert ("dense-1", "dense-2", "input") not in hands.wires()
    assert hands.document.undo_stack.undoText() == "Disconnect 1 wire"
    hands.document.undo_stack.undo()
    name = hands.view.verbs.add_block("tanh")
    hands.drag(hands.port("dense-2", "input", "input"), hands.port(name, "input", "input"))
    assert ("dense-1", name, "input") in hands.wires()
    assert ("dense-1", "dense-2", "input") not in hands.wires()


def test_a_wire_pulled_into_empty_space_asks_for_a_block(hands: Hands) -> None:
    hands.drag(hands.port("dense-1", "output", "output"), hands.at(400, 300))
    menu = hands.view.quick_menu
    assert menu is not None and menu.isVisible()
    assert "dense" in menu.blocks()[:8]
    menu.choose("tanh")
    assert ("dense-1", "tanh-1", "input") in hands.wires()
    x, y = place(hands, "tanh-1")
    assert (x, y + 42) == pytest.approx((400, 300), abs=3)
    assert hands.view.selected_node() == "tanh-1"


def test_a_rubber_band_selects_and_shift_adds(hands: Hands) -> None:
    hands.drag(hands.at(240, -60), hands.at(600, 130))
    assert set(hands.view.selected_nodes()) == {"dense-1", "dense-2"}
    hands.click(hands.card("spirals-1"), SHIFT)
    assert set(hands.view.selected_nodes()) == {"spirals-1", "dense-1", "dense-2"}
    hands.click(hands.at(240, 400))
    assert not hands.view.selected_nodes()


def test_clicks_select_nodes_and_wires(hands: Hands, qtbot) -> None:
    with qtbot.waitSignal(hands.view.node_selected) as caught:
        hands.click(hands.card("dense-1"))
    assert caught.args == ["dense-1"]
    hands.click(hands.view.mapFromScene(hands.wire_middle("dense-1", "dense-2")))
    assert hands.view.canvas_scene.selection.wires == (EdgeKey("dense-1", "output", "dense-2", "input"),)
    assert hands.view.selected_node() == ""
    hands.key(Qt.Key.Key_Delete)
    assert ("dense-1", "dense-2", "input") not in hands.wires()


@pytest.mark.parametrize("with_space", [False, True])
def test_the_canvas_is_panned_by_middle_button_and_by_space(hands: Hands, with_space: bool) -> None:
    before = hands.view.camera.visible()
    project = hands.document.project
    if with_space:
        QTest.keyPress(hands.view, Qt.Key.Key_Space)
    button = Qt.MouseButton.LeftButton if with_space else Qt.MouseButton.MiddleButton
    start = hands.card("dense-1")
    hands.drag(start, start + QPoint(120, 40), button)
    if with_space:
        QTest.keyRelease(hands.view, Qt.Key.Key_Space)
    after = hands.view.camera.visible()
    zoom = hands.view.camera.zoom
    assert after.x() - before.x() == pytest.approx(-120 / zoom, abs=1.5)
    assert after.y() - before.y() == pytest.approx(-40 / zoom, abs=1.5)
    assert hands.document.project is project


def test_a_note_is_moved_and_resized(hands: Hands) -> None:
    start = hands.at(60, -140)
    hands.drag(start, start + QPoint(0, -50), keys=ALT)
    note = hands.graph.notes[0]
    assert note.position.y < -190
    rect = hands.view.canvas_scene.notes["note-1"].rect()
    corner = hands.at(rect.right - 5, rect.bottom - 5)
    hands.drag(corner, corner + QPoint(60, 30))
    assert hands.graph.notes[0].width > note.width + 40
    assert hands.document.undo_stack.undoText() == "Resize note"


def test_a_palette_block_is_dropped_on_the_canvas(hands: Hands) -> None:
    spot = hands.at(300, 320)
    hands.drop("tanh", spot)
    assert hands.accepted
    assert hands.graph.has("tanh-1")
    rect = hands.view.canvas_scene.nodes["tanh-1"].box().rect
    assert rect.contains((300, 320))
    assert hands.document.undo_stack.undoText() == "Add Tanh"


def test_a_palette_block_dropped_on_a_wire_goes_into_it(hands: Hands) -> None:
    middle = hands.view.mapFromScene(hands.wire_middle("dense-1", "dense-2"))
    hands.drag_in("tanh", middle)
    wire = hands.view.canvas_scene.wires[EdgeKey("dense-1", "output", "dense-2", "input")]
    assert wire.highlighted
    hands.drop("tanh", middle)
    assert {("dense-1", "tanh-1", "input"), ("tanh-1", "dense-2", "input")} <= hands.wires()
    assert ("dense-1", "dense-2", "input") not in hands.wires()
    assert not any(item.highlighted for item in hands.view.canvas_scene.wires.values())


def test_what_is_no_block_is_not_accepted(hands: Hands) -> None:
    before = hands.json
    hands.drop("no-such-block", hands.at(300, 320))
    assert not hands.accepted
    assert hands.json == before


def test_a_loose_node_moved_onto_a_wire_goes_into_it(qtbot) -> None:
    graph = small_network()
    hands = canvas_with(graph.replace(nodes=(*graph.nodes, node("tanh-1", "tanh", 420, 240))), qtbot)
    card = hands.card("tanh-1")
    target = hands.at(470, 30)
    hands.drag(card, target, keys=ALT)
    assert {("dense-1", "tanh-1", "input"), ("tanh-1", "dense-2", "input")} <= hands.wires()
    assert hands.document.undo_stack.count() == 1


def test_two_gestures_do_not_mix(hands: Hands) -> None:
    start = hands.card("dense-1")
    hands.press(start)
    hands.move(start + QPoint(40, 40))
    hands.press(start, Qt.MouseButton.MiddleButton)
    hands.release(start + QPoint(40, 40))
    hands.release(start, Qt.MouseButton.MiddleButton)
    assert hands.document.undo_stack.count() == 1


def test_an_undo_in_the_middle_of_a_drag_ends_it(hands: Hands) -> None:
    start = hands.card("dense-1")
    hands.drag(start, start + QPoint(0, 100), keys=ALT)
    start = hands.card("dense-1")
    hands.press(start)
    hands.move(start + QPoint(50, 50))
    hands.document.undo_stack.undo()
    hands.release(start + QPoint(50, 50))
    assert place(hands, "dense-1") == (260, 0)
    item = hands.view.canvas_scene.nodes["dense-1"]
    assert (item.pos().x(), item.pos().y()) == (260, 0)


def test_double_click_renames(hands: Hands) -> None:
    QTest.mouseDClick(hands.view.viewport(), Qt.MouseButton.LeftButton, pos=hands.card("dense-1"))
    field = hands.view.editor.field
    assert field is not None
    QTest.keyClicks(field, "First layer")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert hands.graph.node("dense-1").title == "First layer"
    assert hands.view.canvas_scene.nodes["dense-1"].face.title == "First layer"
    hands.view.edit("dense-1")
    QTest.keyClicks(hands.view.editor.field, "x")
    QTest.keyClick(hands.view.editor.field, Qt.Key.Key_Escape)
    assert hands.graph.node("dense-1").title == "First layer"


def test_wires_keep_clear_of_cards(hands: Hands) -> None:
    scene = hands.view.canvas_scene
    long = next(item for key, item in scene.wires.items() if key.target_port == "target")
    path = long.shape()
    cards = [scene.nodes[name].box().rect for name in ("dense-1", "dense-2")]
    points = [path.pointAtPercent(step / 200) for step in range(201)]
    assert not any(card.contains((point.x(), point.y())) for card in cards for point in points)


def test_edges_to_unknown_blocks_are_shown(qtbot) -> None:
    graph = Graph(
        nodes=(node("dense-1", "dense", 0, 0), node("thing-1", "from-the-future", 300, 0)),
        edges=(Edge(source="dense-1", target="thing-1", target_port="strange"),),
    )
    hands = canvas_with(graph, qtbot)
    item = hands.view.canvas_scene.nodes["thing-1"]
    assert item.face.severity == "error"
    assert [port.name for port in item.face.inputs] == ["strange"]
    assert len(hands.view.canvas_scene.wires) == 1


@pytest.mark.parametrize("chosen", [["dense-1"], ["dense-1", "dense-2"]])
def test_what_is_dropped_on_another_card_goes_to_the_nearest_free_place_in_one_step(
    hands: Hands, chosen: list[str]
) -> None:
    before = hands.json
    hands.view.select(chosen)
    hands.drag(hands.card("dense-1"), hands.card("spirals-1") + QPoint(6, 4), keys=ALT)
    rects = hands.view.canvas_scene.rects()
    names = list(hands.view.canvas_scene.nodes)
    for number, one in enumerate(names):
        assert not any(rects[one].meets(rects[other]) for other in names[number + 1 :])
    if len(chosen) > 1:
        assert place(hands, "dense-2")[0] - place(hands, "dense-1")[0] == pytest.approx(260.0)
    assert hands.document.undo_stack.count() == 1
    hands.document.undo_stack.undo()
    assert hands.json == before


def test_a_loose_card_dropped_on_a_wire_goes_into_it_and_what_follows_makes_room(hands: Hands) -> None:
    hands.view.select([])
    name = hands.view.verbs.add_block("tanh")
    hands.document.undo_stack.clear()
    before = hands.json
    middle = hands.view.mapFromScene(hands.wire_middle("dense-1", "dense-2"))
    hands.drag(hands.card(name), middle - QPoint(0, 8), keys=ALT)
    assert {("dense-1", name, "input"), (name, "dense-2", "input")} <= hands.wires()
    rects = hands.view.canvas_scene.rects()
    assert rects["dense-1"].right < rects[name].x and rects[name].right < rects["dense-2"].x
    assert hands.document.undo_stack.count() == 1
    hands.document.undo_stack.undo()
    assert hands.json == before
