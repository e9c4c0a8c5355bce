"""What an opened network is fed with and judged by: data whose shapes fit, else a stand-in, and a loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playground.blocks.base import BlockError
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.data.preparation import prepare
from playground.data.registry import CATALOGUE, DATASETS

FEWEST = 30
"""Examples to learn from."""
_REFUSALS = (KeyError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Feeding:
    """A data block and a loss for one prediction."""

    block: str
    parameters: dict[str, Any]
    loss: str
    sentence: str
    """What a person should know of the choice."""


def feeding(features: Signal, prediction: Signal) -> Feeding:
    """Data and loss for a network that reads `features` and gives `prediction`, a vector or one for each step."""
    loss, answers, target = _judgement(features, prediction)
    for dataset, parameters in _known(features, prediction, loss):
        if not _has_enough(dataset(**parameters)):
            continue
        sentence = (
            f"The file does not say what it learned from; “{dataset.title}” has the right shape and was put in. "
            "Exchange the data block if that is wrong."
        )
        return Feeding(dataset.id, parameters, loss, sentence)
    parameters = {"shape": " x ".join(map(str, features.shape)), "answers": answers, "target": target}
    if features.kind == "tokens":
        parameters |= {"content": "tokens", "vocabulary": len(features.classes)}
    size = features.size + prediction.size
    parameters["examples"] = max(20, min(200, 3_000_000 // max(1, size)))
    sentence = (
        "The file has no data with it: random numbers stand in their place. Put your own data there to use and to "
        "train the network."
    )
    return Feeding("stand-in", parameters, loss, sentence)


def _judgement(features: Signal, prediction: Signal) -> tuple[str, str, str]:
    """Loss, answers and target of a stand-in.

    Several free numbers are taken for scores of classes, but behind a series for a forecast.
    """
    sizes = " x ".join(map(str, prediction.shape))
    if prediction.scale == "probability" and not prediction.sums_to_one:
        return "binary-cross-entropy", sizes, "numbers"
    several = prediction.shape[-1:] > (1,) and (len(prediction.shape) == 1 or prediction.stepwise)
    scores = prediction.low == -prediction.high and (features.kind != "series" or len(prediction.shape) == 2)
    if several and (prediction.scale in ("probability", "log-probability") or scores):
        return "cross-entropy", sizes, "classes"
    return "mean-squared-error", sizes, "numbers"


def _has_enough(dataset: Dataset) -> bool:
    """Whether there are examples to learn from, and not only a place to type or draw some."""
    try:
        return prepare(dataset).count("train") >= FEWEST
    except (BlockError, OSError, *_REFUSALS):
        return False


def _known(features: Signal, prediction: Signal, loss: str) -> Iterator[tuple[type[Dataset], dict[str, Any]]]:
    """Datasets of the program whose features and answers have these shapes."""
    for dataset in DATASETS:
        if dataset.own or dataset.reads or dataset.id == "stand-in":
            continue
        try:
            given, target = dataset().signals()[:2]
        except _REFUSALS:
            continue
        if given.shape != features.shape or given.dtype != features.dtype or given.kind != features.kind:
            continue
        if given.kind == "tokens" and len(given.classes) != len(features.classes):
            continue
        count = len(target.classes)
        two = count == 2 and "labels" in dataset.model_fields
        if loss == "cross-entropy" and target.scale == "index" and not target.shape and (count,) == prediction.shape:
            yield dataset, {}
        elif loss == "binary-cross-entropy" and two and prediction.shape == (1,):
            yield dataset, {"labels": "zero-one"}
        elif loss == "mean-squared-error" and not count and target.shape == prediction.shape:
            yield dataset, {}


def target_port(block: str) -> str:
    """The output of a data block that has the answers."""
    return CATALOGUE[block].outputs[1].name
