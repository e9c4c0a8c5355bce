"""What a race is over, as a person chooses it: optimizers to tick, or a setting with its first and last value."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSignalBlocker, Signal, Slot
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from playground.analysis.run.race import MOST, RaceOffer
from playground.experiments.members import RATE, Setting
from playground.training.optimizers import OPTIMIZERS
from playground.ui.views.parameters import ViewParameters
from playground.ui.views.run.question_button import QuestionButton
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.options import check_box, combo_box
from playground.ui.widgets.theme import THEME

FIRST = ("sgd", "momentum", "rmsprop", "adam")
"""Optimizers that are ticked at first."""


class RaceOptions(QWidget):
    """The controls of what a race is over; `over_box` stands apart, in the header of the view."""

    ticked = Signal()

    def __init__(self, parameters: ViewParameters, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameters = parameters
        self._settings: tuple[Setting, ...] = ()
        self.over_box = parameters.choice(
            "over", [("Optimizers", "optimizers"), ("Learning rate", "learning-rate"), ("A setting", "setting"),
                     ("An experiment", "experiment")],
            label="What the race is over",
        )  # fmt: skip
        self.ticks = {cls.id: check_box(cls.title, cls.summary, cls.id in FIRST) for cls in OPTIMIZERS}
        self.setting_box = combo_box("Setting", "The setting whose values race against each other", [])
        self.low_box, self.high_box = _number("From", "The first value"), _number("To", "The last value")
        self.count_box, self.log_box = parameters.integer("count"), parameters.switch("logarithmic")
        self.question_button = QuestionButton({}, own=False)
        button = self.question_button
        parameters.bind_with("experiment", lambda: button.identifier, button.show_question, button.chosen)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(THEME.px(14))
        for place, tick in enumerate(self.ticks.values()):
            grid.addWidget(tick, place // 2, place % 2)
            tick.toggled.connect(self._on_tick)
        parameters.bind("path", self.setting_box)
        parameters.bind_with("optimizers", self._wanted, self._tick, self.ticked)
        for name, box in (("low", self.low_box), ("high", self.high_box)):
            parameters.bind_with(name, _Read(box), _Show(parameters, name, box), box.textChanged)
        for choice in (self.over_box, self.setting_box):
            choice.currentIndexChanged.connect(self._on_other)
        self._adapt()

    def rows(self) -> list[tuple[str, QWidget]]:
        """The rows of the menu for more options."""
        return [
            ("", self), ("Setting", self.setting_box), ("From", self.low_box), ("To", self.high_box),
            ("Values", self.count_box), ("", self.log_box), ("Experiment", self.question_button),
        ]  # fmt: skip

    def take(self, offer: RaceOffer) -> None:
        """Offer these settings; the one that was chosen stays chosen."""
        if offer.settings == self._settings:
            return
        self._settings = offer.settings
        self.question_button.offer(offer.questions)
        items = [(setting.title, setting.path) for setting in offer.settings if setting.path != RATE]
        self._parameters.measure("path", items[0][1] if items else "")
        self._parameters.offer("path", self.setting_box, items)
        self._adapt()

    @property
    def setting(self) -> Setting | None:
        """The setting that the race is over; None for optimizers, or where none is known yet."""
        over = self.over_box.currentData()
        path = {"optimizers": "", "experiment": "", "learning-rate": RATE}.get(over, self.setting_box.currentData())
        return next((one for one in self._settings if one.path == path), None)

    @Slot()
    def _on_other(self) -> None:
        """Another setting has other values."""
        if not self._parameters.taking:
            for name in ("low", "high", "logarithmic"):
                self._parameters.choose(name, None)
        self._adapt()

    def _adapt(self) -> None:
        """Let only what matters be changed, and show the values that empty boxes stand for."""
        over, setting = self.over_box.currentData(), self.setting
        self.setEnabled(over == "optimizers")
        self.setting_box.setEnabled(over == "setting")
        self.question_button.setEnabled(over == "experiment")
        numeric = over not in ("optimizers", "experiment") and (setting is None or not setting.choices)
        for box in (self.low_box, self.high_box, self.count_box, self.log_box):
            box.setEnabled(numeric)
        if setting is not None and numeric:
            for name, box, value in (("low", self.low_box, setting.low), ("high", self.high_box, setting.high)):
                self._parameters.measure(name, float(f"{value:.3g}"))
                box.setPlaceholderText(f"{value:.3g}")
            self._parameters.measure("logarithmic", setting.logarithmic)

    def _wanted(self) -> str:
        return " ".join(name for name, tick in self.ticks.items() if tick.isChecked())

    def _tick(self, optimizers: str) -> None:
        """Tick these; fewer than two are no race."""
        wanted = optimizers.split()
        for name, tick in self.ticks.items() if len(wanted) > 1 else ():
            with QSignalBlocker(tick):
                tick.setChecked(name in wanted)
        self._limit()

    @Slot()
    def _on_tick(self) -> None:
        self._limit()
        self.ticked.emit()

    def _limit(self) -> None:
        """At least two optimizers, at most as many as lines can be told apart."""
        chosen = [tick for tick in self.ticks.values() if tick.isChecked()]
        for tick in self.ticks.values():
            tick.setEnabled(len(chosen) > 2 if tick.isChecked() else len(chosen) < MOST)


class _Read:
    """The number in a box; None where it is empty."""

    def __init__(self, box: QLineEdit) -> None:
        self._box = box

    def __call__(self) -> float | None:
        try:
            return float(self._box.text())
        except ValueError:
            return None


class _Show:
    """Writes a number into its box; the usual one stands there in grey anyhow."""

    def __init__(self, parameters: ViewParameters, name: str, box: QLineEdit) -> None:
        self._parameters, self._name, self._box = parameters, name, box

    def __call__(self, value: float) -> None:
        self._box.setText(f"{value:g}" if self._parameters.given(self._name) else "")


def _number(name: str, tip: str) -> QLineEdit:
    box = QLineEdit()
    box.setAccessibleName(name)
    box.setToolTip(plain_tip(f"{tip}; empty for the usual one"))
    validator = QDoubleValidator(box)
    validator.setLocale(QLocale.c())
    box.setValidator(validator)
    return box
