"""Losses for classes: cross-entropies and divergence. The arriving signal tells logits from probabilities."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar, cast

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Advice, Block, BlockError, Fix
from playground.blocks.class_loss_layers import (
    NOT_ASKED,
    PixelCrossEntropy,
    StepwiseCrossEntropy,
    WeightedComparison,
    WeightedCrossEntropy,
    as_they_are,
    log_probabilities,
    log_softmax,
    safe_log,
    weighted_by_class,
    written_logarithms,
)
from playground.blocks.class_loss_operations import (
    SMALLEST,
    Logarithms,
    LogarithmsOfProbabilities,
    LogarithmsOfSoftmax,
    plan_asked_class_numbers,
    plan_binary_from_logits,
    plan_binary_from_probabilities,
    plan_class_numbers,
    plan_distribution,
)
from playground.blocks.code import ArrayCode, Code, computed
from playground.blocks.loss import (
    CODING_WORDS,
    Comparison,
    Free,
    Loss,
    SameShapeLoss,
    activation_fixes,
    label_fixes,
    range_words,
    units_fixes,
    use,
)
from playground.blocks.operations import Operations
from playground.blocks.signal import Scale, Signal

PROBABLE: tuple[Scale, ...] = ("probability", "zero-one", "one-hot")
"""What lies between 0 and 1 by its meaning."""


def outside_words(target: Signal) -> str:
    """Which numbers arrive instead of those from 0 to 1: “the target lies above 0”."""
    if math.isinf(target.low) and math.isinf(target.high):
        return "numbers of any size arrive"
    return range_words(target).replace("it lies", "the target lies")


def range_fixes(target: Signal) -> list[Fix]:
    """Offers to scale a target of numbers into 0 to 1, at the data that it comes from."""
    if not target.scaled_by:
        return []
    return [Fix("Scale the target into 0 to 1", "set", parameters={target.scaled_by: "min-max"}, node="target")]


class BinaryCrossEntropy(SameShapeLoss):
    """Binary cross-entropy of each output by itself; from probabilities ln p is kept above -100, as torch does."""

    id: ClassVar[str] = "binary-cross-entropy"
    free: ClassVar[Free] = "logits"
    title: ClassVar[str] = "Binary cross-entropy"
    summary: ClassVar[str] = (
        "The surprise at yes-or-no answers, each output by itself. Takes sigmoid probabilities or, without a final "
        "activation, logits."
    )
    formula: ClassVar[str] = r"L = -\frac{1}{n} \sum_{i=1}^{n} \left(y_i \ln p_i + (1 - y_i) \ln (1 - p_i)\right)"
    source: ClassVar[str] = "Good 1952, Rational decisions"

    def match(self, prediction: Signal, target: Signal) -> None:
        super().match(prediction, target)
        if target.scale == "signed":
            raise BlockError(
                f"{self.title} expects a target of 0 and 1, but −1 and +1 arrive.",
                *label_fixes(target, "zero-one"),
                use("hinge", "hinge"),
                port="target",
            )
        if target.scale not in PROBABLE and not target.within(0.0, 1.0):
            raise BlockError(
                f"{self.title} expects a target of 0 to 1, but {outside_words(target)}.",
                *range_fixes(target),
                use("mean-squared-error", "mean squared error"),
                port="target",
            )
        if prediction.scale == "log-probability":
            raise BlockError(
                f"{self.title} expects logits or probabilities, but log-probabilities arrive.",
                *activation_fixes("sigmoid"),
                port="prediction",
            )

    def build(self, *inputs: Signal) -> nn.Module:
        from_probabilities = bool(inputs) and inputs[0].scale == "probability"
        if inputs and inputs[1].weights:
            each = safe_binary_cross_entropy if from_probabilities else _binary_from_logits
            return WeightedComparison(each, inputs[1].weights)
        return Comparison(
            binary_cross_entropy if from_probabilities else functional.binary_cross_entropy_with_logits
        )

    def to_code(self, *inputs: Signal) -> Code:
        prediction, target = inputs
        if prediction.scale != "probability":
            written = "functional.binary_cross_entropy_with_logits({0}, {1})"
        elif target.scale in PROBABLE:
            written = "functional.binary_cross_entropy({0}, {1})"
        else:  # scaled numbers may leave 0 to 1 a little, which torch refuses
            return computed("safe_binary_cross_entropy({0}, {1}).mean()", uses=(safe_binary_cross_entropy,))
        return _weighted(written.replace("{1})", '{1}, reduction="none")'), target) or computed(written)

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        if inputs[1].weights:
            return super().to_numpy(*inputs)
        if inputs[0].scale == "probability":
            value = "-({y} * np.log({x}) + (1 - {y}) * np.log(1 - {x})).mean()"
            return ArrayCode(value, "({x} - {y}) / ({x} * (1 - {x})) / {y}.size")
        return ArrayCode(
            "(np.logaddexp(0, {x}) - {y} * {x}).mean()", "(sigmoid({x}) - {y}) / {y}.size", ("sigmoid",)
        )

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        prediction = inputs[0]
        if prediction.sums_to_one and prediction.size == 1:
            return (_one_softmax(),)
        if prediction.scale == "any" and prediction.low >= 0.0:
            message = f"{self.title} takes these as logits, but none is negative: no probability falls below 1/2."
            return (Advice(message, activation_fixes("sigmoid")),)
        return ()

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        weights = _class_weights(module)
        if weights is not None and _learns_target(operations):
            return False
        compare = module.compare if isinstance(module, Comparison) else cast(WeightedComparison, module).losses
        if compare in (binary_cross_entropy, safe_binary_cross_entropy):
            plan_binary_from_probabilities(operations, weights)
        else:
            plan_binary_from_logits(operations, weights)
        return True


def safe_binary_cross_entropy(probability: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The surprise at each answer by itself; ln p is kept above −100."""
    no, yes = (_kept_logarithm(share) for share in (1.0 - probability, probability))
    return -(target * yes + (1.0 - target) * no)


