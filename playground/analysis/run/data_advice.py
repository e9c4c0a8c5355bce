"""Advice about data before a network learns from them: unscaled, unbalanced, or telling the answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from playground.analysis.run.advice import Advice, Offer
from playground.analysis.subject import Subject
from playground.data.base import Dataset, Part, RegressionDataset
from playground.data.preparation import Prepared

FAR = 30.0
"""Numbers this large, or this many times as spread as those of another column, are hard to learn from."""
FAR_TARGET = 100.0
"""The same for numbers that are to be predicted."""
RARE = 0.2
"""A class with less than this part of its even share is rare."""
MOST_ROWS = 5_000
"""Training examples that are looked at."""
LEAST_ROWS = 40
"""With fewer examples, a column that tells the answer may be chance."""
REPEATED = 0.02
"""From this share of the test examples on, repeated rows are told."""
TELLS = 0.99999
"""A correlation above this is no correlation but the answer."""


def of_data(subject: Subject) -> tuple[Advice, ...]:
    """What the data of a network tell, the gravest first."""
    found = [advice for node, prepared in subject.prepared.items() for advice in _of_one(subject, node, prepared)]
    order = ("leaked", "unscaled", "unbalanced")
    return tuple(sorted(found, key=lambda advice: order.index(advice.kind)))


def _of_one(subject: Subject, node: str, prepared: Prepared) -> Iterator[Advice]:
    title = subject.title(node)
    train = prepared.parts["train"]
    features = train.get("features")
    if features is None or features.dtype != np.float32 or features.ndim != 2 or len(features) < 2:
        return
    looked_at = np.asarray(features[:MOST_ROWS], dtype=np.float32)
    if prepared.dataset.own:
        yield from _leaked(title, prepared, looked_at)
    yield from _unscaled(title, node, prepared, looked_at)
    yield from _unbalanced(title, node, prepared)


# Scale ----------------------------------------------------------------------------------------------------------------


def _unscaled(title: str, node: str, prepared: Prepared, features: NDArray[np.float32]) -> Iterator[Advice]:
    dataset, names = prepared.dataset, prepared.feature_names
    can = "scaling" in type(dataset).model_fields
    spread = features.std(axis=0, dtype=np.float64)
    size = np.abs(features).max(axis=0)
    varying = spread > 0.0
    if can and varying.any():
        widest = int(np.argmax(np.where(varying, spread, 0.0)))
        narrowest = int(np.argmin(np.where(varying, spread, np.inf)))
        largest = int(np.argmax(size))
        times = float(spread[widest] / spread[narrowest])
        words = f"{_name(names, largest)} reaches {size[largest]:,.4g}"
        if times > FAR:
            words += f", and {_name(names, widest)} varies {times:,.0f} times as much as {_name(names, narrowest)}"
        if times > FAR or float(size[largest]) > FAR:
            yield Advice(
                "unscaled",
                f"The inputs of {title} are not scaled: {words}.",
                "Columns of one scale are learned from much faster, and with larger learning rates.",
                (Offer("Standardize the inputs", "Standardize", edits=((node, {"scaling": "standardize"}),)),),
                f"The inputs of {title} are not scaled.",
            )
    yield from _unscaled_target(title, node, dataset, prepared)


def _unscaled_target(title: str, node: str, dataset: Dataset, prepared: Prepared) -> Iterator[Advice]:
    if not isinstance(dataset, RegressionDataset):
        return
    target = prepared.parts["train"]["target"]
    largest = float(np.abs(target).max(initial=0.0))
    if largest > FAR_TARGET:
        yield Advice(
            "unscaled",
            f"The target of {title} reaches {largest:,.4g}: errors begin huge, and steps are too long or too short.",
            "A standardized target is learned faster; errors are still told in its own unit.",
            (Offer("Standardize the target", edits=((node, {"target_scaling": "standardize"}),)),),
            f"The target of {title} is not scaled.",
        )


def _name(names: tuple[str, ...], column: int) -> str:
    return f"“{names[column]}”" if column < len(names) else f"input {column + 1}"


# Balance --------------------------------------------------------------------------------------------------------------


def _unbalanced(title: str, node: str, prepared: Prepared) -> Iterator[Advice]:
    weighs = getattr(prepared.dataset, "weigh_classes", None)
    if prepared.class_numbers is None or weighs:
        return
    names = prepared.class_names
    counts = np.bincount(prepared.class_numbers["train"], minlength=len(names))
    total = int(counts.sum())
    if len(names) < 2 or not total:
        return
    rare, common = int(counts.argmin()), int(counts.argmax())
    if counts[rare] >= RARE * total / len(names):
        return
    weigh = () if weighs is None else (Offer("Weigh the classes", edits=((node, {"weigh_classes": True}),)),)
    yield Advice(
        "unbalanced",
        f"Only {counts[rare] / total:.1%} of the examples of {title} are “{names[rare]}”: always saying "
        f"“{names[common]}” is right for {counts[common] / total:.0%}.",
        "Accuracy hides the rare class. Look at its row in the confusion matrix, and weigh the classes.",
        (*weigh, Offer("Look at the confusion matrix", "Confusion matrix", view="confusion-matrix")),
        f"Only {counts[rare] / total:.1%} of the examples are “{names[rare]}”.",
    )


# Leaks ----------------------------------------------------------------------------------------------------------------


def _leaked(title: str, prepared: Prepared, features: NDArray[np.float32]) -> Iterator[Advice]:
    column = _telling_column(prepared, features)
    if column is not None:
        yield Advice(
            "leaked",
            f"In {title}, {_name(prepared.feature_names, column)} alone tells the answer in all {len(features):,} "
            "examples. Is it known before the answer is?",
            "A column that follows from the answer makes a network that is right here and useless elsewhere.",
            brief=f"{_name(prepared.feature_names, column)} alone tells the answer.",
        )
    share = _seen_before(prepared)
    if share >= REPEATED:
        yield Advice(
            "leaked",
            f"{share:.0%} of the test examples of {title} are in the training part too, number for number.",
            "What was seen in training is no test. Remove repeated rows from the file.",
            brief=f"{share:.0%} of the test examples are in the training part.",
        )


def _telling_column(prepared: Prepared, features: NDArray[np.float32]) -> int | None:
    """A column from which the target follows: by thresholds, one for each further class, or on a straight line."""
    if len(features) < LEAST_ROWS:
        return None
    if prepared.class_numbers is not None:
        classes = prepared.class_numbers["train"][: len(features)]
        kinds = len(np.unique(classes))
        if kinds < 2:
            return None
        return next((index for index, column in enumerate(features.T) if _parts(column, classes) == kinds - 1), None)
    target = prepared.parts["train"]["target"][: len(features)].reshape(len(features), -1)
    if target.shape[1] != 1 or features.shape[1] < 2 or not float(target.std()) > 0.0:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        for index, column in enumerate(features.T.astype(np.float64)):
            if column.std() > 0.0 and abs(np.corrcoef(column, target[:, 0])[0, 1]) > TELLS:
                return index
    return None


def _parts(column: NDArray[np.float32], classes: NDArray[np.int64]) -> int:
    """How often the class changes along a column; more than there are classes where equal numbers have several."""
    order = np.lexsort((classes, column))
    ordered, values = classes[order], column[order]
    changes = ordered[1:] != ordered[:-1]
    mixed = changes & (values[1:] == values[:-1])
    return len(column) if mixed.any() else int(changes.sum())


def _seen_before(prepared: Prepared) -> float:
    """The share of test examples that are in the training part; 0 where repeated rows are the nature of the data."""
    train, test = _rows(prepared, "train"), _rows(prepared, "test")
    known = set(train)
    if not test or len(known) < 0.8 * len(train):
        return 0.0
    return float(np.mean([row in known for row in test]))


def _rows(prepared: Prepared, part: Part) -> list[bytes]:
    ports = prepared.parts[part]
    features, target = ports["features"][:MOST_ROWS], ports["target"][:MOST_ROWS]
    return [row.tobytes() + answer.tobytes() for row, answer in zip(features, target, strict=True)]
