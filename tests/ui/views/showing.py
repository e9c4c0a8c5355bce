"""A view in a window of its own, with a result."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget


def shown(qtbot: Any, view: QWidget, result: Any, width: int = 460, height: int = 340) -> Any:
    """The view with the result drawn."""
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    view.show_result(result)
    view.settle()
    return view


def active(qtbot: Any, view: QWidget, result: Any, width: int = 460, height: int = 340) -> Any:
    """The same in the active window, so that it may have the focus."""
    with qtbot.waitActive(view):
        shown(qtbot, view, result, width, height)
        view.activateWindow()
    return view
