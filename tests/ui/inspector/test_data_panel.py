from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from playground.data.registry import CATALOGUE, DATASETS
from playground.document import edits
from playground.document.graph import Graph, Node
from playground.editing import fixes
from playground.ui.inspector.data_panel import DataPanel, make_preview
from playground.ui.inspector.inspector import Inspector
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.points_plot import PointsPlot
from tests import own_files


@pytest.fixture
def panel(inspector: Inspector, document: OpenDocument) -> DataPanel:
    inspector.preview_requested.connect(
        lambda node, part: inspector.show_prepared(node, make_preview(document.graph, node, part))
    )
    inspector.select("spirals-1")
    return inspector.data


def parameters(document: OpenDocument) -> dict[str, object]:
    return dict(document.graph.node("spirals-1").parameters)


def use(document: OpenDocument, block: str) -> None:
    document.edit_graph("Other data", fixes.replace_block(document.graph, "spirals-1", block))


def test_selecting_data_shows_its_tab(panel: DataPanel, inspector: Inspector) -> None:
    assert inspector.currentWidget() is panel
    assert panel.datasets.currentText() == "Spirals"
    inspector.select("dense-1")
    assert inspector.currentWidget() is inspector.block_place


def test_the_examples_arrive(panel: DataPanel, qtbot: QtBot) -> None:
    qtbot.waitUntil(panel.view.points.isVisible)
    assert panel.counts.text() == "42 train · 9 validation · 9 test"
    assert panel.view.bars.accessibleDescription() == "orange 30, blue 30"
    qtbot.mouseClick(panel.view.table_button, Qt.MouseButton.LeftButton)
    assert panel.view.table.isVisible()
    assert not panel.view.points.isVisible()
    model = panel.view.model
    assert (model.rowCount(), model.columnCount()) == (42, 3)
    panel.view.parts.setCurrentIndex(2)
    qtbot.waitUntil(lambda: model.rowCount() == 9)


def test_labels_that_the_budget_hides_are_counted(panel: DataPanel, document: OpenDocument, qtbot: QtBot) -> None:
    assert panel.division_form is not None
    field = panel.division_form.rows["label_budget"].findChild(QLineEdit)
    assert field is not None and field.isVisible()
    field.clear()
    qtbot.keyClicks(field, "10\r")
    assert parameters(document)["label_budget"] == 10
    qtbot.waitUntil(lambda: panel.counts.text() == "10 train · 9 validation · 9 test · 32 unlabelled")


def test_other_data_keep_the_wires_and_the_parameters_that_fit(
    panel: DataPanel, document: OpenDocument, qtbot: QtBot
) -> None:
    panel.datasets.setCurrentIndex(panel.datasets.findData("circles"))
    node = document.graph.node("spirals-1")
    assert (node.block, node.parameters["examples"]) == ("circles", 60)
    assert len(document.graph.edges) == 4
    assert document.report.ok
    assert document.undo_stack.undoText() == "Change the data to Circles"
    document.undo_stack.undo()
    assert panel.datasets.currentText() == "Spirals"


def test_headings_in_the_list_cannot_be_chosen(panel: DataPanel) -> None:
    headings = [row for row in range(panel.datasets.count()) if not panel.datasets.itemData(row)]
    assert len(headings) >= 4
    assert not any(panel.datasets.model().item(row).isEnabled() for row in headings)
    assert panel.datasets.count() - len(headings) == len(DATASETS)


def test_noise_by_slider_is_one_step(panel: DataPanel, document: OpenDocument, qtbot: QtBot) -> None:
    slider = panel.form.fields["noise"].slider
    middle = slider.height() // 2
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(8, middle))
    for x in range(8, slider.width() - 8, 6):
        qtbot.mouseMove(slider, QPoint(x, middle))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 8, middle))
    assert document.undo_stack.count() == 1
    assert parameters(document)["noise"] > 0.5


def test_dragging_the_borders_of_the_split(panel: DataPanel, document: OpenDocument, qtbot: QtBot) -> None:
    bar = panel.shares
    assert bar.percents() == (70, 15, 15)
    place = QPoint(round(bar.border_x(0)), bar.height() // 2)
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=place)
    for _ in range(12):
        place -= QPoint(5, 0)
        qtbot.mouseMove(bar, place)
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=place)
    train, validation, test = bar.percents()
    assert train < 60
    assert test == 15
    assert parameters(document)["train_share"] == train / 100
    assert parameters(document)["validation_share"] == validation / 100
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert bar.percents() == (70, 15, 15)


