"""The luck meter: both quantities of every seed."""

from __future__ import annotations

from typing import Any

from playground.ui.views.run.luck import LuckView
from tests.ui.views import results_contests as results
from tests.ui.views.test_every_view import shown


def test_the_chart_of_the_luck_meter_shows_both_quantities_and_every_seed(qtbot: Any) -> None:
    panel = shown(qtbot, LuckView, results.luck())
    view = panel.view
    assert isinstance(view, LuckView)
    few = len(view.chart.drawn_items)
    view.each_box.setChecked(True)
    assert len(view.chart.drawn_items) == few + 32
    view.quantity_box.setCurrentIndex(view.quantity_box.findData("loss"))
    assert view.chart.side.logarithmic and view.chart.line_names == ["median"]
