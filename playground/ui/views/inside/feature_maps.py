"""Feature maps: every map of every filter for one example, and the sliding window behind each number."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QToolButton, QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.feature_maps import FeatureMaps, FeatureMapsAnalysis
from playground.ui.views.base import View
from playground.ui.views.inside.maps_canvas import MapsCanvas
from playground.ui.views.inside.window_panel import WindowPanel
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.options import ExampleBox
from playground.ui.widgets.painted import in_scroll_area
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

LEAST_WIDTH, LEAST_HEIGHT = 230, 150
"""Room for the maps, beside or above which the numbers may stand."""


class FeatureMapsView(View):
    """What every filter finds in one example, live while it learns.

    The numbers stand beside the maps or below them; where neither has room, a button changes between the two.
    """

    analysis: ClassVar[type[Analysis]] = FeatureMapsAnalysis
    title: ClassVar[str] = "Feature maps"
    empty: ClassVar[str] = "Press play to see what each filter finds."
    pulses: ClassVar[int] = 1
    rank: ClassVar[int] = 92

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: FeatureMaps | None = None
        self._followed = ""
        self._shared: tuple[object, ...] = ()
        """For what the room was last shared."""
        self.example_box = ExampleBox()
        self.options_layout.addWidget(self.example_box)
        self.canvas = MapsCanvas()
        self.maps_area = in_scroll_area(self.canvas)
        self.panel = WindowPanel()
        self.halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.halves.setSpacing(THEME.px(12))
        self.halves.addWidget(self.maps_area, 1)
        self.halves.addWidget(self.panel)
        self.body_layout.addLayout(self.halves, 1)
        self.legend = Legend()
        self.numbers_button = QToolButton()
        self.numbers_button.setText("Numbers")
        self.numbers_button.setCheckable(True)
        self.numbers_button.setToolTip("Show the sliding window with its numbers instead of the maps")
        foot = QHBoxLayout()
        foot.addWidget(self.legend, 1)
        foot.addWidget(self.numbers_button, 0, Qt.AlignmentFlag.AlignBottom)
        self.body_layout.addLayout(foot)
        self.example_box.row_chosen.connect(self.example_chosen)
        self.numbers_button.toggled.connect(self._share_room)
        self.canvas.cell_changed.connect(self._show_cell)
        self.canvas.pointed.connect(self.legend.show_readout)
        self.panel.canvas.pointed.connect(self.legend.show_readout)
        self.panel.canvas.placed.connect(self._look_at)
        self.panel.canvas.pressed_key.connect(self.canvas.press)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    @Slot()
    def _share_room(self) -> None:
        """Put the numbers beside the maps or below them, or show one of the two."""
        foot = self.legend.heightForWidth(self.width()) + THEME.px(8)
        asked = self.size(), foot, self.panel.canvas.reserved, self.numbers_button.isChecked(), THEME.scale
        if asked == self._shared:
            return
        self._shared = asked
        width, height = self.width() - THEME.px(12), self.height() - foot
        narrow = self.panel.narrow_width()
        beside = width >= narrow + THEME.px(LEAST_WIDTH)
        self.panel.canvas.stand_alone(False)
        high = self.panel.needed(width)
        below = not beside and height >= high + THEME.px(LEAST_HEIGHT)
        both = beside or below
        ways = QBoxLayout.Direction
        self.halves.setDirection(ways.LeftToRight if beside else ways.TopToBottom)
        self.panel.setFixedWidth(min(narrow, width)) if beside else self._free_width()
        self.panel.setMinimumHeight(high if below else 0)
        self.panel.setMaximumHeight(high if below else 16_777_215)
        self.numbers_button.setVisible(not both)
        alone = not both and self.numbers_button.isChecked()
        self.maps_area.setVisible(not alone)
        self.panel.setVisible(both or alone)
        self.panel.canvas.stand_alone(alone)
        self._show_cell()

    def _free_width(self) -> None:
        self.panel.setMinimumWidth(0)
        self.panel.setMaximumWidth(16_777_215)

    def pose(self, posing: bool) -> None:
        self._shared = ()
        if posing:
            self.numbers_button.hide()
        else:
            self._share_room()

    def picture_widget(self) -> QWidget:
        hidden = self.panel.isHidden() and self.canvas.height() > self.height()
        return self.canvas if hidden else self

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.example_box.show_example(result.row, result.count, result.part)
        self.canvas.show_layers(result.layers, result.chosen)
        if result.chosen != self._followed:
            self._followed = result.chosen
            self._follow(result.chosen)
        self.panel.reserve(result.layers)
        self._share_room()
        self._show_cell()
        words = "your example" if result.row < 0 else f"{result.part} example {result.row + 1}"
        self.legend.show_entries([
            Entry(words),
            *([Entry(result.answer.words())] if result.answer is not None else []),
            Entry("positive", "square", POSITIVE),
            Entry("negative", "square", NEGATIVE),
        ])  # fmt: skip

    def _follow(self, node: str) -> None:
        """Look at the block that was chosen on the canvas."""
        self.canvas.look_at(node)
        nodes = [layer.node for layer in self.canvas.layers]
        if node in nodes:
            section = self.canvas.sections()[nodes.index(node)]
            whole = section.heading.united(section.boxes[-1])
            self.maps_area.ensureVisible(int(whole.left()), int(whole.bottom()), 0, 4)
            self.maps_area.ensureVisible(int(whole.left()), int(whole.top()), 0, 4)

    @Slot(int, int, bool)
    def _look_at(self, row: int, column: int, kept: bool) -> None:
        """Look at a place of the map that the panel shows."""
        cell = self.canvas.cell
        if cell is None or row < 0:
            self.canvas.point(None)
        elif kept:
            self.canvas.keep(replace(cell, row=row, column=column))
        else:
            self.canvas.point(replace(cell, row=row, column=column))

    @Slot()
    def _show_cell(self) -> None:
        cell = self.canvas.cell
        layer = self.canvas.layer(cell.node) if cell is not None else None
        if cell is not None and layer is not None and not self.panel.isHidden():
            self.panel.show_cell(layer, cell, self.canvas.layers)
