"""The loss surface: contours of the loss around the present weights, with the path that training has taken."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QWidget

from playground.analysis.base import Analysis
from playground.analysis.loss_surface import LossSurface, LossSurfaceAnalysis
from playground.ui.theme import THEME
from playground.ui.views.base import View
from playground.ui.views.canvas import metrics
from playground.ui.views.color_bar import ColorBar
from playground.ui.views.contours import HeightScale, contour
from playground.ui.views.drawing import number_words
from playground.ui.views.legend import Entry, Legend
from playground.ui.views.opengl import opengl_works
from playground.ui.views.options import check_box, combo_box, more_button, part_box
from playground.ui.views.plane_view import Field
from playground.ui.views.plots import Plot

PATH = "#e5263d"
"""Seen on every shade of viridis, with white beside it."""
DARK = "#10151b"
LEVELS = 14
"""Contour lines."""
GRIDS = (13, 25, 51)
"""Grid points along each side, from a first glance to the full picture."""
PATIENCE = 0.3
"""Seconds that a surface may take while the grid is chosen by itself: all other pictures wait meanwhile."""
SHARE = 0.15
"""Part of its time that the analysis thread may spend on surfaces while the network learns."""
PULSE = 0.033
ROOM = 9
"""Pixels around the grid."""
NEAR = 12
"""Pixels within which a point of the path is read."""
NO_OPENGL = "This machine has no OpenGL; the contours show the same."


class ContourPlot(Plot):
    """Colours and contour lines of the loss, the path with its two ends, and the lowest point."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Loss surface")
        self.field = Field(axisOrder="row-major")
        self.lines = pg.PlotCurveItem(connect="pairs")
        self.halo = pg.PlotCurveItem(connect="all")
        self.path = pg.PlotCurveItem(connect="all")
        self.lowest = pg.ScatterPlotItem(symbol="d", pxMode=True)
        self.start = pg.ScatterPlotItem(symbol="o", pxMode=True)
        self.now = pg.ScatterPlotItem(symbol="o", pxMode=True)
        for depth, item in enumerate(
            (self.field, self.lines, self.halo, self.path, self.lowest, self.start, self.now)
        ):
            item.setZValue(depth)
            self.addItem(item)
        self._axes = ("", "")
        self._extent: tuple[float, float, float, float] | None = None
        self._moved = False
        self.range_taken.connect(self._keep_range)
        self.reset_wanted.connect(self.reset_range)
        self.box.sigResized.connect(self.fit)
        self.dress()

    def dress(self) -> None:
        """Take over the sizes of the theme."""
        self.restyle()
        white, thin = QColor("#ffffff"), QColor("#ffffff")
        thin.setAlphaF(0.45)
        self.lines.setPen(pg.mkPen(thin, width=1))
        self.halo.setPen(pg.mkPen(white, width=THEME.px(4)))
        self.path.setPen(pg.mkPen(QColor(PATH), width=THEME.px(2)))
        for item, size, brush, pen in (
            (self.lowest, 12, "#ffffff", pg.mkPen(DARK, width=1)),
            (self.start, 11, DARK, pg.mkPen("#ffffff", width=THEME.px(2))),
            (self.now, 14, PATH, pg.mkPen("#ffffff", width=THEME.px(2))),
        ):
            item.setSize(THEME.px(size))
            item.setBrush(pg.mkBrush(brush))
            item.setPen(pen)

    def show_surface(self, result: LossSurface, scale: HeightScale) -> None:
        """Draw a result in these colours; the range follows it until a person moves or zooms the picture."""
        self._axes = result.axes
        heights = scale.heights(result.values)
        self.field.setImage(scale.colors(result.values), autoLevels=False)
        steps = [(side[-1] - side[0]) / (len(side) - 1) for side in (result.alphas, result.betas)]
        left, bottom = result.alphas[0] - steps[0] / 2, result.betas[0] - steps[1] / 2
        # The middle of a pixel is a point of the grid.
        self.field.setRect(QRectF(left, bottom, steps[0] * len(result.alphas), steps[1] * len(result.betas)))
        ends = np.concatenate([contour(heights, float(level)) for level in scale.levels(LEVELS)]).reshape(-1, 2)
        places = ends * steps + (result.alphas[0], result.betas[0])
        self.lines.setData(places[:, 0], places[:, 1])
        for item in (self.halo, self.path):
            item.setData(result.path[:, 0], result.path[:, 1])
        a, b, _ = result.minimum
        self.lowest.setData([a], [b])
        self.start.setData(result.path[:1, 0], result.path[:1, 1])
        self.start.setVisible(len(result.path) > 1)
        self.now.setData(*(np.array([place]) for place in result.present))
        extent = (result.alphas[0], result.alphas[-1], result.betas[0], result.betas[-1])
        if extent != self._extent:
            self._extent = extent
            self.fit()

    @Slot()
    def fit(self) -> None:
        """Fit names and range to the size."""
        lengths = (self.box.width(), self.box.height())
        self.name_axes(*(_fitting(name, length) for name, length in zip(self._axes, lengths, strict=True)))
        for axis in (self.bottom, self.side):
            axis.resizeEvent()  # pyqtgraph leaves a longer name where the shorter one began
        if not self._moved:
            self.reset_range()

    @Slot()
    def _keep_range(self) -> None:
        self._moved = True

    @Slot()
    def reset_range(self) -> None:
        """Show the whole grid, with room for the numbers of ticks at its corners."""
        self._moved = False
        if self._extent is None:
            return
        left, right, bottom, top = self._extent
        wide, high = max(40.0, self.box.width()), max(40.0, self.box.height())
        beside = THEME.px(ROOM) * (right - left) / (wide - 2 * THEME.px(ROOM))
        above = THEME.px(ROOM) * (top - bottom) / (high - 2 * THEME.px(ROOM))
        self.box.setRange(
            xRange=(left - beside, right + beside), yRange=(bottom - above, top + above), padding=0.0
        )

    def draw_shapes(self, shapes: bool) -> None:
        """Draw points as shapes instead of small pictures: slower, but right in a vector picture."""
        for item in (self.lowest, self.start, self.now):
            item.opts["useCache"] = not shapes


