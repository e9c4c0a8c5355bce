"""The program's own typefaces: known to Qt, with figures of one width, and in every installed package."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from PySide6.QtGui import QFontDatabase, QFontInfo, QFontMetricsF, QRawFont
from PySide6.QtWidgets import QLabel

from playground.paths import RESOURCES
from playground.ui.widgets.fonts import MONO, SANS, house_font, register_fonts
from playground.ui.widgets.theme import THEME

DRAWN = "äöüßéñ αβγδεηθλμπρσφψω ΔΣΩ Жд ₀₁₂₃ ⁰¹²³ −±×÷√∞≤≥≈∂ ←→ …·•“”’–— ‖ ½ ✓"
"""Signs that labels and axes use; a few rarer ones are left to the fonts of the system."""


@pytest.mark.parametrize(("mono", "family"), [(False, SANS), (True, MONO)])
@pytest.mark.parametrize("bold", [False, True])
def test_the_window_has_fonts_of_its_own(qapp, mono: bool, family: str, bold: bool) -> None:
    font = house_font(13, bold=bold, mono=mono)
    info = QFontInfo(font)
    assert (info.family(), info.pixelSize(), info.bold()) == (family, 13, bold)
    assert len({QFontMetricsF(font).horizontalAdvance(figure) for figure in "0123456789"}) == 1


def test_they_have_the_signs_that_are_drawn(qapp) -> None:
    raw = QRawFont.fromFont(house_font(13))
    assert [sign for sign in DRAWN if not raw.supportsCharacter(ord(sign))] == []


def test_labels_use_them_at_every_scale(qtbot) -> None:
    try:
        THEME.set_scale(1.5)
        label = QLabel("words")
        qtbot.addWidget(label)
        assert QFontInfo(label.font()).family() == SANS
        assert label.font().pixelSize() == 20
    finally:
        THEME.set_scale(1.0)


def test_registering_twice_adds_nothing(qapp) -> None:
    register_fonts()
    styles = QFontDatabase.styles(SANS)
    register_fonts()
    assert sorted(QFontDatabase.styles(SANS)) == sorted(styles) == ["Bold", "Regular"]


def test_the_package_takes_fonts_and_licences_along() -> None:
    table = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    assert table["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]["resources"] == "playground/_resources"
    names = {path.name for path in (RESOURCES / "fonts").iterdir()}
    assert {"Inter-OFL.txt", "JetBrainsMono-OFL.txt", "Inter-Regular.ttf", "JetBrainsMono-Regular.ttf"} <= names
