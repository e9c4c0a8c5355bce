"""The operations of blocks that bring wires together or rearrange what one carries, number by number."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from playground.blocks.parts import (
    Factor,
    Index,
    Part,
    Term,
    added_up,
    at,
    axes_of,
    flat_of,
    index_of,
    passed_on,
    running,
)

UNCHANGED = r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial a}"


def rearranged_parts(module: nn.Module, x: torch.Tensor, shape: Sequence[int]) -> tuple[Part, ...]:
    """The same numbers in another shape, both without the batch."""

    def source(index: Index) -> Factor:
        return at(0, *index_of(flat_of(index, shape), tuple(x.shape[1:])))

    return (
        passed_on(
            running(module), shape, source, title="rearranged", sentence="The same numbers in another shape.",
            backward=UNCHANGED, backward_sentence="Every gradient goes back to where its number came from.",
        ),
    )  # fmt: skip


def joined_parts(module: nn.Module, axis: int, *inputs: torch.Tensor) -> tuple[Part, ...]:
    """Inputs side by side along an axis, counted with the batch."""
    sizes = [x.shape[axis] for x in inputs]
    shape = [*inputs[0].shape[1:]]
    shape[axis - 1] = sum(sizes)

    def source(index: Index) -> Factor:
        place, number = index[axis - 1], 0
        while place >= sizes[number]:
            place -= sizes[number]
            number += 1
        return at(number, *index[: axis - 1], place, *index[axis:])

    return (
        passed_on(
            running(module), shape, source, len(inputs), title="side by side",
            sentence="Nothing is calculated: the inputs stand side by side.", backward=UNCHANGED,
            backward_sentence="Each input gets back the gradients of its own part.",
        ),
    )  # fmt: skip


def together_parts(module: nn.Module, product: bool, *inputs: torch.Tensor) -> tuple[Part, ...]:
    """The sum or the product of all inputs, number by number; an axis of size 1 stretches."""
    shapes = [tuple(x.shape[1:]) for x in inputs]
    whole = tuple(max(sizes) for sizes in zip(*shapes, strict=True))

    def terms(index: Index) -> Sequence[Term]:
        factors = [
            at(number, *(0 if extent == 1 else one for one, extent in zip(index, shape, strict=True)))
            for number, shape in enumerate(shapes)
        ]
        return [tuple(factors)] if product else [(factor,) for factor in factors]

    back, sentence = (
        (r"\frac{\partial L}{\partial x_1} = \frac{\partial L}{\partial a} \, x_2",
         "Each factor gets what arrives times the others.") if product else
        (r"\frac{\partial L}{\partial x_k} = \frac{\partial L}{\partial a}",
         "A sum sends what arrives back along every wire, undiminished.")
    )  # fmt: skip
    return (
        added_up(
            terms, running(module), tuple(range(len(inputs))), axes_of(len(whole)), backward=back,
            backward_sentence=sentence, sentence="Number by number, the inputs are "
            f"{'multiplied' if product else 'added up'}.",
        ),
    )  # fmt: skip


def expanded_parts(module: nn.Module, features: Sequence[Sequence[Factor]]) -> tuple[Part, ...]:
    """Features made from others, each a product."""
    return (
        added_up(
            lambda index: (tuple(features[index[0]]),), running(module), (0,), ("unit",),
            title="features from features",
            sentence="Each new feature is made from one or two of those that arrive.",
            backward=r"\frac{\partial L}{\partial x_i} = \sum_k \frac{\partial L}{\partial a_k} "
            r"\frac{\partial a_k}{\partial x_i}",
            backward_sentence="A feature gets back what all that was made from it sends.",
        ),
    )  # fmt: skip
