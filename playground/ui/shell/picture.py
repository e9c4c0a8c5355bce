"""A picture of the whole window without a screen: train a little, then look."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QSettings
from PySide6.QtWidgets import QApplication

from playground.document.project import Project
from playground.ui.shell.app import make_application
from playground.ui.shell.window import MainWindow
from playground.ui.shell.workplace import Workplace
from playground.ui.threads.garbage import GarbageCollector
from playground.ui.views.saving import write_png
from playground.ui.widgets.formula import FormulaLabel
from playground.ui.widgets.theme import THEME

PATIENCE = 600.0
"""Seconds after which a picture is taken of whatever there is."""


def save_picture(
    project: Project, epochs: int, theme: str, size: tuple[int, int], out: Path, weights: Path | None = None
) -> None:
    """Train `project` for so many epochs in the real window, from a checkpoint if given, and save what it shows.

    Raises OSError.
    """
    app = make_application()
    # The person's own settings neither change the picture nor are changed by it.
    settings = tempfile.TemporaryDirectory()
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, settings.name)
    garbage = GarbageCollector(app)
    THEME.use(theme)
    window = MainWindow()
    window.resize(*size)
    window.furnish()
    window.show()
    place = window.workplace
    assert place is not None
    try:
        place.messages.dismiss()
        place.run.open_with(weights)
        place.document.open(project)
        train(place, epochs)
        settle(place)
        write_png(window.grab().toImage(), out)
    finally:
        place.files.keeper.give_up()
        window.close()
        garbage.stop()
        settings.cleanup()


def train(place: Workplace, epochs: int) -> None:
    """Let the window's own trainer learn for so many epochs, and wait."""
    if place.run.why_not_play():
        return
    wait_until(lambda: place.feed.frame is not None)
    if epochs <= 0 or place.feed.frame is None:
        return
    place.trainer.take_epochs(epochs)
    wait_until(lambda: place.trainer.state in ("finished", "failed", "paused"))


def settle(place: Workplace) -> None:
    """Wait until everything that can be seen shows the newest state."""
    pulses = idle = 0

    def count() -> None:
        nonlocal pulses, idle
        pulses += 1
        # Between two answers there is nothing to do for a moment: views ask for the next with a pulse.
        idle = 0 if place.analyst.any_busy() else idle + 1

    place.feed.pulse.connect(count)
    wait_until(lambda: pulses > 24 and idle > 2)
    place.feed.pulse.disconnect(count)
    for identifier in place.views.open_ids():
        place.views.dock(identifier).view.settle()
    for formula in place.frame.findChildren(FormulaLabel):
        if formula.isVisible():
            formula.draw_now()
    app = QApplication.instance()
    if app is not None:
        app.sendPostedEvents(None, QEvent.Type.LayoutRequest)


def wait_until(done: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Process events until `done`; sleeps in the event loop, not in a busy loop."""
    end = time.monotonic() + patience
    while not done() and time.monotonic() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