class SurfaceView(View):
    """The loss on a plane through the space of weights, as contours or as a landscape."""

    analysis: ClassVar[type[Analysis]] = LossSurfaceAnalysis
    title: ClassVar[str] = "Loss surface"
    empty: ClassVar[str] = "Press play to see the loss around the weights, and the path that training takes."
    pulses: ClassVar[int] = 15

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: LossSurface | None = None
        self.scale = HeightScale(0.0, 1.0, False)
        self._seed = 0
        self._cost = 0.0
        self.landscape: Any = None
        """The page with three dimensions, once somebody wants it."""
        self.plot = ContourPlot()
        self.bar = ColorBar("loss")
        self.legend = Legend()
        self.notice = QLabel(NO_OPENGL)
        self.notice.setProperty("role", "secondary")
        self.notice.setWordWrap(True)
        self.notice.hide()
        self._make_options()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.plot)
        row = QHBoxLayout()
        row.setSpacing(THEME.px(2))
        row.addWidget(self.pages, 1)
        row.addWidget(self.bar)
        self.body_layout.addWidget(self.notice)
        self.body_layout.addLayout(row, 1)
        self.body_layout.addWidget(self.legend)
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)

    def _make_options(self) -> None:
        directions = [("Along the path", "path"), ("Random", "random")]
        self.directions_box = combo_box("Directions", "What spans the plane through the space of weights", directions)
        self.depth_box = check_box("3-D", "Show the surface as a landscape; drag it to turn it", False)
        self.log_box = check_box("Logarithmic loss", "Colours and heights by the logarithm of the loss", True)
        self.part_box = part_box("Examples that the loss is of")
        self.part_box.setCurrentIndex(0)
        spans = [("¼", "0.25"), ("½", "0.5"), ("1", "1"), ("2", "2"), ("4", "4")]
        self.span_box = combo_box("Span", "How far around: 1 is the whole path, or the length of the weights", spans)
        self.span_box.setCurrentIndex(2)
        grids = [("By itself", "0"), *((f"{count} × {count}", str(count)) for count in GRIDS)]
        self.grid_box = combo_box("Grid", "How many points; by itself it is coarser where the network is large", grids)
        self.other_button = QPushButton("Other random directions")
        self.other_button.setToolTip("Draw two other directions by lot")
        for box in (self.directions_box, self.part_box, self.span_box, self.grid_box):
            box.currentIndexChanged.connect(self._ask_anew)
        self.log_box.toggled.connect(self.renew)
        self.depth_box.toggled.connect(self.renew)
        self.other_button.clicked.connect(self._draw_lots)
        rows = [("Directions", self.directions_box), ("", self.other_button), ("", self.log_box)]
        rows += [("Examples", self.part_box), ("Span", self.span_box), ("Grid", self.grid_box)]
        self.options_layout.addWidget(self.depth_box)
        self.options_layout.addWidget(more_button(rows))

    # Asking ---------------------------------------------------------------------------------------------------------

    def wanted(self) -> Analysis:
        return LossSurfaceAnalysis(
            directions=self.directions_box.currentData(),
            resolution=self._resolution(),
            span=float(self.span_box.currentData()),
            part=self.part_box.currentData(),
            seed=self._seed,
        )

    def _resolution(self) -> int:
        """The chosen grid; else a coarse one at first, and then the finest that is quick enough."""
        chosen = int(self.grid_box.currentData())
        if chosen:
            return chosen
        if not self._cost:
            return GRIDS[0]
        return max((count for count in GRIDS if self._cost * count**2 <= PATIENCE), default=GRIDS[0])

    def show_result(self, result: Any) -> None:
        self._cost = result.seconds / result.values.size
        # Read by the window, which asks again after so many pulses.
        self.pulses = max(type(self).pulses, round(result.seconds / SHARE / PULSE))
        super().show_result(result)

    def show_message(self, sentence: str) -> None:
        self._cost = 0.0
        super().show_message(sentence)

    @Slot()
    def _ask_anew(self) -> None:
        self.pulses = 1  # A person who has chosen does not wait for the next turn.
        self.wanted_changed.emit()

    @Slot()
    def _draw_lots(self) -> None:
        self._seed += 1
        self.directions_box.setCurrentIndex(self.directions_box.findData("random"))
        self._ask_anew()

    # Drawing --------------------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        self.plot.dress()

    def draw(self) -> None:
        assert self.result is not None
        self.scale = HeightScale.of(self.result.values, self.log_box.isChecked())
        deep = self.depth_box.isChecked() and opengl_works()
        self.notice.setVisible(self.depth_box.isChecked() and not deep)
        if deep:
            self._make_landscape()
            self.landscape.show_surface(self.result, self.scale, LEVELS, PATH)
        self.pages.setCurrentWidget(self.landscape if deep else self.plot)
        self.plot.show_surface(self.result, self.scale)
        self.bar.show_scale(self.scale)
        self.legend.show_entries(self._entries(self.result))

    def _make_landscape(self) -> None:
        if self.landscape is None:
            from playground.ui.views.surface_landscape import Landscape  # OpenGL takes a while to load.

            self.landscape = Landscape()
            self.pages.addWidget(self.landscape)

    def _entries(self, result: LossSurface) -> list[Entry]:
        lowest = number_words(result.minimum[2])
        entries = [Entry(f"now, step {result.step:,}: {number_words(result.loss)}", "disc", PATH)]
        if len(result.path) > 1:
            entries += [Entry("start", "disc", DARK), Entry("path", "line", PATH)]
        if self.pages.currentWidget() is self.plot:
            entries.append(Entry(f"lowest here: {lowest}", "diamond", "#ffffff"))
        if self.directions_box.currentData() == "path" and result.kind == "random":
            entries.append(Entry("random until the path spans a plane"))
        entries.append(Entry(f"{result.examples} {result.part} examples"))
        return entries

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


