"""The cards of the gallery: buttons that paint themselves, for presets and for recent files."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)  # fmt: skip
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolButton, QWidget

from playground.document.chapters import COURSE
from playground.document.files import ProjectFileError
from playground.document.library import PresetEntry
from playground.training.metrics.words import goal_words
from playground.ui.gallery.diagram import draw_graph
from playground.ui.gallery.pictures import PICTURES
from playground.ui.widgets.few_lines import draw_lines
from playground.ui.widgets.labels import elided, plain_tip
from playground.ui.widgets.theme import THEME

PICTURE_SHARE = 0.56
"""Height of a picture by its width."""
SUMMARY_LINES = 2


class Card(QAbstractButton):
    """A clickable panel with a frame that shows hover and focus. Enter presses it as Space does."""

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        THEME.changed.connect(self.renew)

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        width = THEME.px(240)
        return QSize(width, self.heightForWidth(width))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    @Slot()
    def renew(self) -> None:
        """Take over the theme and its scale."""
        self.updateGeometry()
        self.update()

    def draw_panel(self, painter: QPainter) -> QPainterPath:
        """Background and frame; returns the outline to clip to."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        focused, over = self.hasFocus(), self.underMouse() or self.isDown()
        thickness = 2.0 if focused else 1.0
        outline = QPainterPath()
        inset = thickness / 2
        radius = THEME.px(9)
        outline.addRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), radius, radius)
        painter.fillPath(outline, THEME.color("hover" if over else "panel"))
        painter.setPen(QPen(THEME.color("accent" if focused or over else "line"), thickness))
        painter.drawPath(outline)
        return outline


class CornerChip(QToolButton):
    """A small button at the lower right corner of a card's picture."""

    def settle(self, picture: QRect) -> None:
        """Take its place."""
        size, gap = self.sizeHint(), THEME.px(6)
        corner = picture.bottomRight() - QPoint(size.width() + gap, size.height() + gap)
        self.setGeometry(QRect(corner, size))


class PresetCard(Card):
    """A preset: its picture or a drawing of its graph, the title, and what to watch."""

    def __init__(self, entry: PresetEntry, parent: QWidget | None = None) -> None:
        super().__init__(entry.path, parent)
        self.entry = entry
        self.chip: CornerChip | None = None
        """A small button over the corner of the picture, if there is one."""
        self.setText(entry.title)
        self.setAccessibleName(entry.title)
        self.setAccessibleDescription(entry.summary)
        goals = "".join(f"\nGoal: {goal_words(goal, entry.goal_titles)}" for goal in entry.goals)
        shown = ", ".join(view.replace("-", " ") for view in entry.views)
        views = f"\nShows: {shown}" if shown else ""
        self.setToolTip(plain_tip(f"{entry.summary}{goals}{views}\nLevel: {entry.level.lower()}".strip()))

    def heightForWidth(self, width: int) -> int:
        title = QFontMetrics(THEME.font(14, bold=True)).height()
        line = QFontMetrics(THEME.font(13)).height()
        return round(width * PICTURE_SHARE) + title + SUMMARY_LINES * line + THEME.px(10 + 4 + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        outline = self.draw_panel(painter)
        place = self.picture_place()
        painter.save()
        painter.setClipPath(outline)
        self._draw_picture(painter, place.adjusted(2, 2, -2, 0))
        painter.setPen(THEME.color("line"))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        painter.restore()
        self._draw_words(painter, self.rect().adjusted(THEME.px(14), place.height() + THEME.px(10), -THEME.px(14), 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.chip is not None:
            self.chip.settle(self.picture_place())

    def picture_place(self) -> QRect:
        """Where its picture is."""
        return QRect(0, 0, self.width(), round(self.width() * PICTURE_SHARE))

    def _draw_picture(self, painter: QPainter, place: QRect) -> None:
        path = self.entry.picture_in(THEME.tokens.name)
        path = path if path.is_file() else self.entry.picture
        # Read when it is first seen, so that the window waits for none.
        picture = PICTURES.filling(path, place.size(), self.devicePixelRatioF())
        if picture.isNull():
            painter.fillRect(place, THEME.color("canvas"))
            margin = THEME.px(16)
            with suppress(ProjectFileError):  # the file has gone since it was listed
                draw_graph(painter, QRectF(place).adjusted(margin, margin, -margin, -margin), self.entry.project.graph)
            return
        painter.drawPixmap(place.topLeft(), picture)

    def _draw_words(self, painter: QPainter, place: QRect) -> None:
        font = THEME.font(14, bold=True)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(THEME.color("text"))
        line = QRect(place.x(), place.y(), place.width(), metrics.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter,
                         elided(metrics, self.text(), Qt.TextElideMode.ElideRight, place.width()))  # fmt: skip
        painter.setPen(THEME.color("secondary"))
        if self.entry.level != COURSE:
            self._draw_level(painter, place, metrics.horizontalAdvance(self.text()) + THEME.px(10))
        draw_lines(painter, place.adjusted(0, metrics.height() + THEME.px(4), 0, 0), self.entry.summary, SUMMARY_LINES)

    def _draw_level(self, painter: QPainter, place: QRect, taken: int) -> None:
        """The level at the end of the line of the title, if there is room."""
        font = THEME.font(11)
        painter.setFont(font)
        wide = QFontMetrics(font).horizontalAdvance(self.entry.level)
        if taken + wide <= place.width():
            line = QRect(place.x(), place.y(), place.width(), QFontMetrics(THEME.font(14, bold=True)).height())
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.entry.level)


class RecentCard(Card):
    """A recent file: its name, and below where it lies."""

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(path, parent)
        name = path.name.removesuffix(".json").removesuffix(".playground")
        self.setText(name)
        self.setAccessibleName(f"Open {name}")
        self.setAccessibleDescription(str(path.parent))
        self.setToolTip(plain_tip(str(path)))

    def heightForWidth(self, width: int) -> int:
        heights = (QFontMetrics(THEME.font(13, bold=True)).height(), QFontMetrics(THEME.font(13)).height())
        return sum(heights) + THEME.px(10 + 2 + 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.draw_panel(painter)
        top = THEME.px(10)
        margin = THEME.px(14)
        folder = str(self.path.parent).replace(str(Path.home()), "~", 1)
        for text, font, color in (
            (self.text(), THEME.font(13, bold=True), "text"),
            (folder, THEME.font(13), "secondary"),
        ):
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(THEME.color(color))
            shown = elided(metrics, text, Qt.TextElideMode.ElideMiddle, self.width() - 2 * margin)
            painter.drawText(margin, top + metrics.ascent(), shown)
            top += metrics.height() + THEME.px(2)
