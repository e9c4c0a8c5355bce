"""Data and curve: the parts that are shown, the residual under the mouse, and words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSize

from playground.ui.views.answers.fit import FitView, point_words
from playground.ui.views.panel import ViewPanel
from playground.ui.widgets.theme import THEME
from tests.ui.views.results_fit import line, share


@pytest.fixture
def view(qtbot: Any) -> Iterator[FitView]:
    THEME.use("light")
    panel = ViewPanel(FitView())
    qtbot.addWidget(panel)
    panel.resize(QSize(520, 400))
    panel.show()
    assert isinstance(panel.view, FitView)
    yield panel.view


def texts(view: FitView) -> list[str]:
    return [entry.text for entry in view.legend.entries]


def test_the_curve_and_the_examples_of_each_part_are_drawn(view: FitView) -> None:
    view.show_result(line())
    x, y = view.plot.curve.getData()
    np.testing.assert_allclose(y, 2 * x)
    assert len(view.plot.clouds["train"].points()) == 9
    assert texts(view) == ["network, step 120", "train: off by 1.00", "validation: off by 0"]
    assert view.plot.names == ("hours", "price")


def test_a_part_can_be_left_out(view: FitView) -> None:
    view.show_result(line())
    view.boxes["train"].click()
    assert not view.plot.clouds["train"].isVisible()
    assert texts(view) == ["network, step 120", "validation: off by 0"]
    assert view.saved_options() == {"train_points": False}


def test_the_residual_of_the_example_under_the_mouse(view: FitView) -> None:
    view.show_result(line())
    view.settle()
    view.plot.hovered.emit(QPointF(3.0, 7.0))
    x, y = view.plot.residual.getData()
    assert (x.tolist(), y.tolist()) == ([3.0, 3.0], [7.0, 6.0])
    assert view.legend.readout == "train, hours 3.00: wanted 7.00, price 6.00, residual 1.00"
    view.plot.hovered.emit(QPointF(-3.0, 8.0))
    assert len(view.plot.residual.getData()[0]) == 0
    assert view.legend.readout == "hours −3.00: price −6.00"
    view.plot.left.emit()
    assert view.legend.readout == ""


def test_all_residuals_at_once(view: FitView) -> None:
    view.show_result(line())
    view.residuals_box.click()
    x, y = view.plot.lines.getData()
    assert len(x) == 2 * (9 + 2)
    np.testing.assert_allclose(np.abs(np.diff(y[:18])[::2]), 1.0)


def test_of_classes_the_words_say_the_class(view: FitView) -> None:
    view.show_result(share())
    assert view.plot.names == ("dose", "probability of well")
    words = point_words(share(), "train", 0)
    assert words == "train, dose 1.00: wanted ill, probability of well 0.100, residual −0.100"


def test_a_curve_that_is_no_number_is_survived(view: FitView) -> None:
    result = line()
    result.curve[:] = np.nan
    for points in result.points.values():
        points.said[:] = np.nan
    view.show_result(result)
    view.plot.hovered.emit(QPointF(3.0, 7.0))
    assert view.legend.readout.startswith("train, hours 3.00: wanted 7.00")
