"""The loss surface as colours and contour lines, with the paths of runs upon it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from playground.analysis.loss.loss_surface import LossSurface, Track
from playground.ui.views.shared.contours import HeightScale, contour
from playground.ui.views.shared.plane_view import Field
from playground.ui.widgets.legend import line_pen
from playground.ui.widgets.painted import metrics
from playground.ui.widgets.plots import FittedPlot, Plot
from playground.ui.widgets.theme import THEME

PATH = "#e5263d"
"""Seen on every shade of viridis, with white beside it."""
DARK = "#10151b"
LEVELS = 14
"""Contour lines."""
ROOM = 9
"""Pixels around the grid."""


@dataclass(frozen=True)
class TrackStyle:
    """How the path of a run looks, here, in the landscape and in the legend."""

    color: str
    sample: str
    """The kind of line, as for a legend."""


OWN, LATER = TrackStyle(PATH, "line"), TrackStyle("#f08a97", "dash")
OTHERS = tuple(
    TrackStyle(color, sample)
    for color, sample in (("#c026d3", "dash"), ("#0b3d91", "dot"), ("#ff8c00", "dash"), ("#10151b", "dot"))
)


def style_of(number: int) -> TrackStyle:
    """The style of another run, by its place among the others."""
    return OTHERS[number % len(OTHERS)]


class TrackLine:
    """One path: a line with white beside it, and a point at its end."""

    def __init__(self, plot: Plot, style: TrackStyle, depth: float) -> None:
        self._style = style
        self.halo = pg.PlotCurveItem(connect="all")
        self.line = pg.PlotCurveItem(connect="all")
        self.end = pg.ScatterPlotItem(symbol="o", pxMode=True)
        for lift, item in enumerate((self.halo, self.line, self.end)):
            item.setZValue(depth + 0.01 * lift)
            plot.addItem(item)
        self.dress()

    def dress(self) -> None:
        """Take over the sizes of the theme."""
        self.halo.setPen(pg.mkPen(QColor("#ffffff"), width=THEME.px(4)))
        self.line.setPen(line_pen(self._style.sample, QColor(self._style.color), THEME.px(2)))
        self.end.setSize(THEME.px(10))
        self.end.setBrush(pg.mkBrush(self._style.color))
        self.end.setPen(pg.mkPen("#ffffff", width=THEME.px(1.5)))

    def show(self, track: Track | None) -> None:
        """Draw a path, or none."""
        seen = track is not None and len(track) > 0
        for item in (self.halo, self.line, self.end):
            item.setVisible(seen)
        if track is not None and seen:
            for item in (self.halo, self.line):
                item.setData(track.places[:, 0], track.places[:, 1])
            self.end.setData(track.places[-1:, 0], track.places[-1:, 1])


class ContourPlot(FittedPlot):
    """Colours and contour lines of the loss, the path with its two ends, and the lowest point."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Loss surface")
        self.field = Field(axisOrder="row-major")
        self.lines = pg.PlotCurveItem(connect="pairs")
        self.lowest = pg.ScatterPlotItem(symbol="d", pxMode=True)
        self.start = pg.ScatterPlotItem(symbol="o", pxMode=True)
        self.now = pg.ScatterPlotItem(symbol="o", pxMode=True)
        for depth, item in enumerate((self.field, self.lines, self.lowest, self.start, self.now)):
            item.setZValue(depth if depth < 2 else depth + 2)
            self.addItem(item)
        self.later = TrackLine(self, LATER, 3.0)
        self.path = TrackLine(self, OWN, 3.5)
        self.others: list[TrackLine] = []
        self._axes = ("", "")
        self._extent: tuple[float, float, float, float] | None = None
        self.dress()

    def dress(self) -> None:
        """Take over the sizes of the theme."""
        self.restyle()
        thin = QColor("#ffffff")
        thin.setAlphaF(0.45)
        self.lines.setPen(pg.mkPen(thin, width=1))
        for track in (self.later, self.path, *self.others):
            track.dress()
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
        self._show_tracks(result)
        a, b, _ = result.minimum
        self.lowest.setData([a], [b])
        self.start.setData(result.path.places[:1, 0], result.path.places[:1, 1])
        self.start.setVisible(len(result.path) > 1)
        self.now.setData(*(np.array([place]) for place in result.present))
        extent = (result.alphas[0], result.alphas[-1], result.betas[0], result.betas[-1])
        if extent != self._extent:
            self._extent = extent
            self.fit()

    def _show_tracks(self, result: LossSurface) -> None:
        self.path.show(result.path)
        self.later.show(result.later if len(result.later) > 1 else None)
        while len(self.others) < len(result.others):
            self.others.append(TrackLine(self, style_of(len(self.others)), 2.5))
        for number, line in enumerate(self.others):
            line.show(result.others[number] if number < len(result.others) else None)

    @Slot()
    def fit(self) -> None:
        """Fit names and range to the size."""
        lengths = (self.box.width(), self.box.height())
        self.name_axes(*(_fitting(name, length) for name, length in zip(self._axes, lengths, strict=True)))
        super().fit()

    def show_whole(self) -> None:
        """Show the whole grid, with room for the numbers of ticks at its corners."""
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
        ends = [track.end for track in (self.later, self.path, *self.others)]
        for item in (self.lowest, self.start, self.now, *ends):
            item.opts["useCache"] = not shapes


def _fitting(name: str, length: float) -> str:
    """The whole name of an axis where it fits, else its beginning."""
    return next((words for words in (name, shorter(name)) if metrics().horizontalAdvance(words) <= length), short(name))


def shorter(axis: str) -> str:
    """The name of an axis with its share, but not of what."""
    return axis.replace(" of the paths", "").replace(" of the path", "")


def short(axis: str) -> str:
    """The beginning of the name of an axis."""
    return axis.partition(" (")[0]
