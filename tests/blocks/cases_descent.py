"""Cases of the landscapes: nothing goes in, so the only thing to learn is the place."""

from __future__ import annotations

from playground.blocks import descent
from tests.blocks.case import Case

CASES: tuple[Case, ...] = (
    Case(descent.DescentFunction(), (), (), 1, changed=descent.DescentFunction(constraint="box", radius=2.0)),
    Case(descent.DescentFunction(function="rosenbrock", start_x=-1.2, start_y=1.0), (), (), 2),
    Case(descent.DescentFunction(function="typed", expression="max(x^2, 2 + y^2)", start_y=1.0), (), (), 2),
)
