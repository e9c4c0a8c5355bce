"""The way down a landscape: pictures of trajectories, the numbers of the step, and a table of all iterations."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPointF, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QBoxLayout,
    QGridLayout,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from playground.analysis.base import Analysis
from playground.analysis.loss.descent import Descent, DescentAnalysis, Trajectory
from playground.ui.views.base import View
from playground.ui.views.loss.descent_plot import DARK, PATH, TrajectoryPlot
from playground.ui.widgets.labels import Label, plain_tip
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.options import ElidedLabel
from playground.ui.widgets.theme import THEME

TABLE_WIDTH, TABLE_SHARE = 330, 0.45
"""Pixels that the table has beside the picture, or this share of the width where that is more."""
LEAST_COLUMN = 70
WIDE, HIGH = 620, 480
"""Pixels from which the table has room beside the picture, or else below it; and the words more than one line."""
LOW = 2.0
"""From this ratio of width and height on several pictures stand in one row."""
HINT = "Click to begin there; or move a mark with the arrow keys and press Enter."
Index = QModelIndex | QPersistentModelIndex


class Iterations(QAbstractTableModel):
    """All places of a trajectory, one row for each step, with all digits that a number has."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: list[str] = []
        self._numbers: list[np.ndarray] = []

    def show_walk(self, trajectory: Trajectory) -> None:
        """Show another trajectory, or the same one farther on."""
        self.beginResetModel()
        names = ["x", "y"][: trajectory.dimensions]
        self._columns = ["step", *names, "f", "slope" if trajectory.dimensions == 1 else "|∇f|"]
        slopes = trajectory.slopes[:, 0] if trajectory.dimensions == 1 else np.linalg.norm(trajectory.slopes, axis=1)
        self._numbers = [trajectory.steps, *trajectory.places.T, trajectory.losses, slopes]
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self._numbers[0]) if self._numbers else 0

    def columnCount(self, parent: Index | None = None) -> int:
        return len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return repr(self._numbers[index.column()][index.row()].item()).replace("-", "−")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._columns[section]
        return None


