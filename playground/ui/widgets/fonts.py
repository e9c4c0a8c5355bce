"""The program's own typefaces, so that the window looks the same on every system."""

from __future__ import annotations

import functools

from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

from playground.paths import RESOURCES

SANS, MONO = "Playground Sans", "Playground Mono"
"""Families in `resources/fonts`; both have a regular and a bold weight, and figures of one width."""


def register_fonts() -> None:
    """Make the families known to Qt, once; takes 5 to 10 ms. Does nothing before there is an application."""
    if QGuiApplication.instance() is not None:
        _register()


@functools.cache
def _register() -> None:
    for path in sorted((RESOURCES / "fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))


def house_font(pixels: int, *, bold: bool = False, mono: bool = False) -> QFont:
    """The font of the window; what it has no sign for comes from the fonts of the system."""
    register_fonts()
    return QFont(_house_font(pixels, bold, mono))


@functools.lru_cache(maxsize=256)
def _house_font(pixels: int, bold: bool, mono: bool) -> QFont:
    font = QFont(MONO if mono else SANS)
    font.setStyleHint(QFont.StyleHint.Monospace if mono else QFont.StyleHint.SansSerif)
    # Letters keep their shapes and distances; hinted, words would grow by four in a hundred.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setPixelSize(pixels)
    font.setBold(bold)
    return font
