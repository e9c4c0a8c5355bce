"""The embedding map: named points of a plane, and beside them the answer to what a person asks of the vectors."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.embedding_map import EmbeddingMap, EmbeddingMapAnalysis
from playground.ui.views.base import View
from playground.ui.views.inside.embedding_answers import AnswersCanvas
from playground.ui.widgets import drawing
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.plots import FittedPlot
from playground.ui.widgets.theme import THEME

POINT, REACH = 8, 14
MOST_NAMED = 90
"""Points whose names are written beside them."""
BESIDE = "\u00a0\u00a0"
"""Room between a point and its name."""
MARGIN = 0.08
STILL = 0.75
"""The axes stay while the points fill this share of them, and follow when one leaves."""


class MapPlot(FittedPlot):
    """Points in the colours of their classes, with their names where there are few."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: EmbeddingMap | None = None
        self.clouds: list[pg.ScatterPlotItem] = []
        self.labels: list[pg.TextItem] = []
        self.ring = pg.ScatterPlotItem(symbol="o", pxMode=True, brush=None)
        self.ring.setZValue(3)
        self.addItem(self.ring)
        self._extent: tuple[float, float, float, float] | None = None
        self._named = 0
        self.box.sigRangeChanged.connect(self.thin_names)
        self.setAccessibleName("Map of vectors: every one a point")

    def show_map(self, result: EmbeddingMap) -> None:
        """Draw these points."""
        self.result = result
        self.name_axes(*result.axes)
        groups = max(1, len(result.class_names))
        while len(self.clouds) < groups:
            cloud = pg.ScatterPlotItem(symbol=drawing.class_symbol(len(self.clouds)), pxMode=True)
            cloud.setZValue(2)
            self.addItem(cloud)
            self.clouds.append(cloud)
        finite = np.isfinite(result.places).all(axis=1)
        for number, cloud in enumerate(self.clouds):
            own = finite if result.classes is None else finite & (result.classes == number)
            cloud.setSize(THEME.px(POINT))
            cloud.setPen(pg.mkPen(THEME.tokens.panel))
            cloud.setBrush(pg.mkBrush(drawing.class_color(number) if result.class_names else THEME.color("accent")))
            cloud.setData(pos=result.places[own].astype(np.float64) if number < groups else [])
        self.ring.setSize(THEME.px(POINT + 7))
        self.ring.setPen(pg.mkPen(THEME.tokens.text, width=THEME.px(2)))
        self.ring.setData(pos=result.places[result.chosen].astype(np.float64), brush=None)
        self._write_names(result)
        self._follow(result)
        self.thin_names()

    def _write_names(self, result: EmbeddingMap) -> None:
        named = result.classes is None and len(result.names) <= MOST_NAMED
        chosen = result.chosen.tolist()
        rows = [*chosen, *(row for row in range(len(result.names)) if named and row not in chosen)]
        while len(self.labels) < len(rows):
            self.labels.append(pg.TextItem(anchor=(0, 0.5)))
            self.addItem(self.labels[-1])
        self._named = len(rows)
        for number, label in enumerate(self.labels):
            label.setVisible(number < len(rows))
        for label, row in zip(self.labels, rows, strict=False):
            strong = row in result.chosen
            label.setFont(THEME.font(13, bold=strong))
            label.setColor(THEME.color("text" if strong else "secondary"))
            label.setText(f"{BESIDE}{result.names[row]}")
            label.setPos(*result.places[row].astype(float).tolist())

    @Slot()
    def thin_names(self) -> None:
        """Leave out the names that would be written over others; those that were asked about come first."""
        across, up = self.box.viewPixelSize()
        if self.result is None or not across or not up:
            return
        words = QFontMetrics(THEME.font(13, bold=True))
        taken: list[QRectF] = []
        for label in self.labels[: self._named]:
            place = label.pos()
            size = words.size(0, label.toPlainText())
            room = QRectF(place.x() / across, -place.y() / up - size.height() / 2, size.width(), size.height())
            free = not any(room.intersects(other) for other in taken)
            label.setVisible(free)
            if free:
                taken.append(room)

    def _follow(self, result: EmbeddingMap) -> None:
        """Let the axes follow the points without trembling."""
        shown = result.places[np.isfinite(result.places).all(axis=1)]
        if not len(shown):
            return
        (left, bottom), (right, top) = shown.min(axis=0).tolist(), shown.max(axis=0).tolist()
        old = self._extent
        if old is not None and old[0] <= left and right <= old[1] and old[2] <= bottom and top <= old[3]:
            wide, high = (right - left) / max(old[1] - old[0], 1e-9), (top - bottom) / max(old[3] - old[2], 1e-9)
            if min(wide, high) >= STILL:
                return
        self._extent = left, right, bottom, top
        self.fit()

    def show_whole(self) -> None:
        if self._extent is None or self.result is None:
            return
        left, right, bottom, top = self._extent
        wide, high = max(right - left, 1e-6), max(top - bottom, 1e-6)
        words = QFontMetrics(THEME.font(13))
        named = max((words.horizontalAdvance(one.toPlainText()) for one in self.labels if one.isVisible()), default=0)
        room = wide * min(0.5, (named + THEME.px(POINT)) / max(1.0, self.box.width()))
        self.box.setRange(
            xRange=(left - MARGIN * wide, right + MARGIN * wide + room),
            yRange=(bottom - MARGIN * high, top + MARGIN * high), padding=0.0,
        )  # fmt: skip

    def nearest(self, place: QPointF) -> int:
        """The point nearest to a place; −1 where none is near."""
        if self.result is None or not len(self.result.places):
            return -1
        across, up = self.box.viewPixelSize()
        away = (self.result.places - np.array([place.x(), place.y()])) / np.array([across, up])
        distance = np.nan_to_num(np.hypot(away[:, 0], away[:, 1]), nan=np.inf)
        row = int(distance.argmin())
        return row if distance[row] <= THEME.px(REACH) else -1

    def pose(self, posing: bool) -> None:
        """In a vector picture points must be shapes."""
        for item in (*self.clouds, self.ring):
            item.opts["useCache"] = not posing


