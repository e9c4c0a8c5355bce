"""One editor for each kind of parameter. A field shows a value, offers a new one, and refuses what is not allowed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from playground.document.declaration import ParameterInfo, in_a_sentence
from playground.ui.widgets.controls import QuietComboBox, QuietSlider, QuietSpinBox, Tick, Toggle
from playground.ui.widgets.kept_size import KeptSize
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.scale import Stops, linear_stops, logarithmic_stops
from playground.ui.widgets.theme import THEME

Accepts = Callable[[Any], str]
"""Returns the sentence that refuses a value, or an empty string."""

LARGEST_INTEGER = 2**31 - 1
SMALLEST_ON_LOG_SCALE = 1e-6
WIDEST_THROUGH_ZERO = 100.0
"""A range from minus to plus that is wider has no useful slider."""
_GESTURES = itertools.count(1)


def number_text(value: float) -> str:
    """A number as a field shows it."""
    return f"{value:.6g}"


class Field(QWidget):
    """Base of the editors.

    `changed` carries a new good value, `refused` the sentence about a bad one (empty when it is good again). Values
    given in one movement of the hand have the same `gesture` number and are undone together.
    """

    changed = Signal(object)
    refused = Signal(str)

    def __init__(self, info: ParameterInfo, accepts: Accepts) -> None:
        super().__init__()
        self.info = info
        self.gesture = next(_GESTURES)
        self._accepts = accepts
        self._value: Any = info.default
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(0, 0, 0, 0)
        self.line.setSpacing(THEME.px(6))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def value(self) -> Any:
        """The good value that the field stands for."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a value without offering it."""
        self._value = value
        self._show(value)
        self.refused.emit("")

    def _show(self, value: Any) -> None:
        raise NotImplementedError

    @Slot()
    def begin_gesture(self) -> None:
        """What follows is undone apart from what came before."""
        self.gesture = next(_GESTURES)

    def _offer(self, value: Any) -> bool:
        sentence = self._accepts(value)
        self.refused.emit(sentence)
        if sentence:
            return False
        if value != self._value or type(value) is not type(self._value):
            self._value = value
            self.changed.emit(value)
        return True

    def name(self, *widgets: QWidget) -> None:
        """Give the inner widgets their name for screen readers and their tooltip."""
        for widget in widgets:
            widget.setAccessibleName(self.info.label)
            widget.setAccessibleDescription(self.info.help)
            widget.setToolTip(plain_tip(tip(self.info)))
        self.setFocusProxy(widgets[0])


class IntegerField(Field):
    """A whole number: a spin box, with a slider on a log scale before it where the range is wide."""

    def __init__(self, info: ParameterInfo, accepts: Accepts, stops: Stops | None = None) -> None:
        super().__init__(info, accepts)
        low = int(info.minimum) if info.minimum is not None else -LARGEST_INTEGER
        high = min(int(info.maximum), LARGEST_INTEGER) if info.maximum is not None else LARGEST_INTEGER
        if stops is None and info.logarithmic and info.minimum is not None and info.maximum is not None:
            stops = logarithmic_stops(max(low, 1), high, zero=low == 0, whole=True)
        self.stops = stops
        self.spin = QuietSpinBox()
        self.spin.setRange(low, high)
        self.slider = _slider(self, stops) if stops is not None else None
        self.line.addWidget(self.spin, 0 if stops else 1)
        if self.slider is not None:
            KeptSize(self.spin, "setFixedWidth", 78)
            self.slider.valueChanged.connect(self._slid)
        self.name(self.spin, *([self.slider] if self.slider else []))
        self.spin.valueChanged.connect(self._spun)
        self.spin.editingFinished.connect(self.begin_gesture)

    def _show(self, value: Any) -> None:
        number = int(value) if isinstance(value, (int, float)) and math.isfinite(value) else self.spin.minimum()
        number = min(max(number, self.spin.minimum()), self.spin.maximum())
        with QSignalBlocker(self.spin):
            self.spin.setValue(number)
        if self.slider is not None and self.stops is not None and not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setValue(self.stops.position(number))

    @Slot(int)
    def _spun(self, value: int) -> None:
        if self._offer(value):
            self._show(value)

    @Slot(int)
    def _slid(self, position: int) -> None:
        assert self.stops is not None
        value = int(self.stops.value(position))
        if self._offer(value):
            with QSignalBlocker(self.spin):
                self.spin.setValue(value)


