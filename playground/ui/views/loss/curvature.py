"""Curvature: the spectrum of the Hessian, and the sharpness over the run against the limit of the learning rate."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from playground.analysis.base import Analysis
from playground.analysis.loss.curvature import CurvatureAnalysis, CurvatureResult
from playground.ui.views.base import View
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.labels import Label, plain_tip
from playground.ui.widgets.legend import Entry, line_pen
from playground.ui.widgets.options import check_box, combo_box
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

SINGLE = 0.03
"""Where the density begins to be drawn: this share of the height of one single eigenvalue's bell."""
ROOM = 0.06
SIDE = 62
"""Room for the numbers beside a plot, so that both begin at the same place."""
WIDE = 1.25
"""Width over height from which the plots lie side by side."""
LOW, NARROW = 360, 560
"""Pixels below which there is room for the first sentences and for one plot only."""
NEAR = 0.02


class SpectrumPlot(Plot):
    """The density of the eigenvalues on a logarithmic scale, filled by their sign, and a stem for each one known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Spectrum of the Hessian")
        self.down = pg.PlotCurveItem()
        self.up = pg.PlotCurveItem()
        self.down_stems = pg.PlotCurveItem(connect="pairs")
        self.up_stems = pg.PlotCurveItem(connect="pairs")
        for item in (self.down, self.up, self.down_stems, self.up_stems):
            self.addItem(item)
        self.side.logarithmic = True
        self.name_axes("curvature λ", "density")
        self.reset_wanted.connect(self.fit)
        self._extent = (0.0, 1.0, -1.0, 1.0)

    def show_spectrum(self, result: CurvatureResult) -> None:
        """Draw the spectrum of a result."""
        spectrum = result.spectrum
        step = float(spectrum.grid[1] - spectrum.grid[0])
        # The bell of one eigenvalue of all is as high as 1 / (n · 2.5 widths); far below it is nothing.
        floor = SINGLE / (result.size * 12.0 * step)
        heights = np.log10(np.maximum(spectrum.density, floor))
        low = float(np.log10(floor))
        middle = float(np.interp(0.0, spectrum.grid, heights))
        below, above = spectrum.grid < 0.0, spectrum.grid > 0.0
        for item, places, tops, color in (
            (self.down, np.append(spectrum.grid[below], 0.0), np.append(heights[below], middle), NEGATIVE),
            (self.up, np.append(0.0, spectrum.grid[above]), np.append(middle, heights[above]), POSITIVE),
        ):
            paler = QColor(color)
            paler.setAlphaF(0.35)
            item.setData(
                places, tops, fillLevel=low, brush=pg.mkBrush(paler),
                pen=line_pen("line", QColor(color)),
            )  # fmt: skip
        top = float(heights.max())
        for item, chosen, color in (
            (self.down_stems, spectrum.values < 0.0, NEGATIVE), (self.up_stems, spectrum.values >= 0.0, POSITIVE),
        ):  # fmt: skip
            values = spectrum.values[chosen]
            ends = np.tile([low, low + 0.12 * (top - low)], len(values))
            item.setData(np.repeat(values, 2), ends, pen=line_pen("line", QColor(color)))
        self._extent = (float(spectrum.grid[0]), float(spectrum.grid[-1]), low, top + ROOM * (top - low))
        self.fit()

    @Slot()
    def fit(self) -> None:
        """Show everything."""
        left, right, low, top = self._extent
        self.box.setRange(xRange=(left, right), yRange=(low, top), padding=0.0)


class SharpnessPlot(Plot):
    """The sharpness over the steps, with the dashed limit above which plain descent jumps."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Sharpness over the run")
        self.line = pg.PlotCurveItem(connect="finite")
        self.limit = pg.PlotCurveItem(connect="finite")
        self.points = pg.ScatterPlotItem(symbol="o", pxMode=True)
        self.now = pg.ScatterPlotItem(symbol="d", pxMode=True)
        for item in (self.limit, self.line, self.points, self.now):
            self.addItem(item)
        self.name_axes("step", "sharpness")
        self.reset_wanted.connect(self.fit)
        self._extent = (0.0, 1.0, 0.0, 1.0)

    def show_run(self, result: CurvatureResult) -> None:
        """Draw the sharpness of a result over its moments."""
        known = np.isfinite(result.sharpness)
        steps, values = result.moments[known].astype(float), result.sharpness[known]
        accent = QColor(THEME.tokens.accent)
        self.line.setData(steps, values, pen=line_pen("line", accent, THEME.px(1)))
        self.points.setData(steps, values, size=THEME.px(6), brush=pg.mkBrush(accent), pen=pg.mkPen(None))
        self.now.setData(
            [float(result.step)], [result.largest], size=THEME.px(13), brush=pg.mkBrush(accent),
            pen=pg.mkPen(THEME.tokens.panel, width=THEME.px(2)),
        )  # fmt: skip
        pen = line_pen("dash", THEME.color("text"), THEME.px(1))
        limits = result.limits if result.limit_formula else np.full(len(result.moments), np.nan)
        self.limit.setData(result.moments.astype(float), limits, pen=pen)
        top = max(float(values.max(initial=0.0)), result.largest, 1e-9)
        there = limits[np.isfinite(limits)]
        if len(there) and float(there.min()) <= 4.0 * top:  # A limit far above would press the curve to the floor.
            top = max(top, min(float(there.max()), 2.0 * top))
        low = min(0.0, float(values.min(initial=0.0)))
        left, right = float(result.moments[0]), float(result.moments[-1])
        if left == right:
            left, right = left - 1.0, right + 1.0
        beside = 0.03 * (right - left)
        self._extent = (left - beside, right + beside, low, top + (top - low) * 0.12)
        self.fit()

    def holds(self, value: float) -> bool:
        """Whether a sharpness lies in the picture."""
        return value <= self._extent[3]

    def draw_shapes(self, shapes: bool) -> None:
        """Draw points as shapes instead of small pictures: right in a vector picture."""
        for item in (self.points, self.now):
            item.opts["useCache"] = not shapes

    @Slot()
    def fit(self) -> None:
        """Show everything."""
        left, right, low, top = self._extent
        self.box.setRange(xRange=(left, right), yRange=(low, top), padding=0.0)


