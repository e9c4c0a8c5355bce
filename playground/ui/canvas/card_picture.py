"""The live picture of a card, an item of its own: it changes many times a second, and the words around it do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from playground.ui.canvas import pictures
from playground.ui.canvas.paint import FAR, TEXT
from playground.ui.widgets.theme import THEME

_LEAST_PICTURE = 10.0
"""Pixels of height on the screen below which a picture shows nothing."""
_SCATTER = 0.82
"""Height over width of the room for a scatter picture."""
_CURVE_ROOM = 52.0


class CardPicture(QGraphicsRectItem):
    """Maps, else points, else a curve. Maps are coloured when they are painted: what nobody sees costs nothing.

    Its rectangle is the room for it in the card.
    """

    def __init__(self, card: QGraphicsItem, title_bottom: Callable[[float], float]) -> None:
        """`title_bottom` says where the title ends that takes room from the picture, by the zoom."""
        super().__init__(QRectF(), card)
        self.setPen(QPen(Qt.PenStyle.NoPen))
        self._title_bottom = title_bottom
        self._maps: NDArray[np.float32] | None = None
        self._wanted: tuple[tuple[int, int] | None, bool, bool] = (None, False, False)
        """Pixels of the maps, whether there is a scatter picture, and whether there is a curve."""
        self._scale, self._palette = "any", "signed"
        self._made: pictures.Picture | None = None
        self._scatter: QImage | None = None
        self._curve: tuple[float, ...] = ()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.hide()

    # What it shows ---------------------------------------------------------------------------------------------------

    def show_maps(self, maps: NDArray[np.float32], scale: str, palette: str) -> bool:
        """Show maps, (maps, h, w). True when the room that is wanted changes."""
        before = self._maps
        if before is not None and (scale, palette) == (self._scale, self._palette) and np.array_equal(maps, before):
            return False
        self._maps, self._scale, self._palette = maps, scale, palette
        return self._changed()

    def show_points(self, points: NDArray[np.float32], classes: NDArray[np.number] | None) -> bool:
        """Show a scatter picture. True when the room that is wanted changes."""
        self._scatter = pictures.points_picture(points, classes)
        return self._changed()

    def show_curve(self, values: Sequence[float]) -> bool:
        """Show a small curve. True when the room that is wanted changes."""
        self._curve = tuple(float(value) for value in values) if len(values) > 1 else ()
        return self._changed()

    def clear(self) -> None:
        """Show nothing any more."""
        self._maps = self._scatter = None
        self._curve = ()
        self._changed()

    def restyle(self) -> None:
        """Take the colours of another theme."""
        self.update()

    @property
    def picture(self) -> pictures.Picture | None:
        """The maps as they are drawn."""
        if self._made is None and self._maps is not None:
            self._made = pictures.maps_picture(self._maps, scale=self._scale, palette=self._palette)
        return self._made

    @property
    def has_points(self) -> bool:
        """Whether there is a scatter picture."""
        return self._scatter is not None

    def _changed(self) -> bool:
        """Paint anew. True when the room that is wanted changes."""
        before = self._wanted
        self._made = None
        size = pictures.tiled_size(self._maps.shape) if self._maps is not None else None
        self._wanted = size, self._scatter is not None, bool(self._curve)
        self._appear()
        self.update()
        return before != self._wanted

    # Item ------------------------------------------------------------------------------------------------------------

    def height_for(self, width: float) -> float:
        """The height that it wants at this width."""
        if self._wanted[0] is not None:
            return min(width * self._aspect, width) + 8
        if self._scatter is not None:
            return width * _SCATTER + 8
        return _CURVE_ROOM if self._curve else 0.0

    @property
    def _aspect(self) -> float:
        """Height over width of the maps."""
        height, width = self._wanted[0] or (1, 1)
        return height / width

    def lay(self, area: QRectF) -> None:
        """Take this room in the card; without any, nothing is shown."""
        if area != self.rect():
            self.setRect(area)
            self._appear()

    def _appear(self) -> None:
        self.setVisible(any(self._wanted) and not self.rect().isEmpty())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        area = self._room(option.levelOfDetailFromTransform(painter.worldTransform()) or 1.0)
        if area.isEmpty():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        picture = self.picture
        if picture is not None:
            height = min(area.height(), area.width() * self._aspect)
            width = min(area.width(), height / self._aspect)
            left = area.center().x() - width / 2
            painter.drawImage(QRectF(left, area.top(), width, height), picture.image)
        elif self._scatter is not None:
            _paint_ground(painter, area)
            side = min(area.width(), area.height())
            painter.drawImage(QRectF(area.center().x() - side / 2, area.top(), side, side), self._scatter)
        elif self._curve:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pictures.curve_pen(QColor(THEME.tokens.train)))
            painter.drawPath(pictures.curve_path(self._curve, area.adjusted(1, 4, -1, -4)))

    def _room(self, detail: float) -> QRectF:
        """Where there is room for it; from far away, below a title as large as can be read."""
        area = self.rect()
        if detail < FAR:
            area.setTop(max(area.top(), 14 + 1.3 * TEXT / detail))
            if area.height() * detail < _LEAST_PICTURE:
                return QRectF()
        else:
            area.setTop(max(area.top(), self._title_bottom(detail)))
        return area


def _paint_ground(painter: QPainter, area: QRectF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(THEME.tokens.canvas))
    painter.drawRoundedRect(area, 4, 4)
