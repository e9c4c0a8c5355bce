"""The line of a whole series in the Data tab."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QColor

from playground.data.preparation import prepare
from playground.data.preview import SeriesPreview, preview
from playground.data.series.measured import CarbonDioxide, Sunspots
from playground.ui.inspector.data_view import DataView
from playground.ui.widgets.series_plot import SeriesPlot
from playground.ui.widgets.theme import THEME


@pytest.fixture
def plot(qtbot: Any) -> SeriesPlot:
    plot = SeriesPlot()
    qtbot.addWidget(plot)
    plot.resize(300, 190)
    series = SeriesPreview(
        np.arange(20.0),
        np.arange(20.0),
        {"train": (0, 10), "validation": (10, 14), "test": (14, 20)},
        "year",
        "height (m)",
        ("first", "last"),
    )
    plot.set_series(series)
    plot.show()
    return plot


def test_every_part_has_its_colour_at_its_time(plot: SeriesPlot) -> None:
    assert plot.parts() == [("train", 0, 10), ("validation", 10, 14), ("test", 14, 20)]
    picture, places = plot.grab().toImage(), plot.places()
    for part, step in (("train", 5), ("validation", 12), ("test", 17)):
        x, y = (round(float(number)) for number in places[step])
        near = [picture.pixelColor(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        wanted = QColor(THEME.tokens.part_color(part))
        assert min(_distance(color, wanted) for color in near) < 40, part


def _distance(one: QColor, other: QColor) -> int:
    return max(abs(a - b) for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))


def test_it_rises_from_left_to_right_inside_its_frame(plot: SeriesPlot) -> None:
    places, area = plot.places(), plot.area()
    assert np.all(np.diff(places[:, 0]) > 0) and np.all(np.diff(places[:, 1]) < 0)
    assert area.top() < places[:, 1].min() and places[:, 1].max() < area.bottom()
    assert plot.accessibleDescription() == "height (m) from first to last"


def test_a_part_without_time_is_left_out(plot: SeriesPlot) -> None:
    plot.set_series(
        SeriesPreview(
            np.arange(20.0),
            np.ones(20),
            {"train": (0, 20), "validation": (20, 20), "test": (20, 20)},
            "year",
            "height",
            ("first", "last"),
        )
    )
    assert plot.parts() == [("train", 0, 20)]
    assert not plot.grab().isNull()


@pytest.mark.parametrize("dataset", [CarbonDioxide(), Sunspots()])
def test_the_data_tab_shows_the_line_and_on_request_the_numbers(qtbot: Any, dataset: Any) -> None:
    view = DataView()
    qtbot.addWidget(view)
    view.show()
    view.show_preview(preview(prepare(dataset), "train", 50))
    assert view.series.isVisible() and not view.table.isVisible() and not view.words.isVisible()
    view.table_button.setChecked(True)
    assert view.table.isVisible() and not view.series.isVisible() and view.words.isVisible()
    assert view.model.rowCount() == 50
