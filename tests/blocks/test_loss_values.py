"""Losses against numbers worked out by hand (course notes, section 2) and against torch."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch.nn import functional

from playground.blocks import class_loss, distillation, divergence, hinge, loss
from playground.blocks.base import Block
from playground.blocks.signal import Scale, Signal
from tests.blocks.block_cases import (
    INDEX,
    LOGARITHMS,
    LOGITS,
    ONE,
    ONE_HOT,
    ONE_PROBABILITY,
    PROBABILITIES,
    SIGNED,
)
from tests.blocks.case import ZERO_ONE

TARGET = torch.tensor([[3.0], [5.0]])
PREDICTION = torch.tensor([[2.0], [7.0]])
P = torch.tensor([[0.7, 0.2, 0.1]])
Q = torch.tensor([[0.5, 0.3, 0.2]])


def value(block: Block, prediction: torch.Tensor, target: torch.Tensor, *signals: Signal) -> float:
    signals = signals or (Signal(tuple(prediction.shape[1:])), Signal(tuple(target.shape[1:])))
    return float(block.build(*signals)(prediction, target))


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (loss.MeanSquaredError(), 2.5),
        (loss.MeanAbsoluteError(), 1.5),
        (loss.MeanSquaredLogarithmicError(), 0.0828),
        (loss.SumOfSquaresError(), 2.5),
        (loss.SumOfSquaresError(half=False), 5.0),
        (loss.SumOfSquaresError(average=True), 1.25),
        (loss.HalfMeanSquaredError(), 1.25),
        (loss.Huber(delta=1.0), (0.5 + 1.5) / 2),
        (loss.Huber(delta=10.0), 1.25),
    ],
    ids=lambda item: str(item),
)
def test_three_and_five_against_two_and_seven(block: Block, expected: float) -> None:
    assert value(block, PREDICTION, TARGET) == pytest.approx(expected, abs=5e-5)


def test_squared_cost_of_one_output() -> None:
    cost = loss.SumOfSquaresError(half=False, average=True)
    assert value(cost, torch.tensor([[0.88]]), torch.tensor([[1.0]])) == pytest.approx(0.0144)


def test_sum_of_squares_grows_with_the_batch_and_says_so() -> None:
    assert loss.SumOfSquaresError().reduction() == "sum"
    assert loss.SumOfSquaresError(average=True).reduction() == "mean"
    twice = (torch.cat((PREDICTION, PREDICTION)), torch.cat((TARGET, TARGET)))
    assert value(loss.SumOfSquaresError(), *twice) == 5.0
    assert value(loss.SumOfSquaresError(average=True), *twice) == 1.25


def test_one_outlier_pulls_the_square_more_than_the_absolute_value() -> None:
    for block, largest in ((loss.MeanSquaredError(), 200.0), (loss.MeanAbsoluteError(), 1.0), (loss.Huber(), 1.0)):
        prediction = torch.tensor([[100.0]], requires_grad=True)
        block.build()(prediction, torch.zeros(1, 1)).backward()
        assert prediction.grad is not None and prediction.grad.item() == largest


@pytest.mark.parametrize(("wrong_by", "expected"), [(0.99, 4.6052), (0.9, 2.3026), (0.51, 0.7133), (0.5, 0.6931)])
def test_log_loss_when_sure_and_wrong(wrong_by: float, expected: float) -> None:
    probability = torch.tensor([[1.0 - wrong_by]])
    found = value(class_loss.BinaryCrossEntropy(), probability, torch.ones(1, 1), ONE_PROBABILITY, ONE)
    assert found == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(("probability", "expected", "slope"), [(0.9, 0.105361, -0.1), (0.1, 2.302585, -0.9)])
def test_binary_cross_entropy_of_a_yes(probability: float, expected: float, slope: float) -> None:
    logit = torch.tensor([[math.log(probability / (1 - probability))]], requires_grad=True)
    block, yes = class_loss.BinaryCrossEntropy(), torch.ones(1, 1)
    from_logits = block.build(ONE, ONE)(logit, yes)
    from_probabilities = block.build(ONE_PROBABILITY, ONE)(logit.sigmoid(), yes)
    assert from_logits.item() == pytest.approx(expected, abs=1e-6)
    assert from_probabilities.item() == pytest.approx(expected, abs=1e-6)
    for each in (from_logits, from_probabilities):
        (gradient,) = torch.autograd.grad(each, logit, retain_graph=True)
        assert gradient.item() == pytest.approx(slope, abs=1e-6)


def test_the_gradient_of_the_square_after_a_sigmoid_is_smaller() -> None:
    logit = torch.tensor([[math.log(0.1 / 0.9)]], requires_grad=True)
    loss.MeanSquaredError().build()(logit.sigmoid(), torch.ones(1, 1)).backward()
    assert logit.grad is not None and logit.grad.item() == pytest.approx(-0.162, abs=1e-6)


def test_certain_and_wrong_stays_finite_as_in_torch() -> None:
    probability = torch.zeros(1, 1, requires_grad=True)
    found = class_loss.BinaryCrossEntropy().build(ONE_PROBABILITY, ONE)(probability, torch.ones(1, 1))
    assert found.item() == 100.0
    found.backward()
    assert probability.grad is not None and torch.isfinite(probability.grad).all()
    none = torch.tensor([[0.0, 1.0, 0.0]], requires_grad=True)
    number = class_loss.CrossEntropy().build(PROBABILITIES, INDEX)(none, torch.tensor([0]))
    number.backward()
    assert math.isfinite(number.item()) and none.grad is not None and torch.isfinite(none.grad).all()


@pytest.mark.parametrize("beyond", [0.0, 0.01])
@pytest.mark.parametrize("weights", [(), (1.0, 3.0)])
def test_certainty_leaves_the_slope_finite(beyond: float, weights: tuple[float, ...]) -> None:
    """A sigmoid in single precision is exactly 1 from 17 on, with class weights and targets out of range too."""
    logits = torch.tensor([[-200.0], [40.0], [40.0], [0.3]], requires_grad=True)
    target = torch.tensor([[0.0], [1.0], [0.0], [1.0 + beyond]])
    found = class_loss.BinaryCrossEntropy().build(ONE_PROBABILITY, ZERO_ONE.but(weights=weights))(
        logits.sigmoid(), target
    )
    found.backward()
    assert math.isfinite(found.item()) and logits.grad is not None and torch.isfinite(logits.grad).all()
    assert logits.grad[3] < 0.0


@pytest.mark.parametrize(
    ("block", "signals"),
    [
        (class_loss.BinaryCrossEntropy(), (ONE_PROBABILITY, ONE)),
        (class_loss.BinaryCrossEntropy(), (ONE, ONE)),
        (class_loss.CategoricalCrossEntropy(), (PROBABILITIES, ONE_HOT)),
        (divergence.KLDivergence(), (LOGITS, ONE_HOT)),
        (hinge.Hinge(), (ONE, SIGNED)),
        (loss.MeanSquaredLogarithmicError(), (ONE, ONE)),
    ],
    ids=lambda item: item.id if isinstance(item, Block) else "",
)
def test_nan_goes_through_so_that_divergence_is_seen(block: Block, signals: tuple[Signal, ...]) -> None:
    prediction = torch.full((2, *signals[0].shape), float("nan"))
    target = torch.ones(2, *signals[1].shape)
    assert block.build(*signals)(prediction, target).isnan()


def _as(scale: Scale, probabilities: torch.Tensor) -> tuple[torch.Tensor, Signal]:
    if scale == "probability":
        return probabilities, PROBABILITIES
    if scale == "log-probability":
        return probabilities.log(), LOGARITHMS
    return probabilities.log() + 3.0, LOGITS


@pytest.mark.parametrize("scale", ["any", "probability", "log-probability"])
def test_cross_entropy_from_logits_probabilities_and_logarithms(scale: Scale) -> None:
    prediction, signal = _as(scale, P)
    number = value(class_loss.CrossEntropy(), prediction, torch.tensor([0]), signal, INDEX)
    one_hot = value(class_loss.CategoricalCrossEntropy(), prediction, torch.tensor([[1.0, 0.0, 0.0]]), signal, ONE_HOT)
    assert number == pytest.approx(0.3567, abs=5e-5)
    assert one_hot == pytest.approx(number, abs=1e-6)


@pytest.mark.parametrize("scale", ["any", "probability", "log-probability"])
def test_divergence_of_two_distributions_both_ways(scale: Scale) -> None:
    forward, reverse = _as(scale, Q), _as(scale, P)
    block = divergence.KLDivergence()
    assert value(block, forward[0], P, forward[1], PROBABILITIES) == pytest.approx(0.0851, abs=5e-5)
    assert value(block, reverse[0], Q, reverse[1], PROBABILITIES) == pytest.approx(0.0920, abs=5e-5)
    assert value(block, reverse[0], P, reverse[1], PROBABILITIES) == pytest.approx(0.0, abs=1e-6)


def test_divergence_takes_logarithms_as_target_too() -> None:
    found = value(divergence.KLDivergence(), Q, P.log(), PROBABILITIES, LOGARITHMS)
    assert found == pytest.approx(0.0851, abs=5e-5)


def test_cross_entropy_is_entropy_plus_divergence() -> None:
    crossed = value(class_loss.CategoricalCrossEntropy(), Q, P, PROBABILITIES, PROBABILITIES)
    entropy = value(class_loss.CategoricalCrossEntropy(), P, P, PROBABILITIES, PROBABILITIES)
    assert crossed == pytest.approx(0.8869, abs=5e-5) and entropy == pytest.approx(0.8018, abs=5e-5)
    difference = value(divergence.KLDivergence(), Q, P, PROBABILITIES, PROBABILITIES)
    assert crossed == pytest.approx(entropy + difference, abs=1e-6)


def test_entropy_and_divergence_of_five_values() -> None:
    p, uniform = torch.tensor([[0.1, 0.2, 0.3, 0.2, 0.2]]), torch.full((1, 5), 0.2)
    five = Signal((5,), scale="probability", sums_to_one=True)
    assert value(class_loss.CategoricalCrossEntropy(), p, p, five, five) == pytest.approx(1.557113, abs=5e-6)
    assert value(divergence.KLDivergence(), uniform, p, five, five) == pytest.approx(0.052325, abs=5e-6)
    assert value(divergence.KLDivergence(), p, uniform, five, five) == pytest.approx(0.057536, abs=5e-6)


def test_four_surprises() -> None:
    right = torch.tensor([0.6, 0.2, 0.1, 0.7])
    prediction = torch.stack((right, 1.0 - right), dim=1)
    two = Signal((2,), scale="probability", sums_to_one=True)
    found = value(class_loss.CrossEntropy(), prediction, torch.zeros(4, dtype=torch.int64), two, INDEX)
    assert found == pytest.approx(1.1949, abs=5e-5) and 4 * found == pytest.approx(4.7795, abs=5e-5)


def test_hinge_of_two_sides() -> None:
    scores, sides = torch.tensor([[0.5], [2.0], [0.5]]), torch.tensor([[1.0], [1.0], [-1.0]])
    assert value(hinge.Hinge(), scores, sides, ONE, SIGNED) == pytest.approx((0.5 + 0.0 + 1.5) / 3)
    assert value(hinge.Hinge(margin=0.4), scores, sides, ONE, SIGNED) == pytest.approx(0.9 / 3)


def test_hinge_of_many_classes() -> None:
    scores = torch.tensor([[2.0, 1.5, -1.0]])
    found = value(hinge.Hinge(), scores, torch.tensor([0]), LOGITS, INDEX)
    assert found == pytest.approx((0.5 + 0.0) / 3)
    assert found == pytest.approx(functional.multi_margin_loss(scores, torch.tensor([0])).item())


def test_logarithmic_error_bears_negative_predictions() -> None:
    assert value(loss.MeanSquaredLogarithmicError(), torch.tensor([[-5.0]]), torch.zeros(1, 1)) == 0.0


WEIGHED = (1.0, 2.0, 4.0)


@pytest.mark.parametrize(
    ("block", "signal"), [(class_loss.CrossEntropy(), INDEX), (class_loss.CategoricalCrossEntropy(), ONE_HOT)],
    ids=["index", "one-hot"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("scale", "given"), [(LOGITS, torch.log), (LOGARITHMS, torch.log), (PROBABILITIES, torch.clone)],
    ids=["logits", "log-probabilities", "probabilities"],
)  # fmt: skip
def test_a_class_that_weighs_more_counts_more(block: Block, signal: Signal, scale: Signal, given: Any) -> None:
    both, classes = torch.cat((P, Q)), torch.tensor([0, 2])
    target = classes if signal is INDEX else functional.one_hot(classes, 3).float()
    found = value(block, given(both), target, scale, signal.but(weights=WEIGHED))
    # (1 · −ln 0.7 + 4 · −ln 0.2) / (1 + 4)
    assert found == pytest.approx((-math.log(0.7) - 4.0 * math.log(0.2)) / 5.0, abs=1e-6)
    assert found == pytest.approx(float(functional.cross_entropy(both.log(), classes, weight=torch.tensor(WEIGHED))))
    alike = value(block, given(both), target, scale, signal.but(weights=(1.0, 1.0, 1.0)))
    assert alike == pytest.approx(value(block, given(both), target, scale, signal), abs=1e-6)


@pytest.mark.parametrize(("signal", "given"), [(ONE, torch.logit), (ONE_PROBABILITY, torch.clone)])
def test_a_yes_that_weighs_more_counts_more(signal: Signal, given: Any) -> None:
    shares, target = torch.tensor([[0.8], [0.4], [0.3]]), torch.tensor([[0.0], [1.0], [1.0]])
    found = value(class_loss.BinaryCrossEntropy(), given(shares), target, signal, ZERO_ONE.but(weights=(0.75, 3.0)))
    # (0.75 · −ln 0.2 + 3 · −ln 0.4 + 3 · −ln 0.3) / (0.75 + 3 + 3)
    assert found == pytest.approx(-(0.75 * math.log(0.2) + 3.0 * math.log(0.4) + 3.0 * math.log(0.3)) / 6.75, abs=1e-6)
    weight = torch.tensor([[0.75], [3.0], [3.0]])
    summed = functional.binary_cross_entropy(shares, target, weight=weight, reduction="sum")
    assert found == pytest.approx(float(summed / weight.sum()), abs=1e-6)


@pytest.mark.parametrize(("temperature", "share"), [(1.0, 0.0), (1.0, 1.0), (4.0, 0.3), (20.0, 0.9)])
def test_distillation_as_hinton_has_it(temperature: float, share: float) -> None:
    """Its gradient by the student's logits is λ T (q - p) + (1 - λ)(q - y), over the examples."""
    generator = torch.Generator().manual_seed(3)
    student, teacher = (torch.randn(5, 3, generator=generator) * 2.0 for _ in range(2))
    student.requires_grad_(True)
    teacher.requires_grad_(True)
    target = torch.tensor([0, 2, 1, 1, 0])
    layer = distillation.Distillation(temperature=temperature, share=share).build(LOGITS, INDEX, LOGITS)
    layer(student, target, teacher).backward()
    soft, wanted = ((values / temperature).softmax(1) for values in (student, teacher))
    hard = student.softmax(1) - functional.one_hot(target, 3)
    slope = (share * temperature * (soft - wanted) + (1.0 - share) * hard) / 5
    torch.testing.assert_close(student.grad, slope.detach(), rtol=1e-4, atol=1e-6)
    assert teacher.grad is None
    same = layer(teacher.detach(), target, teacher) - (1.0 - share) * functional.cross_entropy(teacher.detach(), target)
    assert same.item() == pytest.approx(0.0, abs=1e-6)
