"""Loss and metrics over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QElapsedTimer, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QSlider, QWidget

from playground.analysis.base import Analysis
from playground.analysis.run.curves import Curves, CurvesAnalysis
from playground.document.declaration import in_a_sentence
from playground.training.history import CurveData
from playground.training.metrics.words import reasons
from playground.ui.views.base import View
from playground.ui.views.run.curve_marks import BestMarker, MarkLines
from playground.ui.views.run.curve_others import MomentLine, OtherLines
from playground.ui.views.shared import curve_lines
from playground.ui.views.shared.legend_room import GROUND
from playground.ui.widgets.colors import mixed
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.kept_size import KeptSize
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.legend import Entry, line_pen
from playground.ui.widgets.options import combo_box
from playground.ui.widgets.plots import NO_LOGARITHM, Plot
from playground.ui.widgets.theme import THEME

SAMPLES = {"train": "line", "validation": "dash", "test": "dot", "": "line"}
RESCALE_EVERY = 500
"""Milliseconds between two fits of the axes: they cost, and they make the eye restless."""
SHOWS = "What the curves show"
PALE = 0.32
"""Share of its colour that a raw line has; opaque, as a zigzag over itself would grow as strong as the smooth line."""
NODE_SYMBOLS = ("", "o", "s", "t", "d", "p", "star", "h")
"""What tells the nodes apart where all are drawn at once; the first needs nothing."""
MARKED_POINTS = 12
EACH_LOSS = f"loss.{curve_lines.EACH}"
MARGIN = 0.04
BOLD_POINTS = 600
PRESENTER = 1.3
"""From this scale of the theme on, lines are bold."""


class _Line:
    """One curve on the plot: the pale raw line behind, the smooth line in front.

    Lines are 1 pixel wide, as wider ones cost ten times as much; `bold` ones have fewer points instead. A `symbol` on
    a few of its points tells a line from others of the same part.
    """

    def __init__(self, plot: Plot, part: str, node: str = "", symbol: str = "") -> None:
        self.part = part
        self.node = node
        self.symbol = symbol
        self.bold = False
        self.raw = pg.PlotDataItem(connect="finite")
        self.raw.curve.setProperty(GROUND, True)
        self.front = pg.PlotDataItem(connect="finite")
        above = list(SAMPLES).index(part)  # train is the restless one: it lies below the others
        for depth, item in ((above, self.raw), (above + len(SAMPLES), self.front)):
            item.setZValue(depth)
            plot.addItem(item)
            item.setClipToView(True)
        self.points = pg.ScatterPlotItem(symbol=symbol or "o", pxMode=True)
        self.points.setZValue(2 * len(SAMPLES))
        plot.addItem(self.points)
        self.x = self.y = np.zeros(0)
        self.restyle()

    def color(self) -> str:
        return THEME.tokens.part_color(self.part) if self.part else THEME.tokens.text

    def restyle(self) -> None:
        color = pg.mkColor(self.color())
        self.front.setPen(line_pen(SAMPLES[self.part], color, THEME.px(2) if self.bold else 1))
        self.raw.setPen(line_pen("line", mixed(color, pg.mkColor(THEME.tokens.panel), PALE)))
        self.points.setSize(THEME.px(9))
        self.points.setBrush(pg.mkBrush(color))
        self.points.setPen(pg.mkPen(THEME.tokens.panel))

    def show(
        self, x: curve_lines.Numbers, curve: CurveData, strength: float, logarithmic: bool, *, raw: bool = True
    ) -> None:
        self.x, self.y = x, curve_lines.smooth(curve.step, curve.value, strength)
        drawn_x, drawn_y = curve_lines.thin(x, self.y, BOLD_POINTS) if self.bold else (x, self.y)
        alone = int(np.isfinite(drawn_y).sum()) == 1  # one number makes no line
        symbol = {"symbol": "o", "symbolSize": THEME.px(7), "symbolBrush": self.color(), "symbolPen": None}
        self.front.setData(
            drawn_x, curve_lines.to_scale(drawn_y, logarithmic), **(symbol if alone else {"symbol": None})
        )
        if self.symbol:
            some = curve_lines.spread(x, MARKED_POINTS)
            self.points.setData(x[some], curve_lines.to_scale(self.y[some], logarithmic))
        behind_x, behind_y = curve_lines.band(x, curve)
        if raw and (strength > 0 or len(behind_x) > len(x)):
            self.raw.setData(behind_x, curve_lines.to_scale(behind_y, logarithmic))
        else:
            self.raw.setData([], [])

    def remove(self, plot: Plot) -> None:
        plot.removeItem(self.raw)
        plot.removeItem(self.front)
        plot.removeItem(self.points)

    @property
    def style(self) -> tuple[str, str, str]:
        """Part, node and symbol: what a line keeps as long as it stands."""
        return self.part, self.node, self.symbol


class CurvesView(View):
    """Curves of one quantity at a time: train solid blue, validation dashed purple, test dotted orange."""

    analysis: ClassVar[type[Analysis]] = CurvesAnalysis
    title: ClassVar[str] = "Loss"
    empty: ClassVar[str] = "Press play to see the curves."
    pulses: ClassVar[int] = 6
    rank: ClassVar[int] = 100
    accompanies: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Curves | None = None
        self.plot = Plot()
        self.plot.setAccessibleName("Curves")
        self.plot.item.showGrid(x=False, y=True, alpha=0.15)
        self.legend = self.legend_in(self.plot, self.plot)
        self.lines: dict[str, _Line] = {}
        self.marks = MarkLines(self.plot)
        self.best_marker = BestMarker(self.plot)
        self._others = OtherLines(self.plot, SAMPLES)
        self._moment = MomentLine(self.plot)
        self._own_range = False
        self._zeros = 0
        """Numbers that a logarithmic axis has no place for."""
        self._unmeasured: dict[str, str] = {}
        """Why curves that are drawn beside others have no number at their end, by their names."""
        self._since_rescale = QElapsedTimer()
        self._late_rescale = QTimer(self, singleShot=True, interval=RESCALE_EVERY)
        self._late_rescale.timeout.connect(self.rescale)
        self._make_options()
        self.body_layout.addWidget(self.plot, 1)
        self.plot.hovered.connect(self._read)
        self.plot.clicked.connect(self._look_back)
        self.plot.left.connect(self._forget)
        self.plot.range_taken.connect(self._keep_range)
        self.plot.reset_wanted.connect(self.reset_range)

    def _make_options(self) -> None:
        self.log_box, self.raw_box = self.parameters.switch("logarithmic"), self.parameters.switch("raw")
        self.quantity_box = combo_box("Quantity", SHOWS, [("Loss", "loss")])
        self.axis_box = combo_box("Horizontal axis", "Against what the curves are drawn (X)", curve_lines.AXES)
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, 100)
        KeptSize(self.smoothing, "setMinimumWidth", 150)
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setToolTip("Smooth the curves (S switches it); the raw curve stays pale behind")
        self._smoothing_before = 60
        self.options_layout.addWidget(self.log_box)
        self.add_more([
            ("Quantity", self.quantity_box), ("Horizontal axis", self.axis_box), ("Smoothing", self.smoothing),
            ("", self.raw_box),
        ])  # fmt: skip
        self.parameters.bind("quantity", self.quantity_box)
        self.parameters.bind("axis", self.axis_box)
        self.parameters.bind("smoothing", self.smoothing, scale=100)
        for key, slot in (("L", self.log_box.toggle), ("S", self.switch_smoothing), ("X", self.next_axis)):
            shortcut = QShortcut(QKeySequence(key), self)
            # Not as an argument: beside a slot, PySide6 6.10 drops it and the key works everywhere.
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def heading(self) -> str:
        return curve_lines.quantity_words(self.quantity, self.result.titles if self.result is not None else None)

    @property
    def quantity(self) -> str:
        """What is drawn, such as `loss` or `accuracy`."""
        return str(self.quantity_box.currentData())

    @Slot()
    def switch_smoothing(self) -> None:
        """Smooth as strongly as before, or not at all."""
        before = self.smoothing.value()
        self.smoothing.setValue(0 if before else self._smoothing_before)
        self._smoothing_before = before or self._smoothing_before

    @Slot()
    def next_axis(self) -> None:
        """Draw against the next of steps, epochs, examples and seconds."""
        self.axis_box.setCurrentIndex((self.axis_box.currentIndex() + 1) % self.axis_box.count())

    @Slot(str)
    def redraw(self, name: str = "") -> None:
        self._own_range = False
        self._since_rescale.invalidate()
        self.heading_changed.emit(self.heading)
        super().redraw(name)

    def restyle(self) -> None:
        self.plot.restyle()
        self._embolden(THEME.scale >= PRESENTER)
        self.marks.restyle()
        self.best_marker.restyle()
        self._others.restyle()
        self._moment.restyle()
        self.legend.show_entries(self.legend_entries())

    def draw(self) -> None:
        assert self.result is not None
        self._offer(self.result)
        axis = str(self.axis_box.currentData())
        logarithmic = self.log_box.isChecked()
        self.plot.side.logarithmic = logarithmic
        words = in_a_sentence(self.heading)
        self.plot.name_axes(self.axis_box.currentText().lower(), words + (" (log scale)" if logarithmic else ""))
        curves = self.result.curves
        shown = {name: curves[name] for name in curve_lines.of_quantity(curves, self.quantity)}
        self.match_lines(list(shown))
        for name, curve in shown.items():
            strength = self.parameters.value("smoothing")
            raw = self.parameters.value("raw")
            self.lines[name].show(getattr(curve, axis), curve, strength, logarithmic, raw=raw)
        self.say_what_is_left_out(shown, logarithmic)
        self.marks.show(self.result.marks, axis)
        best = self.result.best
        self.best_marker.show(best if best is not None and best.curve in shown else None, axis, logarithmic)
        self._others.show(self.result.others, self.quantity, axis, self.smoothing.value() / 100, logarithmic)
        self._moment.show(self.result.moment, axis)
        self.legend.show_entries(self.legend_entries())
        self._rescale_in_time()

    def say_what_is_left_out(self, shown: Mapping[str, CurveData], logarithmic: bool) -> None:
        """A logarithm has no place for 0, and some numbers cannot be measured; where there is nothing else, a sentence
        stands instead of lines.
        """
        values = np.concatenate([curve.value for curve in shown.values()]) if shown else np.zeros(0)
        finite = values[np.isfinite(values)]
        left_out = int((finite <= 0.0).sum()) if logarithmic else 0
        ends = {name: float(curve.value[-1]) for name, curve in shown.items() if len(curve.value)}
        unmeasured = reasons(ends)
        nothing = f"Not measured: {next(iter(unmeasured.values()))}" if unmeasured and not len(finite) else ""
        self.plot.say(NO_LOGARITHM if left_out and left_out == len(finite) else nothing)
        self._zeros = left_out if left_out < len(finite) else 0
        self._unmeasured = {} if nothing else unmeasured

    def _offer(self, result: Curves) -> None:
        """Offer every quantity there is, keeping the choice. Several losses are shown side by side at first."""
        names = curve_lines.quantities(result.curves)
        items = [(curve_lines.quantity_words(name, result.titles), name) for name in names]
        box = self.quantity_box
        box.setToolTip(plain_tip("\n".join([SHOWS, *result.missing.values()])))
        if items == [(box.itemText(row), box.itemData(row)) for row in range(box.count())] or not names:
            return
        before = self.quantity
        if EACH_LOSS in names:
            self.parameters.measure("quantity", EACH_LOSS)
        else:
            self.parameters.measure("quantity", "loss")
        self.parameters.offer("quantity", self.quantity_box, items)
        if self.quantity != before:
            self.heading_changed.emit(self.heading)

    def match_lines(self, names: list[str]) -> None:
        """Have one line for each curve; lines that stay are kept, as making them is dear."""
        if list(self.lines) == names:
            return
        styles = self._styles(names)
        for name in [name for name, line in self.lines.items() if styles.get(name) != line.style]:
            self.lines.pop(name).remove(self.plot)
        self.lines = {name: self.lines.get(name) or _Line(self.plot, *styles[name]) for name in names}
        self._embolden(THEME.scale >= PRESENTER)
        self.legend.show_entries(self.legend_entries())

    def _styles(self, names: list[str]) -> dict[str, tuple[str, str, str]]:
        """Part, node and symbol of each line; node and symbol only where several nodes are drawn at once."""
        parts = {name: curve_lines.split_name(name)[0] for name in names}
        if not self.quantity.endswith(curve_lines.EACH):
            return {name: (part, "", "") for name, part in parts.items()}
        nodes = {node: number for number, node in enumerate(dict.fromkeys(map(curve_lines.node_of, names)))}
        return {
            name: (part, node, NODE_SYMBOLS[nodes[node] % len(NODE_SYMBOLS)])
            for name, part in parts.items()
            for node in [curve_lines.node_of(name)]
        }

    def legend_entries(self) -> list[Entry]:
        parts = {
            line.part: Entry(line.part or self.heading.lower(), SAMPLES[line.part], line.color())
            for line in self.lines.values()
        }
        color = THEME.tokens.secondary
        known = self.result.titles if self.result is not None else {}
        nodes = {
            line.node: Entry(known.get(line.node, line.node), "line", color, line.symbol)
            for line in self.lines.values() if line.node
        }  # fmt: skip
        others = [Entry("pale: " + ", ".join(self._others.titles))] if self._others.titles else []
        zeros = [Entry(f"{self._zeros:,} not above 0, left out")] if self._zeros else []
        missing = [
            Entry(f"{self._whose(self.lines[name])} not measured: {reason}")
            for name, reason in self._unmeasured.items() if name in self.lines
        ]  # fmt: skip
        return [*parts.values(), *nodes.values(), *others, *zeros, *missing]

    def _whose(self, line: _Line) -> str:
        """Whose values a line shows, such as “train”, or “test Digit”."""
        known = self.result.titles if self.result is not None else {}
        return f"{line.part} {known.get(line.node, line.node)}".strip() or self.heading.lower()

    def _rescale_in_time(self) -> None:
        if not self._since_rescale.isValid() or self._since_rescale.elapsed() >= RESCALE_EVERY:
            self.rescale()
        elif not self._late_rescale.isActive():
            self._late_rescale.start()

    @Slot()
    def rescale(self) -> None:
        """Fit both axes to the curves, unless a person has zoomed."""
        self._since_rescale.start()
        self._late_rescale.stop()
        if self._own_range or not self.lines:
            return
        others = self._others.ends
        left, right = curve_lines.bounds([*(line.x for line in self.lines.values()), *(one[0] for one in others)])
        fronts = [line.front.yData for line in self.lines.values() if line.front.yData is not None]
        raws = [curve_lines.most_of(line.raw.yData) for line in self.lines.values() if line.raw.yData is not None]
        low, high = curve_lines.bounds([*fronts, *raws, *(curve_lines.most_of(one[1]) for one in others)])
        if sum(len(line.x) for line in self.lines.values()) <= len(self.lines):
            left = min(left, 0.0)  # a run that has just begun: from its start on
        beside, room = (right - left) * MARGIN / 2, (high - low) * MARGIN
        self.plot.box.setRange(xRange=(left - beside, right + beside), yRange=(low - room, high + room), padding=0.0)
        self.marks.arrange()
        self._moment.arrange()

    def _embolden(self, bold: bool) -> None:
        for line in self.lines.values():
            line.bold = bold
            line.restyle()

    def settle(self) -> None:
        super().settle()
        self.rescale()

    def pose(self, posing: bool) -> None:
        self._embolden(posing or THEME.scale >= PRESENTER)
        self.best_marker.point.opts["useCache"] = not posing  # in a vector picture it must be a shape
        if self.result is not None:
            self.draw()

    @Slot()
    def reset_range(self) -> None:
        """Show everything again after a zoom."""
        self._own_range = False
        self.rescale()

    @Slot()
    def _keep_range(self) -> None:
        self._own_range = True

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        """Say the values at the mouse."""
        words: list[str] = []
        for line in self.lines.values():
            if len(line.x):
                index = int(np.clip(np.searchsorted(line.x, place.x()), 0, len(line.x) - 1))
                value = float(line.y[index])
                words.append(f"{self._whose(line)} {number_words(value) if np.isfinite(value) else 'not measured'}")
        where = f"{self.axis_box.currentText().lower().removesuffix('s')} {number_words(max(0.0, place.x()))}"
        self.legend.show_readout(f"{where}: {', '.join(words)}" if words else "")

    @Slot(QPointF)
    def _look_back(self, place: QPointF) -> None:
        """A click looks back at that moment; the step is that of the curve there."""
        line = next((line for line in self.lines.values() if len(line.x)), None)
        if self.result is None or line is None:
            return
        curve = next(curve for name, curve in self.result.curves.items() if self.lines.get(name) is line)
        steps = np.interp(place.x(), getattr(curve, str(self.axis_box.currentData())), curve.step)
        self.moment_chosen.emit(float(steps))

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")
