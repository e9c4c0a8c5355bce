"""The dialog that reads a person's file, shows what is in it, and lets one choose what to make of it."""

from __future__ import annotations

import functools
from typing import Literal

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from playground.data.own.files import Reading
from playground.ui.own_files.file_page import FilePage
from playground.ui.widgets.kept_size import dialog_size
from playground.ui.widgets.labels import Label, plain_tip
from playground.ui.widgets.rows import label
from playground.ui.widgets.theme import THEME

Wish = Literal["", "canvas", "project", "node"]
"""What to do with the data: put them on the open canvas, begin a project, or give them to a node that is there."""
LOOK_MS = 50


class OwnFileDialog(QDialog):
    """First how far the reading is, then the choices. `wish` says how it ended."""

    other_wanted = Signal()
    """Another file instead."""

    def __init__(self, parent: QWidget, wishes: tuple[Wish, ...]) -> None:
        super().__init__(parent)
        self.wish: Wish = ""
        self.page: FilePage | None = None
        self._reading: Reading | None = None
        self.setWindowTitle("Your data")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setSizeGripEnabled(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(THEME.px(18), THEME.px(16), THEME.px(18), THEME.px(14))
        outer.setSpacing(THEME.px(10))
        outer.addLayout(self._head())
        self.pages = QStackedWidget()
        self.waiting = self._waiting()
        self.pages.addWidget(self.waiting)
        outer.addWidget(self.pages, 1)
        self.sentence = label()
        self.sentence.setAccessibleName("What will be made of the file")
        outer.addWidget(self.sentence)
        outer.addLayout(self._foot(wishes))
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._renew()
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return dialog_size(self, 980, 720)

    # What it is made of ---------------------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        self.name = label(role="title", wrap=False)
        self.place = Label()
        self.place.setProperty("role", "secondary")
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        self.place.setSizePolicy(self.place.sizePolicy().Policy.Ignored, self.place.sizePolicy().Policy.Preferred)
        self.other = QPushButton("Another file…")
        self.other.setAutoDefault(False)
        self.other.clicked.connect(self.other_wanted)
        line = QHBoxLayout()
        line.setSpacing(THEME.px(12))
        line.addWidget(self.name)
        line.addWidget(self.place, 1)
        line.addWidget(self.other)
        return line

    def _waiting(self) -> QWidget:
        page = QFrame()
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("How far the reading is")
        self.words = label(role="secondary")
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(page)
        column.setContentsMargins(THEME.px(120), 0, THEME.px(120), 0)
        column.addStretch(1)
        column.addWidget(self.bar)
        column.addSpacing(THEME.px(8))
        column.addWidget(self.words)
        column.addStretch(1)
        return page

    def _foot(self, wishes: tuple[Wish, ...]) -> QHBoxLayout:
        texts = {"canvas": "Put on the canvas", "project": "New project", "node": "Use these data"}
        tips = {
            "canvas": "Add a data block to the open project; it can be undone.",
            "project": "A project of its own, with a small network that fits, ready to play.",
            "node": "Give these data to the block that asked for them; its wires stay.",
        }
        line = QHBoxLayout()
        line.setSpacing(THEME.px(8))
        line.addStretch(1)
        self.cancel = QPushButton("Cancel")
        self.cancel.setAutoDefault(False)
        self.cancel.clicked.connect(self.reject)
        line.addWidget(self.cancel)
        self.buttons: dict[Wish, QPushButton] = {}
        for wish in reversed(wishes):
            button = QPushButton(texts[wish])
            button.setToolTip(plain_tip(tips[wish]))
            button.setAutoDefault(False)
            if wish == wishes[0]:
                button.setProperty("role", "primary")
                button.setDefault(True)
            button.clicked.connect(functools.partial(self._take, wish))
            self.buttons[wish] = button
            line.addWidget(button)
        return line

    # What it shows --------------------------------------------------------------------------------------------------

    def show_reading(self, name: str, folder: str, reading: Reading | None) -> None:
        """Show how far a reading is, until `show_page`."""
        self.name.setText(name)
        self.place.setText(folder)
        self.place.setToolTip(plain_tip(folder))
        self._reading = reading
        self.bar.setValue(0)
        self.words.setText(f"Reading {name}…")
        self.pages.setCurrentWidget(self.waiting)
        self._timer.start(LOOK_MS)
        self._renew()

    @Slot()
    def _look(self) -> None:
        reading = self._reading
        if reading is not None:
            self.bar.setValue(round(1000 * reading.share))
            found = f", {reading.words}" if reading.words else ""
            self.words.setText(f"{reading.share:.0%} read{found}")

    def show_page(self, page: FilePage) -> None:
        """Show the choices."""
        self._reading = None
        self._timer.stop()
        if self.page is not page:
            self.page = page
            self.pages.addWidget(page)
            page.changed.connect(self._renew)
        self.pages.setCurrentWidget(page)
        self._renew()

    def show_refusal(self, sentence: str) -> None:
        """Go back to the choices there were, and say why the file could not be read in another way."""
        if self.page is not None:
            self.show_page(self.page)
        self._say(sentence, bad=True)

    def _say(self, sentence: str, *, bad: bool) -> None:
        self.sentence.setText(sentence)
        self.sentence.setProperty("role", "error" if bad else "")
        self.sentence.style().unpolish(self.sentence)
        self.sentence.style().polish(self.sentence)

    @Slot()
    def _renew(self) -> None:
        shown = self.page if self.page is not None and self.pages.currentWidget() is self.page else None
        problem = "" if shown is None else shown.problem
        self._say("" if shown is None else shown.sentence, bad=bool(problem))
        for button in self.buttons.values():
            button.setEnabled(shown is not None and not problem)
        self.other.setVisible(shown is not None)

    def _take(self, wish: Wish, checked: bool = False) -> None:
        self.wish = wish
        self.accept()

    def done(self, result: int) -> None:
        """Close; nothing ticks any more."""
        self._timer.stop()
        super().done(result)
