"""Cases for regrouping classes: every coding, and a class for every step."""

from __future__ import annotations

from playground.blocks.regroup import RegroupClasses
from tests.blocks.case import INDEX, Case

STEPS = INDEX.but(shape=(5,), axes=("time",))

CASES: tuple[Case, ...] = (
    Case(
        RegroupClasses(groups="a | b c", names="one | others"), (INDEX,), (),
        changed=RegroupClasses(groups="a b | c", names="one | others"),
    ),
    Case(RegroupClasses(groups="a c | b", names=""), (STEPS,), (5,)),
    Case(RegroupClasses(groups="a | b | c", names="x | y | z", labels="one-hot"), (INDEX,), (3,)),
    Case(RegroupClasses(groups="a | b c", labels="zero-one"), (INDEX,), (1,)),
    Case(RegroupClasses(groups="a | b c", labels="signed"), (INDEX,), (1,)),
)  # fmt: skip
