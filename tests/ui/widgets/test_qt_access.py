"""Layouts, parents, rows, pictures and kept numbers in the type that is meant; colours as numbers."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from PySide6.QtCore import QSettings
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot

from playground.ui.widgets.colors import channels, mixed
from playground.ui.widgets.qt_access import item_of, kept_number, layout_of, parent_of, png, widgets_in
from playground.ui.widgets.rows import clear


def test_layouts_and_parents(qtbot: QtBot) -> None:
    outer = QWidget()
    qtbot.addWidget(outer)
    with pytest.raises(RuntimeError, match="has no layout"):
        layout_of(outer)
    with pytest.raises(RuntimeError, match="lies in no other widget"):
        parent_of(outer)
    line = QHBoxLayout(outer)
    first, second = QLabel("a"), QLabel("b")
    line.addWidget(first)
    line.addStretch(1)
    line.addWidget(second)
    assert layout_of(outer) is line and parent_of(first) is outer
    assert widgets_in(line) == [first, second]
    clear(line)
    assert widgets_in(line) == [] and line.count() == 0


def test_a_row_of_a_list_can_be_switched_off(qtbot: QtBot) -> None:
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItems(["one", "two"])
    item_of(box, 1).setEnabled(False)
    assert item_of(box, 0).isEnabled() and not item_of(box, 1).isEnabled()


def test_a_picture_becomes_a_png_that_others_read(qtbot: QtBot) -> None:
    picture = QImage(3, 2, QImage.Format.Format_RGB32)
    picture.fill(QColor(10, 200, 30))
    read = Image.open(io.BytesIO(png(picture)))
    assert read.format == "PNG" and read.size == (3, 2) and read.convert("RGB").getpixel((2, 1)) == (10, 200, 30)


@pytest.mark.parametrize(("kept", "number"), [(None, 7.0), (3, 3.0), ("2.5", 2.5), ("many", 7.0)])
def test_kept_numbers(qtbot: QtBot, kept: object, number: float) -> None:
    if kept is not None:
        QSettings().setValue(f"test/{kept}", kept)
    assert kept_number(f"test/{kept}", 7.0) == number


def test_colours_over_a_ground() -> None:
    assert channels("#0a141e") == (10, 20, 30)
    assert mixed("#ffffff", "#000000", 0.5).name() == "#808080"
    assert [mixed("#123456", QColor("#abcdef"), share).name() for share in (0.0, 1.0)] == ["#abcdef", "#123456"]
