"""The words for what is under the mouse, on a strip at the edge of the plot."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QCursor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.ui.widgets.qt_access import parent_of
from playground.ui.widgets.theme import THEME

PAD, EDGE = 6, 4
GROUND = 238
NEAR = 0.4
"""Share of the height, from an edge, in which the mouse sends the words to the other edge."""


class Readout(QWidget):
    """Lies over its parent and lets the mouse through. It goes to the lower edge while the mouse is near the upper."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = ""
        self.hide()

    def show_words(self, words: str, rooms: Sequence[QRectF], beside: QRect) -> None:
        """Say something in one of these rooms: that with the mouse, else the first. Empty words go.

        It lies off what is `beside` it, such as a legend, unless the mouse is in its way there.
        """
        self._words = words if rooms else ""
        if not self._words:
            self.hide()
            return
        mouse = parent_of(self).mapFromGlobal(QCursor.pos())
        room = next((one for one in rooms if one.contains(mouse.toPointF())), rooms[0])
        pad, edge = THEME.px(PAD), THEME.px(EDGE)
        widest = max(40, round(room.width()) - 2 * (pad + edge))
        text = QFontMetrics(THEME.font(13)).boundingRect(
            QRect(0, 0, widest, 10_000), int(Qt.TextFlag.TextWordWrap), words
        )
        size = QRect(0, 0, text.width() + 2 * pad + 2, text.height() + pad)
        share = (mouse.y() - room.top()) / max(1.0, room.height())
        upper, lower = (
            size.translated(round(room.left()) + edge, round(top))
            for top in (room.top() + edge, room.bottom() - edge - size.height())
        )
        low = 1.0 - NEAR < share <= 1.0
        below = 0.0 <= share < NEAR or (upper.intersects(beside) and not low)
        self.setGeometry(lower if below else upper)
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = THEME.color("panel")
        ground.setAlpha(GROUND)
        painter.setPen(QPen(THEME.color("line"), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), THEME.px(4), THEME.px(4))
        painter.setFont(THEME.font(13))
        painter.setPen(THEME.color("text"))
        pad = THEME.px(PAD)
        inner = self.rect().adjusted(pad, 0, -pad + 2, 0)
        flags = int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(inner, flags, self._words)