def readout(result: LossSurface, a: float, b: float, near: list[float]) -> str:
    """The loss at a place of the plane in words, or of the point of the path that is near; empty outside the grid."""
    if not (result.alphas[0] <= a <= result.alphas[-1] and result.betas[0] <= b <= result.betas[-1]):
        return ""
    away = np.linalg.norm((result.path - (a, b)) / near, axis=1)
    closest = int(away.argmin())
    if away[closest] <= 1.0:
        words = f"step {result.path_steps[closest]:,}: loss {number_words(float(result.path_losses[closest]))}"
        distance = float(result.distances[closest])
        return words if distance < 1e-3 else f"{words}, {number_words(distance)} away from this plane"
    row, column = _nearest(result.betas, b), _nearest(result.alphas, a)
    where = ", ".join(f"{_short(name)} {number_words(value)}" for name, value in zip(result.axes, (a, b), strict=True))
    return f"{where}: loss {number_words(float(result.values[row, column]))}"


def _nearest(side: NDArray[np.float64], value: float) -> int:
    return int(np.abs(side - value).argmin())


def _fitting(name: str, length: float) -> str:
    """The whole name of an axis where it fits, else its beginning."""
    shorter = name.replace(" of the path", "")
    return next((words for words in (name, shorter) if metrics().horizontalAdvance(words) <= length), _short(name))


def _short(axis: str) -> str:
    return axis.partition(" (")[0]
