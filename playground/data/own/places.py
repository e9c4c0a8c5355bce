"""Where the data of a project lie: beside its file if they can, so that both travel together.

In the program every path is absolute. In a file, what lies in the folder of the project or below it is written
relative to that folder. When a project is opened, its data are looked for beside it first, where a file of the same
name counts only if it has the same content; then where they were.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path, PureWindowsPath
from typing import Any

from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document.graph import Graph, Node

BLOCK = 2**20


def stored(graph: Graph, folder: Path) -> Graph:
    """The graph as it goes into a file of this folder."""
    home = folder.absolute()

    def relative(_node: Node, path: str) -> str:
        there = Path(os.path.normpath(path))
        if there.is_absolute() and there != home and there.is_relative_to(home):
            return there.relative_to(home).as_posix()
        return path

    return _with_paths(graph, relative)


def located(graph: Graph, folder: Path) -> Graph:
    """The graph of a file of this folder, with the places where its data are now, or were when they are gone."""
    home = folder.absolute()
    return _with_paths(graph, lambda node, path: _found(node, path, home))


def _with_paths(graph: Graph, place: Callable[[Node, str], str]) -> Graph:
    """The graph with other paths; itself where nothing changes."""
    nodes, changed = [], False
    for node in graph.nodes:
        paths = {name: place(node, path) for name, path in _paths(node)}
        if any(node.parameters[name] != path for name, path in paths.items()):
            node, changed = node.replace(parameters={**node.parameters, **paths}), True
        nodes.append(node)
    return graph.replace(nodes=tuple(nodes)) if changed else graph


def _paths(node: Node) -> Iterator[tuple[str, str]]:
    """The parameters of a node that are paths, with what they hold."""
    block = CATALOGUE.get(node.block)
    if block is not None and issubclass(block, Dataset):
        for name in block.reads:
            path = node.parameters.get(name)
            if isinstance(path, str) and path:
                yield name, path


def _found(node: Node, path: str, home: Path) -> str:
    try:
        written = Path(path)
        if not written.is_absolute() and not PureWindowsPath(path).is_absolute():
            return os.path.normpath(home / written)
        beside = home / PureWindowsPath(path).name  # takes the signs of both systems
        if beside == written or not beside.exists():
            return path
        known = set(_fingerprints(node.parameters))
        same = _is_one_of(beside, known) if known else not written.exists()
        return str(beside) if same else path
    except (OSError, ValueError):  # a name that cannot be one of a file is told by the block
        return path


def _fingerprints(value: Any) -> Iterator[tuple[int, str]]:
    """Size and SHA-256 of the files whose content the parameters of a block describe."""
    if isinstance(value, dict):
        size, digest = value.get("size"), value.get("sha256")
        if isinstance(size, int) and isinstance(digest, str):
            yield size, digest
        for part in value.values():
            yield from _fingerprints(part)


def _is_one_of(path: Path, known: set[tuple[int, str]]) -> bool:
    size = path.stat().st_size
    wanted = {digest for length, digest in known if length == size}
    if not wanted or not path.is_file():
        return False
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest() in wanted
