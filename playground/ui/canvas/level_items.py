"""What the scene shows of groups: stubs at the edges of an entered one, and which card shows whose picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen

from playground.document.graph import Graph
from playground.editing.geometry import GAP, NodeBox, Point, port_offset, united
from playground.editing.levels import Level, Stub, seen_notes
from playground.ui.canvas.face import CardFace
from playground.ui.canvas.group_faces import picture_source
from playground.ui.canvas.node_item import NodeItem
from playground.ui.widgets.theme import THEME

_BETWEEN = 14.0
"""Room between two stubs above each other."""


class StubItem(NodeItem):
    """The card of what comes into an entered group or goes out of it: dashed, as it stands elsewhere."""

    def __init__(self, identifier: str, face: CardFace) -> None:
        super().__init__(identifier, face)
        self.setOpacity(0.85)

    def border(self) -> QPen:
        pen = QPen(QColor(THEME.tokens.secondary), 1.2)
        pen.setStyle(Qt.PenStyle.DashLine)
        return pen


def stub_places(
    stubs: Mapping[str, Stub], inside: Iterable[NodeBox], sizes: Mapping[str, tuple[float, float]]
) -> dict[str, Point]:
    """Where the stubs stand: inputs to the left and outputs to the right of all, at the height of their first port."""
    boxes = {box.id: box for box in inside}
    around = united(box.rect for box in boxes.values())
    if around is None:
        return {}
    found: dict[str, Point] = {}
    for side in ("input", "output"):
        wanted = []
        for name, stub in stubs.items():
            if stub.side == side:
                box = boxes.get(stub.port.end.node)
                height = box.port(stub.port.end.side, stub.port.end.name)[1] if box is not None else around.y
                wanted.append((height - port_offset(0, 1), name))
        below = -1e9
        for top, name in sorted(wanted):
            width, height = sizes[name]
            y = max(top, below)
            found[name] = around.x - GAP - width if side == "input" else around.right + GAP, y
            below = y + height + _BETWEEN
    return found


def frame_members(graph: Graph, level: Level, group: str) -> tuple[str, ...]:
    """The cards and notes in a frame, at any depth."""
    seen = {note.id for note in seen_notes(graph, level.entered)}
    cards = (card for block in graph.members(group) if (card := level.card_of(block)))
    return tuple(dict.fromkeys((*cards, *(name for name in graph.notes_in(group) if name in seen))))


def picture_targets(
    graph: Graph, level: Level, computed_name: Callable[[str], str]
) -> dict[str, tuple[str, ...]]:
    """The cards that show the picture of another block than that of their name, by that block."""
    found: dict[str, list[str]] = {}
    for node in level.nodes if level.entered else ():
        name = computed_name(node.id)
        if name != node.id:
            found.setdefault(name, []).append(node.id)
    for name, card in level.closed.items():
        source = picture_source(graph, card)
        if source:
            found.setdefault(source, []).append(name)
    return {name: tuple(cards) for name, cards in found.items()}


def entered_or_around(before: Graph, after: Graph, entered: str) -> str:
    """The group that is seen from inside; where it is gone, the nearest that was around it."""
    path = [group.id for group in before.enclosing(entered)] if entered in before.groups_by_id else []
    return next((name for name in (entered, *reversed(path)) if name in after.groups_by_id), "")


