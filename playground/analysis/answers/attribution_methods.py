"""Which inputs an answer hangs on: the methods, as pure functions of a score and some examples.

A score maps examples (N, ...) to the numbers (N,) that are to be explained. All methods take a batch of examples
(R, ...) and ask for k variants of all of them at once, laid out as (k · R, ...), one variant after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

Score = Callable[[Tensor], Tensor]
Check = Callable[[], None]
"""Is called now and then and raises when the result is no longer wanted."""

AT_ONCE = 512
"""Most examples in one pass; fewer where the network is wide."""
MOST_WINDOWS = 1_024
"""Windows that occlusion tries; a large picture is gone over in larger strides."""
NOISE = 0.15
"""Deviation of the noise of SmoothGrad, as a share of the range of the example."""


class NoSlope(Exception):
    """The score does not change smoothly, so it has no gradient."""


def go_on() -> None:
    """The check of a computation that nobody cancels."""


def gradient(score: Score, examples: Tensor) -> Tensor:
    """How the score of each example grows with each of its numbers, (N, ...). Raises NoSlope."""
    with torch.enable_grad():
        varied = examples.detach().clone().requires_grad_()
        total = score(varied).sum()
        if not total.requires_grad:
            raise NoSlope
        (slopes,) = torch.autograd.grad(total, varied, allow_unused=True)
    return torch.zeros_like(varied) if slopes is None else slopes


def saliency(score: Score, examples: Tensor) -> Tensor:
    """Size of the gradient. Simonyan, Vedaldi and Zisserman 2013, "Deep inside convolutional networks"."""
    return gradient(score, examples).abs()


def gradient_times_input(score: Score, examples: Tensor) -> Tensor:
    """Gradient times number: what each adds if the score were linear. Shrikumar et al. 2016, "Not just a black box"."""
    return gradient(score, examples) * examples


def integrated_gradients(
    score: Score,
    examples: Tensor,
    baseline: Tensor,
    steps: int = 64,
    check: Check = go_on,
    at_once: int = AT_ONCE,
) -> Tensor:
    """The gradient on average over the straight way from the baseline (1, ...), times the way.

    The integral is taken with the `steps` points of Gauss and Legendre. The attributions sum to the change of the
    score, as far as these points suffice. Sundararajan, Taly and Yan 2017, "Axiomatic attribution for deep networks".
    """
    places, weights = np.polynomial.legendre.leggauss(steps)
    way = examples - baseline
    total = torch.zeros_like(examples)
    together = max(1, at_once // max(1, len(examples)))
    for start in range(0, steps, together):
        check()
        shares = torch.tensor((places[start : start + together] + 1.0) / 2.0, dtype=examples.dtype)  # (k,)
        parts = torch.tensor(weights[start : start + together] / 2.0, dtype=examples.dtype)
        points = baseline + shares.view(-1, *[1] * examples.dim()) * way  # (k, R, ...)
        slopes = gradient(score, points.flatten(0, 1)).view(points.shape)
        total += torch.tensordot(parts, slopes, dims=1)
    return total * way


def smooth_gradient(score: Score, examples: Tensor, samples: int = 24, seed: int = 0) -> Tensor:
    """Size of the gradient on average over noisy copies. Smilkov et al. 2017, "SmoothGrad"."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn((samples, *examples.shape), generator=generator)
    flat = examples.flatten(1)
    wide = (flat.max(dim=1).values - flat.min(dim=1).values).view(-1, *[1] * (examples.dim() - 1))  # (R, 1, ...)
    copies = examples + NOISE * wide * noise
    return gradient(score, copies.flatten(0, 1)).view(copies.shape).abs().mean(dim=0)


Window = tuple[slice, ...]
"""Which part of an example is covered."""


def occlusion(
    score: Score,
    examples: Tensor,
    baseline: Tensor,
    windows: Sequence[Window],
    check: Check = go_on,
    at_once: int = AT_ONCE,
) -> Tensor:
    """How much the score falls when a part of the example is replaced by that of the baseline.

    Where several windows cover a number, it gets the mean of their falls. Zeiler and Fergus 2014, "Visualizing and
    understanding convolutional networks".
    """
    falls = torch.zeros_like(examples)
    covers = torch.zeros_like(examples[:1])
    together = max(1, at_once // max(1, len(examples)))
    with torch.no_grad():
        whole = score(examples)  # (R,)
        for start in range(0, len(windows), together):
            check()
            chunk = windows[start : start + together]
            covered = examples.repeat(len(chunk), *[1] * examples.dim()).view(len(chunk), *examples.shape)
            for variant, window in zip(covered, chunk, strict=True):
                variant[(slice(None), *window)] = baseline[(slice(None), *window)]
            fall = whole - score(covered.flatten(0, 1)).view(len(chunk), -1)  # (k, R)
            for number, window in enumerate(chunk):
                falls[(slice(None), *window)] += fall[number].view(-1, *[1] * (examples.dim() - 1))
                covers[(slice(None), *window)] += 1.0
    return falls / covers.clamp_min(1.0)


def square_windows(shape: tuple[int, ...], side: int, stride: int) -> list[Window]:
    """Square windows over all channels of a picture (channels, height, width); those at the far edges are cut off."""
    while True:
        rows, columns = (_starts(length, side, stride) for length in shape[1:])
        if len(rows) * len(columns) <= MOST_WINDOWS:
            break
        stride += 1
    return [(slice(None), slice(top, top + side), slice(left, left + side)) for top in rows for left in columns]


def _starts(length: int, side: int, stride: int) -> list[int]:
    """Where windows begin, so that every place is covered."""
    last = -(-max(0, length - side) // stride)
    return [number * stride for number in range(last + 1) if number * stride < length]


def single_windows(shape: tuple[int, ...]) -> list[Window]:
    """Windows over one entry of the first axis each: a column of a table, a step of a series."""
    return [(slice(place, place + 1),) for place in range(shape[0])]
