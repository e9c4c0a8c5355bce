"""Loss blocks: they compare a prediction with a target and end the graph in one number to make small.

Here are what all losses share and the losses that compare number with number; those for classes are in `class_loss`
and `hinge`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar, Literal

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Advice, Block, BlockError, Fix, Port
from playground.blocks.code import ArrayCode, Code, computed
from playground.blocks.loss_operations import plan_huber, plan_sizes, plan_squares, plan_squares_of_logarithms
from playground.blocks.operations import Operations
from playground.blocks.signal import Scale, Signal
from playground.document.declaration import parameter

Task = Literal["classification", "regression", "none"]
"""What a loss asks: for the right class, for the right number, or not to agree with its target at all."""
Free = Literal["numbers", "logits", "scores", "margins"]
"""What numbers without a scale are to a loss: they approach the target, or are logits of yes-or-no answers, scores for
a softmax over the classes, or margins around zero."""
Compare = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

CLASS_CODINGS: tuple[Scale, ...] = ("index", "one-hot", "zero-one", "signed")
CODING_WORDS: dict[str, str] = {
    "index": "class numbers", "one-hot": "one-hot", "zero-one": "0 and 1", "signed": "−1 and +1"
}


class Comparison(nn.Module):
    """A loss without parameters: (prediction, target) -> scalar."""

    def __init__(self, compare: Compare) -> None:
        super().__init__()
        self.compare = compare

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return self.compare(prediction, target)


class Loss(Block):
    """Base of the losses. The module's forward takes (prediction, target) and returns one number.

    That number is a mean over the batch, unless `reduction` says "sum". What the prediction means (logits,
    probabilities or their logarithms) follows from the scale of the arriving signal, never from looking at numbers.
    """

    family: ClassVar[str] = "loss"
    inputs: ClassVar[tuple[Port, ...]] = (Port("prediction", "Prediction"), Port("target", "Target"))
    outputs: ClassVar[tuple[Port, ...]] = (Port("loss", "Loss"),)

    free: ClassVar[Free] = "numbers"
    """How it takes a prediction that is no probability."""

    weight: float = parameter(1.0, ge=0.0, le=1e6, advanced=True, help="Weight of this loss in the sum of all losses.")

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (Signal((), kind="loss"),)

    def task(self, target: Signal) -> Task:
        """Classification when the target codes classes, else regression."""
        return "classification" if target.scale in CLASS_CODINGS else "regression"

    def reduction(self) -> Literal["mean", "sum"]:
        """How the numbers of a batch are joined; losses of several batches are to be joined in the same way."""
        return "mean"

    def update(self, module: nn.Module) -> bool:
        """Only `weight` may have changed, which the network applies, not the module."""
        return True

    def writable(self, before: Block) -> bool:
        """Whether only numbers that `update` may write have changed since `before`."""
        return before.model_copy(update={"weight": self.weight}) == self

    def expect(self, *inputs: Signal) -> None:
        prediction, target = inputs
        if prediction.scale == "index":
            raise BlockError(
                f"{self.title} expects what the network predicts, but class numbers arrive as prediction.",
                port="prediction",
            )
        self.match(prediction, target)

    def match(self, prediction: Signal, target: Signal) -> None:
        """Refuse a pair that does not fit. Raises BlockError."""
        raise NotImplementedError


def label_fixes(target: Signal, *codings: Scale) -> list[Fix]:
    """Offers to code the classes of the target otherwise; none when it does not code classes."""
    return [
        Fix(f"Give the target as {CODING_WORDS[coding]}", "set", parameters={"labels": coding}, node="target")
        for coding in codings
        if target.scale in CLASS_CODINGS and coding != target.scale
        and (len(target.classes) == 2 or coding in ("index", "one-hot"))
    ]


def units_fixes(prediction: Signal, count: int) -> list[Fix]:
    """Offers to make the prediction a vector of `count` numbers."""
    if len(prediction.shape) != 1:
        return [Fix("Insert Flatten", "insert", block="flatten", port="prediction")]
    linear = {"units": count, "activation": "identity"}
    return [
        Fix(f"Set units to {count}", "set", parameters={"units": count}, node="prediction"),
        Fix(f"Insert Dense of {count}", "insert", block="dense", parameters=linear, port="prediction"),
    ]


def activation_fixes(name: str, port: str = "prediction") -> tuple[Fix, ...]:
    """Offers to end the network in another activation, whether inside Dense or as a block of its own."""
    return (
        Fix(f"Set activation to {name}", "set", parameters={"activation": name}, node=port),
        Fix(f"Exchange it for {name}", "replace", block=name, node=port),
    )


def use(block: str, words: str) -> Fix:
    """The offer to take another loss."""
    return Fix(f"Use {words}", "replace", block=block)


class SameShapeLoss(Loss):
    """A loss that compares number with number, so both inputs must have the same shape."""

    def match(self, prediction: Signal, target: Signal) -> None:
        if target.scale == "index":
            codings: tuple[Scale, ...] = ("one-hot", "zero-one")
            raise BlockError(
                f"{self.title} compares numbers, but the target arrives as class numbers.",
                *label_fixes(target, *(codings[::-1] if prediction.shape == (1,) else codings)),
                use("cross-entropy", "cross-entropy"),
                port="target",
            )
        if prediction.shape != target.shape:
            raise BlockError(
                f"{self.title} compares number with number, but the prediction is {prediction.words()} "
                f"and the target is {target.words()}.",
                *self._shape_fixes(prediction, target),
                port="prediction",
            )

    @staticmethod
    def _shape_fixes(prediction: Signal, target: Signal) -> list[Fix]:
        if prediction.size == target.size and len(prediction.shape) == 1:
            return [Fix("Flatten the target", "insert", block="flatten", port="target")]
        if prediction.size == target.size:
            text = " x ".join(map(str, target.shape))
            label = f"Insert Reshape to {text.replace('x', '×')}"
            return [Fix(label, "insert", block="reshape", parameters={"shape": text}, port="prediction")]
        fixes = units_fixes(prediction, target.size)
        if prediction.shape == (1,):
            fixes += [fix for fix in label_fixes(target, "zero-one") if target.scale == "one-hot"]
        elif prediction.shape == (len(target.classes),):
            fixes += label_fixes(target, "one-hot")
        return fixes

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        prediction, target = inputs
        values_of_coding = {"signed": (-1, 1), "zero-one": (0, 1), "one-hot": (0, 1)}.get(target.scale, ())
        missed = [value for value in values_of_coding if not prediction.low <= value <= prediction.high]
        if not missed:
            return ()
        values = " or ".join(str(value).replace("-", "−") for value in missed)
        return (
            Advice(
                f"The prediction can never reach the target's {values}: {range_words(prediction)}.",
                activation_fixes("tanh" if target.scale == "signed" else "sigmoid"),
            ),
        )


def range_words(signal: Signal) -> str:
    low, high = (f"{bound:g}".replace("-", "−") for bound in (signal.low, signal.high))
    if math.isinf(signal.high):
        return f"it lies above {low}"
    return f"it lies below {high}" if math.isinf(signal.low) else f"it lies between {low} and {high}"


class MeanSquaredError(SameShapeLoss):
    """Mean of squared differences over all numbers of the batch."""

    id: ClassVar[str] = "mean-squared-error"
    title: ClassVar[str] = "Mean squared error"
    summary: ClassVar[str] = "The mean of the squared differences; one outlier pulls hard."
    formula: ClassVar[str] = r"L = \frac{1}{n} \sum_{i=1}^{n} (\hat{y}_i - y_i)^2"

    def build(self, *inputs: Signal) -> nn.Module:
        return Comparison(functional.mse_loss)

    def to_code(self, *inputs: Signal) -> Code:
        return computed("functional.mse_loss({0}, {1})")

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        return ArrayCode("(({x} - {y}) ** 2).mean()", "2 * ({x} - {y}) / {y}.size")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_squares(operations, 1.0 / operations.input.size)
        return True


class HalfMeanSquaredError(SameShapeLoss):
    """Half the mean of squared differences: the gradient is then the plain difference."""

    id: ClassVar[str] = "half-mean-squared-error"
    title: ClassVar[str] = "Half mean squared error"
    summary: ClassVar[str] = (
        "Half the mean of the squared differences: the 2 of the derivative cancels, so its steps are half as long."
    )
    formula: ClassVar[str] = r"L = \frac{1}{2 m} \sum_{i=1}^{m} (\hat{y}_i - y_i)^2"

    def build(self, *inputs: Signal) -> nn.Module:
        return Comparison(half_mean_squared_error)

    def to_code(self, *inputs: Signal) -> Code:
        return computed("0.5 * functional.mse_loss({0}, {1})")

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        return ArrayCode("0.5 * (({x} - {y}) ** 2).mean()", "({x} - {y}) / {y}.size")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_squares(operations, 0.5 / operations.input.size)
        return True


def half_mean_squared_error(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Half of the mean squared difference over all numbers."""
    return 0.5 * functional.mse_loss(prediction, target)


