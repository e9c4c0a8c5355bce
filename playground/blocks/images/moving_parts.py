"""The operations of blocks that make larger, or move numbers to another place."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from torch import nn

from playground.blocks.images.parts import axes_of_maps, pixel, split
from playground.blocks.parts import Factor, Index, Part, Term, added_up, at, passed_on, running, times


def upsampling_parts(
    module: nn.Module, before: Sequence[int], factor: int, mode: str, last: bool
) -> tuple[Part, ...]:
    """Every number from the one below it, or from those around it."""

    def weights(one: int, extent: int) -> list[tuple[int, float]]:
        if mode == "nearest":
            return [(one // factor, 1.0)]
        place = max((one + 0.5) / factor - 0.5, 0.0)  # pixels are squares whose middles are meant
        low = min(int(place), extent - 1)
        high, share = min(low + 1, extent - 1), place - int(place)
        return [(low, 1.0 - share), (high, share)] if share else [(low, 1.0)]

    def terms(index: Index) -> Sequence[Term]:
        channel, place = split(index, last)
        each = [weights(one, extent) for one, extent in zip(place, before, strict=True)]
        found: list[Term] = []
        for cell in itertools.product(*each):
            share = 1.0
            for _, weight in cell:
                share *= weight
            found.append((times(share), pixel(channel, tuple(source for source, _ in cell), last)))
        return found

    return (
        added_up(
            terms, running(module), (0,), axes_of_maps(len(before)),
            title="repeated" if mode == "nearest" else "drawn in between",
            sentence="Every number of the larger picture is the nearest one of the smaller, or lies in between.",
            formula=r"a_{c,i,j} = \sum_{m,n} w_{i,m} \, w_{j,n} \, x_{c,m,n}",
            backward=r"\frac{\partial L}{\partial x_{m,n}} = \sum_{i,j} w_{i,m} \, w_{j,n} "
            r"\frac{\partial L}{\partial a_{i,j}}",
            backward_sentence="A number gets the gradients of all that were made of it, each with its share.",
        ),
    )  # fmt: skip


def shuffle_parts(module: nn.Module, shape: Sequence[int], factor: int, inverse: bool) -> tuple[Part, ...]:
    """Every number as it is, at another place."""

    def source(index: Index) -> Factor:
        channel, row, column = index
        if inverse:
            channel, m, n = channel // factor**2, channel // factor % factor, channel % factor
            return at(0, channel, row * factor + m, column * factor + n)
        m, n = row % factor, column % factor
        return at(0, channel * factor**2 + m * factor + n, row // factor, column // factor)

    return (passed_on(running(module), shape, source, title="another place", sentence=MOVED, formula="a = x",
                      backward=AS_IT_ARRIVES, backward_sentence=GOES_BACK),)  # fmt: skip


def patches_parts(module: nn.Module, before: Sequence[int], size: int) -> tuple[Part, ...]:
    """Every number as it is, in a row for each patch."""
    _, height, width = before
    columns = width // size
    shape = (height // size * columns, before[0] * size * size)

    def source(index: Index) -> Factor:
        patch, number = index
        channel, inside = divmod(number, size * size)
        return at(0, channel, patch // columns * size + inside // size, patch % columns * size + inside % size)

    return (passed_on(running(module), shape, source, title="another place", sentence=MOVED, formula="a = x",
                      backward=AS_IT_ARRIVES, backward_sentence=GOES_BACK),)  # fmt: skip


MOVED = "Every number goes on as it is; only its place is another."
AS_IT_ARRIVES = r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial a}"
GOES_BACK = "The gradient goes back to the place the number came from."
