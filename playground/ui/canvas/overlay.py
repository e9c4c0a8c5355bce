"""What floats over the canvas during a gesture: the pulled wire, guides, the rubber band and chips with words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from playground.editing.geometry import Guide, Point, Rect, wire_curve
from playground.ui.canvas.paint import OVERLAY_LEVEL, card_font
from playground.ui.canvas.wire_item import curve_path
from playground.ui.widgets.theme import THEME


class OverlayItem(QGraphicsItem):
    """Base: hidden, never in the way of the mouse, above all cards."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(OVERLAY_LEVEL)
        self.hide()


class PulledWire(OverlayItem):
    """The wire in the hand. `state` is "good", "error" or "": it sets the colour and a sign, never colour alone."""

    def __init__(self) -> None:
        super().__init__()
        self._path = QPainterPath()
        self._end = QPointF()
        self.state = ""

    def pull(self, start: Point, end: Point, state: str, held: str) -> None:
        """Lay the wire between its fixed end and the mouse; `held` names the side in the hand: input or output."""
        self.prepareGeometryChange()
        curve = wire_curve(start, end) if held == "input" else wire_curve(end, start)
        self._path = curve_path(curve)
        self._end = QPointF(*end)
        self.state = state
        self.show()

    def boundingRect(self) -> QRectF:
        return self._path.controlPointRect().adjusted(-16, -16, 16, 16)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = THEME.color({"good": "good", "error": "error"}.get(self.state, "accent"))
        pen = QPen(color, 2.8)
        if self.state == "error":
            pen.setDashPattern([3.0, 2.5])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        painter.setPen(QPen(THEME.color("panel"), 1.5))
        painter.setBrush(color)
        painter.drawEllipse(self._end, 8, 8)
        painter.setPen(QPen(THEME.color("panel"), 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        x, y = self._end.x(), self._end.y()
        if self.state == "good":
            painter.drawPolyline([QPointF(x - 3.5, y), QPointF(x - 1, y + 3), QPointF(x + 3.5, y - 3)])
        elif self.state == "error":
            painter.drawLine(QPointF(x - 3, y - 3), QPointF(x + 3, y + 3))
            painter.drawLine(QPointF(x - 3, y + 3), QPointF(x + 3, y - 3))


class Guides(OverlayItem):
    """Lines that show what a moving card lines up with."""

    def __init__(self) -> None:
        super().__init__()
        self._guides: tuple[Guide, ...] = ()

    def show_guides(self, guides: Sequence[Guide]) -> None:
        """Show these lines; none hides all."""
        if tuple(guides) != self._guides:
            self.prepareGeometryChange()
            self._guides = tuple(guides)
        self.setVisible(bool(guides))

    def boundingRect(self) -> QRectF:
        xs = [point[0] for guide in self._guides for point in (guide.start, guide.end)] or [0.0]
        ys = [point[1] for guide in self._guides for point in (guide.start, guide.end)] or [0.0]
        return QRectF(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)).adjusted(-22, -22, 22, 22)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        pen = QPen(THEME.color("accent"), 1.0, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.setPen(pen)
        for guide in self._guides:
            painter.drawLine(QPointF(*guide.start), QPointF(*guide.end))


class Band(OverlayItem):
    """The rubber band."""

    def __init__(self) -> None:
        super().__init__()
        self._rect = QRectF()

    def span(self, rect: Rect) -> None:
        """Show the band over a rectangle."""
        self.prepareGeometryChange()
        self._rect = QRectF(rect.x, rect.y, rect.width, rect.height)
        self.show()

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        accent = THEME.color("accent")
        pen = QPen(accent, 1.0)
        pen.setCosmetic(True)
        painter.setPen(pen)
        accent.setAlpha(28)
        painter.setBrush(accent)
        painter.drawRect(self._rect)


class Chip(OverlayItem):
    """A few words beside the mouse, of the same size at every zoom."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.text = ""
        self._lines: list[str] = []
        self._rect = QRectF()
        self._tone = "text"

    def say(self, text: str, at: Point, *, tone: str = "text", above: bool = True, align: str = "centre") -> None:
        """Show words at a point of the scene; `tone` is a colour of the theme."""
        if text != self.text or not self.isVisible():
            self.prepareGeometryChange()
            self.text = text
            self._lines = _lines(text, 320.0)
            metrics = QFontMetricsF(self._font())
            width = max(metrics.horizontalAdvance(line) for line in self._lines) + 18
            height = metrics.lineSpacing() * len(self._lines) + 10
            left = {"centre": -width / 2, "left": -width, "right": 0.0}[align]
            self._rect = QRectF(left, -height - 12 if above else 12, width, height)
            if align != "centre":
                self._rect.moveTop(-height / 2)
        if tone != self._tone:
            self._tone = tone
            self.update()
        self.setPos(*at)
        self.show()

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(THEME.color("line" if self._tone == "text" else self._tone), 1.2))
        painter.setBrush(THEME.color("panel"))
        painter.drawRoundedRect(self._rect, 6, 6)
        painter.setPen(QColor(THEME.color(self._tone)))
        painter.setFont(self._font())
        painter.drawText(self._rect, Qt.AlignmentFlag.AlignCenter, "\n".join(self._lines))

    @staticmethod
    def _font() -> QFont:
        return card_font(13.0 * THEME.scale)


def _lines(text: str, width: float) -> list[str]:
    metrics = QFontMetricsF(Chip._font())
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and metrics.horizontalAdvance(longer) > width * THEME.scale:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]
