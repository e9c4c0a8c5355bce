"""The alignment of what a decoder says with what it has read, as a matrix with words on both axes."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.alignment import Alignment, AlignmentAnalysis
from playground.ui.views.base import View
from playground.ui.views.inside.attention_matrix import Shown, paint_matrix, picture, words_of
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.options import ExampleBox
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics
from playground.ui.widgets.theme import THEME

LEAST_ROW = 12
LEAST_WIDTH = 260
SAYS = "says"


class AlignmentCanvas(Canvas):
    """The matrix, as large as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: Shown | None = None

    def show_alignment(self, result: Alignment) -> None:
        """Show another one."""
        title = result.title
        if result.heads > 1:
            title += f", head {result.head}" if result.head else f", mean of {result.heads} heads"
        self.shown = Shown(title, -1, result.weights, result.said, "weights", 1.0, result.source, SAYS)
        self.setAccessibleName(f"Alignment of {title}")
        self.changed()

    def minimumSizeHint(self) -> QSize:
        rows = self.shown.steps if self.shown is not None else 0
        return QSize(THEME.px(LEAST_WIDTH), rows * THEME.px(LEAST_ROW) + 8 * metrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.shown is not None:
            painter = QPainter(self)
            painter.setFont(THEME.font(13))
            paint_matrix(painter, QRectF(self.rect()), self.shown, picture(self.shown))

    def words_at(self, place: QPointF) -> str:
        return words_of(self.shown, self.shown.area(QRectF(self.rect())), place) if self.shown is not None else ""


class AlignmentView(View):
    """Which words a decoder looks at while it says each word, live while it learns."""

    analysis: ClassVar[type[Analysis]] = AlignmentAnalysis
    title: ClassVar[str] = "Alignment"
    empty: ClassVar[str] = "Press play to see which words of the source each word is said from."
    pulses: ClassVar[int] = 2
    rank: ClassVar[int] = 94

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Alignment | None = None
        self.example_box = ExampleBox()
        self.options_layout.addWidget(self.example_box)
        self.add_more([("Says", self.parameters.control("says")), ("Head", self.parameters.control("head"))])
        self.canvas = AlignmentCanvas()
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.example_box.row_chosen.connect(self.example_chosen)
        self.canvas.pointed.connect(self.legend.show_readout)

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.example_box.show_example(result.row, result.count, result.part)
        self.canvas.show_alignment(result)
        which = "your example" if result.row < 0 else f"{result.part} example {result.row + 1}"
        if result.forced:
            verdict = "it hears the right tokens"
        elif not result.right:
            verdict = "said freely"
        else:
            verdict = "said freely, all right" if result.exact else "said freely, with mistakes"
        self.legend.show_entries([Entry(which), Entry(verdict)])
