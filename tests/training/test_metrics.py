"""Metrics against scikit-learn, and how predictions of every coding are read as classes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from sklearn import metrics as reference
from torch import Tensor

from playground.blocks.loss import Loss
from playground.blocks.registry import BLOCKS
from playground.blocks.signal import Scale, Signal
from playground.training.metrics.base import confusion
from playground.training.metrics.metric_set import MetricSet, metrics_for

NAMES = tuple("abcdefghij")
LOSSES = [block for block in BLOCKS if issubclass(block, Loss)]
JUDGING = [block for block in LOSSES if block().task(Signal((), scale="index")) != "none"]


def loss(identifier: str) -> Loss:
    return next(block for block in LOSSES if block.id == identifier)()


def metric_set(
    identifier: str, target: Scale, *, units: int = 1, prediction: Scale = "any", classes: int = 0
) -> MetricSet:
    shape = {"index": (), "one-hot": (units,)}.get(target, (units,))
    names = NAMES[: classes or max(2, units)] if target != "any" else ()
    return metrics_for(loss(identifier), Signal((units,), scale=prediction), Signal(shape, scale=target, classes=names))


def drawn(classes: int, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Scores (count, classes) and class numbers (count,); not every class need occur."""
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(count, classes, generator=generator)
    return scores, torch.randint(0, classes, (count,), generator=generator)


@given(classes=some.integers(2, 8), count=some.integers(1, 60), seed=some.integers(0, 10**6))
def test_class_metrics_equal_scikit_learn(classes: int, count: int, seed: int) -> None:
    scores, actual = drawn(classes, count, seed)
    found = metric_set("cross-entropy", "index", units=classes).compute(scores, actual)
    predicted = scores.argmax(dim=1).numpy()
    average: dict[str, Any] = {"average": "binary" if classes == 2 else "macro", "zero_division": 0}
    expected = {
        "accuracy": reference.accuracy_score(actual, predicted),
        "precision": reference.precision_score(actual, predicted, **average),
        "recall": reference.recall_score(actual, predicted, **average),
        "f1": reference.f1_score(actual, predicted, **average),
    }
    if classes >= 5:
        expected["top_3_accuracy"] = reference.top_k_accuracy_score(actual, scores, k=3, labels=range(classes))
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-6)
    assert ("top_3_accuracy" in found) == (classes >= 5)


@given(classes=some.integers(2, 8), count=some.integers(0, 60), seed=some.integers(0, 10**6))
def test_confusion_equals_scikit_learn(classes: int, count: int, seed: int) -> None:
    scores, actual = drawn(classes, count, seed)
    counts = confusion(scores.argmax(dim=1), actual, classes)
    assert counts.dtype == torch.int64 and counts.shape == (classes, classes)
    expected = np.zeros((classes, classes), dtype=np.int64)
    if count:
        expected = reference.confusion_matrix(actual, scores.argmax(dim=1), labels=range(classes))
    assert np.array_equal(counts.numpy(), expected)


@given(
    outputs=some.integers(1, 4),
    count=some.integers(2, 40),
    seed=some.integers(0, 10**6),
    constant=some.booleans(),
    exact=some.booleans(),
)
def test_number_metrics_equal_scikit_learn(outputs: int, count: int, seed: int, constant: bool, exact: bool) -> None:
    generator = torch.Generator().manual_seed(seed)
    target = torch.randn(count, outputs, generator=generator) * 3 + 5
    prediction = target + torch.randn(count, outputs, generator=generator)
    if constant:
        target[:, 0] = 2.5
    if exact:
        prediction[:, 0] = target[:, 0]
    found = metric_set("mean-squared-error", "any", units=outputs).compute(prediction, target)
    expected = {
        "mean_absolute_error": reference.mean_absolute_error(target, prediction),
        "root_mean_squared_error": math.sqrt(reference.mean_squared_error(target, prediction)),
        "r2": reference.r2_score(target, prediction, multioutput="variance_weighted"),
    }
    assert list(found) == list(expected)
    assert found == pytest.approx(expected, rel=2e-3, abs=1e-4)


def test_numbers_of_known_error() -> None:
    found = metric_set("mean-squared-error", "any").compute(torch.tensor([[2.0], [7.0]]), torch.tensor([[3.0], [5.0]]))
    assert found == pytest.approx({"mean_absolute_error": 1.5, "root_mean_squared_error": math.sqrt(2.5), "r2": -1.5})


