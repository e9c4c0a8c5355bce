"""What a race is over, as a person chooses it: optimizers to tick, or a setting with its first and last value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QLocale, QSignalBlocker, Signal, Slot
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from playground.analysis.race import MOST, RaceAnalysis, RaceOffer
from playground.training.optimizers import OPTIMIZERS
from playground.training.stacked.members import RATE, Setting
from playground.ui.inspector.controls import QuietSpinBox
from playground.ui.theme import THEME
from playground.ui.views.options import check_box, combo_box

FIRST = ("sgd", "momentum", "rmsprop", "adam")
"""Optimizers that are ticked at first."""


class RaceOptions(QWidget):
    """The choices that make a `RaceAnalysis`; `over_box` stands apart, in the header of the view."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings: tuple[Setting, ...] = ()
        self._restoring: dict[str, bool | int | float | str] = {}
        """Choices of a file that wait for the settings to be offered."""
        self.over_box = combo_box(
            "What the race is over", "What sets the runs of the race apart",
            [("Optimizers", "optimizers"), ("Learning rate", "learning-rate"), ("A setting", "setting")],
        )  # fmt: skip
        self.ticks = {cls.id: check_box(cls.title, cls.summary, cls.id in FIRST) for cls in OPTIMIZERS}
        self.setting_box = combo_box("Setting", "The setting whose values race against each other", [])
        self.low_box, self.high_box = _number("From", "The first value"), _number("To", "The last value")
        self.count_box = QuietSpinBox()
        self.count_box.setAccessibleName("How many values")
        self.count_box.setToolTip("How many values from the first to the last, both included")
        self.count_box.setRange(2, MOST)
        self.count_box.setValue(6)
        self.log_box = check_box(
            "Logarithmic", "Each value is the same multiple of the one before; else at equal distances", True
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(THEME.px(14))
        for place, tick in enumerate(self.ticks.values()):
            grid.addWidget(tick, place // 2, place % 2)
            tick.toggled.connect(self._ticked)
        for box in (self.over_box, self.setting_box):
            box.currentIndexChanged.connect(self._adapt)
        self._adapt()

    def rows(self) -> list[tuple[str, QWidget]]:
        """The rows of the menu for more options."""
        return [
            ("", self), ("Setting", self.setting_box), ("From", self.low_box), ("To", self.high_box),
            ("Values", self.count_box), ("", self.log_box),
        ]  # fmt: skip

    def take(self, offer: RaceOffer) -> None:
        """Offer these settings; the one that was chosen stays chosen."""
        if offer.settings == self._settings:
            return
        self._settings = offer.settings
        chosen = self.setting_box.currentData()
        with QSignalBlocker(self.setting_box):
            self.setting_box.clear()
            for setting in offer.settings:
                if setting.path != RATE:
                    self.setting_box.addItem(setting.title, setting.path)
            self.setting_box.setCurrentIndex(max(0, self.setting_box.findData(chosen)))
        self._adapt()
        self._restore_numbers()
        self._restoring = {}

    def analysis(self, **others: Any) -> RaceAnalysis:
        """The race as chosen."""
        wanted = [name for name, tick in self.ticks.items() if tick.isChecked()]
        return RaceAnalysis(
            over=self.over_box.currentData(),
            optimizers=" ".join(wanted),
            path=self.setting_box.currentData() or "",
            low=_value(self.low_box),
            high=_value(self.high_box),
            count=self.count_box.value(),
            logarithmic=self.log_box.isChecked(),
            **others,
        )

    def saved(self) -> dict[str, bool | int | float | str]:
        """The choices as they go into a file; numbers only where a person gave them."""
        wanted = [name for name, tick in self.ticks.items() if tick.isChecked()]
        found: dict[str, bool | int | float | str] = {"over": self.over_box.currentData()}
        if found["over"] == "optimizers":
            return {**found, "optimizers": " ".join(wanted)}
        found |= {"path": self.setting_box.currentData() or "", "count": self.count_box.value()}
        found |= {"logarithmic": self.log_box.isChecked()}
        typed = {name: float(box.text()) for name, box in self._numbers() if box.hasAcceptableInput() and box.text()}
        return {**found, **typed}

    def restore(self, options: Mapping[str, bool | int | float | str]) -> None:
        """Choose what `saved` gave, some of it once the settings are offered."""
        self.over_box.setCurrentIndex(max(0, self.over_box.findData(options.get("over", "optimizers"))))
        ticked = str(options.get("optimizers", "")).split()
        for name, tick in self.ticks.items() if len(ticked) > 1 else ():
            with QSignalBlocker(tick):
                tick.setChecked(name in ticked)
        self._ticked()
        if "count" in options:
            self.count_box.setValue(int(options["count"]))
        self._restoring = dict(options)
        self._restore_numbers()

    def _restore_numbers(self) -> None:
        """The setting and its values: offering settings would put the usual ones in their place."""
        options = self._restoring
        place = self.setting_box.findData(options.get("path", ""))
        if place >= 0:
            self.setting_box.setCurrentIndex(place)
        for name, box in self._numbers():
            if name in options:
                box.setText(f"{float(options[name]):g}")
        if "logarithmic" in options:
            self.log_box.setChecked(bool(options["logarithmic"]))

    def _numbers(self) -> tuple[tuple[str, QLineEdit], ...]:
        return ("low", self.low_box), ("high", self.high_box)

    @property
    def setting(self) -> Setting | None:
        """The setting that the race is over; None for optimizers, or where none is known yet."""
        over = self.over_box.currentData()
        path = {"optimizers": "", "learning-rate": RATE}.get(over, self.setting_box.currentData())
        return next((one for one in self._settings if one.path == path), None)

    @Slot()
    def _adapt(self) -> None:
        """Let only what matters be changed, and show the values that empty boxes stand for."""
        over, setting = self.over_box.currentData(), self.setting
        self.setEnabled(over == "optimizers")
        self.setting_box.setEnabled(over == "setting")
        numeric = over != "optimizers" and (setting is None or not setting.choices)
        for box in (self.low_box, self.high_box, self.count_box, self.log_box):
            box.setEnabled(numeric)
        if setting is not None and numeric:
            for box, value in ((self.low_box, setting.low), (self.high_box, setting.high)):
                box.setText("")
                box.setPlaceholderText(f"{value:.3g}")
            self.log_box.setChecked(setting.logarithmic)
        self.changed.emit()

    @Slot()
    def _ticked(self) -> None:
        """At least two optimizers, at most as many as lines can be told apart."""
        chosen = [tick for tick in self.ticks.values() if tick.isChecked()]
        for tick in self.ticks.values():
            tick.setEnabled(len(chosen) > 2 if tick.isChecked() else len(chosen) < MOST)
        self.changed.emit()


def _number(name: str, tip: str) -> QLineEdit:
    box = QLineEdit()
    box.setAccessibleName(name)
    box.setToolTip(f"{tip}; empty for the usual one")
    validator = QDoubleValidator(box)
    validator.setLocale(QLocale.c())
    box.setValidator(validator)
    return box


def _value(box: QLineEdit) -> float:
    """The number in a box; where it is empty, what stands there in grey."""
    for text in (box.text(), box.placeholderText()):
        try:
            return float(text)
        except ValueError:
            continue
    return 0.0

