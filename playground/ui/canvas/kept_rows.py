"""Rows of the palette for groups that are kept in files: how they are found, what they say, and their menu."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from playground.editing.group_library import KeptGroup
from playground.ui.canvas.group_files import GroupFiles
from playground.ui.widgets import icons
from playground.ui.widgets.choice import Choice
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.theme import THEME

GROUP_MIME = "application/x-playground-group"
"""What a dragged group is on the clipboard's side: the path of its file as UTF-8 text."""
READY_TOPIC, OWN_TOPIC = "Groups", "My blocks"


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row for one kept group."""

    path: str
    title: str
    summary: str
    own: bool
    readable: bool

    @property
    def words(self) -> str:
        """What a screen reader says."""
        kind = "my block" if self.own else "group"
        return f"{self.title}, {kind}, {self.summary.rstrip('.')}" if self.summary else f"{self.title}, {kind}"

    @property
    def tip(self) -> str:
        """What the mouse learns when it rests on the row."""
        return plain_tip(f"{self.title}\n{self.summary}" if self.summary else self.title)


def kept_row(kept: KeptGroup) -> KeptRow:
    """The row of a kept group."""
    return KeptRow(str(kept.path), kept.title, kept.summary, kept.shelf == "own", kept.file is not None)


def matching(groups: Iterable[KeptGroup], search: str, shelf: str) -> list[KeptRow]:
    """The rows of one shelf in which all words of a search occur."""
    words = search.casefold().split()
    rows = [kept_row(one) for one in groups if one.shelf == shelf]
    return [row for row in rows if all(word in f"{row.title} {row.summary}".casefold() for word in words)]


def paint_kept(painter: QPainter, rect: QRect, row: KeptRow) -> None:
    """Draw a row as those of blocks are."""
    side = THEME.px(18)
    mark = icons.pixmap("group", "accent" if row.readable else "secondary", side, painter.device().devicePixelRatioF())
    left = rect.left() + THEME.px(8)
    painter.drawPixmap(left, rect.center().y() - side // 2 + 1, mark)
    room = rect.adjusted(THEME.px(8) + side + THEME.px(8), 0, -THEME.px(8), 0)
    font = THEME.font(13)
    painter.setFont(font)
    painter.setPen(THEME.color("text" if row.readable else "secondary"))
    words = QFontMetrics(font).elidedText(row.title, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)


def kept_menu(files: GroupFiles, row: KeptRow, parent: QWidget) -> QMenu:
    """What one can do with a kept group."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction(Choice("Put on the canvas", lambda: files.put(row.path), menu, "Return", row.readable))
    if row.own:
        menu.addAction(Choice("Rename …", lambda: files.ask_and_rename(row.path), menu, "F2", row.readable))
        menu.addAction(Choice("Delete …", lambda: files.ask_and_remove(row.path), menu, "Del"))
        menu.addSeparator()
        menu.addAction(Choice("Show the folder of its file", lambda: files.reveal(row.path), menu))
    return menu
