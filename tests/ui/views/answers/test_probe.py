"""The probe point: real drags, clicks and keys, and what stands beside the plane."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from playground.analysis.answers.decision_boundary import DecisionBoundaryAnalysis
from playground.analysis.answers.probe import ProbeAnalysis
from playground.ui.views.answers.decision_boundary import DecisionBoundaryView
from playground.ui.views.answers.probe import ProbeView
from playground.ui.views.answers.probe_marker import STEP, STRIDE, arrow_lines
from playground.ui.views.answers.probe_panel import bands as bands_of
from playground.ui.views.answers.probe_panel import short_words
from playground.ui.widgets.theme import THEME
from tests.ui.views import results, results_probe


@pytest.fixture(autouse=True)
def every_move(qapp: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """pyqtgraph leaves out moves that follow each other faster than a hand can move."""
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", -1)
    THEME.use("light")
    yield
    THEME.set_scale(1.0)


@pytest.fixture
def view(qtbot: Any) -> DecisionBoundaryView:
    """A boundary view with the probe on."""
    view = DecisionBoundaryView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.options)
    view.resize(640, 420)
    view.show()
    view.show_result(results.boundary())
    view.probe_button.setChecked(True)
    view.show_result(results_probe.probed())
    QApplication.processEvents()  # the plane makes room for the panel
    view.settle()
    return view


def pixel(view: DecisionBoundaryView, x: float, y: float) -> QPoint:
    return view.plot.mapFromScene(view.plot.box.mapViewToScene(QPointF(x, y)))


def drag(qtbot: Any, view: DecisionBoundaryView, *places: tuple[float, float]) -> None:
    """Press at the first place, move over the others, and let go."""
    port = view.plot.viewport()
    spots = [pixel(view, *place) for place in places]
    qtbot.mouseMove(port, spots[0] + QPoint(1, 1))
    qtbot.mouseMove(port, spots[0])
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=spots[0])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for spot in spots[1:]:
        # QTest's own move holds no button down.
        event = QMouseEvent(QEvent.Type.MouseMove, QPointF(spot), QPointF(port.mapToGlobal(spot)), left, left, none)
        QApplication.sendEvent(port, event)
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=spots[-1])


def test_the_button_puts_the_point_there_and_away(qtbot: Any) -> None:
    view = DecisionBoundaryView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.options)
    view.show()
    view.show_result(results.boundary())
    assert view.wanted() == DecisionBoundaryAnalysis(aspect=view.aspect) and not view.marker.target.isVisible()
    with qtbot.waitSignal(view.wanted_changed):
        qtbot.mouseClick(view.probe_button, Qt.MouseButton.LeftButton)
    assert view.wanted() == ProbeAnalysis(aspect=view.aspect)
    view.show_result(results_probe.probed())
    assert view.marker.target.isVisible() and view.panel_area.isVisible()
    assert view.marker.place == (2.0, -1.0)
    with qtbot.waitSignal(view.wanted_changed):
        qtbot.keyClick(view.plot, Qt.Key.Key_P)
    assert not view.marker.target.isVisible() and not view.panel_area.isVisible()
    assert isinstance(view.wanted(), DecisionBoundaryAnalysis) and not isinstance(view.wanted(), ProbeAnalysis)


def test_a_drag_carries_the_point_and_not_the_plane(qtbot: Any, view: DecisionBoundaryView) -> None:
    before = view.plot.box.viewRange()
    asked: list[ProbeAnalysis] = []
    view.wanted_changed.connect(lambda: asked.append(view.wanted()))
    drag(qtbot, view, (2.0, -1.0), (1.0, 0.0), (-1.0, 1.0), (-3.0, 2.0))
    assert view.plot.box.viewRange() == before
    assert len(asked) >= 2, "the numbers are asked for while it is dragged"
    wanted = view.wanted()
    assert isinstance(wanted, ProbeAnalysis) and wanted.placed
    assert (wanted.x, wanted.y) == pytest.approx((-3.0, 2.0), abs=0.15)
    view.show_result(results_probe.probed((0.0, 0.0)))
    assert view.marker.place == (wanted.x, wanted.y), "an older answer does not pull it out of the hand"


def test_a_drag_beside_the_point_moves_the_plane_as_before(qtbot: Any, view: DecisionBoundaryView) -> None:
    before = view.plot.box.viewRange()
    drag(qtbot, view, (-4.0, 3.0), (-3.0, 3.0), (-1.0, 3.0))
    assert view.plot.box.viewRange() != before
    assert view.marker.place == (2.0, -1.0)


def test_a_click_puts_it_down_and_it_stays_inside_the_plane(qtbot: Any, view: DecisionBoundaryView) -> None:
    qtbot.mouseClick(view.plot.viewport(), Qt.MouseButton.LeftButton, pos=pixel(view, -3.0, 4.0))
    assert view.marker.place == pytest.approx((-3.0, 4.0), abs=0.15)
    view.marker.go_to(100.0, -100.0)
    assert view.marker.place == (6.0, -6.0)


def test_the_arrow_keys_move_it_and_home_brings_it_back(qtbot: Any, view: DecisionBoundaryView) -> None:
    qtbot.keyClick(view.plot, Qt.Key.Key_Right)
    assert view.marker.place == pytest.approx((2.0 + STEP * 12, -1.0))
    qtbot.keyClick(view.plot, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert view.marker.place == pytest.approx((2.0 + STEP * 12, -1.0 + STRIDE * 12))
    wanted = view.wanted()
    assert isinstance(wanted, ProbeAnalysis) and wanted.placed
    with qtbot.waitSignal(view.wanted_changed):
        qtbot.keyClick(view.plot, Qt.Key.Key_Home)
    assert view.wanted() == ProbeAnalysis(aspect=view.aspect)


def test_the_numbers_stand_beside_the_plane(view: DecisionBoundaryView) -> None:
    shown = bands_of(results_probe.probe())
    assert [band.title for band in shown] == ["Features", "as it sees them", "Hidden", "Wide", "Output"]
    assert view.panel.words_at(view.panel.cell(2, 1).center()) == "Hidden, unit 2: −1.00"
    assert view.panel.words_at(view.panel.cell(3, 39).center()) == "Wide, unit 40: 3.00"
    assert "blue 0.980" in view.panel.accessibleDescription()
    picture = view.panel.grab().toImage()
    orange = picture.pixelColor(view.panel.cell(2, 1).topLeft().toPoint() + QPoint(2, 2))
    assert orange.red() > orange.blue()


def test_cells_lie_inside_the_panel_one_beside_the_other(view: DecisionBoundaryView) -> None:
    for width in (640, 360):
        view.resize(width, 300)
        view.settle()
        bands = enumerate(view.panel.bands)
        cells = [view.panel.cell(number, unit) for number, band in bands for unit in range(len(band.values))]
        for number, cell in enumerate(cells):
            assert cell.right() <= view.panel.width() + 1
            assert not any(cell.adjusted(1, 1, -1, -1).intersects(other) for other in cells[number + 1 :])


@pytest.mark.parametrize(
    ("value", "words"), [(0.123, "0.12"), (-12.34, "−12.34"), (0.0, "0.00"), (0.0012, "1e−3"), (123456.0, "1e5")]
)
def test_numbers_are_short(value: float, words: str) -> None:
    assert short_words(value) == words


def test_the_arrow_points_uphill_as_the_eye_sees_it() -> None:
    probe = results_probe.probe()
    xs, ys = arrow_lines(probe, (12.0, 12.0))
    assert (xs[0], ys[0]) == probe.place
    assert xs[1] > xs[0] + 0.5 and ys[1] == pytest.approx(ys[0])
    slanted = replace(probe, slope=(0.1, 0.01))
    xs, ys = arrow_lines(slanted, (1.0, 10.0))  # the second feature is ten times as dense on the screen
    assert (xs[1] - xs[0]) / 1.0 == pytest.approx((ys[1] - ys[0]) / 10.0)
    number = results_probe.probed_number()
    assert number.probe is not None and arrow_lines(number.probe, (12.0, 12.0)) == ([], [])


def test_the_arrow_is_as_long_on_the_screen_whatever_the_shape_of_the_plane(view: DecisionBoundaryView) -> None:
    lengths = []
    for size in ((640, 420), (420, 420)):
        view.resize(*size)
        QApplication.processEvents()
        view.show_result(results_probe.probed())
        xs, ys = view.marker.arrow.getData()
        start, end = pixel(view, xs[0], ys[0]), pixel(view, xs[1], ys[1])
        box = view.plot.box
        lengths.append((end - start).manhattanLength() / min(box.width(), box.height()))
        assert abs((end - start).y()) <= 1, "a slope along the first feature is a level arrow"
    assert lengths[0] == pytest.approx(lengths[1], rel=0.05)


def test_the_view_of_its_own_always_has_the_point(qtbot: Any) -> None:
    view = ProbeView()
    qtbot.addWidget(view)
    qtbot.addWidget(view.options)
    view.show()
    assert isinstance(view.wanted(), ProbeAnalysis)
    view.show_result(results_probe.probed())
    assert view.marker.target.isVisible() and view.panel_area.isVisible()
    assert not view.probe_button.isVisible()
    qtbot.keyClick(view.plot, Qt.Key.Key_P)
    assert isinstance(view.wanted(), ProbeAnalysis)
