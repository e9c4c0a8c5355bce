"""What a block does, one operation at a time: the declaration beside `build` that slow motion shows.

A block's `parts` are its operations in order, each a pure function of tensors. Where one number of an operation is a
sum of products, such as a patch times a kernel or a score, `terms` names the factors: formulas with numbers put in,
pictures of what took part, and the way back number by number all follow from that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional

Kind = Literal[
    "sum", "terms", "function", "softmax", "sigmoid", "largest", "mask", "normalize", "right-class", "yes-or-no",
    "loss", "total", "block",
]  # fmt: skip
"""What an operation does: the weighted sum of a dense layer, any other sum of products, an activation, a softmax, the
sigmoid inside a loss, the largest of a window, what must not be seen, mean 0 and variance 1, minus the logarithm of the
probability of the right class, that of yes-or-no answers, any other loss, the sum of losses, any other block."""
Axis = Literal["time", "head", "unit", "filter", "channel", "slice", "row", "column", "query", "key", "node"]
"""What one axis of a result counts, so that a person can say which number is written out."""
Index = tuple[int, ...]
"""Where one number stands in its tensor; without the batch axis."""
Values = Sequence[torch.Tensor]
Run = Callable[[Values, Mapping[str, torch.Tensor]], tuple[torch.Tensor, ...]]
"""(inputs, parameters by their name in the block) -> outputs."""


Through = Literal["", "1 −", "sin", "cos"]
"""A share that is left, such as 1 − z of a gate, or a wave."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One number in a product: of an input of the operation (counted from 0), of a parameter (by its name in the
    block), or, without a source, a plain `number`."""

    source: int | str | None
    index: Index = ()
    number: float = 0.0
    through: Through = ""
    """What is done with the number before it is multiplied."""

    def of(self, number: float) -> float:
        """The factor that a number makes."""
        return {"": number, "1 −": 1.0 - number, "sin": math.sin(number), "cos": math.cos(number)}[self.through]


Term = tuple[Factor, ...]
"""The factors of one product."""
Terms = Callable[[Index], Sequence[Term]]
"""The products that add up to the number of the result at an index."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What one number was normalized by."""

    mean: float
    variance: float
    epsilon: float
    over: str
    """What they were taken over, in words."""


@dataclass(frozen=True)
class Part:
    """One operation of a block. The last one gives the block's outputs."""

    kind: Kind
    run: Run
    takes: tuple[int | str, ...]
    """Inputs of the block, by number, what earlier parts gave, by name, or −1 for what the part before gave."""
    letter: str = "a"
    """What its result is called in formulas."""
    parameters: tuple[str, ...] = ()
    """Names in the block."""
    name: str = ""
    """Of the result; the letter where it is empty. Unique in the block."""
    title: str = ""
    """Of the operation; empty for what its kind is called."""
    axes: tuple[Axis, ...] = ()
    """What each axis of the result counts, without the batch; then one number is written out, which a person chooses.
    Empty where all or the first few are written."""
    function: str = ""
    """The id of the activation."""
    terms: Terms | None = None
    """For sums of products; of `largest` the numbers that it chooses from."""
    window: bool = False
    """Whether its terms are the pixels (channel, row, column) under a window."""
    statistics: Callable[[Index], Statistics] | None = None
    time: int | None = None
    """The time step that it belongs to, where the block goes from step to step. Parts with a time are operations inside
    of one, as their weights are used again and again."""
    stretched_by: str = ""
    """The matrix through which the gradient goes to the time step before, where it is that alone and a function whose
    slope is nowhere above 1: its spectral norm is the most that the gradient can grow by."""
    hidden: bool = False
    """Not worth a step of its own, such as taking one time step out of a series."""
    formula: str = ""
    """LaTeX; empty for that of its kind."""
    backward: str = ""
    sentence: str = ""
    """What happens, in words; empty for the sentence of its kind."""
    backward_sentence: str = ""

    @property
    def key(self) -> str:
        """The name of what it gives."""
        return self.name or self.letter


def at(source: int | str, *index: int) -> Factor:
    """One number of an input or a parameter."""
    return Factor(source, index)


