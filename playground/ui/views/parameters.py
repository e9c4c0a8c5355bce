"""The options of a view: the declared parameters of its analysis, their controls, and what of them is saved."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QSignalBlocker, Signal, SignalInstance, Slot
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from playground.analysis.base import Analysis
from playground.document.declaration import ParameterInfo
from playground.ui.widgets.controls import QuietSpinBox
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.options import check_box, combo_box

Widget = TypeVar("Widget", bound=QWidget)
Option = bool | int | float | str
"""What a project file holds of one parameter; a list is written as text."""
SHARED = frozenset({"example"})
"""Parameters that all views share: the window keeps them, and passes them with each question."""


class ViewParameters(QObject):
    """The values of the declared parameters of one view, and the controls that show them.

    A value is the declared default until a person or a file gives another. What a view finds by itself, such as a grid
    that is quick enough, it `measure`s: that counts until somebody chooses, and is never saved.
    """

    asked = Signal(str)
    """The parameter with this name has another value, and the analysis must be computed anew."""
    drawn = Signal(str)
    """The same of a parameter that belongs to the drawing only."""

    def __init__(self, declared: type[Analysis], momentary: frozenset[str] = frozenset(), parent: Any = None) -> None:
        super().__init__(parent)
        self.declared = declared
        self.infos = {info.name: info for info in declared.parameter_infos()}
        self._momentary = momentary
        """Parameters that neither come from a file nor go into one."""
        self._usual: dict[str, Any] = {
            name: field.get_default(call_default_factory=True) for name, field in declared.model_fields.items()
        }
        self.chosen_values: dict[str, Any] = {}
        self._measured: set[str] = set()
        self._made: tuple[tuple[Any, ...], Analysis] | None = None
        """The analysis made last, and the values that it has."""
        self.controls: dict[str, _Control] = {}
        self.taking = False
        """Whether controls just show what a file holds."""

    # Values ---------------------------------------------------------------------------------------------------------

    def value(self, name: str) -> Any:
        """The present value of a parameter. Raises KeyError."""
        return self.chosen_values[name] if name in self.chosen_values else self._usual[name]

    def given(self, name: str) -> bool:
        """Whether a person or a file has chosen the value."""
        return name in self.chosen_values

    def choose(self, name: str, value: Any) -> None:
        """Take a person's choice; None goes back to what is usual. What shows it follows, and the view is told."""
        before = self.value(name)
        if value is None:
            self.chosen_values.pop(name, None)
        else:
            self.chosen_values[name] = value
        self._show(name)
        if self.value(name) != before:
            (self.drawn if self.infos[name].drawing else self.asked).emit(name)

    def measure(self, name: str, value: Any) -> bool:
        """Use a value that the view has found by itself while nobody has chosen one; returns whether it is another."""
        self._measured.add(name)
        if self._usual[name] == value:
            return False
        self._usual[name] = value
        self._show(name)
        return not self.given(name)

    def analysis(self, **fixed: Any) -> Analysis:
        """The analysis with the present values of what is computed; `fixed` ones as they are.

        Values of the drawing are left out, so that another picture of the same result is no other question.
        """
        values = {
            name: self.value(name)
            for name, info in self.infos.items()
            if not info.drawing and name not in SHARED and name not in self._momentary
        }
        values.update(fixed)
        # Asked thirty times a second, and the same nearly always.
        asked = tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in values.items())
        if self._made is None or self._made[0] != asked:
            self._made = asked, self.declared(**values)
        return self._made[1]

    # Files ----------------------------------------------------------------------------------------------------------

    def saved(self) -> dict[str, Option]:
        """What differs from the default, by name, as it goes into the project file."""
        return {
            name: _as_option(value)
            for name, value in self.chosen_values.items()
            if name not in self._momentary and (name in self._measured or value != self._usual[name])
        }

    def take(self, options: Mapping[str, Option]) -> None:
        """Set what `saved` gave, all else to its default; what is unknown or does not fit is passed over."""
        known = {name: value for name, value in options.items() if name in self.infos}
        wrong = {name for name, _ in self.declared.parameter_problems(known)}
        fitting = {name: value for name, value in known.items() if name not in wrong | self._momentary | SHARED}
        if self.declared.parameter_problems(fitting):
            fitting = {}
        whole = self.declared.model_validate(fitting)
        before = {name: self.value(name) for name in self.infos}
        self.chosen_values = {name: getattr(whole, name) for name in fitting}
        self.taking = True
        try:
            for name in self.controls:
                self._show(name)
        finally:
            self.taking = False
        for name, value in before.items():
            if self.value(name) != value:
                (self.drawn if self.infos[name].drawing else self.asked).emit(name)

    # Controls -------------------------------------------------------------------------------------------------------

    def control(self, name: str, words: Sequence[tuple[str, str]] = (), label: str | None = None) -> QWidget:
        """A control made from the declaration and bound to it: a tick, a list of choices, a number or a line of text.

        `words` are (words, value) of the choices, `label` the words beside a tick where they differ from the declared.
        Who reads the control itself, too, makes it with `switch`, `choice`, `integer` or `number`, which know its type.
        """
        kind = self.infos[name].kind
        if kind == "switch":
            return self.switch(name, label)
        if words or kind == "choice":
            return self.choice(name, words, label)
        if kind == "integer":
            return self.integer(name, label)
        if kind == "number":
            return self.number(name, label)
        return self._bound(name, QLineEdit(), label)

    def switch(self, name: str, label: str | None = None) -> QCheckBox:
        """The control of what is on or off."""
        info = self.infos[name]
        return self._bound(name, check_box(label or info.label, "", bool(self.value(name))), label)

    def choice(self, name: str, words: Sequence[tuple[str, str]] = (), label: str | None = None) -> QComboBox:
        """A list of the declared choices, or of these (words, value)."""
        info = self.infos[name]
        items = list(words) or [(choice.replace("-", " ").capitalize(), choice) for choice in info.choices]
        return self._bound(name, combo_box(label or info.label, "", items), label)

    def integer(self, name: str, label: str | None = None) -> QSpinBox:
        """The control of a whole number."""
        return self._bound(name, _integer_box(self.infos[name]), label)

    def number(self, name: str, label: str | None = None) -> QDoubleSpinBox:
        """The control of a number with decimals."""
        return self._bound(name, _number_box(self.infos[name]), label)

    def _bound(self, name: str, widget: Widget, label: str | None) -> Widget:
        """A new control with the words of its declaration."""
        info = self.infos[name]
        widget.setAccessibleName(label or info.label)
        widget.setToolTip(plain_tip(info.help.rstrip(".")))
        self.bind(name, widget)
        return widget

    def bind(self, name: str, widget: QWidget, scale: float = 1.0) -> None:
        """Let a widget show a parameter and set it. A slider counts in steps of one over `scale`.

        A list of choices may be filled later, with `offer`. Raises KeyError for what is not declared.
        """
        read, show, changed = _access(widget, scale)
        if isinstance(widget, QComboBox):
            read = _typed(read, self.infos[name])
        self.bind_with(name, read, show, changed)

    def bind_with(
        self, name: str, read: Callable[[], Any], show: Callable[[Any], None], changed: SignalInstance
    ) -> None:
        """The same for something special: how its value is read and shown, and the signal that it has another."""
        self.controls[name] = _Control(self, name, self.infos[name], read, show, changed)
        self._show(name)

    def _show(self, name: str) -> None:
        if name in self.controls:
            self.controls[name].show(self.value(name), name in self._measured and name not in self.chosen_values)

    def offer(self, name: str, box: QComboBox, items: Sequence[tuple[str, Any]]) -> None:
        """Fill a bound list with (words, value) that depend on the result, and show the chosen one, if it is there."""
        if [(box.itemText(row), box.itemData(row)) for row in range(box.count())] == list(items):
            return
        with QSignalBlocker(box):
            box.clear()
            for words, value in items:
                box.addItem(words, value)
            box.setCurrentIndex(max(0, _row_of(box, self.value(name))))
        box.updateGeometry()

    def unbound(self, apart: frozenset[str] = frozenset()) -> list[ParameterInfo]:
        """Parameters that have no control yet and that a person may set, apart from some."""
        passed = SHARED | self._momentary | apart | self._measured | set(self.controls)
        return [
            info
            for name, info in self.infos.items()
            if name not in passed and info.kind != "list" and not info.advanced
        ]


