"""Noise, the hand of real and generated rows, the generator's loss and the coverage of modes, against known numbers."""

from __future__ import annotations

import math

import pytest
import torch

from playground.blocks.adversarial import GeneratorLoss, Noise, RealAndGenerated
from playground.blocks.coverage import ModeCoverage
from playground.blocks.signal import Signal
from playground.network.check import check, infer
from tests.blocks.case import INDEX, ONE, ONE_PROBABILITY, VECTOR, ZERO_ONE
from tests.network.small_graphs import error_at, node, wired

PLANE = Signal((2,), axes=("features",))


def noise(seed: int, rows: int = 20_000, **parameters: object) -> torch.Tensor:
    module = Noise.model_validate({"size": 2, **parameters}).build(PLANE)
    module.generator = torch.Generator().manual_seed(seed)  # type: ignore[assignment]
    return module.eval()(torch.zeros(rows, 2))


def test_noise_is_normal_or_uniform_also_outside_training() -> None:
    normal, uniform = noise(1), noise(1, distribution="uniform")
    assert normal.shape == uniform.shape == (20_000, 2)
    torch.testing.assert_close(normal.mean(0), torch.zeros(2), atol=0.03, rtol=0)
    torch.testing.assert_close(normal.std(0), torch.ones(2), atol=0.03, rtol=0)
    assert (normal.abs() > 2.0).float().mean() == pytest.approx(0.0455, abs=0.01)
    torch.testing.assert_close(uniform.std(0), torch.full((2,), 1.0 / math.sqrt(3.0)), atol=0.01, rtol=0)
    assert -1.0 <= uniform.min() < -0.99 and 0.99 < uniform.max() <= 1.0
    assert abs(float(torch.corrcoef(normal.T)[0, 1])) < 0.03


def test_the_same_generator_gives_the_same_noise_and_then_other() -> None:
    assert torch.equal(noise(3), noise(3))
    assert not torch.equal(noise(3), noise(4))
    module = Noise().build(PLANE)
    module.generator = torch.Generator().manual_seed(5)  # type: ignore[assignment]
    assert not torch.equal(module(torch.zeros(4, 2)), module(torch.zeros(4, 2)))


def test_rows_are_real_and_generated_in_turns() -> None:
    real, generated = torch.arange(6.0).view(3, 2), -torch.arange(6.0).view(3, 2) - 1.0
    mixed, is_real = RealAndGenerated().build(PLANE, PLANE)(real, generated)
    assert mixed.tolist() == [[0, 1], [-1, -2], [2, 3], [-3, -4], [4, 5], [-5, -6]]
    assert is_real.tolist() == [[1], [0]] * 3


def test_the_signals_say_that_one_example_becomes_two_rows() -> None:
    mixed, is_real = infer(RealAndGenerated(), (PLANE, PLANE.but(low=-1.0))).outputs
    assert (mixed.shape, mixed.rows, mixed.axes, mixed.badge()) == ((2,), 2, ("features",), "2 batch × features 2")
    assert (is_real.rows, is_real.scale, is_real.classes) == (2, "zero-one", ("generated", "real"))
    assert math.isinf(mixed.low)
    (after,) = infer(Noise(size=5), (mixed,)).outputs
    assert (after.shape, after.rows) == ((5,), 2)


def test_rows_that_went_another_way_are_refused() -> None:
    graph = wired(
        [node("data", "gaussians", labels="zero-one"), node("noise", "noise"), node("deal", "real-and-generated"),
         node("judge", "dense", units=1, activation="identity"), node("loss", "binary-cross-entropy")],
        "data.features > noise", "data.features > deal.real", "noise > deal.generated", "deal.mixed > judge",
        "judge > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    error = error_at(check(graph), "loss")
    assert "2 rows and 1 row for each example" in error.message


def test_examples_that_do_not_look_alike_are_refused_with_a_remedy() -> None:
    graph = wired(
        [node("data", "gaussians"), node("noise", "noise"), node("maker", "dense", units=5),
         node("deal", "real-and-generated")],
        "data.features > noise", "noise > maker", "data.features > deal.real", "maker > deal.generated",
    )  # fmt: skip
    error = error_at(check(graph), "deal")
    assert "a vector of 2 numbers" in error.message and "a vector of 5 numbers" in error.message
    assert [(fix.label, fix.node, fix.port) for fix in error.fixes] == [
        ("Set units to 2", "maker", ""), ("Insert Dense of 2", "deal", "generated")
    ]  # fmt: skip
    image = infer(RealAndGenerated(), (Signal((1, 2, 2), kind="image"), Signal((4,))))
    assert [fix.label for fix in image.fixes] == ["Insert Reshape to 1 × 2 × 2"]


LOGITS = torch.tensor([[7.0], [0.0], [-9.0], [2.0]], requires_grad=True)
IS_REAL = torch.tensor([[1.0], [0.0], [1.0], [0.0]])


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("non-saturating", -(math.log(0.5) + math.log(1.0 / (1.0 + math.exp(-2.0)))) / 2.0),
        ("saturating", (math.log(0.5) + math.log(1.0 - 1.0 / (1.0 + math.exp(-2.0)))) / 2.0),
    ],
)
def test_the_loss_of_the_generator_looks_at_generated_rows_alone(form: str, value: float) -> None:
    module = GeneratorLoss.model_validate({"form": form}).build(ONE, ZERO_ONE)
    loss = module(LOGITS, IS_REAL)
    assert loss.item() == pytest.approx(value, rel=1e-6)
    (gradient,) = torch.autograd.grad(loss, LOGITS)
    assert gradient[::2].tolist() == [[0.0], [0.0]] and (gradient[1::2] < 0.0).all()


