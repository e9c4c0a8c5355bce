"""The quick menu: a search field, the blocks that may come next, the likeliest first, and questions of the course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout, QWidget

from playground.editing.group_library import KeptGroup
from playground.editing.ranking import Input, ranked_blocks
from playground.network.check import Output
from playground.network.naming import titles
from playground.ui.canvas.block_list import BlockListView, Heading, Row
from playground.ui.canvas.kept_rows import READY_TOPIC, KeptRow, matching
from playground.ui.canvas.question_rows import matching_questions
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.theme import THEME

_WIDTH, _HEIGHT = 430, 420


class QuickMenu(QFrame):
    """Pops up at a place, tells which block was chosen, and closes. Escape or a click elsewhere cancels."""

    chosen = Signal(str)
    """Id of the block."""
    group_chosen = Signal(str)
    """The path of a group that is kept in a file."""
    question_chosen = Signal(object)
    """The Path of an experiment."""
    cancelled = Signal()

    def __init__(
        self, document: OpenDocument, parent: QWidget | None = None, kept: Callable[[], Sequence[KeptGroup]] = tuple
    ) -> None:
        """`kept` gives the groups that are kept in files."""
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._document, self._kept = document, kept
        self._source: Output | None = None
        self._target: Input | None = None
        self._done = True
        self.setAccessibleName("Add a block")
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search blocks")
        self.search.setAccessibleName("Search blocks")
        self.search.setClearButtonEnabled(True)
        self.list = BlockListView(self, detailed=True)
        self.list.setAccessibleName("Blocks that may come next")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.context = QLabel(self)
        self.context.setTextFormat(Qt.TextFormat.PlainText)
        self.context.setProperty("role", "secondary")
        layout = QVBoxLayout(self)
        layout.setSpacing(THEME.px(6))
        layout.setContentsMargins(*(THEME.px(10),) * 4)
        for widget in (self.context, self.search, self.list):
            layout.addWidget(widget)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._filter)
        self.list.chosen.connect(self.choose)
        self.list.group_chosen.connect(self._put)
        self.list.question_chosen.connect(self._ask)

    def open_at(self, place: QPoint, source: Output | None = None, target: Input | None = None) -> None:
        """Show the menu with its corner at a global place, kept on the screen.

        `source` is the output that the new block will follow, `target` the input that it will feed; neither for any
        block.
        """
        self._source, self._target = source, target
        self._done = False
        self.search.clear()
        self.context.setText(self._words())
        self.context.setVisible(bool(self.context.text()))
        self._filter("")
        self.resize(self.sizeHint())
        self.move(_on_screen(place, self.size()))
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def blocks(self) -> list[str]:
        """Ids of the listed blocks from top to bottom."""
        return self.list.rows.blocks()

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(_WIDTH), THEME.px(_HEIGHT))

    def _words(self) -> str:
        names = titles(self._document.graph)
        if self._source is not None and self._source[0] in names:
            signal = self._document.report.signals.get(self._source)
            carried = f", which gives {signal.badge()}" if signal is not None else ""
            return f"After {names[self._source[0]]}{carried}"
        if self._target is not None and self._target[0] in names:
            return f"Before {names[self._target[0]]}"
        return ""

    @Slot(str)
    def _filter(self, text: str) -> None:
        ranked = ranked_blocks(self._document.graph, self._document.report, self._source, self._target, text)
        fitting = [row for row in ranked if row.fits]
        others = [row for row in ranked if not row.fits]
        rows: list[Row] = [*fitting]
        groups: list[KeptRow] = []
        if text.strip() and self._target is None:
            kept = self._kept()
            groups = [row for shelf in ("own", "ready") for row in matching(kept, text, shelf) if row.readable]
        if groups:
            rows += [Heading(READY_TOPIC), *groups]
        questions = matching_questions(text) if self._source is None and self._target is None else []
        if questions:
            rows += [Heading("Experiments"), *questions]
        if others:
            rows += [Heading("Does not fit here"), *others]
        if not rows:
            rows = [Heading("No block has these words")]
        self.list.show_rows(rows)
        if (groups or questions) and not fitting:
            self.list.setCurrentIndex(self.list.rows.first_choice())

    @Slot(str)
    def _put(self, path: str) -> None:
        self._done = True
        self.hide()
        self.group_chosen.emit(path)

    @Slot(object)
    def _ask(self, experiment: Path) -> None:
        self._done = True
        self.hide()
        self.question_chosen.emit(experiment)

    @Slot(str)
    def choose(self, block: str) -> None:
        self._done = True
        self.hide()
        self.chosen.emit(block)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and self._steer(event):
            return True
        return super().eventFilter(watched, event)

    def _steer(self, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        steps: dict[int, int] = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        if event.key() in steps:
            for _ in range(abs(steps[event.key()])):
                self.list.step(1 if steps[event.key()] > 0 else -1)
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.list.choose_current()
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return True
        return False

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not self._done:
            self._done = True
            self.cancelled.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(THEME.color("line"))
        painter.setBrush(THEME.color("panel"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


def _on_screen(place: QPoint, size: QSize) -> QPoint:
    screen = QGuiApplication.screenAt(place) or QGuiApplication.primaryScreen()
    room = screen.availableGeometry()
    x = max(room.left(), min(place.x(), room.right() - size.width()))
    y = max(room.top(), min(place.y(), room.bottom() - size.height()))
    return QPoint(x, y)
