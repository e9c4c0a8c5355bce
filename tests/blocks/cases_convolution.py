"""Cases for the blocks that slide windows."""

from __future__ import annotations

from playground.blocks.images import convolution, pooling, transposed
from playground.blocks.signal import Signal
from tests.blocks.case import IMAGE, SERIES, Case

DIGIT = Signal((1, 28, 28), kind="image")
VOLUME = Signal((2, 3, 4, 5), kind="volume")
FOUR = Signal((4, 5, 6), kind="image")
STEPS = Signal((9, 4), kind="series")
BODY = Signal((1, 4, 4, 4), kind="volume")

CASES: tuple[Case, ...] = (
    Case(convolution.Conv2D(filters=2), (IMAGE,), (2, 2, 3), 2 * 27 + 2),
    Case(convolution.Conv2D(filters=2, padding="same"), (IMAGE,), (2, 4, 5), 2 * 27 + 2),
    Case(convolution.Conv2D(filters=2, padding="same", stride=2, bias=False), (IMAGE,), (2, 2, 3), 2 * 27),
    Case(convolution.Conv2D(filters=2, kernel_size=4, padding="same"), (IMAGE,), (2, 4, 5), 2 * 48 + 2),
    Case(convolution.Conv2D(filters=5, kernel_size=1, activation="softmax"), (IMAGE,), (5, 4, 5), 5 * 3 + 5),
    Case(convolution.Conv2D(filters=6, kernel_size=5, padding="same", activation="tanh"), (DIGIT,), (6, 28, 28), 156),
    Case(convolution.Conv2D(filters=2, activation="prelu"), (IMAGE,), (2, 2, 3), 2 * 27 + 2 + 1),
    Case(convolution.Conv2D(filters=2, kernel_size=1, kernel_width=3, padding="same"), (IMAGE,), (2, 4, 5), 2 * 9 + 2),
    Case(convolution.Conv2D(filters=2, padding="number", padding_size=2, stride=2), (IMAGE,), (2, 3, 4), 2 * 27 + 2),
    Case(convolution.Conv2D(filters=2, padding="same", border="reflect"), (IMAGE,), (2, 4, 5), 2 * 27 + 2),
    Case(convolution.Conv2D(filters=2, kernel_size=4, padding="same", border="circular"), (IMAGE,), (2, 4, 5), 98),
    Case(convolution.Conv2D(filters=2, kernel_size=2, dilation=2), (IMAGE,), (2, 2, 3), 2 * 12 + 2),
    Case(convolution.Conv2D(filters=6, groups=2, dilation=2, padding="same"), (FOUR,), (6, 5, 6), 6 * 18 + 6),
    Case(convolution.DepthwiseConv2D(padding="same"), (IMAGE,), (3, 4, 5), 27 + 3),
    Case(convolution.DepthwiseConv2D(filters=2, activation="tanh", bias=False), (IMAGE,), (6, 2, 3), 54),
    Case(convolution.Conv1D(filters=2), (SERIES,), (3, 2), 2 * 12 + 2),
    Case(convolution.Conv1D(filters=3, kernel_size=2, padding="same", activation="softmax"), (SERIES,), (5, 3), 27),
    Case(convolution.Conv1D(filters=2, dilation=2, stride=2, groups=2, padding="same", border="circular", bias=False),
         (STEPS,), (5, 2), 2 * 6),
    Case(convolution.Conv3D(filters=2), (VOLUME,), (2, 1, 2, 3), 2 * 54 + 2),
    Case(convolution.Conv3D(filters=2, kernel_size=2, padding="same", groups=2), (VOLUME,), (2, 3, 4, 5), 2 * 8 + 2),
    Case(convolution.Conv3D(filters=1, padding="number", padding_size=1, border="reflect", stride=2), (BODY,),
         (1, 2, 2, 2), 28),
    Case(transposed.ConvTranspose2D(filters=2), (IMAGE,), (2, 8, 10), 54 + 2),
    Case(transposed.ConvTranspose2D(filters=2, kernel_size=2, padding="valid", bias=False), (IMAGE,), (2, 8, 10), 24),
    Case(transposed.ConvTranspose2D(filters=2, groups=2, stride=3, padding="number", padding_size=1, output_padding=1),
         (FOUR,), (2, 14, 17), 4 * 9 + 2),
    Case(transposed.ConvTranspose2D(filters=2, kernel_size=2, stride=1, dilation=2, activation="prelu"), (IMAGE,),
         (2, 4, 5), 24 + 2 + 1),
    Case(transposed.ConvTranspose1D(filters=3, activation="softmax"), (SERIES,), (10, 3), 4 * 3 * 3 + 3),
    Case(transposed.ConvTranspose3D(filters=2, kernel_size=2), (BODY,), (2, 8, 8, 8), 16 + 2),
    Case(pooling.MaxPool2D(), (IMAGE,), (3, 2, 2)),
    Case(pooling.MaxPool2D(kernel_size=3, stride=1), (DIGIT,), (1, 26, 26)),
    Case(pooling.MaxPool2D(kernel_size=3, stride=2, padding="number", padding_size=1), (IMAGE,), (3, 2, 3)),
    Case(pooling.MaxPool2D(kernel_size=2, stride=1, padding="same"), (IMAGE,), (3, 4, 5)),
    Case(pooling.AvgPool2D(), (DIGIT,), (1, 14, 14)),
    Case(pooling.AvgPool2D(kernel_size=3, stride=2), (IMAGE,), (3, 1, 2)),
    Case(pooling.AvgPool2D(kernel_size=3, stride=1, padding="same"), (IMAGE,), (3, 4, 5)),
    Case(pooling.AvgPool2D(kernel_size=4, stride=1, padding="same"), (IMAGE,), (3, 4, 5)),
    Case(pooling.MaxPool1D(), (SERIES,), (2, 4)),
    Case(pooling.MaxPool1D(kernel_size=2, stride=1, padding="same"), (SERIES,), (5, 4)),
    Case(pooling.AvgPool1D(kernel_size=3, stride=1, padding="number", padding_size=1), (SERIES,), (5, 4)),
    Case(pooling.MaxPool3D(kernel_size=3, stride=2, padding="same"), (VOLUME,), (2, 2, 2, 3)),
    Case(pooling.AvgPool3D(), (VOLUME,), (2, 1, 2, 2)),
    Case(pooling.AdaptiveAvgPool(size=3), (IMAGE,), (3, 3, 3)),
    Case(pooling.AdaptiveAvgPool(size=7), (SERIES,), (7, 4)),
    Case(pooling.AdaptiveMaxPool(size=2), (VOLUME,), (2, 2, 2, 2)),
    Case(pooling.AdaptiveMaxPool(size=2), (SERIES,), (2, 4)),
    Case(pooling.GlobalAveragePooling(), (IMAGE,), (3,)),
    Case(pooling.GlobalAveragePooling(), (SERIES,), (4,)),
    Case(pooling.GlobalAveragePooling(), (VOLUME,), (2,)),
    Case(pooling.GlobalMaxPooling(), (IMAGE,), (3,)),
    Case(pooling.GlobalMaxPooling(), (SERIES,), (4,)),
    Case(pooling.GlobalMaxPooling(), (BODY,), (1,)),
)  # fmt: skip
