"""The table of what fits: a row for every array of the network, with what is taken for it or why nothing is."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from playground.training.weights.matching import (
    Arrangement,
    Match,
    Pair,
    Wanted,
    best_arrangement,
    candidates,
    match,
    shape_words,
)
from playground.training.weights.source import Source
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.marks import CHOICES, ChoiceDelegate
from playground.ui.widgets.theme import THEME

Index = QModelIndex | QPersistentModelIndex
WANTED, SHAPE, TAKES, THERE, WHY = range(5)
HEADINGS = ("Weights of this network", "Shape", "Takes", "Shape there", "Why")
HOW = {
    "name": "the names are alike", "order": "by order and shape", "shape": "the only one of this shape",
    "hand": "paired by hand",
}  # fmt: skip
NOTHING = "– nothing –"
MOST_CHOICES = 400
"""Names that a list offers; of more, those that fit come first."""
ROLE = Qt.ItemDataRole


class PairsModel(QAbstractTableModel):
    """The table for one source; a person's pairs stay while the source does."""

    changed = Signal()

    def __init__(self, source: Source, wanted: tuple[Wanted, ...]) -> None:
        super().__init__()
        self._source, self._wanted = source, wanted
        self._by_hand: dict[str, str] = {}
        self.found: Match = match(source, wanted, best_arrangement(source, wanted))

    @property
    def by_hand(self) -> Mapping[str, str]:
        """What a person has paired: the name of a row, and what it takes."""
        return self._by_hand

    def arrange(self, arrangement: Arrangement) -> None:
        """Say in which order the axes of matrices stand there."""
        if arrangement != self.found.arrangement:
            self._renew(arrangement)

    def pair(self, row: int, name: str) -> None:
        """Let a row take what is called so in the source; an empty name for nothing."""
        self._by_hand[self._wanted[row].name] = name
        self._renew(self.found.arrangement)

    def _renew(self, arrangement: Arrangement) -> None:
        self.found = match(self._source, self._wanted, arrangement, self._by_hand)
        if self._wanted:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._wanted) - 1, WHY))
        self.changed.emit()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._wanted)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADINGS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole) -> object:
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == ROLE.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        return HEADINGS[section] if role == ROLE.DisplayRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == TAKES else flags

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> object:
        pair, place = self.found.pairs[index.row()], index.column()
        if role == ROLE.DisplayRole:
            return _words(pair, place)
        if role == ROLE.EditRole and place == TAKES:
            return pair.source if pair.fits else ""
        if role == CHOICES and place == TAKES:
            return self._choices(pair.wanted)
        if role == ROLE.ToolTipRole:
            return plain_tip(pair.wanted.name if place == WANTED else _words(pair, place))
        if role == ROLE.ForegroundRole and not pair.fits:
            return THEME.color("error" if place == WHY and pair.source else "secondary")
        if role == ROLE.AccessibleTextRole:
            return f"{HEADINGS[place]} of {pair.wanted.title}: {_words(pair, place)}"
        return None

    def _choices(self, wanted: Wanted) -> list[tuple[str, str]]:
        found = [(name, f"{name}  ({why})" if why else name) for name, why in candidates(self.found, wanted)]
        return [("", NOTHING), *found[:MOST_CHOICES]]

    def setData(self, index: Index, value: object, role: int = ROLE.EditRole) -> bool:
        if index.column() != TAKES or role != ROLE.EditRole:
            return False
        pair = self.found.pairs[index.row()]
        if str(value or "") != (pair.source if pair.fits else ""):
            self.pair(index.row(), str(value or ""))
        return True


def _words(pair: Pair, place: int) -> str:
    if place == WANTED:
        return pair.wanted.title or pair.wanted.name
    if place == SHAPE:
        return shape_words(pair.wanted.shape)
    if place == TAKES:
        return pair.source if pair.fits else NOTHING
    if place == THERE:
        return shape_words(pair.shape) if pair.source else ""
    return HOW[pair.how] if pair.fits else pair.why_not


class PairsView(QTableView):
    """Arrow keys walk, Enter or the space bar opens the list of a row, Delete takes its pair away."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("What fits this network")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setItemDelegateForColumn(TAKES, ChoiceDelegate(self))
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(THEME.px(26))
        self.horizontalHeader().setHighlightSections(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setToolTip(plain_tip("Enter opens the list of a row, Delete takes its pair away."))
        self.clicked.connect(self._on_clicked)

    def show_model(self, model: PairsModel) -> None:
        """Show the table of another source."""
        self.setModel(model)
        header = self.horizontalHeader()
        for place, least, most in ((WANTED, 130, 230), (SHAPE, 70, 130), (TAKES, 120, 220), (THERE, 80, 130)):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Interactive)
            self.resizeColumnToContents(place)
            room = THEME.px(24 if place == TAKES else 8)
            self.setColumnWidth(place, min(max(self.columnWidth(place) + room, THEME.px(least)), THEME.px(most)))
        header.setSectionResizeMode(WHY, QHeaderView.ResizeMode.Stretch)
        first = next((row for row, pair in enumerate(model.found.pairs) if not pair.fits), 0)
        if model.rowCount():
            self.setCurrentIndex(model.index(first, TAKES))
            self.scrollToTop()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if index.column() == TAKES:
            self.edit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        model, index = self.model(), self.currentIndex()
        busy = self.state() == QAbstractItemView.State.EditingState
        if isinstance(model, PairsModel) and index.isValid() and not busy:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
                self.edit(model.index(index.row(), TAKES))
                event.accept()
                return
            if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                model.pair(index.row(), "")
                event.accept()
                return
        super().keyPressEvent(event)
