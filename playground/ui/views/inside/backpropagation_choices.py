"""Which number a step of slow motion writes out: a box for each axis, and a slider over the time steps."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, QSignalBlocker, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from playground.analysis.inside.slow_motion.focus import Choice
from playground.ui.widgets.controls import QuietSpinBox
from playground.ui.widgets.icons import put_icon
from playground.ui.widgets.labels import Label, elided, plain_tip
from playground.ui.widgets.options import flat_button
from playground.ui.widgets.painted import metrics
from playground.ui.widgets.theme import THEME

ROOM_AROUND = 44
"""Pixels beside the number of a box."""
LONGEST_WORD = 80
PACE = 400
"""Milliseconds at each time step when it goes through all."""
Key = tuple[Qt.Key, Qt.KeyboardModifier]
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
KEYS: Mapping[Key, tuple[str, int]] = {
    (Qt.Key.Key_Down, PLAIN): ("time", 1), (Qt.Key.Key_Up, PLAIN): ("time", -1),
    (Qt.Key.Key_PageDown, PLAIN): ("unit", 1), (Qt.Key.Key_PageUp, PLAIN): ("unit", -1),
    (Qt.Key.Key_Down, SHIFT): ("row", 1), (Qt.Key.Key_Up, SHIFT): ("row", -1),
    (Qt.Key.Key_Right, SHIFT): ("column", 1), (Qt.Key.Key_Left, SHIFT): ("column", -1),
    (Qt.Key.Key_PageDown, SHIFT): ("channel", 1), (Qt.Key.Key_PageUp, SHIFT): ("channel", -1),
    (Qt.Key.Key_H, PLAIN): ("head", 1), (Qt.Key.Key_H, SHIFT): ("head", -1),
    (Qt.Key.Key_L, PLAIN): ("key", 1), (Qt.Key.Key_L, SHIFT): ("key", -1),
}  # fmt: skip
"""Which choice a key moves, and how far."""
KEY_WORDS: Mapping[str, str] = {
    "time": "Up and Down", "unit": "Page up and Page down", "row": "Shift+Up and Shift+Down",
    "column": "Shift+Left and Shift+Right", "channel": "Shift+Page up and Shift+Page down", "head": "H and Shift+H",
    "key": "L and Shift+L",
}  # fmt: skip


class ChoiceRow(QWidget):
    """A box for each choice that the present step has. `chosen` carries the option and its value, from 0."""

    chosen = Signal(str, int)

    def __init__(self) -> None:
        super().__init__()
        self.boxes: dict[str, QuietSpinBox] = {}
        self._labels: dict[str, Label] = {}
        self._choices: tuple[Choice, ...] = ()
        self._goes = False
        """Whether there are time steps to go through."""
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Time step")
        self.slider.setToolTip(plain_tip("Which time step is opened (Up and Down)"))
        self.slider.setMinimumSize(THEME.px(60), THEME.px(26))
        self.through = flat_button("Through time", "Go through the time steps one after another, or stop (T)", "play")
        self.through.clicked.connect(self.go_through)
        self._clock = QTimer(self)
        self._clock.setInterval(PACE)
        self._clock.timeout.connect(self._next_time)
        self._pairs: dict[str, QWidget] = {}
        for option in KEY_WORDS:
            self._add(option)
        self.slider.valueChanged.connect(self._slid)
        self.show_choices(())

    def _add(self, option: str) -> None:
        """The box of an option with its words before it; that of the time step has the slider behind it."""
        pair, label, box = QWidget(self), Label(), QuietSpinBox()
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(THEME.px(4))
        label.setProperty("role", "secondary")
        box.setObjectName(option)
        box.valueChanged.connect(self._changed)
        self._pairs[option], self.boxes[option], self._labels[option] = pair, box, label
        for widget in (label, box, *((self.slider, self.through) if option == "time" else ())):
            row.addWidget(widget, int(widget is self.slider))

    # Room -------------------------------------------------------------------------------------------------------------

    def _shown(self) -> list[QWidget]:
        return [pair for pair in self._pairs.values() if not pair.isHidden()]

    def minimumSizeHint(self) -> QSize:
        widest = max((pair.minimumSizeHint().width() for pair in self._shown()), default=0)
        return QSize(widest, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._flow()

    def _flow(self) -> None:
        """The boxes in as many rows as the width asks for; what is left in the first is the slider's."""
        gap, pairs = THEME.px(8), self._shown()
        rows: list[list[QWidget]] = [[]]
        left = 0
        for pair in pairs:
            wide = pair.sizeHint().width()
            if rows[-1] and left + wide > self.width():
                rows.append([])
                left = 0
            rows[-1].append(pair)
            left += wide + gap
        top = 0
        for row in rows if pairs else ():
            high = max(pair.sizeHint().height() for pair in row)
            spare = max(0, self.width() - sum(pair.sizeHint().width() + gap for pair in row) + gap)
            left = 0
            for pair in row:
                wide = pair.sizeHint().width() + (spare if pair is self._pairs["time"] and self._goes else 0)
                pair.setGeometry(left, top, wide, high)
                left += wide + gap
            top += high + THEME.px(3)
        self.setFixedHeight(max(0, top - THEME.px(3)))

    def show_choices(self, choices: tuple[Choice, ...]) -> None:
        """Offer these; hidden where there are none."""
        self._choices = choices
        known = {choice.option: choice for choice in choices}
        for option, box in self.boxes.items():
            choice = known.get(option)
            self._pairs[option].setVisible(choice is not None)
            if choice is not None:
                self._show(box, self._labels[option], choice)
        time = known.get("time")
        self._goes = time is not None and time.title == "time step"
        self.slider.setVisible(self._goes)
        self.through.setVisible(self._goes)
        if not self._goes:
            self.stop()
        if time is not None:
            with QSignalBlocker(self.slider):
                self.slider.setRange(1, time.count)
                self.slider.setValue(time.value + 1)
        self.setVisible(bool(choices))
        self._flow()

    def _show(self, box: QuietSpinBox, label: Label, choice: Choice) -> None:
        label.setText(choice.title)
        title = choice.title[:1].upper() + choice.title[1:]
        with QSignalBlocker(box):
            box.setRange(1, choice.count)
            box.setValue(choice.value + 1)
            word = elided(metrics(), choice.word, Qt.TextElideMode.ElideRight, THEME.px(LONGEST_WORD))
            box.setSuffix(f" of {choice.count}" + (f" · {word}" if word else ""))
        wide = metrics().horizontalAdvance(f"{choice.count}{box.suffix()}")
        box.setMinimumWidth(wide + THEME.px(ROOM_AROUND))
        box.setAccessibleName(title)
        box.setToolTip(plain_tip(f"{title} that is written out ({KEY_WORDS[choice.option]})"))

    def step_by(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Let a key move a choice; returns whether there is one for it."""
        if key == Qt.Key.Key_T and self.through.isVisible():
            self.go_through()
            return True
        found = KEYS.get((key, modifiers & ~Qt.KeyboardModifier.KeypadModifier))
        if found is None or not any(choice.option == found[0] for choice in self._choices):
            return False
        box = self.boxes[found[0]]
        box.setValue(box.value() + found[1])
        return True

    @property
    def going(self) -> bool:
        """Whether it goes from time step to time step by itself."""
        return self._clock.isActive()

    @Slot()
    def go_through(self) -> None:
        """Go from time step to time step, from the first where the last is shown, or stop."""
        if self.going:
            self.stop()
            return
        if self.slider.value() == self.slider.maximum():
            self.slider.setValue(1)
        self._clock.start()
        put_icon(self.through, "pause", "secondary", 14)

    def stop(self) -> None:
        """Stay at this time step."""
        self._clock.stop()
        put_icon(self.through, "play", "secondary", 14)

    @Slot()
    def _next_time(self) -> None:
        if self.slider.value() == self.slider.maximum():
            self.stop()
        else:
            self.slider.setValue(self.slider.value() + 1)

    @Slot(int)
    def _changed(self, value: int) -> None:
        sender: QObject | None = self.sender()
        if isinstance(sender, QuietSpinBox):
            self.chosen.emit(sender.objectName(), value - 1)

    @Slot(int)
    def _slid(self, value: int) -> None:
        self.chosen.emit("time", value - 1)
