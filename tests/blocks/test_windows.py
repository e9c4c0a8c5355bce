"""Convolution and pooling over series, images and volumes against torch's own modules, and what they refuse."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
from torch import nn

from playground.blocks.base import Block
from playground.blocks.images import convolution, pooling, transposed
from playground.blocks.signal import Signal
from playground.network.check import infer
from tests.blocks.case import batch_of

OPEN = {1: Signal((9, 4), kind="series"), 2: Signal((4, 7, 6), kind="image"), 3: Signal((4, 5, 4, 6), kind="volume")}
FILLED: tuple[dict[str, Any], ...] = (
    {"padding": 2, "dilation": 2, "groups": 2}, {"padding": 1, "padding_mode": "reflect", "stride": 2},
    {"padding": 2, "padding_mode": "circular", "kernel_size": 5}, {"padding": "same", "kernel_size": 2, "dilation": 3},
)  # fmt: skip


def channels_first(x: torch.Tensor, dimensions: int) -> torch.Tensor:
    return x.transpose(1, 2) if dimensions == 1 else x


def ours(block: Block, signal: Signal, weights: nn.Module) -> torch.Tensor:
    """What a block gives for a batch, with the weights of a module of torch."""
    assert infer(block, (signal,)).error == ""
    layer = block.build(signal)
    layer.load_state_dict(weights.state_dict())
    return layer(batch_of(signal))  # type: ignore[no-any-return]


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize(("dimensions", "options"), list(itertools.product(OPEN, FILLED)))
def test_padding_border_dilation_and_groups_are_those_of_torch(dimensions: int, options: dict[str, Any]) -> None:
    torch.manual_seed(1)
    size = min(options.get("kernel_size", 3), 3 if dimensions == 3 else 5)
    padding = options["padding"] if options["padding"] == "same" else min(options["padding"], size - 1)
    theirs = getattr(nn, f"Conv{dimensions}d")(4, 6, **{**options, "kernel_size": size, "padding": padding})
    own = {name: value for name, value in options.items() if name in ("dilation", "groups", "stride")}
    numbered = {"padding": "number", "padding_size": padding} if isinstance(padding, int) else {"padding": "same"}
    own["border"] = options.get("padding_mode", "zeros")
    make = getattr(convolution, f"Conv{dimensions}D")
    block = make(filters=6, kernel_size=size, activation="identity", **own, **numbered)
    expected = theirs(channels_first(batch_of(OPEN[dimensions]), dimensions))
    torch.testing.assert_close(channels_first(ours(block, OPEN[dimensions], theirs), dimensions), expected)


SIZES = [(size, stride) for size in (1, 2, 3, 4) for stride in (1, 2, 3) if stride > 1 or size % 2]


@pytest.mark.parametrize(("dimensions", "size", "stride"), [(one, *two) for one in OPEN for two in SIZES])
def test_a_transposed_convolution_makes_its_input_as_many_times_larger(dimensions: int, size: int, stride: int) -> None:
    block = getattr(transposed, f"ConvTranspose{dimensions}D")(filters=2, kernel_size=size, stride=stride)
    signal = OPEN[dimensions]
    (given,) = infer(block, (signal,)).outputs
    before = signal.shape[:-1] if dimensions == 1 else signal.shape[1:]
    assert (given.shape[:-1] if dimensions == 1 else given.shape[1:]) == tuple(stride * extent for extent in before)


def test_a_transposed_convolution_is_the_way_back_of_a_convolution() -> None:
    """Its matrix is the transposed one: <Conv x, y> = <x, transposed Conv y>."""
    torch.manual_seed(2)
    image, kernel = Signal((1, 6, 6), kind="image"), nn.Conv2d(1, 2, 3, stride=2, bias=False)
    there = convolution.Conv2D(filters=2, stride=2, bias=False, activation="identity", padding="number", padding_size=1)
    back = transposed.ConvTranspose2D(
        filters=1, bias=False, activation="identity", padding="number", padding_size=1, output_padding=1
    )
    x, y = torch.randn(1, 1, 6, 6), torch.randn(1, 2, 3, 3)
    forth, again = there.build(image), back.build(Signal((2, 3, 3), kind="image"))
    for layer in (forth, again):
        layer.load_state_dict(kernel.state_dict())
    torch.testing.assert_close((forth(x) * y).sum(), (x * again(y)).sum())


@pytest.mark.parametrize("dimensions", OPEN)
def test_pooling_with_a_border_is_that_of_torch(dimensions: int) -> None:
    x = channels_first(batch_of(OPEN[dimensions]), dimensions)
    for name, title in (("max", "MaxPool"), ("avg", "AvgPool")):
        expected = getattr(nn.functional, f"{name}_pool{dimensions}d")(x, 3, stride=2, padding=1)
        block = getattr(pooling, f"{title}{dimensions}D")(kernel_size=3, stride=2, padding="number", padding_size=1)
        found = block.build(OPEN[dimensions])(batch_of(OPEN[dimensions]))
        assert torch.equal(channels_first(found, dimensions), expected)


@pytest.mark.parametrize(("dimensions", "size"), list(itertools.product(OPEN, (1, 3, 4, 8))))
def test_adaptive_pooling_cell_by_cell_is_that_of_torch(dimensions: int, size: int) -> None:
    for block in (pooling.AdaptiveAvgPool(size=size), pooling.AdaptiveMaxPool(size=size)):
        layer = block.build(OPEN[dimensions])
        assert isinstance(layer, pooling.AdaptiveLayer)
        x = batch_of(OPEN[dimensions])
        torch.testing.assert_close(layer.plain()(x), layer(x))


REFUSED: tuple[tuple[Block, Signal, str, list[str]], ...] = (
    (convolution.Conv1D(kernel_size=11), OPEN[1], "a kernel of 11 inside the series",
     ["Set padding to same", "Set kernel size to 9"]),
    (convolution.Conv2D(dilation=4), OPEN[2], "a kernel of 3 × 3 with gaps of 3",
     ["Set padding to same", "Set dilation to 1"]),
    (convolution.Conv2D(groups=3), OPEN[2], "3 groups of the same size, but 4 channels arrive and it has 8 filters",
     ["Set groups to 4"]),
    (convolution.Conv2D(padding="number", padding_size=7, border="reflect"), OPEN[2], "mirrors 7 at the edge",
     ["Set border to zeros"]),
    (convolution.Conv3D(), OPEN[2], "expects a volume of channels × depth × height × width, but an image",
     ["Insert Reshape: each channel is a slice"]),
    (convolution.Conv3D(), Signal((27,)), "expects a volume", ["Insert Reshape: a cube of 3 × 3 × 3"]),
    (convolution.Conv1D(), OPEN[2], "expects a series of time × features",
     ["Insert Reshape: one row of pixels a step"]),
    (transposed.ConvTranspose2D(groups=3), OPEN[2], "3 groups", ["Set groups to 4"]),
    (transposed.ConvTranspose2D(padding="valid", output_padding=2), OPEN[2], "output padding is 2",
     ["Set output padding to 0"]),
    (transposed.ConvTranspose2D(kernel_size=2, stride=1), OPEN[2], "an even kernel of 2 moves on by 1",
     ["Set kernel size to 3", "Set padding to valid"]),
    (transposed.ConvTranspose1D(padding="number", padding_size=20), OPEN[1], "cuts off 20", ["Set padding to same"]),
    (pooling.MaxPool2D(padding="number", padding_size=2), OPEN[2], "a border of 1 at most", ["Set padding size to 1"]),
    (pooling.MaxPool3D(kernel_size=6), OPEN[3], "windows of 6 × 6 × 6 voxels", ["Set window size to 4"]),
)  # fmt: skip


@pytest.mark.parametrize(("block", "signal", "words", "fixes"), REFUSED, ids=lambda one: getattr(one, "id", None))
def test_what_cannot_be_is_refused_with_a_way_out(block: Block, signal: Signal, words: str, fixes: list[str]) -> None:
    refused = infer(block, (signal,))
    assert refused.error.startswith(block.title) and words in refused.error
    assert [fix.label for fix in refused.fixes] == fixes
    for fix in refused.fixes:
        if fix.action == "set":
            assert infer(type(block)(**{**block.parameters(), **fix.parameters}), (signal,)).error == ""
