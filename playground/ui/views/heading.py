"""The title of a view, and the buttons of every view on the end of its line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.ui.widgets.options import ElidedLabel, HeaderButton


class Heading(QWidget):
    """A title that has the whole line, until the quiet buttons on its end wake: then it is shortened beside them."""

    def __init__(self, label: ElidedLabel, buttons: Sequence[HeaderButton], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label, self._buttons = label, tuple(buttons)
        label.setParent(self)
        for button in self._buttons:
            button.setParent(self)
            button.quiet = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    @property
    def awake(self) -> bool:
        """Whether the buttons are painted."""
        return any(button.awake for button in self._buttons)

    def wake(self, awake: bool) -> None:
        """Paint the buttons, or leave the line to the title."""
        for button in self._buttons:
            if button.awake != awake:
                button.awake = awake
                button.update()
        self._place()

    def _buttons_width(self) -> int:
        return sum(button.sizeHint().width() + 1 for button in self._buttons)

    def _place(self) -> None:
        left = max(0, self.width() - self._buttons_width())
        self._label.setGeometry(0, 0, max(0, left - 4) if self.awake else self.width(), self.height())
        for button in self._buttons:
            size = button.sizeHint()
            button.setGeometry(left, (self.height() - size.height()) // 2, size.width(), size.height())
            left += size.width() + 1

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._place()
        return done

    def sizeHint(self) -> QSize:
        high = max(self._label.sizeHint().height(), *(button.sizeHint().height() for button in self._buttons))
        return QSize(max(self._label.sizeHint().width(), self._buttons_width()), high)

    def minimumSizeHint(self) -> QSize:
        least = self._label.minimumSizeHint().width() + 4
        return QSize(least + self._buttons_width(), self.sizeHint().height())
