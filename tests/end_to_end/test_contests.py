"""Races and the luck meter in the real window: they run beside the training, and stop at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtTest import QTest

from playground.document.edits import set_parameters
from playground.document.project import OpenView
from playground.ui.views.run.luck import LuckView
from playground.ui.views.run.race import RaceView
from tests.end_to_end.conftest import LEFT, Person, spirals


def test_luck_is_measured_while_the_network_learns_and_stops_at_once(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    place = person.place
    place.views.show_only(["curves", "luck"])
    view = place.views.dock("luck").view
    assert isinstance(view, LuckView)
    person.sees(lambda: view.message.startswith("Press Start"))
    place.trainer.play()
    person.waits_for("running")
    view.epochs_box.setValue(100_000)
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and 0.0 < view.result.runs.share < 0.9)
    then = place.feed.live.step
    person.sees(lambda: place.feed.live.step > then + 50)
    share = view.result.runs.share
    person.sees(lambda: view.result.runs.share > share)
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: not place.analyst.busy("view:luck"))
    assert not view.result.whole and view.start_button.text() == "Start"
    place.trainer.pause()
    person.waits_for("paused")


def test_a_race_comes_to_its_end_and_an_edit_leaves_it_as_it_is(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    place = person.place
    place.views.show_only(["race"])
    view = place.views.dock("race").view
    assert isinstance(view, RaceView)
    person.sees(lambda: view.choices.setting_box.count() > 0)
    view.epochs_box.setValue(2)
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and view.result.whole)
    race = view.result
    assert not view.running and race.ground is not None
    place.document.edit_graph("Units", set_parameters(place.document.graph, "dense-1", {"units": 5}))
    person.sees(lambda: not place.analyst.any_busy())
    assert view.result is race


def test_the_race_of_one_project_is_not_shown_for_the_next(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    place = person.place
    place.views.show_only(["race"])
    view = place.views.dock("race").view
    assert isinstance(view, RaceView)
    person.sees(lambda: view.choices.setting_box.count() > 0)
    view.epochs_box.setValue(1)
    QTest.mouseClick(view.start_button, LEFT)
    person.sees(lambda: view.result is not None and view.result.whole)
    place.document.open(spirals().replace(title="Another", views=(OpenView(view="race"),)))
    assert place.views.dock("race").view is view
    person.sees(lambda: view.message.startswith("Press Start"))
    assert view.result is None
