"""The data view: points, pictures or a table, the counts beside them, and what its options ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt

from playground.analysis.inside.data import DataSummary
from playground.ui.views.inside.data import DataView
from tests.ui.views import results
from tests.ui.views.showing import shown


def drawn(view: DataView) -> set[str]:
    """What stands beside the counts of the classes, and whether those are there."""
    parts = {"points": view.points, "series": view.series, "pictures": view.wall_area, "table": view.table,
             "counts": view.bars_area}  # fmt: skip
    return {name for name, widget in parts.items() if widget.isVisible()}


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (results.data, {"points", "counts"}),
        (results.data_pictures, {"pictures", "counts"}),
        (results.data_table, {"table"}),
    ],
)
def test_examples_are_drawn_as_what_they_are(qtbot: Any, make: Callable[[], DataSummary], found: set[str]) -> None:
    view = shown(qtbot, DataView(), make(), 620)
    assert drawn(view) == found
    # A table has nothing else to be shown as, so there is nothing to tick.
    assert view.table_box.isVisibleTo(view.options) == ("table" not in found)


def test_a_tick_shows_points_as_numbers_with_the_names_of_their_columns(qtbot: Any) -> None:
    view = shown(qtbot, DataView(), results.data(), 620)
    view.table_box.click()
    assert drawn(view) == {"table", "counts"}
    model, across = view.table.model(), Qt.Orientation.Horizontal
    assert [model.headerData(column, across) for column in range(model.columnCount())] == ["x1", "x2", "class"]
    assert [model.index(1, column).data() for column in range(3)] == ["1", "-1", "b"]
    assert view.saved_options() == {"table": True}
    view.resize(300, 340)
    assert drawn(view) == {"table"}
    view.table_box.click()
    assert drawn(view) == {"points", "counts"}


def test_another_part_is_another_question_and_the_line_below_counts_all(qtbot: Any) -> None:
    view = shown(qtbot, DataView(), results.data(), 620)
    words = [entry.text for entry in view.legend.entries]
    assert words == ["train 12", "validation 3", "test 3", "the first 6 shown"]
    with qtbot.waitSignal(view.wanted_changed):
        view.part_box.setCurrentIndex(view.part_box.findData("test"))
    assert view.wanted().part == "test"
    view.show_result(results.data("test"))
    assert "the first 6 shown" not in [entry.text for entry in view.legend.entries]
