"""Gestures on the canvas leave no widget, object or item behind."""

from __future__ import annotations

import gc
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPropertyAnimation
from PySide6.QtWidgets import QApplication

from tests.end_to_end.conftest import Person, spirals

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # popups on the offscreen platform


def objects(person: Person) -> Counter[str]:
    """How many objects of each kind there are; what is to be deleted later is deleted first."""
    for _ in range(3):
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()
    # Qt's own layouts keep an animation each.
    found = [one for one in person.window.findChildren(QObject) if not isinstance(one, QPropertyAnimation)]
    counted = Counter(type(one).__name__ for one in (*found, *QApplication.allWidgets()))
    counted["graphics items"] = len(person.place.canvas.canvas_scene.items())
    return counted


def gestures(person: Person) -> None:
    """Move a card, pull a wire that is refused and one into nothing, span a band, rename, open menus, drop a block."""
    canvas = person.place.canvas
    person.clicks(person.card("dense-1"))
    person.drags(person.card("dense-2"), person.card("dense-2") + QPoint(24, 18))
    person.undoes()
    person.drags(person.port("dense-1", "output", "output"), person.port("data", "output", "features"))
    canvas.escape()
    person.drags(person.port("dense-1", "output", "output"), QPoint(30, 30))
    assert canvas.quick_menu is not None
    canvas.quick_menu.hide()
    person.drags(QPoint(4, 4), QPoint(420, 300))
    canvas.select(["dense-1"])
    canvas.verbs.rename()
    canvas.editor.drop()
    person.drops("dropout", QPoint(60, 60))
    person.undoes()


def test_a_hundred_drags_leave_nothing(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    gestures(person)
    gestures(person)
    before = objects(person)
    for _ in range(25):  # four drags each
        gestures(person)
    grown = {kind: count - before[kind] for kind, count in objects(person).items() if count > before[kind]}
    assert not grown, grown
