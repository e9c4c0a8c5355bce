"""A small popup in which one types the value of a weight or a bias."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDoubleSpinBox, QFrame, QLabel, QVBoxLayout, QWidget

from playground.ui.widgets.theme import THEME

LARGEST = 1e6


class WeightEditor(QFrame):
    """Enter takes the value, Escape leaves it as it was; a click elsewhere does too."""

    accepted = Signal(str, tuple, float)
    """Parameter name such as "dense-1.weight", the index in it, and the new value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._name, self._before = "", 0.0
        self._index: tuple[int, ...] = ()
        self.label = QLabel(self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.field = QDoubleSpinBox(self)
        self.field.setRange(-LARGEST, LARGEST)
        self.field.setDecimals(4)
        self.field.setSingleStep(0.1)
        self.field.setToolTip("Enter sets the value at once, also while the network learns. Escape leaves it.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(THEME.px(10),) * 4)
        layout.setSpacing(THEME.px(6))
        layout.addWidget(self.label)
        layout.addWidget(self.field)

    def edit(self, words: str, name: str, index: tuple[int, ...], value: float, place: QPoint) -> None:
        """Show the editor at a global place for one number of the parameter `name`."""
        self._name, self._index, self._before = name, index, value
        self.label.setText(words)
        self.field.setAccessibleName(words)
        self.setAccessibleName(words)
        self.field.setValue(value)
        self.adjustSize()
        self.move(place)
        self.show()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)
        self.field.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.field.interpretText()
            self.hide()
            if self.field.value() != round(self._before, self.field.decimals()):
                self.accepted.emit(self._name, self._index, self.field.value())
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(THEME.color("line"))
        painter.setBrush(THEME.color("panel"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
