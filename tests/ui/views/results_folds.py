"""Cross-validations made by hand: before it begins, underway, whole, leave one out, and in time."""

from __future__ import annotations

import math

import numpy as np

from playground.analysis.run.cross_validation import FoldScores

ROWS = 60


def result(
    folds: int, scores: np.ndarray, *, share: float = 1.0, classes: bool = True, in_time: bool = False
) -> FoldScores:
    division = np.zeros((folds, ROWS), dtype=np.int8)
    division[:, -9:] = 2
    places = np.arange(ROWS - 9)
    for fold in range(folds):
        division[fold, :-9][places * folds // len(places) == fold] = 1
        if in_time:
            division[fold, :-9][places * folds // len(places) > fold] = -1
    known = scores[np.isfinite(scores)]
    rows = [[fold + 1, again + 1, float(scores[again, fold])]
            for again in range(len(scores)) for fold in range(folds)]  # fmt: skip
    return FoldScores(
        nodes=("data",), division=division, classes=np.arange(ROWS) // 20 if classes else None, in_time=in_time,
        measure="validation accuracy", scores=scores, train_scores=np.minimum(1.0, scores + 0.04),
        mean=float(known.mean()) if known.size else math.nan,
        spread=float(known.std()) if known.size else math.nan,
        sentence="Validation accuracy 0.91 ± 0.04 over 5 folds (from 0.85 to 0.96); the mean of other such data would "
        "lie between 0.86 and 0.96. On the rows that are learned from it is 0.95.",
        share=share, rows=(["fold", "repetition", "validation accuracy"], rows),
    )  # fmt: skip


def before() -> FoldScores:
    return result(5, np.full((1, 5), math.nan), share=0.0)


def underway() -> FoldScores:
    return result(5, np.array([[0.9, 0.85, math.nan, math.nan, math.nan]]), share=0.4)


def five() -> FoldScores:
    return result(5, np.array([[0.9, 0.85, 0.96, 0.93, 0.91]]))


def repeated() -> FoldScores:
    generator = np.random.default_rng(0)
    return result(10, generator.uniform(0.8, 1.0, (3, 10)))


def one_out() -> FoldScores:
    return result(51, (np.arange(51) % 7 > 0).astype(float)[None])


def time() -> FoldScores:
    return result(4, np.array([[0.5, 0.6, 0.7, 0.72]]), classes=False, in_time=True)
