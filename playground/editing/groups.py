"""Everything one can do to groups, each as one undo step of the open document: the same for mouse, keys and outline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from playground.document import edits
from playground.document.copies import unrolled_size
from playground.document.graph import MOST_COPIES, MOST_NODES, Graph, Group
from playground.editing.commands import words
from playground.editing.document import Document
from playground.editing.geometry import GAP, Point, Rect, united
from playground.editing.room import WIDTH, cards, drawn, pushed_by

FRAME_ROOM, FRAME_TOP = 18.0, 20.0
"""Room between a frame and the cards in it, and what its title takes above them."""


def group(document: Document, identifiers: Iterable[str]) -> str:
    """Make a group of blocks, notes and other groups. Returns its id, or "" without a block that could lie in it.

    It lies in the innermost group around all of them.
    """
    graph, chosen = document.graph, set(identifiers)
    groups = [one for one in graph.groups if one.id in chosen and chosen.isdisjoint(_around(graph, one.id))]
    covered = {name for one in groups for name in graph.members(one.id)}
    nodes = tuple(node.id for node in graph.nodes if node.id in chosen - covered)
    if not nodes and not groups:
        return ""
    paths = [_around(graph, name) for name in (*nodes, *(one.id for one in groups))]
    common = [names[0] for names in zip(*paths, strict=False) if len(set(names)) == 1]
    name = edits.free_id(graph, "group")
    inside = common[-1] if common else None
    nested = {one.id for one in groups}
    moved = (one.replace(inside=name) if one.id in nested else one for one in graph.groups)
    made = Group(id=name, title="Group", nodes=nodes, inside=inside)
    nested_notes = {note for one in groups for note in graph.notes_in(one.id)}
    notes = tuple(
        note.replace(inside=name) if note.id in chosen - nested_notes else note for note in graph.notes
    )
    framed = edits.add_group(graph.replace(groups=tuple(moved), notes=notes), made)
    document.edit_graph(f"Group {words(graph, (*nodes, *nested))}", framed)
    return name


def ungroup(document: Document, identifiers: Iterable[str]) -> None:
    """Take the groups away that are chosen or in which a chosen block lies directly; their blocks stay."""
    graph, chosen = document.graph, set(identifiers)
    gone = {one.id for one in graph.groups if one.id in chosen}
    if not gone:
        gone = {one.id for one in graph.groups if not chosen.isdisjoint(one.nodes)}
    if gone:
        document.edit_graph("Ungroup", edits.ungrouped(graph, gone))


def set_closed(document: Document, identifiers: Iterable[str], closed: bool) -> None:
    """Show groups as one card each, or open them in place: then what would be covered makes room."""
    graph = document.graph
    chosen = [one for one in graph.groups if one.id in set(identifiers) and one.closed != closed]
    if not chosen:
        return
    for one in chosen:
        graph = _closed(graph, one, drawn(document)) if closed else _opened(graph, one, drawn(document))
    names = words(graph, [one.id for one in chosen])
    document.edit_graph(f"{'Close' if closed else 'Open'} {names}", graph)


def toggle_closed(document: Document, identifiers: Iterable[str]) -> None:
    """Close groups, or open them when all are closed."""
    chosen = [one for one in document.graph.groups if one.id in set(identifiers)]
    set_closed(document, [one.id for one in chosen], not all(one.closed for one in chosen))


def _closed(graph: Graph, one: Group, known: Mapping[str, Rect]) -> Graph:
    """The card stands where the first block stood, so that the wire into it stays; what follows it closes the gap."""
    inside = _inside_rects(graph, one, known)
    first = min(inside, key=lambda rect: (rect.x, rect.y)) if inside else Rect(0.0, 0.0, 0.0, 0.0)
    around = united(inside) or first
    shut = edits.replace_group(graph, one.replace(closed=True, position=edits.bounded(first.x, first.y)))
    pull = around.right - (first.x + WIDTH)
    if pull <= 0.0:
        return shut
    others = {name: rect for name, rect in cards(shut, known).items() if name != one.id and _stands(shut, name)}
    band = [name for name, rect in others.items() if rect.x >= around.right and _beside(rect, around)]
    moved = {name: others[name].moved(-pull, 0.0) for name in band}
    card = Rect(first.x, first.y, WIDTH, first.height).grown(GAP / 4)
    staying = [rect for name, rect in others.items() if name not in moved]
    if any(rect.meets(other) for rect in moved.values() for other in (*staying, card)):
        return shut
    return edits.move(shut, {name: (rect.x, rect.y) for name, rect in moved.items()})


def _stands(graph: Graph, name: str) -> bool:
    """Whether a name is that of a block or a group, not of a note."""
    return graph.has(name) or name in graph.groups_by_id


def _beside(rect: Rect, around: Rect) -> bool:
    return rect.y < around.bottom and around.y < rect.bottom


def _opened(graph: Graph, one: Group, known: Mapping[str, Rect]) -> Graph:
    """The frame comes where the card is, and cards that it would cover go to the right."""
    opened = edits.replace_group(graph, one.replace(closed=False, position=None))
    seen = cards(opened, known)
    inside = {name for name in _within(graph, one.id) if name in seen}
    around = united(seen[name] for name in inside)
    if around is None:
        return opened
    frame = Rect(around.x - FRAME_ROOM, around.y - FRAME_ROOM - FRAME_TOP, around.width + 2 * FRAME_ROOM,
                 around.height + 2 * FRAME_ROOM + FRAME_TOP)  # fmt: skip
    others = {name: rect for name, rect in seen.items() if name not in inside}
    hit = [name for name, rect in others.items() if rect.meets(frame)]
    if not hit:
        return opened
    left = min(others[name].x for name in hit)
    push = frame.right + GAP - FRAME_ROOM - left
    right = [name for name in hit if others[name].x >= frame.x] or hit
    following = [name for name, rect in others.items() if rect.x >= left and _beside(rect, frame) and name not in right]
    pushed = pushed_by(others, {*right, *following}, push, left)
    return edits.move(opened, {name: (others[name].x + push, others[name].y) for name in pushed})


def _inside_rects(graph: Graph, one: Group, known: Mapping[str, Rect]) -> list[Rect]:
    opened = edits.replace_group(graph, one.replace(closed=False, position=None))
    seen = cards(opened, known)
    return [seen[name] for name in _within(graph, one.id) if name in seen]


def _within(graph: Graph, group: str) -> tuple[str, ...]:
    return (*graph.members(group), *graph.deep_groups(group), *graph.notes_in(group))


def set_repeat(document: Document, identifier: str, count: int) -> str:
    """Let a group stand `count` times in series; changes in a row are one undo step.

    Returns a sentence that says why not, or "".
    """
    graph = document.graph
    one = graph.group(identifier)
    count = min(max(1, count), MOST_COPIES)
    if count == one.repeat:
        return ""
    repeated = edits.replace_group(graph, one.replace(repeat=count))
    size = unrolled_size(repeated)
    if not size.allowed:
        return f"{count} copies would make {size.nodes:,} blocks; a network may have {MOST_NODES:,}."
    document.edit_graph(f"Repeat {one.title or 'group'} {count} times", repeated, f"repeat {identifier}")
    return ""


def set_shared(document: Document, identifier: str, shared: bool) -> None:
    """Let all copies of a group use the same weights, or each its own."""
    one = document.graph.group(identifier)
    if one.shared != shared:
        text = "Share the weights of all copies" if shared else "Give each copy weights of its own"
        document.edit_graph(text, edits.replace_group(document.graph, one.replace(shared=shared)))


def put_into(
    document: Document, identifiers: Iterable[str], target: str, places: Mapping[str, Point] | None = None
) -> None:
    """Take blocks, groups and notes out of where they lie, and put them into the group `target`, or into none for "".

    With `places` they move there in the same step.
    """
    graph, chosen = document.graph, set(identifiers)
    nodes, groups, notes = _movable(graph, chosen, target)
    moved: list[Group] = []
    for one in graph.groups:
        kept = tuple(name for name in one.nodes if name not in nodes)
        if one.id == target:
            kept = (*kept, *nodes)
        moved.append(one.replace(nodes=kept, inside=(target or None) if one.id in groups else one.inside))
    put = tuple(note.replace(inside=target or None) if note.id in notes else note for note in graph.notes)
    after = edits.without_empty_groups(graph.replace(groups=tuple(moved), notes=put))
    changed = (after.groups, after.notes) != (graph.groups, graph.notes)
    if places:
        after = edits.move(after, places)
    where = f"into {graph.group(target).title or 'group'}" if target else "out of the group"
    if changed:
        document.edit_graph(f"Put {words(graph, (*nodes, *groups, *notes))} {where}", after)


def _movable(graph: Graph, chosen: set[str], target: str) -> tuple[list[str], set[str], set[str]]:
    """Of what is chosen the blocks, groups and notes that can lie in another group; what lies in a chosen group goes
    along."""
    banned = {*_around(graph, target), target}
    groups = {one.id for one in graph.groups if one.id in chosen and chosen.isdisjoint(_around(graph, one.id))} - banned
    covered = {name for one in groups for name in (*graph.members(one), *graph.notes_in(one))}
    free = chosen - covered
    notes = {note.id for note in graph.notes if note.id in free}
    return [node.id for node in graph.nodes if node.id in free], groups, notes


def _around(graph: Graph, name: str) -> tuple[str, ...]:
    return tuple(one.id for one in graph.enclosing(name)) if name else ()
