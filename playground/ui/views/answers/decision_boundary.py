"""The decision boundary: what the network answers everywhere, and the examples on top."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtGui import QColor, QResizeEvent, QTransform
from PySide6.QtWidgets import QHBoxLayout, QWidget

from playground.analysis.answers.decision_boundary import Boundary, BoundaryPoints, DecisionBoundaryAnalysis
from playground.analysis.answers.probe import ProbeAnalysis, ProbedBoundary
from playground.analysis.base import Analysis
from playground.data.base import Part
from playground.ui.views.answers.probe_marker import ProbeMarker
from playground.ui.views.answers.probe_panel import ProbePanel
from playground.ui.views.shared.plane_view import INK, WHITE, PlaneView, ring_color
from playground.ui.widgets import drawing
from playground.ui.widgets.legend import Entry, line_pen
from playground.ui.widgets.options import flat_button
from playground.ui.widgets.painted import in_scroll_area
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import MIDDLE, THEME

MOST_POINTS = 2_000
"""Points drawn of one part; more would cover the picture."""
BANDS = 7
STRENGTH = 0.8
"""Share of its full colour that a class has in the field, so that points of the same class stand out."""
BORDER_DASHES = ("dash", "dot")
PROBE_TIP = (
    "Probe point (P): drag it, click a place, or use the arrow keys (Shift: further); Home: back to the example. "
    "Its numbers through the network stand beside it; the arrow shows where the answer grows"
)


class PointCloud:
    """The points of one part with a ring around those that are misclassified."""

    def __init__(self, plot: Plot, part: Part, symbol: str, size: float, outline: str, depth: int) -> None:
        self.part = part
        self._outline = outline
        self._size = size
        self._symbol = symbol
        self._target: NDArray[np.floating] | NDArray[np.int64] | None = None
        self._xy: NDArray[np.floating] | None = None
        self.points = pg.ScatterPlotItem(symbol=symbol, size=THEME.px(size), pxMode=True, pen=pg.mkPen(outline))
        self.rings = pg.ScatterPlotItem(symbol="o", size=THEME.px(size + 7), pxMode=True, brush=None)
        for height, item in ((depth, self.points), (depth + 1, self.rings)):
            item.setZValue(height)
            plot.addItem(item)

    def restyle(self) -> None:
        self.points.setSize(THEME.px(self._size))
        self.rings.setSize(THEME.px(self._size + 7))
        self.rings.setPen(pg.mkPen(ring_color(), width=THEME.px(2)))

    def draw_shapes(self, shapes: bool) -> None:
        """Draw every point as a shape instead of a small picture of one: slower, but right in a vector picture."""
        for item in (self.points, self.rings):
            item.opts["useCache"] = not shapes

    def set_visible(self, visible: bool) -> None:
        self.points.setVisible(visible)
        self.rings.setVisible(visible)

    def show(self, data: BoundaryPoints, colors: drawing.Colors, *, classes: bool = False) -> None:
        """Show points in the colours (n, 3), with a shape for each class; they are drawn anew only if they changed."""
        xy = data.xy[:MOST_POINTS]
        target = data.target[:MOST_POINTS]
        there = self._xy is not None and np.array_equal(self._xy, xy)
        if not (there and self._target is not None and np.array_equal(self._target, target)):
            self._xy, self._target = xy, target
            brushes = {color: pg.mkBrush(*color) for color in set(map(tuple, colors[: len(xy)].tolist()))}
            brush = [brushes[color] for color in map(tuple, colors[: len(xy)].tolist())]
            symbol = [drawing.class_symbol(number) for number in target.tolist()] if classes else self._symbol
            self.points.setData(pos=xy.astype(np.float64), brush=brush, pen=pg.mkPen(self._outline), symbol=symbol)
        self.rings.setData(pos=xy[data.wrong[:MOST_POINTS]].astype(np.float64), brush=None)


class DecisionBoundaryView(PlaneView):
    """Class colours over the plane, paler where the network is unsure."""

    analysis: ClassVar[type[Analysis]] = DecisionBoundaryAnalysis
    title: ClassVar[str] = "Decision boundary"
    empty: ClassVar[str] = "Press play to see what the network answers everywhere in the plane."
    pulses: ClassVar[int] = 4
    rank: ClassVar[int] = 90
    can_put_away: ClassVar[bool] = True
    """Whether the probe point can be put away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Boundary | None = None
        self.clouds = (
            PointCloud(self.plot, "train", "o", 8, WHITE, 2),
            PointCloud(self.plot, "test", "d", 10, INK, 4),
        )
        self.borders: list[pg.IsocurveItem] = []
        self._placed = False
        self.marker = ProbeMarker(self.plot, self)
        self.panel = ProbePanel()
        self.panel_area = in_scroll_area(self.panel)
        self.panel_area.hide()
        self._beside = QHBoxLayout()
        self.body_layout.removeWidget(self.plot)
        self._beside.addWidget(self.plot, 1)
        self._beside.addWidget(self.panel_area)
        self.body_layout.insertLayout(0, self._beside, 1)
        self._make_options()
        self.restyle()

    def _make_options(self) -> None:
        self.test_box, self.train_box, self.discrete_box = (
            self.parameters.switch(name) for name in ("test_points", "train_points", "discrete")
        )
        self.probe_button = flat_button("Probe point", PROBE_TIP, "probe")
        self.probe_button.setCheckable(True)
        self.probe_button.toggled.connect(self._probe)
        self.marker.moved.connect(self._on_moved)
        self.panel.pointed.connect(self.legend.show_readout)
        self.marker.toggle_wanted.connect(self.probe_button.toggle)
        self.marker.return_wanted.connect(self._return)
        self.options_layout.addWidget(self.probe_button)
        self.options_layout.addWidget(self.test_box)
        self.add_more([("", self.train_box), ("", self.discrete_box)])

    def restyle(self) -> None:
        self.plot.restyle()
        for cloud in self.clouds:
            cloud.restyle()
        self.marker.restyle()

    @property
    def probing(self) -> bool:
        """Whether a point is sent through the network."""
        return self.probe_button.isChecked()

    @Slot(bool)
    def _probe(self, on: bool) -> None:
        self.panel_area.setVisible(on)
        self.marker.set_shown(on and self.panel.probe is not None)
        if on:
            self.plot.setFocus()
        self._share_width()
        self.wanted_changed.emit()

    @Slot()
    def _on_moved(self) -> None:
        self._placed = True
        self.wanted_changed.emit()

    @Slot()
    def _return(self) -> None:
        """Let the point go back to the example that is looked at."""
        self._placed = False
        self.wanted_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        self.panel_area.setFixedWidth(min(max(round(self.width() * 0.4), THEME.px(136)), THEME.px(320)))

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        discrete = self.discrete_box.isChecked()
        self.field.smooth = not discrete
        self.show_plane(field_colors(result, discrete))
        self._draw_borders(result)
        self.heading_changed.emit(self.heading)
        shown = (self.train_box.isChecked(), self.test_box.isChecked())
        for cloud, visible in zip(self.clouds, shown, strict=True):
            cloud.set_visible(visible)
            if visible:
                points = result.points[cloud.part]
                cloud.show(points, value_colors(result, points.target), classes=bool(result.class_names))
        self.legend.show_entries(self._entries(result, shown))
        probe = result.probe if isinstance(result, ProbedBoundary) else None
        self.marker.set_shown(self.probing and probe is not None)
        if self.probing and probe is not None:
            self.marker.show_probe(probe, result.extent, self._placed)
            self.panel.show_probe(probe)

    @property
    def heading(self) -> str:
        return self.titled(self.result.title if self.result is not None else "")

    def _draw_borders(self, result: Boundary) -> None:
        """Where the others on the canvas change their mind, as dashed lines in the place of a second picture."""
        while len(self.borders) < len(result.borders):
            curve = pg.IsocurveItem(level=0.5, axisOrder="row-major")
            curve.setZValue(1)
            self.plot.addItem(curve)
            self.borders.append(curve)
        for number, curve in enumerate(self.borders):
            curve.setVisible(number < len(result.borders))
        left, right, bottom, top = result.extent
        for number, (curve, values) in enumerate(zip(self.borders, result.borders.values(), strict=False)):
            curve.setPen(line_pen(BORDER_DASHES[number % len(BORDER_DASHES)], QColor(INK), THEME.px(2)))
            curve.setData(values.astype(np.float64))
            across, up = (right - left) / (values.shape[1] - 1), (top - bottom) / (values.shape[0] - 1)
            curve.setTransform(QTransform(across, 0, 0, up, left, bottom))

    def pose(self, posing: bool) -> None:
        self.probe_button.setVisible(not posing and self.can_put_away)
        for cloud in self.clouds:
            cloud.draw_shapes(posing)

    def wanted(self) -> Analysis:
        plane = self.parameters.analysis()
        if not self.probing:
            return plane
        x, y = self.marker.place if self._placed else (0.0, 0.0)
        assert isinstance(plane, DecisionBoundaryAnalysis)
        return ProbeAnalysis(resolution=plane.resolution, aspect=plane.aspect, placed=self._placed, x=x, y=y)

    def _entries(self, result: Boundary, shown: tuple[bool, bool]) -> list[Entry]:
        grey = THEME.tokens.secondary
        entries = [
            Entry(name, color=drawing.class_color(number).name(), symbol=drawing.class_symbol(number))
            for number, name in enumerate(result.class_names)
        ]
        if not result.class_names:
            ends = np.array(value_range(result))
            colors = value_colors(result, ends).tolist()
            entries = [
                Entry(drawing.number_words(end), "square", QColor(*color).name())
                for end, color in zip(ends.tolist(), colors, strict=True)
            ]
        for visible, cloud, sample in zip(shown, self.clouds, ("disc", "diamond"), strict=True):
            if visible and len(result.points[cloud.part].xy):
                rim = {"train": "light rim", "test": "dark rim"}[cloud.part]
                words = f"{cloud.part}: {rim}" if result.class_names else cloud.part
                entries.append(Entry(words, "" if result.class_names else sample, grey))
        for number, name in enumerate(result.borders):
            entries.append(Entry(f"border of {name}", BORDER_DASHES[number % len(BORDER_DASHES)], grey))
        drawn = [result.points[cloud.part] for cloud, visible in zip(self.clouds, shown, strict=True) if visible]
        wrong = sum(int(points.wrong.sum()) for points in drawn)
        if wrong:
            entries.append(Entry(f"wrong ({wrong})", "ring", ring_color()))
        return entries

    def words_at(self, x: float, y: float) -> str:
        assert self.result is not None
        return words_at(self.result, x, y)


