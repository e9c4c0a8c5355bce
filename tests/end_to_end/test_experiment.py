"""An experiment in the real window: a question is chosen, guessed, measured beside the training, and answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from playground.analysis.run import experiment as analysis
from playground.ui.views.run.experiment import ExperimentView
from tests.end_to_end.conftest import LEFT, Person, spirals


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in this process, and keep nothing."""
    monkeypatch.setattr(analysis, "usual_workers", lambda: 0)
    monkeypatch.setattr(analysis, "_store", lambda: None)


def test_a_class_guesses_and_sees_the_verdict(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    place = person.place
    place.views.show_only(["experiment"])
    view = place.views.dock("experiment").view
    assert isinstance(view, ExperimentView)
    person.sees(lambda: view.message.startswith("Does a network without non-linearity fail"))
    view.question_button.choose("relu-half-zeros")
    person.sees(lambda: view.message.startswith("Is half of what ReLU gives zero"))
    view.guess_box.setCurrentIndex(view.guess_box.findData("does-not-hold"))
    view.seeds_box.setValue(3)
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and view.result.whole)
    assert view.words.text().startswith("You guessed that it does not hold. Holds: in 3 of 3 seeds, zeros in ")
    assert view.charts.currentWidget() is view.dots
    assert not view.running and view.start_button.text() == "Start"
    view.guess_box.setCurrentIndex(view.guess_box.findData("none"))
    assert view.words.text().startswith("Holds: in 3 of 3 seeds")
    assert view.result.whole


def test_a_long_one_grows_stops_at_once_and_another_question_takes_its_place(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    place = person.place
    place.views.show_only(["experiment"])
    view = place.views.dock("experiment").view
    assert isinstance(view, ExperimentView)
    view.question_button.choose("width-helps")
    person.sees(lambda: view.message.startswith("Does a wider hidden layer"))
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and view.result.share > 0.05)
    assert view.charts.currentWidget() is view.curves
    assert "of the runs are done" in view.words.text()
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: not place.analyst.busy("view:experiment"))
    assert view.result is not None and not view.result.whole
    view.question_button.choose("label-noise")
    person.sees(lambda: view.result is None and not view.running)
