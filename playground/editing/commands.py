"""Everything one can do to the canvas, each as one undo step of the open document.

Mouse, keyboard, menus, palette and outline all call these functions, so that each way of doing a thing does the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

from playground.blocks.base import Fix
from playground.document import edits
from playground.document.graph import Edge, EdgeKey, Graph, Group, Note
from playground.editing import clipboard, fixes, geometry, layout
from playground.editing.belonging import adopted
from playground.editing.connecting import takes_many
from playground.editing.document import Document
from playground.editing.geometry import Point, Rect
from playground.editing.room import as_drawn, cards, clear_way, drawn, entered_in, nearest_free, way_out, with_room
from playground.network.naming import titles


def words(graph: Graph, identifiers: Iterable[str]) -> str:
    """Some things on the canvas in the words of the Undo menu: “Dense 2”, “3 blocks”, “2 notes”."""
    chosen = set(identifiers)
    groups = [group for group in graph.groups if group.id in chosen and not chosen.intersection(_around(graph, group))]
    if groups:
        inside = {name for group in groups for name in _within(graph, group)}
        if len(groups) == 1 and chosen <= inside:
            return groups[0].title or "group"
    names = titles(graph)
    nodes = [name for name in names if name in chosen]
    notes = sum(note.id in chosen for note in graph.notes)
    if len(nodes) == 1 and not notes:
        return names[nodes[0]]
    parts = [_count(len(nodes), "block"), _count(notes, "note")]
    return " and ".join(part for part in parts if part) or "group"


def _within(graph: Graph, group: Group) -> tuple[str, ...]:
    return (*graph.members(group.id), *graph.deep_groups(group.id), *graph.notes_in(group.id))


def _around(graph: Graph, group: Group) -> set[str]:
    return {other.id for other in graph.enclosing(group.id)}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}" if number else ""


# Wires ---------------------------------------------------------------------------------------------------------------


def connect(document: Document, edge: Edge, *, replacing: EdgeKey | None = None, fix: Fix | None = None) -> None:
    """Lay a wire; with `replacing`, an existing wire is laid anew. With `fix`, the misfit at its end is mended at once.

    Raises ValueError for a circle or a missing end.
    """
    lay(document, [edge], replacing=(replacing,) if replacing is not None else (), fix=fix)


def lay(
    document: Document, wires: Sequence[Edge], *, replacing: Collection[EdgeKey] = (), fix: Fix | None = None
) -> None:
    """Lay the wires from one port to another, of which there are several where a closed group has one port for many.

    Raises ValueError for a circle or a missing end.
    """
    graph = edits.disconnect(document.graph, replacing) if replacing else document.graph
    for edge in wires:
        graph = edits.connect(graph, edge, many=takes_many(graph, edge.target, edge.target_port))
    if fix is not None:
        graph = fixes.apply(graph, wires[0].target, fix)
    names = titles(graph)
    graph = with_room(document.graph, graph, drawn(document))
    document.edit_graph(f"Connect {names[wires[0].source]} to {names[wires[0].target]}", graph)


def disconnect(document: Document, keys: Iterable[EdgeKey]) -> None:
    """Take wires away."""
    gone = list(keys)
    document.edit_graph(f"Disconnect {_count(len(gone), 'wire')}", edits.disconnect(document.graph, gone))


def apply_fix(document: Document, node: str, fix: Fix) -> bool:
    """Carry out the remedy of a message; False when the graph has changed so much that it does not apply any more."""
    if fix.action == "ask":
        document.ask_for_file(fix.node or node)
        return True
    try:
        graph = fixes.apply(document.graph, node, fix)
    except (KeyError, StopIteration, ValueError):
        return False
    document.edit_graph(fix.label, with_room(document.graph, graph, drawn(document)))
    return True


# Blocks --------------------------------------------------------------------------------------------------------------


def delete(document: Document, identifiers: Iterable[str], wires: Iterable[EdgeKey] = ()) -> None:
    """Delete blocks, notes, groups and wires; what fed a deleted block then feeds its followers."""
    chosen, keys = list(identifiers), list(wires)
    if not chosen and keys:
        disconnect(document, keys)
    elif chosen:
        graph = edits.delete(edits.disconnect(document.graph, keys), chosen)
        document.edit_graph(f"Delete {words(document.graph, chosen)}", edits.without_empty_groups(graph))


def move(document: Document, positions: Mapping[str, Point], *, merge: str = "") -> None:
    """Move blocks and notes; moves in a row with the same `merge` key are one undo step."""
    text = f"Move {words(document.graph, positions)}"
    document.edit_graph(text, edits.move(document.graph, positions), merge_key=merge)


def drop(document: Document, positions: Mapping[str, Point]) -> None:
    """Move to where the mouse let go; where a block would then cover another card, all go to the nearest free place."""
    dx, dy = way_out(document.graph, positions, drawn(document))
    move(document, {name: (x + dx, y + dy) for name, (x, y) in positions.items()})


def nudge(document: Document, identifiers: Iterable[str], dx: float, dy: float) -> None:
    """Move by the keyboard: key presses in a row on the same selection are one undo step."""
    chosen = set(identifiers)
    graph = document.graph
    at = {item.id: item.position for item in graph.items if item.id in chosen}
    at.update((group.id, edits.place_of_group(graph, group)) for group in graph.groups if group.id in chosen)
    places = {name: (place.x + dx, place.y + dy) for name, place in at.items()}
    if places:
        move(document, places, merge="nudge " + " ".join(sorted(places)))


def rename(document: Document, identifier: str, title: str) -> None:
    """Give a block or a group another title; an empty one brings back the block's own."""
    graph, title = document.graph, title.strip()[:200]
    if graph.has(identifier):
        node = graph.node(identifier)
        document.edit_graph(f"Rename {titles(graph)[identifier]}", edits.replace_node(graph, node.replace(title=title)))
        return
    group = graph.group(identifier)
    document.edit_graph("Rename group", edits.replace_group(graph, group.replace(title=title)))


