"""Kernels that one picks or types: the notes' numbers, what the switch turns over, and what is refused."""

from __future__ import annotations

import pytest
import torch
from scipy import signal as scipy_signal

from playground.blocks.images.fixed import KERNELS, FixedConvolution, kernel_of
from playground.blocks.images.normalization import LocalResponseNorm, LocalResponseNormLayer
from playground.blocks.signal import Signal
from playground.network.check import infer

COUNTING = torch.arange(1.0, 10.0).reshape(1, 1, 3, 3)
PICTURE = torch.rand(1, 1, 7, 6, generator=torch.Generator().manual_seed(1))
GREY = Signal((1, 7, 6), kind="image")


def test_the_switch_turns_the_kernel_over_and_the_sign_with_it() -> None:
    for operation, total in (("cross-correlation", -6.0), ("convolution", 6.0)):
        block = FixedConvolution(kernel="typed", numbers="1 0 -1; 1 0 -1; 1 0 -1", operation=operation, padding="valid")
        assert block.build(Signal((1, 3, 3), kind="image"))(COUNTING).tolist() == [[[[total]]]]


@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_gives_what_scipy_gives(name: str) -> None:
    oracles = ("cross-correlation", scipy_signal.correlate2d), ("convolution", scipy_signal.convolve2d)
    for operation, theirs in oracles:
        found = FixedConvolution(kernel=name, operation=operation, border="zeros").build(GREY)(PICTURE)[0, 0]
        expected = theirs(PICTURE[0, 0].numpy(), KERNELS[name], mode="same")
        torch.testing.assert_close(found, torch.from_numpy(expected).float())


def test_a_blur_keeps_what_is_even_and_edges_vanish_there() -> None:
    even = torch.ones(1, 3, 5, 5)
    for name, level in (("blur", 1.0), ("gaussian", 1.0), ("sharpen", 1.0), ("edge", 0.0), ("sobel-x", 0.0)):
        found = FixedConvolution(kernel=name).build(Signal((3, 5, 5), kind="image"))(even)
        torch.testing.assert_close(found, torch.full_like(even, level))


def test_numbers_are_read_row_by_row_and_nothing_else_is() -> None:
    assert kernel_of(" 1/4, −1;\n.5 +2 ") == ((0.25, -1.0), (0.5, 2.0))
    for wrong in ("", "1 2; 3", "a b", "1 " * 16, "1/0", "2**9"):
        ((name, sentence),) = FixedConvolution.parameter_problems({"numbers": wrong})
        assert name == "numbers" and "write" in sentence


def test_what_is_too_small_is_refused_with_a_way_out() -> None:
    refused = infer(FixedConvolution(padding="valid"), (Signal((1, 2, 2), kind="image"),))
    assert "a kernel of 3 × 3 inside the image" in refused.error
    assert [fix.label for fix in refused.fixes] == ["Set padding to same"]


def test_the_response_of_neighbours_is_that_of_torch() -> None:
    x = torch.randn(2, 7, 3, 3, generator=torch.Generator().manual_seed(2))
    for size in (1, 2, 3, 5):
        layer = LocalResponseNorm(size=size, alpha=0.7, beta=0.6, k=2.0).build(Signal((7, 3, 3), kind="image"))
        assert isinstance(layer, LocalResponseNormLayer)
        torch.testing.assert_close(layer.plain()(x), torch.nn.LocalResponseNorm(size, 0.7, 0.6, 2.0)(x))
