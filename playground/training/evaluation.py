"""Losses and metrics of the train, validation and test parts, with the network in evaluation mode."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from playground.blocks.loss import Loss
from playground.data.base import PARTS, Part
from playground.data.preparation import Prepared
from playground.network.compiled import Network
from playground.training.batches import Batch, part_tensors
from playground.training.metrics import MetricSet, metrics_for

GLANCE = {"train": 512, "validation": 2_048, "test": 2_048}
"""Examples of each part that are looked at while training; a full evaluation takes all."""
LARGEST_BATCH = 4_096


class Evaluator:
    """Evaluates one network on the parts of its data. Names are `test_loss`, `test_accuracy`, …

    With several losses, each also has its own names behind a dot: `test_loss.loss-2`.
    """

    def __init__(self, network: Network, prepared: Mapping[str, Prepared], device: torch.device) -> None:
        self._network = network
        self._parts: dict[Part, Batch] = {}
        for part in PARTS:
            tensors = part_tensors(prepared, network.feed_outputs, part, device)
            if len(tensors[0]):
                self._parts[part] = tensors
        self._losses: list[tuple[str, int, int, MetricSet]] = []
        report = network.report
        for name in report.loss_nodes():
            block = report.blocks[name]
            assert isinstance(block, Loss)
            prediction, target = report.inputs[name]
            metric_set = metrics_for(block, report.signals[prediction], report.signals[target])
            self._losses.append((name, network.slots[prediction], network.slots[target], metric_set))

    @property
    def train(self) -> Batch:
        """The tensors of the training part, to learn from."""
        return self._parts["train"]

    @torch.no_grad()
    def evaluate(self, *, full: bool = False) -> dict[str, float]:
        """All metrics of all parts that have examples; at most a glance at each part unless `full`."""
        found: dict[str, float] = {}
        training = self._network.training
        self._network.eval()
        try:
            for part, tensors in self._parts.items():
                limit = len(tensors[0]) if full else min(GLANCE[part], len(tensors[0]))
                found.update(self._evaluate_part(part, tuple(tensor[:limit] for tensor in tensors)))
        finally:
            self._network.train(training)
        return found

    def _evaluate_part(self, part: str, tensors: Batch) -> dict[str, float]:
        count = len(tensors[0])
        predictions: list[list[torch.Tensor]] = [[] for _ in self._losses]
        targets: list[list[torch.Tensor]] = [[] for _ in self._losses]
        sums = torch.zeros(len(self._losses) + 1, device=tensors[0].device)
        for batch in zip(*(torch.split(tensor, LARGEST_BATCH) for tensor in tensors), strict=True):
            values = self._network.run_batch(batch)
            share = len(batch[0]) / count
            sums[0] += self._network.total_loss(values) * share
            for index, (name, prediction, target, _) in enumerate(self._losses):
                sums[index + 1] += values[self._network.slots[name, "loss"]] * share
                predictions[index].append(values[prediction])
                targets[index].append(values[target])
        losses = sums.tolist()
        found = {f"{part}_loss": losses[0]}
        several = len(self._losses) > 1
        for index, (name, _, _, metric_set) in enumerate(self._losses):
            suffix = f".{name}" if several else ""
            if several:
                found[f"{part}_loss{suffix}"] = losses[index + 1]
            metrics = metric_set.compute(torch.cat(predictions[index]), torch.cat(targets[index]))
            found.update({f"{part}_{metric}{suffix}": value for metric, value in metrics.items()})
        return found
