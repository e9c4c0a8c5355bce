"""What a node is called in the window: its own title, else that of its block, numbered where several would be alike.

Copies of a repeated group say which they are: “Residual block, copy 7 of 16, Add”.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from playground.data.registry import CATALOGUE
from playground.document.copies import copy_words, drawn, origin, unrolled
from playground.document.graph import Graph, Group, Node

_COPY = re.compile(r".*?, copy (\d+) of \d+, ")


def block_title(block: str) -> str:
    """The title of a block, or its id when this program does not know it."""
    declaration = CATALOGUE.get(block)
    return declaration.title if declaration is not None else block


def titles(graph: Graph) -> dict[str, str]:
    """The name of every node, drawn ones first, then copies: “Dense 2” where there are several untitled ones."""
    known: dict[str, str] | None = graph.remembered.get("titles")
    if known is None:
        known = graph.remembered["titles"] = _titles(graph)
    return dict(known)


def _titles(graph: Graph) -> dict[str, str]:
    count = Counter(node.block for node in graph.nodes if not node.title)
    found = {node.id: _title(node, count[node.block]) for node in graph.nodes}
    found.update(_told_apart(graph, found))
    for node in unrolled(graph).nodes:
        if node.id not in found:
            found[node.id] = f"{copy_words(graph, node.id)}, {found[drawn(node.id)]}"
    return found


def _told_apart(graph: Graph, found: Mapping[str, str]) -> dict[str, str]:
    """Names counted in file order for untitled nodes of a block two of which have the same number in their ids."""
    untitled = [node for node in graph.nodes if not node.title]
    alike = Counter((node.block, found[node.id]) for node in untitled)
    doubled = {block for (block, _), count in alike.items() if count > 1}
    seen: Counter[str] = Counter()
    others: dict[str, str] = {}
    for node in untitled:
        if node.block in doubled:
            seen[node.block] += 1
            others[node.id] = f"{block_title(node.block)} {seen[node.block]}"
    return others


def paths(graph: Graph) -> dict[str, str]:
    """Where every node lies, for lists to choose from: “Residual block › copy 3 › Conv2D”, “Dense 1”."""
    known: dict[str, str] | None = graph.remembered.get("paths")
    if known is None:
        names = titles(graph)
        known = graph.remembered["paths"] = {node.id: _path(graph, node.id, names) for node in unrolled(graph).nodes}
    return dict(known)


def _path(graph: Graph, name: str, names: Mapping[str, str]) -> str:
    home = origin(name)
    copies = dict(home.copies)
    parts: list[str] = []
    for group in graph.enclosing(home.drawn):
        parts.append(group_title(group))
        if group.repeat > 1:
            parts.append(f"copy {copies.get(group.id, 1)}")
    return " › ".join((*parts, names[home.drawn]))


def brief_title(title: str) -> str:
    """A title in a narrow place: of “Residual block, copy 7 of 16, Add” only “7 › Add”, as the copy tells it apart."""
    return _COPY.sub(r"\1 › ", title)


def group_title(group: Group) -> str:
    """What a group is called: its own title, or just that it is one."""
    return group.title or "Group"


def title_of(graph: Graph, identifier: str) -> str:
    """The name of one node. Raises KeyError."""
    return titles(graph)[identifier]


def _title(node: Node, alike: int) -> str:
    if node.title:
        return node.title
    number = node.id.rsplit("-", 1)[-1]
    return f"{block_title(node.block)} {number}" if alike > 1 and number.isdigit() else block_title(node.block)