def test_pictures_are_numbers_too() -> None:
    picture = Signal((1, 2, 2), kind="image")
    found = metrics_for(loss("mean-squared-error"), picture, picture).compute(
        torch.zeros(3, 1, 2, 2), torch.ones(3, 1, 2, 2)
    )
    assert found == {"mean_absolute_error": 1.0, "root_mean_squared_error": 1.0, "r2": 0.0}


def test_a_pixel_that_hardly_changes_does_not_rule_r2() -> None:
    """Of 64 pixels one is black but for one picture in a thousand: a mean over the pixels would be far below −100."""
    generator = torch.Generator().manual_seed(1)
    target = torch.rand(1000, 64, generator=generator)
    target[:, 0] = 0.0
    target[0, 0] = 0.01
    found = metric_set("mean-squared-error", "any", units=64).compute(torch.full((1000, 64), 0.4), target)
    assert -0.5 < found["r2"] < 0.0


def test_a_single_example_has_no_r2_and_an_empty_part_has_nothing() -> None:
    numbers = metric_set("mean-squared-error", "any")
    found = numbers.compute(torch.ones(1, 1), torch.zeros(1, 1))
    assert found["mean_absolute_error"] == 1.0 and math.isnan(found["r2"])
    six = metric_set("cross-entropy", "index", units=6)
    for chosen, prediction, target in (
        (numbers, torch.zeros(0, 1), torch.zeros(0, 1)),
        (six, torch.zeros(0, 6), torch.zeros(0, dtype=torch.int64)),
    ):
        empty = chosen.compute(prediction, target)
        assert tuple(empty) == chosen.names
        assert all(math.isnan(value) for value in empty.values())


def test_metrics_survive_nan_and_infinity_from_a_broken_network() -> None:
    broken = torch.tensor([[math.nan, 1.0], [math.inf, -math.inf]])
    found = metric_set("cross-entropy", "index", units=2).compute(broken, torch.tensor([0, 1]))
    assert all(0.0 <= value <= 1.0 for value in found.values())
    numbers = metric_set("mean-squared-error", "any", units=2).compute(broken, torch.zeros(2, 2))
    assert not any(math.isfinite(value) for name, value in numbers.items() if name != "r2")


@pytest.mark.parametrize(
    ("identifier", "prediction", "target", "values", "classes", "shares"),
    [
        ("binary-cross-entropy", "any", "zero-one", [-2.0, 0.1, 3.0], [0, 1, 1], [0.119203, 0.524979, 0.952574]),
        ("binary-cross-entropy", "probability", "zero-one", [0.1, 0.5, 0.6], [0, 0, 1], [0.1, 0.5, 0.6]),
        ("mean-squared-error", "any", "zero-one", [-1.0, 0.4, 0.6, 2.0], [0, 0, 1, 1], [0.0, 0.4, 0.6, 1.0]),
        ("mean-squared-error", "probability", "zero-one", [0.4, 0.6], [0, 1], [0.4, 0.6]),
        ("mean-squared-error", "any", "signed", [-2.0, -0.5, 0.5, 2.0], [0, 0, 1, 1], [0.0, 0.25, 0.75, 1.0]),
        ("mean-squared-error", "probability", "signed", [0.4, 0.6], [0, 1], [0.4, 0.6]),
        ("hinge", "any", "signed", [-3.0, -0.5, 0.5], [0, 0, 1], [0.0, 0.25, 0.75]),
        ("binary-cross-entropy", "log-probability", "zero-one", [-1.0, -0.5], [0, 1], [0.367879, 0.606531]),
    ],
)
def test_one_output_unit_tells_two_classes_apart(
    identifier: str, prediction: Scale, target: Scale, values: list[float], classes: list[int], shares: list[float]
) -> None:
    chosen = metric_set(identifier, target, prediction=prediction)
    column = torch.tensor(values)[:, None]
    assert chosen.classes(column).tolist() == classes
    found = chosen.probabilities(column)
    torch.testing.assert_close(found[:, 1], torch.tensor(shares), atol=1e-5, rtol=0)
    torch.testing.assert_close(found.sum(dim=1), torch.ones(len(values)))
    coded = torch.tensor(classes).float()[:, None]
    coded = 2 * coded - 1 if target == "signed" else coded
    assert chosen.actual(coded).tolist() == classes
    assert chosen.compute(column, coded)["accuracy"] == 1.0
    assert chosen.compute(column, coded.flip(0))["accuracy"] < 1.0


