"""Forecasts in the window: the line is dragged while the network learns, and all that shows an example follows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtTest import QTest

from playground.document import files, library
from playground.ui.views.answers.forecast import ForecastView
from tests.end_to_end.conftest import LEFT, NONE, Person


def view_of(person: Person) -> ForecastView:
    view = person.place.views.dock("forecast").view
    assert isinstance(view, ForecastView)
    return view


def on_the_strip(view: ForecastView, step: int) -> QPoint:
    assert view.result is not None
    middle = sum(view.strip.box.viewRange()[1]) / 2
    scene = view.strip.box.mapViewToScene(QPointF(float(view.result.times[step]), middle))
    return view.strip.mapFromScene(scene)


def test_the_forecast_moves_while_it_learns_and_the_origin_where_one_clicks(person: Person, tmp_path: Path) -> None:
    person.opens(files.read(library.find("co2-lstm")), tmp_path)
    person.waits_for("ready")
    person.sees(lambda: view_of(person).result is not None)
    view = view_of(person)
    first = view.result
    assert first is not None and first.moments[first.origin] == "May 1995"
    person.place.trainer.play()
    person.sees(lambda: view.result is not None and view.result.models[0].score.mase < 0.8)
    assert not np.array_equal(first.models[0].ahead, view.result.models[0].ahead)
    QTest.mouseClick(view.strip.viewport(), LEFT, NONE, on_the_strip(view, 480))
    person.sees(lambda: abs(view.result.origin - 480) <= 2)
    chosen = view.chosen_origin
    assert person.place.views.example == chosen - first.part_origins[0], "the canvas looks at the same window"
    person.place.trainer.pause()
    person.rests()
    QTest.mouseClick(view.strip.viewport(), LEFT, NONE, on_the_strip(view, 100))
    person.sees(lambda: abs(view.result.origin - 100) <= 2)
    assert view.result.step == person.step, "at rest another origin is forecast with the same weights"
    assert np.isfinite(view.result.truth).all() and view.origin.value() == view.result.times[view.result.origin]


def test_autoregression_and_network_learn_in_one_run(person: Person, tmp_path: Path) -> None:
    person.opens(files.read(library.find("sunspots-ar-lstm")), tmp_path)
    person.waits_for("ready")
    person.place.trainer.play()
    person.waits_for("finished")
    person.rests()
    view = view_of(person)
    person.sees(lambda: view.result is not None and view.result.step == person.step)
    scores = {model.title: model.score.mase for model in view.result.models}
    assert set(scores) == {"AR(9)", "LSTM forecast"} and scores["AR(9)"] < 1.0 < scores["LSTM forecast"]
    latest = person.place.feed.frame.latest
    assert np.isclose(latest["test_mase.mase-ar"], scores["AR(9)"], rtol=1e-3)
