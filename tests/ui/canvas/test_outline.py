"""The outline: the same canvas as a tree, edited by keys alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from playground.document import edits
from playground.document.graph import Edge, Graph, Group, Node, Note
from playground.network.check import check
from playground.ui.canvas.outline import OutlineWidget, connect_menu
from playground.ui.canvas.outline_rows import outline_rows
from tests.ui.canvas.conftest import small_graph

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # popups on the offscreen platform


@pytest.fixture
def outline(qtbot, document, canvas) -> OutlineWidget:
    widget = OutlineWidget(document, canvas)
    qtbot.addWidget(widget)
    widget.resize(320, 500)
    widget.show()
    qtbot.waitExposed(widget)
    widget.tree.setFocus()
    return widget


def find(outline: OutlineWidget, text: str):
    return outline.item(text)


def go_to(outline: OutlineWidget, text: str) -> None:
    outline.tree.setCurrentItem(find(outline, text))


def press(outline: OutlineWidget, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(outline.tree, key, modifier)


def test_rows_follow_the_network_with_wires_below_their_source(document) -> None:
    rows = outline_rows(document.graph, document.report)
    assert [row.text for row in rows] == ["Circles", "Dense 1", "Dense 2", "Mean squared error"]
    assert [child.text for child in rows[0].children] == ["features to Dense 1", "target to Mean squared error, target"]
    assert rows[1].detail == "batch × features 3"
    assert "fed by Circles" in rows[1].spoken
    assert rows[1].children[0].spoken == "Wire from Dense 1, to Dense 2, carries batch × features 3"


def test_problems_say_error_and_offer_their_fixes() -> None:
    graph = Graph(
        nodes=(Node(id="mnist-1", block="mnist"), Node(id="dense-1", block="dense")),
        edges=(Edge(source="mnist-1", source_port="features", target="dense-1"),),
    )
    dense = outline_rows(graph, check(graph))[1]
    assert dense.text == "Error: Dense"
    problem = dense.children[0]
    assert problem.text.startswith("Error: Dense expects a flat vector")
    assert [fix.text for fix in problem.children] == [
        "Fix: Insert Flatten", "Fix: Insert Global average pooling"
    ]


def test_faults_of_the_whole_come_first() -> None:
    graph = Graph(nodes=(Node(id="circles-1", block="circles"),))
    rows = outline_rows(graph, check(graph))
    assert rows[0].kind == "problem"
    assert rows[0].id == ""


def nested() -> Graph:
    """The small graph with its dense blocks in two groups, the second in the first."""
    return small_graph().replace(
        groups=(
            Group(id="outer", title="Hidden", nodes=("dense-1",), repeat=2, closed=True),
            Group(id="inner", title="Last", nodes=("dense-2",), inside="outer"),
        )
    )


def test_notes_have_their_own_branch_and_groups_stand_where_their_blocks_do(document) -> None:
    graph = edits.add_note(nested(), Note(id="note-1", text="First line\nsecond"))
    graph = edits.add_note(graph, Note(id="note-2", text="  "))
    circles, hidden, loss, notes = outline_rows(graph, check(graph))
    assert [row.text for row in notes.children] == ["First line", "Empty note"]
    assert (circles.id, loss.id) == ("circles-1", "loss-1")
    assert hidden.text == "Hidden ×\N{NO-BREAK SPACE}2"
    assert hidden.spoken == "Group Hidden, 2 blocks, closed, 2 copies"
    assert [row.text for row in hidden.children] == ["Dense 1", "Last"]
    assert [row.text for row in hidden.children[1].children] == ["Dense 2"]


def test_groups_are_folded_entered_closed_and_repeated_by_keys(outline, canvas, document, open_graph) -> None:
    open_graph(nested())
    item = find(outline, "Hidden ×\N{NO-BREAK SPACE}2")
    assert not item.isExpanded()  # as it is closed
    outline.tree.setCurrentItem(item)
    press(outline, Qt.Key.Key_Right)
    assert item.isExpanded()
    press(outline, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert document.graph.group("outer").repeat == 3
    press(outline, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert not document.graph.group("outer").closed
    press(outline, Qt.Key.Key_Return)
    assert canvas.canvas_scene.entered == "outer"
    press(outline, Qt.Key.Key_Backspace)
    assert canvas.canvas_scene.entered == ""
    assert document.graph.has("dense-1")


def test_blocks_are_grouped_by_keys(outline, document) -> None:
    go_to(outline, "Dense 1")
    press(outline, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert [group.nodes for group in document.graph.groups] == [("dense-1",)]
    assert outline.current_row().id in ("dense-1", "group-1")


def test_a_block_in_a_closed_group_is_chosen_from_its_row(outline, canvas, document, open_graph) -> None:
    open_graph(nested())
    go_to(outline, "Dense 2")
    assert canvas.selected_node() == "dense-2"
    assert "dense-2" not in canvas.canvas_scene.nodes


def test_selection_goes_both_ways(outline, canvas, document) -> None:
    go_to(outline, "Dense 2")
    assert canvas.selected_node() == "dense-2"
    canvas.select(["circles-1"])
    assert [item.text(0) for item in outline.tree.selectedItems()] == ["Circles"]
    go_to(outline, "to Dense 2")
    wire = next(edge.key for edge in document.graph.edges if edge.target == "dense-2")
    assert canvas.canvas_scene.selection.wires == (wire,)


def test_delete_closes_the_gap_and_stays_near(outline, document) -> None:
    go_to(outline, "Dense 1")
    press(outline, Qt.Key.Key_Delete)
    assert [node.id for node in document.graph.nodes] == ["circles-1", "dense-2", "loss-1"]
    assert [edge.source for edge in document.graph.into("dense-2")] == ["circles-1"]
    assert outline.current_row() is not None
    document.undo_stack.undo()
    assert "Dense 1" in outline.row_texts()


def test_a_wire_is_deleted_from_its_row(outline, document) -> None:
    go_to(outline, "to Dense 2")
    press(outline, Qt.Key.Key_Delete)
    assert not list(document.graph.into("dense-2"))
    assert len(document.graph.nodes) == 4


def test_f2_renames_as_an_undo_command(qtbot, outline, document) -> None:
    go_to(outline, "Dense 1")
    press(outline, Qt.Key.Key_F2)
    field = outline.tree.findChild(QLineEdit)
    assert field.text() == "Dense 1"
    field.selectAll()
    QTest.keyClicks(field, "Hidden layer")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: document.graph.node("dense-1").title == "Hidden layer")
    assert "Hidden layer" in outline.row_texts()
    document.undo_stack.undo()
    assert "Dense 1" in outline.row_texts()


def test_escape_leaves_the_title_as_it_was(qtbot, outline, document) -> None:
    go_to(outline, "Dense 1")
    press(outline, Qt.Key.Key_F2)
    field = outline.tree.findChild(QLineEdit)
    QTest.keyClicks(field, "x")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert document.undo_stack.count() == 0
    assert "Dense 1" in outline.row_texts()


def test_enter_goes_into_the_parameters_of_the_row(qtbot, outline, canvas) -> None:
    go_to(outline, "Dense 1")
    with qtbot.waitSignal(canvas.parameters_wanted):
        press(outline, Qt.Key.Key_Return)


def test_a_appends_through_the_quick_menu_and_comes_back(qtbot, outline, canvas, document) -> None:
    go_to(outline, "Dense 1")
    press(outline, Qt.Key.Key_A)
    menu = canvas.quick_menu
    assert menu.isVisible()
    QTest.keyClicks(menu.search, "relu")
    QTest.keyClick(menu.search, Qt.Key.Key_Return)
    QApplication.processEvents()
    added = canvas.selected_node()
    assert document.graph.node(added).block == "relu"
    assert outline.current_row().id == added


def test_enter_on_a_fault_carries_out_its_fix(outline, document, open_graph) -> None:
    open_graph(
        Graph(
            nodes=(Node(id="mnist-1", block="mnist"), Node(id="dense-1", block="dense")),
            edges=(Edge(source="mnist-1", source_port="features", target="dense-1"),),
        )
    )
    go_to(outline, "Fix: Insert Flatten")
    press(outline, Qt.Key.Key_Return)
    assert "flatten" in {node.block for node in document.graph.nodes}
    assert not any(text.startswith("Error: Dense") for text in outline.row_texts())


@pytest.mark.parametrize(
    ("key", "dx", "dy"),
    [(Qt.Key.Key_Right, 48, 0), (Qt.Key.Key_Left, -48, 0), (Qt.Key.Key_Down, 0, 48), (Qt.Key.Key_Up, 0, -48)],
)
def test_alt_and_an_arrow_move_the_block(outline, document, key, dx, dy) -> None:
    go_to(outline, "Dense 1")
    press(outline, key, Qt.KeyboardModifier.AltModifier)
    place = document.graph.node("dense-1").position
    assert (place.x, place.y) == (240 + dx, dy)
    document.undo_stack.undo()
    assert document.graph.node("dense-1").position.x == 240


def test_arrows_alone_walk_the_tree_and_change_nothing(outline, document) -> None:
    go_to(outline, "Dense 1")
    press(outline, Qt.Key.Key_Down)
    assert outline.current_row().text == "to Dense 2"
    assert document.undo_stack.count() == 0


def test_connect_lists_what_fits_first_and_why_the_rest_does_not(canvas, document) -> None:
    document.edit_graph("Add", edits.add_node(document.graph, Node(id="relu-1", block="relu")))
    menu = connect_menu(canvas, "dense-2")
    try:
        offers = [(action.text(), action.isEnabled()) for action in menu.actions() if not action.isSeparator()]
        enabled = [good for _, good in offers]
        assert enabled == sorted(enabled, reverse=True)
        assert ("ReLU", True) in offers
        assert any("circle" in text for text, good in offers if not good)
        next(action for action in menu.actions() if action.text() == "ReLU").trigger()
        assert [edge.source for edge in document.graph.into("relu-1")] == ["dense-2"]
    finally:
        menu.deleteLater()


def test_c_opens_the_list_of_targets(qtbot, outline, canvas, document) -> None:
    document.edit_graph("Add", edits.add_node(document.graph, Node(id="relu-1", block="relu")))
    go_to(outline, "Dense 2")
    press(outline, Qt.Key.Key_C)
    menu = next(menu for menu in canvas.findChildren(QMenu) if menu.isVisible())
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert [edge.source for edge in document.graph.into("relu-1")] == ["dense-2"]
    menu.close()


def test_the_menu_of_a_row_offers_connecting_and_moving(outline, canvas, qapp) -> None:
    go_to(outline, "Dense 1")
    place = QPoint(30, 30)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, outline.mapToGlobal(place))
    qapp.sendEvent(outline, event)
    menu = next(menu for menu in canvas.findChildren(QMenu) if menu.isVisible() and menu.parent() is canvas)
    words = [action.text() for action in menu.actions()]
    assert "Connect to …" in words
    assert "Move" in words
    assert "Rename …" in words
    menu.close()


def test_rows_speak(outline) -> None:
    spoken = find(outline, "Dense 1").data(0, Qt.ItemDataRole.AccessibleTextRole)
    assert "3 units" in spoken
    assert "fed by Circles" in spoken
    assert outline.tree.accessibleName()


def test_a_folded_row_stays_folded_after_an_edit(outline, document) -> None:
    find(outline, "Dense 1").setExpanded(False)
    document.edit_graph("Units", edits.set_parameters(document.graph, "dense-1", {"units": 5}))
    assert not find(outline, "Dense 1").isExpanded()
    assert find(outline, "Circles").isExpanded()


def test_a_hidden_outline_catches_up_when_it_is_shown(outline, document) -> None:
    outline.hide()
    document.edit_graph("Add", edits.add_node(document.graph, Node(id="relu-1", block="relu")))
    outline.show()
    assert any("ReLU" in text for text in outline.row_texts())


def test_a_move_does_not_build_the_tree_anew(outline, document) -> None:
    item = find(outline, "Dense 1")
    document.edit_graph("Move", edits.move(document.graph, {"dense-1": (10.0, 10.0)}))
    assert find(outline, "Dense 1") is item


def test_a_narrow_outline_keeps_room_for_the_names(outline: OutlineWidget, qtbot) -> None:
    outline.resize(200, 500)
    header = outline.tree.header()
    qtbot.waitUntil(lambda: header.length() <= 200)
    assert header.sectionSize(0) > 1.5 * header.sectionSize(1) > 0
    assert find(outline, "Dense 1").toolTip(1) == "batch × features 3"
