"""One landscape drawn: the curve or the contours, the way down, the present place and the step that comes next."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from playground.analysis.loss.descent import Trajectory, alike
from playground.ui.views.shared.contours import HeightScale, contour
from playground.ui.views.shared.legend_room import GROUND
from playground.ui.views.shared.plane_view import Field
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME

PATH, NEXT, DOWN, DARK = "#e5263d", "#ff9f1c", "#ffffff", "#10151b"
"""The way, the next step, the way down and what is dark on every shade of viridis."""
LEVELS = 16
ARROW = 0.13
"""Length of an arrow that only points, as a share of the picture."""
KEY_STEP = 0.02
"""How far an arrow key moves the mark, as a share of the picture."""
HEADROOM = 0.08
ROOM = 9
"""Pixels around the landscape, for the numbers of ticks at its corners."""
SHORTEST = 0.012
"""A next step that is shorter, as a share of the picture, would only soil the present place."""
MOST_JUMPS = 40
"""Steps above one axis that are drawn as lines; of more, the last."""
MOST_DOTS = 400
"""Places of the way that are drawn as points; of more, the last."""
BEYOND = 1e9
"""What lies so many pictures away is not drawn: Qt cannot count that far."""

Floats = NDArray[np.float64]


class TrajectoryPlot(FittedPlot):
    """Draws one trajectory. A click, or the arrow keys and Enter, choose another start."""

    start_chosen = Signal(object)
    """The place, as a tuple of numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.trajectory: Trajectory | None = None
        self.show_field = True
        self.mark: list[float] | None = None
        """Where the keyboard's mark is."""
        self._extent: tuple[float, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.field = Field(axisOrder="row-major")
        self.lines = pg.PlotCurveItem(connect="pairs")
        self.arrows = pg.PlotCurveItem(connect="pairs")
        self.curve = pg.PlotCurveItem()
        self.region = pg.PlotCurveItem()
        self.tangent = pg.PlotCurveItem()
        self.halo = pg.PlotCurveItem(connect="finite")
        self.path = pg.PlotCurveItem(connect="finite")
        self.later = pg.PlotCurveItem(connect="finite")
        self.dots = pg.ScatterPlotItem(symbol="o", pxMode=True)
        self.stars = pg.ScatterPlotItem(symbol="star", pxMode=True)
        self.best = pg.ScatterPlotItem(symbol="d", pxMode=True)
        self.start = pg.ScatterPlotItem(symbol="o", pxMode=True)
        self.normal = pg.PlotCurveItem(connect="pairs")
        self.down = pg.PlotCurveItem(connect="pairs")
        self.now = pg.ScatterPlotItem(symbol="o", pxMode=True)
        self.next_halo = pg.PlotCurveItem(connect="pairs")
        self.next = pg.PlotCurveItem(connect="pairs")
        self.cross = pg.ScatterPlotItem(symbol="+", pxMode=True)
        self._items = (
            self.field, self.lines, self.arrows, self.curve, self.region, self.tangent, self.halo, self.later,
            self.path, self.dots, self.stars, self.best, self.start, self.normal, self.down, self.now, self.next_halo,
            self.next, self.cross,
        )  # fmt: skip
        self.arrows.setProperty(GROUND, True)
        for depth, item in enumerate(self._items):
            item.setZValue(depth)
            self.addItem(item)
        self.clicked.connect(self._on_click)
        self.dress()

    def dress(self) -> None:
        """Take over colours and sizes of the theme."""
        self.restyle()
        flat = self.trajectory is not None and self.trajectory.dimensions == 1
        white = QColor("#ffffff")
        faint = QColor(white)
        faint.setAlphaF(0.4)
        ink = THEME.color("text") if flat else white
        for item, color, width, style in (
            (self.lines, faint, 1, Qt.PenStyle.SolidLine),
            (self.arrows, QColor(255, 255, 255, 190), 1, Qt.PenStyle.SolidLine),
            (self.curve, THEME.color("accent"), 2, Qt.PenStyle.SolidLine),
            (self.region, ink, 2, Qt.PenStyle.DashLine),
            (self.tangent, THEME.color("secondary"), 2, Qt.PenStyle.DashLine),
            (self.halo, THEME.color("panel") if flat else white, 4, Qt.PenStyle.SolidLine),
            (self.path, QColor(PATH), 2, Qt.PenStyle.SolidLine),
            (self.later, QColor(PATH), 1, Qt.PenStyle.DotLine),
            (self.normal, QColor("#4cc9f0"), 3, Qt.PenStyle.SolidLine),
            (self.down, ink, 2, Qt.PenStyle.SolidLine),
            (self.next_halo, THEME.color("panel") if flat else QColor(DARK), 5, Qt.PenStyle.SolidLine),
            (self.next, THEME.color("test") if flat else QColor(NEXT), 3, Qt.PenStyle.SolidLine),
        ):
            item.setPen(pg.mkPen(color, width=THEME.px(width), style=style))
        edge = pg.mkPen(THEME.color("panel") if flat else white, width=THEME.px(2))
        for item, size, brush, pen in (
            (self.dots, 5, PATH, pg.mkPen(None)),
            (self.stars, 16, "#ffd60a", pg.mkPen(DARK, width=1)),
            (self.best, 14, "#90e0a0", pg.mkPen(DARK, width=1)),
            (self.start, 11, DARK, pg.mkPen(white, width=THEME.px(2))),
            (self.now, 14, PATH, edge),
            (self.cross, 18, THEME.tokens.accent, pg.mkPen(white, width=1)),
        ):
            item.setSize(THEME.px(size))
            item.setBrush(pg.mkBrush(brush))
            item.setPen(pen)

    # Drawing --------------------------------------------------------------------------------------------------------

    def show_walk(self, trajectory: Trajectory) -> None:
        """Draw a walk; the range follows it until a person moves or zooms the picture."""
        before = self.trajectory
        another = before is None or (before.dimensions, before.words) != (trajectory.dimensions, trajectory.words)
        self.trajectory = trajectory
        if another:
            self.dress()
            self.mark = None
        flat = trajectory.dimensions == 1
        for item in (self.field, self.lines, self.region, self.normal, self.down):
            item.setVisible(not flat)
        self.arrows.setVisible(not flat and self.show_field)
        for item in (self.curve, self.tangent):
            item.setVisible(flat)
        self.name_axes("x", "f(x)" if flat else "y")
        self._show_curve(trajectory) if flat else self._show_contours(trajectory)
        self._show_way(trajectory)
        self._show_mark()
        extent = self._whole(trajectory)
        if extent != self._extent or another:
            self._extent = extent
            self.moved = self.moved and not another
            self.fit()

    def _whole(self, trajectory: Trajectory) -> tuple[float, ...]:
        if trajectory.dimensions == 2:
            return trajectory.extent
        low, high = float(np.nanmin(trajectory.heights)), float(np.nanmax(trajectory.heights))
        room = HEADROOM * max(high - low, 1e-12)
        return trajectory.extent[0], trajectory.extent[1], low - room, high + room

    def points(self, trajectory: Trajectory, places: Floats) -> Floats:
        """Where places (s, n) lie in the picture, (s, 2); of one number with their heights."""
        if trajectory.dimensions == 2:
            return places
        heights = np.interp(places[:, 0], trajectory.xs, trajectory.heights, left=np.nan, right=np.nan)
        known = dict(zip(trajectory.places[:, 0].tolist(), trajectory.losses.tolist(), strict=True))
        exact = [known.get(x, height) for x, height in zip(places[:, 0].tolist(), heights.tolist(), strict=True)]
        return np.stack([places[:, 0], np.array(exact, dtype=np.float64)], axis=1)

    def _show_curve(self, trajectory: Trajectory) -> None:
        self.curve.setData(trajectory.xs, trajectory.heights)
        x, height = float(trajectory.places[trajectory.now, 0]), float(trajectory.losses[trajectory.now])
        slope = float(trajectory.slopes[trajectory.now, 0])
        ends = np.array(trajectory.extent[:2])
        self.tangent.setData(ends, self._drawable(height + slope * (ends - x)))
        if trajectory.balance is not None:
            self.region.setVisible(True)
            edge = trajectory.balance.radius
            low, high = self._whole(trajectory)[2:]
            self.region.setData([-edge, -edge, edge, edge], [high, low, low, high])

    def _show_contours(self, trajectory: Trajectory) -> None:
        low, high = float(np.nanmin(trajectory.heights)), float(np.nanmax(trajectory.heights))
        above = trajectory.heights - low + 1e-3 * max(high - low, 1e-12)  # so that logarithms show the bottom
        scale = HeightScale.of(above, logarithmic=True)
        steps = np.array([(side[-1] - side[0]) / (len(side) - 1) for side in (trajectory.xs, trajectory.ys)])
        self.field.setImage(scale.colors(above), autoLevels=False)
        # The middle of a pixel is a point of the grid.
        left, bottom = trajectory.xs[0] - steps[0] / 2, trajectory.ys[0] - steps[1] / 2
        self.field.setRect(QRectF(left, bottom, steps[0] * len(trajectory.xs), steps[1] * len(trajectory.ys)))
        heights = scale.heights(above)
        ends = np.concatenate([contour(heights, float(level)) for level in scale.levels(LEVELS)]).reshape(-1, 2)
        lines = ends * steps + (trajectory.xs[0], trajectory.ys[0])
        self.lines.setData(lines[:, 0], lines[:, 1])
        self._show_field(trajectory)
        region = _boundary(trajectory)
        self.region.setData(region[:, 0], region[:, 1])

    def _show_field(self, trajectory: Trajectory) -> None:
        sizes = self._sizes()
        down = -trajectory.field_slopes / sizes
        length = np.linalg.norm(down, axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            # Twice as long for ten times the slope, so that steep walls leave room for the floor.
            share = 0.02 + 0.02 * np.clip(np.log10(length / np.nanmedian(length)), -0.7, 1.0)
            step = np.nan_to_num(down / length * share) * sizes
        shown = arrows(trajectory.field_places - step / 2, trajectory.field_places + step / 2, sizes, 0.012)
        self.arrows.setData(shown[:, 0], shown[:, 1])

    def _show_way(self, trajectory: Trajectory) -> None:
        points = self._drawable(self.points(trajectory, trajectory.places))
        past, later = points[: trajectory.now + 1], points[trajectory.now :]
        # Above one axis many jumps hide the curve and one another; the points alone tell where it has been.
        drawn = past[-MOST_JUMPS:] if trajectory.dimensions == 1 else past
        for item in (self.halo, self.path):
            item.setData(drawn[:, 0], drawn[:, 1])
        self.later.setData(later[:, 0], later[:, 1])
        present = past[-1:]
        for item, places in ((self.dots, past[-MOST_DOTS:]), (self.now, present), (self.start, past[:1])):
            seen = places[np.isfinite(places).all(axis=1)]
            item.setData(seen[:, 0], seen[:, 1])
        self.start.setVisible(len(points) > 1)
        for item, told in ((self.stars, trajectory.minima), (self.best, trajectory.best)):
            found = self.points(trajectory, np.atleast_2d(told)) if told is not None and len(told) else np.zeros((0, 2))
            item.setData(found[:, 0], found[:, 1])
        self._show_next(trajectory, present)

    def _show_next(self, trajectory: Trajectory, present: Floats) -> None:
        sizes = self._sizes()
        steps = np.zeros((0, 2))
        if trajectory.next is not None:
            there = trajectory.next.place[None]
            if trajectory.dimensions == 1:
                height = np.interp(there[:, 0], trajectory.xs, trajectory.heights, left=np.nan, right=np.nan)
                there = np.stack([there[:, 0], height], axis=1)
            there = self._drawable(there)
            if np.linalg.norm((there - present) / sizes) > SHORTEST:  # not so where one of them is out of sight
                steps = arrows(present, there, sizes, 0.03)
        for item in (self.next_halo, self.next):
            item.setData(steps[:, 0], steps[:, 1])
        if trajectory.dimensions == 1:
            return
        slope = trajectory.slopes[trajectory.now]
        down = _pointing(present, -slope, sizes)
        self.down.setData(down[:, 0], down[:, 1])
        force = trajectory.balance.normal if trajectory.balance is not None else np.zeros(0)
        normal = _pointing(present, force, sizes * 0.8) if force.any() else np.zeros((0, 2))
        self.normal.setData(normal[:, 0], normal[:, 1])

    def _sizes(self) -> Floats:
        """Width and height of the whole picture, (2,)."""
        assert self.trajectory is not None
        left, right, bottom, top = self._whole(self.trajectory)
        return np.array([right - left, top - bottom])

    def _drawable(self, values: Floats) -> Floats:
        return np.where(np.abs(values) <= BEYOND, values, np.nan)

    # Range ----------------------------------------------------------------------------------------------------------

    def show_whole(self) -> None:
        """Show the whole landscape."""
        if not self._extent or self.trajectory is None:
            return
        left, right, bottom, top = self._extent
        wide, high = max(40.0, self.box.width()), max(40.0, self.box.height())
        beside = THEME.px(ROOM) * (right - left) / wide
        above = THEME.px(ROOM) * (top - bottom) / high
        self.box.setAspectLocked(self.trajectory.dimensions == 2 and alike(self.trajectory.extent))
        self.box.setRange(xRange=(left - beside, right + beside), yRange=(bottom - above, top + above), padding=0.0)

    @property
    def aspect(self) -> float:
        """Width of the picture by its height, in steps, so that a resize seldom asks for another landscape."""
        size = self.box.size()
        if size.width() < 10 or size.height() < 10:
            return 1.0
        return float(min(2.5, max(0.5, round(size.width() / size.height() * 10) / 10)))

    def draw_shapes(self, shapes: bool) -> None:
        """Draw points as shapes instead of small pictures: slower, but right in a vector picture."""
        for item in (self.dots, self.stars, self.best, self.start, self.now, self.cross):
            item.opts["useCache"] = not shapes

    # Choosing a start -----------------------------------------------------------------------------------------------

    @Slot(QPointF)
    def _on_click(self, place: QPointF) -> None:
        self._choose(place.x(), place.y())

    def _choose(self, x: float, y: float) -> None:
        if self.trajectory is None:
            return
        place = (x, y)[: self.trajectory.dimensions]
        digits = [max(0, int(np.ceil(2.0 - np.log10(size)))) for size in self._sizes()]
        self.start_chosen.emit(tuple(round(number, count) for number, count in zip(place, digits, strict=False)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.trajectory is None:
            super().keyPressEvent(event)
            return
        moves = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Down: (0, -1), Qt.Key.Key_Up: (0, 1),
        }  # fmt: skip
        move = moves.get(Qt.Key(event.key()))
        if move is not None:
            self._move_mark(move)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.mark is not None:
            self._choose(*self.mark)
        elif event.key() == Qt.Key.Key_Escape and self.mark is not None:
            self.mark = None
            self._show_mark()
        else:
            super().keyPressEvent(event)

    def _move_mark(self, move: tuple[int, int]) -> None:
        assert self.trajectory is not None
        if self.mark is None:
            now = self.trajectory.places[self.trajectory.now].tolist()
            sides = zip(self._extent[::2], self._extent[1::2], strict=True)
            self.mark = [float(np.clip(x, low, high)) for x, (low, high) in zip(now, sides, strict=False)]
            self.mark += [0.0] * (2 - len(self.mark))
        for axis in range(self.trajectory.dimensions):
            low, high = self._extent[2 * axis : 2 * axis + 2]
            self.mark[axis] = float(np.clip(self.mark[axis] + move[axis] * KEY_STEP * (high - low), low, high))
        self._show_mark()
        self.hovered.emit(QPointF(*self.mark))

    def _show_mark(self) -> None:
        self.cross.setVisible(self.mark is not None)
        if self.mark is not None and self.trajectory is not None:
            point = self.points(self.trajectory, np.array([self.mark[: self.trajectory.dimensions]]))
            self.cross.setData(point[:, 0], point[:, 1])

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.mark = None
        self._show_mark()

    # Words ----------------------------------------------------------------------------------------------------------

    def readout(self, x: float, y: float) -> str:
        """The function at a place in words; empty outside the picture."""
        trajectory = self.trajectory
        if trajectory is None or not trajectory.extent[0] <= x <= trajectory.extent[1]:
            return ""
        column = int(np.abs(trajectory.xs - x).argmin())
        if trajectory.dimensions == 1:
            return f"x {number_words(x)}: f {number_words(float(trajectory.heights[column]))}. Click to begin here."
        if not trajectory.extent[2] <= y <= trajectory.extent[3]:
            return ""
        height = float(trajectory.heights[int(np.abs(trajectory.ys - y).argmin()), column])
        return f"x {number_words(x)}, y {number_words(y)}: f {number_words(height)}. Click to begin here."


def arrows(tails: Floats, tips: Floats, sizes: Floats, head: float) -> Floats:
    """Arrows (k, 2) -> (k, 2) as pairs of ends, (6 k, 2): a shaft and two barbs, `head` long as a share of `sizes`."""
    along = (tips - tails) / sizes
    length = np.linalg.norm(along, axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = np.nan_to_num(along / length)
    back = -unit * np.minimum(head, 0.6 * length)
    across = np.stack([-back[:, 1], back[:, 0]], axis=1) * 0.5
    left, right = tips + (back + across) * sizes, tips + (back - across) * sizes
    found: Floats = np.stack([tails, tips, tips, left, tips, right], axis=1).reshape(-1, 2)
    return found


def _pointing(place: Floats, direction: Floats, sizes: Floats) -> Floats:
    """One arrow of a fixed length at a place (1, 2); none where there is no direction."""
    along = direction / sizes
    length = float(np.linalg.norm(along))
    if not (np.isfinite(length) and length > 0.0 and np.isfinite(place).all()):
        return np.zeros((0, 2))
    return arrows(place, place + along / length * ARROW * sizes, sizes, 0.025)


def _boundary(trajectory: Trajectory) -> Floats:
    """The edge of the region as a closed line, (k, 2); nothing without one."""
    if trajectory.balance is None:
        return np.zeros((0, 2))
    corners = {
        "l1": [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)], "box": [(1, 1), (-1, 1), (-1, -1), (1, -1), (1, 1)],
    }  # fmt: skip
    turns = np.linspace(0.0, 2.0 * np.pi, 181)
    shape = corners.get(trajectory.balance.constraint, np.stack([np.cos(turns), np.sin(turns)], axis=1))
    return trajectory.balance.radius * np.array(shape, dtype=np.float64)
