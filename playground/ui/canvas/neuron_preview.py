"""What appears beside a neuron or a link under the mouse: the map enlarged, and its numbers in words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from playground.ui.canvas.paint import OVERLAY_LEVEL, card_font
from playground.ui.widgets.theme import THEME

_SIDE = 148.0
_PADDING = 9.0


class NeuronPreview(QGraphicsItem):
    """A panel above everything else, of the same size at every zoom. It floats to the right of its position."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[str, ...] = ()
        self.image: QImage | None = None
        self._rect = QRectF()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setZValue(OVERLAY_LEVEL)
        self.hide()

    def tell(self, at: QPointF, lines: Sequence[str], image: QImage | None = None) -> None:
        """Show these lines, the first in bold, and an image, beside a point of the scene."""
        self.prepareGeometryChange()
        self.lines, self.image = tuple(lines), image
        metrics = [QFontMetricsF(card_font(bold=not number)) for number in range(len(lines))]
        width = max(metric.horizontalAdvance(line) for metric, line in zip(metrics, lines, strict=True))
        if image is not None:
            width = max(width, _SIDE)
        height = len(lines) * 18.0 + (_SIDE + 6.0 if image is not None else 0.0)
        self._rect = QRectF(14, -height / 2 - _PADDING, width + 2 * _PADDING, height + 2 * _PADDING)
        self.setPos(at)
        self.show()
        self.update()

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-3, -3, 3, 5)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(THEME.color("line"), 1))
        painter.setBrush(THEME.color("panel"))
        painter.drawRoundedRect(self._rect, 7, 7)
        left, top = self._rect.left() + _PADDING, self._rect.top() + _PADDING
        if self.image is not None:
            painter.drawImage(QRectF(left, top, _SIDE, _SIDE), self.image)
            top += _SIDE + 6.0
        for number, line in enumerate(self.lines):
            painter.setFont(card_font(bold=not number))
            painter.setPen(THEME.color("text" if not number else "secondary"))
            room = QRectF(left, top + 18.0 * number, self._rect.width(), 18.0)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line)
