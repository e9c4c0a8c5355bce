"""Scrolls the canvas while something is dragged to its edge."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, QTimer, Slot

from playground.ui.canvas.surface import CanvasSurface

EDGE = 28.0
"""Pixels along the edge in which the canvas begins to scroll."""
FASTEST = 26.0
"""Pixels of one step, at the edge itself and beyond."""
_STEP_MS = 16


class EdgeScroll(QObject):
    """Told where the mouse is, it scrolls until the mouse leaves the edge or nothing is dragged any more."""

    def __init__(self, view: CanvasSurface) -> None:
        super().__init__(view)
        self._view = view
        self._place = QPointF()
        self._moved: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._scroll)

    def at(self, place: QPointF, moved: Callable[[], None]) -> None:
        """Something is dragged here, in pixels of the viewport; `moved` is called after each step."""
        self._place, self._moved = QPointF(place), moved
        if self._step() == (0.0, 0.0):
            self.stop()
        elif not self._timer.isActive():
            self._timer.start()

    @Slot()
    def stop(self) -> None:
        """Nothing is dragged any more, or not near an edge."""
        self._timer.stop()
        self._moved = None

    @property
    def active(self) -> bool:
        """Whether the canvas scrolls."""
        return self._timer.isActive()

    def _step(self) -> tuple[float, float]:
        room = self._view.viewport().size()
        return speed(self._place.x(), room.width()), speed(self._place.y(), room.height())

    @Slot()
    def _scroll(self) -> None:
        moved = self._moved
        if moved is None or not self._view.isVisible():
            self.stop()
            return
        self._view.camera.pan(*self._step())
        moved()


def speed(place: float, length: float) -> float:
    """Pixels a step along one axis of the viewport: 0 away from its edges, growing towards and past them."""
    edge = min(EDGE, length / 4)
    if edge <= 0.0:
        return 0.0
    if place < edge:
        return -FASTEST * min(1.0, (edge - place) / edge)
    return FASTEST * min(1.0, (place - length + edge) / edge) if place > length - edge else 0.0
