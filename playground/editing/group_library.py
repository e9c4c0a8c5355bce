"""Groups that are kept as files: those that come with the program, and a person's own (“My blocks”)."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playground.document.files import ProjectFileError, write_atomically
from playground.document.graph import EdgeKey, Graph
from playground.document.group_files import ENDING, GroupFile, group_json
from playground.editing.document import Document
from playground.editing.geometry import PortRef, Rect
from playground.editing.group_parts import put_in
from playground.editing.room import cards, drawn, entered_in, free_corner, next_in_row, settled
from playground.network.opening import Checker, open_group
from playground.paths import RESOURCES, user_data

LOG = logging.getLogger(__name__)

Shelf = Literal["ready", "own"]


@dataclass(frozen=True, slots=True)
class KeptGroup:
    """A group that can be put on the canvas, as far as a palette needs it."""

    id: str
    """The name of its file without the ending."""
    path: Path
    shelf: Shelf
    """Whether it came with the program or is a person's own."""
    file: GroupFile | None
    """None where the file cannot be read."""
    problem: str = ""
    """Why it cannot be read, in a sentence."""

    @property
    def title(self) -> str:
        """What it is called."""
        return self.file.title if self.file is not None else self.id

    @property
    def summary(self) -> str:
        """One line of what it is good for."""
        return self.file.summary if self.file is not None else self.problem


def ready_folder() -> Path:
    """Where the groups lie that come with the program."""
    return RESOURCES / "groups"


def own_folder() -> Path:
    """Where a person's own groups lie; made when first asked for. Raises OSError where it cannot be."""
    folder = user_data() / "groups"
    folder.mkdir(exist_ok=True)
    return folder


def kept_groups(*more: Checker) -> tuple[KeptGroup, ...]:
    """All groups there are, ready ones first, each shelf by title. What cannot be read says why.

    `more` looks for faults of other kinds, as in `network.opening`.
    """
    shelves: list[tuple[Shelf, Path]] = [("ready", ready_folder())]
    try:
        shelves.append(("own", own_folder()))
    except OSError as error:
        LOG.warning("the folder of a person's own groups cannot be had: %s", error)
    return tuple(
        found
        for shelf, folder in shelves
        for found in sorted(_read(folder, shelf, more), key=lambda kept: (kept.title.casefold(), kept.id))
    )


def _read(folder: Path, shelf: Shelf, more: tuple[Checker, ...]) -> Iterator[KeptGroup]:
    for path in sorted(folder.glob(f"*{ENDING}")):
        name = path.name.removesuffix(ENDING)
        try:
            yield KeptGroup(name, path, shelf, open_group(path, *more))
        except ProjectFileError as error:
            LOG.warning("the group %s cannot be read: %s", path, error)
            yield KeptGroup(name, path, shelf, None, f"{path.name} cannot be read: {error.problems[0]}")


def keep(file: GroupFile, path: Path | None = None) -> Path:
    """Save a group to a file: the one that is named, or a new one among a person's own. Returns it. Raises OSError."""
    if path is None:
        path = _free_path(own_folder(), file.title)
    write_atomically(path, group_json(file).encode())
    return path


def _free_path(folder: Path, title: str) -> Path:
    stem = re.sub(r"[^a-z0-9]+", "-", title.casefold()).strip("-")[:60] or "group"
    path, number = folder / f"{stem}{ENDING}", 2
    while path.exists():
        path, number = folder / f"{stem}-{number}{ENDING}", number + 1
    return path


def forget(kept: KeptGroup) -> None:
    """Delete the file of a person's own group. Raises ValueError for one that came with the program, and OSError."""
    if kept.shelf != "own":
        raise ValueError("what came with the program stays")
    kept.path.unlink(missing_ok=True)


def insert(
    document: Document,
    file: GroupFile,
    at: tuple[float, float] | None = None,
    *,
    after: str | PortRef | None = None,
    on_edge: EdgeKey | None = None,
) -> str:
    """Put a group on the canvas, closed, as one undo step. Returns its id.

    It goes into the wire `on_edge`, or behind the block or port `after`, where its ports leave no choice; else it
    stands by itself at `at`, or where there is room. It lies in the group around both ends of the wire, and at least
    in the one whose inside is seen.
    """
    graph, known = document.graph, drawn(document)
    feeding = _feeding(document, after)
    if on_edge is None and feeding is not None:
        leaving = [edge for edge in graph.out_of(feeding[0]) if edge.source_port == feeding[1]]
        on_edge = leaving[0].key if len(leaving) == 1 else None
    if at is None:
        before = on_edge.source if on_edge is not None else feeding[0] if feeding is not None else None
        at = _place(graph, before, known)
    inside = _home(graph, on_edge, entered_in(known))
    put = put_in(graph, file, at, feeding=feeding, on_edge=on_edge, inside=inside or None)
    document.edit_graph(f"Insert {file.title}", settled(put.graph, put.group, known))
    return put.group


def _place(graph: Graph, before: str | None, known: Mapping[str, Rect]) -> tuple[float, float]:
    """Right of the block that feeds it, or of everything."""
    if before is not None:
        return next_in_row(graph, before, known)
    return free_corner(cards(graph, known).values())


def _home(graph: Graph, on_edge: EdgeKey | None, entered: str) -> str:
    """The group in which it is to lie; empty for none."""
    if on_edge is None:
        return entered
    paths = [[group.id for group in graph.enclosing(end)] for end in (on_edge.source, on_edge.target)]
    common = [names[0] for names in zip(*paths, strict=False) if len(set(names)) == 1]
    return common[-1] if common and (not entered or entered in common) else entered


def _feeding(document: Document, after: str | PortRef | None) -> tuple[str, str] | None:
    """The output that is to feed the group."""
    if isinstance(after, PortRef):
        return (after.node, after.name) if after.side == "output" else None
    block = document.report.blocks.get(after) if after else None
    return (after, block.outputs[0].name) if after and block is not None and block.outputs else None
