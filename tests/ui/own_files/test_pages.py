"""The pages of the dialog for a person's own files, by mouse and by keys."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from playground.data.own.delimited import read_table
from playground.data.own.files import FileRefused, Reading
from playground.data.own.images import look_at_pictures
from playground.data.own.layout import Layout
from playground.data.own.look import look_at
from playground.data.own.table import OwnClassTable, OwnNumberTable
from playground.data.own.text import read_text
from playground.ui.own_files.columns import EXAMPLES, KIND, MISSING, NAME, TARGET, USED
from playground.ui.own_files.dialog import OwnFileDialog
from playground.ui.own_files.labelled_texts_page import LabelledTextsPage
from playground.ui.own_files.picture_page import PicturePage
from playground.ui.own_files.table_page import TablePage
from playground.ui.own_files.text_page import TextPage
from playground.ui.threads.reader import Reader
from playground.ui.widgets.marks import OpenedChoice
from tests import own_files

LEFT = Qt.MouseButton.LeftButton


def shown(qtbot: QtBot, page: QWidget, *found: object) -> QWidget:
    qtbot.addWidget(page)
    page.resize(940, 560)
    page.show_found(*found)
    page.show()
    qtbot.waitExposed(page)
    return page


@pytest.fixture
def table(qtbot: QtBot) -> TablePage:
    return shown(qtbot, TablePage(), read_table(own_files.flowers()), None)


def press(page: TablePage, row: int, column: int, key: Qt.Key) -> None:
    view = page.columns
    view.setFocus()
    view.setCurrentIndex(view.model().index(row, column))
    QTest.keyClick(view, key)


def words(page: TablePage, column: int) -> list[str]:
    model = page.model
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


def test_what_was_found_is_shown(table: TablePage) -> None:
    assert table.facts.text() == "UTF-8 · 121 rows · 5 columns"
    assert words(table, NAME) == ["length", "width", "weight", "colour", "species"]
    assert words(table, KIND) == ["number", "number", "number", "category, 2 values", "category, 3 values"]
    assert words(table, MISSING) == ["", "", "5", "34", ""]
    assert words(table, EXAMPLES)[4] == "a, b, c"
    bad = table.bad.model()
    rows = [[bad.index(row, column).data() for column in range(2)] for row in range(bad.rowCount())]
    assert rows == [["18", "6 fields, 5 expected"], ["31", "no number in “width”"]]
    assert table.bad_section.heading.text() == "ROWS THAT DO NOT PARSE (2)"
    first = table.first.model()
    assert [first.index(0, column).data() for column in (3, 4)] == ["red", "a"]
    assert table.filled.text() == "37 rows have a gap"
    assert table.missing.isEnabled()


def test_keys_tick_choose_the_target_and_open_the_kinds(table: TablePage, qtbot: QtBot) -> None:
    press(table, 0, USED, Qt.Key.Key_Space)
    assert table.model.columns[0].use == "ignored" and words(table, KIND)[0] == "ignored"
    press(table, 0, USED, Qt.Key.Key_Space)
    assert table.model.columns[0].use == "number"
    press(table, 3, TARGET, Qt.Key.Key_Space)
    assert [column.target for column in table.model.columns] == [False, False, False, True, False]
    assert isinstance(table.dataset(), OwnClassTable) and table.dataset().class_names() == ("blue", "red")
    press(table, 1, TARGET, Qt.Key.Key_Space)
    assert isinstance(table.dataset(), OwnNumberTable)
    press(table, 4, KIND, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.columns.findChild(OpenedChoice) is not None)
    popup = table.columns.findChild(OpenedChoice)
    assert [popup.itemText(row) for row in range(popup.count())] == ["category, 3 values", "ignored"]
    QTest.keyClick(popup.view(), Qt.Key.Key_Down)
    QTest.keyClick(popup.view(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.model.columns[4].use == "ignored")
    qtbot.waitUntil(lambda: table.columns.findChild(OpenedChoice) is None)


def test_the_mouse_opens_the_kinds(table: TablePage, qtbot: QtBot) -> None:
    view = table.columns
    QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(view.model().index(0, KIND)).center())
    qtbot.waitUntil(lambda: view.findChild(OpenedChoice) is not None)
    popup = view.findChild(OpenedChoice)
    assert popup.currentText() == "number"
    popup.setCurrentIndex(popup.findData("ignored"))
    popup.activated.emit(popup.currentIndex())
    qtbot.waitUntil(lambda: table.model.columns[0].use == "ignored")
    qtbot.waitUntil(lambda: view.findChild(OpenedChoice) is None)


def test_a_choice_that_cannot_work_says_why_and_cannot_be_taken(qtbot: QtBot) -> None:
    dialog, table = OwnFileDialog(None, ("canvas", "project")), TablePage()
    qtbot.addWidget(dialog)
    table.show_found(read_table(own_files.flowers()), None)
    dialog.show_page(table)
    dialog.show()
    assert dialog.buttons["canvas"].isEnabled()
    for row in range(4):
        press(table, row, USED, Qt.Key.Key_Space)
    assert dialog.sentence.text() == "Use at least one more column: there is nothing to predict the target from."
    assert not dialog.buttons["canvas"].isEnabled() and not dialog.buttons["project"].isEnabled()
    press(table, 4, USED, Qt.Key.Key_Space)
    assert dialog.sentence.text() == "Choose the column to predict."


def test_no_column_need_be_predicted(qtbot: QtBot) -> None:
    dialog, table = OwnFileDialog(None, ("project",)), TablePage()
    qtbot.addWidget(dialog)
    table.show_found(read_table(own_files.flowers()), None)
    dialog.show_page(table)
    dialog.show()
    press(table, 4, TARGET, Qt.Key.Key_Space)
    assert "no column is predicted; a new project draws them again (an autoencoder)" in dialog.sentence.text()
    assert dialog.buttons["project"].isEnabled()
    dataset = table.dataset()
    assert dataset.id == "own-table-columns" and dataset.signals()[1].classes == ("row",)
    table.show_found(read_table(own_files.flowers()), dataset)
    assert table.dataset() == dataset
    press(table, 4, TARGET, Qt.Key.Key_Space)
    assert table.dataset().id == "own-table"


def test_missing_values_are_handled_by_a_choice_one_sees(table: TablePage) -> None:
    assert [table.missing.itemText(row) for row in range(5)] == [
        "leave out", "mean or most frequent", "median or most frequent", "zero", "value",
    ]  # fmt: skip
    table.missing.setCurrentIndex(0)
    assert "37 with missing values" in table.sentence
    table.missing.setCurrentIndex(1)
    assert table.sentence == (
        "120 rows: 5 numbers in, 3 classes out. Left out: 2 rows that do not parse. "
        "In 37 rows what is missing is filled in."
    )
    assert table.dataset().missing == "mean-or-most-frequent"


def test_another_layout_reads_the_file_again(table: TablePage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(table.again) as asked:
        QTest.mouseClick(table.header, LEFT)
    assert table.header.isChecked()  # as long as the old one is shown
    again = asked.args[0](Reading())
    assert again.layout == Layout(header=False, width=5) and again.rows == 122
    table.show_found(again, None)
    assert not table.header.isChecked()
    assert words(table, NAME)[0] == "column 1"


def test_earlier_choices_come_back_where_they_fit(table: TablePage) -> None:
    press(table, 1, TARGET, Qt.Key.Key_Space)
    press(table, 0, USED, Qt.Key.Key_Space)
    table.missing.setCurrentIndex(2)
    before = table.dataset()
    table.show_found(read_table(own_files.flowers()), before)
    assert table.dataset() == before
    table.show_found(read_table(own_files.houses()), before)
    assert [column.name for column in table.model.columns if column.target] == ["price"]


def test_a_picture_folder_is_shown(qtbot: QtBot) -> None:
    page = shown(qtbot, PicturePage(), look_at_pictures(own_files.shapes(), Reading()), None)
    assert page.facts.text() == "60 pictures · 3 classes"
    assert page.rows.accessibleDescription() == "across 20, disc 20, down 20"
    assert page.bad.model().index(0, 0).data() == "disc/broken.png"
    assert page.colour.isChecked()
    page.side.setCurrentIndex(page.side.findData(16))
    QTest.mouseClick(page.colour, LEFT)
    assert page.sentence.startswith("60 pictures: 256 numbers in, 3 classes out.")
    dataset = page.dataset()
    assert (dataset.side, dataset.colour) == (16, False)
    image = page.rows.images[0][0]
    assert image.width() == 16 and image.isGrayscale()
    other = shown(qtbot, PicturePage(), look_at_pictures(own_files.shapes(), Reading()), dataset)
    assert other.dataset() == dataset


def test_a_text_is_shown(qtbot: QtBot) -> None:
    page = shown(qtbot, TextPage(), read_text(own_files.story(), Reading()), None)
    assert page.facts.text().startswith("Latin-1 · 20,0")
    assert "queen" in page.shown.toPlainText() or "fox" in page.shown.toPlainText()
    page.window_size.setCurrentIndex(page.window_size.findData(64))
    QTest.mouseClick(page.plain, LEFT)
    assert page.shown.toPlainText() == page.shown.toPlainText().lower()
    dataset = page.dataset()
    assert (dataset.window, dataset.plain) == (64, True)
    assert "in windows of 64" in page.sentence and "which of 39 characters" in page.sentence
    with qtbot.waitSignal(page.again) as asked:
        QTest.mouseClick(page.as_table, LEFT)
    with pytest.raises(FileRefused):
        asked.args[0](Reading())


def test_labelled_texts_are_shown_as_tokens(qtbot: QtBot) -> None:
    page = shown(qtbot, LabelledTextsPage(), look_at(own_files.messages(), Reading()), None)
    assert page.sentence.startswith("200 texts from “message”: to which of 2 classes in “label” does each belong?")
    cells = page.first.model()
    assert cells.index(0, 0).data() == "spam" and cells.index(0, 1).data().endswith(" · , · [UNK] · .")
    QTest.mouseClick(page.letters, LEFT)
    assert page.dataset().tokens == "letters" and page.length.currentData() > 20
    page.length.setCurrentIndex(page.length.findData(16))
    assert page.dataset().length == 16 and "longer and cut" in page.sentence
    other = shown(qtbot, LabelledTextsPage(), look_at(own_files.messages(), Reading()), page.dataset())
    assert other.dataset() == page.dataset()
    with qtbot.waitSignal(page.again) as asked:
        QTest.mouseClick(page.as_table, LEFT)
    table = shown(qtbot, TablePage(), asked.args[0](Reading()), None)
    assert table.as_labelled.isVisible()
    with qtbot.waitSignal(table.again) as asked:
        QTest.mouseClick(table.as_labelled, LEFT)
    assert asked.args[0](Reading()).chosen == look_at(own_files.messages(), Reading()).chosen


def slow(reading: Reading) -> str:
    for number in range(1_000):
        reading.step(number / 1_000)
        time.sleep(0.002)
    return "read"


def test_only_the_newest_reading_answers(qtbot: QtBot) -> None:
    reader = Reader()
    answers: list[object] = []
    reader.answered.connect(lambda: answers.append((reader.answer, reader.refusal)))
    reader.start(slow)
    reader.start(lambda reading: "quick")
    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [("quick", "")]
    reader.start(slow)
    reader.stop()
    assert reader.reading is None
    reader.shut_down()
    assert answers == [("quick", "")]


def test_whatever_goes_wrong_while_reading_becomes_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    reader = Reader()

    def fails(error: Exception) -> object:
        def work(reading: Reading) -> None:
            raise error

        return work

    for error, sentence in (
        (FileRefused("No table."), "No table."),
        (MemoryError(), "The computer has not enough memory for this file."),
        (ZeroDivisionError("x"), "Something went wrong while reading. Details are in "),
    ):
        with qtbot.waitSignal(reader.answered):
            reader.start(fails(error))
        assert reader.answer is None and reader.refusal.startswith(sentence)
    reader.shut_down()
