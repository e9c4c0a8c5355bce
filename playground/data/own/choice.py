"""What is chosen of a person's table: the use of every column, and the guess that is offered first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from playground.data.own.columns import (
    LONGEST_VALUE,
    MISSING,
    MOST_CATEGORIES,
    MOST_LABELS,
    NUMBER,
    ROW_NAMES,
    TEXT,
    TableColumn,
    Use,
)
from playground.data.own.delimited import LONGEST_NAME, MOST_COLUMNS, Table
from playground.data.own.layout import Layout

Predicts = Literal["category", "number", "labels", "nothing", ""]
"""What the target is; "nothing" where there is none, so that the columns themselves are to be drawn again."""
Missing = Literal["leave-out", "mean-or-most-frequent", "median-or-most-frequent", "zero", "value"]
MISSING_HELP = (
    "Rows with a missing feature: leave them out, or fill in the mean or median of the column (of a category the most "
    "frequent one), measured on the training part, or zero, or a value of yours. Rows without a target are always left "
    "out."
)
TARGET_NAMES = ("target", "class", "label", "labels", "species", "category", "outcome", "result", "diagnosis",
                "quality", "type", "kind", "response", "survived", "churn", "default", "fraud", "price",
                "medv")  # fmt: skip
"""Names by which a column to predict often goes."""
FEWEST_PIXELS = 16
ENOUGH = 0.9
"""Where leaving out the rows with gaps keeps a smaller share of the rows, gaps are filled in at first."""
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Value = Annotated[str, Field(max_length=LONGEST_VALUE)]


class ChosenColumn(BaseModel):
    """What one column of the file is used as."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    use: Use
    values: tuple[Value, ...] = Field((), max_length=MOST_CATEGORIES)
    """The categories, or the labels, in order."""
    target: bool = False
    sign: str = Field("", max_length=2)
    """What stands between several labels of one cell."""

    @property
    def width(self) -> int:
        """Numbers that go in."""
        return len(self.values) or 1


class TestFile(BaseModel):
    """A second file, whose rows are the test part."""

    __test__ = False
    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    rows: int = Field(ge=0)


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
    counts: tuple[int, ...] = Field((), max_length=MOST_CATEGORIES)
    """Rows of each class, with gaps or without."""
    test: TestFile | None = None

    @model_validator(mode="after")
    def _sound(self) -> ChosenTable:
        if not predicts(self.columns):
            raise ValueError("the target must be one column, several numbers or yes-or-no columns, or none")
        if not self.features:
            raise ValueError("there must be a column to predict from")
        if any(column.use in ("category", "labels") and len(column.values) < 2 for column in self.columns):
            raise ValueError("a column of categories has two or more values")
        return self

    @property
    def predicts(self) -> Predicts:
        """What the target is."""
        return predicts(self.columns)

    @property
    def targets(self) -> tuple[ChosenColumn, ...]:
        """The columns to predict."""
        return tuple(column for column in self.columns if column.target)

    @property
    def target(self) -> ChosenColumn:
        """The column to predict, or the first of them."""
        return self.targets[0]

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

    def target_names(self) -> tuple[str, ...]:
        """One name for each number to predict; of a class its values."""
        return target_names(self.columns)


def predicts(columns: Sequence[ChosenColumn]) -> Predicts:
    """What the chosen targets are; empty when they do not go together, or nothing is used at all."""
    targets = [column for column in columns if column.target]
    if not targets:
        return "nothing" if any(column.use != "ignored" for column in columns) else ""
    uses = {column.use for column in targets}
    if uses == {"number"}:
        return "number"
    if uses == {"category"} and len(targets) == 1:
        return "category"
    if uses == {"labels"} or (uses == {"category"} and all(len(column.values) == 2 for column in targets)):
        return "labels"
    return ""


def target_names(columns: Sequence[ChosenColumn]) -> tuple[str, ...]:
    """One name for each number to predict, or each class."""
    targets = [column for column in columns if column.target]
    if predicts(columns) == "category" or any(column.use == "labels" for column in targets):
        return tuple(value for column in targets for value in column.values)
    return tuple(column.name for column in targets)


def chosen_column(
    column: TableColumn, use: Use, *, target: bool = False, words: Sequence[str] | None = None
) -> ChosenColumn:
    """A column of a file, used like this; `words` such as “NA” are values of the category too."""
    values: tuple[str, ...] = ()
    sign = column.label_sign() if use == "labels" else ""
    if use == "category":
        values = column.classes()
        if words is not None:
            values = (*(value for value in values if value not in column.words), *words)
    elif use == "labels":
        values = column.label_names(sign)[:MOST_LABELS]
    return ChosenColumn(name=column.name, use=use, values=values, target=target, sign=sign)


# The first guess ------------------------------------------------------------------------------------------------------


def first_choice(table: Table) -> tuple[ChosenColumn, ...]:
    """The choice that is offered first: what the columns look like, and the column that is most likely the target.

    Without a column that can be a target none is.
    """
    uses: list[Use] = [column.guess()[0] for column in table.columns]
    target = first_target(table, uses)
    if target is None:
        return tuple(chosen_column(column, use) for column, use in zip(table.columns, uses, strict=True))
    _find_inputs(table, uses, target)
    columns = [chosen_column(column, use) for column, use in zip(table.columns, uses, strict=True)]
    found = with_target(table, columns, target)
    for number in _further_targets(table, found, target):
        found = with_target(table, found, number, also=True)
    return found


