"""The losses of classes as array operations, forward and back.

Each function writes the calls of one loss whose `prediction` and `target` are the inputs and whose output is an array
(); the gradient includes the weight of the loss in the sum of all losses. Where a target carries numbers, it may be
another prediction.
"""

from __future__ import annotations

import numpy as np
import torch

from playground.blocks.activation_operations import write_log_softmax, write_sigmoid, write_softplus
from playground.blocks.operations import Array, Operations, rows_of

SMALLEST = 1e-12
"""Probabilities below this count as this, so that their logarithm stays finite."""
_LEAST_SLOPE = float(np.float32(1e-12))
"""Torch keeps the slope p (1 - p) of a binary cross-entropy above this number of single precision in double too."""


class Shares:
    """How much each row of (rows, n) counts in the mean over them: here all alike."""

    def __init__(self, operations: Operations, rows: int) -> None:
        self.operations, self.rows = operations, rows

    def mean(self, values: Array, sign: float = 1.0) -> None:
        """Forward calls that make the loss the mean over the rows of the sums of contiguous `values` (rows, n)."""
        self.operations.mean(values, sign / self.rows, self.operations.output)

    def factor(self, sign: float = 1.0) -> Array:
        """What to multiply the slope of each row by on the way back: an array () or (rows, 1)."""
        return self.operations.constant(sign * self.operations.weight / self.rows)


class WeightedShares(Shares):
    """Each row counts as much as it weighs; `weights` (rows,) are there once the forward calls so far have run."""

    def __init__(self, operations: Operations, weights: Array) -> None:
        super().__init__(operations, len(weights))
        total = operations.scratch(1)
        self._each = operations.scratch(self.rows)
        operations.forward(weights.reshape(1, -1).dot, operations.ones(self.rows), total)
        operations.forward(np.divide, weights, total, self._each)

    def mean(self, values: Array, sign: float = 1.0) -> None:
        operations, values = self.operations, values.reshape(self.rows, -1)
        sums = operations.scratch(values.shape[1])
        operations.forward(self._each.dot, values, sums)
        operations.mean(sums, sign, operations.output)

    def factor(self, sign: float = 1.0) -> Array:
        factor = self.operations.scratch(self.rows)
        scale = self.operations.constant(sign * self.operations.weight)
        self.operations.backward(np.multiply, self._each, scale, factor)
        return factor.reshape(-1, 1)


def shares_by_class(operations: Operations, weights: torch.Tensor | None) -> Shares:
    """Shares of examples with a target of yes-or-no answers or of one-hot classes, whose classes have weights."""
    target = operations.inputs[1].reshape(operations.rows, -1)
    if weights is None:
        return Shares(operations, operations.rows)
    of_classes, of_rows = weights.numpy().astype(operations.dtype), operations.scratch(operations.rows)
    if target.shape[1] == 1:
        no, yes = (operations.constant(weight) for weight in of_classes)
        operations.forward(np.multiply, target.reshape(-1), yes - no, of_rows)
        operations.forward(np.add, of_rows, no, of_rows)
    else:
        operations.forward(target.dot, of_classes, of_rows)
    return WeightedShares(operations, of_rows)


# Yes-or-no answers --------------------------------------------------------------------------------------------------


def plan_binary_from_logits(operations: Operations, weights: torch.Tensor | None = None) -> None:
    """The mean of ln(1 + e^z) - y z."""
    logits, target = operations.inputs
    shares, count = shares_by_class(operations, weights), logits.size // operations.rows
    surprise, product = operations.scratch(*logits.shape), operations.scratch(*logits.shape)
    write_softplus(operations.forward, logits, surprise, operations)
    operations.forward(np.multiply, logits, target, product)
    operations.forward(np.subtract, surprise, product, surprise)
    shares.mean(surprise, 1.0 / count)
    if not operations.learns:
        return
    towards, towards_target = operations.input_gradient(0), operations.input_gradient(1)
    if towards is not None:
        write_sigmoid(operations.backward, logits, towards, operations)
        operations.backward(np.subtract, towards, target, towards)
        _scale(operations, towards, shares.factor(1.0 / count))
    if towards_target is not None:
        operations.backward(np.copyto, towards_target, logits)
        _scale(operations, towards_target, shares.factor(-1.0 / count))


