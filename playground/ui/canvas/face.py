"""What a card shows, as plain values: compared by equality, so that only what looks different is painted again."""

from __future__ import annotations

from dataclasses import dataclass

from playground.blocks.base import Block, Port
from playground.blocks.families import FAMILY
from playground.blocks.loss import Loss
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.data.registry import CATALOGUE
from playground.document.graph import Graph, Node
from playground.network.check import Problem, Report
from playground.network.naming import titles


@dataclass(frozen=True, slots=True)
class PortFace:
    """A port in words: its name in files, its title, and the badge of what it carries (empty while unknown)."""

    name: str
    title: str
    badge: str = ""
    optional: bool = False
    """Needs no wire; drawn as a ring."""


@dataclass(frozen=True, slots=True)
class CardFace:
    """Everything a card shows besides its live picture."""

    title: str
    subtitle: str
    block_title: str
    family: str
    """Empty for a block that this program does not know."""
    summary: str
    inputs: tuple[PortFace, ...]
    outputs: tuple[PortFace, ...]
    parameters: str
    badge: str
    """Shape of the first output, with the names of its axes."""
    short_badge: str
    """The same without the names, for where there is no room."""
    problems: tuple[Problem, ...] = ()
    frozen: bool = False
    learns: bool = False
    """Has weights of its own that an optimizer changes."""
    unfolded: bool = False
    scale: str = "any"
    """Meaning of the output values; probabilities are drawn around one half."""
    repeat: int = 0
    """How many copies of a closed group stand in series; 0 for a single block."""
    shared: bool = False
    """All copies, or this block and another one, use the same weights."""

    @property
    def severity(self) -> str:
        """ "error", "warning" or ""."""
        kinds = {problem.severity for problem in self.problems}
        return "error" if "error" in kinds else "warning" if kinds else ""

    def words(self) -> str:
        """The card in one line, for screen readers."""
        parts = [self.title, self.subtitle, self.parameters, f"output {self.badge}" if self.badge else ""]
        if self.title != self.block_title:
            parts.insert(1, self.block_title)
        if self.repeat > 1:
            parts.append(f"{self.repeat} copies" + (" with the same weights" if self.shared else ""))
        parts.append("frozen" if self.frozen else "")
        parts.extend(f"{problem.severity}: {problem.message}" for problem in self.problems)
        return ", ".join(part for part in parts if part)


def faces(graph: Graph, report: Report) -> dict[str, CardFace]:
    """The face of every node."""
    return FaceMaker().of(graph, report)


