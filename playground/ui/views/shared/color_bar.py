"""The colour scale beside a picture of magnitudes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.ui.views.shared.contours import HeightScale
from playground.ui.widgets.drawing import image, magnitude_table
from playground.ui.widgets.painted import metrics
from playground.ui.widgets.plots import tick_words
from playground.ui.widgets.theme import THEME

BAR, GAP, TICK = 14, 5, 4


class ColorBar(QWidget):
    """An upright bar from the lowest to the highest value, with round numbers and a name."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.scale = HeightScale(0.0, 1.0, False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_scale(self, scale: HeightScale) -> None:
        """Show another scale."""
        if scale == self.scale:
            return
        self.scale = scale
        self.setAccessibleName(f"{self.name} from {' to '.join(tick_words(value) for value in self._ends())}")
        self.updateGeometry()
        self.update()

    def _ends(self) -> tuple[float, float]:
        ends = (self.scale.low, self.scale.high)
        return (10.0 ** ends[0], 10.0 ** ends[1]) if self.scale.logarithmic else ends

    def _ticks(self) -> list[tuple[float, float]]:
        return self.scale.ticks(max(1.0, self._bar().height()), THEME.px(22))

    def _bar(self) -> QRectF:
        line = metrics().height()
        return QRectF(THEME.px(GAP), 1.5 * line, THEME.px(BAR), max(1.0, self.height() - 2.2 * line))

    def sizeHint(self) -> QSize:
        words = [self.name, *(tick_words(value) for value, _ in self._ticks())]
        widest = max(metrics().horizontalAdvance(text) for text in words)
        return QSize(THEME.px(BAR + 2 * GAP + TICK + 2) + widest, THEME.px(80))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width(), THEME.px(40))

    def resizeEvent(self, event: object) -> None:
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        line, bar = metrics().height(), self._bar()
        painter.setPen(THEME.color("secondary"))
        painter.drawText(QRectF(bar.left(), 0, self.width(), line), Qt.AlignmentFlag.AlignLeft, self.name)
        painter.drawImage(bar, image(magnitude_table()[::-1][:, None]))
        for value, place in self._ticks():
            y = bar.bottom() - place * bar.height()
            painter.setPen(QPen(THEME.color("secondary"), 1))
            painter.drawLine(int(bar.right()), int(y), int(bar.right()) + THEME.px(TICK), int(y))
            words = QRectF(bar.right() + THEME.px(TICK + GAP), y - line / 2, self.width(), line)
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, tick_words(value))
