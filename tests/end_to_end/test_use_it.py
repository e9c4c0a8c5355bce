"""Using what was learned in the real window: a digit is drawn and read, and the cards on the canvas follow."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from playground.document import files, library
from playground.document.project import OpenView
from playground.ui.views.use.editors import PictureEditor, RowEditor
from playground.ui.views.use.use_it import UseItView
from tests.end_to_end.conftest import LEFT, NONE, Person

SEVEN = ((0.22, 0.14), (0.78, 0.14), (0.45, 0.9))


def grabbed(canvas: QWidget) -> QImage:
    """What the canvas shows."""
    return canvas.viewport().grab().toImage()  # type: ignore[attr-defined]


def draws(pad: QWidget, *stroke: tuple[float, float]) -> None:
    """A stroke of the mouse, with places between."""
    places = [pad.to_pixels(*place) for place in stroke]  # type: ignore[attr-defined]
    QTest.mousePress(pad, LEFT, NONE, places[0].toPoint())
    for start, stop in itertools.pairwise(places):
        for number in range(1, 9):
            there = start + (stop - start) * number / 8
            event = QMouseEvent(QMouseEvent.Type.MouseMove, there, QPointF(pad.mapToGlobal(there)),
                                Qt.MouseButton.NoButton, LEFT, NONE)  # fmt: skip
            QApplication.sendEvent(pad, event)
    QTest.mouseRelease(pad, LEFT, NONE, places[-1].toPoint())


def test_a_seven_is_drawn_and_the_ten_bars_are_read(person: Person, tmp_path: Path) -> None:
    person.opens(files.read(library.find("digits-8x8")).replace(views=(OpenView(view="curves"),)), tmp_path)
    person.waits_for("ready")
    place = person.place
    place.actions.act["view-use-it"].trigger()
    view = place.views.dock("use-it").view
    assert isinstance(view, UseItView)
    place.trainer.take_step(1_200)
    person.sees(lambda: person.step >= 1_200 and view.result is not None, timeout=60_000)
    person.rests()
    editor = view.editors[place.document.report.data_nodes()[0]]
    assert isinstance(editor, PictureEditor)

    draws(editor.pad, *SEVEN)
    person.sees(lambda: view.result is not None and view.result.row == -1 and bool(view.result.answers))
    (answer,) = view.result.answers
    assert answer.names == tuple("0123456789") and abs(float(answer.values.sum()) - 1.0) < 1e-5
    person.sees(lambda: view.answers.answers[0].words().startswith("7"))
    assert view.example_box.text() == "yours"

    # The card of the data shows the drawing, and follows when it is cleared and drawn anew.
    given = place.views.given
    assert given is not None and place.canvas_feed.given is given
    drawn = grabbed(place.canvas)
    editor.clear_button.click()
    person.sees(lambda: "Nothing is drawn" in view.refusal.text())
    draws(editor.pad, (0.5, 0.1), (0.5, 0.9))
    person.sees(lambda: view.result.answers != () and not view.refusal.isVisible())
    person.sees(lambda: grabbed(place.canvas) != drawn)

    # It goes on while the network learns, and with the moment that one looks back to.
    before = view.result.step
    place.trainer.take_step(50)
    person.sees(lambda: view.result.step > before)
    place.time.go_to(0.0)
    person.sees(lambda: view.result.step == 0)
    place.time.now()

    # An example of the data is looked at again, here and on the canvas.
    view.example_box.setValue(5)
    person.sees(lambda: view.result.row == 4)
    assert place.views.given is None and place.canvas_feed.given is None
    draws(editor.pad, *SEVEN)
    person.sees(lambda: place.canvas_feed.given is not None)
    place.views.close("use-it")
    assert place.canvas_feed.given is None


def test_the_end_of_a_run_offers_it_and_a_row_is_typed(person: Person, tmp_path: Path) -> None:
    project = files.read(library.find("iris"))
    stop = project.training.stop.replace(epochs=2)
    project = project.replace(views=(OpenView(view="curves"),), training=project.training.replace(stop=stop))
    person.opens(project, tmp_path)
    person.waits_for("ready")
    place = person.place
    place.actions.act["play"].trigger()
    person.waits_for("finished")
    person.sees(lambda: bool(place.messages.text))
    person.button("Use it", place.messages).click()
    view = place.views.dock("use-it").view
    assert isinstance(view, UseItView)
    person.sees(lambda: bool(view.editors))
    editor = next(iter(view.editors.values()))
    assert isinstance(editor, RowEditor)
    field = editor.fields[2]
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.selectAll()
    before = view.result.answers[0].values
    person.qtbot.keyClicks(field, "6.3")
    person.sees(lambda: view.result.row == -1 and view.result.inputs[0].entry[2] == "6.3")
    assert not np.array_equal(view.result.answers[0].values, before)
    field.selectAll()
    person.qtbot.keyClicks(field, "wide")
    person.sees(lambda: editor.rows[2].error.isVisible())
    assert "“wide”" in editor.rows[2].error.text() and view.result.answers == ()
