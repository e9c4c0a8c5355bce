"""A person's own files in the real window: dropped, looked at, learned from; what is said of files that are none."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from playground.data.own import files as data_files
from playground.data.own.files import Reading
from playground.data.own.first import first_guess
from playground.data.own.places import stored
from playground.data.registry import CATALOGUE
from playground.document.files import to_json, write
from playground.editing.starting import starting_project
from playground.ui.own_files import opening
from playground.ui.own_files.columns import KIND, TARGET, USED, ColumnsView
from playground.ui.own_files.dialog import OwnFileDialog
from playground.ui.shell.window import MainWindow
from tests import own_files
from tests.end_to_end.conftest import LEFT, NONE, Person, spirals


def drops_file(widget: QWidget, path: Path, place: QPoint) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(widget, QDragEnterEvent(place, copy, data, LEFT, NONE))
    QApplication.sendEvent(widget, QDragMoveEvent(place, copy, data, LEFT, NONE))
    QApplication.sendEvent(widget, QDropEvent(QPointF(place), copy, data, LEFT, NONE))


def dialog_of(person: Person) -> OwnFileDialog:
    person.sees(lambda: person.place.own_files.dialog is not None and person.place.own_files.dialog.page is not None)
    person.sees(lambda: person.place.own_files.dialog.isVisible())
    return person.place.own_files.dialog


def waits_for_a_frame(person: Person) -> None:
    person.waits_for("ready")
    person.sees(lambda: person.place.feed.frame is not None)


def clicks_cell(view: ColumnsView, row: int, column: int) -> None:
    rect = view.visualRect(view.model().index(row, column))
    QTest.mouseClick(view.viewport(), LEFT, NONE, rect.center())


def test_a_table_dropped_on_the_gallery_learns_at_once(person: Person, window: MainWindow) -> None:
    drops_file(window, own_files.flowers(), window.rect().center())
    dialog = dialog_of(person)
    assert list(dialog.buttons) == ["project"]
    columns = dialog.page.columns
    clicks_cell(columns, 0, TARGET)
    assert "one number out, “length”" in dialog.sentence.text()
    clicks_cell(columns, 4, TARGET)
    assert dialog.sentence.text() == (
        "120 rows: 5 numbers in, 3 classes out. Left out: 2 rows that do not parse. "
        "In 37 rows what is missing is filled in."
    )
    clicks_cell(columns, 3, USED)
    assert dialog.sentence.text().startswith("120 rows: 3 numbers in")
    QTest.mouseClick(dialog.buttons["project"], LEFT)
    person.sees(lambda: person.project.title == "flowers")
    assert person.place.document.report.ok
    waits_for_a_frame(person)
    person.place.actions.act["play"].trigger()
    person.sees(lambda: person.place.feed.frame.latest.get("validation_accuracy", 0.0) > 0.9)
    person.place.trainer.pause()
    person.rests()


def test_a_table_dropped_on_the_canvas_stands_there_and_can_be_undone(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    before = to_json(person.project)
    canvas = person.place.canvas
    place = canvas.viewport().rect().center() + QPoint(0, canvas.viewport().height() // 3)
    there = canvas.mapToScene(place)
    drops_file(canvas.viewport(), own_files.houses(), place)
    dialog = dialog_of(person)
    assert list(dialog.buttons) == ["project", "canvas"]
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    person.sees(lambda: len(person.graph.nodes) == 5)
    added = person.graph.nodes[-1]
    assert added.block == "own-table-numbers"
    middle = canvas.canvas_scene.nodes[added.id].box().rect.centre
    assert abs(middle[0] - there.x()) < 60 and abs(middle[1] - there.y()) < 240  # clear of the cards above
    assert person.place.canvas.selected_node() == added.id
    assert person.place.document.undo_stack.undoText() == "Add houses.csv"
    person.undoes()
    assert to_json(person.project) == before


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("noise.csv", bytes(range(256)) * 40, "holds binary data"),
        ("empty.csv", b"", "is empty"),
        ("book.xlsx", b"PK\x03\x04" + bytes(50), "Excel workbook"),
        ("one.csv", b"a\n1\n2\n", "one column only"),
        ("project.json", b"[1, 2]", "cannot be opened"),
    ],
)
def test_a_wrong_file_gives_one_sentence_and_harms_nothing(
    person: Person, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    before = to_json(person.project)
    path = tmp_path / name
    path.write_bytes(content)
    drops_file(person.window, path, person.window.rect().center())
    person.sees(lambda: words in person.place.messages.text)
    assert to_json(person.project) == before
    assert person.place.own_files.dialog is None
    assert person.place.document.undo_stack.count() == 0
    assert person.place.trainer.state == "ready"


def test_reading_a_huge_file_is_cancelled_and_leaves_everything_as_it_was(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[bool] = []

    def endless(path: Path, reading: Reading, **_: object) -> None:
        try:
            for number in range(10_000):
                reading.step(number / 10_000, f"{number:,} rows")
                time.sleep(0.005)
        finally:
            ended.append(True)

    monkeypatch.setattr(opening, "look_at", endless)
    person.opens(spirals(), tmp_path)
    before = to_json(person.project)
    drops_file(person.window, own_files.flowers(), person.window.rect().center())
    person.sees(lambda: person.place.own_files.dialog.isVisible())
    dialog = person.place.own_files.dialog
    person.sees(lambda: dialog.bar.value() > 0 and "rows" in dialog.words.text())
    assert not dialog.buttons["canvas"].isEnabled()
    QTest.mouseClick(dialog.cancel, LEFT)
    person.sees(lambda: bool(ended))
    assert person.place.own_files.dialog is None
    assert to_json(person.project) == before
    assert person.place.messages.text == ""


def test_a_window_that_closes_ends_the_reading(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(path: Path, reading: Reading, **_: object) -> None:
        while True:
            reading.step(0.5)
            time.sleep(0.002)

    monkeypatch.setattr(opening, "look_at", endless)
    person.place.own_files.open(own_files.flowers())
    person.sees(lambda: person.place.own_files.dialog.isVisible())
    person.window.close()
    assert person.place.own_files.dialog is None


def test_a_block_without_a_file_asks_for_one_and_keeps_its_wires(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.opens(spirals(), tmp_path)
    panel = person.place.inspector.data
    person.place.canvas.select(["data"])
    panel.datasets.setCurrentIndex(panel.datasets.findData("own-table"))
    assert person.graph.node("data").block == "own-table"
    bubble = person.place.canvas.messages.bubble
    person.sees(bubble.isVisible)
    assert bubble.text.text() == "My table has no file yet. Choose a table of yours."
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(own_files.flowers()), ""))
    QTest.mouseClick(person.button("Choose a file…", bubble), LEFT)
    dialog = dialog_of(person)
    assert list(dialog.buttons) == ["node"]
    QTest.mouseClick(dialog.buttons["node"], LEFT)
    person.sees(lambda: "table" in person.graph.node("data").parameters)
    assert len(person.graph.edges) == 4
    assert person.place.document.undo_stack.undoText() == "Read flowers.csv"
    # The file goes away: the node says so, and its button leads to another file.
    mine = tmp_path / "mine.csv"
    mine.write_bytes(own_files.flowers().read_bytes())
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(mine), ""))
    person.place.own_files.ask_for("data")
    dialog = dialog_of(person)
    QTest.mouseClick(dialog.other, LEFT)
    dialog = dialog_of(person)
    QTest.mouseClick(dialog.buttons["node"], LEFT)
    person.sees(lambda: person.graph.node("data").parameters["file"] == str(mine))
    mine.unlink()
    person.place.document.edit_graph("Move", person.graph.replace(edges=person.graph.edges[:3]))
    message = f"The file “mine.csv” is not at {tmp_path} any more. Choose it again."
    assert [problem.message for problem in person.place.document.report.errors() if problem.node == "data"] == [message]


def test_the_choice_that_was_made_is_offered_again(person: Person, tmp_path: Path) -> None:
    drops_file(person.window, own_files.flowers(), person.window.rect().center())
    dialog = dialog_of(person)
    clicks_cell(dialog.page.columns, 1, USED)
    dialog.page.missing.setCurrentIndex(1)
    QTest.mouseClick(dialog.buttons["project"], LEFT)
    person.sees(lambda: person.project.title == "flowers")
    person.place.canvas.select(["data"])
    QTest.mouseClick(person.button("File and columns…", person.place.inspector), LEFT)
    dialog = dialog_of(person)
    assert [column.use for column in dialog.page.model.columns] == [
        "number", "ignored", "number", "category", "category",
    ]  # fmt: skip
    assert dialog.page.missing.currentData() == "mean-or-most-frequent"
    columns = dialog.page.columns
    columns.setFocus()
    columns.setCurrentIndex(columns.model().index(0, KIND))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    person.sees(lambda: person.place.own_files.dialog is None)


def test_a_folder_of_pictures_dropped_on_the_gallery_learns_at_once(person: Person, window: MainWindow) -> None:
    drops_file(window, own_files.shapes(), window.rect().center())
    dialog = dialog_of(person)
    dialog.page.side.setCurrentIndex(0)
    assert dialog.sentence.text().startswith("60 pictures: 768 numbers in, 3 classes out.")
    assert dialog.other.text() == "Another folder…"
    QTest.mouseClick(dialog.buttons["project"], LEFT)
    person.sees(lambda: person.project.title == "shapes")
    waits_for_a_frame(person)
    person.place.actions.act["play"].trigger()
    person.sees(lambda: person.place.feed.frame.latest.get("train_accuracy", 0.0) > 0.8)
    person.place.trainer.pause()
    person.rests()


def test_a_text_dropped_on_the_gallery_learns_at_once(person: Person, window: MainWindow) -> None:
    drops_file(window, own_files.story(), window.rect().center())
    dialog = dialog_of(person)
    QTest.mouseClick(dialog.page.as_table, LEFT)  # which it is not
    person.sees(lambda: "one column only" in dialog.sentence.text())
    assert dialog.pages.currentWidget() is dialog.page
    QTest.mouseClick(dialog.buttons["project"], LEFT)
    person.sees(lambda: person.project.title == "story")
    waits_for_a_frame(person)
    first = person.place.feed.frame.latest["validation_loss"]
    person.place.actions.act["play"].trigger()
    person.sees(lambda: person.place.feed.frame.latest["validation_loss"] < 0.7 * first)
    person.place.trainer.pause()
    person.rests()


def test_the_menus_ask_for_a_file_and_for_a_folder(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(own_files.houses()), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_a, **_k: str(own_files.shapes()))
    person.place.actions.act["open-data"].trigger()
    assert dialog_of(person).name.text() == "houses.csv"
    person.place.actions.act["open-pictures"].trigger()
    assert dialog_of(person).name.text() == "shapes"
    person.window.gallery.data_button.menu().actions()[0].trigger()
    assert dialog_of(person).name.text() == "houses.csv"
    QTest.mouseClick(dialog_of(person).cancel, LEFT)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: ("", ""))
    person.place.actions.act["open-data"].trigger()
    assert person.place.own_files.dialog is None


def test_a_file_that_changed_unseen_stops_the_run_with_a_sentence(person: Person, tmp_path: Path) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_bytes(own_files.flowers().read_bytes())
    block = CATALOGUE["own-table"].model_validate(own_files.table_parameters(mine))
    changed = mine.read_text().replace("red", "rod")
    mine.write_text(changed)  # of the same size, and nobody has looked at it since
    forget(mine)
    person.opens(starting_project(block, "Mine"), tmp_path)
    person.sees(lambda: person.place.messages.text != "")
    assert person.place.messages.text == "The file “mine.csv” has changed since it was chosen. Choose it again."
    person.waits_for("failed")
    # Looked at again, the file is good, and the run begins.
    person.place.own_files.ask_for("data")
    QTest.mouseClick(dialog_of(person).buttons["node"], LEFT)
    person.waits_for("ready")


def forget(path: Path) -> None:
    """As in a program that starts anew."""
    data_files.KNOWN_FINGERPRINTS.pop(str(path), None)


def drops_files(widget: QWidget, paths: list[Path]) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place, copy = widget.rect().center(), Qt.DropAction.CopyAction
    QApplication.sendEvent(widget, QDragEnterEvent(place, copy, data, LEFT, NONE))
    QApplication.sendEvent(widget, QDropEvent(QPointF(place), copy, data, LEFT, NONE))


def test_of_several_files_dropped_together_it_is_said_which_one_is_opened(
    person: Person, window: MainWindow, tmp_path: Path
) -> None:
    drops_files(window, [own_files.houses(), own_files.flowers()])
    dialog = dialog_of(person)
    assert dialog.name.text() == own_files.houses().name
    assert person.place.messages.text == (
        "2 files were dropped together. “houses.csv” is opened, the first of them; drop another one by itself to open "
        "that."
    )
    dialog.reject()
    project = tmp_path / "mine.json"
    project.write_text(to_json(spirals()), encoding="utf-8")
    drops_files(window, [own_files.houses(), project])
    person.sees(lambda: person.project.title == spirals().title)
    assert "“mine.json” is opened, as it is a project" in person.place.messages.text


def test_a_project_and_its_data_moved_together_open_and_learn(person: Person, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    table = before / "flowers.csv"
    table.write_bytes(own_files.flowers().read_bytes())
    made = starting_project(first_guess(table).dataset, "flowers")
    write(made.replace(graph=stored(made.graph, before)), before / "mine.json")
    before.rename(after)
    person.place.open(after / "mine.json")
    person.sees(lambda: person.project.title == "flowers")
    assert person.place.document.report.ok
    assert person.graph.nodes[0].parameters["file"] == str(after / "flowers.csv")
    waits_for_a_frame(person)
