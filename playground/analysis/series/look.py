"""What all looks at a time series share: which series, how much of it, and what is done to it first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import Analysis, NothingToShow
from playground.analysis.question import Question
from playground.analysis.shared.series import series_nodes
from playground.data.base import PARTS, Part
from playground.data.series.forecasting import SeriesDataset
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Report

Floats = NDArray[np.float64]

FEWEST = 5
"""Steps that must be left."""
STRENGTHS = ((0.9, "very strong"), (0.7, "strong"), (0.4, "moderate"), (0.2, "weak"))
"""From which size on a correlation is called so."""


@dataclass(frozen=True)
class Looked:
    """A series as it is looked at."""

    values: Floats
    """(n,) in raw units, after the logarithm and the differences."""
    times: Floats
    """(n,) places on the axis of time."""
    title: str
    value_name: str
    time_name: str
    step_name: str
    season: int
    spans: Mapping[Part, tuple[int, int]]
    """The first of these steps of each part, and the first behind it; parts without any are left out."""


class SeriesLook(Analysis):
    """Base of the looks at a series: nothing of the network is needed."""

    needs: ClassVar[frozenset[str]] = frozenset()

    stretch: Literal["training time", "whole series"] = parameter(
        "whole series", label="Look at",
        help="Whoever chooses a model by what is seen here should look at the training time alone: the rest is the "
        "future that it is tested on.",
    )  # fmt: skip
    logarithm: bool = parameter(
        False, label="Logarithm", help="Look at the logarithm: what grows by percent grows by steps then."
    )
    differences: int = parameter(
        0, ge=0, le=3, label="Differences d", help="How often to take from each value the one before it."
    )
    seasonal_difference: bool = parameter(
        False, label="Seasonal difference", help="Take from each value the one a season before."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        return "" if series_nodes(report) else "This view needs a time series as data, such as CO2 or an ARIMA process."

    def looked(self, question: Question) -> Looked:
        """The series of the chosen data block, or of the first. Raises NothingToShow where nothing is left of it."""
        subject = question.subject
        assert subject is not None
        names = series_nodes(subject.report)
        node = question.node if question.node in names else names[0]
        dataset = subject.report.blocks[node]
        assert isinstance(dataset, SeriesDataset)
        timeline = dataset.timeline()
        stop = timeline.cuts[0] if self.stretch == "training time" else timeline.count
        values, name = timeline.values[:stop], dataset.value_name
        if self.logarithm:
            if values.min() <= 0.0:
                raise NothingToShow(
                    f"{subject.title(node)} has the value {values.min():.6g}, and only numbers above 0 have a "
                    "logarithm. Switch the logarithm off."
                )
            values, name = np.log(values), f"log of {name}"
        values, lost = differenced(values, self.differences, dataset.season if self.seasonal_difference else 0)
        if len(values) < FEWEST:
            raise NothingToShow(f"Only {len(values)} steps are left, too few to look at. Difference less.")
        if not np.isfinite(values).all():
            raise NothingToShow("The series has values that are no numbers, so nothing can be calculated of it.")
        spans: dict[Part, tuple[int, int]] = {}
        for part in PARTS:
            first, last = (min(max(0, end - lost), len(values)) for end in timeline.span(part))
            if first < last:
                spans[part] = (first, last)
        return Looked(
            values, dataset.times(stop)[lost:], subject.title(node), self._named(name), dataset.time_name,
            dataset.step_name, dataset.season, spans,
        )  # fmt: skip

    def _named(self, name: str) -> str:
        count = self.differences + self.seasonal_difference
        return name if not count else f"difference of {name}" if count == 1 else f"{count} differences of {name}"


def differenced(values: Floats, times: int, season: int) -> tuple[Floats, int]:
    """A series less the values one season before (0 for none), then so often less those one step before; and how many
    steps that took from its beginning."""
    found = values[season:] - values[: max(0, len(values) - season)] if season else values
    found = np.diff(found, n=times) if times and len(found) > times else found[: len(found) if not times else 0]
    return found, len(values) - len(found)


def strength_words(r: float) -> str:
    """A correlation in words, with the bounds that textbooks use."""
    size = next((words for least, words in STRENGTHS if abs(r) >= least), "")
    if not size:
        return "next to none"
    return f"{size}, {'the same way' if r > 0 else 'the other way'}"


def constant(values: Floats) -> bool:
    """Whether a series never changes, to within rounding."""
    return bool(np.ptp(values) <= 1e-12 * max(1e-300, float(np.abs(values).max())))
