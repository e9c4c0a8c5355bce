"""The compiled network: the graph's modules, run in order. Parameter names are `node_id.weight`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import nn

from playground.blocks.loss import Loss
from playground.blocks.measure import Measure
from playground.data.base import Dataset
from playground.document.graph import Graph
from playground.network.check import Output, Problem, Report, check


class CannotCompile(Exception):
    """The graph has errors; `problems` says which."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in problems))

    def __reduce__(self) -> tuple[type[CannotCompile], tuple[tuple[Problem, ...]]]:
        """So that it comes back from a worker process as it is."""
        return type(self), (self.problems,)


class Reader(Protocol):
    """Reads the examples of a data block on demand."""

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        """From the numbers of rows (B,) to the examples (B, ...), on the same device."""

    def expect(self, rows: torch.Tensor) -> None:
        """These (B,) are likely to be asked for next."""


@dataclass(frozen=True, slots=True)
class Step:
    """One module to run: where its inputs lie and where its outputs go, as slot numbers."""

    node: str
    module: nn.Module
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


class Network(nn.Module):
    """An nn.Module compiled from a graph.

    Values live in numbered slots, one per output port. `slots` maps (node, port) to the slot number. `feeds` lists the
    slots that data fill, in the order of `feed_outputs`. Where examples are read on demand, `readers` does it: such a
    feed may be the numbers of rows (B,) instead, so that whoever runs a few examples at a time holds no others.
    """

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report
        self.slots: dict[Output, int] = {}
        self.feed_outputs: tuple[Output, ...] = ()
        self.loss_weights: dict[str, float] = {}
        self.measures: dict[str, tuple[int, ...]] = {}
        """The slots that each measure looks at; they take no part in a run."""
        self.readers: Mapping[Output, Reader] = {}
        self.steps: list[Step] = []
        feeds: list[Output] = []
        for name in report.order:
            block = report.blocks[name]
            outputs = [(name, port.name) for port in block.outputs]
            for output in outputs:
                self.slots[output] = len(self.slots)
            if isinstance(block, Dataset):
                feeds.extend(outputs)
                continue
            sources = report.inputs[name]
            if isinstance(block, Measure):
                self.measures[name] = tuple(self.slots[source] for source in sources)
                continue
            module = block.build(*(report.signals[source] for source in sources))
            # Straight into the table: a node may be called like an attribute of nn.Module.
            self._modules[name] = module
            self.steps.append(
                Step(name, module, tuple(self.slots[s] for s in sources), tuple(self.slots[o] for o in outputs))
            )
        self._share(report.shared)
        self.feed_outputs = tuple(feeds)
        self.feed_slots = tuple(self.slots[output] for output in feeds)
        self.weigh(report)
        self._empty = [_NOTHING] * len(self.slots)

    def get_submodule(self, target: str) -> nn.Module:
        """As of any module; a node may be called like an attribute of this class. Raises AttributeError."""
        name, _, rest = target.partition(".")
        module = self._modules.get(name)
        if module is None:
            return super().get_submodule(target)
        return module.get_submodule(rest) if rest else module

    def _share(self, shared: Mapping[str, str]) -> None:
        """Put the parameters of their owners in place of those of nodes that use them; each then counts once."""
        if not shared:
            return
        for full, owner in shared.items():
            part, name = self._holder(full)
            setattr(part, name, self.get_parameter(owner))
        # Behind all others, so that torch knows every parameter by the name of its owner.
        for node in dict.fromkeys(full.partition(".")[0] for full in shared):
            self._modules[node] = self._modules.pop(node)

    def _holder(self, full: str) -> tuple[nn.Module, str]:
        """The module in which a parameter lies directly, and what it is called there."""
        path, _, name = full.rpartition(".")
        return self.get_submodule(path), name

    def weigh(self, report: Report) -> None:
        """Take the weights of the losses as a report of the same graph has them."""
        blocks = ((step.node, report.blocks[step.node]) for step in self.steps)
        self.loss_weights = {name: block.weight for name, block in blocks if isinstance(block, Loss)}
        self._loss_slots = tuple((name, self.slots[name, "loss"], weight) for name, weight in self.loss_weights.items())

    def run(self, feeds: Mapping[Output, torch.Tensor], steps: Sequence[Step] | None = None) -> list[torch.Tensor]:
        """Run the steps (all by default) and return every slot; slots that were not computed are empty tensors."""
        values = self._empty.copy()
        for output, tensor in self.read(feeds).items():
            values[self.slots[output]] = tensor
        return self._fill(values, self.steps if steps is None else steps)

    def read(self, feeds: Mapping[Output, torch.Tensor]) -> Mapping[Output, torch.Tensor]:
        """The feeds with examples in the place of the numbers of rows."""
        if not self.readers:
            return feeds
        return {output: self._read(output, tensor) for output, tensor in feeds.items()}

    def read_batch(self, batch: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """The same for a batch in the order of `feed_outputs`."""
        return tuple(self._read(output, tensor) for output, tensor in zip(self.feed_outputs, batch, strict=True))

    def expect(self, batch: Sequence[torch.Tensor]) -> None:
        """Let these be read ahead, as far as they are the numbers of rows."""
        for output, tensor in zip(self.feed_outputs, batch, strict=False) if self.readers else ():
            if output in self.readers:
                self.readers[output].expect(tensor)

    def _read(self, output: Output, tensor: torch.Tensor) -> torch.Tensor:
        numbers = output in self.readers and tensor.dim() == 1 and tensor.dtype == torch.int64
        return self.readers[output](tensor) if numbers else tensor

    def run_batch(self, batch: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Like `run` for one batch given in the order of `feed_outputs`: the training loop's way in."""
        values = self._empty.copy()
        for slot, tensor in zip(self.feed_slots, self.read_batch(batch) if self.readers else batch, strict=True):
            values[slot] = tensor
        return self._fill(values, self.steps)

    def run_from(self, given: Mapping[int, torch.Tensor], steps: Sequence[Step]) -> list[torch.Tensor]:
        """Like `run` for values that somebody else has made, by the number of their slot."""
        values = self._empty.copy()
        for slot, tensor in given.items():
            values[slot] = tensor
        return self._fill(values, steps)

    @staticmethod
    def _fill(values: list[torch.Tensor], steps: Sequence[Step]) -> list[torch.Tensor]:
        # `forward` instead of `__call__`: nobody hangs hooks on these modules, and a small net is mostly calls.
        for step in steps:
            inputs = step.inputs
            if len(inputs) == 1:
                result = step.module.forward(values[inputs[0]])
            else:
                result = step.module.forward(*(values[slot] for slot in inputs))
            if len(step.outputs) == 1:
                values[step.outputs[0]] = result
            else:
                for slot, tensor in zip(step.outputs, result, strict=True):
                    values[slot] = tensor
        return values

    def forward(self, feeds: Mapping[Output, torch.Tensor]) -> torch.Tensor:
        """The weighted sum of all losses for one batch; a scalar."""
        return self.total_loss(self.run(feeds))

    def total_loss(self, values: Sequence[torch.Tensor], losses: Collection[str] | None = None) -> torch.Tensor:
        """The weighted sum of the loss slots; of some losses alone where they are named."""
        total: torch.Tensor | None = None
        for name, slot, weight in self._loss_slots:
            if losses is not None and name not in losses:
                continue
            part = values[slot] if weight == 1.0 else values[slot] * weight
            total = part if total is None else total + part
        if total is None:
            raise ValueError("the network has no loss")
        return total

    def draw_from(self, generator: torch.Generator) -> None:
        """Let all modules that draw random numbers take them from a generator, which lies on their device."""
        for module in self.modules():
            # Not `hasattr`: a node may be called “generator”.
            if "generator" in vars(module):
                vars(module)["generator"] = generator

    def steps_before(self, losses: Collection[str]) -> list[Step]:
        """All steps but those of these nodes."""
        return [step for step in self.steps if step.node not in losses]

    def steps_to(self, outputs: Sequence[Output], given: Collection[Output] = ()) -> list[Step]:
        """The steps needed to compute some outputs, in order: what a picture of a hidden layer costs.

        What is `given` is fed, and what leads only there is left out. So is what only teaches a block, such as a
        target on its way to an estimator, when its own input is not given.
        """
        wanted = {self.slots[output] for output in outputs if output not in given}
        fed = {self.slots[output] for output in given}
        needed: list[Step] = []
        for step in reversed(self.steps):
            if wanted.intersection(step.outputs):
                needed.append(step)
                wanted.update(slot for slot in step.inputs if slot not in fed)
        return self._computable(needed[::-1], fed) if given else needed[::-1]

    def _computable(self, steps: Sequence[Step], fed: Collection[int]) -> list[Step]:
        """The steps whose inputs are there once those before them have run; of what only teaches none is needed."""
        known = set(fed)
        found: list[Step] = []
        for step in steps:
            if all(self.slots[output] in known for output in self.report.followed(step.node)):
                known.update(step.outputs)
                found.append(step)
        return found


_NOTHING = torch.empty(0)


def compile_graph(graph: Graph, device: torch.device | str = "cpu") -> Network:
    """Build the network of a graph on a device. Raises CannotCompile with the problems when there are errors.

    Weights are whatever torch draws; a session initializes them from its own generator.
    """
    report = check(graph)
    if not report.ok:
        raise CannotCompile(report.errors())
    return Network(report).to(device)
