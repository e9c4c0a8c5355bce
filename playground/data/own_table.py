"""Tables of a person's own: a CSV file whose columns were looked at, with one of them to predict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from playground.blocks.base import BlockError
from playground.blocks.signal import Signal
from playground.data import own_files
from playground.data.base import (
    SCALING_HELP,
    ClassDataset,
    Dataset,
    Examples,
    RegressionDataset,
    ScaledDataset,
    Scaling,
    column_signal,
)
from playground.data.delimited import LONGEST_NAME, MOST_COLUMNS, Layout, Table, read_table
from playground.data.own_columns import LONGEST_VALUE, MISSING, MOST_CATEGORIES, TEXT, TableColumn, Use
from playground.data.own_files import CHOOSE, FileRefused, Reading, ReadingStopped
from playground.data.preparation import split
from playground.document.declaration import parameter

Missing = Literal["leave-out", "mean-or-most-frequent", "zero"]
MISSING_HELP = (
    "Rows with a missing feature: leave them out, or fill in the mean of the column (of a category the most frequent "
    "one), measured on the training part, or fill in zero. Rows without a target are always left out."
)
TARGET_NAMES = ("target", "class", "label", "species", "category", "outcome", "result", "y", "quality", "type")
"""Names by which a column to predict often goes."""
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Value = Annotated[str, Field(max_length=LONGEST_VALUE)]


class ChosenColumn(BaseModel):
    """What one column of the file is used as."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    use: Use
    values: tuple[Value, ...] = Field((), max_length=MOST_CATEGORIES)
    """The categories, in order."""
    target: bool = False


class ChosenTable(BaseModel):
    """What was found in a file, and chosen of it: all that must be known without reading it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    rows: int = Field(ge=0)
    """Rows in which nothing is missing."""
    gaps: int = Field(0, ge=0)
    """Further rows in which a feature is missing."""
    layout: Layout = Layout()
    columns: tuple[ChosenColumn, ...] = Field(max_length=MOST_COLUMNS)

    @model_validator(mode="after")
    def _one_target(self) -> ChosenTable:
        targets = [column for column in self.columns if column.target]
        if len(targets) != 1 or targets[0].use == "ignored":
            raise ValueError("exactly one column that is used must be the target")
        if not self.features:
            raise ValueError("there must be a column to predict from")
        if any(column.use == "category" and len(column.values) < 2 for column in self.columns):
            raise ValueError("a column of categories has two or more values")
        return self

    @property
    def target(self) -> ChosenColumn:
        """The column to predict."""
        return next(column for column in self.columns if column.target)

    @property
    def features(self) -> tuple[ChosenColumn, ...]:
        """The columns to predict it from."""
        return tuple(column for column in self.columns if column.use != "ignored" and not column.target)

    def feature_names(self) -> tuple[str, ...]:
        """One name for each number that goes into the network: a category is one-hot."""
        names: list[str] = []
        for column in self.features:
            names += [f"{column.name} = {value}" for value in column.values] if column.values else [column.name]
        return tuple(names)


# What is chosen -------------------------------------------------------------------------------------------------------


def chosen_column(column: TableColumn, use: Use, *, target: bool = False) -> ChosenColumn:
    """A column of a file, used like this."""
    return ChosenColumn(
        name=column.name, use=use, values=column.labels if use == "category" else (), target=target
    )


def first_choice(table: Table) -> tuple[ChosenColumn, ...]:
    """The choice that is offered first: what the columns look like, and the column that is most likely the target.

    Without a column that can be a target none is.
    """
    uses = [column.guess()[0] for column in table.columns]
    used = [number for number, use in enumerate(uses) if use != "ignored"]
    columns = [chosen_column(column, use) for column, use in zip(table.columns, uses, strict=True)]
    if not used:
        return tuple(columns)
    named = [number for number in used if table.columns[number].name.lower() in TARGET_NAMES]
    return with_target(table, columns, named[-1] if named else used[-1])


def with_target(table: Table, columns: Sequence[ChosenColumn], number: int) -> tuple[ChosenColumn, ...]:
    """The same columns with another target. Few whole numbers are then taken for classes, an ignored column for what
    it can be."""
    result = [column.model_copy(update={"target": False}) for column in columns]
    column, use = table.columns[number], columns[number].use
    if use == "number" and column.few_whole_numbers():
        use = "category"
    if use == "ignored":
        use = column.uses()[0] if column.guess()[0] == "ignored" else column.guess()[0]
    result[number] = chosen_column(column, use, target=use != "ignored")
    return tuple(result)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a choice of columns gives."""

    rows: NDArray[np.int64]
    """The rows of the table that are used."""
    unread: NDArray[np.int64]
    """Rows that do not parse: a text where a number should be."""
    reasons: tuple[tuple[int, str], ...]
    """For the first of those: (line, what is wrong)."""
    targetless: int
    """Further rows without a target."""
    gaps: int
    """Further rows with a missing feature, left out or filled in as was chosen."""
    inputs: int
    """Numbers that go in."""
    classes: tuple[str, ...]
    """Empty for a number."""
    problem: str
    """Why this cannot be used; empty when it can."""


