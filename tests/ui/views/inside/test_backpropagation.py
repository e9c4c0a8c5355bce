"""Stepping through backpropagation: buttons, keys, the list, the tree, and what is written on the canvas."""

from __future__ import annotations

import re
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from playground.ui.views.inside.backpropagation import BackpropagationView
from playground.ui.widgets.canvas_notes import NO_NOTES, CanvasNotes
from playground.ui.widgets.theme import THEME
from tests.ui.views.results_backpropagation import convolved, over_time, two_ways, wide


@pytest.fixture
def view(qtbot: Any) -> BackpropagationView:
    view = BackpropagationView()
    qtbot.addWidget(view)
    view.resize(1000, 400)
    view.show()
    view.show_result(two_ways())
    return view


def plain(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html.replace("<br>", "\n")).replace("\N{NO-BREAK SPACE}", " ")


def press(view: BackpropagationView, key: Qt.Key) -> None:
    QTest.keyClick(view, key)


def test_keys_and_buttons_go_from_step_to_step_and_stop_at_the_ends(view: BackpropagationView) -> None:
    last = len(two_ways().steps) - 1
    assert view.where.text() == "Forward 1 of 8" and not view.buttons["Previous"].isEnabled()
    press(view, Qt.Key.Key_Left)
    assert view.step == 0
    press(view, Qt.Key.Key_Right)
    view.buttons["Next"].click()
    assert view.step == 2 and view.slider.value() == 2 and view.list.currentRow() == 2
    press(view, Qt.Key.Key_End)
    assert view.step == last and not view.buttons["Next"].isEnabled()
    assert view.where.text().startswith("Update 3 of 3")
    press(view, Qt.Key.Key_Right)
    assert view.step == last
    press(view, Qt.Key.Key_Home)
    assert view.step == 0


def test_the_slider_and_the_list_go_to_a_step_and_say_its_way(view: BackpropagationView) -> None:
    view.slider.setValue(8)
    assert view.where.text() == "Backward 1 of 7" and view.list.currentRow() == 8
    view.list.setCurrentRow(1)
    assert view.step == 1 and view.slider.value() == 1
    assert plain(view.text.title.text()).startswith("→ Forward")


def test_a_step_shows_its_formula_and_its_numbers(view: BackpropagationView) -> None:
    view.go_to(1)
    step = two_ways().steps[1]
    assert plain(view.text.lines.text()).split("\n") == list(step.lines)
    assert view.text.formula.accessibleName() == f"Formula {step.formula}"
    assert THEME.tokens.accent in view.text.lines.text()
    view.go_to(8)
    assert THEME.tokens.backward in view.text.lines.text()


def test_playing_goes_to_the_end_and_stops(view: BackpropagationView, qtbot: Any) -> None:
    view.last()
    view.previous()
    view.speeds.setCurrentIndex(2)
    press(view, Qt.Key.Key_Space)
    assert view.playing
    qtbot.waitUntil(lambda: not view.playing)
    assert view.step == len(two_ways().steps) - 1
    view.buttons["Play"].click()
    assert view.playing and view.step == 0, "at the end it starts again"
    view.hide()
    assert not view.playing


def test_the_tree_opens_branch_by_branch_and_its_products_add_up(view: BackpropagationView) -> None:
    chain = two_ways().chain
    root = view.tree.topLevelItem(0)
    assert root.text(0) == f"∂L/∂{chain.nodes[0].symbol}"
    item = root
    while item.childCount() == 1:
        item = item.child(0)
    assert item.childCount() == 3, "the output of the first layer goes into two units and into the sum"
    products = [float(item.child(row).text(1).replace("−", "-")) for row in range(item.childCount())]
    node = next(node for node in chain.nodes if len(node.links) == 3)
    assert sum(products) == pytest.approx(node.gradient, abs=1e-4)
    assert item.child(0).childCount() == 0
    item.child(0).setExpanded(True)
    assert item.child(0).childCount() >= 1


def test_what_was_opened_stays_open_for_new_numbers(view: BackpropagationView) -> None:
    root = view.tree.topLevelItem(0)
    root.child(0).setExpanded(False)
    view.digits.setValue(3)
    view.show_result(two_ways())
    root = view.tree.topLevelItem(0)
    assert root.isExpanded() and not root.child(0).isExpanded()
    assert len(root.text(1).replace("−", "").replace("0.", "").lstrip("0")) <= 3


def test_another_weight_and_more_digits_are_asked_for(view: BackpropagationView, qtbot: Any) -> None:
    row = [weight for _, weight in two_ways().choices].index(("last.weight", (0, 1)))
    with qtbot.waitSignal(view.wanted_changed):
        view.weights.activated.emit(row)
    with qtbot.waitSignal(view.wanted_changed):
        view.digits.setValue(8)
    wanted: Any = view.wanted()
    assert (wanted.weight, wanted.index, wanted.digits) == ("last.weight", (0, 1), 8)


def test_another_example_is_chosen_for_all_views(qtbot: Any) -> None:
    view = BackpropagationView()
    qtbot.addWidget(view)
    view.show_result(wide())
    with qtbot.waitSignal(view.example_chosen) as blocker:
        view.examples.setValue(4)
    assert blocker.args == [3]


