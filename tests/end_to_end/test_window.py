"""The window itself: themes, presenting, views that float and grow, keys."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget

from playground.ui.shell.presenter import scale_for
from playground.ui.views.registry import VIEWS
from playground.ui.views.run.contest import StartedView
from playground.ui.widgets.theme import THEME
from playground.ui.widgets.tokens import DARK, LIGHT
from tests.end_to_end.conftest import Person, spirals


def middle_color(person: Person) -> str:
    """Colour of an empty place of the canvas."""
    image = person.place.canvas.viewport().grab().toImage()
    return image.pixelColor(3, 3).name()


def test_the_theme_switches_live(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    person.place.actions.act["theme-dark"].trigger()
    assert THEME.tokens is DARK and middle_color(person) == DARK.canvas
    person.place.actions.act["theme-light"].trigger()
    assert THEME.tokens is LIGHT and middle_color(person) == LIGHT.canvas


def test_presenter_mode_shows_canvas_and_views_only_and_single_keys_work(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    person.presses(Qt.Key.Key_F11)
    assert not any(dock.isVisible() for dock in person.place.arrangement.docks.values())
    assert person.place.canvas.isVisible() and THEME.scale == scale_for(person.window.screen().size())
    person.presses(Qt.Key.Key_S, on=person.place.canvas)
    person.sees(lambda: person.step == 1)
    person.rests()
    person.presses(Qt.Key.Key_Space, on=person.place.canvas)
    person.sees(lambda: person.step > 10)
    person.presses(Qt.Key.Key_Space)
    person.waits_for("paused")
    title = person.project.title
    person.presses(Qt.Key.Key_N, on=person.place.canvas)
    person.sees(lambda: person.project.title != title)
    person.presses(Qt.Key.Key_Escape)
    assert THEME.scale == 1.0
    person.sees(lambda: person.place.arrangement.docks["left"].isVisible())


UNSETTLED = ("search",)
"""They wait for a person to choose more than that they start."""


def test_every_view_opens_and_shows_a_result_or_says_why_not(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    person.place.trainer.take_step(30)
    for identifier in VIEWS:
        person.place.views.open(identifier)
        view = person.place.views.dock(identifier).view
        if person.place.views.why_not(identifier):
            person.sees(lambda view=view: view.message == person.place.views.why_not(view.analysis.id))
            continue
        if isinstance(view, StartedView):  # they train networks of their own
            person.sees(lambda view=view: "Start" in view.message or not view.message)
            if identifier in UNSETTLED:
                continue
            person.qtbot.mouseClick(view.start_button, Qt.MouseButton.LeftButton)
        person.sees(lambda view=view: view.result is not None)
        person.place.views.close(identifier)


def test_a_view_is_enlarged_floated_and_closed(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    dock = person.place.views.dock("curves")
    person.qtbot.mouseClick(dock.panel.enlarge_button, Qt.MouseButton.LeftButton)
    assert person.place.enlarger.enlarged == "curves" and not person.place.canvas.isVisible()
    person.presses(Qt.Key.Key_Escape)
    assert person.place.enlarger.enlarged == "" and person.place.canvas.isVisible()
    person.qtbot.mouseClick(dock.panel.float_button, Qt.MouseButton.LeftButton)
    assert dock.isFloating()
    person.qtbot.mouseClick(dock.panel.float_button, Qt.MouseButton.LeftButton)
    assert not dock.isFloating()
    person.qtbot.mouseClick(dock.panel.close_button, Qt.MouseButton.LeftButton)
    assert "curves" not in person.place.views.open_ids()
    assert not person.place.actions.act["view-curves"].isChecked()


def test_open_views_are_saved_with_the_project(person: Person, tmp_path: Path) -> None:
    path = person.opens(spirals(), tmp_path)
    person.place.views.show_only(["weights", "curves"])
    person.place.files.save()
    person.place.views.show_only([])
    person.window.open_path(path)
    assert set(person.place.views.open_ids()) == {"weights", "curves"}


def test_ctrl_k_finds_and_adds_a_block(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    person.place.canvas.select(["dense-1"])
    person.presses(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    menu = person.place.canvas.quick_menu
    assert menu is not None
    person.qtbot.keyClicks(menu.search, "dropout")
    person.presses(Qt.Key.Key_Return, on=menu.search)
    assert any(node.block == "dropout" for node in person.graph.nodes)


def test_everything_with_a_button_or_a_dock_has_a_name_for_screen_readers(person: Person, tmp_path: Path) -> None:
    from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSlider, QSpinBox

    person.opens(spirals(), tmp_path)
    nameless = [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for kind in (QAbstractButton, QComboBox, QLineEdit, QSlider, QSpinBox)
        for widget in person.window.findChildren(kind)
        if widget.isVisible()
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
        and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []
    assert all(dock.objectName() for dock in person.window.findChildren(QDockWidget))


def test_keys_of_the_canvas_are_taken_by_no_menu(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    canvas, both = person.place.canvas, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    canvas.select(["dense-1", "dense-2"])
    person.presses(Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier, on=canvas)
    assert person.graph.groups[0].nodes == ("dense-1", "dense-2")
    person.presses(Qt.Key.Key_G, both, on=canvas)
    assert not person.graph.groups and canvas.isVisible()
    person.presses(Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier, on=canvas)
    assert person.window.gallery.isVisible()
    person.presses(Qt.Key.Key_O, both)
    assert canvas.isVisible() and person.place.outline.isVisible()


def test_a_new_project_starts_without_old_numbers_and_says_how_to_begin(person: Person, tmp_path: Path) -> None:
    person.opens(spirals(), tmp_path)
    person.waits_for("ready")
    bar, hint = person.place.top_bar, person.place.empty_hint
    loss = bar.figures["train_loss"]
    person.sees(lambda: "not measured" not in loss.accessibleName())
    assert not hint.isVisible()
    steps = [button for button, action in bar.worded_buttons if action.iconText() in ("Step", "Epoch")]
    assert len(steps) == 2 and all(button.isEnabled() for button in steps)
    person.place.actions.act["new"].trigger()
    person.sees(lambda: not person.graph.nodes)
    assert loss.accessibleName() == "train loss is not measured: nothing has been trained yet."
    assert hint.isVisible() and "Ctrl+K" in hint.text()
    assert not any(button.isEnabled() for button in steps)
    person.place.canvas.add_block("circles")
    assert not hint.isVisible()
