"""The page of code: numbered lines one cannot change; those of the chosen blocks are lit."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from playground.ui.code.highlighting import PythonHighlighter
from playground.ui.widgets.theme import THEME

SIZE = 13.0
LIT = 46
"""Opacity, out of 255, of the colour behind a lit line."""


class CodePage(QPlainTextEdit):
    """Read-only text with line numbers at its left."""

    line_chosen = Signal(int)
    """A person went to a line, counted from 0."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setAccessibleName("Code of the project")
        self.lit: tuple[range, ...] = ()
        self.numbers = LineNumbers(self)
        self.highlighter = PythonHighlighter(self.document())
        self._silent = False
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._follow)
        self.cursorPositionChanged.connect(self._tell_line)
        THEME.changed.connect(self.restyle)
        self.restyle()

    def show_text(self, text: str) -> None:
        """Show another text; where one reads stays in sight, and only lines that differ are laid out anew."""
        before = self.toPlainText()
        if text == before:
            return
        across, down = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        start, old_end, new_end = difference(before, text)
        self._silent = True
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(old_end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text[start:new_end])
        self._silent = False
        self.horizontalScrollBar().setValue(across)
        self.verticalScrollBar().setValue(down)

    def light(self, ranges: Sequence[range], *, scroll: bool) -> None:
        """Light these lines, and scroll to the first of them."""
        self.lit = tuple(ranges)
        self._paint_lit()
        if scroll and self.lit:
            first, last = self.lit[0].start, self.lit[0].stop - 1
            self._silent = True
            seen = self._top_of(first) >= 0 and self._top_of(last + 1) <= self.viewport().height()
            self.setTextCursor(QTextCursor(self.document().findBlockByNumber(first)))
            if not seen:
                self.centerCursor()
            self.horizontalScrollBar().setValue(0)
            self._silent = False

    def _top_of(self, line: int) -> float:
        """Where a line begins in the part that is seen; far below for one that there is not."""
        block = self.document().findBlockByNumber(line)
        return self.blockBoundingGeometry(block).translated(self.contentOffset()).top() if block.isValid() else 1e9

    def _paint_lit(self) -> None:
        color = QColor(THEME.color("accent"))
        color.setAlpha(LIT)
        found = []
        for number in (number for lines in self.lit for number in lines):
            selection = QTextEdit.ExtraSelection()
            selection.format.setBackground(color)
            selection.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            selection.cursor = QTextCursor(self.document().findBlockByNumber(number))
            found.append(selection)
        self.setExtraSelections(found)

    @Slot()
    def _tell_line(self) -> None:
        if not self._silent and not self.textCursor().hasSelection():
            self.line_chosen.emit(self.textCursor().blockNumber())

    @Slot()
    def restyle(self) -> None:
        """Take over the colours and sizes of the theme."""
        self.setFont(THEME.font(SIZE, mono=True))
        self.document().setDefaultFont(self.font())
        self.highlighter.restyle()
        self._paint_lit()
        self._make_room()

    # Line numbers -----------------------------------------------------------------------------------------------------

    def numbers_width(self) -> int:
        """Pixels for the largest line number."""
        return self.fontMetrics().horizontalAdvance("0" * len(str(self.blockCount()))) + THEME.px(14)

    @Slot()
    def _make_room(self) -> None:
        self.setViewportMargins(self.numbers_width(), 0, 0, 0)

    @Slot(QRect, int)
    def _follow(self, rect: QRect, scrolled: int) -> None:
        if scrolled:
            self.numbers.scroll(0, scrolled)
        else:
            self.numbers.update(0, rect.y(), self.numbers.width(), rect.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inner = self.contentsRect()
        self.numbers.setGeometry(QRect(inner.left(), inner.top(), self.numbers_width(), inner.height()))

    def paint_numbers(self, painter: QPainter, event: QPaintEvent) -> None:
        """Write the numbers of the lines in sight."""
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        lit = {number for lines in self.lit for number in lines}
        width = self.numbers.width() - THEME.px(7)
        while block.isValid() and top <= event.rect().bottom():
            height = self.blockBoundingRect(block).height()
            number = block.blockNumber()
            painter.setPen(THEME.color("accent" if number in lit else "secondary"))
            painter.drawText(QRectF(0, top, width, height), Qt.AlignmentFlag.AlignRight, str(number + 1))
            block, top = block.next(), top + height


class LineNumbers(QWidget):
    """The strip at the left of the page; a click there goes to the line."""

    def __init__(self, page: CodePage) -> None:
        super().__init__(page)
        self._page = page

    def sizeHint(self) -> QSize:
        return QSize(self._page.numbers_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), THEME.color("field"))
        painter.setFont(self._page.font())
        self._page.paint_numbers(painter, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cursor = self._page.cursorForPosition(event.position().toPoint())
        self._page.setTextCursor(cursor)


def difference(before: str, after: str) -> tuple[int, int, int]:
    """What two texts do not share: where it starts, where it ends in the first, and where in the second."""
    start = _shared(min(len(before), len(after)), lambda count: before[:count] == after[:count])
    left = min(len(before), len(after)) - start
    same = _shared(left, lambda count: count == 0 or before[-count:] == after[-count:])
    return start, len(before) - same, len(after) - same


def _shared(most: int, equal: Callable[[int], bool]) -> int:
    """How many letters two texts share, at most `most`; texts that share some share fewer, too."""
    return bisect.bisect_left(range(1, most + 1), True, key=lambda count: not equal(count))
