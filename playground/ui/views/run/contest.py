"""What the views of contests share: Start and Stop, and of contests how long, and which quantity is drawn."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton, QWidget

from playground.analysis.base import Analysis
from playground.analysis.run.contests import PRESS_START
from playground.ui.views.base import View
from playground.ui.widgets.labels import plain_tip

START_TIP = "Train all runs beside the one on screen, which goes on meanwhile"
STOP_TIP = "End all runs at once; what they have reached stays in sight"
BEGINS = "The runs begin…"


class StartedView(View):
    """A view whose result a person asks for. `chosen` is the analysis with the present options."""

    empty: ClassVar[str] = PRESS_START
    pulses: ClassVar[int] = 1
    momentary: ClassVar[frozenset[str]] = frozenset({"start"})
    start_words: ClassVar[str] = "Start"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.running = False
        self._idle = self.parameters.analysis(start=0)
        self._asked: Analysis = self._idle
        self._starts = 0
        self.start_button = QPushButton(self.start_words)
        self.start_button.clicked.connect(self.start_or_stop)
        self._name_button()
        self.waiting.cancel_wanted.connect(self._on_cancelled)

    def chosen(self, start: int) -> Analysis:
        """The analysis with the present options and this number of the start."""
        return self.parameters.analysis(start=start)

    @Slot(str)
    def ask_anew(self, name: str = "") -> None:
        """What is chosen counts from the next start on."""

    def wanted(self) -> Analysis:
        return self._asked if self.running else self._idle

    @Slot()
    def start_or_stop(self) -> None:
        """Begin with the present options, or end what runs."""
        if self.running:
            self._rest()
        else:
            self._starts += 1
            self._asked = self.chosen(self._starts)
            self.running = True
            self._name_button()
            if self.result is None:
                super().show_message(BEGINS)
        self.wanted_changed.emit()

    @Slot()
    def _on_cancelled(self) -> None:
        """Cancelling is stopping here; Start begins again."""
        if self.running:
            self.start_or_stop()
        self.waiting.clear()

    def _rest(self) -> None:
        self.running = False
        self.waiting.clear()
        self._name_button()

    def _name_button(self) -> None:
        words = "Stop" if self.running else self.start_words
        self.start_button.setText(words)
        self.start_button.setAccessibleName(f"{words} {self.title.lower()}")
        self.start_button.setToolTip(plain_tip(STOP_TIP if self.running else START_TIP))

    def show_result(self, result: Any) -> None:
        if result.whole:
            self._rest()
        super().show_result(result)

    def leave_project(self) -> None:
        self._rest()
        super().leave_project()

    def show_message(self, sentence: str) -> None:
        if sentence == self.empty:
            if self.running or self.result is not None:
                return  # The answer to the question before; what was reached stays in sight.
        else:
            self._rest()
        super().show_message(sentence)


class ContestView(StartedView):
    """A contest: as long as is chosen, with the measure or the loss on its chart."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.epochs_box = self.parameters.integer("epochs")
        self.epochs_box.setSpecialValueText("as the goals")
        self.quantity_box = self.parameters.choice(
            "quantity", [("Measure of the goals", "score"), ("Training loss", "loss")]
        )


def as_title(words: str) -> str:
    """A measure in words as the name of an axis: “Test R²”."""
    return words[:1].upper() + words[1:]
