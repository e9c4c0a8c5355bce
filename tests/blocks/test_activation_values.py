"""Activations against numbers worked out by hand (course notes, section 2) and against calculus."""

from __future__ import annotations

import typing

import numpy as np
import pytest
import torch

from playground.blocks import activation
from playground.blocks.activation import ACTIVATIONS, Activation, ActivationName
from playground.blocks.dense import Dense
from playground.blocks.signal import Signal
from playground.network.check import infer

POINTS = torch.tensor([[-2.0, -1.0, 1.0, 2.0]])

VALUES = {
    "identity": (-2, -1, 1, 2),
    "step": (0, 0, 1, 1),
    "sigmoid": (0.119203, 0.268941, 0.731059, 0.880797),
    "tanh": (-0.964028, -0.761594, 0.761594, 0.964028),
    "relu": (0, 0, 1, 2),
    "leaky-relu": (-0.02, -0.01, 1, 2),
    "prelu": (-0.5, -0.25, 1, 2),
    "elu": (-0.864665, -0.632121, 1, 2),
    "selu": (-1.520167, -1.111331, 1.050701, 2.101402),
    "swish": (-0.238406, -0.268941, 0.731059, 1.761594),
    "gelu": (-0.0455, -0.158655, 0.841345, 1.9545),
    "softplus": (0.126928, 0.313262, 1.313262, 2.126928),
}


@pytest.mark.parametrize(("name", "expected"), VALUES.items())
def test_values_at_four_points(name: str, expected: tuple[float, ...]) -> None:
    module = activation.activation(name).build()
    assert module(POINTS)[0].tolist() == pytest.approx(expected, abs=5e-5)


def test_every_activation_can_be_chosen_inside_dense() -> None:
    assert set(typing.get_args(ActivationName)) == {cls.id for cls in ACTIVATIONS}
    assert len(ACTIVATIONS) == 14


@pytest.mark.parametrize("cls", ACTIVATIONS, ids=lambda cls: cls.id)
def test_dense_with_an_activation_equals_dense_and_the_block(cls: type[Activation]) -> None:
    signal = Signal((3,))
    torch.manual_seed(0)
    joined = Dense(units=5, activation=cls.id).build(signal)
    plain = Dense(units=5, activation="identity").build(signal)
    plain.load_state_dict({name: value for name, value in joined.state_dict().items() if "function" not in name})
    x = torch.randn(4, 3)
    assert torch.equal(joined(x), cls().build(Signal((5,)))(plain(x)))
    inside = infer(Dense(units=5, activation=cls.id), (signal,)).outputs[0]
    apart = infer(cls(), (Signal((5,)),)).outputs[0]
    assert inside == apart


def test_identity_in_dense_costs_nothing() -> None:
    assert type(Dense(activation="identity").build(Signal((2,)))) is torch.nn.Linear


def test_softmax_of_one_two_minus_three() -> None:
    z = torch.tensor([[1.0, 2.0, -3.0]])
    assert activation.Softmax().build()(z)[0].tolist() == pytest.approx((0.26762, 0.72748, 0.00490), abs=5e-6)
    sigmoids = activation.Sigmoid().build()(z)[0]
    assert sigmoids.tolist() == pytest.approx((0.7311, 0.8808, 0.0474), abs=5e-5)
    assert sigmoids.sum().item() == pytest.approx(1.6593, abs=5e-5)
    assert torch.allclose(activation.LogSoftmax().build()(z).exp().sum(), torch.tensor(1.0))


def test_softmax_bears_large_scores() -> None:
    huge = torch.tensor([[1000.0, 1000.0, -1000.0]])
    assert activation.Softmax().build()(huge)[0].tolist() == [0.5, 0.5, 0.0]
    logarithms = activation.LogSoftmax().build()(huge)[0].tolist()
    assert logarithms == pytest.approx((-0.693147, -0.693147, -2000.693147))