def _kept_logarithm(values: torch.Tensor) -> torch.Tensor:
    """The logarithm, kept above −100, where its slope is 0."""
    none = values == 0.0  # at 0 the slope of the logarithm would be infinite, and NaN after what keeps it above
    return torch.log(values.masked_fill(none, 1.0)).masked_fill(none, -100.0).clamp_min(-100.0)


def _binary_from_logits(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return functional.binary_cross_entropy_with_logits(logits, target, reduction="none")


def _one_softmax() -> Advice:
    return Advice("Softmax over a single output always gives 1. Use a sigmoid.", activation_fixes("sigmoid"))


def binary_cross_entropy(probability: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """torch's binary cross-entropy, with two exceptions. NaN gives NaN, so that a session can tell where it came from.
    A target a little outside of 0 to 1 has a loss too: scaled targets may leave the range of the training part.

    torch raises for both on the CPU, which costs nothing to catch, but on CUDA it stops the device for good.
    """
    if probability.device.type == "cpu":
        try:
            return functional.binary_cross_entropy(probability, target)
        except RuntimeError:
            pass
    return safe_binary_cross_entropy(probability, target).mean()


class ClassLoss(Loss):
    """A loss over classes that exclude each other, one output per class."""

    def match_classes(self, prediction: Signal, count: int) -> None:
        """Refuse anything but one output for each of `count` classes (0: unknown). Raises BlockError."""
        if len(prediction.shape) == 1 and prediction.shape[0] == (count or prediction.shape[0]):
            return
        one_output = prediction.shape == (1,) and count == 2
        binary = [use("binary-cross-entropy", "binary cross-entropy")] if one_output else []
        raise BlockError(
            f"{self.title} expects one output for each of the {count} classes, but {prediction.words()} arrives.",
            *units_fixes(prediction, count),
            *binary,
            port="prediction",
        )

    def advise(self, *inputs: Signal) -> tuple[Advice, ...]:
        prediction = inputs[0]
        if prediction.shape[-1:] == (1,):
            return (Advice(f"{self.title} over a single output is always 0, so nothing is learned."),)
        if prediction.scale == "probability" and not prediction.sums_to_one:
            message = (
                f"{self.title} expects probabilities that sum to 1, as softmax makes them; with others it is "
                "cheapest to say yes to every class."
            )
            return (Advice(message, activation_fixes("softmax")),)
        if prediction.scale == "any" and math.isfinite(prediction.high - prediction.low):
            message = (
                f"{self.title} takes these values as logits, but they cannot leave {prediction.low:g} to "
                f"{prediction.high:g}: no class can become certain."
            )
            return (Advice(message, activation_fixes("identity")),)
        return ()


class CrossEntropy(ClassLoss):
    """Cross-entropy with class numbers as target; from logits, probabilities or log-probabilities."""

    id: ClassVar[str] = "cross-entropy"
    free: ClassVar[Free] = "scores"
    title: ClassVar[str] = "Cross-entropy"
    summary: ClassVar[str] = (
        "The surprise at the right class, from class numbers. Takes logits (softmax is inside) or what softmax gives."
    )
    formula: ClassVar[str] = r"L = -\frac{1}{n} \sum_{i=1}^{n} \ln \frac{e^{z_{i,y_i}}}{\sum_k e^{z_{i,k}}}"
    source: ClassVar[str] = "Bridle 1990"

    def match(self, prediction: Signal, target: Signal) -> None:
        if target.scale != "index":
            raise BlockError(
                f"{self.title} expects class numbers as target, but {target.words()} arrives.",
                *label_fixes(target, "index"),
                *([use("categorical-cross-entropy", "the one-hot form")] if target.scale == "one-hot" else []),
                port="target",
            )
        if target.pixelwise:
            match_pixels(self.title, prediction, target)
        elif target.shape:
            self.match_steps(prediction, target)
        else:
            self.match_classes(prediction, len(target.classes))

    def match_steps(self, prediction: Signal, target: Signal) -> None:
        """Refuse anything but one output for each class at every step or node. Raises BlockError."""
        count = len(target.classes)
        if prediction.shape[:-1] == target.shape and prediction.shape[-1] == (count or prediction.shape[-1]):
            return
        places = f"each of {target.shape[0]} {(target.named_axes() or ('places',))[0]}"
        raise BlockError(
            f"{self.title} expects one output for each of the {count} classes for {places}, "
            f"but {prediction.words()} arrives.",
            *(step_fixes(count) if prediction.stepwise and prediction.shape[:-1] == target.shape else ()),
            port="prediction",
        )

    def build(self, *inputs: Signal) -> nn.Module:
        scale = inputs[0].scale if inputs else "any"
        if inputs and inputs[1].pixelwise:
            return PixelCrossEntropy(scale)
        if inputs and inputs[1].shape:
            return StepwiseCrossEntropy(scale)
        if inputs and inputs[1].weights:
            return WeightedCrossEntropy(scale, inputs[1].weights)
        if scale == "probability":
            return Comparison(nll_of_probabilities)
        return Comparison(functional.nll_loss if scale == "log-probability" else functional.cross_entropy)

    def to_code(self, *inputs: Signal) -> Code:
        prediction, target = inputs
        function = "cross_entropy" if prediction.scale not in ("probability", "log-probability") else "nll_loss"
        stepwise = target.shape and not target.pixelwise
        values, options = ("{0}.flatten(0, -2)", "{1}.flatten()") if stepwise else ("{0}", "{1}"), ""
        if prediction.scale == "probability":
            values = f"{values[0]}.clamp_min({SMALLEST!r}).log()", values[1]
        if target.shape:
            options = f", ignore_index={NOT_ASKED}"
        elif target.weights:
            options = f", weight=torch.tensor({list(target.weights)}, device={{0}}.device)"
        return computed(f"functional.{function}({values[0]}, {values[1]}{options})")

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        prediction, target = inputs
        if target.shape or target.weights or prediction.scale == "log-probability":
            return super().to_numpy(*inputs)
        one_hot = f"np.eye({prediction.shape[0]})[{{y}}]"
        if prediction.scale == "probability":
            return ArrayCode("-np.log({x}[np.arange(len({y})), {y}]).mean()", f"-{one_hot} / {{x}} / len({{y}})")
        value = "-log_softmax({x})[np.arange(len({y})), {y}].mean()"
        back = f"(np.exp(log_softmax({{x}})) - {one_hot}) / len({{y}})"
        return ArrayCode(value, back, ("log_softmax",))

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        if isinstance(module, PixelCrossEntropy):
            return False
        if isinstance(module, StepwiseCrossEntropy):
            plan_asked_class_numbers(operations, LOGARITHMS[module.to_logarithms])
        elif isinstance(module, WeightedCrossEntropy):
            plan_class_numbers(operations, LOGARITHMS[module.to_logarithms], module.weights)
        else:
            plan_class_numbers(operations, LOGARITHMS[cast(Comparison, module).compare])
        return True


def match_pixels(title: str, prediction: Signal, target: Signal) -> None:
    """Refuse anything but an image with one channel for each class and as many pixels. Raises BlockError."""
    count = len(target.classes)
    if prediction.kind == "image" and prediction.shape == (count or prediction.shape[0], *target.shape):
        return
    linear = {"filters": count, "kernel_size": 1, "activation": "identity"}
    fixes = (
        Fix(f"Set filters to {count}", "set", parameters={"filters": count}, node="prediction"),
        Fix(f"Insert Convolution of {count} maps", "insert", block="conv2d", parameters=linear, port="prediction"),
    )
    fits = prediction.kind == "image" and prediction.shape[1:] == target.shape
    raise BlockError(
        f"{title} expects an image of {count} × {target.shape[0]} × {target.shape[1]}, a channel for each class, "
        f"but {prediction.words()} arrives.",
        *(fixes if fits else ()),
        port="prediction",
    )


def step_fixes(count: int) -> list[Fix]:
    """Offers to give `count` numbers at every step."""
    linear = {"units": count, "activation": "identity"}
    return [
        Fix(f"Set units to {count}", "set", parameters={"units": count}, node="prediction"),
        Fix(f"Insert Dense of {count}", "insert", block="dense", parameters=linear, port="prediction"),
    ]


def _weighted(losses: str, target: Signal) -> Code | None:
    """The written mean of `losses` in which classes weigh; None where all weigh the same."""
    if not target.weights:
        return None
    weights = f"torch.tensor({list(target.weights)}, device={{0}}.device)"
    return computed(f"weighted_by_class({losses}, {{1}}, {weights})", uses=(weighted_by_class,))


def _class_weights(module: nn.Module) -> torch.Tensor | None:
    return module.weights if isinstance(module, WeightedComparison) else None


def _learns_target(operations: Operations) -> bool:
    """Whether the target of a loss follows from what learns."""
    return operations.learns and operations.input_gradient(1) is not None


def nll_of_probabilities(probabilities: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Minus the mean logarithm of the probability of the right class."""
    return functional.nll_loss(safe_log(probabilities), target)


class DistributionLoss(ClassLoss):
    """Base of the class losses whose target is a distribution: one-hot, or soft as another network gives it."""

    distributions: ClassVar[tuple[Scale, ...]] = PROBABLE
    """What a target may mean."""

    def match(self, prediction: Signal, target: Signal) -> None:
        if target.scale in ("index", "zero-one", "signed"):
            raise BlockError(
                f"{self.title} expects a probability for each class as target, "
                f"but the target arrives as {CODING_WORDS[target.scale]}.",
                *label_fixes(target, "one-hot"),
                *([use("cross-entropy", "cross-entropy")] if target.scale == "index" else []),
                port="target",
            )
        if target.scale not in self.distributions and not target.within(0.0, 1.0):
            raise BlockError(
                f"{self.title} expects a probability for each class as target, but {outside_words(target)}.",
                *range_fixes(target),
                *(activation_fixes("softmax", "target") if target.scale != "log-probability" else ()),
                use("mean-squared-error", "mean squared error"),
                port="target",
            )
        if len(target.shape) != 1:
            raise BlockError(
                f"{self.title} expects a probability for each class as target, but {target.words()} arrives.",
                Fix("Flatten the target", "insert", block="flatten", port="target"),
                port="target",
            )
        self.match_classes(prediction, target.shape[0])


class CategoricalCrossEntropy(DistributionLoss):
    """Cross-entropy with a one-hot (or soft) target; equals `cross-entropy` on the same classes."""

    id: ClassVar[str] = "categorical-cross-entropy"
    free: ClassVar[Free] = "scores"
    title: ClassVar[str] = "Categorical cross-entropy"
    summary: ClassVar[str] = (
        "The surprise at the right class, from one-hot targets; soft targets work too. Takes logits or what softmax "
        "gives."
    )
    formula: ClassVar[str] = r"L = -\frac{1}{n} \sum_{i=1}^{n} \sum_k y_{i,k} \ln p_{i,k}"
    source: ClassVar[str] = "Bridle 1990"

    def build(self, *inputs: Signal) -> nn.Module:
        if inputs and inputs[1].weights:
            return WeightedComparison(Surprise(inputs[0].scale), inputs[1].weights)
        return CategoricalLayer(inputs[0].scale if inputs else "any")

    def to_code(self, *inputs: Signal) -> Code:
        prediction, target = inputs
        surprise = f"-({{1}} * {written_logarithms(prediction.scale)}).sum(dim=1)"
        plain = "functional.cross_entropy({0}, {1})" if prediction.scale == "any" else f"({surprise}).mean()"
        return _weighted(surprise, target) or computed(plain)

    def to_numpy(self, *inputs: Signal) -> ArrayCode:
        prediction, target = inputs
        if target.scale != "one-hot" or target.weights or prediction.scale == "log-probability":
            return super().to_numpy(*inputs)
        if prediction.scale == "probability":
            return ArrayCode("-({y} * np.log({x})).sum(axis=1).mean()", "-{y} / {x} / len({y})")
        value = "-({y} * log_softmax({x})).sum(axis=1).mean()"
        return ArrayCode(value, "(np.exp(log_softmax({x})) - {y}) / len({y})", ("log_softmax",))

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        weights = _class_weights(module)
        if weights is not None and _learns_target(operations):
            return False
        surprise = module.losses if isinstance(module, WeightedComparison) else module
        plan_distribution(operations, LOGARITHMS[cast(Surprise, surprise).to_logarithms], weights)
        return True


class Surprise:
    """Minus the sum of y ln p over the classes, for each example."""

    def __init__(self, scale: Scale) -> None:
        self.to_logarithms = log_probabilities(scale)

    def __call__(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return -(target * self.to_logarithms(prediction)).sum(dim=1)


class CategoricalLayer(nn.Module):
    """Minus the sum of y ln p over the classes, averaged over the batch."""

    def __init__(self, scale: Scale) -> None:
        super().__init__()
        self.to_logarithms = log_probabilities(scale)

    def forward(self, prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return -(target * self.to_logarithms(prediction)).sum() / prediction.shape[0]


LOGARITHMS: dict[Callable[..., torch.Tensor], type[Logarithms]] = {
    as_they_are: Logarithms,
    functional.nll_loss: Logarithms,
    safe_log: LogarithmsOfProbabilities,
    nll_of_probabilities: LogarithmsOfProbabilities,
    log_softmax: LogarithmsOfSoftmax,
    functional.cross_entropy: LogarithmsOfSoftmax,
}
"""The array operations for what makes log-probabilities of a prediction, alone or as the first part of a loss."""

BLOCKS: tuple[type[Block], ...] = (BinaryCrossEntropy, CrossEntropy, CategoricalCrossEntropy)
