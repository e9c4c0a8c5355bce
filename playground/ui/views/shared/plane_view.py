"""The base of the views that draw over the plane of two features: a field, a plot around it, a legend inside."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from playground.analysis.subject import Extent
from playground.ui.views.base import View
from playground.ui.widgets import drawing
from playground.ui.widgets.plots import Plot

WHITE, INK = "#ffffff", "#10151b"
"""Outlines of points: the same on both themes, as the field under them is the same."""


def ring_color() -> str:
    """The colour of rings around what is wrong: the same on both themes, as the picture under them is the same."""
    return "#b3001b"


class Field(pg.ImageItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An image that is drawn smoothly between its grid points, unless it shows whole classes."""

    smooth = True

    def paint(self, painter: QPainter, *arguments: object) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth)
        super().paint(painter, *arguments)


class PlaneView(View):
    """Keeps the plane in sight as wide as the picture, and says what lies under the mouse.

    The result of a subclass has `extent`, `feature_names` and `same_scale`; `aspect` goes into its analysis.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = Plot()
        self.plot.setAccessibleName(self.title)
        self.field = Field(axisOrder="row-major")
        self.plot.addItem(self.field)
        self.legend = self.legend_in(self.plot, self.plot)
        self.aspect = 1.0
        """Width by height of the picture."""
        self._extent: Extent | None = None
        self.body_layout.addWidget(self.plot, 1)
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)
        self.plot.reset_wanted.connect(self.reset_range)
        self.plot.box.sigResized.connect(self._measure)

    def show_plane(self, colors: drawing.Colors | None) -> None:
        """Draw the field in colours (h, w, 3), if it is to be seen, and bring the plane of the result into sight."""
        result = self.result
        left, right, bottom, top = result.extent
        self.field.setVisible(colors is not None)
        if colors is not None:
            self.field.setImage(colors, autoLevels=False)
            self.field.setRect(QRectF(left, bottom, right - left, top - bottom))
        self.plot.name_axes(*result.feature_names)
        if result.extent != self._extent:
            self._extent = result.extent
            self.reset_range()

    def words_at(self, x: float, y: float) -> str:
        """What the result says of a place inside the plane, without the place itself."""
        raise NotImplementedError

    def readout(self, x: float, y: float) -> str:
        """A place and what is said of it, in words; empty outside the picture."""
        if self.result is None:
            return ""
        left, right, bottom, top = self.result.extent
        if not (left <= x <= right and bottom <= y <= top):
            return ""
        first, second = self.result.feature_names
        return f"{first} {drawing.number_words(x)}, {second} {drawing.number_words(y)}: {self.words_at(x, y)}"

    @Slot()
    def reset_range(self) -> None:
        """Show the whole plane; both axes have the same scale when their ranges are equal."""
        if self._extent is None:
            return
        left, right, bottom, top = self._extent
        self.plot.box.setAspectLocked(self.result is not None and self.result.same_scale)
        self.plot.box.setRange(xRange=(left, right), yRange=(bottom, top), padding=0.0)

    def settle(self) -> None:
        super().settle()
        self.reset_range()

    @Slot()
    def _measure(self) -> None:
        """Ask for as much of the plane as fills the picture, in steps, so that a resize asks rarely."""
        size = self.plot.box.size()
        if size.width() < 10 or size.height() < 10:
            return
        aspect = min(5.0, max(0.2, round(size.width() / size.height() * 20) / 20))
        if aspect != self.aspect:
            self.aspect = aspect
            if self.parameters.measure("aspect", aspect):
                self.wanted_changed.emit()

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        self.legend.show_readout(self.readout(place.x(), place.y()))

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")
