"""Presenter mode: canvas and views only, everything large, single keys. A demonstration on a projector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from playground.document import library
from playground.ui.theme import THEME

if TYPE_CHECKING:
    from playground.ui.workplace import Workplace

SCALE = 1.5
KEYS_HELP = "Space plays and pauses, S steps, E takes an epoch, R rewinds, N and P change the preset, Esc leaves."


class Presenter(QObject):
    """Enters and leaves presenter mode and answers its keys."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self._place = place
        self.active = False
        self._was_full_screen = False

    def toggle(self) -> None:
        """Enter or leave."""
        if self.active:
            self.leave()
        else:
            self.enter()

    def enter(self) -> None:
        """Hide the panels, scale everything up, fill the screen."""
        place, window = self._place, self._place.window
        self.active = True
        self._was_full_screen = window.isFullScreen()
        place.show_canvas()
        window.menuBar().hide()
        THEME.set_scale(SCALE)
        place.canvas.installEventFilter(self)
        window.showFullScreen()
        place.canvas.fit()
        place.messages.tell(KEYS_HELP, tone="good")

    def leave(self) -> None:
        """Back to the workplace."""
        place, window = self._place, self._place.window
        self.active = False
        place.canvas.removeEventFilter(self)
        THEME.set_scale(1.0)
        window.menuBar().show()
        place.show_canvas()
        place.messages.dismiss()
        if not self._was_full_screen:
            window.showNormal()
        place.canvas.fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # While presenting, the single keys mean the demonstration, not the editing of the canvas.
        return event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self.key_pressed(event)

    def key_pressed(self, event: QKeyEvent) -> bool:
        """Answer a single key in presenter mode; False when it was none of ours."""
        if not self.active or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit | QTextEdit):
            return False
        run = self._place.run
        table = {
            Qt.Key.Key_Space: run.toggle,
            Qt.Key.Key_S: run.take_step,
            Qt.Key.Key_Right: run.take_step,
            Qt.Key.Key_E: run.take_epoch,
            Qt.Key.Key_R: run.rewind,
            Qt.Key.Key_N: self.next_preset,
            Qt.Key.Key_PageDown: self.next_preset,
            Qt.Key.Key_P: self.previous_preset,
            Qt.Key.Key_PageUp: self.previous_preset,
            Qt.Key.Key_Escape: self.leave,
        }
        action = table.get(Qt.Key(event.key()))
        if action is None:
            return False
        action()
        return True

    def next_preset(self) -> None:
        """Open the preset that follows in the gallery."""
        self._go(1)

    def previous_preset(self) -> None:
        """Open the preset before this one."""
        self._go(-1)

    def _go(self, direction: int) -> None:
        entries = library.presets()
        if not entries:
            return
        titles = [entry.title for entry in entries]
        title = self._place.document.project.title
        number = titles.index(title) if title in titles else -1 if direction > 0 else 0
        self._place.files.open(entries[(number + direction) % len(entries)].path)
