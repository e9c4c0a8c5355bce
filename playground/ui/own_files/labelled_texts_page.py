"""The page that shows a table's column of texts with their classes, and where one chooses how texts become tokens."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from playground.data.base import Dataset
from playground.data.own.delimited import Table, read_table
from playground.data.own.files import Reading
from playground.data.own.labelled_texts import (
    UNKNOWN,
    LabelledTexts,
    OwnLabelledTexts,
    TokenKind,
    class_columns,
    first_length,
    labelled_texts,
    read_labelled_texts,
    sentence,
    text_columns,
    tokens_of,
)
from playground.ui.own_files.file_page import FilePage
from playground.ui.own_files.table_page import PlainTableView
from playground.ui.widgets.controls import QuietComboBox, Toggle
from playground.ui.widgets.kept_size import KeptSize
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.rows import Section, label
from playground.ui.widgets.theme import THEME

LENGTHS = (8, 16, 32, 64, 128, 256, 512)


class LabelledTextsPage(FilePage):
    """The first texts with their classes, and the tokens that the network will read."""

    def __init__(self) -> None:
        super().__init__()
        self._found: LabelledTexts | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.px(8))
        column.addLayout(self._columns())
        column.addLayout(self._tokens())
        self.section = Section("The first texts, as they are read")
        self.first = PlainTableView("The first texts, as they are read")
        self.first.horizontalHeader().setStretchLastSection(True)
        self.section.body.addWidget(self.first, 1)
        column.addWidget(self.section, 1)

    def _columns(self) -> QHBoxLayout:
        self.facts = label(role="secondary", wrap=False)
        self.as_table = QPushButton("Read as a table")
        self.as_table.setAutoDefault(False)
        self.as_table.setToolTip("When numbers and categories are to be learned from, not the words of a text.")
        self.as_table.clicked.connect(self._ask_table)
        line = QHBoxLayout()
        line.setSpacing(THEME.px(8))
        line.addWidget(self.facts)
        line.addStretch(1)
        line.addWidget(self.as_table)
        return line

    def _tokens(self) -> QHBoxLayout:
        self.text = _choice("Column of texts", "The column that is read.")
        self.target = _choice("Column of classes", "The column to predict.")
        self.length = _choice("Tokens of a text", "How many words or letters of a text are read, from its beginning.")
        self.letters = Toggle("letters", "words")
        self.letters.setAccessibleName("Tokens")
        self.letters.setToolTip("Words are quicker to learn from; letters also tell words that are new.")
        KeptSize(self.letters, "setMinimumWidth", 110)
        self.text.activated.connect(self._ask_columns)
        self.target.activated.connect(self._ask_columns)
        self.letters.toggled.connect(self._use_other_tokens)
        self.length.currentIndexChanged.connect(self._renew)
        line = QHBoxLayout()
        line.setSpacing(THEME.px(8))
        line.addStretch(1)
        for words, widget in (
            ("Texts", self.text), ("Classes", self.target), ("Tokens", self.letters), ("Length", self.length)
        ):  # fmt: skip
            name = label(words, wrap=False)
            name.setBuddy(widget)
            line.addWidget(name)
            line.addWidget(widget)
        return line

    def show_found(self, found: LabelledTexts, earlier: Dataset | None) -> None:
        """Show texts; cut as a block had it before."""
        first, self._found = self._found is None, found
        table = found.table
        self.facts.setText(f"{table.encoding} · {table.rows:,} rows · {len(table.columns)} columns")
        with QSignalBlocker(self.text), QSignalBlocker(self.target), QSignalBlocker(self.letters):
            _fill(self.text, table, text_columns(table), found.text)
            _fill(self.target, table, class_columns(table), found.target)
            before = earlier if first and isinstance(earlier, OwnLabelledTexts) and earlier.texts is not None else None
            if before is not None:
                self.letters.setChecked(before.tokens == "letters")
        self._offer_lengths(0 if before is None else before.length)

    def _offer_lengths(self, length: int) -> None:
        """Offer how many tokens of a text are read; 0 for as many as nearly every text has."""
        if self._found is not None:
            wanted = length or first_length(self._found, "letters" if self.letters.isChecked() else "words")
            with QSignalBlocker(self.length):
                self.length.clear()
                for size in sorted({*LENGTHS, wanted}):
                    self.length.addItem(str(size), size)
                self.length.setCurrentIndex(self.length.findData(wanted))
            self._renew()

    @property
    def sentence(self) -> str:
        """What comes of the choice."""
        return "" if self._found is None else sentence(self._found, self._chosen(self._found))

    def dataset(self) -> Dataset:
        """The block for what is chosen."""
        assert self._found is not None
        return self._chosen(self._found)

    def _chosen(self, found: LabelledTexts) -> OwnLabelledTexts:
        kind: TokenKind = "letters" if self.letters.isChecked() else "words"
        return labelled_texts(found, tokens=kind, length=self.length.currentData())

    @Slot()
    def _use_other_tokens(self) -> None:
        self._offer_lengths(0)

    @Slot()
    def _renew(self) -> None:
        found = self._found
        if found is not None:
            dataset = self._chosen(found)
            known = frozenset(dataset.vocabulary())
            rows = []
            for text, value in found.beginning:
                tokens = tokens_of(text, dataset.tokens)[: dataset.length]
                rows.append((value, _shown([token if token in known else UNKNOWN for token in tokens])))
            self.first.show_rows((found.chosen.target, found.chosen.text), rows)
            self.changed.emit()

    @Slot()
    def _ask_table(self) -> None:
        if self._found is not None:
            self.again.emit(functools.partial(_as_table, self._found.table))

    @Slot()
    def _ask_columns(self) -> None:
        found = self._found
        text, target = self.text.currentData(), self.target.currentData()
        if found is not None and (text, target) != (found.text, found.target):
            self.again.emit(functools.partial(read_labelled_texts, found.table, text, target))


def _shown(tokens: Sequence[str]) -> str:
    return " · ".join("␣" if token == " " else token for token in tokens)


def _choice(name: str, tip: str) -> QuietComboBox:
    combo = QuietComboBox()
    combo.setAccessibleName(name)
    combo.setToolTip(plain_tip(tip))
    combo.setMinimumContentsLength(5)
    return combo


def _fill(combo: QuietComboBox, table: Table, columns: Sequence[int], chosen: int) -> None:
    combo.clear()
    for number in columns:
        combo.addItem(table.columns[number].name, number)
    combo.setCurrentIndex(combo.findData(chosen))


def _as_table(table: Table, reading: Reading) -> Any:
    return read_table(table.path, table.layout, reading)
