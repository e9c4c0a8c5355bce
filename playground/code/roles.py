"""Which nodes stand in the class of the network, which prepare targets, which compare, and which cannot be written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from playground.blocks.base import Block
from playground.blocks.code import Code
from playground.blocks.loss import Loss
from playground.blocks.measure import Measure
from playground.code.naming import Names, snake
from playground.data.base import Dataset
from playground.document.copies import drawn
from playground.document.graph import Graph
from playground.network.check import Report
from playground.network.remedies import Output


@dataclass(frozen=True)
class Roles:
    """A graph sorted by what is written where. All ids are those of the unrolled graph."""

    graph: Graph
    report: Report

    @cached_property
    def codes(self) -> Mapping[str, Code]:
        """How each node that has its inputs is written."""
        report = self.report
        return {
            name: report.blocks[name].to_code(*(report.signals[source] for source in report.inputs[name]))
            for name in report.order
            if name in report.inputs
        }

    @cached_property
    def left_out(self) -> frozenset[str]:
        """What cannot be written, and all that follows from it."""
        found: set[str] = set()
        for name in self.report.order:
            if isinstance(self.report.blocks.get(name), Dataset):
                continue
            sources = self.report.inputs.get(name)
            if sources is None or self.codes[name].cannot or any(source in found for source, _ in sources):
                found.add(name)
        return frozenset(found)

    @cached_property
    def cannot(self) -> tuple[str, ...]:
        """Why nodes cannot be written, one sentence each."""
        reasons = ((name, code.cannot) for name, code in self.codes.items() if code.cannot)
        return tuple(f"{self.called(name)}: {reason}" if self.called(name) else reason for name, reason in reasons)

    def called(self, name: str) -> str:
        """The title that a person gave to a node."""
        return self.graph.by_id[drawn(name)].title

    def _written(self, name: str) -> bool:
        return name in self.codes and name not in self.left_out

    def block(self, name: str) -> Block:
        """The block of a node."""
        return self.report.blocks[name]

    @cached_property
    def losses(self) -> tuple[str, ...]:
        """Losses of a prediction."""
        return tuple(name for name in self.report.loss_nodes() if self._written(name))

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """Measures."""
        return tuple(name for name in self.codes if isinstance(self.block(name), Measure) and self._written(name))

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """What makes targets of data, on whose way nothing is learned and no prediction is made, in order."""
        judged = {*self.losses, *self.measures}
        takers: dict[str, list[tuple[str, int]]] = {}
        for name, sources in self.report.inputs.items():
            for place, (source, _) in enumerate(sources):
                takers.setdefault(source, []).append((name, place))
        aims: set[str] = set()
        for name in reversed(self.report.order):
            if not self._written(name) or name in judged or self.codes[name].parts:
                continue
            used = takers.get(name, [])
            if used and all(taker in aims or (taker in judged and place > 0) for taker, place in used):
                aims.add(name)
        found: dict[str, None] = {}
        for name in self.report.order:
            sources = self.report.inputs.get(name, ())
            if name in aims and all(source in found or self._is_data(source) for source, _ in sources):
                found[name] = None
        return tuple(found)

    def _is_data(self, name: str) -> bool:
        return isinstance(self.report.blocks.get(name), Dataset)

    @cached_property
    def network(self) -> frozenset[str]:
        """What stands in the class of the network; a loss without inputs is a part of it, as it is what learns."""
        judged = {name for name in (*self.losses, *self.measures) if not self.codes[name].parts}
        return frozenset(
            name for name in self.codes if self._written(name) and name not in judged and name not in self.targets
        )

    @cached_property
    def wanted(self) -> tuple[Output, ...]:
        """What the network returns: all that is compared or measured, then what nothing takes."""
        found: dict[Output, None] = {}
        for name in (*self.losses, *self.measures):
            if name in self.network:
                found[name, "loss"] = None
            for source in self.report.inputs[name]:
                if source[0] in self.network:
                    found[source] = None
        taken = {source for name in self.network for source, _ in self.report.inputs[name]}
        taken |= {source for source, _ in found}
        used = {drawn(name) for name in taken}
        last = {drawn(name): name for name in self.report.order if name in self.network}
        for name in self.report.order:  # of what nobody takes in any copy, the last copy
            if name in self.network and drawn(name) not in used and last[drawn(name)] == name:
                found.update(((name, port.name), None) for port in self.block(name).outputs)
        return tuple(found)

    @cached_property
    def feeds(self) -> Mapping[Output, str]:
        """What of the data anything takes, and its variable."""
        wanted = {source for name in self.codes if self._written(name) for source in self.report.inputs[name]}
        data = self.report.data_nodes()
        names = Names({"model", "h", "loss", "losses"})
        usual = {"features": "x", "target": "y"}
        found: dict[Output, str] = {}
        for name in data:
            for port in self.block(name).outputs:
                if (name, port.name) in wanted:
                    word = usual.get(port.name, snake(port.name))
                    found[name, port.name] = names.take(word if len(data) == 1 else f"{snake(name)}_{word}")
        return found

    @cached_property
    def takes(self) -> tuple[Output, ...]:
        """What of the data the network takes."""
        taken = {source for name in self.network for source in self.report.inputs[name]}
        return tuple(output for output in self.feeds if output in taken)

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """How much each loss counts."""
        blocks = ((name, self.block(name)) for name in self.losses)
        return {name: block.weight for name, block in blocks if isinstance(block, Loss)}
