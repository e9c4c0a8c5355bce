"""How a person's table is read in a written file: by pandas, cell by cell as text, and then column by column.

Only what pandas reads as Playground does: a plain table without rows that were left out while reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from playground.blocks.code import Code, not_written
from playground.data.division import fewer_rows, fold_rows, outer_rows, split, split_groups, split_in_order
from playground.data.own.choice import ChosenColumn, ChosenTable, Missing, Predicts
from playground.data.own.columns import MISSING, TableColumn
from playground.data.own.delimited import Table
from playground.data.own.layout import SEPARATORS
from playground.data.own.outcome import labels_table, numbered, odd

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Division:
    """How the rows come into the parts."""

    train_share: float
    validation_share: float
    groups: int | None
    """The number of the column of groups."""
    in_order: bool
    folds: int
    fold: int
    test_folds: int
    test_fold: int
    seed: int
    train_rows: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a data block asks of its file."""

    file: str
    table: ChosenTable
    tested: bool
    """Whether a second file is the test part."""
    missing: Missing
    fill_value: float
    shape: tuple[int, ...] | None
    """Of a picture, where the columns are its pixels."""
    division: Division

    @property
    def predicts(self) -> Predicts:
        """What the target is."""
        return self.table.predicts


def numbers_in_cells(cells: Iterable[str]) -> Floats:
    """The numbers in a column, (N, 1); NaN where there is none."""

    def number(cell: str) -> float:
        try:
            return float(cell)
        except ValueError:
            return np.nan

    return np.array([[number(cell)] for cell in cells])


def one_hot_of_cells(cells: Iterable[str], values: Iterable[str]) -> Floats:
    """1 in the place of each cell's value, (N, values); NaN where it has none of them."""
    found = np.array([[float(cell == value) for value in values] for cell in cells])
    found[~found.any(axis=1)] = np.nan
    return found


def labels_of_cells(cells: Iterable[str], values: Iterable[str], sign: str) -> Floats:
    """1 for each label that a cell holds, (N, values); NaN where it is empty."""
    parts = [{part.strip() for part in cell.split(sign)} for cell in cells]
    found = np.array([[float(value in part) for value in values] for part in parts])
    found[[part == {""} for part in parts]] = np.nan
    return found


