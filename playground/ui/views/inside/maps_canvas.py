"""All feature maps of an example as small pictures, block by block, with a cell in one of them and its window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.inside.feature_maps import ImageLayer
from playground.analysis.inside.sliding import Frame
from playground.blocks.images.arriving import sides
from playground.ui.widgets.drawing import greys, image, number_words, shades, signed_table
from playground.ui.widgets.labels import elided, plain_tip
from playground.ui.widgets.painted import Canvas, metrics
from playground.ui.widgets.theme import THEME

LEAST_SIDE, MOST_SIDE, STEP = 32, 132, 4
LEAST_HEIGHT = 12
"""Sides of a small picture in pixels: as large as fits, but never smaller than the least."""
CHOSEN_RATIO = 1.8
"""How much larger the maps of the chosen block are."""
GAP, APART = 4, 12
MOVES = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
TURNS = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


@dataclass(frozen=True)
class Cell:
    """A place in a map; all counted from 0."""

    node: str
    number: int
    row: int
    column: int


@dataclass(frozen=True)
class Section:
    """Where a block stands: its heading, and the boxes of its maps."""

    heading: QRectF
    boxes: tuple[QRectF, ...]


class MapsCanvas(Canvas):
    """The maps of each block under its name. One cell is marked, with the window that it comes from."""

    cell_changed = Signal()
    """Another cell is looked at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers: tuple[ImageLayer, ...] = ()
        self.chosen = ""
        self.kept: Cell | None = None
        """The cell that is looked at while the mouse is elsewhere."""
        self._pointed: Cell | None = None
        self._images: list[QImage] = []
        self._sections: list[Section] = []
        self._planned: tuple[object, ...] = ()
        self._height = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Feature maps")
        self.setToolTip(
            plain_tip(
                "Point at a number to see where it comes from; a click keeps it.\n"
                "Arrow keys: another place. Page up and down: another map."
            )
        )

    def show_layers(self, layers: tuple[ImageLayer, ...], chosen: str) -> None:
        """Show these maps, those of the chosen block larger; the cell stays where it can."""
        self.layers, self.chosen = layers, chosen
        self._images = [stacked_picture(layer) for layer in layers]
        self._pointed = self._fitting(self._pointed)
        self.kept = self._fitting(self.kept) or self._first(chosen)
        self.changed()

    def keep(self, cell: Cell) -> None:
        """Look at another cell."""
        self.kept = self._fitting(cell)
        self._moved()

    def look_at(self, node: str) -> None:
        """Look at the middle of the first map of a block."""
        first = self._first(node) if self.layer(node) is not None else None
        if first is not None:
            self.keep(first)

    @property
    def cell(self) -> Cell | None:
        """The cell under the mouse, else the one that is kept."""
        return self._pointed or self.kept

    def layer(self, node: str) -> ImageLayer | None:
        """The layer of a node."""
        return next((layer for layer in self.layers if layer.node == node), None)

    def _fitting(self, cell: Cell | None) -> Cell | None:
        """The cell, or the nearest that there is in its block; None when the block is gone."""
        layer = self.layer(cell.node) if cell is not None else None
        if cell is None or layer is None:
            return None
        maps, height, width = layer.maps.shape
        return Cell(
            cell.node, min(max(cell.number, 0), maps - 1), min(max(cell.row, 0), height - 1),
            min(max(cell.column, 0), width - 1),
        )  # fmt: skip

    def _first(self, chosen: str) -> Cell | None:
        """The middle of the first map of the chosen block, or else of the first block with a window."""
        sliding = [layer for layer in self.layers if layer.sliding is not None]
        layer = self.layer(chosen) or (sliding[0] if sliding else None)
        if layer is None:
            return None
        return Cell(layer.node, 0, layer.maps.shape[1] // 2, layer.maps.shape[2] // 2)

    # Room -------------------------------------------------------------------------------------------------------------

    def _room(self) -> QSize:
        area = self.parentWidget()
        return QSize(self.steady_width(), area.height() if area is not None else self.height())

    def sections(self) -> list[Section]:
        """Where the blocks stand; the pictures are as large as the room allows."""
        room = self._room()
        planned = (room, self.chosen, THEME.scale, tuple((layer.words, layer.maps.shape) for layer in self.layers))
        if planned != self._planned:
            self._planned = planned
            for side in range(MOST_SIDE, LEAST_SIDE - 1, -STEP):
                self._sections, self._height = self._arranged(room.width(), THEME.px(side))
                if self._height <= room.height():
                    break
        return self._sections

    def _arranged(self, width: int, side: float) -> tuple[list[Section], int]:
        """Blocks side by side where several fit into a line, for one size of the pictures."""
        sections: list[Section] = []
        line, gap, apart = metrics().height() + THEME.px(2), THEME.px(GAP), THEME.px(APART)
        left = top = bottom = 0.0
        for layer in self.layers:
            size = self._size(layer, side)
            words = metrics().horizontalAdvance(heading(layer)) + 2
            wide = max(words, len(layer.maps) * (size.width() + gap) - gap)
            if left > 0 and left + wide > width:
                left, top = 0.0, bottom + apart * 0.6
            columns = max(1, int((width - left + gap) // (size.width() + gap)))
            boxes = tuple(
                QRectF(
                    left + number % columns * (size.width() + gap),
                    top + line + number // columns * (size.height() + gap),
                    size.width(),
                    size.height(),
                )
                for number in range(len(layer.maps))
            )
            sections.append(Section(QRectF(left, top, min(max(wide, words), width - left), line), boxes))
            bottom = max(bottom, boxes[-1].bottom() + 2)
            left += wide + apart
        return sections, int(bottom) + 2

    def _size(self, layer: ImageLayer, side: float) -> QSize:
        """Of one map: its longer side is as long as asked for."""
        height, width = layer.maps.shape[1:]
        longer = side * (CHOSEN_RATIO if layer.node == self.chosen else 1.0)
        scale = longer / max(height, width)
        flat = THEME.px(LEAST_HEIGHT) if height == 1 else 6
        return QSize(max(6, round(width * scale)), max(flat, round(height * scale)))

    def minimumSizeHint(self) -> QSize:
        self.sections()
        return QSize(THEME.px(LEAST_SIDE * 3), self._height)

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    def box_of(self, cell: Cell) -> QRectF:
        """The rectangle of a cell."""
        number = [layer.node for layer in self.layers].index(cell.node)
        height, width = self.layers[number].maps.shape[1:]
        box = self.sections()[number].boxes[cell.number]
        return part_of(box, height, width, Frame(cell.row, cell.column, 1, 1))

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        for layer, section, picture in zip(self.layers, self.sections(), self._images, strict=True):
            self._paint_layer(painter, layer, section, picture)
        if self.cell is not None:
            self._paint_cell(painter, self.cell)

    def _paint_layer(self, painter: QPainter, layer: ImageLayer, section: Section, picture: QImage) -> None:
        painter.setPen(THEME.color("text" if layer.node == self.chosen else "secondary"))
        words = elided(metrics(), heading(layer), Qt.TextElideMode.ElideRight, int(section.heading.width()))
        painter.drawText(section.heading, Qt.AlignmentFlag.AlignVCenter, words)
        painter.setPen(QPen(THEME.color("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        height, width = layer.maps.shape[1:]
        for number, box in enumerate(section.boxes):
            painter.drawImage(box, picture, QRectF(0, number * height, width, height))
            painter.drawRect(box)

    def _paint_cell(self, painter: QPainter, cell: Cell) -> None:
        layer = self.layer(cell.node)
        assert layer is not None
        nodes = [each.node for each in self.layers]
        painter.setPen(_frame(3 if self.hasFocus() else 2))
        painter.drawRect(self.sections()[nodes.index(cell.node)].boxes[cell.number])
        painter.drawRect(self.box_of(cell))
        self._paint_sight(painter, layer, cell)
        sliding = layer.sliding
        if sliding is None or sliding.source not in nodes:
            return
        source = self.layers[nodes.index(sliding.source)]
        height, width = source.maps.shape[1:]
        frame, place = sliding.frame(cell.number, cell.row, cell.column), (cell.number, cell.row, cell.column)
        if frame is None:
            return
        painter.setPen(_frame(2))
        boxes = self.sections()[nodes.index(sliding.source)].boxes
        for number in set(sliding.sources(*place)):
            if 0 <= number < len(boxes):
                window = part_of(boxes[number], height, width, frame)
                painter.drawRect(window.intersected(boxes[number].adjusted(-2, -2, 2, 2)))

    def _paint_sight(self, painter: QPainter, layer: ImageLayer, cell: Cell) -> None:
        """Frame what the cell sees of the example through all layers, its receptive field."""
        frame = layer.seen(cell.row, cell.column)
        nodes = [other.node for other in self.layers]
        if frame is None or layer.sight is None or layer.sight.source not in nodes:
            return
        number = nodes.index(layer.sight.source)
        height, width = self.layers[number].maps.shape[1:]
        pen = _frame(2)
        pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        for box in self.sections()[number].boxes:
            painter.drawRect(part_of(box, height, width, frame))

    # Mouse and keys ---------------------------------------------------------------------------------------------------

    def cell_at(self, place: QPointF) -> Cell | None:
        """The cell under a place."""
        for layer, section in zip(self.layers, self.sections(), strict=True):
            for number, box in enumerate(section.boxes):
                if box.contains(place):
                    height, width = layer.maps.shape[1:]
                    row = int((place.y() - box.top()) / box.height() * height)
                    column = int((place.x() - box.left()) / box.width() * width)
                    return Cell(layer.node, number, min(row, height - 1), min(column, width - 1))
        return None

    def words_at(self, place: QPointF) -> str:
        cell = self.cell_at(place)
        if cell is not None:
            return self.words_of(cell)
        for layer, section in zip(self.layers, self.sections(), strict=True):
            if section.heading.contains(place):
                return f"{heading(layer)}: this magnitude has the full colour" if not layer.data else heading(layer)
        return ""

    def words_of(self, cell: Cell) -> str:
        """What stands at a cell, how it comes about, and what it sees of the example, in one line."""
        layer = self.layer(cell.node)
        assert layer is not None
        seen = f"; sees {layer.sight.words(cell.row, cell.column)} of the example" if layer.sight is not None else ""
        return _number_words(layer, cell) + seen

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.point(self.cell_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.point(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.keep(cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.press(event.key()):
            super().keyPressEvent(event)

    def press(self, key: int) -> bool:
        """Look elsewhere by a key; returns whether the key means that."""
        cell = self.kept
        if cell is None or key not in (*MOVES, *TURNS):
            return False
        self._pointed = None
        if key in MOVES:
            down, right = MOVES[Qt.Key(key)]
            self.keep(Cell(cell.node, cell.number, cell.row + down, cell.column + right))
        else:
            self._turn(cell, TURNS[Qt.Key(key)])
        assert self.kept is not None
        self.pointed.emit(self.words_of(self.kept))
        return True

    def _turn(self, cell: Cell, way: int) -> None:
        """On to the next map, or back; behind the last one the next block begins."""
        nodes = [layer.node for layer in self.layers]
        place = nodes.index(cell.node)
        number = cell.number + way
        if not 0 <= number < len(self.layers[place].maps):
            place = min(max(place + way, 0), len(nodes) - 1)
            if nodes[place] == cell.node:
                return
            number = 0 if way > 0 else len(self.layers[place].maps) - 1
        self.keep(Cell(nodes[place], number, cell.row, cell.column))

    def point(self, cell: Cell | None) -> None:
        """Look at a cell for a while; None goes back to the one that is kept."""
        if cell != self._pointed:
            self._pointed = cell
            self._moved()

    def _moved(self) -> None:
        self.setAccessibleDescription(self.words_of(self.cell) if self.cell is not None else "")
        self.update()
        self.cell_changed.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


def _number_words(layer: ImageLayer, cell: Cell) -> str:
    """A number and the sum it comes from."""
    value = number_words(float(layer.maps[cell.number, cell.row, cell.column]))
    where = f"{layer.title}, {layer.map_words(cell.number)}, {layer.place_words(cell.row, cell.column)}"
    sliding = layer.sliding
    if sliding is None:
        return f"{where}: {value}"
    look = sliding.look(cell.number, cell.row, cell.column)
    if sliding.way != "weigh":
        return f"{where}: {value}, the {sliding.way} of {sides([one.size for one in sliding.along])}"
    sums = f"{number_words(look.total)} + bias {number_words(look.bias)}"
    if sliding.function == "identity":
        return f"{where}: {sums} = {value}"
    return f"{where}: {sliding.function}({sums}) = {value}"


def heading(layer: ImageLayer) -> str:
    """Name and shape, and of signed values the magnitude with the full colour."""
    left_out = f", first {len(layer.maps)}" if layer.count > len(layer.maps) else ""
    return layer.words + left_out + ("" if layer.data else f" · ±{number_words(layer.limit)}")


def stacked_picture(layer: ImageLayer) -> QImage:
    """All maps one below the other, one pixel for each number."""
    stacked = layer.maps.reshape(-1, layer.maps.shape[2])
    if layer.data:
        low, high = float(np.nanmin(stacked)), float(np.nanmax(stacked))
        return greys((stacked - low) / (high - low if high > low else 1.0))
    return image(signed_table()[shades(stacked, -layer.limit, layer.limit)])


def part_of(box: QRectF, height: int, width: int, frame: Frame) -> QRectF:
    """The rectangle of some rows and columns of a map that is drawn in `box`."""
    high, wide = box.height() / height, box.width() / width
    return QRectF(
        box.left() + frame.column * wide, box.top() + frame.row * high, frame.columns * wide, frame.rows * high
    )


def _frame(width: float) -> QPen:
    pen = QPen(THEME.color("accent"), THEME.px(width))
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    return pen
