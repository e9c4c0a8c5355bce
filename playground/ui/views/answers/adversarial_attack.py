"""Accuracy against the budget of an attack, and examples before and after it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from playground.analysis.answers.adversarial_attack import METHODS, AdversarialAttack, AdversarialAttackAnalysis
from playground.analysis.base import Analysis
from playground.ui.views.base import View
from playground.ui.widgets.drawing import greys, number_words
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics, paint_upright
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME

LEAST, MOST = 40, 120
GAP = 8
ROWS = ("data", "change", "attack")
BUDGET_STEPS = 200
"""Places of the slider for each whole range of the data."""
SLIDER_END = 0.5


class BudgetPlot(FittedPlot):
    """The curve, the chosen budget, and what guessing would give."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.widest = 0.3
        super().__init__(parent)
        self.curve = pg.PlotDataItem(symbol="o", connect="finite")
        self.chosen = pg.InfiniteLine(angle=90)
        for item in (self.chosen, self.curve):
            self.addItem(item)

    def show_whole(self) -> None:
        self.box.setRange(xRange=(-0.02 * self.widest, 1.02 * self.widest), yRange=(-0.02, 1.02), padding=0.0)


class AttackCanvas(Canvas):
    """A column for each example: the picture, the change, and the changed picture, with what the network says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: AdversarialAttack | None = None
        self._images: list[tuple[QImage, QImage, QImage]] = []
        self.setAccessibleName("Examples before and after the attack")

    def show_attack(self, result: AdversarialAttack) -> None:
        self.result = result
        shown = result.examples
        triples = zip(shown.originals, shown.changes, shown.attacked, strict=True) if shown.originals.size else ()
        self._images = [(greys(a), greys(b), greys(c)) for a, b, c in triples]
        self.setVisible(bool(self._images))
        self.changed()

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    @property
    def _left(self) -> int:
        return metrics().height() + THEME.px(GAP / 2)

    def _side(self) -> int:
        height = self.height_in_sight()
        wide = (self.steady_width() - self._left) // max(1, len(self._images)) - THEME.px(GAP)
        high = (height - 4) // 3 - metrics().height() - THEME.px(GAP)
        return max(THEME.px(LEAST), min(THEME.px(MOST), wide, high))

    def _columns(self) -> int:
        """As many examples as there is room for."""
        fitting = (self.steady_width() - self._left) // (self._side() + THEME.px(GAP))
        return max(1, min(len(self._images), fitting))

    def minimumSizeHint(self) -> QSize:
        wide = self._left + 2 * (THEME.px(LEAST) + THEME.px(GAP))
        return QSize(wide, 3 * (self._side() + metrics().height() + THEME.px(GAP)))

    def box(self, number: int, row: int) -> QRectF:
        """Where a picture is drawn: of an example, in row 0 as it is, in row 1 the change, in row 2 attacked."""
        side = self._side()
        left = self._left + number * (side + THEME.px(GAP))
        return QRectF(left, 1 + row * (side + metrics().height() + THEME.px(GAP)), side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.result is None or not self._images:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        for row, words in enumerate(ROWS):
            box = self.box(0, row)
            painter.setPen(THEME.color("secondary"))
            bottom = box.center().y() + metrics().horizontalAdvance(words) / 2
            paint_upright(painter, words, metrics().height() / 2, bottom)
        for number, images in enumerate(self._images[: self._columns()]):
            for row, picture in enumerate(images):
                self._paint_picture(painter, number, row, picture)

    def _paint_picture(self, painter: QPainter, number: int, row: int, picture: QImage) -> None:
        assert self.result is not None
        shown, box = self.result.examples, self.box(number, row)
        painter.drawImage(box, picture)
        said = (shown.before, (), shown.after)[row]
        misled = bool(said) and said[number] != shown.actual[number]
        painter.setPen(QPen(THEME.color("error" if misled else "line"), THEME.px(2) if misled else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box)
        if said:
            surety = (shown.surety_before, shown.surety_before, shown.surety_after)[row][number]
            words = f"{said[number]}  {surety:.0%}"
            room = QRectF(box.left(), box.bottom() + 1, box.width(), metrics().height())
            painter.setPen(THEME.color("error" if misled else "text"))
            if metrics().horizontalAdvance(words) > room.width():
                words = metrics().elidedText(said[number], Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, words)

    def words_at(self, place: QPointF) -> str:
        if self.result is None:
            return ""
        for number in range(self._columns()):
            if any(self.box(number, row).contains(place) for row in range(3)):
                return example_words(self.result, number)
        return ""


def example_words(result: AdversarialAttack, number: int) -> str:
    """What becomes of one example, in a sentence."""
    shown = result.examples
    before = f"{shown.before[number]} ({shown.surety_before[number]:.0%})"
    after = f"{shown.after[number]} ({shown.surety_after[number]:.0%})"
    return f"{result.part} example {shown.rows[number] + 1}, truly {shown.actual[number]}: said {before}, now {after}"


class AdversarialAttackView(View):
    """How little it takes to mislead a network; a slider sets the budget."""

    analysis: ClassVar[type[Analysis]] = AdversarialAttackAnalysis
    title: ClassVar[str] = "Adversarial attack"
    empty: ClassVar[str] = "Press play, and see how little it takes to mislead the network."
    pulses: ClassVar[int] = 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: AdversarialAttack | None = None
        self.method_box = self.parameters.choice("method", [(method.upper(), method) for method in METHODS])
        self.options_layout.addWidget(self.method_box)
        self.budget = QSlider(Qt.Orientation.Horizontal)
        self.budget.setRange(0, round(SLIDER_END * BUDGET_STEPS))
        self.budget.setAccessibleName("Budget of the attack")
        self.budget.setToolTip("How far each number may move, as a share of the range of the data")
        self.parameters.bind("budget", self.budget, scale=BUDGET_STEPS)
        self.add_more([
            ("Steps of PGD", self.parameters.control("steps")),
            ("Part", self.parameters.control("part")),
            ("Examples of the curve", self.parameters.control("count")),
            ("Examples shown", self.parameters.control("shown")),
        ])  # fmt: skip
        self.plot = BudgetPlot()
        self.plot.setAccessibleName("Accuracy against the budget of the attack")
        self.plot.name_axes("budget", "accuracy")
        self.canvas = AttackCanvas()
        self.area = in_scroll_area(self.canvas)
        self.legend = Legend()
        both = QHBoxLayout()
        both.addWidget(self.area, 3)
        beside = QVBoxLayout()
        beside.addWidget(self.plot, 1)
        beside.addWidget(self.budget)
        both.addLayout(beside, 2)
        self.body_layout.addLayout(both, 1)
        self.body_layout.addWidget(self.legend)
        self.canvas.pointed.connect(self.legend.show_readout)
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)

    @property
    def heading(self) -> str:
        return self.titled(self.result.title if self.result is not None else "")

    def restyle(self) -> None:
        self.plot.restyle()

    def settle(self) -> None:
        super().settle()
        self.plot.fit()

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.heading_changed.emit(self.heading)
        self.area.setVisible(result.examples.originals.size > 0)
        self.canvas.show_attack(result)
        color = THEME.tokens.part_color(result.part)
        self.plot.curve.setData(result.budgets, result.accuracies)
        self.plot.curve.setPen(pg.mkPen(color, width=THEME.px(2)))
        self.plot.curve.setSymbolBrush(pg.mkBrush(color))
        self.plot.curve.setSymbolPen(None)
        self.plot.curve.setSymbolSize(THEME.px(7))
        self.plot.chosen.setPen(pg.mkPen(THEME.tokens.accent, width=THEME.px(1.5), style=Qt.PenStyle.DashLine))
        self.plot.chosen.setValue(result.budget)
        self.plot.widest = float(result.budgets[-1])
        self.plot.fit()
        self.legend.show_entries([Entry(words) for words in result.words])

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None:
            return
        number = int(np.abs(self.result.budgets - place.x()).argmin())
        accuracy = number_words(float(self.result.accuracies[number]))
        self.legend.show_readout(f"budget {self.result.budgets[number]:.3g}: accuracy {accuracy}")

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")
