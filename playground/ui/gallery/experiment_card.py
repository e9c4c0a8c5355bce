"""Cards of experiments, below the presets of a chapter, and the chip on a preset's card that names its own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from playground.document.experiment_index import ExperimentEntry
from playground.ui.gallery.card import Card, CornerChip
from playground.ui.widgets import icons
from playground.ui.widgets.few_lines import count_lines, draw_lines
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.theme import THEME

LINES = 3
MARK, MARGIN, GAP = 18, 12, 10


class ExperimentCard(Card):
    """A question that can be measured."""

    def __init__(self, entry: ExperimentEntry, parent: QWidget | None = None) -> None:
        super().__init__(entry.path, parent)
        self.entry = entry
        self.setText(entry.question)
        self.setAccessibleName(f"Experiment: {entry.question}")
        self.setToolTip(plain_tip(f"{entry.question}\nGuess the answer, press Run, and see."))

    def heightForWidth(self, width: int) -> int:
        room = width - THEME.px(2 * MARGIN + MARK + GAP)
        lines = min(LINES, count_lines(self.text(), THEME.font(13), room))
        return lines * QFontMetrics(THEME.font(13)).height() + THEME.px(10 + 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.draw_panel(painter)
        side, margin, top = THEME.px(MARK), THEME.px(MARGIN), THEME.px(10)
        mark = icons.pixmap("measure", "accent", side, self.devicePixelRatioF())
        painter.drawPixmap(margin, top, mark)
        left = margin + side + THEME.px(GAP)
        painter.setPen(THEME.color("text"))
        draw_lines(painter, QRect(left, top, self.width() - left - margin, self.height()), self.text(), LINES)


class QuestionsChip(CornerChip):
    """Lies over the picture of a preset's card; its menu has the questions that are measured with it."""

    chosen = Signal(object)
    """The Path of an experiment."""

    def __init__(self, entries: Sequence[ExperimentEntry], card: QWidget) -> None:
        super().__init__(card)
        count = len(entries)
        self.setText(f"{count} question{'s' if count != 1 else ''}")
        self.setAccessibleName(f"{self.text()} about {card.accessibleName()}")
        self.setToolTip("Questions that are measured with this preset")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        menu = QMenu(self)
        for entry in entries:
            menu.addAction(entry.question.replace("&", "&&")).setData(entry.path)
        menu.triggered.connect(self._on_triggered)
        self.setMenu(menu)
        THEME.changed.connect(self.restyle)
        self.restyle()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(THEME.font(12))
        return QSize(metrics.horizontalAdvance(self.text()) + THEME.px(18), metrics.height() + THEME.px(8))

    @Slot()
    def restyle(self) -> None:
        """Take over the theme and its scale."""
        tokens = THEME.tokens
        self.setFont(THEME.font(12))
        self.setStyleSheet(
            f"QToolButton {{ background: {tokens.panel}; color: {tokens.accent}; border: 1px solid {tokens.line};"
            f" border-radius: {THEME.px(9)}px; font-size: {THEME.px(12)}px; padding: 0; }}"
            f"QToolButton:hover, QToolButton:focus {{ border-color: {tokens.accent}; }}"
            "QToolButton::menu-indicator { image: none; width: 0; }"
        )

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        self.chosen.emit(action.data())
