"""Real and generated points: what the generator makes, what the discriminator believes, and which modes are found."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsEllipseItem, QWidget

from playground.analysis.answers.generated_points import GeneratedPoints, GeneratedPointsAnalysis, Modes
from playground.analysis.base import Analysis
from playground.ui.views.shared.plane_view import INK, WHITE, PlaneView
from playground.ui.widgets import drawing
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

STRENGTH = 0.55
"""Share of their full colour that “real” and “generated” have in the field, so that points stand out."""
GENERATED, REAL = 0, 1
"""Class numbers of the discriminator: their colours are those of the points too."""
BESIDE = 2.0
"""How far out the tick of a mode stands, in radii of the mode."""
COVERED, MISSING = "#10151b", "#b3001b"
"""Colours of the rings: the same on both themes, as the picture under them is the same."""


class Ring:
    """The place of one mode: a circle, and a tick or a cross beside it."""

    def __init__(self, plot: Plot) -> None:
        self.circle = QGraphicsEllipseItem()
        self.tick = pg.TextItem(anchor=(0.5, 0.5))
        for item in (self.circle, self.tick):
            item.setZValue(6)
            plot.addItem(item, ignoreBounds=True)

    def show(self, modes: Modes, number: int, centre: QPointF) -> None:
        x, y = modes.middles[number].tolist()
        across, up = modes.reaches[number].tolist()
        covered = bool(modes.covered[number])
        color = QColor(COVERED if covered else MISSING)
        self.circle.setRect(QRectF(x - across, y - up, 2 * across, 2 * up))
        pen = pg.mkPen(color, width=1 if covered else 2, cosmetic=True)
        pen.setStyle(Qt.PenStyle.SolidLine if covered else Qt.PenStyle.DashLine)
        self.circle.setPen(pen)
        self.tick.setFont(THEME.font(15, bold=True))
        self.tick.setText("✓" if covered else "✗", color)
        away = np.array([x - centre.x(), y - centre.y()])
        length = float(np.hypot(*away))
        out = away / length if length > 0 else np.array([0.0, 1.0])
        self.tick.setPos(x + BESIDE * across * out[0], y + BESIDE * up * out[1])
        self.set_visible(across > 0 and up > 0)

    def set_visible(self, visible: bool) -> None:
        self.circle.setVisible(visible)
        self.tick.setVisible(visible)

    def remove(self, plot: Plot) -> None:
        plot.removeItem(self.circle)
        plot.removeItem(self.tick)


class GeneratedPointsView(PlaneView):
    """Real points as blue discs, generated ones as orange diamonds, over the discriminator's field in these colours."""

    analysis: ClassVar[type[Analysis]] = GeneratedPointsAnalysis
    title: ClassVar[str] = "Real and generated"
    empty: ClassVar[str] = "Press play to see where the generator puts its points."
    pulses: ClassVar[int] = 1
    rank: ClassVar[int] = 95

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: GeneratedPoints | None = None
        self.plot.setAccessibleName("Real and generated points")
        self.real = pg.ScatterPlotItem(symbol="o", pxMode=True, pen=pg.mkPen(WHITE))
        self.generated = pg.ScatterPlotItem(symbol="d", pxMode=True, pen=pg.mkPen(INK))
        for depth, cloud in ((2, self.real), (4, self.generated)):
            cloud.setZValue(depth)
            self.plot.addItem(cloud)
        self.rings: list[Ring] = []
        self._real_shown: NDArray[np.float32] | None = None
        self._make_options()
        self.restyle()

    def _make_options(self) -> None:
        boxes = (self.parameters.switch(name) for name in ("field", "real_points", "modes"))
        self.field_box, self.real_box, self.modes_box = boxes
        self.add_more([("", self.field_box), ("", self.real_box), ("", self.modes_box)])

    def restyle(self) -> None:
        self.plot.restyle()
        for cloud, number, size in ((self.real, REAL, 8), (self.generated, GENERATED, 10)):
            cloud.setSize(THEME.px(size))
            cloud.setBrush(pg.mkBrush(drawing.class_color(number)))

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        shares = np.stack([1.0 - result.field, result.field], axis=-1)
        self.show_plane(drawing.class_shading(shares, STRENGTH) if self.field_box.isChecked() else None)
        self.real.setVisible(self.real_box.isChecked())
        if self._real_shown is None or not np.array_equal(self._real_shown, result.real):
            self._real_shown = result.real  # drawn anew only when they are others
            self.real.setData(pos=result.real.astype(np.float64))
        self.generated.setData(pos=result.generated.astype(np.float64))
        self._draw_modes(result.modes if self.modes_box.isChecked() else None)
        self.legend.show_entries(self._entries(result))

    def _draw_modes(self, modes: Modes | None) -> None:
        count = 0 if modes is None else len(modes.names)
        while len(self.rings) > count:
            self.rings.pop().remove(self.plot)
        while len(self.rings) < count:
            self.rings.append(Ring(self.plot))
        if modes is not None and count:
            centre = QPointF(*modes.middles.mean(axis=0).tolist())
            for number, ring in enumerate(self.rings):
                ring.show(modes, number, centre)

    def _entries(self, result: GeneratedPoints) -> list[Entry]:
        entries = [Entry("generated", "diamond", drawing.class_color(GENERATED).name())]
        if self.real_box.isChecked():
            entries.insert(0, Entry(f"real ({result.part})", "disc", drawing.class_color(REAL).name()))
        if result.modes is not None:
            modes = result.modes
            entries.append(Entry(f"{int(modes.covered.sum())} of {len(modes.names)} modes covered"))
            entries.append(Entry(f"{modes.high_quality:.0%} near a mode"))
        return entries

    def pose(self, posing: bool) -> None:
        for cloud in (self.real, self.generated):
            cloud.opts["useCache"] = not posing  # in a vector picture points must be shapes

    def words_at(self, x: float, y: float) -> str:
        assert self.result is not None
        return words_at(self.result, x, y)


def words_at(result: GeneratedPoints, x: float, y: float) -> str:
    """What the discriminator thinks of a place, and how much of what is made lies near the mode there; in words."""
    row, column = int(np.abs(result.ys - y).argmin()), int(np.abs(result.xs - x).argmin())
    words = f"real by {result.field[row, column]:.0%}"
    modes = result.modes
    if modes is None:
        return words
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.hypot(*((np.array([x, y]) - modes.middles) / modes.reaches).T)
    near = int(np.nanargmin(away)) if np.isfinite(away).any() else 0
    if not away[near] <= 1.0:
        return words
    return f"{words} · {modes.names[near]} gets {modes.shares[near]:.0%} of the generated"
