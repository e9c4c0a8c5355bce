"""The plane of a code of two numbers: every example a point, and what the decoder draws between them."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QFrame, QWidget

from playground.analysis.answers.latent_plane import DecodedGrid, LatentPlane, LatentPlaneAnalysis, extent_of
from playground.analysis.base import Analysis
from playground.analysis.subject import Extent
from playground.ui.views.base import View
from playground.ui.widgets import drawing
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

POINT = 8
REACH = 14
"""A point is read from so many pixels away."""
CELL = 40
"""Pixels between two decoded pictures."""
FEWEST, MOST = 4, 48
THUMB = 64
ROOM_LEFT = 0.7
"""The axes follow the points when one leaves them, or when all lie within this share of them."""
DIMMED = 0.6
"""Share of their brightness that decoded pictures have, so that the points stand out."""
JOINT = 56
"""Grey of the lines between decoded pictures."""
WHITE = "#ffffff"


class LatentPlaneView(View):
    """Points in the colours and shapes of their classes. A click follows an example in all views."""

    analysis: ClassVar[type[Analysis]] = LatentPlaneAnalysis
    title: ClassVar[str] = "Latent plane"
    empty: ClassVar[str] = "Press play to see where the network puts every example."
    pulses: ClassVar[int] = 3
    rank: ClassVar[int] = 15

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: LatentPlane | None = None
        self.plot = Plot()
        self.plot.setAccessibleName("Latent plane: every example as a point")
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.decoded = pg.ImageItem(axisOrder="row-major")
        self.plot.addItem(self.decoded)
        self.clouds: list[pg.ScatterPlotItem] = []
        self.ring = pg.ScatterPlotItem(symbol="o", pxMode=True, brush=None)
        self.ring.setZValue(3)
        self.plot.addItem(self.ring)
        self.legend = self.legend_in(self.plot, self.plot)
        self.thumb = Label(parent=self.plot)
        self._grid = (0, 0)
        self._extent: Extent | None = None
        self._own_range = False
        self._make_options()
        self.body_layout.addWidget(self.plot, 1)
        self._connect()
        self.restyle()

    def _make_options(self) -> None:
        self.decoded_box, self.part_box = self.parameters.switch("decoded"), self.parameters.control("part")
        self.options_layout.addWidget(self.decoded_box)
        self.add_more([("Part", self.part_box)])
        self.thumb.setFrameShape(QFrame.Shape.Box)
        self.thumb.setScaledContents(True)
        self.thumb.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.thumb.hide()

    def _connect(self) -> None:
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)
        self.plot.range_taken.connect(self._keep_range)
        self.plot.reset_wanted.connect(self.reset_range)
        self.plot.box.sigResized.connect(self._measure)
        self.plot.scene().sigMouseClicked.connect(self._pick)
        for key, slot in (("Left", self.choose_previous), ("Right", self.choose_next)):
            shortcut = QShortcut(QKeySequence(key), self)
            # Not as an argument: beside a slot, PySide6 6.10 drops it and the key works everywhere.
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    @Slot(str)
    def ask_anew(self, name: str = "") -> None:
        self._own_range = False
        self._ask_for_grid()
        super().ask_anew(name)

    def _ask_for_grid(self) -> bool:
        """As many decoded pictures as have room, while they are shown; returns whether others are asked for."""
        grid = self._grid if self.decoded_box.isChecked() else (0, 0)
        changed = [self.parameters.measure(*one) for one in zip(("columns", "rows"), grid, strict=True)]
        return any(changed)

    @Slot()
    def _measure(self) -> None:
        """As many decoded pictures as have room; asked for anew when that changes."""
        size = self.plot.box.size()
        fitting = (round(size.width() / THEME.px(CELL)), round(size.height() / THEME.px(CELL)))
        grid = (min(MOST, max(FEWEST, fitting[0])), min(MOST, max(FEWEST, fitting[1])))
        if grid != self._grid:
            self._grid = grid
            if self._ask_for_grid():
                self.wanted_changed.emit()

    # Drawing --------------------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        self.plot.restyle()
        self.ring.setSize(THEME.px(POINT + 9))
        for cloud in self.clouds:
            cloud.setSize(THEME.px(POINT))
        self.thumb.setFixedSize(THEME.px(THUMB), THEME.px(THUMB))

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.decoded_box.setVisible(result.decoder)
        self.plot.name_axes(*result.axes)
        self._draw_decoded(result.decoded)
        self._draw_points(result)
        self._fit(result)
        self.legend.show_entries(self._entries(result))

    def _draw_decoded(self, grid: DecodedGrid | None) -> None:
        self.decoded.setVisible(grid is not None)
        if grid is None:
            return
        self.decoded.setImage(mosaic(grid), autoLevels=False, levels=(0, 255))
        left, right, bottom, top = grid.extent
        self.decoded.setRect(QRectF(left, bottom, right - left, top - bottom))

    def _draw_points(self, result: LatentPlane) -> None:
        groups = max(1, len(result.class_names))
        while len(self.clouds) < groups:
            number = len(self.clouds)
            cloud = pg.ScatterPlotItem(symbol=drawing.class_symbol(number), size=THEME.px(POINT), pxMode=True)
            cloud.setZValue(2)
            self.plot.addItem(cloud)
            self.clouds.append(cloud)
        edge = pg.mkPen(WHITE if result.decoded is not None else THEME.tokens.panel)
        for number, cloud in enumerate(self.clouds):
            cloud.setVisible(number < groups)
            shown = result.codes if result.classes is None else result.codes[result.classes == number]
            shown = shown[np.isfinite(shown).all(axis=1)]
            cloud.setPen(edge)
            cloud.setBrush(pg.mkBrush(self._color(result, number)))
            cloud.setData(pos=shown.astype(np.float64) if number < groups else [])
        chosen = result.codes[result.chosen : result.chosen + 1] if result.chosen >= 0 else result.codes[:0]
        self.ring.setPen(pg.mkPen(WHITE if result.decoded is not None else THEME.tokens.text, width=THEME.px(2)))
        self.ring.setData(pos=chosen.astype(np.float64), brush=None)

    @staticmethod
    def _color(result: LatentPlane, number: int) -> str:
        if not result.class_names:
            return THEME.tokens.part_color(result.part)
        return drawing.class_color(number).name()

    def _entries(self, result: LatentPlane) -> list[Entry]:
        entries = [
            Entry(name, color=drawing.class_color(number).name(), symbol=drawing.class_symbol(number))
            for number, name in enumerate(result.class_names)
        ]
        shown, whole = len(result.codes), result.examples_in_part
        count = f"{shown:,} examples" if shown == whole else f"the first {shown:,} of {whole:,} examples"
        return [*entries, Entry(f"{result.part}: {count}")]

    # The axes -------------------------------------------------------------------------------------------------------

    def _fit(self, result: LatentPlane) -> None:
        """Let the axes follow the points without trembling; exactly, where decoded pictures fill them."""
        if result.decoded is not None:
            extent: Extent | None = result.decoded.extent
        else:
            extent = extent_of(result.codes)
            if extent is not None and self._extent is not None and _holds(self._extent, extent):
                return
        if extent is not None and extent != self._extent:
            self._extent = extent
            if not self._own_range:
                self.reset_range()

    @Slot()
    def reset_range(self) -> None:
        """Show all points again after a zoom."""
        self._own_range = False
        if self._extent is not None:
            left, right, bottom, top = self._extent
            self.plot.box.setRange(xRange=(left, right), yRange=(bottom, top), padding=0.0)

    @Slot()
    def _keep_range(self) -> None:
        self._own_range = True

    def pose(self, posing: bool) -> None:
        for item in (*self.clouds, self.ring):
            item.opts["useCache"] = not posing  # in a vector picture points must be shapes

    # Single examples ------------------------------------------------------------------------------------------------

    def nearest(self, place: QPointF) -> int:
        """The row of the point nearest to a place of the plane; -1 where none is near."""
        if self.result is None or not len(self.result.codes):
            return -1
        across, up = self.plot.box.viewPixelSize()
        away = (self.result.codes - np.array([place.x(), place.y()])) / np.array([across, up])
        distance = np.nan_to_num(np.hypot(away[:, 0], away[:, 1]), nan=np.inf)
        row = int(distance.argmin())
        return row if distance[row] <= THEME.px(REACH) else -1

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        self._show_example(self.nearest(place))

    @Slot()
    def _forget(self) -> None:
        self._show_example(-1)

    def _show_example(self, row: int) -> None:
        """Say what a point is, with its picture beside it."""
        result = self.result
        if result is None or not 0 <= row < len(result.codes):
            self.legend.show_readout("")
            self.thumb.hide()
            return
        self.legend.show_readout(point_words(result, row))
        if result.pictures is None:
            return
        self.thumb.setPixmap(thumbnail(result.pictures[row], THEME.px(THUMB)))
        self.thumb.move(self._beside(result.codes[row]))
        self.thumb.show()

    def _beside(self, code: NDArray[np.float32]) -> QPoint:
        """Where the picture of a point does not cover it."""
        place = self.plot.mapFromScene(self.plot.box.mapViewToScene(QPointF(float(code[0]), float(code[1]))))
        side, gap = self.thumb.width(), THEME.px(REACH)
        x = place.x() + gap if place.x() + gap + side < self.plot.width() else place.x() - gap - side
        y = place.y() - gap - side if place.y() - gap - side > 0 else place.y() + gap
        return QPoint(x, y)

    @Slot(object)
    def _pick(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.choose(self.nearest(self.plot.box.mapSceneToView(event.scenePos())))

    def choose(self, row: int) -> None:
        """Examine an example in all views; one can examine those of a single part only."""
        if self.result is not None and self.result.can_choose and 0 <= row < len(self.result.codes):
            self.example_chosen.emit(row)
            self._show_example(row)

    @Slot()
    def choose_previous(self) -> None:
        """Examine the example before."""
        if self.result is not None:
            self.choose(self.result.chosen - 1)

    @Slot()
    def choose_next(self) -> None:
        """Examine the example behind."""
        if self.result is not None:
            self.choose(self.result.chosen + 1)


def _holds(outer: Extent, inner: Extent) -> bool:
    """Whether one rectangle holds another that is not much smaller."""
    if inner[0] < outer[0] or inner[1] > outer[1] or inner[2] < outer[2] or inner[3] > outer[3]:
        return False
    wide, high = (inner[1] - inner[0]) / (outer[1] - outer[0]), (inner[3] - inner[2]) / (outer[3] - outer[2])
    return min(wide, high) >= ROOM_LEFT


def point_words(result: LatentPlane, row: int) -> str:
    """One point in a sentence."""
    what = f" ({result.class_names[result.classes[row]]})" if result.classes is not None else ""
    numbers = zip(result.axes, result.codes[row].tolist(), strict=True)
    values = ", ".join(f"{axis} {drawing.number_words(value)}" for axis, value in numbers)
    return f"{result.part} example {row + 1}{what}: {values}"


def mosaic(grid: DecodedGrid) -> drawing.Colors:
    """All pictures of a grid as one, (rows * h, columns * w, 3), from the bottom upwards as a plot draws it."""
    pictures = grid.pictures if grid.pictures.ndim == 5 else np.repeat(grid.pictures[..., None], 3, axis=4)
    rows, columns, height, width, _ = pictures.shape
    joint = max(1, height // 14)
    framed = np.full((rows, columns, height + joint, width + joint, 3), JOINT, dtype=np.uint8)
    framed[:, :, joint:, joint:] = np.round(pictures[:, :, ::-1] * (255 * DIMMED))
    return np.ascontiguousarray(framed.transpose(0, 2, 1, 3, 4)).reshape(-1, columns * (width + joint), 3)


def thumbnail(picture: NDArray[np.float32], side: int) -> QPixmap:
    """A picture with its pixels as squares."""
    return QPixmap.fromImage(drawing.greys(picture)).scaled(side, side)