class NumberField(Field):
    """A number: a slider where both bounds are known, and a line to type it into."""

    def __init__(self, info: ParameterInfo, accepts: Accepts, span: tuple[float, float] | None = None) -> None:
        super().__init__(info, accepts)
        self.stops = _without_refused_ends(number_stops(info, span, zero=not accepts(0.0)), accepts)
        self.slider = _slider(self, self.stops) if self.stops is not None else None
        self.edit = QLineEdit()
        self.edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.line.addWidget(self.edit, 0 if self.slider else 1)
        if self.slider is not None:
            KeptSize(self.edit, "setFixedWidth", 66)
            self.slider.valueChanged.connect(self._slid)
        self.name(self.edit, *([self.slider] if self.slider else []))
        self.edit.editingFinished.connect(self._typed)

    def _show(self, value: Any) -> None:
        good = isinstance(value, (int, float)) and not isinstance(value, bool)
        self.edit.setText(number_text(value) if good else str(value))
        if good and self.slider is not None and self.stops is not None and not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setValue(self.stops.position(value))

    @Slot()
    def _typed(self) -> None:
        if not self.edit.isModified():
            return
        text = self.edit.text().strip().replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            self.refused.emit(f"{self.info.label} must be a number, but “{text}” arrived.")
            return
        self.begin_gesture()
        if self._offer(value):
            self._show(value)
        self.edit.setModified(False)

    @Slot(int)
    def _slid(self, position: int) -> None:
        assert self.stops is not None
        value = float(self.stops.value(position))
        if self._offer(value):
            self.edit.setText(number_text(value))


class SwitchField(Field):
    """On or off."""

    def __init__(self, info: ParameterInfo, accepts: Accepts) -> None:
        super().__init__(info, accepts)
        self.toggle = Toggle()
        self.line.addWidget(self.toggle, 1)
        self.name(self.toggle)
        self.toggle.toggled.connect(self._toggled)

    def _show(self, value: Any) -> None:
        with QSignalBlocker(self.toggle):
            self.toggle.setChecked(bool(value))
        self.toggle.update()

    @Slot(bool)
    def _toggled(self, on: bool) -> None:
        self.begin_gesture()
        if not self._offer(on):
            self._show(self._value)


class ChoiceField(Field):
    """One of several named values."""

    def __init__(self, info: ParameterInfo, accepts: Accepts, titles: Sequence[str] = ()) -> None:
        super().__init__(info, accepts)
        self.combo = QuietComboBox()
        for choice, title in zip(info.choices, titles or map(choice_title, info.choices), strict=True):
            self.combo.addItem(title, choice)
        self.line.addWidget(self.combo, 1)
        self.name(self.combo)
        self.combo.currentIndexChanged.connect(self._chosen)

    def _show(self, value: Any) -> None:
        with QSignalBlocker(self.combo):
            self.combo.setCurrentIndex(self.combo.findData(str(value)))

    @Slot(int)
    def _chosen(self, index: int) -> None:
        self.begin_gesture()
        choice = self.combo.itemData(index)
        if not self._offer(type(self.info.default)(choice) if isinstance(self.info.default, (int, float)) else choice):
            self._show(self._value)


