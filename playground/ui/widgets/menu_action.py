"""What a person can do from a menu, by a key or a button, as data: components offer it, the menus only build."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence


@dataclass(frozen=True, slots=True)
class MenuAction:
    """One line of a menu. The tip teaches; the key is added to it."""

    name: str
    """By which menus, tests and other actions know it, such as "save"."""
    text: str
    """With a letter to press marked by an ampersand."""
    do: Callable[[], object]
    keys: str | Sequence[str] | QKeySequence.StandardKey | None = None
    icon: str = ""
    tip: str = ""
    elsewhere: str = ""
    """A key that the component itself answers while it has the focus: the menu only shows it."""
    checked: bool | None = None
    """Whether it is on; None for what cannot be on or off."""
    group: str = ""
    """Of the actions of one group, one is on."""
