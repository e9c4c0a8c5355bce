"""Python's garbage collector, on the GUI thread only.

When it runs in the training thread it destroys widgets from there, and the program crashes (measured: 8 of 8 runs).
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 500


class GarbageCollector(QObject):
    """Switches automatic collection off and collects from a timer of the GUI thread instead."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._thresholds = gc.get_threshold()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._check)
        self._timer.start(INTERVAL_MS)

    def settle(self) -> None:
        """Take all that lives now out of future collections: the modules of torch are a million objects.

        They are not collected first either, which would hold up the window for half a second and find next to nothing.
        """
        gc.freeze()

    def stop(self) -> None:
        """Give collection back to Python."""
        self._timer.stop()
        gc.enable()

    @Slot()
    def _check(self) -> None:
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return
