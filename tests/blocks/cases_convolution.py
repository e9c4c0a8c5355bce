"""Cases for the convolution family."""

from __future__ import annotations

from playground.blocks import convolution
from playground.blocks.signal import Signal
from tests.blocks.case import IMAGE, SERIES, Case

DIGIT = Signal((1, 28, 28), kind="image")

CASES: tuple[Case, ...] = (
    Case(convolution.Conv2D(filters=2), (IMAGE,), (2, 2, 3), 2 * 27 + 2),
    Case(convolution.Conv2D(filters=2, padding="same"), (IMAGE,), (2, 4, 5), 2 * 27 + 2),
    Case(convolution.Conv2D(filters=2, padding="same", stride=2, bias=False), (IMAGE,), (2, 2, 3), 2 * 27),
    Case(convolution.Conv2D(filters=2, kernel_size=4, padding="same"), (IMAGE,), (2, 4, 5), 2 * 48 + 2),
    Case(convolution.Conv2D(filters=5, kernel_size=1, activation="softmax"), (IMAGE,), (5, 4, 5), 5 * 3 + 5),
    Case(convolution.Conv2D(filters=6, kernel_size=5, padding="same", activation="tanh"), (DIGIT,), (6, 28, 28), 156),
    Case(convolution.Conv2D(filters=2, activation="prelu"), (IMAGE,), (2, 2, 3), 2 * 27 + 2 + 1),
    Case(convolution.MaxPool2D(), (IMAGE,), (3, 2, 2)),
    Case(convolution.MaxPool2D(kernel_size=3, stride=1), (DIGIT,), (1, 26, 26)),
    Case(convolution.AvgPool2D(), (DIGIT,), (1, 14, 14)),
    Case(convolution.AvgPool2D(kernel_size=3, stride=2), (IMAGE,), (3, 1, 2)),
    Case(convolution.GlobalAveragePooling(), (IMAGE,), (3,)),
    Case(convolution.GlobalAveragePooling(), (SERIES,), (4,)),
)
