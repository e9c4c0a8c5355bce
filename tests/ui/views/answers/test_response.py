"""What if: sliders by mouse and keys, the dragged line, and what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from playground.analysis.answers.response import ResponseAnalysis
from playground.ui.views.answers.response import ResponseView, readout, y_range
from playground.ui.widgets.theme import THEME
from tests.ui.views import results_response as results


@pytest.fixture(autouse=True)
def every_move(qapp: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """pyqtgraph leaves out moves that follow each other faster than a hand can move."""
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", -1)
    THEME.use("light")
    yield
    THEME.set_scale(1.0)


@pytest.fixture
def view(qtbot: Any) -> ResponseView:
    view = ResponseView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.options)
    view.resize(640, 420)
    view.show()
    view.show_result(results.shares())
    QApplication.processEvents()
    view.settle()
    return view


def asked(view: ResponseView) -> ResponseAnalysis:
    wanted = view.wanted()
    assert isinstance(wanted, ResponseAnalysis)
    return wanted


def move(widget: QWidget, spot: QPoint) -> None:
    """Move with the left button down; QTest's own move holds no button."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    place = QPointF(spot)
    QApplication.sendEvent(
        widget, QMouseEvent(QEvent.Type.MouseMove, place, QPointF(widget.mapToGlobal(spot)), left, left, none)
    )


def test_dragging_a_knob_changes_its_feature(qtbot: Any, view: ResponseView) -> None:
    sliders = view.sliders
    knob, track = sliders.knob(1).toPoint(), sliders.track(1)
    with qtbot.waitSignal(view.wanted_changed):
        qtbot.mousePress(sliders, Qt.MouseButton.LeftButton, pos=knob)
    assert asked(view).feature == 1
    move(sliders, QPoint(round(track.left() + 0.25 * track.width()), knob.y()))
    ((feature, value),) = asked(view).changes
    assert feature == 1 and value == pytest.approx(2.5, abs=0.1)
    move(sliders, QPoint(round(track.right()) + 500, knob.y() + 90))
    assert asked(view).changes == ((1, 10.0),), "the knob stays on its track, and the mouse may leave it"
    qtbot.mouseRelease(sliders, Qt.MouseButton.LeftButton, pos=knob)
    move(sliders, QPoint(round(track.left()), knob.y()))
    assert asked(view).changes == ((1, 10.0),)
    assert asked(view).changed_row == 2


def test_a_click_on_a_name_only_chooses_the_feature(qtbot: Any, view: ResponseView) -> None:
    high = view.sliders.row_height()
    qtbot.mouseClick(view.sliders, Qt.MouseButton.LeftButton, pos=QPoint(20, 3 * high + 5))
    assert asked(view).feature == 3 and asked(view).changes == ()


def test_keys_choose_change_and_take_back(qtbot: Any, view: ResponseView) -> None:
    qtbot.keyClick(view.sliders, Qt.Key.Key_Down)
    assert asked(view).feature == 1
    view.show_result(results.shares(feature=1))
    qtbot.keyClick(view.sliders, Qt.Key.Key_Right)
    assert dict(asked(view).changes)[1] == pytest.approx(7.2)
    qtbot.keyClick(view.sliders, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert dict(asked(view).changes)[1] == pytest.approx(5.0)
    qtbot.keyClick(view.sliders, Qt.Key.Key_Home)
    assert asked(view).changes == ()
    qtbot.keyClick(view.sliders, Qt.Key.Key_Up)
    assert asked(view).feature == 0


def test_a_switch_is_only_on_or_off(qtbot: Any, view: ResponseView) -> None:
    view.show_result(results.shares(feature=2))
    qtbot.keyClick(view.sliders, Qt.Key.Key_Left)
    assert dict(asked(view).changes) == {2: 0.0}
    track = view.sliders.track(2)
    spot = QPoint(round(track.left() + 0.7 * track.width()), round(track.y()))
    qtbot.mouseClick(view.sliders, Qt.MouseButton.LeftButton, pos=spot)
    assert dict(asked(view).changes) == {2: 1.0}


def test_the_line_in_the_plot_can_be_dragged(qtbot: Any, view: ResponseView) -> None:
    port = view.plot.viewport()

    def pixel(x: float) -> QPoint:
        return view.plot.mapFromScene(view.plot.box.mapViewToScene(QPointF(x, 0.3)))

    qtbot.mouseMove(port, pixel(7.0) + QPoint(1, 0))
    qtbot.mouseMove(port, pixel(7.0))
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=pixel(7.0))
    for x in (6.0, 4.0, 3.0):
        move(port, pixel(x))
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=pixel(3.0))
    ((feature, value),) = asked(view).changes
    assert feature == 0 and value == pytest.approx(3.0, abs=0.15)


def test_all_changes_are_taken_back_at_once(qtbot: Any, view: ResponseView) -> None:
    assert not view.reset_button.isEnabled()
    qtbot.keyClick(view.sliders, Qt.Key.Key_Right)
    changed = results.shares()
    values = changed.values.copy()
    values[0] = 7.2
    view.show_result(replace(changed, values=values))
    assert view.reset_button.isEnabled() and " → " in view.words.text()
    qtbot.mouseClick(view.reset_button, Qt.MouseButton.LeftButton)
    assert asked(view).changes == ()


def test_another_example_has_no_changes(qtbot: Any, view: ResponseView) -> None:
    qtbot.keyClick(view.sliders, Qt.Key.Key_Right)
    assert asked(view).changes
    with qtbot.waitSignal(view.example_chosen) as chosen:
        view.example_box.setValue(9)
    assert chosen.args == [8]
    view.show_result(results.shares(row=8))
    assert asked(view).changes == () and asked(view).changed_row == 8


def test_lines_words_and_legend_are_those_of_the_result(view: ResponseView) -> None:
    result = results.shares()
    xs, ys = view.curve.getData()
    np.testing.assert_allclose(xs, result.xs)
    np.testing.assert_allclose(ys, result.curve[:, 1])
    np.testing.assert_allclose(view.mean.getData()[1], result.mean[:, 1])
    assert view.now.value() == 7.0 and view.first.value() == 7.0
    assert view.words.text() == "predicted yes (0.70), true no"
    assert readout(result, 5.1).endswith(": yes 50%, on average 45%")
    assert not any(item.isVisible() for item in view.compared)
    view.show_result(results.three_classes())
    assert [item.isVisible() for item in view.compared[:4]] == [True, True, False, False]
    assert [entry.text for entry in view.legend.entries][-2:] == ["setosa", "versicolor"]


def test_a_number_has_its_own_range_and_no_predicted_class(view: ResponseView) -> None:
    result = results.number()
    view.show_result(result)
    low, high = y_range(result)
    assert low < 40 and high > 155
    assert view.words.text() == "110 → 120, true 104.5"
    assert [view.class_box.itemText(row) for row in range(view.class_box.count())] == ["price"]
    assert asked(view).output == 0


def test_many_features_scroll_and_the_keyboard_brings_them_into_sight(qtbot: Any, view: ResponseView) -> None:
    view.show_result(results.many_features())
    QApplication.processEvents()
    bar = view.sliders_area.verticalScrollBar()
    assert bar.maximum() > 0 and bar.value() == 0
    for feature in range(1, 25):
        qtbot.keyClick(view.sliders, Qt.Key.Key_Down)
        view.show_result(results.shares(features=30, feature=feature))
    assert bar.value() > 0
    assert "measurement 3" in view.sliders.words_at(QPointF(30, 3.5 * view.sliders.row_height()))
