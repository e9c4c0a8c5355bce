"""A row of a person's table typed by hand: its columns with their categories, and what stands for a missing cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from playground.data.inputs.base import Known
from playground.data.inputs.rows import ChoiceField, Field, LabelsField, RowForm, number_field
from playground.data.own.choice import ChosenColumn, ChosenTable, Missing

Floats = NDArray[np.float64]


def usual_numbers(known: Floats, column: ChosenColumn, missing: Missing, value: float) -> Floats:
    """What stands for a missing cell of a column, (width,): zeros, a value, or what its known rows say is usual."""
    usual = np.zeros(known.shape[1])
    if missing == "value" and not column.values:
        usual[:] = value
    elif missing not in ("zero", "value") and len(known):
        usual = np.median(known, axis=0) if missing.startswith("median") else known.mean(axis=0)
        if column.use == "category":
            usual = np.eye(len(column.values))[int(known.mean(axis=0).argmax())]
        elif column.use == "labels":
            usual = np.round(usual)
    return usual


def table_form(table: ChosenTable, missing: Missing, value: float, known: Known) -> RowForm:
    """The form of a table of which the training part is known, with gaps filled in: that changes no mean, median or
    most frequent category."""
    features = np.asarray(known.features, dtype=np.float64)
    ends = np.cumsum([column.width for column in table.features])
    fields = tuple(
        _field(column, part, missing, value, table.layout.decimal_comma)
        for column, part in zip(table.features, np.split(features, ends[:-1], axis=1), strict=True)
    )
    plane = len(fields) == 2 and features.shape[1] == 2
    return RowForm(fields, features if plane else None)


def _field(column: ChosenColumn, part: Floats, missing: Missing, value: float, comma: bool) -> Field:
    filled = None if missing == "leave-out" else tuple(usual_numbers(part, column, missing, value).tolist())
    if column.use == "category":
        return ChoiceField(column.name, filled, column.values)
    if column.use == "labels":
        return LabelsField(column.name, filled, column.values, column.sign or ",")
    return number_field(column.name, part[:, 0], filled=filled, comma=comma)
