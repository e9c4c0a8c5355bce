"""How something is written in a Python file of plain PyTorch: what `to_code` of a declaration returns.

A block next to how it is built, and likewise a dataset, an optimizer, a schedule or an initializer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

MODULE = "{module}"
"""In a template: the first thing that the network keeps for the block."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that the written network keeps for a block: a module, or a parameter by itself."""

    make: str
    """The expression that makes it, such as `nn.Linear(2, 8)`."""
    name: str = "module"
    """What templates call it, `{name}`; all but the first have it at the end of their attribute, too."""
    within: str = ""
    """Where its weights lie in the module that `build` gives, such as `function`; empty at the top. Of a parameter, its
    name there."""
    parameter: bool = False
    """A parameter, or a buffer, and not a module that has some."""


@dataclass(frozen=True, slots=True)
class Code:
    """How one thing is written.

    Templates are texts for `str.format`: `{0}`, `{1}`, ... are the inputs in the order of the wires, `{module}` and the
    names of further parts what the network keeps. Braces of Python itself are doubled.
    """

    expression: str = ""
    """Computes the outputs, several ones as a tuple; of what is no block, makes the thing. A loss gives one number, a
    measure a dictionary of numbers."""
    parts: tuple[Part, ...] = ()
    """What the network keeps; none where the expression says it all."""
    imports: tuple[str, ...] = ()
    """Lines such as `import math`; those of torch, nn and functional follow from the text and may be left out."""
    uses: tuple[Callable[..., object], ...] = ()
    """Our own classes and functions whose source text goes into the file, with all that it needs."""
    start: tuple[str, ...] = ()
    """Templates of statements that run once when the network is made, such as one that fills a bias."""
    constrain: str = ""
    """Template of a statement that runs after every step of the optimizer and brings a parameter back."""
    remark: str = ""
    """A few words for the comment at the end of its line in `forward`."""
    cannot: str = ""
    """Why it cannot be written, a sentence; all else is then empty."""

    def part_of(self, name: str) -> tuple[Part, str]:
        """The part that keeps the weight which is called `name` in the module of `build`, and its name in that part,
        empty where the part is the weight itself. Raises KeyError where there is none."""
        for part in self.parts:
            if part.parameter and part.within == name:
                return part, ""
            if part.within and not part.parameter and name.startswith(f"{part.within}."):
                return part, name.removeprefix(f"{part.within}.")
        for part in self.parts:
            if not part.within:
                return part, name
        raise KeyError(name)

    def behind(self, layer: Code) -> Code:
        """A layer with this activation behind it, whose own weights lie in `function` of the layer's module."""
        parts = tuple(replace(part, name="activation", within="function") for part in self.parts)
        expression = self.expression.replace(MODULE, "{activation}").replace("{0}", layer.expression)
        return replace(layer, expression=expression, parts=(*layer.parts, *parts), uses=(*layer.uses, *self.uses))


@dataclass(frozen=True, slots=True)
class ArrayCode:
    """How something is written in numpy alone, forward and back, by hand.

    Templates are expressions: `{x}` is what arrives, `{a}` what it gives, `{d}` the derivative of the loss by that; of
    a loss `{x}` is the prediction and `{y}` the target. All are arrays with the batch in front.
    """

    value: str = ""
    """What it gives."""
    back: str = ""
    """The derivative of the loss by what arrives."""
    helpers: tuple[str, ...] = ()
    """Functions of the file that it calls, by their names in `playground.code.by_hand`."""
    weighs: bool = False
    """A layer of units: `{x}` is its weighted sum, and its weights are `weight` and perhaps `bias`."""
    cannot: str = ""
    """Why it is not written by hand, a sentence; all else is then empty."""


def kept(
    make: str, expression: str = "{module}({0})", *, uses: tuple[Callable[..., object], ...] = (),
    start: tuple[str, ...] = (), remark: str = "",
) -> Code:  # fmt: skip
    """What the network keeps as one module, made by the expression `make`."""
    return Code(expression, (Part(make),), uses=uses, start=start, remark=remark)


def computed(expression: str, *, uses: tuple[Callable[..., object], ...] = (), remark: str = "") -> Code:
    """What one expression in `forward` computes."""
    return Code(expression, uses=uses, remark=remark)


def not_written(why: str) -> Code:
    """What nobody can write, with the reason, one sentence."""
    return Code(cannot=why)
