"""Boundary, confusion, wall and weights: what they draw and what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from playground.analysis.answers.confusion_matrix import ConfusionMatrixAnalysis
from playground.analysis.answers.prediction_wall import PredictionWallAnalysis
from playground.analysis.inside.weights import WeightMatrix, Weights
from playground.ui.views.answers.confusion_matrix import ConfusionMatrixView
from playground.ui.views.answers.decision_boundary import DecisionBoundaryView, field_colors
from playground.ui.views.answers.prediction_wall import PredictionWallView, caption
from playground.ui.views.inside.weights import WeightsView
from playground.ui.widgets import drawing
from playground.ui.widgets.painted import metrics
from playground.ui.widgets.theme import CLASS_COLORS, MIDDLE, NEGATIVE, POSITIVE
from tests.ui.views import results


def shown(qtbot: Any, view: QWidget, result: Any, width: int = 460, height: int = 340) -> Any:
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    view.show_result(result)
    view.settle()
    return view


def near(color: QColor, other: str, tolerance: int = 60) -> bool:
    wanted = QColor(other)
    parts = zip(color.getRgb()[:3], wanted.getRgb()[:3], strict=True)
    return all(abs(one - two) <= tolerance for one, two in parts)


def pixel_at(view: DecisionBoundaryView, x: float, y: float) -> QColor:
    """The colour of the picture at a place of the plane."""
    scene = view.plot.box.mapViewToScene(QPointF(x, y))
    place = view.plot.mapFromScene(scene)
    return view.plot.grab().toImage().pixelColor(QPoint(round(place.x()), round(place.y())))


def test_the_plane_has_the_colours_of_the_classes_the_right_way_round(qtbot: Any) -> None:
    view = shown(qtbot, DecisionBoundaryView(), results.boundary())
    view.train_box.setChecked(False)
    assert near(pixel_at(view, -4, 0), CLASS_COLORS[0])
    assert near(pixel_at(view, 4, 0), CLASS_COLORS[1])


def test_the_second_feature_grows_upwards(qtbot: Any) -> None:
    result = results.boundary()
    upright = results.Boundary(**{**vars(result), "field": result.field.swapaxes(0, 1), "classes": result.classes.T})
    view = shown(qtbot, DecisionBoundaryView(), upright)
    view.train_box.setChecked(False)
    assert near(pixel_at(view, 0, -4), CLASS_COLORS[0])
    assert near(pixel_at(view, 0, 4), CLASS_COLORS[1])


def test_an_unsure_answer_is_grey_and_a_sure_one_has_the_full_colour() -> None:
    probabilities = np.array([[[0.5, 0.5], [1.0, 0.0], [0.0, 1.0], [0.25, 0.75]]], dtype=np.float32)
    shading = drawing.class_shading(probabilities)[0]
    np.testing.assert_array_equal(shading[:3], [drawing.rgb(color) for color in (MIDDLE, NEGATIVE, POSITIVE)])
    np.testing.assert_allclose(shading[3], (drawing.rgb(MIDDLE) + drawing.rgb(POSITIVE)) / 2, atol=1)


def test_many_classes_and_discretized_ones_keep_their_colours() -> None:
    result = results.boundary(classes=5)
    smooth, discrete = field_colors(result, False), field_colors(result, True)
    assert smooth.shape == discrete.shape == (20, 20, 3)
    assert len(np.unique(discrete.reshape(-1, 3), axis=0)) == 5
    assert near(QColor(*discrete[0, 8].tolist()), CLASS_COLORS[2])


def test_regression_is_orange_below_zero_and_blue_above_or_a_magnitude() -> None:
    signed = field_colors(results.regression(-2.0, 2.0), False)
    np.testing.assert_array_equal(signed[0, 0], drawing.rgb(NEGATIVE))
    np.testing.assert_array_equal(signed[0, -1], drawing.rgb(POSITIVE))
    positive = field_colors(results.regression(1.0, 2.0), False)
    np.testing.assert_array_equal(positive[0, -1], drawing.magnitude_table()[-1])
    assert len(np.unique(field_colors(results.regression(), True).reshape(-1, 3), axis=0)) <= 7


def test_the_wrong_points_are_ringed_and_counted(qtbot: Any) -> None:
    view = shown(qtbot, DecisionBoundaryView(), results.boundary())
    train, test = view.clouds
    assert len(train.rings.data) == 1 and len(train.points.data) == 12
    assert not test.points.isVisible()
    assert view.legend.entries[-1].text == "wrong (1)"
    qtbot.mouseClick(view.test_box, Qt.MouseButton.LeftButton)
    assert test.points.isVisible() and len(test.rings.data) == 2
    assert [entry.text for entry in view.legend.entries] == [
        "orange", "blue", "train: light rim", "test: dark rim", "wrong (3)",
    ]  # fmt: skip
    assert {entry.symbol for entry in view.legend.entries[:2]} == set(train.points.data["symbol"]) == {"o", "s"}
    assert train.points.opts["pen"].color() != test.points.opts["pen"].color()


def test_points_that_stay_are_not_drawn_anew(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    view = shown(qtbot, DecisionBoundaryView(), results.boundary())
    drawn: list[bool] = []
    monkeypatch.setattr(view.clouds[0].points, "setData", lambda **_: drawn.append(True))
    view.show_result(results.boundary())
    assert drawn == []
    view.show_result(results.boundary(classes=3))
    assert drawn == [True]


def test_the_place_under_the_mouse_is_said_in_words(qtbot: Any) -> None:
    assert shown(qtbot, DecisionBoundaryView(), results.regression()).readout(6.0, 0.0) == "x1 6.00, x2 0: 3.00"
    view = shown(qtbot, DecisionBoundaryView(), results.boundary())
    assert view.readout(4.0, -1.0) == "x1 4.00, x2 −1.00: blue, 98%"
    assert view.readout(40.0, 0.0) == ""
    scene = view.plot.box.mapViewToScene(QPointF(-4, 2))
    qtbot.mouseMove(view.plot.viewport(), view.plot.mapFromScene(scene) + QPoint(1, 1))
    qtbot.mouseMove(view.plot.viewport(), view.plot.mapFromScene(scene))
    assert "orange, 98%" in view.legend.readout


def test_a_wide_picture_asks_for_more_of_the_plane(qtbot: Any) -> None:
    view = shown(qtbot, DecisionBoundaryView(), results.boundary())
    with qtbot.waitSignal(view.wanted_changed):
        view.resize(900, 340)
        view.grab()
    assert view.wanted().aspect > 1.8


def test_the_matrix_says_counts_and_shares_and_asks_for_another_part(qtbot: Any) -> None:
    view = shown(qtbot, ConfusionMatrixView(), results.matrix())
    canvas = view.canvas
    words = canvas.words_at(canvas.cell(1, 2).center())
    assert words == "4 of 15 that are versicolor were predicted as virginica (27%)"
    assert canvas.words_at(QPointF(1, 1)) == ""
    assert view.legend.entries[0].text == "test: 33 of 37 right (89.2%)"
    assert view.wanted() == ConfusionMatrixAnalysis(part="test")
    with qtbot.waitSignal(view.wanted_changed):
        view.part_box.setCurrentIndex(0)
    assert view.wanted() == ConfusionMatrixAnalysis(part="train")


def test_long_and_many_labels_are_never_cut(qtbot: Any) -> None:
    names = tuple(f"a rather long class name {number}" for number in range(12))
    view = shown(qtbot, ConfusionMatrixView(), results.matrix(names), 300, 220)
    canvas = view.canvas
    widest = max(metrics().horizontalAdvance(name) for name in names)
    assert canvas.upright()
    assert canvas.grid().left() >= widest and canvas.grid().top() >= widest
    assert canvas.width() > 300
    digits = metrics().horizontalAdvance("21")
    assert canvas.cell(0, 0).width() >= digits and canvas.cell(0, 0).height() >= metrics().height()


def test_the_wall_frames_right_and_wrong_and_says_it(qtbot: Any) -> None:
    result = results.wall()
    view = shown(qtbot, PredictionWallView(), result)
    assert caption(result, 0) == "✗ 7, is 0"
    assert caption(result, 1) == "✓ 1 97%"
    first = view.canvas.words_at(view.canvas.tile(0).center())
    assert first == "test example 1: predicted 7, 100% sure, wrong, it is 0"
    assert view.legend.entries[0].text == "test: 1 of 20 wrong"
    assert view.canvas.height() >= view.canvas.tile(19).bottom()
    with qtbot.waitSignal(view.wanted_changed):
        qtbot.mouseClick(view.wrong_box, Qt.MouseButton.LeftButton)
    assert view.wanted() == PredictionWallAnalysis(wrong_first=False)


def test_weights_of_a_kernel_are_named_by_their_place(qtbot: Any) -> None:
    values = np.arange(2 * 3 * 2 * 2, dtype=np.float32).reshape(2, 12)
    result = Weights((WeightMatrix("conv", "Conv2D", "weight", values, None, (3, 2, 2)),), "", 1)
    view = shown(qtbot, WeightsView(), result)
    area, _ = view.canvas.areas(0)
    last = view.canvas.words_at(area.bottomRight() - QPointF(2, 2))
    assert last == "Conv2D, filter 2, channel 3, row 2, column 2: 23.0"


def test_a_click_on_the_wall_chooses_the_example(qtbot: Any) -> None:
    result = results.wall()
    view = shown(qtbot, PredictionWallView(), result)
    place = view.canvas.tile(3).center().toPoint()
    with qtbot.waitSignal(view.example_chosen) as caught:
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=place)
    assert caught.args == [result.rows[3]]
    view.show_result(replace(result, part="train"))
    with qtbot.assertNotEmitted(view.example_chosen):
        qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=place)


def test_the_whole_wall_is_saved_even_what_is_scrolled_away(qtbot: Any) -> None:
    view = shown(qtbot, PredictionWallView(), results.wall(60), 300, 200)
    assert view.picture_widget().height() > 400


@pytest.mark.parametrize("width", range(180, 420, 15))
def test_rows_do_not_flicker_at_any_width(qtbot: Any, width: int) -> None:
    view = shown(qtbot, PredictionWallView(), results.wall(30), width, 250)
    columns = view.canvas.columns()
    view.grab()
    assert view.canvas.columns() == columns


def test_weights_share_one_scale_and_follow_the_canvas(qtbot: Any) -> None:
    view = shown(qtbot, WeightsView(), results.weights())
    assert view.canvas.limit == 3.0
    assert [matrix.node for matrix in view.canvas.matrices] == ["dense-1", "dense-2"]
    view.show_result(results.weights("dense-2"))
    assert [matrix.node for matrix in view.canvas.matrices] == ["dense-2"]
    view.node_box.setCurrentIndex(0)
    view.show_result(results.weights("dense-2"))
    assert len(view.canvas.matrices) == 2


def test_weights_have_signed_colours_and_words(qtbot: Any) -> None:
    view = shown(qtbot, WeightsView(), results.weights("dense-2"))
    area, _ = view.canvas.areas(0)
    picture = view.canvas.grab().toImage()
    quarters = [area.left() + area.width() * share for share in (0.125, 0.375, 0.625)]
    found = [picture.pixelColor(round(x), round(area.center().y())).name() for x in quarters]
    assert found == [POSITIVE, NEGATIVE, MIDDLE] or all(
        near(QColor(one), other, 4) for one, other in zip(found, (POSITIVE, NEGATIVE, MIDDLE), strict=True)
    )
    assert view.canvas.words_at(QPointF(quarters[1], area.center().y())) == "Second, unit 1, input 2: −3.00"


def test_numbers_in_words() -> None:
    values = (0, 0.04123, -1234.5, 3e-7, float("nan"), float("-inf"))
    assert [drawing.number_words(value) for value in values] == [
        "0", "0.0412", "−1,234", "3e−07", "not a number", "−∞",
    ]  # fmt: skip


def test_clicking_a_weight_points_at_it_and_what_is_pointed_at_has_a_mark(qtbot: Any) -> None:
    kernel = np.arange(2 * 3 * 2 * 2, dtype=np.float32).reshape(2, -1)
    matrices = (
        WeightMatrix("conv", "Conv", "weight", kernel, np.zeros(2, dtype=np.float32), (3, 2, 2), (2, 3, 2, 2)),
        WeightMatrix("scale", "Scale", "weight", np.ones((1, 5), dtype=np.float32), None, (), (5,)),
    )
    view = shown(qtbot, WeightsView(), Weights(matrices, "", 1))
    canvas = view.canvas
    for number, weight in ((0, ("conv.weight", (1, 2, 0, 1))), (0, ("conv.bias", (1,))), (1, ("scale.weight", (3,)))):
        cell = canvas.cell_area(number, weight)
        assert cell is not None
        with qtbot.waitSignal(view.weight_pointed_at) as pointed:
            qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=cell.center().toPoint())
        assert pointed.args == [weight]
    assert canvas.cell_area(1, ("scale.weight", (7,))) is None
    before = canvas.grab().toImage()
    view.show_result(Weights(matrices, "", 1, (("conv.weight", (1, 2, 0, 1)), ("gone.weight", (0, 0)))))
    assert canvas.grab().toImage() != before
    assert "followed: 2" in [entry.text for entry in view.legend.entries]
    assert canvas.weight_under(QPointF(0.0, 0.0)) is None


def test_weights_are_chosen_by_keyboard(qtbot: Any) -> None:
    view = shown(qtbot, WeightsView(), results.weights())
    canvas = view.canvas
    canvas.setFocus()
    ways: list[tuple[list[Qt.Key], tuple[str, tuple[int, ...]]]] = [
        ([Qt.Key.Key_Right], ("dense-1.weight", (0, 0))),
        ([Qt.Key.Key_Right, Qt.Key.Key_Down], ("dense-1.weight", (1, 1))),
        ([Qt.Key.Key_Right], ("dense-1.bias", (1,))),
        ([Qt.Key.Key_Left], ("dense-1.weight", (1, 1))),
        ([Qt.Key.Key_Down] * 3, ("dense-2.weight", (0, 0))),
        ([Qt.Key.Key_Up], ("dense-1.weight", (0, 0))),
    ]
    for keys, weight in ways:
        for key in keys:
            qtbot.keyClick(canvas, key)
        assert canvas.cursor_weight == weight
        with qtbot.waitSignal(view.weight_pointed_at) as pointed:
            qtbot.keyClick(canvas, Qt.Key.Key_Return)
        assert pointed.args == [weight]
    assert view.legend.readout.startswith("First, unit 1, input 1")
