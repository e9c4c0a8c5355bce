"""Dots of a plot that can be pointed at, chosen with a click, or walked through with the arrow keys."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent

from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

REACH = 12
"""Pixels around a dot in which it is meant."""
RING = 18


@dataclass(frozen=True)
class Dot:
    """One dot: where it is in the numbers of the axes, what it stands for, and what is said of it."""

    x: float
    y: float
    key: Hashable
    words: str


class DotPicker(QObject):
    """Watches a plot; the dot that is pointed at has a ring."""

    chosen = Signal(object)
    """The key of a dot that was clicked, or on which Enter was pressed."""
    pointed_at = Signal(str)
    """What is said of the dot under the mouse, or reached by keys; empty where there is none."""

    def __init__(self, plot: Plot) -> None:
        super().__init__(plot)
        self._plot = plot
        self.dots: tuple[Dot, ...] = ()
        self.current = -1
        """The dot with the ring; −1 for none."""
        self._ring = pg.ScatterPlotItem(size=THEME.px(RING), brush=None)
        self._ring.opts["useCache"] = False
        self._ring.setZValue(9)
        plot.addItem(self._ring, ignoreBounds=True)
        plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        plot.hovered.connect(self._on_hovered)
        plot.left.connect(self._on_left)
        plot.clicked.connect(self._on_clicked)
        plot.installEventFilter(self)

    def show_dots(self, dots: Sequence[Dot]) -> None:
        """The dots from now on; the ring stays on the one with the same key."""
        key = self.dots[self.current].key if self.current >= 0 else None
        self.dots = tuple(dots)
        self._mark(next((place for place, dot in enumerate(self.dots) if dot.key == key), -1))

    def place_of(self, key: Hashable) -> QPointF:
        """Where a dot is seen, in pixels of the plot. Raises StopIteration for a key that none has."""
        dot = next(dot for dot in self.dots if dot.key == key)
        scene = self._plot.box.mapViewToScene(QPointF(dot.x, dot.y))
        return QPointF(self._plot.mapFromScene(scene))

    def _nearest(self, place: QPointF) -> int:
        """The dot at a place in the numbers of the axes; −1 where none is near."""
        if not self.dots:
            return -1
        wide, high = self._plot.box.viewPixelSize()
        x = np.array([dot.x for dot in self.dots]) - place.x()
        y = np.array([dot.y for dot in self.dots]) - place.y()
        distances = np.hypot(x / max(wide, 1e-300), y / max(high, 1e-300))
        found = int(np.argmin(distances))
        return found if distances[found] <= THEME.px(REACH) else -1

    def _mark(self, number: int, *, tell: bool = False) -> None:
        self.current = number
        dot = self.dots[number] if number >= 0 else None
        if dot is None:
            self._ring.setData([], [])
        else:
            self._ring.setData([dot.x], [dot.y], pen=pg.mkPen(THEME.color("accent"), width=2), size=THEME.px(RING))
        if tell:
            self.pointed_at.emit(dot.words if dot is not None else "")
            self._plot.setAccessibleDescription(dot.words if dot is not None else "")

    @Slot(QPointF)
    def _on_hovered(self, place: QPointF) -> None:
        found = self._nearest(place)
        if found != self.current:
            self._mark(found, tell=True)
            shape = Qt.CursorShape.PointingHandCursor if found >= 0 else Qt.CursorShape.ArrowCursor
            self._plot.viewport().setCursor(shape)

    @Slot()
    def _on_left(self) -> None:
        if self.current >= 0:
            self._mark(-1, tell=True)

    @Slot(QPointF)
    def _on_clicked(self, place: QPointF) -> None:
        found = self._nearest(place)
        if found >= 0:
            self.chosen.emit(self.dots[found].key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self.dots:
            return self._key(Qt.Key(event.key()))
        return super().eventFilter(watched, event)

    def _key(self, key: Qt.Key) -> bool:
        last = len(self.dots) - 1
        target = {
            Qt.Key.Key_Right: min(last, self.current + 1), Qt.Key.Key_Down: min(last, self.current + 1),
            Qt.Key.Key_Left: max(0, self.current - 1), Qt.Key.Key_Up: max(0, self.current - 1),
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }.get(key)  # fmt: skip
        if target is not None:
            self._mark(target, tell=True)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.chosen.emit(self.dots[self.current].key)
            return True
        return False
