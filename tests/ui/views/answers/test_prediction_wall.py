"""The prediction wall: frames, rows, and the example that is chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt

from playground.analysis.answers.prediction_wall import PredictionWallAnalysis
from playground.ui.views.answers.prediction_wall import PredictionWallView, caption
from tests.ui.views import results
from tests.ui.views.showing import shown


def test_the_wall_frames_right_and_wrong_and_says_it(qtbot: Any) -> None:
    result = results.wall()
    view = shown(qtbot, PredictionWallView(), result)
    assert caption(result, 0) == "✗ 7, is 0"
    assert caption(result, 1) == "✓ 1 97%"
    first = view.canvas.words_at(view.canvas.tile(0).center())
    assert first == "test example 1: predicted 7, 100% sure, wrong, it is 0"
    assert view.legend.entries[0].text == "test: 1 of 20 wrong"
    assert view.canvas.height() >= view.canvas.tile(19).bottom()
    with qtbot.waitSignal(view.wanted_changed):
        qtbot.mouseClick(view.wrong_box, Qt.MouseButton.LeftButton)
    assert view.wanted() == PredictionWallAnalysis(wrong_first=False)


def test_a_click_on_the_wall_chooses_the_example(qtbot: Any) -> None:
    result = results.wall()
    view = shown(qtbot, PredictionWallView(), result)
    place = view.canvas.tile(3).center().toPoint()
    with qtbot.waitSignal(view.example_chosen) as caught:
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [result.rows[3]]
    view.show_result(replace(result, part="train"))
    with qtbot.assertNotEmitted(view.example_chosen):
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=place)


def test_the_whole_wall_is_saved_even_what_is_scrolled_away(qtbot: Any) -> None:
    view = shown(qtbot, PredictionWallView(), results.wall(60), 300, 200)
    assert view.picture_widget().height() > 400


@pytest.mark.parametrize("width", range(180, 420, 15))
def test_rows_do_not_flicker_at_any_width(qtbot: Any, width: int) -> None:
    view = shown(qtbot, PredictionWallView(), results.wall(30), width, 250)
    columns = view.canvas.columns()
    view.grab()
    assert view.canvas.columns() == columns
