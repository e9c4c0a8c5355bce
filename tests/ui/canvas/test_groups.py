"""Groups under the mouse and the keys: close, open, enter, leave, repeat, move, wire, copy, and take back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from playground.document.graph import Edge, EdgeKey, Graph, Group, Node, Position
from playground.editing import groups
from playground.ui.canvas.menus import context_menu
from playground.ui.canvas.requests import MenuRequest
from playground.ui.canvas.scene import CanvasScene
from playground.ui.widgets.weights_menu import weights_menu
from tests.ui.canvas.conftest import LEFT, Hands, canvas_with, node

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # popups on the offscreen platform
CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
)  # fmt: skip


def chain(**group: object) -> Graph:
    """Spirals -> dense 1 -> [dense 2 -> tanh] -> dense 3 -> loss, the two in the middle in the group “Part”."""
    return Graph(
        nodes=(
            node("spirals-1", "spirals", 0, 0, labels="signed"),
            node("dense-1", "dense", 260, 0, units=4),
            node("dense-2", "dense", 520, 0, units=4),
            node("tanh-1", "tanh", 780, 0),
            node("dense-3", "dense", 1040, 0, units=1),
            node("loss-1", "mean-squared-error", 1300, 0),
        ),
        edges=(
            Edge(source="spirals-1", source_port="features", target="dense-1"),
            Edge(source="dense-1", target="dense-2"),
            Edge(source="dense-2", target="tanh-1"),
            Edge(source="tanh-1", target="dense-3"),
            Edge(source="dense-3", target="loss-1", target_port="prediction"),
            Edge(source="spirals-1", source_port="target", target="loss-1", target_port="target"),
        ),
        groups=(Group(id="part", title="Part", nodes=("dense-2", "tanh-1")).replace(**group),),
    )


def closed(**group: object) -> Graph:
    return chain(closed=True, position=Position(x=520, y=0), **group)


@pytest.fixture
def hands(qtbot) -> Hands:
    return canvas_with(closed(), qtbot)


def cards(hands: Hands) -> set[str]:
    return set(hands.view.canvas_scene.nodes)


def wire_ends(hands: Hands) -> set[tuple[str, str]]:
    return {(wire.start.node, wire.end.node) for wire in hands.view.canvas_scene.level.wires.values()}


def double_click(hands: Hands, card: str) -> None:
    QTest.mouseDClick(hands.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, hands.card(card))


def test_a_closed_group_is_one_card_with_the_ports_and_the_numbers_of_all_that_is_inside(hands: Hands) -> None:
    assert cards(hands) == {"spirals-1", "dense-1", "part", "dense-3", "loss-1"}
    assert {("dense-1", "part"), ("part", "dense-3")} <= wire_ends(hands)
    face = hands.view.canvas_scene.nodes["part"].face
    assert (face.title, face.parameters, face.short_badge) == ("Part", "20 params", "batch × 4")
    assert [port.title for port in face.inputs] == ["Dense 2: Input"]
    assert [port.badge for port in face.outputs] == ["batch × features 4"]


def test_parameters_are_those_of_all_copies_and_of_one_where_they_share(hands: Hands) -> None:
    groups.set_repeat(hands.document, "part", 6)
    assert hands.view.canvas_scene.nodes["part"].face.parameters == "120 params"
    groups.set_shared(hands.document, "part", True)
    assert hands.view.canvas_scene.nodes["part"].face.parameters == "20 params"


def test_ctrl_e_closes_and_opens_and_all_is_taken_back(qtbot) -> None:
    hands = canvas_with(chain(), qtbot)
    before = hands.json
    hands.view.select(["part"])
    hands.key(Qt.Key.Key_E, CONTROL)
    assert "part" in cards(hands)
    assert hands.graph.group("part").closed
    assert hands.view.canvas_scene.selection.items == ("part",)
    assert hands.view.canvas_scene.nodes["part"].chosen
    hands.key(Qt.Key.Key_E, CONTROL)
    assert hands.view.canvas_scene.groups.keys() == {"part"}
    assert hands.view.canvas_scene.groups["part"].chosen
    places = {one.id: (one.position.x, one.position.y) for one in hands.graph.nodes}
    assert places["dense-2"] == (520, 0)
    hands.document.undo_stack.undo()
    hands.document.undo_stack.undo()
    assert hands.json == before


def test_what_follows_closes_the_gap_and_makes_room_again(qtbot) -> None:
    hands = canvas_with(chain(), qtbot)
    groups.set_closed(hands.document, ["part"], True)
    shut = hands.view.canvas_scene.rects()
    assert 0 < shut["dense-3"].x - shut["part"].right < 150
    groups.set_closed(hands.document, ["part"], False)
    opened = hands.view.canvas_scene.rects()
    frame = hands.view.canvas_scene.groups["part"].frame
    assert not frame.meets(opened["dense-3"])
    assert opened["dense-3"].x < opened["loss-1"].x


def test_a_double_click_enters_and_backspace_leaves(hands: Hands) -> None:
    scene, camera = hands.view.canvas_scene, hands.view.camera
    camera.zoom_to(0.8)
    before = camera.zoom, camera.centre
    double_click(hands, "part")
    assert scene.entered == "part"
    assert cards(hands) == {"dense-2", "tanh-1", ":in:dense-1.output", ":out:tanh-1.output"}
    assert (":in:dense-1.output", "dense-2") in wire_ends(hands)
    line = hands.view.entering.line
    assert [step.text() for step in line.steps] == ["Whole network", "Part"]
    assert line.isVisible()
    hands.key(Qt.Key.Key_Backspace)
    assert scene.entered == ""
    assert scene.selection.items == ("part",)
    assert not line.isVisible()
    assert (camera.zoom, camera.centre.x()) == pytest.approx((before[0], before[1].x()), abs=2.0)


def test_enter_goes_in_and_escape_or_the_line_above_leads_out(hands: Hands) -> None:
    hands.view.select(["part"])
    hands.key(Qt.Key.Key_Return)
    assert hands.view.canvas_scene.entered == "part"
    hands.view.select(["dense-2"])
    hands.key(Qt.Key.Key_Escape)
    hands.key(Qt.Key.Key_Escape)
    assert hands.view.canvas_scene.entered == ""
    hands.key(Qt.Key.Key_Return)
    step = hands.view.entering.line.steps[0]
    QTest.mouseClick(step, Qt.MouseButton.LeftButton)
    assert hands.view.canvas_scene.entered == ""


def test_backspace_inside_a_group_never_deletes(hands: Hands) -> None:
    hands.view.canvas_scene.enter("part")
    hands.view.select(["dense-2"])
    hands.key(Qt.Key.Key_Backspace)
    assert hands.graph.has("dense-2")
    assert hands.view.canvas_scene.entered == ""


def test_a_stub_leads_to_what_it_stands_for(hands: Hands) -> None:
    hands.view.canvas_scene.enter("part")
    double_click(hands, ":in:dense-1.output")
    assert hands.view.canvas_scene.entered == ""
    assert hands.view.selected_node() == "dense-1"


def test_a_new_block_inside_belongs_to_the_group(hands: Hands) -> None:
    hands.view.canvas_scene.enter("part")
    hands.view.select(["dense-2"])
    name = hands.view.add_block("dropout")
    assert name in hands.graph.group("part").nodes
    assert name in cards(hands)
    pasted = hands.view.verbs
    pasted.copy()
    pasted.paste()
    assert set(hands.graph.group("part").nodes) - {"dense-2", "tanh-1", name}


def test_a_block_put_into_a_wire_inside_an_open_group_belongs_to_it(qtbot) -> None:
    hands = canvas_with(chain(), qtbot)
    edge = EdgeKey("dense-2", "output", "tanh-1", "input")
    name = hands.view.place_block("dropout", _request(edge))
    assert name in hands.graph.group("part").nodes
    outside = hands.view.place_block("dropout", _request(EdgeKey("dense-1", "output", "dense-2", "input")))
    assert outside not in hands.graph.group("part").nodes


def _request(edge: EdgeKey) -> MenuRequest:
    return MenuRequest(None, edge=edge)


def test_a_closed_card_is_dragged_with_all_that_is_inside(hands: Hands) -> None:
    start = hands.card("part")
    before = hands.graph.node("dense-2").position, hands.graph.node("tanh-1").position
    hands.drag(start, start + QPoint(0, 150), keys=ALT)
    moved = hands.graph.group("part").position
    assert moved.y > 100
    for name, place in zip(("dense-2", "tanh-1"), before, strict=True):
        assert hands.graph.node(name).position.y - place.y == pytest.approx(moved.y, abs=0.02)
    assert hands.document.undo_stack.count() == 1
    assert hands.document.undo_stack.undoText() == "Move Part"


def test_a_wire_is_pulled_to_and_off_a_closed_card(hands: Hands) -> None:
    hands.document.edit_graph(
        "cut", hands.graph.replace(edges=tuple(e for e in hands.graph.edges if e.target != "dense-2"))
    )
    port = hands.view.canvas_scene.nodes["part"].face.inputs[0].name
    hands.drag(hands.port("dense-1", "output", "output"), hands.port("part", "input", port))
    assert ("dense-1", "dense-2", "input") in hands.wires()
    port = hands.view.canvas_scene.nodes["part"].face.inputs[0].name
    hands.drag(hands.port("part", "input", port), hands.at(600, 400))
    assert ("dense-1", "dense-2", "input") not in hands.wires()


def branching() -> Graph:
    """One output feeds two blocks of a closed group."""
    return Graph(
        nodes=(
            node("spirals-1", "spirals", 0, 0),
            node("dense-1", "dense", 260, 0),
            node("dense-2", "dense", 260, 260),
            node("add-1", "add", 520, 0),
        ),
        edges=(
            Edge(source="spirals-1", source_port="features", target="dense-1"),
            Edge(source="spirals-1", source_port="features", target="dense-2"),
            Edge(source="dense-1", target="add-1", target_port="inputs"),
            Edge(source="dense-2", target="add-1", target_port="inputs"),
        ),
        groups=(Group(id="part", nodes=("dense-1", "dense-2", "add-1"), closed=True),),
    )


def test_one_port_and_one_wire_stand_for_all_that_one_output_feeds(qtbot) -> None:
    hands = canvas_with(branching(), qtbot)
    scene = hands.view.canvas_scene
    assert len(scene.wires) == 1
    hands.view.place_block("dropout", _request(next(iter(scene.wires))))
    assert {(e.source, e.target) for e in hands.graph.edges if e.target.startswith("dense")} == {
        ("dropout-1", "dense-1"), ("dropout-1", "dense-2")
    }  # fmt: skip
    scene.selection.choose(wires=[next(key for key, wire in scene.level.wires.items() if wire.end.node == "part")])
    hands.key(Qt.Key.Key_Delete)
    assert not [edge for edge in hands.graph.edges if edge.target in ("dense-1", "dense-2")]


def test_delete_and_copies_take_the_whole_group(hands: Hands) -> None:
    before = hands.json
    hands.view.select(["part"])
    hands.key(Qt.Key.Key_D, CONTROL)
    assert len(hands.graph.groups) == 2
    copy = hands.graph.groups[1]
    assert copy.closed
    assert {hands.graph.node(name).block for name in copy.nodes} == {"dense", "tanh"}
    assert hands.view.canvas_scene.nodes[copy.id].box().rect.y > 100
    hands.document.undo_stack.undo()
    hands.view.select(["part"])
    hands.key(Qt.Key.Key_Delete)
    assert not hands.graph.has("dense-2")
    assert not hands.graph.groups
    assert ("dense-1", "dense-3", "input") in hands.wires()
    hands.document.undo_stack.undo()
    assert hands.json == before


def test_groups_nest_and_dissolve(qtbot) -> None:
    hands = canvas_with(chain(), qtbot)
    hands.view.select(["part", "dense-3"])
    hands.key(Qt.Key.Key_G, CONTROL)
    outer = hands.graph.groups[-1]
    assert (outer.nodes, hands.graph.group("part").inside) == (("dense-3",), outer.id)
    hands.key(Qt.Key.Key_E, CONTROL)
    assert cards(hands) == {"spirals-1", "dense-1", outer.id, "loss-1"}
    hands.key(Qt.Key.Key_Return)
    hands.view.select(["part"])
    hands.key(Qt.Key.Key_Return)
    assert [step.text() for step in hands.view.entering.line.steps] == ["Whole network", "Group", "Part"]
    hands.view.canvas_scene.enter("")
    hands.view.select([outer.id])
    hands.key(Qt.Key.Key_G, CONTROL | SHIFT)
    assert hands.graph.group("part").inside is None


def test_an_undo_that_takes_the_entered_group_away_leads_out(qtbot) -> None:
    hands = canvas_with(chain().replace(groups=()), qtbot)
    hands.view.select(["dense-2", "tanh-1"])
    hands.key(Qt.Key.Key_G, CONTROL)
    hands.view.canvas_scene.enter(hands.graph.groups[0].id)
    hands.document.undo_stack.undo()
    assert hands.view.canvas_scene.entered == ""
    assert {"spirals-1", "dense-2"} <= cards(hands)


def badge(hands: Hands) -> QPoint:
    item = hands.view.canvas_scene.nodes["part"]
    return hands.view.mapFromScene(item.repeat_rect().center() + item.pos())


def near(hands: Hands) -> None:
    hands.view.camera.zoom_to(1.0)
    hands.view.camera.centre_on(hands.view.canvas_scene.nodes["part"].sceneBoundingRect().center())


def test_the_number_of_copies_is_typed_on_the_card(hands: Hands) -> None:
    near(hands)
    hands.click(badge(hands))
    field = hands.view.repeat.field
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "6")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert hands.graph.group("part").repeat == 6
    assert hands.document.undo_stack.count() == 1
    hands.click(badge(hands))
    QTest.keyClick(hands.view.repeat.field, Qt.Key.Key_Up)
    QTest.keyClick(hands.view.repeat.field, Qt.Key.Key_Escape)
    assert hands.graph.group("part").repeat == 6
    hands.document.undo_stack.undo()
    assert hands.graph.group("part").repeat == 1


def test_the_wheel_over_the_number_turns_it_and_elsewhere_scrolls(hands: Hands) -> None:
    near(hands)

    def turn(place: QPoint) -> None:
        view = hands.view.viewport()
        event = QWheelEvent(
            QPointF(place), QPointF(view.mapToGlobal(place)), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view, event)

    turn(badge(hands))
    turn(badge(hands))
    assert hands.graph.group("part").repeat == 3
    assert hands.document.undo_stack.count() == 1
    turn(hands.card("dense-1"))
    assert hands.graph.group("part").repeat == 3


def test_keys_repeat_and_too_many_copies_are_refused_in_words(hands: Hands, qtbot) -> None:
    hands.view.select(["part"])
    hands.key(Qt.Key.Key_Up, CONTROL)
    hands.key(Qt.Key.Key_Up, CONTROL)
    hands.key(Qt.Key.Key_Down, CONTROL)
    assert hands.graph.group("part").repeat == 2
    more = tuple(Node(id=f"more-{number}", block="tanh") for number in range(20))
    part = hands.graph.group("part")
    part = part.replace(nodes=(*part.nodes, *(one.id for one in more)))
    hands.document.edit_graph("many", hands.graph.replace(nodes=(*hands.graph.nodes, *more), groups=(part,)))
    said: list[str] = []
    hands.view.said.connect(said.append)
    hands.view.verbs.repeat("part", 900)
    assert hands.graph.group("part").repeat == 2
    assert said == ["900 copies would make 19,804 blocks; a network may have 5,000."]


def test_a_closed_card_shows_the_picture_of_its_last_output_and_problems_inside(hands: Hands) -> None:
    item = hands.view.canvas_scene.nodes["part"]
    groups.set_repeat(hands.document, "part", 3)
    last = np.full((4, 8, 8), 0.5, np.float32)
    hands.view.show_maps({"tanh-1": np.zeros((4, 8, 8), np.float32), "part/3/tanh-1": last, "dense-2": last})
    assert item.picture is not None
    other = np.full((4, 8, 8), -0.5, np.float32)
    first = item.picture.image.pixelColor(2, 2)
    hands.view.show_maps({"part/3/tanh-1": other})
    assert item.picture.image.pixelColor(2, 2) != first
    hands.view.canvas_scene.enter("part")
    hands.view.show_maps({"tanh-1": last, "part/2/tanh-1": other})
    seen = hands.view.canvas_scene.nodes["tanh-1"].picture.image.pixelColor(2, 2)
    hands.view.entering.line.copy.setValue(2)
    assert hands.view.canvas_scene.nodes["tanh-1"].picture.image.pixelColor(2, 2) != seen


def test_the_fault_of_a_block_inside_is_told_on_the_card(hands: Hands) -> None:
    graph = hands.graph
    cut = graph.replace(edges=tuple(edge for edge in graph.edges if edge.target != "tanh-1"))
    hands.document.edit_graph("cut", cut)
    face = hands.view.canvas_scene.nodes["part"].face
    assert face.severity == "error"
    hands.view.select(["part"])
    assert hands.view.messages.bubble.isVisible()


def test_the_menu_of_a_group_offers_all_of_it(hands: Hands) -> None:
    hands.view.select(["part"])
    menu = context_menu(hands.view, hands.view.verbs, hands.view.hit((530, 20)), (0.0, 0.0))
    words = [action.text() for action in menu.actions()]
    for wanted in ("Enter the group", "Open in place", "One copy more", "Rename …", "Copy", "Delete", "Ungroup"):
        assert wanted in words


def test_blocks_are_put_into_a_group_and_taken_out(qtbot) -> None:
    hands = canvas_with(chain(), qtbot)
    hands.view.select(["dense-3"])
    hands.view.verbs.put_into("part")
    assert hands.graph.group("part").nodes == ("dense-2", "tanh-1", "dense-3")
    hands.view.verbs.put_into("")
    assert hands.graph.group("part").nodes == ("dense-2", "tanh-1")
    assert hands.document.undo_stack.undoText() == "Put Dense 3 out of the group"


def test_tab_walks_through_the_cards_that_are_seen(hands: Hands) -> None:
    seen = []
    for _ in range(5):
        assert hands.view.verbs.step(True)
        seen.append(hands.view.canvas_scene.selection.single)
    assert seen == ["spirals-1", "dense-1", "part", "dense-3", "loss-1"]
    assert not hands.view.verbs.step(True)


def twins() -> Graph:
    """Two dense blocks of four units, one after the other, and a third of one unit."""
    graph = chain().replace(groups=())
    second = node("tanh-1", "dense", 780, 0, units=4)
    return graph.replace(nodes=tuple(second if one.id == second.id else one for one in graph.nodes))


def test_a_block_takes_the_weights_of_another_and_is_linked_to_it(qtbot) -> None:
    hands = canvas_with(twins(), qtbot)
    menu = weights_menu(hands.document, "tanh-1", QMenu(hands.view))
    choices = {action.text(): action for action in menu.actions() if action.text()}
    assert choices["Dense 2"].isEnabled()
    refused = next(action for words, action in choices.items() if words.startswith("Dense 4:"))
    assert not refused.isEnabled()
    choices["Dense 2"].trigger()
    assert hands.graph.node("tanh-1").weights_of == "dense-2"
    links = hands.view.canvas_scene.twin_links.links
    assert set(links) == {("dense-2", "tanh-1")}
    path = links["dense-2", "tanh-1"].path()
    box = hands.view.canvas_scene.nodes["dense-2"].box().rect
    assert (path.elementAt(0).x, path.elementAt(0).y) == (box.centre[0], box.bottom)
    assert hands.view.canvas_scene.nodes["tanh-1"].face.parameters == "20 shared"
    release = weights_menu(hands.document, "tanh-1", QMenu(hands.view)).actions()[0]
    assert release.text() == "Weights of its own"
    release.trigger()
    assert not links
    hands.document.undo_stack.undo()
    assert set(links) == {("dense-2", "tanh-1")}
    hands.view.select(["dense-2"])
    hands.view.verbs.delete()
    assert hands.graph.node("tanh-1").weights_of is None


def test_a_block_dragged_into_a_frame_belongs_to_the_group_and_with_shift_leaves_it(qtbot) -> None:
    hands = canvas_with(chain(), qtbot)
    before = hands.json
    frame = hands.view.canvas_scene.groups["part"].frame
    start, inside = hands.card("dense-3"), hands.at(frame.x + frame.width / 2, frame.bottom - 6)
    hands.press(start, keys=ALT)
    hands.move(inside + QPoint(0, 1), keys=ALT)
    hands.move(inside, keys=ALT)
    assert hands.view.canvas_scene.chip.text == "Into “Part”"
    hands.release(inside, keys=ALT)
    assert hands.graph.group("part").nodes == ("dense-2", "tanh-1", "dense-3")
    assert hands.document.undo_stack.count() == 1
    start = hands.card("dense-3")
    hands.press(start, keys=ALT)
    hands.move(start + QPoint(40, 60), keys=ALT | SHIFT)
    hands.move(start + QPoint(60, 80), keys=ALT | SHIFT)
    assert hands.view.canvas_scene.chip.text == "Out of the group"
    hands.release(start + QPoint(60, 80), keys=ALT | SHIFT)
    assert hands.graph.group("part").nodes == ("dense-2", "tanh-1")
    hands.document.undo_stack.setIndex(0)
    assert hands.json == before


def test_going_to_a_copy_enters_its_group_and_shows_that_copy(hands: Hands) -> None:
    groups.set_repeat(hands.document, "part", 4)
    hands.view.go_to("part/3/tanh-1")
    assert hands.view.canvas_scene.entered == "part"
    assert hands.view.selected_node() == "tanh-1"
    assert hands.view.entering.line.copy.value() == 3
    zoom = hands.view.camera.zoom
    hands.view.canvas_scene.enter("")
    assert hands.view.entering.outermost()[:2] == (hands.view.camera.centre, hands.view.camera.zoom)
    hands.view.canvas_scene.enter("part")
    hands.view.camera.zoom_to(2.0)
    assert hands.view.entering.outermost()[1] != 2.0
    assert zoom > 0.0


def test_a_canvas_made_for_an_open_graph_draws_its_frames(hands: Hands) -> None:
    hands.document.edit_graph("Test", chain(closed=False))
    again = CanvasScene(hands.document)
    assert again.groups.keys() == {"part"} and again.groups["part"].frame.width > 0
