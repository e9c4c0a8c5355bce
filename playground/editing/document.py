"""What editing needs of the open document: its present value, its report, and the one way to change it."""

from __future__ import annotations

from typing import Protocol

from playground.document.graph import Graph
from playground.network.check import Report


class Document(Protocol):
    """A project that is changed through undo commands alone; the window's open document is one."""

    @property
    def graph(self) -> Graph:
        """The present graph."""
        ...

    @property
    def report(self) -> Report:
        """What the check says of it."""
        ...

    def edit_graph(self, text: str, graph: Graph, merge_key: str = "") -> None:
        """Put another graph in place of the present one as an undo step; steps in a row with one key are one."""
        ...

    def ask_for_file(self, node: str) -> None:
        """Let the person choose the file that this node reads."""
        ...
