"""The operations of normalizations: mean 0 and variance 1, then a scale and a shift."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.parts import Factor, Index, Part, Statistics, Term, Values, at, axes_of, passed_on, running

STANDARD = r"n = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}"
TITLE = "mean 0 and variance 1"


def layer_norm_parts(module: nn.LayerNorm, x: torch.Tensor) -> tuple[Part, ...]:
    """Over the last axes of each example."""
    shape = tuple(module.normalized_shape)
    inner = tuple(range(-len(shape), 0))
    means = x.mean(inner)[0]  # one for each group of numbers
    variances = x.var(inner, unbiased=False)[0]

    def run(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        return (functional.layer_norm(inputs[0], shape, None, None, module.eps),)

    def statistics(index: Index) -> Statistics:
        group = index[: len(index) - len(shape)]
        over = f"over these {math.prod(shape):,} numbers"
        return Statistics(float(means[group]), float(variances[group]), module.eps, over)

    first = Part(
        "normalize", run, (0,), "n", title=TITLE, axes=axes_of(x.dim() - 1), statistics=statistics, formula=STANDARD,
        sentence="Mean and variance of the numbers themselves are taken away.",
        backward_sentence="Each number also moved the mean and the variance, so that something of every gradient is "
        "taken off.",
    )  # fmt: skip
    return _scaled(first, module, lambda index: index[len(index) - len(shape) :])


def batch_norm_parts(module: nn.Module, mean: torch.Tensor, variance: torch.Tensor, epsilon: float,
                     x: torch.Tensor) -> tuple[Part, ...]:  # fmt: skip
    """By the running statistics of each channel, as outside of training."""
    means, variances = mean.tolist(), variance.tolist()
    last = bool(getattr(module, "series", False))
    if x.dim() > 2 and not last:
        further = (slice(None), *(None,) * (x.dim() - 2))
        mean, variance = mean[further], variance[further]

    def run(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        return ((inputs[0] - mean) / (variance + epsilon).sqrt(),)

    def statistics(index: Index) -> Statistics:
        channel = index[-1 if last else 0]
        return Statistics(means[channel], variances[channel], epsilon, "running averages of the batches so far")

    first = Part(
        "normalize", run, (0,), "n", title=TITLE, axes=axes_of(x.dim() - 1), statistics=statistics, formula=STANDARD,
        sentence="The running mean is taken away, and what is left divided by the running deviation.",
        backward=r"\frac{\partial L}{\partial x} = \frac{1}{\sqrt{\sigma^2 + \epsilon}} \frac{\partial L}{\partial n}",
        backward_sentence="The running statistics stay as they are, so that only the division comes back.",
    )  # fmt: skip
    return _scaled(first, module, lambda index: index[-1:] if last else index[:1])


def group_norm_parts(module: nn.GroupNorm, x: torch.Tensor, last: bool) -> tuple[Part, ...]:
    """Over groups of channels of each example; of a series the channels are the `last` axis."""
    channels = x.movedim(-1, 1) if last else x
    each, grouped = module.num_channels // module.num_groups, channels.reshape(1, module.num_groups, -1)
    means, variances = grouped.mean(2)[0], grouped.var(2, unbiased=False)[0]

    def run(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        first = inputs[0].movedim(-1, 1) if last else inputs[0]
        normal = functional.group_norm(first, module.num_groups, None, None, module.eps)
        return (normal.movedim(1, -1) if last else normal,)

    def statistics(index: Index) -> Statistics:
        group = index[-1 if last else 0] // each
        over = f"over the {grouped[0, 0].numel():,} numbers of its group"
        return Statistics(float(means[group]), float(variances[group]), module.eps, over)

    first = Part(
        "normalize", run, (0,), "n", title=TITLE, axes=axes_of(x.dim() - 1), statistics=statistics, formula=STANDARD,
        sentence="Mean and variance of all numbers of its group of channels are taken away.",
        backward_sentence="Each number also moved the mean and the variance of its group, so that something of every "
        "gradient is taken off.",
    )  # fmt: skip
    return _scaled(first, module, lambda index: index[-1:] if last else index[:1])


def _scaled(first: Part, module: nn.Module, own: object) -> tuple[Part, ...]:
    """The normalized numbers times γ plus β; `own` gives the place of a number's scale."""
    if getattr(module, "weight", None) is None:
        return (Part(**{**first.__dict__, "letter": "a"}),)
    place = own
    assert callable(place)

    def run(inputs: Values, parameters: Mapping[str, torch.Tensor]) -> tuple[torch.Tensor, ...]:
        weight, bias = parameters["weight"], parameters["bias"]
        if isinstance(module, nn.LayerNorm) or getattr(module, "series", False):
            return (inputs[0] * weight + bias,)
        further = (...,) + (None,) * (inputs[0].dim() - 2)
        return (inputs[0] * weight[further] + bias[further],)

    def terms(index: Index) -> Sequence[Term]:
        return [(at("weight", *place(index)), at(0, *index)), (at("bias", *place(index)),)]

    return first, Part(
        "terms", run, (-1,), "a", ("weight", "bias"), title="scale and shift", axes=first.axes, terms=terms,
        formula=r"a = \gamma \, n + \beta",
        backward=r"\frac{\partial L}{\partial \gamma} = \sum \frac{\partial L}{\partial a} \, n, \quad "
        r"\frac{\partial L}{\partial \beta} = \sum \frac{\partial L}{\partial a}, \quad "
        r"\frac{\partial L}{\partial n} = \gamma \, \frac{\partial L}{\partial a}",
        sentence="A scale and a shift that are learned.",
        backward_sentence="The scale gets what arrives times the normalized numbers, the shift what arrives.",
    )  # fmt: skip


def undisturbed(module: nn.Module, x: torch.Tensor, words: str) -> tuple[Part, ...]:
    """What only training disturbs: here every number goes through as it is."""

    def source(index: Index) -> Factor:
        return at(0, *index)

    return (
        passed_on(
            running(module), x.shape[1:], source, title="passed on", sentence=words, formula="a = x",
            backward=r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial a}",
            backward_sentence="The gradient comes back as it arrives.",
        ),
    )  # fmt: skip
