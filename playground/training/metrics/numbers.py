"""Metrics of predictions that are numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from playground.training.metrics.base import Bounds, Metric, NumberMetric, Numbers, Unit

if TYPE_CHECKING:
    from torch import Tensor


class MeanAbsoluteError(NumberMetric):
    """The mean distance."""

    id: ClassVar[str] = "mean_absolute_error"
    title: ClassVar[str] = "Mean absolute error"
    summary: ClassVar[str] = "How far predictions are from the target in the mean, in the unit of the target."
    formula: ClassVar[str] = r"\frac{1}{n} \sum_i |\hat{y}_i - y_i|"
    higher_is_better: ClassVar[bool] = False
    unit: ClassVar[Unit] = "target"
    bounds: ClassVar[Bounds] = (0.0, None)

    def compute(self, numbers: Numbers) -> Tensor:
        return numbers.difference.abs().mean()


class RootMeanSquaredError(NumberMetric):
    """The root of the mean squared distance."""

    id: ClassVar[str] = "root_mean_squared_error"
    title: ClassVar[str] = "Root mean squared error"
    summary: ClassVar[str] = "A mean distance from the target, in its unit, in which large errors weigh more."
    formula: ClassVar[str] = r"\sqrt{\frac{1}{n} \sum_i (\hat{y}_i - y_i)^2}"
    higher_is_better: ClassVar[bool] = False
    unit: ClassVar[Unit] = "target"
    bounds: ClassVar[Bounds] = (0.0, None)

    def compute(self, numbers: Numbers) -> Tensor:
        return numbers.difference.square().mean().sqrt()


class R2(NumberMetric):
    """The share of the target's variance that is explained."""

    id: ClassVar[str] = "r2"
    title: ClassVar[str] = "R²"
    summary: ClassVar[str] = "The share of the target's variance that is explained: 1 is perfect, 0 is as the mean."
    formula: ClassVar[str] = r"1 - \frac{\sum_i (\hat{y}_i - y_i)^2}{\sum_i (y_i - \bar{y})^2}"
    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[Bounds] = (None, 1.0)
    headline: ClassVar[bool] = True
    undefined: ClassVar[str] = "R² needs two examples or more in this part, and numbers that are not too large."

    def compute(self, numbers: Numbers) -> Tensor:
        """NaN for fewer than two examples.

        Outputs are taken together, each weighted by its variance, as a mean over the outputs is ruled by the least
        varying ones: at a pixel that is black in all pictures but one, any error is thousands of variances. Outputs
        whose target never changes have no variance to explain and are left out; where there are no others, it is the
        share of those met exactly.
        """
        count = len(numbers.target)
        if count < 2:
            return numbers.prediction.new_full((), float("nan"))
        prediction, target = numbers.prediction.reshape(count, -1), numbers.target.reshape(count, -1)
        left = (prediction - target).square().sum(dim=0)
        spread = (target - target.mean(dim=0)).square().sum(dim=0)
        constant = (target == target[0]).all(dim=0)
        explained = 1.0 - left.masked_fill(constant, 0.0).sum() / spread.masked_fill(constant, 0.0).sum()
        return (left == 0.0).to(left.dtype).mean().where(constant.all(), explained)


NUMBER_METRICS: tuple[type[Metric], ...] = (MeanAbsoluteError, RootMeanSquaredError, R2)
