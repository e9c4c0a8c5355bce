"""The real window, opened with a project, for measures that need it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

from playground.document.project import Project
from playground.ui.shell.app import make_application
from playground.ui.shell.window import MainWindow
from playground.ui.shell.workplace import Workplace
from playground.ui.threads.garbage import GarbageCollector
from playground.ui.widgets.theme import THEME

PATIENCE = 120.0
LOOK_SECONDS = 0.002
"""Between two looks at what is waited for."""


@contextmanager
def open_window(project: Project) -> Iterator[Workplace]:
    """The window as the program makes it, with the project open and its views as they are by default."""
    app = make_application()
    garbage = GarbageCollector(app)
    THEME.use("light")
    window = MainWindow()
    window.show()
    window.furnish()
    garbage.settle()
    place = window.workplace
    assert place is not None
    try:
        place.document.open(project)
        wait_until(lambda: place.trainer.state == "ready" and place.feed.frame is not None)
        rest(0.5)
        wait_until(lambda: not place.analyst.any_busy())
        yield place
    finally:
        place.files.keeper.give_up()
        window.close()
        garbage.stop()


def wait_until(done: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Run the event loop until `done`. Raises TimeoutError."""
    end = time.monotonic() + patience
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the window did not get there")
        rest(LOOK_SECONDS)


def rest(seconds: float) -> None:
    """Run the event loop for a while, as the program does: asleep between events.

    `processEvents` with a time limit does not wait; it would turn round and round and keep the lock from the trainer.
    """
    loop = QEventLoop()
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setSingleShot(True)
    timer.timeout.connect(loop.quit)
    timer.start(max(1, round(1000.0 * seconds)))
    loop.exec()


def play(place: Workplace) -> None:
    """Start the run and wait until it goes."""
    place.trainer.play()
    wait_until(lambda: place.trainer.state == "running")


def pause(place: Workplace) -> None:
    """Stop the run and wait until it stands and all is shown."""
    place.trainer.pause()
    wait_until(lambda: place.trainer.state == "paused")
    rest(0.1)


class PaintCounter(QObject):
    """Counts how often widgets are painted."""

    def __init__(self, widgets: dict[str, QWidget]) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self._names = {widget: name for name, widget in widgets.items()}
        for widget in widgets.values():
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.counts[self._names[watched]] += 1
        return False
