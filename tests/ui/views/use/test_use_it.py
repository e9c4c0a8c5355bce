"""Giving examples of one's own: with the mouse, the keys, the clipboard and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit

from playground.analysis.shared.given import Given
from playground.data.inputs.drawing import Drawing
from playground.data.inputs.pictures import PictureFile, Pixels
from playground.ui.views.use.editors import NodeEditor, PictureEditor, RowEditor, TextEditor
from playground.ui.views.use.use_it import UseItView
from tests.ui.views import results_use

LEFT = Qt.MouseButton.LeftButton


class Heard:
    """What a view has given."""

    def __init__(self, view: UseItView) -> None:
        self.all: list[Given] = []
        view.example_given.connect(self.all.append)

    @property
    def entry(self) -> Any:
        return self.all[-1].entries["data"]


def shown(qtbot: Any, result: Any) -> tuple[UseItView, Heard]:
    view = UseItView()
    qtbot.addWidget(view)
    view.resize(420, 300)
    view.show()
    view.show_result(result)
    return view, Heard(view)


def test_a_digit_is_drawn_with_the_mouse_and_strokes_are_taken_back(qtbot: Any) -> None:
    view, heard = shown(qtbot, results_use.digit())
    editor = view.editors["data"]
    assert isinstance(editor, PictureEditor)
    pad = editor.pad
    assert pad.shown is not None and "truly 7" in view.source.text()
    for stroke in (((0.2, 0.1), (0.8, 0.1)), ((0.8, 0.1), (0.4, 0.9))):
        places = [pad.to_pixels(*place).toPoint() for place in stroke]
        QTest.mousePress(pad, LEFT, pos=places[0])
        QTest.mouseMove(pad, places[1])
        QTest.mouseRelease(pad, LEFT, pos=places[1])
    drawing = heard.entry
    assert isinstance(drawing, Drawing) and len(drawing.strokes) == 2 and pad.shown is None
    assert np.allclose(drawing.strokes[1][-1], (0.4, 0.9), atol=0.02)
    editor.undo_button.click()
    assert len(heard.entry.strokes) == 1
    qtbot.keyClick(pad, Qt.Key.Key_Delete)
    assert heard.entry.empty


def test_a_digit_is_drawn_with_the_keys(qtbot: Any) -> None:
    view, heard = shown(qtbot, results_use.digit())
    pad = view.editors["data"].pad  # type: ignore[attr-defined]
    qtbot.keyClick(pad, Qt.Key.Key_Up)
    assert not heard.all  # The pen is not on the paper yet.
    qtbot.keyClick(pad, Qt.Key.Key_Space)
    for _ in range(10):
        qtbot.keyClick(pad, Qt.Key.Key_Down)
    (stroke,) = heard.entry.strokes
    assert np.ptp([y for _, y in stroke]) == pytest.approx(0.2)
    qtbot.keyClick(pad, Qt.Key.Key_Backspace)
    assert heard.entry.empty


def test_pictures_are_pasted_and_dropped(qtbot: Any, tmp_path: Path) -> None:
    view, heard = shown(qtbot, results_use.digit())
    pad = view.editors["data"].pad  # type: ignore[attr-defined]
    picture = QImage(30, 20, QImage.Format.Format_RGB888)
    picture.fill(Qt.GlobalColor.white)
    QGuiApplication.clipboard().setImage(picture)
    pad.setFocus()
    qtbot.keyClick(pad, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert isinstance(heard.entry, Pixels) and heard.entry.numbers.shape == (20, 30, 3)
    assert heard.entry.numbers.min() == 1.0
    path = tmp_path / "seven.png"
    picture.save(str(path))
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path))])
    place = QPointF(pad.rect().center())
    pad.dropEvent(QDropEvent(place, Qt.DropAction.CopyAction, content, LEFT, Qt.KeyboardModifier.NoModifier))
    assert isinstance(heard.entry, PictureFile) and heard.entry.name == "seven.png"


def test_a_row_has_fields_and_choices_and_may_lack_what_the_data_lacked(qtbot: Any) -> None:
    view, heard = shown(qtbot, results_use.row())
    editor = view.editors["data"]
    assert isinstance(editor, RowEditor)
    size, age, town = editor.fields
    assert isinstance(size, QLineEdit) and isinstance(age, QLineEdit) and isinstance(town, QComboBox)
    assert (size.text(), age.placeholderText(), town.currentText()) == ("120.5", "missing", "Bb")
    assert size.placeholderText() == "" and "from 40.0 to 200" in size.toolTip()
    size.setFocus()
    size.selectAll()
    qtbot.keyClicks(size, "75,5")
    town.setCurrentIndex(town.findText("missing"))
    assert heard.entry == ("75,5", "", "")
    assert [one.words() for one in view.answers.answers] == ["price (thousands) 312.5", "sold (70.0%)"]
    assert "Price" in view.answers.accessibleDescription()


def test_a_point_is_clicked_in_the_plane(qtbot: Any) -> None:
    view, heard = shown(qtbot, results_use.point())
    editor = view.editors["data"]
    assert isinstance(editor, RowEditor) and editor.plane is not None
    place = editor.plane.to_pixels(-2.0, 3.0)
    QTest.mouseClick(editor.plane, LEFT, pos=QPoint(round(place.x()), round(place.y())))
    assert np.allclose([float(cell) for cell in heard.entry], (-2.0, 3.0), atol=0.15)
    assert view.again_button.isVisibleTo(view)
    before = view.wanted()
    view.again_button.click()
    assert view.wanted() != before


def test_texts_series_and_nodes(qtbot: Any) -> None:
    view, heard = shown(qtbot, results_use.text())
    editor = view.editors["data"]
    assert isinstance(editor, TextEditor)
    editor.text.setPlainText("a cab")
    assert heard.entry == "a cab"
    view, heard = shown(qtbot, results_use.series())
    editor = view.editors["data"]
    assert isinstance(editor, TextEditor) and editor.entry.startswith("370 371 371.5")
    assert view.answers.series == (370.0, 371.0, 371.5, 370.5, 370.0, 371.2)
    view, heard = shown(qtbot, results_use.node())
    editor = view.editors["data"]
    assert isinstance(editor, NodeEditor)
    editor.box.setCurrentIndex(0)
    assert heard.entry == "Mr. Hi"


def test_what_cannot_be_used_is_said_below(qtbot: Any) -> None:
    view, _ = shown(qtbot, results_use.refused())
    assert view.refusal.isVisibleTo(view) and "exactly 4 symbols" in view.refusal.text()
    assert not view.notes.isVisibleTo(view) and view.answers.answers == ()


def test_what_is_being_typed_is_not_overwritten_by_an_older_answer(qtbot: Any) -> None:
    view, _ = shown(qtbot, results_use.row())
    editor = view.editors["data"]
    assert isinstance(editor, RowEditor)
    size = editor.fields[0]
    assert isinstance(size, QLineEdit)
    qtbot.keyClicks(size, "9")
    view.show_result(results_use.row())
    assert size.text() == "120.59" and view.editors["data"] is editor
    view.forget_given()
    view.show_result(results_use.row())
    assert size.text() == "120.5"
