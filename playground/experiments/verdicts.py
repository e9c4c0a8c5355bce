"""From the numbers of all runs to a verdict: does the rule hold, in how many seeds, by how much."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.document.experiment import Above, Along, BestInside, Bound, Crosses, Equal, Experiment, Trend, Word
from playground.experiments.measure_titles import judged_title

Numbers = NDArray[np.float64]

CONFIDENCE = 0.9
ROUNDING = 1e-9
MOST_MORE_SEEDS = 64
SOME_MORE_SEEDS = 8
"""Offered where nobody can say how many would tell."""
WORDS: dict[Word, str] = {"holds": "Holds", "does-not-hold": "Does not hold here", "too-close": "Too close to call"}


@dataclass(frozen=True)
class Verdict:
    """What the measurement says of the rule."""

    word: Word
    sentence: str
    kept: int
    """Seeds in which the rule holds."""
    seeds: int
    margins: tuple[float, ...]
    """Of each seed how far it is from breaking the rule; negative where it is broken."""
    low: float
    high: float
    """Interval of the mean difference, by the bootstrap; NaN where there is none."""
    more: int = 0
    """How many more seeds to run where it is too close to call; 0 where it is told."""


def verdict_of(experiment: Experiment, results: Numbers) -> Verdict:
    """Judge the first measure of all runs, `results[seed, variant, value]`. NaN is the worst there can be."""
    rule, what = experiment.rule, judged_title(experiment)
    place = {variant.title: number for number, variant in enumerate(experiment.variants)}
    if isinstance(rule, Above):
        more, less = (along_axis(results[:, place[name]], rule.along) for name in (rule.more, rule.less))
        return _above(rule, what, more, less)
    if isinstance(rule, Equal):
        first, second = (along_axis(results[:, place[name]], rule.along) for name in (rule.first, rule.second))
        return _equal(rule, what, first, second)
    if isinstance(rule, Bound):
        return _bound(rule, what, along_axis(results[:, place[rule.variant]], rule.along))
    if isinstance(rule, Trend):
        return _trend(rule, what, experiment, results[:, place[rule.variant]])
    if isinstance(rule, BestInside):
        return _best_inside(rule, what, experiment, results[:, place[rule.variant]])
    return _crosses(rule, what, experiment, results[:, place[rule.first]], results[:, place[rule.second]])


def along_axis(values: Numbers, along: Along) -> Numbers:
    """One number for each seed, of those along the axis, (seeds, values)."""
    if along in ("first", "last"):
        end: Numbers = values[:, 0 if along == "first" else -1]
        return end
    if along == "mean":
        mean: Numbers = values.mean(axis=1)
        return mean
    # Values where a run has no number take no part, unless none has one.
    worst = -math.inf if along == "most" else math.inf
    kept = np.where(np.isnan(values), worst, values)
    chosen: Numbers = kept.max(axis=1) if along == "most" else kept.min(axis=1)
    return np.where(chosen == worst, math.nan, chosen)


def _above(rule: Above, what: str, more: Numbers, less: Numbers) -> Verdict:
    differences = _differences(more, less)
    wanted = np.full(len(more), rule.by)
    if rule.times:
        wanted = np.maximum(wanted, (rule.times - 1.0) * np.abs(np.nan_to_num(less)))
    margins = differences - wanted
    return _judged(
        _kept(margins, strictly=not (rule.by or rule.times)), margins, rule.in_at_least, differences,
        lambda: f"{what} is larger for {rule.more} than for {rule.less}, {_by(differences)}",
        f"{what}, {rule.more} less {rule.less}",
    )  # fmt: skip


def _differences(first: Numbers, second: Numbers) -> Numbers:
    """`first - second`; a run without a number, or one that never got there, loses, and two of them are equal."""
    with np.errstate(invalid="ignore"):
        found = first - second
    one, other = np.isnan(first), np.isnan(second)
    found = np.where(one & ~other, -math.inf, np.where(other & ~one, math.inf, found))
    return np.where((one & other) | (first == second), 0.0, found)


def _equal(rule: Equal, what: str, first: Numbers, second: Numbers) -> Verdict:
    differences = _differences(first, second)
    # Single seeds scatter; what is asked is whether the mean difference can be told from nothing.
    finite = differences[np.isfinite(differences)]
    low, high = interval(finite)
    margins = rule.within - np.abs(differences)
    kept = int(_kept(margins).sum())
    both = f"{what} of {rule.first} and of {rule.second}"
    ends = f"mean difference {_mean(finite):+.3g} (between {low:+.3g} and {high:+.3g})"
    if len(finite) == len(differences) and max(abs(low), abs(high)) <= rule.within:
        word: Word = "holds"
        sentence = f"Holds: {both} are equal within {rule.within:g}, {ends}."
    elif low > rule.within or high < -rule.within or len(finite) < len(differences):
        word = "does-not-hold"
        sentence = f"Does not hold here: {both} differ by more than {rule.within:g}, {ends}."
    else:
        more = _more_seeds(differences, rule.within)
        sentence = f"Too close to call: {both}, {ends}; {_seeds_tell(more)}."
        return Verdict("too-close", sentence, kept, len(margins), tuple(margins.tolist()), low, high, _countable(more))
    return Verdict(word, sentence, kept, len(margins), tuple(margins.tolist()), low, high)


def _bound(rule: Bound, what: str, values: Numbers) -> Verdict:
    margins, words = np.full(len(values), math.inf), []
    if rule.at_least is not None:
        margins = np.minimum(margins, _differences(values, np.full(len(values), rule.at_least)))
        words.append(f"at least {rule.at_least:g}")
    if rule.at_most is not None:
        margins = np.minimum(margins, _differences(np.full(len(values), rule.at_most), values))
        words.append(f"at most {rule.at_most:g}")
    margins, asked = np.where(np.isnan(values), -math.inf, margins), " and ".join(words)
    return _judged(
        _kept(margins), margins, rule.in_at_least, values,
        lambda: f"{what} of {rule.variant} is {asked}: {_spread(values)}", f"{what} of {rule.variant}, {asked}",
    )  # fmt: skip


def _best_inside(rule: BestInside, what: str, experiment: Experiment, values: Numbers) -> Verdict:
    sign = 1.0 if rule.best == "most" else -1.0
    signed = np.where(np.isnan(values), -math.inf, sign * values)
    ends, inside = np.maximum(signed[:, 0], signed[:, -1]), signed[:, 1:-1].max(axis=1)
    margins = _differences(inside, ends) - rule.by
    assert experiment.axis is not None
    title, places = experiment.axis.title, experiment.axis.values
    best = _value(places[1 + int(np.argmax(np.median(signed[:, 1:-1], axis=0)))])
    return _judged(
        _kept(margins, strictly=not rule.by), margins, rule.in_at_least, margins + rule.by,
        lambda: f"{what} of {rule.variant} is best between the ends of {title}, near {best}, {_by(margins + rule.by)}",
        f"{what} of {rule.variant} between the ends of {title}, compared with the better end",
    )  # fmt: skip


def _trend(rule: Trend, what: str, experiment: Experiment, values: Numbers) -> Verdict:
    sign = 1.0 if rule.kind == "grows" else -1.0
    ends = sign * _differences(values[:, -1], values[:, 0])
    ordered = np.array([_rank_correlation(sign * row) for row in values])
    margins = np.where(ordered > 0.0, ends - rule.by, -math.inf)
    assert experiment.axis is not None
    title = experiment.axis.title
    first, last = (_value(value) for value in (experiment.axis.values[0], experiment.axis.values[-1]))
    return _judged(
        _kept(margins, strictly=not rule.by), margins, rule.in_at_least, sign * ends,
        lambda: f"{what} of {rule.variant} {rule.kind} from {title} {first} to {last}, {_by(ends)}",
        f"change of {what} of {rule.variant} from {title} {first} to {last}",
    )  # fmt: skip


def _rank_correlation(row: Numbers) -> float:
    """Spearman's rank correlation with the place on the axis."""
    from scipy.stats import spearmanr

    if np.isnan(row).any() or np.ptp(row) == 0.0:
        return 0.0
    return float(spearmanr(np.arange(len(row)), row).statistic)