def groups_of_cells(cells: Sequence[str], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of the group of each of these rows, by its cell, (N,); a row with an empty one is alone."""
    names = [cells[row].strip() or f"\0{row}" for row in rows]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def table_code(asked: Reading, table: Table) -> Code:
    """The statements that make features, target and rows of the parts."""
    chosen = asked.table
    problem = _problem(asked, table)
    if problem:
        return not_written(problem)
    columns = list(zip(range(len(chosen.columns)), chosen.columns, table.columns, strict=True))
    features = [_column(number, column, asked) for number, column, _ in columns if not _left(column)]
    layout = chosen.layout
    rows_above = layout.skipped + (layout.below + 1 if layout.header else 0)
    read = (
        f"cells = pd.read_csv({asked.file!r}, sep={SEPARATORS[layout.separator]!r}, skiprows={rows_above}, "
        f"header=None, dtype=str, keep_default_na=False, skipinitialspace=True, encoding={table.codec!r})"
    )
    statements = [
        _escaped(read),
        "cells = cells.apply(lambda column: column.str.strip())",
        "features = np.concatenate([",
        *(f"    {line}," for line in features),
        "], axis=1)",
        *_target([(number, column) for number, column, _ in columns if column.target], asked),
        *_kept(asked),
        *_filled(asked, [(column, found) for _, column, found in columns if not _left(column)]),
        *_pictures(asked),
    ]
    kinds = {column.use for _, column, _ in columns if column.use != "ignored"}
    uses: list[Callable[..., object]] = [*_dividing(asked.division)]
    uses += [numbers_in_cells] if "number" in kinds else []
    uses += [one_hot_of_cells] if "category" in kinds else []
    uses += [labels_of_cells] if "labels" in kinds else []
    return Code("features, target, rows", imports=("import pandas as pd",), uses=tuple(uses), start=tuple(statements))


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _left(column: ChosenColumn) -> bool:
    return column.use == "ignored" or column.target


def _column(number: int, column: ChosenColumn, asked: Reading) -> str:
    cells = f"cells[{number}]"
    if column.use == "number":
        comma = '.str.replace(",", ".")' if asked.table.layout.decimal_comma else ""
        return f"{{numbers_in_cells}}({cells}{comma})"
    values = _escaped(repr(column.values))
    if column.use == "labels":
        return f"{{labels_of_cells}}({cells}, {values}, {(column.sign or ',')!r})"
    return f"{{one_hot_of_cells}}({cells}, {values})"


def _target(targets: list[tuple[int, ChosenColumn]], asked: Reading) -> Iterator[str]:
    if asked.predicts == "nothing":
        yield "target = np.zeros((len(features), 1))"
        return
    made = []
    for number, column in targets:
        code = _column(number, column, asked)
        made.append(f"{code} @ np.arange({len(column.values)}.0)[:, None]" if column.use == "category" else code)
    yield f"target = {made[0]}" if len(made) == 1 else f"target = np.concatenate([{', '.join(made)}], axis=1)"


def _kept(asked: Reading) -> Iterator[str]:
    known, division = "~np.isnan(target).any(axis=1)", asked.division
    if asked.missing == "leave-out":
        known += " & ~np.isnan(features).any(axis=1)"
    yield f"known = {known}  # rows in which nothing is missing"
    yield "features, target = features[known], target[known]"
    if asked.predicts in ("category", "nothing"):
        yield "target = target[:, 0].astype(np.int64)"
    strata = "target" if asked.predicts in ("category", "nothing") else "np.zeros(len(target), dtype=np.int64)"
    shares = f"{division.train_share!r}, {division.validation_share!r}"
    if division.groups is not None and not division.in_order:
        column = f"cells[{division.groups}].tolist()"
        yield f"groups = {{groups_of_cells}}({column}, np.flatnonzero(known))  # whose rows stay together"
    groups = "None" if division.groups is None or division.in_order else "groups"
    if division.test_folds > 1:
        numbers = f"{division.test_folds}, {division.test_fold}, {division.seed}"
        yield f"rows = {{outer_rows}}({strata}, {groups}, {division.in_order}, {shares}, generator, {numbers})"
    elif division.in_order:
        yield f"rows = {{split_in_order}}(len(features), {shares})"
    elif division.groups is not None:
        yield f"rows = {{split_groups}}(groups, {shares}, generator)"
    else:
        yield f"rows = {{split}}({strata}, {shares}, generator)"
    if division.folds > 1:
        numbers = f"{division.folds}, {division.fold}, {division.seed}, {division.in_order}"
        yield f"rows = {{fold_rows}}(rows, {strata}, {groups}, {numbers})"
    if division.train_rows:
        yield f"rows = {{fewer_rows}}(rows, {division.train_rows}, {division.in_order})"


def _dividing(division: Division) -> Iterator[Callable[..., object]]:
    """The functions that `_kept` calls."""
    if division.groups is not None and not division.in_order:
        yield groups_of_cells
    if division.test_folds > 1:
        yield outer_rows
    else:
        yield split_in_order if division.in_order else split if division.groups is None else split_groups
    if division.folds > 1:
        yield fold_rows
    if division.train_rows:
        yield fewer_rows


def _filled(asked: Reading, columns: list[tuple[ChosenColumn, TableColumn]]) -> Iterator[str]:
    """What is missing is filled in, by what is usual in the training part."""
    start = 0
    for chosen, found in columns:
        block, start = slice(start, start + chosen.width), start + chosen.width
        if asked.missing == "leave-out" or not found.count(MISSING):
            continue
        place = f"{block.start}:{block.stop}"
        yield f"gaps = np.isnan(features[:, {block.start}])  # in {_escaped(' '.join(chosen.name.split()))}"
        yield f'known = features[rows["train"]][~gaps[rows["train"]], {place}]'
        yield f"features[gaps, {place}] = {_usual(asked, chosen)}"


def _usual(asked: Reading, chosen: ChosenColumn) -> str:
    if asked.missing == "value" and not chosen.values:
        return repr(asked.fill_value)
    if asked.missing in ("zero", "value"):
        return "0.0"
    if chosen.use == "category":
        return f"np.eye({len(chosen.values)})[known.mean(axis=0).argmax()]  # the most frequent"
    usual = "np.median(known, axis=0)" if asked.missing.startswith("median") else "known.mean(axis=0)"
    return f"np.round({usual})" if chosen.use == "labels" else usual


def _pictures(asked: Reading) -> Iterator[str]:
    if asked.shape is None:
        return
    yield "brightest = next((most for most in (1.0, 16.0, 255.0) if features.max() <= most), features.max())"
    yield f"features = np.clip(features, 0.0, None).reshape(-1, *{asked.shape}) / brightest"


def _problem(asked: Reading, table: Table) -> str:
    """Why pandas would not read the same rows, a sentence; empty where it does."""
    layout, name = asked.table.layout, Path(asked.file).name
    if layout.form != "lines" or layout.separator == "blank":
        return f"“{name}” is no table of lines with a sign between the columns, which pandas would read."
    if asked.tested:
        return f"Two files, “{name}” and another one to test with, are read by Playground’s own reader."
    if table.bad_count or table.short or table.kept < table.rows:
        return f"Of “{name}” some rows are left out or mended by Playground’s own reader."
    for number, (chosen, column) in enumerate(zip(asked.table.columns, table.columns, strict=False)):
        if chosen.use == "ignored":
            continue
        if asked.missing != "leave-out" and odd(column, chosen).any():
            return f"In “{chosen.name}” of “{name}” some cells are neither missing nor what is expected."
        if not _alike(chosen, column, table.texts[number], layout.decimal_comma):
            return f"“{chosen.name}” of “{name}” is written in a form that only Playground’s own reader reads."
    return ""


def _alike(chosen: ChosenColumn, column: TableColumn, cells: Iterable[str], comma: bool) -> bool:
    """Whether the functions of the written file make of the cells what Playground makes of them."""
    stripped = [cell.strip() for cell in cells]
    if chosen.use == "number":
        found = numbers_in_cells(cell.replace(",", ".") if comma else cell for cell in stripped)
        return np.array_equal(found[:, 0], column.cells.numbers, equal_nan=True)
    if chosen.use == "labels":
        return np.array_equal(
            labels_of_cells(stripped, chosen.values, chosen.sign or ","), labels_table(column, chosen), equal_nan=True
        )
    places = {value: number for number, value in enumerate(chosen.values)}
    return bool([places.get(cell, -1) for cell in stripped] == numbered(column, chosen.values).tolist())