def times(number: float) -> Factor:
    """A plain number as a factor."""
    return Factor(None, number=number)


def axes_of(dimensions: int) -> tuple[Axis, ...]:
    """What the axes of a vector, a series and an image count."""
    named: Mapping[int, tuple[Axis, ...]] = {1: ("unit",), 2: ("time", "unit"), 3: ("channel", "row", "column"),
                                                   4: ("channel", "slice", "row", "column")}
    return named.get(dimensions, ())


# Building blocks of declarations -------------------------------------------------------------------------------------


def names_of(module: nn.Module) -> tuple[str, ...]:
    """The names of the parameters of a module, also of those that it has in common with another."""
    return tuple(name for name, _ in module.named_parameters(remove_duplicate=False))


def running(module: nn.Module) -> Run:
    """The module as a pure function of its inputs and parameters; its buffers are made as precise as the inputs."""

    def run(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        exact = {name: b.double() if b.is_floating_point() else b for name, b in module.named_buffers()}
        result = functional_call(module, {**exact, **parameters}, tuple(inputs))
        results = result if isinstance(result, tuple) else (result,)
        # What draws random numbers draws them in single precision.
        return tuple(value.double() if value.is_floating_point() else value for value in results)

    return run


def whole(module: nn.Module, inputs: int, kind: Kind = "block", letter: str = "a", function: str = "") -> Part:
    """The block in one operation."""
    return Part(kind, running(module), tuple(range(inputs)), letter, names_of(module), function=function)


def weighted_sum(module: nn.Linear, takes: int | str = 0, name: str = "z", prefix: str = "", **more: object) -> Part:
    """W x + b over the last axis, of an nn.Linear that lies in the block as `prefix`."""
    weight, bias = f"{prefix}weight", f"{prefix}bias"
    names = (weight,) if module.bias is None else (weight, bias)

    def terms(index: Index) -> Sequence[Term]:
        *before, unit = index
        found: list[Term] = [(at(weight, unit, j), at(0, *before, j)) for j in range(module.in_features)]
        return found if module.bias is None else [*found, (at(bias, unit),)]

    return Part(
        "sum", lambda x, p: (functional.linear(x[0], p[weight], p.get(bias)),), (takes,), name, names, terms=terms,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def inner_function(module: nn.Module, function: str, elementwise: bool, axes: tuple[Axis, ...] = ()) -> Part:
    """The activation that a layer applies to the operation before; it lies in the block as `function`."""
    prefix = "function."
    inner = running(module)

    def run(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        return inner(inputs, {name.removeprefix(prefix): value for name, value in parameters.items()})

    kind: Kind = "softmax" if isinstance(module, nn.Softmax) and module.dim == -1 else "block"
    parameters = tuple(prefix + name for name in names_of(module))
    return Part("function" if elementwise else kind, run, (-1,), "a", parameters, axes=axes, function=function)


def added_up(terms: Terms, run: Run, takes: tuple[int | str, ...], axes: tuple[Axis, ...], **more: object) -> Part:
    """A sum of products, number by number."""
    return Part("terms", run, takes, axes=axes, terms=terms, **more)  # type: ignore[arg-type]


def passed_on(
    run: Run, shape: Sequence[int], source: Callable[[Index], Factor], takes: int = 1, **more: object
) -> Part:
    """Every number as it is, at another place; `source` says where the number at an index comes from."""
    return added_up(lambda index: ((source(index),),), run, tuple(range(takes)), axes_of(len(shape)), **more)


def flat_of(index: Index, shape: Sequence[int]) -> int:
    """The number of a place in row-major order."""
    flat = 0
    for one, extent in zip(index, shape, strict=True):
        flat = flat * extent + one
    return flat


def index_of(flat: int, shape: Sequence[int]) -> Index:
    """The place with a number in row-major order."""
    index: list[int] = []
    for extent in reversed(shape):
        flat, one = divmod(flat, extent)
        index.append(one)
    return tuple(reversed(index))


def mean_of(sizes: Sequence[int]) -> Factor:
    """The factor that makes a sum a mean."""
    return times(1.0 / math.prod(sizes))