class SumOfSquaresLayer(nn.Module):
    """Sum of squared differences over all numbers of the batch, times a factor."""

    def __init__(self, half: bool, average: bool) -> None:
        super().__init__()
        self.halved = half
        self.averaged = average

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        total = functional.mse_loss(prediction, target, reduction="sum")
        divisor = (2.0 if self.halved else 1.0) * (prediction.shape[0] if self.averaged else 1)
        return total / divisor


class SumOfSquaresError(SameShapeLoss):
    """Sum of squared differences over outputs and examples.

    As the textbooks have it the sum runs over the batch too, so a batch twice as large makes steps twice as large;
    `average` gives the mean over the examples of the sum over the outputs.
    """

    id: ClassVar[str] = "sum-of-squares-error"
    title: ClassVar[str] = "Sum of squares error"
    summary: ClassVar[str] = (
        "The squared differences, summed over outputs and examples: larger batches make larger steps, so take a small "
        "learning rate."
    )
    formula: ClassVar[str] = r"L = \frac{1}{2} \sum_{\mu} \sum_{j} (\hat{y}_j^{\mu} - y_j^{\mu})^2"

    half: bool = parameter(True, label="Times one half", help="Half the sum, so that the gradient is the difference.")
    average: bool = parameter(
        False, label="Average over examples", help="Divide by the number of examples in the batch."
    )

    def build(self, *inputs: Signal) -> nn.Module:
        return SumOfSquaresLayer(self.half, self.average)

    def to_code(self, *inputs: Signal) -> Code:
        total = 'functional.mse_loss({0}, {1}, reduction="sum")'
        return computed(f"{'0.5 * ' if self.half else ''}{total}{' / len({0})' if self.average else ''}")

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        part = " / len({y})" if self.average else ""
        back = "{x} - {y}" if self.half else "2 * ({x} - {y})"
        value = f"{'0.5 * ' if self.half else ''}(({{x}} - {{y}}) ** 2).sum(){part}"
        return ArrayCode(value, f"({back}){part}" if part else back)

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, SumOfSquaresLayer)
        module.halved, module.averaged = self.half, self.average
        return True

    def reduction(self) -> Literal["mean", "sum"]:
        return "mean" if self.average else "sum"

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_squares(operations, (0.5 if self.half else 1.0) / (operations.rows if self.average else 1))
        return True


