"""Weights as a picture: orange where negative, grey at zero, blue where positive."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from playground.ui.widgets.drawing import signed_table
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.theme import THEME

MOST_PIXELS = (400, 800)
"""Rows and columns of the largest picture."""


@functools.cache
def signed_colors() -> NDArray[np.uint32]:
    """A table of 255 colours (255,) as 0xffRRGGBB from negative over zero to positive."""
    red, green, blue = signed_table(255).astype(np.uint32).T
    table: NDArray[np.uint32] = np.uint32(0xFF000000) | (red << np.uint32(16)) | (green << np.uint32(8)) | blue
    return table


def signed_image(values: NDArray[np.float32], limit: float) -> QImage:
    """A picture of a matrix (rows, columns), one pixel for each value; ±`limit` get the full colours."""
    finite = np.nan_to_num(values, nan=0.0, posinf=limit, neginf=-limit)
    places = np.clip(np.rint(finite * (127.0 / limit if limit > 0.0 else 0.0)), -127, 127).astype(np.int16) + 127
    pixels = np.ascontiguousarray(signed_colors()[places])
    rows, columns = pixels.shape
    return QImage(pixels.data, columns, rows, columns * 4, QImage.Format.Format_RGB32).copy()


def input_words(axes: tuple[int, ...], column: int) -> str:
    """Which input a column stands for: its number, or in a kernel (channels, rows, columns) its place."""
    if len(axes) != 3:
        return f"input {column + 1}"
    channel, down, across = (int(place) + 1 for place in np.unravel_index(column, axes))
    return f"channel {channel}, row {down}, column {across}"


class HeatMap(QWidget):
    """Draws a matrix and tells the value under the mouse. `cell_clicked` carries (row, column)."""

    cell_clicked = Signal(int, int)

    def __init__(self, row_word: str = "unit", column_word: str = "input") -> None:
        super().__init__()
        self.words = (row_word, column_word)
        self._values: NDArray[np.float32] = np.zeros((1, 1), dtype=np.float32)
        self._axes: tuple[int, ...] = ()
        self.image: QImage | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_values(self, values: NDArray[np.float32], limit: float, axes: tuple[int, ...] = ()) -> None:
        """Show a matrix (rows, columns); of a large one every n-th row and column, as no screen shows more.

        `axes` are the sizes of the axes that lie one behind the other in a row, where these are kernels.
        """
        other_height = values.shape[0] != self._values.shape[0]
        self._values, self._axes = values, axes
        down, across = (-(-extent // most) for extent, most in zip(values.shape, MOST_PIXELS, strict=True))
        self.image = signed_image(values[::down, ::across], limit)
        if other_height:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = self._values.shape[0]
        return QSize(THEME.px(200), THEME.px(min(max(rows * 13, 14), 150)))

    def cell_at(self, place: QPoint) -> tuple[int, int] | None:
        """Row and column under a point of the widget."""
        rows, columns = self._values.shape
        if not self.rect().contains(place):
            return None
        return place.y() * rows // self.height(), place.x() * columns // self.width()

    def describe(self, row: int, column: int) -> str:
        """Such as “unit 3, input 5: 0.1234”; counting starts at 1."""
        value = float(self._values[row, column])
        if len(self._axes) == 3:
            return f"filter {row + 1}, {input_words(self._axes, column)}: {value:.4g}"
        return f"{self.words[0]} {row + 1}, {self.words[1]} {column + 1}: {value:.4g}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().toPoint())
        if cell is not None:
            QToolTip.showText(event.globalPosition().toPoint(), plain_tip(self.describe(*cell)), self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().toPoint())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.cell_clicked.emit(*cell)

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.image is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.image.width() > self.width())
            painter.drawImage(QRectF(self.rect()), self.image)
