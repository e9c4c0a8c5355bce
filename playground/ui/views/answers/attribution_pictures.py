"""Attributions of a picture: the picture, and for each method a map, plain or laid upon the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.attribution import AttributionMap, Attributions
from playground.ui.widgets.drawing import (
    Colors,
    greys,
    image,
    magnitude_table,
    number_words,
    shades,
    signed_table,
)
from playground.ui.widgets.labels import elided
from playground.ui.widgets.painted import Canvas, metrics
from playground.ui.widgets.theme import THEME

LEAST, MOST = 60, 340
GAP = 10
LIGHTEST = 0.75
"""Of a picture under a map, how dark its darkest becomes: the colours of the map must still tell."""


@dataclass(frozen=True)
class Tile:
    """One picture with the words below it."""

    picture: QImage
    caption: str
    shown: AttributionMap | None = None


class PicturesCanvas(Canvas):
    """The picture and its maps, as large as there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: Attributions | None = None
        self.tiles: tuple[Tile, ...] = ()
        self.setAccessibleName("The picture and what the answer hangs on")

    def show_result(self, result: Attributions, overlay: bool) -> None:
        """Show the maps of a result; one alone is shown plain and upon the picture, several as `overlay` says."""
        self.result = result
        channels = result.features.mean(axis=0)
        picture = greys(result.picture) if result.picture is not None else greys(channels)
        tiles = [Tile(picture, "the example")]
        for shown in result.maps:
            plain, upon = image(map_colors(shown)), image(overlay_colors(result, shown))
            if len(result.maps) == 1:
                tiles += [Tile(plain, shown.title, shown), Tile(upon, "upon the example", shown)]
            else:
                tiles.append(Tile(upon if overlay else plain, shown.title, shown))
        self.tiles = tuple(tiles)
        self.changed()

    # Room -------------------------------------------------------------------------------------------------------------

    def _below(self) -> int:
        return metrics().height() + THEME.px(GAP)

    def _columns(self, side: int, width: int) -> int:
        fitting = max(1, min(len(self.tiles), (width + THEME.px(GAP)) // (side + THEME.px(GAP))))
        rows = -(-len(self.tiles) // fitting)
        return max(1, -(-len(self.tiles) // max(1, rows)))  # as many in each row

    def _side(self) -> int:
        """The largest side at which all can be seen."""
        for side in range(THEME.px(MOST), THEME.px(LEAST), -2):
            rows = -(-len(self.tiles) // self._columns(side, self.width()))
            if side <= self.width() and rows * (side + self._below()) <= self.height():
                return side
        return THEME.px(LEAST)

    def minimumSizeHint(self) -> QSize:
        side = THEME.px(LEAST)
        rows = -(-len(self.tiles) // self._columns(side, self.steady_width()))
        return QSize(side, rows * (side + self._below()))

    def resizeEvent(self, event: object) -> None:
        self.setMinimumHeight(self.minimumSizeHint().height())

    def box(self, number: int) -> QRectF:
        """The rectangle of one picture."""
        side = self._side()
        row, column = divmod(number, self._columns(side, self.width()))
        left = column * (self._cell(side) + THEME.px(GAP))
        return QRectF(left + 1, row * (side + self._below()) + 1, side - 2, side - 2)

    def _cell(self, side: int) -> int:
        """The width of a picture with its caption: what the row has room for, if the captions need it."""
        widest = max((metrics().horizontalAdvance(tile.caption) for tile in self.tiles), default=0) + 2
        columns = self._columns(side, self.width())
        share = (self.width() + THEME.px(GAP)) // columns - THEME.px(GAP)
        return max(side, min(share, widest))

    # Painting and pointing --------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(THEME.font(13))
        for number, tile in enumerate(self.tiles):
            box = self.box(number)
            painter.drawImage(box, tile.picture)
            painter.setPen(QPen(THEME.color("line"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
            painter.setPen(THEME.color("text" if tile.shown is not None else "secondary"))
            below = QRectF(
                box.left(), box.bottom() + 3, self._cell(self._side()) + THEME.px(GAP) - 2, metrics().height()
            )
            words = title_within(tile.caption, below.width()) if tile.shown is not None else tile.caption
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    def words_at(self, place: QPointF) -> str:
        if self.result is None:
            return ""
        height, width = self.result.features.shape[1:]
        for number, tile in enumerate(self.tiles):
            box = self.box(number)
            if box.contains(place):
                row = min(height - 1, int((place.y() - box.top()) / box.height() * height))
                column = min(width - 1, int((place.x() - box.left()) / box.width() * width))
                return pixel_words(self.result, tile.shown, row, column)
        return ""


def title_within(title: str, room: float) -> str:
    """The title of a method, or its first word where there is no room for more."""
    short = title if metrics().horizontalAdvance(title) <= room else title.partition(" ")[0]
    return elided(metrics(), short, Qt.TextElideMode.ElideRight, room)


def pixel_words(result: Attributions, shown: AttributionMap | None, row: int, column: int) -> str:
    """One pixel: its value, and what a method gives it."""
    raw = ", ".join(number_words(value) for value in result.raw[:, row, column].tolist())
    words = f"row {row + 1}, column {column + 1}: pixel {raw}"
    if shown is None:
        return words
    return f"{words}; {shown.title.lower()} {signed_words(float(shown.shown[row, column]), shown.signed)}"


def signed_words(value: float, signed: bool) -> str:
    """A number with its sign where it has one."""
    words = number_words(value)
    return f"+{words}" if signed and value > 0 else words


def limit_of(shown: AttributionMap) -> float:
    """The largest magnitude, which has the full colour; 1 where all is zero."""
    return float(np.abs(np.nan_to_num(shown.shown)).max(initial=0.0)) or 1.0


def map_colors(shown: AttributionMap) -> Colors:
    """The colours of a map, (h, w, 3): orange, grey and blue where it has signs, else viridis."""
    limit = limit_of(shown)
    low = -limit if shown.signed else 0.0
    table = signed_table() if shown.signed else magnitude_table()
    return table[shades(shown.shown.astype(np.float64), low, limit)]


def overlay_colors(result: Attributions, shown: AttributionMap) -> Colors:
    """The map upon the greyed picture: the stronger a pixel counts, the more of its colour."""
    picture = result.picture if result.picture is not None else np.clip(result.features.mean(axis=0), 0.0, 1.0)
    grey = picture.mean(axis=-1) if picture.ndim == 3 else picture
    # Between mid grey and white, so that both ends of the colours differ from it.
    base = (255.0 * (1.0 - LIGHTEST * (1.0 - grey)))[..., None]
    sizes = np.abs(np.nan_to_num(shown.shown))
    strength = np.sqrt(sizes / limit_of(shown))[..., None]
    if not shown.signed:
        strength = strength * 0.85
    full = signed_table()[[0, -1]][(shown.shown > 0).astype(int)] if shown.signed else map_colors(shown)
    colors: NDArray[np.uint8] = np.round(base + (full - base) * strength).astype(np.uint8)
    return colors
