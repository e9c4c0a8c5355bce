"""Cases of losses and measures of what is seen in pictures."""

from __future__ import annotations

from playground.blocks import class_loss, image_loss, image_measures
from playground.blocks.signal import Signal
from tests.blocks.case import CLASSES, INDEX, LOGITS, Case, compared

PIXELS = Signal((4, 5), "classes", "index", ("height", "width"), CLASSES)
MAPS = Signal((3, 4, 5), kind="image")
SHARES = MAPS.but(scale="probability", low=0.0, high=1.0, sums_to_one=True)
LOGARITHMS = MAPS.but(scale="log-probability", high=0.0)
BOX = Signal((4,), scale="box", low=0.0, high=1.0)

CASES: tuple[Case, ...] = (
    compared(class_loss.CrossEntropy(), MAPS, PIXELS),
    compared(class_loss.CrossEntropy(), SHARES, PIXELS),
    compared(class_loss.CrossEntropy(), LOGARITHMS, PIXELS),
    compared(image_loss.Dice(), MAPS, PIXELS, changed=image_loss.Dice(smoothing=0.1)),
    compared(image_loss.Dice(), SHARES, PIXELS),
    compared(image_loss.Dice(), LOGARITHMS, PIXELS),
    Case(image_measures.TopAccuracy(k=2), (LOGITS, INDEX), ()),
    Case(image_measures.MeanAveragePrecision(), (BOX, LOGITS, BOX, INDEX), ()),
)
