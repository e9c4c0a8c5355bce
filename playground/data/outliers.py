"""Gross errors among the numbers to learn from, to see how losses bear them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from playground.blocks.code import Code
from playground.data.base import Array, Examples, RegressionDataset
from playground.data.parts import Part
from playground.document.declaration import parameter

OFF = 5.0
"""How far an outlier is too high, where all others are between -1 and 1."""


class WithOutliers(RegressionDataset):
    """Base of the datasets with one target from -1 to 1, of which some may be gross errors."""

    outliers: float = parameter(
        0.0, ge=0.0, le=0.5,
        help="Share of the training examples whose target is a gross error, 5 too high; the other parts have none.",
    )  # fmt: skip

    def by_part(self, raw: Examples, rows: Mapping[Part, NDArray[np.int64]]) -> Examples:
        if not self.outliers:
            return raw
        target: Array = raw.target.astype(np.float32)  # a copy
        target[gross(rows["train"], self.outliers)] += OFF
        return replace(raw, target=target)

    def by_part_code(self) -> Code | None:
        if not self.outliers:
            return None
        return Code(
            "features, target",
            start=(f'target[{{gross}}(rows["train"], {self.outliers!r})] += {OFF!r}  # gross errors',),
            uses=(gross,),
        )


def gross(train: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """Which of the training rows, in the random order that they have, are gross errors: this share, one at least."""
    return train[: max(1, round(share * len(train)))]
