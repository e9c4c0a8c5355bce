"""The graph view: colours, places and what is under the mouse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from playground.ui.views.answers.graph import GraphView, readout
from playground.ui.widgets.theme import class_symbol
from tests.ui.views.results_graph import graph_answers


@pytest.fixture
def view(qtbot: Any) -> GraphView:
    view = GraphView()
    qtbot.addWidget(view)
    view.resize(480, 340)
    view.show()
    view.show_result(graph_answers())
    return view


def test_known_nodes_are_large_and_wrong_ones_have_a_ring(view: GraphView) -> None:
    answers = graph_answers()
    assert list(view.nodes.data["symbol"]) == [class_symbol(number) for number in answers.actual]
    large, small = set(view.nodes.data["size"][answers.known]), set(view.nodes.data["size"][~answers.known])
    assert min(large) > max(small)
    wrong = (graph_answers().predicted != graph_answers().actual).sum()
    assert len(view.rings.getData()[0]) == wrong == 1
    assert [entry.text for entry in view.legend.entries][-2:] == ["wrong (1)", "5 of 6 others right"]


def test_hidden_units_are_offered_as_colours_and_the_choice_stays(view: GraphView) -> None:
    words = [view.color_box.itemText(row) for row in range(view.color_box.count())]
    assert words == ["Answer", "Truth", "Reach 1, unit 1", "Reach 1, unit 2"]
    view.color_box.setCurrentIndex(3)
    view.show_result(graph_answers())
    assert view.color_box.currentText() == "Reach 1, unit 2"
    assert not len(view.rings.getData()[0])
    assert [entry.text for entry in view.legend.entries][:2] == ["negative", "positive"]


def test_nodes_can_lie_by_their_hidden_state_with_named_axes(view: GraphView) -> None:
    assert not view.plot.bottom.isVisible()
    view.layout_box.setCurrentIndex(1)
    np.testing.assert_array_equal(np.column_stack(view.nodes.getData()), graph_answers().hidden_positions)
    assert view.plot.bottom.isVisible() and view.plot.names == ("Reach 1, unit 1", "unit 2")


def test_the_readout_names_the_node_its_answer_and_its_neighbours() -> None:
    result = graph_answers()
    words = readout(result, result.positions, *result.positions[0])
    assert words == "node 1: left 90% (told), 2 neighbours"
    assert readout(result, result.positions, 0.0, 0.0) == ""
