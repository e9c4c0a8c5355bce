"""All actions of the workplace, menu by menu."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Slot
from PySide6.QtGui import QActionGroup

from playground.ui.shell.arrangement import LEFT, RIGHT
from playground.ui.shell.help import Help
from playground.ui.shell.window_actions import Keys, WindowActions
from playground.ui.time.branching import CHOICES
from playground.ui.views.registry import SHELVES, VIEWS
from playground.ui.widgets.icons import put_icon
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.theme import THEME

if TYPE_CHECKING:
    from playground.ui.shell.workplace import Workplace


KEYS = {
    identifier: f"Alt+{number}"
    for number, identifier in enumerate(
        ("curves", "decision-boundary", "confusion-matrix", "prediction-wall", "weights", "feature-maps",
         "loss-surface", "gradient-flow", "runs"), start=1,
    )
}  # fmt: skip
"""The views one opens by number; all others by the menu's letters."""


def add_actions(place: Workplace) -> WindowActions:
    """Make the menus of the workplace's window."""
    actions = WindowActions(place.window)
    _add_file(place, actions)
    _add_edit(place, actions)
    _add_train(place, actions)
    _add_time(place, actions)
    ViewMenu(place, actions)
    help_ = Help(place.window, actions)
    actions.add("&Help", "keys", "&Keys…", help_.show_keys, "F1", tip="All keys on one page")
    actions.add("&Help", "log", "Open the &log folder", help_.open_log)
    actions.add("&Help", "about", "&About Playground", help_.show_about)
    return actions


def _add_file(place: Workplace, actions: WindowActions) -> None:
    add, files = actions.add, place.files
    add("&File", "new", "&New", files.new, Keys.New, icon="plus")
    add("&File", "open", "&Open…", files.ask_and_open, Keys.Open, icon="open")
    add("&File", "open-data", "Open &data…", place.own_files.ask_file, "Ctrl+Shift+D", tip="A table or a text of yours")
    add("&File", "open-pictures", "Open &pictures…", place.own_files.ask_folder, tip="A folder of yours, by class")
    add("&File", "gallery", "&Gallery", place.show_gallery, "Alt+Home", icon="gallery")
    actions.separate("&File")
    add("&File", "save", "&Save", files.save, Keys.Save, icon="save")
    add("&File", "save-as", "Save &as…", files.ask_and_save, "Ctrl+Shift+S")
    actions.separate("&File")
    add("&File", "quit", "&Quit", place.window.close, "Ctrl+Q")


def _add_edit(place: Workplace, actions: WindowActions) -> None:
    window, stack = place.window, place.document.undo_stack
    menu = actions.menu("&Edit")
    for name, action, keys in (
        ("undo", stack.createUndoAction(window, "&Undo"), Keys.Undo),
        ("redo", stack.createRedoAction(window, "&Redo"), Keys.Redo),
    ):
        action.setShortcuts(keys)
        action.setToolTip(f"{name.capitalize()} the last change")  # its own would be the text, read as markup
        put_icon(action, name)
        menu.addAction(action)
        window.addAction(action)
        actions.act[name] = action
    actions.separate("&Edit")
    verbs = place.canvas.verbs
    for name, text, keys_, verb in (
        ("cut", "Cu&t", "Ctrl+X", verbs.cut),
        ("copy", "&Copy", "Ctrl+C", verbs.copy),
        ("paste", "&Paste", "Ctrl+V", verbs.paste),
        ("duplicate", "&Duplicate", "Ctrl+D", verbs.duplicate),
        ("delete", "D&elete", "Del", verbs.delete),
        ("select-all", "Select &all", "Ctrl+A", verbs.select_all),
        ("", "", "", None),
        ("add-after", "Add a &block after…", "A", place.canvas.append_to_selection),
        ("parameters", "Set para&meters", "Return", verbs.enter_parameters),
        ("rename", "Rena&me", "F2", verbs.rename),
        ("neurons", "Show or hide ne&urons", "U", verbs.toggle_unfolded),
        ("walk-neurons", "&Walk through neurons", "N", verbs.enter_neurons),
        ("group", "&Group", "Ctrl+G", verbs.group),
        ("ungroup", "U&ngroup", "Ctrl+Shift+G", verbs.ungroup),
    ):
        # The canvas has these keys itself, and text fields have their own: the menu only shows them.
        if verb is None:
            actions.separate("&Edit")
        else:
            # `triggered` would pass its checked state to a verb with a parameter.
            actions.add("&Edit", name, text, functools.partial(_call, verb), elsewhere=keys_)
    actions.separate("&Edit")
    actions.add("&Edit", "find", "&Find a block…", place.find_block, "Ctrl+K", icon="search")
    actions.add("&Edit", "note", "Add a &note", functools.partial(_call, verbs.add_note), icon="note")
    actions.add("&Edit", "tidy", "Tid&y the canvas", functools.partial(_call, verbs.tidy), icon="tidy")


def _call(verb: Callable[[], object], checked: bool = False) -> None:
    verb()


def _add_train(place: Workplace, actions: WindowActions) -> None:
    add, run = actions.add, place.run
    add("&Train", "play", "&Play or pause", run.toggle, "Ctrl+Return", icon="play", tip="Learn, or pause")
    add("&Train", "step", "&Step", run.take_step, "F10", icon="step", tip="One step: one batch")
    add("&Train", "epoch", "&Epoch", run.take_epoch, "Ctrl+F10", icon="epoch", tip="On to the end of the epoch")
    add("&Train", "rewind", "&Rewind", run.rewind, "Ctrl+R", icon="rewind", tip="Back to the same first weights")
    add("&Train", "seed", "New see&d", run.new_seed, "Ctrl+Shift+R", icon="dice", tip="Other first weights")