def test_the_split_by_keyboard_stays_within_bounds(panel: DataPanel, document: OpenDocument, qtbot: QtBot) -> None:
    bar = panel.shares
    bar.setFocus()
    qtbot.keyClick(bar, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert bar.percents() == (70, 16, 14)
    for _ in range(90):
        qtbot.keyClick(bar, Qt.Key.Key_Left)
    assert bar.percents() == (5, 81, 14)
    for _ in range(20):
        qtbot.keyClick(bar, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert bar.percents() == (5, 90, 5)
    assert document.report.ok


def test_drawing_each_stroke_is_one_step(panel: DataPanel, document: OpenDocument, qtbot: QtBot) -> None:
    use(document, "drawn-points")
    area = panel.drawing.area
    qtbot.waitUntil(area.isVisible)
    start = area.to_pixels(-3.0, 2.0).toPoint()
    qtbot.mousePress(area, Qt.MouseButton.LeftButton, pos=start)
    for _ in range(10):
        start += QPoint(10, 0)
        qtbot.mouseMove(area, start)
    qtbot.mouseRelease(area, Qt.MouseButton.LeftButton, pos=start)
    first = parameters(document)["points"]
    assert len(first) > 5
    assert first[0] == pytest.approx([-3.0, 2.0, 0], abs=0.1)
    assert document.undo_stack.count() == 2
    qtbot.mouseClick(area, Qt.MouseButton.RightButton, pos=area.to_pixels(1.0, -2.0).toPoint())
    assert parameters(document)["points"][-1][2] == 1
    assert document.undo_stack.count() == 3
    assert document.report.blocks["spirals-1"].points[-1][2] == 1
    document.undo_stack.undo()
    assert parameters(document)["points"] == first
    assert len(area.points) == len(first)


def test_erasing_and_clearing(panel: DataPanel, document: OpenDocument, qtbot: QtBot) -> None:
    use(document, "drawn-points")
    area, tools = panel.drawing.area, panel.drawing.tools
    qtbot.waitUntil(area.isVisible)
    for x in (-3.0, 0.0, 3.0):
        qtbot.mouseClick(area, Qt.MouseButton.LeftButton, pos=area.to_pixels(x, 0.0).toPoint())
    eraser = tools.buttons()[-1]
    qtbot.mouseClick(eraser, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(area, Qt.MouseButton.LeftButton, pos=area.to_pixels(0.1, 0.1).toPoint())
    assert [round(point[0]) for point in parameters(document)["points"]] == [-3, 3]
    assert document.undo_stack.undoText() == "Erase points"
    qtbot.mouseClick(panel.drawing.clear_button, Qt.MouseButton.LeftButton)
    assert parameters(document)["points"] == []
    assert "No points yet" in panel.drawing.count.text()
    document.undo_stack.undo()
    assert len(parameters(document)["points"]) == 2


def test_drawing_by_keyboard(panel: DataPanel, document: OpenDocument, qtbot: QtBot) -> None:
    use(document, "drawn-points")
    area = panel.drawing.area
    qtbot.waitUntil(area.isVisible)
    area.setFocus()
    qtbot.keyClick(area, Qt.Key.Key_Right)
    qtbot.keyClick(area, Qt.Key.Key_Up)
    qtbot.keyClick(area, Qt.Key.Key_Space)
    qtbot.keyClick(area, Qt.Key.Key_2)
    qtbot.keyClick(area, Qt.Key.Key_Up)
    qtbot.keyClick(area, Qt.Key.Key_Space)
    assert parameters(document)["points"] == [[0.25, 0.25, 0], [0.25, 0.5, 1]]
    qtbot.keyClick(area, Qt.Key.Key_Delete)
    assert parameters(document)["points"] == []


def test_a_formula_is_refused_with_its_sentence(panel: DataPanel, document: OpenDocument, qtbot: QtBot) -> None:
    use(document, "expression")
    row = panel.form.rows["expression"]
    edit = panel.form.fields["expression"].edit
    for typed, accepted in (("x^2 +", False), ("__import__('os')", False), ("x^2 - 1", True)):
        edit.setFocus()
        edit.selectAll()
        qtbot.keyClicks(edit, typed)
        qtbot.keyClick(edit, Qt.Key.Key_Return)
        assert row.error.isHidden() == accepted
        assert (parameters(document).get("expression") == typed) == accepted


def test_several_data_blocks_can_be_chosen(panel: DataPanel, document: OpenDocument, inspector: Inspector) -> None:
    assert not panel.nodes_row.isVisible()
    document.edit_graph("Add", edits.add_node(document.graph, Node(id="iris-1", block="iris")))
    assert panel.nodes_row.isVisible()
    panel.nodes.setCurrentIndex(1)
    assert panel.datasets.currentData() == "iris"
    inspector.select("spirals-1")
    assert panel.datasets.currentData() == "spirals"
    document.edit_graph("Add", edits.add_node(document.graph, Node(id="iris-2", block="iris")))
    assert [panel.nodes.itemText(row) for row in range(3)] == ["Spirals", "Iris 1", "Iris 2"]  # as on the canvas
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert not panel.nodes_row.isVisible()


def test_without_data_the_tab_says_so(
    panel: DataPanel, document: OpenDocument, graph_of: Callable[..., Graph]
) -> None:
    document.open(document.project.replace(graph=Graph()))
    assert panel.nothing.isVisible()
    assert not panel.split.isVisible()
    document.open(document.project.replace(graph=graph_of()))
    assert not panel.nothing.isVisible()


def test_examples_that_come_too_late_are_ignored(panel: DataPanel, document: OpenDocument) -> None:
    late = make_preview(document.graph, "spirals-1", "train")
    document.open(document.project.replace(graph=Graph()))
    panel.show_prepared("spirals-1", late)
    assert not panel.view.isVisible()


def test_only_the_newest_of_many_changes_is_asked_for(panel: DataPanel, document: OpenDocument, qtbot: QtBot) -> None:
    qtbot.waitUntil(panel.view.points.isVisible)
    asked = []
    panel.preview_requested.connect(lambda node, part: asked.append((node, part)))
    with qtbot.waitSignal(panel.preview_requested):
        for percent in range(1, 30):
            document.edit_graph(
                "Noise", edits.set_parameters(document.graph, "spirals-1", {"noise": percent / 100}), "noise"
            )
    assert asked == [("spirals-1", "train")]


@pytest.mark.parametrize("dataset", [cls.id for cls in DATASETS])
def test_every_dataset_is_shown_and_stays_narrow(
    panel: DataPanel, document: OpenDocument, inspector: Inspector, dataset: str, qtbot: QtBot
) -> None:
    inspector.resize(300, 900)
    use(document, dataset)
    if dataset.startswith("own-"):
        assert panel.problems.isVisible() and "yet" in panel.problems.buttons[0].parent().findChild(QLabel).text()
        own = own_files.parameters_of(dataset)
        document.edit_graph("Its file", edits.set_parameters(document.graph, "spirals-1", own))
    assert panel.file_button.isVisible() == dataset.startswith("own-")
    node = document.graph.node("spirals-1")
    assert panel.datasets.currentData() == dataset
    assert node.block == dataset
    if dataset != "drawn-points":
        panel.show_prepared("spirals-1", make_preview(document.graph, "spirals-1", "train"))
        shown = [panel.view.points, panel.view.wall, panel.view.series, panel.view.table]
        assert [widget.isVisible() for widget in shown].count(True) == 1
    assert panel.drawing_section.isVisible() == (dataset == "drawn-points")
    qtbot.waitUntil(lambda: panel.widget().width() <= panel.viewport().width())
    assert set(panel.form.fields).isdisjoint({"train_share", "validation_share", "points"})
    assert CATALOGUE[dataset].summary == panel.summary.text()


def test_the_wall_knows_what_lies_under_the_mouse(panel: DataPanel, document: OpenDocument, qtbot: QtBot) -> None:
    use(document, "digits")
    wall = panel.view.wall
    qtbot.waitUntil(wall.isVisible)
    preview = make_preview(document.graph, "spirals-1", "train")
    assert wall.picture_at(QPoint(1, 1)) == 0
    assert wall.captions[0] == str(preview.rows[0][0])
    assert wall.picture_at(QPoint(wall.width() + 5, 0)) is None


def test_points_outside_the_picture_make_it_larger(qtbot: QtBot) -> None:
    import numpy as np

    plot = PointsPlot()
    qtbot.addWidget(plot)
    plot.resize(240, 240)
    points = np.array([[-20.0, 3.0, 0.0], [40.0, 8.0, 1.0]], dtype=np.float32)
    plot.set_points(points, has_classes=True)
    for x, y, _ in points.tolist():
        place = plot.to_pixels(x, y)
        assert plot.area().contains(place)
        assert plot.to_coordinates(QPointF(place)) == pytest.approx((x, y), abs=1e-3)


def test_a_typed_number_outside_its_bounds_stays_out(panel: DataPanel, document: OpenDocument, qtbot: QtBot) -> None:
    edit = panel.form.fields["balance"].findChild(QLineEdit)
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "1.5")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert document.undo_stack.count() == 0
    assert "from 0.05 to 0.95" in panel.form.rows["balance"].error.text()


def test_data_with_an_error_are_not_asked_for(panel: DataPanel, document: OpenDocument, qtbot: QtBot) -> None:
    qtbot.waitUntil(panel.view.points.isVisible)
    asked = []
    panel.preview_requested.connect(lambda *words: asked.append(words))
    use(document, "drawn-points")  # without a point yet
    qtbot.waitUntil(lambda: panel.counts.text() == "")
    assert asked == []
    assert panel.problems.isVisible()
    qtbot.mouseClick(panel.drawing.area, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(asked))
    assert panel.problems.isHidden()
    qtbot.waitUntil(lambda: panel.counts.text().startswith("1 train"))
