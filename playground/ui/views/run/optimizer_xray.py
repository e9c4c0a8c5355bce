"""Optimizer X-ray: from gradient to step, for a few weights, in numbers and over the run."""

from __future__ import annotations

from html import escape
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QSignalBlocker, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from playground.analysis.base import Analysis
from playground.analysis.run.optimizer_xray import OptimizerXray, OptimizerXrayAnalysis, TracedWeight, quantity_words
from playground.ui.views.base import View
from playground.ui.views.run.xray_plot import HEIGHT, SAMPLES, WIDTH, XrayPlot, weight_color
from playground.ui.widgets.controls import QuietSpinBox
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.labels import Label
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.options import combo_box
from playground.ui.widgets.qt_access import layout_of
from playground.ui.widgets.theme import THEME

FORGET = 0.8
SYMBOLS = {"weight": "w", "gradient": "g", "step": "Δw", "rate": "−Δw / g"}


class OptimizerXrayView(View):
    """Small plots, one for each quantity, and a table of the numbers now with the rule written out."""

    analysis: ClassVar[type[Analysis]] = OptimizerXrayAnalysis
    title: ClassVar[str] = "Optimizer X-ray"
    empty: ClassVar[str] = "Press play to see what the optimizer makes of the gradient of single weights."
    pulses: ClassVar[int] = 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: OptimizerXray | None = None
        self._columns = 0
        self._make_options()
        self.numbers = Label()
        self.numbers.setWordWrap(True)
        self.numbers.setTextFormat(Qt.TextFormat.RichText)
        self.numbers.setAccessibleName("Numbers now")
        self.numbers.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.plots: list[XrayPlot] = []
        self.content = QWidget()
        column = QVBoxLayout(self.content)
        column.setContentsMargins(0, 0, 0, 0)
        self.grid_widget = QWidget()
        self.grid = QGridLayout(self.grid_widget)
        self.grid.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.grid_widget, 1)
        column.addWidget(self.numbers)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self.content)
        self.area.viewport().setAutoFillBackground(False)
        self.content.setAutoFillBackground(False)
        self.legend = self.legend_in(self.grid_widget)
        self.body_layout.addWidget(self.area, 1)

    # Choosing -------------------------------------------------------------------------------------------------------

    def _make_options(self) -> None:
        shown = [("Both", "both"), ("Plots", "plots"), ("Numbers", "numbers")]
        self.shown_box = combo_box("Show", "Lines over the run, the numbers of this moment, or both", shown)
        self.parameter_box = combo_box("Parameter", "Whose weights to choose from", [])
        self.number_box = QuietSpinBox()
        self.number_box.setAccessibleName("Number of the weight")
        self.number_box.setToolTip("Which weight of the parameter, counted row by row from 1")
        self.number_box.setRange(1, 1)
        self.place_label = Label()
        self.place_label.setProperty("role", "secondary")
        self.look_button = QPushButton("Look at this weight")
        self.look_button.setToolTip("Take it for one of the four that are looked at; again to let it go")
        self.parameters.bind("shown", self.shown_box)
        self.parameter_box.currentIndexChanged.connect(self._bound)
        self.number_box.valueChanged.connect(self._say_place)
        self.look_button.clicked.connect(self._look)
        rows = [("Show", self.shown_box), ("Parameter", self.parameter_box), ("Number", self.number_box)]
        self.add_more([*rows, ("", self.place_label), ("", self.look_button)])

    def _offer(self, result: OptimizerXray) -> None:
        present = [self.parameter_box.itemData(row) for row in range(self.parameter_box.count())]
        if present == list(result.offered):
            return
        with QSignalBlocker(self.parameter_box):
            self.parameter_box.clear()
            for name, shape in result.offered:
                self.parameter_box.addItem(name, (name, shape))
        self._bound()

    @Slot()
    def _bound(self) -> None:
        name_and_shape = self.parameter_box.currentData()
        if name_and_shape is not None:
            self.number_box.setRange(1, max(1, int(np.prod(name_and_shape[1], dtype=int))))
        self._say_place()

    def _picked(self) -> tuple[str, tuple[int, ...]] | None:
        """The weight that the boxes name."""
        chosen = self.parameter_box.currentData()
        if chosen is None:
            return None
        name, shape = chosen
        return name, tuple(int(part) for part in np.unravel_index(self.number_box.value() - 1, tuple(shape)))

    @Slot()
    def _say_place(self) -> None:
        picked = self._picked()
        if picked is None:
            return
        name, index = picked
        self.place_label.setText(f"{name}[{', '.join(str(one) for one in index)}]" if index else name)
        looked_at = self.result is not None and self.result.chosen and any(
            traced.weight == picked for traced in self.result.weights
        )  # fmt: skip
        self.look_button.setText("Let this weight go" if looked_at else "Look at this weight")

    @Slot()
    def _look(self) -> None:
        picked = self._picked()
        if picked is not None:
            self.weight_pointed_at.emit(picked)

    # Drawing --------------------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        for plot in self.plots:
            plot.restyle()

    def draw(self) -> None:
        assert self.result is not None
        self._offer(self.result)
        self._say_place()
        shown = self.shown_box.currentData()
        self.grid_widget.setVisible(shown != "numbers")
        self.numbers.setVisible(shown != "plots")
        self._lay_out()
        self.numbers.setFont(THEME.font(13))
        self.numbers.setText(numbers_as_html(self.result))
        self.legend.show_entries([
            Entry(traced.words, SAMPLES[number], weight_color(number).name())
            for number, traced in enumerate(self.result.weights)
        ])

    def _lay_out(self) -> None:
        """The plots in as many columns as there is room for."""
        assert self.result is not None
        names = self.result.quantities
        columns = max(1, min(len(names), 3, self.width() // THEME.px(WIDTH)))
        while len(self.plots) < len(names):
            plot = XrayPlot()
            plot.hovered.connect(self._read)
            plot.left.connect(self._forget)
            self.plots.append(plot)
            self.legend.watch(plot)
            self._columns = 0
        if columns != self._columns:
            self._columns = columns
            for number, plot in enumerate(self.plots):
                self.grid.addWidget(plot, number // columns, number % columns)
            for column in range(3):
                self.grid.setColumnStretch(column, 1 if column < columns else 0)
        for number, plot in enumerate(self.plots):
            plot.setVisible(number < len(names))
            plot.setMinimumHeight(THEME.px(HEIGHT))
            if number < len(names):
                plot.show_quantity(self.result, names[number], last=number // columns == (len(names) - 1) // columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.result is not None:
            self._lay_out()

    def pose(self, posing: bool) -> None:
        for plot in self.plots:
            plot.draw_shapes(posing)

    def settle(self) -> None:
        super().settle()
        for layout in (self.grid, layout_of(self.content)):
            layout.activate()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        for plot in self.plots:
            plot.fit()

    # Reading --------------------------------------------------------------------------------------------------------

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        plot = self.sender()
        if self.result is None or not isinstance(plot, XrayPlot) or not plot.quantity:
            return
        number = int(np.abs(self.result.moments - place.x()).argmin())
        values = [number_words(float(traced.series[plot.quantity][number])) for traced in self.result.weights]
        step = self.result.moments[number]
        self.legend.show_readout(f"step {step:,}: {self.result.title(plot.quantity)} {', '.join(values)}")

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")


def numbers_as_html(result: OptimizerXray) -> str:
    """The numbers of the present moment, the rule with the numbers put in, and what else is to be known."""
    secondary = THEME.tokens.secondary
    head = "".join(
        f'<td style="padding-right:{THEME.px(14)}px">{_named(traced, number)}</td>'
        for number, traced in enumerate(result.weights)
    )
    rows = "".join(
        f'<tr><td style="padding-right:{THEME.px(14)}px; color:{secondary}">{escape(_name(name))}</td>'
        + "".join(f'<td style="padding-right:{THEME.px(14)}px">{_cell(traced, name)}</td>' for traced in result.weights)
        + "</tr>"
        for name in result.quantities
    )
    rules = "".join(
        f'<p style="margin:{THEME.px(4)}px 0 0 0">{_named(traced, number)}<br>'
        f"{'<br>'.join(escape(_without_hats(line)) for line in traced.now.lines)}</p>"
        for number, traced in enumerate(result.weights) if traced.now is not None
    )  # fmt: skip
    about = f"{result.optimizer}, η = {number_words(result.rate)}, step {result.step:,}. {result.note}"
    return f"<table><tr><td></td>{head}</tr>{rows}</table>{rules}<p style='color:{secondary}'>{escape(about)}</p>"


def _named(traced: TracedWeight, number: int) -> str:
    """A weight with a square in the colour of its line."""
    return f'<span style="color:{weight_color(number).name()}">■</span> {escape(traced.words)}'


def _without_hats(line: str) -> str:
    """Few fonts can set a hat upon a letter."""
    return line.replace("m\u0302", "m′").replace("v\u0302", "v′")


def _name(quantity: str) -> str:
    symbol = SYMBOLS.get(quantity, "")
    return f"{quantity_words(quantity)} {symbol}".strip()


def _cell(traced: TracedWeight, quantity: str) -> str:
    now = traced.now
    if now is None:
        return "–"
    if quantity in now.memory:
        before = now.before.get(quantity)
        after = number_words(now.memory[quantity])
        return after if before is None else f"{number_words(before)} → {after}"
    if quantity == "rate":
        return number_words(-now.step / now.gradient) if now.gradient else "–"
    return number_words({"weight": now.weight, "gradient": now.gradient, "step": now.step}[quantity])