def words_at(result: Boundary, x: float, y: float) -> str:
    """What the network answers at a place, in words."""
    row, column = int(np.abs(result.ys - y).argmin()), int(np.abs(result.xs - x).argmin())
    if result.classes is None:
        return drawing.number_words(float(result.field[row, column]))
    number = int(result.classes[row, column])
    return f"{result.class_names[number]}, {result.field[row, column, number]:.0%}"


def value_range(result: Boundary) -> tuple[float, float]:
    """The values at the ends of the colour scale of a regression: about zero when targets have both signs."""
    low, high = result.limits
    if low < 0 < high:
        limit = max(-low, high)
        return -limit, limit
    return low, high


def value_colors(result: Boundary, values: NDArray[np.floating] | NDArray[np.int64]) -> drawing.Colors:
    """Colours of class numbers or of numbers, (..., 3)."""
    if result.class_names:
        return drawing.class_table(len(result.class_names))[values.astype(np.int64)]
    low, high = value_range(result)
    table = drawing.signed_table() if low < 0 < high else drawing.magnitude_table()
    return table[drawing.shades(values.astype(np.float64), low, high)]


def field_colors(result: Boundary, discrete: bool) -> drawing.Colors:
    """The picture of the field, (h, w, 3)."""
    if result.classes is None:
        if not discrete:
            return value_colors(result, result.field)
        low, high = value_range(result)
        width = (high - low) / BANDS or 1.0
        with np.errstate(invalid="ignore"):
            steps = np.clip(np.floor((result.field - low) / width), 0, BANDS - 1)
        return value_colors(result, low + (steps + 0.5) * width)
    if discrete:
        full = drawing.class_table(len(result.class_names))[result.classes].astype(np.float32)
        middle = drawing.rgb(MIDDLE).astype(np.float32)
        return (middle + (full - middle) * STRENGTH).astype(np.uint8)
    return drawing.class_shading(result.field, STRENGTH)
