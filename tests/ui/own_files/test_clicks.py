"""The dialog of one's own tables by real clicks: a test file, many columns, encodings, words that hold nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from playground.data.own.delimited import read_table
from playground.ui.own_files.columns import KIND, NAME
from playground.ui.own_files.dialog import OwnFileDialog
from playground.ui.own_files.table_page import TablePage
from playground.ui.threads.reader import Reader
from playground.ui.widgets.marks import OpenedChoice
from tests import own_files

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
PLAIN = Qt.KeyboardModifier.NoModifier
Opened = Callable[[Path], tuple[OwnFileDialog, TablePage]]


@pytest.fixture
def opened(qtbot: QtBot) -> Iterator[Opened]:
    """Opens a table in the dialog; what the page asks to be read again is read in the reading thread."""
    readers: list[Reader] = []
    parents: list[QWidget] = []

    def open_table(path: Path) -> tuple[OwnFileDialog, TablePage]:
        parent = QWidget()
        qtbot.addWidget(parent)
        parents.append(parent)
        parent.resize(1280, 720)
        dialog, page, reader = OwnFileDialog(parent, ("project",)), TablePage(), Reader()
        readers.append(reader)
        page.show_found(read_table(path), None)
        page.again.connect(reader.start)
        reader.answered.connect(lambda: page.show_found(reader.answer, None))
        dialog.show_page(page)
        dialog.show()
        qtbot.waitExposed(dialog)
        return dialog, page

    yield open_table
    for reader in readers:
        reader.shut_down()


def written(folder: Path, name: str, rows: list[str], codec: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("\n".join(rows).encode(codec))
    return path


def clicks(page: TablePage, row: int, column: int, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    view = page.columns
    QTest.mouseClick(view.viewport(), LEFT, modifier, view.visualRect(view.model().index(row, column)).center())


def picks(qtbot: QtBot, combo: QComboBox, words: str) -> None:
    """Click a list open and take an entry of it."""
    if not combo.view().isVisible():
        QTest.mouseClick(combo, LEFT, pos=QPoint(combo.width() // 2, combo.height() // 2))
    qtbot.waitUntil(combo.view().isVisible)
    row = next(row for row in range(combo.count()) if words in combo.itemText(row))
    QTest.keyClick(combo.view(), Qt.Key.Key_Home)
    for _ in range(row):
        QTest.keyClick(combo.view(), Qt.Key.Key_Down)
    QTest.keyClick(combo.view(), Qt.Key.Key_Return)


def test_a_test_file_is_chosen_and_given_up(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog, page = opened(own_files.flowers())
    second = tmp_path / "second.csv"
    second.write_bytes(own_files.flowers().read_bytes() + b"1.5,2.5,3.5,red,b\n")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(second), ""))
    QTest.mouseClick(page.test_button, LEFT)
    qtbot.waitUntil(lambda: page.test_button.text() == "No test file")
    assert page.test_words.text() == "“second.csv” is the test part."
    assert page.dataset().test_file == str(second) and dialog.buttons["project"].isEnabled()
    QTest.mouseClick(page.test_button, LEFT)
    assert page.test_button.text() == "Test file…" and page.dataset().test_file == ""


def test_many_columns_are_changed_at_once(opened: Opened) -> None:
    dialog, page = opened(own_files.flowers())
    assert page.many.words.text() == "Shift and Ctrl select several columns."
    clicks(page, 0, NAME)
    clicks(page, 1, NAME, CTRL)
    assert page.many.words.text() == "2 columns:"
    QTest.mouseClick(page.many.buttons["ignored"], LEFT)
    assert [column.use for column in page.model.columns][:3] == ["ignored", "ignored", "number"]
    QTest.mouseClick(page.many.buttons["number"], LEFT)
    QTest.mouseClick(page.many.buttons["predict"], LEFT)
    assert [column.target for column in page.model.columns] == [True, True, False, False, False]
    assert "2 numbers out" in dialog.sentence.text()


def test_another_encoding_is_read_at_once(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    cells = [(("Łódź", "Kraków")[n % 2], str(n * 37 % 50), ("tak", "nie")[n % 3 % 2]) for n in range(60)]
    rows = ["miasto,cena,typ", *map(",".join, cells)]
    _, page = opened(written(tmp_path, "polish.csv", rows, "cp1250"))
    assert page.encoding.isVisible() and "Łódź" in page.encoding_name.text()
    picks(qtbot, page.encoding, "Latin-1")
    qtbot.waitUntil(lambda: "Łódź" not in page.encoding_name.text())
    assert page.model.columns[0].values != ("Kraków", "Łódź")


def test_a_word_that_may_hold_nothing_becomes_a_value(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    rows = ["size,country,kind", *(f"{n * 37 % 50},{('NA', 'DE', 'FR')[n % 3]},{'ab'[n % 2]}" for n in range(60))]
    dialog, page = opened(written(tmp_path, "na.csv", rows))
    page.missing.setCurrentIndex(0)
    assert "“NA” in “country” loses 20 rows" in dialog.sentence.text()
    clicks(page, 1, KIND)
    qtbot.waitUntil(lambda: page.columns.findChild(OpenedChoice) is not None)
    picks(qtbot, page.columns.findChild(OpenedChoice), "NA")
    qtbot.waitUntil(lambda: "NA" in page.model.columns[1].values)
    assert dialog.sentence.text().startswith("60 rows: 4 numbers in")
