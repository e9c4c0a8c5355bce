"""Objectives by hand: numbers that follow from a few lines of mathematics."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from playground.blocks.augmentation.tangents import tangents_of
from playground.blocks.loss import Loss
from playground.blocks.measure import Measure
from playground.training.objectives.adversarial import attacked
from playground.training.objectives.base import bounds_of
from playground.training.objectives.jacobian import squared_jacobian
from playground.training.objectives.tangents import along
from tests.blocks.block_cases import CASES
from tests.blocks.case import batches_of


def generator(seed: int = 2) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_jacobian_of_a_linear_layer_is_its_matrix() -> None:
    layer = nn.Linear(5, 4)
    x = torch.randn(7, 5, generator=generator(), requires_grad=True)
    wanted = float(layer.weight.detach().square().sum())
    assert float(squared_jacobian(layer(x), x, 4, generator())) == pytest.approx(wanted, rel=1e-5)
    many = [float(squared_jacobian(layer(x), x, 1, generator(seed))) for seed in range(300)]
    assert sum(many) / len(many) == pytest.approx(wanted, rel=0.05)  # right in the mean


def test_the_jacobian_against_torch() -> None:
    net = nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 2))
    x = torch.randn(4, 3, generator=generator(), requires_grad=True)
    wanted = torch.stack([torch.autograd.functional.jacobian(net, row).square().sum() for row in x]).mean()
    assert float(squared_jacobian(net(x), x, 9, generator())) == pytest.approx(float(wanted), rel=1e-5)


def test_the_change_along_tangents_is_the_product_with_the_jacobian() -> None:
    net = nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 2))
    x, first, second = torch.randn(3, 4, 3, generator=generator())
    x.requires_grad_(True)
    for found, tangent in zip(along(net(x), x, (first, second)), (first, second), strict=True):
        torch.testing.assert_close(found, torch.func.jvp(net, (x,), (tangent,))[1])


def test_the_tangent_of_a_shift_is_the_slope_of_the_picture() -> None:
    x = torch.randn(2, 1, 6, 6, generator=generator())
    across, down = tangents_of(x, shift=0.8, rotation=0.0, zoom=0.0)
    inside = (x[..., 2:] - x[..., :-2]) / 2.0  # to the right a pixel takes the place of the one left of it
    torch.testing.assert_close(across[..., 1:-1], -0.8 * inside, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(down[..., 1:-1, :], -0.8 * (x[..., 2:, :] - x[..., :-2, :]) / 2.0, atol=1e-5, rtol=1e-4)


def test_a_round_picture_has_no_tangent_of_rotation() -> None:
    place = torch.arange(9.0) - 4.0
    round_one = torch.exp(-(place[:, None].square() + place.square()) / 6.0)[None, None]
    turned, larger = tangents_of(round_one, shift=0.0, rotation=0.2, zoom=0.1)
    assert float(turned[..., 1:-1, 1:-1].abs().max()) < 0.01 < 0.03 < float(larger.abs().max())


def test_an_attack_on_a_straight_loss_goes_to_the_corner_of_the_budget() -> None:
    x = torch.tensor([[0.5, 0.5, 0.95], [0.0, 1.2, 0.5]])
    weights = torch.tensor([2.0, -3.0, 1.0])
    bounds = bounds_of(torch.tensor([[0.0], [1.0]]), pictures=True)
    for steps in (1, 5):
        found = attacked(x, lambda moved: weights.expand_as(moved), torch.tensor(0.1), bounds, steps)
        torch.testing.assert_close(found, torch.tensor([[0.6, 0.4, 1.0], [0.1, 1.1, 0.6]]))


def test_every_block_can_be_differentiated_twice() -> None:
    """What holds derivatives of the answers asks for it; torch lacks some, such as that of its hard sigmoid."""
    lacking = []
    for case in CASES:
        batches = batches_of(case.inputs)
        moving = [one.requires_grad_(True) for one in batches if one.is_floating_point()]
        if isinstance(case.block, Loss | Measure) or not case.gradient or not moving or len(case.block.outputs) > 1:
            continue
        with sdpa_kernel(SDPBackend.MATH):  # as `Look.answers` does
            result = case.block.build(*case.inputs).forward(*batches)
        slopes = torch.autograd.grad(result.square().sum(), moving, create_graph=True, allow_unused=True)
        total = sum((one.square().sum() for one in slopes if one is not None), torch.zeros(()))
        try:
            total.backward()
        except RuntimeError as error:
            lacking.append((case.name, str(error)))
    assert lacking == []