def first_target(table: Table, uses: Sequence[Use]) -> int | None:
    """The column that is most likely the one to predict: what the file marks, a name that says so, or the last."""
    columns = table.columns
    used = [number for number, use in enumerate(uses) if use != "ignored"]
    marked = next((number for number, column in enumerate(columns) if column.name == table.marked), None)
    if marked is not None and len(columns[marked].uses()) > 1:
        return marked
    if not used:
        able = [number for number, column in enumerate(columns) if len(column.uses()) > 1 and _repeats(column)]
        return able[-1] if able else None
    named = [number for number in used if columns[number].name.lower() in TARGET_NAMES]
    if named:
        return min(named, key=lambda number: (TARGET_NAMES.index(columns[number].name.lower()) > 2, -number))
    if pixels_after_label(table, uses):
        return used[0]
    if "y" in (columns[number].name.lower() for number in used) and all(
        columns[number].name.lower().rstrip("0123456789._") in ("x", "y") for number in used
    ):
        return next(number for number in used if columns[number].name.lower() == "y")
    likely = [number for number in used if _likely_target(columns[number])]
    others = [number for number in used if _repeats(columns[number])]
    return next(reversed(likely or others), None)


def _likely_target(column: TableColumn) -> bool:
    """Whether a column may be one to predict: no name of the rows, and no class for nearly every row."""
    if column.name.lower() in ROW_NAMES - {"x", "number"}:
        return False
    if column.guess()[0] == "number":
        return True
    kept = len(column.cells.states) - column.missing
    return column.codes is not None and len(column.labels) <= max(2, kept / 4)


def _repeats(column: TableColumn) -> bool:
    """Whether a column holds numbers that are no row numbers, or texts most of which are there twice or more."""
    reason = column.guess()[1]
    if column.count(NUMBER) > column.count(TEXT):
        return not reason.startswith(("empty", "always", "date", "counts", "another number"))
    kept = len(column.cells.states) - column.missing
    return column.codes is not None and 2 <= len(column.labels) <= kept / 2


def pixels_after_label(table: Table, uses: Sequence[Use]) -> bool:
    """Whether the first column names a class and the rest are the pixels of a square picture."""
    first, rest = table.columns[0], table.columns[1:]
    if picture_side(len(rest)) == 0 or any(use != "number" and not _blank_pixel(column)
                                           for use, column in zip(uses[1:], rest, strict=True)):  # fmt: skip
        return False
    if first.codes is None or not 2 <= len(first.labels) <= MOST_CATEGORIES:
        return False
    return len(rest[len(rest) // 2].labels) != len(first.labels)


def _blank_pixel(column: TableColumn) -> bool:
    return column.labels == ("0",)


def picture_side(count: int) -> int:
    """Pixels on a side of a square grey picture of so many; 0 when they make none."""
    side = math.isqrt(count)
    return side if side * side == count and count >= FEWEST_PIXELS else 0


def _find_inputs(table: Table, uses: list[Use], target: int) -> None:
    """Where nothing else goes in, take a column that was left out: an only column does not just count the rows."""
    if pixels_after_label(table, uses):
        for number, column in enumerate(table.columns):
            uses[number] = "number" if number != target and _blank_pixel(column) else uses[number]
    if any(use != "ignored" for number, use in enumerate(uses) if number != target):
        return
    able = [
        (column.missing, column.names_rows(), number)
        for number, column in enumerate(table.columns)
        if number != target and len(column.uses()) > 1 and len(column.labels) != 1
        and not column.guess()[1].startswith("date")
    ]  # fmt: skip
    if able:
        number = min(able)[2]
        uses[number] = table.columns[number].uses()[0]


def _further_targets(table: Table, columns: Sequence[ChosenColumn], target: int) -> list[int]:
    """Columns that belong to a target that is one of several: yes-or-no columns named alike, as is_red and is_big."""
    stem = _stem(columns[target].name)
    if not stem or len(columns[target].values) != 2:
        return []
    alike = [
        number for number, column in enumerate(columns)
        if number != target and column.use != "ignored" and _stem(column.name) == stem
        and set(table.columns[number].classes()) == set(columns[target].values)
    ]  # fmt: skip
    rest = [column for number, column in enumerate(columns) if number not in (*alike, target)]
    return alike if any(column.use != "ignored" for column in rest) else []


def _stem(name: str) -> str:
    lower = name.lower()
    return next((stem for stem in ("is_", "has_", "label_", "tag_", "target_", "class_") if lower.startswith(stem)), "")


def with_target(
    table: Table, columns: Sequence[ChosenColumn], number: int, *, also: bool = False
) -> tuple[ChosenColumn, ...]:
    """The same columns with another target, or one more. Few whole numbers are then taken for classes, an ignored
    column for what it can be."""
    result = [column if also else column.model_copy(update={"target": False}) for column in columns]
    column, use = table.columns[number], columns[number].use
    if use == "number" and column.few_whole_numbers():
        use = "category"
    if use == "ignored":
        use = column.uses()[0] if column.guess()[0] == "ignored" else column.guess()[0]
    result[number] = chosen_column(column, use, target=use != "ignored")
    return tuple(result)


def without_target(columns: Sequence[ChosenColumn]) -> tuple[ChosenColumn, ...]:
    """The same columns with none to predict."""
    return tuple(column.model_copy(update={"target": False}) for column in columns)


def first_missing(table: Table, columns: Sequence[ChosenColumn]) -> Missing:
    """Leave rows with gaps out, unless that would cost many of them."""
    left_out = np.zeros(table.kept, dtype=bool)
    for column, chosen in zip(table.columns, columns, strict=True):
        if chosen.use == "number":
            left_out |= column.cells.states == TEXT
        if chosen.use != "ignored" and not chosen.target and not set(column.words) & set(chosen.values):
            left_out |= column.cells.states == MISSING
    return "leave-out" if (~left_out).mean() >= ENOUGH else "mean-or-most-frequent"
