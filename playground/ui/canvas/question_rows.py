"""Rows of the quick menu for the experiments of the course: their questions are found by their words."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from playground.document.experiment_index import ExperimentEntry, experiments
from playground.ui.widgets import icons
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.theme import THEME

MOST = 6
"""So many questions are listed below the blocks."""
SUMMARY = "Experiment: guess, run, and see"


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A row for one experiment."""

    path: Path
    title: str

    @property
    def words(self) -> str:
        """What a screen reader says."""
        return f"{self.title}, experiment"

    @property
    def tip(self) -> str:
        """What the mouse learns when it rests on the row."""
        return plain_tip(f"{self.title}\n{SUMMARY}")


@functools.cache
def _known() -> tuple[ExperimentEntry, ...]:
    return tuple(experiments())


def matching_questions(search: str) -> list[QuestionRow]:
    """The experiments in which all words of a search occur, the shortest question first; none for an empty search."""
    found = [entry for entry in _known() if entry.answers(search)] if search.strip() else []
    found.sort(key=lambda entry: len(entry.question))
    return [QuestionRow(entry.path, entry.question) for entry in found[:MOST]]


def paint_question(painter: QPainter, rect: QRect, row: QuestionRow) -> None:
    """Draw a row of two lines, as those of blocks in the menu."""
    side, pad = THEME.px(18), THEME.px(8)
    upper = QRect(rect.left(), rect.top() + THEME.px(4), rect.width(), THEME.px(20))
    mark = icons.pixmap("measure", "accent", side, painter.device().devicePixelRatioF())
    painter.drawPixmap(upper.left() + pad, upper.center().y() - side // 2 + 1, mark)
    room = upper.adjusted(pad + side + pad, 0, -pad, 0)
    for line, words, size, color in (
        (room, row.title, 13, "text"),
        (QRect(room.left(), upper.bottom(), room.width(), THEME.px(18)), SUMMARY, 12, "secondary"),
    ):
        font = THEME.font(size)
        painter.setFont(font)
        painter.setPen(THEME.color(color))
        shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
