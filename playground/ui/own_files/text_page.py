"""The page that shows a text, and where one chooses how it is cut into examples."""

from __future__ import annotations

import functools
from typing import Any

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout

from playground.data.base import Dataset
from playground.data.own import text as own_text
from playground.data.own.delimited import read_table
from playground.data.own.files import Reading
from playground.data.own.text import OwnText, TextFile, prepared, text_dataset
from playground.ui.own_files.encodings import encoding_choice, show_encoding
from playground.ui.own_files.file_page import FilePage
from playground.ui.widgets.controls import QuietComboBox, Toggle
from playground.ui.widgets.kept_size import KeptSize
from playground.ui.widgets.rows import Section, label
from playground.ui.widgets.theme import THEME

WINDOWS = (8, 16, 32, 64, 128, 256)
SHOWN = 4_000
"""Characters that are shown."""


class TextPage(FilePage):
    """The beginning of the text as the network will read it."""

    def __init__(self) -> None:
        super().__init__()
        self._found: TextFile | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.px(8))
        column.addLayout(self._controls())
        self.section = Section("The text begins")
        self.shown = QPlainTextEdit()
        self.shown.setReadOnly(True)
        self.shown.setTabChangesFocus(True)
        self.shown.setAccessibleName("The beginning of the text")
        self.section.body.addWidget(self.shown, 1)
        column.addWidget(self.section, 1)
        THEME.changed.connect(self._restyle)
        self._restyle()

    def _controls(self) -> QHBoxLayout:
        self.facts = label(role="secondary", wrap=False)
        self.as_table = QPushButton("Read as a table")
        self.as_table.setAutoDefault(False)
        self.as_table.setToolTip("When the lines of this file are the rows of a table.")
        self.as_table.clicked.connect(self._ask_table)
        self.window_size = QuietComboBox()
        self.window_size.setAccessibleName("Characters in a window")
        self.window_size.setToolTip("How many characters one example holds.")
        self.window_size.setMinimumContentsLength(5)
        for size in WINDOWS:
            self.window_size.addItem(str(size), size)
        self.window_size.setCurrentIndex(self.window_size.findData(32))
        self.plain = Toggle("small, few signs", "as they are")
        self.plain.setAccessibleName("Letters")
        self.plain.setToolTip("Fewer different characters are learned sooner.")
        KeptSize(self.plain, "setMinimumWidth", 150)
        self.window_size.currentIndexChanged.connect(self._renew)
        self.plain.toggled.connect(self._renew)
        line = QHBoxLayout()
        line.setSpacing(THEME.px(8))
        line.addWidget(self.facts)
        line.addStretch(1)
        self.encoding = encoding_choice()
        self.encoding_name = label("Encoding", wrap=False)
        self.encoding_name.setBuddy(self.encoding)
        self.encoding.activated.connect(self._ask_encoding)
        line.addWidget(self.encoding_name)
        line.addWidget(self.encoding)
        line.addWidget(self.as_table)
        for words, widget in (("Window", self.window_size), ("Letters", self.plain)):
            name = label(words, wrap=False)
            name.setBuddy(widget)
            line.addWidget(name)
            line.addWidget(widget)
        return line

    def show_found(self, found: TextFile, earlier: Dataset | None) -> None:
        """Show a text; cut as a block had it before."""
        self._found = found
        if isinstance(earlier, OwnText) and earlier.content is not None:
            with QSignalBlocker(self.window_size), QSignalBlocker(self.plain):
                if self.window_size.findData(earlier.window) < 0:
                    self.window_size.addItem(str(earlier.window), earlier.window)
                self.window_size.setCurrentIndex(self.window_size.findData(earlier.window))
                self.plain.setChecked(earlier.plain)
        length = f"{len(found.text):,} characters" if found.whole else f"more than {len(found.text):,} characters"
        self.facts.setText(f"{found.encoding} · {length} · {found.different:,} different")
        show_encoding(self.encoding, self.encoding_name, found.codec, found.example)
        self._renew()

    @property
    def sentence(self) -> str:
        """What comes of the choice."""
        return "" if self._found is None else own_text.sentence(self._found, self._chosen(self._found))

    def dataset(self) -> Dataset:
        """The block for what is chosen."""
        assert self._found is not None
        return self._chosen(self._found)

    def _chosen(self, found: TextFile) -> OwnText:
        return text_dataset(found, make_plain=self.plain.isChecked(), window=self.window_size.currentData())

    @Slot()
    def _renew(self) -> None:
        found = self._found
        if found is not None:
            shown = prepared(found.text[:SHOWN], found.symbols, make_plain=self.plain.isChecked())
            self.shown.setPlainText(shown)
            self.changed.emit()

    @Slot()
    def _ask_table(self) -> None:
        if self._found is not None:
            self.again.emit(functools.partial(_as_table, self._found))

    @Slot()
    def _ask_encoding(self) -> None:
        if self._found is not None and self.encoding.currentData() != self._found.codec:
            self.again.emit(functools.partial(_read_with, self._found, self.encoding.currentData()))

    @Slot()
    def _restyle(self) -> None:
        self.shown.setFont(THEME.font(13, mono=True))


def _read_with(found: TextFile, codec: str, reading: Reading) -> TextFile:
    return own_text.read_text(found.path, reading, codec)


def _as_table(found: TextFile, reading: Reading) -> Any:
    return read_table(found.path, None, reading)
