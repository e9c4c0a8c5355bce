"""What stands on the canvas, by id, for those who add to it or speak of it; the scene keeps it in step."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QGraphicsScene

from playground.document.copies import drawn
from playground.document.graph import EdgeKey, Graph
from playground.editing.levels import Level, level_of
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
    level_leaving = Signal(str)
    """Another level of the groups than this one will be seen."""
    copy_changed = Signal()
    """Another copy of the entered group is looked at."""
    level_changed = Signal()
    """Another level of the groups is seen."""

    def __init__(self, document: OpenDocument, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.selection = Selection(self)
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[EdgeKey, WireItem] = {}
        self.notes: dict[str, NoteItem] = {}
        self.groups: dict[str, GroupItem] = {}
        """The frames around open groups."""
        self.level: Level = level_of(Graph())
        """Which cards and wires the document has at the level that is seen; none before they are made."""
        self.entered = ""
        """The group whose inside is seen; empty for the whole."""

        self.looked_at: dict[str, int] = {}
        """Of repeated groups the copy whose pictures are shown inside, where it is not the first."""

    def computed_name(self, block: str) -> str:
        """The block of the network whose numbers a card inside an entered group shows: that of the chosen copy."""
        graph = self.document.graph
        if not self.looked_at or not self.entered or block not in graph.homes:
            return block
        inside = {group.id for group in graph.enclosing(self.entered)} | {self.entered}
        copies = [
            (group.id, min(self.looked_at.get(group.id, 1), group.repeat))
            for group in graph.enclosing(block)
            if group.id in inside
        ]
        return "".join(f"{name}/{number}/" for name, number in copies if number > 1) + block

    def look_at_copy(self, number: int) -> None:
        """Let the cards inside the entered group show the pictures of another of its copies."""
        raise NotImplementedError

    def card_of(self, block: str) -> str:
        """The card that shows a block, also one of a copy; empty when it is not seen."""
        name = drawn(block)
        card = self.level.card_of(name)
        return card if card in self.nodes else ""

    def wire_of(self, key: EdgeKey) -> EdgeKey | None:
        """The drawn wire that stands for a wire of the network, also one of a copy."""
        if key in self.wires:
            return key
        found = self.level.wire_of(key._replace(source=drawn(key.source), target=drawn(key.target)))
        return found if found in self.wires else None

    def level_with(self, name: str) -> str:
        """The group that is to be entered so that a block or a group is seen; where it is seen already, this one."""
        graph = self.document.graph
        around = graph.enclosing(name)
        ids = [group.id for group in around]
        start = ids.index(self.entered) + 1 if self.entered in ids else 0
        if self.entered and not start:
            start, entered = 0, ""
        else:
            entered = self.entered
        for group in around[start:]:
            if group.closed:
                entered = group.id
        return entered

    def enter(self, group: str) -> None:
        """Show the inside of a group alone, or with "" the whole again."""
        raise NotImplementedError

    def resized(self, names: Iterable[str]) -> None:
        """Cards have changed their size by themselves: lay their wires and frames anew."""
        raise NotImplementedError
