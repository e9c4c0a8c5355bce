"""The loss surface: contours of the loss around the present weights, with the path that training has taken."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from PySide6.QtCore import QPointF, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from playground.analysis.base import Analysis
from playground.analysis.loss.loss_surface import LossSurface, LossSurfaceAnalysis
from playground.ui.views.base import View
from playground.ui.views.loss.opengl import opengl_works
from playground.ui.views.loss.surface_options import GRIDS, SurfaceOptions
from playground.ui.views.loss.surface_words import age, entries, readout
from playground.ui.views.shared.color_bar import ColorBar
from playground.ui.views.shared.contours import HeightScale
from playground.ui.views.shared.surface_plot import LEVELS, ContourPlot
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.theme import THEME

PATIENCE = 0.3
"""Seconds that a surface may take while the grid is chosen by itself: all other pictures wait meanwhile."""
FRESH = 1.5
"""Seconds after which a surface says how old it is."""
NEAR = 12
"""Pixels within which a point of the path is read."""
NO_OPENGL = "This machine has no OpenGL; the contours show the same."


class LossSurfaceView(View):
    """The loss on a plane through the space of weights, as contours or as a landscape."""

    analysis: ClassVar[type[Analysis]] = LossSurfaceAnalysis
    title: ClassVar[str] = "Loss surface"
    empty: ClassVar[str] = "Press play to see the loss around the weights, and the path that training takes."
    pulses: ClassVar[int] = 15

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: LossSurface | None = None
        self.scale = HeightScale(0.0, 1.0, False)
        self.clock = time.monotonic
        """Seconds, to tell how old the surface is."""
        self._arrived = 0.0
        self._newest = 0
        self._cost = 0.0
        self.landscape: Any = None
        """The page with three dimensions, once somebody wants it."""
        self.plot = ContourPlot()
        self.bar = ColorBar("loss")
        self.notice = Label(NO_OPENGL)
        self.notice.setProperty("role", "secondary")
        self.notice.setWordWrap(True)
        self.notice.hide()
        self.choices = SurfaceOptions(self)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.plot)
        self.legend = self.legend_in(self.pages, self.plot)
        row = QHBoxLayout()
        row.setSpacing(THEME.px(2))
        row.addWidget(self.pages, 1)
        row.addWidget(self.bar)
        self.body_layout.addWidget(self.notice)
        self.body_layout.addLayout(row, 1)
        self._measure_grid()
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)

    # Asking ---------------------------------------------------------------------------------------------------------

    def wanted(self) -> Analysis:
        return self.choices.analysis()

    def _measure_grid(self) -> None:
        """A coarse grid at first, and then the finest that is quick enough."""
        quick = [count for count in GRIDS if self._cost and self._cost * count**2 <= PATIENCE]
        self.parameters.measure("resolution", max(quick, default=GRIDS[0]))

    def show_result(self, result: Any) -> None:
        self._cost = result.seconds / result.values.size
        self.choices.limit(self._cost)
        self._measure_grid()
        self._arrived = self.clock()
        self.choices.offer(result)
        super().show_result(result)

    def show_message(self, sentence: str) -> None:
        self._cost = 0.0
        self._measure_grid()
        super().show_message(sentence)

    # Age ------------------------------------------------------------------------------------------------------------

    def tell_step(self, step: int) -> None:
        self._newest = step
        if self.result is not None and step != self.result.step:
            self.legend.show_entries(self._entries(self.result))

    @property
    def age(self) -> str:
        """How old the surface is, in words; empty while it keeps up."""
        if self.result is None or self.clock() - self._arrived < FRESH:
            return ""
        return age(self._newest - self.result.step)

    # Drawing --------------------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        self.plot.dress()

    def draw(self) -> None:
        assert self.result is not None
        choices = self.choices
        self.scale = HeightScale.of(self.result.values, choices.log_box.isChecked())
        deep = choices.depth_box.isChecked() and opengl_works()
        self.notice.setVisible(choices.depth_box.isChecked() and not deep)
        if deep:
            self._make_landscape()
            self.landscape.show_surface(self.result, self.scale, LEVELS)
        self.pages.setCurrentWidget(self.landscape if deep else self.plot)
        self.plot.show_surface(self.result, self.scale)
        self.bar.show_scale(self.scale)
        self.legend.show_entries(self._entries(self.result))

    def _make_landscape(self) -> None:
        if self.landscape is None:
            from playground.ui.views.loss.surface_landscape import Landscape  # OpenGL takes a while to load.

            self.landscape = Landscape()
            self.pages.addWidget(self.landscape)
            self.legend.watch(self.landscape)
            self.landscape.turned.connect(self.legend.later)

    def _entries(self, result: LossSurface) -> list[Entry]:
        found = entries(result, self.choices.directions, self.pages.currentWidget() is self.plot)
        return [*found, Entry(self.age)] if self.age else found

    # Saving ---------------------------------------------------------------------------------------------------------

    def pose(self, posing: bool) -> None:
        self.plot.draw_shapes(posing)

    def settle(self) -> None:
        super().settle()
        self.plot.fit()

    def save_svg(self, path: Any) -> None:
        shown = self.pages.currentWidget()
        self.pages.setCurrentWidget(self.plot)  # OpenGL paints no vectors.
        try:
            super().save_svg(path)
        finally:
            self.pages.setCurrentWidget(shown)

    # Reading --------------------------------------------------------------------------------------------------------

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is not None:
            near = [NEAR * size for size in self.plot.box.viewPixelSize()]
            self.legend.show_readout(readout(self.result, place.x(), place.y(), near))

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")