class MeanAbsoluteError(SameShapeLoss):
    """Mean of absolute differences."""

    id: ClassVar[str] = "mean-absolute-error"
    title: ClassVar[str] = "Mean absolute error"
    summary: ClassVar[str] = "The mean size of the differences; every error pulls alike, so outliers matter less."
    formula: ClassVar[str] = r"L = \frac{1}{n} \sum_{i=1}^{n} |\hat{y}_i - y_i|"

    def build(self, *inputs: Signal) -> nn.Module:
        return Comparison(functional.l1_loss)

    def to_code(self, *inputs: Signal) -> Code:
        return computed("functional.l1_loss({0}, {1})")

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        return ArrayCode("np.abs({x} - {y}).mean()", "np.sign({x} - {y}) / {y}.size")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_sizes(operations)
        return True


class Huber(SameShapeLoss):
    """Squared for small differences, linear for large ones."""

    id: ClassVar[str] = "huber"
    title: ClassVar[str] = "Huber"
    summary: ClassVar[str] = "Squares small differences, takes large ones as they are: smooth, and calm about outliers."
    formula: ClassVar[str] = (
        r"L = \frac{1}{n} \sum_i \begin{cases} \frac{1}{2} d_i^2 & |d_i| \leq \delta \\"
        r" \delta (|d_i| - \frac{1}{2} \delta) & |d_i| > \delta \end{cases}, \quad d_i = \hat{y}_i - y_i"
    )
    source: ClassVar[str] = "Huber 1964"

    delta: float = parameter(1.0, gt=0.0, le=1e6, logarithmic=True, label="δ", help="Where square turns into line.")

    def subtitle(self) -> str:
        return f"δ {self.delta:g}"

    def build(self, *inputs: Signal) -> nn.Module:
        return nn.HuberLoss(delta=self.delta)

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"functional.huber_loss({{0}}, {{1}}, delta={self.delta!r})")

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        near = f"np.minimum(np.abs({{x}} - {{y}}), {self.delta!r})"  # the part that counts as a square
        value = f"({near} * (np.abs({{x}} - {{y}}) - 0.5 * {near})).mean()"
        return ArrayCode(value, f"np.clip({{x}} - {{y}}, -{self.delta!r}, {self.delta!r}) / {{y}}.size")

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_huber(operations, self.delta)
        return True

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, nn.HuberLoss)
        module.delta = self.delta
        return True


