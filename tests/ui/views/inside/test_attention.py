"""The attention view: which matrix is large, what is read off it, and which example is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt

from playground.ui.views.inside.attention import AttentionCanvas, AttentionView
from playground.ui.views.inside.attention_matrix import Shown, picture
from tests.ui.views.results_attention import four_layers, layer, many_steps, maps, one_matrix_of_words, two_heads


@pytest.fixture
def view(qtbot: Any) -> AttentionView:
    view = AttentionView()
    qtbot.addWidget(view)
    view.resize(600, 360)
    view.show()
    return view


def shown(view: AttentionView, result: Any) -> AttentionCanvas:
    view.show_result(result)
    view.settle()
    return view.canvas


def cell(canvas: AttentionCanvas, row: int, column: int) -> QPointF:
    """The middle of a cell of the large matrix."""
    matrix = canvas.shown
    assert matrix is not None
    area = matrix.area(canvas.plan().matrix)
    step = QPointF(area.width() / matrix.steps, area.height() / matrix.steps)
    return area.topLeft() + QPointF((column + 0.5) * step.x(), (row + 0.5) * step.y())


def test_hovering_reads_the_numbers(view: AttentionView) -> None:
    canvas = shown(view, two_heads())
    assert canvas.words_at(cell(canvas, 2, 2)) == "Attention, head 1: “C” (3) looks at “C” (3): 0.800"
    assert canvas.words_at(cell(canvas, 5, 1)) == "Attention, head 1: “F” (6) looks at “B” (2): 0.0500"
    assert canvas.words_at(canvas.tile(0, 1).center()).startswith("Attention, head 2: ")
    assert canvas.words_at(QPointF(1, canvas.height() - 1)) == ""
    view.scores_box.setChecked(True)
    assert canvas.words_at(cell(canvas, 2, 2)) == "Attention, head 1: “C” (3) at “C” (3): score 2.50"
    assert canvas.words_at(cell(canvas, 2, 5)) == "Attention, head 1: “C” (3) at “F” (6): must not look"
    canvas = shown(view, many_steps())
    assert "step 60 at step 1" in canvas.words_at(cell(canvas, 59, 0))


def test_a_click_or_the_arrow_keys_enlarge_another_matrix(view: AttentionView, qtbot: Any) -> None:
    canvas = shown(view, four_layers())
    assert (canvas.layer, canvas.head) == (2, 0), "that of the node chosen on the canvas"
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.tile(1, 3).center().toPoint())
    assert (canvas.layer, canvas.head) == (1, 3)
    for key, place in ((Qt.Key.Key_Left, (1, 2)), (Qt.Key.Key_Up, (0, 2)), (Qt.Key.Key_Up, (0, 2))):
        qtbot.keyClick(canvas, key)
        assert (canvas.layer, canvas.head) == place
    assert canvas.accessibleName() == "Attention of Attention-1, head 3"
    view.show_result(four_layers())
    assert (canvas.layer, canvas.head) == (0, 2), "a new result leaves the choice alone"
    view.show_result(maps(layer(2), node_chosen := layer(2, node="second"), chosen=node_chosen.node))
    assert (canvas.layer, canvas.head) == (1, 1)
    view.show_result(one_matrix_of_words())
    assert (canvas.layer, canvas.head) == (0, 0)


def test_the_large_matrix_lies_beside_the_small_ones_or_below_them(view: AttentionView) -> None:
    canvas = shown(view, four_layers())
    plan = canvas.plan()
    assert plan.matrix.left() > plan.grid.right()
    view.resize(330, 500)
    view.settle()
    plan = canvas.plan()
    assert plan.matrix.top() > plan.grid.bottom()
    for layers, heads in ((0, 0), (3, 3)):
        assert QRectF(canvas.rect()).contains(canvas.tile(layers, heads))
    assert canvas.plan().grid.isEmpty() == (len(canvas.layers) == 1)
    assert shown(view, one_matrix_of_words()).plan().grid.isEmpty()


def test_the_example_box_asks_for_another_example(view: AttentionView, qtbot: Any) -> None:
    shown(view, two_heads())
    assert (view.example_box.value(), view.example_box.maximum()) == (5, 300)
    with qtbot.waitSignal(view.example_chosen) as caught:
        view.example_box.setValue(7)
    assert caught.args == [6]
    shown(view, one_matrix_of_words())
    assert not view.example_box.isVisible()
    assert view.legend.entries[0].text == "the only example"


def test_colours_are_fixed_and_what_must_not_be_seen_has_none() -> None:
    values = np.array([[0.0, 1.0], [-np.inf, -2.0]], dtype=np.float32)
    weights = Shown("Attention", 0, np.abs(np.nan_to_num(values, neginf=0.5)), (), "weights", 1.0)
    table = weights.colors()
    assert table[0, 0].tolist() == [68, 1, 84] and table[0, 1].tolist()[0] > 240
    scores = Shown("Attention", 0, values, (), "scores", 2.0)
    assert scores.colors()[1, 1].tolist() == [0xF5, 0x93, 0x22]
    assert scores.number(float(values[1, 0]), 2) == "" and scores.number(-2.0, 2) == "−2.00"
    assert picture(scores).width() == 2
    assert scores.ticks()[0] == (1.0, "2.00")


def test_below_stands_what_the_chosen_head_does(view: AttentionView) -> None:
    canvas = shown(view, two_heads())
    first = [entry.text for entry in view.legend.entries]
    canvas.choose(0, 1)
    second = [entry.text for entry in view.legend.entries]
    assert any("on itself" in words for words in first) and any("on 1 ahead" in words for words in second)


def test_arcs_take_the_place_of_the_large_matrix(view: AttentionView) -> None:
    canvas = shown(view, two_heads())
    matrix = canvas.grab().toImage()
    view.parameters.choose("arcs", True)
    assert canvas.arcs and canvas.grab().toImage() != matrix
    assert canvas.words_at(cell(canvas, 0, 0)) == ""