class FaceMaker:
    """Makes faces, and gives the same one again for a node of which nothing that is shown has changed."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[tuple[object, ...], CardFace]] = {}

    def of(self, graph: Graph, report: Report) -> dict[str, CardFace]:
        """The face of every node."""
        names = titles(graph)
        problems: dict[str, list[Problem]] = {}
        for problem in report.problems:
            problems.setdefault(problem.node, []).append(problem)
        made = {}
        for node in graph.nodes:
            wired_in = [edge.target_port for edge in graph.into(node.id)]
            wired_out = [edge.source_port for edge in graph.out_of(node.id)]
            faults = tuple(problems.get(node.id, ()))
            seen = _seen(node, names[node.id], report, faults, wired_in, wired_out)
            known = self._made.get(node.id)
            if known is None or known[0] != seen:
                known = seen, _face(node, names[node.id], report, faults, wired_in, wired_out)
            made[node.id] = known
        self._made = made
        return {name: face for name, (_, face) in made.items()}


def _seen(
    node: Node, title: str, report: Report, problems: tuple[Problem, ...], wired_in: list[str], wired_out: list[str]
) -> tuple[object, ...]:
    """All that a face is made of. Compared by identity first, as the check gives the same signals again."""
    declaration, block = CATALOGUE.get(node.block), report.blocks.get(node.id)
    ports = [port.name for port in declaration.outputs] if declaration is not None else []
    signals = [report.signals.get((node.id, port)) for port in (*ports, *wired_out)]
    training = node.training.trainable, node.training.learning_rate_factor
    own = node.block, title, training, node.unfolded, node.weights_of, owned(node, report)
    return own, block, report.parameters.get(node.id), signals, problems, wired_in, wired_out


def _face(
    node: Node, title: str, report: Report, problems: tuple[Problem, ...], wired_in: list[str], wired_out: list[str]
) -> CardFace:
    declaration = CATALOGUE.get(node.block)
    block = report.blocks.get(node.id)
    is_loss = declaration is not None and issubclass(declaration, Loss)
    known_outputs = declaration.outputs if declaration is not None else ()
    inputs = _ports(declaration.inputs if declaration is not None else (), wired_in)
    outputs = _ports(() if is_loss else known_outputs, wired_out)  # nothing follows a loss: no port to pull from
    signals = {port.name: report.signals.get((node.id, port.name)) for port in outputs}
    shown = tuple(PortFace(port.name, port.title, _badge(signals[port.name])) for port in outputs)
    first = report.signals.get((node.id, known_outputs[0].name)) if known_outputs else None
    counted = declaration is not None and not issubclass(declaration, (Dataset, Loss)) and node.id in report.parameters
    return CardFace(
        title=title,
        subtitle=_subtitle(node, declaration, block, report),
        block_title=declaration.title if declaration is not None else node.block,
        family=declaration.family if declaration is not None else "",
        summary=declaration.summary if declaration is not None else "",
        inputs=tuple(PortFace(port.name, port.title, optional=port.optional) for port in inputs),
        outputs=shown,
        parameters=_parameters(node, report) if counted else "",
        badge=_badge(first),
        short_badge=first.badge(named=False) if first is not None else "",
        problems=problems,
        frozen=not node.training.trainable,
        learns=node.training.trainable and report.parameters.get(node.id, 0) > 0,
        unfolded=node.unfolded,
        shared=node.weights_of is not None,
        scale=first.scale if first is not None else "any",
    )


def _subtitle(node: Node, declaration: type[Block] | None, block: Block | None, report: Report) -> str:
    """“2 units · tanh”; of a block that learns at another rate than the network “rate × 0.1 · 2 units”."""
    said, factor = _said(declaration, block), _factor(node)
    if factor == 1.0 or not report.parameters.get(node.id):
        return said
    return f"rate × {factor:g} · {said.partition(' · ')[0]}"


def _said(declaration: type[Block] | None, block: Block | None) -> str:
    """What the block says of its parameters, else its family."""
    if declaration is None:
        return "unknown block"
    said = block.subtitle() if block is not None else ""
    if isinstance(block, Dataset) and block.fold_words():
        said = f"{block.fold_words()} · {said}" if said else block.fold_words()
    return said or FAMILY[declaration.family].title.lower()


def owned(node: Node, report: Report) -> int:
    """The parameters of the block whose weights this one uses."""
    return report.parameters.get(node.weights_of, 0) if node.weights_of is not None else 0


def _parameters(node: Node, report: Report) -> str:
    if node.weights_of is not None and not report.parameters[node.id]:
        return f"{owned(node, report):,} shared"
    return parameter_words(report.parameters[node.id])


def parameter_words(count: int) -> str:
    """“72 params”, “109,386 params”."""
    return f"{count:,} param{'' if count == 1 else 's'}"


def _factor(node: Node) -> float:
    """By what the learning rate of a block is multiplied; a frozen one has none."""
    return node.training.learning_rate_factor if node.training.trainable else 1.0


def _ports(declared: tuple[Port, ...], wired: list[str]) -> tuple[Port, ...]:
    """The declared ports and those that wires name although they do not exist: such wires must stay visible."""
    names = {port.name for port in declared}
    strangers = dict.fromkeys(name for name in wired if name not in names)
    return (*declared, *(Port(name, name) for name in strangers))


def _badge(signal: Signal | None) -> str:
    return signal.badge() if signal is not None else ""