class _Control(QObject):
    """One control of one parameter; silent while it only shows what was set elsewhere."""

    def __init__(
        self, parameters: ViewParameters, name: str, info: ParameterInfo, read: Callable[[], Any],
        show: Callable[[Any], None], changed: SignalInstance,
    ) -> None:  # fmt: skip
        super().__init__(parameters)
        self._parameters = parameters
        self._name = name
        self._read = read
        self.show_value = show
        self._showing = False
        changed.connect(self._on_changed)

    def show(self, value: Any, by_itself: bool) -> None:
        """Show a value, or that the view finds it by itself, where the control can say so."""
        if self._read() == value and not by_itself:
            return
        self._showing = True
        try:
            if not (by_itself and isinstance(self.show_value, _ShowItem) and self.show_value.by_itself()):
                self.show_value(value)
        finally:
            self._showing = False

    @Slot()
    def _on_changed(self) -> None:
        if not self._showing:
            self._parameters.choose(self._name, self._read())


def _as_option(value: Any) -> Option:
    return json.dumps(value) if isinstance(value, tuple | list) else value


def _access(widget: QWidget, scale: float) -> tuple[Callable[[], Any], Callable[[Any], None], SignalInstance]:
    """How the value of a widget is read and shown, and its signal."""
    if isinstance(widget, QAbstractButton):
        return widget.isChecked, widget.setChecked, widget.toggled
    if isinstance(widget, QComboBox):
        return widget.currentData, _ShowItem(widget), widget.currentIndexChanged
    if isinstance(widget, QSpinBox | QDoubleSpinBox):
        return widget.value, widget.setValue, widget.valueChanged
    if isinstance(widget, QAbstractSlider):
        return _ReadScaled(widget, scale), _ShowScaled(widget, scale), widget.valueChanged
    if isinstance(widget, QLineEdit):
        return widget.text, widget.setText, widget.editingFinished
    raise TypeError(f"{type(widget).__name__} cannot show a parameter")


