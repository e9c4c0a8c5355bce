"""The page that shows what was found in a CSV file, and where one chooses what to make of it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt, Slot
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from playground.data.base import Dataset
from playground.data.own import outcome as own_outcome
from playground.data.own import table as own_table
from playground.data.own.choice import MISSING_HELP, Missing, first_missing
from playground.data.own.delimited import Table, asked_layout, read_table
from playground.data.own.files import FileRefused, Reading
from playground.data.own.labelled_texts import class_columns, first_columns, read_labelled_texts, text_columns
from playground.data.own.layout import SEPARATORS, Layout
from playground.data.own.look import TABLE_ENDINGS
from playground.data.own.outcome import Outcome, outcome
from playground.data.own.table import OwnClassTable, OwnTable
from playground.data.own.text import read_text
from playground.ui.own_files.columns import ColumnsModel, ColumnsView
from playground.ui.own_files.encodings import encoding_choice, show_encoding
from playground.ui.own_files.file_page import FilePage
from playground.ui.own_files.many_columns import ManyColumns
from playground.ui.widgets.controls import QuietComboBox, Toggle
from playground.ui.widgets.fields import choice_title
from playground.ui.widgets.kept_size import KeptSize
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.rows import Section, label
from playground.ui.widgets.theme import THEME

Index = QModelIndex | QPersistentModelIndex


class PlainTable(QAbstractTableModel):
    """A few rows of text with headings."""

    def __init__(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        super().__init__()
        self._headings = headings
        self._rows = rows

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        row = self._rows[index.row()]
        cell = row[index.column()] if index.column() < len(row) else ""
        return plain_tip(cell) if role == Qt.ItemDataRole.ToolTipRole else cell

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        return None


class PlainTableView(QTableView):
    """Shows a PlainTable; nothing in it can be changed."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(THEME.px(24))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setResizeContentsPrecision(50)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setMaximumSectionSize(THEME.px(280))
        KeptSize(self, "setMinimumHeight", 110)

    def show_rows(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show other rows."""
        old = self.model()
        model = PlainTable(headings, rows)
        model.setParent(self)
        self.setModel(model)
        if old is not None:
            old.deleteLater()


class TablePage(FilePage):
    """The columns above, the first rows and the rows that are left out below, and a sentence that says what comes."""

    def __init__(self) -> None:
        super().__init__()
        self._table: Table | None = None
        self.model: ColumnsModel | None = None
        self._outcome: Outcome | None = None
        self._test: Table | None = None
        self._waiting_for: Path | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.px(8))
        column.addLayout(self._head())
        column.addLayout(self._controls())
        self.columns = ColumnsView()
        column.addWidget(self.columns, 5)
        self.many = ManyColumns(self.columns)
        column.addWidget(self.many)
        column.addWidget(self._lower(), 4)
        column.addLayout(self._filling())
        column.addLayout(self._options())

    def _filling(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(THEME.px(8))
        self.missing = _choice("Missing values", [(value, choice_title(value)) for value in get_args(Missing)])
        self.missing.setToolTip(plain_tip(MISSING_HELP))
        KeptSize(self.missing, "setMinimumWidth", 210)
        self.fill = QLineEdit("0")
        self.fill.setAccessibleName("The value that is filled in")
        self.fill.setValidator(QDoubleValidator(-1e12, 1e12, 6, self.fill))
        self.fill.setMaximumWidth(THEME.px(90))
        self.fill.textChanged.connect(self._renew)
        self.missing.currentIndexChanged.connect(self._renew)
        line.addWidget(_name("Missing values", self.missing))
        line.addWidget(self.missing)
        line.addWidget(self.fill)
        self.filled = label(role="secondary")
        line.addWidget(self.filled, 1)
        return line

    def _options(self) -> QHBoxLayout:
        """What is offered where it fits: pictures, weights of classes, a file to test with."""
        line = QHBoxLayout()
        line.setSpacing(THEME.px(8))
        self.as_pictures = Toggle("square pictures", "columns")
        self.as_pictures.setAccessibleName("What the numbers of a row are")
        self.as_pictures.setToolTip("The columns may be the pixels of a square grey picture, row by row.")
        self.weigh = Toggle("weighed", "alike")
        self.weigh.setAccessibleName("How the classes count")
        self.weigh.setToolTip("Weighed: a mistake on a rare class counts as much more as the class is rarer.")
        self.named_options = (
            (_name("Rows are", self.as_pictures), self.as_pictures), (_name("Classes count", self.weigh), self.weigh)
        )  # fmt: skip
        for name, toggle in self.named_options:
            KeptSize(toggle, "setMinimumWidth", 120)
            toggle.toggled.connect(self._renew)
            line.addWidget(name)
            line.addWidget(toggle)
        line.addStretch(1)
        self.test_words = label("The test part is drawn from this file.", "secondary", wrap=False)
        self.test_button = QPushButton("Test file…")
        self.test_button.setAutoDefault(False)
        self.test_button.setToolTip("A second file with the same columns, whose rows are the test part.")
        self.test_button.clicked.connect(self._ask_test)
        line.addWidget(self.test_words)
        line.addWidget(self.test_button)
        return line

    def _head(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(THEME.px(8))
        self.facts = label(role="secondary", wrap=False)
        line.addWidget(self.facts)
        line.addStretch(1)
        self.encoding = encoding_choice()
        self.encoding_name = _name("Encoding", self.encoding)
        self.encoding.activated.connect(self._ask_encoding)
        line.addWidget(self.encoding_name)
        line.addWidget(self.encoding)
        return line

    def _controls(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(THEME.px(8))
        line.addStretch(1)
        self.as_text = QPushButton("Read as a text")
        self.as_text.setAutoDefault(False)
        self.as_text.setToolTip("When this file is no table at all.")
        self.as_text.clicked.connect(self._ask_text)
        line.addWidget(self.as_text)
        self.as_labelled = QPushButton("Read as labelled texts")
        self.as_labelled.setAutoDefault(False)
        self.as_labelled.setToolTip("When the words of one column tell the class in another.")
        self.as_labelled.clicked.connect(self._ask_labelled)
        line.addWidget(self.as_labelled)
        self.separator = _choice("Separator", [(name, name) for name in SEPARATORS])
        self.separator.setToolTip("The character between the fields of a row. Another one reads the file again.")
        self.decimal = _choice("Decimal sign", [(False, "point"), (True, "comma")])
        self.decimal.setToolTip("The sign in numbers such as 2.5 or 2,5.")
        self.header = Toggle("in the first row", "none")
        self.header.setAccessibleName("Names of the columns")
        self.header.setToolTip("Whether the first row holds the names of the columns.")
        KeptSize(self.header, "setMinimumWidth", 140)
        for words, widget in (
            ("Separator", self.separator), ("Decimal sign", self.decimal), ("Names", self.header)
        ):  # fmt: skip
            line.addWidget(_name(words, widget))
            line.addWidget(widget)
        self.separator.activated.connect(self._ask_layout)
        self.decimal.activated.connect(self._ask_layout)
        self.header.clicked.connect(self._ask_layout)
        return line

    def _lower(self) -> QWidget:
        lower = QSplitter(Qt.Orientation.Horizontal)
        lower.setChildrenCollapsible(False)
        lower.setHandleWidth(THEME.px(10))
        self.first_section = Section("First rows")
        self.first = PlainTableView("First rows of the file")
        self.first_section.add(self.first)
        self.bad_section = Section("Rows that do not parse")
        self.bad = PlainTableView("Rows that do not parse, with their line numbers")
        self.bad.horizontalHeader().setStretchLastSection(True)
        self.all_good = label("Every row can be read.", "secondary")
        self.all_good.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.bad_section.body.addWidget(self.bad, 1)
        self.bad_section.body.addWidget(self.all_good, 1)
        for section in (self.first_section, self.bad_section):
            lower.addWidget(section)
        lower.setStretchFactor(0, 5)
        lower.setStretchFactor(1, 3)
        return lower

    def show_found(self, table: Table, earlier: Dataset | None) -> None:
        """Show what was found; with the choices that a block made of an earlier file where they fit."""
        before = earlier if isinstance(earlier, OwnTable) and earlier.table is not None else None
        if self._waiting_for is not None and self._table is not None and table.sha256 == self._table.sha256:
            before = self._as_before()
            self._table = table
            self._test = self._tested(self._waiting_for)
        elif self._table is None or table.sha256 != self._table.sha256:
            self._test = None
        self._waiting_for = None
        self._table = table
        old = self.model
        self.model = ColumnsModel(table, None if before is None else before.table)
        self.model.setParent(self)
        self.model.chosen.connect(self._renew)
        self.columns.show_model(self.model)
        self.many.watch()
        if old is not None:
            old.deleteLater()
        rows = f"{table.rows:,} row{'s' if table.rows != 1 else ''}"
        self.as_labelled.setVisible(bool(text_columns(table) and class_columns(table)))
        wordy = bool(own_outcome.nothing_repeats(table))
        self.as_text.setVisible(wordy or table.path.suffix.lower() not in TABLE_ENDINGS)
        read = f"{table.kept:,} of {table.rows:,} rows, drawn at random" if table.kept < table.rows else rows
        short = f" · {table.short:,} short rows filled up" if table.short else ""
        self.facts.setText(f"{table.encoding} · {read} · {len(table.columns)} columns{short}")
        show_encoding(self.encoding, self.encoding_name, table.codec, table.example)
        self._show_options(table, before)
        self._show_layout(table.layout)
        self.first.show_rows([column.name for column in table.columns], table.first_rows)
        self._renew()

    @property
    def problem(self) -> str:
        """Why the choice cannot be used; empty when it can."""
        return "Nothing is read yet." if self._outcome is None else self._outcome.problem

    @property
    def sentence(self) -> str:
        """What comes of the choice."""
        if self._table is None or self.model is None or self._outcome is None:
            return ""
        return own_outcome.sentence(self._table, self.model.columns, self._outcome, picture=self._pictured())

    def dataset(self) -> Dataset:
        """The block for what is chosen. Raises FileRefused as long as there is a problem."""
        assert self._table is not None and self.model is not None
        return own_table.dataset_of(
            self._table,
            self.model.columns,
            self.missing.currentData(),
            fill_value=self._fill_value(),
            as_pictures=self._pictured(),
            weigh_classes=self.weigh.isChecked(),
            test=self._test,
        )

    def _pictured(self) -> bool:
        return self._outcome is not None and self._outcome.picture > 0 and self.as_pictures.isChecked()

    def _fill_value(self) -> float:
        try:
            return float(self.fill.text().replace(",", "."))
        except ValueError:
            return 0.0

    def _show_options(self, table: Table, before: OwnTable | None) -> None:
        assert self.model is not None
        missing = first_missing(table, self.model.columns) if before is None else before.missing
        found = outcome(table, self.model.columns, missing)
        if before is not None and before.test_file and before.table is not None and before.table.test is not None:
            self._test = self._tested(Path(before.test_file))
        blocked = [QSignalBlocker(widget) for widget in (self.missing, self.fill, self.as_pictures, self.weigh)]
        self.missing.setCurrentIndex(self.missing.findData(missing))
        self.fill.setText(f"{before.fill_value:g}" if before is not None else "0")
        self.as_pictures.setChecked(before.as_pictures if before is not None else found.picture > 0 and not found.gaps)
        self.weigh.setChecked(isinstance(before, OwnClassTable) and before.weigh_classes)
        del blocked
        tested = f"“{self._test.path.name}” is the test part." if self._test is not None else ""
        self.test_words.setText(tested or "The test part is drawn from this file.")

    def _tested(self, path: Path) -> Table | None:
        """The file to test with, which the reading thread has just read."""
        try:
            return read_table(path, self._table.layout if self._table is not None else None)
        except FileRefused:
            return None

    @Slot()
    def _ask_test(self) -> None:
        if self._table is None or self.problem:
            return
        if self._test is not None:
            self._test = None
            self._show_options(self._table, self._as_before())
            self._renew()
            return
        chosen, _ = QFileDialog.getOpenFileName(self, "A file to test with", str(self._table.path.parent))
        if chosen:
            self.test_with(Path(chosen))

    def test_with(self, path: Path) -> None:
        """Let the rows of a second file be the test part."""
        before = self._as_before()
        if before is not None and self._table is not None:
            self._waiting_for = path
            self.again.emit(functools.partial(_read_both, self._table, before, path))

    def _as_before(self) -> OwnTable | None:
        found = self.dataset() if not self.problem else None
        return found if isinstance(found, OwnTable) else None

    @Slot()
    def _ask_encoding(self) -> None:
        if self._table is not None and self.encoding.currentData() != self._table.layout.encoding:
            wanted = self._table.layout.model_copy(update={"encoding": self.encoding.currentData()})
            self.again.emit(functools.partial(_read_as, self._table.path, wanted))

    @Slot()
    def _renew(self) -> None:
        table, model = self._table, self.model
        if table is None or model is None:
            return
        found = self._outcome = outcome(table, model.columns, self.missing.currentData())
        lines = sorted([*found.reasons, *((bad.line, bad.message) for bad in table.bad_lines)])
        self.bad.show_rows(("Line", "What is wrong"), [(f"{line:,}", words) for line, words in lines])
        count = len(found.unread) + table.bad_count
        self.bad_section.heading.setText(f"ROWS THAT DO NOT PARSE{f' ({count:,})' if count else ''}")
        self.bad.setVisible(bool(count))
        self.all_good.setVisible(not count)
        gaps = f"{found.gaps:,} row{'s have' if found.gaps != 1 else ' has'} a gap" if found.gaps else "no gaps"
        self.filled.setText(gaps)
        self.missing.setEnabled(bool(found.gaps))
        self.fill.setVisible(bool(found.gaps) and self.missing.currentData() == "value")
        for (name, toggle), offered in zip(
            self.named_options, (found.picture > 0, bool(found.rare) or self.weigh.isChecked()), strict=True
        ):
            name.setVisible(offered)
            toggle.setVisible(offered)
        self.test_button.setText("No test file" if self._test is not None else "Test file…")
        self.changed.emit()

    @Slot()
    def _ask_text(self) -> None:
        if self._table is not None:
            self.again.emit(functools.partial(read_text, self._table.path))

    @Slot()
    def _ask_labelled(self) -> None:
        if self._table is not None and self.model is not None:
            found = first_columns(self._table)
            targets = class_columns(self._table)
            chosen = [number for number in targets if self.model.columns[number].target]
            text, target = found or (text_columns(self._table)[0], (chosen or targets)[-1])
            self.again.emit(functools.partial(read_labelled_texts, self._table, text, target))

    def _show_layout(self, layout: Layout) -> None:
        self.separator.setCurrentIndex(self.separator.findData(layout.separator))
        self.decimal.setCurrentIndex(self.decimal.findData(layout.decimal_comma))
        self.header.setChecked(layout.header)

    @Slot()
    def _ask_layout(self) -> None:
        if self._table is None:
            return
        wanted = {
            "separator": self.separator.currentData(),
            "decimal_comma": self.decimal.currentData(),
            "header": self.header.isChecked(),
        }
        layout = self._table.layout
        if any(getattr(layout, name) != value for name, value in wanted.items()):
            # What is shown is still the old one; the new one may be refused.
            self._show_layout(layout)
            self.again.emit(functools.partial(_read_as, self._table.path, layout.model_copy(update=wanted)))


def _read_as(path: Path, layout: Layout, reading: Reading) -> Table:
    return read_table(path, asked_layout(path, layout), reading)


def _read_both(table: Table, chosen: OwnTable, path: Path, reading: Reading) -> Table:
    """Read a file to test with, and refuse one that does not fit; the answer is the first file again."""
    own_table.tested_with(chosen, read_table(path, table.layout, reading))
    return table


def _choice(name: str, items: Sequence[tuple[object, str]]) -> QuietComboBox:
    combo = QuietComboBox()
    combo.setAccessibleName(name)
    combo.setMinimumContentsLength(7)
    for value, words in items:
        combo.addItem(words, value)
    return combo


def _name(text: str, widget: QWidget) -> QLabel:
    result = label(text, wrap=False)
    result.setBuddy(widget)
    return result
