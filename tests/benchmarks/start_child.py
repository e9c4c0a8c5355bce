"""Starts the program as its command does and plays a person who opens a project at first sight, then presses play.

Prints how many seconds after the start each moment came, with the processor time used, and ends. Nothing heavy is
imported here.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QPaintEvent

from playground.cli.face import main
from playground.ui.shell.window import MainWindow

BEGAN = float(os.environ["BENCHMARK_BEGAN"])


class Person(QObject):
    """Looks at the window and notes when things happen."""

    def __init__(self, window: MainWindow, path: Path) -> None:
        super().__init__(window)
        self._window = window
        self._path = path
        self._moments: dict[str, tuple[float, float]] = {}
        self._learning = False
        window.furnished.connect(self._on_furnished)

    def _note(self, name: str) -> None:
        self._moments[name] = time.monotonic() - BEGAN, time.process_time()

    @Slot()
    def see(self) -> None:
        """The first picture is there: open a project."""
        self._note("painted")
        self._window.open_path(self._path)

    @Slot()
    def _on_furnished(self) -> None:
        self._note("furnished")
        place = self._window.workplace
        place.trainer.state_changed.connect(self._on_state)
        place.feed.frame_arrived.connect(self._on_frame)
        place.canvas.viewport().installEventFilter(self)

    @Slot(str)
    def _on_state(self, state: str) -> None:
        if state == "ready":
            self._note("ready")
            self._window.workplace.trainer.play()

    @Slot(object)
    def _on_frame(self, frame: object) -> None:
        self._learning = self._learning or frame.step > 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._learning and event.type() == QEvent.Type.Paint:
            self._learning = False
            QTimer.singleShot(0, self._leave)
        return False

    @Slot()
    def _leave(self) -> None:
        self._note("moving")
        print(json.dumps(self._moments), flush=True)
        os._exit(0)


class SeenWindow(MainWindow):
    """The window with somebody before it."""

    def __init__(self) -> None:
        super().__init__()
        self._person: Person | None = None

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._person is None:
            self._person = Person(self, Path(sys.argv[1]))
            # The event after this one: by then the children are painted too.
            QTimer.singleShot(0, self._person.see)


if __name__ == "__main__":
    import playground.ui.shell.app

    playground.ui.shell.app.MainWindow = SeenWindow
    sys.exit(main([]))
