"""What the network half of a written file gives to the other half, which loads data, trains and evaluates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from playground.code.lines import Line
from playground.network.remedies import Output


@dataclass(frozen=True, slots=True)
class Compared:
    """A prediction and the target that it should have been, as expressions after `model(...)` and `targets`."""

    node: str
    """The loss block or estimator that compares them."""
    prediction: str
    target: str


@dataclass(frozen=True, slots=True)
class NetworkCode:
    """The class `Network` and the function `loss`, as lines of a file.

    `loss(model, *batch)` is the number to make small, where a batch is the tensors of `feeds` in this order. Where
    there are several losses, `losses(model, *batch)` gives each of them, not weighted, in a dictionary by the names in
    `losses`. For evaluation one writes `OUTPUTS = model(TAKES)`, then the lines `targets`, then uses `compared` and
    `measures`, all in terms of the variables of `feeds`. `model.constrain()` is to be called after every step of an
    optimizer where `constrains`; `model.draw_from(generator)` before the first where `draws`.
    """

    lines: tuple[Line, ...]
    imports: tuple[str, ...] = ()
    uses: tuple[Callable[..., object], ...] = ()
    """Our own classes and functions whose source text goes above the class."""
    feeds: Mapping[Output, str] = field(default_factory=dict)
    """Outputs of data blocks that anything takes, and the variable of each, such as `x` and `y`."""
    takes: tuple[str, ...] = ()
    """The variables that `Network.forward` takes, in its order."""
    outputs: tuple[str, ...] = ()
    """The variables that it returns; one by itself, several as a tuple."""
    targets: tuple[Line, ...] = ()
    """Statements that make of the feeds what predictions are compared with, where that is not a feed itself."""
    losses: Mapping[str, str] = field(default_factory=dict)
    """For each loss block, by its node, its key in what `losses` gives."""
    compared: tuple[Compared, ...] = ()
    """Of each loss with two inputs, and of each estimator, as `Report.comparisons` has them."""
    measures: Mapping[str, str] = field(default_factory=dict)
    """For each measure, by its node, an expression that gives a dictionary of numbers."""
    constrains: bool = False
    draws: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    """The name of every parameter and buffer in the state of the written network, by its name in Playground."""
    tied: Mapping[str, str] = field(default_factory=dict)
    """Further names in that state, of parameters that are another block's, each with the name of the block's own."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Where the module of each node that has one lies in the written network, such as `stages[2].conv_1`."""
    cannot: tuple[str, ...] = ()
    """What could not be written, one sentence each."""
