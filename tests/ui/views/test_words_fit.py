"""No word of a view is cut at the size that it has in a window of 1280 x 720."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QStyle, QStyleOptionComboBox, QWidget

from playground.ui.views.base import View
from playground.ui.views.panel import ViewPanel
from playground.ui.widgets import labels
from playground.ui.widgets.theme import THEME
from tests.ui.views.test_every_view import CASES

IN_A_SMALL_WINDOW = QSize(364, 322)
NAMES_FROM_DATA = "a rather long name", "disappointment"
"""They may be of any length, and are shortened in the middle, or at the end."""


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words that were painted with an ellipsis."""
    found: list[str] = []
    shorten = labels.shortened

    def noted(metrics: Any, text: str, mode: Any, room: float) -> str:
        found.append(text)
        return shorten(metrics, text, mode, room)

    monkeypatch.setattr(labels, "shortened", noted)
    return found


def too_narrow(widget: QWidget) -> str:
    """The words of a widget that has less room than they need; empty when all is well."""
    measure = QFontMetrics(widget.font()).horizontalAdvance
    if isinstance(widget, QComboBox):
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = widget.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, widget)
        return widget.currentText() if measure(widget.currentText()) > room.width() - 2 else ""
    if isinstance(widget, QLabel) and not widget.wordWrap() and widget.textFormat() == Qt.TextFormat.PlainText:
        return widget.text() if max(map(measure, widget.text().split("\n"))) > widget.width() else ""
    if isinstance(widget, QAbstractButton):
        return widget.text() if measure(widget.text()) > widget.width() else ""
    return ""


@pytest.mark.parametrize(
    ("view_class", "make"), CASES, ids=[f"{view.__name__}-{make.__name__}" for view, make in CASES]
)
def test_no_word_is_cut(qtbot: Any, cut: list[str], view_class: type[View], make: Callable[[], Any]) -> None:
    THEME.use("dark")
    panel = ViewPanel(view_class())
    qtbot.addWidget(panel)
    panel.resize(IN_A_SMALL_WINDOW)
    panel.show()
    panel.view.show_result(make())
    panel.view.settle()
    QApplication.processEvents()
    cut.clear()
    panel.grab()
    assert [words for words in cut if not words.startswith(NAMES_FROM_DATA)] == []
    widgets = [widget for widget in panel.findChildren(QWidget) if widget.isVisible()]
    assert [words for widget in widgets if (words := too_narrow(widget))] == []
