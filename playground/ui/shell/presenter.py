"""Presenter mode: canvas and one large view or two, everything large, single keys. A demonstration on a projector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit

from playground.document import library

if TYPE_CHECKING:
    from playground.ui.shell.workplace import Workplace

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

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self._place = place
        self.active = False
        self._before: Before | None = None
        self._help = QTimer(self)
        self._help.setSingleShot(True)
        self._help.timeout.connect(self._hide_help)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.timeout.connect(self._look_as_before)

    @Slot()
    def toggle(self) -> None:
        """Enter or leave."""
        if self.active:
            self.leave()
        else:
            self.enter()

    def enter(self) -> None:
        """Hide the panels, scale everything up, fill the screen."""
        place, window = self._place, self._place.window
        self._before = self._note()
        self.active = True
        place.enlarger.leave()
        place.arrangement.present(True)
        place.show_canvas()
        window.text_size.enlarge(scale_for(window.screen().size()))
        place.canvas.installEventFilter(self)
        window.showFullScreen()
        place.canvas.camera.refit()
        place.messages.tell(KEYS_HELP, tone="good")
        self._help.start(round(1000 * HELP_SECONDS))

    def _note(self) -> Before:
        place, window, camera = self._place, self._place.window, self._place.canvas.camera
        return Before(
            state=window.windowState(),
            size=window.size(),
            zoom=camera.zoom,
            centre=camera.visible().center(),
            fitted=camera.fitted,
            working=window.pages.currentWidget() is not window.gallery,
            enlarged=place.enlarger.enlarged,
        )

    def leave(self) -> None:
        """Back to the window as it was before."""
        place, window, before = self._place, self._place.window, self._before
        self.active = False
        self._hide_help()
        place.canvas.removeEventFilter(self)
        window.text_size.enlarge(1.0)
        place.arrangement.present(False)
        if before is None:
            return
        window.setWindowState(before.state)
        if before.working:
            place.show_canvas()
        else:
            place.show_gallery()
        if before.enlarged in place.views.open_ids():
            place.enlarger.toggle(place.views.dock(before.enlarged))
        self._settling.start(0 if window.size() == before.size else SETTLING_MS)
        window.installEventFilter(self)

    @Slot()
    def _look_as_before(self) -> None:
        """What was seen of the canvas, now that the window has its size again."""
        place, before = self._place, self._before
        place.window.removeEventFilter(self)
        if self.active or before is None:
            return
        place.arrangement.apply()
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # the canvas has its room before it is moved
        if before.fitted:
            place.canvas.camera.refit()
        else:
            place.canvas.camera.zoom_to(before.zoom)
            place.canvas.camera.centre_on(before.centre)

    @Slot()
    def _hide_help(self) -> None:
        self._help.stop()
        if self._place.messages.text == KEYS_HELP:
            self._place.messages.dismiss()

    def shut_down(self) -> None:
        """Stop the timers."""
        self._help.stop()
        self._settling.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._place.window:
            if event.type() == QEvent.Type.Resize and self._before and self._place.window.size() == self._before.size:
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
        run = self._place.run
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
        names = self._place.views.open_ids()
        front = self._place.views.layout.front()
        if names:
            last = max((names.index(name) for name in front if name in names), default=-1)
            self._place.views.layout.bring_to_front(names[(last + 1) % len(names)])

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
