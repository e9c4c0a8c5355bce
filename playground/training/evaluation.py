"""Losses and metrics of the train, validation and test parts, with the network in evaluation mode."""

from __future__ import annotations

import functools
import operator
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import nn

from playground.blocks.estimator import Estimator
from playground.blocks.loss import Loss
from playground.blocks.measure import Measure
from playground.data.base import PARTS, Part
from playground.data.preparation import Prepared
from playground.network.compiled import Network
from playground.training.batches import Batch, part_tensors
from playground.training.free_running import Decoding, decodings, free_run
from playground.training.metrics.metric_set import MetricSet, metrics_for

GLANCE_ON_DEMAND: dict[Part, int] = {"train": 128, "validation": 512, "test": 512}
"""The same where each example has to be read from a file first."""
GLANCE: dict[Part, int] = {"train": 512, "validation": 2_048, "test": 2_048}
"""Examples of each part that are looked at while training; a full evaluation takes all."""
LARGEST_BATCH = 4_096
MOST_MEASURED = 30_000_000
"""Numbers of what is compared that are held at once where the examples are not; a full evaluation of pictures against
pictures then takes as many as fit."""
MOST_SAID = (64, 256)
"""Examples of each part of which a sequence is said token by token: while training, and in a full evaluation."""
MOST_NUMBERS = 1_000_000
"""What the widest wire may carry in one pass: more than a processor keeps at hand makes large feature maps slow."""


@dataclass(frozen=True, slots=True)
class _Head:
    """What is compared by one loss block or estimator, and how it is measured."""

    name: str
    module: nn.Module | None
    """The loss; None for an estimator."""
    prediction: int
    target: int
    others: tuple[int, ...]
    """What else the loss is given, such as the answers of a teacher."""
    metrics: MetricSet
    sums: bool
    """Whether the loss is a sum over the batch, not a mean."""
    decoding: Decoding | None = None
    """How the network says the sequence by itself, where its prediction is what it says when it is told all tokens."""


@dataclass(frozen=True, slots=True)
class _Gauge:
    """A measure, or what an estimator tells of itself: a function of what some wires carry."""

    name: str
    measure: Callable[..., Mapping[str, float]]
    slots: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Measured:
    """What was measured of one part, before it is fetched from the device."""

    part: Part
    names: list[str]
    """Of the loss blocks, each with a point in front, and of the metrics."""
    tensors: list[torch.Tensor]
    """One number each: head by head its loss and its metrics, then the losses that look at no data."""
    factors: dict[str, float]
    """What the losses of blocks that sum are to be multiplied by, by the names of the blocks."""
    told: list[tuple[str, Mapping[str, float]]]
    """What measures and estimators tell, by their names."""


