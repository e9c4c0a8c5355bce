"""Warnings as rows: what is wrong, what to try, and a button where the program can do it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from playground.analysis.run.gradient_warnings import Warning
from playground.ui.widgets.labels import Label, on_button, plain_tip
from playground.ui.widgets.theme import THEME

LOWEST = 34
"""Pixels that the rows may always take."""


class WarningRow(QWidget):
    """One warning."""

    fix_wanted = Signal(object)

    def __init__(self, warning: Warning, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.warning = warning
        self.words = Label()
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.say(brief=False)
        self.words.setWordWrap(True)
        self.words.setToolTip(plain_tip(f"{warning.sentence}\n{warning.advice}"))
        self.words.setAccessibleName(f"Warning: {warning.sentence}")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(THEME.px(8))
        layout.addWidget(self.words, 1)
        self.button: QPushButton | None = None
        if warning.fix:
            short = warning.fix.partition(" in ")[0]
            self.button = QPushButton(on_button(short))
            self.button.setToolTip(plain_tip(f"{warning.fix}. You can undo it."))
            self.button.setAccessibleName(warning.fix)
            self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            self.button.clicked.connect(self._ask)
            layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)

    def say(self, *, brief: bool) -> None:
        """What is wrong and what to try; or, where room is short, only what is wrong, in few words."""
        whole = f"{self.warning.sentence} {self.warning.advice}"
        words = self.warning.brief or self.warning.sentence if brief else whole
        if (text := f"<b>!</b> {escape(words)}") != self.words.text():
            self.words.setText(text)

    @Slot()
    def _ask(self) -> None:
        self.fix_wanted.emit(self.warning)


class WarningRows(QScrollArea):
    """All warnings one below the other; no higher than its rows, and hidden without any."""

    fix_wanted = Signal(object)
    """The person wants the warning's edits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[WarningRow, ...] = ()
        self._tall = self._room = 0
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Warnings")
        self.viewport().setAutoFillBackground(False)
        self.hide()

    def show_warnings(self, warnings: Sequence[Warning]) -> None:
        """Show these; rows that are the same stay, so that a button does not vanish under the mouse."""
        if tuple(row.warning for row in self.rows) == tuple(warnings):
            return
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(THEME.px(3))
        self.rows = tuple(WarningRow(warning) for warning in warnings)
        for row in self.rows:
            layout.addWidget(row)
            row.fix_wanted.connect(self.fix_wanted)
        layout.addStretch(1)
        self.setWidget(body)
        body.setAutoFillBackground(False)  # a scroll area switches it on
        self.fit()
        self.setVisible(bool(self.rows))

    def fit(self, room: int | None = None) -> None:
        """Take the height of the rows, but not more than `room` pixels; without it as much as last time."""
        self._room = self._room if room is None else room
        body = self.widget()
        if body is None or not self.rows:
            return
        wide = self.width() - self.verticalScrollBar().sizeHint().width()  # whether there is a bar or not
        room = max(THEME.px(LOWEST), self._room)
        needed = 0
        for brief in (False, True):
            for row in self.rows:
                row.say(brief=brief)
            needed = sum(max(row.heightForWidth(wide), row.minimumSizeHint().height()) for row in self.rows)
            needed += THEME.px(3) * (len(self.rows) - 1) + 2
            if needed <= room:
                break
        tall = min(needed, room)
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOn if tall < needed else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        if tall != self._tall:
            self._tall = tall
            self.setFixedHeight(tall)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(200), self._tall)
