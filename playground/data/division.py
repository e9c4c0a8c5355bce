"""How examples come into the three parts: by chance, in order, whole groups together, and in folds."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import BlockError, Fix
from playground.data.parts import PARTS, Part

Rows = NDArray[np.int64]


def split(
    strata: NDArray[Any], train_share: float, validation_share: float, generator: np.random.Generator
) -> dict[Part, Rows]:
    """Row numbers of the three parts, each shuffled. Every class is spread by the same shares.

    `strata` (N,) has the class of each row, or one number for all.
    Every class has its share of every part to within one row, and what rounding takes from a part in one class it gives
    back in the next. Every class has at least one row in train, if need be at the cost of another part. What train and
    validation leave is test.
    """
    validation_share = min(validation_share, 1.0 - train_share)
    shares = np.array([train_share, validation_share, max(0.0, 1.0 - train_share - validation_share)])
    owed = np.zeros(3)
    chosen: list[list[Rows]] = [[np.zeros(0, dtype=np.int64)] for _ in PARTS]
    for stratum in np.unique(strata):
        rows = generator.permutation(np.flatnonzero(strata == stratum))
        owed += len(rows) * shares
        sizes = _whole_sizes(len(rows), len(rows) * shares, owed)
        owed -= sizes
        for part, found in zip(chosen, np.split(rows, np.cumsum(sizes)[:2]), strict=True):
            part.append(found)
    joined = (generator.permutation(np.concatenate(part)).astype(np.int64) for part in chosen)
    return dict(zip(PARTS, joined, strict=True))


def _whole_sizes(count: int, ideal: NDArray[np.float64], owed: NDArray[np.float64]) -> Rows:
    """Whole sizes of the three parts of `count` rows, near the ideal ones; odd rows go to the parts most owed to."""
    sizes = np.floor(ideal + 1e-9).astype(np.int64)
    due = np.where(ideal - sizes > 1e-9, np.round(owed - sizes, 9), -np.inf)
    sizes[np.argsort(-due, kind="stable")[: count - sizes.sum()]] += 1
    if sizes[0] == 0:
        sizes[0] += 1
        sizes[sizes[1:].argmax() + 1] -= 1
    return sizes


def split_in_order(count: int, train_share: float, validation_share: float) -> dict[Part, Rows]:
    """Row numbers of the three parts, one behind the other: the first rows to learn from, the last to test with."""
    first = max(1, round(count * train_share))
    second = max(first, round(count * min(1.0, train_share + validation_share)))
    every = np.arange(count, dtype=np.int64)
    return {"train": every[:first], "validation": every[first:second], "test": every[second:]}


def split_groups(
    groups: NDArray[Any], train_share: float, validation_share: float, generator: np.random.Generator
) -> dict[Part, Rows]:
    """Row numbers of the three parts, each shuffled, so that all rows of a group (N,) are in one part.

    Groups come by chance to the part that lacks most rows, so that the shares are kept as nearly as whole groups can.
    """
    validation_share = min(validation_share, 1.0 - train_share)
    lacks = len(groups) * np.array([train_share, validation_share, max(0.0, 1.0 - train_share - validation_share)])
    names, numbers, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    places = np.zeros(len(names), dtype=np.int64)
    for group in generator.permutation(len(names)).tolist():
        places[group] = lacks.argmax()
        lacks[places[group]] -= sizes[group]
    if len(names) and not (places == 0).any():
        places[0] = 0  # nothing could be learned without
    return {
        part: generator.permutation(np.flatnonzero(places[numbers] == place)).astype(np.int64)
        for place, part in enumerate(PARTS)
    }


def split_rows(
    strata: NDArray[Any], groups: NDArray[Any] | None, in_order: bool, train_share: float, validation_share: float,
    generator: np.random.Generator,
) -> dict[Part, Rows]:  # fmt: skip
    """The three parts: in order, in whole groups where there are groups (N,), else by chance with even classes."""
    if in_order:
        return split_in_order(len(strata), train_share, validation_share)
    if groups is not None:
        return split_groups(groups, train_share, validation_share, generator)
    return split(strata, train_share, validation_share, generator)


def outer_rows(
    strata: NDArray[Any], groups: NDArray[Any] | None, in_order: bool, train_share: float, validation_share: float,
    generator: np.random.Generator, test_folds: int, test_fold: int, seed: int,
) -> dict[Part, Rows]:  # fmt: skip
    """The three parts, with one of so many folds of all rows as the test part; the shares divide the others."""
    every = np.arange(len(strata), dtype=np.int64)
    whole: dict[Part, Rows] = {"train": every, "validation": every[:0], "test": every[:0]}
    outer = fold_rows(whole, strata, groups, test_folds, test_fold, seed, in_order)
    rest = np.sort(outer["train"])
    share = train_share / (train_share + min(validation_share, 1.0 - train_share))
    belongs = groups[rest] if groups is not None else None
    inner = split_rows(strata[rest], belongs, in_order, share, 1.0 - share, generator)
    others = np.concatenate([inner["validation"], inner["test"]])
    return {"train": rest[inner["train"]], "validation": rest[others], "test": outer["validation"]}


def fold_rows(
    rows: dict[Part, Rows], strata: NDArray[Any], groups: NDArray[Any] | None, folds: int, fold: int, seed: int,
    in_order: bool = False,
) -> dict[Part, Rows]:  # fmt: skip
    """The parts of one fold of a cross-validation: test stays; of the other rows one fold is validation, all other
    folds are train.

    The splitters are those of scikit-learn: in time where the rows are in order, whole groups together where there are
    groups, one row alone where there are as many folds as rows, and every class spread evenly over the folds where its
    rows suffice. Folds are counted from 1; those beyond `folds` belong to a repetition, shuffled anew.
    """
    from sklearn import model_selection

    known = np.sort(np.concatenate([rows["train"], rows["validation"]]))
    classes, repetition = strata[known], (fold - 1) // folds
    belongs = groups[known] if groups is not None else None
    random, counts = seed + repetition, np.unique(classes, return_counts=True)[1]
    even = len(counts) > 1 and counts.min() >= folds
    if in_order:
        splitter = model_selection.TimeSeriesSplit(folds)
    elif belongs is not None and folds == len(np.unique(belongs)):
        splitter = model_selection.LeaveOneGroupOut()
    elif belongs is not None:
        splitter = model_selection.StratifiedGroupKFold(folds, shuffle=True, random_state=random)
        classes = classes if even else np.zeros_like(classes)
    elif folds == len(known):
        splitter = model_selection.LeaveOneOut()
    elif even:
        splitter = model_selection.StratifiedKFold(folds, shuffle=True, random_state=random)
    else:
        splitter = model_selection.KFold(folds, shuffle=True, random_state=random)
    train, validation = list(splitter.split(known, classes, belongs))[(fold - 1) % folds]
    if not in_order:
        train = np.random.default_rng(seed).permutation(train)  # whoever looks at the first rows sees all classes
    return {"train": known[train], "validation": known[validation], "test": rows["test"]}


def fewer_rows(rows: dict[Part, Rows], count: int, in_order: bool) -> dict[Part, Rows]:
    """The same parts with so many rows to learn from at most: any, or the latest where they are in order."""
    return {**rows, "train": rows["train"][-count:] if in_order else rows["train"][:count]}


def keep_labels(rows: dict[Part, Rows], classes: Rows, count: int, seed: int) -> dict[str, Rows]:
    """The same parts with only so many rows to learn from, which keep their label; the others are `unlabelled`.

    Every class (of each row, (N,)) has its share of the labels, and at least one where there are as many labels as
    classes. Which rows keep theirs is drawn by `seed`; more labels are those of fewer, and others.
    """
    train = rows["train"]
    drawn = np.random.default_rng(seed).permutation(len(train))
    of = classes[train[drawn]]
    order = np.argsort(of, kind="stable")
    sizes = np.bincount(of)
    ranks = np.empty(len(of), dtype=np.int64)
    ranks[order] = np.arange(len(of)) - np.repeat(np.cumsum(sizes) - sizes, sizes)  # 0 for the first of its class
    turns = np.lexsort(((ranks + 0.5) / sizes[of], ranks > 0))
    kept = np.zeros(len(train), dtype=bool)
    kept[drawn[turns[:count]]] = True
    others = {"validation": rows["validation"], "test": rows["test"]}
    return {"train": train[kept], **others, "unlabelled": train[~kept]}


def folds_in_time(
    first: int, second: int, folds: int, fold: int, unit: int, title: str
) -> tuple[int, int, int]:
    """Where the training time ends, where the validation time does, and where the test time begins, in steps.

    Without folds the first two are `first` and `second`, where the test time begins. A fold in time learns from all
    that is before its validation time (Hyndman & Athanasopoulos 2021, Forecasting, 5.10), both of at least `unit`
    steps. Raises BlockError for more folds than there is time for.
    """
    if folds < 2:
        return first, second, second
    refuse_folds(title, second // unit, folds, fold, repeats=False, least=folds + 1)
    from sklearn.model_selection import TimeSeriesSplit

    train, validation = next(itertools.islice(TimeSeriesSplit(folds).split(np.zeros(second)), fold - 1, None))
    return len(train), int(validation[-1]) + 1, second


def refuse_folds(
    title: str, count: int, folds: int, fold: int, *, repeats: bool, least: int = 0, prefix: str = ""
) -> None:
    """Refuse more folds than there are rows, or groups, and repetitions where nothing can be shuffled.

    `prefix` begins the names of the two parameters. Raises BlockError.
    """
    least, every, one = least or folds, f"{prefix}folds", f"{prefix}fold"
    if count < least:
        most = count - (least - folds)
        fixes = [Fix("No folds", "set", parameters={every: 0})]
        if most >= 2:
            fixes.insert(0, Fix(f"Make {most} folds", "set", parameters={every: most, one: 1}))
        raise BlockError(f"{title} cannot be divided into {folds} folds: there are {count} to divide.", *fixes)
    if fold > folds and not repeats:
        raise BlockError(
            f"{title} has no fold {fold}: there are {folds}, and as nothing is shuffled there is no repetition.",
            Fix(f"Take fold {folds}", "set", parameters={one: folds}),
        )


def parts_of_time(count: int, cuts: tuple[int, int, int]) -> NDArray[np.int8]:
    """The part of every step of time, as its place in PARTS; −1 between a fold in time and the test time."""
    places = np.arange(count)
    found = np.select([places < cuts[0], places < cuts[1], places >= cuts[2]], [0, 1, 2], -1)
    return found.astype(np.int8)


def fold_words(folds: int, fold: int) -> str:
    """Which fold it is: “fold 2 of 5”; empty without folds."""
    if folds < 2:
        return ""
    again = (fold - 1) // folds
    return f"fold {(fold - 1) % folds + 1} of {folds}" + (f", repetition {again + 1}" if again else "")