class FittingNumbers(QStyledItemDelegate):
    """Writes each number with as many digits as its cell has room for; the tool tip says all."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        margin = 2 * (option.widget.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 1)
        # One pixel less: `horizontalAdvance` is rounded, and a text as wide as its room would lose its end.
        option.text = shortened(option.text, option.rect.width() - margin - 1, option.fontMetrics.horizontalAdvance)


def shortened(number: str, room: int, width: Callable[[str], int]) -> str:
    """A number rounded to the digits that have room, one at least; as it is where it fits."""
    if width(number) <= room:
        return number
    value = float(number.replace("−", "-"))
    words = number
    for digits in range(min(16, max(1, room // max(1, width("0")))), 0, -1):
        words = f"{value:#.{digits}g}".replace("-", "−")
        if width(words) <= room:
            break
    return words


class DescentView(View):
    """The landscapes of all test functions, with the way down each."""

    analysis: ClassVar[type[Analysis]] = DescentAnalysis
    title: ClassVar[str] = "Descent"
    empty: ClassVar[str] = "Press play to walk down the landscape."
    rank: ClassVar[int] = 98

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Descent | None = None
        self.plots: list[TrajectoryPlot] = []
        self._aspect = 1.0
        self.chosen = 0
        """Of which walk the words and the table tell."""
        self.field_box, self.table_box = self.parameters.switch("field"), self.parameters.switch("table")
        self.options_layout.addWidget(self.field_box)
        self.options_layout.addWidget(self.table_box)
        self._pictures = QWidget()
        self._grid = QGridLayout(self._pictures)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(THEME.px(4))
        self._names: list[ElidedLabel] = []
        self.iterations = Iterations(self)
        self.table = self._make_table()
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setAccessibleName("The next step in numbers")
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.legend = self.legend_in(self._pictures)
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._across.setSpacing(THEME.px(6))
        self._across.addWidget(self._pictures, 1)
        self._across.addWidget(self.table)
        self.body_layout.addLayout(self._across, 1)
        self.body_layout.addWidget(self.words)

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setAccessibleName("Iterations")
        table.setModel(self.iterations)
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setTabKeyNavigation(False)
        table.setWordWrap(False)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        # Both ends of a number count: its first digits and its exponent.
        table.setItemDelegate(FittingNumbers(table))
        return table

    @Slot()
    def _measure(self) -> None:
        aspect = self.plots[0].aspect
        if aspect != self._aspect:
            self._aspect = aspect
            changed = self.parameters.measure("aspect", aspect)
            if changed and self.result is not None and self.result.trajectories[0].dimensions == 2:
                self.wanted_changed.emit()

    # Drawing --------------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        assert self.result is not None
        trajectories = self.result.trajectories
        self._make_plots(len(trajectories))
        self.chosen = min(self.chosen, len(trajectories) - 1)
        several = len(trajectories) > 1
        for plot, name, trajectory in zip(self.plots, self._names, trajectories, strict=False):
            plot.show_field = self.field_box.isChecked()
            plot.show_walk(trajectory)
            plot.setAccessibleName(f"{trajectory.title}: {trajectory.words}")
            plot.setAccessibleDescription(HINT)
            name.setText(self._name_of(trajectory, len(trajectories)))
            name.setToolTip(plain_tip(f"{trajectory.title}: {_place_words(trajectory)}"))
        trajectory = trajectories[self.chosen]
        self.field_box.setVisible(any(one.dimensions == 2 for one in trajectories))
        roomy = self.height() >= THEME.px(HIGH)
        lines = step_words(trajectory, self.result.optimizer, named=several)
        self.words.setToolTip(plain_tip("\n".join(lines)))
        if not roomy:  # what one has come for: the numbers of the step, or what the constraint says
            lines = lines[-1:] if trajectory.balance is not None else lines[1:2]
        self.words.setText("\n".join(lines))
        self.legend.show_entries(self._entries(trajectory))
        room = roomy or self.width() >= THEME.px(WIDE)
        self.table_box.setVisible(not several and room)
        self.table.setVisible(self.table_box.isChecked() and not several and room)
        if self.table.isVisibleTo(self):
            self._show_table(trajectory)

    def _columns(self, count: int) -> int:
        """Pictures in a row: in a low dock they stand side by side."""
        return count if self.width() > LOW * self.height() else min(count, 2)

    def _name_of(self, trajectory: Trajectory, count: int) -> str:
        """The title of a trajectory and where it is, in two lines where one has no room."""
        place, rate = _place_words(trajectory)
        line = f"{trajectory.title}: {place}{rate}"
        room = self.width() // self._columns(count) - THEME.px(8)
        fits = self.fontMetrics().horizontalAdvance(line) <= room
        return line if fits else f"{trajectory.title}{rate}\n{place}"

    def _make_plots(self, count: int) -> None:
        """As many pictures as there are walks; two in a row where there are more than two."""
        while len(self.plots) < count:
            plot, name = TrajectoryPlot(), ElidedLabel("")
            plot.setToolTip(plain_tip(HINT))
            name.setProperty("role", "secondary")
            plot.start_chosen.connect(functools.partial(self._on_start, len(self.plots)))
            plot.hovered.connect(functools.partial(self._read, plot))
            plot.left.connect(self._forget)
            plot.box.sigResized.connect(self._measure)
            self.plots.append(plot)
            self.legend.watch(plot)
            self._names.append(name)
        columns = self._columns(count)
        for number, (plot, name) in enumerate(zip(self.plots, self._names, strict=True)):
            shown = number < count
            row, column = divmod(number, columns)
            item = self._grid.itemAtPosition(2 * row + 1, column)
            if shown and (item is None or item.widget() is not plot):
                self._grid.addWidget(name, 2 * row, column)
                self._grid.addWidget(plot, 2 * row + 1, column)
            plot.setVisible(shown)
            name.setVisible(shown and count > 1)
        for row in range(4):
            self._grid.setRowStretch(row, row % 2 if columns * (row // 2) < count else 0)

    def _show_table(self, trajectory: Trajectory) -> None:
        self.iterations.show_walk(trajectory)
        metrics = self.table.fontMetrics()
        self.table.verticalHeader().setDefaultSectionSize(metrics.height() + THEME.px(4))
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(min(THEME.px(LEAST_COLUMN), metrics.horizontalAdvance("000000")))
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(0, metrics.horizontalAdvance("000000"))
        row = self.iterations.index(trajectory.now, 0)
        self.table.selectRow(trajectory.now)
        self.table.scrollTo(row, QAbstractItemView.ScrollHint.PositionAtBottom)

    def _entries(self, trajectory: Trajectory) -> list[Entry]:
        entries = [Entry(f"now, step {trajectory.steps[trajectory.now]:,}", "disc", PATH), Entry("start", "disc", DARK)]
        if len(trajectory.minima):
            entries.append(Entry("known minimum", symbol="star", color="#d9a400"))
        if trajectory.best is not None:
            entries.append(Entry("best so far", "diamond", "#90e0a0"))
        if trajectory.next is not None:
            entries.append(Entry("next step", "line", THEME.tokens.test if trajectory.dimensions == 1 else "#ff9f1c"))
        if trajectory.dimensions == 1:
            entries.append(Entry("tangent", "dash", THEME.tokens.secondary))
        elif self.field_box.isChecked():
            entries.append(Entry("arrows: −gradient"))
        if trajectory.balance is not None:
            entries.append(Entry("region", "dash", THEME.tokens.secondary))
            if trajectory.balance.normal.any():
                entries.append(Entry("normal", "line", "#4cc9f0"))
        return entries

    def restyle(self) -> None:
        for plot in self.plots:
            plot.dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= THEME.px(WIDE)
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._across.setDirection(way)
        if beside:
            wanted = max(THEME.px(TABLE_WIDTH), round(TABLE_SHARE * self.width()))
            self.table.setFixedWidth(min(wanted, self.width() // 2, self._widest_table()))
            self.table.setMinimumHeight(0)
            self.table.setMaximumHeight(16_777_215)
        else:
            self.table.setMinimumWidth(0)
            self.table.setMaximumWidth(16_777_215)
            self.table.setFixedHeight(self.height() // 4)
        if self.result is not None:
            self.draw()

    def _widest_table(self) -> int:
        """Pixels in which every number has all its digits."""
        digits = self.table.fontMetrics().horizontalAdvance("−0.000000000000000000") + THEME.px(10)
        return THEME.px(70) + (max(self.iterations.columnCount(), 4) - 1) * digits

    def settle(self) -> None:
        super().settle()
        for plot in self.plots:
            plot.fit()

    # Saving ---------------------------------------------------------------------------------------------------------

    def pose(self, posing: bool) -> None:
        for plot in self.plots:
            plot.draw_shapes(posing)

    # A person -------------------------------------------------------------------------------------------------------

    def _on_start(self, number: int, place: tuple[float, ...]) -> None:
        if self.result is None or number >= len(self.result.trajectories):
            return
        trajectory = self.result.trajectories[number]
        self.chosen = number
        words = ", ".join(f"{value:g}" for value in place).replace("-", "−")
        parameters = dict(zip(("start_x", "start_y"), place, strict=False))
        self.edit_wanted.emit(f"Begin {trajectory.title} at ({words})", trajectory.node, parameters)

    def _read(self, plot: TrajectoryPlot, place: QPointF) -> None:
        self.legend.show_readout(plot.readout(place.x(), place.y()))

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")


def _place_words(trajectory: Trajectory) -> tuple[str, str]:
    """Where a trajectory is, and its rate unless the title says it."""
    numbers = ", ".join(f"{value:.4g}".replace("-", "−") for value in trajectory.places[trajectory.now].tolist())
    said = np.isnan(trajectory.rate) or _number(trajectory.rate) in trajectory.title
    rate = "" if said else f", rate {_number(trajectory.rate)}"
    name = "x" if trajectory.dimensions == 1 else "(x, y)"
    return f"{name} = {numbers if trajectory.dimensions == 1 else f'({numbers})'}", rate


def step_words(trajectory: Trajectory, optimizer: str, named: bool = False) -> list[str]:
    """The height, the next step with the numbers put in where it is known, and what curvatures or constraint say."""
    place, slope = trajectory.places[trajectory.now].tolist(), trajectory.slopes[trajectory.now].tolist()
    height = f"f = {trajectory.words} = {_number(float(trajectory.losses[trajectory.now]))}"
    whose = f"{trajectory.title}: " if named else ""
    lines = [height]
    if trajectory.next is not None and trajectory.next.plain:
        names = "xy"[: trajectory.dimensions]
        steps = [
            f"{name} − η·{'f′(x)' if len(names) == 1 else f'∂f/∂{name}'} = "
            f"{_number(x)} − {_number(trajectory.rate)}·{_bracketed(g)} = {_number(after)}"
            for name, x, g, after in zip(names, place, slope, trajectory.next.place.tolist(), strict=True)
        ]
        lines.append(whose + "   ·   ".join(steps))
    elif trajectory.next is not None:
        here, there = (", ".join(map(_number, numbers)) for numbers in (place, trajectory.next.place.tolist()))
        held = ", then back into the region" if trajectory.balance is not None and trajectory.balance.active else ""
        if trajectory.next.place.tolist() == place:
            lines.append(f"{whose}{optimizer} stays at ({here})")
        else:
            lines.append(f"{whose}{optimizer}{held}: from ({here}) to ({there})")
    return [*lines, trajectory.balance.words() if trajectory.balance is not None else trajectory.level_words()]


def _bracketed(value: float) -> str:
    return f"({_number(value)})" if value < 0.0 else _number(value)
