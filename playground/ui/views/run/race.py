"""The race: the curves of all runs, their ways on one surface, and who came in when."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from playground.analysis.base import Analysis
from playground.analysis.run.contests import Runs
from playground.analysis.run.race import Race, RaceAnalysis, RaceOffer
from playground.ui.views.run.contest import ContestView, as_title
from playground.ui.views.run.contest_chart import ChartLine, ContestChart, run_color
from playground.ui.views.run.race_map import RaceMap
from playground.ui.views.run.race_options import RaceOptions
from playground.ui.widgets.drawing import class_symbol, number_words
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.theme import THEME

PAGES = (("All that fits", "all"), ("Chart", "chart"), ("Surface", "surface"), ("Table", "table"))
WIDE, HIGH = 600, 430
"""From these sizes on the surface stands beside the chart, and the table below."""
ROW = 26
OVER = 126
"""Most room for what the race is over, in the header of a narrow view."""


class RaceView(ContestView):
    """One network under several optimizers or values of a setting."""

    analysis: ClassVar[type[Analysis]] = RaceAnalysis
    title: ClassVar[str] = "Race"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Race | None = None
        self.chart = ContestChart("Race")
        self.map = RaceMap()
        self.table = _table()
        self.notice = Label()
        self.notice.setProperty("role", "secondary")
        self.notice.setWordWrap(True)
        self.pictures = QWidget()
        row = QHBoxLayout(self.pictures)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(THEME.px(6))
        row.addWidget(self.chart, 1)
        row.addWidget(self.map, 1)
        self.legend = self.legend_in(self.pictures, self.chart, self.map)
        for widget, share in ((self.pictures, 1), (self.notice, 0), (self.table, 0)):
            self.body_layout.addWidget(widget, share)
        self.choices = RaceOptions(self.parameters)
        self.page_box = self.parameters.choice("page", PAGES)
        self.options_layout.addWidget(self.choices.over_box)
        self.options_layout.addWidget(self.start_button)
        rows = [*self.choices.rows(), ("Epochs", self.epochs_box), ("Chart", self.quantity_box)]
        self.add_more([*rows, ("Show", self.page_box)])
        self.restyle()

    def show_result(self, result: Any) -> None:
        if not isinstance(result, RaceOffer):
            super().show_result(result)
            return
        self.choices.take(result)
        if self.result is None and not self.running:
            self.show_message(self.empty)

    # Drawing --------------------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        box = self.choices.over_box
        box.setMinimumWidth(min(box.sizeHint().width() + THEME.px(12), THEME.px(OVER)))
        self.chart.restyle()
        self.map.restyle()
        self.table.setFont(THEME.font(13))
        self.table.horizontalHeader().setFont(THEME.font(13))

    def settle(self) -> None:
        super().settle()
        self.chart.fit()
        self.map.fit()

    def draw(self) -> None:
        assert self.result is not None
        runs = self.result.runs
        loss = self.quantity_box.currentData() == "loss"
        values = runs.losses if loss else runs.scores
        stayed = ~np.isfinite(runs.diverged)
        lines = [
            ChartLine(name, runs.epochs, values[:, run], run, bool(stayed[run])) for run, name in enumerate(runs.names)
        ]
        self.chart.name_axes("Epochs", "Training loss" if loss else as_title(runs.measure))
        self.chart.draw_lines(lines, logarithmic=loss)
        if self.result.ground is not None:
            self.map.show_ground(self.result.ground)
        self._fill_table(runs)
        self._arrange()
        self.legend.show_entries(self._entries(self.result))

    def _arrange(self) -> None:
        """Show what was chosen, or what there is room for."""
        page = self.page_box.currentData()
        ground = self.result is not None and self.result.ground is not None
        beside = page == "all" and self.width() >= THEME.px(WIDE)
        self.chart.setVisible(page in ("all", "chart") or (page == "surface" and not ground))
        self.map.setVisible(ground and (page == "surface" or beside))
        self.pictures.setVisible(page != "table")
        self.table.setVisible(page == "table" or (page == "all" and self.height() >= THEME.px(HIGH)))
        rows = self.table.rowCount()
        tall = self.table.horizontalHeader().height() + rows * THEME.px(ROW) + 4
        self.table.setMaximumHeight(16_777_215 if page == "table" else min(tall, self.height() // 3))
        self.table.setMinimumHeight(0 if page == "table" else min(tall, self.height() // 3))
        why = self.result.why_no_ground if self.result is not None else ""
        self.notice.setText(why)
        self.notice.setVisible(bool(why) and (page == "surface" or beside))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.result is not None:
            self._arrange()
            self.legend.show_entries(self._entries(self.result))

    def _entries(self, race: Race) -> list[Entry]:
        runs, symbols = race.runs, [class_symbol(run) for run in range(len(race.runs.names))]
        entries = [
            Entry(_result_words(runs, run), "line", run_color(run).name(), symbols[run]) for run in runs.order
        ]
        progress = "" if runs.whole else f", {runs.share:.0%} done"
        entries.append(Entry(f"{race.over}: {runs.together}{progress}"))
        if race.ground is not None and race.ground.examples and self.map.isVisibleTo(self):
            entries.append(Entry(f"surface: training loss of {race.ground.examples} examples, the darker the lower"))
        return entries

    def _fill_table(self, runs: Runs) -> None:
        names = ["Rank", "Run", "Train loss", as_title(runs.measure), "Goals reached"]
        self.table.setColumnCount(len(names))
        self.table.setHorizontalHeaderLabels(names)
        self.table.setRowCount(len(runs.names))
        for row, run in enumerate(runs.order):
            self.table.setRowHeight(row, THEME.px(ROW))
            numbers = (_words(runs, run, values[run]) for values in (runs.final_losses, runs.final))
            texts = [str(row + 1), runs.names[run], *numbers, _when(runs, run)]
            for column, text in enumerate(texts):
                item = self.table.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    self.table.setItem(row, column, item)
                item.setText(text)


def _table() -> QTableWidget:
    table = QTableWidget()
    table.setAccessibleName("Results of the race")
    table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setFrameShape(QTableWidget.Shape.NoFrame)
    table.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    return table


def _words(runs: Runs, run: int, value: float) -> str:
    if math.isnan(value):
        return "ran away" if math.isfinite(runs.diverged[run]) else "–" if runs.whole else "to come"
    return number_words(value)


def _result_words(runs: Runs, run: int) -> str:
    return f"{runs.names[run]}: {_words(runs, run, float(runs.final[run]))}"


def _when(runs: Runs, run: int) -> str:
    if math.isfinite(runs.diverged[run]):
        return f"ran away after epoch {runs.diverged[run]:,.0f}"
    if not runs.goals:
        return "there are none"
    return "not yet" if math.isnan(runs.reached[run]) else f"epoch {runs.reached[run]:,.0f}"
