"""A line for each class: its name, how many pictures there are, and some of them as the network will get them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.ui.widgets.labels import elided
from playground.ui.widgets.theme import THEME

PICTURE, GAP, NAME = 52, 6, 150


class PictureRows(QWidget):
    """Grows downwards with the classes; put it into a scroll area."""

    def __init__(self) -> None:
        super().__init__()
        self._names: Sequence[str] = ()
        self._counts: Sequence[int] = ()
        self._samples: Sequence[NDArray[np.uint8]] = ()
        self.images: list[list[QImage]] = []
        self.setAccessibleName("Some pictures of each class")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        THEME.changed.connect(self._resize)

    def set_classes(self, names: Sequence[str], counts: Sequence[int], samples: Sequence[NDArray[np.uint8]]) -> None:
        """Show these classes; `samples` are (N, side, side, 3) for each."""
        self._names, self._counts, self._samples = names, counts, samples
        words = (f"{name} {count}" for name, count in zip(names, counts, strict=True))
        self.setAccessibleDescription(", ".join(words))
        self._resize()

    def show_as(self, side: int, *, colour: bool) -> None:
        """Show the pictures in this size and colour."""
        form = QImage.Format.Format_RGB888
        smooth = Qt.TransformationMode.SmoothTransformation
        self.images = []
        for pictures in self._samples:
            row: list[QImage] = []
            for picture in pictures:
                pixels = np.ascontiguousarray(picture)
                high, wide = pixels.shape[:2]
                image = QImage(pixels.data, wide, high, 3 * wide, form).copy()
                image = image.scaled(side, side, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
                row.append(image if colour else image.convertToFormat(QImage.Format.Format_Grayscale8))
            self.images.append(row)
        self.update()

    @Slot()
    def _resize(self) -> None:
        self.setMinimumHeight(self.sizeHint().height())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(420), max(1, len(self._names)) * THEME.px(PICTURE + GAP) + THEME.px(GAP))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        side, gap, width = THEME.px(PICTURE), THEME.px(GAP), THEME.px(NAME)
        align = Qt.AlignmentFlag
        for row, (name, count) in enumerate(zip(self._names, self._counts, strict=True)):
            top = gap + row * (side + gap)
            painter.setFont(THEME.font(13, bold=True))
            painter.setPen(THEME.color("text"))
            words = elided(painter.fontMetrics(), name, Qt.TextElideMode.ElideRight, width - gap)
            upper = QRectF(gap, top, width - gap, side / 2)
            painter.drawText(upper, align.AlignBottom | align.AlignLeft, words)
            painter.setFont(THEME.font(13))
            painter.setPen(THEME.color("secondary"))
            counted = f"{count:,} picture{'s' if count != 1 else ''}"
            painter.drawText(upper.translated(0, side / 2), align.AlignTop | align.AlignLeft, counted)
            left = width + gap
            for image in self.images[row] if row < len(self.images) else ():
                if left + side > self.width():
                    break
                painter.drawImage(QRectF(left, top, side, side), image)
                left += side + gap