def toggle_unfolded(document: Document, identifiers: Iterable[str]) -> None:
    """Show the neurons of the blocks, or fold them again when all are unfolded."""
    graph = document.graph
    chosen = [graph.node(name) for name in identifiers if graph.has(name)]
    unfold = not all(node.unfolded for node in chosen)
    for node in chosen:
        graph = edits.replace_node(graph, node.replace(unfolded=unfold))
    text = "Unfold" if unfold else "Fold"
    document.edit_graph(f"{text} {words(graph, [node.id for node in chosen])}", graph)


def toggle_trainable(document: Document, identifiers: Iterable[str]) -> None:
    """Freeze blocks, or let them learn again when all are frozen."""
    graph = document.graph
    chosen = [graph.node(name) for name in identifiers if graph.has(name)]
    learn = not any(node.training.trainable for node in chosen)
    for node in chosen:
        training = node.training.replace(trainable=learn)
        graph = edits.replace_node(graph, node.replace(training=training))
    text = "Train" if learn else "Freeze"
    document.edit_graph(f"{text} {words(graph, [node.id for node in chosen])}", graph)


# Copies --------------------------------------------------------------------------------------------------------------


def copied(document: Document, identifiers: Iterable[str]) -> str:
    """The text that a copy puts on the clipboard; empty when nothing that can be copied is chosen."""
    part = edits.extract(document.graph, identifiers)
    return clipboard.to_text(part) if part.nodes or part.notes else ""


def paste(
    document: Document, text: str, at: Point | None = None, *, taken: Mapping[str, Rect] | None = None
) -> tuple[str, ...]:
    """Put copied blocks on the canvas. Returns the new ids.

    Their upper left corner comes to `at` if given; otherwise they stand where they stood, or below what is `taken`.
    Raises clipboard.PasteError with a sentence when the text holds no blocks.
    """
    part = clipboard.from_text(text)
    return _merge(document, part, "Paste", at, taken or {})


def duplicate(
    document: Document, identifiers: Iterable[str], *, taken: Mapping[str, Rect] | None = None
) -> tuple[str, ...]:
    """Copy blocks below themselves. Returns the new ids."""
    part = edits.extract(document.graph, identifiers)
    return _merge(document, part, "Duplicate", None, taken or {}) if part.nodes or part.notes else ()


def _merge(
    document: Document, part: Graph, text: str, at: Point | None, taken: Mapping[str, Rect]
) -> tuple[str, ...]:
    items = part.items
    if at is None:
        offset = (0.0, clear_way(document.graph, part, taken))
    else:
        around = geometry.united(cards(part, {}).values())
        assert around is not None
        place = nearest_free(Rect(*at, around.width, around.height), cards(document.graph, taken).values())
        offset = (place[0] - around.x, place[1] - around.y)
    graph, names = edits.merge(document.graph, part, offset)
    graph = adopted(document.graph, graph, entered_in(taken))
    document.edit_graph(f"{text} {words(part, [item.id for item in items])}", graph)
    return tuple(names[item.id] for item in items)


# Arrangement ---------------------------------------------------------------------------------------------------------


def align(document: Document, rects: Mapping[str, Rect], how: geometry.Line) -> None:
    """Bring the cards to one line."""
    if len(rects) > 1:
        graph = edits.move(document.graph, geometry.align(rects, how))
        document.edit_graph(f"Align {words(graph, rects)}: {how}", graph)


def distribute(document: Document, rects: Mapping[str, Rect], axis: Literal["horizontal", "vertical"]) -> None:
    """Give the cards equal room."""
    if len(rects) > 2:
        graph = edits.move(document.graph, geometry.distribute(rects, axis))
        document.edit_graph(f"Distribute {words(graph, rects)}", graph)


def tidy(document: Document, sizes: Mapping[str, tuple[float, float]]) -> None:
    """Lay the whole graph out anew, with room for the pictures that the cards may show one day."""
    known = drawn(document)
    grown = cards(document.graph, known)
    roomy = {name: (width, max(height, grown[name].height)) for name, (width, height) in sizes.items() if name in grown}
    places = layout.tidy(as_drawn(document.graph, known), roomy)
    document.edit_graph("Tidy", edits.move(document.graph, places))


# Notes ---------------------------------------------------------------------------------------------------------------


def add_note(document: Document, position: Point, text: str = "", inside: str = "") -> str:
    """Stick a note on the canvas, or inside of a group. Returns its id."""
    name = edits.free_id(document.graph, "note")
    note = Note(id=name, text=text, position=edits.bounded(*position), inside=inside or None)
    document.edit_graph("Add note", edits.add_note(document.graph, note))
    return name


def edit_note(document: Document, identifier: str, text: str) -> None:
    """Change the text of a note."""
    note = _note(document, identifier).replace(text=text[:5_000])
    document.edit_graph("Edit note", edits.replace_note(document.graph, note))


def resize_note(document: Document, identifier: str, width: float, height: float) -> None:
    """Change the size of a note, within what a file may hold."""
    width = min(max(geometry.finite(width, 210.0), 40.0), 4_000.0)
    height = min(max(geometry.finite(height, 64.0), 24.0), 4_000.0)
    note = _note(document, identifier).replace(width=round(width, 2), height=round(height, 2))
    document.edit_graph("Resize note", edits.replace_note(document.graph, note))


def _note(document: Document, identifier: str) -> Note:
    return next(note for note in document.graph.notes if note.id == identifier)
