"""The operations of blocks that slide windows: patch times kernel, the largest of a window, the mean."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import nn
from torch.func import functional_call

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
from playground.blocks.windows import Window

PLACES: Mapping[int, tuple[Axis, ...]] = {1: ("time",), 2: ("row", "column"), 3: ("slice", "row", "column")}
"""What the axes along which a window slides count."""


def axes_of_maps(dimensions: int, channel: Axis = "channel") -> tuple[Axis, ...]:
    """What the axes of a series, an image or a volume count."""
    return (*PLACES[1], channel) if dimensions == 1 else (channel, *PLACES[dimensions])


def split(index: Index, last: bool) -> tuple[int, Index]:
    """The channel of a number and its place."""
    return (index[-1], index[:-1]) if last else (index[0], index[1:])


def pixel(channel: int, place: Index, last: bool) -> Factor:
    """One number of what arrives."""
    return at(0, *place, channel) if last else at(0, channel, *place)


def extents(x: torch.Tensor, last: bool) -> tuple[int, ...]:
    """How far one example reaches along each axis but that of the channels."""
    return tuple(x.shape[1:-1] if last else x.shape[2:])


def cells_under(window: Window, place: Index, reach: Sequence[int]) -> Iterator[tuple[Index, Index]]:
    """The numbers of the kernel that lie on something, and on what."""
    rows = [
        [(number, source) for number, source in enumerate(along.under(one, extent)) if source >= 0]
        for along, one, extent in zip(window.along, place, reach, strict=True)
    ]
    for cell in itertools.product(*rows):
        yield tuple(number for number, _ in cell), tuple(source for _, source in cell)


def is_patch(window: Window) -> bool:
    """Whether what lies under it is a rectangle of an image, in which no pixel stands twice."""
    return len(window.along) == 2 and all(along.border == "zeros" for along in window.along)


def convolution_parts(
    module: nn.Module, function: nn.Module, window: Window, x: torch.Tensor, *, transposed: bool = False
) -> tuple[Part, ...]:
    """The weighted sums of a convolution whose module has a `weighted_sum`, and its activation.

    Of a `transposed` one the weights of torch lie with the channels first.
    """
    assert window.weight is not None
    last, reach, biased = window.channels_last, extents(x, window.channels_last), window.bias is not None
    maps, each = window.weight.shape[:2]
    dimensions = len(window.along)
    axes = axes_of_maps(dimensions, "filter")

    def run(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        return (functional_call(_Sums(module), {f"layer.{k}": v for k, v in parameters.items()}, (inputs[0],)),)

    def terms(index: Index) -> Sequence[Term]:
        number, place = split(index, last)
        group = window.group_of(number, maps)
        own = number - group * (maps // window.groups)
        found: list[Term] = []
        for channel in range(each):
            arriving = group * each + channel
            for kernel, source in cells_under(window, place, reach):
                where = (arriving, own, *kernel) if transposed else (number, channel, *kernel)
                found.append((at("weight", *where), pixel(arriving, source, last)))
        return [*found, (at("bias", number),)] if biased else found

    weigh = Part(
        "terms", run, (0,), "z", ("weight", "bias") if biased else ("weight",),
        title="patch times kernel", axes=axes, terms=terms, window=is_patch(window),
        formula=SPREAD if transposed else WEIGH,
        backward=r"\frac{\partial L}{\partial K} = \sum_{i,j} \frac{\partial L}{\partial z_{q,i,j}} \, x, \quad "
        r"\frac{\partial L}{\partial b_q} = \sum_{i,j} \frac{\partial L}{\partial z_{q,i,j}}" if transposed else BACK,
        sentence=SPREAD_WORDS if transposed else WEIGH_WORDS,
        backward_sentence="The kernel was used in every window, so its gradient is a sum over all windows. Each window "
        "sends its pixels what arrives times the kernel.",
    )  # fmt: skip
    elementwise = activation(window.function).elementwise
    return weigh, inner_function(function, window.function, elementwise, axes)


WEIGH = r"z_{q,i,j} = b_q + \sum_{c,m,n} K_{q,c,m,n} \, x_{c,\, s i + m - p,\, s j + n - p}"
BACK = (
    r"\frac{\partial L}{\partial K_{q,c,m,n}} = \sum_{i,j} \frac{\partial L}{\partial z_{q,i,j}} \, "
    r"x_{c,\, s i + m - p,\, s j + n - p}, \quad \frac{\partial L}{\partial b_q} = \sum_{i,j} "
    r"\frac{\partial L}{\partial z_{q,i,j}}"
)
SPREAD = r"z_{q,\, s i + m - p,\, s j + n - p} = b_q + \sum_{c,m,n} K_{c,q,m,n} \, x_{c,i,j}"
WEIGH_WORDS = (
    "The window under the kernel: every pixel times its weight, all added up. The same kernel is used at every place."
)
SPREAD_WORDS = (
    "Every pixel that arrives lays the kernel, times itself, onto what comes out; where several overlap, they add up."
)


class _Sums(nn.Module):
    """What a layer computes before its activation, as a module."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer.weighted_sum(x)  # type: ignore[operator,no-any-return]


