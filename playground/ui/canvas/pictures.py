"""The small live pictures in the cards, each made into one QImage that is only drawn while painting."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from playground.ui.widgets.colors import channels
from playground.ui.widgets.points_plot import draw_marker
from playground.ui.widgets.theme import CLASS_COLORS, MIDDLE, NEGATIVE, POSITIVE, class_color

MOST_TILES = 16
MOST_POINTS = 600
RADII = ((12, 0.05), (40, 0.035), (120, 0.024), (MOST_POINTS, 0.017))
"""Of a point, as a share of the side of its picture, for up to so many points."""
_GAP = 2
_SMALLEST_SIDE = 24
"""Pixels of a tile before it is drawn; smaller maps (8 x 8 digits) are repeated, so that they stay crisp."""


def _ramp(*colors: str) -> NDArray[np.uint32]:
    """256 ARGB colours running evenly through the given ones."""
    stops = np.array([channels(color) for color in colors], dtype=np.float64)
    at = np.linspace(0, len(colors) - 1, 256)
    red, green, blue = (np.interp(at, np.arange(len(colors)), stops[:, i]).round().astype(np.uint32) for i in range(3))
    return (np.uint32(0xFF000000) | (red << np.uint32(16)) | (green << np.uint32(8)) | blue).astype(np.uint32)


SIGNED = _ramp(NEGATIVE, MIDDLE, POSITIVE)
INK = _ramp("#14181d", "#f5f6f8")
MAGNITUDE = _ramp("#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725")
"""Viridis, from its stops."""


class Picture:
    """A QImage over numpy memory, which must live as long as the image, and the shape in which it wants to be seen."""

    def __init__(self, pixels: NDArray[np.uint32], tiles: int) -> None:
        self._pixels = np.ascontiguousarray(pixels)  # QImage does not copy: this reference keeps the bytes alive
        height, width = self._pixels.shape
        self.tiles = tiles
        self.image = QImage(
            self._pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied
        )


def columns_for(count: int) -> int:
    """Tiles in a row: one, two, three or four."""
    return count if count <= 2 else 4 if count > 4 else 3 if count == 3 else 2


PALETTES = {"signed": SIGNED, "ink": INK, "magnitude": MAGNITUDE}


def maps_picture(maps: NDArray[np.float32], *, scale: str = "any", palette: str = "signed") -> Picture | None:
    """Up to 16 maps side by side. `maps` is (units, h, w); None when there is nothing to draw.

    Signed values in about [-1, 1] are coloured as they are, larger ones scaled by the largest; probabilities lie around
    one half. In "ink" they are pictures in grey, dark to light, and in "magnitude" sizes from 0 up. Pictures in colour
    are (units, h, w, 3) with brightness from 0 to 1.
    """
    if tiled_size(maps.shape) is None:
        return None
    shown = maps[:MOST_TILES]
    pixels = _coloured(shown) if shown.ndim == 4 else PALETTES[palette].take(shades(shown, scale, palette))
    repeat = _repeat(shown.shape)
    if repeat > 1:
        pixels = pixels.repeat(repeat, axis=1).repeat(repeat, axis=2)
    return Picture(_tiled(pixels), len(shown))


def _coloured(pictures: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Pictures (n, h, w, 3) as ARGB colours (n, h, w)."""
    red, green, blue = np.moveaxis((np.clip(pictures, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint32), -1, 0)
    packed: NDArray[np.uint32] = np.uint32(0xFF000000) | (red << np.uint32(16)) | (green << np.uint32(8)) | blue
    return packed


def tiled_size(shape: tuple[int, ...]) -> tuple[int, int] | None:
    """Height and width in pixels of the picture of maps with this shape; None when there is nothing to draw."""
    if 0 in shape or not (len(shape) == 3 or (len(shape) == 4 and shape[3] == 3)):
        return None
    count, repeat = min(shape[0], MOST_TILES), _repeat(shape)
    columns = columns_for(count)
    rows = -(-count // columns)
    return rows * (shape[1] * repeat + _GAP) - _GAP, columns * (shape[2] * repeat + _GAP) - _GAP


def _repeat(shape: tuple[int, ...]) -> int:
    """How often the pixels of small maps are repeated."""
    return max(1, -(-_SMALLEST_SIDE // max(shape[1:3])))


def shades(maps: NDArray[np.float32], scale: str = "any", palette: str = "signed") -> NDArray[np.uint8]:
    """Places of values in their palette; what is no finite number counts as 0 or as very large."""
    if not np.isfinite(maps).all():
        maps = np.nan_to_num(maps, nan=0.0, posinf=1e9, neginf=-1e9)
    if palette == "magnitude":
        low, span = 0.0, max(float(maps.max()), 1e-12)
    elif palette == "ink":
        low, span = float(maps.min()), float(maps.max() - maps.min()) or 1.0
    elif scale == "probability":
        low, span = 0.0, 1.0
    else:
        largest = max(1.0, float(maps.max(initial=0.0)), -float(maps.min(initial=0.0)))
        low, span = -largest, 2.0 * largest
    with np.errstate(over="ignore"):  # infinity is cut to the end of the palette
        places = np.subtract(maps, np.float32(low))
        places *= np.float32(255.0 / span)
        places += np.float32(0.5)
    return np.clip(places, 0.0, 255.0, out=places).astype(np.uint8)


def _tiled(tiles: NDArray[np.uint32]) -> NDArray[np.uint32]:
    count, height, width = tiles.shape
    columns = columns_for(count)
    rows = -(-count // columns)
    pixels = np.zeros((rows * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP), dtype=np.uint32)
    for number in range(count):
        top, left = (number // columns) * (height + _GAP), (number % columns) * (width + _GAP)
        pixels[top : top + height, left : left + width] = tiles[number]
    return pixels


def points_picture(points: NDArray[np.float32], targets: NDArray[np.number] | None, side: int = 256) -> QImage | None:
    """A scatter picture of points (n, 2) with y upwards: colour and shape by class number, or colour by value where
    that is not whole. The fewer points, the larger they are.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] < 2 or not len(points):
        return None
    step = -(-len(points) // MOST_POINTS)
    classes = _class_numbers(targets, len(points))
    colors = _value_colors(targets, len(points)) if classes is None else [class_color(number) for number in classes]
    shapes = classes or [0] * len(points)
    points, colors, shapes = points[::step, :2], colors[::step], shapes[::step]
    good: NDArray[np.bool_] = np.all(np.isfinite(points), axis=1)
    if not good.any():
        return None
    low, high = points[good].min(axis=0), points[good].max(axis=0)
    span = float((high - low).max()) or 1.0
    places = ((points - (low + high) / 2) / span * 0.86 + 0.5) * side
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    radius = side * next(share for most, share in RADII if len(points) <= most)
    for (x, y), color, shape, kept in zip(places, colors, shapes, good, strict=True):
        if kept:
            painter.setBrush(color)
            draw_marker(painter, shape, QPointF(x, side - y), radius)
    painter.end()
    return image


def _class_numbers(targets: NDArray[np.number] | None, count: int) -> list[int] | None:
    """The class of every point; None where the targets are no classes."""
    if targets is None or len(targets) != count:
        return None
    values = np.nan_to_num(np.asarray(targets, dtype=np.float64).reshape(count, -1)[:, 0])
    if not np.array_equal(values, values.round()) or len(np.unique(values)) > len(CLASS_COLORS):
        return None
    numbers = np.unique(values, return_inverse=True)[1]
    whole = values.astype(int) if values.min() >= 0 and values.max() < len(CLASS_COLORS) else numbers
    return [int(number) for number in whole]


def _value_colors(targets: NDArray[np.number] | None, count: int) -> list[QColor]:
    if targets is None or len(targets) != count:
        return [QColor(POSITIVE)] * count
    values = np.nan_to_num(np.asarray(targets, dtype=np.float64).reshape(count, -1)[:, 0])
    largest = float(np.abs(values).max()) or 1.0
    levels = np.clip((values / largest + 1.0) * 127.5, 0, 255).astype(int)
    return [QColor.fromRgb(int(SIGNED[level])) for level in levels]


def curve_path(values: Sequence[float], area: QRectF) -> QPainterPath:
    """The values as a line that fills the area; gaps where a value is not finite."""
    path = QPainterPath()
    finite = [value for value in values if math.isfinite(value)]
    if len(finite) < 2:
        return path
    low, high = min(finite), max(finite)
    span = (high - low) or 1.0
    pen_down = False
    for number, value in enumerate(values):
        if not math.isfinite(value):
            pen_down = False
            continue
        x = area.left() + area.width() * number / (len(values) - 1)
        y = area.bottom() - area.height() * (value - low) / span
        path.lineTo(x, y) if pen_down else path.moveTo(x, y)
        pen_down = True
    return path


def curve_pen(color: QColor) -> QPen:
    """The pen of a curve in a card."""
    return QPen(color, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
