"""Networks as deep as the known ones, made of groups that repeat, as a person would draw them: no weights are made."""

from __future__ import annotations

import resource
import statistics
from collections.abc import Iterable

from playground.document.files import to_json
from playground.document.graph import Edge, Graph, Group, Node
from playground.document.project import Project
from playground.network.check import Report, check
from playground.network.opening import project_from
from tests.benchmarks.checking import forget_everything
from tests.benchmarks.table import Row
from tests.benchmarks.timing import Spent, spent_on

REPEATS = 7
STAGES = ((64, 3, 1), (128, 8, 2), (256, 36, 2), (512, 3, 2))
"""Channels, blocks and stride of the stages of ResNet-152 (He et al. 2015): 3 (3 + 8 + 36 + 3) + 2 = 152 layers."""
WORDS = 30_522
"""Pieces of words that BERT knows (Devlin et al. 2018)."""


class Drawing:
    """A graph in the making: each block is wired to the one that came last."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.edges: list[Edge] = []
        self.groups: list[Group] = []
        self.last = ("", "output")

    def put(self, name: str, block: str, *sources: str, **parameters: object) -> str:
        """Put a block behind these, or behind the last one."""
        self.nodes.append(Node(id=name, block=block, parameters=parameters))
        for source, port in [(one, "output") for one in sources] or ([self.last] if self.last[0] else []):
            self.edges.append(Edge(source=source, source_port=port, target=name, target_port="input"))
        self.last = (name, "output")
        return name

    def group(self, name: str, title: str, members: Iterable[str], repeat: int = 1, inside: str | None = None) -> None:
        """Make one part of some blocks."""
        self.groups.append(
            Group(id=name, title=title, nodes=tuple(members), repeat=repeat, inside=inside, closed=True)
        )

    def since(self, number: int) -> list[str]:
        """The blocks that were put after so many."""
        return [node.id for node in self.nodes[number:]]

    def graph(self, *wires: Edge) -> Graph:
        """What was drawn, with further wires."""
        return Graph(nodes=tuple(self.nodes), edges=(*self.edges, *wires), groups=tuple(self.groups))


def residual_152() -> Graph:
    """ResNet-152 on pictures of digits: stages of bottleneck blocks, each stage but its first block one group."""
    drawing = Drawing()
    drawing.put("data", "mnist")
    drawing.last = ("data", "features")
    _convolution(drawing, "stem", 64, 7, 2)
    for number, (channels, blocks, stride) in enumerate(STAGES, start=1):
        before = len(drawing.nodes)
        _bottleneck(drawing, f"first-{number}", channels, stride, widened=True)
        drawing.group(f"stage-{number}-first", f"Stage {number}, first block", drawing.since(before))
        before = len(drawing.nodes)
        _bottleneck(drawing, f"block-{number}", channels, 1, widened=False)
        drawing.group(f"stage-{number}", f"Stage {number}", drawing.since(before), repeat=blocks - 1)
    drawing.put("pool", "global-average-pooling")
    drawing.put("out", "dense", units=10, activation="identity")
    drawing.put("loss", "cross-entropy")
    return _judged(drawing)


def _convolution(
    drawing: Drawing, name: str, channels: int, size: int, stride: int = 1, activation: bool = True
) -> None:
    drawing.put(f"{name}-conv", "conv2d", filters=channels, kernel_size=size, stride=stride, padding="same",
                activation="identity", bias=False)  # fmt: skip
    drawing.put(f"{name}-norm", "batch-norm")
    if activation:
        drawing.put(f"{name}-relu", "relu")


def _bottleneck(drawing: Drawing, name: str, channels: int, stride: int, *, widened: bool) -> None:
    around = drawing.put(f"{name}-in", "identity")
    _convolution(drawing, f"{name}-a", channels, 1)
    _convolution(drawing, f"{name}-b", channels, 3, stride)
    _convolution(drawing, f"{name}-c", 4 * channels, 1, activation=False)
    through = drawing.last[0]
    if widened:
        drawing.last = (around, "output")
        _convolution(drawing, f"{name}-way", 4 * channels, 1, stride, activation=False)
        around = drawing.last[0]
    drawing.put(f"{name}-add", "add", through, around)
    drawing.put(f"{name}-out", "relu")


def bert_base() -> Graph:
    """A network as large as BERT-base (Devlin et al. 2018): twelve encoder blocks of 768 numbers and twelve heads.

    Its text has few letters, so the words it could choose from are in the layer before the output.
    """
    drawing = Drawing()
    drawing.put("data", "python-manual")
    drawing.last = ("data", "features")
    drawing.put("embedding", "embedding", units=768)
    drawing.put("position", "positional-encoding", kind="learned")
    before = len(drawing.nodes)
    start = drawing.put("in", "identity")
    drawing.put("norm-1", "layer-norm")
    drawing.put("attention", "multi-head-attention", heads=12)
    middle = drawing.put("add-1", "add", "attention", start)
    drawing.put("norm-2", "layer-norm")
    drawing.put("wide", "dense", units=3072, activation="gelu")
    drawing.put("narrow", "dense", units=768, activation="identity")
    drawing.put("add-2", "add", "narrow", middle)
    drawing.group("encoder", "Encoder block", drawing.since(before), repeat=12)
    drawing.put("words", "dense", units=WORDS, activation="identity", bias=False)
    drawing.put("out", "dense", units=39, activation="identity")
    drawing.put("loss", "cross-entropy")
    return _judged(drawing)


def _judged(drawing: Drawing) -> Graph:
    """The graph with the last wire into the loss' prediction and the target into it."""
    edges = [edge.replace(target_port="prediction") if edge.target == "loss" else edge for edge in drawing.edges]
    drawing.edges = edges
    return drawing.graph(Edge(source="data", source_port="target", target="loss", target_port="target"))


