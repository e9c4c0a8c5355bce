"""Phases in the Training tab: which losses train which blocks, and whose turn it is."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from playground.document.graph import Choice, Graph
from playground.document.project import Phase, Project, TrainingSettings
from playground.network.check import Report
from playground.network.naming import titles
from playground.training.optimizers import OPTIMIZERS
from playground.ui.inspector.check_list import CheckList, Item
from playground.ui.inspector.choice_editor import ChoiceEditor
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.controls import QuietSpinBox
from playground.ui.widgets.icons import put_icon
from playground.ui.widgets.rows import Row, Section, clear, label
from playground.ui.widgets.theme import THEME

MOST_PHASES = next(
    rule.max_length for rule in TrainingSettings.model_fields["phases"].metadata if hasattr(rule, "max_length")
)
MOST_STEPS = 1_000
RATE_SPAN = (1e-5, 10.0)
NO_PHASES = "All losses train all blocks at once. With phases, losses take turns, each with blocks of its own."
IDLE = "Nothing learns in this phase, so it is passed over: tick a loss and a block."


class PhaseEditor(QFrame):
    """One phase: title, steps, optimizer, and what takes part."""

    changed = Signal(int, object, str, str)
    """(number of the phase, the new phase, words for the Undo menu, merge key)"""
    removed = Signal(int)

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self._phase = Phase()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, THEME.px(4), 0, THEME.px(8))
        column.setSpacing(THEME.px(6))
        column.addLayout(self._head())
        self.steps = QuietSpinBox()
        self.steps.setRange(1, MOST_STEPS)
        self.steps.setAccessibleName(f"Steps of phase {number + 1}")
        self.steps.valueChanged.connect(self._set_steps)
        column.addWidget(Row("Steps in a row", self.steps, "Steps before the next phase has its turn."))
        self.optimizer = ChoiceEditor(
            "Optimizer", OPTIMIZERS, none_title="as the network", kept=("learning_rate",), wide=("learning_rate",),
            spans={"learning_rate": RATE_SPAN},
        )  # fmt: skip
        self.optimizer.combo.setAccessibleName(f"Optimizer of phase {number + 1}")
        self.optimizer.changed.connect(self._set_optimizer)
        column.addWidget(self.optimizer)
        self.losses, self.trains = CheckList(), CheckList()
        self.losses.ticked.connect(self._tick_loss)
        self.trains.ticked.connect(self._tick_block)
        for words, tip, ticks in (
            ("Makes small", "The losses whose sum is made small in this phase.", self.losses),
            ("Trains", "The blocks that learn in this phase; a frame stands for all blocks in it.", self.trains),
        ):
            column.addWidget(Row(words, ticks, tip, wide=True))
        self.idle = label(IDLE, "error")
        column.addWidget(self.idle)

    def _head(self) -> QHBoxLayout:
        self.title = QLineEdit()
        self.title.setProperty("role", "title")
        self.title.setMaxLength(100)
        self.title.setPlaceholderText(f"Phase {self.number + 1}")
        self.title.setAccessibleName(f"Title of phase {self.number + 1}")
        self.title.setToolTip("Type another title.")
        self.title.editingFinished.connect(self._set_title)
        self.remove = QPushButton()
        put_icon(self.remove, "close", "secondary", 14)
        self.remove.setAccessibleName(f"Remove phase {self.number + 1}")
        self.remove.setToolTip("Remove this phase.")
        self.remove.clicked.connect(self._remove)
        line = QHBoxLayout()
        line.addWidget(label(f"{self.number + 1}.", wrap=False))
        line.addWidget(self.title, 1)
        line.addWidget(self.remove)
        return line

    @property
    def name(self) -> str:
        """What the phase is called in sentences."""
        return self._phase.title or f"phase {self.number + 1}"

    def show_phase(self, phase: Phase, graph: Graph, report: Report) -> None:
        """Show a phase without emitting."""
        self._phase = phase
        if not self.title.isModified() or not self.title.hasFocus():
            self.title.setText(phase.title)
        with QSignalBlocker(self.steps):
            self.steps.setValue(phase.steps)
        self.optimizer.set_choice(phase.optimizer)
        names = titles(graph)
        losses = [Item(name, names[name]) for name in report.loss_nodes()]
        groups = [
            Item(group.id, f"{group.title or 'Frame'} (frame)", ", ".join(names.get(n, n) for n in group.nodes))
            for group in graph.groups
            if any(report.parameters.get(name) for name in group.nodes)
        ]
        blocks = [Item(node.id, names[node.id]) for node in graph.nodes if report.parameters.get(node.id)]
        members = {name for group in graph.groups if group.id in phase.trains for name in group.nodes}
        self.losses.show_items(losses, phase.losses)
        self.trains.show_items([*groups, *blocks], phase.trains, members)
        learning = members.union(phase.trains).intersection(item.id for item in blocks)
        self.idle.setVisible(not (learning and set(phase.losses).intersection(report.loss_nodes())))

    def _change(self, text: str, key: str = "", **changes: Any) -> None:
        self.changed.emit(self.number, self._phase.replace(**changes), text, key and f"phases.{self.number}.{key}")

    @Slot()
    def _set_title(self) -> None:
        title = self.title.text().strip()
        self.title.setModified(False)
        if title != self._phase.title:
            self._change(f"Rename {self.name} to {title}" if title else f"Clear the title of {self.name}", title=title)

    @Slot(int)
    def _set_steps(self, steps: int) -> None:
        self._change(f"Set steps of {self.name} to {steps}", "steps", steps=steps)

    @Slot(object, str, str)
    def _set_optimizer(self, choice: Choice | None, text: str, key: str) -> None:
        self._change(f"{text} in {self.name}", key and f"optimizer.{key}", optimizer=choice)

    @Slot(str, bool)
    def _tick_loss(self, name: str, on: bool) -> None:
        losses = _ticked(self._phase.losses, name, on)
        verb = "Make" if on else "No longer make"
        self._change(f"{verb} {self.losses.rows[name].item.title} small in {self.name}", losses=losses)

    @Slot(str, bool)
    def _tick_block(self, name: str, on: bool) -> None:
        trains = _ticked(self._phase.trains, name, on)
        verb = "Train" if on else "No longer train"
        self._change(f"{verb} {self.trains.rows[name].item.title} in {self.name}", trains=trains)

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self.number)


def _ticked(names: tuple[str, ...], name: str, on: bool) -> tuple[str, ...]:
    return (*names, name) if on else tuple(other for other in names if other != name)


class PhasesSection(Section):
    """Edits `project.training.phases`; every change is an undo command."""

    def __init__(self, document: OpenDocument) -> None:
        super().__init__("Phases")
        self._document = document
        self.editors: list[PhaseEditor] = []
        self.hint = label(NO_PHASES, "secondary")
        self.add(self.hint)
        self._place = QVBoxLayout()
        self._place.setSpacing(0)
        self.body.addLayout(self._place)
        self.add_button = QPushButton("Add phases")
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
        if before.training.phases != after.training.phases or before.graph is not after.graph:
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Show what the document says."""
        phases = self._phases
        if len(phases) != len(self.editors):
            clear(self._place)
            self.editors = [PhaseEditor(number) for number in range(len(phases))]
            for editor in self.editors:
                editor.changed.connect(self._set)
                editor.removed.connect(self._remove)
                self._place.addWidget(editor)
        for editor, phase in zip(self.editors, phases, strict=True):
            editor.show_phase(phase, self._document.graph, self._document.report)
        self.hint.setVisible(not phases)
        self.add_button.setText("Add a phase" if phases else "Add phases")
        self.add_button.setEnabled(len(phases) < MOST_PHASES)

    @property
    def _phases(self) -> tuple[Phase, ...]:
        return self._document.project.training.phases

    def _apply(self, text: str, phases: tuple[Phase, ...], key: str = "") -> None:
        project = self._document.project
        self._document.apply(text, project.replace(training=project.training.replace(phases=phases)), key)

    @Slot(int, object, str, str)
    def _set(self, number: int, phase: Phase, text: str, key: str) -> None:
        phases = self._phases
        self._apply(text, (*phases[:number], phase, *phases[number + 1 :]), key and f"training.{key}")

    @Slot(int)
    def _remove(self, number: int) -> None:
        phases = self._phases
        self._apply(f"Remove {self.editors[number].name}", (*phases[:number], *phases[number + 1 :]))

    @Slot()
    def _add(self) -> None:
        if self._phases:
            self._apply("Add a phase", (*self._phases, Phase()))
        else:
            self._apply("Add phases", first_phases(self._document.graph, self._document.report))


def first_phases(graph: Graph, report: Report) -> tuple[Phase, ...]:
    """Phases to begin with: one for each loss, in which all blocks learn that lie before it."""
    names = titles(graph)
    found = []
    for loss in report.loss_nodes()[:MOST_PHASES]:
        before, waiting = set(), [loss]
        while waiting:
            for source, _ in report.inputs.get(waiting.pop(), ()):
                if source not in before:
                    before.add(source)
                    waiting.append(source)
        trains = tuple(name for name in report.order if name in before and report.parameters.get(name))
        found.append(Phase(title=names[loss], losses=(loss,), trains=trains))
    return tuple(found) or (Phase(),)