class EmbeddingMapView(View):
    """A map on the left, the answer on the right, and below the line in which one asks. A click asks for neighbours."""

    analysis: ClassVar[type[Analysis]] = EmbeddingMapAnalysis
    title: ClassVar[str] = "Embedding map"
    empty: ClassVar[str] = "Press play, and the vectors appear here."
    pulses: ClassVar[int] = 4
    rank: ClassVar[int] = 12

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: EmbeddingMap | None = None
        self.plot = MapPlot()
        self.plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.answers = AnswersCanvas()
        self.legend = self.legend_in(self.plot, self.plot)
        self.asking = QLineEdit()
        self.asking.setAccessibleName("Ask")
        self.asking.setPlaceholderText("king    king - man + woman    king, queen, man")
        self.asking.setToolTip("A word, a sum with + and -, or words with commas. Press Return")
        self.parameters.bind("query", self.asking)
        self.vectors_box = self.parameters.choice("vectors", [("Learned", "learned"), ("GloVe", "glove")])
        self.method_box = self.parameters.choice("method", [("PCA", "components"), ("t-SNE", "t-sne")])
        self.options_layout.addWidget(self.vectors_box)
        measures = [("Cosine", "cosine"), ("Dot product", "dot"), ("Distance", "distance")]
        self.add_more([
            ("Plane", self.method_box),
            ("", self.parameters.switch("leave_out")),
            ("Near by", self.parameters.choice("measure", measures)),
            ("", self.parameters.switch("unit")),
        ])  # fmt: skip
        middle = QWidget()
        beside = QHBoxLayout(middle)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(THEME.px(8))
        beside.addWidget(self.plot, 5)
        beside.addWidget(self.answers, 3)
        self.body_layout.addWidget(middle, 1)
        self.body_layout.addWidget(self.asking)
        self.plot.hovered.connect(self._read)
        self.plot.left.connect(self._forget)
        self.plot.clicked.connect(self._pick)
        self.answers.word_chosen.connect(self.ask)
        self.restyle()

    def restyle(self) -> None:
        self.plot.restyle()

    def draw(self) -> None:
        assert self.result is not None
        result = self.result
        self.plot.show_map(result)
        self.answers.show_result(result)
        self.answers.setVisible(result.found.values is not None or bool(result.found.unknown))
        entries = [
            Entry(name, color=drawing.class_color(number).name(), symbol=drawing.class_symbol(number))
            for number, name in enumerate(result.class_names)
        ]
        shown, whole = len(result.names), result.count
        count = f"{shown:,} of {whole:,}" if shown < whole else f"{whole:,}"
        self.legend.show_entries([*entries, Entry(f"{result.title}: {count} vectors of {result.width} numbers")])

    @Slot(str)
    def ask(self, name: str) -> None:
        """Ask for the neighbours of a word."""
        self.parameters.choose("query", name)

    @Slot(QPointF)
    def _read(self, place: QPointF) -> None:
        row = self.plot.nearest(place)
        self.legend.show_readout(point_words(self.result, row) if self.result is not None and row >= 0 else "")

    @Slot()
    def _forget(self) -> None:
        self.legend.show_readout("")

    @Slot(QPointF)
    def _pick(self, place: QPointF) -> None:
        row = self.plot.nearest(place)
        if self.result is not None and row >= 0:
            self.ask(self.result.names[row])

    def pose(self, posing: bool) -> None:
        self.plot.pose(posing)


def point_words(result: EmbeddingMap, row: int) -> str:
    """A point in words."""
    of_class = f" ({result.class_names[result.classes[row]]})" if result.classes is not None else ""
    x, y = (drawing.number_words(value) for value in result.places[row].tolist())
    return f"{result.names[row]}{of_class}: {x}, {y}"
