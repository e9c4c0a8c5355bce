"""What an empty canvas says: how to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QLabel

from playground.ui.widgets.theme import THEME

if TYPE_CHECKING:
    from playground.ui.canvas.view import CanvasView

WORDS = (
    "Drag a data block here, then layers, then a loss.\n"
    "Or drop a table, a text or a folder of pictures of yours.\n"
    "Or press Ctrl+K, or pick a ready network in the gallery."
)
_WIDTH, _HEIGHT = 420, 80


class EmptyHint(QLabel):
    """Lies in the middle of the canvas while nothing is on it, and lets the mouse through."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(WORDS, canvas)
        self._canvas = canvas
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setWordWrap(True)
        canvas.view_changed.connect(self.refresh)
        canvas.canvas_scene.arranged.connect(self.refresh)
        THEME.changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show or hide, in the middle of what is seen."""
        empty = self._canvas.canvas_scene.content_rect().isEmpty()
        self.setVisible(empty)
        if empty:
            self.setStyleSheet(f"QLabel {{ color: {THEME.tokens.secondary}; background: transparent; }}")
            self.setFont(THEME.font(14))
            room = self._canvas.viewport().geometry()
            self.resize(min(THEME.px(_WIDTH), room.width()), THEME.px(_HEIGHT))
            self.move(room.center() - self.rect().center())
