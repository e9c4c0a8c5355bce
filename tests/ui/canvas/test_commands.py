"""Commands, keys and menus: each one undo step, and all undone gives the same file."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from playground.document.graph import Edge, Graph
from playground.editing import adding, clipboard, commands
from playground.editing.clipboard import PasteError
from playground.editing.geometry import Hit, PortRef
from playground.ui.canvas.menus import context_menu
from tests.ui.canvas.conftest import Hands, canvas_with, framed, node, small_network

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # popups on the offscreen platform
CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def undo_all(hands: Hands) -> None:
    while hands.document.undo_stack.canUndo():
        hands.document.undo_stack.undo()


def test_delete_closes_the_gap(hands: Hands) -> None:
    before = hands.json
    hands.view.select(["dense-1"])
    hands.key(Qt.Key.Key_Delete)
    assert not hands.graph.has("dense-1")
    assert ("spirals-1", "dense-2", "input") in hands.wires()
    assert hands.view.selected_nodes() == ()
    assert hands.document.undo_stack.undoText() == "Delete Dense 1"
    hands.document.undo_stack.undo()
    assert hands.json == before


def test_deleting_everything_and_undo_restores_the_same_file(qtbot) -> None:
    hands = canvas_with(framed(), qtbot)
    before = hands.json
    hands.key(Qt.Key.Key_A, CONTROL)
    hands.key(Qt.Key.Key_Delete)
    assert hands.graph == Graph()
    assert not hands.view.canvas_scene.nodes and not hands.view.canvas_scene.wires
    hands.document.undo_stack.undo()
    assert hands.json == before
    assert len(hands.view.canvas_scene.wires) == 4


def test_arrow_keys_move_the_selection_and_merge(hands: Hands) -> None:
    before = hands.json
    hands.view.select(["dense-1", "note-1"])
    hands.key(Qt.Key.Key_Right)
    hands.key(Qt.Key.Key_Right)
    hands.key(Qt.Key.Key_Down, SHIFT)
    position = hands.graph.node("dense-1").position
    assert (position.x, position.y) == (260 + 16, 48)
    assert hands.graph.notes[0].position.x == 16
    assert hands.document.undo_stack.count() == 1
    hands.document.undo_stack.undo()
    assert hands.json == before


def test_tab_walks_through_the_blocks_and_leaves_at_the_end(hands: Hands) -> None:
    seen = []
    for _ in range(4):
        assert hands.view.focusNextPrevChild(True)
        seen.append(hands.view.selected_node())
    assert seen == ["spirals-1", "dense-1", "dense-2", "mean-squared-error-1"]
    hands.key(Qt.Key.Key_Backtab)
    assert hands.view.selected_node() == "dense-2"
    hands.key(Qt.Key.Key_Right, ALT)
    assert hands.view.selected_node() == "mean-squared-error-1"
    hands.key(Qt.Key.Key_Left, ALT)
    hands.key(Qt.Key.Key_Left, ALT)
    assert hands.view.selected_node() == "dense-1"


def test_enter_asks_for_the_parameters(hands: Hands, qtbot) -> None:
    hands.view.select(["dense-1"])
    with qtbot.waitSignal(hands.view.parameters_wanted):
        hands.key(Qt.Key.Key_Return)
    assert hands.view.quick_menu is None


def test_a_asks_for_the_next_block_and_wires_it(hands: Hands) -> None:
    hands.view.select(["dense-1"])
    hands.key(Qt.Key.Key_A)
    assert hands.view.quick_menu is not None
    hands.view.quick_menu.choose("relu")
    assert ("dense-1", "relu-1", "input") in hands.wires()
    assert hands.view.selected_node() == "relu-1"


def test_blocks_are_added_after_the_selected_one(empty: Hands) -> None:
    view = empty.view
    for block in ("spirals", "dense", "dense"):
        view.add_block(block)
    view.add_block("mean-squared-error")
    assert empty.wires() == {
        ("spirals-1", "dense-1", "input"),
        ("dense-1", "dense-2", "input"),
        ("dense-2", "mean-squared-error-1", "prediction"),
        ("spirals-1", "mean-squared-error-1", "target"),
    }
    rects = list(view.canvas_scene.rects().values())
    assert not any(a.meets(b) for number, a in enumerate(rects) for b in rects[number + 1 :])
    undo_all(empty)
    assert empty.graph == Graph()


def test_a_block_put_before_an_input(hands: Hands) -> None:
    name = adding.add_block(hands.document, "tanh", (0, 300), after=PortRef("dense-2", "input", "input"))
    assert (name, "dense-2", "input") in hands.wires()
    assert ("dense-1", "dense-2", "input") not in hands.wires()


def test_a_block_that_cannot_follow_stays_loose(hands: Hands) -> None:
    name = adding.add_block(hands.document, "dense", after="mean-squared-error-1")
    assert not any(name in (edge.source, edge.target) for edge in hands.graph.edges)


def test_copy_and_paste_between_two_documents(hands: Hands, empty: Hands) -> None:
    hands.view.select(["dense-1", "dense-2", "note-1"])
    hands.key(Qt.Key.Key_C, CONTROL)
    text = QGuiApplication.clipboard().text()
    assert json.loads(text)["playground-nodes"] == 1
    empty.key(Qt.Key.Key_V, CONTROL)
    assert {item.id for item in empty.graph.nodes} == {"dense-1", "dense-2"}
    assert empty.wires() == {("dense-1", "dense-2", "input")}
    assert len(empty.graph.notes) == 1
    empty.key(Qt.Key.Key_V, CONTROL)
    assert len(empty.graph.nodes) == 4
    assert set(empty.view.selected_nodes()) == {"dense-3", "dense-4"}
    undo_all(empty)
    assert empty.graph == Graph()


def test_cut_and_duplicate(hands: Hands) -> None:
    before = hands.json
    hands.view.select(["dense-1"])
    hands.key(Qt.Key.Key_D, CONTROL)
    assert hands.graph.has("dense-3")
    assert hands.graph.node("dense-3").position != hands.graph.node("dense-1").position
    hands.key(Qt.Key.Key_X, CONTROL)
    assert not hands.graph.has("dense-3")
    undo_all(hands)
    assert hands.json == before


def test_copies_cover_nothing(hands: Hands) -> None:
    names = [node.id for node in hands.graph.nodes]
    hands.view.select([*names, "note-1"])
    hands.view.verbs.duplicate()
    hands.key(Qt.Key.Key_C, CONTROL)
    hands.key(Qt.Key.Key_V, CONTROL)
    rects = list(hands.view.canvas_scene.rects().values())
    assert len(rects) == 3 * (len(names) + 1)
    assert not any(one.meets(other) for number, one in enumerate(rects) for other in rects[:number])
    assert len({node.position.x for node in hands.graph.nodes}) == len(names)


def test_what_was_cut_comes_back_to_its_place(hands: Hands) -> None:
    hands.view.select(["dense-1"])
    before = hands.graph.node("dense-1").position
    hands.key(Qt.Key.Key_X, CONTROL)
    hands.key(Qt.Key.Key_V, CONTROL)
    assert hands.graph.node("dense-1").position == before


def test_a_new_note_covers_no_card(hands: Hands) -> None:
    hands.view.verbs.add_note()
    rects = hands.view.canvas_scene.rects()
    note = rects.pop("note-2")
    assert not any(note.meets(other) for other in rects.values())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[1, 2]",
        '{"nodes": []}',
        '{"playground-nodes": 2}',
        '{"playground-nodes": 1}',
        '{"playground-nodes": 1, "nodes": [{"id": "a b", "block": "dense"}]}',
        '{"playground-nodes": 1, "nodes": [{"id": "a", "block": "dense", "position": {"x": 1e9}}]}',
        '{"playground-nodes": 1, "nodes": [{"id": "a", "block": "dense"}, {"id": "a", "block": "dense"}]}',
        '{"playground-nodes": 1, "nodes": [{"id": "a", "block": "d"}], "edges": [{"source": "a", "target": "b"}]}',
        '{"playground-nodes": 1, "nodes": [{"id": "a", "block": "d"}], "edges": [{"source": "a", "target": "a"}]}',
        '{"playground-nodes": 1, "unknown": 3}',
        "[" * 100_000,
    ],
)
def test_rubbish_is_refused_with_a_sentence(hands: Hands, text: str) -> None:
    before = hands.json
    with pytest.raises(PasteError) as caught:
        commands.paste(hands.document, text)
    assert str(caught.value)[0].isupper() and str(caught.value).rstrip().endswith(".")
    said: list[str] = []
    hands.view.said.connect(said.append)
    QGuiApplication.clipboard().setText(text)
    hands.key(Qt.Key.Key_V, CONTROL)
    assert len(said) == 1
    assert hands.json == before and hands.document.undo_stack.count() == 0


def test_copied_text_round_trips() -> None:
    part = framed()
    assert clipboard.from_text(clipboard.to_text(part)) == part


def test_a_group_is_copied_with_all_its_members(qtbot) -> None:
    hands = canvas_with(framed(), qtbot)
    hands.view.select(["dense-1", "dense-2"])
    hands.view.verbs.duplicate()
    assert len(hands.graph.groups) == 2
    assert len(hands.view.canvas_scene.groups) == 2


def test_group_rename_and_ungroup(hands: Hands) -> None:
    before = hands.json
    hands.view.select(["dense-1", "dense-2"])
    hands.key(Qt.Key.Key_G, CONTROL)
    assert hands.graph.groups[0].nodes == ("dense-1", "dense-2")
    frame = hands.view.canvas_scene.groups["group-1"].frame
    assert all(
        frame.x < rect.x and rect.right < frame.right
        for rect in hands.view.canvas_scene.rects(["dense-1", "dense-2"]).values()
    )
    hands.key(Qt.Key.Key_F2)
    field = hands.view.editor.field
    assert field is not None
    field.setText("Hidden")
    hands.view.editor.finish()
    assert hands.graph.groups[0].title == "Hidden"
    hands.key(Qt.Key.Key_G, CONTROL | SHIFT)
    assert not hands.graph.groups
    undo_all(hands)
    assert hands.json == before


def test_deleting_all_members_takes_the_group_away(qtbot) -> None:
    hands = canvas_with(framed(), qtbot)
    before = hands.json
    commands.delete(hands.document, ["dense-1", "dense-2"])
    assert not hands.graph.groups
    undo_all(hands)
    assert hands.json == before


def test_freeze_and_unfold(hands: Hands) -> None:
    before = hands.json
    hands.view.select(["dense-1", "dense-2"])
    hands.view.verbs.toggle_trainable()
    assert not hands.graph.node("dense-1").training.trainable
    assert hands.view.canvas_scene.nodes["dense-1"].face.frozen
    hands.key(Qt.Key.Key_U)
    assert hands.graph.node("dense-2").unfolded
    assert hands.view.canvas_scene.nodes["dense-2"].inner is not None
    hands.key(Qt.Key.Key_U)
    hands.view.verbs.toggle_trainable()
    assert hands.json == before
    assert hands.view.canvas_scene.nodes["dense-2"].inner is None


def test_align_distribute_and_tidy(hands: Hands) -> None:
    before = hands.json
    hands.view.select(["dense-1", "dense-2", "mean-squared-error-1"])
    commands.move(hands.document, {"dense-1": (300.0, 70.0)})
    hands.view.verbs.align("top")
    assert {hands.graph.node(name).position.y for name in hands.view.selected_nodes()} == {0.0}
    hands.view.verbs.distribute("horizontal")
    rects = hands.view.canvas_scene.rects(hands.view.selected_nodes())
    ordered = sorted(rects.values(), key=lambda rect: rect.x)
    gaps = [b.x - a.right for a, b in pairwise(ordered)]
    assert gaps[0] == pytest.approx(gaps[1], abs=0.1)
    hands.view.verbs.tidy()
    assert hands.document.undo_stack.undoText() == "Tidy"
    undo_all(hands)
    assert hands.json == before


def test_notes_are_written_on_the_canvas(hands: Hands) -> None:
    hands.view.verbs.add_note((10.0, 300.0))
    field = hands.view.editor.field
    assert field is not None
    field.setPlainText("See how the boundary bends")
    hands.view.editor.finish()
    assert hands.graph.notes[-1].text == "See how the boundary bends"
    hands.document.undo_stack.undo()
    hands.document.undo_stack.undo()
    assert len(hands.graph.notes) == 1


def test_connecting_by_menu(hands: Hands) -> None:
    hands.view.select([])
    name = hands.view.add_block("tanh")
    hands.view.select(["dense-1"])
    menu = context_menu(hands.view, hands.view.verbs, Hit("node", "dense-1"), (0.0, 0.0))
    offers = next(submenu for submenu in menu.findChildren(QMenu) if submenu.title() == "Connect to")
    chosen = next(action for action in offers.actions() if action.text().startswith("Tanh"))
    chosen.trigger()
    assert ("dense-1", name, "input") in hands.wires()
    assert not any(action.text().startswith("Mean squared") for action in offers.actions())
    menu.close()


def test_every_menu_opens_and_every_line_has_words(qtbot) -> None:
    hands = canvas_with(framed(), qtbot)
    edge = hands.graph.edges[0].key
    for hit in (
        Hit("canvas"), Hit("node", "dense-1"), Hit("note", "note-1"), Hit("group", "group-1"), Hit("wire", edge=edge),
    ):
        hands.view.select([hit.id] if hit.id else [])
        menu = context_menu(hands.view, hands.view.verbs, hit, (0.0, 0.0))
        lines = [action for action in menu.actions() if not action.isSeparator()]
        assert lines and all(action.text() for action in lines)
        menu.close()


def test_wiring_a_circle_is_refused_by_the_menu_path(hands: Hands) -> None:
    said: list[str] = []
    hands.view.said.connect(said.append)
    assert not hands.view.connect_ports(PortRef("dense-2", "output", "output"), PortRef("dense-1", "input", "input"))
    assert "circle" in said[0]
    assert not hands.view.connect_ports(PortRef("dense-2", "output", "output"), PortRef("dense-1", "output", "output"))


def test_the_fix_button_mends_the_shape(qtbot) -> None:
    graph = Graph(
        nodes=(node("mnist-1", "mnist", 0, 0), node("dense-1", "dense", 400, 0)),
        edges=(Edge(source="mnist-1", source_port="features", target="dense-1"),),
    )
    hands = canvas_with(graph, qtbot)
    item = hands.view.canvas_scene.nodes["dense-1"]
    assert item.face.severity == "error"
    assert "flat vector" in item.toolTip()
    assert not hands.view.messages.bubble.isVisible()
    hands.click(hands.card("dense-1"))
    bubble = hands.view.messages.bubble
    assert bubble.isVisible() and "flat vector" in bubble.text.text()
    bubble.buttons()[0].click()
    assert hands.graph.has("flatten-1")
    assert item.face.severity == "" and not bubble.isVisible()
    assert item.face.parameters == "6,280 params"
    assert hands.document.undo_stack.undoText() == "Insert Flatten"
    hands.document.undo_stack.undo()
    assert item.face.severity == "error"


def test_a_block_put_into_a_wire_pushes_what_follows(hands: Hands) -> None:
    before = hands.json
    commands.move(hands.document, {"dense-2": (460.0, 0.0), "mean-squared-error-1": (660.0, 0.0)})
    key = next(edge.key for edge in hands.graph.edges if edge.target == "dense-2")
    adding.add_block(hands.document, "tanh", (360.0, 10.0), on_edge=key)
    rects = hands.view.canvas_scene.rects()
    names = ["spirals-1", "dense-1", "tanh-1", "dense-2", "mean-squared-error-1"]
    ends = [(rects[name].x, rects[name].right) for name in names]
    assert all(a[1] < b[0] for a, b in pairwise(ends))
    undo_all(hands)
    assert hands.json == before


def test_a_merge_port_takes_many_wires(hands: Hands) -> None:
    hands.view.select([])
    name = hands.view.add_block("add")
    tanh = adding.add_block(hands.document, "tanh", (260.0, 250.0), after="dense-1")
    for source in ("dense-1", tanh):
        hands.drag(hands.port(source, "output", "output"), hands.card(name))
    assert [edge.source for edge in hands.graph.into(name)] == ["dense-1", tanh]
    assert hands.view.canvas_scene.nodes[name].face.badge == "batch × features 8"


def test_the_menu_key_speaks_of_the_selection(hands: Hands) -> None:
    for chosen, first in ((["dense-1"], "Add a block after …"), (["note-1"], "Edit text …"), ([], "Add a block …")):
        hands.view.select(chosen)
        viewport, place = hands.view.viewport(), QPoint(5, 5)
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Keyboard, place, viewport.mapToGlobal(place), Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(viewport, event)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        assert menu.actions()[0].text() == first
        menu.close()


def test_pressing_a_fix_that_has_lost_its_place_does_no_harm(hands: Hands) -> None:
    from playground.blocks.base import Fix

    before = hands.json
    assert not commands.apply_fix(hands.document, "gone", Fix("Insert", "insert", block="flatten", port="input"))
    assert not commands.apply_fix(hands.document, "gone", Fix("Set", "set", parameters={"units": 1}))
    assert hands.json == before


def test_small_network_is_sound(hands: Hands) -> None:
    assert hands.document.report.ok
    assert hands.graph == small_network()