def fixed_parts(module: nn.Module, window: Window, x: torch.Tensor) -> tuple[Part, ...]:
    """Weighted sums whose weights never change."""
    assert window.weight is not None
    weight, (maps, each) = window.weight.double(), window.weight.shape[:2]
    reach = extents(x, window.channels_last)

    def terms(index: Index) -> Sequence[Term]:
        number, place = split(index, window.channels_last)
        group = window.group_of(number, maps)
        return [
            (times(float(weight[(number, channel, *kernel)])), pixel(group * each + channel, source, False))
            for channel in range(each)
            for kernel, source in cells_under(window, place, reach)
        ]

    return (
        added_up(
            terms, running(module), (0,), axes_of_maps(len(window.along)), title="patch times kernel",
            window=is_patch(window), formula=WEIGH, sentence=WEIGH_WORDS,
            backward=r"\frac{\partial L}{\partial x} = \sum_{i,j} K_{m,n} \frac{\partial L}{\partial a_{c,i,j}}",
            backward_sentence="The kernel stays as it is; each window sends its pixels what arrives times the kernel.",
        ),
    )  # fmt: skip


def pooling_parts(module: nn.Module, window: Window, x: torch.Tensor) -> tuple[Part, ...]:
    """The largest of each window, or the mean."""
    last, reach = window.channels_last, extents(x, window.channels_last)
    dimensions = len(window.along)
    axes, weighs, whole = axes_of_maps(dimensions), window.reduction == "mean", 1
    for along in window.along:
        whole *= along.size

    def terms(index: Index) -> Sequence[Term]:
        channel, place = split(index, last)
        cells = [pixel(channel, source, last) for _, source in cells_under(window, place, reach)]
        share = times(1.0 / (whole if window.counts_rim else len(cells)))
        return [(share, cell) if weighs else (cell,) for cell in cells]

    if weighs:
        return (
            added_up(
                terms, running(module), (0,), axes, title="mean of a window", window=dimensions == 2,
                backward=r"\frac{\partial L}{\partial x} = \frac{1}{k^2} \frac{\partial L}{\partial a}",
                sentence="One number for each window: the mean of its numbers.",
                backward_sentence="Every number of the window gets the same share of what arrives.",
            ),
        )  # fmt: skip
    return (
        Part(
            "largest", running(module), (0,), title="the largest of a window", axes=axes, terms=terms,
            window=dimensions == 2,
        ),
    )  # fmt: skip


def adaptive_parts(
    module: nn.Module, ranges: Sequence[Sequence[range]], largest: bool, last: bool
) -> tuple[Part, ...]:
    """The largest or the mean of each cell; `ranges` says along each axis which numbers make each of its cells."""

    def terms(index: Index) -> Sequence[Term]:
        channel, place = split(index, last)
        own = [of_axis[one] for of_axis, one in zip(ranges, place, strict=True)]
        share = mean_of([len(one) for one in own])
        cells = [pixel(channel, source, last) for source in itertools.product(*own)]
        return [(cell,) if largest else (share, cell) for cell in cells]

    axes = axes_of_maps(len(ranges))
    if largest:
        return (Part("largest", running(module), (0,), title="the largest of a cell", axes=axes, terms=terms),)
    return (
        added_up(
            terms, running(module), (0,), axes, title="mean of a cell",
            backward=r"\frac{\partial L}{\partial x} = \frac{1}{n} \frac{\partial L}{\partial a}",
            sentence="One number for each cell: the mean of its numbers.",
            backward_sentence="Every number of the cell gets the same share of what arrives.",
        ),
    )  # fmt: skip


def global_parts(module: nn.Module, x: torch.Tensor, last: bool, largest: bool) -> tuple[Part, ...]:
    """The mean over a whole map, or over all steps of a series; or the largest of them."""
    sizes = extents(x, last)
    share = mean_of(sizes)

    def terms(index: Index) -> Sequence[Term]:
        cells = [pixel(index[0], place, last) for place in itertools.product(*map(range, sizes))]
        return [(cell,) if largest else (share, cell) for cell in cells]

    axes: tuple[Axis, ...] = ("unit",) if last else ("channel",)
    if largest:
        return (Part("largest", running(module), (0,), title="the largest of everything", axes=axes, terms=terms),)
    return (
        added_up(
            terms, running(module), (0,), axes, title="mean of everything",
            sentence="One number is left: the mean of all.",
            backward=r"\frac{\partial L}{\partial x} = \frac{1}{n} \frac{\partial L}{\partial a}",
            backward_sentence="All get the same share of what arrives.",
        ),
    )  # fmt: skip
