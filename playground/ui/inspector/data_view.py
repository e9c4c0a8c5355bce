"""The examples of one part: points, pictures or a table, and how many of each class there are."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHeaderView, QTableView, QToolButton, QVBoxLayout, QWidget

from playground.data.base import PARTS
from playground.data.preview import DataPreview
from playground.ui.widgets.controls import QuietComboBox
from playground.ui.widgets.data_pictures import ClassBars, ExampleTable, PictureWall
from playground.ui.widgets.kept_size import KeptSize
from playground.ui.widgets.points_plot import PointsPlot
from playground.ui.widgets.rows import Section, label
from playground.ui.widgets.series_plot import SeriesPlot
from playground.ui.widgets.theme import THEME

MOST_PICTURES = 100


class DataView(QWidget):
    """Shows a DataPreview; hidden parts of it cost nothing."""

    part_chosen = Signal()
    """Another part is wanted: see `part`."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.classes = Section("Classes")
        self.bars = ClassBars()
        self.classes.add(self.bars)
        column.addWidget(self.classes)
        self.section = Section("Examples")
        self.parts = QuietComboBox()
        self.parts.setAccessibleName("Part of the data")
        for part in PARTS:
            self.parts.addItem(part, part)
        self.parts.currentIndexChanged.connect(self._choose_part)
        self.table_button = QToolButton()
        self.table_button.setText("Table")
        self.table_button.setCheckable(True)
        self.table_button.setAutoRaise(True)
        self.table_button.setToolTip("Show the examples as numbers.")
        self.table_button.toggled.connect(self._arrange)
        self.section.heading_line.addWidget(self.table_button)
        self.section.heading_line.addWidget(self.parts)
        self.points = PointsPlot()
        self.wall = PictureWall()
        self.series = SeriesPlot()
        self.model = ExampleTable()
        self.model.setParent(self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName("The examples as numbers")
        KeptSize(self.table, "setMinimumHeight", 230)
        header = self.table.horizontalHeader()
        header.setResizeContentsPrecision(20)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.verticalHeader().setDefaultSectionSize(THEME.px(24))
        self.words = label(role="secondary")
        for widget in (self.points, self.wall, self.series, self.table, self.words):
            self.section.add(widget)
        column.addWidget(self.section)
        self._shown: DataPreview | None = None
        self._arrange()

    @property
    def part(self) -> str:
        """The chosen part: train, validation or test."""
        return str(self.parts.currentData())

    @Slot()
    def _choose_part(self) -> None:
        self.part_chosen.emit()

    def show_preview(self, data: DataPreview) -> None:
        """Show these examples."""
        self._shown = data
        self.classes.setVisible(bool(data.class_names))
        if data.class_names:
            self.bars.set_counts(data.class_names, data.class_counts)
        self.model.show(data.columns, data.rows)
        if data.points is not None:
            self.points.set_points(data.points, has_classes=bool(data.class_names))
        if data.series is not None:
            self.series.set_series(data.series)
        if data.images is not None:
            words = [", ".join(map(str, row)) for row in data.rows[:MOST_PICTURES]]
            self.wall.set_pictures(data.images[:MOST_PICTURES], words, ink=data.ink)
        self._arrange()

    @Slot()
    def _arrange(self) -> None:
        data = self._shown
        self.section.setVisible(data is not None)
        self.classes.setVisible(data is not None and bool(data.class_names))
        if data is None:
            return
        picture = data.points is not None or data.images is not None or data.series is not None
        as_table = self.table_button.isChecked() or not picture
        self.table_button.setVisible(picture)
        self.table.setVisible(as_table)
        self.points.setVisible(not as_table and data.points is not None)
        self.wall.setVisible(not as_table and data.images is not None)
        self.series.setVisible(not as_table and data.series is not None)
        whole = data.counts[data.part]
        shown = min(len(data.rows), MOST_PICTURES) if data.images is not None and not as_table else len(data.rows)
        self.words.setText(f"{shown:,} of {whole:,} {data.part} examples, in raw units" if shown < whole else "")
        self.words.setVisible(shown < whole and not (data.series is not None and not as_table))
