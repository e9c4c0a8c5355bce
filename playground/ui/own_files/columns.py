"""The columns of a file as a table to choose in: which are used, as what, and which one is predicted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from playground.data.own.choice import (
    ChosenColumn,
    ChosenTable,
    chosen_column,
    first_choice,
    with_target,
    without_target,
)
from playground.data.own.columns import MOST_CATEGORIES, TEXT, TableColumn, Use
from playground.data.own.delimited import Table
from playground.ui.widgets.kept_size import KeptSize
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.marks import CHOICES, ChoiceDelegate, MarkDelegate
from playground.ui.widgets.theme import THEME

Index = QModelIndex | QPersistentModelIndex
USED, NAME, KIND, TARGET, MISSING, EXAMPLES = range(6)
HEADINGS = ("Use", "Column", "Kind", "Predict", "Missing", "Examples")
TIPS = tuple(map(plain_tip, (
    "Whether the network gets this column.",
    "The name of the column, from the first row of the file.",
    "Numbers go in as they are, categories as one-hot: one input for each value.",
    "The column that the network learns to predict; once more, and none is: then it learns to draw the columns again.",
    "Cells in which nothing stands.",
    "The first different values of the column.",
)))  # fmt: skip
ROLE = Qt.ItemDataRole


WITH_WORDS = "category with words"
"""The choice of a category whose values are also the words that may hold nothing, such as “NA”."""


def kind_words(column: TableColumn, chosen: ChosenColumn, why: str = "") -> str:
    """A kind in words, such as “category, 3 values”; `why` is the reason for which a column is ignored."""
    if chosen.use == "number":
        return "number"
    if chosen.use == "category":
        kept = [word for word in column.words if word in chosen.values]
        return f"category, {len(chosen.values)} values" + (f" with “{kept[0]}”" if kept else "")
    if chosen.use == "labels":
        return f"{len(chosen.values)} labels, several in a cell"
    return f"ignored: {why}" if why else "ignored"


class ColumnsModel(QAbstractTableModel):
    """Holds the choice and keeps it sound: there is never more than one target."""

    chosen = Signal()
    """The choice has changed."""

    def __init__(self, table: Table, earlier: ChosenTable | None = None) -> None:
        super().__init__()
        self.table = table
        self.columns: tuple[ChosenColumn, ...] = chosen_again(table, earlier)
        # Asked for at every paint, and a look at every row.
        self._reasons = [column.guess()[1] for column in table.columns]
        self._missing = [column.missing for column in table.columns]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole) -> object:
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == ROLE.TextAlignmentRole and section == EXAMPLES:
            return Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        return {ROLE.DisplayRole: HEADINGS, ROLE.ToolTipRole: TIPS}.get(ROLE(role), (None,) * 6)[section]

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == KIND and len(self.table.columns[index.row()].uses()) > 1:
            flags |= Qt.ItemFlag.ItemIsEditable
        if index.column() in (USED, TARGET):
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> object:
        column, chosen = self.table.columns[index.row()], self.columns[index.row()]
        place = index.column()
        if role == ROLE.DisplayRole:
            return self._words(index.row(), place)
        if role == ROLE.ToolTipRole:
            return plain_tip(self._words(index.row(), place)) or TIPS[place]
        if role == ROLE.CheckStateRole and place in (USED, TARGET):
            return _checked(chosen.use != "ignored" if place == USED else chosen.target, len(column.uses()) > 1)
        if role == ROLE.EditRole and place == KIND:
            return WITH_WORDS if chosen.use == "category" and set(column.words) & set(chosen.values) else chosen.use
        if role == CHOICES and place == KIND:
            return kind_choices(column)
        if role == ROLE.TextAlignmentRole and place == MISSING:
            return Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        if role == ROLE.ForegroundRole and (chosen.use == "ignored" or place == EXAMPLES):
            return THEME.color("secondary")
        if role == ROLE.FontRole and place == NAME and chosen.target:
            return THEME.font(13, bold=True)
        if role == ROLE.AccessibleTextRole:
            return f"{HEADINGS[place]} of {column.name}"
        return None

    def _words(self, row: int, place: int) -> str:
        column = self.table.columns[row]
        if place == NAME:
            return column.name
        if place == KIND:
            return kind_words(column, self.columns[row], self._reasons[row])
        if place == MISSING:
            return f"{self._missing[row]:,}" if self._missing[row] else ""
        return ", ".join(column.examples) if place == EXAMPLES else ""

    def setData(self, index: Index, value: object, role: int = ROLE.EditRole) -> bool:
        row, chosen = index.row(), self.columns[index.row()]
        column = self.table.columns[row]
        if index.column() == KIND and role == ROLE.EditRole:
            self._become(row, as_kind(column, str(value), target=chosen.target))
        elif index.column() == USED and role == ROLE.CheckStateRole:
            use = usual_use(column) if value == Qt.CheckState.Checked else "ignored"
            self._become(row, chosen_column(column, use, target=chosen.target and use != "ignored"))
        elif index.column() == TARGET and role == ROLE.CheckStateRole:
            on = value == Qt.CheckState.Checked
            self._take(with_target(self.table, self.columns, row) if on else without_target(self.columns))
        else:
            return False
        return True

    def change_rows(self, rows: Sequence[int], kind: str) -> None:
        """Give several columns the same kind, as far as they can have it; "used" stands for the usual one."""
        columns = list(self.columns)
        for row in rows:
            column = self.table.columns[row]
            use = usual_use(column) if kind == "used" else kind
            if use in column.uses():
                columns[row] = as_kind(column, use, target=columns[row].target)
        self._take(tuple(columns))

    def predict_rows(self, rows: Sequence[int]) -> None:
        """Make several columns the targets."""
        columns = tuple(column.model_copy(update={"target": False}) for column in self.columns)
        for row in rows:
            if len(self.table.columns[row].uses()) > 1:
                columns = with_target(self.table, columns, row, also=True)
        self._take(columns)

    def _become(self, row: int, chosen: ChosenColumn) -> None:
        self._take((*self.columns[:row], chosen, *self.columns[row + 1 :]))

    def _take(self, columns: tuple[ChosenColumn, ...]) -> None:
        self.columns = columns
        self.dataChanged.emit(self.index(0, 0), self.index(len(columns) - 1, EXAMPLES))
        self.chosen.emit()


def kind_choices(column: TableColumn) -> tuple[tuple[str, str], ...]:
    """What a column can be, and that in words."""
    found: list[tuple[str, str]] = [(use, kind_words(column, chosen_column(column, use))) for use in column.uses()]
    if column.words and 2 <= len(column.named) <= MOST_CATEGORIES and column.count(TEXT):
        found.insert(-1, (WITH_WORDS, kind_words(column, as_kind(column, WITH_WORDS))))
    plain = {words: use for use, words in reversed(found)}
    return tuple((use, words) for words, use in reversed(plain.items()))


def as_kind(column: TableColumn, kind: str, *, target: bool = False) -> ChosenColumn:
    """A column as a kind that was chosen."""
    if kind == WITH_WORDS:
        return chosen_column(column, "category", target=target, words=column.words)
    return chosen_column(column, cast(Use, kind), target=target and kind != "ignored")


def _checked(on: bool, possible: bool) -> Qt.CheckState | None:
    """No box at all where there is nothing to choose."""
    return (Qt.CheckState.Checked if on else Qt.CheckState.Unchecked) if possible else None


def usual_use(column: TableColumn) -> Use:
    """What a column that is used is used as at first."""
    guess = column.guess()[0]
    return guess if guess != "ignored" else column.uses()[0]


def chosen_again(table: Table, earlier: ChosenTable | None) -> tuple[ChosenColumn, ...]:
    """The first choice, or the one that was made of an earlier file with the same columns."""
    columns = first_choice(table)
    names = {column.name for column in columns}
    if earlier is None or not {column.name for column in earlier.columns} <= names:
        return columns
    before = {column.name: column for column in earlier.columns}
    result: list[ChosenColumn] = []
    for column, chosen in zip(table.columns, columns, strict=True):
        old = before.get(column.name)
        if old is not None and old.use in column.uses():
            words = [word for word in column.words if word in old.values] if old.use == "category" else None
            chosen = chosen_column(column, old.use, target=old.target, words=words)
        else:
            chosen = chosen.model_copy(update={"target": False})
        result.append(chosen)
    kept = any(column.target for column in result) or earlier.predicts == "nothing"
    return tuple(result) if kept else columns


class ColumnsView(QTableView):
    """The table of columns. Several are chosen with Shift and Ctrl.

    Arrow keys walk, the space bar ticks and chooses, Enter opens the kinds.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Columns of the file")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setAlternatingRowColors(False)
        self.setItemDelegateForColumn(USED, MarkDelegate(self))
        self.setItemDelegateForColumn(TARGET, MarkDelegate(self, round_=True))
        self.setItemDelegateForColumn(KIND, ChoiceDelegate(self))
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().setDefaultSectionSize(THEME.px(26))
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        KeptSize(self, "setMinimumHeight", 190)
        self.clicked.connect(self._on_clicked)

    def show_model(self, model: ColumnsModel) -> None:
        """Show the columns of another file."""
        self.setModel(model)
        header = self.horizontalHeader()
        header.setResizeContentsPrecision(200)
        for place in (USED, TARGET, MISSING):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(place, THEME.px(70))
        for place, least, most in ((NAME, 120, 240), (KIND, 150, 260)):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Interactive)
            self.resizeColumnToContents(place)
            room = THEME.px(26) if place == KIND else THEME.px(8)
            self.setColumnWidth(place, min(max(self.columnWidth(place) + room, THEME.px(least)), THEME.px(most)))
        header.setSectionResizeMode(EXAMPLES, QHeaderView.ResizeMode.Stretch)
        target = next((row for row, column in enumerate(model.columns) if column.target), 0)
        self.setCurrentIndex(model.index(target, TARGET))

    def chosen_rows(self) -> list[int]:
        """The columns of the file that are selected."""
        return sorted({index.row() for index in self.selectedIndexes()})

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == KIND and len(self.chosen_rows()) < 2:
            self.edit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        opening = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if opening and index.column() == KIND and self.state() != QAbstractItemView.State.EditingState:
            self.edit(index)
            event.accept()
            return
        super().keyPressEvent(event)
