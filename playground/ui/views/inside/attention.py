"""Attention matrices: all heads of all layers as small pictures, and one of them large, with tokens on both axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.attention import AttentionAnalysis, AttentionLayer, AttentionMaps, Habit
from playground.ui.views.base import View
from playground.ui.views.inside.attention_arcs import paint_arcs
from playground.ui.views.inside.attention_matrix import Shown, paint_matrix, picture, words_of
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.options import ExampleBox
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics, paint_upright
from playground.ui.widgets.theme import THEME

LEAST_TILE = 30
LEAST_MATRIX = QSize(210, 150)
LEAST_ROW = 11
GAP = 4
MOST_TILES, ENOUGH = 0.42, 0.85
"""Share of the room that the small pictures may take, and share of its greatest size that they leave the large one."""
STRIDE = 6
"""Pixels by which the sides of small pictures that are tried differ."""
STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
"""Keys, and how far they go in layers and heads."""


@dataclass(frozen=True)
class Plan:
    """Where things are: the grid of small pictures, their side, and the room for the large matrix."""

    grid: QRectF
    side: float
    matrix: QRectF


class AttentionCanvas(Canvas):
    """One row of small pictures for each layer, one column for each head; the chosen one is large beside or below."""

    chosen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers: tuple[AttentionLayer, ...] = ()
        self.kind = "weights"
        self.arcs = False
        """Whether the large one is drawn as arcs over the sentence."""
        self.layer = 0
        self.head = 0
        self._shown: list[list[Shown]] = []
        self._images: list[list[QImage]] = []
        self._plan: tuple[tuple[Any, ...], Plan] | None = None
        """The last one, and what it was made for."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._name_chosen()

    def show_layers(self, layers: tuple[AttentionLayer, ...], kind: str) -> None:
        """Show the `weights` or the `scores` of these layers; the choice stays where it can."""
        self.layers, self.kind = layers, kind
        raw = [layer.weights if kind == "weights" else layer.scores for layer in layers]
        finite = [np.abs(values[np.isfinite(values)]) for values in raw]
        limit = 1.0 if kind == "weights" else max((float(values.max(initial=0.0)) for values in finite), default=0.0)
        self._shown = [
            [
                Shown(layer.title, head, values, layer.words, kind, limit or 1.0, layer.seen)
                for head, values in enumerate(whole)
            ]
            for layer, whole in zip(layers, raw, strict=True)
        ]
        self._images = [[picture(shown) for shown in row] for row in self._shown]
        self._choose(self.layer, self.head)
        self.changed()

    def choose(self, layer: int, head: int) -> None:
        """Enlarge another matrix; what lies outside the grid stops at its edge."""
        before = (self.layer, self.head)
        self._choose(layer, head)
        if (self.layer, self.head) != before:
            self.update()
            self.chosen_changed.emit()

    def _choose(self, layer: int, head: int) -> None:
        self.layer = min(max(layer, 0), max(0, len(self._shown) - 1))
        heads = len(self._shown[self.layer]) if self._shown else 1
        self.head = min(max(head, 0), heads - 1)
        self._name_chosen()

    def _name_chosen(self) -> None:
        shown = self.shown
        name = f"Attention of {shown.name}" if shown is not None else "Attention"
        if name != self.accessibleName():
            self.setAccessibleName(name)

    @property
    def shown(self) -> Shown | None:
        """The matrix that is large."""
        return self._shown[self.layer][self.head] if self._shown else None

    # Room -------------------------------------------------------------------------------------------------------------

    def _counts(self) -> tuple[int, int]:
        """Layers, and the most heads of one."""
        return len(self._shown), max((len(row) for row in self._shown), default=0)

    def _margins(self) -> QSize:
        """Room beside and above the small pictures for the numbers of the layers and heads."""
        layers, heads = self._counts()
        line = metrics().height()
        left = line + metrics().horizontalAdvance(str(layers)) + THEME.px(GAP) if layers > 1 else 0
        return QSize(left, 2 * line if heads > 1 else 0)

    def _least_tiles(self) -> QSize:
        layers, heads = self._counts()
        if layers * heads <= 1:
            return QSize(0, 0)
        return self._margins() + QSize(heads, layers) * THEME.px(LEAST_TILE)

    def _least_matrix(self) -> QSize:
        steps = max((layer.weights.shape[1] for layer in self.layers), default=0)
        rows = min(steps, 16) * THEME.px(LEAST_ROW) + 3 * metrics().height() + THEME.px(3 * GAP)
        return QSize(THEME.px(LEAST_MATRIX.width()), max(THEME.px(LEAST_MATRIX.height()), rows))

    def _beside(self) -> bool:
        """Whether the large matrix is beside the small ones, not below them."""
        parent = self.parentWidget()
        room = parent.size() if parent is not None else self.size()
        fits = room.width() >= self._least_tiles().width() + self._least_matrix().width() + THEME.px(4 * GAP)
        return fits and room.width() > room.height()

    def minimumSizeHint(self) -> QSize:
        tiles, matrix = self._least_tiles(), self._least_matrix()
        if tiles.isEmpty():
            return matrix
        if self._beside():
            return QSize(tiles.width() + matrix.width(), max(tiles.height(), matrix.height()))
        return QSize(max(tiles.width(), matrix.width()), tiles.height() + matrix.height() + THEME.px(2 * GAP))

    def resizeEvent(self, event: object) -> None:
        self.setMinimumSize(self.minimumSizeHint())

    def plan(self) -> Plan:
        """Divide the room that there is: the large matrix counts most, then the small ones are as large as they can."""
        layers, heads = self._counts()
        shown = self.shown
        if layers * heads <= 1 or shown is None:
            return Plan(QRectF(), 0.0, QRectF(self.rect()))
        size = (self.width(), self.height(), THEME.px(100))
        made_for = (*size, layers, heads, self.layer, shown.values.shape, shown.widest())
        if self._plan is None or self._plan[0] != made_for:
            self._plan = made_for, self._best_plan(shown)
        return self._plan[1]

    def _best_plan(self, shown: Shown) -> Plan:
        plans = [self._planned(beside, side) for beside in (True, False) for side in self._sides(beside)]
        sizes = [min(area.width(), area.height()) for area in (shown.area(plan.matrix) for plan in plans)]
        enough = ENOUGH * max(sizes)
        return max((plan for plan, size in zip(plans, sizes, strict=True) if size >= enough), key=lambda p: p.side)

    def _sides(self, beside: bool) -> list[int]:
        """Sides of small pictures that have room, from the least on."""
        layers, heads = self._counts()
        margins = self._margins()
        wide, high = self.width() * (MOST_TILES if beside else 1.0), self.height() * (1.0 if beside else MOST_TILES)
        most = min((wide - margins.width()) / heads, (high - margins.height()) / layers)
        least = THEME.px(LEAST_TILE)
        return list(range(least, max(least, int(most)) + 1, STRIDE))

    def _planned(self, beside: bool, side: float) -> Plan:
        layers, heads = self._counts()
        margins, apart, whole = self._margins(), THEME.px(4 * GAP), QRectF(self.rect())
        grid = QRectF(margins.width(), margins.height(), heads * side, layers * side)
        left, top = (grid.right() + apart, 0.0) if beside else (0.0, grid.bottom() + apart)
        return Plan(grid, side, whole.adjusted(left, top, 0, 0))

    def tile(self, layer: int, head: int) -> QRectF:
        """The rectangle of a small picture."""
        plan = self.plan()
        inset = THEME.px(2)
        box = QRectF(plan.grid.left() + head * plan.side, plan.grid.top() + layer * plan.side, plan.side, plan.side)
        return box.adjusted(inset, inset, -inset, -inset)

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.shown
        if shown is None:
            return
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        plan = self.plan()
        if not plan.grid.isEmpty():
            self._paint_tiles(painter)
            self._paint_numbers(painter, plan)
        if self.arcs:
            paint_arcs(painter, plan.matrix, shown)
        else:
            paint_matrix(painter, plan.matrix, shown, self._images[self.layer][self.head])

    def _paint_tiles(self, painter: QPainter) -> None:
        for layer, row in enumerate(self._images):
            for head, image in enumerate(row):
                box = self.tile(layer, head)
                painter.drawImage(box, image)
                chosen = (layer, head) == (self.layer, self.head)
                width = THEME.px(3 if self.hasFocus() else 2) if chosen else 1
                pen = QPen(THEME.color("accent" if chosen else "line"), width)
                pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
                painter.setPen(pen)
                painter.drawRect(box)

    def _paint_numbers(self, painter: QPainter, plan: Plan) -> None:
        layers, heads = self._counts()
        line, centre = metrics().height(), Qt.AlignmentFlag.AlignCenter
        painter.setPen(THEME.color("secondary"))
        if heads > 1:
            painter.drawText(QRectF(plan.grid.left(), 0, plan.grid.width(), line), centre, "head")
            for head in range(heads):
                place = QRectF(plan.grid.left() + head * plan.side, line, plan.side, line)
                painter.drawText(place, centre, str(head + 1))
        if layers > 1:
            half = metrics().horizontalAdvance("layer") / 2
            paint_upright(painter, "layer", line / 2, plan.grid.center().y() + half)
            for layer in range(layers):
                place = QRectF(line, plan.grid.top() + layer * plan.side, plan.grid.left() - line, plan.side)
                painter.drawText(place, centre, str(layer + 1))

    # Mouse and keys ---------------------------------------------------------------------------------------------------

    def _tile_at(self, place: QPointF) -> tuple[int, int] | None:
        plan = self.plan()
        if not plan.grid.contains(place):
            return None
        layer, head = int((place.y() - plan.grid.top()) / plan.side), int((place.x() - plan.grid.left()) / plan.side)
        found = layer < len(self._shown) and head < len(self._shown[layer])
        return (layer, head) if found else None

    def words_at(self, place: QPointF) -> str:
        shown, tile = self.shown, self._tile_at(place)
        if tile is not None:
            return words_of(self._shown[tile[0]][tile[1]], self.tile(*tile), place)
        if shown is None or self.arcs:
            return ""
        return words_of(shown, shown.area(self.plan().matrix), place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        tile = self._tile_at(event.position())
        if tile is not None and event.button() == Qt.MouseButton.LeftButton:
            self.choose(*tile)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key()))
        if step is None or sum(map(len, self._shown)) < 2:
            super().keyPressEvent(event)
            return
        self.choose(self.layer + step[0], self.head + step[1])

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


