"""Move a picture: take an example into the hand, and see where the maps stop to follow and the answer breaks."""

from __future__ import annotations

import math
from html import escape
from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSignalBlocker, Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from playground.analysis.base import Analysis
from playground.analysis.shared.given import UNMOVED, Given, Move
from playground.analysis.use.move_picture import (
    UNITS,
    MovedAnswer,
    MovePicture,
    MovePictureAnalysis,
    paper_of,
)
from playground.ui.views.base import View
from playground.ui.views.use.hand import PictureHand, move_words
from playground.ui.views.use.moved_layers import MovedLayers
from playground.ui.widgets.drawing import class_color, class_symbol, greys, number_words
from playground.ui.widgets.labels import Label, plain_tip
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.options import ExampleBox
from playground.ui.widgets.painted import in_scroll_area
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.rows import label
from playground.ui.widgets.theme import THEME

MOVES = ("across", "down", "rotation", "zoom")
PEN = 0.075
"""Width of the pen, as a share of the side."""
WIDE = 540
"""From this width on the curve stands beside the maps, else below them."""


class MoveCurve(FittedPlot):
    """Accuracy against the size of the move, a line for each that answers; a line at the move in the hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.ends = (0.0, 1.0)
        super().__init__(parent)
        self.curves: list[pg.PlotDataItem] = []
        self.chosen = pg.InfiniteLine(angle=90)
        self.addItem(self.chosen)

    def show_whole(self) -> None:
        low, high = self.ends
        room = 0.03 * (high - low)
        self.box.setRange(xRange=(low - room, high + room), yRange=(-0.02, 1.02), padding=0.0)

    def show_answers(self, result: MovePicture) -> None:
        """Draw the curves of a result."""
        while len(self.curves) > len(result.answers):
            self.removeItem(self.curves.pop())
        while len(self.curves) < len(result.answers):
            self.curves.append(pg.PlotDataItem())
            self.addItem(self.curves[-1])
        for number, (curve, answer) in enumerate(zip(self.curves, result.answers, strict=True)):
            entry = sample_of(result, number)
            known = np.isfinite(answer.accuracies)
            curve.setData(result.amounts[known], answer.accuracies[known], symbol=entry.symbol)
            curve.setPen(pg.mkPen(entry.color, width=THEME.px(2)))
            curve.setSymbolBrush(pg.mkBrush(entry.color))
            curve.setSymbolPen(None)
            curve.setSymbolSize(THEME.px(7))
        self.chosen.setPen(pg.mkPen(THEME.tokens.accent, width=THEME.px(1.5), style=Qt.PenStyle.DashLine))
        self.chosen.setValue(result.amount)
        self.ends = float(result.amounts[0]), float(result.amounts[-1])
        self.name_axes(f"{result.kind}, {UNITS[result.kind]}", "accuracy")
        self.fit()


def sample_of(result: MovePicture, number: int) -> Entry:
    """How one of those that answer is drawn."""
    title = result.answers[number].title
    if len(result.answers) == 1:
        return Entry(title, "line", THEME.tokens.part_color(result.part), "o")
    return Entry(title, "line", class_color(number).name(), class_symbol(number))


class MovePictureView(View):
    """The picture in the hand on the left; what the blocks make of it, and all examples under such moves."""

    analysis: ClassVar[type[Analysis]] = MovePictureAnalysis
    title: ClassVar[str] = "Move a picture"
    empty: ClassVar[str] = "Press play; then drag, turn and scale a picture, and see where the answer breaks."
    gives: ClassVar[bool] = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: MovePicture | None = None
        self._given: Given | None = None
        """What a person has given last, here."""
        self._raw: NDArray[np.float32] | None = None
        """(1, channels, height, width): the picture before the move, as far as it is drawn."""
        self._truth = ""
        self._row = 0
        """The example of the data that was looked at last."""
        self.example_box = ExampleBox()
        self.example_box.row_chosen.connect(self.example_chosen)
        self.options_layout.addWidget(self.example_box)
        self.kind_box = self.parameters.choice("kind")
        self.hand = PictureHand()
        self.hand.moved.connect(self._on_moved)
        self.hand.drawn.connect(self._on_drawn)
        self.draw_button = _button("Draw", "Draw on the picture; the right button rubs out", checkable=True)
        self.draw_button.toggled.connect(self._on_mode)
        self.clear_button = _button("Clear", "An empty picture to draw on")
        self.clear_button.clicked.connect(self._on_clear)
        self.back_button = _button("Back", "The example of the data again, where it was (Home moves it back)")
        self.back_button.clicked.connect(self._on_back)
        self.where = label(role="secondary")
        self.said = Label()
        self.said.setTextFormat(Qt.TextFormat.RichText)
        self.said.setWordWrap(True)
        self.said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.maps = MovedLayers()
        self.maps_area = in_scroll_area(self.maps)
        self.plot = MoveCurve()
        self.plot.setMinimumHeight(THEME.px(104))
        self.plot.setAccessibleName("Accuracy against the size of the move")
        self.legend = Legend()
        self._lay_out()
        self.maps.pointed.connect(self.legend.show_readout)
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)
        self.complete_options()

    def _lay_out(self) -> None:
        held = QVBoxLayout()
        held.setSpacing(THEME.px(3))
        held.addWidget(self.hand, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(THEME.px(2))
        for button in (self.draw_button, self.clear_button, self.back_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        held.addLayout(buttons)
        held.addWidget(self.where)
        held.addWidget(self.said)
        self._beside = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._beside.setSpacing(THEME.px(6))
        self._beside.addWidget(self.maps_area, 3)
        curve = QVBoxLayout()
        curve.setSpacing(THEME.px(2))
        curve.addWidget(self.kind_box, 0, Qt.AlignmentFlag.AlignRight)
        curve.addWidget(self.plot, 1)
        self._beside.addLayout(curve, 2)
        both = QHBoxLayout()
        both.setSpacing(THEME.px(10))
        both.addLayout(held, 2)
        both.addLayout(self._beside, 3)
        self.body_layout.addLayout(both, 1)
        self.body_layout.addWidget(self.legend)

    def resizeEvent(self, event: object) -> None:
        wide = self.width() >= THEME.px(WIDE)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        if self._beside.direction() != way:
            self._beside.setDirection(way)

    # What a person does -----------------------------------------------------------------------------------------------

    @Slot()
    def _on_moved(self) -> None:
        self._choose(self.hand.move_now)
        self._give()

    def _choose(self, move: Move) -> None:
        """Keep the move among the parameters, silently: that it was given is told in one word, to all views."""
        with QSignalBlocker(self.parameters):
            for name in MOVES:
                value = getattr(move, name)
                self.parameters.choose(name, None if value == getattr(UNMOVED, name) else value)

    @Slot(str)
    def ask_anew(self, name: str = "") -> None:
        if name in MOVES and self.result is not None:
            self.hand.show_move(Move(*(float(self.parameters.value(each)) for each in MOVES)))
            self._give()
        else:
            super().ask_anew(name)

    def _give(self) -> None:
        """The picture in the hand, for all views that show an example."""
        result = self.result
        if result is None or result.form is None or self._raw is None:
            self.wanted_changed.emit()
            return
        entry = result.form.entry(self._raw)
        self._given = Given({result.node: entry}, {result.node: self.hand.move_now}, self.analysis.id, self._truth)
        self._show_move()
        self.example_given.emit(self._given)

    @Slot(QPointF, QPointF, bool)
    def _on_drawn(self, start: QPointF, end: QPointF, rubbed: bool) -> None:
        if self._raw is None or self.result is None or self.result.form is None:
            return
        paper = paper_of(self.result.form)
        places = (start.x(), start.y()), (end.x(), end.y())
        self._raw = inked(self._raw, places, paper if rubbed else 1.0 - paper)
        self._give()

    @Slot(bool)
    def _on_mode(self, drawing: bool) -> None:
        self.hand.drawing = drawing
        self.hand.update()

    @Slot()
    def _on_clear(self) -> None:
        if self._raw is not None and self.result is not None:
            self._raw, self._truth = np.full_like(self._raw, paper_of(self.result.form)), ""
            self.draw_button.setChecked(True)
            self.hand.show_move(UNMOVED)
            self._choose(UNMOVED)
            self._give()

    @Slot()
    def _on_back(self) -> None:
        self.draw_button.setChecked(False)
        if self._given is not None:
            self.example_chosen.emit(self._row)
        else:
            self.hand.take(UNMOVED)

    def forget_given(self) -> None:
        self._given = self._raw = None
        self._choose(UNMOVED)
        self.hand.show_move(UNMOVED)

    # What is shown ----------------------------------------------------------------------------------------------------

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        if result.given is not None and result.given.by != self.analysis.id:
            self._given = None
            self._choose(result.move)
        if self._given is None:
            self.hand.show_move(result.move)
            self._raw = result.entry.raw if result.entry is not None else None
            self._truth = result.truth
        self._row = result.row if result.row >= 0 else self._row
        self.example_box.show_example(result.row, result.count, result.part)
        ink = result.form is not None and result.form.ink
        self.hand.show_picture(greys(result.original), QColor("#000000" if ink else THEME.tokens.line))
        drawable = result.form is not None
        self.draw_button.setVisible(drawable)
        self.clear_button.setVisible(drawable)
        self.maps.show_layers(result.layers)
        self.plot.setVisible(bool(result.answers))
        self.kind_box.setVisible(bool(result.answers))
        if result.answers:
            self.plot.show_answers(result)
        self._show_move()
        self.said.setText("<br>".join(map(_html, result.answers)))
        self.legend.show_entries(entries_of(result))

    def _show_move(self) -> None:
        assert self.result is not None
        truth = f", truly {self._truth}" if self._truth else ""
        words = move_words(self.hand.move_now)
        self.where.setText(f"{words[:1].upper()}{words[1:]}{truth}")

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        if self.result is None or not self.result.answers:
            return
        number = int(np.abs(self.result.amounts - place.x()).argmin())
        said = [f"{one.title} {number_words(float(one.accuracies[number]))}".strip() for one in self.result.answers]
        self.legend.show_readout(
            f"{self.result.kind} {self.result.amounts[number]:g} {UNITS[self.result.kind]}: accuracy {', '.join(said)}"
        )

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")

    def restyle(self) -> None:
        self.plot.restyle()

    def settle(self) -> None:
        super().settle()
        self.plot.fit()

    def leave_project(self) -> None:
        self.forget_given()
        self.draw_button.setChecked(False)
        super().leave_project()


def _button(name: str, tip: str, *, checkable: bool = False) -> QPushButton:
    button = QPushButton(name)
    button.setCheckable(checkable)
    button.setProperty("role", "small")
    button.setToolTip(plain_tip(tip))
    return button


def entries_of(result: MovePicture) -> list[Entry]:
    """What is known of all examples, in words."""
    found = []
    for number, answer in enumerate(result.answers):
        if math.isnan(answer.kept):
            continue
        sample = sample_of(result, number)
        whose = f"{answer.title}: " if answer.title else f"{result.part} "
        words = (
            f"{whose}accuracy {answer.accuracy:.1%} → {answer.accuracy_moved:.1%}, same answer {answer.kept:.1%}"
        )
        found.append(Entry(words, "line", sample.color, sample.symbol) if answer.title else Entry(words))
    if found:
        found.append(Entry(f"{result.examples:,} examples moved so"))
    return found


def _html(answer: MovedAnswer) -> str:
    color = THEME.tokens.good if answer.holds else THEME.tokens.error
    whose = f"{escape(answer.title)}: " if answer.title else ""
    return f'{whose}<span style="color:{color}">{escape(answer.words)}</span>'


def inked(
    raw: NDArray[np.float32], line: tuple[tuple[float, float], tuple[float, float]], ink: float
) -> NDArray[np.float32]:
    """A picture (1, channels, height, width) with a line of the pen from one place to another, in pixels."""
    height, width = raw.shape[-2:]
    rows, columns = np.mgrid[0:height, 0:width] + 0.5
    start, way = np.array(line[0]), np.array(line[1]) - np.array(line[0])
    along = ((columns - start[0]) * way[0] + (rows - start[1]) * way[1]) / max(float(way @ way), 1e-9)
    along = np.clip(along, 0.0, 1.0)
    distance = np.hypot(columns - start[0] - along * way[0], rows - start[1] - along * way[1])
    cover = np.clip(PEN * min(height, width) / 2.0 + 0.5 - distance, 0.0, 1.0).astype(np.float32)
    found: NDArray[np.float32] = np.maximum(raw, cover) if ink > 0.5 else np.minimum(raw, 1.0 - cover)
    return found
