"""How good a forecast is, in a number that can be compared from series to series."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar

import torch

from playground.blocks.base import BlockError, Port, numbers_only
from playground.blocks.code import Code, computed
from playground.blocks.loss import units_fixes
from playground.blocks.measure import Measure
from playground.blocks.signal import Signal


class MeanAbsoluteScaledError(Measure):
    """MASE: the mean absolute error in units of that which “as one season before” makes within the training time."""

    id: ClassVar[str] = "mase"
    title: ClassVar[str] = "MASE"
    summary: ClassVar[str] = (
        "The error of a forecast beside that of the simplest one, “as one season before”: below 1 it is better than "
        "that one was on the training time, above 1 worse."
    )
    formula: ClassVar[str] = (
        r"\mathrm{MASE} = \frac{\frac{1}{h} \sum_{j=1}^{h} |y_{t+j} - \hat{y}_{t+j}|}"
        r"{\frac{1}{n - m} \sum_{i=m+1}^{n} |y_i - y_{i-m}|}"
    )
    source: ClassVar[str] = "Hyndman & Koehler 2006, Another look at measures of forecast accuracy"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("prediction", "Prediction"), Port("target", "Target"), Port("naive-error", "Naive error"),
    )  # fmt: skip

    def expect(self, *inputs: Signal) -> None:
        prediction, target, error = inputs
        numbers_only(self.title, prediction)
        if target.dtype != torch.float32:
            raise BlockError(f"{self.title} compares numbers, but {target.words()} arrives as target.", port="target")
        if prediction.shape != target.shape:
            fixes = units_fixes(prediction, target.shape[0]) if len(target.shape) == 1 else []
            raise BlockError(
                f"{self.title} compares number with number, but the prediction is {prediction.words()} "
                f"and the target is {target.words()}.",
                *fixes,
                port="prediction",
            )
        if error.shape != (1,):
            raise BlockError(
                f"{self.title} needs the naive error of a time series, one number, but {error.words()} arrives.",
                port="naive-error",
            )

    def measure(self, *inputs: torch.Tensor) -> Mapping[str, float]:
        prediction, target, error = inputs
        naive = float(error.mean())
        return {"mase": float((prediction - target).abs().mean()) / naive if naive > 0.0 else math.nan}

    def to_code(self, *inputs: Signal) -> Code:
        return computed('{{"mase": float(({0} - {1}).abs().mean() / {2}.mean())}}')


BLOCKS: tuple[type[Measure], ...] = (MeanAbsoluteScaledError,)
