"""Merging, reshaping and feature expansion: order of the numbers, typed shapes, meanings that survive."""

from __future__ import annotations

import math

import pytest
import torch

from playground.blocks import features, merge
from playground.blocks.signal import Signal
from playground.network.check import infer

TWO = Signal((2,))


def test_features_are_those_of_tensorflow_playground() -> None:
    block = features.FeatureExpansion()
    result = block.build(TWO)(torch.tensor([[2.0, 3.0]]))
    assert result[0].tolist() == pytest.approx((2, 3, 4, 9, 6, math.sin(2), math.sin(3)))
    assert block.names(2) == ("x1", "x2", "x1²", "x2²", "x1x2", "sin x1", "sin x2")
    assert block.live_formula(TWO).startswith("2 → 7: x1, x2")


def test_three_inputs_give_three_products() -> None:
    block = features.FeatureExpansion(originals=False, squares=False, sines=False, cosines=True)
    result = block.build(Signal((3,)))(torch.tensor([[2.0, 3.0, 5.0]]))
    assert result[0].tolist() == pytest.approx((6, 10, 15, math.cos(2), math.cos(3), math.cos(5)))
    assert len(block.names(3)) == block.width(3) == result.shape[1]
    assert block.names(3)[:3] == ("x1x2", "x1x3", "x2x3")


def test_at_least_one_feature_must_be_on() -> None:
    off = dict.fromkeys(("originals", "squares", "products", "sines", "cosines"), False)
    ((_, sentence),) = features.FeatureExpansion.parameter_problems(off)
    assert sentence == "Feature expansion: switch at least one feature on."


@pytest.mark.parametrize(
    ("typed", "sizes"),
    [("8 x 8", (8, 8)), ("1×28×28", (1, 28, 28)), ("4, 5", (4, 5)), ([3, 4], (3, 4)), ("12", (12,)), ("2*-1", (2, -1))],
)
def test_shapes_as_people_type_them(typed: object, sizes: tuple[int, ...]) -> None:
    block = merge.Reshape.model_validate({"shape": typed})
    assert block.sizes() == sizes
    assert merge.Reshape.model_validate(block.parameters()) == block


@pytest.mark.parametrize("typed", ["", "eight", "0 x 4", "-2 x 3", "-1 x -1", "1.5 x 2", "1x2x3x4x5x6x7", "1x" * 40, 8])
def test_shapes_that_are_none(typed: object) -> None:
    ((name, sentence),) = merge.Reshape.parameter_problems({"shape": typed})
    assert name == "shape" and sentence.startswith("Shape of Reshape")


def test_flatten_and_reshape_keep_the_order_of_the_numbers() -> None:
    x = torch.arange(24.0).reshape(2, 3, 4)
    flat = merge.Flatten().build(Signal((3, 4)))(x)
    assert flat[1].tolist() == list(range(12, 24))
    assert torch.equal(merge.Reshape(shape="3 x 4").build(Signal((12,)))(flat), x)


def test_reshape_to_three_axes_is_an_image_and_keeps_the_range() -> None:
    probability = Signal((8,), scale="probability", low=0.0, high=1.0)
    (image,) = infer(merge.Reshape(shape="2 x 2 x 2"), (probability,)).outputs
    assert (image.kind, image.scale, image.low, image.high) == ("image", "probability", 0.0, 1.0)
    (flat,) = infer(merge.Flatten(), (image,)).outputs
    assert (flat.kind, flat.scale, flat.shape) == ("vector", "probability", (8,))


def test_concatenate_keeps_the_order_of_the_wires() -> None:
    parts = [torch.full((1, width), float(width)) for width in (1, 3, 2)]
    result = merge.Concatenate().build(*(Signal((width,)) for width in (1, 3, 2)))(*parts)
    assert result[0].tolist() == [1, 3, 3, 3, 2, 2]


def test_sum_and_product() -> None:
    parts = [torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]]), torch.tensor([[5.0, 6.0]])]
    assert merge.Add().build(TWO, TWO, TWO)(*parts)[0].tolist() == [9, 12]
    assert merge.Multiply().build(TWO, TWO, TWO)(*parts)[0].tolist() == [15, 48]


def test_a_single_wire_passes_with_a_word_of_advice() -> None:
    for block in (merge.Add(), merge.Multiply(), merge.Concatenate()):
        (advice,) = block.advise(TWO)
        assert "Only one wire" in advice.message and not infer(block, (TWO,)).error
        assert block.advise(TWO, TWO) == ()


def test_a_huge_expansion_is_refused_before_it_is_built() -> None:
    error = infer(features.FeatureExpansion(), (Signal((784,)),))
    assert "309,288 features" in error.error and error.fixes[0].parameters["products"] is False
    assert infer(features.FeatureExpansion(products=False), (Signal((784,)),)).outputs[0].shape == (3 * 784,)
