"""The operations of blocks that read images: patch times kernel, the largest of a window, the mean."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.activation import activation
from playground.blocks.parts import (
    Axis,
    Factor,
    Index,
    Part,
    Term,
    Values,
    added_up,
    at,
    inner_function,
    mean_of,
    running,
    times,
)
from playground.blocks.reveals import Window

MAP: tuple[Axis, ...] = ("channel", "row", "column")


def convolution_parts(module: nn.Module, window: Window, rim: tuple[int, ...], x: torch.Tensor) -> tuple[Part, ...]:
    """The weighted sums of a convolution, and its activation. `rim`: zeros left, right, above and below."""
    height, width = x.shape[-2:]
    channels, stride = x.shape[1], window.stride
    biased = window.bias is not None
    axes: tuple[Axis, ...] = ("filter", "row", "column")

    def run(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        padded = functional.pad(inputs[0], rim)
        return (functional.conv2d(padded, parameters["weight"], parameters.get("bias"), stride),)

    def terms(index: Index) -> Sequence[Term]:
        number, row, column = index
        found: list[Term] = [
            (at("weight", number, channel, m, n), at(0, channel, y, z))
            for channel, (m, y), (n, z) in itertools.product(
                range(channels), _covered(row, window, height), _covered(column, window, width)
            )
        ]
        return [*found, (at("bias", number),)] if biased else found

    weigh = Part(
        "terms", run, (0,), "z", ("weight", "bias") if biased else ("weight",), title="patch times kernel", axes=axes,
        terms=terms, window=True,
        formula=r"z_{q,i,j} = b_q + \sum_{c,m,n} K_{q,c,m,n} \, x_{c,\, s i + m - p,\, s j + n - p}",
        backward=r"\frac{\partial L}{\partial K_{q,c,m,n}} = \sum_{i,j} \frac{\partial L}{\partial z_{q,i,j}} \, "
        r"x_{c,\, s i + m - p,\, s j + n - p}, \quad \frac{\partial L}{\partial b_q} = \sum_{i,j} "
        r"\frac{\partial L}{\partial z_{q,i,j}}",
        sentence="The window under the kernel: every pixel times its weight, all added up. The same kernel is used at "
        "every place.",
        backward_sentence="The kernel was used in every window, so its gradient is a sum over all windows. Each window "
        "sends its pixels what arrives times the kernel.",
    )  # fmt: skip
    function = activation(window.function)
    return weigh, inner_function(module.function, window.function, function.elementwise, axes)  # type: ignore[arg-type]


def pooling_parts(module: nn.Module, window: Window, x: torch.Tensor) -> tuple[Part, ...]:
    """The largest of each window, or the mean."""
    height, width = x.shape[-2:]
    share = times(1.0 / window.size**2)
    weighs = window.reduction == "mean"

    def terms(index: Index) -> Sequence[Term]:
        channel, row, column = index
        cells = itertools.product(_covered(row, window, height), _covered(column, window, width))
        return [(share, at(0, channel, y, z)) if weighs else (at(0, channel, y, z),) for (_, y), (_, z) in cells]

    if weighs:
        return (
            added_up(
                terms, running(module), (0,), MAP, title="mean of a window", window=True,
                backward=r"\frac{\partial L}{\partial x} = \frac{1}{k^2} \frac{\partial L}{\partial a}",
                sentence="One number for each window: the mean of its numbers.",
                backward_sentence="Every number of the window gets the same share of what arrives.",
            ),
        )  # fmt: skip
    return (
        Part("largest", running(module), (0,), title="the largest of a window", axes=MAP, terms=terms, window=True),
    )


def global_mean_parts(module: nn.Module, x: torch.Tensor, stepwise: bool) -> tuple[Part, ...]:
    """The mean over a whole map, or over all steps of a series."""
    sizes = tuple(x.shape[1:2] if stepwise else x.shape[2:])
    share = mean_of(sizes)

    def cell(index: Index, place: tuple[int, ...]) -> Factor:
        return at(0, *place, *index) if stepwise else at(0, *index, *place)

    def terms(index: Index) -> Sequence[Term]:
        return [(share, cell(index, place)) for place in itertools.product(*map(range, sizes))]

    return (
        added_up(
            terms, running(module), (0,), ("unit",) if stepwise else ("channel",), title="mean of everything",
            sentence="One number is left: the mean of all.",
            backward=r"\frac{\partial L}{\partial x} = \frac{1}{n} \frac{\partial L}{\partial a}",
            backward_sentence="All get the same share of what arrives.",
        ),
    )  # fmt: skip


def _covered(place: int, window: Window, extent: int) -> list[tuple[int, int]]:
    """Along one axis: the numbers of the kernel that lie on the image, and which pixel each lies on."""
    start = place * window.stride - window.rim
    return [(k, start + k) for k in range(window.size) if 0 <= start + k < extent]
