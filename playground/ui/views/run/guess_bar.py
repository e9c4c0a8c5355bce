"""What a person guesses before an experiment runs: the winner in a list, and whose curve is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from playground.ui.widgets.labels import Label, plain_tip
from playground.ui.widgets.options import combo_box
from playground.ui.widgets.theme import THEME


class GuessBar(QWidget):
    """One row of controls: those of the winner, those of the curve, and one to begin anew."""

    pencil_changed = Signal()
    clear_wanted = Signal()
    again_wanted = Signal()

    def __init__(self, winner_box: QComboBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.winner_words = Label("Your guess")
        self.winner_box = winner_box
        self.curve_words = Label("Draw the curve of")
        self.curve_box = combo_box("Whose curve is drawn", "The variant whose expected curve the mouse draws", [])
        self.clear_button = _button("Clear", "Wipe off the curves that were drawn, and draw anew")
        self.again_button = _button("Guess again", "Hide what came out, and guess once more")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(THEME.px(8))
        for widget in (self.winner_words, winner_box, self.curve_words, self.curve_box, self.clear_button,
                       self.again_button):  # fmt: skip
            layout.addWidget(widget)
        layout.addStretch(1)
        self.curve_box.currentIndexChanged.connect(self.pencil_changed)
        self.clear_button.clicked.connect(self.clear_wanted)
        self.again_button.clicked.connect(self.again_wanted)

    def arrange(self, titles: Sequence[str], *, drawing: bool, drawn: bool, measured: bool) -> None:
        """Show what can be done now: `drawing` where there is an axis, `measured` when it is too late to guess."""
        offered = [self.curve_box.itemText(row) for row in range(self.curve_box.count())]
        if offered != list(titles):
            self.curve_box.clear()
            self.curve_box.addItems(list(titles))
            self.curve_box.updateGeometry()
        several = len(titles) > 1
        self.winner_words.setVisible(not measured)
        self.winner_box.setVisible(not measured)
        for widget in (self.curve_words, self.curve_box):
            widget.setVisible(drawing and several and not measured)
        self.clear_button.setVisible(drawing and drawn and not measured)
        self.again_button.setVisible(measured)


def _button(words: str, tip: str) -> QPushButton:
    button = QPushButton(words)
    button.setProperty("role", "small")
    button.setToolTip(plain_tip(tip))
    button.setAccessibleName(words)
    return button
