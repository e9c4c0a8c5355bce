"""What stands on the canvas, by id, for those who add to it or speak of it; the scene keeps it in step."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QGraphicsScene

from playground.document.graph import EdgeKey
from playground.ui.canvas.group_item import GroupItem
from playground.ui.canvas.node_item import NodeItem
from playground.ui.canvas.note_item import NoteItem
from playground.ui.canvas.selection import Selection
from playground.ui.canvas.wire_item import WireItem
from playground.ui.open_document import OpenDocument


class SceneItems(QGraphicsScene):
    """Items by id. The dictionaries are the sole owners of the items: what leaves them leaves the scene."""

    reconciled = Signal()
    """The items are in step with the document again."""
    arranged = Signal()
    """Cards have moved or changed their size, also during a gesture."""

    def __init__(self, document: OpenDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.selection = Selection(self)
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[EdgeKey, WireItem] = {}
        self.notes: dict[str, NoteItem] = {}
        self.groups: dict[str, GroupItem] = {}

    def resized(self, names: Iterable[str]) -> None:
        """Cards have changed their size by themselves: lay their wires and frames anew."""
        raise NotImplementedError
