"""The forecast view: what it draws of a forecast, and how another origin is chosen with the mouse and the keys."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication

from playground.analysis.answers.forecast import ForecastAnalysis
from playground.ui.views.answers.forecast import ForecastView
from playground.ui.views.answers.forecast_parts import Mark, mark_of, readout
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME
from tests.ui.views.results_forecast import COUNT, HORIZON, TEST_START, WINDOW, beyond_the_end, forecast, two_forecasts


@pytest.fixture
def view(qtbot: Any) -> ForecastView:
    view = ForecastView()
    qtbot.addWidget(view)
    view.resize(520, 420)
    view.show()
    view.show_result(two_forecasts())
    view.settle()
    return view


def place_of(plot: Plot, x: float, share: float = 0.5) -> QPoint:
    """The pixel of a time in a plot, at a share of its height."""
    bottom, top = plot.box.viewRange()[1]
    scene = plot.box.mapViewToScene(QPointF(x, bottom + share * (top - bottom)))
    return plot.mapFromScene(scene)


def chosen_by(qtbot: Any, view: ForecastView) -> list[int]:
    """The examples that the view asks all views to look at."""
    rows: list[int] = []
    view.example_chosen.connect(rows.append)
    return rows


@pytest.fixture(autouse=True)
def every_move(monkeypatch: pytest.MonkeyPatch) -> None:
    """pyqtgraph leaves out moves that follow each other faster than a hand can move."""
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", -1)


def drag(qtbot: Any, plot: Plot, *times: float) -> None:
    """Press at the first time and move over the others; the button is still down."""
    port = plot.viewport()
    qtbot.mouseMove(port, place_of(plot, times[0]))
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=place_of(plot, times[0]))
    for time in times[1:]:
        local = QPointF(place_of(plot, time))
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        # QTest's own move holds no button down.
        event = QMouseEvent(QEvent.Type.MouseMove, local, QPointF(port.mapToGlobal(local.toPoint())), left, left, none)
        QApplication.sendEvent(port, event)


def test_curves_stand_at_their_times_in_raw_units(view: ForecastView) -> None:
    result = view.result
    assert result is not None
    for number, items in enumerate(view.model_items):
        x, y = items.line.getData()
        np.testing.assert_array_equal(x, 1950.0 + np.arange(TEST_START, TEST_START + HORIZON))
        np.testing.assert_array_equal(y, result.models[number].ahead)
        inner, outer = (band.path().boundingRect() for band in items.bands)
        assert outer.contains(inner) and inner.left() == 1950.0 + result.origin
        assert outer.bottom() == pytest.approx(result.models[number].high[1].max())
    assert len(view.seen.getData()[0]) == WINDOW
    np.testing.assert_array_equal(view.came.getData()[1], result.truth)
    assert (view.plot.names, view.origin.value()) == (("year", "CO2 (ppm)"), 1950.0 + result.origin)
    assert view.plot.bottom.tickStrings([1990.0], 1.0, 10.0) == ["1990"], "a year has no comma"


def test_paths_can_be_drawn_one_by_one_in_place_of_the_bands(view: ForecastView) -> None:
    items = view.model_items[0]
    assert items.bands[0].isVisible() and items.paths.getData()[0] is None
    view.paths_box.setChecked(True)
    x, y = items.paths.getData()
    assert not items.bands[0].isVisible()
    assert int(np.isnan(y).sum()) == 21 and len(x) == 21 * (HORIZON + 2)


def test_the_table_has_every_model_with_its_mark_and_says_who_is_best(view: ForecastView) -> None:
    rows = view.table.rows
    assert [(title, mark) for title, mark, _ in rows] == [
        ("AR(9)", mark_of(0)), ("LSTM", mark_of(1)), ("seasonal naive", None),
    ]  # fmt: skip
    assert rows[0][2] == ("1.00", "1.10", "1.70") and view.table.best_columns == [0, 0, 0]
    assert "LSTM: MASE here 1.30, MASE test 1.40, MAE, ppm 2.00" in view.table.accessibleDescription()
    assert view.table.minimumSizeHint().width() < 360


def test_marks_are_told_apart_without_colour_and_are_none_of_the_parts() -> None:
    marks = [mark_of(number) for number in range(4)]
    assert len({mark.symbol for mark in marks}) == len({mark.color for mark in marks}) == 4
    for part in ("train", "validation", "test"):
        assert all(QColor(mark.color) != QColor(THEME.tokens.part_color(part)) for mark in marks)
    assert mark_of(4) == marks[0] and isinstance(marks[0], Mark)


def test_the_line_is_dragged_and_every_example_on_the_way_is_asked_for(qtbot: Any, view: ForecastView) -> None:
    rows = chosen_by(qtbot, view)
    start = 1950.0 + TEST_START - 1
    before = view.plot.box.viewRange()
    drag(qtbot, view.plot, start, start + 1.2, start + 2.1, start + 3.0)
    assert view.origin.moving and view.chosen_origin == TEST_START + 2
    assert rows[-1] == 3 and rows == sorted(rows)
    assert view.wanted() == ForecastAnalysis(origin=-1), "an example of the test part belongs to all views"
    assert view.plot.box.viewRange() == before, "the picture stays while the line is dragged"
    view.show_result(forecast(TEST_START))
    assert view.origin.value() == pytest.approx(start + 3.0, abs=0.3), "an older answer does not pull the line back"
    qtbot.mouseRelease(view.plot.viewport(), Qt.MouseButton.LeftButton, pos=place_of(view.plot, start + 3.0))
    assert not view.origin.moving
    view.show_result(forecast(TEST_START + 2))
    assert view.origin.value() == start + 3.0 and view.strip.origin.value() == start + 3.0
    assert view.plot.box.viewRange()[0][0] == pytest.approx(before[0][0] + 3.0), "and then follows"


def test_a_click_on_the_strip_goes_there_in_the_training_time_too(qtbot: Any, view: ForecastView) -> None:
    rows = chosen_by(qtbot, view)
    with qtbot.waitSignal(view.wanted_changed):
        qtbot.mouseClick(view.strip.viewport(), Qt.MouseButton.LeftButton, pos=place_of(view.strip, 1970.0))
    step = view.chosen_origin
    assert abs(step - 20) <= 1 and rows == []
    assert view.wanted() == ForecastAnalysis(origin=step)
    view.show_result(forecast(step))
    assert view.origin.value() == 1950.0 + step
    drag(qtbot, view.strip, 1960.0, 1900.0)
    assert view.chosen_origin == WINDOW - 1, "before the first whole window nothing can be forecast"
    qtbot.mouseRelease(view.strip.viewport(), Qt.MouseButton.LeftButton)
    drag(qtbot, view.strip, 1960.0, 1950.0 + TEST_START + 1)
    qtbot.mouseRelease(view.strip.viewport(), Qt.MouseButton.LeftButton)
    assert rows[-1] == pytest.approx(2, abs=1) and view.wanted() == ForecastAnalysis(origin=-1)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Qt.Key.Key_Left, TEST_START - 2),
        (Qt.Key.Key_Right, TEST_START),
        (Qt.Key.Key_PageUp, TEST_START - 13),
        (Qt.Key.Key_PageDown, COUNT - 1),
        (Qt.Key.Key_End, COUNT - 1),
    ],
)
def test_keys_move_the_origin(qtbot: Any, view: ForecastView, key: Qt.Key, expected: int) -> None:
    view.activateWindow()
    view.plot.setFocus()
    qtbot.waitUntil(view.plot.hasFocus)
    qtbot.keyClick(view.plot, key)
    assert view.chosen_origin == expected
    assert view.origin.value() == 1950.0 + expected
    qtbot.keyClick(view.plot, Qt.Key.Key_Home)
    assert view.chosen_origin == TEST_START - 1


def test_quick_steps_add_up_before_any_answer_comes(qtbot: Any, view: ForecastView) -> None:
    rows = chosen_by(qtbot, view)
    for _ in range(3):
        view.step_forth()
    assert rows == [1, 2, 3] and view.chosen_origin == TEST_START + 2


def test_the_answer_of_another_view_is_followed_in_the_end(view: ForecastView) -> None:
    view.step_forth()
    for _ in range(4):
        view.show_result(forecast(TEST_START + 4))
    assert view.chosen_origin == TEST_START + 4
    assert view.strip.origin.value() == 1950.0 + TEST_START + 4


def test_beyond_the_last_value_nothing_is_claimed_to_be_known(view: ForecastView) -> None:
    view.show_result(beyond_the_end())
    assert len(view.came.getData()[0]) == 0
    assert view.legend.entries[0].text == f"from {1950 + COUNT - 1}"
    assert readout(beyond_the_end(), COUNT + 1).startswith(f"{1950 + COUNT + 1}: LSTM ")


def test_the_readout_says_all_that_is_known_of_a_time() -> None:
    result = two_forecasts()
    words = readout(result, TEST_START)
    assert words.startswith("2000: CO2 (ppm) ") and "AR(9)" in words and " to " in words and "seasonal naive" in words
    assert readout(result, 3).startswith("1953: CO2 (ppm) 304") and "naive" not in readout(result, 3)
    assert readout(result, -1) == readout(result, COUNT + HORIZON) == ""


def test_the_mouse_over_the_plot_brings_the_readout(qtbot: Any, view: ForecastView) -> None:
    qtbot.mouseMove(view.plot.viewport(), place_of(view.plot, 1980.0, 0.2))
    qtbot.mouseMove(view.plot.viewport(), place_of(view.plot, 1981.0, 0.2))
    assert view.legend.readout.startswith("1981: CO2 (ppm)")


def test_a_small_panel_keeps_the_plot_and_gives_up_the_strip(view: ForecastView) -> None:
    view.resize(360, 200)
    assert not view.strip.isVisible()
    view.resize(360, 330)
    assert view.strip.isVisible() and view.plot.height() >= 100
