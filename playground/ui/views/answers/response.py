"""What if: a slider for each feature of an example, and how the answer responds to the one that is swept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Slot
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from playground.analysis.answers.response import Response, ResponseAnalysis
from playground.analysis.base import Analysis
from playground.ui.views.answers.feature_sliders import FeatureSliders
from playground.ui.views.base import View
from playground.ui.widgets.drawing import class_color, number_words
from playground.ui.widgets.labels import Label, plain_tip
from playground.ui.widgets.legend import Entry, line_pen
from playground.ui.widgets.options import ExampleBox, combo_box, flat_button
from playground.ui.widgets.painted import in_scroll_area
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME

PREDICTED = -1
MOST_COMPARED = 10
"""Classes whose curves are drawn beside the one that is looked at."""


class ResponseView(View):
    """Individual conditional expectation and partial dependence of one feature."""

    analysis: ClassVar[type[Analysis]] = ResponseAnalysis
    title: ClassVar[str] = "Response"
    empty: ClassVar[str] = "Press play to see how the answer responds to each feature."
    by_gesture: ClassVar[frozenset[str]] = frozenset({"feature", "changed_row"})
    pulses: ClassVar[int] = 4

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Response | None = None
        self._row = -1
        self._names: tuple[str, ...] = ()
        self._silent = False
        self.words = Label()
        self.words.setWordWrap(True)
        self.class_box = combo_box("Answer", "Which answer is looked at", [("predicted", str(PREDICTED))])
        self.example_box = ExampleBox()
        self.reset_button = flat_button("Take back", "Take back all changes of this example", "undo")
        self.sliders = FeatureSliders()
        self.sliders_area = in_scroll_area(self.sliders)
        self.sliders_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot = Plot()
        self.plot.setAccessibleName("The answer over the swept feature")
        self.legend = self.legend_in(self.plot, self.plot)
        self._arrange()
        self._make_items()
        self._connect()

    def _arrange(self) -> None:
        self.options_layout.addWidget(self.example_box)
        line = QHBoxLayout()
        line.addWidget(self.words, 1)
        line.addWidget(self.reset_button)
        line.addWidget(self.class_box)
        both = QHBoxLayout()
        both.addWidget(self.sliders_area)
        both.addWidget(self.plot, 1)
        self.body_layout.addLayout(line)
        self.body_layout.addLayout(both, 1)

    def _make_items(self) -> None:
        self.others = pg.PlotCurveItem(connect="finite")
        self.marks = pg.PlotCurveItem(connect="pairs")
        self.compared = [pg.PlotCurveItem() for _ in range(MOST_COMPARED)]
        self.mean, self.curve = pg.PlotCurveItem(), pg.PlotCurveItem()
        self.first = pg.InfiniteLine(angle=90)
        self.now = pg.InfiniteLine(angle=90, movable=True)
        self.dot = pg.ScatterPlotItem(pxMode=True)
        items = (self.others, self.marks, *self.compared, self.first, self.mean, self.curve, self.now, self.dot)
        for height, item in enumerate(items):
            item.setZValue(height)
            self.plot.addItem(item)
        self.plot.box.setMouseEnabled(x=False, y=False)
        self.restyle()

    def _connect(self) -> None:
        self.sliders.chosen.connect(self._choose)
        self.sliders.changed_to.connect(self._change)
        self.sliders.restored.connect(self._restore)
        self.sliders.pointed.connect(self.legend.show_readout)
        self.parameters.bind_with("output", self._output, self._show_output, self.class_box.currentIndexChanged)
        self.example_box.row_chosen.connect(self.example_chosen)
        self.reset_button.clicked.connect(self._reset)
        self.now.sigPositionChanged.connect(self._on_dragged)
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)

    def restyle(self) -> None:
        self.plot.restyle()
        secondary = QColor(THEME.tokens.secondary)
        faint = QColor(secondary)
        faint.setAlpha(70)
        self.others.setPen(pg.mkPen(faint, width=1))
        self.marks.setPen(pg.mkPen(secondary, width=1))
        self.first.setPen(line_pen("dot", secondary, THEME.px(1.5)))
        self.now.setPen(pg.mkPen(THEME.tokens.accent, width=THEME.px(2)))
        self.now.setHoverPen(pg.mkPen(THEME.tokens.accent, width=THEME.px(4)))
        self.dot.setSize(THEME.px(10))
        self.dot.setPen(pg.mkPen(THEME.tokens.panel, width=THEME.px(1.5)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sliders_area.setFixedWidth(min(max(round(self.width() * 0.4), THEME.px(150)), THEME.px(300)))

    # What is asked for ------------------------------------------------------------------------------------------------

    def wanted(self) -> Analysis:
        changed = self.parameters.value("changed_row")
        return self.parameters.analysis(changed_row=self._row if changed < 0 else changed)

    def _output(self) -> int:
        return int(self.class_box.currentData())

    def _show_output(self, output: int) -> None:
        row = self.class_box.findData(str(output))
        if row >= 0:
            self.class_box.setCurrentIndex(row)

    @property
    def changes(self) -> dict[int, float]:
        """The values that the person has given to features, by their numbers."""
        return dict(self.parameters.value("changes"))

    def _set_changes(self, changes: Mapping[int, float]) -> None:
        self.parameters.choose("changed_row", self._row if changes else None)
        self.parameters.choose("changes", tuple(sorted(changes.items())) or None)

    @Slot(int)
    def _choose(self, feature: int) -> None:
        self.parameters.choose("feature", feature)

    @Slot(int, float)
    def _change(self, feature: int, value: float) -> None:
        self.parameters.choose("feature", feature)
        self._set_changes({**self.changes, feature: value})

    @Slot(int)
    def _restore(self, feature: int) -> None:
        self._set_changes({number: value for number, value in self.changes.items() if number != feature})

    @Slot()
    def _reset(self) -> None:
        self._set_changes({})

    @Slot(object)
    def _on_dragged(self, line: pg.InfiniteLine) -> None:
        if self.result is None or self._silent:
            return
        number = self.result.feature
        value = min(max(float(line.value()), float(self.result.low[number])), float(self.result.high[number]))
        if self.result.switches[number]:
            value = float(round(value))
        self._change(number, float(np.float32(value)))

    # Drawing ----------------------------------------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        return self.titled(self.result.title if self.result is not None else "")

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        if (result.row, result.feature_names) != (self._row, self._names):
            self._row, self._names = result.row, result.feature_names
            if self.parameters.value("changed_row") != result.row:
                self._set_changes({})
        if self.parameters.value("feature") >= len(result.feature_names):
            self.parameters.choose("feature", len(result.feature_names) - 1)
        self.heading_changed.emit(self.heading)
        self._offer(result)
        self.example_box.show_example(result.row, result.count, result.part)
        self.words.setText(result.words())
        self.words.setToolTip(plain_tip(result.words()))
        self.reset_button.setEnabled(bool(len(result.changed)))
        self.sliders.show_result(result)
        self._draw_curves(result)
        self.legend.show_entries(entries(result))

    def _offer(self, result: Response) -> None:
        items = [("predicted", str(PREDICTED))] if result.classifies else []
        items += [(name, str(number)) for number, name in enumerate(result.names)]
        held = self.parameters.value("output")
        self.parameters.offer("output", self.class_box, items)
        if self.class_box.findData(str(held)) < 0:
            self.parameters.choose("output", self._output())
        self.class_box.setMinimumWidth(min(self.class_box.sizeHint().width() + THEME.px(10), THEME.px(160)))

    def _draw_curves(self, result: Response) -> None:
        shown, xs = result.shown, result.xs
        low, high = y_range(result)
        color = color_of(result, shown)
        self.curve.setPen(pg.mkPen(color, width=THEME.px(2.5)))
        self.mean.setPen(line_pen("dash", color, THEME.px(2)))
        self.curve.setData(xs, result.curve[:, shown].astype(np.float64))
        self.mean.setData(xs, result.mean[:, shown].astype(np.float64))
        gaps = np.full((len(result.others), 1), np.nan)
        flat = np.hstack([result.others.astype(np.float64), gaps]).ravel()
        self.others.setData(np.tile(np.append(xs, xs[-1]), len(result.others)), flat)
        for number, item in enumerate(self.compared):
            visible = result.classifies and len(result.names) > 2 and number < len(result.names) and number != shown
            item.setVisible(visible)
            if visible:
                item.setPen(pg.mkPen(color_of(result, number), width=1))
                item.setData(xs, result.curve[:, number].astype(np.float64))
        foot = low + 0.03 * (high - low)
        self.marks.setData(np.repeat(result.marks.astype(np.float64), 2), np.tile([low, foot], len(result.marks)))
        value = float(result.values[result.feature])
        self.first.setValue(float(result.original[result.feature]))
        self._silent = True
        if not self.now.moving:
            self.now.setValue(value)
        self._silent = False
        self.dot.setBrush(pg.mkBrush(color))
        answer = float(result.answers[shown])
        self.dot.setData(*(([value], [answer]) if np.isfinite(answer) else ([], [])))
        self.plot.name_axes(result.name, y_name(result))
        self.plot.box.setRange(xRange=(float(xs[0]), float(xs[-1])), yRange=(low, high), padding=0.02)

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        self.legend.show_readout(readout(self.result, place.x()) if self.result is not None else "")

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")


def color_of(result: Response, number: int) -> QColor:
    """The colour of a class; the accent of the theme for a number."""
    return class_color(number) if result.classifies else QColor(THEME.tokens.accent)


def y_name(result: Response) -> str:
    """What the curve is of."""
    name = result.names[result.shown]
    return f"probability of {name}" if result.classifies else name


def y_range(result: Response) -> tuple[float, float]:
    """All of 0 to 1 for probabilities; else around the curves of all examples."""
    if result.classifies:
        return 0.0, 1.0
    every = np.concatenate([result.others.ravel(), result.curve[:, result.shown], result.mean[:, result.shown]])
    every = every[np.isfinite(every)]
    low, high = (float(every.min()), float(every.max())) if every.size else (0.0, 1.0)
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room


def entries(result: Response) -> list[Entry]:
    """What the lines are."""
    color = color_of(result, result.shown).name()
    grey = THEME.tokens.secondary
    found = [
        Entry("this example", "line", color),
        Entry(f"mean of {result.averaged} {result.part} examples", "dash", color),
        Entry("other examples", "line", grey),
        Entry("value in the data", "dot", grey),
    ]
    if result.classifies and len(result.names) > 2:
        others = [number for number in range(min(len(result.names), MOST_COMPARED)) if number != result.shown]
        found += [Entry(result.names[number], "line", color_of(result, number).name()) for number in others]
    return found


def readout(result: Response, x: float) -> str:
    """The answer at a place of the swept feature, in words."""
    place = int(np.abs(result.xs - x).argmin())
    value, mean = float(result.curve[place, result.shown]), float(result.mean[place, result.shown])
    words = number_words(float(result.xs[place]))
    if result.classifies:
        return f"{result.name} {words}: {result.names[result.shown]} {value:.0%}, on average {mean:.0%}"
    return f"{result.name} {words}: {number_words(value)}, on average {number_words(mean)}"
