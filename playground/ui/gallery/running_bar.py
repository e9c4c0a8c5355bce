"""One slim line in the gallery: what is open behind it, whether it learns, and the way back."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from playground.ui.widgets.labels import Label
from playground.ui.widgets.qt_access import layout_of
from playground.ui.widgets.theme import THEME

STATES = {"running": "learning", "paused": "paused", "finished": "finished", "failed": "stopped"}


class RunningBar(QFrame):
    """Title, state and loss of the open project, with Pause and Back. Hidden while nothing is open."""

    toggle_wanted = Signal()
    """Pause, or go on."""
    back_wanted = Signal()
    """Back to the project."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("running-bar")
        self.setAccessibleName("The open project")
        self.title, self.words = Label(), Label()
        self.words.setProperty("role", "secondary")
        self.toggle_button, self.back_button = QPushButton("Pause"), QPushButton("Back to it (Esc)")
        self.toggle_button.clicked.connect(self.toggle_wanted)
        self.back_button.clicked.connect(self.back_wanted)
        self._state, self._loss, self._can_play = "", "", False
        layout = QHBoxLayout(self)
        layout.addWidget(self.title)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.toggle_button)
        layout.addWidget(self.back_button)
        THEME.changed.connect(self.renew)
        self.renew()
        self.hide()

    def show_project(self, title: str) -> None:
        """Another project is open, or its title changed; an empty title hides the line."""
        self.title.setText(title if len(title) <= 60 else f"{title[:59]}…")
        self.setVisible(bool(title))

    def show_state(self, state: str, can_play: bool) -> None:
        """What the run does now, and whether it can go on."""
        self._state, self._can_play = state, can_play
        self._tell()

    def show_loss(self, words: str) -> None:
        """How far it is, such as “step 420, train loss 0.0312”."""
        if words != self._loss:
            self._loss = words
            self._tell()

    def _tell(self) -> None:
        learning = STATES.get(self._state) == "learning"
        self.words.setText(", ".join(part for part in (STATES.get(self._state, ""), self._loss) if part))
        self.toggle_button.setText("Pause" if learning else "Play")
        self.toggle_button.setEnabled(learning or self._can_play)

    @Slot()
    def renew(self) -> None:
        """Take over the theme and its scale."""
        self.title.setFont(THEME.font(13, bold=True))
        layout = layout_of(self)
        layout.setContentsMargins(THEME.px(32), THEME.px(5), THEME.px(32), THEME.px(5))
        layout.setSpacing(THEME.px(12))
        tokens = THEME.tokens
        self.setStyleSheet(
            f"#running-bar {{ background: {tokens.panel}; border-top: 1px solid {tokens.line};"
            f" border-bottom: 1px solid {tokens.line}; }}"
        )
