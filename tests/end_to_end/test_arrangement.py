"""How the window is divided: on small screens, with large text, for a projector, and from one project to the next."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar, QWidget

from playground.document.library import find
from playground.ui.shell.dock_layout import HEIGHT_SHARE, columns_for
from playground.ui.shell.presenter import scale_for
from playground.ui.shell.top_bar import WIDEST_NUMBER, number
from playground.ui.widgets.theme import THEME
from tests.end_to_end.conftest import LEFT, Person, spirals

CONTROL = Qt.KeyboardModifier.ControlModifier
SMALLEST = (1024, 600)
"""The smallest screen, in pixels at 100 %."""


def opens_preset(person: Person, name: str, size: tuple[int, int]) -> None:
    person.window.resize(*size)
    person.window.open_path(find(name))
    person.waits_for("ready")
    person.sees(lambda: person.window.size() == QSize(*size))
    settles()


def settles() -> None:
    for _ in range(5):
        QApplication.processEvents()


def seen(person: Person) -> list[str]:
    views = person.place.views
    return [name for name in views.open_ids() if views.dock(name).seen]


def inside(widget: QWidget, window: QWidget) -> bool:
    corner = widget.mapTo(window, widget.rect().topLeft())
    return window.rect().contains(widget.rect().translated(corner))


@pytest.mark.parametrize("text", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("preset", ["reverse", "co2-lstm", "small-cnn-digits", "gan-ring"])
def test_no_project_and_no_size_of_text_forces_the_window_beyond_the_smallest_screen(
    person: Person, preset: str, text: float
) -> None:
    person.window.text_size.chosen = text
    person.window.text_size.apply()
    opens_preset(person, preset, SMALLEST)
    assert person.window.size() == QSize(*SMALLEST)
    least = person.window.minimumSizeHint()
    assert least.width() <= SMALLEST[0] and least.height() <= SMALLEST[1]
    bar, canvas = person.place.top_bar, person.place.canvas
    assert inside(bar.play, person.window) and bar.play.width() >= bar.play.minimumSizeHint().width()
    assert canvas.isVisible() and inside(canvas, person.window) and canvas.height() >= 75
    assert seen(person)


def test_many_views_fit_a_screen_of_half_the_usual_size(person: Person) -> None:
    # 1920 x 1080 at 200 %; the frame of the window takes 40.
    opens_preset(person, "spirals", (960, 500))
    for view in ("curves", "decision-boundary", "confusion-matrix", "loss-surface", "runs"):
        person.place.views.open(view)
    settles()
    assert person.window.size() == QSize(960, 500)
    assert len(seen(person)) == len(person.place.views.layout.columns) <= 3


@pytest.mark.parametrize(
    ("count", "room", "columns"),
    [
        (1, 900, (("0",),)),
        (3, 900, (("0",), ("1",), ("2",))),
        (3, 620, (("0", "2"), ("1",))),
        (5, 620, (("0", "2", "4"), ("1", "3"))),
        (4, 100, (("0", "1", "2", "3"),)),
        (0, 900, ()),
    ],
)
def test_views_stand_side_by_side_and_become_tabs_where_they_would_be_slivers(
    count: int, room: int, columns: tuple[tuple[str, ...], ...]
) -> None:
    assert columns_for([str(number) for number in range(count)], room, 300) == columns


def test_views_have_their_share_of_the_height_and_keep_what_a_person_chose(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    dock = person.place.views.dock("curves")
    person.sees(lambda: abs(dock.height() - HEIGHT_SHARE * person.window.height()) < 3)
    person.place.views.layout.height_share = 0.6
    person.window.resize(1400, 800)
    person.sees(lambda: abs(dock.height() - 0.6 * 800) < 3)


def test_a_view_opened_behind_others_comes_to_the_front_and_only_what_is_seen_is_asked_for(
    person: Person, tmp_path: Path
) -> None:
    person.window.resize(1024, 700)
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    person.place.views.open("gradient-flow")
    person.place.views.open("weights")
    settles()
    front = person.place.views.layout.front()
    assert "weights" in front and seen(person) == [name for name in person.place.views.open_ids() if name in front]
    hidden = next(name for name in person.place.views.open_ids() if name not in front)
    person.place.views.layout.bring_to_front(hidden)
    person.sees(lambda: person.place.views.dock(hidden).seen)
    person.place.trainer.take_step()
    person.sees(lambda: person.place.views.dock(hidden).view.result is not None)


def test_panels_get_narrower_and_go_where_the_canvas_needs_the_room_and_come_when_asked_for(
    person: Person, tmp_path: Path
) -> None:
    person.opens(spirals(), tmp_path)
    left, right = person.place.arrangement.docks["left"], person.place.arrangement.docks["right"]
    person.window.resize(1024, 600)
    person.sees(lambda: left.isVisible() and left.width() < 200 and right.isVisible() and right.width() < 300)
    person.window.resize(900, 600)
    person.sees(lambda: not left.isVisible() and right.isVisible())
    person.window.resize(700, 600)
    person.sees(lambda: not left.isVisible() and not right.isVisible())
    person.presses(Qt.Key.Key_B, CONTROL)
    assert left.isVisible() and not right.isVisible()
    person.window.resize(1500, 950)
    person.sees(lambda: left.isVisible() and right.isVisible())
    person.presses(Qt.Key.Key_I, CONTROL)
    assert not right.isVisible()


def test_the_size_of_text_has_keys_for_the_whole_window_and_is_remembered(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    before = person.place.top_bar.title.font().pixelSize(), person.place.canvas.camera.zoom
    person.presses(Qt.Key.Key_Plus, CONTROL, on=person.place.canvas)
    assert THEME.scale > 1.0 and float(QSettings().value("text-size")) == THEME.scale
    assert person.place.top_bar.title.font().pixelSize() >= before[0]
    person.presses(Qt.Key.Key_Minus, CONTROL, on=person.place.canvas)
    assert THEME.scale == 1.0
    person.presses(Qt.Key.Key_Minus, CONTROL)
    assert THEME.scale < 1.0
    person.presses(Qt.Key.Key_0, CONTROL)
    assert THEME.scale == 1.0


def test_the_layout_is_remembered_for_projects_of_the_same_kind(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    person.place.views.show_only(["weights", "curves"])
    person.place.views.layout.height_share = 0.3
    person.presses(Qt.Key.Key_B, CONTROL)
    person.place.document.undo_stack.setClean()
    person.window.open_path(find("co2-lstm"))
    person.sees(lambda: person.project.title != spirals().title)
    person.place.views.layout.height_share = 0.5
    person.presses(Qt.Key.Key_B, CONTROL)
    person.opens(spirals(), tmp_path)
    person.sees(lambda: person.place.views.open_ids() == ["weights", "curves"])
    assert person.place.views.layout.height_share == 0.3
    assert not person.place.arrangement.docks["left"].isVisible()


@pytest.mark.parametrize(("screen", "scale"), [((1280, 720), 1.286), ((1920, 1080), 1.5), ((960, 540), 1.0)])
def test_a_projector_makes_all_as_large_as_there_is_room(screen: tuple[int, int], scale: float) -> None:
    assert scale_for(QSize(*screen)) == pytest.approx(scale, abs=0.001)


def test_presenting_shows_play_canvas_and_one_large_view_and_leaving_restores_the_window(person: Person) -> None:
    opens_preset(person, "reverse", (1280, 720))
    person.place.canvas.camera.zoom_to(0.7)
    settles()
    views = person.place.views
    before = {name: views.dock(name).geometry() for name in views.open_ids()}
    size, zoom, centre = person.window.size(), person.place.canvas.camera.zoom, person.place.canvas.camera.visible()
    person.presses(Qt.Key.Key_F11)
    person.window.resize(1280, 720)  # The screen of a test has another size.
    hero = views.dock("attention")
    person.sees(lambda: hero.width() > 600)
    assert seen(person) == ["attention"]
    assert hero.height() > 550 and person.place.canvas.width() > 600
    assert inside(hero, person.window) and inside(person.place.top_bar.play, person.window)
    person.presses(Qt.Key.Key_V, on=person.place.canvas)
    person.sees(lambda: seen(person) == ["curves"])
    person.presses(Qt.Key.Key_Escape, on=person.place.canvas)
    person.window.resize(size)
    person.sees(lambda: {name: views.dock(name).geometry() for name in views.open_ids()} == before)
    assert person.place.arrangement.docks["left"].isVisible() and person.window.head.menus.isVisible()
    person.sees(lambda: person.place.canvas.camera.zoom == zoom)
    assert (person.place.canvas.camera.visible().center() - centre.center()).manhattanLength() < 4


@pytest.mark.parametrize(("preset", "about"), [("xor", "decision-boundary"), ("deep-sigmoid", "gradient-flow")])
def test_a_presenter_sees_large_what_a_preset_is_about_and_not_its_loss(
    person: Person, preset: str, about: str
) -> None:
    opens_preset(person, preset, (1280, 720))
    assert person.place.views.open_ids() == ["curves", about]
    person.presses(Qt.Key.Key_F11)
    person.sees(lambda: seen(person) == [about])
    person.presses(Qt.Key.Key_V, on=person.place.canvas)
    person.sees(lambda: seen(person) == ["curves"])
    person.presses(Qt.Key.Key_Escape, on=person.place.canvas)


def test_nothing_moves_in_the_head_when_play_becomes_pause_numbers_change_or_a_message_comes(
    person: Person, tmp_path: Path
) -> None:
    menus = person.window.head.menus.height()
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    person.sees(lambda: person.place.top_bar.figures["train_loss"].accessibleName() != "")
    settles()
    bar = person.place.top_bar

    def places() -> list[object]:
        shown = [bar.play, *bar.figures.values(), bar.device, bar.seed, bar.present, bar.speed_box]
        page = [person.place.canvas.geometry(), person.place.time_bar.slider.geometry()]
        return [widget.geometry() for widget in shown] + page

    before = places()
    bar.play.click()
    person.sees(lambda: bar.play.text() == "Pause" and person.step > 100)
    assert places() == before
    bar.play.click()
    person.waits_for("paused")
    person.place.messages.tell("Something to be said.", [("Do it", lambda: None)])
    settles()
    assert places() == before and person.place.messages.isVisible()
    assert person.window.head.menus.height() == menus


@pytest.mark.parametrize("value", [0.0, 1e-9, -1.5, 0.12345, 99_999.4, 1e20, -6937.2, -1e12, float("nan"), None])
def test_every_number_has_the_room_that_is_kept_for_it(value: float | None) -> None:
    assert len(number(value)) <= len(WIDEST_NUMBER)


def test_a_tab_brings_its_view_to_the_front_and_no_tab_bar_is_left_behind(person: Person, tmp_path: Path) -> None:
    person.window.resize(1024, 700)
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    person.place.views.open("gradient-flow")
    person.place.views.open("weights")
    settles()
    layout = person.place.views.layout
    column = next(column for column in layout.columns if len(column) > 1)
    bars = person.window.findChildren(QTabBar)
    for name in (*column, *column):
        bar = person.place.views.dock(layout.front()[layout.columns.index(column)]).tabs.bar
        assert [bar.tabText(index) for index in range(bar.count())] == [
            person.place.views.dock(other).view.title for other in column
        ]
        QTest.mouseClick(bar, LEFT, pos=bar.tabRect(column.index(name)).center())
        person.sees(lambda name=name: person.place.views.dock(name).seen)
        assert name in layout.front()
    assert set(person.window.findChildren(QTabBar)) == set(bars)
    assert not person.window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
