"""A widget's picture that is painted once and then copied, for what lies over something that moves."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPoint, QSizeF, Qt
from PySide6.QtGui import QPaintEngine, QPainter, QPixmap
from PySide6.QtWidgets import QWidget


class KeptPicture:
    """What a widget has painted, until it looks different: what moves below it makes Qt paint it again and again."""

    def __init__(self) -> None:
        self._key: object = None
        self._pixmap: QPixmap | None = None

    def forget(self) -> None:
        """The widget looks different now."""
        self._pixmap = None

    def show(self, widget: QWidget, paint: Callable[[QPainter], None], key: object = None) -> None:
        """Paint the widget in its paint event: as `paint` did before, while the size and `key` are the same."""
        painter = QPainter(widget)
        if not on_screen(painter, widget):
            paint(painter)
        else:
            painter.drawPixmap(QPoint(), self._of(widget, paint, (widget.size(), widget.devicePixelRatioF(), key)))
        painter.end()

    def _of(self, widget: QWidget, paint: Callable[[QPainter], None], key: object) -> QPixmap:
        if self._pixmap is None or key != self._key:
            ratio = widget.devicePixelRatioF()
            self._key, self._pixmap = key, QPixmap((QSizeF(widget.size()) * ratio).toSize())
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            inside = QPainter(self._pixmap)
            paint(inside)
            inside.end()
        return self._pixmap


def on_screen(painter: QPainter, widget: QWidget) -> bool:
    """Whether a painter of a widget paints its pixels: a saved picture may have more of them, or be of vectors."""
    if painter.paintEngine().type() != QPaintEngine.Type.Raster:
        return False
    whole, world = painter.deviceTransform(), painter.worldTransform()
    return math.isclose(whole.m11(), world.m11() * widget.devicePixelRatioF(), rel_tol=1e-6)
