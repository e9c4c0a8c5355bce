"""Colours: text that can be read in every theme, and classes that a colour-blind person tells apart."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QSettings

from playground.data.points.shapes import CLASS_NAMES
from playground.ui.widgets.drawing import class_table
from playground.ui.widgets.theme import CLASS_COLORS, CLASS_SYMBOLS, THEME, class_color, class_symbol
from playground.ui.widgets.tokens import DARK, STRONG_DARK, STRONG_LIGHT, TABLES, Tokens

VISION = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB."""
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(color: str) -> np.ndarray:
    shown = np.array([int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)


def lab(color: str, vision: str) -> np.ndarray:
    seen = np.clip(np.asarray(VISION[vision]) @ linear(color), 0, 1)
    x, y, z = (
        np.cbrt(value) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116
        for value in XYZ @ seen / XYZ.sum(axis=1)
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def ciede2000(one: np.ndarray, other: np.ndarray) -> float:
    """Sharma, Wu and Dalal (2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    grow = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25.0**7))
    c1, c2 = np.hypot(grow * a1, b1), np.hypot(grow * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, grow * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    gap = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    dl, dc, dh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(gap) / 2)
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue = h1 + h2 if not c1 * c2 else (h1 + h2) / 2 + (180 if abs(h1 - h2) > 180 else 0)
    turns = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    t = 1 + sum(size * np.cos(np.radians(times * hue + plus)) for size, times, plus in turns)
    sl = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    turn = 30 * np.exp(-((((hue % 360) - 275) / 25) ** 2))
    rt = -np.sin(np.radians(2 * turn)) * 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    return float(np.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * dc / sc * dh / sh))


def least_difference(colors: tuple[str, ...], vision: str) -> float:
    seen = [lab(color, vision) for color in colors]
    return min(ciede2000(one, other) for one, other in combinations(seen, 2))


def contrast(one: str, other: str) -> float:
    dark, light = sorted(float(linear(color) @ (0.2126, 0.7152, 0.0722)) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
        ((50.0, 2.49, -0.001), (50.0, -2.49, 0.0009), 7.1792),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_is_that_of_the_published_pairs(one, other, difference: float) -> None:
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(difference, abs=1e-4)


@pytest.mark.parametrize("vision", VISION)
def test_twelve_classes_can_be_told_apart(vision: str) -> None:
    assert len(CLASS_COLORS) == 12
    assert CLASS_COLORS[:2] == ("#f59322", "#0877bd"), "those of signed values"
    assert least_difference(CLASS_COLORS, vision) >= 11
    assert least_difference(CLASS_COLORS[:5], vision) >= 14


@pytest.mark.parametrize("tokens", TABLES.values(), ids=map(str, TABLES))
@pytest.mark.parametrize("vision", VISION)
def test_the_parts_can_be_told_apart(tokens: Tokens, vision: str) -> None:
    assert least_difference((tokens.train, tokens.validation, tokens.test), vision) >= 10


def test_each_class_has_its_own_pair_of_colour_and_shape() -> None:
    pairs = {(class_color(number).name(), class_symbol(number)) for number in range(156)}
    assert len(pairs) == 156
    assert len(set(CLASS_SYMBOLS)) == len(CLASS_SYMBOLS) > 12
    table = class_table(14)
    assert len(np.unique(table[:12], axis=0)) == 12
    assert (table[12:] == table[:2]).all()


def test_classes_named_after_colours_have_them() -> None:
    hues = dict(zip(CLASS_NAMES, map(class_color, range(len(CLASS_NAMES))), strict=True))
    ranges = {"orange": (20, 45), "blue": (190, 240), "green": (80, 160), "purple": (250, 290), "red": (335, 360),
              "brown": (25, 45), "pink": (320, 360)}  # fmt: skip
    for name, (low, high) in ranges.items():
        assert low <= hues[name].hsvHue() <= high, name
    assert hues["grey"].hsvSaturation() == 0


@pytest.mark.parametrize(("key", "tokens"), TABLES.items(), ids=map(str, TABLES))
def test_text_can_be_read_on_every_ground(key: tuple[str, bool], tokens: Tokens) -> None:
    least = 7 if key[1] else 4.5
    texts = ("text", "secondary", "accent", "error", "warning", "good", "train", "validation", "test", "backward")
    for ground in ("page", "panel", "canvas", "field", "hover"):
        for text in texts:
            ratio = contrast(getattr(tokens, text), getattr(tokens, ground))
            assert ratio >= least, (text, ground)
    assert contrast(tokens.accent_text, tokens.accent) >= least
    assert contrast(tokens.note_text, tokens.note) >= least
    if key[1]:
        assert contrast(tokens.line, tokens.panel) >= 4.5, "frames, too"


def test_high_contrast_goes_with_light_and_dark(qapp) -> None:
    try:
        THEME.use("light")
        THEME.use_contrast(True)
        assert THEME.tokens is STRONG_LIGHT
        THEME.use("dark")
        assert THEME.tokens is STRONG_DARK
        THEME.use_contrast(False)
        assert THEME.tokens is DARK
    finally:
        THEME.strong = False
        THEME.use("light")
    assert not QSettings().contains("high-contrast")
