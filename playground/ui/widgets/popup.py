"""Menus made for one choice, and gone after it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QMenu, QWidget


def choose(names: Sequence[str], present: str, below: QWidget) -> str:
    """Let a person choose one of some names in a menu below a button; empty when nothing was chosen."""
    menu = QMenu(below)
    for name in names:
        action = menu.addAction(name)
        action.setCheckable(True)
        action.setChecked(name == present)
    chosen = menu.exec(below.mapToGlobal(below.rect().bottomLeft()))
    words = chosen.text() if chosen is not None else ""
    menu.deleteLater()
    return words
