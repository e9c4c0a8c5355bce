"""What a choice of columns gives: which rows are used, what goes in and out, and that in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.own.choice import ChosenColumn, Missing, Predicts, picture_side, predicts, target_names
from playground.data.own.columns import MISSING, MOST_CATEGORIES, TEXT, TableColumn
from playground.data.own.delimited import Table

MOST_REASONS = 1_000
FEWEST_ROWS = 3


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
    predicts: Predicts
    classes: tuple[str, ...]
    """Empty unless a class is predicted."""
    counts: tuple[int, ...]
    """Rows of each class, with gaps or without."""
    outputs: tuple[str, ...]
    """Numbers or labels that are predicted; empty for classes."""
    words: tuple[tuple[str, str, int], ...]
    """(column, word such as “NA”, rows): what could be kept if the word were a value of the category."""
    picture: int
    """Pixels on a side of the square pictures that the columns may be; 0 when they are none."""
    problem: str
    """Why this cannot be used; empty when it can."""

    @property
    def rare(self) -> str:
        """The class that has far fewer rows than its fair part; empty when there is none."""
        number = Signal((), counts=self.counts).rare_class
        return self.classes[number] if number >= 0 else ""


def outcome(table: Table, columns: Sequence[ChosenColumn], missing: Missing) -> Outcome:
    """What these columns give, as one looks at them in the window. Quick enough to be asked at every click."""
    used = [(column, chosen) for column, chosen in zip(table.columns, columns, strict=True) if chosen.use != "ignored"]
    unread, gaps, targetless = (np.zeros(table.kept, dtype=bool) for _ in range(3))
    words: list[tuple[str, str, int]] = []
    for column, chosen in used:
        unread |= odd(column, chosen)
        absent = absences(column, chosen)
        (targetless if chosen.target else gaps)[absent] = True
        words += _lost_words(column, chosen, absent)
    targetless &= ~unread
    gaps &= ~unread & ~targetless
    rows = np.flatnonzero(~unread & ~targetless & (~gaps if missing == "leave-out" else True))
    kind = predicts(columns)
    with_class = np.flatnonzero(~unread & ~targetless)
    classes, counts = _classes(used, rows, with_class) if kind == "category" else ((), ())
    inputs = sum(chosen.width for _, chosen in used if not chosen.target)
    wrong = np.flatnonzero(unread)
    return Outcome(
        rows=rows,
        unread=wrong,
        reasons=tuple(_reasons(table, used, wrong)),
        targetless=int(targetless.sum()),
        gaps=int(gaps.sum()),
        inputs=inputs,
        predicts=kind,
        classes=classes,
        counts=counts,
        outputs=target_names(columns) if kind in ("number", "labels") else (),
        words=tuple(words) if missing == "leave-out" or any(chosen.target for _, chosen in used) else (),
        picture=_picture(used),
        problem=_problem(table, columns, used, kind, inputs, rows, classes, int(gaps.sum())),
    )


def numbered(column: TableColumn, values: tuple[str, ...]) -> NDArray[np.int64]:
    """The place of each cell among the chosen values, −1 where it is none of them."""
    place = {value: number for number, value in enumerate(values)}
    recode = np.array([*(place.get(label, -1) for label in column.named), -1], dtype=np.int64)
    codes = column.codes if column.codes is not None else np.full(len(column.cells.states), -1, dtype=np.int32)
    return recode[codes]


def labels_table(column: TableColumn, chosen: ChosenColumn) -> NDArray[np.float64]:
    """1 where a cell holds a label, else 0, (N, k); NaN where it is missing."""
    table = np.zeros((len(column.named) + 1, len(chosen.values)))
    for number, cell in enumerate(column.labels):
        parts = {part.strip() for part in cell.split(chosen.sign or ",")}
        table[number] = [value in parts for value in chosen.values]
    table[len(column.labels) :] = np.nan
    codes = column.codes if column.codes is not None else np.full(len(column.cells.states), -1, dtype=np.int32)
    return np.asarray(table[codes])


def absences(column: TableColumn, chosen: ChosenColumn) -> NDArray[np.bool_]:
    """The rows in which nothing stands, as the column is used."""
    absent = np.asarray(column.cells.states == MISSING)
    if chosen.use == "category" and set(chosen.values) & set(column.words):
        absent = absent & (numbered(column, chosen.values) < 0)
    return absent


def odd(column: TableColumn, chosen: ChosenColumn) -> NDArray[np.bool_]:
    """The rows in which stands what the column cannot be: a text among numbers."""
    if chosen.use == "number":
        return np.asarray(column.cells.states == TEXT)
    if chosen.use == "category" and len(chosen.values) < len(column.labels):
        return np.asarray((numbered(column, chosen.values) < 0) & (column.cells.states != MISSING))
    return np.zeros(len(column.cells.states), dtype=bool)


def _lost_words(column: TableColumn, chosen: ChosenColumn, absent: NDArray[np.bool_]) -> list[tuple[str, str, int]]:
    if chosen.use != "category" or not column.words or column.codes is None:
        return []
    found = []
    for number, word in enumerate(column.words, start=len(column.labels)):
        count = int((absent & (column.codes == number)).sum())
        if count and word not in chosen.values:
            found.append((column.name, word, count))
    return found


def _classes(
    used: Sequence[tuple[TableColumn, ChosenColumn]], rows: NDArray[np.int64], with_class: NDArray[np.int64]
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The classes of the rows that are used, and how many rows have them, with gaps or without."""
    column, chosen = next((column, chosen) for column, chosen in used if chosen.target)
    numbers = numbered(column, chosen.values)
    there = np.unique(numbers[rows])
    counts = np.bincount(numbers[with_class] + 1, minlength=len(chosen.values) + 1)[1:]
    found = [number for number in there.tolist() if number >= 0]
    return tuple(chosen.values[number] for number in found), tuple(int(counts[number]) for number in found)