def _crosses(rule: Crosses, what: str, experiment: Experiment, first: Numbers, second: Numbers) -> Verdict:
    start, end = _differences(first[:, 0], second[:, 0]), _differences(first[:, -1], second[:, -1])
    margins = np.minimum(start, -end) - rule.by
    return _judged(
        _kept(margins, strictly=not rule.by), margins, 0.8, start - end,
        lambda: f"{what} of {rule.first} begins above that of {rule.second} {_by(start)} and ends below it {_by(-end)}",
        f"{what} of {rule.first} and of {rule.second}",
    )  # fmt: skip


def _kept(margins: Numbers, *, strictly: bool = False) -> NDArray[np.bool_]:
    """Which margins are on the good side; a rounding is no reason to be on the other."""
    return margins > ROUNDING if strictly else margins >= -ROUNDING


def _judged(
    good: NDArray[np.bool_], margins: Numbers, share: float, shown: Numbers, held: Callable[[], str], what: str
) -> Verdict:
    """Holds where enough seeds keep the rule, does not where too few do and more would not mend it."""
    kept, seeds = int(good.sum()), len(good)
    low, high = interval(shown[np.isfinite(shown)])
    counts = f"in {kept} of {seeds} {'seed' if seeds == 1 else 'seeds'}"
    tuple_ = tuple(margins.tolist())
    if kept >= share * seeds:
        return Verdict("holds", f"Holds: {counts}, {held()}.", kept, seeds, tuple_, low, high)
    if _at_most(kept, seeds) < share:
        sentence = f"Does not hold here: {counts} only; {what}: {_spread(shown)}."
        return Verdict("does-not-hold", sentence, kept, seeds, tuple_, low, high)
    more = _more_to_judge(kept, seeds, share)
    sentence = f"Too close to call: {counts}; {what}: {_spread(shown)}; {_seeds_tell(more)}."
    return Verdict("too-close", sentence, kept, seeds, tuple_, low, high, _countable(more))


