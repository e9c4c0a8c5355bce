"""The view of distributions: ridges, shares in words and over time, the block of the box or of the canvas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from playground.ui.views.run.distributions import DistributionsView
from playground.ui.views.run.ridge import OVERLAP, usual_peak, value_ticks
from tests.ui.views import results_distributions


def shown(qtbot: Any, result: Any, width: int = 600, height: int = 460) -> DistributionsView:
    view = DistributionsView()
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    view.show_result(result)
    view.settle()
    return view


def words(view: DistributionsView) -> str:
    return " | ".join(entry.text for entry in view.legend.entries)


def test_ridges_stand_one_before_the_other_on_one_scale(qtbot: Any) -> None:
    view = shown(qtbot, results_distributions.spreading())
    canvas, result = view.canvas, view.result
    assert result is not None
    bases = [canvas.base(row) for row in range(20)]
    assert bases == sorted(bases) and bases[-1] == canvas.area().bottom()
    heights = canvas.heights()
    assert heights.shape == result.counts.shape and heights.max() <= OVERLAP * canvas.area().height() + 1e-6
    assert bases[0] - heights[0].max() >= canvas.area().top() - 1e-6
    low = heights < heights.max() * 0.99  # but for what is cut off
    ratio = heights[low] / np.maximum(result.counts[low], 1)
    assert np.ptp(ratio[result.counts[low] > 0]) < 1e-9


def test_the_spike_of_zeros_does_not_set_the_scale() -> None:
    shares = np.full((4, 10), 0.02)
    shares[:, 0] = 0.8
    zeros = np.zeros((4, 10), dtype=bool)
    assert usual_peak(shares, zeros) == pytest.approx(0.8)
    zeros[:, 0] = True
    assert usual_peak(shares, zeros) == pytest.approx(0.02)
    only = np.zeros((4, 10))
    only[:, 0] = 1.0
    assert usual_peak(only, zeros) == pytest.approx(1.0)


def test_shares_are_said_and_drawn_over_time(qtbot: Any) -> None:
    view = shown(qtbot, results_distributions.spreading())
    assert "Dense 1: weights, step 95" in words(view)
    assert "24% of the weights are 0" in words(view) and "outside the range" in words(view)
    assert view.plot.isVisible()
    x, y = view.lines["zero"].getData()
    assert view.result is not None
    np.testing.assert_allclose(y, 100 * view.result.zero)
    assert x.tolist() == list(range(0, 100, 5))
    view.show_result(results_distributions.dying())
    assert "dead 75% (6 of 8 units)" in words(view) and "ReLU: no weights, but activations, step 90" in words(view)
    np.testing.assert_allclose(view.lines["dead"].getData()[1], 100 * np.linspace(0.0, 0.75, 10))


def test_without_zeros_there_is_no_plot_of_shares(qtbot: Any) -> None:
    view = shown(qtbot, replace(results_distributions.spreading(), zero=np.zeros(20)))
    assert not view.plot.isVisible() and "0% of the weights are 0" in words(view)


def test_looking_back_the_moment_stands_out(qtbot: Any) -> None:
    view = shown(qtbot, results_distributions.spreading())
    front = view.canvas.grab().toImage()
    view.show_result(results_distributions.spreading(step=41))
    assert view.result is not None and view.result.now == 8 and view.now.value() == 41
    assert view.canvas.label_of(8) == "now 40" and view.canvas.grab().toImage() != front
    fill, _ = view.canvas.colors_of(15)
    assert fill.hslSaturationF() < 0.2  # grey: it comes later


def test_the_box_chooses_a_block_until_the_canvas_does(qtbot: Any) -> None:
    view = shown(qtbot, results_distributions.spreading())
    titles = [view.node_box.itemText(row) for row in range(view.node_box.count())]
    assert titles == ["Dense 1", "ReLU", "Dense 2"] and view.node_box.currentText() == "Dense 1"
    assert view.wanted().model_dump()["node"] == ""
    with qtbot.waitSignal(view.wanted_changed):
        view.node_box.setCurrentIndex(2)
    assert view.wanted().model_dump()["node"] == "dense-2"
    with qtbot.waitSignal(view.wanted_changed):
        view.show_result(results_distributions.spreading(pointed="relu-1"))
    assert view.wanted().model_dump()["node"] == ""
    with qtbot.waitSignal(view.wanted_changed):
        view.what_box.setCurrentIndex(3)
    assert view.wanted().model_dump()["what"] == "activations"


def test_the_place_under_the_mouse_is_read(qtbot: Any) -> None:
    view = shown(qtbot, results_distributions.spreading())
    area = view.canvas.area()
    said = view.canvas.words_at(QPointF(area.center().x() + 1, view.canvas.base(19) - 1))
    assert (said.startswith("step 95: ") and "between 0 and 0.133" in said) or "between −0.0667 and 0.0667" in said
    assert view.canvas.words_at(QPointF(-5, 5)) == ""


def test_ticks_are_round_and_apart() -> None:
    ticks = value_ticks(-0.93, 2.1, 400, 60)
    assert ticks == pytest.approx([-0.5, 0.0, 0.5, 1.0, 1.5, 2.0])
    assert value_ticks(0.001, 0.0012, 100, 60) == pytest.approx([0.001, 0.0012])
