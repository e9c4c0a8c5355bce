"""The loss surface as contours and as a landscape: lines where they belong, words, choices, and patience."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.analysis.loss.loss_surface import LossSurfaceAnalysis
from playground.ui.views.loss.loss_surface import LossSurfaceView
from playground.ui.views.loss.opengl import opengl_works
from playground.ui.views.loss.surface_options import DIRECTIONS, GRIDS
from playground.ui.views.loss.surface_words import age, readout
from playground.ui.views.panel import ViewPanel
from playground.ui.views.shared.color_bar import ColorBar
from playground.ui.views.shared.contours import HeightScale, contour
from playground.ui.views.shared.surface_plot import PATH
from playground.ui.widgets import drawing
from playground.ui.widgets.theme import THEME
from tests.ui.views.results_surface import bowl, branched_bowl, random_bowl


@pytest.fixture(autouse=True)
def light_theme(qapp: Any) -> Iterator[None]:
    THEME.use("light")
    yield
    THEME.set_scale(1.0)


@pytest.fixture
def panel(qtbot: Any) -> ViewPanel:
    panel = ViewPanel(LossSurfaceView())
    qtbot.addWidget(panel)
    panel.resize(QSize(520, 400))
    panel.show()
    return panel


@pytest.fixture
def view(panel: ViewPanel) -> LossSurfaceView:
    assert isinstance(panel.view, LossSurfaceView)
    return panel.view


# Contours ------------------------------------------------------------------------------------------------------------


def test_the_contour_of_a_cone_is_a_circle() -> None:
    rows, columns = np.mgrid[0:41, 0:41].astype(np.float64)
    segments = contour(np.hypot(rows - 20.0, columns - 20.0), 12.5)
    radii = np.hypot(segments[..., 0] - 20.0, segments[..., 1] - 20.0)
    np.testing.assert_allclose(radii, 12.5, atol=0.05)
    ends = np.round(segments.reshape(-1, 2), 9)
    _, times = np.unique(ends, axis=0, return_counts=True)
    assert (times == 2).all()  # it is closed: every end is where another segment begins


def test_the_contour_of_a_slope_is_straight_and_between_the_grid_points() -> None:
    slope = np.tile(np.arange(6.0), (4, 1))
    segments = contour(slope, 2.25)
    np.testing.assert_allclose(segments[..., 0], 2.25)
    assert len(segments) == 3


@pytest.mark.parametrize(("high", "low", "cut_off"), [(3.0, -1.0, (1.0, 0.0)), (1.0, -3.0, (0.0, 0.0))])
def test_at_a_saddle_the_middle_decides_which_corners_are_cut_off(
    high: float, low: float, cut_off: tuple[float, float]
) -> None:
    segments = contour(np.array([[high, low], [low, high]]), 0.0)
    assert len(segments) == 2
    middles = segments.mean(axis=1)
    nearest = np.linalg.norm(middles - cut_off, axis=1).min()
    others = [(0.0, 0.0), (1.0, 0.0)]
    others.remove(cut_off)
    assert nearest < np.linalg.norm(middles - others[0], axis=1).min()
    np.testing.assert_allclose(middles.mean(axis=0), (0.5, 0.5))


def test_nothing_is_drawn_beside_what_is_no_number() -> None:
    heights = np.tile(np.arange(5.0), (5, 1))
    heights[2, 2] = np.nan
    assert len(contour(heights, 1.5)) == 2


def test_a_scale_is_logarithmic_only_where_all_is_positive() -> None:
    values = np.array([[0.01, 1.0], [10.0, np.inf]])
    scale = HeightScale.of(values, True)
    assert (scale.low, scale.high, scale.logarithmic) == (-2.0, 1.0, True)
    np.testing.assert_allclose(scale.shares(values), [[0.0, 2 / 3], [1.0, 1.0]])
    assert not HeightScale.of(values - 1.0, True).logarithmic
    assert HeightScale.of(np.full((2, 2), np.nan), True).high == 1.0
    flat = HeightScale.of(np.full((2, 2), 3.0), False)
    assert flat.low < flat.high


def test_colours_run_from_dark_to_bright() -> None:
    scale = HeightScale(0.0, 1.0, False)
    colors = scale.colors(np.array([0.0, 1.0]))
    np.testing.assert_array_equal(colors, drawing.magnitude_table()[[0, 255]])


@pytest.mark.parametrize("height", [60, 120, 300])
@pytest.mark.parametrize(
    "scale", [HeightScale(-2.0, 1.0, True), HeightScale(0.02, 3.4, False), HeightScale(0.0, 0.1, True)]
)
def test_the_numbers_of_a_colour_bar_do_not_touch(qtbot: Any, scale: HeightScale, height: int) -> None:
    bar = ColorBar("loss")
    qtbot.addWidget(bar)
    bar.resize(80, height)
    bar.show_scale(scale)
    ticks = scale.ticks(height, 22)
    assert all(0.0 <= place <= 1.0 for _, place in ticks)
    assert all((b - a) * height >= 22 for (_, a), (_, b) in itertools.pairwise(ticks))
    assert "loss from" in bar.accessibleName()
    assert not bar.grab().isNull()


# The view ------------------------------------------------------------------------------------------------------------


def test_path_points_and_contours_lie_where_they_belong(view: LossSurfaceView) -> None:
    result = bowl()
    view.show_result(result)
    plot = view.plot
    np.testing.assert_allclose(np.stack(plot.path.line.getData(), axis=1), result.path.places)
    assert [(spot.pos().x(), spot.pos().y()) for spot in plot.now.points()] == [result.present]
    assert (plot.start.points()[0].pos().x(), plot.start.points()[0].pos().y()) == tuple(result.path.places[0])
    assert plot.lowest.points()[0].pos().x() == result.minimum[0]
    x, y = plot.lines.getData()
    radii = np.unique(np.round(np.hypot(x - 1.0, y), 1))
    assert len(x) > 200
    assert len(radii) < 60  # circles around the lowest point, a few radii
    rect = plot.field.mapRectToView(plot.field.boundingRect())
    step = result.alphas[1] - result.alphas[0]
    assert rect.left() == pytest.approx(result.alphas[0] - step / 2)
    assert rect.right() == pytest.approx(result.alphas[-1] + step / 2)


def test_the_axes_say_how_much_of_the_path_they_hold_as_far_as_there_is_room(
    panel: ViewPanel, view: LossSurfaceView
) -> None:
    view.show_result(bowl())
    view.settle()
    assert view.plot.names[0] == "component 1 (83 % of the path)"
    panel.resize(QSize(340, 260))
    view.settle()
    assert view.plot.names[1] in ("component 2 (12 %)", "component 2")


def test_the_legend_names_now_start_path_and_the_lowest_point(view: LossSurfaceView) -> None:
    view.show_result(bowl())
    texts = [entry.text for entry in view.legend.entries]
    path = "path, up to 3.00 off this plane"
    assert texts == ["now, step 950: 0.0600", "start", path, "lowest here: 0.0204", "256 train examples"]
    view.show_result(random_bowl())
    assert "random until the path spans a plane" in [entry.text for entry in view.legend.entries]
    view.choices.directions_box.setCurrentIndex(view.choices.directions_box.findData("random"))
    view.renew()
    assert "random until the path spans a plane" not in [entry.text for entry in view.legend.entries]


def test_the_mouse_reads_the_loss_and_near_the_path_its_true_one(view: LossSurfaceView) -> None:
    result = bowl()
    view.show_result(result)
    assert readout(result, 2.0, -1.5, [0.1, 0.1]) == "component 1 2.00, component 2 −1.50: loss 0.0500"
    first = readout(result, *result.path.places[0].tolist(), [0.1, 0.1])
    assert first == "step 0: loss 1.26, 3.00 away from this plane"
    assert readout(result, *result.present, [0.1, 0.1]) == "step 950: loss 0.0600"
    assert readout(result, 99.0, 0.0, [0.1, 0.1]) == ""
    view.plot.hovered.emit(QPointF(*result.present))
    assert view.legend.readout == "step 950: loss 0.0600"
    view.plot.left.emit()
    assert view.legend.readout == ""


def test_the_later_part_and_other_runs_have_lines_and_names_of_their_own(view: LossSurfaceView) -> None:
    result = branched_bowl()
    view.show_result(result)
    later, other = view.plot.later, view.plot.others[0]
    np.testing.assert_allclose(np.stack(later.line.getData(), axis=1), result.later.places)
    np.testing.assert_allclose(np.stack(other.line.getData(), axis=1), result.others[0].places)
    pens = [track.line.opts["pen"] for track in (view.plot.path, later, other)]
    assert len({pen.color().name() for pen in pens}) == 3
    assert [bool(pen.dashPattern()) for pen in pens] == [False, True, True]
    texts = [entry.text for entry in view.legend.entries]
    assert texts[0] == "here, step 950: 0.0600"
    assert "later" in texts
    assert "run 1: 0.0825, up to 1.50 off this plane" in texts
    assert texts[-1] == "256 train examples, with the penalty (0.0125 of it)"
    end = result.others[0].places[-1]
    assert readout(result, end[0], end[1], [0.1, 0.1]) == "run 1, step 1,650: loss 0.0825, 1.50 away from this plane"
    view.show_result(bowl())
    assert not later.line.isVisible() and not other.line.isVisible()


def test_it_tells_its_age_when_it_cannot_keep_up(view: LossSurfaceView) -> None:
    now = 100.0
    view.clock = lambda: now
    view.show_result(bowl())
    view.tell_step(1_234)
    assert view.age == ""  # it has just come
    now = 110.0
    view.tell_step(1_304)
    assert view.legend.entries[-1].text == "350 steps ago"
    view.show_result(replace(bowl(), step=1_304))
    assert view.age == ""
    now = 300.0
    view.tell_step(1_304)
    assert view.age == ""  # at rest it is as new as can be
    assert age(1) == "1 step ago"


def test_two_single_weights_are_chosen_by_keyboard(qtbot: Any, view: LossSurfaceView) -> None:
    view.choices.directions_box.setCurrentIndex(view.choices.directions_box.findData("weights"))
    offered = (("a.weight[0, 0]", "A, unit 1, input 1"), ("a.bias[0]", "A, bias 1"))
    view.show_result(replace(bowl(), kind="weights", choices=offered))
    across, upwards = view.choices.weight_boxes
    assert across.isEnabled() and upwards.isEnabled()
    with qtbot.waitSignal(view.wanted_changed):
        qtbot.keyClick(across, Qt.Key.Key_Down)
    qtbot.keyClick(upwards, Qt.Key.Key_End)
    wanted = view.wanted()
    assert isinstance(wanted, LossSurfaceAnalysis)
    assert (wanted.directions, wanted.first, wanted.second) == ("weights", "a.weight[0, 0]", "a.bias[0]")
    view.show_result(replace(bowl(), kind="weights", choices=offered[:1]))
    assert (across.currentData(), upwards.currentData()) == ("a.weight[0, 0]", "")
    view.choices.directions_box.setCurrentIndex(0)
    assert not across.isEnabled()
    again = view.wanted()
    assert isinstance(again, LossSurfaceAnalysis) and (again.first, again.second) == ("", "")


def test_every_choice_has_a_name_and_a_tooltip(view: LossSurfaceView) -> None:
    choices = view.choices
    boxes = [choices.directions_box, *choices.weight_boxes, choices.other_button, choices.log_box, choices.penalty_box]
    for box in (*boxes, choices.part_box, choices.span_box, choices.grid_box, choices.depth_box):
        assert box.accessibleName() and len(box.toolTip()) > 20
    for row, (_, _, tip) in enumerate(DIRECTIONS):
        choices.directions_box.setCurrentIndex(row)
        assert tip in choices.directions_box.toolTip().replace("\n", " ")


def test_choices_ask_for_another_surface(qtbot: Any, view: LossSurfaceView) -> None:
    with qtbot.waitSignal(view.wanted_changed):
        view.choices.directions_box.setCurrentIndex(view.choices.directions_box.findData("random"))
    view.choices.part_box.setCurrentIndex(view.choices.part_box.findData("test"))
    view.choices.span_box.setCurrentIndex(view.choices.span_box.findData("4"))
    view.choices.grid_box.setCurrentIndex(view.choices.grid_box.findData("25"))
    wanted = LossSurfaceAnalysis(directions="random", part="test", span=4.0, resolution=25)
    assert view.wanted() == wanted
    view.choices.directions_box.setCurrentIndex(0)
    with qtbot.waitSignal(view.wanted_changed):
        view.choices.other_button.click()
    assert view.wanted() == LossSurfaceAnalysis(directions="random", part="test", span=4.0, resolution=25, seed=1)


def test_the_grid_is_as_fine_as_the_network_is_quick(view: LossSurfaceView) -> None:
    assert view.wanted().resolution == GRIDS[0]
    for seconds, expected in ((0.01, 51), (0.05, 25), (2.0, 13)):
        view.show_result(replace(random_bowl(), seconds=seconds))
        assert view.wanted().resolution == expected
    view.show_message("Mend the errors on the canvas, and it appears here.")
    assert view.wanted().resolution == GRIDS[0]


def test_the_colours_follow_the_logarithm_or_the_loss(view: LossSurfaceView) -> None:
    view.show_result(bowl())
    assert view.scale.logarithmic and view.bar.scale.logarithmic
    view.choices.log_box.setChecked(False)
    assert not view.scale.logarithmic
    assert view.scale.low == pytest.approx(bowl().values.min())


def test_the_range_follows_the_surface_until_a_person_moves_it(view: LossSurfaceView) -> None:
    result = bowl()
    view.show_result(result)
    view.plot.box.setXRange(-1.0, 1.0, padding=0.0)
    view.plot.range_taken.emit()
    view.show_result(replace(result, alphas=2.0 * result.alphas))
    assert view.plot.box.viewRange()[0] == pytest.approx([-1.0, 1.0])
    view.plot.reset_wanted.emit()
    left, right = view.plot.box.viewRange()[0]
    assert left < 2.0 * result.alphas[0] and right > 2.0 * result.alphas[-1]


def test_the_present_point_stands_out(view: LossSurfaceView) -> None:
    view.show_result(bowl())
    view.settle()
    place = view.plot.mapFromScene(view.plot.box.mapViewToScene(QPointF(*bowl().present)))
    assert view.plot.grab().toImage().pixelColor(place) == QColor(PATH)


def test_without_opengl_it_says_so_and_the_contours_stay(
    view: LossSurfaceView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.ui.views.loss.loss_surface.opengl_works", lambda: False)
    view.show_result(bowl())
    assert view.notice.isHidden()
    view.choices.depth_box.setChecked(True)
    assert view.notice.isVisible()
    assert "no OpenGL" in view.notice.text()
    assert view.pages.currentWidget() is view.plot
    view.choices.depth_box.setChecked(False)
    assert view.notice.isHidden()


@pytest.mark.gl
def test_with_opengl_there_is_a_landscape_that_can_be_saved(
    qtbot: Any, panel: ViewPanel, view: LossSurfaceView, tmp_path: Path
) -> None:
    assert opengl_works()
    view.show_result(bowl())
    view.choices.depth_box.setChecked(True)
    assert view.notice.isHidden()
    assert view.pages.currentWidget() is view.landscape
    qtbot.waitUntil(lambda: many_colours(view.landscape.grab().toImage()))
    assert panel.save("png", tmp_path / "view.png")
    assert many_colours(QImage(str(tmp_path / "view.png")))
    assert view.pages.currentWidget() is view.landscape
    assert panel.save("svg", tmp_path / "view.svg")
    assert view.pages.currentWidget() is view.landscape
    plain = view.landscape.grab().toImage()
    view.show_result(branched_bowl())  # with a later part and the path of another run
    assert view.landscape.grab().toImage() != plain
    assert [ribbon.line.visible() for ribbon in view.landscape.scene.tracks] == [True, True, True]
    view.show_result(bowl())
    assert view.landscape.grab().toImage() == plain
    before = view.landscape.grab().toImage()
    qtbot.keyClick(view.landscape, Qt.Key.Key_Left)
    assert view.landscape.grab().toImage() != before
    qtbot.keyClick(view.landscape, Qt.Key.Key_Home)
    assert view.landscape.grab().toImage() == before
    # In another window it is drawn as before, and so is one that is opened later.
    other = QWidget()
    qtbot.addWidget(other)
    QVBoxLayout(other).addWidget(view)
    other.resize(500, 400)
    other.show()
    qtbot.waitUntil(lambda: many_colours(view.landscape.grab().toImage()))
    second = LossSurfaceView()
    qtbot.addWidget(second)
    second.resize(400, 300)
    second.show()
    second.show_result(bowl())
    second.choices.depth_box.setChecked(True)
    qtbot.waitUntil(lambda: many_colours(second.landscape.grab().toImage()))


@pytest.mark.gl
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_axes_of_a_landscape_stand_where_opengl_draws_it(
    qtbot: Any, panel: ViewPanel, view: LossSurfaceView, theme: str
) -> None:
    THEME.use(theme)
    panel.resize(700, 520)
    view.show_result(bowl())
    view.choices.depth_box.setChecked(True)
    landscape = view.landscape
    qtbot.waitUntil(lambda: many_colours(landscape.grab().toImage()))
    for turn in ((0, 0), (70, 10), (-110, -20)):
        landscape.turn(*turn)
        picture = landscape.grab().toImage()
        present = landscape.newest()[0] - (landscape.x(), landscape.y())
        red = picture.pixelColor(QPoint(*np.rint(present).astype(int).tolist()))
        assert abs(red.red() - QColor(PATH).red()) < 40 and red.green() < 90  # the present point, as it is projected
        titles = [word.text for word in landscape.axes().words if word.title]
        assert [title.partition(" ")[0] for title in titles] == ["loss", "component", "component"]
        for word in landscape.axes().words:
            assert any(
                picture.pixelColor(x, y).lightness() != QColor(THEME.tokens.panel).lightness()
                for x in range(int(word.rect.left()), int(word.rect.right()))
                for y in range(int(word.rect.top()), int(word.rect.bottom()))
            ), word.text
    THEME.use("light")


def many_colours(image: QImage) -> bool:
    return len({image.pixel(x, y) for x in range(0, image.width(), 5) for y in range(0, image.height(), 5)}) > 60


def test_the_choice_of_grids_ends_where_one_takes_too_long_and_says_so(view: LossSurfaceView) -> None:
    box = view.choices.grid_box
    long = ((0.001, 3, ""), (0.05, 2, ": takes about 2 minutes"), (1.0, 1, ": takes about 43 minutes"))
    for each, able, words in long:
        view.show_result(replace(random_bowl(), seconds=each * random_bowl().values.size))
        assert [box.model().item(row).isEnabled() for row in range(4)] == [row <= able for row in range(4)]
        assert box.itemText(3) == f"51 × 51{words}"
        assert bool(box.itemData(3, Qt.ItemDataRole.ToolTipRole)) == (able < 3)
