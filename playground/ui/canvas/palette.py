"""The palette: every block by topic and family, to search, drag onto the canvas, or click."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QSettings, QSize, Qt, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from playground.blocks.families import FAMILIES
from playground.data.registry import CATALOGUE
from playground.editing.group_library import KeptGroup
from playground.editing.ranking import RankedBlock, match_quality, usualness
from playground.ui.canvas.block_list import BlockListView, Heading, More, Row, Topic
from playground.ui.canvas.group_files import GroupFiles
from playground.ui.canvas.kept_rows import OWN_TOPIC, READY_TOPIC, KeptRow, kept_menu, matching
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.theme import THEME

MOST_SHOWN = 8
"""A larger family shows its usual blocks; the others come on demand, so that no family hides the next."""
_CLOSED = "palette/closed-topics"


class Canvas(Protocol):
    """What the palette asks of the canvas."""

    def selected_node(self) -> str:
        """The one selected node, or "" when none or several are."""

    def add_block(self, block_id: str) -> str:
        """Add a block after the selected node, select it and bring it into sight."""

    @property
    def group_files(self) -> GroupFiles:
        """The groups that are kept in files."""


class PaletteWidget(QWidget):
    """Rows are dragged onto the canvas; a click or Enter adds the block after the selected one."""

    def __init__(self, document: OpenDocument, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._canvas = canvas
        self._whole: set[str] = set()
        self._closed = _closed_topics()
        self.setAccessibleName("Palette of blocks")
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search blocks (Ctrl+K)")
        self.search.setAccessibleName("Search blocks")
        self.search.setToolTip("Words from the title or the description. Arrow keys choose, Enter adds.")
        self.search.setClearButtonEnabled(True)
        self.list = BlockListView(self)
        self.list.setAccessibleName("Blocks")
        self.list.setAccessibleDescription(
            "Enter adds a block after the selected one, and shows or hides the blocks of a topic."
        )
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self.search)
        self._layout.addWidget(self.list, 1)
        self.search.textChanged.connect(self._show)
        self.search.installEventFilter(self)
        self.list.chosen.connect(self._add)
        self.list.group_chosen.connect(self._put)
        self.list.installEventFilter(self)
        canvas.group_files.changed.connect(self._renew)
        self.list.more_wanted.connect(self._show_whole)
        self.list.topic_toggled.connect(self._toggle_topic)
        self.list.left_upwards.connect(self.focus_search)
        THEME.changed.connect(self._restyle)
        self._restyle()
        self._show("")

    def blocks(self) -> list[str]:
        """Ids of the listed blocks from top to bottom."""
        return self.list.rows.blocks()

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(216), THEME.px(600))

    @Slot()
    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    @Slot()
    def _restyle(self) -> None:
        self._layout.setContentsMargins(THEME.px(9), THEME.px(9), THEME.px(4), 0)
        self._layout.setSpacing(THEME.px(4))

    @Slot(str)
    def _show(self, text: str) -> None:
        self.list.show_rows(self._rows(text))
        if not text:
            self.list.clearSelection()

    @Slot(str)
    def _show_whole(self, family: str) -> None:
        before = set(self.blocks())
        place = self.list.verticalScrollBar().value()
        self._whole.add(family)
        self.list.show_rows(self._rows(self.search.text()))
        added = next(name for name in self.blocks() if name not in before)
        self.list.setCurrentIndex(self.list.rows.index_of(added))
        self.list.verticalScrollBar().setValue(place)

    @Slot(str)
    def _toggle_topic(self, title: str) -> None:
        place = self.list.verticalScrollBar().value()
        self._closed ^= {title}
        QSettings().setValue(_CLOSED, json.dumps(sorted(self._closed)))
        self.list.show_rows(self._rows(""))
        self.list.verticalScrollBar().setValue(place)
        self.list.setCurrentIndex(self.list.rows.index_of_topic(title))

    def _rows(self, text: str) -> list[Row]:
        groups = self._canvas.group_files.all()
        return palette_rows(text, self._whole, self._closed, groups)

    @Slot()
    def _renew(self) -> None:
        """Other groups are kept: list them, with the same place in sight."""
        place = self.list.verticalScrollBar().value()
        self.list.show_rows(self._rows(self.search.text()))
        self.list.verticalScrollBar().setValue(place)

    @Slot(str)
    def _add(self, block: str) -> None:
        self._canvas.add_block(block)

    @Slot(str)
    def _put(self, path: str) -> None:
        self._canvas.group_files.put(path)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and self._steer(event):
            return True
        if watched is self.list and self._with_kept(event):
            return True
        return super().eventFilter(watched, event)

    def _with_kept(self, event: QEvent) -> bool:
        """Keys and the menu of a kept group. False where another row is current."""
        row, files = self.list.rows.row_of(self.list.currentIndex()), self._canvas.group_files
        if isinstance(event, QContextMenuEvent):
            row = self.list.rows.row_of(self.list.indexAt(event.pos())) or row
            if isinstance(row, KeptRow):
                kept_menu(files, row, self).popup(event.globalPos())
            return isinstance(row, KeptRow)
        if not isinstance(row, KeptRow) or not isinstance(event, QKeyEvent):
            return False
        if event.type() != QEvent.Type.KeyPress or event.key() not in (Qt.Key.Key_F2, Qt.Key.Key_Delete):
            return False
        if event.key() == Qt.Key.Key_F2:
            files.ask_and_rename(row.path)
        else:
            files.ask_and_remove(row.path)
        return True

    def _steer(self, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Down:
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            first = self.list.rows.first_block()
            self.list.setCurrentIndex(first if first.isValid() else self.list.rows.first_choice())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.search.text().strip():
            self.list.choose_current()
        elif event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        else:
            return False
        return True


def palette_rows(
    search: str = "", whole: Collection[str] = (), closed: Collection[str] = (), kept: Sequence[KeptGroup] = ()
) -> list[Row]:
    """Topics with their families and blocks; with a search text all that match by family, the best of each first.

    Families in `whole` show all their blocks, other large ones only the usual ones and a row for the rest. Topics in
    `closed` show nothing but their title; a search looks through them too.
    """
    rows: list[Row] = []
    for topic, members in groupby(FAMILIES, lambda family: family.topic):
        found = {family: names for family in members if (names := _matching(family.id, search))}
        if not search:
            rows.append(Topic(topic, sum(map(len, found.values())), topic not in closed))
        if topic in closed and not search:
            continue
        for family, names in found.items():
            shown = names if search or family.id in whole else _usual(names)
            if search or len(found) > 1:
                rows.append(Heading(family.title))
            rows += [RankedBlock(identifier, True) for identifier in shown]
            if len(shown) < len(names):
                rows.append(More(family.id, len(names) - len(shown)))
    for topic, shelf in ((READY_TOPIC, "ready"), (OWN_TOPIC, "own")):
        found_groups = matching(kept, search, shelf)
        if found_groups and search:
            rows.append(Heading(topic))
        elif found_groups:
            rows.append(Topic(topic, len(found_groups), topic not in closed))
        if search or topic not in closed:
            rows += found_groups
    return rows or [Heading("No block has these words")]


def _matching(family: str, search: str) -> list[str]:
    """The blocks of a family in which all words occur, the best matches first."""
    found: list[tuple[int, int, str]] = []
    for number, (identifier, declaration) in enumerate(CATALOGUE.items()):
        quality = match_quality(declaration, search) if declaration.family == family else None
        if quality is not None:
            found.append((quality, number, identifier))
    return [identifier for _, _, identifier in sorted(found)]


def _closed_topics() -> set[str]:
    """The topics that were closed when the program last ran; nothing for what makes no sense."""
    try:
        kept = json.loads(str(QSettings().value(_CLOSED, "[]")))
    except ValueError:
        return set()
    return {topic for topic in kept if isinstance(topic, str)} if isinstance(kept, list) else set()


def _usual(names: list[str]) -> list[str]:
    """The blocks of a large family that are wanted most, in its own order; a small family is shown whole."""
    if len(names) <= MOST_SHOWN:
        return names
    ranked = sorted(names, key=lambda name: usualness(CATALOGUE[name]))
    kept = set(ranked[: MOST_SHOWN - 1])
    return [name for name in names if name in kept]