def plan_binary_from_probabilities(operations: Operations, weights: torch.Tensor | None = None) -> None:
    """The mean of -y ln p - (1 - y) ln(1 - p), with logarithms kept above -100 and p (1 - p) above 1e-12, as torch
    does."""
    p, target = operations.inputs
    shares, count = shares_by_class(operations, weights), p.size // operations.rows
    logarithms, one = operations.scratch(2, *p.shape), operations.constant(1.0)
    yes, no = logarithms
    rest = operations.scratch(*p.shape)
    operations.forward(np.log, p, yes)
    operations.forward(np.negative, p, no)
    operations.forward(np.log1p, no, no)
    operations.forward(np.maximum, logarithms, operations.constant(-100.0), out=logarithms)
    operations.forward(np.subtract, one, target, rest)
    operations.forward(np.multiply, yes, target, yes)
    operations.forward(np.multiply, no, rest, no)
    operations.forward(np.add, yes, no, yes)
    shares.mean(yes, -1.0 / count)
    if not operations.learns:
        return
    towards, towards_target = operations.input_gradient(0), operations.input_gradient(1)
    if towards is not None:
        operations.backward(np.subtract, one, p, rest)
        operations.backward(np.multiply, rest, p, rest)
        operations.backward(np.maximum, rest, operations.constant(_LEAST_SLOPE), out=rest)
        operations.backward(np.subtract, p, target, towards)
        operations.backward(np.divide, towards, rest, towards)
        _scale(operations, towards, shares.factor(1.0 / count))
    if towards_target is not None:
        operations.backward(np.negative, p, no)
        operations.backward(np.log1p, no, no)
        operations.backward(np.log, p, yes)
        operations.backward(np.subtract, no, yes, towards_target)
        _scale(operations, towards_target, shares.factor(1.0 / count))


# Classes ------------------------------------------------------------------------------------------------------------


class Logarithms:
    """Log-probabilities of classes from a prediction (rows, classes): here they are the prediction itself."""

    def __init__(self, operations: Operations) -> None:
        self.operations, self.given = operations, rows_of(operations.input)
        towards = operations.input_gradient(0) if operations.learns else None
        self.towards = None if towards is None else rows_of(towards)

    def all(self) -> Array:
        """Forward calls for all of them, (rows, classes)."""
        return self.given

    def of_right(self, right: Array) -> Array:
        """Forward calls for those at flat indices, one in each row, (rows,)."""
        chosen = self.operations.scratch(len(right))
        self.operations.forward(self.given.reshape(-1).take, right, None, chosen, "clip")
        return chosen

    def back_from_all(self, share: Array, factor: Array) -> None:
        """Calls on the way back of a loss whose slope in them is `share` (rows, classes) times `factor`."""
        if self.towards is not None:
            self.operations.backward(np.multiply, share, factor, self.towards)

    def back_from_right(self, right: Array, shares: Shares) -> None:
        """Calls on the way back of a loss whose slope is minus the shares at those flat indices and 0 elsewhere."""
        if self.towards is not None:
            self._put(right, shares.factor(-1.0))

    def _put(self, right: Array, slopes: Array) -> None:
        assert self.towards is not None
        self.operations.backward(self.towards.fill, 0.0)
        self.operations.backward(self.towards.reshape(-1).put, right, slopes.reshape(-1), "clip")


