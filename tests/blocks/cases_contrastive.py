"""Cases of the loss of pairs and of the measure of how they are found."""

from __future__ import annotations

from playground.blocks import contrastive
from playground.blocks.signal import Signal
from tests.blocks.case import Case, compared

VECTOR = Signal((6,))

CASES: tuple[Case, ...] = (
    compared(contrastive.ContrastiveLoss(), VECTOR, VECTOR, changed=contrastive.ContrastiveLoss(temperature=0.5)),
    Case(contrastive.Retrieval(k=2), (VECTOR, VECTOR), ()),
)
