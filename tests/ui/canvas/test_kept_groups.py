"""Groups in files: the palette's shelves, one's own blocks, and projects that are inserted as a group."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog

from playground.document.files import write
from playground.document.graph import EdgeKey
from playground.document.project import Project
from playground.editing import group_library
from playground.ui.canvas.kept_rows import GROUP_MIME, OWN_TOPIC, KeptRow, kept_menu
from playground.ui.canvas.palette import PaletteWidget
from tests.ui.canvas.conftest import LEFT, NONE, Hands, canvas_with
from tests.ui.canvas.test_groups import chain

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def hands(qtbot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hands:
    monkeypatch.setattr(group_library, "user_data", lambda: tmp_path)
    return canvas_with(chain(), qtbot)


@pytest.fixture
def palette(hands: Hands, qtbot) -> PaletteWidget:
    widget = PaletteWidget(hands.document, hands.view)
    qtbot.addWidget(widget)
    widget.resize(230, 700)
    widget.show()
    return widget


def kept(palette: PaletteWidget, *, own: bool) -> list[KeptRow]:
    model = palette.list.rows
    rows = [model.row_of(model.index(number)) for number in range(model.rowCount())]
    return [row for row in rows if isinstance(row, KeptRow) and row.own == own]


def go_to(palette: PaletteWidget, title: str) -> KeptRow:
    model = palette.list.rows
    for number in range(model.rowCount()):
        row = model.row_of(model.index(number))
        if isinstance(row, KeptRow) and row.title == title:
            palette.list.setCurrentIndex(model.index(number))
            return row
    raise AssertionError(title)


def test_ready_groups_stand_in_the_palette_and_enter_puts_one_behind_the_chosen_block(hands, palette) -> None:
    titles = [row.title for row in kept(palette, own=False)]
    assert len(titles) == len(list(group_library.ready_folder().glob("*.group.json")))
    assert not kept(palette, own=True)
    hands.view.select(["dense-3"])
    go_to(palette, next(title for title in titles if "dense" in title.lower()))
    QTest.keyClick(palette.list, Qt.Key.Key_Return)
    new = hands.graph.groups[-1]
    assert new.closed
    assert hands.view.canvas_scene.selection.items == (new.id,)
    assert any(e.source == "dense-3" and e.target in hands.graph.members(new.id) for e in hands.graph.edges)
    assert hands.document.undo_stack.count() == 1


def test_a_group_of_ones_own_is_kept_found_renamed_and_removed(hands, palette, monkeypatch, answers_yes) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: ("Bend", True))
    told: list[str] = []
    hands.view.group_files.told.connect(lambda words, _tone: told.append(words))
    hands.view.keep_wanted.emit("part")
    assert told == ["“Bend” is kept: it stands in the palette under My blocks."]
    assert [row.title for row in kept(palette, own=True)] == ["Bend"]
    palette.search.setText("ben")
    row = go_to(palette, "Bend")
    QTest.keyClick(palette.list, Qt.Key.Key_Return)
    assert [group.title for group in hands.graph.groups] == ["Part", "Bend"]
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_more: ("Curve", True))
    go_to(palette, "Bend")
    QTest.keyClick(palette.list, Qt.Key.Key_F2)
    palette.search.clear()
    assert [row.title for row in kept(palette, own=True)] == ["Curve"]
    go_to(palette, "Curve")
    QTest.keyClick(palette.list, Qt.Key.Key_Delete)
    assert not kept(palette, own=True)
    assert not Path(row.path).exists()


@pytest.fixture
def answers_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtWidgets import QMessageBox

    monkeypatch.setattr(QMessageBox, "exec", lambda _box: int(QMessageBox.StandardButton.Yes.value))


def test_what_came_with_the_program_is_not_renamed_or_removed(hands, palette) -> None:
    row = kept(palette, own=False)[0]
    words = [action.text() for action in kept_menu(hands.view.group_files, row, palette).actions()]
    assert words == ["Put on the canvas"]
    go_to(palette, row.title)
    QTest.keyClick(palette.list, Qt.Key.Key_Delete)
    assert Path(row.path).exists()


def test_a_closed_topic_hides_its_groups(hands, palette) -> None:
    hands.view.group_files.keep("part", "Bend")
    index = palette.list.rows.index_of_topic(OWN_TOPIC)
    assert index.isValid()
    palette.list.topic_toggled.emit(OWN_TOPIC)
    assert not kept(palette, own=True)
    palette.list.topic_toggled.emit(OWN_TOPIC)


def test_a_group_dropped_on_a_wire_goes_into_it(hands, palette) -> None:
    path = hands.view.group_files.keep("part", "Bend")
    data = QMimeData()
    data.setData(GROUP_MIME, str(path).encode())
    place = hands.wire_middle("dense-3", "loss-1")
    spot = hands.view.mapFromScene(place)
    actions, viewport = Qt.DropAction.CopyAction, hands.view.viewport()
    enter = QDragEnterEvent(spot, actions, data, LEFT, NONE)
    QApplication.sendEvent(viewport, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(viewport, QDropEvent(QPointF(spot), actions, data, LEFT, NONE))
    new = hands.graph.groups[-1]
    assert new.title == "Bend"
    assert EdgeKey("dense-3", "output", "loss-1", "prediction") not in {edge.key for edge in hands.graph.edges}
    assert hands.view.canvas_scene.nodes[new.id].box().rect.y < 200


def test_another_project_is_inserted_as_a_group_without_its_data(hands, tmp_path) -> None:
    path = tmp_path / "other.playground.json"
    write(Project(title="Other", graph=chain()), path)
    told: list[str] = []
    hands.view.group_files.told.connect(lambda words, _tone: told.append(words))
    name = hands.view.group_files.insert_file(path)
    group = hands.graph.group(name)
    assert group.title == "Other"
    assert {hands.graph.node(one).block for one in hands.graph.members(name)} == {"dense", "tanh"}
    assert told == ["Spirals and Mean squared error are left out: a group takes what arrives at it."]
    before = hands.json
    broken = tmp_path / "broken.playground.json"
    broken.write_text("{")
    assert hands.view.group_files.insert_file(broken) == ""
    assert told[-1].startswith("broken.playground.json cannot be inserted: ")
    assert hands.json == before
