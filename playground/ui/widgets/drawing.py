"""What all views share in drawing: colour tables, arrays as pictures, readable text on any colour, numbers as words."""

from __future__ import annotations

import functools
import math

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from playground.ui.widgets.theme import CLASS_COLORS, MIDDLE, NEGATIVE, POSITIVE
from playground.ui.widgets.theme import class_color as class_color
from playground.ui.widgets.theme import class_symbol as class_symbol

pg.setConfigOptions(imageAxisOrder="row-major", antialias=False, useOpenGL=False)

SHADES = 256
DARK_INK, LIGHT_INK = "#10151b", "#ffffff"

Colors = NDArray[np.uint8]
"""RGB colours, (..., 3)."""


def rgb(color: str) -> NDArray[np.float64]:
    """A hex colour as three numbers from 0 to 255."""
    shown = QColor(color)
    return np.array([shown.red(), shown.green(), shown.blue()], dtype=np.float64)


@functools.cache
def signed_table(count: int = SHADES) -> Colors:
    """Orange, light grey, blue in so many steps, (count, 3): for values from -limit to +limit.

    With an odd count, zero has a step of its own.
    """
    places = np.linspace(-1.0, 1.0, count)[:, None]
    ends = np.where(places < 0, rgb(NEGATIVE), rgb(POSITIVE))
    return np.round(rgb(MIDDLE) + (ends - rgb(MIDDLE)) * np.abs(places)).astype(np.uint8)


@functools.cache
def magnitude_table() -> Colors:
    """Viridis in 256 steps, (256, 3): for magnitudes from 0 up."""
    return np.asarray(pg.colormap.get("viridis").getLookupTable(nPts=SHADES, alpha=False), dtype=np.uint8)


@functools.cache
def class_table(count: int) -> Colors:
    """The colours of the classes, (count, 3); they repeat after twelve."""
    return np.array([rgb(CLASS_COLORS[number % len(CLASS_COLORS)]) for number in range(count)]).astype(np.uint8)


def shades(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.uint8]:
    """Values to places in a colour table of 256; what is not finite goes to the middle."""
    width = high - low if high > low else 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        places = (values - low) * ((SHADES - 1) / width)
    colors: NDArray[np.uint8] = np.clip(np.nan_to_num(places, nan=SHADES / 2), 0, SHADES - 1).astype(np.uint8)
    return colors


def class_shading(probabilities: NDArray[np.float32], strength: float = 1.0) -> Colors:
    """(h, w, k) probabilities to (h, w, 3) colours: the likeliest class, the paler the less sure.

    A guess (1 / k for all) is grey, certainty has the colour of the class in full `strength`.
    """
    count = probabilities.shape[-1]
    winner = probabilities.argmax(axis=-1)
    best = np.nan_to_num(probabilities.max(axis=-1), nan=1.0 / count)
    sureness = np.clip((best - 1.0 / count) / (1.0 - 1.0 / count), 0.0, 1.0)[..., None]
    full = class_table(count)[winner].astype(np.float32)
    middle = rgb(MIDDLE).astype(np.float32)
    colors: Colors = np.round(middle + (full - middle) * (sureness * strength)).astype(np.uint8)
    return colors


def image(colors: Colors) -> QImage:
    """An (h, w, 3) array as a picture that owns its memory."""
    whole = np.ascontiguousarray(colors)
    height, width = whole.shape[:2]
    return QImage(whole.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def greys(picture: NDArray[np.float32]) -> QImage:
    """An example picture (h, w) or (h, w, 3) with brightness from 0 to 1."""
    bright = np.round(np.clip(picture, 0.0, 1.0) * 255).astype(np.uint8)
    return image(np.repeat(bright[..., None], 3, axis=2) if bright.ndim == 2 else bright)


def ink_on(color: QColor) -> QColor:
    """Black or white, whichever reads better on a colour."""
    luminance = 0.299 * color.redF() + 0.587 * color.greenF() + 0.114 * color.blueF()
    return QColor(DARK_INK if luminance > 0.55 else LIGHT_INK)


def number_words(value: float) -> str:
    """A number with three digits that count, as one reads it aloud."""
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        digits = max(0, 2 - math.floor(math.log10(abs(value))))
        return f"{value:,.{digits}f}".replace("-", "−")
    return f"{value:.2g}".replace("-", "−")
