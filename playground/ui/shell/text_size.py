"""The size of all text in the window, by Ctrl + and Ctrl -; remembered."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSettings, Signal, Slot

from playground.ui.widgets.menu_action import MenuAction
from playground.ui.widgets.qt_access import kept_number
from playground.ui.widgets.theme import THEME

SIZES = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
SETTING = "text-size"


class TextSize(QObject):
    """The person's choice among `SIZES`, times the enlargement of presenter mode."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._enlarged = 1.0
        self.chosen = _nearest(kept_number(SETTING, 1.0))
        """1.0 is the usual size."""

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the View menu."""
        tip = "All text of the window"
        return (
            MenuAction("text-larger", "Te&xt larger", self.larger, ("Ctrl++", "Ctrl+="), tip=tip),
            MenuAction("text-smaller", "Text s&maller", self.smaller, "Ctrl+-", tip=tip),
            MenuAction("text-usual", "Text at &100 %", self.usual, "Ctrl+0", tip=tip),
        )

    def apply(self) -> None:
        """Bring the theme to the present size, if it has another."""
        scale = self.chosen * self._enlarged
        if abs(scale - THEME.scale) > 1e-6:
            THEME.set_scale(scale)
            self.changed.emit()

    @Slot()
    def larger(self) -> None:
        """One size larger."""
        self._choose(min(SIZES.index(self.chosen) + 1, len(SIZES) - 1))

    @Slot()
    def smaller(self) -> None:
        """One size smaller."""
        self._choose(max(SIZES.index(self.chosen) - 1, 0))

    @Slot()
    def usual(self) -> None:
        """Back to 100 %."""
        self._choose(SIZES.index(1.0))

    def enlarge(self, factor: float) -> None:
        """Enlarge for a projector; 1.0 takes it back."""
        self._enlarged = factor
        self.apply()

    def _choose(self, place: int) -> None:
        self.chosen = SIZES[place]
        QSettings().setValue(SETTING, self.chosen)
        self.apply()


def _nearest(wanted: float) -> float:
    return min(SIZES, key=lambda size: abs(size - wanted))
