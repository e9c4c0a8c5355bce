"""The data before any network: points, pictures or a table, and how many examples each class has."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QScrollArea, QSizePolicy, QTableView, QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.data import DataAnalysis, DataSummary
from playground.data.base import PARTS
from playground.ui.views.base import View
from playground.ui.widgets.data_pictures import ClassBars, ExampleTable, PictureWall
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.points_plot import PointsPlot
from playground.ui.widgets.series_plot import SeriesPlot
from playground.ui.widgets.theme import THEME

EXAMPLES_SHARE, CLASSES_SHARE = 5, 3
"""Widths of the examples and of the counts beside them."""
NARROW = 440
"""Below this width a table stands alone."""
WIDEST_COLUMN = 150
"""A longer name of a column is cut; the table can still be read."""


class DataView(View):
    """The examples of the selected data block, or of the first one."""

    analysis: ClassVar[type[Analysis]] = DataAnalysis
    title: ClassVar[str] = "Data"
    empty: ClassVar[str] = "The examples appear here."

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: DataSummary | None = None
        self.table_box, self.part_box = self.parameters.switch("table"), self.parameters.control("part")
        self.options_layout.addWidget(self.table_box)
        self.options_layout.addWidget(self.part_box)
        self.points = PointsPlot()
        self.points.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.series = SeriesPlot()
        self.series.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.wall = PictureWall()
        self.model = ExampleTable()
        self.model.setParent(self)
        self.bars = ClassBars()
        self.legend = Legend()
        self._lay_out()
        self.restyle()

    def _lay_out(self) -> None:
        self.wall_area = scrolling(self.wall)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName("The examples as numbers")
        header = self.table.horizontalHeader()
        header.setResizeContentsPrecision(20)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMaximumSectionSize(THEME.px(WIDEST_COLUMN))
        self.bars_area = scrolling(self.bars)
        line = QHBoxLayout()
        line.setSpacing(THEME.px(10))
        for widget in (self.points, self.series, self.wall_area, self.table):
            line.addWidget(widget, EXAMPLES_SHARE)
        line.addWidget(self.bars_area, CLASSES_SHARE)
        self.body_layout.addLayout(line, 1)
        self.body_layout.addWidget(self.legend)

    def restyle(self) -> None:
        self.table.verticalHeader().setDefaultSectionSize(THEME.px(24))
        self.bars.updateGeometry()
        self.wall.updateGeometry()

    def draw(self) -> None:
        assert self.result is not None
        data = self.result
        pictured = any(shown is not None for shown in (data.points, data.pictures, data.series))
        as_table = self.table_box.isChecked() or not pictured
        self.table_box.setVisible(pictured)
        self.table.setVisible(as_table)
        self.points.setVisible(not as_table and data.points is not None)
        self.series.setVisible(not as_table and data.series is not None)
        self.wall_area.setVisible(not as_table and data.pictures is not None)
        self._share_room()
        self.model.show(data.columns, data.rows)
        if data.points is not None:
            self.points.set_points(data.points, has_classes=bool(data.class_names))
        if data.series is not None:
            self.series.set_series(data.series)
        if data.pictures is not None:
            self.wall.set_pictures(data.pictures, [", ".join(map(str, row)) for row in data.rows])
        if data.class_counts is not None:
            columns = zip(PARTS, data.class_counts.T.tolist(), strict=True)
            self.bars.set_counts(data.class_names, {part: tuple(counts) for part, counts in columns})
        self.legend.show_entries(self._entries(data))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        """In a narrow view a table needs all the room; the counts of the classes are in the Data tab, too."""
        counted = self.result is not None and self.result.class_counts is not None
        narrow = self.table.isVisibleTo(self) and self.width() < THEME.px(NARROW)
        self.bars_area.setVisible(counted and not narrow)

    def _entries(self, data: DataSummary) -> list[Entry]:
        tokens = THEME.tokens
        parts = [Entry(f"{part} {data.counts[part]:,}", "square", tokens.part_color(part)) for part in PARTS]
        some = len(data.rows) < data.counts[data.part] and (data.series is None or self.table_box.isChecked())
        return [*parts, *([Entry(f"the first {len(data.rows):,} shown")] if some else [])]


def scrolling(widget: QWidget) -> QScrollArea:
    """A plain area that scrolls up and down."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidget(widget)
    area.viewport().setAutoFillBackground(False)
    widget.setAutoFillBackground(False)
    return area
