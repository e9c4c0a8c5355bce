"""Training pictures in the first column, and beside each the versions in which the network meets it."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.augmentation import AugmentationAnalysis, AugmentedPictures
from playground.ui.views.base import View
from playground.ui.widgets.drawing import greys, number_words
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics
from playground.ui.widgets.theme import THEME

LEAST, MOST = 28, 128
"""Sides of a picture; as large as lets all be seen at once."""
GAP = 6
APART = 14
"""Between the original and its versions."""


class VersionsCanvas(Canvas):
    """A row for each picture: the original, then its versions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: AugmentedPictures | None = None
        self._images: list[list[QImage]] = []
        self.setAccessibleName("Training pictures, and versions of each as the network meets them")

    def show_versions(self, result: AugmentedPictures) -> None:
        self.result = result
        pairs = zip(result.originals, result.versions, strict=True)
        self._images = [[greys(original), *map(greys, versions)] for original, versions in pairs]
        self.changed()

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    @property
    def _columns(self) -> int:
        return len(self._images[0]) if self._images else 1

    @property
    def _above(self) -> int:
        """Room for the names of the columns."""
        return metrics().height() + THEME.px(4)

    def _side(self) -> int:
        """The largest side at which all pictures are seen."""
        height = self.height_in_sight()
        gap = THEME.px(GAP)
        wide = (self.steady_width() - THEME.px(APART)) // self._columns - gap
        high = (height - self._above - 4) // max(1, len(self._images)) - gap
        return max(THEME.px(LEAST), min(THEME.px(MOST), wide, high))

    def minimumSizeHint(self) -> QSize:
        least, gap = THEME.px(LEAST) + THEME.px(GAP), THEME.px(APART)
        height = self._above + len(self._images) * (self._side() + THEME.px(GAP))
        return QSize(self._columns * least + gap, height)

    def box(self, row: int, column: int) -> QRectF:
        """Where a picture is drawn; column 0 holds the originals."""
        side, gap = self._side(), THEME.px(GAP)
        left = column * (side + gap) + (THEME.px(APART) if column else 0)
        return QRectF(left + 1, self._above + row * (side + gap), side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.result is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.setFont(THEME.font(13))
        self._paint_heads(painter)
        for row, images in enumerate(self._images):
            for column, picture in enumerate(images):
                box = self.box(row, column)
                painter.drawImage(box, picture)
                painter.setPen(QPen(THEME.color("accent" if column == 0 else "line"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(box)

    def _paint_heads(self, painter: QPainter) -> None:
        painter.setPen(THEME.color("secondary"))
        words = metrics().elidedText("data", Qt.TextElideMode.ElideRight, self._side() + THEME.px(APART))
        painter.drawText(QPointF(1, metrics().ascent()), words)
        if self._columns > 1:
            painter.drawText(QPointF(self.box(0, 1).left(), metrics().ascent()), "as the network meets them")

    def words_at(self, place: QPointF) -> str:
        if self.result is None:
            return ""
        for row, images in enumerate(self._images):
            for column in range(len(images)):
                if self.box(row, column).contains(place):
                    return picture_words(self.result, row, column)
        return ""


def picture_words(result: AugmentedPictures, row: int, column: int) -> str:
    """One picture in a sentence."""
    name = f" ({result.names[row]})" if result.names else ""
    whose = f"train example {result.rows[row] + 1}{name}"
    if column == 0:
        return f"{whose}, as it is in the data"
    change = number_words(float(result.changes[row, column - 1]))
    return f"{whose}, version {column}: brightness changed by {change} (root mean square)"


class AugmentationView(View):
    """What the blocks of augmentation make of the pictures; a button draws other versions."""

    analysis: ClassVar[type[Analysis]] = AugmentationAnalysis
    title: ClassVar[str] = "Augmentation"
    empty: ClassVar[str] = "Put a block of augmentation behind pictures to see what it makes of them."
    rank: ClassVar[int] = 72

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: AugmentedPictures | None = None
        self.again = QPushButton("Draw again")
        self.again.setToolTip("Show other versions of the same pictures")
        self.again.clicked.connect(self.draw_again)
        self.options_layout.addWidget(self.again)
        self.drawing = self.parameters.control("draw")
        self.add_more([
            ("Pictures", self.parameters.control("examples")),
            ("Versions", self.parameters.control("versions")),
            ("First picture", self.parameters.control("first")),
            ("Drawing", self.drawing),
        ])  # fmt: skip
        self.canvas = VersionsCanvas()
        self.legend = Legend()
        self.body_layout.addWidget(in_scroll_area(self.canvas), 1)
        self.body_layout.addWidget(self.legend)
        self.canvas.pointed.connect(self.legend.show_readout)

    @Slot()
    def draw_again(self) -> None:
        """Other random numbers for the same pictures."""
        self.parameters.choose("draw", self.parameters.value("draw") + 1)

    def picture_widget(self) -> QWidget:
        return self.canvas if self.canvas.height() > self.height() else self

    def draw(self) -> None:
        assert self.result is not None
        self.heading_changed.emit(self.heading)
        self.canvas.show_versions(self.result)
        self.legend.show_entries([Entry(" → ".join(self.result.blocks))])
