"""A line of words with samples of the lines, points and colours they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.ui.widgets.theme import THEME

SAMPLE = 24
GAP = 6
APART = 16


@dataclass(frozen=True)
class Entry:
    """One word of a legend. `sample`: line, dash, dot, disc, diamond, ring, square, or empty for words alone.

    `symbol` is the name that pyqtgraph gives to the shape of a point; it is drawn upon the sample, or alone.
    """

    text: str
    sample: str = ""
    color: str = ""
    symbol: str = ""


class Legend(QWidget):
    """Wraps its entries onto as many lines as it needs. A readout takes their place while the mouse is over a plot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self._readout = ""
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        THEME.changed.connect(self._on_theme)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is shown now."""
        return self._entries

    @property
    def readout(self) -> str:
        """The words under the mouse; empty when it is elsewhere."""
        return self._readout

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these words."""
        if tuple(entries) == self._entries:
            return
        self._entries = tuple(entries)
        self.setAccessibleName(", ".join(entry.text for entry in self._entries))
        self.renew()

    def show_readout(self, text: str) -> None:
        """Say what is under the mouse instead; an empty text brings the words back."""
        if text != self._readout:
            self._readout = text
            self.update()

    @Slot()
    def _on_theme(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Take over new words, theme or size."""
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        places = self._places(width)
        line = self._line_height()
        return int(places[-1][1] + line) if places else 0

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(180), self.heightForWidth(max(self.width(), THEME.px(180))))

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(60), self._line_height() if self._entries else 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(THEME.font(13))
        painter.setPen(THEME.color("text"))
        if self._readout:
            metrics = QFontMetrics(painter.font())
            text = metrics.elidedText(self._readout, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(QRectF(0, 0, self.width(), self._line_height()), Qt.AlignmentFlag.AlignVCenter, text)
            return
        for entry, (x, y) in zip(self._entries, self._places(self.width()), strict=True):
            self._paint_entry(painter, entry, x, y)

    def _line_height(self) -> int:
        return QFontMetrics(THEME.font(13)).height() + THEME.px(2)

    def _width(self, entry: Entry) -> float:
        words = QFontMetrics(THEME.font(13)).horizontalAdvance(entry.text)
        return words + (THEME.px(SAMPLE + GAP) if entry.sample or entry.symbol else 0)

    def _places(self, width: int) -> list[tuple[float, float]]:
        places: list[tuple[float, float]] = []
        x, y = 0.0, 0.0
        for entry in self._entries:
            wide = self._width(entry)
            if x > 0 and x + wide > width:
                x, y = 0.0, y + self._line_height()
            places.append((x, y))
            x += wide + THEME.px(APART)
        return places

    def _paint_entry(self, painter: QPainter, entry: Entry, x: float, y: float) -> None:
        line = self._line_height()
        if entry.sample or entry.symbol:
            box = QRectF(x, y, THEME.px(SAMPLE), line)
            if entry.sample:
                paint_sample(painter, entry.sample, box, QColor(entry.color))
            if entry.symbol:
                paint_symbol(painter, entry.symbol, box.center(), QColor(entry.color))
            x += THEME.px(SAMPLE + GAP)
        painter.setPen(THEME.color("secondary"))
        painter.drawText(QRectF(x, y, self.width() - x, line), Qt.AlignmentFlag.AlignVCenter, entry.text)


def whose(title: str) -> str:
    """How a line begins that tells of one of several: “Digit · ”; empty where there is only one."""
    return f"{title} · " if title else ""


DASHES: dict[str, list[float]] = {"line": [], "dash": [7, 3], "dot": [2, 2]}
"""Lengths of strokes and gaps, in widths of the pen."""


def line_pen(sample: str, color: QColor, width: float = 1) -> QPen:
    """The pen of a line, a dashed or a dotted line; as wide on the screen whatever the zoom of a plot."""
    pen = QPen(color, width)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if DASHES[sample]:
        pen.setDashPattern(DASHES[sample])
    return pen


def paint_symbol(painter: QPainter, symbol: str, centre: QPointF, color: QColor) -> None:
    """A point of that shape."""
    painter.save()
    painter.translate(centre)
    painter.scale(THEME.px(10), THEME.px(10))
    painter.fillPath(Symbols[symbol], color)
    painter.restore()


def paint_sample(painter: QPainter, sample: str, box: QRectF, color: QColor) -> None:
    """A short line or a point of its kind in the middle of a box."""
    centre = box.center()
    radius = THEME.px(5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if sample in DASHES:
        painter.setPen(line_pen(sample, color, THEME.px(2)))
        painter.drawLine(QPointF(box.left(), centre.y()), QPointF(box.right(), centre.y()))
        return
    if sample == "ring":
        # The light rim lets a dark ring be seen on a dark panel.
        for pen in (QPen(QColor("#ffffff"), THEME.px(4)), QPen(color, THEME.px(2))):
            painter.setPen(pen)
            painter.drawEllipse(centre, radius + 1, radius + 1)
        return
    painter.setPen(QPen(THEME.color("text"), 1) if sample == "diamond" else QPen(QColor("#ffffff"), 1))
    painter.setBrush(color)
    if sample == "disc":
        painter.drawEllipse(centre, radius, radius)
    elif sample == "diamond":
        painter.drawPolygon(
            QPolygonF([centre + QPointF(*offset) for offset in ((0, -radius), (radius, 0), (0, radius), (-radius, 0))])
        )
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius), 2, 2)
