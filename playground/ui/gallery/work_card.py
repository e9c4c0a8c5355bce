"""The card of work that was left: what it is, how far it was, when, and the canvas as it was."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QMenu, QWidget

from playground.document.kept_work import KeptWork
from playground.paths import PRESETS
from playground.ui.gallery.card import Card
from playground.ui.gallery.pictures import PICTURES
from playground.ui.widgets.labels import elided, plain_tip
from playground.ui.widgets.theme import THEME

HEIGHT, LARGE_HEIGHT = 74, 148
PICTURE, LARGE_PICTURE = 104, 264
"""Width of the picture; all in pixels at 100 %."""


class WorkCard(Card):
    """Kept work. A click continues it; Delete, or its menu, forgets it. What was open last has a large card."""

    forget_wanted = Signal(object)
    """The KeptWork to delete for good."""

    def __init__(self, work: KeptWork, parent: QWidget | None = None, *, large: bool = False) -> None:
        super().__init__(work.path, parent)
        self.work = work
        self._large = large
        self._picture = work.picture
        self.setText(work.title)
        self.setAccessibleName(f"Continue {work.title}")
        self.setAccessibleDescription(work.words())
        self.setToolTip(plain_tip(f"{work.title}\n{work.words()}\nFrom {_origin(work)}\nDelete forgets it."))

    def heightForWidth(self, width: int) -> int:
        return THEME.px(LARGE_HEIGHT if self._large else HEIGHT)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self._forget()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Continue").triggered.connect(self.click)
        menu.addAction("Forget").triggered.connect(self._forget)
        menu.popup(event.globalPos())

    @Slot()
    def _forget(self) -> None:
        self.forget_wanted.emit(self.work)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        outline = self.draw_panel(painter)
        left = THEME.px(14)
        wide = THEME.px(LARGE_PICTURE if self._large else PICTURE)
        place = QRect(2, 2, wide - 2, self.height() - 4)
        picture = self._picture_in(place)
        if not picture.isNull():
            painter.save()
            painter.setClipPath(outline)
            painter.drawPixmap(place.topLeft(), picture)
            painter.restore()
            left += wide + (THEME.px(10) if self._large else 0)
        top = THEME.px(18 if self._large else 9)
        for text, font, color in (
            (self.text(), THEME.font(18 if self._large else 13, bold=True), "text"),
            (self.work.progress or "not trained", THEME.font(13), "secondary"),
            (self.work.when(), THEME.font(13), "secondary"),
        ):
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(THEME.color(color))
            room = self.width() - left - THEME.px(12)
            painter.drawText(left, top + metrics.ascent(),
                             elided(metrics, text, Qt.TextElideMode.ElideRight, room))  # fmt: skip
            top += metrics.height() + THEME.px(4 if self._large else 1)
        if self._large:
            self._draw_button(painter, left)

    def _picture_in(self, place: QRect) -> QPixmap:
        if self._picture is None:
            return QPixmap()
        return PICTURES.filling(self._picture, place.size(), self.devicePixelRatioF(), self.work.saved)

    def _draw_button(self, painter: QPainter, left: int) -> None:
        """Says what a click does; the whole card is the button."""
        font = THEME.font(13, bold=True)
        metrics = QFontMetrics(font)
        height = metrics.height() + THEME.px(12)
        place = QRect(left, self.height() - height - THEME.px(14),
                      metrics.horizontalAdvance("Continue") + THEME.px(28), height)  # fmt: skip
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(THEME.color("accent"))
        painter.drawRoundedRect(place, THEME.px(6), THEME.px(6))
        painter.setPen(THEME.color("accent_text"))
        painter.setFont(font)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "Continue")


def _origin(work: KeptWork) -> str:
    """Where it came from, in words."""
    if work.source is None:
        return "in no file yet"
    if work.source.is_relative_to(PRESETS):
        return "from a preset"
    return str(work.source).replace(str(Path.home()), "~", 1)
