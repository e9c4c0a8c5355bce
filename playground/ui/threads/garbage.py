"""Python's garbage collector, on the GUI thread only.

When it runs in the training thread it destroys widgets from there, and the program crashes (measured: 8 of 8 runs).
"""

from __future__ import annotations

import ctypes
import gc
import sys

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 500
REST_MS = 3_000
"""After a project was opened, until what it made and needs no longer is gone."""
START_MS = 20_000
"""Before the first look at a program that is not settled by then: while it starts, nearly all that is made stays."""
THRESHOLDS = (700, 10, 10)
"""From how many new objects, and collections of the younger generation, on a generation is collected."""


class GarbageCollector(QObject):
    """Switches automatic collection off and collects from a timer of the GUI thread instead."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._check)
        self._timer.start(START_MS)

    @property
    def interval(self) -> int:
        """Milliseconds between two looks."""
        return self._timer.interval()

    def settle(self) -> None:
        """Take all that lives now out of future collections: the modules of torch are a million objects.

        They are not collected first either, which would hold up the window for half a second and find next to nothing.
        """
        gc.freeze()
        self._timer.start(INTERVAL_MS)

    def stop(self) -> None:
        """Give collection back to Python."""
        self._timer.stop()
        gc.enable()

    @Slot()
    def _check(self) -> None:
        self._timer.setInterval(INTERVAL_MS)
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > THRESHOLDS[generation]:
                gc.collect(generation)
                return


class MemoryReturn(QObject):
    """Gives memory back to the system some time after a project was opened.

    Of glibc's, what the one before took would stay with the program as holes: 95 of 797 MB after a minute of use.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(give_back)

    @Slot()
    def plan(self) -> None:
        """A project was opened."""
        self._timer.start(REST_MS)


def give_back() -> bool:
    """Let the C library return what it holds free; takes milliseconds. Returns whether there was anything.

    Other systems return it by themselves.
    """
    if not sys.platform.startswith("linux"):
        return False
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
    return trim is not None and bool(trim(0))
