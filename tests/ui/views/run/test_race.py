"""The race: lines, names, options and the range of its chart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QSize

from playground.analysis.run.luck import Luck
from playground.analysis.run.race import RaceAnalysis, RaceOffer
from playground.experiments.members import RATE, settings_of
from playground.ui.views.run.contest_chart import DASHES, run_color, run_pen
from playground.ui.views.run.luck import LuckView
from playground.ui.views.run.race import RaceView
from tests.training.runs import noisy_graph, project
from tests.ui.views import results_contests as results
from tests.ui.views.test_every_view import shown


def offer() -> RaceOffer:
    return RaceOffer(tuple(settings_of(project(graph=noisy_graph(), rate=0.1))), "sgd")


def test_lines_differ_without_colour_and_have_their_names_at_their_ends(qtbot: Any) -> None:
    panel = shown(qtbot, RaceView, results.race_of_rates(), QSize(900, 600))
    view = panel.view
    assert isinstance(view, RaceView)
    assert view.chart.line_names == list(results.race_of_rates().runs.names)
    assert len({tuple(run_pen(run).dashPattern()) for run in range(8)}) == len(DASHES) == 8
    assert len({run_color(run).name() for run in range(8)}) == 8
    symbols = [entry.symbol for entry in view.legend.entries if entry.symbol]
    assert len(set(symbols)) == len(symbols) == 7
    assert view.map.isVisible() and view.table.isVisible()
    assert [view.table.item(row, 0).text() for row in range(7)] == list("1234567")
    assert view.table.item(0, 1).text() == "0.316" and view.table.item(6, 4).text().startswith("ran away")


def test_parts_are_shown_as_there_is_room_or_as_chosen(qtbot: Any) -> None:
    panel = shown(qtbot, RaceView, results.race(), QSize(420, 300))
    view = panel.view
    assert isinstance(view, RaceView)
    assert view.chart.isVisible() and not view.map.isVisible() and not view.table.isVisible()
    for page, widget in (("surface", view.map), ("table", view.table), ("chart", view.chart)):
        view.page_box.setCurrentIndex(view.page_box.findData(page))
        shown_parts = [part for part in (view.chart, view.map, view.table) if part.isVisible()]
        assert shown_parts == [widget]
    view.page_box.setCurrentIndex(0)
    panel.resize(900, 620)
    assert view.chart.isVisible() and view.map.isVisible() and view.table.isVisible()
    view.show_result(results.race_without_ground())
    assert not view.map.isVisible() and view.notice.isVisible()


def test_options_make_the_race(qtbot: Any) -> None:
    panel = shown(qtbot, RaceView)
    view = panel.view
    assert isinstance(view, RaceView)
    assert view.chosen(1) == RaceAnalysis(start=1, logarithmic=True)
    view.show_result(offer())
    assert "Press Start" in view.message
    choices = view.choices
    choices.ticks["nadam"].setChecked(True)
    assert "nadam" in view.chosen(1).optimizers.split()  # type: ignore[attr-defined]
    choices.over_box.setCurrentIndex(choices.over_box.findData("learning-rate"))
    assert not choices.isEnabled() and choices.low_box.placeholderText() == "0.00333"
    choices.low_box.setText("0.01")
    rates = view.chosen(3)
    assert isinstance(rates, RaceAnalysis) and (rates.over, rates.low, rates.high) == ("learning-rate", 0.01, 3.0)
    choices.over_box.setCurrentIndex(choices.over_box.findData("setting"))
    choices.setting_box.setCurrentIndex(choices.setting_box.findData("training.batch_size"))
    race = view.chosen(4)
    assert isinstance(race, RaceAnalysis) and race.path == "training.batch_size" and race.logarithmic
    assert choices.setting_box.findData(RATE) < 0
    choices.setting_box.setCurrentIndex(choices.setting_box.findData("training.initializer"))
    assert not choices.low_box.isEnabled()


def test_two_optimizers_at_least_and_eight_at_most(qtbot: Any) -> None:
    panel = shown(qtbot, RaceView)
    view = panel.view
    assert isinstance(view, RaceView)
    ticks = view.choices.ticks
    for tick in ticks.values():
        tick.click()
        if not tick.isChecked():
            tick.click()
    assert sum(tick.isChecked() for tick in ticks.values()) == 8
    for tick in ticks.values():
        if tick.isChecked():
            tick.click()
    assert sum(tick.isChecked() for tick in ticks.values()) == 2


def test_a_run_that_runs_away_leaves_room_for_the_others(qtbot: Any) -> None:
    race = results.race_of_rates()
    race.runs.scores[:8, -1] = -(10.0 ** np.arange(8, 32, 3))
    panel = shown(qtbot, RaceView, race, QSize(900, 600))
    view = panel.view
    assert isinstance(view, RaceView)
    bottom, top = view.chart.box.viewRange()[1]
    assert 0.4 < bottom < 0.5 and 1.0 < top < 1.1
    assert all(bottom <= name.pos().y() <= top for name in view.chart.name_items)


def test_one_look_only_has_an_axis_of_whole_epochs(qtbot: Any) -> None:
    runs = results.luck().runs
    first = replace(runs, epochs=runs.epochs[:1], losses=runs.losses[:1], scores=runs.scores[:1], share=0.01)
    view = shown(qtbot, LuckView, Luck(first)).view
    assert isinstance(view, LuckView)
    low, high = view.chart.box.viewRange()[0]
    assert low <= 0.0 and 1.0 <= high < 2.0
