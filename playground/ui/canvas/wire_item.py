"""A wire on the canvas: a curve from an output to an input."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from playground.analysis.run.gradient_warnings import short
from playground.blocks.signal import Signal
from playground.document.graph import EdgeKey
from playground.editing.geometry import Curve, curve_bounds, wire_curve
from playground.ui.canvas.paint import WIRE_LEVEL
from playground.ui.widgets.theme import THEME

_PLAIN = 2.0
_THINNEST, _THICKEST = 1.0, 6.0
_FAR = 0.8
"""Below this zoom wires grow beside the cards, so that thick and thin can still be told apart."""
_MOST_GROWTH = 2.4


def curve_path(curve: Curve) -> QPainterPath:
    """The curve as Qt draws it."""
    path = QPainterPath(QPointF(*curve[0]))
    for number in range(1, len(curve), 3):
        path.cubicTo(*(QPointF(*point) for point in curve[number : number + 3]))
    return path


class WireItem(QGraphicsRectItem):
    """One wire. The scene gives it its ends whenever a node moves; its rectangle is the room that it may need."""

    def __init__(self, key: EdgeKey) -> None:
        super().__init__()
        self.key = key
        self.signal: Signal | None = None
        """What it carries; None while that is not known."""
        self.curve: Curve = wire_curve((0.0, 0.0), (0.0, 0.0))
        self.chosen = self.hovered = self.highlighted = self.faulty = False
        self.gradient: float | None = None
        """0 to 1: size of the gradient that flows back, for the width; None without training."""
        self.gradient_size = 0.0
        """Its norm."""
        self.vanished = False
        """Whether it is too small to teach anything; the wire is dotted."""
        self._path = QPainterPath()
        self.setPen(QPen(Qt.PenStyle.NoPen))
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(WIRE_LEVEL)
        # Painted once for each zoom, then only copied, as the cards are: most of them stay as they are in every frame.
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    def lay(self, curve: Curve) -> None:
        """Lay the wire along another curve."""
        if curve != self.curve or self._path.isEmpty():
            self.curve = curve
            self._path = curve_path(curve)
            box = curve_bounds(curve).grown(_THICKEST * _MOST_GROWTH / 2 + 3.0)
            self.setRect(QRectF(box.x, box.y, box.width, box.height))
            self.update()

    def carry(self, signal: Signal | None) -> None:
        """Take what it carries, told while the mouse is over it."""
        self.signal = signal

    @property
    def badge(self) -> str:
        """The shape of what it carries, in words."""
        return self.signal.badge() if self.signal is not None else "shape not known yet"

    def set_state(self, **state: bool) -> None:
        """Change some of `chosen`, `hovered`, `highlighted` (a block dropped now would go in) and `faulty`."""
        if any(getattr(self, name) != value for name, value in state.items()):
            for name, value in state.items():
                setattr(self, name, value)
            self.setZValue(WIRE_LEVEL + (1 if self.chosen or self.highlighted else 0))
            self.update()

    def set_gradient(self, share: float | None, size: float = 0.0, *, vanished: bool = False) -> None:
        """Show how much gradient flows back: 0 to 1 for the width, its norm for the words."""
        self.gradient_size = size
        if share is None or self.gradient is None or abs(share - self.gradient) > 0.02 or vanished != self.vanished:
            self.gradient, self.vanished = share, vanished
            self.update()

    def middle(self) -> QPointF:
        """The point half-way along the wire."""
        return self._path.pointAtPercent(0.5)

    @property
    def words(self) -> str:
        """What it carries, and how much gradient comes back."""
        if self.gradient is None:
            return self.badge
        fading = ", vanished" if self.vanished else ""
        told = f"gradient back {short(self.gradient_size)}{fading}"
        return f"{self.badge} · {told}" if self.badge else told

    @property
    def arched(self) -> bool:
        """Whether the wire goes round other cards."""
        return len(self.curve) > 4

    def shape(self) -> QPainterPath:
        return self._path

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen, zoom = self.stroke(), painter.worldTransform().m11()
        if self.gradient is not None and 0.0 < zoom < _FAR:
            pen.setWidthF(pen.widthF() * min(_MOST_GROWTH, _FAR / zoom))
        painter.setPen(pen)
        painter.drawPath(self._path)

    def stroke(self) -> QPen:
        tokens = THEME.tokens
        if self.highlighted:
            return QPen(QColor(tokens.good), 4.5)
        width = _PLAIN
        color = QColor(tokens.secondary)
        color.setAlpha(190)
        if self.gradient is not None:
            width = _THINNEST + (_THICKEST - _THINNEST) * self.gradient
            color = QColor(tokens.accent)
            color.setAlpha(round(90 + 165 * self.gradient))
        if self.faulty:
            color = QColor(tokens.error)
        if self.chosen or self.hovered:
            color = QColor(tokens.accent)
            width = max(width, 2.8 if self.chosen else 2.4)
        pen = QPen(color, width)
        if self.faulty:
            pen.setDashPattern([4.0, 2.5])
        elif self.gradient is not None and self.vanished:
            pen.setDashPattern([1.5, 3.0])
        return pen
