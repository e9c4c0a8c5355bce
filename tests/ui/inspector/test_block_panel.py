from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QSlider, QSpinBox
from pytestqt.qtbot import QtBot

from playground.blocks.registry import BLOCKS
from playground.document.graph import Choice, Edge, Graph, Node
from playground.editing import fixes
from playground.training.snapshot import Snapshot
from playground.ui.inspector.inspector import Inspector
from playground.ui.inspector.weights_section import WeightTable, in_words
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.heat_map import HeatMap, signed_image


def parameters(document: OpenDocument, node: str) -> dict[str, object]:
    return dict(document.graph.node(node).parameters)


def test_units_by_keyboard_change_the_document_and_undo_returns(
    inspector: Inspector, document: OpenDocument, qtbot: QtBot
) -> None:
    inspector.select("dense-1")
    spin = inspector.block.form.fields["units"].findChild(QSpinBox)
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, "12")
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert parameters(document, "dense-1")["units"] == 12
    assert document.undo_stack.undoText() == "Set units to 12"
    assert inspector.block.count.text() == "36 parameters"
    document.undo_stack.undo()
    assert parameters(document, "dense-1")["units"] == 4
    assert spin.value() == 4
    assert inspector.block.count.text() == "12 parameters"
    document.undo_stack.redo()
    assert spin.value() == 12


def test_one_undo_step_for_each_drag_of_a_slider(inspector: Inspector, document: OpenDocument, qtbot: QtBot) -> None:
    inspector.select("dense-1")
    slider = inspector.block.form.fields["units"].findChild(QSlider)
    for end in (slider.width() - 4, 4):
        middle = slider.height() // 2
        qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, middle))
        for x in range(slider.width() // 2, end, 5 if end > slider.width() // 2 else -5):
            qtbot.mouseMove(slider, QPoint(x, middle))
        qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(end, middle))
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert parameters(document, "dense-1")["units"] == 4


def test_the_form_follows_edits_from_elsewhere_without_answering(
    inspector: Inspector, document: OpenDocument
) -> None:
    inspector.select("dense-1")
    nodes = tuple(
        node.replace(parameters={"units": 7, "activation": "relu"}) if node.id == "dense-1" else node
        for node in document.graph.nodes
    )
    document.edit_graph("Elsewhere", document.graph.replace(nodes=nodes))
    assert document.undo_stack.count() == 1
    assert inspector.block.form.values()["units"] == 7
    assert inspector.block.form.fields["activation"].combo.currentData() == "relu"


def test_the_title_can_be_changed_and_cleared(inspector: Inspector, document: OpenDocument, qtbot: QtBot) -> None:
    inspector.select("dense-1")
    title = inspector.block.title
    assert title.text() == "Dense"
    for typed, shown in (("First layer", "First layer"), (" ", "Dense")):
        title.setFocus()
        title.selectAll()
        qtbot.keyClicks(title, typed)
        qtbot.keyClick(title, Qt.Key.Key_Return)
        assert document.graph.node("dense-1").title == typed.strip()
        assert title.text() == shown
    assert document.undo_stack.count() == 2


def test_a_fix_button_mends_the_graph(
    inspector: Inspector, document: OpenDocument, graph_of: Callable[..., Graph], qtbot: QtBot
) -> None:
    document.open(document.project.replace(graph=graph_of("mean-squared-error")))
    inspector.select("loss-1")
    section = inspector.block.problems
    assert section.isVisible()
    assert not document.report.ok
    button = next(button for button in section.buttons if "one-hot" in button.text())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert document.report.ok
    assert parameters(document, "spirals-1")["labels"] == "one-hot"
    assert section.isHidden()
    document.undo_stack.undo()
    assert section.isVisible()


