"""The words on the card of a closed group, and on the stubs at the edges of an entered one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playground.blocks.signal import Signal
from playground.data.registry import CATALOGUE
from playground.document.graph import Graph
from playground.editing.geometry import PortRef
from playground.editing.levels import ClosedGroup, GroupPort, Level, Stub, last_copy
from playground.network.check import Problem, Report
from playground.network.naming import titles
from playground.ui.canvas.face import CardFace, PortFace, parameter_words

FAMILY = "group"
"""The icon of a closed group; it has no colour of a family."""
_MOST_NAMES = 2


@dataclass(frozen=True, slots=True)
class _Known:
    """What the words of all groups need, found once."""

    graph: Graph
    report: Report
    names: Mapping[str, str]
    counts: Mapping[str, int]
    """Parameters of each drawn block, in all its copies."""
    problems: Mapping[str, Sequence[Problem]]


def group_faces(graph: Graph, report: Report, level: Level) -> dict[str, CardFace]:
    """The face of every closed group and of every stub."""
    if not level.closed and not level.stubs:
        return {}
    counts: Counter[str] = Counter()
    for name, count in report.parameters.items():
        counts[name.rpartition("/")[2]] += count
    problems: dict[str, list[Problem]] = {}
    for problem in report.problems:
        problems.setdefault(problem.node.rpartition("/")[2], []).append(problem)
    known = _Known(graph, report, titles(graph), counts, problems)
    shown = {name: _group_face(known, card) for name, card in level.closed.items()}
    shown.update((name, _stub_face(known, stub)) for name, stub in level.stubs.items())
    return shown


def picture_source(graph: Graph, card: ClosedGroup) -> str:
    """The computed block whose picture a closed group shows: its last output, else its last block."""
    if card.outputs:
        return last_copy(graph, card.outputs[-1].end.node)
    return last_copy(graph, card.blocks[-1]) if card.blocks else ""


def _group_face(known: _Known, card: ClosedGroup) -> CardFace:
    group, report = card.group, known.report
    output = card.outputs[-1].end if card.outputs else None
    signal = _signal(known, output)
    total = sum(known.counts.get(name, 0) for name in card.blocks)
    problems = tuple(problem for name in card.blocks for problem in known.problems.get(name, ()))
    frozen = [name for name in card.blocks if known.graph.node(name).training.trainable is False]
    learning = [name for name in card.blocks if report.parameters.get(name, 0)]
    return CardFace(
        title=group.title or "Group",
        subtitle=_subtitle(known, card),
        block_title="Group",
        family="",
        summary="A group of blocks. Double-click or press Enter to go inside, Ctrl+E to open it in place.",
        inputs=tuple(_port_face(known, port, "input") for port in card.inputs),
        outputs=tuple(_port_face(known, port, "output") for port in card.outputs),
        parameters=parameter_words(total),
        badge=signal.badge() if signal is not None else "",
        short_badge=signal.badge(named=False) if signal is not None else "",
        problems=problems,
        frozen=bool(learning) and set(learning) <= set(frozen),
        scale=signal.scale if signal is not None else "any",
        repeat=group.repeat,
        shared=group.shared,
    )


def _subtitle(known: _Known, card: ClosedGroup) -> str:
    """What is inside, in a few words: “Dense, Dropout”, “12 blocks”."""
    count = len(card.blocks)
    if count == 0:
        return "empty"
    kinds = list(dict.fromkeys(known.graph.node(name).block for name in card.blocks))
    if len(kinds) <= _MOST_NAMES and count <= 2 * _MOST_NAMES:
        named = [CATALOGUE[kind].title if kind in CATALOGUE else kind for kind in kinds]
        return ", ".join(named) if count == len(kinds) else f"{count} blocks: {', '.join(named)}"
    return f"{count} blocks"


def _signal(known: _Known, output: PortRef | None) -> Signal | None:
    if output is None:
        return None
    found = known.report.signals.get((last_copy(known.graph, output.node), output.name))
    return found if found is not None else known.report.signals.get((output.node, output.name))


def _port_face(known: _Known, port: GroupPort, side: str) -> PortFace:
    """A port in the words of the block inside, which tell more than those of the group."""
    title = f"{len(port.ends)} blocks inside"
    if len(port.ends) == 1:
        title = f"{known.names.get(port.end.node, port.end.node)}: {_port_title(known.graph, port.end)}"
    if side == "output":
        signal = _signal(known, port.end)
    else:
        signal = known.report.signals.get((port.outside[0].node, port.outside[0].name)) if port.outside else None
    return PortFace(port.name, title, signal.badge() if signal is not None else "")


def _port_title(graph: Graph, port: PortRef) -> str:
    declaration = CATALOGUE.get(graph.node(port.node).block) if graph.has(port.node) else None
    if declaration is None:
        return port.name
    declared = declaration.inputs if port.side == "input" else declaration.outputs
    return next((one.title for one in declared if one.name == port.name), port.name)


def _stub_face(known: _Known, stub: Stub) -> CardFace:
    port = stub.port
    blocks = list(dict.fromkeys(known.names.get(one.node, one.node) for one in port.outside))
    names = ", ".join(blocks[:_MOST_NAMES]) + (" …" if len(blocks) > _MOST_NAMES else "")
    source = port.outside[0] if stub.side == "input" else port.end
    signal = known.report.signals.get((source.node, source.name))
    badge = signal.badge() if signal is not None else ""
    face = PortFace(port.name, names, badge)
    inwards = stub.side == "input"
    return CardFace(
        title=names,
        subtitle="from outside" if inwards else "to outside",
        block_title=names,
        family="",
        summary="What comes into the group. Double-click to go there."
        if inwards
        else "What goes out of the group. Double-click to go there.",
        inputs=() if inwards else (face,),
        outputs=(face,) if inwards else (),
        parameters="",
        badge=badge,
        short_badge=signal.badge(named=False) if signal is not None else "",
    )
