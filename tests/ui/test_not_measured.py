"""A number that cannot be measured is never a bare dash: bar and curves say why, as the command line does."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtGui import QAction

from playground.training.history import CurveData
from playground.training.metrics.words import reason
from playground.ui.shell.top_bar import TopBar
from playground.ui.views.run.curves import CurvesView


@pytest.fixture
def bar(qtbot) -> TopBar:
    bar = TopBar(*(QAction(name) for name in ("Play", "Step", "Epoch", "Rewind", "Present")))
    qtbot.addWidget(bar)
    return bar


def frame(**latest: float) -> SimpleNamespace:
    return SimpleNamespace(epoch=1.0, latest=latest, device="cpu", engine="numpy", engine_reason="")


def test_before_anything_is_trained_the_bar_says_so(bar: TopBar) -> None:
    assert "nothing has been trained yet" in bar.figures["train_loss"].toolTip()


@pytest.mark.parametrize(("metric", "value"), [("test_r2", math.nan), ("test_accuracy", math.nan)])
def test_the_bar_says_why_there_is_no_number(bar: TopBar, metric: str, value: float) -> None:
    bar.watch(metric, "")
    bar.show_frame(frame(train_loss=math.inf, test_loss=0.5, **{metric: value}))
    quality, loss = bar.figures["quality"], bar.figures["train_loss"]
    assert reason(metric, value) in quality.toolTip().replace("\n", " ")
    assert reason(metric, value) in quality.accessibleName()
    assert quality.number.text() == "none" and loss.number.text() == "∞"
    assert "too large" in loss.toolTip() and not bar.figures["test_loss"].toolTip()
    bar.show_frame(frame(train_loss=0.25, test_loss=0.5, **{metric: 0.75}))
    assert not quality.toolTip() and not loss.toolTip() and loss.number.text() == "0.2500"


def curve(*values: float) -> CurveData:
    steps = np.arange(len(values), dtype=np.float64)
    given = np.array(values)
    return CurveData(*(given if name in ("value", "low", "high") else steps for name in CurveData.__slots__))


def test_the_curves_say_why_there_is_no_number(qtbot) -> None:
    view = CurvesView()
    qtbot.addWidget(view)
    view.say_what_is_left_out({"test_r2": curve(math.nan, math.nan)}, False)
    assert view.plot.said == f"Not measured: {reason('test_r2', math.nan)}"
    view.match_lines(["train_r2", "test_r2"])
    view.say_what_is_left_out({"train_r2": curve(0.1, 0.2), "test_r2": curve(math.nan, math.nan)}, False)
    assert not view.plot.said
    assert [entry.text for entry in view.legend_entries()][-1] == f"test not measured: {reason('test_r2', math.nan)}"
