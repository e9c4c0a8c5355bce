"""Which data on the canvas are time series."""

from __future__ import annotations

from playground.data.series.forecasting import SeriesDataset
from playground.network.check import Report


def series_nodes(report: Report) -> tuple[str, ...]:
    """The data blocks that are time series, in order."""
    return tuple(name for name in report.data_nodes() if isinstance(report.blocks[name], SeriesDataset))
