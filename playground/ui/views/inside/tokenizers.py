"""Tokenizers side by side: coloured tokens with their numbers, and below how long a text is for each vocabulary."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.tokenizers import TOLD, TokenizersAnalysis, TokenRow
from playground.analysis.inside.tokenizers import Tokenizers as Result
from playground.ui.views.base import View
from playground.ui.widgets import drawing
from playground.ui.widgets.colors import mixed
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME

PAD, GAP = 5, 3
TINT = 0.3
"""How much colour the ground of a token has."""
COLORS = 6
ENOUGH = 260
"""Height from which on there is room for the plot, too."""


class RowsCanvas(Canvas):
    """For each tokenizer a line of words, and its tokens as boxes that flow into lines."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Result | None = None
        self.setAccessibleName("The sentence in tokens")

    def show_result(self, result: Result) -> None:
        """Show this sentence."""
        self.result = result
        self.setAccessibleDescription("; ".join(f"{row_words(row)}: {' '.join(row.tokens)}" for row in result.rows))
        self.changed()

    def _boxes(self) -> list[tuple[TokenRow, float, list[QRectF]]]:
        """Each row with the top of its heading and the boxes of its tokens."""
        found: list[tuple[TokenRow, float, list[QRectF]]] = []
        line, top, words = metrics().height(), 0.0, metrics()
        for row in self.result.rows if self.result is not None else ():
            heading, x, y = top, 0.0, top + line + THEME.px(GAP)
            boxes: list[QRectF] = []
            for token, number in zip(row.tokens, row.numbers, strict=True):
                wide = max(words.horizontalAdvance(token), words.horizontalAdvance(number_of(number)))
                wide += 2 * THEME.px(PAD)
                if x and x + wide > self.steady_width():
                    x, y = 0.0, y + 2 * line + 2 * THEME.px(GAP)
                boxes.append(QRectF(x, y, wide, 2 * line + THEME.px(GAP)))
                x += wide + THEME.px(GAP)
            found.append((row, heading, boxes))
            top = y + 2 * line + 4 * THEME.px(GAP)
        return found

    def minimumSizeHint(self) -> QSize:
        boxes = self._boxes()
        bottom = boxes[-1][2][-1].bottom() if boxes and boxes[-1][2] else 0.0
        return QSize(THEME.px(150), round(bottom) + 1)

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        align, line = Qt.AlignmentFlag, metrics().height()
        for row, heading, boxes in self._boxes():
            painter.setFont(THEME.font(13))
            painter.setPen(THEME.color("secondary"))
            painter.drawText(QRectF(0, heading, self.width(), line), align.AlignVCenter, row_words(row))
            for place, (token, number, box) in enumerate(zip(row.tokens, row.numbers, boxes, strict=True)):
                color = THEME.color("error") if number < 0 else drawing.class_color(place % COLORS)
                painter.setPen(color)
                painter.setBrush(mixed(color, THEME.color("panel"), TINT))
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
                painter.setPen(THEME.color("text"))
                upper = QRectF(box.left(), box.top(), box.width(), line + THEME.px(GAP))
                painter.drawText(upper, align.AlignCenter, token)
                painter.setPen(THEME.color("secondary"))
                lower = QRectF(box.left(), box.bottom() - line, box.width(), line)
                painter.drawText(lower, align.AlignCenter, number_of(number))

    def words_at(self, place: QPointF) -> str:
        for row, _, boxes in self._boxes():
            for number, box in enumerate(boxes):
                if box.contains(place):
                    return token_words(row, number)
        return ""


def number_of(number: int) -> str:
    """The number of a token; a question mark for one that is not known."""
    return str(number) if number >= 0 else "?"


def row_words(row: TokenRow) -> str:
    """What one tokenizer makes of the sentence."""
    words = f"{row.title}: {len(row.tokens)} of {row.vocabulary:,}"
    if row.unknown:
        words += f", {row.unknown} unknown"
    return f"{words}, {row.cut_off} cut off" if row.cut_off else words


