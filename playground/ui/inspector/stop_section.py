"""When a run ends by itself: epochs, a metric reached, early stopping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot

from playground.data.base import PARTS
from playground.document.declaration import ParameterInfo
from playground.document.project import MetricTarget, StopRules
from playground.training.metrics import registry
from playground.training.metrics.registry import quantity_of
from playground.training.metrics.words import bounds_of, higher_is_better, metric_words, out_of_bounds
from playground.ui.inspector.form import ParameterForm
from playground.ui.inspector.settings import setting_infos, setting_problems
from playground.ui.widgets.controls import QuietComboBox
from playground.ui.widgets.fields import NumberField
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.qt_access import item_of
from playground.ui.widgets.rows import Row, Section

LABELS = {"epochs": "Epochs", "patience": "Patience", "restore_best": "Restore best"}
STARTS = {"epochs": 100, "patience": 10}


def targets() -> list[str]:
    """What a run can stop at: of each part the loss and the metrics told first, then the other metrics."""
    ids = dict.fromkeys(quantity.id for quantity in (*registry.headlines(), *registry.METRICS))
    return [f"{part}_{name}" for name in ids for part in PARTS]


class StopSection(Section):
    """Edits StopRules."""

    changed = Signal(object, str, str)
    """(new StopRules, words for the Undo menu, merge key)"""

    def __init__(self) -> None:
        super().__init__("Stop")
        self._rules = StopRules()
        self._missing: Mapping[str, str] = {}
        self.form = ParameterForm(
            setting_infos(StopRules, LABELS), {}, setting_problems(StopRules, LABELS), starts=STARTS
        )
        self.form.changed.connect(self._set)
        # Not `metric`: that is a virtual function of QPaintDevice, and hiding it crashes Qt.
        self.target_metric = QuietComboBox()
        self.target_metric.setAccessibleName("Stop when this metric is reached")
        self.target_metric.addItem("no target", "")
        for name in targets():
            self.target_metric.addItem(metric_words(name, {}), name)
        self.target_metric.currentIndexChanged.connect(self._choose_metric)
        info = ParameterInfo("target", "Target", "number", 0.95, None, None, (), "Stop as soon as the metric is there.",
                             "", False, False, False)  # fmt: skip
        self.bound = NumberField(info, self._refusal)
        self.bound.changed.connect(self._set_bound)
        self.add(self.form)
        self.metric_row = Row("Stop at", self.target_metric, "Stop as soon as this metric is good enough.")
        self.add(self.metric_row)
        self.bound_row = Row("at least", self.bound)
        self.bound.refused.connect(self.bound_row.show_error)
        self.add(self.bound_row)

    def set_rules(self, rules: StopRules, titles: Mapping[str, str] | None = None) -> None:
        """Show rules without emitting; `titles` has the names of the nodes."""
        self._rules = rules
        self.form.set_values(rules.model_dump(exclude={"target"}))
        target = rules.target
        with QSignalBlocker(self.target_metric):
            if target is not None and self.target_metric.findData(target.metric) < 0:
                self.target_metric.addItem(metric_words(target.metric, titles or {}), target.metric)
            self.target_metric.setCurrentIndex(self.target_metric.findData(target.metric if target else ""))
        self.bound_row.setVisible(target is not None)
        if target is not None:
            self.bound_row.label.setText("at most" if target.at_least is None else "at least")
            value = target.at_most if target.at_least is None else target.at_least
            if value is not None and value != self.bound.value():
                self.bound.set_value(value)
            elif not self.bound.edit.text():
                self.bound.set_value(self.bound.value())
        self._show_missing()

    def set_missing(self, missing: Mapping[str, str]) -> None:
        """Take, by their ids, the metrics that are not measured here, and why; none of them can be chosen."""
        if missing == self._missing:
            return
        self._missing = dict(missing)
        for row in range(1, self.target_metric.count()):
            name = self.target_metric.itemData(row)
            why = self._why_missing(name)
            item = item_of(self.target_metric, row)
            item.setEnabled(not why)
            item.setText(metric_words(name, {}) + (": not here" if why else ""))
            item.setToolTip(plain_tip(why))
            item.setData(why, Qt.ItemDataRole.AccessibleDescriptionRole)
        self._show_missing()

    def _show_missing(self) -> None:
        """Say why a run will never stop at the metric that is chosen."""
        target = self._rules.target
        self.metric_row.show_error(self._why_missing(target.metric) if target is not None else "")

    def _why_missing(self, metric: str) -> str:
        quantity = quantity_of(metric)
        return self._missing.get(quantity.id, "") if quantity is not None else ""

    def _refusal(self, value: float) -> str:
        """Why a value cannot be the target, as a sentence; empty when it can."""
        if abs(value) >= 1e12:
            return "Target must be a finite number."
        return "" if self._rules.target is None else out_of_bounds(self._rules.target.metric, value)

    @Slot(str, object)
    def _set(self, name: str, value: Any) -> None:
        words = self.form.text(name, value)
        self.changed.emit(self._rules.replace(**{name: value}), words, self.form.merge_key(name))

    @Slot(int)
    def _choose_metric(self, index: int) -> None:
        metric = self.target_metric.itemData(index)
        if not metric:
            self.changed.emit(self._rules.replace(target=None), "Stop at no target", "target")
            return
        larger = higher_is_better(metric)
        value = 0.95 if larger else max(0.01, bounds_of(metric)[0] or 0.0)
        self.changed.emit(
            self._rules.replace(target=_target(metric, value, at_least=larger)),
            f"Stop at {self.target_metric.itemText(index)}",
            f"target.{metric}",
        )

    @Slot(object)
    def _set_bound(self, value: float) -> None:
        target = self._rules.target
        if target is not None:
            changed = _target(target.metric, value, at_least=target.at_least is not None)
            key = f"target.{self.bound.gesture}"
            self.changed.emit(self._rules.replace(target=changed), f"Set target to {value:g}", key)


def _target(metric: str, value: float, *, at_least: bool) -> MetricTarget:
    return MetricTarget(metric=metric, at_least=value if at_least else None, at_most=None if at_least else value)
