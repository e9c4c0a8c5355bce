"""The gallery opens over the project: what is open stays visible there, and Esc goes back to it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.end_to_end.conftest import Person, spirals

HOSTILE = "<b>x</b><img src='file:///nothing.png'>"


def test_what_learns_stays_in_sight_and_escape_goes_back(person: Person, tmp_path: Path) -> None:
    gallery = person.window.gallery
    assert not gallery.running.isVisible(), "nothing is open yet"
    person.opens(spirals().replace(title=HOSTILE), tmp_path)
    person.waits_for("ready")
    person.place.trainer.take_step(5)
    person.sees(lambda: person.step == 5)
    person.place.show_gallery()
    assert gallery.running.isVisible() and gallery.running.title.text() == HOSTILE
    assert "step 5, train loss" in gallery.running.words.text()
    QTest.mouseClick(gallery.running.toggle_button, Qt.MouseButton.LeftButton)
    person.sees(lambda: person.step > 20)
    person.sees(lambda: gallery.running.toggle_button.text() == "Pause")
    QTest.mouseClick(gallery.running.toggle_button, Qt.MouseButton.LeftButton)
    person.waits_for("paused")
    QTest.keyClick(gallery.search, Qt.Key.Key_Escape)
    assert person.window.pages.currentWidget() is person.place.canvas
    assert person.project.title == HOSTILE
