"""Making room: what is new on the canvas does not cover what stands there. Pure.

A block that is put into a wire pushes what follows it to the right; copies go below; all else goes to the nearest free
place.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.blocks.families import role_of
from playground.data.registry import CATALOGUE
from playground.document import edits
from playground.document.graph import Graph, Node, Note
from playground.editing.belonging import adopted
from playground.editing.geometry import CARD_HEIGHT, CARD_WIDTH, GAP, Rect, united
from playground.editing.levels import level_of

WIDTH = 172.0
"""Width of a card; the exact one is known only once it is drawn."""
AROUND_PICTURE = 92.0
"""Height of the title and the footer of a card; the live picture between them is at most as high as wide."""
MARGIN = 14.0
"""Least room between a new card and the others."""
ROW_WIDTH = 1_760.0
"""A chain that is longer goes on in the next row."""
ROW_GAP = 56.0
"""Room between two rows of a chain."""
_BELOW = 28.0
"""Between a card and the copy below it."""
_MOST_STEPS = 400
_TOUCH = 1.0
"""Cards whose edges touch do not cover each other."""
_MOST_PAIRS = 20_000

class Drawn(dict[str, Rect]):
    """Cards and notes as they are drawn, by name, of one level of the groups."""

    entered: str = ""
    """The group whose inside is drawn."""


_DRAWN: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()


def measured_by(document: object, rects: Callable[[], Mapping[str, Rect]]) -> None:
    """Let a method of the canvas tell where the cards of its document lie and how large they are drawn."""
    _DRAWN[document] = weakref.WeakMethod(rects)


def drawn(document: object) -> Mapping[str, Rect]:
    """Cards and notes as they are drawn; empty where no canvas shows the document."""
    method = _DRAWN.get(document)
    rects = method() if method is not None else None
    return rects() if rects is not None else {}


def with_room(before: Graph, after: Graph, drawn: Mapping[str, Rect] | None = None) -> Graph:
    """The graph `after`, where what is new since `before` belongs to a group where it should, and covers no other card
    and no note.
    """
    after = adopted(before, after, entered_in(drawn or {}))
    for name in [node.id for node in after.nodes if not before.has(node.id)]:
        after = settled(after, name, drawn or {})
    return after


def entered_in(drawn: Mapping[str, Rect]) -> str:
    """The group whose inside is drawn; empty for the whole."""
    return drawn.entered if isinstance(drawn, Drawn) else ""


def as_drawn(graph: Graph, drawn: Mapping[str, Rect]) -> Graph:
    """A graph with a block for each card: closed groups are one, and what is not seen is not there."""
    entered = entered_in(drawn)
    if not entered and not any(group.closed for group in graph.groups):
        return graph
    return level_of(graph, entered).stand_ins(graph)


def card_name(graph: Graph, block: str, drawn: Mapping[str, Rect]) -> str:
    """The card that shows a block; empty where it is not seen."""
    return level_of(graph, entered_in(drawn)).card_of(block)


def cards(graph: Graph, drawn: Mapping[str, Rect]) -> dict[str, Rect]:
    """Where all cards and notes lie, as large as they are drawn and as their pictures may make them."""
    found = {}
    for item in as_drawn(graph, drawn).items:
        card, known = card_of(item), drawn.get(item.id)
        if known is not None:
            card = Rect(card.x, card.y, known.width, max(known.height, card.height))
        found[item.id] = card
    return found


def card_of(item: Node | Note) -> Rect:
    """Where a card or a note lies, with room for the picture that it may show one day."""
    if isinstance(item, Note):
        return Rect(item.position.x, item.position.y, item.width, item.height)
    declaration = CATALOGUE.get(item.block)
    plain = declaration is None or role_of(declaration.family) in ("loss", "measure")
    return Rect(item.position.x, item.position.y, WIDTH, CARD_HEIGHT + 52.0 if plain else CARD_WIDTH + AROUND_PICTURE)


def clear_way(graph: Graph, part: Graph, drawn: Mapping[str, Rect]) -> float:
    """How far down copies must go from where they were copied, so that they cover no card and no note.

    `drawn` holds the places of those that are on the canvas already; their copies are as large as they are.
    """
    taken = list(cards(graph, drawn).values())
    copies = list(cards(part, drawn).values())
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


def way_out(graph: Graph, places: Mapping[str, tuple[float, float]], drawn: Mapping[str, Rect]) -> tuple[float, float]:
    """How far blocks that are put to new places must go on together, so that none covers a card or a note that stays.

    Cards are as large as they are drawn now; those that merely come close stay where they were put.
    """
    graph = as_drawn(graph, drawn)
    seen = {item.id: drawn.get(item.id) or card_of(item) for item in graph.items}
    put = [
        Rect(*places[node.id], seen[node.id].width, seen[node.id].height) for node in graph.nodes if node.id in places
    ]
    staying = [rect for name, rect in seen.items() if name not in places]
    edges = _edges(staying)
    if not any(_meeting(card.grown(-_TOUCH), edges).any() for card in put):
        return 0.0, 0.0
    around = united(put)
    if around is not None and len(put) * len(staying) > _MOST_PAIRS:
        put = [around]
    # As seen from the blocks that move together, a card forbids a rectangle of ways.
    forbidden = [
        Rect(other.x - card.right, other.y - card.bottom, other.width + card.width, other.height + card.height)
        for card in put
        for other in staying
    ]
    return nearest_free(Rect(0.0, 0.0, 0.0, 0.0), forbidden)


def nearest_free(wanted: Rect, others: Iterable[Rect]) -> tuple[float, float]:
    """The free place for a card that is nearest to the wanted one, with a margin around it."""
    taken = [other.grown(MARGIN) for other in others]
    edges = _edges(taken)
    if not _meeting(wanted, edges).any():
        return wanted.x, wanted.y
    # Free places begin where one leaves a card: its edges to the left, right, above and below.
    near = sorted(taken, key=lambda card: abs(card.x - wanted.x) + abs(card.y - wanted.y))[:_MOST_STEPS]
    xs = {wanted.x, *(card.right + 1.0 for card in near[:40]), *(card.x - wanted.width - 1.0 for card in near[:40])}
    ys = {wanted.y, *(card.bottom + 1.0 for card in near[:40]), *(card.y - wanted.height - 1.0 for card in near[:40])}
    places = sorted(((x, y) for x in xs for y in ys), key=lambda p: (p[0] - wanted.x) ** 2 + (p[1] - wanted.y) ** 2)
    for x, y in places:
        card = Rect(x, y, wanted.width, wanted.height)
        if not _meeting(card, edges).any():
            return x, y
    return wanted.x, max(card.bottom for card in taken) + 1.0


def _edges(rects: Sequence[Rect]) -> NDArray[np.float64]:
    rows = [(rect.x, rect.y, rect.right, rect.bottom) for rect in rects]
    return np.array(rows, dtype=np.float64).reshape(-1, 4).T  # left, top, right, bottom


def _meeting(card: Rect, edges: NDArray[np.float64]) -> NDArray[np.bool_]:
    left, top, right, bottom = edges
    meeting: NDArray[np.bool_] = (left <= card.right) & (right >= card.x) & (top <= card.bottom) & (bottom >= card.y)
    return meeting


def next_in_row(graph: Graph, after: str, drawn: Mapping[str, Rect]) -> tuple[float, float]:
    """Where a block appended to a chain goes: to the right, or into the next row where the row is long enough."""
    known = cards(graph, drawn)
    last = known.get(card_name(graph, after, drawn))
    if last is None:
        return free_corner(known.values())
    row = [card for card in known.values() if card.y < last.bottom and last.y < card.bottom]
    left, x = min(card.x for card in row), last.right + GAP
    if x + WIDTH - left <= ROW_WIDTH:
        return x, last.y
    return left, max(card.bottom for card in row) + ROW_GAP


def free_corner(cards: Iterable[Rect]) -> tuple[float, float]:
    """A place to the right of all cards, where there are any."""
    around = united(cards)
    return (around.right + GAP, around.y) if around is not None else (0.0, 0.0)


def settled(graph: Graph, name: str, drawn: Mapping[str, Rect]) -> Graph:
    """The graph, where one block covers no other card: in a wire, what follows makes room."""
    places = _settled(as_drawn(graph, drawn), name, drawn)
    return edits.move(graph, places) if places else graph


def _settled(graph: Graph, name: str, drawn: Mapping[str, Rect]) -> dict[str, tuple[float, float]]:
    known = cards(graph, drawn)
    card = known.pop(name, None)
    if card is None or not any(card.meets(other) for other in known.values()):
        return {}
    feeding = next(graph.into(name), None)
    targets = [edge.target for edge in graph.out_of(name)]
    if feeding is None or not targets:
        return {name: nearest_free(card, known.values())}
    return _make_room(graph, name, card, known, feeding.source, targets)


def _make_room(
    graph: Graph, name: str, card: Rect, known: dict[str, Rect], source: str, targets: Collection[str]
) -> dict[str, tuple[float, float]]:
    """Put a block behind what feeds it, and push what follows it, and what that would cover, to the right."""
    before = known[source]
    nearest = min(known[target].x for target in targets)
    wanted = Rect(before.right + GAP, before.y, card.width, card.height)
    push = wanted.right + GAP - nearest
    if nearest < before.x or push <= 0.0:
        return {name: nearest_free(wanted, known.values())}
    pushed = pushed_by(known, _row_after(graph, known, [t for t in targets if known[t].x >= nearest]), push, nearest)
    taken = [rect.moved(push, 0.0) if other in pushed else rect for other, rect in known.items()]
    return {
        **{other: (known[other].x + push, known[other].y) for other in pushed},
        name: nearest_free(wanted, taken),
    }


def pushed_by(known: Mapping[str, Rect], first: Collection[str], push: float, nearest: float) -> set[str]:
    """Cards that go when the `first` ones go to the right by `push`: these and all from `nearest` on that they meet."""
    pushed = set(first)
    beyond = [other for other, rect in known.items() if rect.x >= nearest]
    edges = _edges([known[other] for other in beyond])
    waiting = list(pushed)
    while waiting:
        moved = known[waiting.pop()].moved(push, 0.0)
        hit = {beyond[number] for number in np.flatnonzero(_meeting(moved, edges))} - pushed
        pushed |= hit
        waiting.extend(hit)
    return pushed


def _row_after(graph: Graph, known: Mapping[str, Rect], starts: Collection[str]) -> set[str]:
    """These blocks and all to the right of what feeds them: what a chain has in the rows below stays."""
    found = set(starts)
    waiting = list(found)
    while waiting:
        name = waiting.pop()
        for edge in graph.out_of(name):
            if edge.target not in found and known[edge.target].x >= known[name].right:
                found.add(edge.target)
                waiting.append(edge.target)
    return found
