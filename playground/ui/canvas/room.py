"""Making room: what is new on the canvas does not cover what stands there. Pure.

A block that is put into a wire pushes what follows it to the right; copies go below.
"""

from __future__ import annotations

from collections.abc import Mapping

from playground.document import edits
from playground.document.graph import Graph, Node, Note
from playground.ui.canvas.geometry import GAP, Rect, free_place

_WIDTH, _HEIGHT = 172.0, 150.0
"""Size of a card with a picture; the exact one is known only once it is drawn."""
_BELOW = 28.0
"""Between a card and the copy below it."""


def with_room(before: Graph, after: Graph) -> Graph:
    """The graph `after`, where blocks that are new since `before`, stand in a wire and cover others, get room."""
    for name in (node.id for node in after.nodes if not before.has(node.id)):
        after = _make_room(after, name)
    return after


def clear_way(graph: Graph, part: Graph, drawn: Mapping[str, Rect]) -> float:
    """How far down copies must go from where they were copied, so that they cover no card and no note.

    `drawn` holds the places of those that are on the canvas already; their copies are as large as they are.
    """
    taken = [drawn.get(item.id, _card(item)) for item in (*graph.nodes, *graph.notes)]
    copies = [_as_large(_card(item), drawn.get(item.id)) for item in (*part.nodes, *part.notes)]
    blocked = sorted(
        (other.y - copy.bottom - _BELOW, other.bottom - copy.y + _BELOW)
        for copy in copies
        for other in taken
        if copy.x < other.right and other.x < copy.right
    )
    way = 0.0
    for start, end in blocked:
        if start < way < end:
            way = end
    return way


def _as_large(card: Rect, drawn: Rect | None) -> Rect:
    return card if drawn is None else Rect(card.x, card.y, drawn.width, drawn.height)


def _make_room(graph: Graph, name: str) -> Graph:
    feeding = next(graph.into(name), None)
    targets = [graph.node(edge.target) for edge in graph.out_of(name)]
    others = {node.id: _card(node) for node in graph.nodes if node.id != name}
    if feeding is None or not targets or not any(_card(graph.node(name)).meets(card) for card in others.values()):
        return graph
    source = others[feeding.source]
    followers = _downstream(graph, name)
    nearest = min(target.position.x for target in targets)
    wanted = Rect(source.right + GAP, source.y, _WIDTH, _HEIGHT)
    push = max(0.0, wanted.right + GAP - nearest)
    pushed = [other for other in followers if others[other].x >= nearest]
    staying = [card for other, card in others.items() if other not in pushed]
    places = {other: (others[other].x + push, others[other].y) for other in pushed}
    places[name] = free_place(wanted, staying)
    return edits.move(graph, places)


def _downstream(graph: Graph, name: str) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for edge in graph.out_of(waiting.pop()):
            if edge.target not in found:
                found.add(edge.target)
                waiting.append(edge.target)
    return found


def _card(item: Node | Note) -> Rect:
    width, height = (item.width, item.height) if isinstance(item, Note) else (_WIDTH, _HEIGHT)
    return Rect(item.position.x, item.position.y, width, height)
