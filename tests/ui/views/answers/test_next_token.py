"""The text view: what it asks for, how the text grows, and how to begin again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt

from playground.analysis.answers.next_token import NextTokenAnalysis
from playground.ui.views.answers.next_token import GROWTH, NextTokenView, drawn_pale, spoken
from playground.ui.widgets.theme import THEME
from tests.ui.views.results_text import next_token


@pytest.fixture
def view(qtbot: Any) -> NextTokenView:
    view = NextTokenView()
    qtbot.addWidget(view)
    view.resize(520, 320)
    view.show()
    return view


def asked(view: NextTokenView) -> NextTokenAnalysis:
    wanted = view.wanted()
    assert isinstance(wanted, NextTokenAnalysis)
    return wanted


def test_it_asks_for_a_text_after_the_prompt_at_the_temperature(view: NextTokenView, qtbot: Any) -> None:
    with qtbot.waitSignal(view.wanted_changed):
        view.temperature.setValue(30)
    assert asked(view).temperature == 1.5 and asked(view).prompt == "the "
    view.show_result(next_token())
    assert view.page.toPlainText() == "the snake sleeps"
    assert [entry.text for entry in view.legend.entries] == [
        "at temperature 1.5", "as learned", "unsure between 3.0 characters"
    ]  # fmt: skip


def test_the_text_grows_by_its_own_words(view: NextTokenView) -> None:
    view.grow_box.setChecked(True)
    view.show_result(next_token())
    assert asked(view).prompt == "the snake sleeps" and asked(view).length == GROWTH
    before = asked(view).draw
    view.show_result(next_token())
    assert view.page.toPlainText() == "the snake sleepssnake sleeps" and asked(view).draw == before + 1


def test_return_begins_again_with_another_prompt(view: NextTokenView, qtbot: Any) -> None:
    view.grow_box.setChecked(True)
    view.show_result(next_token())
    view.prompt.setText("a class ")
    with qtbot.waitSignal(view.wanted_changed):
        qtbot.keyClick(view.prompt, Qt.Key.Key_Return)
    assert asked(view).prompt == "a class " and asked(view).draw == 0


def test_a_written_text_is_never_taken_for_markup(view: NextTokenView) -> None:
    view.show_result(replace(next_token(), prompt="<b>", continuation="x</b>"))
    assert view.page.toPlainText() == "<b>x</b>"


def test_blanks_can_be_seen() -> None:
    assert [spoken(token) for token in (" ", "\n", "a")] == ["␣", "↵", "a"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_the_network_itself_says_is_seen_on_the_panel(theme: str) -> None:
    THEME.use(theme)
    try:
        assert abs(drawn_pale().lightnessF() - THEME.color("panel").lightnessF()) > 0.1
    finally:
        THEME.use("light")
