"""Nodes of a graph: the graph is what it is, and one asks about one of its nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from playground.data.inputs.base import AnyArray, Encoded, EntryError, InputForm
from playground.data.inputs.files import Entries, InputFile
from playground.data.inputs.texts import texts_of


@dataclass(frozen=True)
class NodeForm(InputForm):
    """One of the nodes, by its name."""

    noun: ClassVar[str] = "a node"

    names: tuple[str, ...]
    graph: AnyArray = field(compare=False)
    """The features of all nodes, (1, nodes, features)."""

    def encoded(self, entry: str) -> Encoded:
        self._place(entry)
        return Encoded(self.graph)

    def entry(self, features: AnyArray) -> str:
        return self.names[0]

    def read(self, file: InputFile) -> Entries:
        found = texts_of(file, "node")
        return Entries(found.entries, found.places, ("node",), tuple((entry,) for entry in found.entries))

    def words(self, entry: str) -> str:
        return entry

    def row_of(self, entry: str) -> int | None:
        return self._place(entry)

    def _place(self, entry: str) -> int:
        name = entry.strip()
        if name in self.names:
            return self.names.index(name)
        if name.isascii() and name.isdigit() and 1 <= int(name) <= len(self.names):
            return int(name) - 1
        raise EntryError(f"“{name[:40]}” is no node: they are numbered from 1 to {len(self.names)}.")
