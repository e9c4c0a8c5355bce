"""The small choices in the header of a view."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
    QToolTip,
    QWidget,
    QWidgetAction,
)

from playground.ui.widgets.controls import QuietComboBox, QuietSpinBox
from playground.ui.widgets.icons import put_icon
from playground.ui.widgets.labels import Label, elided, plain_tip
from playground.ui.widgets.theme import THEME

SIDE = 14
BUTTON = 22
LONGEST_CHOICE = 150
ROOM_AROUND = 40
"""Pixels beside the words of a choice: the rim of the style sheet and the arrow."""


class ElidedLabel(Label):
    """A label that shortens its lines with … where there is no room; then all words are in the tool tip."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def _needed(self) -> int:
        """Pixels of the longest line."""
        return max(map(self.fontMetrics().horizontalAdvance, self.text().split("\n")))

    def minimumSizeHint(self) -> QSize:
        shortest = self.fontMetrics().horizontalAdvance(self.text()[:3] + "…")
        return QSize(min(shortest, self._needed()), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        right, metrics = Qt.TextElideMode.ElideRight, painter.fontMetrics()
        shown = "\n".join(elided(metrics, line, right, self.width()) for line in self.text().split("\n"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def event(self, event: QEvent) -> bool:
        if self._needed() <= self.width() or not isinstance(event, QHelpEvent) or event.type() != QEvent.Type.ToolTip:
            return super().event(event)
        words = "\n".join(filter(None, (self.text(), self.toolTip())))
        QToolTip.showText(event.globalPos(), plain_tip(words), self)
        return True


class HeaderButton(QToolButton):
    """A button of a view's header: a small square, so that the heading has room beside it.

    One that is `quiet` keeps its place, the keyboard and screen readers reach it, but it is painted only while it is
    `awake`, as under the mouse or with the focus: a page of views has titles, not rows of icons.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.quiet = False
        self.awake = False

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.quiet or self.awake or self.hasFocus() or self.isDown():
            super().paintEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(BUTTON), THEME.px(BUTTON))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def flat_button(name: str, tooltip: str, icon: str = "", text: str = "") -> HeaderButton:
    """A button without a frame, for a header."""
    button = HeaderButton()
    dress_flat(button, name, tooltip, icon, text)
    return button


def dress_flat(button: QToolButton, name: str, tooltip: str, icon: str = "", text: str = "") -> None:
    """Make a button flat, with its name, its tooltip, and an icon or a text."""
    button.setAutoRaise(True)
    button.setAccessibleName(name)
    button.setToolTip(plain_tip(tooltip))
    button.setText(text)
    if icon:
        put_icon(button, icon, "secondary", 14)


class TickBox(QCheckBox):
    """A box to tick, visible on every background, with its words on the left."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        words = QFontMetrics(self.font())
        return QSize(words.horizontalAdvance(self.text()) + THEME.px(SIDE + 8), max(words.height(), THEME.px(SIDE)) + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, place: QPoint) -> bool:
        return self.rect().contains(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(THEME.color("text" if self.underMouse() else "secondary"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        side = THEME.px(SIDE)
        box = QRectF(self.width() - side - 1.5, (self.height() - side) / 2, side, side)
        on = self.isChecked()
        painter.setPen(QPen(THEME.color("accent" if on or self.hasFocus() else "secondary"), 1.5))
        painter.setBrush(THEME.color("accent" if on else "field"))
        painter.drawRoundedRect(box, 3, 3)
        if on:
            painter.setPen(QPen(THEME.color("accent_text"), 1.8))
            places = ((0.24, 0.52), (0.44, 0.72), (0.76, 0.30))
            painter.drawPolyline([QPointF(box.x() + x * side, box.y() + y * side) for x, y in places])


def check_box(text: str, tooltip: str, checked: bool) -> QCheckBox:
    """A switch with its words."""
    box = TickBox(text)
    box.setToolTip(plain_tip(tooltip))
    box.setAccessibleName(text)
    box.setChecked(checked)
    return box


class HeaderComboBox(QuietComboBox):
    """A choice as wide as its longest words, within reason."""

    def sizeHint(self) -> QSize:
        words = QFontMetrics(self.font())
        longest = max((words.horizontalAdvance(self.itemText(row)) for row in range(self.count())), default=0)
        return QSize(min(longest, THEME.px(LONGEST_CHOICE)) + THEME.px(ROOM_AROUND), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(60), super().minimumSizeHint().height())


def combo_box(name: str, tooltip: str, items: Sequence[tuple[str, str]]) -> QComboBox:
    """A choice of (words, value)."""
    box = HeaderComboBox()
    box.setAccessibleName(name)
    box.setToolTip(plain_tip(tooltip))
    for words, value in items:
        box.addItem(words, value)
    return box


def part_box(tooltip: str) -> QComboBox:
    """Train, validation or test; test is chosen."""
    box = combo_box("Part", tooltip, [("Train", "train"), ("Validation", "validation"), ("Test", "test")])
    box.setCurrentIndex(2)
    return box


class ExampleBox(QuietSpinBox):
    """The number, from 1, of the example that a view looks at. `show_example` is silent, a person's choice is not.

    Where a person has given an example by hand, it says so.
    """

    row_chosen = Signal(int)
    """The row, from 0, that a person wants to look at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Example")
        self.setRange(1, 1)
        self.valueChanged.connect(self._tell_row)

    @Slot(int)
    def _tell_row(self, number: int) -> None:
        if number:
            self.row_chosen.emit(number - 1)

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(78), super().sizeHint().height())

    def show_example(self, row: int, count: int, part: str) -> None:
        """Show row `row`, from 0, of a part with `count` examples; −1 for one that a person has given by hand."""
        with QSignalBlocker(self):
            self.setSpecialValueText("yours" if row < 0 else "")
            self.setRange(0 if row < 0 else 1, max(1, count))
            self.setValue(row + 1)
        self.setToolTip(plain_tip(f"Which of the {count:,} {part} examples is looked at, here and on the canvas"))


class MoreButton(HeaderButton):
    """A “⋯” button that unfolds further choices, one row each; those of `further` are made when it is first opened."""

    def __init__(
        self, rows: Sequence[tuple[str, QWidget]], further: Callable[[], Sequence[tuple[str, QWidget]]] | None = None
    ) -> None:
        super().__init__()
        self._further = further
        dress_flat(self, "More options", "More options of this view", text="⋯")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        self._form = QWidget()
        self._layout = QFormLayout(self._form)
        self._layout.setContentsMargins(THEME.px(12), THEME.px(8), THEME.px(12), THEME.px(8))
        self._add(rows)
        action = QWidgetAction(menu)
        action.setDefaultWidget(self._form)
        menu.addAction(action)
        menu.aboutToShow.connect(self.complete)
        self.setMenu(menu)
        self.setStyleSheet("QToolButton::menu-indicator { image: none; width: 0; }")

    def _add(self, rows: Sequence[tuple[str, QWidget]]) -> None:
        for words, widget in rows:
            if words:
                self._layout.addRow(words, widget)
            else:
                self._layout.addRow(widget)

    @Slot()
    def complete(self) -> None:
        """Make the rows that nobody has wanted to see so far."""
        if self._further is not None:
            self._add(self._further())
            self._form.adjustSize()


def more_button(rows: Sequence[tuple[str, QWidget]]) -> QToolButton:
    """A “⋯” button that unfolds further choices, one row each."""
    return MoreButton(rows)