class LogarithmsOfProbabilities(Logarithms):
    """The prediction holds probabilities; those that are too small count as `SMALLEST`."""

    def all(self) -> Array:
        self._held = self._floored(self.given)
        return self._logarithm(self._held)

    def of_right(self, right: Array) -> Array:
        self._chosen = super().of_right(right)
        self._held = self._floored(self._chosen)
        return self._logarithm(self._held)

    def _floored(self, values: Array) -> Array:
        held = self.operations.scratch(*values.shape)
        self.operations.forward(np.maximum, values, self.operations.constant(SMALLEST), out=held)
        return held

    def _logarithm(self, values: Array) -> Array:
        logarithms = self.operations.scratch(*values.shape)
        self.operations.forward(np.log, values, logarithms)
        return logarithms

    def _slope(self, values: Array) -> Array:
        """Calls on the way back for 1 / p, and 0 where p was too small."""
        slope = self.operations.scratch(*values.shape)
        self.operations.backward(np.subtract, values, self.operations.constant(SMALLEST), slope)
        self.operations.backward(np.heaviside, slope, self.operations.constant(1.0), slope)
        self.operations.backward(np.divide, slope, self._held, slope)
        return slope

    def back_from_all(self, share: Array, factor: Array) -> None:
        if self.towards is not None:
            slope = self._slope(self.given)
            self.operations.backward(np.multiply, slope, share, slope)
            super().back_from_all(slope, factor)

    def back_from_right(self, right: Array, shares: Shares) -> None:
        if self.towards is not None:
            slope = self._slope(self._chosen)
            self.operations.backward(np.multiply, slope, shares.factor(-1.0).reshape(-1), slope)
            self._put(right, slope)


class LogarithmsOfSoftmax(Logarithms):
    """The prediction holds logits."""

    def all(self) -> Array:
        self._values = self.operations.scratch(*self.given.shape)
        self._sums = write_log_softmax(self.operations, self.given, self._values, -1)
        return self._values

    def of_right(self, right: Array) -> Array:
        chosen = self.operations.scratch(len(right))
        self.operations.forward(self.all().reshape(-1).take, right, None, chosen, "clip")
        return chosen

    def back_from_all(self, share: Array, factor: Array) -> None:
        if self.towards is None:
            return
        operations = self.operations
        # The slope of ln softmax: g - softmax(z) times the sum of g
        total = self._sums.of(operations.backward, share)
        operations.backward(np.exp, self._values, self.towards)
        operations.backward(np.multiply, self.towards, total, self.towards)
        operations.backward(np.subtract, share, self.towards, self.towards)
        operations.backward(np.multiply, self.towards, factor, self.towards)

    def back_from_right(self, right: Array, shares: Shares) -> None:
        if self.towards is None:
            return
        operations, flat, part = self.operations, self.towards.reshape(-1), self.operations.scratch(len(right))
        operations.backward(np.exp, self._values, self.towards)
        operations.backward(flat.take, right, None, part, "clip")
        operations.backward(np.subtract, part, operations.constant(1.0), part)
        operations.backward(flat.put, right, part, "clip")
        operations.backward(np.multiply, self.towards, shares.factor(), self.towards)


def plan_class_numbers(operations: Operations, kind: type[Logarithms], weights: torch.Tensor | None = None) -> None:
    """The mean of -ln p of the right class, in which every class may have a weight; the target holds class numbers."""
    classes = operations.inputs[1].reshape(-1)
    if weights is None:
        _plan_right_classes(operations, kind, classes, Shares(operations, len(classes)))
        return
    of_rows = operations.scratch(len(classes))
    operations.forward(weights.numpy().astype(operations.dtype).take, classes, 0, of_rows, "clip")
    _plan_right_classes(operations, kind, classes, WeightedShares(operations, of_rows))


def plan_asked_class_numbers(operations: Operations, kind: type[Logarithms]) -> None:
    """The mean of -ln p of the right class over the steps or nodes that are asked for; class -1 is not."""
    classes = operations.inputs[1].reshape(-1)
    known, asked = operations.scratch(len(classes), dtype=np.int64), operations.scratch(len(classes))
    counts = np.ones(operations.input.shape[-1] + 1, dtype=operations.dtype)
    counts[-1] = 0.0  # where -1 finds it
    operations.forward(counts.take, classes, 0, asked, "wrap")
    operations.forward(np.maximum, classes, np.array(0), out=known)
    _plan_right_classes(operations, kind, known, WeightedShares(operations, asked))


def _plan_right_classes(operations: Operations, kind: type[Logarithms], classes: Array, shares: Shares) -> None:
    logarithms, right = kind(operations), _right(operations, classes)
    shares.mean(logarithms.of_right(right), -1.0)
    if operations.learns:
        logarithms.back_from_right(right, shares)


def _right(operations: Operations, classes: Array) -> Array:
    """Forward calls for the flat indices of classes (rows,) in (rows, classes)."""
    right = operations.scratch(len(classes), dtype=np.int64)
    offsets = np.arange(len(classes), dtype=np.int64) * operations.input.shape[-1]
    operations.forward(np.add, classes, offsets, right)
    return right


