"""Which block comes next: what fits and usually follows is offered first, what does not fit says why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from playground.blocks.base import Block, Port
from playground.blocks.families import FAMILY, before, role_of
from playground.blocks.loss import Loss
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document.graph import Graph
from playground.network.check import Output, Report, infer

Input = tuple[str, str]
"""A node id and the name of one of its input ports."""

FRESH = tuple(FAMILY)
"""The order of the families where no wire is in hand; also the order of the palette."""


@dataclass(frozen=True, slots=True)
class RankedBlock:
    """One line of the quick menu."""

    block: str
    """Id in the catalogue."""
    fits: bool
    reason: str = ""
    """Why it does not fit; empty when it does."""
    shape: str = ""
    """The shape that comes out, as on a badge; empty when nothing is known of it."""
    wires: tuple[tuple[str, Output], ...] = ()
    """How its inputs would be fed: (port of the new block, output on the canvas), in port order."""


def ranked_blocks(
    graph: Graph, report: Report, source: Output | None = None, target: Input | None = None, search: str = ""
) -> list[RankedBlock]:
    """All blocks for a menu: first those that fit, the likeliest on top; then the others, with the reason.

    `source` is the output that a wire is pulled from, `target` the input that it is pulled from backwards; with
    neither, everything fits. `search` keeps only blocks in which all its words occur, the better matches first.
    """
    ranked: list[tuple[tuple[bool, int, int, int, int], RankedBlock]] = []
    families = _families(graph, report, source, target)
    for number, (identifier, declaration) in enumerate(CATALOGUE.items()):
        quality = match_quality(declaration, search)
        if quality is None or (source is not None and not declaration.inputs and not search):
            continue  # that data take no wire need not be said for every dataset, only when one asks for it
        row = _judged(identifier, declaration, graph, report, source, target)
        family = families.index(declaration.family) if declaration.family in families else len(families)
        ranked.append(((not row.fits, quality, family, usualness(declaration), number), row))
    return [row for _, row in sorted(ranked, key=lambda pair: pair[0])]


def usualness(declaration: type[Block]) -> int:
    """0 for the block of its family that is wanted most, then more; all that are not named alike."""
    usual = FAMILY[declaration.family].usual
    return usual.index(declaration.id) if declaration.id in usual else len(usual)


def match_quality(declaration: type[Block], search: str) -> int | None:
    """0 for the best match of a search text, then worse; None if a word of it occurs nowhere, or no list has it."""
    if not declaration.listed:
        return None
    words = search.lower().split()
    title, summary = declaration.title.lower(), declaration.summary.lower()
    text = " ".join((title, declaration.id, declaration.family, summary))
    if not all(word in text for word in words):
        return None
    if not words:
        return 0
    wanted = " ".join(words)
    parts = title.replace("-", " ").split()
    checks = (
        wanted in (title, declaration.id),
        title.startswith(wanted) or declaration.id.startswith(wanted),
        any(part.startswith(words[0]) for part in parts),
        all(word in title or word in declaration.id for word in words),
    )
    return next((number for number, good in enumerate(checks) if good), len(checks))


def _families(graph: Graph, report: Report, source: Output | None, target: Input | None) -> tuple[str, ...]:
    if source is not None and source[0] in report.blocks:
        return FAMILY[report.blocks[source[0]].family].follows
    if target is not None and target[0] in report.blocks:
        return before(report.blocks[target[0]].family)
    has_data = any(isinstance(block, Dataset) for block in report.blocks.values())
    return tuple(sorted(FRESH, key=lambda family: role_of(family) == "data")) if has_data else FRESH


def _judged(
    identifier: str,
    declaration: type[Block],
    graph: Graph,
    report: Report,
    source: Output | None,
    target: Input | None,
) -> RankedBlock:
    block = declaration()
    if source is not None:
        return _after(identifier, block, report, source)
    if target is not None:
        return _before(identifier, block, graph, report, target)
    if isinstance(block, Dataset):
        return RankedBlock(identifier, True, shape=block.signals()[0].badge())
    return RankedBlock(identifier, True)


def _after(identifier: str, block: Block, report: Report, source: Output) -> RankedBlock:
    """Whether the block can take what comes out of `source`."""
    if not block.inputs:
        if not isinstance(block, Dataset):
            return RankedBlock(identifier, False, f"{block.title} takes no wire; it stands alone.")
        return RankedBlock(identifier, False, "A data block takes no wire; it is where wires start.")
    tried = RankedBlock(identifier, True, wires=((block.inputs[0].name, source),))
    signal = report.signals.get(source)
    if signal is None:
        return tried
    if signal.kind == "loss":
        return RankedBlock(identifier, False, "A loss ends the network; nothing follows it.")
    refused = ""
    for sources in _possible_inputs(block, report, source):
        result = infer(block, tuple(report.signals[output] for output in sources))
        if not result.error:
            shape = result.outputs[0].badge() if result.outputs else ""  # nothing comes out of a measure
            return RankedBlock(identifier, True, "", shape, _named(block, sources))
        refused = refused or result.error
    return RankedBlock(identifier, False, refused, wires=tried.wires)


def _named(block: Block, sources: tuple[Output, ...]) -> tuple[tuple[str, Output], ...]:
    if block.inputs[0].many:
        return ((block.inputs[0].name, sources[0]),)
    return tuple((port.name, output) for port, output in zip(_needed(block), sources, strict=True))


def _needed(block: Block) -> tuple[Port, ...]:
    """The input ports that a wire must end at."""
    return tuple(port for port in block.inputs if not port.optional)


def _possible_inputs(block: Block, report: Report, source: Output) -> Iterable[tuple[Output, ...]]:
    """Ways to feed the block with `source` and what the data offer; many wires are tried as two equal ones."""
    needed = _needed(block)
    if len(needed) == 1:
        yield (source, source) if block.inputs[0].many else (source,)
        return
    offered = [
        (name, port.name) for name in report.data_nodes() for port in reversed(report.blocks[name].outputs)
    ]
    others = [output for output in offered if output != source and output in report.signals] or [source]
    if len(needed) != 2:
        yield (source,) * len(needed)
        return
    if isinstance(block, Loss) and _is_label(report.signals[source]):
        predictions = [output for output in report.signals if not _is_label(report.signals[output])]
        yield from ((output, source) for output in reversed(predictions) if report.signals[output].kind != "loss")
    yield from ((source, other) for other in others)


def _is_label(signal: Signal) -> bool:
    return signal.kind == "classes" or signal.scale in ("index", "one-hot", "zero-one", "signed")


def _before(identifier: str, block: Block, graph: Graph, report: Report, target: Input) -> RankedBlock:
    """Whether what the block gives can go into `target`."""
    node, port = target
    receiver = report.blocks.get(node)
    if isinstance(block, Loss):
        return RankedBlock(identifier, False, "A loss ends the network; nothing follows it.")
    feeding = next((edge for edge in graph.into(node) if edge.target_port == port), None)
    if isinstance(block, Dataset):
        offers = list(block.signals())
    elif feeding is not None and (feeding.source, feeding.source_port) in report.signals:
        passed = infer(block, (report.signals[feeding.source, feeding.source_port],) * max(1, len(_needed(block))))
        if passed.error or not passed.outputs:
            return RankedBlock(identifier, False, passed.error or f"{block.title} gives nothing that could be wired.")
        offers = list(passed.outputs)
    else:
        return RankedBlock(identifier, True)
    if receiver is None or len(_needed(receiver)) != 1 or port != receiver.inputs[0].name:
        return RankedBlock(identifier, True, shape=offers[0].badge())
    results = [(infer(receiver, (offer,)), offer) for offer in offers]
    for result, offer in results:
        if not result.error:
            return RankedBlock(identifier, True, shape=offer.badge())
    return RankedBlock(identifier, False, results[0][0].error)