def test_how_one_block_learns(inspector: Inspector, document: OpenDocument, qtbot: QtBot) -> None:
    inspector.select("dense-1")
    learning = inspector.block.learning
    qtbot.mouseClick(learning.first.fields["trainable"].toggle, Qt.MouseButton.LeftButton)
    assert document.graph.node("dense-1").training.trainable is False
    assert document.undo_stack.undoText() == "Set train this block to off"
    combo = learning.initializer.combo
    assert combo.currentText() == "as the network"
    combo.setFocus()
    combo.setCurrentIndex(combo.findData("uniform"))
    assert document.graph.node("dense-1").training.initializer == Choice(id="uniform")
    edit = learning.initializer.form.fields["low"].findChild(QLineEdit)
    edit.selectAll()
    qtbot.keyClicks(edit, "-0.25")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert document.graph.node("dense-1").training.initializer.parameters == {"low": -0.25}
    combo.setCurrentIndex(0)
    assert document.graph.node("dense-1").training.initializer is None
    qtbot.mouseClick(learning.more.button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(learning.rest.fields["l1"].box, Qt.MouseButton.LeftButton)
    assert document.graph.node("dense-1").training.l1 is not None
    for _ in range(document.undo_stack.count()):
        document.undo_stack.undo()
    assert learning.first.fields["trainable"].toggle.isChecked()
    assert not learning.rest.fields["l1"].box.isChecked()


def test_blocks_without_weights_have_no_learning_section(inspector: Inspector) -> None:
    inspector.select("loss-1")
    assert inspector.block.learning.isHidden()
    inspector.select("dense-2")
    assert inspector.block.learning.isVisible()


def test_formula_shapes_and_curve(inspector: Inspector, qtbot: QtBot) -> None:
    inspector.select("dense-1")
    panel = inspector.block
    assert panel.shapes.text() == "W is 4 × 2, b is 4, x is batch × 2"
    assert panel.curve.isVisible()
    qtbot.waitUntil(panel.formula.is_drawn)
    assert panel.grab().width() > 0
    qtbot.mouseMove(panel.curve, QPoint(panel.curve.width() // 2, 60))
    qtbot.waitUntil(lambda: panel.curve.legend().startswith("x = "))
    assert "slope 0.99" in panel.curve.legend() or "slope 1.0" in panel.curve.legend()
    inspector.select("loss-1")
    assert panel.curve.isHidden()
    assert panel.formula.isVisible()


def test_weights_are_shown_and_told(inspector: Inspector, snapshot: Snapshot, qtbot: QtBot) -> None:
    inspector.select("dense-1")
    weights = inspector.block.weights
    assert weights.isHidden()
    inspector.show_snapshot(snapshot)
    assert weights.isVisible()
    array = snapshot.array("dense-1.weight")
    assert weights.words.text() == in_words(array)
    assert weights.map.describe(2, 1) == f"unit 3, input 2: {array[2, 1]:.4g}"
    place = QPoint(weights.map.width() - 2, weights.map.height() - 2)
    assert weights.map.cell_at(place) == (3, 1)
    inspector.select("loss-1")
    assert weights.isHidden()


def test_typing_a_weight_asks_for_it(inspector: Inspector, snapshot: Snapshot, qtbot: QtBot) -> None:
    inspector.select("dense-1")
    inspector.show_snapshot(snapshot)
    weights = inspector.block.weights
    qtbot.mouseClick(weights.table_button, Qt.MouseButton.LeftButton)
    table = weights.table
    asked = []
    inspector.weight_edit_requested.connect(lambda *words: asked.append(words))
    for column, expected in ((1, ("dense-1.weight", (2, 1), 0.5)), (2, ("dense-1.bias", (2,), 0.5))):
        index = weights.model.index(2, column)
        table.setCurrentIndex(index)
        table.edit(index)
        editor = table.indexWidget(index)
        editor.selectAll()
        qtbot.keyClicks(editor, "0,5")
        inspector.show_snapshot(snapshot)  # newer weights do not disturb the typing
        assert editor.text() == "0,5"
        qtbot.keyClick(editor, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not table.is_editing())
        assert asked[-1] == expected
    assert len(asked) == 2


@pytest.mark.parametrize("typed", ["abc", "", "nan", "inf"])
def test_a_weight_that_is_no_number_is_not_asked_for(typed: str, qapp: object) -> None:
    model = WeightTable()
    model.show("weight", np.zeros((2, 2), dtype=np.float32), None)
    asked = []
    model.edited.connect(lambda *words: asked.append(words))
    assert not model.setData(model.index(0, 0), typed)
    assert asked == []


def test_weights_of_a_convolution_keep_their_index(qapp: object) -> None:
    model = WeightTable()
    values = np.arange(2 * 3 * 2 * 2, dtype=np.float32).reshape(2, 3, 2, 2)
    model.show("weight", values, np.zeros(2, dtype=np.float32))
    asked = []
    model.edited.connect(lambda *words: asked.append(words))
    model.setData(model.index(1, 7), "0.5")
    name, index, value = asked[0]
    assert (name, value) == ("weight", 0.5)
    assert values[index] == values.reshape(2, -1)[1, 7]
    assert model.headerData(7, Qt.Orientation.Horizontal) == "2, 2, 2"
    heat_map = HeatMap()
    heat_map.set_values(values.reshape(2, -1), 24.0, values.shape[1:])
    assert heat_map.describe(1, 7) == "filter 2, channel 2, row 2, column 2: 19"


def test_signed_colours(qapp: object) -> None:
    image = signed_image(np.array([[-2.0, 0.0, 2.0, np.nan]], dtype=np.float32), 2.0)
    names = [image.pixelColor(column, 0).name() for column in range(4)]
    assert names == ["#f59322", "#e8eaeb", "#0877bd", "#e8eaeb"]


def test_nothing_selected_shows_the_lesson_and_the_goals(inspector: Inspector, document: OpenDocument) -> None:
    inspector.select("")
    notes = inspector.notes
    assert notes.isVisible()
    assert (notes.title.text(), notes.lesson.text()) == ("Two spirals", "Bend.")
    assert notes.goal_labels[0].text().startswith("○")
    inspector.show_goals({"test_accuracy": 0.97})
    assert notes.goal_labels[0].text() == "✓  test accuracy at least 0.95 within 300 epochs: now 0.97"
    inspector.show_goals({"test_accuracy": 0.5})
    assert notes.goal_labels[0].text().startswith("○")


def test_problems_of_the_whole_graph_stand_in_the_notes(inspector: Inspector, document: OpenDocument) -> None:
    document.open(document.project.replace(graph=Graph(nodes=(Node(id="dense-1", block="dense"),))))
    inspector.select("")
    document.open(document.project.replace(graph=Graph()))
    assert inspector.notes.problems.isVisible()


def test_deleting_the_selected_block_returns_to_the_notes(inspector: Inspector, document: OpenDocument) -> None:
    from playground.document import edits

    inspector.select("dense-1")
    assert inspector.block.isVisible()
    document.edit_graph("Delete", edits.delete(document.graph, ["dense-1"]))
    assert inspector.notes.isVisible()


def test_an_unknown_block_does_not_break_the_panel(inspector: Inspector, document: OpenDocument) -> None:
    graph = Graph(nodes=(Node(id="x-1", block="from-the-future"),))
    document.open(document.project.replace(graph=graph))
    inspector.select("x-1")
    assert inspector.block.title.text() == "from-the-future"
    assert inspector.block.problems.isVisible()
    assert inspector.block.formula_section.isHidden()


@pytest.mark.parametrize("parameters", [{"units": "many"}, {"units": 0}, {"units": 10**9}, {"activation": "magic"}])
def test_bad_parameters_in_a_file_are_shown_as_a_problem(
    inspector: Inspector, document: OpenDocument, parameters: dict[str, object], qtbot: QtBot
) -> None:
    nodes = tuple(
        node.replace(parameters=parameters) if node.id == "dense-1" else node for node in document.graph.nodes
    )
    document.open(document.project.replace(graph=document.graph.replace(nodes=nodes)))
    inspector.select("dense-1")
    assert inspector.block.problems.buttons
    qtbot.mouseClick(inspector.block.problems.buttons[0], Qt.MouseButton.LeftButton)
    assert inspector.block.problems.isHidden()
    assert document.report.ok


@pytest.mark.parametrize("block", [cls.id for cls in BLOCKS])
def test_every_block_can_be_selected_and_stays_narrow(
    inspector: Inspector, document: OpenDocument, block: str, qtbot: QtBot
) -> None:
    graph = fixes.replace_block(document.graph, "dense-1", block)
    loose = Edge(source="spirals-1", source_port="features", target="dense-1")
    document.open(document.project.replace(graph=graph.replace(edges=tuple({*graph.edges, loose}))))
    inspector.resize(300, 900)
    inspector.select("dense-1")
    panel = inspector.block
    qtbot.waitUntil(lambda: panel.formula.is_drawn() or panel.formula.isHidden())
    assert not panel.formula.failed
    assert panel.title.text()
    qtbot.waitUntil(lambda: panel.widget().width() <= panel.viewport().width())


def test_moving_a_block_does_not_disturb_the_form(inspector: Inspector, document: OpenDocument, qtbot: QtBot) -> None:
    from playground.document import edits

    inspector.select("dense-1")
    title = inspector.block.title
    title.setFocus()
    title.selectAll()
    qtbot.keyClicks(title, "half typ")
    document.edit_graph("Move", edits.move(document.graph, {"dense-1": (50.0, 60.0)}))
    assert title.text() == "half typ"


def test_a_click_on_the_heat_map_opens_the_weight_for_typing(
    inspector: Inspector, snapshot: Snapshot, qtbot: QtBot
) -> None:
    inspector.select("dense-1")
    inspector.show_snapshot(snapshot)
    weights = inspector.block.weights
    asked = []
    inspector.weight_edit_requested.connect(lambda *words: asked.append(words))
    qtbot.mouseClick(weights.map, Qt.MouseButton.LeftButton, pos=QPoint(weights.map.width() - 3, 2))
    editor = weights.table.indexWidget(weights.model.index(0, 1))
    editor.selectAll()
    qtbot.keyClicks(editor, "-2")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [("dense-1.weight", (0, 1), -2.0)]


def test_large_weights_are_shown_thinned_and_told_in_words(qtbot: QtBot) -> None:
    heat = HeatMap()
    qtbot.addWidget(heat)
    heat.resize(200, 100)
    values = np.zeros((1500, 1000), dtype=np.float32)
    values[-1, -1] = 3.0
    heat.set_values(values, 3.0)
    assert heat.image.height() <= 400
    assert heat.describe(*heat.cell_at(QPoint(199, 99))).startswith("unit 1")
    assert in_words(values).startswith("about min 0")