def token_words(row: TokenRow, place: int) -> str:
    """A token, its number and its vector."""
    token, number = row.tokens[place], row.numbers[place]
    if number < 0:
        return f"{token}: not in the vocabulary"
    if row.vectors is None:
        return f"{token} has the number {number}"
    numbers = ", ".join(drawing.number_words(value) for value in row.vectors[place, :TOLD].tolist())
    more = ", …" if row.vectors.shape[1] > TOLD else ""
    return f"{token} → {number} → ({numbers}{more})"


class LengthPlot(FittedPlot):
    """Tokens of 100 characters against the size of the vocabulary."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Length of the text against the vocabulary")
        self.name_axes("vocabulary", "tokens")
        self.bottom.logarithmic = True
        self.curves: dict[str, pg.PlotDataItem] = {}
        self._result: Result | None = None

    def show_lengths(self, result: Result) -> None:
        """Draw a curve for each tokenizer."""
        self._result = result
        for number, (name, values) in enumerate(result.lengths.items()):
            if name not in self.curves:
                self.curves[name] = pg.PlotDataItem(symbolSize=THEME.px(6))
                self.addItem(self.curves[name])
            color = drawing.class_color(number)
            curve = self.curves[name]
            curve.setPen(pg.mkPen(color, width=THEME.px(2)))
            curve.setSymbol(drawing.class_symbol(number))
            curve.setSymbolBrush(pg.mkBrush(color))
            curve.setSymbolPen(pg.mkPen(color))
            curve.setData(np.log10(result.sizes), values.astype(float))
        self.fit()

    def show_whole(self) -> None:
        if self._result is None or not len(self._result.sizes):
            return
        high = max(float(values.max()) for values in self._result.lengths.values())
        across = np.log10(self._result.sizes)
        self.box.setRange(xRange=(across[0] - 0.05, across[-1] + 0.1), yRange=(0.0, high * 1.08), padding=0.0)


class TokenizersView(View):
    """The sentence above, its tokens in the middle, and the curve below."""

    analysis: ClassVar[type[Analysis]] = TokenizersAnalysis
    title: ClassVar[str] = "Tokenizers"
    empty: ClassVar[str] = "The tokens appear here."
    pulses: ClassVar[int] = 8

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Result | None = None
        self.sentence = QLineEdit()
        self.sentence.setAccessibleName("Sentence")
        self.sentence.setToolTip("What is cut into tokens. Press Return")
        self.parameters.bind("sentence", self.sentence)
        self.rows = RowsCanvas()
        self.plot = LengthPlot()
        self.legend = self.legend_in(self.plot, self.plot)
        self.told = Legend()
        self.merges_box = self.parameters.integer("merges")
        self.options_layout.addWidget(self.merges_box)
        self.add_more()
        self.body_layout.addWidget(self.sentence)
        self.body_layout.addWidget(in_scroll_area(self.rows), 3)
        self.body_layout.addWidget(self.told)
        self.body_layout.addWidget(self.plot, 2)
        self.rows.pointed.connect(self.told.show_readout)
        self.restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.plot.setVisible(self.height() >= THEME.px(ENOUGH))

    def restyle(self) -> None:
        self.plot.restyle()

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.rows.show_result(result)
        told = [Entry(merge_words(result))]
        if len(result.missing):
            told.append(Entry(f"of {result.sizes[-1]:,} words {result.missing[-1]:.0%} of another text are unknown"))
        self.told.show_entries(told)
        self.plot.show_lengths(result)
        entries = [
            Entry(name, color=drawing.class_color(number).name(), symbol=drawing.class_symbol(number))
            for number, name in enumerate(result.lengths)
        ]
        self.legend.show_entries(entries)


def merge_words(result: Result) -> str:
    """The last merge that is made."""
    if result.merge is None:
        return f"no merge of {result.merges:,} yet"
    one, other = (part.replace(" ", "␣") for part in result.merge)
    return f"merge {result.made:,} of {result.merges:,}: {one} + {other} → {one}{other}"
