"""The kernels of the convolutions as small pictures: one row for each filter, one column for each channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.base import Analysis
from playground.analysis.inside.kernels import Kernels, KernelsAnalysis, LayerKernels
from playground.ui.views.base import View
from playground.ui.widgets.drawing import image, number_words, shades, signed_table
from playground.ui.widgets.labels import elided
from playground.ui.widgets.legend import Entry, Legend
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics, paint_upright
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

LEAST_SIDE, MOST_SIDE, STEP = 22, 72, 2
"""Sides of a small picture in pixels."""
ALONE_RATIO = 2
"""How much larger the kernels are where there is one channel only."""
GAP, APART = 3, 14
LEAST_FLAT = 12
"""Shorter side of a kernel that is no square."""


@dataclass(frozen=True)
class Section:
    """Where a block stands: its heading, and the boxes of its kernels by filter and channel."""

    heading: QRectF
    boxes: tuple[tuple[QRectF, ...], ...]
    across: bool
    """Filters are side by side and channels below each other; else the other way round."""


class KernelsCanvas(Canvas):
    """The kernels of each block under its name; the largest magnitude of a block has the full colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers: tuple[LayerKernels, ...] = ()
        self._images: list[QImage] = []
        self._sections: list[Section] = []
        self._planned: tuple[object, ...] = ()
        self._size = QSize()
        self.setAccessibleName("Kernels")

    def show_layers(self, layers: tuple[LayerKernels, ...]) -> None:
        """Show these kernels."""
        self.layers = layers
        self._images = [_picture(layer) for layer in layers]
        self.changed()

    # Room -------------------------------------------------------------------------------------------------------------

    def sections(self) -> list[Section]:
        """Where the blocks stand; the pictures are as large as the room allows."""
        area = self.parentWidget()
        room = QSize(self.steady_width(), area.height() if area is not None else self.height())
        planned = (room, THEME.scale, tuple((layer.words, layer.kernels.shape) for layer in self.layers))
        if planned != self._planned:
            self._planned = planned
            for side in range(MOST_SIDE, LEAST_SIDE - 1, -STEP):
                self._sections, self._size = self._arranged(room.width(), THEME.px(side))
                if self._size.height() <= room.height() and self._size.width() <= room.width():
                    break
        return self._sections

    def _arranged(self, width: int, side: int) -> tuple[list[Section], QSize]:
        """Blocks side by side where several fit into a line, for one size of the pictures."""
        sections: list[Section] = []
        apart, line = THEME.px(APART), metrics().height() + THEME.px(2)
        left = top = bottom = right = 0.0
        for layer in self.layers:
            words = metrics().horizontalAdvance(heading(layer)) + 2
            section = self._section(layer, QPointF(left, top), width, side)
            end = max(left + words, _end(section).x())
            if left > 0 and end > width:
                left, top = 0.0, bottom + apart
                section = self._section(layer, QPointF(left, top), width, side)
                end = max(left + words, _end(section).x())
            sections.append(replace(section, heading=QRectF(left, top, min(end, max(width, 1)) - left, line)))
            bottom, right = max(bottom, _end(section).y()), max(right, _end(section).x())
            left = end + apart
        return sections, QSize(int(right) + 2, int(bottom) + 2)

    def _section(self, layer: LayerKernels, corner: QPointF, width: int, side: int) -> Section:
        """The kernels of one block from a corner on: one channel in lines, several as a table."""
        filters, channels = layer.kernels.shape[:2]
        own = side * ALONE_RATIO if channels == 1 else side
        high, wide = kernel_size(layer, own)
        step, down, line = wide + THEME.px(GAP), high + THEME.px(GAP), metrics().height() + THEME.px(2)
        if channels == 1:
            fitting = max(1, int((width - corner.x() + THEME.px(GAP)) // step))
            places = [[divmod(number, fitting)] for number in range(filters)]
            start = corner + QPointF(0, line)
        else:
            start = corner + QPointF(line + metrics().horizontalAdvance(str(max(filters, channels))) + 6, 2 * line)
            across = start.x() + filters * step <= width
            places = [[(c, f) if across else (f, c) for c in range(channels)] for f in range(filters)]
        boxes = tuple(
            tuple(QRectF(start.x() + column * step, start.y() + row * down, wide, high) for row, column in line_of)
            for line_of in places
        )
        return Section(QRectF(), boxes, channels > 1 and places[0][-1][0] > 0)

    def minimumSizeHint(self) -> QSize:
        self.sections()
        return QSize(max(THEME.px(120), self._size.width()), self._size.height())

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        for layer, section, picture in zip(self.layers, self.sections(), self._images, strict=True):
            painter.setPen(THEME.color("text"))
            words = elided(metrics(), heading(layer), Qt.TextElideMode.ElideRight, int(section.heading.width()) + 1)
            painter.drawText(section.heading, Qt.AlignmentFlag.AlignVCenter, words)
            self._paint_kernels(painter, layer, section, picture)
            if layer.kernels.shape[1] > 1:
                self._paint_axes(painter, section)

    def _paint_kernels(self, painter: QPainter, layer: LayerKernels, section: Section, picture: QImage) -> None:
        rows, columns = layer.kernels.shape[2:]
        painter.setPen(QPen(THEME.color("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for number, row in enumerate(section.boxes):
            for channel, box in enumerate(row):
                painter.drawImage(box, picture, QRectF(channel * columns, number * rows, columns, rows))
                painter.drawRect(box)

    def _paint_axes(self, painter: QPainter, section: Section) -> None:
        """Name the columns and the rows; number the rows where there is room."""
        painter.setPen(THEME.color("secondary"))
        line, first = metrics().height() + THEME.px(2), section.boxes[0][0]
        columns, rows = ("filter", "channel") if section.across else ("channel", "filter")
        above = QRectF(first.left(), first.top() - line, metrics().horizontalAdvance(f"{columns} →") + 2, line)
        painter.drawText(above, Qt.AlignmentFlag.AlignVCenter, f"{columns} →")
        words = f"← {rows}"
        left = section.heading.left()
        paint_upright(painter, words, left + line / 2, first.top() + metrics().horizontalAdvance(words))
        down = section.boxes[0] if section.across else [row[0] for row in section.boxes]
        for number, box in enumerate(down, start=1):
            if box.height() >= metrics().height() - 2:
                place = QRectF(left + line, box.top(), box.left() - left - line - THEME.px(4), box.height())
                painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number))

    def words_at(self, place: QPointF) -> str:
        for layer, section in zip(self.layers, self.sections(), strict=True):
            if section.heading.contains(place):
                return heading(layer)
            for number, row in enumerate(section.boxes):
                for channel, box in enumerate(row):
                    if box.contains(place):
                        inside = place - box.topLeft()
                        share = QPointF(inside.x() / box.width(), inside.y() / box.height())
                        return weight_words(layer, number, channel, share)
        return ""


def _end(section: Section) -> QPointF:
    """The lower right corner of the kernels."""
    every = [box for row in section.boxes for box in row]
    return QPointF(max(box.right() for box in every), max(box.bottom() for box in every))


def kernel_size(layer: LayerKernels, side: float) -> tuple[float, float]:
    """Height and width of the picture of one kernel, whose longer side is as long as asked for."""
    rows, columns = layer.kernels.shape[2:]
    longer = max(rows, columns)
    return max(side * rows / longer, THEME.px(LEAST_FLAT)), max(side * columns / longer, THEME.px(LEAST_FLAT))


def weight_words(layer: LayerKernels, number: int, channel: int, share: QPointF) -> str:
    """One weight of a kernel in words; `share` is the place in its picture from 0 to 1."""
    rows, columns = layer.kernels.shape[2:]
    row, column = min(rows - 1, int(share.y() * rows)), min(columns - 1, int(share.x() * columns))
    value = number_words(float(layer.kernels[number, channel, row, column]))
    bias = f"; bias {number_words(float(layer.biases[number]))}" if layer.biases is not None else ""
    of_channel = f", channel {channel + 1}" if layer.channels > 1 else ""
    return f"{layer.title}, filter {number + 1}{of_channel}, row {row + 1}, column {column + 1}: {value}{bias}"


def heading(layer: LayerKernels) -> str:
    """Name, shape, and the magnitude with the full colour."""
    filters, channels = layer.kernels.shape[:2]
    left_out = f", first {filters} × {channels}" if (filters, channels) != (layer.filters, layer.channels) else ""
    return f"{layer.words}{left_out} · ±{number_words(layer.limit)}"


def _picture(layer: LayerKernels) -> QImage:
    """All kernels in one picture, filters below each other, channels side by side."""
    filters, channels, high, wide = layer.kernels.shape
    spread = layer.kernels.transpose(0, 2, 1, 3).reshape(filters * high, channels * wide)
    return image(signed_table()[shades(spread, -layer.limit, layer.limit)])


class KernelsView(View):
    """What the filters look for, live while they learn it."""

    analysis: ClassVar[type[Analysis]] = KernelsAnalysis
    title: ClassVar[str] = "Kernels"
    empty: ClassVar[str] = "Press play to see what the filters learn to look for."
    pulses: ClassVar[int] = 4
    rank: ClassVar[int] = 15

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Kernels | None = None
        self.canvas = KernelsCanvas()
        self.area = in_scroll_area(self.canvas)
        self.legend = Legend()
        self.body_layout.addWidget(self.area, 1)
        self.body_layout.addWidget(self.legend)
        self.canvas.pointed.connect(self.legend.show_readout)

    def picture_widget(self) -> QWidget:
        return self.canvas if self.canvas.height() > self.height() else self

    def draw(self) -> None:
        assert self.result is not None
        chosen = self.result.chosen
        layers = tuple(layer for layer in self.result.layers if chosen in ("", layer.node))
        self.canvas.show_layers(layers)
        self.legend.show_entries([
            Entry("positive", "square", POSITIVE), Entry("negative", "square", NEGATIVE),
            Entry("full colour at the ± of each block"),
        ])  # fmt: skip
