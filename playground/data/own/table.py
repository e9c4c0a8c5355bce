"""Tables of a person's own: a file whose columns were looked at, with one of them, or several, to predict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import BlockError, Fix
from playground.blocks.code import Code, not_written
from playground.blocks.signal import Signal
from playground.data.base import (
    SCALING_HELP,
    ClassDataset,
    Dataset,
    Examples,
    Measured,
    Part,
    RegressionDataset,
    RowsInOrder,
    ScaledDataset,
    Scaling,
    column_signal,
)
from playground.data.division import split_rows
from playground.data.inputs.base import InputForm, Known
from playground.data.own import files as own_files
from playground.data.own import table_code
from playground.data.own.choice import (
    MISSING_HELP,
    ChosenColumn,
    ChosenTable,
    Missing,
    Predicts,
    TestFile,
    first_choice,
    first_missing,
    picture_side,
    with_target,
)
from playground.data.own.columns import TableColumn
from playground.data.own.delimited import LONGEST_NAME, Table, read_table
from playground.data.own.files import CHOOSE, FileRefused, Reading, ReadingStopped
from playground.data.own.outcome import labels_table, numbered, outcome
from playground.data.own.table_form import table_form, usual_numbers
from playground.document.declaration import parameter

ALIKE = ("row",)
"""The class of every row where no column is predicted."""
IMAGE_AXES = ("channels", "height", "width")
NOUNS: dict[Predicts, str] = {"number": "numbers", "category": "classes", "labels": "labels", "nothing": "nothing"}


class OwnTable(RowsInOrder, ScaledDataset):
    """Base of the tables that are read from a file of the person's own."""

    licence: ClassVar[str] = "From a file of yours."
    own: ClassVar[bool] = True
    divides: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("file", "test_file")
    predicts: ClassVar[Predicts]

    file: str = parameter("", max_length=4_096, help="Where the file is.")
    table: ChosenTable | None = parameter(None, help="What was found in the file and chosen of it, column by column.")
    test_file: str = parameter(
        "", max_length=4_096, label="Test file", help="A second file of the same columns: its rows are the test part."
    )
    missing: Missing = parameter("leave-out", label="Missing values", help=MISSING_HELP)
    fill_value: float = parameter(
        0.0, ge=-1e12, le=1e12, label="Filled in", advanced=True, help="What stands for a missing number under “value”."
    )
    group_column: str = parameter(
        "", max_length=LONGEST_NAME, label="Group column", advanced=True,
        help="Rows with the same entry in this column, such as the patient, stay together: what is tested on are "
        "groups that were never seen. Leave the column itself out of the inputs. An order goes before groups.",
    )  # fmt: skip
    as_pictures: bool = parameter(
        False, label="As pictures", help="The columns are the pixels of a square grey picture, row by row."
    )
    scaling: Scaling = parameter("standardize", help=SCALING_HELP)

    def feature_signal(self) -> Signal:
        count = len(self.table.feature_names()) if self.table is not None else 1
        side = picture_side(count) if self.as_pictures else 0
        if side:
            return Signal((1, side, side), kind="image", axes=IMAGE_AXES, low=0.0, high=1.0)
        return column_signal(count)

    def feature_scaling(self) -> Scaling:
        return "none" if self.as_pictures else self.scaling

    def input_form(self, known: Known) -> InputForm | None:
        if self.table is None or self.as_pictures:
            return super().input_form(known)
        return table_form(self.table, self.missing, self.fill_value, known)

    def subtitle(self) -> str:
        if self.table is None:
            return "no file yet"
        return f"{Path(self.file).name} · {self.rows():,} rows"

    def rows(self) -> int:
        """Rows that are used, as far as is known without reading the file."""
        if self.table is None:
            return 0
        tested = self.table.test.rows if self.table.test is not None and self.test_file else 0
        return self.table.rows + (0 if self.missing == "leave-out" else self.table.gaps) + tested

    def expect(self, *inputs: Signal) -> None:
        """Refuse a file that is missing, has changed or was not looked at. Raises BlockError."""
        if not self.file:
            raise BlockError(f"{self.title} has no file yet. Choose a table of yours.", CHOOSE)
        name = Path(self.file).name
        if self.table is None:
            raise BlockError(f"The columns of “{name}” are not known yet. Choose the file again.", CHOOSE)
        if self.table.predicts != self.predicts:
            chosen = f"“{self.table.target.name}” is none" if self.table.targets else "no column is chosen"
            raise BlockError(
                f"{self.title} predicts {NOUNS[self.predicts]}, but {chosen}. Choose its file again.",
                CHOOSE,
            )
        names = [column.name for column in self.table.columns]
        if self.group_column and self.group_column not in names:
            raise BlockError(
                f"{self.title} has no column “{self.group_column}” to group rows by. There are: "
                f"{', '.join(names[:12])}.",
                Fix("Group no rows", "set", parameters={"group_column": ""}),
            )
        if self.as_pictures and not picture_side(len(self.table.feature_names())):
            raise BlockError(
                f"{len(self.table.feature_names())} columns make no square picture. Choose the columns again.", CHOOSE
            )
        own_files.expect_file(self.title, self.file, self.table.size, self.table.sha256)
        if self.test_file and self.table.test is not None:
            own_files.expect_file(self.title, self.test_file, self.table.test.size, self.table.test.sha256)
        super().expect(*inputs)

    def generate(self, generator: np.random.Generator) -> Examples:
        table, chosen = self._read(self.file)
        features, target, kept = self._examples(table, chosen)
        if not len(features):
            raise BlockError(f"No row of “{Path(self.file).name}” can be used. Choose its columns again.", CHOOSE)
        names = chosen.target.values if self.predicts == "category" else ALIKE if self.predicts == "nothing" else ()
        examples = Examples(features, target, chosen.feature_names(), names)
        if self.test_file and chosen.test is not None:
            examples, parts = self._with_test_file(examples, chosen, self._groups(table, kept), generator)
        else:
            parts = self.divided(examples.strata, generator, self._groups(table, kept))
        features = np.asarray(examples.features, dtype=np.float64)
        _fill(features, parts["train"], chosen, self.missing, self.fill_value)
        return replace(examples, features=self._shaped(features), rows=parts)

    def to_code(self, *inputs: Signal) -> Code:
        assert self.table is not None
        used = tuple(number for number, column in enumerate(self.table.columns) if column.use != "ignored")
        groups = self._group_place()
        try:
            table = read_table(Path(self.file), self.table.layout, Reading(), texts=sorted({*used, *groups}))
        except (FileRefused, ReadingStopped) as error:
            return not_written(str(error))
        tested = bool(self.test_file) and self.table.test is not None
        shape = self.feature_signal().shape if self.as_pictures else None
        division = table_code.Division(
            self.train_share, self.validation_share, groups[0] if groups else None, self.in_order, self.folds,
            self.fold, self.test_folds, self.test_fold, self.data_seed, self.train_rows,
        )  # fmt: skip
        asked = table_code.Reading(self.file, self.table, tested, self.missing, self.fill_value, shape, division)
        return table_code.table_code(asked, table)

    def _groups(self, table: Table, kept: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """The number of the group of each row that is used, (N,); a row with an empty entry is alone. None without
        groups."""
        if not self.group_column:
            return None
        (cells,) = table.texts.values()
        return table_code.groups_of_cells(cells, kept)

    def most_folds(self, rows: Mapping[Part, NDArray[np.int64]]) -> int:
        if not self.group_column or self.in_order:
            return super().most_folds(rows)
        table, chosen = self._read(self.file)
        groups = self._groups(table, self._examples(table, chosen)[2])
        assert groups is not None
        return len(np.unique(groups[np.concatenate([rows["train"], rows["validation"]])]))

    def _group_place(self) -> tuple[int, ...]:
        """The number of the column of groups in the file, if there is one."""
        if not self.group_column or self.table is None:
            return ()
        return ([column.name for column in self.table.columns].index(self.group_column),)

    def _examples(
        self, table: Table, chosen: ChosenTable
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        """Features (N, k), NaN where something is missing, and targets of the rows that are used; and these rows."""
        columns = {column.name: column for column in table.columns}
        missing = [column.name for column in chosen.columns if column.name not in columns and column.use != "ignored"]
        if missing:
            raise BlockError(f"“{table.path.name}” has no column “{missing[0]}”. Choose the file again.", CHOOSE)
        features = np.concatenate([_inputs(columns[column.name], column) for column in chosen.features], axis=1)
        kept = outcome(table, _in_order(table, chosen), self.missing).rows
        if self.predicts == "nothing":
            return features[kept], np.zeros(len(kept)), kept
        if self.predicts == "category":
            target = numbered(columns[chosen.target.name], chosen.target.values)
            kept = kept[target[kept] >= 0]
            return features[kept], target[kept], kept  # type: ignore[return-value]
        targets = [_outputs(columns[column.name], column) for column in chosen.targets]
        return features[kept], np.concatenate(targets, axis=1)[kept], kept

    def _with_test_file(
        self, examples: Examples, chosen: ChosenTable, groups: NDArray[np.int64] | None, generator: np.random.Generator
    ) -> tuple[Examples, dict[Part, NDArray[np.int64]]]:
        """The rows of both files, those of the second as the test part; the shares divide the first."""
        self.refuse_test_folds()
        groups = None if self.in_order else groups
        table, _ = self._read(self.test_file, test=True)
        features, target, _ = self._examples(table, chosen)
        whole = self.train_share + min(self.validation_share, 1.0 - self.train_share)
        share = self.train_share / whole
        parts = split_rows(examples.strata, groups, self.in_time(), share, 1.0 - share, generator)
        first = len(examples.features)
        joined = replace(
            examples,
            features=np.concatenate([examples.features, features]),
            target=np.concatenate([examples.target, target]),
        )
        tested = first + generator.permutation(len(features)).astype(np.int64)
        rest = np.concatenate([parts["validation"], parts["test"]])
        rows: dict[Part, NDArray[np.int64]] = {"train": parts["train"], "validation": rest, "test": tested}
        if groups is not None:
            groups = np.concatenate([groups, np.full(len(features), -1)])
        return joined, self.folded(rows, joined.strata, groups)

    def _shaped(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        if not self.as_pictures:
            return features
        side = picture_side(features.shape[1])
        highest = float(features.max(initial=0.0))
        brightest = next((most for most in (1.0, 16.0, 255.0) if highest <= most), highest)
        return np.clip(features, 0.0, None).reshape(-1, 1, side, side) / brightest

    def _read(self, file: str, *, test: bool = False) -> tuple[Table, ChosenTable]:
        assert self.table is not None
        try:
            table = read_table(Path(file), self.table.layout, Reading(), texts=() if test else self._group_place())
        except FileRefused as error:
            raise BlockError(str(error), CHOOSE) from error
        except ReadingStopped as error:
            raise BlockError("Reading was stopped.", CHOOSE) from error
        known = self.table.test.sha256 if test and self.table.test is not None else self.table.sha256
        if table.sha256 != known:
            raise own_files.changed(Path(file), CHOOSE)
        return table, self.table


def _in_order(table: Table, chosen: ChosenTable) -> list[ChosenColumn]:
    """The choice for every column of the file; those that it does not speak of are ignored."""
    by_name = {column.name: column for column in chosen.columns}
    return [by_name.get(column.name, ChosenColumn(name=column.name, use="ignored")) for column in table.columns]


def _inputs(column: TableColumn, chosen: ChosenColumn) -> NDArray[np.float64]:
    """Features of one column, (N, 1), one-hot (N, k) or one for each label; NaN where a cell is missing."""
    if chosen.use == "number":
        return column.cells.numbers[:, None]
    if chosen.use == "labels":
        return labels_table(column, chosen)
    numbers = numbered(column, chosen.values)
    result = np.full((len(numbers), len(chosen.values)), np.nan)
    known = numbers >= 0
    result[known] = np.eye(len(chosen.values))[numbers[known]]
    return result


def _outputs(column: TableColumn, chosen: ChosenColumn) -> NDArray[np.float64]:
    """Numbers to predict, (N, 1) or (N, labels); of two values the second counts 1."""
    if chosen.use == "category":
        return numbered(column, chosen.values).astype(np.float64)[:, None]
    return _inputs(column, chosen)


def _fill(
    features: NDArray[np.float64], train: NDArray[np.int64], chosen: ChosenTable, missing: Missing, value: float
) -> None:
    """Fill in what is missing, in place: zeros, a value, or what the training part says is usual."""
    start = 0
    for column in chosen.features:
        block = features[:, start : start + column.width]
        start += block.shape[1]
        gaps = np.isnan(block[:, 0])
        if not gaps.any():
            continue
        block[gaps] = usual_numbers(block[train][~gaps[train]], column, missing, value)


class OwnClassTable(OwnTable, ClassDataset):
    """A person's table with a class to predict."""

    id: ClassVar[str] = "own-table"
    title: ClassVar[str] = "My table"
    summary: ClassVar[str] = "A table of yours, with a column of classes to predict. Drop the file on the window."
    question: ClassVar[str] = "Which class does a row of your table belong to?"
    predicts: ClassVar[Predicts] = "category"

    weigh_classes: bool = parameter(
        False, label="Weigh classes", help="Count a mistake on a rare class as much more as the class is rarer."
    )

    def class_names(self) -> tuple[str, ...]:
        return self.table.target.values if self.table is not None else ()

    def signals(self) -> tuple[Signal, ...]:
        features, target = super().signals()
        counts = self.table.counts if self.table is not None else ()
        if len(counts) != len(self.class_names()) or not all(counts):
            return features, target
        weights = tuple(sum(counts) / (len(counts) * count) for count in counts) if self.weigh_classes else ()
        return features, target.but(counts=counts, weights=weights)


class OwnNumberTable(OwnTable, RegressionDataset):
    """A person's table with a number to predict, or several."""

    id: ClassVar[str] = "own-table-numbers"
    title: ClassVar[str] = "My table (numbers)"
    summary: ClassVar[str] = "A table of yours, with a column of numbers to predict, or several. Drop it on the window."
    question: ClassVar[str] = "Which number belongs to a row of your table?"
    predicts: ClassVar[Predicts] = "number"

    target_scaling: Measured = parameter(
        "standardize",
        label="Target scaling",
        help="Mean 0 and deviation 1 are easy to learn, whatever the unit; errors are told in the unit of the target.",
    )

    def target_names(self) -> tuple[str, ...]:
        return self.table.target_names() if self.table is not None else ("y",)


class OwnLabelTable(OwnTable):
    """A person's table whose rows carry several labels, or none."""

    id: ClassVar[str] = "own-table-labels"
    title: ClassVar[str] = "My table (labels)"
    summary: ClassVar[str] = "A table of yours whose rows have several labels, or none: one yes or no for each label."
    question: ClassVar[str] = "Which labels does a row of your table have?"
    predicts: ClassVar[Predicts] = "labels"

    def label_names(self) -> tuple[str, ...]:
        """Names of the labels, in order."""
        return self.table.target_names() if self.table is not None else ("label 1", "label 2")

    def signals(self) -> tuple[Signal, ...]:
        names = self.label_names()
        target = Signal((len(names),), scale="probability", axes=("labels",), classes=names, low=0.0, high=1.0)
        return self.feature_signal(), target


class OwnColumnTable(OwnTable, ClassDataset):
    """A person's table of which no column is predicted: for autoencoders and k-means."""

    id: ClassVar[str] = "own-table-columns"
    title: ClassVar[str] = "My table (columns)"
    summary: ClassVar[str] = (
        "A table of yours of which no column is predicted: for an autoencoder or k-means. Drop the file on the window."
    )
    question: ClassVar[str] = "What do the rows of your table have in common?"
    predicts: ClassVar[Predicts] = "nothing"

    def class_names(self) -> tuple[str, ...]:
        return ALIKE


TABLES: tuple[type[OwnTable], ...] = (OwnClassTable, OwnNumberTable, OwnLabelTable, OwnColumnTable)


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
        counts=found.counts,
    )


def dataset_of(
    table: Table, columns: Sequence[ChosenColumn], missing: Missing, *, fill_value: float = 0.0,
    as_pictures: bool = False, weigh_classes: bool = False, test: Table | None = None,
) -> OwnTable:  # fmt: skip
    """The block for a choice of columns, and a second file to test with. Raises FileRefused when nothing can be learned
    from it."""
    chosen = chosen_table(table, columns, missing)
    cls = next(cls for cls in TABLES if cls.predicts == chosen.predicts)
    found = cls(file=str(table.path), table=chosen, missing=missing, fill_value=fill_value, as_pictures=as_pictures)
    if isinstance(found, OwnClassTable):
        found = found.model_copy(update={"weigh_classes": weigh_classes})
    return found if test is None else tested_with(found, test)


def tested_with(dataset: OwnTable, test: Table) -> OwnTable:
    """The same block with the rows of a second file as its test part. Raises FileRefused for one that does not fit."""
    chosen = dataset.table
    assert chosen is not None
    names = {column.name for column in test.columns}
    lacking = [column.name for column in chosen.columns if column.use != "ignored" and column.name not in names]
    if lacking:
        raise FileRefused(
            f"“{test.path.name}” has no column “{lacking[0]}”: a file to test with needs the columns of the first."
        )
    rows = len(outcome(test, _in_order(test, chosen), dataset.missing).rows)
    if not rows:
        raise FileRefused(f"“{test.path.name}” has no row that can be used to test with.")
    file = TestFile(size=test.size, sha256=test.sha256, rows=rows)
    return dataset.model_copy(update={"test_file": str(test.path), "table": chosen.model_copy(update={"test": file})})


def first_dataset(table: Table, *targets: str) -> OwnTable:
    """The block that is offered first for a table, with the named columns as its targets if some are named.

    Raises FileRefused with a sentence when there is no such column, or nothing can be learned.
    """
    columns = first_choice(table)
    names = [column.name for column in table.columns]
    for place, target in enumerate(targets):
        if target not in names:
            raise FileRefused(f"There is no column “{target}”. There are: {', '.join(names[:40])}.")
        columns = with_target(table, columns, names.index(target), also=place > 0)
    missing = first_missing(table, columns)
    pictures = outcome(table, columns, missing).picture > 0 and not outcome(table, columns, missing).gaps
    return dataset_of(table, columns, missing, as_pictures=pictures)


DATASETS: tuple[type[Dataset], ...] = TABLES
