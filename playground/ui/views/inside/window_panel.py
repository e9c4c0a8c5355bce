"""The sliding window with its numbers: what lies under the kernel, the kernel, the products, and their sum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from playground.analysis.inside.feature_maps import ImageLayer
from playground.analysis.inside.sliding import Frame, Look, Sliding
from playground.ui.views.inside.maps_canvas import MOVES, TURNS, Cell, part_of, stacked_picture
from playground.ui.widgets.controls import QuietSpinBox
from playground.ui.widgets.drawing import Colors, ink_on, number_words, shades, signed_table
from playground.ui.widgets.labels import Label
from playground.ui.widgets.painted import Canvas, in_scroll_area, metrics
from playground.ui.widgets.theme import THEME

MOST_WRITTEN = 7
"""Side of the largest kernel whose numbers are written."""
LEAST_CELL = QSize(30, 22)
BARE_CELL = 12
OPERATOR = 22
GAP = 8
LEAST_SCENE, MOST_SCENE, SCENES_APART = 64, 280, 14
LONGEST_LINE = "map 16, row 28, column 28 of Max pooling 1"
"""About as long as a line may be; longer ones find their room, too."""


@dataclass(frozen=True)
class Box:
    """A small grid of numbers with a caption, and the sign that stands behind it."""

    caption: str
    values: NDArray[np.float32]
    colors: Colors
    sign: str = ""
    outside: NDArray[np.bool_] | None = None
    """Numbers that are no pixels but zeros around the image."""
    marked: tuple[int, int] | None = None


@dataclass(frozen=True)
class Scene:
    """A map as a picture, and the square in it that is framed."""

    caption: str
    picture: QImage
    part: QRectF
    """The map within the picture, one pixel for each number."""
    frame: Frame | None

    @property
    def aspect(self) -> float:
        """Height over width."""
        return self.part.height() / self.part.width()


def cell_words(value: float) -> str:
    """A number as it is written into a small cell."""
    size = abs(value)
    digits = 2 if size < 9.995 else 1 if size < 99.95 else 0
    return "0" if value == 0.0 else f"{value:.{digits}f}".replace("-", "−")


class WindowCanvas(Canvas):
    """What arrives and what comes out; below the grids, in as many lines as the width asks for, and the sum.

    The two pictures have the room that the grids leave, or a least room where nothing else shows the maps.
    """

    placed = Signal(int, int, bool)
    """Row and column of the map that comes out where the mouse is, and whether it was pressed; −1 for elsewhere."""
    pressed_key = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes: tuple[Box, ...] = ()
        self.lines: tuple[str, ...] = ()
        self.scenes: tuple[Scene, ...] = ()
        self.alone = False
        self.reserved: tuple[tuple[int, int], int] = ((3, 3), 3)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Sliding window")

    def show_boxes(self, boxes: tuple[Box, ...], lines: tuple[str, ...], scenes: tuple[Scene, ...] = ()) -> None:
        """Show these grids, what comes of them in words, and the maps that they connect."""
        self.boxes, self.lines, self.scenes = boxes, lines, scenes
        self.setAccessibleDescription("; ".join(lines))
        self.changed()

    def stand_alone(self, alone: bool) -> None:
        """Whether nothing else shows the maps."""
        if alone != self.alone:
            self.alone = alone
            self.changed()

    def reserve(self, size: tuple[int, int], lines: int) -> None:
        """Keep room for three grids of so many rows and columns and for so many lines, so that nothing moves under
        the mouse."""
        self.reserved = size, lines

    # Room -------------------------------------------------------------------------------------------------------------

    def _cell(self, size: tuple[int, ...]) -> QSize:
        """Of a grid of this size."""
        if max(size) > MOST_WRITTEN:
            return QSize(THEME.px(BARE_CELL), THEME.px(BARE_CELL))
        wide = metrics().horizontalAdvance("−0.00") + THEME.px(6)
        return QSize(max(THEME.px(LEAST_CELL.width()), wide), max(THEME.px(LEAST_CELL.height()), metrics().height()))

    def _grid(self, size: tuple[int, ...], caption: str) -> QSize:
        """Of a grid with its caption."""
        cell, (rows, columns) = self._cell(size), size
        wide = max(columns * cell.width(), metrics().horizontalAdvance(caption) + 2)
        return QSize(wide, rows * cell.height() + self._line())

    @staticmethod
    def _line() -> int:
        return metrics().height() + THEME.px(3)

    def scene_places(self) -> list[QRectF]:
        """The rectangles of the two pictures; none where there is no room."""
        if not self.scenes:
            return []
        width, line, least = self.steady_width(), self._line(), THEME.px(LEAST_SCENE)
        high = least if self.alone else self.height() - self._flowed(width, self._sizes(), [])[2] - line - THEME.px(GAP)
        if high < least:
            return []
        found: list[QRectF] = []
        left = 0.0
        for scene in self.scenes:
            across = min((width - THEME.px(SCENES_APART)) / 2 - 1, high / scene.aspect, THEME.px(MOST_SCENE))
            found.append(QRectF(left, line, across, across * scene.aspect))
            words = metrics().horizontalAdvance(scene.caption) + 2
            left += max(across, words) + THEME.px(SCENES_APART)
        return found

    def places(self, width: int) -> tuple[list[QRectF], QRectF]:
        """The rectangles of the grids with their captions, and that of the words."""
        found, place, _ = self._flowed(width, self._sizes(), self.scene_places())
        return found, place

    def _sizes(self) -> list[QSize]:
        """Of the grids, and of the words last."""
        wide = max((metrics().horizontalAdvance(line) for line in self.lines), default=0)
        words = QSize(wide + THEME.px(GAP), len(self.lines) * self._line())
        return [*(self._grid(box.values.shape, box.caption) for box in self.boxes), words]

    def _flowed(
        self, width: int, sizes: list[QSize], scenes: list[QRectF]
    ) -> tuple[list[QRectF], QRectF, float]:
        """Grids and words, of these sizes, behind the pictures: where they are, and where they end."""
        found: list[QRectF] = []
        gap, apart = THEME.px(GAP), THEME.px(OPERATOR)
        left = top = bottom = 0.0
        if scenes:
            bottom = max(place.bottom() for place in scenes)
            words = metrics().horizontalAdvance(self.scenes[-1].caption)
            left = max(scenes[-1].right(), scenes[-1].left() + words) + THEME.px(SCENES_APART) if self.alone else width
        for size in sizes:
            if left > 0 and left + size.width() >= width:
                left, top = 0.0, bottom + gap
            found.append(QRectF(left, top, size.width(), size.height()))
            bottom = max(bottom, top + size.height())
            left += size.width() + apart
        last = found.pop()
        if last.left() > 0:  # beside a grid the words stand below its caption
            last.translate(0, self._line())
        return found, last, max(bottom, last.bottom())

    def needed(self, width: int) -> int:
        """The height that grids and words may take in this width, and the pictures where they must be shown."""
        size, lines = self.reserved
        words = QSize(metrics().horizontalAdvance(LONGEST_LINE), lines * self._line())
        grids = [self._grid(size, "window")] * 3
        scenes = self.scene_places() if self.alone else []
        return int(self._flowed(width, [*grids, words], scenes)[2]) + 2

    def narrow_width(self) -> int:
        """The width in which two grids, or the longest line, have room."""
        two = 2 * (self._grid(self.reserved[0], "window").width() + THEME.px(OPERATOR))
        return max(two, metrics().horizontalAdvance(LONGEST_LINE) + THEME.px(GAP))

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(120), self.needed(max(THEME.px(120), self.steady_width())))

    def resizeEvent(self, event: object) -> None:
        self.setMinimumSize(self.minimumSizeHint())

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        places, words = self.places(self.steady_width())
        self._paint_scenes(painter)
        for box, place in zip(self.boxes, places, strict=True):
            self._paint_box(painter, box, place)
        painter.setPen(THEME.color("text"))
        high = self._line()
        for number, line in enumerate(self.lines):
            painter.drawText(QRectF(words.left(), words.top() + number * high, words.width(), high), 0, line)

    def _paint_scenes(self, painter: QPainter) -> None:
        line = self._line()
        for scene, place in zip(self.scenes, self.scene_places(), strict=False):
            painter.setPen(THEME.color("secondary"))
            painter.drawText(QRectF(place.left(), place.top() - line, self.width(), line), 0, scene.caption)
            painter.drawImage(place, scene.picture, scene.part)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(THEME.color("line"), 1))
            painter.drawRect(place)
            pen = QPen(THEME.color("accent"), THEME.px(2))
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            height, width = int(scene.part.height()), int(scene.part.width())
            if scene.frame is not None:
                framed = part_of(place, height, width, scene.frame)
                painter.drawRect(framed.intersected(place.adjusted(-2, -2, 2, 2)))

    def _paint_box(self, painter: QPainter, box: Box, place: QRectF) -> None:
        painter.setPen(THEME.color("secondary"))
        line, cell = self._line(), self._cell(box.values.shape)
        painter.drawText(QRectF(place.left(), place.top(), place.width(), line), 0, box.caption)
        rows, columns = box.values.shape
        area = QRectF(place.left(), place.top() + line, columns * cell.width(), rows * cell.height())
        for row in range(rows):
            for column in range(columns):
                self._paint_number(painter, box, row, column, area, cell)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if box.marked is not None:
            pen = QPen(THEME.color("accent"), THEME.px(3))
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawRect(_square(area, cell, *box.marked))
        if box.sign:
            painter.setPen(THEME.color("text"))
            beside = QRectF(place.right(), area.top(), THEME.px(OPERATOR), area.height())
            painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, box.sign)

    def _paint_number(
        self, painter: QPainter, box: Box, row: int, column: int, area: QRectF, cell: QSize
    ) -> None:
        square = _square(area, cell, row, column)
        outside = box.outside is not None and bool(box.outside[row, column])
        ground = THEME.color("canvas") if outside else QColor(*box.colors[row, column].tolist())
        painter.fillRect(square, ground)
        painter.setPen(QPen(THEME.color("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(square)
        if max(box.values.shape) <= MOST_WRITTEN:
            painter.setPen(THEME.color("secondary") if outside else ink_on(ground))
            words = cell_words(float(box.values[row, column]))
            painter.drawText(square, Qt.AlignmentFlag.AlignCenter, words)

    def words_at(self, place: QPointF) -> str:
        for box, where in zip(self.boxes, self.places(self.steady_width())[0], strict=True):
            cell, top = self._cell(box.values.shape), where.top() + self._line()
            row, column = int((place.y() - top) // cell.height()), int((place.x() - where.left()) // cell.width())
            if 0 <= row < box.values.shape[0] and 0 <= column < box.values.shape[1]:
                return f"{box.caption}, row {row + 1}, column {column + 1}: {float(box.values[row, column]):.6g}"
        return ""


    # Mouse and keys ---------------------------------------------------------------------------------------------------

    def _place_at(self, place: QPointF) -> tuple[int, int] | None:
        """Row and column of the map that comes out."""
        places = self.scene_places()
        if len(places) < 2 or not places[1].contains(place):
            return None
        part = self.scenes[1].part
        row = int((place.y() - places[1].top()) / places[1].height() * part.height())
        column = int((place.x() - places[1].left()) / places[1].width() * part.width())
        return min(row, int(part.height()) - 1), min(column, int(part.width()) - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.placed.emit(*(self._place_at(event.position()) or (-1, -1)), False)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.placed.emit(-1, -1, False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.placed.emit(*place, True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (*MOVES, *TURNS):
            self.pressed_key.emit(event.key())
        else:
            super().keyPressEvent(event)


def _square(area: QRectF, cell: QSize, row: int, column: int) -> QRectF:
    return QRectF(area.left() + column * cell.width(), area.top() + row * cell.height(), cell.width(), cell.height())


class WindowPanel(QWidget):
    """The window of one cell: a line that says where it is, the channel that is shown, and the grids."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.where = Label()
        self.where.setWordWrap(True)
        self.channel_words = Label("channel")
        self.channel_words.setProperty("role", "secondary")
        self.channel_box = QuietSpinBox()
        self.channel_box.setAccessibleName("Channel")
        self.channel_box.setToolTip("Whose window and kernel are shown; the sum is over all channels")
        self.channel_box.setRange(1, 1)
        self.canvas = WindowCanvas()
        self.area: QScrollArea = in_scroll_area(self.canvas)
        self._shown: tuple[ImageLayer, Cell, tuple[ImageLayer, ...]] | None = None
        head = QHBoxLayout()
        head.addWidget(self.where, 1)
        head.addWidget(self.channel_words)
        head.addWidget(self.channel_box)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(THEME.px(4))
        layout.addLayout(head)
        layout.addWidget(self.area, 1)
        self.channel_box.valueChanged.connect(self._redraw)

    def show_cell(self, layer: ImageLayer, cell: Cell, layers: tuple[ImageLayer, ...]) -> None:
        """Show how the number of a cell comes about."""
        self._shown = (layer, cell, layers)
        self._redraw()

    def reserve(self, layers: tuple[ImageLayer, ...]) -> None:
        """Keep room for the largest window of these blocks."""
        sizes = [layer.sliding.size for layer in layers if layer.sliding is not None]
        rows, columns = (max((size[axis] for size in sizes), default=1) for axis in (0, 1))
        self.canvas.reserve((rows, columns), 4)

    def needed(self, width: int) -> int:
        """The height for everything in this width."""
        head = max(self.channel_box.sizeHint().height(), metrics().height()) + THEME.px(4)
        return head + self.canvas.needed(max(1, width - self.area.verticalScrollBar().sizeHint().width()))

    def narrow_width(self) -> int:
        """The width in which two grids fit side by side, with a scroll bar."""
        return self.canvas.narrow_width() + self.area.verticalScrollBar().sizeHint().width()

    @Slot()
    def _redraw(self) -> None:
        if self._shown is None:
            return
        layer, cell, layers = self._shown
        sliding = layer.sliding
        channels = sliding.channels if sliding is not None else 1
        self.channel_box.setMaximum(channels)
        for widget in (self.channel_words, self.channel_box):
            widget.setVisible(channels > 1)
        place = layer.place_words(cell.row, cell.column)
        self.where.setText(f"{layer.map_words(cell.number)}, {place} of {layer.title}")
        value = float(layer.maps[cell.number, cell.row, cell.column])
        if sliding is None:
            self.canvas.show_boxes((), (f"{number_words(value)}: no window slides here.",))
            return
        channel = self.channel_box.value() - 1
        look = sliding.look(cell.number, cell.row, cell.column, channel)
        source = next((other for other in layers if other.node == sliding.source), None)
        lines = lines_of(sliding, look, value)
        self.canvas.show_boxes(_boxes(sliding, look, source, channel), lines, _scenes(layer, cell, source, channel))


