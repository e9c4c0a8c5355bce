"""One calm line over the lower edge of the page: what went wrong, and the fixes as buttons. Never a traceback."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from playground.ui.widgets.icons import icon
from playground.ui.widgets.labels import Label, on_button
from playground.ui.widgets.theme import THEME

INSET, WIDEST = 10, 940
"""Pixels at 100 % between the bar and the edges of the page, and of its width."""

Button = tuple[str, Callable[[], None]]


class MessageBar(QFrame):
    """Shows one message at a time; a new one takes the place of the old. It lies over a page: nothing else moves."""

    def __init__(self, page: QWidget) -> None:
        """`page` is what it lies over, a sibling of its own."""
        super().__init__(page.parentWidget())
        self.setObjectName("message-bar")
        self._page = page
        self._mark = Label()
        self._text = Label()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._buttons: list[QPushButton] = []
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(14, 6, 14, 6)
        self._layout.addWidget(self._mark)
        self._layout.addWidget(self._text, 1)
        self._tone = "error"
        THEME.changed.connect(self._restyle)
        page.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """The message on show; empty when hidden."""
        return "" if self.isHidden() else self._text.text()

    def buttons(self) -> list[str]:
        """Labels of the buttons on show."""
        return [button.accessibleName() for button in self._buttons]

    def press(self, label: str) -> None:
        """Press the button with that label."""
        next(button for button in self._buttons if button.accessibleName() == label).click()

    def tell(self, text: str, buttons: Sequence[Button] = (), tone: str = "error") -> None:
        """Show a message; `tone` is "error", "warning" or "good"."""
        self._clear()
        self._tone = tone
        self._text.setText(text)
        self._text.setAccessibleName(text)
        for label, action in (*buttons, ("Dismiss", self.dismiss)):
            button = QPushButton(on_button(label))
            button.setAccessibleName(label)
            button.clicked.connect(functools.partial(self._act, action))
            self._layout.addWidget(button)
            self._buttons.append(button)
        self._restyle()
        self.show()
        self._place()

    @Slot()
    def dismiss(self) -> None:
        """Hide the message, and let go of its buttons and of all that they would act on."""
        self.hide()
        self._clear()

    def _act(self, action: Callable[[], None], checked: bool = False) -> None:
        self.dismiss()
        action()

    def _clear(self) -> None:
        for button in self._buttons:
            self._layout.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons.clear()

    @Slot()
    def _restyle(self) -> None:
        tokens = THEME.tokens
        color = getattr(tokens, self._tone)
        side = THEME.px(18)
        self._mark.setPixmap(icon("done" if self._tone == "good" else "warning", color, side).pixmap(side, side))
        self.setStyleSheet(
            f"#message-bar {{ background: {tokens.panel}; border: 1px solid {tokens.line};"
            f" border-left: 4px solid {color}; border-radius: {THEME.px(6)}px; }}"
        )
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return False

    def _place(self) -> None:
        """Along the lower edge of the page, as high as the words need."""
        if self.isHidden():
            return
        inset, page = THEME.px(INSET), self._page.geometry()
        width = max(1, min(page.width() - 2 * inset, THEME.px(WIDEST)))
        self._layout.activate()
        rim = self.contentsMargins()  # the border of the style sheet
        inner = width - rim.left() - rim.right()
        words = self._layout.heightForWidth(inner) if self._layout.hasHeightForWidth() else -1
        height = max(words, self._layout.minimumSize().height()) + rim.top() + rim.bottom()
        left = page.x() + (page.width() - width) // 2
        self.setGeometry(QRect(left, page.bottom() + 1 - inset - height, width, height))
        self.raise_()
