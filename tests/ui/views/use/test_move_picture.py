"""A picture in the hand, by the mouse, the wheel and the keys."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from playground.analysis.shared.given import UNMOVED, Given, Move
from playground.ui.views.use.move_picture import MovePictureView, inked
from tests.ui.views import results_use

LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def view(qtbot: Any) -> MovePictureView:
    made = MovePictureView()
    qtbot.addWidget(made)
    made.resize(640, 360)
    made.show()
    made.show_result(results_use.moved(UNMOVED))
    made.heard = []  # type: ignore[attr-defined]
    made.example_given.connect(made.heard.append)  # type: ignore[attr-defined]
    return made


def drag(view: MovePictureView, start: QPointF, end: QPointF, button: Qt.MouseButton = LEFT) -> None:
    QTest.mousePress(view.hand, button, pos=start.toPoint())
    QTest.mouseMove(view.hand, end.toPoint())
    QTest.mouseRelease(view.hand, button, pos=end.toPoint())


def last(view: MovePictureView) -> Given:
    return view.heard[-1]  # type: ignore[attr-defined,no-any-return]


def turn(view: MovePictureView, modifiers: Qt.KeyboardModifier) -> None:
    at = QPointF(view.hand.area().center())
    event = QWheelEvent(at, QPointF(view.hand.mapToGlobal(at)), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
                        modifiers, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(view.hand, event)


def test_dragging_shifts_by_whole_pixels_of_the_picture(view: MovePictureView) -> None:
    middle, pixel = view.hand.area().center(), view.hand.pixel
    drag(view, middle, middle + QPointF(2.2 * pixel, -1.1 * pixel))
    assert view.hand.move_now == last(view).moves["data"] == Move(2.0, -1.0)
    assert last(view).truth == "7" and last(view).by == "move-picture"
    assert view.wanted().across == 2.0 and view.saved_options() == {"across": 2.0, "down": -1.0}  # type: ignore[attr-defined]
    assert "2 px right, 1 px up" in view.where.text()


def test_a_corner_scales_and_the_ring_turns(view: MovePictureView) -> None:
    middle, corner = view.hand.area().center(), view.hand.corners()[2]
    drag(view, corner, middle + 1.5 * (corner - middle))
    assert last(view).moves["data"].zoom == pytest.approx(1.5, abs=0.03)
    view.back_button.click()
    view.forget_given()
    assert view.hand.move_now == UNMOVED and view.saved_options() == {}
    view.show_result(results_use.moved(UNMOVED))
    up = view.hand.ring() - middle
    drag(view, middle + up, middle + QPointF(up.y(), 0.0))  # from above to the left: a quarter, counterclockwise
    assert last(view).moves["data"].rotation == pytest.approx(90.0, abs=2.0)


def test_the_wheel_and_the_keys(view: MovePictureView, qtbot: Any) -> None:
    turn(view, NONE)
    turn(view, SHIFT)
    assert last(view).moves["data"] == Move(rotation=5.0, zoom=1.05)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Plus, Qt.Key.Key_BracketRight):
        qtbot.keyClick(view.hand, key)
    assert last(view).moves["data"] == Move(-1.0, 1.0, -5.0, 1.05)


def test_drawing_goes_onto_the_picture_as_it_lies_and_clearing_empties_it(view: MovePictureView) -> None:
    view.draw_button.click()
    transform = view.hand.transform()
    drag(view, transform.map(QPointF(0.5, 0.5)), transform.map(QPointF(7.5, 0.5)))
    raw = last(view).entries["data"].raw
    assert (raw[0, 0, 0] > 0.7).all() and (raw[0, 0, 1] < 0.3).all() and raw[0, 0, 3, 3] == 1.0
    drag(view, transform.map(QPointF(0.5, 0.5)), transform.map(QPointF(3.5, 0.5)), RIGHT)
    assert last(view).entries["data"].raw[0, 0, 0, 0] < 0.3 < last(view).entries["data"].raw[0, 0, 0, 7]
    view.clear_button.click()
    assert not last(view).entries["data"].raw.any() and last(view).truth == "" and view.draw_button.isChecked()


def test_what_is_given_elsewhere_lies_as_it_was_given(view: MovePictureView, qtbot: Any) -> None:
    qtbot.keyClick(view.hand, Qt.Key.Key_Right)
    other = Given({"data": None}, {}, "use-it")
    view.show_result(results_use.replaced(other))
    assert view.hand.move_now == UNMOVED and view.saved_options() == {}
    with qtbot.waitSignal(view.example_chosen) as chosen:
        qtbot.keyClick(view.hand, Qt.Key.Key_Right)
        view.back_button.click()
    assert chosen.args == [3]


def test_numbers_of_the_menu_move_it_too(view: MovePictureView) -> None:
    view.parameters.choose("rotation", 30.0)
    assert last(view).moves["data"] == Move(rotation=30.0) == view.hand.move_now


def test_a_pen_covers_what_is_near_its_line() -> None:
    raw = inked(np.zeros((1, 1, 20, 20), dtype=np.float32), ((2.0, 10.0), (18.0, 10.0)), 1.0)
    assert raw[0, 0, 9:11, 4:16].min() > 0.7 and not raw[0, 0, :8].any() and not raw[0, 0, :, 0].any()