@pytest.mark.parametrize(
    ("identifier", "prediction", "target", "values", "shares"),
    [
        ("cross-entropy", "any", "index", [0.0, math.log(2.0), 0.0], [0.25, 0.5, 0.25]),
        ("cross-entropy", "probability", "index", [0.1, 0.7, 0.2], [0.1, 0.7, 0.2]),
        ("mean-squared-error", "any", "one-hot", [-0.5, 0.6, 0.2], [0.0, 0.75, 0.25]),
        ("mean-squared-error", "probability", "one-hot", [0.2, 0.9, 0.9 / 9], [1 / 6, 0.75, 1 / 12]),
        ("cross-entropy", "log-probability", "index", [math.log(0.2), math.log(0.5), math.log(0.3)], [0.2, 0.5, 0.3]),
    ],
)
def test_several_output_units_choose_the_largest(
    identifier: str, prediction: Scale, target: Scale, values: list[float], shares: list[float]
) -> None:
    chosen = metric_set(identifier, target, units=3, prediction=prediction)
    row = torch.tensor([values])
    assert chosen.classes(row).tolist() == [1]
    torch.testing.assert_close(chosen.probabilities(row), torch.tensor([shares]), atol=1e-5, rtol=0)
    coded = torch.tensor([1]) if target == "index" else torch.tensor([[0.0, 1.0, 0.0]])
    assert chosen.actual(coded).tolist() == [1]
    assert chosen.compute(row, coded)["accuracy"] == 1.0


def test_nothing_above_zero_means_all_classes_alike() -> None:
    chosen = metric_set("mean-squared-error", "one-hot", units=4)
    assert chosen.probabilities(torch.full((1, 4), -1.0)).tolist() == [[0.25] * 4]


@pytest.mark.parametrize("block", JUDGING, ids=lambda block: block.id)
@pytest.mark.parametrize("target", ["index", "one-hot", "zero-one", "signed"])
@pytest.mark.parametrize("prediction", ["any", "probability", "log-probability"])
def test_every_loss_is_read_consistently(block: type[Loss], target: Scale, prediction: Scale) -> None:
    units = 1 if target in ("zero-one", "signed") else 3
    shape = () if target == "index" else (units,)
    goal = Signal(shape, scale=target, classes=NAMES[: max(2, units)])
    chosen = metrics_for(block(), Signal((units,), scale=prediction), goal)
    assert chosen.names[0] == "accuracy"
    raw = torch.randn(50, units, generator=torch.Generator().manual_seed(2))
    values = {"any": raw, "probability": raw.sigmoid(), "log-probability": raw.sigmoid().log()}[prediction]
    shares = chosen.probabilities(values)
    assert shares.shape == (50, max(2, units))
    torch.testing.assert_close(shares.sum(dim=1), torch.ones(50))
    clear = shares.max(dim=1).values > shares.topk(2, dim=1).values[:, 1] + 1e-6
    assert int(clear.sum()) > 25
    assert torch.equal(shares.argmax(dim=1)[clear], chosen.classes(values)[clear])


def test_a_loss_that_wants_no_agreement_has_no_metrics() -> None:
    chosen = metric_set("generator-loss", "zero-one")
    assert chosen.names == () and chosen.compute(torch.zeros(3, 1), torch.zeros(3, 1)) == {}


def test_numbers_stand_for_no_class() -> None:
    numbers = metric_set("mean-squared-error", "any")
    for question in (numbers.classes, numbers.probabilities, numbers.actual):
        with pytest.raises(ValueError, match="stands for no class"):
            question(torch.zeros(1, 1))


def test_predictions_that_still_carry_a_graph_are_measured_without_one() -> None:
    scores = torch.randn(4, 3, requires_grad=True)
    chosen = metric_set("cross-entropy", "index", units=3)
    assert 0.0 <= chosen.compute(scores, torch.tensor([0, 1, 2, 0]))["accuracy"] <= 1.0
    assert not chosen.probabilities(scores).requires_grad
