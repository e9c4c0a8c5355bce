"""The items of the outline's tree: each top row with all below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QTreeWidgetItem

from playground.ui.canvas.outline_rows import OutlineRow, RowKey
from playground.ui.widgets import icons
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.theme import THEME

_SIGNS = {"problem": ("warning", "error"), "fix": ("next", "accent"), "note": ("note", "secondary"),
          "group": ("group", "secondary")}  # fmt: skip
_ROW = Qt.ItemDataRole.UserRole + 1


class TopRow:
    """One row at the top of the tree with all below it."""

    def __init__(self, row: OutlineRow) -> None:
        self.row = row
        self.flat: list[tuple[QTreeWidgetItem, OutlineRow]] = []
        self.item = self._made(row)

    def _made(self, row: OutlineRow) -> QTreeWidgetItem:
        item = QTreeWidgetItem()
        _fill(item, row)
        self.flat.append((item, row))
        item.addChildren([self._made(child) for child in row.children])
        return item

    def become(self, row: OutlineRow) -> None:
        """Show another row of the same key; folded rows stay folded."""
        folded = {one.key for item, one in self.flat if item.childCount() and not item.isExpanded()}
        known = {one.key for _, one in self.flat}
        old, self.row = self.row, row
        if old.children == row.children:
            self.flat[0] = self.item, row
            _fill(self.item, row)
            self.item.setFirstColumnSpanned(not row.detail)
            return
        before, self.flat = self.flat, [(self.item, row)]
        _fill(self.item, row)
        self.item.takeChildren()
        del before
        self.item.addChildren([self._made(child) for child in row.children])
        self.show(folded, known)

    def show(self, folded: set[RowKey], known: set[RowKey]) -> None:
        """Unfold what shall be, once the item is in the tree; problems that are not `known` begin folded."""
        for item, row in self.flat:
            if not row.detail:
                item.setFirstColumnSpanned(True)
            if row.children:
                begins_folded = row.kind == "problem" or row.folded
                item.setExpanded(row.key not in folded and (not begins_folded or row.key in known))


def _fill(item: QTreeWidgetItem, row: OutlineRow) -> None:
    item.setText(0, row.text)
    item.setText(1, row.detail)
    item.setData(0, _ROW, row)
    item.setData(0, Qt.ItemDataRole.AccessibleTextRole, row.spoken or row.text)
    item.setToolTip(0, plain_tip(row.spoken or row.text))
    item.setToolTip(1, plain_tip(row.detail))
    item.setForeground(1, QBrush(THEME.color("secondary")))
    if row.family:
        item.setIcon(0, icons.icon(row.family, row.family, THEME.px(16)))
    elif row.kind in _SIGNS:
        item.setIcon(0, icons.icon(*_SIGNS[row.kind], THEME.px(16)))
    item.setForeground(0, QBrush(THEME.color("error" if row.text.startswith("Error:") else "text")))


def row_of(item: QTreeWidgetItem) -> OutlineRow:
    row: OutlineRow = item.data(0, _ROW)
    return row
