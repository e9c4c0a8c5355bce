"""The view of a search: its pictures, the choice of settings, and the best ones as an edit that can be undone."""

from __future__ import annotations

from typing import Any

import pytest

from playground.analysis.run.search import SearchOffer, offered, usual
from playground.experiments.library import open_preset
from playground.ui.views.run.search import SearchView
from tests.experiments.search.example import RATE, UNITS
from tests.ui.views import results_search as results
from tests.ui.views.test_every_view import shown


@pytest.mark.parametrize(
    ("chart", "words"),
    [("importances", "rate · "), ("parallel", "Train loss"), ("heat-map", None), ("history", None)],
)
def test_every_picture_of_a_search_is_drawn(chart: str, words: str | None, qtbot: Any) -> None:
    panel = shown(qtbot, SearchView, results.whole())
    view = panel.view
    assert isinstance(view, SearchView)
    view.chart_box.setCurrentIndex(view.chart_box.findData(chart))
    assert view.chart.picture == chart
    assert len(view.chart.drawn_items) > 3
    assert words is None or any(one.startswith(words) for one in view.chart.words)
    assert "Under 2 fresh seeds: train loss 0.15" in view.words.text()
    assert view.chart.said == ""


def test_a_map_of_one_setting_and_a_search_without_numbers_say_so(qtbot: Any) -> None:
    panel = shown(qtbot, SearchView, results.one_setting())
    view = panel.view
    assert isinstance(view, SearchView)
    view.chart_box.setCurrentIndex(view.chart_box.findData("heat-map"))
    assert "needs two settings" in view.chart.said
    view.show_result(results.without_a_number())
    assert view.use_button.isHidden()
    assert view.words.text() == "No trial has a number. All ran away."


def test_the_best_settings_are_put_into_the_project_and_nothing_else(qtbot: Any) -> None:
    panel = shown(qtbot, SearchView, results.whole())
    view = panel.view
    assert isinstance(view, SearchView)
    with qtbot.waitSignal(view.project_edit_wanted) as caught:
        view.use_button.click()
    text, edit = caught.args
    assert text == "Use the best settings of the search"
    before = open_preset("circles")
    after = edit(before)
    best = results.state().best
    assert best is not None
    assert after.training.optimizer.parameters["learning_rate"] == best.values["rate"]
    node = after.graph.node("dense-1").parameters
    assert (node["units"], node["activation"]) == (best.values["units"], "relu")
    assert after.goals == before.goals
    assert after.training.stop == before.training.stop


def test_settings_are_added_typed_and_taken_away(qtbot: Any) -> None:
    view = SearchView()
    qtbot.addWidget(view)
    project = open_preset("circles")
    view.show_result(SearchOffer(offered(project)))
    assert [words.partition("=")[0] for words in usual(project)] == [RATE, UNITS]
    box = view.settings.add_box
    box.setCurrentIndex(box.findData(UNITS))
    box.activated.emit(box.currentIndex())
    view.settings.add("training.batch_size")
    range_ = view.settings.ranges[UNITS]
    range_.setText("2..6")
    range_.editingFinished.emit()
    over = view.chosen(1).over
    assert over.startswith(f"{UNITS}=2..6; training.batch_size=1..64:log")
    view.settings.remove("training.batch_size")
    assert view.chosen(2).over == f"{UNITS}=2..6"
    other = SearchView()
    qtbot.addWidget(other)
    other.take_options(view.saved_options())
    assert list(other.settings.ranges) == [UNITS]
