"""Verdicts of made-up numbers: what holds, what does not, and what more seeds would tell."""

from __future__ import annotations

import math

import numpy as np
import pytest

from playground.document.experiment import (
    Above,
    Axis,
    BestInside,
    Bound,
    Budget,
    Crosses,
    Equal,
    Experiment,
    Measure,
    Trend,
    Variant,
)
from playground.experiments.verdicts import interval, verdict_of

NAN, INF = math.nan, math.inf


def experiment(rule: object, values: int = 1) -> Experiment:
    places = tuple(map(float, range(max(2, values))))
    axis = Axis(title="width", paths=("graph.nodes.a.parameters.units",), values=places)
    return Experiment(
        question="Is A above B?", guess="Yes.", base="xor", variants=(Variant(title="A"), Variant(title="B")),
        axis=axis if values > 1 else None, budget=Budget(epochs=1), measures=(Measure(quantity="test_accuracy"),),
        rule=rule, verdict="holds",
    )  # fmt: skip


def judged(rule: object, first: list[object], second: list[object]) -> tuple[str, int]:
    """Word and number of seeds kept, from the results of A and of B, seed by seed."""
    results = np.array([[np.atleast_1d(a), np.atleast_1d(b)] for a, b in zip(first, second, strict=True)], dtype=float)
    found = verdict_of(experiment(rule, results.shape[2]), results)
    return found.word, found.kept


ABOVE = Above(more="A", less="B", by=0.05)
CASES = [
    (ABOVE, [0.9, 0.9, 0.9, 0.9, 0.9], [0.8, 0.8, 0.8, 0.8, 0.88], ("holds", 4)),
    (ABOVE, [0.9, 0.9, 0.9, 0.8, 0.8], [0.8, 0.8, 0.8, 0.8, 0.8], ("too-close", 3)),
    (ABOVE, [0.8, 0.8, 0.8, 0.8, 0.8], [0.8, 0.81, 0.79, 0.8, 0.8], ("does-not-hold", 0)),
    (ABOVE, [0.8, 0.8, 0.8, 0.8, 0.8], [0.9, 0.9, 0.9, 0.9, 0.9], ("does-not-hold", 0)),
    (ABOVE, [0.9, 0.9, 0.9], [NAN, NAN, NAN], ("holds", 3)),  # who has no number loses
    (ABOVE, [NAN, NAN, NAN], [0.1, 0.1, 0.1], ("does-not-hold", 0)),
    (Above(more="A", less="B", times=2.0), [4.0, 5.0, 6.0], [2.0, 2.0, 2.0], ("holds", 3)),
    (Above(more="A", less="B", times=3.0), [4.0, 5.0, 5.0], [2.0, 2.0, 2.0], ("does-not-hold", 0)),
    (Above(more="A", less="B"), [INF, INF], [100.0, 200.0], ("holds", 2)),  # a goal never reached takes longest
    (Above(more="A", less="B"), [INF, INF], [INF, INF], ("does-not-hold", 0)),
    (Equal(first="A", second="B", within=0.02), [0.9, 0.91, 0.9], [0.9, 0.9, 0.91], ("holds", 3)),
    (Equal(first="A", second="B", within=0.02), [0.9, 0.91, 0.9], [0.7, 0.7, 0.71], ("does-not-hold", 0)),
    (Equal(first="A", second="B", within=0.02), [0.9, 0.8, 0.9, 0.86], [0.9, 0.85, 0.8, 0.86], ("too-close", 2)),
    (Bound(variant="A", at_least=0.5), [0.6, 0.7, 0.5], [0.0, 0.0, 0.0], ("holds", 3)),
    (Bound(variant="A", at_most=0.0), [0.0, 0.0, 0.0], [1.0, 1.0, 1.0], ("holds", 3)),
    (Bound(variant="A", at_most=0.5), [NAN, NAN, NAN], [0.0, 0.0, 0.0], ("does-not-hold", 0)),
    (Bound(variant="A", at_least=0.45, at_most=0.55), [0.5, 0.46, 0.54], [0.0, 0.0, 0.0], ("holds", 3)),
    (Bound(variant="A", at_least=0.45, at_most=0.55), [0.4, 0.6, 0.7], [0.0, 0.0, 0.0], ("does-not-hold", 0)),
    (Above(more="A", less="B", along="most"), [[0.1, 0.9], [NAN, 0.8]], [[0.5, 0.5], [0.5, NAN]], ("holds", 2)),
    (Above(more="A", less="B", along="last"), [[0.9, 0.1], [0.9, 0.2]], [[0.5, 0.5], [0.5, 0.5]], ("does-not-hold", 0)),
    (BestInside(variant="A", by=0.1), [[0.5, 0.9, 0.6], [0.5, 0.7, 0.55]], [[0] * 3] * 2, ("holds", 2)),
    (BestInside(variant="A", best="least"), [[0.5, 0.2, NAN], [0.5, 0.4, 0.55]], [[0] * 3] * 2, ("holds", 2)),
    (BestInside(variant="A"), [[0.5, 0.6, 0.7], [0.5, 0.6, 0.8]], [[0] * 3] * 2, ("does-not-hold", 0)),
    (Trend(kind="grows", variant="A", by=0.1), [[0.1, 0.2, 0.4], [0.1, 0.3, 0.25]], [[0] * 3] * 2, ("holds", 2)),
    (Trend(kind="falls", variant="A"), [[0.1, 0.2, 0.4], [0.1, 0.3, 0.25]], [[0] * 3] * 2, ("does-not-hold", 0)),
    (Crosses(first="A", second="B"), [[0.9, 0.5], [0.8, 0.5]], [[0.5, 0.9], [0.6, 0.7]], ("holds", 2)),
    (Crosses(first="A", second="B"), [[0.9, 0.95], [0.8, 0.9]], [[0.5, 0.9], [0.6, 0.7]], ("does-not-hold", 0)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "first", "second", "expected"), CASES)
