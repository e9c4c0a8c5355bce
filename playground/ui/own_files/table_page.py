"""The page that shows what was found in a CSV file, and where one chooses what to make of it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from playground.data import own_outcome, own_table
from playground.data.base import Dataset
from playground.data.delimited import Table, asked_layout, read_table
from playground.data.own_choice import MISSING_HELP, Missing
from playground.data.own_files import Reading
from playground.data.own_layout import SEPARATORS, Layout
from playground.data.own_look import TABLE_ENDINGS
from playground.data.own_outcome import Outcome, outcome
from playground.data.own_table import OwnTable
from playground.data.own_text import read_text
from playground.ui.inspector.controls import QuietComboBox, Toggle
from playground.ui.inspector.fields import choice_title
from playground.ui.inspector.rows import Section, label
from playground.ui.kept_size import KeptSize
from playground.ui.own_files.columns import ColumnsModel, ColumnsView
from playground.ui.theme import THEME

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
        return row[index.column()] if index.column() < len(row) else ""

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
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


class TablePage(QWidget):
    """The columns above, the first rows and the rows that are left out below, and a sentence that says what comes."""

    changed = Signal()
    """The choice, and with it `problem`, has changed."""
    again = Signal(object)
    """The file is to be read again, by this Work."""

    def __init__(self) -> None:
        super().__init__()
        self._table: Table | None = None
        self.model: ColumnsModel | None = None
        self._outcome: Outcome | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.px(8))
        column.addLayout(self._controls())
        self.columns = ColumnsView()
        column.addWidget(self.columns, 5)
        column.addWidget(self._lower(), 4)
        line = QHBoxLayout()
        line.setSpacing(THEME.px(8))
        self.missing = _choice("Missing values", [(value, choice_title(value)) for value in get_args(Missing)])
        self.missing.setToolTip(MISSING_HELP)
        KeptSize(self.missing, "setMinimumWidth", 210)
        self.missing.currentIndexChanged.connect(self._renew)
        line.addWidget(_name("Missing values", self.missing))
        line.addWidget(self.missing)
        self.filled = label(role="secondary")
        line.addWidget(self.filled, 1)
        column.addLayout(line)

    def _controls(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(THEME.px(8))
        self.facts = label(role="secondary", wrap=False)
        line.addWidget(self.facts)
        line.addStretch(1)
        self.as_text = QPushButton("Read as a text")
        self.as_text.setAutoDefault(False)
        self.as_text.setToolTip("When this file is no table at all.")
        self.as_text.clicked.connect(self._ask_text)
        line.addWidget(self.as_text)
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
        self._table = table
        old = self.model
        self.model = ColumnsModel(table, None if before is None else before.table)
        self.model.setParent(self)
        self.model.chosen.connect(self._renew)
        self.columns.show_model(self.model)
        if old is not None:
            old.deleteLater()
        rows = f"{table.rows:,} row{'s' if table.rows != 1 else ''}"
        self.as_text.setVisible(table.path.suffix.lower() not in TABLE_ENDINGS)
        self.facts.setText(f"{table.encoding} · {rows} · {len(table.columns)} columns")
        with QSignalBlocker(self.missing):
            if before is not None:
                self.missing.setCurrentIndex(self.missing.findData(before.missing))
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
        return own_outcome.sentence(self._table, self.model.columns, self._outcome)

    def dataset(self) -> Dataset:
        """The block for what is chosen. Raises FileRefused as long as there is a problem."""
        assert self._table is not None and self.model is not None
        return own_table.dataset_of(self._table, self.model.columns, self.missing.currentData())

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
        self.changed.emit()

    @Slot()
    def _ask_text(self) -> None:
        if self._table is not None:
            self.again.emit(functools.partial(read_text, self._table.path))

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
