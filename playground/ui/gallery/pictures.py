"""The pictures on the cards, as large as they are painted: the files hold a megabyte each, and there are hundreds."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPixmap

MOST_BYTES = 32 * 2**20
"""Some 250 cards at 100 %: what is scrolled over again need not be read again."""

Key = tuple[str, float, int, int]


class Pictures:
    """Keeps what was painted last, within a number of bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[Key, QPixmap] = OrderedDict()
        """The one last asked for at the end; a null one for a file that cannot be read."""
        self.nbytes = 0
        """What they take."""

    def __len__(self) -> int:
        return len(self._kept)

    def filling(self, path: Path, place: QSize, ratio: float = 1.0, version: float = 0.0) -> QPixmap:
        """The middle of the picture in a file, as large as it fills `place` at `ratio` pixels of the screen to each.

        Null where there is no such picture. It is read again when the place is of another size, or for another
        `version` of the file.
        """
        key = str(path), version, round(place.width() * ratio), round(place.height() * ratio)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        picture = _filling(path, QSize(*key[2:]))
        picture.setDevicePixelRatio(ratio)
        self._kept[key] = picture
        self.nbytes += _bytes(picture)
        while self.nbytes > self._most and len(self._kept) > 1:
            self.nbytes -= _bytes(self._kept.popitem(last=False)[1])
        return picture


PICTURES = Pictures()
"""Those of all cards."""


def _filling(path: Path, size: QSize) -> QPixmap:
    whole = QImage(str(path))
    if whole.isNull() or size.isEmpty():
        return QPixmap()
    part = QRect(QPoint(), size.scaled(whole.size(), Qt.AspectRatioMode.KeepAspectRatio))
    part.moveCenter(whole.rect().center())
    stretched, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    return QPixmap.fromImage(whole.copy(part).scaled(size, stretched, smooth))


def _bytes(picture: QPixmap) -> int:
    return picture.width() * picture.height() * picture.depth() // 8
