"""A view that takes long says how long, and a person may end it; it is not asked for again by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

from playground.analysis.shared.many_losses import ManyLosses
from playground.document.project import OpenView
from tests.end_to_end.conftest import Person, spirals

REST = threading.Event()


def crawl(self: ManyLosses, points: Any, check: Callable[[], None], count: Callable[[int], None] | None = None) -> Any:
    """As a network that takes its time."""
    for number in range(points.count if count else 0):
        check()
        count(number + 1)
        REST.wait(0.02)
    return np.ones(points.count)


def test_a_slow_surface_says_how_long_and_can_be_cancelled_and_begun_again(
    person: Person, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ManyLosses, "compute", crawl)
    options = {"directions": "random", "resolution": 51}
    person.opens(spirals().replace(views=(OpenView(view="loss-surface", options=options),)), tmp_path)
    place = person.place
    dock = place.views.dock("loss-surface")
    strip = dock.view.waiting
    person.sees(lambda: strip.isVisible() and strip.button.text() == "Cancel")
    assert "about" in strip.words.text() and "left" in strip.words.text()
    assert dock.view.rect().contains(strip.geometry())
    qtbot.mouseClick(strip.button, Qt.MouseButton.LeftButton)
    person.sees(lambda: not place.analyst.busy(place.views.key_of("loss-surface")))
    place.views.ask()
    assert not place.analyst.busy(place.views.key_of("loss-surface"))
    assert strip.button.text() == "Compute it"
    qtbot.mouseClick(strip.button, Qt.MouseButton.LeftButton)
    person.sees(lambda: strip.isVisible() and strip.button.text() == "Cancel")
    monkeypatch.undo()
    dock.view.parameters.choose("resolution", 13)  # Another question ends the one that crawls.
    person.sees(lambda: dock.view.result is not None and dock.view.result.values.shape == (13, 13))
    assert strip.isHidden()


def test_what_grows_says_how_long_the_rest_takes_and_keeps_what_there_is_when_cancelled(
    person: Person, tmp_path: Path, qtbot: Any
) -> None:
    options = {"seeds": 64, "epochs": 20_000}
    person.opens(spirals().replace(views=(OpenView(view="luck", options=options),)), tmp_path)
    place = person.place
    view = place.views.dock("luck").view
    strip = view.waiting
    view.start_button.click()
    person.sees(lambda: strip.isVisible() and strip.button.text() == "Cancel" and view.result is not None)
    assert strip.words.text().endswith("left")
    share = view.result.share
    person.sees(lambda: view.result.share > share)
    assert strip.isVisible()
    qtbot.mouseClick(strip.button, Qt.MouseButton.LeftButton)
    person.sees(lambda: not place.analyst.busy(place.views.key_of("luck")))
    kept = view.result
    place.views.ask()
    assert view.result is kept and 0.0 < kept.share < 1.0
    assert strip.isHidden() and view.start_button.text() == "Start"
