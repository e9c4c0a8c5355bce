"""A function to go down without any network: a place of one or two numbers learns, and its height is the loss."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ClassVar, Literal

import torch
from pydantic import field_validator
from torch import nn

from playground.blocks.base import Advice, Block, BlockError, Fix, Port
from playground.blocks.code import Code, Part
from playground.blocks.expressions import LONGEST
from playground.blocks.landscapes import LANDSCAPES, Constraint, Landscape, typed, written
from playground.blocks.loss import Loss
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

FunctionName = Literal[
    "parabola", "square", "double-well", "bowl", "oval-bowl", "ravine", "saddle", "rosenbrock", "himmelblau", "beale",
    "rastrigin", "typed",
]  # fmt: skip
_FARTHEST = 1e6
_typed = functools.lru_cache(maxsize=64)(typed)


class DescentLayer(nn.Module):
    """A place, and the height of the landscape there.

    The place is kept in double precision: what is printed of a descent then agrees with a few lines of Python.
    """

    def __init__(self, landscape: Landscape, start: tuple[float, ...], constraint: Constraint, radius: float) -> None:
        super().__init__()
        self.position = nn.Parameter(torch.tensor(start[: landscape.dimensions], dtype=torch.float64))
        self._landscape = landscape
        self._constraint: Constraint = constraint
        self._radius = radius
        self.constrained = constraint != "none"

    def forward(self) -> torch.Tensor:
        return self._landscape.value(*self.position.unbind())

    @torch.no_grad()
    def constrain(self) -> None:
        """Bring the place back into the region, by the shortest way."""
        self.position.copy_(project(self.position, self._constraint, self._radius))


class DescentFunction(Loss):
    """The height of a landscape at the place that learns; nothing goes in."""

    id: ClassVar[str] = "test-function"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"landscape"})
    title: ClassVar[str] = "Test function"
    summary: ClassVar[str] = (
        "A landscape to walk down without data or network: the place x, or x and y, is all that learns. "
        "The height there is the loss, and every optimizer can be tried on it."
    )
    formula: ClassVar[str] = r"L = f(x) \quad \text{or} \quad L = f(x, y)"
    inputs: ClassVar[tuple[Port, ...]] = ()

    function: FunctionName = parameter("parabola", help="The landscape; “typed” takes the formula below.")
    expression: str = parameter(
        "x^2 + sin(3*x)",
        max_length=LONGEST,
        label="Formula",
        help="For “typed”: in x, or in x and y. It knows + - * / ^, brackets, sin, cos, tan, exp, log, sqrt, abs, "
        "tanh, sign, min, max, pi and e.",
    )
    start_x: float = parameter(
        0.0, ge=-_FARTHEST, le=_FARTHEST, label="Start x", help="Where the descent begins; another start begins anew."
    )
    start_y: float = parameter(
        0.0, ge=-_FARTHEST, le=_FARTHEST, label="Start y", help="The same for y, where the function has one."
    )
    constraint: Constraint = parameter(
        "none",
        help="The place must stay within the radius of the origin: by the sum of sizes (l1), the distance (l2), or the "
        "larger coordinate (box). After every step it is brought back by the shortest way.",
    )
    radius: float = parameter(
        1.0, gt=0.0, le=_FARTHEST, logarithmic=True, help="How far from the origin the constraint allows."
    )

    @field_validator("expression")
    @classmethod
    def _readable(cls, text: str) -> str:
        typed(text)
        return text

    @property
    def landscape(self) -> Landscape:
        """The function that was chosen."""
        return _typed(self.expression) if self.function == "typed" else LANDSCAPES[self.function]

    @property
    def start(self) -> tuple[float, ...]:
        """Where the descent begins, one number for each dimension."""
        return (self.start_x, self.start_y)[: self.landscape.dimensions]

    def subtitle(self) -> str:
        words = self.landscape.words
        return words if len(words) <= 28 else words[:27] + "…"

    def live_formula(self, *inputs: Signal) -> str:
        names = " and ".join(f"{name} = {value:g}" for name, value in zip("xy", self.start, strict=False))
        return f"f is {self.landscape.words}, from {names}".replace("-", "−")

    def expect(self, *inputs: Signal) -> None:
        height, slope = self._at_start()
        if not (torch.isfinite(height) and torch.isfinite(slope).all()):
            place = ", ".join(f"{value:g}" for value in self.start).replace("-", "−")
            raise BlockError(
                f"{self.title} cannot begin at ({place}): {self.landscape.words} has no value or no slope there. "
                "Choose another start.",
                *self._other_start(),
            )

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        if bool(self._at_start()[1].any()):
            return ()
        message = "The start lies where the slope is exactly zero, so gradient descent stays there. Begin elsewhere."
        return (Advice(message, self._other_start()),)

    def _at_start(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Height, (), and slope, (dimensions,), at the start."""
        with torch.enable_grad():
            place = torch.tensor(self.start, dtype=torch.float64, requires_grad=True)
            height = self.landscape.value(*place.unbind())
            (slope,) = torch.autograd.grad(height, place)
        return height.detach(), slope

    def _other_start(self) -> tuple[Fix, ...]:
        place = self.landscape.start if self.function != "typed" else (1.0, 1.0)[: self.landscape.dimensions]
        if place == self.start:
            return ()
        numbers = dict(zip(("start_x", "start_y"), place, strict=False))
        words = ", ".join(f"{value:g}" for value in place).replace("-", "−")
        label = f"Start at ({words})" if len(place) > 1 else f"Start at {words}"
        return (Fix(label, "set", parameters=numbers),)

    def build(self, *inputs: Signal) -> nn.Module:
        return DescentLayer(self.landscape, self.start, self.constraint, self.radius)

    def to_code(self, *inputs: Signal) -> Code:
        make = f"nn.Parameter(torch.tensor({list(self.start)}, dtype=torch.float64))"
        parts = (Part(make, within="position", parameter=True),)
        named = self.function != "typed"
        place = "{module}[0]", "{module}[1]"
        expression = written(self.expression, place) if not named else f"{self.landscape.value.__name__}(*{{module}})"
        uses: tuple[Callable[..., object], ...] = (self.landscape.value,) if named else ()
        if self.constraint == "none":
            return Code(expression, parts, uses=uses)
        back = f'{{module}}.copy_(project({{module}}, "{self.constraint}", {self.radius!r}))'
        return Code(expression, parts, uses=(*uses, project), constrain=back)

    def update(self, module: nn.Module) -> bool:
        """Weight and constraint can change while it goes down; another function or start is another descent."""
        assert isinstance(module, DescentLayer)
        if module._landscape is not self.landscape:
            return False
        module._constraint, module._radius = self.constraint, self.radius
        module.constrained = self.constraint != "none"
        return True

    def writable(self, before: Block) -> bool:
        numbers = {"weight": self.weight, "constraint": self.constraint, "radius": self.radius}
        return before.model_copy(update=numbers) == self

    def begins_anew(self, before: Block) -> bool:
        assert isinstance(before, DescentFunction)
        return (self.landscape, self.start) != (before.landscape, before.start)


def project(place: torch.Tensor, constraint: Constraint, radius: float) -> torch.Tensor:
    """The nearest place of the region |place| <= radius around the origin; (n,).

    Onto the L1 ball by Duchi, Shalev-Shwartz, Singer and Chandra 2008, "Efficient projections onto the l1-ball".
    """
    if constraint == "box":
        return place.clamp(-radius, radius)
    if constraint == "l2":
        return place * torch.clamp(radius / place.norm(), max=1.0)
    if constraint == "l1" and float(place.abs().sum()) > radius:
        sizes = place.abs().sort(descending=True).values
        excess = (sizes.cumsum(0) - radius) / torch.arange(1, len(sizes) + 1, device=place.device)
        threshold = excess[int((sizes > excess).sum()) - 1]
        return place.sign() * (place.abs() - threshold).clamp_min(0.0)
    return place.clone()


BLOCKS: tuple[type[Block], ...] = (DescentFunction,)
