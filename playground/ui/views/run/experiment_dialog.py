"""The dialog that makes an experiment from the open project: which values of which setting are compared, and how."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from playground.document.experiment import Experiment
from playground.document.project import Project
from playground.experiments.cells import ExperimentFault
from playground.experiments.making import Draft, claims, made, offered_settings, usual_values
from playground.training.metrics.words import metric_words
from playground.ui.widgets.controls import QuietComboBox, QuietSpinBox
from playground.ui.widgets.kept_size import dialog_size
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.rows import label
from playground.ui.widgets.theme import THEME

WIDE, HIGH = 560, 430
SEEDS = 5


class ExperimentDialog(QDialog):
    """Asks what is compared; `experiment` is what was made, None before."""

    def __init__(self, parent: QWidget, project: Project, metrics: Sequence[str], epochs: int) -> None:
        super().__init__(parent)
        self.experiment: Experiment | None = None
        self._project = project
        self._settings = offered_settings(project)
        self._asked = ""
        """The question that was proposed last."""
        self.setWindowTitle("Make an experiment")
        self.setting_box, self.metric_box, self.claim_box = QuietComboBox(), QuietComboBox(), QuietComboBox()
        self.values_edit, self.question_edit = QLineEdit(), QLineEdit()
        self.epochs_box, self.seeds_box = QuietSpinBox(), QuietSpinBox()
        self.epochs_box.setRange(1, 1_000_000)
        self.epochs_box.setValue(epochs)
        self.seeds_box.setRange(1, 1_000)
        self.seeds_box.setValue(SEEDS)
        for setting in self._settings:
            self.setting_box.addItem(setting.title)
        for metric in metrics:
            self.metric_box.addItem(metric_words(metric, {}), metric)
        self.fault = label(role="error")
        self._lay_out()
        self.setting_box.currentIndexChanged.connect(self._on_setting)
        self.metric_box.currentIndexChanged.connect(self._on_values)
        self.values_edit.textChanged.connect(self._on_values)
        self._on_setting()
        self.resize(dialog_size(self, WIDE, HIGH))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(THEME.px(18), THEME.px(16), THEME.px(18), THEME.px(14))
        layout.setSpacing(THEME.px(10))
        layout.addWidget(label("Compare values of one setting", role="title", wrap=False))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setHorizontalSpacing(THEME.px(14))
        form.setVerticalSpacing(THEME.px(8))
        for words, field, tip in (
            ("Setting", self.setting_box, "What differs from run to run"),
            ("Values", self.values_edit, "With commas between them"),
            ("Measured", self.metric_box, "What is compared at the end of each run"),
            ("Claim", self.claim_box, "What the verdict speaks of: it holds, or it does not"),
            ("Question", self.question_edit, "What the experiment is called"),
            ("Epochs", self.epochs_box, "How long each run learns"),
            ("Seeds", self.seeds_box, "Runs of each value"),
        ):
            field.setAccessibleName(words)
            field.setToolTip(plain_tip(tip))
            form.addRow(words, field)
        layout.addLayout(form)
        layout.addWidget(self.fault)
        layout.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        self.cancel_button, self.save_button = QPushButton("Cancel"), QPushButton("Save as…")
        self.save_button.setProperty("role", "primary")
        self.save_button.setDefault(True)
        self.cancel_button.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._make)
        for button in (self.cancel_button, self.save_button):
            buttons.addWidget(button)
        layout.addLayout(buttons)

    @Slot()
    def _on_setting(self) -> None:
        setting = self._settings[max(0, self.setting_box.currentIndex())]
        self.values_edit.setText(usual_values(setting))
        if self.question_edit.text() == self._asked:
            self._asked = f"What does “{setting.title}” do?"
            self.question_edit.setText(self._asked)
        self._on_values()

    @Slot()
    def _on_values(self) -> None:
        setting = self._settings[max(0, self.setting_box.currentIndex())]
        offered = claims(setting, self.values_edit.text(), str(self.metric_box.currentData()))
        before = self.claim_box.currentData()
        self.claim_box.clear()
        for words, value in offered:
            self.claim_box.addItem(words, value)
        self.claim_box.setCurrentIndex(max(0, self.claim_box.findData(before)))
        self.fault.setText("")

    @Slot()
    def _make(self) -> None:
        draft = Draft(
            self.question_edit.text(), self._settings[self.setting_box.currentIndex()], self.values_edit.text(),
            str(self.metric_box.currentData()), str(self.claim_box.currentData() or ""), self.epochs_box.value(),
            self.seeds_box.value(),
        )  # fmt: skip
        try:
            self.experiment = made(self._project, draft)
        except ExperimentFault as error:
            self.fault.setText(str(error))
            return
        self.accept()
