"""What is selected on the canvas: nodes, notes and groups by id, wires by key. Not part of the document."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from playground.document.graph import EdgeKey, Graph


class Selection(QObject):
    """The chosen things, in the order in which they were chosen."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: tuple[str, ...] = ()
        self.wires: tuple[EdgeKey, ...] = ()

    @property
    def single(self) -> str:
        """The one chosen node, note or group; empty when none or several are."""
        return self.items[0] if len(self.items) == 1 else ""

    def choose(self, items: Iterable[str] = (), wires: Iterable[EdgeKey] = ()) -> None:
        """Select exactly these."""
        chosen = tuple(dict.fromkeys(items)), tuple(dict.fromkeys(wires))
        if chosen != (self.items, self.wires):
            self.items, self.wires = chosen
            self.changed.emit()

    def toggle(self, item: str = "", wire: EdgeKey | None = None) -> None:
        """Add one thing, or take it out if it is in."""
        items, wires = list(self.items), list(self.wires)
        if item:
            items.remove(item) if item in items else items.append(item)
        if wire is not None:
            wires.remove(wire) if wire in wires else wires.append(wire)
        self.choose(items, wires)

    def keep_only(self, graph: Graph) -> None:
        """Forget what is not on the canvas any more."""
        known = graph.taken_ids() if self.items else set()
        keys = {edge.key for edge in graph.edges} if self.wires else set()
        self.choose((name for name in self.items if name in known), (key for key in self.wires if key in keys))

    def nodes(self, graph: Graph) -> tuple[str, ...]:
        """The chosen nodes."""
        return tuple(name for name in self.items if graph.has(name))
