"""Switching the theme: what it costs, and that all of it arrives."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from playground.ui.widgets.theme import THEME
from playground.ui.widgets.tokens import DARK, LIGHT

DEPTH = 12


class Events(QObject):
    """Counts the events of one widget by kind."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.counts: Counter[QEvent.Type] = Counter()
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.counts[event.type()] += 1
        return False


@pytest.fixture
def label(qtbot):
    """A label that lies in twelve widgets, in the light theme."""
    THEME.use("light")
    outermost = holder = QWidget()
    qtbot.addWidget(outermost)
    for _ in range(DEPTH):
        inner = QWidget()
        QVBoxLayout(holder).addWidget(inner)
        holder = inner
    label = QLabel("words", holder)
    label.setProperty("role", "error")
    outermost.show()
    yield label
    THEME.use("light")


def test_a_switch_styles_a_widget_as_often_however_deep_it_lies(label: QLabel) -> None:
    events = Events(label)
    THEME.use("dark")
    assert 1 <= events.counts[QEvent.Type.StyleChange] <= 4


def test_the_same_theme_again_styles_nothing(label: QLabel) -> None:
    events = Events(label)
    THEME.use("light")
    assert not events.counts[QEvent.Type.StyleChange]


def test_colours_and_text_size_arrive(label: QLabel) -> None:
    assert label.palette().windowText().color().name() == LIGHT.error
    THEME.use("dark")
    assert label.palette().windowText().color().name() == DARK.error
    assert QApplication.palette().window().color().name() == DARK.page
    try:
        THEME.set_scale(1.5)
        assert label.font().pixelSize() == 20
    finally:
        THEME.set_scale(1.0)
    assert label.font().pixelSize() == 13
