"""Presenter mode: canvas and one large view or two, everything large, single keys. A demonstration on a projector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from playground.document import library
from playground.ui.shell.arrangement import Arrangement
from playground.ui.shell.parts import Parts
from playground.ui.widgets.menu_action import MenuAction

LARGEST = 1.5
ROOM = (960.0, 560.0)
"""Width and height in pixels at 100 % in which a demonstration has room: what a screen has more makes all larger."""
HELP_SECONDS = 9.0
SETTLING_MS = 1_000
"""How long a window system may take to give the window its size back."""
KEYS_HELP = (
    "Space plays and pauses, S steps, E takes an epoch, R rewinds, V shows the next view, "
    "N and P change the preset, Esc leaves."
)


def scale_for(screen: QSize) -> float:
    """How much larger everything is while presenting on a screen of this size, such that it still has room."""
    return min(max(min(screen.width() / ROOM[0], screen.height() / ROOM[1]), 1.0), LARGEST)


@dataclass(frozen=True)
class Before:
    """The window as it was before, to be restored."""

    state: Qt.WindowState
    size: QSize
    zoom: float
    centre: QPointF
    fitted: bool
    working: bool
    enlarged: str


class Presenter(QObject):
    """Enters and leaves presenter mode and answers its keys."""

    def __init__(self, parts: Parts, arrangement: Arrangement, show_work: Callable[[bool], None]) -> None:
        super().__init__(parts)
        self._parts = parts
        self._arrangement = arrangement
        self._show_work = show_work
        """Shows the canvas (True) or the gallery."""
        self.active = False
        self._before: Before | None = None
        self._help = QTimer(self)
        self._help.setSingleShot(True)
        self._help.timeout.connect(self._hide_help)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.timeout.connect(self._look_as_before)

    def menu_actions(self) -> tuple[MenuAction, ...]:
        """What one can do in the View menu."""
        return (MenuAction("present", "&Present", self.toggle, "F11", "present", "Large, for a projector"),)

    @Slot()
    def toggle(self) -> None:
        """Enter or leave."""
        if self.active:
            self.leave()
        else:
            self.enter()

    def enter(self) -> None:
        """Hide the panels, scale everything up, fill the screen."""
        parts, window = self._parts, self._parts.frame
        self._before = self._note()
        self.active = True
        parts.enlarger.leave()
        self._arrangement.present(True)
        self._show_work(True)
        window.text_size.enlarge(scale_for(window.screen().size()))
        parts.canvas.installEventFilter(self)
        window.showFullScreen()
        parts.canvas.camera.refit()
        parts.messages.tell(KEYS_HELP, tone="good")
        self._help.start(round(1000 * HELP_SECONDS))

    def _note(self) -> Before:
        parts, window, camera = self._parts, self._parts.frame, self._parts.canvas.camera
        return Before(
            state=window.windowState(),
            size=window.size(),
            zoom=camera.zoom,
            centre=camera.visible().center(),
            fitted=camera.fitted,
            working=window.pages.currentWidget() is not window.gallery,
            enlarged=parts.enlarger.enlarged,
        )

    def leave(self) -> None:
        """Back to the window as it was before."""
        parts, window, before = self._parts, self._parts.frame, self._before
        self.active = False
        self._hide_help()
        parts.canvas.removeEventFilter(self)
        window.text_size.enlarge(1.0)
        self._arrangement.present(False)
        if before is None:
            return
        window.setWindowState(before.state)
        self._show_work(before.working)
        if before.enlarged in parts.views.open_ids():
            parts.enlarger.toggle(parts.views.dock(before.enlarged))
        self._settling.start(0 if window.size() == before.size else SETTLING_MS)
        window.installEventFilter(self)

    @Slot()
    def _look_as_before(self) -> None:
        """What was seen of the canvas, now that the window has its size again."""
        parts, before = self._parts, self._before
        parts.frame.removeEventFilter(self)
        if self.active or before is None:
            return
        self._arrangement.apply()
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # the canvas has its room before it is moved
        if before.fitted:
            parts.canvas.camera.refit()
        else:
            parts.canvas.camera.zoom_to(before.zoom)
            parts.canvas.camera.centre_on(before.centre)

    @Slot()
    def _hide_help(self) -> None:
        self._help.stop()
        if self._parts.messages.text == KEYS_HELP:
            self._parts.messages.dismiss()

    def shut_down(self) -> None:
        """Stop the timers."""
        self._help.stop()
        self._settling.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._parts.frame:
            if event.type() == QEvent.Type.Resize and self._before and self._parts.frame.size() == self._before.size:
                self._settling.start(0)
            return False
        # While presenting, the single keys mean the demonstration, not the editing of the canvas.
        return event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self.key_pressed(event)

    def key_pressed(self, event: QKeyEvent) -> bool:
        """Answer a single key in presenter mode; False when it was none of ours."""
        if not self.active or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if isinstance(QApplication.focusWidget(), QLineEdit | QPlainTextEdit | QTextEdit):
            return False
        run = self._parts.run
        table = {
            Qt.Key.Key_Space: run.toggle,
            Qt.Key.Key_S: run.take_step,
            Qt.Key.Key_Right: run.take_step,
            Qt.Key.Key_E: run.take_epoch,
            Qt.Key.Key_R: run.rewind,
            Qt.Key.Key_V: self.next_view,
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

    def next_view(self) -> None:
        """Bring the next open view to the front."""
        names = self._parts.views.open_ids()
        front = self._parts.views.layout.front()
        if names:
            last = max((names.index(name) for name in front if name in names), default=-1)
            self._parts.views.layout.bring_to_front(names[(last + 1) % len(names)])

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
        title = self._parts.document.project.title
        number = titles.index(title) if title in titles else -1 if direction > 0 else 0
        self._parts.files.open(entries[(number + direction) % len(entries)].path)
