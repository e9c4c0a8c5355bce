"""The decision boundary: colours of the plane, points, rings, and what is said of a place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor

from playground.ui.views.answers.decision_boundary import DecisionBoundaryView, field_colors
from playground.ui.widgets import drawing
from playground.ui.widgets.theme import CLASS_COLORS, MIDDLE, NEGATIVE, POSITIVE
from tests.ui.views import results
from tests.ui.views.showing import shown


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
