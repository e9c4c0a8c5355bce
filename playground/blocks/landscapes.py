"""Functions of one or two numbers to go down: values by torch, known minima, and what to show of them."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch

from playground.blocks.expressions import SEVERAL, Actions, Expression, parse

VARIABLES = ("x", "y")
Constraint = Literal["none", "l1", "l2", "box"]
"""Norms whose ball a place may be held in."""
Extent = tuple[float, float, float, float]
"""Left, right, bottom and top; of a function of one number the heights do not count."""


@dataclass(frozen=True)
class Landscape:
    """A function of x, or of x and y. `value` takes one tensor for each and gives one of their shape."""

    words: str
    """The function as a person writes it."""
    dimensions: int
    value: Callable[..., torch.Tensor]
    extent: Extent
    """What is worth looking at."""
    minima: tuple[tuple[float, ...], ...] = ()
    """Where it is lowest of all, exactly or to all digits of a double."""
    start: tuple[float, ...] = (0.0,)
    """A place from which there is something to see."""


def parabola(x: torch.Tensor) -> torch.Tensor:
    return (x - 3.0) ** 2


def square(x: torch.Tensor) -> torch.Tensor:
    return x**2


def double_well(x: torch.Tensor) -> torch.Tensor:
    return (x**2 - 1.0) ** 2 + 0.3 * x


def bowl(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return x**2 + y**2


def oval_bowl(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return x**2 + 4.0 * y**2


def ravine(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return 0.5 * x**2 + 25.0 * y**2


def saddle(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return 3.0 * x**2 + 2.0 * y**2 + 5.0 * x * y + 23.0


def rosenbrock(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (1.0 - x) ** 2 + 100.0 * (y - x**2) ** 2


def himmelblau(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (x**2 + y - 11.0) ** 2 + (x + y**2 - 7.0) ** 2


def beale(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def rastrigin(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return 20.0 + x**2 - 10.0 * torch.cos(2.0 * math.pi * x) + y**2 - 10.0 * torch.cos(2.0 * math.pi * y)


LANDSCAPES: dict[str, Landscape] = {
    "parabola": Landscape("(x − 3)²", 1, parabola, (-1.0, 7.0, 0.0, 0.0), ((3.0,),), (0.0,)),
    "square": Landscape("x²", 1, square, (-3.0, 3.0, 0.0, 0.0), ((0.0,),), (2.0,)),
    "double-well": Landscape(
        "(x² − 1)² + 0.3·x", 1, double_well, (-1.8, 1.8, 0.0, 0.0),
        ((-1.035_578_714_088_853_7,),), (1.5,),
    ),
    "bowl": Landscape("x² + y²", 2, bowl, (-4.0, 4.0, -4.0, 4.0), ((0.0, 0.0),), (-3.0, 2.0)),
    "oval-bowl": Landscape(
        "x² + 4·y²", 2, oval_bowl, (-4.0, 4.0, -4.0, 4.0), ((0.0, 0.0),), (-3.0, 2.0)
    ),
    "ravine": Landscape(
        "½·x² + 25·y²", 2, ravine, (-5.0, 2.0, -1.0, 1.0), ((0.0, 0.0),), (-4.0, 0.6)
    ),
    "saddle": Landscape(
        "3·x² + 2·y² + 5·x·y + 23", 2, saddle,
        (-2.0, 2.0, -2.0, 2.0), (), (1.0, 1.0),
    ),
    "rosenbrock": Landscape(
        "(1 − x)² + 100·(y − x²)²", 2, rosenbrock, (-2.0, 2.0, -1.0, 3.0), ((1.0, 1.0),), (-1.2, 1.0)
    ),
    "himmelblau": Landscape(
        "(x² + y − 11)² + (x + y² − 7)²", 2, himmelblau, (-6.0, 6.0, -6.0, 6.0),
        (
            (3.0, 2.0), (-2.805_118_086_952_745, 3.131_312_518_250_573),
            (-3.779_310_253_377_747, -3.283_185_991_286_169_6), (3.584_428_340_330_491_7, -1.848_126_526_964_403_4),
        ), (0.0, 0.0),
    ),
    "beale": Landscape(
        "(1.5 − x + x·y)² + (2.25 − x + x·y²)² + (2.625 − x + x·y³)²", 2, beale, (-4.5, 4.5, -4.5, 4.5),
        ((3.0, 0.5),), (1.0, 1.0),
    ),
    "rastrigin": Landscape(
        "20 + x² − 10·cos(2πx) + y² − 10·cos(2πy)", 2, rastrigin, (-5.12, 5.12, -5.12, 5.12), ((0.0, 0.0),),
        (3.3, -2.7),
    ),
}  # fmt: skip
"""Rosenbrock 1960; Himmelblau 1972; Beale 1958; Rastrigin 1974."""

_FUNCTIONS: dict[str, Callable[..., torch.Tensor]] = {
    "sin": torch.sin, "cos": torch.cos, "tan": torch.tan, "exp": torch.exp, "log": torch.log, "sqrt": torch.sqrt,
    "abs": torch.abs, "tanh": torch.tanh, "sign": torch.sign,
    "min": lambda *values: functools.reduce(torch.minimum, values),
    "max": lambda *values: functools.reduce(torch.maximum, values),
}  # fmt: skip
_OPERATORS: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    "+": torch.add, "-": torch.sub, "*": torch.mul, "/": torch.div, "^": torch.pow,
}  # fmt: skip
_ACTIONS: Actions = {"call": _FUNCTIONS, "operate": _OPERATORS, "sign": {"-": torch.neg}}


def typed(text: str) -> Landscape:
    """The landscape of a formula in x, or in x and y. Raises ExpressionError."""
    expression = parse(text, VARIABLES)
    dimensions = 2 if "y" in expression.variables else 1
    return Landscape(text, dimensions, functools.partial(_evaluate, expression), (-4.0, 4.0, -4.0, 4.0))


def _evaluate(expression: Expression, *values: torch.Tensor) -> torch.Tensor:
    def number(value: float) -> torch.Tensor:
        return torch.tensor(value, dtype=values[0].dtype)

    named = dict(zip(VARIABLES, values, strict=False))
    found: torch.Tensor = expression.run(named, _ACTIONS, number)
    # A formula without x, such as 3, has the same value everywhere.
    return found + torch.zeros_like(values[0])


def written(text: str, names: Sequence[str]) -> str:
    """A formula in x, or in x and y, as an expression of torch, with these expressions in the place of the variables.

    Raises ExpressionError.
    """
    expression = parse(text, VARIABLES)
    known = {name: _Written(place) for name, place in zip(VARIABLES, names, strict=False)}
    writer = _Writer(names[0])
    found: _Written = expression.run(known, writer.actions(), lambda value: _Written(_number(value), constant=True))
    return writer.tensor(found)


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


@dataclass(frozen=True)
class _Written:
    """A part of a formula as Python."""

    text: str
    binds: int = 9
    """How tightly: 1 a sum, 2 a product, 3 a sign, 4 a power, 9 what needs no brackets anywhere."""
    constant: bool = False
    """Whether there is no variable in it, so that it is a number of Python and no tensor."""

    def within(self, binds: int) -> str:
        """The text where something binds so tightly around it."""
        return self.text if self.binds >= binds else f"({self.text})"


class _Writer:
    """Writes parts of a formula; `like` is an expression that gives a tensor of the right kind."""

    def __init__(self, like: str) -> None:
        self._like = like

    def actions(self) -> Actions:
        """What to do for the steps of a formula."""
        return {
            "call": {name: functools.partial(self._call, name) for name in _FUNCTIONS},
            "operate": {symbol: functools.partial(self._operate, symbol) for symbol in _OPERATORS},
            "sign": {"-": lambda part: _Written(f"-{part.within(3)}", 3, part.constant)},
        }

    def tensor(self, part: _Written) -> str:
        """A part as an expression that gives a tensor."""
        return f"torch.full_like({self._like}, {part.text})" if part.constant else part.text

    def _call(self, name: str, *arguments: _Written) -> _Written:
        words = [self.tensor(part) for part in arguments]
        if name in SEVERAL:
            return _Written(functools.reduce(lambda first, second: f"torch.{name}imum({first}, {second})", words))
        return _Written(f"torch.{name}({words[0]})")

    def _operate(self, symbol: str, left: _Written, right: _Written) -> _Written:
        binds = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}[symbol]
        # Numbers of Python may overflow or divide by zero with an error; tensors give infinity, as the formula does.
        left = _Written(self.tensor(left)) if left.constant and right.constant else left
        first = left.within(binds + 1 if symbol == "^" else binds)
        second = right.within(binds if symbol in "+*^" else binds + 1)
        return _Written(f"{first} {'**' if symbol == '^' else symbol} {second}", binds)
