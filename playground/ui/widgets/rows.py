"""The pieces every panel is laid out with: sections with a heading, rows with a label, and a scrolling column."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.ui.widgets.labels import Label, plain_tip
from playground.ui.widgets.theme import THEME


def label(text: str = "", role: str = "", *, wrap: bool = True) -> QLabel:
    """A label in plain text, in one of the style sheet's roles: section, secondary, title, error."""
    result = Label(text)
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setWordWrap(wrap)
    if role:
        result.setProperty("role", role)
    if wrap:
        result.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return result


def title_field(name: str) -> QLineEdit:
    """The title at the head of a panel, to be typed over; `name` is what screen readers say."""
    field = QLineEdit()
    field.setProperty("role", "title")
    field.setAccessibleName(name)
    field.setToolTip("Type another title.")
    field.setMaxLength(200)
    return field


class Row(QWidget):
    """A label on the left, a field on the right, and room for an error sentence below."""

    def __init__(self, text: str, field: QWidget, tip: str = "", *, wide: bool = False) -> None:
        super().__init__()
        self.label = label(text)
        self.label.setBuddy(field)
        self.label.setToolTip(plain_tip(tip))
        self.field = field
        self.error = label(role="error")
        self.error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.px(2))
        field.setSizePolicy(QSizePolicy.Policy.Ignored, field.sizePolicy().verticalPolicy())
        if wide:
            column.addWidget(self.label)
            column.addWidget(field)
        else:
            line = QHBoxLayout()
            line.setSpacing(THEME.px(8))
            line.addWidget(self.label, 10)
            line.addWidget(field, 13)
            column.addLayout(line)
        column.addWidget(self.error)

    @Slot(str)
    def show_error(self, sentence: str) -> None:
        """Show a sentence in red under the field; an empty one hides it."""
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))


class Section(QWidget):
    """A heading in small capitals with its content below."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, THEME.px(10), 0, 0)
        self.body.setSpacing(THEME.px(6))
        self.heading = label(title.upper(), "section", wrap=False)
        self.heading.setAccessibleName(title)
        self.heading_line = QHBoxLayout()
        self.heading_line.addWidget(self.heading)
        self.heading_line.addStretch(1)
        self.body.addLayout(self.heading_line)

    def add(self, widget: QWidget) -> QWidget:
        """Put a widget below the others; returns it."""
        self.body.addWidget(widget)
        return widget


class Expander(QWidget):
    """Hides its content behind a button."""

    def __init__(self, title: str = "More") -> None:
        super().__init__()
        self._title = title
        self.button = QToolButton()
        self.button.setCheckable(True)
        self.button.setAutoRaise(True)
        self.button.setArrowType(Qt.ArrowType.RightArrow)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setText(title)
        self.button.setAccessibleName(title)
        self.button.toggled.connect(self._toggle)
        self.content = QWidget()
        self.body = QVBoxLayout(self.content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(THEME.px(6))
        self.content.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.px(6))
        column.addWidget(self.button)
        column.addWidget(self.content)

    @Slot(bool)
    def _toggle(self, opened: bool) -> None:
        self.button.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
        self.content.setVisible(opened)


class Column(QScrollArea):
    """A vertical column of sections that scrolls, never sideways."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setBackgroundRole(QPalette.ColorRole.Base)
        inner.setAutoFillBackground(True)
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(THEME.px(14), THEME.px(12), THEME.px(14), THEME.px(16))
        self.body.setSpacing(THEME.px(7))
        self.setWidget(inner)

    def add(self, widget: QWidget) -> QWidget:
        """Put a widget below the others; returns it."""
        self.body.addWidget(widget)
        return widget


def clear(layout: QLayout) -> None:
    """Take all widgets out of a layout and delete them."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
