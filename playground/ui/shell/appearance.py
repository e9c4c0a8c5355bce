"""How the window looks: light, dark or as the system, and high contrast; remembered."""

from __future__ import annotations

import functools

from PySide6.QtCore import QObject, QSettings

from playground.ui.widgets.menu_action import MenuAction
from playground.ui.widgets.theme import THEME

CHOICES = (("light", "&Light"), ("dark", "&Dark"), ("system", "As the &system"))


class Appearance(QObject):
    """The person's choice of colours."""

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the View menu."""
        chosen = QSettings().value("theme", "system")
        return (
            *(
                MenuAction(f"theme-{name}", text, functools.partial(self.use_theme, name), checked=name == chosen,
                           group="theme")
                for name, text in CHOICES
            ),
            MenuAction("high-contrast", "&High contrast", self.toggle_contrast, checked=THEME.strong,
                       tip="Black on white or white on black, with stronger lines"),
        )  # fmt: skip

    def use_theme(self, name: str) -> None:
        """Light, dark, or as the system."""
        QSettings().setValue("theme", name)
        THEME.use(name)

    def toggle_contrast(self) -> None:
        """Switch high contrast on or off."""
        QSettings().setValue("high-contrast", not THEME.strong)
        THEME.use_contrast(not THEME.strong)
