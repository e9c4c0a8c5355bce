"""Asking a network in the real window: what an answer hangs on, what if, and a point dragged over the plane."""

from __future__ import annotations

from pathlib import Path

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from playground.analysis.answers.probe import Probe, ProbedBoundary
from playground.document import files, library
from playground.document.project import OpenView
from playground.ui.views.answers.attribution import AttributionView
from playground.ui.views.answers.decision_boundary import DecisionBoundaryView
from playground.ui.views.answers.prediction_wall import PredictionWallView
from playground.ui.views.answers.response import ResponseView
from tests.end_to_end.conftest import LEFT, NONE, Person, spirals


def test_a_mistake_on_the_wall_is_explained(person: Person, tmp_path: Path) -> None:
    person.opens(files.read(library.find("what-it-looked-at")), tmp_path)
    person.waits_for("ready")
    person.place.trainer.take_step(10)
    person.sees(lambda: person.step == 10)
    view, wall = (person.place.views.dock(name).view for name in ("attribution", "prediction-wall"))
    assert isinstance(view, AttributionView) and isinstance(wall, PredictionWallView)
    person.sees(lambda: view.result is not None and wall.result is not None)
    person.rests()
    assert view.result is not None and wall.result is not None
    row = int(wall.result.rows[0])
    person.qtbot.mouseClick(wall.canvas, LEFT, pos=wall.canvas.tile(0).center().toPoint())
    person.sees(lambda: view.result is not None and view.result.row == row)
    person.rests()  # both have looked at the same weights
    said = wall.result.predicted[wall.result.rows == row]
    assert view.result.predicted == said[0] and view.result.explained == view.result.predicted
    person.presses(Qt.Key.Key_Down, on=view.class_box)
    person.sees(lambda: view.result is not None and view.result.explained == int(view.result.actual[0]))
    person.presses(Qt.Key.Key_Down, on=view.method_box)
    person.sees(lambda: view.result is not None and [shown.method for shown in view.result.maps] == ["saliency"])


def test_a_slider_turns_the_answer(person: Person, tmp_path: Path) -> None:
    person.opens(files.read(library.find("what-if")), tmp_path)
    person.waits_for("ready")
    person.place.trainer.take_step(200)
    view = person.place.views.dock("response").view
    assert isinstance(view, ResponseView)
    person.sees(lambda: view.result is not None)
    person.rests()
    assert view.result is not None
    before = view.result.answers
    view.sliders.setFocus()
    person.presses(Qt.Key.Key_Down, on=view.sliders)
    person.sees(lambda: view.result is not None and view.result.feature == 1)
    for _ in range(4):
        person.presses(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, on=view.sliders)
        person.rests()
    assert view.result.values[1] == view.result.high[1] > view.result.original[1]
    assert (view.result.answers != before).any() and view.result.changed.tolist() == [1]
    person.qtbot.mouseClick(view.reset_button, LEFT)
    person.sees(lambda: view.result is not None and not len(view.result.changed))


def test_a_point_is_dragged_over_the_plane_while_it_learns(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", -1)
    person.opens(spirals().replace(views=(OpenView(view="decision-boundary"),)), tmp_path)
    person.waits_for("ready")
    person.place.trainer.take_step(5)
    view = person.place.views.dock("decision-boundary").view
    assert isinstance(view, DecisionBoundaryView)
    person.sees(lambda: view.result is not None)
    view.plot.setFocus()
    person.presses(Qt.Key.Key_P, on=view.plot)
    person.sees(lambda: isinstance(view.result, ProbedBoundary))
    person.rests()

    def probe() -> Probe:
        assert isinstance(view.result, ProbedBoundary) and view.result.probe is not None
        return view.result.probe

    def pixel(x: float, y: float) -> QPoint:
        return view.plot.mapFromScene(view.plot.box.mapViewToScene(QPointF(x, y)))

    port, start = view.plot.viewport(), pixel(*probe().place)
    person.place.actions.act["play"].trigger()
    person.waits_for("running")
    QTest.mouseMove(port, start)
    QTest.mousePress(port, LEFT, NONE, start)
    for number in range(1, 6):
        spot = start + (pixel(0.0, 0.0) - start) * number / 5
        event = QMouseEvent(QEvent.Type.MouseMove, QPointF(spot), QPointF(port.mapToGlobal(spot)), LEFT, LEFT, NONE)
        QApplication.sendEvent(port, event)
    QTest.mouseRelease(port, LEFT, NONE, pixel(0.0, 0.0))
    person.sees(lambda: probe().place == pytest.approx((0.0, 0.0), abs=0.2))
    step = probe().layers[0].values
    person.sees(lambda: (probe().layers[0].values != step).any())  # the numbers go on with the weights
    person.place.actions.act["play"].trigger()
    person.rests()
    assert [len(layer.values) for layer in probe().layers] == [8, 2]
