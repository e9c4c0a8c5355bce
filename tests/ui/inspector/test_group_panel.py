"""The panel of a group and the row of shared weights, as a person uses them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from playground.document.graph import Edge, Graph, Group, Node
from playground.document.project import Project
from playground.ui.inspector.inspector import Inspector
from playground.ui.open_document import OpenDocument


def graph() -> Graph:
    """Circles -> 3 units -> [3 units -> a group of 3 units, twice] -> 1 unit -> loss."""
    names = ("circles-1", "dense-1", "dense-2", "dense-3", "dense-4")
    wires = zip(names, names[1:], ("features", "output", "output", "output"), strict=False)
    return Graph(
        nodes=(
            Node(id="circles-1", block="circles", parameters={"labels": "signed"}),
            *(Node(id=name, block="dense", parameters={"units": 3}) for name in names[1:4]),
            Node(id="dense-4", block="dense", parameters={"units": 1}),
            Node(id="loss-1", block="mean-squared-error"),
        ),
        edges=(
            *(Edge(source=one, target=other, source_port=port) for one, other, port in wires),
            Edge(source="dense-4", target="loss-1", target_port="prediction"),
            Edge(source="circles-1", source_port="target", target="loss-1", target_port="target"),
        ),
        groups=(
            Group(id="part", title="Part", nodes=("dense-2",), closed=True),
            Group(id="inner", title="Inner", nodes=("dense-3",), inside="part", repeat=2),
        ),
    )


@pytest.fixture
def inspector(qtbot) -> Inspector:
    document = OpenDocument()
    panel = Inspector(document)
    document.setParent(panel)
    qtbot.addWidget(panel)
    panel.resize(320, 700)
    panel.show()
    document.open(Project(graph=graph()))
    panel.select_group("part")
    return panel


def document_of(panel: Inspector) -> OpenDocument:
    return panel.findChild(OpenDocument)


def test_it_tells_what_is_inside_and_leads_there(inspector: Inspector, qtbot) -> None:
    panel = inspector.group
    assert panel.count.text() == "2 blocks · 36 parameters"
    assert [panel.list.item(row).text() for row in range(panel.list.count())] == [
        "Dense 2", "Inner × 2", "    Dense 3",
    ]  # fmt: skip
    with qtbot.waitSignal(panel.go_to_wanted) as went:
        panel.list.setCurrentRow(2)
        QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert went.args == ["dense-3"]
    with qtbot.waitSignal(panel.enter_wanted) as entered:
        panel.enter.click()
    assert entered.args == ["part"]


def test_the_number_is_typed_and_one_too_large_is_refused_under_the_field(inspector: Inspector) -> None:
    panel, document = inspector.group, document_of(inspector)
    row = panel.form.rows["repeat"]
    row.field.spin.setValue(4)
    assert panel.count.text() == "2 blocks · 144 parameters in 4 copies"
    document.edit_graph("more", document.graph.replace(groups=(
        document.graph.groups[0], document.graph.group("inner").replace(repeat=900))))  # fmt: skip
    row.field.spin.setValue(50)
    assert document.graph.group("part").repeat == 4
    assert row.error.text() == "50 copies would make 45,054 blocks; a network may have 5,000."


def test_the_title_is_typed_and_the_notes_come_when_the_group_goes(inspector: Inspector) -> None:
    panel, document = inspector.group, document_of(inspector)
    panel.title.setFocus()
    panel.title.selectAll()
    QTest.keyClicks(panel.title, "Stage")
    QTest.keyClick(panel.title, Qt.Key.Key_Return)
    assert document.graph.group("part").title == "Stage"
    panel.ungroup.click()
    assert document.graph.group("inner").inside is None
    assert inspector.block_place.currentWidget() is inspector.notes


def test_the_row_of_weights_offers_others_and_gives_them_back(inspector: Inspector) -> None:
    document = document_of(inspector)
    inspector.select("dense-2")
    row = inspector.block.same_weights
    assert row.button.text() == "its own"
    row.menu.aboutToShow.emit()
    choice = next(action for action in row.menu.actions() if action.text() == "Dense 3")
    choice.trigger()
    assert document.graph.node("dense-2").weights_of == "dense-3"
    assert row.button.text() == "those of Dense 3"
    assert inspector.block.count.text() == "12 shared"
    row.menu.aboutToShow.emit()
    row.menu.actions()[0].trigger()
    assert row.button.text() == "its own"
