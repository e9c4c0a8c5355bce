"""Cases of what an adversarial network is built from, and of the measure of its modes."""

from __future__ import annotations

from playground.blocks import adversarial, coverage
from playground.blocks.signal import Signal
from tests.blocks.case import IMAGE, INDEX, ONE, VECTOR, ZERO_ONE, Case, compared

PLANE = Signal((2,), axes=("features",))

CASES: tuple[Case, ...] = (
    # Only the number of rows counts, so no gradient comes back.
    Case(adversarial.Noise(size=3), (INDEX,), (3,), gradient=False),
    Case(adversarial.Noise(), (IMAGE,), (2,), gradient=False, changed=adversarial.Noise(distribution="uniform")),
    Case(adversarial.Noise(distribution="uniform"), (VECTOR,), (2,), gradient=False),
    Case(adversarial.RealAndGenerated(), (PLANE, PLANE), (2,), batch=2),
    Case(adversarial.RealAndGenerated(), (IMAGE, IMAGE), IMAGE.shape, batch=2),
    compared(adversarial.GeneratorLoss(), ONE, ZERO_ONE),
    compared(adversarial.GeneratorLoss(form="saturating"), ONE, ZERO_ONE),
    Case(coverage.ModeCoverage(), (PLANE, PLANE, INDEX), ()),
)
