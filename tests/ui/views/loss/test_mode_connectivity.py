"""The view between two solutions: its curves, its words, and the plane."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from playground.analysis.loss.mode_connectivity import ModeConnectivityAnalysis, Profile
from playground.ui.views.loss.mode_connectivity import ModeConnectivityView, in_words
from playground.ui.views.panel import ViewPanel
from tests.ui.views.results_connectivity import bent, learning


@pytest.fixture
def panel(qtbot: Any) -> ViewPanel:
    panel = ViewPanel(ModeConnectivityView())
    qtbot.addWidget(panel)
    panel.resize(520, 400)
    panel.show()
    return panel


@pytest.fixture
def view(panel: ViewPanel) -> ModeConnectivityView:
    assert isinstance(panel.view, ModeConnectivityView)
    return panel.view


def test_the_curves_are_those_of_both_ways(view: ModeConnectivityView) -> None:
    view.show_result(learning())
    assert not view.curves["bend", "train"].isVisible()
    result = bent()
    view.show_result(result)
    assert result.bend is not None
    for key, values in ((("line", "train"), result.line.train), (("bend", "test"), result.bend.test)):
        x, y = view.curves[key].getData()
        np.testing.assert_allclose(x, result.ways)
        np.testing.assert_allclose(y, values)
    low, high = view.plot.box.viewRange()[1]
    assert low < result.bend.train.min() and high > result.line.test.max()
    view.log_box.setChecked(True)
    np.testing.assert_allclose(view.curves["line", "train"].getData()[1], np.log10(result.line.train))


def test_it_says_in_words_what_lies_between() -> None:
    assert in_words(learning()).startswith("The second network (seed 2) has learned 300 of 1,000 steps. On the")
    assert "climbs by 0.900, most at 0.50 of the way." in in_words(learning())
    so_far = in_words(replace(bent(), bent=0.4))
    assert "Around the bend: by 0.0100, most at 0.50 of the way." in so_far
    assert so_far.endswith("The bend has learned 40 %.")
    assert in_words(bent()).endswith("Both lie in one connected valley.")
    assert in_words(replace(bent(), bend=bent().line)).endswith("This bend finds no low way.")
    flat = Profile(np.linspace(0.2, 0.4, 41), np.empty(0))
    assert in_words(replace(bent(), line=flat)).startswith("On the straight line the loss climbs nowhere.")


def test_from_above_both_ways_are_on_the_plane(view: ModeConnectivityView) -> None:
    view.show_result(learning())
    view.picture_box.setCurrentIndex(1)
    assert view.pages.currentWidget() is view.plot
    assert "from above when the bend is trained" in [entry.text for entry in view.legend.entries]
    result = bent()
    view.show_result(result)
    assert view.pages.currentWidget() is view.surface
    assert result.plane is not None
    drawn = np.stack(view.surface.others[0].line.getData(), axis=1)
    np.testing.assert_allclose(drawn, result.plane.others[0].places)


def test_another_second_network_is_asked_for(qtbot: Any, view: ModeConnectivityView) -> None:
    assert view.wanted() == ModeConnectivityAnalysis()
    with qtbot.waitSignal(view.wanted_changed):
        view.other_button.click()
    assert view.wanted() == ModeConnectivityAnalysis(seed=2, other_run=False)
    for box in (view.picture_box, view.log_box, view.run_box, view.other_button):
        assert box.accessibleName() and len(box.toolTip()) > 20


def test_the_mouse_reads_both_ways(view: ModeConnectivityView) -> None:
    view.show_result(bent())
    view.plot.hovered.emit(QPointF(0.5, 0.3))
    assert view.legend.readout == "at 0.50 of the way, straight 0.950, around the bend 0.0600"
    view.plot.left.emit()
    assert view.legend.readout == ""