def _picture(used: Sequence[tuple[TableColumn, ChosenColumn]]) -> int:
    features = [(column, chosen) for column, chosen in used if not chosen.target]
    side = picture_side(len(features))
    if not side or any(chosen.use != "number" for _, chosen in features):
        return 0
    lowest = min(float(np.nanmin(column.cells.numbers, initial=0.0)) for column, _ in features)
    highest = max(float(np.nanmax(column.cells.numbers, initial=0.0)) for column, _ in features)
    # Measurements of several kinds are no pixels: those share one range.
    bright = sum(float(np.nanmax(column.cells.numbers, initial=0.0)) > highest / 4 for column, _ in features)
    return side if lowest >= 0.0 and bright > len(features) / 4 else 0


def _reasons(
    table: Table, used: Sequence[tuple[TableColumn, ChosenColumn]], rows: NDArray[np.int64]
) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    wrong = {chosen.name: odd(column, chosen) for column, chosen in used} if len(rows) else {}
    noun = {chosen.name: "number" if chosen.use == "number" else "known value" for _, chosen in used}
    for row in rows[:MOST_REASONS].tolist():
        bad = [name for name, places in wrong.items() if places[row]]
        more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        found.append((int(table.lines[row]), f"no {noun[bad[0]]} in “{bad[0]}”{more}"))
    return found


def _problem(
    table: Table, columns: Sequence[ChosenColumn], used: Sequence[tuple[TableColumn, ChosenColumn]], kind: Predicts,
    inputs: int, rows: NDArray[np.int64], classes: tuple[str, ...], gaps: int,
) -> str:  # fmt: skip
    targets = [chosen for _, chosen in used if chosen.target]
    if not used:
        return _nothing_used(table)
    if not targets and (different := nothing_repeats(table)):
        return different
    if not targets and inputs < 2:
        return "Choose the column to predict, or use more columns."
    if not kind:
        return "Several columns to predict must be all numbers, or all categories with two values each."
    if not inputs:
        dated = next((column.name for column in table.columns if column.guess()[1] == "date or time"), "")
        because = f" “{dated}” is a date or time: as a series it is not read yet." if dated else ""
        return "Use at least one more column: there is nothing to predict the target from." + because
    if not len(rows):
        return "No row is left. Use other columns, or fill in what is missing."
    if kind == "category" and len(classes) < 2 and table.kept >= FEWEST_ROWS:
        return "Only one class is left in the target. Choose another column to predict."
    if len(rows) < FEWEST_ROWS:
        some = "One row is" if len(rows) == 1 else f"{len(rows)} rows are"
        return f"{some} too few to learn from: {FEWEST_ROWS} are the least, some dozens are better."
    if kind == "number" and any(_constant(column, rows) for column, chosen in used if chosen.target):
        return "The target is always the same number: there is nothing to learn. Choose another column to predict."
    return ""


