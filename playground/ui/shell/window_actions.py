"""Everything one can do from the menus: each action once, bound to menu, key and button alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from playground.ui.widgets.icons import put_icon

if TYPE_CHECKING:
    from playground.ui.shell.window import MainWindow

Keys = QKeySequence.StandardKey
MENUS = ("&File", "&Edit", "&Train", "T&ime", "&View", "&Help")
"""The menus in their order."""


class WindowActions(QObject):
    """Makes the actions and the menu bar. `act` is filled by name, such as `act["play"]`."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.act: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}

    def add(
        self,
        menu: str,
        name: str,
        text: str,
        slot: Callable[[], None],
        keys: str | Sequence[str] | QKeySequence.StandardKey | None = None,
        *,
        icon: str = "",
        tip: str = "",
        checkable: bool = False,
        elsewhere: str = "",
    ) -> QAction:
        """Add an action at the end of a menu. The tip teaches; the key is added to it.

        `elsewhere` is a key that the canvas itself answers while it has the focus: the menu only shows it.
        """
        native = QKeySequence.SequenceFormat.NativeText
        shown = QKeySequence(elsewhere).toString(native) if elsewhere else ""
        action = QAction(f"{text}\t{shown}" if shown else text, self._window)
        action.setIconText(text.replace("&", "").rstrip("…"))
        if keys is not None:
            sequences = _sequences(keys)
            action.setShortcuts(sequences)
            if sequences:
                tip = f"{tip or action.iconText()} ({sequences[0].toString(native)})"
        action.setToolTip(tip or action.iconText())
        action.setCheckable(checkable)
        if icon:
            put_icon(action, icon)
        action.triggered.connect(slot)
        self.menu(menu).addAction(action)
        # Keys work with the menu bar hidden too, as in presenter mode.
        self._window.addAction(action)
        self.act[name] = action
        return action

    def menu(self, title: str) -> QMenu:
        """The menu with that title, made when first asked for."""
        if title not in self.menus:
            self.menus[title] = self._window.head.menus.menu(title)
        return self.menus[title]

    def submenu(self, parent: str, title: str) -> str:
        """Make a menu within a menu; returns the title by which `add` and `menu` know it."""
        name = f"{parent}/{title}"
        if name not in self.menus:
            self.menus[name] = self.menu(parent).addMenu(title)
            self.menus[name].setToolTipsVisible(True)
        return name

    def separate(self, menu: str) -> None:
        """A line in a menu."""
        self.menu(menu).addSeparator()


def _sequences(keys: str | Sequence[str] | QKeySequence.StandardKey) -> list[QKeySequence]:
    if isinstance(keys, Keys):
        return QKeySequence.keyBindings(keys)
    return [QKeySequence(one) for one in ((keys,) if isinstance(keys, str) else keys)]
