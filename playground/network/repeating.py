"""What is wrong with repeated groups, and the problems of copies told on the blocks that a person has drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from playground.blocks.base import Fix
from playground.document.copies import copy_words, drawn, origin, unrolled_size
from playground.document.graph import MOST_EDGES, MOST_NODES, Graph, Group
from playground.network.report import Problem


def refused_size(graph: Graph) -> Problem | None:
    """The problem of groups that are repeated so often that the network would be too large; None where it is not."""
    repeated = [group for group in graph.groups if group.repeat > 1 and graph.members(group.id)]
    size = unrolled_size(graph)
    if not repeated or size.allowed:
        return None
    most = max(repeated, key=lambda group: group.repeat)
    number = f"{size.nodes:,} blocks" if size.nodes > MOST_NODES else f"{size.edges:,} wires"
    bound = f"{MOST_NODES:,}" if size.nodes > MOST_NODES else f"{MOST_EDGES:,}"
    message = f"With all copies there would be {number}; {bound} are the most. Repeat {_name(most)} less often."
    return Problem(graph.members(most.id)[0], message, tuple(_smaller(graph, most)))


def _smaller(graph: Graph, group: Group) -> Iterator[Fix]:
    """The largest number of copies that is allowed while all else stays."""
    low, high = 1, group.repeat
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if unrolled_size(_with_repeat(graph, group, middle)).allowed else (low, middle)
    yield repeat_fix(group, low)


def _with_repeat(graph: Graph, group: Group, repeat: int) -> Graph:
    return graph.replace(groups=tuple(one.replace(repeat=repeat) if one is group else one for one in graph.groups))


def repeat_fix(group: Group, number: int) -> Fix:
    """The remedy that repeats a group so often."""
    words = f"Repeat {_name(group)} {number} times" if number > 1 else f"Repeat {_name(group)} no more"
    return Fix(words, "change", node=group.id, parameters={"repeat": number})


def _name(group: Group) -> str:
    return f"“{group.title}”" if group.title else "the group"


def data_repeated(graph: Graph, name: str) -> Problem:
    """The problem of data in a later copy of a group."""
    group = graph.groups_by_id[origin(name).copies[-1][0]]
    message = "Data stand once and cannot be repeated. Take this block out of the group."
    return Problem(name, message, (repeat_fix(group, 1),))


def circle_of_copies(graph: Graph) -> Problem:
    """The problem of a graph that runs one way as it is drawn, but not with its copies in series."""
    group = next(group for group in graph.groups if group.repeat > 1 and graph.members(group.id))
    message = (
        f"The wires of {_name(group)} run out of the group and back into it, so its copies cannot stand one after the "
        "other. Take the blocks between into the group, or repeat it no more."
    )
    return Problem(graph.members(group.id)[0], message, (repeat_fix(group, 1),))


def told_on_drawn(graph: Graph, problems: Iterable[Problem], titles: Mapping[str, str]) -> tuple[Problem, ...]:
    """The problems of an unrolled graph on the nodes that are drawn: of all copies, the first that has one tells it."""
    found: list[Problem] = []
    failed: dict[str, str] = {}
    said: set[tuple[str, str]] = set()
    for problem in problems:
        home, name = problem.node, drawn(problem.node)
        if home != name:
            if problem.severity == "error" and failed.get(name, home) != home:
                continue
            if (name, problem.message) in said:
                continue
        if problem.severity == "error":
            failed.setdefault(name, home)
        said.add((name, problem.message))
        found.append(_told(graph, problem, titles))
    return tuple(found)


def _told(graph: Graph, problem: Problem, titles: Mapping[str, str]) -> Problem:
    fixes = tuple(
        replace(fix, node=drawn(fix.node), source=(drawn(fix.source[0]), fix.source[1])) for fix in problem.fixes
    )
    name = drawn(problem.node)
    if name == problem.node:
        return replace(problem, fixes=fixes)
    home = graph.homes.get(name, "")
    fixes = tuple(replace(fix, group=home) if fix.action == "insert" else fix for fix in fixes)
    words = f"{copy_words(graph, problem.node)}, {titles[name]}: {problem.message}"
    return replace(problem, node=name, message=words, fixes=fixes)
