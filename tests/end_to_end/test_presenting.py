"""The keys of the presenter go through the presets without reading more than the one they open."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from playground.document import library
from playground.paths import PRESETS
from tests.end_to_end.conftest import Person, spirals
from tests.reading import opened_below


def test_n_and_p_read_the_one_preset_that_they_open(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    entries = library.presets()
    person.presses(Qt.Key.Key_F11)
    # A project of one's own stands before the first; from there the keys go round.
    for key, number in ((Qt.Key.Key_N, 0), (Qt.Key.Key_N, 1), (Qt.Key.Key_P, 0), (Qt.Key.Key_P, -1)):
        with opened_below(PRESETS) as opened:
            person.presses(key, on=person.place.canvas)
            person.sees(lambda number=number: person.project.title == entries[number].title)
            person.waits_for("ready")
        assert opened == [entries[number].path]
    person.presses(Qt.Key.Key_Escape)