def _scenes(layer: ImageLayer, cell: Cell, source: ImageLayer | None, channel: int) -> tuple[Scene, ...]:
    """The map that arrives with the window in it, and the map that comes out with the cell."""
    sliding = layer.sliding
    if sliding is None or source is None:
        return ()
    place = cell.number, cell.row, cell.column
    under = sliding.sources(*place)[channel]
    return (
        *_scene("arriving", source, under, sliding.frame(*place)),
        *_scene(layer.map_words(cell.number), layer, cell.number, Frame(cell.row, cell.column, 1, 1)),
    )


def _scene(caption: str, layer: ImageLayer, number: int, frame: Frame | None) -> tuple[Scene, ...]:
    count, height, width = layer.maps.shape
    if not 0 <= number < count:
        return ()
    part = QRectF(0, number * height, width, height)
    return (Scene(caption, stacked_picture(layer), part, frame),)


def _boxes(sliding: Sliding, look: Look, source: ImageLayer | None, channel: int) -> tuple[Box, ...]:
    arriving = _arriving_colors(look.window, source)
    of_channels = f", channel {channel + 1} of {sliding.channels}" if sliding.channels > 1 else ""
    if look.kernel is None or sliding.kernels is None:
        marked = None
        if sliding.way == "largest":
            row, column = np.unravel_index(int(look.window.argmax()), look.window.shape)
            marked = (int(row), int(column))
        return (Box("window", look.window, arriving, marked=marked),)
    limit = float(np.abs(sliding.kernels).max()) or 1.0
    weighed = float(np.abs(look.products).max()) or 1.0
    outside = ~look.inside
    return (
        Box(f"window{of_channels}", look.window, arriving, "×", outside),
        Box("kernel", look.kernel, signed_table()[shades(look.kernel, -limit, limit)], "="),
        Box("products", look.products, signed_table()[shades(look.products, -weighed, weighed)]),
    )


def _arriving_colors(window: NDArray[np.float32], source: ImageLayer | None) -> Colors:
    """The colours that these numbers have in the small pictures."""
    if source is not None and source.data:
        low, high = float(source.maps.min()), float(source.maps.max())
        return np.repeat(shades(window, low, high)[..., None], 3, axis=2)
    limit = source.limit if source is not None else float(np.abs(window).max()) or 1.0
    return signed_table()[shades(window, -limit, limit)]


def lines_of(sliding: Sliding, look: Look, value: float) -> tuple[str, ...]:
    """What becomes of the window, line by line."""
    if sliding.way == "largest":
        return (f"largest: {number_words(value)}",)
    if sliding.way == "mean":
        return (f"mean: {number_words(value)}",)
    lines = [f"sum of the products {number_words(look.part)}"]
    if sliding.channels > 1:
        lines.append(f"over all {sliding.channels} channels {number_words(look.total)}")
    if sliding.biases is not None:
        lines.append(f"+ bias {number_words(look.bias)} = {number_words(look.before)}")
    if sliding.function != "identity":
        lines.append(f"{sliding.function}({number_words(look.before)}) = {number_words(value)}")
    return tuple(lines)