class AttentionView(View):
    """Where every head looks, live while it learns."""

    analysis: ClassVar[type[Analysis]] = AttentionAnalysis
    title: ClassVar[str] = "Attention"
    empty: ClassVar[str] = "Press play to see where each head looks."
    pulses: ClassVar[int] = 1
    rank: ClassVar[int] = 95

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: AttentionMaps | None = None
        self.example_box = ExampleBox()
        self.scores_box = self.parameters.switch("scores", label="scores")
        self.options_layout.addWidget(self.example_box)
        self.options_layout.addWidget(self.scores_box)
        self.add_more([("", self.parameters.switch("arcs"))])
        self._followed = ""
        self.canvas = AttentionCanvas()
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.example_box.row_chosen.connect(self.example_chosen)
        self.canvas.pointed.connect(self.legend.show_readout)
        self.canvas.chosen_changed.connect(self._tell)

    def picture_widget(self) -> QWidget:
        return self.canvas if self.canvas.height() > self.height() else self

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.example_box.show_example(result.row, result.count, result.part)
        self.example_box.setVisible(result.count > 1)
        self.canvas.arcs = bool(self.parameters.value("arcs"))
        scores = self.scores_box.isChecked() and not self.canvas.arcs
        self.canvas.show_layers(result.layers, "scores" if scores else "weights")
        if result.chosen != self._followed:
            self._followed = result.chosen
            nodes = [layer.node for layer in result.layers]
            if self._followed in nodes:
                self.canvas.choose(nodes.index(self._followed), self.canvas.head)
        self._tell()

    @Slot()
    def _tell(self) -> None:
        """Below: the example, and what the chosen head does."""
        result = self.result
        if result is None or not result.layers:
            return
        which = f"{result.part} example {result.row + 1}" if result.count > 1 else "the only example"
        which = "your example" if result.row < 0 else which
        rows = "each row sums to 1" if self.canvas.kind == "weights" else "softmax of a row gives the weights"
        if self.canvas.arcs:
            rows = "blue looks back, orange ahead"
        habit = result.layers[self.canvas.layer].habit(self.canvas.head)
        self.legend.show_entries([Entry(which), Entry(rows), *(Entry(words) for words in habit_words(habit))])


def habit_words(habit: Habit) -> tuple[str, str]:
    """What a head does, in short words."""
    places = "itself" if not habit.offset else f"{abs(habit.offset)} {'ahead' if habit.offset > 0 else 'back'}"
    return (
        f"{habit.entropy:.1f} bits, {habit.distance:.1f} steps away".replace("-", "−"),
        f"{habit.share:.0%} on {places}",
    )
