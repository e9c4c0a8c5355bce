"""What a node is called in the window: its own title, else that of its block, numbered where several would be alike."""

from __future__ import annotations

from collections import Counter

from playground.data.registry import CATALOGUE
from playground.document.graph import Graph, Node


def block_title(block: str) -> str:
    """The title of a block, or its id when this program does not know it."""
    declaration = CATALOGUE.get(block)
    return declaration.title if declaration is not None else block


def titles(graph: Graph) -> dict[str, str]:
    """The name of every node: “Dense 2” where there are several untitled ones."""
    count = Counter(node.block for node in graph.nodes if not node.title)
    return {node.id: _title(node, count[node.block]) for node in graph.nodes}


def title_of(graph: Graph, identifier: str) -> str:
    """The name of one node. Raises KeyError."""
    return titles(graph)[identifier]


def _title(node: Node, alike: int) -> str:
    if node.title:
        return node.title
    number = node.id.rsplit("-", 1)[-1]
    return f"{block_title(node.block)} {number}" if alike > 1 and number.isdigit() else block_title(node.block)
