"""The view of a descent: numbers put in, table with all digits, a start chosen by mouse and keys, looking back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt

from playground.analysis.loss.descent import Descent
from playground.ui.views.loss.descent import DescentView, shortened, step_words
from playground.ui.views.loss.descent_plot import arrows
from tests.training.descents import landscape, side_by_side
from tests.ui.views import results_descent
from tests.ui.views.results_descent import looked_at


def shown(qtbot: Any, result: Descent, size: QSize | None = None) -> DescentView:
    view = DescentView()
    qtbot.addWidget(view)
    view.resize(size or QSize(900, 600))
    view.show()
    view.show_result(result)
    view.settle()
    return view


def test_the_numbers_of_the_next_step_are_put_in() -> None:
    result = looked_at(landscape("sgd", {"learning_rate": 0.1}), 0)
    assert step_words(result.trajectories[0], result.optimizer) == [
        "f = (x − 3)² = 9",
        "x − η·f′(x) = 0 − 0.1·(−6) = 0.6",
        "f″(x) = 2: curved like a bowl.",
    ]
    momentum = looked_at(landscape("momentum", {"learning_rate": 0.1}), 2)
    assert step_words(momentum.trajectories[0], momentum.optimizer)[1].startswith("Momentum: from (1.62) to (")


def test_what_newton_meets_at_a_saddle_is_said() -> None:
    result = looked_at(landscape("newton", function="saddle", start_x=1.0, start_y=1.0), 0)
    assert step_words(result.trajectories[0], result.optimizer)[2] == (
        "Curvatures −0.09902 and 10.1: the Hessian is not positive definite: bent up one way and down the other, "
        "as at a saddle."
    )


def test_the_table_has_every_iteration_with_all_digits_and_stands_at_the_present(qtbot: Any) -> None:
    view = shown(qtbot, looked_at(landscape("sgd", {"learning_rate": 0.1}), 160, at=158))
    model = view.iterations
    assert (model.rowCount(), model.columnCount()) == (161, 4)
    x = 0.0
    for row in range(161):
        assert model.index(row, 1).data() == repr(x)
        x = x - 0.1 * 2 * (x - 3)
    assert view.table.selectionModel().currentIndex().row() == 158 or view.table.selectedIndexes()[0].row() == 158
    view.table_box.setChecked(False)
    assert not view.table.isVisibleTo(view)


@pytest.mark.parametrize(
    ("number", "room", "expected"),
    [
        ("−0.5", 4, "−0.5"),
        ("2.9999999999999996", 18, "2.9999999999999996"),
        ("1.6641005886756874", 8, "1.664101"),
        ("−3.7619047619047619", 8, "−3.76190"),
        ("7.888609052210118e−31", 9, "7.889e−31"),
        ("64.0", 2, "6.e+01"),
    ],
)
def test_a_narrow_cell_rounds_its_number_and_never_cuts_it(number: str, room: int, expected: str) -> None:
    assert shortened(number, room, len) == expected


def test_a_narrow_dock_keeps_its_room_for_the_picture(qtbot: Any) -> None:
    view = shown(qtbot, results_descent.parabola(), QSize(360, 260))
    assert not view.table.isVisibleTo(view)
    assert view.words.text() == "x − η·f′(x) = 2.79384 − 0.1·(−0.412317) = 2.83507"
    view.resize(QSize(900, 300))
    assert view.table.isVisibleTo(view)


def test_a_click_asks_for_another_start_as_an_edit(qtbot: Any) -> None:
    view = shown(qtbot, results_descent.held_back())
    (plot,) = view.plots
    place = plot.mapFromScene(plot.box.mapViewToScene(plot.box.viewRect().center()))
    with qtbot.waitSignal(view.edit_wanted) as asked:
        qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    text, node, parameters = asked.args
    assert node == "f" and set(parameters) == {"start_x", "start_y"} and text.startswith("Begin Test function at (")
    centre = plot.box.viewRect().center()
    assert parameters["start_x"] == pytest.approx(centre.x(), abs=0.1)
    assert parameters["start_y"] == pytest.approx(centre.y(), abs=0.1)


def test_arrow_keys_and_enter_choose_a_start(qtbot: Any) -> None:
    view = shown(qtbot, results_descent.parabola())
    (plot,) = view.plots
    assert "Enter" in plot.accessibleDescription() and plot.focusPolicy() == Qt.FocusPolicy.StrongFocus
    for _ in range(10):
        qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_Up)  # has no meaning for one number
    assert view.legend.readout.startswith("x 4.39")
    with qtbot.waitSignal(view.edit_wanted) as asked:
        qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert asked.args[2] == {"start_x": pytest.approx(2.7938 + 10 * 0.02 * 8.0, abs=0.01)}
    qtbot.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.mark is None and not plot.cross.isVisible()


def test_all_rates_are_seen_at_once_and_words_follow_the_one_that_was_clicked(qtbot: Any) -> None:
    view = shown(qtbot, results_descent.four_rates())
    assert [plot.isVisible() for plot in view.plots] == [True] * 4
    assert "\nTest function 1: x − η·f′(x) = " in view.words.text()
    plot = view.plots[2]
    with qtbot.waitSignal(view.edit_wanted) as asked:
        plot.setFocus()
        qtbot.keyClick(plot, Qt.Key.Key_Left)
        qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert asked.args[1] == "swings" and view.chosen == 2
    view.show_result(looked_at(side_by_side(1.0, one=0.1), 3))
    assert [plot.isVisible() for plot in view.plots] == [True, False, False, False]


def test_the_field_can_be_hidden_and_the_range_of_a_person_stays(qtbot: Any) -> None:
    view = shown(qtbot, results_descent.annealed())
    (plot,) = view.plots
    assert plot.arrows.isVisible() and plot.stars.isVisible()
    view.field_box.setChecked(False)
    assert not plot.arrows.isVisible()
    plot.box.setRange(xRange=(0.0, 1.0), yRange=(0.0, 1.0), padding=0.0)
    plot.range_taken.emit()
    before = plot.box.viewRange()
    view.show_result(results_descent.annealed())
    assert plot.box.viewRange() == before
    plot.reset_wanted.emit()
    assert plot.box.viewRange() != before


def test_the_way_to_come_is_drawn_apart_when_looking_back(qtbot: Any) -> None:
    view = shown(qtbot, results_descent.annealed())
    plot = view.plots[0]
    assert len(plot.path.xData) == 31 and len(plot.later.xData) == 31


def test_what_ran_away_is_survived(qtbot: Any) -> None:
    view = shown(qtbot, looked_at(side_by_side(1.0, flees=30.0), 60))
    assert float(np.abs(view.result.trajectories[0].places).max()) > 1e100
    assert not view.grab().isNull()


def test_arrows_have_a_shaft_and_two_barbs() -> None:
    found = arrows(np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]]), np.array([10.0, 10.0]), 0.02)
    np.testing.assert_allclose(found[:2], [[0.0, 0.0], [1.0, 0.0]])
    np.testing.assert_allclose(found[[3, 5]], [[0.8, -0.1], [0.8, 0.1]])
    assert not arrows(np.zeros((1, 2)), np.zeros((1, 2)), np.ones(2), 0.1).any()
