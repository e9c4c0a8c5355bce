"""A form generated from parameter declarations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.document.declaration import ParameterInfo
from playground.ui.widgets.fields import (
    ChoiceField,
    Field,
    IntegerField,
    NumberField,
    OptionalField,
    SwitchField,
    TextField,
    number_text,
    tip,
)
from playground.ui.widgets.rows import Expander, Row
from playground.ui.widgets.theme import THEME

Validate = Callable[[dict[str, Any]], Sequence[tuple[str, str]]]
"""All faults of some parameters as (name, sentence): `Declaration.parameter_problems`."""


class ParameterForm(QWidget):
    """One row for each parameter: label left, field right, the error sentence below.

    `values` may leave out parameters; they show their defaults. `spans` narrows sliders, by parameter name; parameters
    in `wide` get a line of their own below their label. `starts` says with what an optional parameter is switched on.
    """

    changed = Signal(str, object)
    """(name, value) of a parameter that a person changed to another good value."""

    def __init__(
        self,
        infos: Sequence[ParameterInfo],
        values: Mapping[str, Any],
        validate: Validate | None = None,
        spans: Mapping[str, tuple[float, float]] | None = None,
        wide: Collection[str] = (),
        starts: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self._starts = starts or {}
        self._wide = wide
        self.infos = tuple(info for info in infos if info.kind != "list")
        self.fields: dict[str, Field] = {}
        self.rows: dict[str, Row] = {}
        self._validate = validate
        self._spans = spans or {}
        self._values: dict[str, Any] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.px(7))
        self.more: Expander | None = None
        for info in self.infos:
            self._add(info, column)
        if self.more is not None:
            column.addWidget(self.more)
        self.set_values(values)

    def _add(self, info: ParameterInfo, column: QVBoxLayout) -> None:
        field = self._field(info)
        field.setObjectName(info.name)
        words = f"{info.label} ({info.unit})" if info.unit and info.unit not in info.label.lower() else info.label
        row = Row(words, field, tip(info), wide=info.name in self._wide)
        field.changed.connect(partial(self._field_changed, info.name))
        field.refused.connect(row.show_error)
        self.fields[info.name] = field
        self.rows[info.name] = row
        if info.advanced:
            if self.more is None:
                self.more = Expander()
            self.more.body.addWidget(row)
        else:
            column.addWidget(row)

    def _field(self, info: ParameterInfo) -> Field:
        accepts = partial(self._refusal, info)
        if info.optional:
            start = self._starts.get(info.name, _start(info))
            inner = self._plain_field(replace(info, optional=False, default=start), accepts)
            return OptionalField(info, accepts, inner, start)
        return self._plain_field(info, accepts)

    def _plain_field(self, info: ParameterInfo, accepts: Callable[[Any], str]) -> Field:
        if info.kind == "integer":
            return IntegerField(info, accepts)
        if info.kind == "number":
            return NumberField(info, accepts, self._spans.get(info.name))
        if info.kind == "switch":
            return SwitchField(info, accepts)
        if info.kind == "choice":
            return ChoiceField(info, accepts)
        return TextField(info, accepts)

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show other values without emitting. Fields whose value stays keep what is being typed into them."""
        for info in self.infos:
            value = values.get(info.name, info.default)
            if info.name not in self._values or self._values[info.name] != value:
                self._values[info.name] = value
                self.fields[info.name].set_value(value)

    def values(self) -> dict[str, Any]:
        """The good values now."""
        return dict(self._values)

    def merge_key(self, name: str) -> str:
        """The same for all changes of one movement of the hand, so that they are undone together."""
        return f"{name}#{self.fields[name].gesture}"

    def text(self, name: str, value: Any) -> str:
        """A change in words for the Undo menu: “Set units to 16”."""
        label = self.rows[name].label.text()
        label = label if label.isupper() or (len(label) > 1 and label[1].isupper()) else label[:1].lower() + label[1:]
        return f"Set {label} to {value_words(value)}"

    def _field_changed(self, name: str, value: Any) -> None:
        self._values[name] = value
        self.changed.emit(name, value)

    def _refusal(self, info: ParameterInfo, value: Any) -> str:
        """Why a value is refused, or an empty string."""
        if value is None and info.optional:
            return ""
        if self._validate is not None:
            before = dict(self._validate(dict(self._values)))
            after = dict(self._validate({**self._values, info.name: value}))
            return after.get(info.name, "") or ("" if "" in before else after.get("", ""))
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _bounds_refusal(info, value)
        return ""


def _bounds_refusal(info: ParameterInfo, value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return f"{info.label} must be a finite number."
    if info.minimum is not None and value < info.minimum:
        return f"{info.label} must be at least {number_text(info.minimum)}, but {number_text(value)} arrived."
    if info.maximum is not None and value > info.maximum:
        return f"{info.label} must be at most {number_text(info.maximum)}, but {number_text(value)} arrived."
    return ""


def _start(info: ParameterInfo) -> Any:
    """What an optional parameter starts with when it is switched on."""
    if info.default is not None:
        return info.default
    if info.kind in ("integer", "number"):
        start = max(info.minimum or 0.0, 1.0 if info.maximum is None else min(1.0, info.maximum))
        return int(start) if info.kind == "integer" else float(start)
    return {"switch": True, "text": ""}.get(info.kind, info.choices[0] if info.choices else "")


def value_words(value: Any) -> str:
    """A value as the Undo menu names it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return number_text(value)
    return str(value).replace("-", " ") if isinstance(value, str) else str(value)
