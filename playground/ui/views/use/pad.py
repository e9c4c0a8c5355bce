"""A sheet of paper to draw on with the mouse, a pen or the keys, and on which pictures can be dropped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QClipboard,
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.data.inputs.drawing import Drawing
from playground.data.inputs.pictures import PictureFile, Pixels
from playground.ui.widgets.drawing import greys
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.painted import metrics
from playground.ui.widgets.theme import THEME

PAPER, INK = "#ffffff", "#10151b"
PEN = 0.075
"""Width of the pen, as a share of the side."""
STEP = 0.02
"""How far an arrow key moves the pen."""
LEAST, USUAL = 96, 190
HINT = "Draw here, or drop a picture"
DROP_HINT = "Drop a picture, or paste one"
HELP = (
    ("Arrow keys, Space", "on the paper of “Use it”: move the pen, put it down and lift it"),
    ("Backspace, Delete", "on the paper of “Use it”: take back a stroke, clear"),
    ("Ctrl+V", "on the paper of “Use it”: paste a picture"),
)
"""For the page of all keys: keys and what they do."""
KEYS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class DrawingPad(QWidget):
    """The paper. `entry` is what is on it: a drawing, a picture, or None."""

    changed = Signal()
    """A person has drawn, or put another picture there."""

    def __init__(self, *, drawable: bool) -> None:
        super().__init__()
        self.drawable = drawable
        self.strokes: list[list[tuple[float, float]]] = []
        self.shown: QImage | None = None
        """A picture under the pen, until something is drawn."""
        self.entry: Drawing | Pixels | PictureFile | None = None
        self.pen = (0.5, 0.5)
        """Where the keys have the pen."""
        self._pen_down = False
        self._drawing = False
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Paper to draw on" if drawable else "Place for a picture")
        keys = "Ctrl+V pastes a picture." + (
            " Arrow keys move the pen, Space puts it down and lifts it, Backspace takes back a stroke, Delete clears."
            if drawable
            else " Delete takes the picture away."
        )
        self.setAccessibleDescription(keys)
        self.setToolTip(plain_tip(f"{HINT if drawable else DROP_HINT}.\n{keys}"))
        if drawable:
            self.setCursor(Qt.CursorShape.CrossCursor)

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(USUAL), THEME.px(USUAL))

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(LEAST), THEME.px(LEAST))

    def area(self) -> QRectF:
        """The square of paper."""
        side = min(self.width(), self.height()) - 2.0
        return QRectF((self.width() - side) / 2, 1.0, side, side)

    def to_pixels(self, x: float, y: float) -> QPointF:
        """From the unit square to the widget."""
        area = self.area()
        return QPointF(area.left() + x * area.width(), area.top() + y * area.height())

    # What is on it ----------------------------------------------------------------------------------------------------

    def show_picture(self, picture: NDArray[np.float32] | None) -> None:
        """Show a picture (h, w) or (h, w, 3), brightness from 0 to 1, that is not a person's own; None for nothing."""
        self.strokes, self.entry = [], None
        self.shown = greys(picture) if picture is not None else None
        self.update()

    def put(self, entry: Pixels | PictureFile, shown: QImage) -> None:
        """Take a picture of a person's own."""
        self.strokes = []
        self.entry, self.shown = entry, shown
        self.update()
        self.changed.emit()

    def open(self, path: Path) -> None:
        """Take a file. What is no picture is refused by the form, in a sentence."""
        self.put(PictureFile.at(path), QImage(str(path)))

    def undo(self) -> None:
        """Take back the last stroke."""
        if self.strokes:
            self.strokes.pop()
            self._tell()

    def clear(self) -> None:
        """White paper."""
        self.strokes, self.shown = [], None
        self._tell()

    def _tell(self) -> None:
        self.entry = Drawing(tuple(map(tuple, self.strokes)))
        self.update()
        self.changed.emit()

    # Mouse ------------------------------------------------------------------------------------------------------------

    def _place(self, at: QPointF) -> tuple[float, float]:
        area = self.area()
        x, y = (at.x() - area.left()) / area.width(), (at.y() - area.top()) / area.height()
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)

    def _begin(self, place: tuple[float, float]) -> None:
        self.shown = None
        self.strokes.append([place])
        self._tell()

    def _go_on(self, place: tuple[float, float]) -> None:
        if place != self.strokes[-1][-1]:
            self.strokes[-1].append(place)
            self._tell()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self.drawable and event.button() == Qt.MouseButton.LeftButton and self.area().contains(event.position()):
            self._drawing = True
            self._begin(self._place(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drawing:
            self._go_on(self._place(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drawing = False

    # Keys -------------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif key == Qt.Key.Key_Delete:
            self.clear()
        elif not self.drawable:
            super().keyPressEvent(event)
        elif event.matches(QKeySequence.StandardKey.Undo) or key == Qt.Key.Key_Backspace:
            self.undo()
        elif key in KEYS:
            self._move_pen(*KEYS[key])
        elif key == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._pen_down = not self._pen_down
            if self._pen_down:
                self._begin(self.pen)
            self.update()
        else:
            super().keyPressEvent(event)

    def _move_pen(self, across: int, down: int) -> None:
        self.pen = (min(max(self.pen[0] + STEP * across, 0.0), 1.0), min(max(self.pen[1] + STEP * down, 0.0), 1.0))
        if self._pen_down:
            self._go_on(self.pen)
        self.update()

    # Pictures from elsewhere ------------------------------------------------------------------------------------------

    def paste(self) -> bool:
        """Take the picture of the clipboard; False when there is none."""
        content = QGuiApplication.clipboard().mimeData(QClipboard.Mode.Clipboard)
        if content.hasImage():
            picture = QGuiApplication.clipboard().image()
            if not picture.isNull():
                self.put(Pixels(brightness_of(picture)), picture)
                return True
        paths = [Path(url.toLocalFile()) for url in content.urls() if url.isLocalFile()]
        if paths:
            self.open(paths[0])
        return bool(paths)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasImage() or any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.open(paths[0])
            event.acceptProposedAction()
        elif event.mimeData().hasImage():
            picture = QImage(event.mimeData().imageData())
            self.put(Pixels(brightness_of(picture)), picture)
            event.acceptProposedAction()

    # Painting ---------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.area()
        painter.fillRect(area, QColor(PAPER))
        if self.shown is not None and not self.shown.isNull():
            self._paint_picture(painter, area, self.shown)
        painter.setClipRect(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = PEN * area.width()
        painter.setPen(QPen(QColor(INK), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap,
                            Qt.PenJoinStyle.RoundJoin))  # fmt: skip
        for stroke in self.strokes:
            places = [self.to_pixels(*place) for place in stroke]
            if len(places) > 1:
                painter.drawPolyline(QPolygonF(places))
            else:
                painter.drawPoint(places[0])
        if not self.strokes and self.shown is None:
            painter.setFont(THEME.font(13))
            painter.setPen(QColor("#5d6a7a"))
            align = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area.adjusted(8, 8, -8, -8), int(align), HINT if self.drawable else DROP_HINT)
        if self.hasFocus() and self.drawable:
            self._paint_pen(painter)
        painter.setClipping(False)
        painter.setPen(QPen(THEME.color("accent" if self.hasFocus() else "line"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area)

    @staticmethod
    def _paint_picture(painter: QPainter, area: QRectF, picture: QImage) -> None:
        size = picture.size().scaled(area.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRectF(0, 0, size.width(), size.height())
        box.moveCenter(area.center())
        # Small pictures keep their pixels.
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, picture.width() > area.width())
        painter.drawImage(box, picture)

    def _paint_pen(self, painter: QPainter) -> None:
        center, reach = self.to_pixels(*self.pen), float(metrics().height()) / 3
        painter.setPen(QPen(THEME.color("accent"), 2.5 if self._pen_down else 1.5))
        painter.drawLine(center - QPointF(reach, 0), center + QPointF(reach, 0))
        painter.drawLine(center - QPointF(0, reach), center + QPointF(0, reach))


def brightness_of(picture: QImage) -> NDArray[np.float32]:
    """A picture (h, w, 3) with brightness from 0 to 1, on white where it is transparent."""
    paper = QImage(picture.size(), QImage.Format.Format_RGB888)
    paper.fill(QColor(PAPER))
    painter = QPainter(paper)
    painter.drawImage(0, 0, picture)
    painter.end()
    height, width, line = paper.height(), paper.width(), paper.bytesPerLine()
    pixels = np.frombuffer(paper.constBits(), dtype=np.uint8).reshape(height, line)[:, : 3 * width]
    return pixels.reshape(height, width, 3).astype(np.float32) / np.float32(255.0)
