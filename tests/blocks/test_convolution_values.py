"""Convolution and pooling by hand, and what they refuse."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from playground.blocks.base import Block
from playground.blocks.dense import Dense
from playground.blocks.images.convolution import Conv2D, Conv2DLayer
from playground.blocks.images.pooling import AvgPool2D, GlobalAveragePooling, MaxPool2D
from playground.blocks.merge import Flatten
from playground.blocks.signal import Signal
from playground.network.check import infer
from tests.blocks.case import SERIES, TOKENS, VECTOR

DIAGONALS = ((1.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 1.0))
COUNTING = torch.arange(1.0, 10.0).reshape(1, 1, 3, 3)
PATCH = torch.tensor([[1.0, 3, 2, 1], [4, 6, 5, 2], [7, 2, 8, 3], [1, 4, 9, 0]]).reshape(1, 1, 4, 4)


def grey(height: int, width: int, channels: int = 1) -> Signal:
    return Signal((channels, height, width), kind="image")


def filtered(kernel: object, image: torch.Tensor, bias: float = 0.0, **parameters: object) -> torch.Tensor:
    """The map of one filter with that kernel."""
    values = torch.tensor(kernel)
    block = Conv2D(filters=1, kernel_size=len(values), activation="identity", **parameters)  # type: ignore[arg-type]
    layer = block.build(grey(*image.shape[2:]))
    assert isinstance(layer, Conv2DLayer) and layer.bias is not None
    with torch.no_grad():
        layer.weight.copy_(values)
        layer.bias.fill_(bias)
        return layer(image)[0, 0]  # type: ignore[no-any-return]


def test_a_kernel_sums_the_pixels_that_it_lies_on() -> None:
    assert filtered(DIAGONALS, COUNTING).tolist() == [[25.0]]
    assert filtered(DIAGONALS, torch.ones(1, 1, 3, 3)).tolist() == [[5.0]]
    assert filtered(DIAGONALS, COUNTING, bias=-0.5).tolist() == [[24.5]]


def test_the_kernel_is_not_flipped() -> None:
    assert filtered(((1.0, 0.0, -1.0),) * 3, COUNTING).tolist() == [[-6.0]]
    assert filtered(((1.0, 0.0), (0.0, -1.0)), COUNTING).tolist() == [[-4.0, -4.0], [-4.0, -4.0]]


@pytest.mark.parametrize(
    ("parameters", "side"),
    [({}, 3), ({"padding": "same"}, 5), ({"stride": 2}, 2), ({"stride": 2, "padding": "same"}, 3)],
)
def test_places_of_a_window_of_three_on_five_pixels(parameters: dict[str, object], side: int) -> None:
    assert filtered(((0.0,) * 3,) * 3, torch.ones(1, 1, 5, 5), **parameters).shape == (side, side)


def test_an_image_of_28_pixels() -> None:
    for parameters, side in (({"kernel_size": 5}, 24), ({"kernel_size": 5, "padding": "same"}, 28), ({}, 26)):
        inferred = infer(Conv2D(filters=6, **parameters), (grey(28, 28),))  # type: ignore[arg-type]
        assert inferred.outputs[0].shape == (6, side, side)
    assert infer(Conv2D(filters=6, kernel_size=5), (grey(28, 28),)).parameters == 156


@pytest.mark.parametrize(
    ("blocks", "shapes", "parameters"),
    [
        ([Conv2D(filters=12, padding="same"), MaxPool2D(), Flatten()], [(12, 32, 32), (12, 16, 16), (3072,)], 336),
        (
            [Conv2D(filters=32, padding="same"), MaxPool2D(), Conv2D(filters=64), MaxPool2D(), Flatten(),
             Dense(units=600), Dense(units=120), Dense(units=10)],
            [(32, 32, 32), (32, 16, 16), (64, 14, 14), (64, 7, 7), (3136,), (600,), (120,), (10,)],
            1_974_922,
        ),
    ],
    ids=["12 filters", "two convolutions"],
)  # fmt: skip
def test_coloured_images_of_32_pixels(blocks: list[Block], shapes: list[tuple[int, ...]], parameters: int) -> None:
    signal, count = grey(32, 32, 3), 0
    for block, shape in zip(blocks, shapes, strict=True):
        inferred = infer(block, (signal,))
        (signal,) = inferred.outputs
        assert signal.shape == shape
        count += inferred.parameters
    assert count == parameters


@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_same_padding_is_that_of_torch_for_even_kernels_too() -> None:
    image = torch.randn(2, 3, 7, 6, generator=torch.Generator().manual_seed(1))
    for size in (1, 2, 3, 4, 5):
        layer = Conv2D(filters=4, kernel_size=size, padding="same", activation="identity").build(grey(7, 6, 3))
        assert isinstance(layer, Conv2DLayer)
        expected = nn.functional.conv2d(image, layer.weight, layer.bias, padding="same")
        torch.testing.assert_close(layer(image), expected)


def test_the_activation_comes_after_the_sum_and_softmax_is_over_the_channels() -> None:
    image = torch.randn(2, 1, 5, 5, generator=torch.Generator().manual_seed(1))
    layer = Conv2D(filters=3, activation="relu").build(grey(5, 5))
    assert isinstance(layer, Conv2DLayer)
    sums = layer.weighted_sum(image).detach()
    torch.testing.assert_close(layer(image), sums.relu())
    assert bool((sums < 0.0).any())
    shares = Conv2D(filters=3, activation="softmax").build(grey(5, 5))(image)
    torch.testing.assert_close(shares.sum(1), torch.ones(2, 3, 3))
    (signal,) = infer(Conv2D(filters=3, activation="softmax"), (grey(5, 5),)).outputs
    assert (signal.scale, signal.sums_to_one, signal.low, signal.high) == ("probability", True, 0.0, 1.0)


def test_pooling_takes_the_largest_or_the_mean() -> None:
    assert MaxPool2D().build()(PATCH)[0, 0].tolist() == [[6.0, 5.0], [7.0, 9.0]]
    assert AvgPool2D().build()(PATCH)[0, 0].tolist() == [[3.5, 2.5], [3.5, 5.0]]
    sixteen = torch.arange(1.0, 17.0).reshape(1, 1, 4, 4)
    assert MaxPool2D().build()(sixteen).flatten().tolist() == [6.0, 8.0, 14.0, 16.0]
    assert AvgPool2D().build()(sixteen).flatten().tolist() == [3.5, 5.5, 11.5, 13.5]


@pytest.mark.parametrize("size", [(6, 8), (7, 8), (2, 2)])
def test_max_pooling_and_its_gradient_are_those_of_torch_with_ties_too(size: tuple[int, int]) -> None:
    generator = torch.Generator().manual_seed(2)
    image = torch.randint(0, 3, (2, 3, *size), generator=generator).float()  # many are alike
    ours, theirs = image.clone().requires_grad_(), image.clone().requires_grad_()
    found, expected = MaxPool2D().build()(ours), nn.functional.max_pool2d(theirs, 2)
    assert torch.equal(found, expected)
    weights = torch.randn(found.shape, generator=generator)
    (found * weights).sum().backward()
    (expected * weights).sum().backward()
    assert ours.grad is not None and theirs.grad is not None
    torch.testing.assert_close(ours.grad, theirs.grad)
    with torch.no_grad():
        assert torch.equal(MaxPool2D().build()(image), expected)


def test_many_networks_with_pooling_run_at_once() -> None:
    layer = MaxPool2D().build()
    stack = torch.randn(4, 2, 1, 6, 6, generator=torch.Generator().manual_seed(3), requires_grad=True)
    found = torch.func.vmap(layer)(stack)
    assert torch.equal(found, torch.stack([layer(image) for image in stack]))
    (gradient,) = torch.autograd.grad(found.sum(), stack)
    assert gradient.sum() == found.numel()


def test_global_average_pooling_takes_the_mean_of_each_channel_or_feature() -> None:
    assert GlobalAveragePooling().build(grey(4, 4))(PATCH).tolist() == [[3.625]]
    steps = torch.tensor([[[1.0, 10.0], [3.0, 30.0]]])
    assert GlobalAveragePooling().build(Signal((2, 2), kind="series"))(steps).tolist() == [[2.0, 20.0]]


def test_pooling_keeps_range_and_meaning() -> None:
    bright = Signal((1, 4, 4), kind="image", low=0.0, high=1.0, scale="probability")
    for block in (MaxPool2D(), AvgPool2D(), GlobalAveragePooling()):
        (signal,) = infer(block, (bright,)).outputs
        assert (signal.low, signal.high, signal.scale) == (0.0, 1.0, "probability")
    (image,) = infer(MaxPool2D(), (bright,)).outputs
    assert (image.kind, image.named_axes()) == ("image", ("channels", "height", "width"))


@pytest.mark.parametrize("block", [Conv2D(), MaxPool2D(), AvgPool2D(), GlobalAveragePooling()], ids=lambda b: b.id)
@pytest.mark.parametrize(
    ("arriving", "words", "fixes"),
    [
        (Signal((64,)), "vector of 64 numbers", {"Insert Reshape: a grey image of 8 × 8": "1 x 8 x 8"}),
        (Signal((48,)), "vector of 48 numbers", {"Insert Reshape: a coloured image of 4 × 4": "3 x 4 x 4"}),
        (VECTOR.but(shape=(7,)), "vector of 7 numbers", {}),
        (TOKENS, "class numbers of tokens", {"Insert Embedding": None}),
        (Signal((34, 5), kind="nodes"), "table of nodes 34 × features 5", {}),
    ],
    ids=["grey", "coloured", "seven", "tokens", "nodes"],
)
def test_what_is_no_image_is_refused_with_a_way_out(
    block: Block, arriving: Signal, words: str, fixes: dict[str, str | None]
) -> None:
    if isinstance(block, GlobalAveragePooling) and arriving.stepwise:
        return
    refused = infer(block, (arriving,))
    assert refused.error.startswith(block.title) and words in refused.error
    assert {fix.label: fix.parameters.get("shape") for fix in refused.fixes} == fixes
    for fix in refused.fixes:
        assert fix.action == "insert"


def test_a_series_becomes_an_image_of_one_channel() -> None:
    (fix,) = infer(Conv2D(), (SERIES,)).fixes
    assert dict(fix.parameters) == {"shape": "1 x 5 x 4"}


def test_a_window_larger_than_the_image_is_refused() -> None:
    refused = infer(Conv2D(kernel_size=5), (grey(3, 4),))
    assert "kernel of 5 × 5" in refused.error and "3 × 4 pixels" in refused.error
    assert [fix.parameters for fix in refused.fixes] == [{"padding": "same"}, {"kernel_size": 3}]
    for fix in refused.fixes:
        mended = Conv2D(**{"kernel_size": 5, **fix.parameters})
        assert infer(mended, (grey(3, 4),)).error == ""
    pooled = infer(MaxPool2D(), (grey(1, 4),))
    assert "windows of 2 × 2" in pooled.error and pooled.fixes[0].parameters == {"kernel_size": 1}


def test_a_stride_that_skips_pixels_is_pointed_out() -> None:
    for block in (Conv2D(kernel_size=2, stride=3), MaxPool2D(stride=3)):
        ((message, fixes),) = infer(block, (grey(9, 9),)).advice
        assert "never seen" in message and fixes[0].parameters == {"stride": 2}
    assert infer(MaxPool2D(), (grey(9, 9),)).advice == ()


def test_the_formula_says_how_many_places_there_are() -> None:
    words = Conv2D(filters=6, kernel_size=5, padding="same").live_formula(grey(28, 28))
    assert words == "K is 6 × 1 × 5 × 5, b is 6; places along a side: (28 + 4 − 5) / 1 + 1 = 28"
    assert "(7 − 2) / 2 + 1, rounded down, = 3 and (8 − 2) / 2 + 1 = 4" in MaxPool2D().live_formula(grey(7, 8))


def test_dense_behind_a_convolution_asks_for_flatten_or_pooling() -> None:
    (maps,) = infer(Conv2D(filters=4), (grey(8, 8),)).outputs
    refused = infer(Dense(), (maps,))
    assert "an image of 4 × 6 × 6" in refused.error
    assert [fix.block for fix in refused.fixes] == ["flatten", "global-average-pooling"]