MOST_REASONS = 1_000


def outcome(table: Table, columns: Sequence[ChosenColumn], missing: Missing) -> Outcome:
    """What these columns give, as one looks at them in the window. Quick enough to be asked at every click."""
    used = [(column, chosen) for column, chosen in zip(table.columns, columns, strict=True) if chosen.use != "ignored"]
    unread = np.zeros(table.kept, dtype=bool)
    gaps = np.zeros(table.kept, dtype=bool)
    targetless = np.zeros(table.kept, dtype=bool)
    for column, chosen in used:
        if chosen.use == "number":
            unread |= column.cells.states == TEXT
        (targetless if chosen.target else gaps)[column.cells.states == MISSING] = True
    targetless &= ~unread
    gaps &= ~unread & ~targetless
    rows = np.flatnonzero(~unread & ~targetless & (~gaps if missing == "leave-out" else True))
    target = next(((column, chosen) for column, chosen in used if chosen.target), None)
    classes: tuple[str, ...] = ()
    if target is not None and target[1].use == "category" and target[0].codes is not None:
        present = np.unique(target[0].codes[rows])
        classes = tuple(target[0].labels[number] for number in present if number >= 0)
    inputs = sum(len(chosen.values) or 1 for _, chosen in used if not chosen.target)
    wrong = np.flatnonzero(unread)
    return Outcome(
        rows=rows,
        unread=wrong,
        reasons=tuple(_reasons(table, [column for column, chosen in used if chosen.use == "number"], wrong)),
        targetless=int(targetless.sum()),
        gaps=int(gaps.sum()),
        inputs=inputs,
        classes=classes,
        problem=_problem(target is not None, inputs, len(rows), target is not None and bool(target[1].values), classes),
    )


def sentence(table: Table, columns: Sequence[ChosenColumn], found: Outcome) -> str:
    """What will be made of a file, in words: rows, numbers in, classes or a number out, and what is left out."""
    if found.problem:
        return found.problem
    target = next(column for column in columns if column.target)
    out = f"{len(found.classes)} classes out" if found.classes else f"one number out, “{target.name}”"
    words = f"{_counted(len(found.rows), 'row')}: {_counted(found.inputs, 'number')} in, {out}."
    gaps = found.gaps if len(found.rows) + len(found.unread) + found.targetless < table.kept else 0
    bad = len(found.unread) + table.bad_count
    left = [
        f"{_counted(bad, 'row')} that {'do' if bad != 1 else 'does'} not parse" if bad else "",
        f"{found.targetless:,} without a target" if found.targetless else "",
        f"{gaps:,} with missing values" if gaps else "",
    ]
    if any(left):
        words += f" Left out: {', '.join(part for part in left if part)}."
    if table.stride > 1:
        words += f" Of the {table.rows:,} rows of the file every {_ordinal(table.stride)} is read."
    return words


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def _ordinal(number: int) -> str:
    return {1: "single one", 2: "second"}.get(number, f"{number:,}th" if number % 10 != 2 else f"{number:,}nd")


