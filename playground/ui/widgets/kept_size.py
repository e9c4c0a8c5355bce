"""Sizes in pixels that follow the scale of the theme."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Slot
from PySide6.QtWidgets import QWidget

from playground.ui.widgets.theme import THEME


class KeptSize(QObject):
    """Gives its widget a size by the name of the setter, such as `setFixedWidth`, anew whenever the scale changes."""

    def __init__(self, widget: QWidget, setter: str, pixels: float) -> None:
        super().__init__(widget)
        self._setter = setter
        self._pixels = pixels
        THEME.changed.connect(self.renew)
        self.renew()

    @Slot()
    def renew(self) -> None:
        """Set the size under the present scale."""
        getattr(self.parent(), self._setter)(THEME.px(self._pixels))


def dialog_size(dialog: QWidget, wide: int, high: int) -> QSize:
    """The size of a large dialog: so many pixels of the theme, or as much as the window behind it leaves."""
    window = dialog.parentWidget()
    room = window.size() if window is not None else QSize(1200, 800)
    return QSize(
        min(THEME.px(wide), max(THEME.px(560), room.width() - 80)),
        min(THEME.px(high), max(THEME.px(420), room.height() - 60)),
    )