def _at_most(kept: int, seeds: int) -> float:
    """The share of all seeds in which a rule may hold that held in so many: upper end of the exact interval of
    Clopper and Pearson (1934), with 95 % confidence to one side."""
    from scipy.stats import beta

    return 1.0 if kept == seeds else float(beta.ppf(0.95, kept + 1, seeds - kept))


def _more_to_judge(kept: int, seeds: int, share: float) -> int | None:
    """How many more seeds would tell, were they like those that there are; None for very many."""
    for more in range(1, MOST_MORE_SEEDS + 1):
        likely = math.floor(kept / seeds * (seeds + more))
        if _at_most(likely, seeds + more) < share:
            return more
    return None


def _seeds_tell(more: int | None) -> str:
    if more is None:
        return f"over {MOST_MORE_SEEDS} seeds would be needed"
    if not more:
        return "more seeds would tell"
    return f"{more} more seed{'s' if more > 1 else ''} would tell"


def _countable(more: int | None) -> int:
    """What a person may be offered to run: as many as would tell, or as many as are reasonable."""
    return MOST_MORE_SEEDS if more is None else more or SOME_MORE_SEEDS


def interval(values: Numbers) -> tuple[float, float]:
    """Where the mean lies with 90 % confidence: percentile bootstrap (Efron 1979), always with the same draws."""
    from scipy.stats import bootstrap

    if len(values) == 0:
        return math.nan, math.nan
    if len(values) == 1 or np.ptp(values) == 0.0:
        return float(values.min()), float(values.max())
    found = bootstrap(
        (values,), np.mean, confidence_level=CONFIDENCE, method="percentile", n_resamples=2_000,
        rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    return float(found.low), float(found.high)


def _more_seeds(differences: Numbers, within: float) -> int | None:
    """How many more seeds would tell: the interval of a mean shrinks with the root of their number.

    None for very many, 0 where nobody knows how many.
    """
    finite = differences[np.isfinite(differences)]
    distance = abs(within - abs(_mean(finite)))
    spread = float(finite.std(ddof=1)) if len(finite) > 1 else math.nan
    if not spread or math.isnan(spread) or not distance:
        return 0
    more = max(1, math.ceil((1.645 * spread / distance) ** 2) - len(finite))
    return more if more <= MOST_MORE_SEEDS else None


def _value(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _mean(values: Numbers) -> float:
    return float(values.mean()) if len(values) else math.nan


def _by(differences: Numbers) -> str:
    finite = differences[np.isfinite(differences)]
    if not len(finite):
        return "as one of them never gets there"
    low, high = interval(finite)
    return f"by {_mean(finite):.3g} (between {low:.3g} and {high:.3g})"


def _spread(values: Numbers) -> str:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return "no run has a number"
    if len(finite) == 1:
        return f"{float(finite[0]):.3g}"
    return f"median {float(np.median(finite)):.3g} ({float(finite.min()):.3g} to {float(finite.max()):.3g})"
