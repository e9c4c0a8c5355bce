"""The plot of all views: quiet axes that always have a name, log ticks for people, and a hovering mouse."""

from __future__ import annotations

import math
from html import escape
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from playground.ui.widgets.labels import Label
from playground.ui.widgets.theme import THEME

DECADES = (((1, 2, 3, 5, 7), 0.14), ((1, 2, 5), 0.3), ((1, 3), 0.47), ((1,), 1.0))
"""The ticks within a decade, and the least distance between two of them as logarithm."""


class Axis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph has no types
    """An axis that says numbers in few digits; in log mode its values are powers of ten: 0.01, 0.03, 0.1, 0.3, 1."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, maxTickLength=0)
        self.enableAutoSIPrefix(False)
        self.logarithmic = False
        self.grouped = True
        """Thousands have commas; years have none."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float | None, list[float]]]:
        if not self.logarithmic:
            return [(spacing, list(values)) for spacing, values in super().tickValues(minVal, maxVal, size)[:1]]
        return [(None, log_ticks(minVal, maxVal, size, THEME.px(22)))]

    def tickStrings(self, values: list[float], scale: float, spacing: float | None) -> list[str]:
        shown = [10.0**value if self.logarithmic else value for value in values]
        if self.logarithmic or spacing is None:
            return [tick_words(value) for value in shown]
        digits = max(0, -math.floor(math.log10(spacing) + 1e-9)) if spacing < 1 else 0
        if any(value and (abs(value) >= 1e6 or digits > 5) for value in shown):
            return _telling_apart(shown, spacing)
        commas = "," if self.grouped else ""
        return [f"{value + 0.0:{commas}.{digits}f}".replace("-", "−") for value in shown]

    def generateDrawSpecs(self, p: QPainter) -> Any:
        specs = super().generateDrawSpecs(p)
        if specs is None:
            return None
        line, ticks, words = specs
        return line, ticks, self._inside(words)

    def _inside(self, words: list[tuple[QRectF, Any, str]]) -> list[tuple[QRectF, Any, str]]:
        """Numbers at the ends of the axis moved into the widget; left out where they would touch their neighbours."""
        view = self.getViewWidget()
        if view is None or not words:
            return words
        room = self.mapRectFromScene(view.mapToScene(view.viewport().rect()).boundingRect())
        along = self.orientation in ("top", "bottom")
        moved = [(_moved_into(rect, room, along=along), flags, text) for rect, flags, text in words]
        shifts = [
            (after.topLeft() - before.topLeft()).manhattanLength()
            for (after, *_), (before, *_) in zip(moved, words, strict=True)
        ]
        order = sorted(range(len(words)), key=shifts.__getitem__)
        kept: list[int] = []
        for row in order:
            if not any(moved[row][0].intersects(moved[other][0]) for other in kept):
                kept.append(row)
        return [moved[row] for row in sorted(kept)]


def _moved_into(rect: QRectF, room: QRectF, *, along: bool) -> QRectF:
    """A rectangle moved along its axis, until it lies in a room that is large enough."""
    if along:
        shift = max(room.left() - rect.left(), 0.0) + min(room.right() - rect.right(), 0.0)
        return rect.translated(shift, 0.0)
    return rect.translated(0.0, max(room.top() - rect.top(), 0.0) + min(room.bottom() - rect.bottom(), 0.0))


def tick_words(value: float) -> str:
    """A tick's number as short as it can be."""
    if value and not 1e-4 <= abs(value) < 1e6:
        return f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e").replace("-", "−")
    return f"{value:.6g}".replace("-", "−")


def _telling_apart(values: list[float], spacing: float) -> list[str]:
    """Large or tiny numbers as short as they can be while neighbouring ticks still differ."""
    largest = max(abs(value) for value in values)
    digits = math.floor(math.log10(largest)) - math.floor(math.log10(spacing) + 1e-9) + 1
    if digits <= 3:
        return [tick_words(value) for value in values]
    if spacing >= 1.0 and largest < 1e15:
        return [f"{value + 0.0:,.0f}".replace("-", "−") for value in values]
    return [f"{value + 0.0:.{digits}g}".replace("e-0", "e-").replace("e+0", "e").replace("-", "−") for value in values]


