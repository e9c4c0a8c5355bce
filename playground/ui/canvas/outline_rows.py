"""The rows of the outline: the canvas as a tree of sentences. Pure, so that it is plainly tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from playground.blocks.base import Fix
from playground.document.graph import Edge, EdgeKey, Graph, Group
from playground.network.check import Problem, Report
from playground.ui.canvas.face import CardFace, faces

RowKey = tuple[str, str, EdgeKey | None, str]
RowKind = Literal["node", "wire", "problem", "fix", "notes", "note", "group"]


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """One row with those below it."""

    kind: RowKind
    id: str
    """The node, note or group it stands for or belongs to; empty for headings and faults of the whole."""
    text: str
    detail: str = ""
    """What stands in the second column."""
    spoken: str = ""
    """What a screen reader says."""
    family: str = ""
    edge: EdgeKey | None = None
    fix: Fix | None = None
    folded: bool = False
    """Whether it begins folded."""
    children: tuple[OutlineRow, ...] = field(default=())

    @property
    def key(self) -> RowKey:
        """What makes the row the same row after an edit."""
        return self.kind, self.id, self.edge, self.text if self.kind in ("problem", "fix") else ""


Made = dict[str, tuple[tuple[object, ...], OutlineRow]]
"""The row of each node, with all that it was made of."""


def outline_rows(
    graph: Graph, report: Report, shown: Mapping[str, CardFace] | None = None, made: Made | None = None
) -> tuple[OutlineRow, ...]:
    """Faults of the whole, nodes in the order of the network with their wires, then notes. A group is a branch with all
    that lies in it, where the first of its nodes would stand.

    `shown` holds the faces of all nodes where they are known already; `made` keeps the rows of nodes from one call to
    the next, so that only those are made anew of which something has changed.
    """
    if shown is None:
        shown = faces(graph, report)
    order = [name for name in report.order if graph.has(name)] or [node.id for node in graph.nodes]
    rows = [_problem(problem) for problem in report.problems if not problem.node]
    nodes = {name: _known_node(name, graph, shown, made if made is not None else {}) for name in order}
    rows += _branch("", _contents(graph, order), nodes, graph)
    if graph.notes:
        notes = tuple(
            OutlineRow("note", note.id, _first_line(note.text), spoken=f"Note: {note.text or 'empty'}")
            for note in graph.notes
        )
        rows.append(OutlineRow("notes", "", "Notes", str(len(notes)), f"Notes, {len(notes)}", children=notes))
    return tuple(rows)


def _contents(graph: Graph, order: Sequence[str]) -> dict[str, list[str]]:
    """What lies directly in each group, and in none (""), in the order of the network."""
    found: dict[str, list[str]] = {"": []}

    def put(name: str) -> None:
        home = graph.homes.get(name, "")
        if home and home not in found:
            found[home] = []
            put(home)
        found[home].append(name)

    for name in order:
        put(name)
    return found


def _branch(
    group: str, contents: Mapping[str, Sequence[str]], nodes: Mapping[str, OutlineRow], graph: Graph
) -> list[OutlineRow]:
    return [
        nodes[name] if name in nodes else _group(graph.group(name), tuple(_branch(name, contents, nodes, graph)))
        for name in contents[group]
    ]


def _known_node(name: str, graph: Graph, shown: Mapping[str, CardFace], made: Made) -> OutlineRow:
    into, out = graph.wires_in.get(name, ()), graph.wires_out.get(name, ())
    beside = [shown.get(edge.source) for edge in into], [shown.get(edge.target) for edge in out]
    seen = shown[name], into, out, *beside
    known = made.get(name)
    if known is None or known[0] != seen:
        known = made[name] = seen, _node(name, into, out, shown)
    return known[1]


def _node(name: str, into: Sequence[Edge], out: Sequence[Edge], shown: Mapping[str, CardFace]) -> OutlineRow:
    face = shown[name]
    feeding = [_title(shown, edge.source) for edge in into]
    spoken = [face.words(), f"fed by {' and '.join(feeding)}" if feeding else ""]
    children = [_problem(problem) for problem in face.problems]
    children += [_wire(edge, shown) for edge in out]
    text = face.title if face.severity != "error" else f"Error: {face.title}"
    return OutlineRow(
        "node", name, text, face.badge, ", ".join(filter(None, spoken)), face.family, children=tuple(children)
    )


def _wire(edge: Edge, shown: Mapping[str, CardFace]) -> OutlineRow:
    target = shown.get(edge.target)
    source = shown[edge.source]
    words = f"to {_title(shown, edge.target)}"
    if target is not None and len(target.inputs) > 1:
        words += f", {edge.target_port}"
    if len(source.outputs) > 1:
        words = f"{edge.source_port} {words}"
    badge = next((port.badge for port in source.outputs if port.name == edge.source_port), "")
    spoken = f"Wire from {source.title}, {words}" + (f", carries {badge}" if badge else "")
    return OutlineRow("wire", edge.source, words, badge, spoken, edge=edge.key)


def _problem(problem: Problem) -> OutlineRow:
    text = f"{problem.severity.capitalize()}: {problem.message}"
    fixes = tuple(
        OutlineRow("fix", problem.node, f"Fix: {fix.label}", spoken=f"Press Enter to: {fix.label}", fix=fix)
        for fix in problem.fixes
    )
    return OutlineRow("problem", problem.node, text, spoken=text, children=fixes)


def _group(group: Group, children: tuple[OutlineRow, ...]) -> OutlineRow:
    title = group.title or "Group"
    blocks = sum(_nodes_in(child) for child in children)
    wrong = any(child.text.startswith("Error:") for child in children)
    words = f"{title} ×\N{NO-BREAK SPACE}{group.repeat}" if group.repeat > 1 else title
    spoken = [f"Group {title}", f"{blocks} block{'s' if blocks != 1 else ''}", "closed" if group.closed else "open"]
    if group.repeat > 1:
        spoken.append(f"{group.repeat} copies" + (" with the same weights" if group.shared else ""))
    return OutlineRow(
        "group", group.id, f"Error: {words}" if wrong else words, f"{blocks} blocks", ", ".join(spoken),
        children=children, folded=group.closed,
    )  # fmt: skip


def _nodes_in(row: OutlineRow) -> int:
    return sum(map(_nodes_in, row.children)) if row.kind == "group" else int(row.kind == "node")


def _title(shown: Mapping[str, CardFace], name: str) -> str:
    return shown[name].title if name in shown else name


def _first_line(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else "Empty note"
    return line if len(line) <= 60 else f"{line[:59]}…"
