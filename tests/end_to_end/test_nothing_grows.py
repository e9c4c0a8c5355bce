"""What is opened and closed again leaves nothing behind in the window."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QPushButton

from tests.end_to_end.conftest import Person, spirals

TIMES = 3


def settles(person: Person) -> None:
    for _ in range(3):
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()


def count(person: Person) -> Counter[str]:
    """Everything Qt that lives, by class: the window with all in it, and what lies outside of any parent."""
    settles(person)
    roots = [widget for widget in QApplication.allWidgets() if widget.parent() is None]
    return Counter(type(thing).__name__ for root in roots for thing in (root, *root.findChildren(QObject)))


def presents(person: Person) -> None:
    person.presses(Qt.Key.Key_F11)
    settles(person)
    person.presses(Qt.Key.Key_F11)
    person.window.resize(1500, 950)
    settles(person)


def looks_at_the_gallery(person: Person) -> None:
    person.place.show_gallery()
    settles(person)
    person.place.show_canvas()


def opens_and_closes_views(person: Person) -> None:
    for name in ("weights", "gradient-flow", "confusion-matrix", "runs", "loss-surface"):
        person.place.views.open(name)
        settles(person)
        person.place.views.close(name)


def enlarges_and_floats(person: Person) -> None:
    dock = person.place.views.dock("curves")
    for button in (dock.panel.enlarge_button, dock.panel.enlarge_button):
        button.click()
        settles(person)
    for button in (dock.panel.float_button, dock.panel.float_button):
        button.click()
        settles(person)


def says_something(person: Person) -> None:
    more = len(person.place.messages.findChildren(QPushButton))
    person.place.messages.tell("Something to be said.", [("Do it", person.place.messages.dismiss)] * (more + 1))
    person.place.messages.dismiss()


@pytest.mark.parametrize(
    "act", [presents, looks_at_the_gallery, opens_and_closes_views, enlarges_and_floats, says_something]
)
def test_nothing_is_left_behind(person: Person, tmp_path: Path, act: Callable[[Person], None]) -> None:
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    act(person)  # What is made once and kept is there from now on.
    before = count(person)
    for _ in range(TIMES):
        act(person)
    after = count(person)
    assert {name: (before[name], number) for name, number in after.items() if number > before[name]} == {}


def test_a_closed_view_goes_from_python_too(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    opens_and_closes_views(person)
    settles(person)
    docks = [thing for thing in gc.get_objects() if type(thing).__name__ == "ViewDock"]
    assert all(shiboken6.isValid(dock) for dock in docks)
