"""Objectives in the Training tab: what is added to the loss because of answers to other inputs."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from playground.document.graph import Choice
from playground.document.project import Project, TrainingSettings
from playground.training.batches import CannotTrain
from playground.training.objectives.active import refuse_objectives
from playground.training.objectives.registry import OBJECTIVES
from playground.training.phases import active_phases
from playground.ui.inspector.choice_editor import ChoiceEditor
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.icons import put_icon
from playground.ui.widgets.rows import Section, clear, label
from playground.ui.widgets.theme import THEME

MOST_OBJECTIVES = next(
    rule.max_length for rule in TrainingSettings.model_fields["objectives"].metadata if hasattr(rule, "max_length")
)
WEIGHT_SPAN = (1e-4, 10.0)
NONE_YET = (
    "Learns from the batch as it is. An objective adds what the network says of other inputs: attacked ones, moved "
    "ones, or such without a label."
)


class ObjectiveEditor(QFrame):
    """One objective: which, its numbers, its formula, and a button that takes it out."""

    changed = Signal(int, object, str, str)
    """(number of the objective, the new choice, words for the Undo menu, merge key)"""
    removed = Signal(int)

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        column = QVBoxLayout(self)
        column.setContentsMargins(0, THEME.px(4), 0, THEME.px(8))
        column.setSpacing(THEME.px(6))
        self.choice = ChoiceEditor(
            "Objective", OBJECTIVES, kept=("weight",), with_formula=True, spans={"weight": WEIGHT_SPAN}
        )
        self.choice.combo.setAccessibleName(f"Objective {number + 1}")
        self.choice.changed.connect(self._set)
        column.addWidget(self.choice)
        self.remove = QPushButton("Remove")
        put_icon(self.remove, "close", "secondary", 14)
        self.remove.setAccessibleName(f"Remove objective {number + 1}")
        self.remove.setToolTip("Learn without this objective.")
        self.remove.clicked.connect(self._remove)
        column.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def title(self) -> str:
        """What the objective is called."""
        declaration = self.choice.declaration()
        return declaration.title if declaration is not None else "objective"

    @Slot(object, str, str)
    def _set(self, choice: Choice, text: str, key: str) -> None:
        self.changed.emit(self.number, choice, text, key and f"objectives.{self.number}.{key}")

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self.number)


class ObjectivesSection(Section):
    """Edits `project.training.objectives`; every change is an undo command."""

    def __init__(self, document: OpenDocument) -> None:
        super().__init__("Objectives")
        self._document = document
        self.editors: list[ObjectiveEditor] = []
        self.hint = label(NONE_YET, "secondary")
        self.add(self.hint)
        self._place = QVBoxLayout()
        self._place.setSpacing(0)
        self.body.addLayout(self._place)
        self.refused = label(role="error")
        self.add(self.refused)
        self.add_button = QPushButton("Add an objective")
        self.add_button.clicked.connect(self._add)
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.add(line)
        document.changed.connect(self._document_changed)
        document.opened.connect(self.refresh)
        self.refresh()

    @Slot(object, object)
    def _document_changed(self, before: Project, after: Project) -> None:
        if before.training != after.training or before.graph is not after.graph:
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what the document says."""
        objectives = self._objectives
        if len(objectives) != len(self.editors):
            clear(self._place)
            self.editors = [ObjectiveEditor(number) for number in range(len(objectives))]
            for editor in self.editors:
                editor.changed.connect(self._set)
                editor.removed.connect(self._remove)
                self._place.addWidget(editor)
        for editor, choice in zip(self.editors, objectives, strict=True):
            editor.choice.set_choice(choice)
        self.hint.setVisible(not objectives)
        self.add_button.setText("Add another" if objectives else "Add an objective")
        self.add_button.setEnabled(len(objectives) < MOST_OBJECTIVES)
        reason = self._why_refused()
        self.refused.setText(reason)
        self.refused.setVisible(bool(reason))

    def _why_refused(self) -> str:
        project, report = self._document.project, self._document.report
        if not self._objectives or not report.ok:
            return ""
        try:
            refuse_objectives(project, report, active_phases(project, report))
        except CannotTrain as error:
            return str(error)
        return ""

    @property
    def _objectives(self) -> tuple[Choice, ...]:
        return self._document.project.training.objectives

    def _apply(self, text: str, objectives: tuple[Choice, ...], key: str = "") -> None:
        project = self._document.project
        self._document.apply(text, project.replace(training=project.training.replace(objectives=objectives)), key)

    @Slot(int, object, str, str)
    def _set(self, number: int, choice: Choice, text: str, key: str) -> None:
        objectives = self._objectives
        self._apply(text, (*objectives[:number], choice, *objectives[number + 1 :]), key and f"training.{key}")

    @Slot(int)
    def _remove(self, number: int) -> None:
        objectives = self._objectives
        self._apply(f"Remove {self.editors[number].title}", (*objectives[:number], *objectives[number + 1 :]))

    @Slot()
    def _add(self) -> None:
        """One of a kind that there is not yet, and that this network can have."""
        there = {choice.id for choice in self._objectives}
        report = self._document.report
        free = [kind for kind in OBJECTIVES if kind.id not in there] or list(OBJECTIVES)
        fitting = [kind for kind in free if not report.ok or not kind().why_not(report)]
        kind = (fitting or free)[0]
        self._apply(f"Add {kind.title}", (*self._objectives, Choice(id=kind.id)))