def test_softmax_of_an_image_runs_over_its_channels() -> None:
    image = Signal((3, 2, 2), kind="image")
    result = activation.Softmax().build(image)(torch.randn(2, 3, 2, 2))
    assert torch.allclose(result.sum(dim=1), torch.ones(2, 2, 2))


def test_a_bias_of_minus_ten_is_a_threshold() -> None:
    sums = torch.tensor([10.0, 10.5, 11.0, 20.0])
    fires = activation.Sigmoid().build()(sums - 10.0).tolist()
    assert fires == pytest.approx((0.5, 0.62246, 0.73106, 0.99995), abs=5e-6)


def test_step_at_zero_is_one_and_its_gradient_zero() -> None:
    z = torch.tensor([-1e-30, -0.0, 0.0, 1e-30, -3e9, 3e9], requires_grad=True)
    y = activation.Step().build()(z)
    assert y.tolist() == [0, 1, 1, 1, 0, 1]
    y.sum().backward()
    assert z.grad is not None and z.grad.tolist() == [0] * 6
    assert activation.Step().build()(torch.tensor([float("nan")])).isnan().all()


def test_prelu_starts_at_a_quarter_and_learns_its_slope() -> None:
    module = activation.PReLU().build()
    module(torch.tensor([[-2.0]])).sum().backward()
    (slope,) = module.parameters()
    assert slope.item() == 0.25 and slope.grad is not None and slope.grad.item() == -2.0


@pytest.mark.parametrize("cls", [cls for cls in ACTIVATIONS if cls.elementwise], ids=lambda cls: cls.id)
def test_curve_and_slope_agree(cls: type[Activation]) -> None:
    curve = cls().curve(-4.03, 4.0, 2001)
    assert curve is not None
    x, y, slope = curve
    assert x.shape == y.shape == slope.shape == (2001,) and x[0] == pytest.approx(-4.03)
    low, high = cls.reach
    assert y.min() >= low and y.max() <= high
    middle = (np.diff(y) / np.diff(x))[np.abs((x[1:] + x[:-1]) / 2) > 0.01]
    expected = ((slope[1:] + slope[:-1]) / 2)[np.abs((x[1:] + x[:-1]) / 2) > 0.01]
    assert np.allclose(middle, expected, atol=1e-4)


def test_slopes_that_the_course_names() -> None:
    def largest(block: Activation) -> float:
        curve = block.curve()
        assert curve is not None
        return float(curve[2].max())

    assert largest(activation.Sigmoid()) == pytest.approx(0.25)
    assert largest(activation.Tanh()) == pytest.approx(1.0)
    x, _, slope = activation.ReLU().curve(-1.0, 1.0, 3) or pytest.fail("a curve is missing")
    assert x.tolist() == [-1.0, 0.0, 1.0] and slope.tolist() == [0.0, 0.0, 1.0]


def test_softmax_has_no_curve() -> None:
    assert activation.Softmax().curve() is None and activation.LogSoftmax().curve() is None


def test_ten_sigmoids_shrink_the_gradient_by_four_to_the_ten() -> None:
    x = torch.zeros(1, 1, requires_grad=True)
    y = x
    for _ in range(10):
        y = activation.Sigmoid().build()(y - y.detach())  # held at 0, where the slope is largest
    y.backward()
    assert x.grad is not None and x.grad.item() == pytest.approx(9.54e-7, rel=1e-3)


def test_meanings_of_the_outputs() -> None:
    scales = {cls.id: infer(cls(), (Signal((3,)),)).outputs[0].scale for cls in ACTIVATIONS}
    assert scales.pop("log-softmax") == "log-probability"
    assert {name for name, scale in scales.items() if scale == "probability"} == {"step", "sigmoid", "softmax"}
    assert infer(activation.Softmax(), (Signal((3,)),)).outputs[0].sums_to_one
    assert not infer(activation.Sigmoid(), (Signal((3,)),)).outputs[0].sums_to_one