def _typed(read: Callable[[], Any], info: ParameterInfo) -> Callable[[], Any]:
    """The value of a list of choices in the type of the parameter: "0.25" as .25, "" as None, the usual."""
    kinds = {"integer": int, "number": float}
    kind = kinds.get(info.kind)
    if kind is None:
        return read

    def typed() -> Any:
        value = read()
        return None if value in (None, "") else kind(value)

    return typed


def _row_of(box: QComboBox, value: Any) -> int:
    """The row of a value, −1 where there is none; numbers are the same as their texts."""
    for row in range(box.count()):
        held = box.itemData(row)
        if held == value or (isinstance(value, int | float) and _number(held) == value):
            return row
    return -1


def _number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


class _ShowItem:
    """Chooses the row of a value; a number that is not among the rows gets one of its own."""

    def __init__(self, box: QComboBox) -> None:
        self._box = box

    def by_itself(self) -> bool:
        """Show that nobody has chosen, in the row that stands for it; returns whether there is one."""
        row = self._box.findData("")
        if row >= 0:
            self._box.setCurrentIndex(row)
        return row >= 0

    def __call__(self, value: Any) -> None:
        row = _row_of(self._box, value)
        if row < 0 and isinstance(value, int | float) and self._box.count():
            self._box.addItem(f"{value:,}" if isinstance(value, int) else f"{value:g}", str(value))
            row = self._box.count() - 1
        if row >= 0:
            self._box.setCurrentIndex(row)


class _ReadScaled:
    def __init__(self, slider: QAbstractSlider, scale: float) -> None:
        self._slider, self._scale = slider, scale

    def __call__(self) -> float:
        return self._slider.value() / self._scale


class _ShowScaled:
    def __init__(self, slider: QAbstractSlider, scale: float) -> None:
        self._slider, self._scale = slider, scale

    def __call__(self, value: float) -> None:
        self._slider.setValue(round(value * self._scale))


def _integer_box(info: ParameterInfo) -> QSpinBox:
    box = QuietSpinBox()
    most = 2**31 - 1 if info.maximum is None else min(round(info.maximum), 2**31 - 1)
    box.setRange(round(info.minimum or 0), most)
    return box


def _number_box(info: ParameterInfo) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setKeyboardTracking(False)
    box.setDecimals(3)
    box.setSingleStep(0.1)
    low, high = info.minimum, info.maximum
    box.setRange(low if low is not None else -1e9, high if high is not None else 1e9)
    return box
