"""Dropout, noise and normalization: what they do while training, and that they do it reproducibly."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from playground.blocks import normalization
from playground.blocks.base import Block
from playground.blocks.signal import Signal

VECTOR = Signal((8,))
IMAGE = Signal((3, 4, 4), kind="image")


def test_dropout_of_a_fifth_strengthens_the_survivors_by_a_quarter() -> None:
    module = normalization.Dropout(rate=0.2).build(VECTOR)
    module.generator = torch.Generator().manual_seed(0)  # type: ignore[assignment]
    result = module(torch.ones(1000, 8))
    assert set(result.unique().tolist()) == {0.0, 1.25}
    assert (result == 0).float().mean().item() == pytest.approx(0.2, abs=0.02)
    assert result.mean().item() == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("block", [normalization.Dropout(), normalization.GaussianNoise()], ids=lambda b: b.id)
def test_noise_comes_from_the_given_generator_alone(block: Block) -> None:
    module, x = block.build(VECTOR), torch.ones(50, 8)
    runs = []
    for seed in (3, 3, 4):
        module.generator = torch.Generator().manual_seed(seed)  # type: ignore[assignment]
        before = torch.get_rng_state()
        runs.append(module(x))
        assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(runs[0], runs[1]) and not torch.equal(runs[0], runs[2])


@pytest.mark.parametrize("block", [normalization.Dropout(), normalization.GaussianNoise()], ids=lambda b: b.id)
def test_noise_is_off_outside_training_and_at_strength_zero(block: Block) -> None:
    x = torch.randn(5, 8)
    assert block.build(VECTOR).eval()(x) is x
    (name,) = block.parameters()
    assert type(block)(**{name: 0.0}).build(VECTOR).train()(x) is x


def test_the_rate_of_a_living_dropout_can_be_changed() -> None:
    module = normalization.Dropout(rate=0.0).build(VECTOR)
    assert normalization.Dropout(rate=0.99).update(module)
    assert (module(torch.ones(100, 8)) == 0).float().mean() > 0.9


def test_gaussian_noise_has_the_deviation_asked_for() -> None:
    module = normalization.GaussianNoise(deviation=3.0).build(VECTOR)
    module.generator = torch.Generator().manual_seed(0)  # type: ignore[assignment]
    noise = module(torch.full((4000, 8), 7.0)) - 7.0
    assert noise.std().item() == pytest.approx(3.0, rel=0.03) and abs(noise.mean().item()) < 0.05


def test_batch_norm_of_one_two_three_four() -> None:
    module = normalization.BatchNorm(epsilon=1e-12).build(Signal((1,)))
    x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    assert module(x)[:, 0].tolist() == pytest.approx((-1.34164, -0.44721, 0.44721, 1.34164), abs=5e-6)
    buffers = dict(module.named_buffers())
    assert buffers["running_mean"].item() == pytest.approx(0.25)
    assert buffers["running_var"].item() == pytest.approx(1.0667, abs=5e-5)


@pytest.mark.parametrize(("signal", "theirs"), [(VECTOR, nn.BatchNorm1d(8)), (IMAGE, nn.BatchNorm2d(3))])
def test_batch_norm_equals_torch(signal: Signal, theirs: nn.Module) -> None:
    ours = normalization.BatchNorm().build(signal)
    for _ in range(3):
        x = torch.randn(6, *signal.shape)
        assert torch.allclose(ours(x), theirs(x))
    assert torch.allclose(ours.eval()(x), theirs.eval()(x))


def test_scale_and_shift_can_undo_the_normalization() -> None:
    module = normalization.BatchNorm().build(Signal((1,)))
    x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.fill_(2.5 if name == "bias" else (1.25 + 1e-5) ** 0.5)
    assert torch.allclose(module(x), x)


def test_batch_norm_learns_from_a_batch_of_one_example() -> None:
    module = normalization.BatchNorm().build(VECTOR).train()
    x = torch.randn(1, 8)
    assert torch.allclose(module(x), x, atol=1e-4)
    assert dict(module.named_buffers())["running_mean"].tolist() == [0.0] * 8


def test_batch_norm_with_another_affine_needs_a_new_module() -> None:
    module = normalization.BatchNorm(affine=True).build(VECTOR)
    assert not normalization.BatchNorm(affine=False, momentum=0.5).update(module)
    assert module.momentum == 0.1


@pytest.mark.parametrize("signal", [VECTOR, IMAGE])
def test_layer_norm_levels_each_example(signal: Signal) -> None:
    x = torch.randn(5, *signal.shape) * 7.0 + 3.0
    flat = normalization.LayerNorm().build(signal)(x).flatten(1)
    assert torch.allclose(flat.mean(dim=1), torch.zeros(5), atol=1e-5)
    assert torch.allclose(flat.var(dim=1, unbiased=False), torch.ones(5), atol=1e-3)


def test_layer_norm_of_a_sequence_levels_each_position() -> None:
    x = torch.randn(2, 5, 8) * 3.0
    result = normalization.LayerNorm().build(Signal((5, 8), kind="series"))(x)
    assert torch.allclose(result.mean(dim=-1), torch.zeros(2, 5), atol=1e-5)
