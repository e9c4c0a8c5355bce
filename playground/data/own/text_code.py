"""How a person's labelled texts are read in a written file: row by row, and cut into tokens."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playground.blocks.code import Code
from playground.data.division import fold_rows, outer_rows, split


def labelled_rows(
    file: str, encoding: str, separator: str, skipped: int, columns: tuple[int, int], classes: Sequence[str]
) -> list[tuple[str, int]]:
    """The texts that have a class, with its number; `columns` are those of texts and classes."""
    with Path(file).open(encoding=encoding, newline="") as opened:
        rows = list(csv.reader(opened, delimiter=separator, skipinitialspace=True))[skipped:]
    found = [(row[columns[0]], row[columns[1]].strip()) for row in rows if len(row) > max(columns)]
    return [(text, classes.index(name)) for text, name in found if text.strip() and name in classes]


def numbered_tokens(
    texts: Sequence[Sequence[str]], vocabulary: Sequence[str], learned: Iterable[int], length: int
) -> NDArray[np.int64]:
    """The texts as numbers (N, length), filled up at their beginning; what those that are `learned` from do not hold
    is unknown."""
    known = {token for row in learned for token in texts[row]}
    place = {token: number for number, token in enumerate(vocabulary) if token in known}
    result = np.zeros((len(texts), length), dtype=np.int64)
    for row, text in enumerate(texts):
        if text:
            result[row, -len(text) :] = [place.get(token, 1) for token in text]
    return result


def texts_code(
    reading: tuple[str, str, str, int, tuple[int, int], tuple[str, ...]], tokens: Callable[..., list[str]], kind: str,
    vocabulary: tuple[str, ...], length: int, division: Iterable[str],
) -> Code:  # fmt: skip
    """The statements that make features, target and rows; `reading` is what `labelled_rows` is given."""
    arguments = ", ".join(map(repr, reading))
    lines = [
        _escaped(f"found = {{labelled_rows}}({arguments})", "labelled_rows"),
        f"texts = [{{{tokens.__name__}}}(text, {kind!r})[:{length}] for text, _ in found]",
        "target = np.array([number for _, number in found], dtype=np.int64)",
        *division,
        _escaped(f"vocabulary = {vocabulary!r}", ""),
        f'features = {{numbered_tokens}}(texts, vocabulary, rows["train"].tolist(), {length})',
    ]
    uses: list[Callable[..., object]] = [labelled_rows, tokens, numbered_tokens]
    dividing: tuple[Callable[..., object], ...] = (split, outer_rows, fold_rows)
    uses += [one for one in dividing if any(f"{{{one.__name__}}}" in line for line in lines)]
    return Code("features, target, rows", uses=tuple(uses), start=tuple(lines))


def division_lines(
    shares: tuple[float, float], folds: tuple[int, int], test_folds: tuple[int, int], seed: int
) -> Iterator[str]:
    """How rows with a `target` come into the parts."""
    if test_folds[0] > 1:
        numbers = f"{test_folds[0]}, {test_folds[1]}, {seed}"
        yield f"rows = {{outer_rows}}(target, None, False, {shares[0]!r}, {shares[1]!r}, generator, {numbers})"
    else:
        yield f"rows = {{split}}(target, {shares[0]!r}, {shares[1]!r}, generator)  # every class in every part"
    if folds[0] > 1:
        yield f"rows = {{fold_rows}}(rows, target, None, {folds[0]}, {folds[1]}, {seed}, False)"


def _escaped(text: str, called: str) -> str:
    """Braces doubled but those of the call."""
    doubled = text.replace("{", "{{").replace("}", "}}")
    return doubled.replace(f"{{{{{called}}}}}", f"{{{called}}}") if called else doubled
