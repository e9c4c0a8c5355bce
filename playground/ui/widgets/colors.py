"""Colours as numbers, and one colour laid thinly over another."""

from __future__ import annotations

from PySide6.QtGui import QColor


def channels(color: QColor | str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255."""
    shown = QColor(color)
    return shown.red(), shown.green(), shown.blue()


def mixed(color: QColor | str, ground: QColor | str, share: float) -> QColor:
    """How a colour looks on a ground in this opacity, 0 to 1; the result itself is opaque."""
    parts = zip(channels(color), channels(ground), strict=True)
    return QColor(*(round(share * over + (1.0 - share) * under) for over, under in parts))
