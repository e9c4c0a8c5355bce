"""A strip over a view whose result takes long: how far it is, how long it takes, and a button to end it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from playground.analysis.progress import Progress, duration
from playground.ui.widgets.labels import Label
from playground.ui.widgets.qt_access import parent_of
from playground.ui.widgets.theme import THEME

LONG, LONG_GROWING = 1.0, 3.0
"""Seconds from which on a person wants to know how long it takes; and where there is something to see already."""
STOPPED = "You have cancelled this picture."


class WaitingStrip(QFrame):
    """Lies over the lower edge of a view, so that nothing moves when it comes; hidden at first."""

    cancel_wanted = Signal()
    again_wanted = Signal()

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("waiting-strip")
        self.words = Label()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.button = QPushButton()
        self.stopped = False
        """Whether a person has ended the computation."""
        row = QHBoxLayout(self)
        row.setContentsMargins(THEME.px(10), THEME.px(3), THEME.px(4), THEME.px(3))
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.button.clicked.connect(self._on_click)
        view.installEventFilter(self)
        self.hide()

    def show_progress(self, progress: Progress) -> None:
        """Show how far it is, once it is known to take long."""
        long = LONG_GROWING if progress.grows else LONG
        if self.stopped or (self.isHidden() and progress.seconds_left < long):
            return
        self._say(f"{progress.share:.0%} · {duration(progress.seconds_left)} left", "Cancel")

    def show_stopped(self) -> None:
        """Say that it was cancelled, with a button to begin again."""
        self.stopped = True
        self._say(STOPPED, "Compute it")

    def clear(self) -> None:
        """A sentence has come, or a result that is whole."""
        self.stopped = False
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._settle()
        return False

    def _say(self, words: str, button: str) -> None:
        self.words.setText(words)
        self.button.setText(button)
        self.button.setAccessibleName(f"{button}: {parent_of(self).accessibleName()}")
        self.show()
        self.raise_()
        self._settle()

    def _settle(self) -> None:
        view, wanted = parent_of(self), self.sizeHint()
        width = min(wanted.width(), view.width())
        self.setGeometry((view.width() - width) // 2, view.height() - wanted.height(), width, wanted.height())

    @Slot()
    def _on_click(self) -> None:
        if self.stopped:
            self.clear()
            self.again_wanted.emit()
        else:
            self.show_stopped()
            self.cancel_wanted.emit()