class CurvatureView(View):
    """How the loss bends: in words, as a spectrum, and over the run."""

    analysis: ClassVar[type[Analysis]] = CurvatureAnalysis
    title: ClassVar[str] = "Curvature"
    empty: ClassVar[str] = "Press play to see how sharply the loss bends around the weights."
    pulses: ClassVar[int] = 15

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: CurvatureResult | None = None
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setAccessibleName("Where the network stands")
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.spectrum = SpectrumPlot()
        self.run = SharpnessPlot()
        self.legend = self.legend_in(self.spectrum, self.spectrum)
        self.run_legend = self.legend_in(self.run, self.run)
        self._make_options()
        self.restyle()
        self.plots = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        for plot in (self.spectrum, self.run):
            self.plots.addWidget(plot, 1)
            plot.left.connect(self._forget)
        self.body_layout.addWidget(self.words)
        self.body_layout.addLayout(self.plots, 1)
        self.spectrum.hovered.connect(self._read_spectrum)
        self.run.hovered.connect(self._read_run)

    def _make_options(self) -> None:
        shown = [("Both", "both"), ("Spectrum", "spectrum"), ("Over the run", "run")]
        self.shown_box = combo_box("Show", "The spectrum now, the sharpness over the run, or both", shown)
        counts = [("By itself", "0"), ("64", "64"), ("256", "256"), ("1,024", "1024"), ("4,096", "4096")]
        many = "Most training examples that the loss is of; by itself as many as are quick"
        self.examples_box = combo_box("Examples", many, counts)
        self.over_time_box = check_box("Sharpness over the run", "Look at earlier moments of the run, too", True)
        bound = (("shown", self.shown_box), ("examples", self.examples_box), ("over_time", self.over_time_box))
        for name, box in bound:
            self.parameters.bind(name, box)
        self.options_layout.addWidget(self.shown_box)
        self.add_more([("Examples", self.examples_box), ("", self.over_time_box)])

    def restyle(self) -> None:
        for plot in (self.spectrum, self.run):
            plot.restyle()
            plot.side.setWidth(THEME.px(SIDE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """The plots side by side where it is wide; fewer words and one plot where there is no room for two."""
        wide = self.width() > WIDE * self.height()
        self.plots.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)
        if self.result is not None:
            sentences = (self.result.standing, self.result.stability)
            low = self.height() < THEME.px(LOW) and self.width() < THEME.px(NARROW)
            shown, over_time = self.shown_box.currentData(), len(self.result.moments) > 1
            self.run.setVisible(shown == "run" or (shown == "both" and over_time))
            self.spectrum.setVisible(shown == "spectrum" or (shown == "both" and not (low and over_time)))
            self.words.setText("\n".join(_first(words) if low else words for words in sentences if words))
            self.words.setToolTip(plain_tip("\n".join(sentences).strip()))
            self.legend.show_entries(self._spectrum_entries(self.result))
            self.run_legend.show_entries(self._run_entries(self.result))

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.words.setFont(THEME.font(13))
        self.spectrum.show_spectrum(result)
        self.run.show_run(result)
        self._arrange()

    def _spectrum_entries(self, result: CurvatureResult) -> list[Entry]:
        kind = "exact" if result.spectrum.exact else "by Lanczos"
        return [
            Entry("up", "square", POSITIVE), Entry("down", "square", NEGATIVE),
            Entry(f"{result.size:,} directions, {kind}, {result.examples:,} examples"),
            *([Entry(f"without {' and '.join(result.without)}")] if result.without else []),
        ]  # fmt: skip

    def _run_entries(self, result: CurvatureResult) -> list[Entry]:
        entries = [Entry(f"now, step {result.step:,}", "diamond", THEME.tokens.accent)]
        if result.limit_formula:
            entries.append(Entry(self._limit_words(result), "dash", THEME.tokens.text))
        return entries

    def _limit_words(self, result: CurvatureResult) -> str:
        limit = float(result.limits[int(np.abs(result.moments - result.step).argmin())])
        above = ", far above" if not self.run.holds(limit) else ""
        return f"limit {result.limit_formula} = {number_words(limit)}{above}"

    def pose(self, posing: bool) -> None:
        self.run.draw_shapes(posing)

    def settle(self) -> None:
        super().settle()
        self.spectrum.fit()
        self.run.fit()

    # Reading --------------------------------------------------------------------------------------------------------

    @Slot(QPointF)
    def _read_spectrum(self, place: QPointF) -> None:
        if self.result is None:
            return
        values = self.result.spectrum.values
        number = int(np.abs(values - place.x()).argmin())
        left, right, *_ = self.spectrum._extent
        if abs(values[number] - place.x()) > NEAR * (right - left):
            self.legend.show_readout(f"curvature {number_words(place.x())}")
            return
        rank = len(values) - number
        name = "largest" if rank == 1 else "smallest" if number == 0 else f"number {rank} from above"
        self.legend.show_readout(f"eigenvalue {number_words(float(values[number]))}, {name}")

    @Slot(QPointF)
    def _read_run(self, place: QPointF) -> None:
        if self.result is None:
            return
        number = int(np.abs(self.result.moments - place.x()).argmin())
        value, limit = float(self.result.sharpness[number]), float(self.result.limits[number])
        words = f"step {self.result.moments[number]:,}: sharpness {number_words(value)}" if np.isfinite(value) else ""
        if words and self.result.limit_formula and np.isfinite(limit):
            words += f", limit {number_words(limit)}"
        self.run_legend.show_readout(words)

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")
        self.run_legend.show_readout("")


def _first(words: str) -> str:
    """The first sentence, or what is before a semicolon."""
    ends = [words.find(mark) for mark in (". ", "; ") if mark in words]
    return words[: min(ends)] + "." if ends else words
