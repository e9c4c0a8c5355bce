"""The tree of a beam search: a column for each step, lines from each beginning to the tokens that may follow it."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.beam_search import BeamSearchAnalysis, BeamTree
from playground.analysis.base import Analysis
from playground.ui.views.base import View
from playground.ui.widgets.labels import elided
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.options import ExampleBox
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics
from playground.ui.widgets.theme import THEME

WIDE, APART, GAP = 96, 20, 6
"""Pixels of a token, between columns, and between rows."""
START_WORDS = "start"


def few_digits(logarithm: float) -> str:
    """A logarithm with two decimals, one from −10 on."""
    return f"{logarithm:.{1 if abs(logarithm) >= 9.995 else 2}f}".replace("-", "−")


class BeamCanvas(Canvas):
    """The tree, from left to right; what was followed is framed, the best way is drawn in colour."""

    def __init__(self) -> None:
        super().__init__()
        self.tree: BeamTree | None = None
        self._places: list[tuple[int, int]] = []
        """Column and row of each branch."""

    def show_tree(self, tree: BeamTree) -> None:
        """Show another one."""
        self.tree = tree
        self._places = placed(tree)
        self.setAccessibleName(f"Beam search of width {tree.width}: {tree.text}")
        self.changed()

    def _row_height(self) -> int:
        return 2 * metrics().height() + THEME.px(GAP)

    def minimumSizeHint(self) -> QSize:
        columns = max((column for column, _ in self._places), default=0) + 2
        rows = max((row for _, row in self._places), default=0) + 1
        return QSize(columns * THEME.px(WIDE + APART), rows * (self._row_height() + THEME.px(GAP)) + THEME.px(2 * GAP))

    def box(self, place: int) -> QRectF:
        """The rectangle of a branch; of the root with −1."""
        column, row = self._places[place] if place >= 0 else (-1, 0)
        left = (column + 1) * THEME.px(WIDE + APART) + THEME.px(GAP)
        top = THEME.px(GAP) + row * (self._row_height() + THEME.px(GAP))
        return QRectF(left, top, THEME.px(WIDE), self._row_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.tree is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(THEME.font(13))
        best = set(self.tree.beams.best)
        order = sorted(range(len(self._places)), key=lambda place: place in best)
        for place in order:
            self._paint_line(painter, place, place in best)
        self._paint_box(painter, -1, START_WORDS, "", True, True)
        for place in order:
            branch = self.tree.beams.branches[place]
            numbers = " → ".join(few_digits(one) for one in (branch.share, branch.total))
            self._paint_box(painter, place, self.tree.words[place], numbers, branch.kept, place in best)

    def _paint_line(self, painter: QPainter, place: int, best: bool) -> None:
        assert self.tree is not None
        branch = self.tree.beams.branches[place]
        before, after = self.box(branch.parent), self.box(place)
        begin, end = QPointF(before.right(), before.center().y()), QPointF(after.left(), after.center().y())
        middle = (begin.x() + end.x()) / 2
        path = QPainterPath(begin)
        path.cubicTo(QPointF(middle, begin.y()), QPointF(middle, end.y()), end)
        pen = QPen(THEME.color("accent" if best else "line"), THEME.px(3 if best else 1))
        if not branch.kept:
            pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _paint_box(self, painter: QPainter, place: int, word: str, numbers: str, kept: bool, best: bool) -> None:
        box = self.box(place)
        line = metrics().height()
        if kept:
            painter.setPen(QPen(THEME.color("accent" if best else "line"), THEME.px(2 if best else 1)))
            painter.setBrush(THEME.color("panel"))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), THEME.px(4), THEME.px(4))
        painter.setPen(THEME.color("text" if kept else "secondary"))
        inner = box.adjusted(THEME.px(3), THEME.px(2), -THEME.px(3), 0)
        shown = elided(metrics(), word, Qt.TextElideMode.ElideRight, int(inner.width()))
        top = QRectF(inner.left(), inner.top(), inner.width(), line if numbers else box.height() - THEME.px(4))
        painter.drawText(top, Qt.AlignmentFlag.AlignCenter, shown)
        painter.setFont(THEME.font(11))
        painter.setPen(THEME.color("secondary"))
        below = QRectF(box.left(), inner.top() + line, box.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, numbers)
        painter.setFont(THEME.font(13))

    def words_at(self, place: QPointF) -> str:
        if self.tree is None:
            return ""
        for number, word in enumerate(self.tree.words):
            if self.box(number).contains(place):
                branch = self.tree.beams.branches[number]
                fate = "ends here" if branch.ended and branch.kept else "followed" if branch.kept else "given up"
                return f"“{word}”: ln p {branch.share:.3f}, sum {branch.total:.3f}, {fate}".replace("-", "−")
        return ""


def placed(tree: BeamTree) -> list[tuple[int, int]]:
    """Column and row of each branch: in each step the likeliest beginning on top."""
    by_step: dict[int, list[int]] = {}
    for place, branch in enumerate(tree.beams.branches):
        by_step.setdefault(branch.step, []).append(place)
    found = [(0, 0)] * len(tree.beams.branches)
    ranks = [(not branch.kept, -branch.total) for branch in tree.beams.branches]
    for step, places in by_step.items():
        for row, place in enumerate(sorted(places, key=ranks.__getitem__)):
            found[place] = step, row
    return found


class BeamSearchView(View):
    """What a decoder may say, as a tree."""

    analysis: ClassVar[type[Analysis]] = BeamSearchAnalysis
    title: ClassVar[str] = "Beam search"
    empty: ClassVar[str] = "Press play to see which sequences the decoder follows."
    pulses: ClassVar[int] = 6
    rank: ClassVar[int] = 45

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: BeamTree | None = None
        self.example_box = ExampleBox()
        self.options_layout.addWidget(self.example_box)
        self.add_more([("Width", self.parameters.control("width"))])
        self.canvas = BeamCanvas()
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.example_box.row_chosen.connect(self.example_chosen)
        self.canvas.pointed.connect(self.legend.show_readout)

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.example_box.show_example(result.row, result.count, result.part)
        self.canvas.show_tree(result)
        entries = [Entry(f"best: {result.text} ({_log(result.total)})")]
        if result.greedy != result.text:
            entries.append(Entry(f"word by word: {result.greedy} ({_log(result.greedy_total)})"))
        if result.right:
            entries.append(Entry("right" if result.right == result.text else f"should be: {result.right}"))
        self.legend.show_entries(entries)


def _log(total: float) -> str:
    return f"ln p {total:.2f}".replace("-", "−")
