"""What people expect of an experiment before it is measured, and how near they were."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.run.experiment import ExperimentResult
from playground.document.experiment import Along, Experiment
from playground.experiments.measure_titles import judged_title
from playground.experiments.quantities.registry import BY_ID
from playground.experiments.verdicts import along_axis, interval
from playground.training.metrics.words import bounds_of, higher_is_better

Numbers = NDArray[np.float64]
Curves = Mapping[str, tuple[float | None, ...]]
"""By the title of a variant: heights from 0 to 1 along the axis, None where nothing was drawn."""
Sense = Literal["largest", "smallest", "fewest"]

NONE, EQUAL, HOLDS, FAILS = "none", "equal", "holds", "does-not-hold"
NEARNESS = ((0.05, "very close"), (0.12, "close"), (0.25, "roughly right"), (math.inf, "far off"))
"""Up to which mean distance, as share of the height of the picture, a curve is called so."""
STEADY = 0.5
"""Rank correlation with the axis from which on a curve is said to rise or fall."""


def choices(experiment: Experiment) -> list[tuple[str, str]]:
    """What can be guessed in one word: (words, value)."""
    found = [("No guess", NONE)]
    if len(experiment.variants) == 1:
        return [*found, ("It holds", HOLDS), ("It does not hold", FAILS)]
    return [*found, *((variant.title, variant.title) for variant in experiment.variants), ("No difference", EQUAL)]


def sense_of(experiment: Experiment) -> Sense:
    """Which number wins: of what is good the largest, of losses the smallest, of steps the fewest."""
    measure = experiment.measures[0]
    if measure.counts_steps:
        return "fewest"
    name = measure.quantity.partition(".")[0]
    return "largest" if name in BY_ID or higher_is_better(measure.quantity) else "smallest"


def contest_words(experiment: Experiment) -> str:
    """What the winner has: “smallest train loss”."""
    return f"{sense_of(experiment)} {judged_title(experiment)}"


def read_curves(text: str, experiment: Experiment) -> Curves:
    """The curves that an option of the view holds; what does not fit this experiment is left out."""
    try:
        content = json.loads(text) if text else {}
    except ValueError:
        return {}
    if experiment.axis is None or not isinstance(content, dict):
        return {}
    length, found = len(experiment.axis.values), {}
    for variant in experiment.variants:
        heights = content.get(variant.title)
        if isinstance(heights, list) and len(heights) == length and any(_height(one) is not None for one in heights):
            found[variant.title] = tuple(map(_height, heights))
    return found


def _height(value: object) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return min(1.0, max(0.0, float(value))) if good and isinstance(value, int | float) else None


def written_curves(curves: Curves) -> str:
    """The curves as an option of the view."""
    content = {title: [None if one is None else round(one, 4) for one in heights] for title, heights in curves.items()}
    return json.dumps(content, ensure_ascii=False) if content else ""


def bounds(experiment: Experiment) -> tuple[float, float] | None:
    """Least and greatest value that there can be, so that a curve can be drawn in numbers; None where only its shape
    can be."""
    if experiment.measures[0].counts_steps:
        return None
    low, high = bounds_of(experiment.measures[0].quantity)
    return (float(low), float(high)) if low is not None and high is not None else None


def frame(result: ExperimentResult) -> tuple[float, float]:
    """The numbers for which the lower and the upper edge of what was drawn stand: the bounds of the measure, or the
    least and the greatest median that came out."""
    fixed = bounds(result.experiment)
    if fixed is not None:
        return fixed
    medians = np.concatenate([result.band(number)[1] for number in range(len(result.experiment.variants))])
    seen = medians[np.isfinite(medians)]
    if not seen.size:
        return 0.0, 1.0
    low, high = float(seen.min()), float(seen.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def laid_over(heights: Sequence[float | None], edges: tuple[float, float]) -> Numbers:
    """A drawn curve in the numbers of the axis, (places,); NaN where nothing was drawn."""
    low, high = edges
    return np.array([math.nan if one is None else low + one * (high - low) for one in heights])


def told(choice: str, curves: Curves, result: ExperimentResult) -> str:
    """How near the guess was, in plain sentences; empty where nothing was guessed, or all is not known yet."""
    if result.verdict is None:
        return ""
    drawn = [_told_curve(curves[variant.title], number, result)
             for number, variant in enumerate(result.experiment.variants) if variant.title in curves]  # fmt: skip
    return " ".join(part for part in (_told_choice(choice, result), *drawn) if part)


def _told_choice(choice: str, result: ExperimentResult) -> str:
    if choice in (HOLDS, FAILS):
        word = result.verdict.word if result.verdict is not None else ""
        words = "holds" if choice == HOLDS else "does not hold"
        unknown = "which nobody can say yet" if word == "too-close" else "it is not so"
        return f"You guessed that it {words}: {'and so it is' if word == choice else unknown}."
    titles = [variant.title for variant in result.experiment.variants]
    if len(titles) < 2 or choice not in (*titles, EQUAL):
        return ""
    scores = _scores(result)
    order = np.argsort(-np.median(scores, axis=0), kind="stable")
    first, second = int(order[0]), int(order[1])
    wins = _wins(scores, first)
    lead = f"{titles[first]} has the {contest_words(result.experiment)} in {wins} of {_seeds(scores)}"
    if choice == EQUAL:
        differences = scores[:, first] - scores[:, second]
        low, high = interval(differences[np.isfinite(differences)])
        alike = bool(np.isfinite(differences).all()) and low <= 0.0 <= high
        return f"You guessed no difference: {'none can be told' if alike else f'there is one, {lead}'}."
    if choice == titles[first]:
        return f"You picked {choice}, and you were right: {lead}."
    return f"You picked {choice}; it has the {contest_words(result.experiment)} in " \
           f"{_wins(scores, titles.index(choice))} of {_seeds(scores)}, but {lead}."  # fmt: skip


def _scores(result: ExperimentResult) -> Numbers:
    """One number for each seed and variant, the larger the better, (seeds, variants)."""
    along: Along = getattr(result.experiment.rule, "along", "mean")
    sign = 1.0 if sense_of(result.experiment) == "largest" else -1.0
    found = np.stack([sign * along_axis(result.values[:, number], along)
                      for number in range(len(result.experiment.variants))], axis=1)  # fmt: skip
    return np.where(np.isnan(found), -math.inf, found)


def _seeds(scores: Numbers) -> str:
    return f"{len(scores)} seed{'s' if len(scores) != 1 else ''}"


def _wins(scores: Numbers, variant: int) -> int:
    """In how many seeds a variant has the best number, shared or not."""
    return int((scores[:, variant] >= scores.max(axis=1)).sum())


def _told_curve(heights: Sequence[float | None], number: int, result: ExperimentResult) -> str:
    low, high = frame(result)
    drawn, measured = laid_over(heights, (low, high)), result.band(number)[1]
    both = np.isfinite(drawn) & np.isfinite(measured)
    if not both.any():
        return ""
    distance = float(np.abs(drawn - measured)[both].mean()) / (high - low)
    near = next(words for most, words in NEARNESS if distance <= most)
    title = result.experiment.variants[number].title
    whose = "Your curve" if len(result.experiment.variants) == 1 else f"Your curve of {title}"
    what = "" if bounds(result.experiment) is not None else " in its shape"
    parts = [f"{whose} is {near}{what}: on average {distance:.0%} of the height away"]
    if both.sum() > 2:
        expected, came = (_course(values[both]) for values in (drawn, measured))
        parts.append(f"it {expected}, as measured" if expected == came else f"it {expected}, the measured one {came}")
    return "; ".join(parts) + "."


def _course(values: Numbers) -> str:
    """Whether a curve rises, falls, or does neither throughout."""
    from scipy.stats import spearmanr

    if np.ptp(values) == 0.0:
        return "stays level"
    correlation = float(spearmanr(np.arange(len(values)), values).statistic)
    return "rises" if correlation >= STEADY else "falls" if correlation <= -STEADY else "goes up and down"
