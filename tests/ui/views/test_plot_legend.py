"""A legend inside a plot: in the free corner, away from the newest data, dragged, hidden, folded where it is tight."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from playground.analysis.run.curves import CurvesAnalysis
from playground.ui.views.answers.decision_boundary import DecisionBoundaryView
from playground.ui.views.base import View
from playground.ui.views.panel import ViewPanel
from playground.ui.views.parameters import ViewParameters
from playground.ui.views.run.curves import CurvesView
from playground.ui.views.shared import plot_legend
from playground.ui.views.shared.legend_layout import Card
from playground.ui.views.shared.legend_room import GROUND, inside
from playground.ui.views.shared.plot_legend import PlotLegend
from playground.ui.widgets.legend import Entry
from playground.ui.widgets.plots import Plot
from playground.ui.widgets.theme import THEME
from tests.ui.views import results, test_every_view
from tests.ui.views.test_every_view import CASES

ENTRIES = [Entry("train", "line", "#0877bd"), Entry("validation", "dash", "#5b2a86"), Entry("test", "dot", "#ad5200")]
WITH_LEGENDS = [case for case in CASES if "legend" in case[0].analysis.model_fields]


@pytest.fixture(autouse=True)
def light_theme(qapp: Any) -> Iterator[None]:
    THEME.use("light")
    yield
    THEME.set_scale(1.0)
    THEME.use("light")


def shown(qtbot: Any, view_class: type[View], result: Any, size: QSize) -> ViewPanel:
    panel = test_every_view.shown(qtbot, view_class, result, size)
    panel.view.arrange_legends()
    return panel


class Drawn:
    """A plot with one line from 0 to 1 each way, and its legend."""

    def __init__(self, qtbot: Any, width: int = 480, height: int = 340) -> None:
        self.plot = Plot()
        qtbot.addWidget(self.plot)
        self.plot.resize(width, height)
        self.plot.show()
        self.plot.box.setRange(xRange=(0, 1), yRange=(0, 1), padding=0)
        self.line = pg.PlotCurveItem()
        self.plot.addItem(self.line)
        self.parameters = ViewParameters(CurvesAnalysis, parent=self.plot)
        self.legend = PlotLegend(self.plot, self.parameters)
        self.legend.watch(self.plot)
        self.legend.show_entries(ENTRIES)

    def draw(self, x: Any, y: Any) -> None:
        self.line.setData(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        self.legend.arrange()

    @property
    def corner(self) -> str:
        """Where the legend lies: "top right" and so on."""
        room, middle = self.legend.areas[0].room(), self.legend.geometry().center()
        high = "top" if middle.y() < room.center().y() else "bottom"
        return f"{high} {'right' if middle.x() > room.center().x() else 'left'}"


X = np.linspace(0, 1, 200)


@pytest.mark.parametrize(("y", "corner"), [
    (np.exp(-6 * X), "top right"), (0.02 + 0 * X, "top right"), (1 - np.exp(-6 * X), "bottom right"),
    (X, "top left"), (np.where(X > 0.1, 0.95, 9 * X), "bottom right"),
])  # fmt: skip
def test_it_lies_in_the_corner_that_is_free(qtbot: Any, y: np.ndarray, corner: str) -> None:
    drawn = Drawn(qtbot)
    drawn.draw(X, y)
    assert not drawn.legend.folded
    assert drawn.corner == corner


def test_it_stays_until_the_newest_data_come_and_does_not_flicker(qtbot: Any) -> None:
    drawn = Drawn(qtbot)
    drawn.draw(X[:2], X[:2])
    moves, places = 0, [drawn.legend.pos()]
    for count in range(2, 200, 3):  # a line that grows to the right, rises to the top and comes back
        y = np.sin(np.pi * X[:count]) * 0.97 + 0.01
        drawn.draw(X[:count], y)
        assert not inside(drawn.legend.areas[0].newest(), QRectF(drawn.legend.geometry())).any()
        moves += drawn.legend.pos() != places[-1]
        places.append(drawn.legend.pos())
    assert moves <= 3


def test_what_it_says_may_change_without_another_corner(qtbot: Any) -> None:
    drawn = Drawn(qtbot)
    drawn.draw(X, np.exp(-6 * X))
    for step in (1, 99, 1_000, 123_456):
        drawn.legend.show_entries([Entry(f"now, step {step:,}", "dot", "#000000"), *ENTRIES])
        drawn.legend.arrange()
        assert drawn.corner == "top right"
        room = drawn.legend.areas[0].room()
        assert room.contains(QRectF(drawn.legend.geometry()))


def test_where_every_corner_has_newest_data_it_is_a_button(qtbot: Any) -> None:
    drawn = Drawn(qtbot, 260, 180)
    for x in np.linspace(0.05, 0.95, 7):
        for y in np.linspace(0.05, 0.95, 5):
            drawn.plot.addItem(pg.ScatterPlotItem([x], [y]))
    drawn.draw(X, X)
    assert drawn.legend.folded and drawn.legend.width() <= THEME.px(24)


def crowded(qtbot: Any) -> ViewPanel:
    """A decision boundary with points in every corner."""
    everywhere = replace(results.boundary(), points={"train": results.points(2, 0, 400)})
    return shown(qtbot, DecisionBoundaryView, everywhere, QSize(420, 360))


def test_where_every_corner_would_hide_points_it_folds_until_a_person_opens_it(qtbot: Any) -> None:
    panel = crowded(qtbot)
    view, legend = panel.view, panel.view.legend
    assert legend.folded and legend.crowded_out and view.saved_options() == {}
    assert "a click" in legend.toolTip()
    qtbot.mouseClick(legend, Qt.MouseButton.LeftButton)
    assert not legend.folded and set(view.saved_options()) == {"legend_place"}
    view.show_result(view.result)
    legend.arrange()
    assert not legend.folded
    other = crowded(qtbot)
    again = other.view
    again.take_options(view.saved_options())
    assert not again.legend.folded and (again.legend.pos() - legend.pos()).manhattanLength() <= 2
    again.take_options({})  # another project, of which nothing is known
    assert again.legend.folded
    legend.setFocus()
    qtbot.keyClick(legend, Qt.Key.Key_Home)
    assert legend.folded and view.saved_options() == {}


def test_the_key_and_the_tick_open_what_has_folded_by_itself(qtbot: Any) -> None:
    panel = crowded(qtbot)
    view = panel.view
    view.switch_legends()
    assert not view.legend.folded
    view.switch_legends()
    assert view.legend.folded and view.saved_options()["legend"] is False
    view.switch_legends()
    assert not view.legend.folded and "legend" not in view.saved_options()
    view.legend.put(None)
    assert view.legend.folded
    tick = view.parameters.control("legend")
    tick.click()
    assert view.legend.folded and not view.legend.crowded_out
    tick.click()
    assert not view.legend.folded


class Swarm:
    """A picture of 200 points, so many of them in every corner."""

    def __init__(self, room: QRectF) -> None:
        self._room, self.in_corners = room, 0

    def room(self) -> QRectF:
        return self._room

    def cloud(self) -> np.ndarray:
        room, near = self._room, 20
        corners = [(x, y) for x in (room.left() + near, room.center().x(), room.right() - near)
                   for y in (room.top() + near, room.center().y(), room.bottom() - near)]  # fmt: skip
        rest = 200 - len(corners) * self.in_corners
        return np.array([*corners * self.in_corners, *[(room.left() + 0.3 * room.width(), room.top() + 1)] * rest])

    def newest(self) -> np.ndarray:
        return np.zeros((0, 2))

    marks = ground = newest

    def words(self) -> list[QRectF]:
        return []


def test_a_cloud_that_comes_and_goes_does_not_let_it_flicker(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot_legend, "PATIENCE", 0)
    drawn = Drawn(qtbot)
    swarm = Swarm(drawn.legend.areas[0].room())
    drawn.legend.areas[:] = [swarm]

    def folded(count: int) -> bool:
        swarm.in_corners = count
        drawn.legend.arrange()
        return drawn.legend.folded

    assert [folded(count) for count in (4, 8, 5, 11, 4)] == [False] * 5  # of 200: to 5.5 %
    assert folded(14)
    assert [folded(count) for count in (5, 4, 8, 5, 4, 8)] == [True] * 6
    assert [folded(count) for count in (2, 5, 9)] == [False] * 3


def test_the_raw_curve_behind_may_be_covered_but_a_corner_free_of_it_is_better(qtbot: Any) -> None:
    drawn = Drawn(qtbot)
    drawn.line.setProperty(GROUND, True)
    restless = np.where(np.arange(200) % 2, 0.02, 0.98)
    drawn.draw(X, restless)
    assert not drawn.legend.folded
    drawn.draw(X, np.where(X > 0.6, restless, 0.02))
    drawn.legend.put(None)
    assert drawn.corner == "top left"


def test_it_makes_room_for_words_that_come_under_it(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot_legend, "PATIENCE", 0)
    drawn = Drawn(qtbot)
    drawn.draw(X, 0.02 + 0 * X)
    assert drawn.corner == "top right"
    best = pg.TextItem("best 0.5", anchor=(1, 0))
    best.setPos(0.97, 0.97)
    drawn.plot.addItem(best)
    drawn.plot.grab()  # a text knows its place when it has been painted
    drawn.legend.arrange()
    assert drawn.corner == "top left"


def test_it_looks_once_more_when_nothing_is_drawn_any_more(qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot_legend, "PATIENCE", 100)
    drawn = Drawn(qtbot)
    drawn.draw(X, 0.02 + 0 * X)
    best = pg.TextItem("best 0.5", anchor=(1, 0))
    best.setPos(0.97, 0.97)
    drawn.plot.addItem(best)
    drawn.plot.grab()  # a text knows its place when it has been painted
    drawn.legend.arrange()  # too soon after the last look
    qtbot.waitUntil(lambda: drawn.corner == "top left")


def test_a_saved_picture_says_below_what_there_is_no_room_for(qtbot: Any, tmp_path: Any) -> None:
    panel = crowded(qtbot)
    view = panel.view
    view.save_png(tmp_path / "folded.png")
    view.switch_legends()
    view.save_png(tmp_path / "open.png")
    folded, opened = (QImage(str(tmp_path / name)) for name in ("folded.png", "open.png"))
    strip = folded.copy(0, opened.height(), folded.width(), folded.height() - opened.height())
    assert strip.height() > 2 * THEME.px(16)
    seen = {strip.pixelColor(x, y).name() for x in range(0, strip.width(), 2) for y in range(0, strip.height(), 2)}
    assert THEME.color("text").name() in seen


def test_a_drag_is_kept_with_the_options_and_home_frees_it(qtbot: Any) -> None:
    panel = shown(qtbot, CurvesView, results.curves(), QSize(520, 380))
    view, legend = panel.view, panel.view.legend
    before, size = legend.pos(), view.plot.size()
    grip = legend.rect().center()
    qtbot.mousePress(legend, Qt.MouseButton.LeftButton, pos=grip)
    qtbot.mouseMove(legend, grip + QPoint(-60, 30))
    qtbot.mouseMove(legend, legend.rect().center() + QPoint(-60, 40))
    qtbot.mouseRelease(legend, Qt.MouseButton.LeftButton, pos=legend.rect().center())
    assert legend.pos() != before and view.plot.size() == size
    saved = view.saved_options()
    assert set(saved) == {"legend_place"}
    beside = shown(qtbot, CurvesView, results.curves(), QSize(520, 380))
    again = beside.view
    again.take_options(saved)
    assert (again.legend.pos() - legend.pos()).manhattanLength() <= 2
    view.show_result(results.curves())
    legend.arrange()
    assert (again.legend.pos() - legend.pos()).manhattanLength() <= 2
    legend.setFocus()
    qtbot.keyClick(legend, Qt.Key.Key_Home)
    assert legend.pos() == before and view.saved_options() == {}


def test_it_moves_hides_and_comes_back_by_keyboard(qtbot: Any) -> None:
    panel = shown(qtbot, CurvesView, results.curves(), QSize(520, 380))
    view, legend = panel.view, panel.view.legend
    assert legend.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert legend.accessibleName() == "Legend: train, validation, test"
    before = legend.pos()
    qtbot.keyClick(legend, Qt.Key.Key_Left)
    assert legend.x() < before.x() and "legend_place" in view.saved_options()
    qtbot.keyClick(legend, Qt.Key.Key_Return)
    assert legend.folded and legend.isVisible() and view.saved_options()["legend"] is False
    qtbot.keyClick(legend, Qt.Key.Key_Return)
    assert not legend.folded and "legend" not in view.saved_options()
    view.plot.setFocus()
    qtbot.waitUntil(view.plot.hasFocus)
    qtbot.keyClick(view.plot, Qt.Key.Key_K)
    assert legend.folded
    qtbot.mouseClick(legend, Qt.MouseButton.LeftButton)
    assert not legend.folded
    tick = view.parameters.control("legend")  # that of the menu “⋯”
    tick.click()
    assert legend.folded


def test_in_a_tiny_plot_a_click_shows_it_on_a_card(qtbot: Any) -> None:
    panel = shown(qtbot, CurvesView, results.curves(), QSize(190, 150))
    legend = panel.view.legend
    assert legend.folded and panel.view.saved_options() == {}
    assert "validation" in legend.toolTip()
    qtbot.mouseClick(legend, Qt.MouseButton.LeftButton)
    card = next(one for one in QApplication.topLevelWidgets() if isinstance(one, Card))
    assert card.isVisible() and "validation" in card.accessibleName()
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    assert not card.isVisible()
    panel.resize(520, 380)
    qtbot.waitUntil(lambda: not legend.folded)


def test_no_plot_is_smaller_for_its_legend_and_text_size_makes_it_larger(qtbot: Any) -> None:
    panel = shown(qtbot, CurvesView, results.curves(), QSize(640, 480))
    view = panel.view
    plot, small = view.plot.size(), view.legend.size()
    view.switch_legends()
    assert view.plot.size() == plot == view.body_layout.geometry().size()
    view.switch_legends()
    THEME.set_scale(1.5)
    qtbot.waitUntil(lambda: view.legend.width() > 1.3 * small.width())
    assert view.legend.height() > 1.3 * small.height()


def test_a_hidden_legend_leaves_no_button_in_saved_pictures(qtbot: Any, tmp_path: Any) -> None:
    panel = shown(qtbot, CurvesView, results.curves(), QSize(520, 380))
    view = panel.view
    view.save_png(tmp_path / "with.png")
    view.switch_legends()
    view.save_png(tmp_path / "without.png")
    assert view.legend.isVisible()
    with_it, without = (QImage(str(tmp_path / name)) for name in ("with.png", "without.png"))
    place = view.legend.geometry().center() * 2 + QPoint(28, 88)
    assert without.pixelColor(place) == QImage.pixelColor(without, without.width() - 4, 4)
    assert with_it != without


@pytest.mark.parametrize("size", [QSize(300, 220), QSize(640, 480)], ids=["small", "large"])
@pytest.mark.parametrize(
    ("view_class", "make"), WITH_LEGENDS, ids=[f"{view.__name__}-{make.__name__}" for view, make in WITH_LEGENDS]
)
def test_in_every_view_it_lies_in_a_plot_and_off_the_newest_data(
    qtbot: Any, view_class: type[View], make: Callable[[], Any], size: QSize
) -> None:
    panel = shown(qtbot, view_class, make(), size)
    view = panel.view
    view.arrange_legends()
    assert view.legends
    for legend in view.legends:
        rooms = [area.room() for area in legend.areas if not area.room().isEmpty()]
        assert legend.isVisible() == bool(rooms and legend.entries)
        if legend.isVisible() and not legend.folded:
            lies = QRectF(legend.geometry())
            assert any(room.contains(lies) for room in rooms), (lies, rooms)
            assert not any(inside(area.newest(), lies).any() for area in legend.areas)
