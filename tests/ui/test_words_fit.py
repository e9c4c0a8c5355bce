"""Words of the frame: whole where there is room, and fewer of them where there is not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from playground.training.metrics.words import metric_words
from playground.ui.shell.message_bar import MessageBar
from playground.ui.shell.top_bar import TopBar
from playground.ui.widgets.labels import elided
from playground.ui.widgets.theme import THEME

TITLES = {"a": "Loss of tanh", "b": "MASE of AR(9)", "c": "Digit", "d": "Error of the day"}


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("test_accuracy.a", "test accuracy of tanh"),
        ("train_loss.a", "train loss of tanh"),
        ("test_mase.b", "test MASE of AR(9)"),
        ("test_accuracy.c", "test accuracy of Digit"),
        ("test_accuracy.d", "test accuracy of Error of the day"),
        ("test_r2", "test R²"),
    ],
)
def test_a_metric_is_not_named_twice(metric: str, words: str) -> None:
    assert metric_words(metric, TITLES) == words


@pytest.mark.parametrize("bold", [False, True])
def test_a_text_is_whole_in_the_width_that_it_is_said_to_have(qapp: object, bold: bool) -> None:
    measure = QFontMetrics(THEME.font(bold=bold))
    for words in ("Dense 1", "Hidden 1 !", "Output", "Attention, head 1"):
        room = measure.horizontalAdvance(words)
        assert elided(measure, words, Qt.TextElideMode.ElideRight, room) == words
        assert elided(measure, words, Qt.TextElideMode.ElideRight, room - 2) != words


def test_a_long_title_costs_the_words_of_the_buttons_before_its_own_end(qtbot) -> None:
    bar = TopBar(*(QAction(words) for words in ("Play", "Step", "Epoch", "Rewind", "Present")))
    qtbot.addWidget(bar)
    bar.show_title("Annealing in a double well •")
    bar.resize(1280, bar.sizeHint().height())
    bar.show()
    qtbot.waitExposed(bar)
    assert bar.title.width() >= bar.title.sizeHint().width()


def test_a_number_that_is_none_takes_no_room(qtbot) -> None:
    bar = TopBar(*(QAction(words) for words in ("Play", "Step", "Epoch", "Rewind", "Present")))
    qtbot.addWidget(bar)
    bar.show_quality({"train_r2": float("nan")})
    assert not bar.figures["quality"].there, "R² of a single example"
    bar.watch("test_r2", "test R²")
    bar.show_quality({"test_r2": float("nan")})
    assert bar.figures["quality"].there, "but it is the goal"


@pytest.mark.parametrize("text", ["Saved.", "It cannot be opened.\nline 3: missing", "word " * 80])
def test_a_message_has_the_height_of_its_words(qtbot, text: str) -> None:
    THEME.use("dark")
    whole = QWidget()
    qtbot.addWidget(whole)
    page = QWidget(whole)
    page.setGeometry(0, 0, 700, 400)
    bar = MessageBar(page)
    whole.resize(700, 400)
    whole.show()
    bar.tell(text, [("Choose another", lambda: None)])
    qtbot.waitUntil(lambda: bar.width() > 600)
    label = next(label for label in bar.findChildren(QLabel) if label.text() == text)
    assert label.heightForWidth(label.width()) <= label.height()
    assert all(bar.rect().contains(button.geometry()) for button in bar.findChildren(QPushButton))
