"""Curvature: sentences, the limit, and room for its plots."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QSize

from playground.ui.views.loss.curvature import CurvatureView
from playground.ui.views.panel import ViewPanel
from tests.ui.views import results_curvature


def shown(qtbot: Any, view: Any, result: Any, size: QSize) -> Any:
    panel = ViewPanel(view)
    qtbot.addWidget(panel)
    panel.resize(size)
    panel.show()
    view.show_result(result)
    view.settle()
    return panel


def test_curvature_says_where_it_stands_and_draws_the_limit(qtbot: Any) -> None:
    panel = shown(qtbot, CurvatureView(), results_curvature.at_the_edge(), QSize(600, 600))
    view = panel.view
    assert "A saddle" in view.words.text() and "edge of stability" in view.words.text()
    assert "2 of 20 directions lead down" in view.words.text()
    _, limits = view.run.limit.getData()
    np.testing.assert_allclose(limits, 20.0)
    assert any("2/η" in entry.text for entry in view.run_legend.entries)
    assert view.spectrum.isVisible() and view.run.isVisible()
    view.spectrum.hovered.emit(QPointF(19.0, 0.0))
    assert view.legend.readout == "eigenvalue 19.0, largest"
    view.run.hovered.emit(QPointF(101.0, 0.0))
    assert view.run_legend.readout.startswith("step 100: sharpness 7.87, limit 20.0")
    view.run.left.emit()
    assert view.run_legend.readout == view.legend.readout == ""


def test_a_small_panel_has_one_plot_and_the_first_sentences(qtbot: Any) -> None:
    panel = shown(qtbot, CurvatureView(), results_curvature.at_the_edge(), QSize(340, 280))
    view = panel.view
    assert view.run.isVisible() and not view.spectrum.isVisible()
    assert "directions" not in view.words.text() and "directions" in view.words.toolTip()
    view.shown_box.setCurrentIndex(view.shown_box.findData("spectrum"))
    assert view.spectrum.isVisible() and not view.run.isVisible()


def test_without_a_limit_no_line_is_promised(qtbot: Any) -> None:
    panel = shown(qtbot, CurvatureView(), results_curvature.by_lanczos(), QSize(600, 600))
    view = panel.view
    assert not any("limit" in entry.text for entry in view.run_legend.entries)
    assert not view.run.isVisible()  # one moment is no line
