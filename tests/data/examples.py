"""What the tests of the data share: one ready declaration of every dataset, and helpers to look at it."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.optimize import linprog

from playground.data.base import ClassDataset, Dataset, ScaledDataset
from playground.data.registry import DATASETS
from tests import own_files

DRAWN = tuple((float(i % 7) - 3.0, float(i % 5) - 2.0, i % 2) for i in range(60))

NEEDED: dict[str, dict[str, Any]] = {
    "drawn-points": {"points": DRAWN},
    "typed-series": {"values": ", ".join(str(20 + number % 7) for number in range(60))},
    "typed-examples": {"rows": "; ".join(f"{x1}, {x2} -> {number}" for x1, x2, number in DRAWN)},
    "own-table": own_files.table_parameters(own_files.flowers()),
    "own-table-numbers": own_files.table_parameters(own_files.houses()),
    "own-table-labels": own_files.table_parameters(own_files.tagged()),
    "own-table-columns": own_files.parameters_of("own-table-columns"),
    "own-images": own_files.picture_parameters(own_files.shapes()),
    "own-text": own_files.text_parameters(own_files.story()),
    "own-labelled-texts": own_files.labelled_text_parameters(own_files.messages()),
}
"""Parameters without which a dataset has nothing to show."""

REAL = {
    "iris", "wine", "breast-cancer", "diabetes", "mnist", "digits", "karate-club", "python-manual", "data-descriptions",
    "co2", "sunspots", "nile", "el-nino", "economy", "digit-pairs",
}  # fmt: skip
FIXED = {
    "truth-table", "drawn-points", "typed-examples", "own-table", "own-table-numbers", "own-table-labels",
    "own-table-columns", "own-images",
    "own-text", "own-labelled-texts", "the-cat-sat", "content-and-style", "word-categories", "typed-series",
}  # fmt: skip
"""Not random: the seed only shuffles."""


def ready(cls: type[Dataset], **parameters: Any) -> Any:
    """An instance that has examples; typed as Any, as tests set parameters of every kind."""
    return cls.model_validate({**_fewer(cls), **NEEDED.get(cls.id, {}), **parameters})


def _fewer(cls: type[Dataset]) -> dict[str, Any]:
    """Pictures and signals that are made one by one: enough of them to be tested with, in a tenth of the time."""
    made = cls.__module__.split(".")[2] in ("images", "series") and cls.id not in REAL
    return {"examples": 400} if made and "examples" in cls.model_fields else {}


ALL = list(DATASETS)
CLASSES = [cls for cls in DATASETS if issubclass(cls, ClassDataset)]
SCALED = [cls for cls in DATASETS if issubclass(cls, ScaledDataset)]


def by_id(cls: type[Dataset]) -> str:
    return cls.id


def one_class_each(dataset: Dataset) -> bool:
    """Whether the target is one class for every example."""
    target = dataset.signals()[1]
    return target.kind == "classes" and (target.scale != "index" or target.shape == ())


def separable(features: np.ndarray, numbers: np.ndarray) -> bool:
    """Whether a line with a gap divides two classes: feasibility of s(w x + b) >= 1, by linear programming."""
    sign = np.where(numbers == 1, 1.0, -1.0)[:, None]
    rows = -sign * np.hstack([features, np.ones((len(features), 1))])
    result = linprog(np.zeros(rows.shape[1]), A_ub=rows, b_ub=-np.ones(len(rows)), bounds=(None, None))
    return bool(result.status == 0)
