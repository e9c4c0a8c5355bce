"""What the race and the luck meter share: start, stop, and the sentence at the end."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from playground.analysis.run.luck import LuckAnalysis
from playground.ui.views.run.contest import BEGINS, ContestView
from playground.ui.views.run.luck import LuckView
from playground.ui.views.run.race import RaceView
from tests.ui.views import results_contests as results
from tests.ui.views.test_every_view import shown


@pytest.mark.parametrize(("kind", "make"), [(RaceView, results.race), (LuckView, results.luck)])
def test_nothing_is_asked_for_before_start_nor_after_the_end(qtbot: Any, kind: type[ContestView], make: Any) -> None:
    panel = shown(qtbot, kind)
    view = panel.view
    assert isinstance(view, ContestView) and view.wanted().start == 0  # type: ignore[attr-defined]
    assert "Press Start" in view.message
    with qtbot.waitSignal(view.wanted_changed):
        qtbot.mouseClick(view.start_button, Qt.MouseButton.LeftButton)
    asked = view.wanted()
    assert asked.start == 1 and view.message == BEGINS  # type: ignore[attr-defined]
    assert view.start_button.text() == "Stop" and view.start_button.accessibleName().startswith("Stop")
    view.epochs_box.setValue(7)
    assert view.wanted() == asked, "what runs is not disturbed by other options"
    view.show_result(make())
    assert view.wanted().start == 0 and view.start_button.text() == "Start"  # type: ignore[attr-defined]
    view.show_message(view.empty)
    assert view.result is not None, "the answer to no question does not wipe out the result"
    view.start_button.setFocus()
    qtbot.keyClick(view.start_button, Qt.Key.Key_Space)
    assert view.wanted().start == 2 and view.wanted().epochs == 7  # type: ignore[attr-defined]


def test_stop_keeps_what_was_reached(qtbot: Any) -> None:
    panel = shown(qtbot, LuckView)
    view = panel.view
    assert isinstance(view, LuckView)
    view.start_or_stop()
    view.show_result(results.luck_underway())
    assert view.running and "40% done" in view.words.text()
    view.start_or_stop()
    assert not view.running and view.wanted() == LuckAnalysis(start=0)
    view.show_message(view.empty)
    assert view.result is not None


def test_a_sentence_ends_the_run(qtbot: Any) -> None:
    panel = shown(qtbot, RaceView)
    view = panel.view
    assert isinstance(view, RaceView)
    view.start_or_stop()
    view.show_message("There is no optimizer like that.")
    assert not view.running and "no optimizer" in view.message
