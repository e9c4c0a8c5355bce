"""In which group new blocks lie: what is put between two blocks of a group belongs to it, all else to what is seen."""

from __future__ import annotations

from playground.document.graph import Graph


def adopted(before: Graph, after: Graph, entered: str = "") -> Graph:
    """The graph `after`, where each block that is new since `before` and in no group lies in the one where it belongs.

    That is the innermost group around all its neighbours, where it has such on both sides, but at least the one whose
    inside is seen. New notes lie there, too.
    """
    homes: dict[str, list[str]] = {}
    for node in after.nodes:
        if not before.has(node.id) and node.id not in after.homes:
            home = _home(after, node.id, entered)
            if home:
                homes.setdefault(home, []).append(node.id)
    if entered in after.groups_by_id:
        old = {note.id for note in before.notes}
        fresh = {note.id for note in after.notes if note.id not in old and note.inside is None}
        if fresh:
            after = after.replace(notes=tuple(
                note.replace(inside=entered) if note.id in fresh else note for note in after.notes
            ))
    if not homes:
        return after
    groups = (group.replace(nodes=(*group.nodes, *homes.get(group.id, ()))) for group in after.groups)
    return after.replace(groups=tuple(groups))


def _home(graph: Graph, name: str, entered: str) -> str:
    least = [*(group.id for group in graph.enclosing(entered)), entered] if entered in graph.groups_by_id else []
    feeding, fed = [edge.source for edge in graph.into(name)], [edge.target for edge in graph.out_of(name)]
    if feeding and fed:
        paths = [[group.id for group in graph.enclosing(other)] for other in (*feeding, *fed)]
        common = [names[0] for names in zip(*paths, strict=False) if len(set(names)) == 1]
        if len(common) > len(least) and common[: len(least)] == least:
            return str(common[-1])
    return str(least[-1]) if least else ""