class MeanSquaredLogarithmicError(SameShapeLoss):
    """Mean squared difference of ln(1 + value); values below 0 count as 0."""

    id: ClassVar[str] = "mean-squared-logarithmic-error"
    title: ClassVar[str] = "Mean squared logarithmic error"
    summary: ClassVar[str] = (
        "Compares orders of magnitude: 10 instead of 20 costs about as much as 1,000 instead of 2,000. "
        "For values from 0 up; negative ones count as 0."
    )
    formula: ClassVar[str] = r"L = \frac{1}{n} \sum_{i=1}^{n} \left(\ln(1 + \hat{y}_i) - \ln(1 + y_i)\right)^2"

    def build(self, *inputs: Signal) -> nn.Module:
        return Comparison(mean_squared_logarithmic_error)

    def to_code(self, *inputs: Signal) -> Code:
        return computed("mean_squared_logarithmic_error({0}, {1})", uses=(mean_squared_logarithmic_error,))

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_squares_of_logarithms(operations)
        return True

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        if inputs[0].low >= 0.0:
            return super().advise(*inputs)
        message = f"{self.title} counts predictions below 0 as 0, where nothing is learned."
        return (Advice(message, activation_fixes("softplus")), *super().advise(*inputs))


def mean_squared_logarithmic_error(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean of (ln(1 + p) - ln(1 + y))², with both taken as at least 0."""
    return functional.mse_loss(torch.log1p(prediction.clamp_min(0.0)), torch.log1p(target.clamp_min(0.0)))


BLOCKS: tuple[type[Block], ...] = (
    MeanSquaredError,
    SumOfSquaresError,
    HalfMeanSquaredError,
    MeanAbsoluteError,
    Huber,
    MeanSquaredLogarithmicError,
)