class Evaluator:
    """Evaluates one network on the parts of its data. Names are `test_loss`, `test_accuracy`, …

    With several losses, estimators or measures of a kind, each has its own names behind a dot: `test_loss.loss-2`.
    The data blocks go together, as `examples_of` makes sure.
    """

    def __init__(self, network: Network, prepared: Mapping[str, Prepared], device: torch.device) -> None:
        self._network = network
        self._parts: dict[Part, Batch] = {}
        for part in PARTS:
            tensors = part_tensors(prepared, network.feed_outputs, part, device)
            if tensors and len(tensors[0]):
                self._parts[part] = tensors
        if not network.feed_outputs:
            self._parts["train"] = ()  # what needs no data has one empty example to learn from
        self._heads = tuple(_heads(network, prepared))
        self._alone = tuple(
            (step.node, step.module)
            for step in network.steps
            if step.node in network.loss_weights and not step.inputs
        )
        """Losses that look at no data: the same for every part."""
        self._gauges = tuple(_gauges(network))
        self._slots = tuple(
            dict.fromkeys(
                [slot for head in self._heads for slot in (head.prediction, head.target, *head.others)]
                + [slot for gauge in self._gauges for slot in gauge.slots]
            )
        )
        losses = set(network.loss_weights)
        self._steps = [step for step in network.steps if step.node not in losses]
        self._modules = tuple(network.modules())
        widest = max((signal.size * signal.rows for signal in network.report.signals.values()), default=1)
        self._at_once = min(LARGEST_BATCH, max(1, MOST_NUMBERS // max(1, widest)))
        self._noise = torch.Generator(device=device)
        self._draws: bool | None = None
        """Whether blocks draw random numbers outside training too; None before the first evaluation."""
        glance = GLANCE_ON_DEMAND if network.readers else GLANCE
        self._glances = {part: _first(tensors, glance[part]) for part, tensors in self._parts.items()}
        self._measured = self._parts
        if network.readers:
            sizes = {slot: network.report.signals[output].size for output, slot in network.slots.items()}
            most = MOST_MEASURED // max(1, len(PARTS) * sum(sizes[slot] for slot in self._slots))
            self._measured = {part: _first(tensors, most) for part, tensors in self._parts.items()}
        self._glance = _joined(self._glances)

    @property
    def train(self) -> Batch:
        """The tensors of the training part, to learn from."""
        return self._parts["train"]

    def examples(self, part: Part) -> Batch | None:
        """The tensors of a part, on the device; None where it has no examples."""
        return self._parts.get(part)

    @torch.no_grad()
    def evaluate(
        self, batch_size: int, *, full: bool = False, only: Collection[str] | None = None
    ) -> dict[str, float]:  # fmt: skip
        """All metrics of all parts that have examples, or, in less time, those that are named by `only` and perhaps
        others; at most a glance at each part unless `full`.

        A loss that sums over the batch is given for `batch_size` examples, so that the curves of all parts and those
        of the training steps can be compared.
        """
        measured: list[_Measured] = []
        with self._evaluation_mode():
            for part, rows in self._rows(full):
                if only is None or any(name.startswith(f"{part}_") for name in only):
                    examples = (self._measured if full else self._glances)[part]
                    measured.append(self._measure(part, rows, batch_size, only, _first(examples, MOST_SAID[full])))
        values = iter(_fetched([tensor for one in measured for tensor in one.tensors]))
        found: dict[str, float] = {}
        for one in measured:
            found.update(self._told(one, values))
        return found

    def _rows(self, full: bool) -> Iterator[tuple[Part, Mapping[int, torch.Tensor]]]:
        """What is to be measured of each part, slot by slot."""
        if not self._draws:
            untouched = self._noise.get_state() if self._draws is None else None
            counts, examples = _joined(self._measured) if full else self._glance
            values = self._values(examples)
            if untouched is not None:
                self._draws = not torch.equal(self._noise.get_state(), untouched)
            if not self._draws:
                yield from _cut(values, counts)
                return
        for part, tensors in (self._measured if full else self._glances).items():
            # A part has the same noise however large the others are, and the same as in a picture of it.
            self._noise.manual_seed(1)
            yield part, self._values(tensors)

    @contextmanager
    def _evaluation_mode(self) -> Iterator[None]:
        """Blocks behave as outside training; those that draw then too draw the same numbers in every evaluation.

        The noise of the run goes on afterwards as if nothing had been.
        """
        learning = [module for module in self._modules if module.training]
        drawing = [(vars(module), vars(module)["generator"]) for module in self._modules if "generator" in vars(module)]
        for module in learning:
            module.training = False
        for own, _ in drawing:
            own["generator"] = self._noise
        self._noise.manual_seed(1)
        try:
            yield
        finally:
            for module in learning:
                module.training = True
            for own, generator in drawing:
                own["generator"] = generator

    def _values(self, examples: Batch) -> dict[int, torch.Tensor]:
        """What is to be measured, slot by slot, for all examples; in one pass where they are not too many."""
        found: dict[int, list[torch.Tensor]] = {slot: [] for slot in self._slots}
        for batch in zip(*(torch.split(tensor, self._at_once) for tensor in examples), strict=True):
            values = self._network.run(dict(zip(self._network.feed_outputs, batch, strict=True)), self._steps)
            for slot, pieces in found.items():
                pieces.append(values[slot])
        return {slot: _whole(pieces) for slot, pieces in found.items()}

    def _measure(
        self, part: Part, rows: Mapping[int, torch.Tensor], batch_size: int, only: Collection[str] | None, first: Batch
    ) -> _Measured:
        """Losses and metrics of a part as tensors that nobody has waited for; `first` are its first examples."""
        names: list[str] = []
        tensors: list[torch.Tensor] = []
        factors: dict[str, float] = {}
        losses = only is None or any(name.split(".")[0] == f"{part}_loss" for name in only)
        for head in self._heads:
            prediction, target = rows[head.prediction], rows[head.target]
            suffix = f".{head.name}" if len(self._heads) > 1 else ""
            if head.module is not None and losses:
                names.append(f".{head.name}")
                tensors.append(head.module(prediction, target, *(rows[slot] for slot in head.others)))
                factors[head.name] = batch_size / len(prediction) if head.sums else 1.0
            own = [f"{part}_{metric}{suffix}" for metric in head.metrics.names]
            wanted = [only is None or name in only for name in own]
            if any(wanted):
                names += [name for name, there in zip(own, wanted, strict=True) if there]
                said = self._said(head, first) if any(map(operator.and_, wanted, head.metrics.whole)) else None
                tensors.extend(head.metrics.tensors(prediction, target, wanted, said))
        if losses:
            names += [f".{name}" for name, _ in self._alone]
            tensors.extend(module() for _, module in self._alone)
        told = [(gauge.name, gauge.measure(*(rows[slot] for slot in gauge.slots))) for gauge in self._gauges]
        return _Measured(part, names, tensors, factors, told)

    def _said(self, head: _Head, examples: Batch) -> tuple[torch.Tensor, torch.Tensor] | None:
        """What the network says by itself of some examples, and what it should; None where its prediction is that."""
        if head.decoding is None or not examples:
            return None
        feeds = dict(zip(self._network.feed_outputs, examples, strict=True))
        prediction, _ = free_run(self._network, feeds, head.decoding)
        return prediction, feeds[head.decoding.target]

    def _told(self, measured: _Measured, values: Iterator[float]) -> dict[str, float]:
        """What was measured by its names; `values` gives the tensors' numbers in their order."""
        part = measured.part
        losses = any(name.startswith(".") for name in measured.names)
        found: dict[str, float] = {f"{part}_loss": 0.0} if losses else {}
        for name, value in zip(measured.names, values, strict=False):
            if name.startswith("."):
                block = name.removeprefix(".")
                self._add_loss(found, part, block, value * measured.factors.get(block, 1.0))
            else:
                found[name] = value
        takers = Counter(metric for _, numbers in measured.told for metric in numbers)
        for owner, numbers in measured.told:
            for metric, value in numbers.items():
                name = f"{part}_{metric}"
                found[f"{name}.{owner}" if takers[metric] > 1 or name in found else name] = value
        return found

    def _add_loss(self, found: dict[str, float], part: Part, name: str, loss: float) -> None:
        weights = self._network.loss_weights
        found[f"{part}_loss"] += weights[name] * loss
        if len(weights) > 1:
            found[f"{part}_loss.{name}"] = loss


def _fetched(tensors: list[torch.Tensor]) -> list[float]:
    """The values of tensors of one number each, with a single wait for the device."""
    single = [tensor.reshape(()) if tensor.dim() else tensor for tensor in tensors]
    return torch.stack(single).tolist() if single else []


def _unit(prepared: Mapping[str, Prepared], target: tuple[str, str]) -> tuple[float, ...]:
    """What one unit of a scaled regression target is in the unit of the data; empty where nothing was scaled."""
    node, port = target
    if port != "target" or node not in prepared:
        return ()
    factors = prepared[node].target_scaler.factor.reshape(-1).astype(float).tolist()
    return tuple(1.0 / factor for factor in factors) if any(factor != 1.0 for factor in factors) else ()


def _heads(network: Network, prepared: Mapping[str, Prepared]) -> Iterator[_Head]:
    report = network.report
    modules = {step.node: step.module for step in network.steps}
    told = {decoding.node: decoding for decoding in decodings(report) if not decoding.alone}
    for name, judge, prediction, target in report.comparisons():
        loss = judge if isinstance(judge, Loss) else None
        yield _Head(
            name,
            modules[name] if loss is not None else None,
            network.slots[prediction],
            network.slots[target],
            tuple(network.slots[source] for source in report.inputs[name][2:]) if loss is not None else (),
            metrics_for(judge, report.signals[prediction], report.signals[target], _unit(prepared, target)),
            sums=loss is not None and loss.reduction() == "sum",
            decoding=told.get(name) if target[0] in prepared else None,
        )


def _gauges(network: Network) -> Iterator[_Gauge]:
    blocks = network.report.blocks
    for name, slots in network.measures.items():
        block = blocks[name]
        assert isinstance(block, Measure)
        yield _Gauge(name, block.measure, slots)
    for step in network.steps:
        estimator = blocks[step.node]
        if isinstance(estimator, Estimator):
            yield _Gauge(step.node, functools.partial(estimator.measure, step.module), step.inputs)


def _joined(parts: Mapping[Part, Batch]) -> tuple[dict[Part, int], Batch]:
    """How many examples each part has, and the examples of all parts one after the other."""
    counts = {part: len(tensors[0]) if tensors else 1 for part, tensors in parts.items()}
    return counts, tuple(_whole(list(tensors)) for tensors in zip(*parts.values(), strict=True))


def _cut(
    values: Mapping[int, torch.Tensor], counts: Mapping[Part, int]
) -> Iterator[tuple[Part, Mapping[int, torch.Tensor]]]:
    """The rows of each part; some blocks give several for one example."""
    start, total = 0, sum(counts.values())
    for part, count in counts.items():
        stop = start + count
        yield part, {
            slot: whole[len(whole) * start // total : len(whole) * stop // total] for slot, whole in values.items()
        }
        start = stop


def _first(tensors: Batch, count: int) -> Batch:
    return tuple(tensor[:count] for tensor in tensors)


def _whole(pieces: list[torch.Tensor]) -> torch.Tensor:
    return pieces[0] if len(pieces) == 1 else torch.cat(pieces)