def test_the_canvas_gets_the_numbers_as_far_as_the_steps_have_come(view: BackpropagationView) -> None:
    told: list[CanvasNotes] = []
    view.canvas_notes_wanted.connect(told.append)
    view.go_to(1)
    assert {(key.source, key.target) for key in told[-1].wires} == {("data", "first"), ("data", "loss")}
    assert told[-1].marked == {"first"} and told[-1].tone == "accent"
    view.last()
    notes = {(key.source, key.target): [note.way for note in notes] for key, notes in told[-1].wires.items()}
    assert notes["data", "first"] == ["forward"] and notes["first", "sum"] == ["forward", "backward"]
    view.go_to(next(number for number, step in enumerate(two_ways().steps) if step.way == "backward"))
    fresh = {key.target for key, notes in told[-1].wires.items() for note in notes if note.fresh}
    assert fresh == {"loss"} and told[-1].tone == "backward"
    view.show_message("Nothing goes back.")
    assert told[-1] == NO_NOTES


def test_a_narrow_dock_has_the_step_or_the_tree(view: BackpropagationView) -> None:
    assert view.list.isVisible() and view.text.isVisible() and view.tree.isVisible()
    assert not view.chain_button.isVisible()
    view.resize(700, 300)
    assert view.text.isVisible() and view.tree.isVisible() and not view.list.isVisible()
    view.resize(420, 300)
    assert view.text.isVisible() and not view.list.isVisible() and not view.tree.isVisible()
    view.chain_button.click()
    assert view.tree.isVisible() and not view.text.isVisible()


def test_the_same_step_stays_when_new_numbers_come(view: BackpropagationView) -> None:
    view.go_to(5)
    view.show_result(two_ways())
    assert view.step == 5


# Opened blocks ------------------------------------------------------------------------------------------------------


@pytest.fixture
def memory(qtbot: Any) -> BackpropagationView:
    """The LSTM's cell on the way back, at the last of five time steps."""
    view = BackpropagationView()
    qtbot.addWidget(view)
    view.resize(1000, 420)
    view.show()
    view.show_result(over_time())
    titles = [f"{step.way} {step.title}" for step in over_time().steps]
    view.go_to(next(row for row, title in enumerate(titles) if title.startswith("backward") and "Hidden" in title))
    return view


def test_pictures_stand_beside_the_step_and_the_tree_in_their_place(memory: BackpropagationView) -> None:
    assert memory.pictures.isVisible() and memory.choices.isVisible() and not memory.tree.isVisible()
    memory.chain_button.click()
    assert memory.tree.isVisible() and not memory.pictures.isVisible()
    memory.chain_button.click()
    memory.first()
    assert memory.tree.isVisible() and not memory.choices.isVisible(), "the example has nothing to choose"
    memory.go_to(4)
    memory.resize(420, 420)
    assert memory.text.isVisible() and memory.pictures.isVisible() and not memory.tree.isVisible()


@pytest.mark.parametrize(
    ("key", "modifiers", "option", "value"),
    [(Qt.Key.Key_Up, Qt.KeyboardModifier.NoModifier, "time", 3),
     (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier, "unit", None)],
)  # fmt: skip
def test_keys_choose_the_time_step_and_the_unit(
    memory: BackpropagationView, qtbot: Any, key: Qt.Key, modifiers: Qt.KeyboardModifier, option: str, value: int | None
) -> None:
    shown = memory.choices.boxes[option].value()
    if value is None and shown == memory.choices.boxes[option].maximum():
        key = Qt.Key.Key_PageUp
    with qtbot.waitSignal(memory.wanted_changed):
        QTest.keyClick(memory, key, modifiers)
    wanted = getattr(memory.wanted(), option)
    assert wanted == value if value is not None else abs(wanted - (shown - 1)) == 1


def test_a_click_into_a_picture_chooses_what_lies_there(memory: BackpropagationView, qtbot: Any) -> None:
    chain = memory.pictures.pictures[0]
    assert chain.look == "chain" and chain.options == ("", "time")
    tile = memory.pictures.tiles()[0]
    second = QPoint(round(tile.area.left() + tile.area.width() * 0.3), round(tile.area.center().y()))
    with qtbot.waitSignal(memory.wanted_changed):
        QTest.mouseClick(memory.pictures, Qt.MouseButton.LeftButton, pos=second)
    assert memory.wanted().time == 1  # type: ignore[attr-defined]
    QTest.mouseMove(memory.pictures, second + QPoint(1, 0))
    assert "step 2" in memory.pictures.words_at(second.toPointF())


def test_it_goes_through_the_time_steps_by_itself(memory: BackpropagationView, qtbot: Any) -> None:
    memory.choices.boxes["time"].setValue(4)
    QTest.keyClick(memory, Qt.Key.Key_T)
    assert memory.choices.going
    qtbot.waitUntil(lambda: not memory.choices.going)
    assert memory.wanted().time == 4  # type: ignore[attr-defined]
    QTest.keyClick(memory, Qt.Key.Key_T)
    assert memory.choices.going and memory.wanted().time == 0  # type: ignore[attr-defined]
    memory.hide()
    assert not memory.choices.going


def test_the_window_slides_by_keys(qtbot: Any) -> None:
    view = BackpropagationView()
    qtbot.addWidget(view)
    view.resize(1000, 420)
    view.show()
    view.show_result(convolved())
    view.go_to(1)
    rows, columns = view.choices.boxes["row"], view.choices.boxes["column"]
    before = rows.value(), columns.value()
    down = before[0] < rows.maximum()
    right = before[1] < columns.maximum()
    QTest.keyClick(view, Qt.Key.Key_Down if down else Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_Right if right else Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    wanted: Any = view.wanted()
    assert abs(wanted.row + 1 - before[0]) == 1 and abs(wanted.column + 1 - before[1]) == 1
    assert view.step == 1, "the arrow keys alone go from step to step"
    assert view.saved_options() == {"step": 1, "row": wanted.row, "column": wanted.column}