class TextField(Field):
    """A line of text, offered when Enter is pressed or the field is left."""

    def __init__(self, info: ParameterInfo, accepts: Accepts) -> None:
        super().__init__(info, accepts)
        self.edit = QLineEdit()
        self.line.addWidget(self.edit, 1)
        self.name(self.edit)
        self.edit.editingFinished.connect(self._typed)

    def _show(self, value: Any) -> None:
        self.edit.setText("" if value is None else str(value))
        self.edit.setCursorPosition(0)

    @Slot()
    def _typed(self) -> None:
        if self.edit.isModified():
            self.begin_gesture()
            self._offer(self.edit.text())
            self.edit.setModified(False)


class OptionalField(Field):
    """A checkbox before another field; unchecked means None."""

    def __init__(self, info: ParameterInfo, accepts: Accepts, inner: Field, start: Any) -> None:
        super().__init__(info, accepts)
        self.inner = inner
        self._start = start
        self.box = Tick()
        self.line.addWidget(self.box)
        self.line.addWidget(inner, 1)
        self.name(self.box)
        self.box.toggled.connect(self._toggled)
        inner.changed.connect(self._inner_changed)
        inner.refused.connect(self.refused)
        self._show(info.default)

    def _show(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setChecked(value is not None)
        self.inner.setEnabled(value is not None)
        with QSignalBlocker(self.inner):
            self.inner.set_value(self._start if value is None else value)

    @Slot(bool)
    def _toggled(self, on: bool) -> None:
        self.begin_gesture()
        if self._offer(self.inner.value() if on else None):
            self.inner.setEnabled(on)

    @Slot(object)
    def _inner_changed(self, value: Any) -> None:
        self.gesture = self.inner.gesture
        self._offer(value)


def _slider(field: Field, stops: Stops) -> QuietSlider:
    slider = QuietSlider()
    slider.setRange(0, len(stops) - 1)
    slider.setPageStep(max(1, len(stops) // 10))
    slider.gesture_started.connect(field.begin_gesture)
    field.line.addWidget(slider, 1)
    return slider


def number_stops(info: ParameterInfo, span: tuple[float, float] | None, *, zero: bool) -> Stops | None:
    """The slider of a number, or None where its bounds do not say enough to make one.

    The scale is logarithmic when the parameter asks for it, or when its range covers more than three powers of ten.
    `span` narrows the slider; larger numbers can still be typed.
    """
    if span is None and (info.minimum is None or info.maximum is None):
        return None
    low, high = span or (float(info.minimum or 0.0), float(info.maximum or 0.0))
    if low >= high or (low < 0.0 and high - low > WIDEST_THROUGH_ZERO):
        return None
    wide = low >= 0.0 and (high / low > 1000.0 if low > 0.0 else high > 1000.0)
    if low < 0.0 or not (info.logarithmic or wide):
        return linear_stops(low, high)
    smallest = low if low > 0.0 else min(SMALLEST_ON_LOG_SCALE, high / 1000.0)
    return logarithmic_stops(smallest, high, zero=zero and (info.minimum or 0.0) <= 0.0)


def _without_refused_ends(stops: Stops | None, accepts: Accepts) -> Stops | None:
    """A bound that the value must not reach is no place to slide to."""
    if stops is None:
        return None
    values = stops.values[1:] if accepts(stops.values[0]) else stops.values
    return Stops(values[:-1] if accepts(values[-1]) else values)


def choice_title(choice: str) -> str:
    """A choice in words: a block such as an activation by its title, any other by its id without dashes."""
    from playground.data.registry import CATALOGUE  # imports torch

    block = CATALOGUE.get(choice)
    if block is not None:
        return in_a_sentence(block.title)
    return {"rbf": "RBF"}.get(choice) or choice.replace("-", " ").replace("_", " ")


def tip(info: ParameterInfo) -> str:
    """Help, unit and bounds of a parameter."""
    words = [info.help]
    if info.unit:
        words.append(f"Unit: {info.unit}.")
    if info.kind in ("integer", "number") and (info.minimum is not None or info.maximum is not None):
        low = number_text(info.minimum) if info.minimum is not None else "any"
        high = number_text(info.maximum) if info.maximum is not None else "any"
        words.append(f"From {low} to {high}.")
    return "\n".join(word for word in words if word)
