"""Which losses ask for one class of an example, so that an objective can say it of an input without a label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import torch

from playground.blocks.loss import Loss
from playground.data.base import ClassDataset
from playground.data.on_demand import RowsOnDemand
from playground.data.preparation import Prepared
from playground.network.check import Comparison, Report
from playground.training.batches import RowReader, UnreadRows
from playground.training.decoding import Reading, reading_of
from playground.training.objectives.base import features_of

READ: tuple[Reading, ...] = ("softmax", "logit", "probability", "log-probability")
"""Of these a probability of every class can be had, with its gradient."""


def readings_of(report: Report) -> tuple[str, ...]:
    """For each loss how its prediction gives probabilities of classes; empty where it gives none."""
    return tuple(_reading(one, report) for one in report.comparisons() if isinstance(one.judge, Loss))


def _reading(one: Comparison, report: Report) -> str:
    prediction, target = report.signals[one.prediction], report.signals[one.target]
    assert isinstance(one.judge, Loss)
    single = (target.scale == "index" and not target.shape) or target.scale in ("one-hot", "zero-one", "signed")
    if one.judge.task(target) != "classification" or not single or len(prediction.shape) != 1:
        return ""
    reading = reading_of(one.judge, prediction, target)
    apart = reading == "logit" and prediction.size > 1
    return reading if reading in READ and not apart else ""


def why_no_class(title: str, report: Report) -> str:
    """Why an objective that asks for probabilities of classes cannot be had, a sentence; empty where it can."""
    if len(report.data_nodes()) > 1:
        return f"{title} takes inputs of one data block, but several feed this network. Take it out."
    if not any(readings_of(report)):
        return (
            f"{title} asks how probable each class is, but no loss on the canvas says so. Take a cross-entropy as the "
            "loss, or take it out."
        )
    return ""


def hides_labels(report: Report) -> bool:
    """Whether a label budget leaves inputs without a label."""
    blocks = (report.blocks[name] for name in report.data_nodes())
    return any(isinstance(block, ClassDataset) and block.label_budget > 0 for block in blocks)


def unlabelled_inputs(report: Report, prepared: Mapping[str, Prepared], device: torch.device) -> torch.Tensor | None:
    """The inputs without a label, (N, ...) on the device, of the data that objectives vary; None where all have one."""
    source = features_of(report) if hides_labels(report) else None
    if source is None:
        return None
    node, port = source
    found = prepared[node].unlabelled[port]
    if isinstance(found, RowsOnDemand):
        return cast(torch.Tensor, UnreadRows(RowReader(found), torch.tensor(found.rows, device=device)))
    return torch.tensor(found, device=device)