def test_the_saturating_form_teaches_nothing_while_every_forgery_is_caught() -> None:
    logits = torch.tensor([[-10.0]], requires_grad=True)
    slopes = {}
    for form in ("non-saturating", "saturating"):
        module = GeneratorLoss.model_validate({"form": form}).build(ONE, ZERO_ONE)
        (slope,) = torch.autograd.grad(module(logits, torch.zeros(1, 1)), logits)
        slopes[form] = float(slope)
    assert slopes["non-saturating"] == pytest.approx(-1.0, abs=1e-4)
    assert -1e-4 < slopes["saturating"] < 0.0


def test_without_generated_rows_the_loss_is_zero() -> None:
    assert GeneratorLoss().build(ONE, ZERO_ONE)(LOGITS, torch.ones(4, 1)).item() == 0.0


@pytest.mark.parametrize(
    ("inputs", "words", "fixes"),
    [
        ((ONE_PROBABILITY, ZERO_ONE), "expects logits", ["Set activation to identity", "Exchange it for identity"]),
        ((VECTOR, ZERO_ONE), "one logit for each row", ["Set units to 1", "Insert Dense of 1"]),
        ((ONE, INDEX), "which rows are real", []),
        ((ONE, ONE), "which rows are real", []),
    ],
)
def test_what_the_generator_loss_refuses(inputs: tuple[Signal, ...], words: str, fixes: list[str]) -> None:
    result = infer(GeneratorLoss(), inputs)
    assert words in result.error
    assert [fix.label for fix in result.fixes] == fixes


def ring(modes: int, each: int, spread: float, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    numbers = torch.arange(modes).repeat_interleave(each)
    angle = 2.0 * math.pi * numbers / modes
    middles = 4.0 * torch.stack([angle.sin(), angle.cos()], dim=1)
    return middles + spread * torch.randn(middles.shape, generator=generator), numbers


def test_a_perfect_generator_covers_all_modes_with_the_points_within_three_deviations() -> None:
    real, modes = ring(8, 500, 0.25, 1)
    generated, _ = ring(8, 500, 0.25, 2)
    found = ModeCoverage().measure(generated, real, modes)
    assert found["modes_covered"] == 8.0
    # In the plane 1 - exp(-9/2) of a round cloud lies within three deviations.
    assert found["high_quality_share"] == pytest.approx(1.0 - math.exp(-4.5), abs=0.006)


def test_a_collapsed_generator_covers_one_mode() -> None:
    real, modes = ring(8, 100, 0.25, 1)
    found = ModeCoverage().measure(real[modes == 3], real, modes)
    assert found["modes_covered"] == 1.0 and found["high_quality_share"] > 0.95
    nowhere = ModeCoverage().measure(torch.zeros(50, 2), real, modes)
    assert nowhere == {"modes_covered": 0.0, "high_quality_share": 0.0}


def test_the_share_that_covers_a_mode_is_stated() -> None:
    real, modes = ring(4, 100, 0.25, 1)
    generated = torch.cat([real[modes == 0][:97], real[modes == 2][:3]])
    for share, count in ((0.02, 2.0), (0.05, 1.0)):
        assert ModeCoverage(share=share, reach=6.0).measure(generated, real, modes)["modes_covered"] == count


def test_a_mode_with_one_real_point_or_none_has_no_size() -> None:
    real, modes = torch.tensor([[0.0, 0.0], [0.1, 0.0], [5.0, 5.0]]), torch.tensor([0, 0, 2])
    found = ModeCoverage().clusters(real, real, modes)
    assert found.shares.tolist() == pytest.approx([2.0 / 3.0, 0.0, 0.0])
    assert found.inside == pytest.approx(2.0 / 3.0)


def test_mode_coverage_asks_for_points_and_class_numbers() -> None:
    assert "belongs" in infer(ModeCoverage(), (PLANE, PLANE, ZERO_ONE)).error
    assert "compares points with points" in infer(ModeCoverage(), (VECTOR, PLANE, INDEX)).error
    assert "class numbers" in infer(ModeCoverage(), (INDEX, PLANE, INDEX)).error