def plan_distribution(operations: Operations, kind: type[Logarithms], weights: torch.Tensor | None = None) -> None:
    """The mean of minus the sum of y ln p over the classes."""
    target, shares, logarithms = operations.inputs[1], shares_by_class(operations, weights), kind(operations)
    values, product = logarithms.all(), operations.scratch(*target.shape)
    operations.forward(np.multiply, target, values, product)
    shares.mean(product, -1.0)
    if operations.learns:
        logarithms.back_from_all(target, shares.factor(-1.0))
        towards_target = operations.input_gradient(1)
        if towards_target is not None:
            operations.backward(np.multiply, values, shares.factor(-1.0), towards_target)


def plan_divergence(operations: Operations, kind: type[Logarithms]) -> None:
    """The mean of the sum of p ln(p / q) over the classes; p is the target."""
    p, shares, logarithms = operations.inputs[1], Shares(operations, operations.rows), kind(operations)
    values, terms, product = logarithms.all(), operations.scratch(*p.shape), operations.scratch(*p.shape)
    given, result = torch.from_numpy(p), torch.from_numpy(terms)
    operations.forward(torch.xlogy, given, given, out=result)  # in numpy 0 ln 0 is NaN
    operations.forward(np.multiply, p, values, product)
    operations.forward(np.subtract, terms, product, terms)
    shares.mean(terms)
    if operations.learns:
        logarithms.back_from_all(p, shares.factor(-1.0))
        towards_target = operations.input_gradient(1)
        if towards_target is not None:
            operations.backward(np.log, p, terms)
            operations.backward(np.subtract, terms, values, terms)
            operations.backward(np.add, terms, operations.constant(1.0), terms)
            operations.backward(np.multiply, terms, shares.factor(), towards_target)


def plan_divergence_from_logarithms(operations: Operations, kind: type[Logarithms]) -> None:
    """The mean of the sum of p ln(p / q) over the classes; the target holds ln p."""
    target, shares, logarithms = operations.inputs[1], Shares(operations, operations.rows), kind(operations)
    values, terms, p = logarithms.all(), operations.scratch(*target.shape), operations.scratch(*target.shape)
    operations.forward(np.exp, target, p)
    operations.forward(np.subtract, target, values, terms)
    operations.forward(np.multiply, terms, p, terms)
    shares.mean(terms)
    if operations.learns:
        logarithms.back_from_all(p, shares.factor(-1.0))
        towards_target = operations.input_gradient(1)
        if towards_target is not None:
            operations.backward(np.add, terms, p, terms)
            operations.backward(np.multiply, terms, shares.factor(), towards_target)


def plan_margins_of_classes(operations: Operations, margin: float) -> None:
    """The mean over classes and batch of max(0, margin - s_right + s_other); the target holds class numbers."""
    scores, missed = operations.input, operations.scratch(*operations.input.shape)
    rows, count = scores.shape
    right, bar = _right(operations, operations.inputs[1]), operations.scratch(rows)
    operations.forward(scores.reshape(-1).take, right, 0, bar, "clip")
    operations.forward(np.subtract, operations.constant(margin), bar, bar)
    operations.forward(np.add, scores, bar.reshape(-1, 1), missed)
    operations.forward(np.maximum, missed, operations.constant(0.0), out=missed)
    operations.forward(missed.reshape(-1).put, right, operations.constant(0.0), "clip")
    operations.mean(missed, 1.0 / missed.size, operations.output)
    towards = operations.input_gradient(0) if operations.learns else None
    if towards is not None:
        misses = operations.scratch(rows)
        operations.backward(np.sign, missed, towards)
        operations.backward(towards.dot, np.full(count, -1.0, dtype=operations.dtype), misses)
        operations.backward(towards.reshape(-1).put, right, misses, "clip")
        operations.backward(np.multiply, towards, operations.constant(operations.weight / missed.size), towards)


def _scale(operations: Operations, values: Array, factor: Array) -> None:
    """A call on the way back that multiplies rows by a factor each."""
    rows = values.reshape(operations.rows, -1)
    operations.backward(np.multiply, rows, factor, rows)