def _add_time(place: Workplace, actions: WindowActions) -> None:
    add, time = actions.add, place.time
    add("T&ime", "earlier", "&Earlier", time.earlier, "Ctrl+,", icon="earlier", tip="The moment kept before this one")
    add("T&ime", "later", "&Later", time.later, "Ctrl+.", icon="later", tip="The moment kept after this one")
    add("T&ime", "replay", "&Play the run back", time.toggle_replay, "Ctrl+Shift+P", icon="replay", tip="Or stop it")
    add("T&ime", "best", "&Best moment", time.best, "Ctrl+Shift+B", icon="best", tip="The least validation loss")
    add("T&ime", "now", "&Now", time.now, "Ctrl+Shift+N", icon="now", tip="Show what is newest again")
    actions.separate("T&ime")
    for choice in CHOICES:
        name = "branch" if choice.factor == 1.0 else f"branch-{choice.name}"
        add(
            "T&ime", name, f"Branch {choice.words[0].lower()}{choice.words[1:]}",
            functools.partial(_call, functools.partial(place.branching.branch, choice)),
            {"same": "Ctrl+Shift+K", "tenth": "Ctrl+Shift+T"}.get(choice.name), icon="branch",
            tip="Begin another run at the moment that is shown; the run before stays on the curves",
        )  # fmt: skip


class ViewMenu(QObject):
    """The menu of views, which also says why one does not apply, and of themes and panels."""

    def __init__(self, place: Workplace, actions: WindowActions) -> None:
        super().__init__(place)
        self._place = place
        self._act = actions.act
        add = actions.add
        for title, shelf in SHELVES.items():
            menu = actions.submenu("&View", title)
            actions.menu(menu).aboutToShow.connect(self._explain)
            for view in shelf:
                identifier = view.analysis.id
                add(
                    menu, f"view-{identifier}", view.title, functools.partial(place.views.toggle, identifier),
                    KEYS.get(identifier), tip=view.analysis.summary, checkable=True,
                )  # fmt: skip
        actions.separate("&View")
        add("&View", "toggle-palette", "&Blocks and outline", self._toggle_left, "Ctrl+B")
        add("&View", "toggle-inspector", "&Inspector", self._toggle_right, "Ctrl+I")
        canvas = place.canvas
        add("&View", "fit", "Show &everything", canvas.fit, elsewhere="F")
        add("&View", "actual-size", "Canvas at 100 &%", canvas.reset_zoom, elsewhere="Ctrl+1")
        add("&View", "zoom-in", "Canvas &closer", canvas.zoom_in, elsewhere="+")
        add("&View", "zoom-out", "Canvas &farther", canvas.zoom_out, elsewhere="-")
        add("&View", "next-pane", "&Next pane", place.panes.forwards, "F6", tip="To the next part of the window")
        add("&View", "previous-pane", "Pre&vious pane", place.panes.backwards, "Shift+F6", tip="The focus back again")
        add("&View", "show-outline", "&Outline", place.show_outline, "Ctrl+Shift+O", tip="The canvas as a tree")
        actions.separate("&View")
        group = QActionGroup(place.window)
        for name, text in (("light", "&Light"), ("dark", "&Dark"), ("system", "As the &system")):
            action = add("&View", f"theme-{name}", text, functools.partial(self.use_theme, name), checkable=True)
            group.addAction(action)
            action.setChecked(QSettings().value("theme", "system") == name)
        strong = add("&View", "high-contrast", "&High contrast", self._use_contrast, checkable=True,
                     tip="Black on white or white on black, with stronger lines")  # fmt: skip
        strong.setChecked(THEME.strong)
        actions.separate("&View")
        size = place.window.text_size
        add("&View", "text-larger", "Te&xt larger", size.larger, ("Ctrl++", "Ctrl+="), tip="All text of the window")
        add("&View", "text-smaller", "Text s&maller", size.smaller, "Ctrl+-", tip="All text of the window")
        add("&View", "text-usual", "Text at &100 %", size.usual, "Ctrl+0", tip="All text of the window")
        actions.separate("&View")
        add("&View", "present", "&Present", place.presenter.toggle, "F11", icon="present", tip="Large, for a projector")

    @Slot()
    def _explain(self) -> None:
        for identifier, view in VIEWS.items():
            action = self._act[f"view-{identifier}"]
            why_not = self._place.views.why_not(identifier)
            action.setEnabled(not why_not or identifier in self._place.views.open_ids())
            action.setToolTip(plain_tip(why_not or view.analysis.summary))

    @Slot()
    def _toggle_left(self) -> None:
        self._place.arrangement.toggle(LEFT)

    @Slot()
    def _toggle_right(self) -> None:
        self._place.arrangement.toggle(RIGHT)

    @Slot()
    def _use_contrast(self) -> None:
        strong = self._act["high-contrast"].isChecked()
        QSettings().setValue("high-contrast", strong)
        THEME.use_contrast(strong)

    def use_theme(self, name: str) -> None:
        """Light, dark, or as the system; remembered."""
        QSettings().setValue("theme", name)
        THEME.use(name)
