"""The data before any network: bars of the classes, a wall of pictures, and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from playground.data.base import PARTS, Part
from playground.ui.widgets.labels import elided, plain_tip
from playground.ui.widgets.theme import THEME

Index = QModelIndex | QPersistentModelIndex


class ClassBars(QWidget):
    """How many examples each class has, in train, validation and test."""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._counts: list[tuple[int, ...]] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Class counts")

    def set_counts(self, names: Sequence[str], counts: Mapping[Part, tuple[int, ...]]) -> None:
        """Show the counts of every part, one number per class."""
        self._names = tuple(names)
        self._counts = list(zip(*(counts[part] for part in PARTS), strict=True)) if names else []
        words = (f"{name} {sum(parts)}" for name, parts in zip(self._names, self._counts, strict=True))
        self.setAccessibleDescription(", ".join(words))
        self.setToolTip(
            plain_tip(
                "\n".join(
                    f"{name}: " + ", ".join(f"{count} {part}" for count, part in zip(parts, PARTS, strict=True))
                    for name, parts in zip(self._names, self._counts, strict=True)
                )
            )
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(200), max(1, len(self._names)) * THEME.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(THEME.font(12))
        metrics = painter.fontMetrics()
        most = max((sum(parts) for parts in self._counts), default=0) or 1
        names = min(max((metrics.horizontalAdvance(name) for name in self._names), default=0) + 6, self.width() // 3)
        numbers = metrics.horizontalAdvance("00000")
        gap = THEME.px(8)
        room = max(1, self.width() - names - numbers - 2 * gap)
        high = THEME.px(20)
        align = Qt.AlignmentFlag
        for row, (name, parts) in enumerate(zip(self._names, self._counts, strict=True)):
            top = row * high
            painter.setPen(THEME.color("text"))
            words = elided(metrics, name, Qt.TextElideMode.ElideRight, names)
            painter.drawText(QRectF(0, top, names, high), align.AlignVCenter | align.AlignLeft, words)
            left = float(names + gap)
            for part, count in zip(PARTS, parts, strict=True):
                width = room * count / most
                painter.fillRect(QRectF(left, top + 4, width, high - 8), QColor(THEME.tokens.part_color(part)))
                left += width
            painter.setPen(THEME.color("secondary"))
            painter.drawText(QRectF(left + gap, top, numbers, high), align.AlignVCenter, f"{sum(parts)}")


class PictureWall(QWidget):
    """Many small pictures side by side, drawn as one image; the mouse tells the class."""

    def __init__(self) -> None:
        super().__init__()
        self._pictures: NDArray[np.uint8] = np.zeros((0, 1, 1), dtype=np.uint8)
        self.captions: list[str] = []
        self._ink = True
        self._wall: QImage | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The examples as pictures")
        THEME.changed.connect(self._repaint_wall)

    def set_pictures(self, pictures: NDArray[np.float32], words: Sequence[str], *, ink: bool = True) -> None:
        """Show pictures (N, height, width) or (N, height, width, 3) of any range, with a word for each.

        Grey ones are ink, which is dark on a light ground and light on a dark one, or else light.
        """
        self._ink = ink
        low, high = float(pictures.min(initial=0.0)), float(pictures.max(initial=1e-9))
        self._pictures = ((pictures - low) * (255.0 / max(high - low, 1e-9))).astype(np.uint8)
        self.captions = list(words)
        self._repaint_wall()
        self.updateGeometry()

    def _grid(self, width: int) -> tuple[int, int]:
        """Columns and rows of the wall for a width in pixels."""
        cell = THEME.px(30)
        columns = max(1, min(width // cell, max(1, len(self._pictures))))
        return columns, -(-len(self._pictures) // columns)

    def _repaint_wall(self) -> None:
        count = len(self._pictures)
        if not count:
            self._wall = None
            return
        columns, rows = self._grid(self.width())
        high, wide = self._pictures.shape[1:3]
        colour = self._pictures.ndim == 4
        light = THEME.tokens.name == "light"
        shown = 255 - self._pictures if light and self._ink and not colour else self._pictures
        empty = 255 if light else 0
        tiles = np.full((rows * columns, high + 1, wide + 1, 3), empty, dtype=np.uint8)
        tiles[:count, :high, :wide] = shown if colour else shown[..., None]
        wall = tiles.reshape(rows, columns, high + 1, wide + 1, 3).swapaxes(1, 2)
        pixels = np.ascontiguousarray(wall.reshape(rows * (high + 1), columns * (wide + 1), 3))
        image = QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.shape[1] * 3, QImage.Format.Format_RGB888)
        self._wall = image.copy()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        columns, rows = self._grid(width)
        return max(1, width * rows // columns)

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(240), self.heightForWidth(max(1, self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._repaint_wall()
            self.updateGeometry()

    def picture_at(self, place: QPoint) -> int | None:
        """Number of the picture under a point of the widget."""
        columns, rows = self._grid(self.width())
        if not self.rect().contains(place):
            return None
        number = place.y() * rows // self.height() * columns + place.x() * columns // self.width()
        return number if number < len(self._pictures) else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        number = self.picture_at(event.position().toPoint())
        if number is not None and number < len(self.captions):
            QToolTip.showText(event.globalPosition().toPoint(), plain_tip(self.captions[number]), self)

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._wall is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(self.rect()), self._wall)


class ExampleTable(QAbstractTableModel):
    """Examples as rows with raw values."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: tuple[str, ...] = ()
        self._rows: Sequence[Sequence[float | str]] = ()

    def show(self, columns: tuple[str, ...], rows: Sequence[Sequence[float | str]]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._columns, self._rows = columns, rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        value = self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return value if isinstance(value, str) else f"{value:.6g}"
        if role == Qt.ItemDataRole.TextAlignmentRole and not isinstance(value, str):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._columns[section] if orientation == Qt.Orientation.Horizontal else str(section + 1)