def _nothing_used(table: Table) -> str:
    if table.kept == 1:
        return f"“{table.path.name}” has one row only, so nothing differs and nothing can be learned."
    reasons = {column.guess()[1] for column in table.columns}
    if reasons <= {"empty", "always the same"}:
        return "Every column is empty or always the same: there is nothing to learn from."
    return nothing_repeats(table) or "Choose the column to predict."


def nothing_repeats(table: Table) -> str:
    """A sentence for a table of texts that are all different; empty for any other."""
    kept = table.kept
    able = [
        column for column in table.columns
        if (column.codes is not None and 2 <= len(column.labels) <= kept / 2) or column.guess()[0] == "number"
    ]  # fmt: skip
    if able or kept < FEWEST_ROWS + 1:
        return ""
    return "Nearly every row has another text in every column: none can be predicted from the rest."


def _constant(column: TableColumn, rows: NDArray[np.int64]) -> bool:
    numbers = column.cells.numbers[rows]
    return bool((numbers == numbers[0]).all())


def sentence(table: Table, columns: Sequence[ChosenColumn], found: Outcome, *, picture: bool = False) -> str:
    """What will be made of a file, in words: rows, numbers in, classes or numbers out, and what is left out."""
    if found.problem:
        return found.problem
    into = f"pictures of {found.picture} × {found.picture}" if picture else f"{_counted(found.inputs, 'number')} in"
    words = f"{_counted(len(found.rows), 'row')}: {into}, {_out(columns, found)}."
    gaps = found.gaps if len(found.rows) + len(found.unread) + found.targetless < table.kept else 0
    bad = len(found.unread) + table.bad_count
    left = [
        f"{_counted(bad, 'row')} that {'do' if bad != 1 else 'does'} not parse" if bad else "",
        f"{found.targetless:,} without a target" if found.targetless else "",
        f"{gaps:,} with missing values" if gaps else "",
    ]
    if any(left):
        words += f" Left out: {', '.join(part for part in left if part)}."
    if found.gaps and not gaps:
        words += f" In {_counted(found.gaps, 'row')} what is missing is filled in."
    if found.words:
        column, word, count = max(found.words, key=lambda lost: lost[2])
        verb = "loses" if gaps or found.targetless else "is filled in for in"
        words += f" “{word}” in “{column}” {verb} {_counted(count, 'row')}; it can be a value of that category."
    if table.kept < table.rows:
        words += f" Of the {table.rows:,} rows of the file {table.kept:,} are read, drawn at random."
    return words + _about_classes(found) + _about_numbers(table, columns)


def _out(columns: Sequence[ChosenColumn], found: Outcome) -> str:
    if found.predicts == "nothing":
        return "no column is predicted; a new project draws them again (an autoencoder)"
    if found.classes:
        return f"{len(found.classes)} classes out"
    if found.predicts == "labels":
        return f"{len(found.outputs)} labels out, each yes or no"
    if len(found.outputs) == 1:
        return f"one number out, “{found.outputs[0]}”"
    return f"{len(found.outputs)} numbers out"


def _about_classes(found: Outcome) -> str:
    single = [value for value, count in zip(found.classes, found.counts, strict=True) if count == 1]
    if single:
        some = f"Class “{single[0]}” has" if len(single) == 1 else f"{len(single)} classes, such as “{single[0]}”, have"
        return f" {some} one row only: it can be learned, but not tested."
    if found.rare:
        count = min(found.counts)
        return f" Class “{found.rare}” is rare: {_counted(count, 'row')}, {count / sum(found.counts):.1%}."
    return ""


def _about_numbers(table: Table, columns: Sequence[ChosenColumn]) -> str:
    many = next(
        (column for column, chosen in zip(table.columns, columns, strict=True)
         if chosen.target and chosen.use == "number" and column.too_many_classes()), None,
    )  # fmt: skip
    if many is None:
        return ""
    return (
        f" “{many.name}” has {len(many.labels)} different whole numbers: should they be classes, {MOST_CATEGORIES} are "
        "the most, so it is taken for a number."
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"