def thousand_blocks() -> Graph:
    """1,000 drawn blocks: fifty groups of twenty blocks, ten groups around five of them each."""
    drawing = Drawing()
    drawing.put("data", "circles", labels="zero-one")
    drawing.last = ("data", "features")
    for outer in range(10):
        for inner in range(5):
            before = len(drawing.nodes)
            for number in range(10):
                drawing.put(f"dense-{outer}-{inner}-{number}", "dense", units=4 + (outer + inner + number) % 5,
                            activation="identity")  # fmt: skip
                drawing.put(f"tanh-{outer}-{inner}-{number}", "tanh")
            drawing.group(f"inner-{outer}-{inner}", "Part", drawing.since(before), inside=f"outer-{outer}")
        drawing.group(f"outer-{outer}", "Stage", ())
    drawing.nodes, drawing.edges = drawing.nodes[:998], drawing.edges[:997]
    members = {node.id for node in drawing.nodes}
    drawing.groups = [
        one.replace(nodes=tuple(name for name in one.nodes if name in members)) for one in drawing.groups
    ]
    drawing.last = (drawing.nodes[-1].id, "output")
    drawing.put("out", "dense", units=1, activation="sigmoid")
    drawing.put("loss", "mean-squared-error")
    return _judged(drawing)


def measure() -> list[Row]:
    """A row for each network: its file is read and checked with cold caches. The first is the first of the process."""
    return [
        _row("ResNet-152, made of groups", residual_152(), 1_000.0),
        _row("BERT-base, 12 copies of a group", bert_base(), 2_000.0),
        _row("1,000 blocks in 60 groups", thousand_blocks(), 150.0),
    ]


def _row(words: str, graph: Graph, goal: float) -> Row:
    text = to_json(Project(graph=graph))
    before = _memory()
    report, first = _opened(text)
    grown = _memory() - before
    again = [_opened(text)[1].wall for _ in range(REPEATS)]
    detail = (
        f"{report.total_parameters:,} parameters in {len(report.order):,} blocks; at first {first.wall:.0f} ms and "
        f"{grown:.0f} MB more; {first.processor:.0f} ms of processor time then"
    )
    assert report.ok, report.problems
    return Row(f"open and check {words}", statistics.median(again), "ms", goal, detail=detail)


def _opened(text: str) -> tuple[Report, Spent]:
    """What the check says, and what reading the file and checking it took."""
    forget_everything()
    found: list[Report] = []
    spent = spent_on(lambda: found.append(check(project_from(text).graph)))
    return found[0], spent


def _memory() -> float:
    """The most memory that the process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
