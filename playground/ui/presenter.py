"""Presenter mode: canvas and views only, everything large, single keys. A demonstration on a projector."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from playground.document import library
from playground.ui.theme import THEME

if TYPE_CHECKING:
    from playground.ui.window import MainWindow

SCALE = 1.5
KEYS_HELP = "Space plays and pauses, S steps, E takes an epoch, R rewinds, N and P change the preset, Esc leaves."


class Presenter(QObject):
    """Enters and leaves presenter mode and answers its keys."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
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
        window = self._window
        self.active = True
        self._was_full_screen = window.isFullScreen()
        window.show_canvas()
        window.left_dock.hide()
        window.right_dock.hide()
        window.menuBar().hide()
        THEME.set_scale(SCALE)
        window.showFullScreen()
        window.canvas.fit()
        window.messages.tell(KEYS_HELP, tone="good")

    def leave(self) -> None:
        """Back to the workplace."""
        window = self._window
        self.active = False
        THEME.set_scale(1.0)
        window.menuBar().show()
        window.left_dock.show()
        window.right_dock.show()
        window.messages.dismiss()
        if not self._was_full_screen:
            window.showNormal()
        window.canvas.fit()

    def key_pressed(self, event: QKeyEvent) -> bool:
        """Answer a single key in presenter mode; False when it was none of ours."""
        if not self.active or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit | QTextEdit):
            return False
        run = self._window.run
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
        title = self._window.document.project.title
        place = titles.index(title) if title in titles else -1 if direction > 0 else 0
        self._window.files.open(entries[(place + direction) % len(entries)].path)
        self._window.left_dock.hide()
        self._window.right_dock.hide()
        self._window.canvas.fit()
