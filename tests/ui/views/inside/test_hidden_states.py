"""The view of hidden states: what is where, what it says, and which example it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor

from playground.analysis.inside.hidden_states import HiddenStates
from playground.ui.views.inside.hidden_states import HiddenStatesView
from playground.ui.widgets.drawing import magnitude_table
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME
from tests.ui.views.results_hidden import plain_states, states, word_states


@pytest.fixture(autouse=True)
def light_theme(qapp: Any) -> Iterator[None]:
    THEME.use("light")
    yield
    THEME.use("light")


def shown(qtbot: Any, result: HiddenStates, size: QSize | None = None) -> HiddenStatesView:
    view = HiddenStatesView()
    qtbot.addWidget(view)
    view.resize(size or QSize(640, 500))
    view.show()
    view.show_result(result)
    view.settle()
    return view


def place(view: HiddenStatesView, number: int, unit: int, step: int) -> QPointF:
    """The middle of one cell of one map, both counted from 0."""
    area = view.canvas.area(number)
    units, steps = view.canvas.maps[number].values.shape
    return QPointF(area.left() + (step + 0.5) * area.width() / steps, area.top() + (unit + 0.5) * area.height() / units)


def color_at(view: HiddenStatesView, number: int, unit: int, step: int) -> QColor:
    return view.canvas.grab().toImage().pixelColor(place(view, number, unit, step).toPoint())


def test_time_runs_to_the_right_and_colours_tell_sign_and_gate(qtbot: Any) -> None:
    view = shown(qtbot, states())
    assert color_at(view, 0, 0, 0) == QColor(POSITIVE)
    assert color_at(view, 1, 2, 11) == QColor(NEGATIVE)
    ends = [QColor(*magnitude_table()[end].tolist()) for end in (-1, 0)]
    assert [color_at(view, 2, unit, 5) for unit in (0, 1)] == ends


def test_the_readout_names_unit_step_token_and_value(qtbot: Any) -> None:
    view = shown(qtbot, states())
    assert view.canvas.words_at(place(view, 1, 3, 0)) == "Cell, unit 4, step 1 (A): 3.00"
    assert view.canvas.words_at(place(view, 2, 0, 10)) == "Forget gate, unit 1, step 11 (C): 1.00"
    assert view.canvas.words_at(QPointF(1, 1)) == ""
    numbers = shown(qtbot, plain_states())
    assert numbers.canvas.words_at(place(numbers, 0, 0, 1)) == "Hidden state, unit 1, step 2: 0.841"


def test_the_words_below_say_block_answer_and_truth(qtbot: Any) -> None:
    view = shown(qtbot, states())
    assert [entry.text for entry in view.legend.entries] == [
        "LSTM", "✓ says A, 93%", "positive", "negative", "gates: 0 shut, 1 open",
    ]  # fmt: skip
    view.show_result(word_states())
    assert view.legend.entries[1].text == "✗ says good, 71%; it is bad"
    view.show_result(plain_states())
    assert [entry.text for entry in view.legend.entries] == ["Simple RNN", "positive", "negative"]


def test_another_example_is_asked_for_and_showing_one_asks_for_nothing(qtbot: Any) -> None:
    view = HiddenStatesView()
    qtbot.addWidget(view)
    with qtbot.assertNotEmitted(view.example_chosen):
        view.show_result(states())
    assert (view.example_box.value(), view.example_box.maximum()) == (3, 30)
    assert "30 test examples" in view.example_box.toolTip()
    with qtbot.waitSignal(view.example_chosen) as chosen:
        view.example_box.stepUp()
    assert chosen.args == [3]


def test_one_kind_of_values_can_be_chosen_and_stays_chosen_while_it_is_there(qtbot: Any) -> None:
    view = shown(qtbot, states())
    assert [view.map_box.itemText(row) for row in range(4)] == ["All", "Hidden state", "Cell", "Forget gate"]
    view.map_box.setCurrentIndex(3)
    assert [one.name for one in view.canvas.maps] == ["forget"]
    view.show_result(states(steps=9))
    assert [one.name for one in view.canvas.maps] == ["forget"]
    view.show_result(word_states())
    assert [one.name for one in view.canvas.maps] == ["hidden", "update"]


def test_maps_stand_side_by_side_where_there_is_room_and_scroll_where_there_is_none(qtbot: Any) -> None:
    wide = shown(qtbot, states(), QSize(1400, 400))
    assert wide.canvas.area(0).top() == wide.canvas.area(1).top()
    low = shown(qtbot, states(units=30), QSize(300, 200))
    assert low.canvas.area(1).top() > low.canvas.area(0).bottom()
    assert low.canvas.height() > low.height() and low.picture_widget() is low.canvas


def test_long_words_are_written_upright_and_have_their_room(qtbot: Any) -> None:
    letters, words = shown(qtbot, states(), QSize(500, 300)), shown(qtbot, word_states(), QSize(500, 300))

    def below(view: HiddenStatesView) -> float:
        return view.canvas.minimumSizeHint().height() / len(view.canvas.maps)

    assert below(words) > below(letters) + 40
