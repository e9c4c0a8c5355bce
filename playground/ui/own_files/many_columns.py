"""A line of buttons that change all selected columns at once."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from playground.ui.own_files.columns import ColumnsModel, ColumnsView
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.rows import label
from playground.ui.widgets.theme import THEME

CHANGES = (
    ("Use", "used", "Give all selected columns to the network."),
    ("Leave out", "ignored", "Leave all selected columns out."),
    ("Number", "number", "Take them for numbers, where they are."),
    ("Category", "category", "Take them for categories, where they can be."),
)


class ManyColumns(QWidget):
    """Shown while several columns are selected; else it says how."""

    def __init__(self, columns: ColumnsView) -> None:
        super().__init__()
        self._columns = columns
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(THEME.px(6))
        self.words = label(role="secondary", wrap=False)
        line.addWidget(self.words)
        self.buttons: dict[str, QPushButton] = {}
        for text, kind, tip in (*CHANGES, ("Predict", "predict", "Predict all selected columns: several numbers, or "
                                           "several yes or no.")):  # fmt: skip
            button = QPushButton(text)
            button.setAutoDefault(False)
            button.setToolTip(plain_tip(tip))
            button.setAccessibleName(f"{text}: all selected columns")
            button.clicked.connect(self._change)
            self.buttons[kind] = button
            line.addWidget(button)
        line.addStretch(1)
        self.renew()

    def watch(self) -> None:
        """Follow the selection of the model that is shown now."""
        self._columns.selectionModel().selectionChanged.connect(self.renew)
        self.renew()

    @Slot()
    def renew(self) -> None:
        """Show the buttons while there is more than one column to change."""
        count = len(self._columns.chosen_rows()) if self._columns.model() is not None else 0
        self.words.setText(f"{count} columns:" if count > 1 else "Shift and Ctrl select several columns.")
        for button in self.buttons.values():
            button.setVisible(count > 1)

    @Slot()
    def _change(self) -> None:
        model, rows = self._columns.model(), self._columns.chosen_rows()
        if not isinstance(model, ColumnsModel) or not rows:
            return
        kind = next(kind for kind, button in self.buttons.items() if button is self.sender())
        if kind == "predict":
            model.predict_rows(rows)
        else:
            model.change_rows(rows, kind)
