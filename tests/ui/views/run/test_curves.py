"""Curves: what is chosen, how it is smoothed and scaled, what stands on them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from playground.analysis.run.curves import Curves
from playground.training.history import Mark, Moment
from playground.ui.views.run.curves import CurvesView
from playground.ui.views.shared import curve_lines
from playground.ui.widgets.plots import log_ticks, tick_words
from playground.ui.widgets.theme import THEME
from tests.ui.views import results


def opened(qtbot: Any) -> CurvesView:
    """A view with curves; no fixture, as pytest would hold on to it until after the search for leaks."""
    view = CurvesView()
    view.smoothing.setValue(0)
    qtbot.addWidget(view)
    view.resize(500, 320)
    with qtbot.waitActive(view):
        view.show()
        view.activateWindow()
    view.show_result(results.curves())
    view.settle()
    return view


def line(view: CurvesView, name: str) -> tuple[np.ndarray, np.ndarray]:
    item = view.lines[name].front
    return item.xData, item.yData


def test_the_losses_of_the_three_parts_are_told_apart_by_colour_and_dash(qtbot: Any) -> None:
    view = opened(qtbot)
    words = [(entry.text, entry.sample, entry.color) for entry in view.legend.entries]
    tokens = THEME.tokens
    assert words == [
        ("train", "line", tokens.train), ("validation", "dash", tokens.validation), ("test", "dot", tokens.test),
    ]  # fmt: skip
    pens = [shown.front.opts["pen"] for shown in view.lines.values()]
    assert all(pen.widthF() == 1 and pen.isCosmetic() for pen in pens)
    assert [bool(pen.dashPattern()) for pen in pens] == [False, True, True]


def test_key_l_switches_to_powers_of_ten_and_back(qtbot: Any) -> None:
    view = opened(qtbot)
    _, before = line(view, "train_loss")
    before = before.copy()
    view.plot.setFocus()
    qtbot.keyClick(view.plot, Qt.Key.Key_L)
    assert view.log_box.isChecked()
    np.testing.assert_allclose(line(view, "train_loss")[1], np.log10(before))
    assert "log" in view.plot.names[1]
    qtbot.keyClick(view.plot, Qt.Key.Key_L)
    np.testing.assert_allclose(line(view, "train_loss")[1], before)


def test_what_is_not_positive_is_a_gap_on_a_log_axis(qtbot: Any) -> None:
    view = opened(qtbot)
    values = np.array([1.0, 0.1, 0.0, -1.0, 0.01])
    view.log_box.setChecked(True)
    view.show_result(Curves({"train_loss": results.curve(values)}, (), None))
    np.testing.assert_allclose(line(view, "train_loss")[1], [0.0, -1.0, np.nan, np.nan, -2.0])
    view.settle()
    low, high = view.plot.box.viewRange()[1]
    assert np.isfinite([low, high]).all() and low < -2 < 0 < high


@pytest.mark.parametrize(("row", "attribute"), list(enumerate(["step", "epoch", "examples", "seconds"])))
def test_the_axis_is_steps_epochs_examples_or_seconds(qtbot: Any, row: int, attribute: str) -> None:
    view = opened(qtbot)
    view.axis_box.setCurrentIndex(row)
    train = results.curves().curves["train_loss"]
    np.testing.assert_array_equal(line(view, "train_loss")[0], getattr(train, attribute))
    assert view.plot.names[0] == view.axis_box.currentText().lower()
    left, right = view.plot.box.viewRange()[0]
    assert left <= 0 and right >= line(view, "train_loss")[0][-1]


def test_smoothing_keeps_the_raw_curve_pale_behind(qtbot: Any) -> None:
    view = opened(qtbot)
    noisy = np.sin(np.arange(400.0)) + 3
    view.show_result(Curves({"train_loss": results.curve(noisy)}, (), None))
    view.plot.setFocus()
    qtbot.keyClick(view.plot, Qt.Key.Key_S)
    shown = view.lines["train_loss"]
    assert shown.front.yData.std() < 0.5 * noisy.std()
    assert shown.raw.yData.min() == pytest.approx(noisy.min() * 0.9)
    raw, front, ground = (
        color.saturation() for color in (
            shown.raw.opts["pen"].color(), shown.front.opts["pen"].color(), THEME.color("panel"),
        )
    )  # fmt: skip
    assert ground < raw < 0.5 * front, "pale also where the raw curve lies over itself"
    assert shown.raw.zValue() < shown.front.zValue()
    qtbot.keyClick(view.plot, Qt.Key.Key_S)
    np.testing.assert_array_equal(shown.front.yData, noisy)


def test_accuracy_can_be_chosen_and_names_the_panel(qtbot: Any) -> None:
    view = opened(qtbot)
    assert [view.quantity_box.itemData(row) for row in range(view.quantity_box.count())] == [
        "loss", "accuracy", "learning_rate",
    ]  # fmt: skip
    with qtbot.waitSignal(view.heading_changed) as emitted:
        view.quantity_box.setCurrentIndex(1)
    assert emitted.args == ["Accuracy"]
    assert list(view.lines) == ["train_accuracy"]
    view.show_result(results.curves(120))
    assert view.quantity == "accuracy"
    view.quantity_box.setCurrentIndex(2)
    assert [entry.text for entry in view.legend.entries] == ["learning rate"]


def test_changes_are_marked_with_their_words_and_the_best_with_its_value(qtbot: Any) -> None:
    view = opened(qtbot)
    assert view.marks.texts == ["learning rate 0.03 → 0.01"]
    assert [item.value() for item in view.marks.lines] == [4.0]
    assert view.best_marker.point.isVisible()
    assert view.best_marker.words.toPlainText() == "best 0.0200"
    assert view.best_marker.point.getData()[0].tolist() == [9.0]
    view.quantity_box.setCurrentIndex(1)
    assert not view.best_marker.point.isVisible()


@pytest.mark.parametrize("edges", [(0.0, 1.0), (0.0, 0.0201), (0.0199, 1.0)])
def test_the_words_of_the_best_value_are_inside_wherever_it_lies(qtbot: Any, edges: tuple[float, float]) -> None:
    view = opened(qtbot)
    view.plot.box.setRange(xRange=(0.0, 9.0), yRange=edges, padding=0.0)
    words = view.best_marker.words
    assert view.plot.box.sceneBoundingRect().contains(words.sceneBoundingRect())
    assert words.fill.color().alpha() > 200


def test_many_changes_keep_only_the_newest_words(qtbot: Any) -> None:
    view = opened(qtbot)
    marks = tuple(Mark(Moment(step, step / 10, step, 0.0), f"change {step}") for step in range(100))
    view.show_result(Curves(results.curves().curves, marks, None))
    assert view.marks.texts == [f"change {step}" for step in range(92, 100)]
    assert len(view.marks.lines) == 60


def test_lines_are_kept_from_frame_to_frame(qtbot: Any) -> None:
    view = opened(qtbot)
    before = dict(view.lines)
    view.show_result(results.curves(150))
    assert view.lines == before


def test_the_axes_are_fitted_at_most_twice_a_second_and_never_against_a_person(qtbot: Any) -> None:
    view = opened(qtbot)
    before = view.plot.box.viewRange()
    view.show_result(results.curves(500))
    assert view.plot.box.viewRange() == before
    qtbot.waitUntil(lambda: view.plot.box.viewRange()[0][1] > 49, timeout=3_000)
    view.plot.box.setRange(xRange=(1, 2), yRange=(0, 1), padding=0)
    view.plot.box.sigRangeChangedManually.emit(view.plot.box.state["mouseEnabled"])
    view.settle()
    assert view.plot.box.viewRange()[0] == [1, 2]
    qtbot.mouseDClick(view.plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    assert view.plot.box.viewRange()[0][1] > 49


def test_the_values_under_the_mouse_are_read_out(qtbot: Any) -> None:
    view = opened(qtbot)
    view.plot.hovered.emit(QPointF(4.0, 0.5))
    assert view.legend.readout.startswith("epoch 4.00: train 0.0244, validation 0.0344")
    view.plot.left.emit()
    assert view.legend.readout == ""


def test_a_picture_has_bolder_lines_and_the_screen_gets_its_own_back(qtbot: Any, tmp_path: Any) -> None:
    view = opened(qtbot)
    widths: list[float] = []
    draw = view.picture_widget

    def spy() -> Any:
        widths.extend(shown.front.opts["pen"].widthF() for shown in view.lines.values())
        return draw()

    view.picture_widget = spy  # type: ignore[method-assign]
    view.save_png(tmp_path / "curves.png")
    assert widths == [2.0, 2.0, 2.0]
    assert {shown.front.opts["pen"].widthF() for shown in view.lines.values()} == {1.0}


def test_smoothing_is_a_corrected_moving_average() -> None:
    steps = np.arange(5.0)
    values = np.array([4.0, 0.0, 2.0, np.nan, 6.0])
    memory = curve_lines.LONGEST_MEMORY * (curve_lines.STRENGTHS**0.5 - 1.0) / (curve_lines.STRENGTHS - 1.0)
    found = curve_lines.smooth(steps, values, 0.5)
    keep = np.exp(-1.0 / memory)
    expected = (4.0 * keep + 0.0) / (keep + 1.0)
    assert found[0] == 4.0 and found[1] == pytest.approx(expected)
    assert np.isnan(found[3]) and np.isfinite(found[4])
    np.testing.assert_allclose(curve_lines.smooth(steps, np.full(5, 2.5), 0.9), 2.5)
    assert curve_lines.smooth(steps, values, 0.0) is values


@pytest.mark.parametrize("strength", [0.1, 0.6, 1.0])
def test_a_moment_is_smoothed_the_same_however_long_the_run_goes_on(strength: float) -> None:
    steps = np.arange(4000.0)
    values = np.random.default_rng(1).normal(size=4000)
    short, long = (curve_lines.smooth(steps[:count], values[:count], strength) for count in (300, 4000))
    np.testing.assert_allclose(short, long[:300])


def test_a_log_axis_without_anything_above_zero_says_so(qtbot: Any) -> None:
    view = opened(qtbot)
    zeros = results.curve(np.zeros(5))
    view.show_result(Curves({"train_loss": zeros, "test_loss": zeros}, (), None))
    assert view.plot.said == ""
    view.log_box.click()
    assert "above 0" in view.plot.said
    view.show_result(Curves({"train_loss": results.curve(np.array([1.0, 0.0, 0.5]))}, (), None))
    assert view.plot.said == "" and any("1 not above 0" in entry.text for entry in view.legend.entries)


@pytest.mark.parametrize("value", [0.0, 0.637, 12_000.0, -3.0])
def test_one_point_is_seen_on_a_sensible_axis(qtbot: Any, value: float) -> None:
    view = opened(qtbot)
    view.show_result(Curves({"train_loss": results.curve(np.array([value]))}, (), None))
    view.settle()
    (left, right), (low, high) = view.plot.box.viewRange()
    x, _ = line(view, "train_loss")
    assert view.lines["train_loss"].front.opts["symbol"] == "o"
    assert left < x[0] < right and low < value < high and high - low <= max(2.0, 0.6 * abs(value))
    assert left >= -0.1 * (right - left)  # no epochs before the first


def test_the_raw_curve_can_be_hidden(qtbot: Any) -> None:
    view = opened(qtbot)
    view.take_options({"raw": False})
    assert all(line.raw.yData is None or not len(line.raw.yData) for line in view.lines.values())


def test_joined_points_show_their_least_and_greatest_value() -> None:
    x, y = curve_lines.band(np.array([0.0, 1.0]), results.curve(np.array([1.0, 2.0])))
    np.testing.assert_allclose(x, [0, 0, 1, 1])
    np.testing.assert_allclose(y, [0.9, 1.1, 1.8, 2.2])


def test_thinning_keeps_short_curves_and_the_end_of_long_ones() -> None:
    x = np.arange(10.0)
    assert curve_lines.thin(x, x, 10)[0] is x
    thin_x, _ = curve_lines.thin(x, x, 4)
    np.testing.assert_allclose(thin_x, [1.0, 4.0, 7.0, 9.0])


def test_names_of_curves() -> None:
    assert curve_lines.split_name("train_loss.head") == ("train", "loss.head")
    assert curve_lines.split_name("learning_rate") == ("", "learning_rate")
    assert curve_lines.quantity_words("loss.head") == "Loss of head"
    assert curve_lines.quantity_words("loss.head", {"head": "Parity"}) == "Loss of Parity"
    assert curve_lines.quantity_words("top_3_accuracy") == "Top 3 accuracy"
    assert curve_lines.quantity_words("r2") == "R²"


@pytest.mark.parametrize(("low", "high"), [(-3.0, 1.0), (0.30, 0.33), (-40.0, 30.0), (-0.2, 0.8), (2.0, 2.001)])
def test_log_ticks_lie_inside_and_are_few(low: float, high: float) -> None:
    ticks = log_ticks(low, high, 220.0, 22.0)
    assert 1 <= len(ticks) <= 12
    assert all(low <= tick <= high for tick in ticks)
    assert len({tick_words(10.0**tick) for tick in ticks}) == len(ticks)