def _reasons(table: Table, columns: Sequence[TableColumn], rows: NDArray[np.int64]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for row in rows[:MOST_REASONS].tolist():
        bad = [column.name for column in columns if column.cells.states[row] == TEXT]
        more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        found.append((int(table.lines[row]), f"no number in “{bad[0]}”{more}"))
    return found


def _problem(has_target: bool, inputs: int, rows: int, categories: bool, classes: tuple[str, ...]) -> str:
    if not has_target:
        return "Choose the column to predict."
    if not inputs:
        return "Use at least one more column: there is nothing to predict the target from."
    if not rows:
        return "No row is left. Use other columns, or fill in what is missing."
    if categories and len(classes) < 2:
        return "Only one class is left in the target. Choose another column to predict."
    return ""


def chosen_table(table: Table, columns: Sequence[ChosenColumn], missing: Missing) -> ChosenTable:
    """What a project keeps of this choice. Raises FileRefused when nothing can be learned from it."""
    found = outcome(table, columns, missing)
    if found.problem:
        raise FileRefused(found.problem)
    kept = [
        column.model_copy(update={"values": found.classes}) if column.target and found.classes else column
        for column in columns
    ]
    return ChosenTable(
        size=table.size,
        sha256=table.sha256,
        rows=len(found.rows) - (0 if missing == "leave-out" else found.gaps),
        gaps=found.gaps,
        layout=table.layout,
        columns=tuple(kept),
    )


# The datasets ---------------------------------------------------------------------------------------------------------


class OwnTable(ScaledDataset):
    """Base of the tables that are read from a file of the person's own."""

    licence: ClassVar[str] = "From a file of yours."
    own: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("file",)
    predicts: ClassVar[Use]

    file: str = parameter("", max_length=4_096, help="Where the CSV file is.")
    table: ChosenTable | None = parameter(None, help="What was found in the file and chosen of it, column by column.")
    missing: Missing = parameter("leave-out", label="Missing values", help=MISSING_HELP)
    scaling: Scaling = parameter("standardize", help=SCALING_HELP)

    def feature_signal(self) -> Signal:
        return column_signal(len(self.table.feature_names()) if self.table is not None else 1)

    def subtitle(self) -> str:
        if self.table is None:
            return "no file yet"
        return f"{Path(self.file).name} · {self.rows():,} rows"

    def rows(self) -> int:
        """Rows that are used, as far as is known without reading the file."""
        if self.table is None:
            return 0
        return self.table.rows + (0 if self.missing == "leave-out" else self.table.gaps)

    def expect(self, *inputs: Signal) -> None:
        """Refuse a file that is missing, has changed or was not looked at. Raises BlockError."""
        if not self.file:
            raise BlockError(f"{self.title} has no file yet. Choose a CSV file of yours.", CHOOSE)
        name = Path(self.file).name
        if self.table is None:
            raise BlockError(f"The columns of “{name}” are not known yet. Choose the file again.", CHOOSE)
        if self.table.target.use != self.predicts:
            predicted = "numbers" if self.predicts == "number" else "classes"
            raise BlockError(
                f"{self.title} predicts {predicted}, but “{self.table.target.name}” is none. Choose its file again.",
                CHOOSE,
            )
        own_files.expect_file(self.title, self.file, self.table.size, self.table.sha256)
        super().expect(*inputs)

    def generate(self, generator: np.random.Generator) -> Examples:
        table, chosen = self._read()
        columns = {column.name: column for column in table.columns}
        if any(column.name not in columns for column in chosen.columns):
            raise own_files.changed(Path(self.file), CHOOSE)
        features = np.concatenate([_inputs(columns[column.name], column) for column in chosen.features], axis=1)
        target = _target(columns[chosen.target.name], chosen.target)
        kept = outcome(table, _in_order(table, chosen), self.missing).rows
        if chosen.target.use == "category":
            kept = kept[target[kept] >= 0]
        if not len(kept):
            raise BlockError(f"No row of “{Path(self.file).name}” can be used. Choose its columns again.", CHOOSE)
        features = features[kept]
        examples = Examples(features, target[kept], chosen.feature_names(), chosen.target.values)
        parts = split(examples, self.train_share, self.validation_share, generator)
        _fill(features, parts["train"], chosen, self.missing)
        return replace(examples, rows=parts)

    def _read(self) -> tuple[Table, ChosenTable]:
        assert self.table is not None
        try:
            table = read_table(Path(self.file), self.table.layout, Reading())
        except FileRefused as error:
            raise BlockError(str(error), CHOOSE) from error
        except ReadingStopped as error:
            raise BlockError("Reading was stopped.", CHOOSE) from error
        if table.sha256 != self.table.sha256:
            raise own_files.changed(Path(self.file), CHOOSE)
        return table, self.table


def _in_order(table: Table, chosen: ChosenTable) -> list[ChosenColumn]:
    """The choice for every column of the file; those that it does not speak of are ignored."""
    by_name = {column.name: column for column in chosen.columns}
    return [by_name.get(column.name, ChosenColumn(name=column.name, use="ignored")) for column in table.columns]


def _inputs(column: TableColumn, chosen: ChosenColumn) -> NDArray[np.float32]:
    """Features of one column, (N, 1) or one-hot (N, k); NaN where a cell is missing."""
    if chosen.use == "number":
        return column.cells.numbers.astype(np.float32)[:, None]
    numbers = _numbered(column, chosen.values)
    result = np.full((len(numbers), len(chosen.values)), np.nan, dtype=np.float32)
    known = numbers >= 0
    result[known] = np.eye(len(chosen.values), dtype=np.float32)[numbers[known]]
    return result


def _target(column: TableColumn, chosen: ChosenColumn) -> NDArray[np.float32] | NDArray[np.int64]:
    if chosen.use == "number":
        return column.cells.numbers.astype(np.float32)[:, None]
    return _numbered(column, chosen.values)


def _numbered(column: TableColumn, values: tuple[str, ...]) -> NDArray[np.int64]:
    """The place of each cell among the chosen values, −1 where it is none of them."""
    place = {value: number for number, value in enumerate(values)}
    recode = np.array([*(place.get(label, -1) for label in column.labels), -1], dtype=np.int64)
    codes = column.codes if column.codes is not None else np.full(len(column.cells.states), -1, dtype=np.int32)
    return recode[codes]


def _fill(features: NDArray[np.float32], train: NDArray[np.int64], chosen: ChosenTable, missing: Missing) -> None:
    """Fill in what is missing, in place: zeros, or what the training part says is usual."""
    start = 0
    for column in chosen.features:
        block = features[:, start : start + max(1, len(column.values))]
        start += block.shape[1]
        gaps = np.isnan(block[:, 0])
        if not gaps.any():
            continue
        known = block[train][~gaps[train]]
        usual = np.zeros(block.shape[1], dtype=np.float32)
        if missing != "zero" and len(known):
            usual = known.mean(axis=0, dtype=np.float64).astype(np.float32)
            if column.values:
                usual = np.eye(len(column.values), dtype=np.float32)[int(usual.argmax())]
        block[gaps] = usual


class OwnClassTable(OwnTable, ClassDataset):
    """A person's table with a class to predict."""

    id: ClassVar[str] = "own-table"
    title: ClassVar[str] = "My table"
    summary: ClassVar[str] = "A CSV file of yours, with a column of classes to predict. Drop it on the window."
    question: ClassVar[str] = "Which class does a row of your table belong to?"
    predicts: ClassVar[Use] = "category"

    def class_names(self) -> tuple[str, ...]:
        return self.table.target.values if self.table is not None else ()


class OwnNumberTable(OwnTable, RegressionDataset):
    """A person's table with a number to predict."""

    id: ClassVar[str] = "own-table-numbers"
    title: ClassVar[str] = "My table (numbers)"
    summary: ClassVar[str] = "A CSV file of yours, with a column of numbers to predict. Drop it on the window."
    question: ClassVar[str] = "Which number belongs to a row of your table?"
    predicts: ClassVar[Use] = "number"

    target_scaling: Scaling = parameter(
        "standardize", label="Target scaling", help="Mean 0 and deviation 1 are easy to learn, whatever the unit."
    )

    def target_names(self) -> tuple[str, ...]:
        return (self.table.target.name if self.table is not None else "y",)


def dataset_of(table: Table, columns: Sequence[ChosenColumn], missing: Missing) -> OwnTable:
    """The block for a choice of columns. Raises FileRefused when nothing can be learned from it."""
    chosen = chosen_table(table, columns, missing)
    cls = OwnClassTable if chosen.target.use == "category" else OwnNumberTable
    return cls(file=str(table.path), table=chosen, missing=missing)


DATASETS: tuple[type[Dataset], ...] = (OwnClassTable, OwnNumberTable)
