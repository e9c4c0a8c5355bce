"""The ground of a race: the loss on the plane that holds all ways best, and the way of every run."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QGraphicsItem, QWidget

from playground.analysis.run.race import Ground
from playground.ui.views.run.contest_chart import DASHES
from playground.ui.views.shared.contours import HeightScale, contour
from playground.ui.views.shared.plane_view import Field
from playground.ui.widgets import drawing
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME

LEVELS = 12
DARK = "#10151b"
END, START = 13, 11


class RaceMap(FittedPlot):
    """Colours and contour lines of the loss, the ways, the common start and the end of each run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Ways on the loss surface")
        self.field = Field(axisOrder="row-major")
        self.lines = pg.PlotCurveItem(connect="pairs")
        self.start = pg.ScatterPlotItem(symbol="o", pxMode=True)
        for depth, item in ((0, self.field), (1, self.lines), (4, self.start)):
            item.setZValue(depth)
            self.addItem(item)
        self._ways: list[QGraphicsItem] = []
        self._extent: tuple[float, float, float, float] | None = None

    def show_ground(self, ground: Ground) -> None:
        """Draw the ground and all ways on it."""
        scale = HeightScale.of(ground.values, True)
        steps = [(side[-1] - side[0]) / (len(side) - 1) for side in (ground.alphas, ground.betas)]
        left, bottom = ground.alphas[0] - steps[0] / 2, ground.betas[0] - steps[1] / 2
        raised = bool(np.isfinite(ground.values).any())
        for item in (self.field, self.lines):
            item.setVisible(raised)
        if raised:
            self.field.setImage(scale.colors(ground.values), autoLevels=False)
            self.field.setRect(QRectF(left, bottom, steps[0] * len(ground.alphas), steps[1] * len(ground.betas)))
            heights = scale.heights(ground.values)
            ends = np.concatenate([contour(heights, float(level)) for level in scale.levels(LEVELS)]).reshape(-1, 2)
            places = ends * steps + (ground.alphas[0], ground.betas[0])
            self.lines.setData(places[:, 0], places[:, 1])
        thin = QColor("#ffffff")
        thin.setAlphaF(0.4)
        self.lines.setPen(pg.mkPen(thin, width=1))
        self._draw_ways(ground)
        shares = [f"component {number} ({100 * share:.0f} %)" for number, share in enumerate(ground.explained, 1)]
        self.name_axes(*shares)
        extent = (left, left + steps[0] * len(ground.alphas), bottom, bottom + steps[1] * len(ground.betas))
        if extent != self._extent:
            self._extent = extent
            self.fit()

    def _draw_ways(self, ground: Ground) -> None:
        for item in self._ways:
            self.removeItem(item)
        self._ways = []
        for run in range(ground.paths.shape[1]):
            path = ground.paths[:, run]
            if not np.isfinite(path).all():
                continue
            color = drawing.class_color(run)
            halo = pg.PlotCurveItem(path[:, 0], path[:, 1], pen=pg.mkPen("#ffffff", width=THEME.px(6)))
            line = pg.PlotCurveItem(path[:, 0], path[:, 1], pen=_way_pen(color, DASHES[run % len(DASHES)]))
            end = pg.ScatterPlotItem(
                path[-1:, 0], path[-1:, 1], symbol=drawing.class_symbol(run), size=THEME.px(END),
                brush=pg.mkBrush(color), pen=pg.mkPen("#ffffff", width=THEME.px(2)),
            )  # fmt: skip
            end.opts["useCache"] = False
            for depth, item in ((2, halo), (3, line), (5, end)):
                item.setZValue(depth)
                self.addItem(item)
                self._ways.append(item)
        first = ground.paths[0][np.isfinite(ground.paths[0]).all(axis=1)][:1]
        self.start.setData(first[:, 0], first[:, 1])
        self.start.setSize(THEME.px(START))
        self.start.setBrush(pg.mkBrush(DARK))
        self.start.setPen(pg.mkPen("#ffffff", width=THEME.px(2)))

    def show_whole(self) -> None:
        """Show the whole ground."""
        if self._extent is not None:
            left, right, bottom, top = self._extent
            self.box.setRange(xRange=(left, right), yRange=(bottom, top), padding=0.0)


def _way_pen(color: QColor, dashes: list[float]) -> QPen:
    pen = QPen(color.darker(120), THEME.px(3))
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if dashes:
        pen.setDashPattern(dashes)
    return pen
