"""Numbers written out in rows, as on a sheet of paper: headings, names of columns, and cells with a bar behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.ui.widgets.colors import mixed
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.labels import elided
from playground.ui.widgets.painted import Canvas, metrics
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

PAD = 6
LONGEST_LABEL = 340
STRENGTH = 0.35
"""How much of its colour a bar has over the ground."""


@dataclass(frozen=True)
class Cell:
    """A number, or words, and how long the bar behind it is: from −1 to 1, where its sign is its colour."""

    text: str
    share: float = 0.0
    bold: bool = False


@dataclass(frozen=True)
class Row:
    """A line of cells with its name; `key` is told when a person clicks it."""

    label: str
    cells: Sequence[Cell]
    key: int | None = None
    chosen: bool = False


@dataclass(frozen=True)
class Section:
    """A heading, the names of the columns, and rows; the sentence below is written in small letters."""

    heading: str
    columns: Sequence[str]
    rows: Sequence[Row]
    below: str = ""
    label: str = ""
    """What the names of the rows are."""


def number_cell(value: float, largest: float = 0.0, *, bold: bool = False) -> Cell:
    """A number with a bar as long as its share of the largest; without one where that is 0."""
    share = max(-1.0, min(1.0, value / largest)) if largest > 0.0 and abs(value) < float("inf") else 0.0
    return Cell(number_words(value), share, bold)


@dataclass
class _Place:
    """Where a section stands: top of its heading, width of its labels and of its columns."""

    section: Section
    top: int
    left: int
    widths: list[int] = field(default_factory=list)

    def row_top(self, row: int, line: int) -> int:
        return self.top + (row + 2) * line


class NumberSheet(Canvas):
    """Sections below each other."""

    row_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sections: tuple[Section, ...] = ()
        self._places: list[_Place] = []

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Show these in place of what was there."""
        self.sections = tuple(sections)
        self._places = self._placed()
        self.setAccessibleDescription(" ".join(section.heading for section in self.sections))
        self.changed()

    def restyle(self) -> None:
        """Measure anew in the present font."""
        self._places = self._placed()
        self.changed()

    @staticmethod
    def _line() -> int:
        return metrics().height() + THEME.px(5)

    def _placed(self) -> list[_Place]:
        pad, line, top = THEME.px(PAD), self._line(), THEME.px(2)
        found: list[_Place] = []
        for section in self.sections:
            labels = [section.label, *(row.label for row in section.rows)]
            left = min(THEME.px(LONGEST_LABEL), max(metrics().horizontalAdvance(one) for one in labels)) + 2 * pad
            widths = []
            for column, name in enumerate(section.columns):
                texts = [name, *(row.cells[column].text for row in section.rows if column < len(row.cells))]
                widths.append(max(metrics(bold=True).horizontalAdvance(text) for text in texts) + 2 * pad)
            found.append(_Place(section, top, left, widths))
            top += (len(section.rows) + 2 + bool(section.below)) * line + line // 2
        return found

    def minimumSizeHint(self) -> QSize:
        if not self._places:
            return QSize(THEME.px(200), THEME.px(80))
        last = self._places[-1]
        bottom = last.row_top(len(last.section.rows), self._line()) + (self._line() if last.section.below else 0)
        wide = max(place.left + sum(place.widths) for place in self._places)
        words = max(
            metrics(bold=bold).horizontalAdvance(text)
            for place in self._places for text, bold in ((place.section.heading, True), (place.section.below, False))
        )  # fmt: skip
        return QSize(max(wide, words + THEME.px(PAD)) + THEME.px(PAD), bottom + THEME.px(4))

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for place in self._places:
            self._paint_section(painter, place)

    def _paint_section(self, painter: QPainter, place: _Place) -> None:
        line, section, left = self._line(), place.section, Qt.AlignmentFlag.AlignLeft
        middle, wide = Qt.AlignmentFlag.AlignVCenter, float(self.width())
        painter.setFont(THEME.font(13, bold=True))
        painter.setPen(THEME.color("text"))
        painter.drawText(QRectF(0, place.top, wide, line), middle | left, section.heading)
        painter.setFont(THEME.font(13))
        painter.setPen(THEME.color("secondary"))
        head = place.top + line
        painter.drawText(QRectF(0, head, place.left, line), middle | left, section.label)
        for x, width, name in zip(self._lefts(place), place.widths, section.columns, strict=True):
            painter.drawText(QRectF(x, head, width - THEME.px(PAD), line), middle | Qt.AlignmentFlag.AlignRight, name)
        for number, row in enumerate(section.rows):
            self._paint_row(painter, place, row, place.row_top(number, line))
        if section.below:
            painter.setPen(THEME.color("secondary"))
            below = QRectF(0, place.row_top(len(section.rows), line), wide, line)
            painter.drawText(below, middle | left, section.below)

    @staticmethod
    def _lefts(place: _Place) -> list[int]:
        return [place.left + sum(place.widths[:column]) for column in range(len(place.widths))]

    def _paint_row(self, painter: QPainter, place: _Place, row: Row, top: int) -> None:
        line, pad = self._line(), THEME.px(PAD)
        whole = QRectF(0, top, place.left + sum(place.widths), line)
        if row.chosen:
            painter.fillRect(whole, mixed(THEME.tokens.accent, THEME.color("panel"), 0.18))
        painter.setPen(THEME.color("text"))
        label = elided(metrics(), row.label, Qt.TextElideMode.ElideRight, place.left - pad)
        painter.drawText(QRectF(0, top, place.left, line), Qt.AlignmentFlag.AlignVCenter, label)
        for x, width, cell in zip(self._lefts(place), place.widths, row.cells, strict=False):
            self._paint_cell(painter, QRectF(x, top, width, line), cell)
        if row.chosen:
            painter.setPen(QPen(THEME.color("accent"), THEME.px(1)))
            painter.drawRect(whole.adjusted(0, 0, -1, -1))

    @staticmethod
    def _paint_cell(painter: QPainter, room: QRectF, cell: Cell) -> None:
        pad = THEME.px(PAD)
        if cell.share:
            own = POSITIVE if cell.share > 0 else NEGATIVE
            wide = (room.width() - pad / 2) * abs(cell.share)
            bar = QRectF(room.left() + pad / 2, room.top() + 2, wide, room.height() - 4)
            painter.fillRect(bar, mixed(own, THEME.color("panel"), STRENGTH))
        painter.setFont(THEME.font(13, bold=cell.bold))
        painter.setPen(THEME.color("text"))
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room.adjusted(0, 0, -pad, 0), align, cell.text)
        painter.setFont(THEME.font(13))

    # Mouse ------------------------------------------------------------------------------------------------------------

    def _row_at(self, at: QPointF) -> tuple[Section, Row] | None:
        line = self._line()
        for place in self._places:
            number = int((at.y() - place.top) // line) - 2
            if 0 <= number < len(place.section.rows):
                return place.section, place.section.rows[number]
        return None

    def words_at(self, place: QPointF) -> str:
        found = self._row_at(place)
        if found is None:
            return ""
        section, row = found
        named = zip(section.columns, row.cells, strict=False)
        return f"{row.label}: " + ", ".join(f"{name} {cell.text}".strip() for name, cell in named if cell.text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._row_at(event.position())
        if found is not None and found[1].key is not None and event.button() == Qt.MouseButton.LeftButton:
            self.row_clicked.emit(found[1].key)
