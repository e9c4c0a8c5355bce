"""Faults that only show when nodes and wires are seen together: duplicate ids, dangling wires, cycles.

They are looked for in the plain content of a file, so that a wrong key elsewhere does not hide them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playground.document.decoding import FileProblem
from playground.document.graph import Graph


def graph_problems(graph: Graph) -> list[FileProblem]:
    """The faults of a graph that holds well-formed nodes and wires; their places are those of the file."""
    return structure_problems(graph.model_dump(mode="json"))


def structure_problems(content: Any) -> list[FileProblem]:
    """The faults of the content of `graph`, however damaged; parts that are not what they should be are passed over."""
    if not isinstance(content, dict):
        return []
    problems = list(_repeated_ids(content))
    ids = {item["id"] for _, item in _identified(content, "nodes")}
    problems.extend(_wire_problems(content, ids))
    problems.extend(_weights_problems(content))
    problems.extend(_group_problems(content, ids))
    circle = _circle(ids, [(edge["source"], edge["target"]) for _, edge in _wires(content)])
    if circle:
        names = " → ".join((*circle[:8], "…") if len(circle) > 8 else (*circle, circle[0]))
        problems.append(FileProblem("graph.edges", f"the wires form a cycle ({names}); a network must run one way."))
    return problems


def _items(content: dict[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    items = content.get(name)
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield index, item


def _identified(content: dict[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    return ((index, item) for index, item in _items(content, name) if isinstance(item.get("id"), str))


def _wires(content: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    for index, edge in _items(content, "edges"):
        if isinstance(edge.get("source"), str) and isinstance(edge.get("target"), str):
            yield index, edge


def _repeated_ids(content: dict[str, Any]) -> Iterator[FileProblem]:
    seen: set[str] = set()
    for name in ("nodes", "groups", "notes"):
        for index, item in _identified(content, name):
            if item["id"] in seen:
                yield FileProblem(f"graph.{name}[{index}].id", f"the id “{item['id'][:64]}” is used twice.")
            seen.add(item["id"])


def _wire_problems(content: dict[str, Any], ids: set[str]) -> Iterator[FileProblem]:
    seen: set[tuple[str, ...]] = set()
    for index, edge in _wires(content):
        place = f"graph.edges[{index}]"
        for end in ("source", "target"):
            if edge[end] not in ids:
                yield FileProblem(f"{place}.{end}", f"there is no node “{edge[end][:64]}”.")
        ports = (str(edge.get("source_port", "output")), str(edge.get("target_port", "input")))
        key = (edge["source"], edge["target"], *ports)
        if key in seen:
            yield FileProblem(place, "the same wire is listed twice.")
        seen.add(key)


def _weights_problems(content: dict[str, Any]) -> Iterator[FileProblem]:
    """Blocks that use weights of a block that is not there, or that has none of its own."""
    owners = {node["id"]: node.get("weights_of") for _, node in _identified(content, "nodes")}
    for index, node in _identified(content, "nodes"):
        owner, place = node.get("weights_of"), f"graph.nodes[{index}].weights_of"
        if not isinstance(owner, str):
            continue
        if owner not in owners:
            yield FileProblem(place, f"there is no node “{owner[:64]}”.")
        elif owner == node["id"] or owners[owner] is not None:
            yield FileProblem(place, f"“{owner[:64]}” has no weights of its own: name the block that has them.")


def _group_problems(content: dict[str, Any], ids: set[str]) -> Iterator[FileProblem]:
    """Members that are not there or lie in two groups, and groups that lie in each other."""
    outside = {group["id"]: group.get("inside") for _, group in _identified(content, "groups")}
    homes: set[str] = set()
    for index, group in _identified(content, "groups"):
        members = group.get("nodes")
        for member in (member for member in (members if isinstance(members, list) else ()) if isinstance(member, str)):
            place = f"graph.groups[{index}].nodes"
            if member not in ids:
                yield FileProblem(place, f"there is no node “{member[:64]}”.")
            elif member in homes:
                yield FileProblem(place, f"“{member[:64]}” is listed twice: a block lies in one group at most.")
            homes.add(member)
        yield from _nesting_problems(index, group["id"], outside)
    for index, note in _identified(content, "notes"):
        home = note.get("inside")
        if isinstance(home, str) and home not in outside:
            yield FileProblem(f"graph.notes[{index}].inside", f"there is no group “{home[:64]}”.")


def _nesting_problems(index: int, group: str, outside: dict[str, Any]) -> Iterator[FileProblem]:
    place, above, passed = f"graph.groups[{index}].inside", outside[group], {group}
    if isinstance(above, str) and above not in outside:
        yield FileProblem(place, f"there is no group “{above[:64]}”.")
    while isinstance(above, str) and above in outside:
        if above in passed:
            yield FileProblem(place, f"“{group[:64]}” lies in itself.")
            return
        passed.add(above)
        above = outside[above]


def _circle(ids: set[str], wires: list[tuple[str, str]]) -> list[str]:
    """Nodes along one cycle; empty when there is none. Peels off what nothing feeds, then walks back in the rest."""
    wires = [(source, target) for source, target in wires if source in ids and target in ids]
    waiting = dict.fromkeys(ids, 0)
    followers: dict[str, list[str]] = {name: [] for name in ids}
    for source, target in wires:
        waiting[target] += 1
        followers[source].append(target)
    ready = [name for name, count in waiting.items() if count == 0]
    for name in ready:
        for follower in followers[name]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                ready.append(follower)
    feeder = {target: source for source, target in wires if waiting[source] > 0 and waiting[target] > 0}
    if not feeder:
        return []
    name = min(feeder)
    walked: dict[str, None] = {}
    while name not in walked:
        walked[name] = None
        name = feeder[name]
    path = list(walked)
    circle = path[path.index(name) :][::-1]
    first = circle.index(min(circle))
    return circle[first:] + circle[:first]
