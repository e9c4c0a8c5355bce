"""What the curvature means, in words: slope, saddle or minimum, and the edge of stability."""

from __future__ import annotations

import math

from playground.analysis.loss.spectrum import ROUNDING, Spectrum
from playground.training.optimizers import GradientDescent, Momentum, MomentumAverage, Nesterov, Optimizer

SLOPE = 1e-4
"""The loss is on a slope while one good step straight down would take more than this share off it."""
NOTHING = 1e-3
"""A share of a loss below this is measured against this, so that a valley whose floor is zero has one, too."""
EDGE = (0.8, 1.25)
"""Sharpness as a share of the limit at which descent is said to be at the edge of stability."""


def number(value: float) -> str:
    """Three digits that count, with a true minus."""
    return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e").replace("-", "−")


def gain(spectrum: Spectrum, gradient: float, loss: float) -> float:
    """The share of the loss that a step straight down takes off that suits the sharpest direction: g² / (2 λ L)."""
    sharpest = float(abs(spectrum.values).max())
    if gradient == 0.0:
        return 0.0
    if sharpest == 0.0:
        return math.inf
    return gradient**2 / (2.0 * sharpest * max(abs(loss), NOTHING))


def standing(spectrum: Spectrum, size: int, gradient: float, loss: float) -> str:
    """Whether the network stands on a slope, on a saddle or in a valley."""
    share = gain(spectrum, gradient, loss)
    if share > SLOPE:
        taken = "much of" if share > 0.5 else f"{number(100.0 * share)} % of"
        return (
            f"Still on a slope: the gradient is {number(gradient)}; one good step straight down would take "
            f"{taken} the loss away. {_down(spectrum, size, 'curve downwards')}"
        )
    where = f"the gradient is only {number(gradient)}"
    low, high = float(spectrum.values[0]), float(spectrum.values[-1])
    limit = ROUNDING * max(abs(low), abs(high))
    if limit == 0.0:
        return f"Flat ground: {where}, and the loss bends in no direction."
    if low >= -limit:
        return f"About a minimum: {where}. {_down(spectrum, size, 'lead down')}"
    if spectrum.exact and high <= limit:
        return f"About a maximum: {where}, and no direction leads up."
    return f"A saddle: {where}. {_down(spectrum, size, 'lead down')}"


def _down(spectrum: Spectrum, size: int, verb: str) -> str:
    """How many directions have negative curvature."""
    low, high = float(spectrum.values[0]), float(spectrum.values[-1])
    none = low >= -ROUNDING * max(abs(low), abs(high))
    if not spectrum.exact:
        if none:
            return f"The smallest curvature found is {number(low)}: no direction that {_one(verb)} was found."
        share = f"about {number(100.0 * spectrum.down)} % of all directions {verb}"
        return f"The smallest curvature found is {number(low)}; {share}."
    count, flat = round(spectrum.down * size), round(spectrum.flat * size)
    level = f"; {flat} {'is' if flat == 1 else 'are'} flat" if flat else ""
    if none:
        return f"No direction of {size} {_one(verb)}{level}."
    return f"{count} of {size} directions {_one(verb) if count == 1 else verb}{level}."


def _one(verb: str) -> str:
    first, _, rest = verb.partition(" ")
    return f"{first}s {rest}"


def stability_limit(optimizer: Optimizer, rate: float) -> tuple[float, str]:
    """The sharpness above which steps of that rate grow along the sharpest direction, and its formula.

    Not a number and empty for optimizers that scale every weight on its own. From the recurrence of each rule on a
    parabola of curvature λ, whose roots leave the unit circle there; Cohen et al. 2021, appendix B.
    """
    if rate <= 0.0:
        return math.nan, ""
    if isinstance(optimizer, GradientDescent):
        return 2.0 / rate, "2/η"
    if isinstance(optimizer, Momentum):
        return 2.0 * (1.0 + optimizer.momentum) / rate, "2(1 + μ)/η"
    if isinstance(optimizer, Nesterov):
        return 2.0 * (1.0 + optimizer.momentum) / ((1.0 + 2.0 * optimizer.momentum) * rate), "2(1 + μ)/((1 + 2μ)η)"
    if isinstance(optimizer, MomentumAverage):
        return 2.0 * (1.0 + optimizer.beta) / ((1.0 - optimizer.beta) * rate), "2(1 + β)/((1 − β)η)"
    return math.nan, ""


def stability(optimizer: Optimizer, rate: float, sharpness: float, full_batch: bool) -> str:
    """The sharpness against the limit, in a sentence or two."""
    limit, formula = stability_limit(optimizer, rate)
    if math.isnan(limit):
        if rate <= 0.0:
            return f"Sharpness {number(sharpness)}; the learning rate is zero now."
        way = "looks for the length of its step" if optimizer.evaluates else "scales the step of every weight"
        return (
            f"Sharpness {number(sharpness)}. The limit 2/η is that of plain gradient descent; "
            f"{optimizer.title} {way} on its own, so it does not hold here."
        )
    share = sharpness / limit
    words = f"Sharpness {number(sharpness)}, {number(100.0 * share)} % of the limit {formula} = {number(limit)}"
    if formula != "2/η":
        words += f" (2/η without {'averaging' if isinstance(optimizer, MomentumAverage) else 'momentum'})"
    if share < EDGE[0]:
        words += ": the steps are short enough for every direction."
    elif share <= EDGE[1]:
        words += ": the edge of stability, where it stays although it would grow on."
    else:
        words += ": beyond it, steps overshoot from wall to wall, until the weights find a flatter place."
    return words if full_batch else f"{words} The noise of small batches keeps it lower still."
