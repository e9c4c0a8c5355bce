"""The menus: where the actions that the components offer stand. Each is made once, for menu, key and button alike."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from playground.exchange.out.formats import FORMATS
from playground.ui.shell.head import MenuBar
from playground.ui.views.registry import SHELVES
from playground.ui.widgets.icons import put_icon
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.menu_action import MenuAction

LINE = "-"
"""A line between two groups of a menu."""
Entry = str | tuple[str, tuple[str, ...]]
"""Name of an action, a line, or the title of a submenu with its entries."""

TABLE: Mapping[str, tuple[Entry, ...]] = {
    "&File": (
        "new", "open", "open-data", "open-pictures", "open-network", "open-link", "insert-project", "take-weights",
        "gallery", LINE, "save", "save-as", ("&Export", (*(f"export-{one.id}" for one in FORMATS), LINE, "copy-link")),
        LINE, "quit",
    ),
    "&Edit": (
        "undo", "redo", LINE, "cut", "copy", "paste", "duplicate", "delete", "select-all", LINE, "add-after",
        "parameters", "rename", "neurons", "walk-neurons", "group", "ungroup",
        "close-group", "leave-group", LINE, "find", "note", "tidy",
    ),
    "&Train": (
        "play", "step", "epoch", "rewind", "seed", LINE, "take-weights", LINE, "freeze", "reset-block", "widen",
        LINE, "view-use-it",
    ),
    "T&ime": (
        "earlier", "later", "replay", "best", "now", LINE, "branch", "branch-tenth", "branch-half", "branch-twice",
        "branch-ten",
    ),
    "&View": (
        *((title, tuple(f"view-{view.analysis.id}" for view in shelf)) for title, shelf in SHELVES.items()),
        LINE, "toggle-palette", "toggle-inspector", "fit", "actual-size", "zoom-in", "zoom-out", "next-pane",
        "previous-pane", "show-outline", "show-code", LINE, "theme-light", "theme-dark", "theme-system",
        "high-contrast", LINE, "text-larger", "text-smaller", "text-usual", LINE, "present",
    ),
    "&Help": ("keys", "log", "about"),
}  # fmt: skip
"""What stands in each menu."""


class Menus(QObject):
    """Makes the actions, by name in `act`, and fills the menu bar with them."""

    def __init__(self, window: QMainWindow, bar: MenuBar) -> None:
        super().__init__(window)
        self._window = window
        self._bar = bar
        self._groups: dict[str, QActionGroup] = {}
        self.act: dict[str, QAction] = {}

    def offer(self, actions: Iterable[MenuAction]) -> None:
        """Make the actions of a component."""
        for one in actions:
            self.take(one.name, self._made(one))

    def take(self, name: str, action: QAction) -> None:
        """Take an action as it is; its keys work with the menu bar hidden too, as in presenter mode."""
        self._window.addAction(action)
        self.act[name] = action

    def fill(self, table: Mapping[str, Iterable[Entry]] = TABLE) -> dict[str, QMenu]:
        """Put the actions into their menus. Returns the submenus by title. Raises KeyError for one nobody offers."""
        submenus: dict[str, QMenu] = {}
        for title, entries in table.items():
            menu = self._bar.menu(title)
            for entry in entries:
                if isinstance(entry, str):
                    self._put(menu, entry)
                    continue
                name, inside = entry
                submenus[name] = menu.addMenu(name)
                submenus[name].setToolTipsVisible(True)
                for one in inside:
                    self._put(submenus[name], one)
        return submenus

    def _put(self, menu: QMenu, name: str) -> None:
        if name == LINE:
            menu.addSeparator()
        else:
            menu.addAction(self.act[name])

    def _made(self, offered: MenuAction) -> QAction:
        native = QKeySequence.SequenceFormat.NativeText
        shown = QKeySequence(offered.elsewhere).toString(native) if offered.elsewhere else ""
        action = QAction(f"{offered.text}\t{shown}" if shown else offered.text, self._window)
        action.setIconText(offered.text.replace("&", "").rstrip("…"))
        tip, sequences = offered.tip, _sequences(offered.keys)
        if sequences:
            action.setShortcuts(sequences)
            tip = f"{tip or action.iconText()} ({sequences[0].toString(native)})"
        action.setToolTip(plain_tip(tip or action.iconText()))
        action.setCheckable(offered.checked is not None)
        action.setChecked(bool(offered.checked))
        if offered.icon:
            put_icon(action, offered.icon)
        if offered.group:
            group = self._groups.setdefault(offered.group, QActionGroup(self))
            group.addAction(action)
        # `triggered` would pass its checked state to what has a parameter.
        action.triggered.connect(functools.partial(_call, offered.do))
        return action


def _call(do: Callable[[], object], checked: bool = False) -> None:
    do()


def _sequences(keys: str | Sequence[str] | QKeySequence.StandardKey | None) -> list[QKeySequence]:
    if keys is None:
        return []
    if isinstance(keys, QKeySequence.StandardKey):
        return QKeySequence.keyBindings(keys)
    return [QKeySequence(one) for one in ((keys,) if isinstance(keys, str) else keys)]