def test_the_word_and_the_seeds_that_keep_the_rule(
    rule: object, first: list[object], second: list[object], expected: tuple[str, int]
) -> None:
    assert judged(rule, first, second) == expected


def test_sentences_say_in_how_many_seeds_and_by_how_much() -> None:
    results = np.array([[[0.9], [0.6]], [[0.8], [0.5]], [[0.9], [0.5]], [[0.85], [0.6]], [[0.9], [0.55]]])
    found = verdict_of(experiment(ABOVE), results)
    assert found.sentence == (
        "Holds: in 5 of 5 seeds, test accuracy is larger for A than for B, by 0.32 (between 0.28 and 0.36)."
    )
    assert found.low < 0.32 < found.high
    close = np.array([[[0.96], [0.8]], [[0.94], [0.8]], [[0.93], [0.8]], [[0.82], [0.8]], [[0.84], [0.8]]])
    found = verdict_of(experiment(ABOVE), close)
    assert found.sentence.startswith("Too close to call: in 3 of 5 seeds; test accuracy, A less B: median 0.13 (0.02")
    # 7 of 13 is the first like 3 of 5 whose exact interval ends below .8, at .776 (scipy.stats.binomtest)
    assert found.sentence.endswith("; 8 more seeds would tell.")


def test_the_interval_of_the_mean_is_that_of_the_normal_distribution_for_many_values() -> None:
    values = np.random.default_rng(3).normal(2.0, 1.0, 4_000)
    low, high = interval(values)
    expected = 1.645 * values.std(ddof=1) / math.sqrt(len(values))
    assert (high - low) / 2 == pytest.approx(expected, rel=0.1)
    assert (high + low) / 2 == pytest.approx(values.mean(), abs=0.005)


def test_an_interval_of_equal_values_is_a_point_and_of_none_nothing() -> None:
    assert interval(np.array([0.5, 0.5, 0.5])) == (0.5, 0.5)
    assert all(math.isnan(end) for end in interval(np.array([])))
