"""The point that a person moves over the plane, and the arrow of its slope."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent

from playground.analysis.answers.probe import Probe
from playground.analysis.subject import Extent
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

INK, RIM = "#10151b", "#ffffff"
SIZE = 15
STEP, STRIDE = 0.01, 0.08
"""How far an arrow key moves the point, and with Shift, as shares of the plane."""
KEYS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Down: (0, -1), Qt.Key.Key_Up: (0, 1)}
ARROW, BARB = 0.2, 0.045
"""Lengths of the longest arrow and of its head, as shares of the plane."""
STEEP = 4.0
"""A slope over which the answer would change by so much on the way across the plane has nearly the longest arrow."""


class ProbeMarker(QObject):
    """A target in the plot: dragged, put down by a click, or moved by the arrow keys."""

    moved = Signal()
    """The person put it somewhere else: `place` is where."""
    toggle_wanted = Signal()
    """The person wants it there, or away."""
    return_wanted = Signal()
    """The person wants it back at the example."""

    def __init__(self, plot: Plot, parent: QObject) -> None:
        super().__init__(parent)
        self._plot = plot
        self._extent: Extent = (-1.0, 1.0, -1.0, 1.0)
        self._silent = False
        self.shown = False
        self.target = pg.TargetItem((0.0, 0.0), size=THEME.px(SIZE), symbol="crosshair", movable=True)
        self.rim = pg.PlotCurveItem(connect="pairs")
        self.arrow = pg.PlotCurveItem(connect="pairs")
        for height, item in enumerate((self.rim, self.arrow, self.target), start=8):
            item.setZValue(height)
            item.setVisible(False)
            plot.addItem(item)
        self.restyle()
        self.target.sigPositionChanged.connect(self._on_dragged)
        plot.scene().sigMouseClicked.connect(self._on_clicked)
        plot.installEventFilter(self)

    @property
    def place(self) -> tuple[float, float]:
        """Where it is, in the numbers of the axes."""
        position = self.target.pos()
        return float(position[0]), float(position[1])

    def restyle(self) -> None:
        """Take over the sizes of the theme; the colours are the same on both, as the picture under them is."""
        pen = pg.mkPen(INK, width=THEME.px(2))
        self.target.setPen(pen)
        self.target.setHoverPen(pg.mkPen(INK, width=THEME.px(3)))
        self.target.setBrush(pg.mkBrush(255, 255, 255, 190))
        self.target.setHoverBrush(pg.mkBrush(RIM))
        self.target.scale = THEME.px(SIZE)
        self.rim.setPen(pg.mkPen(RIM, width=THEME.px(5)))
        self.arrow.setPen(pen)

    def set_shown(self, shown: bool) -> None:
        """Put it on the plane or away."""
        self.shown = shown
        for item in (self.target, self.rim, self.arrow):
            item.setVisible(shown)

    def show_probe(self, probe: Probe, extent: Extent, placed: bool) -> None:
        """Draw the arrow of a result; where the person has not put the point, it goes to the place of the result."""
        self._extent = extent
        if not placed:
            self._silent = True
            self.target.setPos(*probe.place)
            self._silent = False
        xs, ys = arrow_lines(probe, self._spans())
        self.rim.setData(xs, ys)
        self.arrow.setData(xs, ys)

    def _spans(self) -> tuple[float, float]:
        """What both axes cover on the same length of the screen."""
        box = self._plot.box
        across, up = box.viewPixelSize()
        side = min(box.width(), box.height())
        return float(across) * side, float(up) * side

    def go_to(self, x: float, y: float) -> None:
        """Put it down, inside the plane."""
        left, right, bottom, top = self._extent
        inside = (min(max(x, left), right), min(max(y, bottom), top))
        if inside != self.place:
            self._silent = True
            self.target.setPos(*inside)
            self._silent = False
        self.moved.emit()

    @Slot(object)
    def _on_dragged(self, _: object) -> None:
        if not self._silent:
            self.go_to(*self.place)

    @Slot(object)
    def _on_clicked(self, event: Any) -> None:
        if not self.shown or event.button() != Qt.MouseButton.LeftButton or event.double():
            return
        if self._plot.box.sceneBoundingRect().contains(event.scenePos()):
            place = self._plot.box.mapSceneToView(event.scenePos())
            self.go_to(place.x(), place.y())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys, while the plot has the focus."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._take_key(event):
            return True
        return super().eventFilter(watched, event)

    def _take_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_P and not event.modifiers():
            self.toggle_wanted.emit()
            return True
        if not self.shown:
            return False
        if key == Qt.Key.Key_Home:
            self.return_wanted.emit()
            return True
        if key not in KEYS:
            return False
        left, right, bottom, top = self._extent
        share = STRIDE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        x, y = self.place
        across, up = KEYS[key]
        self.go_to(x + across * share * (right - left), y + up * share * (top - bottom))
        return True


def arrow_lines(probe: Probe, spans: tuple[float, float]) -> tuple[list[float], list[float]]:
    """Pairs of ends of the shaft and the barbs, uphill as the eye sees the plane; empty where there is no slope.

    `spans` are what the two axes cover on the same length of the screen: features of different units have different
    ones, and what is uphill to the eye is so in shares of them.
    """
    across, up = (slope * span for slope, span in zip(probe.slope, spans, strict=True))
    steep = math.hypot(across, up)
    if not math.isfinite(steep) or steep < 1e-9:
        return [], []
    scale = 1.0 if probe.classifies else max(abs(float(probe.answers[0])), 1e-3)
    length = ARROW * (0.55 + 0.45 * math.tanh(steep / scale / STEEP))
    angle = math.atan2(up, across)
    tip = QPointF(length * math.cos(angle), length * math.sin(angle))
    ends = [(QPointF(0, 0), tip)]
    for turn in (2.6, -2.6):
        ends.append((tip, tip + QPointF(BARB * math.cos(angle + turn), BARB * math.sin(angle + turn))))
    xs = [probe.place[0] + end.x() * spans[0] for pair in ends for end in pair]
    ys = [probe.place[1] + end.y() * spans[1] for pair in ends for end in pair]
    return xs, ys