def log_ticks(low: float, high: float, size: float, least_gap: float) -> list[float]:
    """Places of the ticks of a log axis from 10**low to 10**high, as logarithms, on so many pixels."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return []
    gap = least_gap / max(size, 1.0) * (high - low)
    first, last = math.floor(low), math.ceil(high)
    for steps, closest in DECADES:
        if closest >= gap:
            ticks = [decade + math.log10(step) for decade in range(first, last + 1) for step in steps]
            inside = [tick for tick in ticks if low <= tick <= high]
            return inside if len(inside) >= 3 else _even_ticks(low, high)
    stride = max(1, math.ceil(gap))
    return [float(decade) for decade in range(first, last + 1, stride) if low <= decade <= high]


def _even_ticks(low: float, high: float) -> list[float]:
    """Ticks at round values for a range within one decade."""
    start, stop = 10.0**low, 10.0**high
    unit = 10.0 ** math.floor(math.log10((stop - start) / 3))
    step = next((unit * factor for factor in (5, 2) if (stop - start) / (unit * factor) >= 2), unit)
    values = np.arange(math.ceil(start / step), math.floor(stop / step) + 1) * step
    return [math.log10(value) for value in values if value > 0]


HEADROOM = 7
"""Pixels above the picture."""
NO_LOGARITHM = "Nothing here is above 0, so a logarithmic axis has no place for it."


class Plot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """A plot in the colours of the theme, without pyqtgraph's own menu and buttons."""

    hovered = Signal(QPointF)
    """The place under the mouse, in the numbers of the axes."""
    clicked = Signal(QPointF)
    """The place of a click with the left button that was no drag."""
    left = Signal()
    """The mouse went elsewhere."""
    range_taken = Signal()
    """A person moved or zoomed the picture."""
    reset_wanted = Signal()
    """A double click asks for the whole picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.bottom, self.side = Axis("bottom"), Axis("left")
        super().__init__(parent, background=None, axisItems={"bottom": self.bottom, "left": self.side})
        self.item = self.getPlotItem()
        self.item.setMenuEnabled(False)
        # The unused menu is a window of its own; as a child it ends with the plot.
        self.item.ctrlMenu.setParent(self, self.item.ctrlMenu.windowFlags())
        self.item.hideButtons()
        self.box = self.item.getViewBox()
        self.box.disableAutoRange()
        self.box.setDefaultPadding(0.0)
        self.setFrameShape(pg.QtWidgets.QFrame.Shape.NoFrame)
        self.viewport().setMouseTracking(True)
        self.setMinimumSize(THEME.px(80), THEME.px(60))
        self.box.sigRangeChangedManually.connect(self._taken)
        self.scene().sigMouseClicked.connect(self._on_clicked)
        self.names = ("", "")
        self._sentence = Label(parent=self)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._sentence.setProperty("role", "secondary")
        self._sentence.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._sentence.hide()
        self.box.sigResized.connect(self._place_sentence)
        self.box.sigResized.connect(self._label)
        self.restyle()

    def say(self, sentence: str) -> None:
        """A sentence in the middle of a plot that has nothing to draw; an empty one goes."""
        if sentence == self._sentence.text():
            return
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        self._place_sentence()

    @property
    def said(self) -> str:
        """The sentence in the middle; empty while there is something to see."""
        return self._sentence.text()

    @Slot()
    def _place_sentence(self) -> None:
        inside = self.mapFromScene(self.box.sceneBoundingRect()).boundingRect()
        self._sentence.setGeometry(inside.adjusted(THEME.px(8), 0, -THEME.px(8), 0))

    def name_axes(self, bottom: str, side: str) -> None:
        """Name both axes."""
        if (bottom, side) == self.names:
            return
        self.names = (bottom, side)
        self._label()

    def restyle(self) -> None:
        """Take over the colours and sizes of the theme."""
        self.setBackground(THEME.tokens.panel)
        for axis in (self.bottom, self.side):
            axis.setPen(pg.mkPen(THEME.tokens.line))
            axis.setTextPen(pg.mkPen(THEME.tokens.secondary))
            axis.setStyle(tickFont=THEME.font(13), tickTextOffset=THEME.px(5), autoExpandTextSpace=True)
        # Half a number stands above the upper end of the axis at the side.
        self.item.layout.setContentsMargins(1, THEME.px(HEADROOM), 1, 1)
        self._label()

    @Slot()
    def _label(self) -> None:
        """Write the names, shortened where the axis is short."""
        style = {"color": THEME.tokens.secondary, "font-size": f"{THEME.px(13)}px"}
        metrics = QFontMetrics(THEME.font(13))
        lengths = (self.box.width(), self.box.height() + THEME.px(HEADROOM))
        for axis, name, length in zip((self.bottom, self.side), self.names, lengths, strict=True):
            if not name:
                continue
            shown = escape(metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(THEME.px(24), int(length))))
            if shown == axis.labelText and style == axis.labelStyle:
                continue
            visible = axis.label.isVisible() or not axis.labelText
            axis.setLabel(shown, **style)
            if not visible:
                axis.showLabel(False)
            axis.resizeEvent()  # pyqtgraph leaves a longer name where the shorter one began

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        place = self.box.mapSceneToView(self.mapToScene(event.position().toPoint()))
        if self.box.sceneBoundingRect().contains(self.mapToScene(event.position().toPoint())):
            self.hovered.emit(QPointF(place))
        else:
            self.left.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.reset_wanted.emit()
        event.accept()

    @Slot(object)
    def _on_clicked(self, event: Any) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        place = event.scenePos()
        if left and not event.double() and self.box.sceneBoundingRect().contains(place):
            self.clicked.emit(QPointF(self.box.mapSceneToView(place)))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()

    @Slot(object)
    def _taken(self, _: object) -> None:
        self.range_taken.emit()


class FittedPlot(Plot):
    """A plot whose range fits what it shows, until a person moves or zooms it; a double click fits it again.

    A subclass sets the range in `show_whole`.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.moved = False
        """Whether a person has chosen the range."""
        self.range_taken.connect(self._keep_range)
        self.reset_wanted.connect(self.reset_range)
        self.box.sigResized.connect(self.fit)

    def show_whole(self) -> None:
        """Set the range so that everything is seen."""
        raise NotImplementedError

    @Slot()
    def fit(self) -> None:
        """Fit the range to the size, unless a person chose it."""
        if not self.moved:
            self.show_whole()

    @Slot()
    def reset_range(self) -> None:
        """Show everything again."""
        self.moved = False
        self.show_whole()

    @Slot()
    def _keep_range(self) -> None:
        self.moved = True
