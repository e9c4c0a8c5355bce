"""What a view looks at is saved with the project and is there again when it is opened."""

from __future__ import annotations

from pathlib import Path

from playground.document.files import read
from playground.document.project import OpenView
from tests.end_to_end.conftest import Person, spirals


def test_a_race_is_opened_as_it_was_saved(person: Person, tmp_path: Path) -> None:
    options = {"over": "setting", "path": "training.batch_size", "low": 5.0, "high": 40.0, "count": 3, "epochs": 2}
    path = person.opens(spirals().replace(views=(OpenView(view="race", options=options),)), tmp_path)
    view = person.place.views.dock("race").view
    person.sees(lambda: view.choices.setting is not None and view.choices.setting.path == "training.batch_size")
    wanted = view.chosen(1)
    assert (wanted.over, wanted.low, wanted.high, wanted.count, wanted.epochs) == ("setting", 5.0, 40.0, 3, 2)
    view.choices.count_box.setValue(4)
    person.place.files.save()
    person.sees(lambda: read(path).views != spirals().views)
    saved = next(one for one in read(path).views if one.view == "race").options
    assert {**saved, "logarithmic": True} == {**options, "count": 4, "logarithmic": True}
