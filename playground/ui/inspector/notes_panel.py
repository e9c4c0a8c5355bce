"""What the Block tab shows when no block is selected: the lesson of the project and its goals."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from html import escape

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout

from playground.document.experiment_index import ExperimentEntry, experiments
from playground.document.library import presets
from playground.document.project import Goal, Project
from playground.network.naming import titles
from playground.training.metrics import words
from playground.ui.inspector.problem_section import ProblemSection
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.rows import Column, Section, clear, label
from playground.ui.widgets.theme import THEME


class NotesPanel(Column):
    """Title, summary and lesson of the project, its goals as ticks, and what is wrong with the whole graph."""

    experiment_wanted = Signal(object)
    """The Path of an experiment about the open preset."""

    def __init__(self, document: OpenDocument) -> None:
        super().__init__()
        self._document = document
        self._measured: dict[str, float] = {}
        self.title = label(role="title")
        self.summary = label()
        self.count = label(role="secondary")
        self.problems = ProblemSection(document)
        self.lesson_section = Section("Lesson")
        self.lesson = label()
        self.lesson_section.add(self.lesson)
        self.goal_section = Section("Goals")
        self._goal_place = QVBoxLayout()
        self._goal_place.setSpacing(THEME.px(5))
        self.goal_section.body.addLayout(self._goal_place)
        self.goal_labels: list[QLabel] = []
        self.question_section = Section("Questions to measure")
        self.questions = label()
        self.questions.setTextFormat(Qt.TextFormat.RichText)
        self.questions.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.questions.linkActivated.connect(self._on_question)
        self.question_section.add(self.questions)
        self.hint = label("Select a block to see its parameters, its formula and its weights.", "secondary")
        for widget in (
            self.title, self.summary, self.count, self.problems, self.goal_section, self.lesson_section,
            self.question_section, self.hint,
        ):  # fmt: skip
            self.add(widget)
        self.body.addStretch(1)
        document.changed.connect(self._document_changed)
        document.opened.connect(self._document_opened)
        THEME.changed.connect(self._show_questions)
        self.refresh()

    @Slot(object, object)
    def _document_changed(self, before: Project, after: Project) -> None:
        self.refresh()

    @Slot()
    def _document_opened(self) -> None:
        self._measured = {}
        self.refresh()

    def refresh(self) -> None:
        """Show what the project says."""
        project = self._document.project
        report = self._document.report
        self.title.setText(project.title)
        self.summary.setText(project.summary)
        self.summary.setVisible(bool(project.summary))
        blocks = len(project.graph.nodes)
        learned = f"{report.total_parameters:,} parameter{'s' if report.total_parameters != 1 else ''}"
        self.count.setText(f"{blocks} block{'s' if blocks != 1 else ''} · {learned}")
        self.problems.show_problems(tuple(problem for problem in report.problems if not problem.node))
        self.lesson.setText(project.lesson)
        self.lesson_section.setVisible(bool(project.lesson))
        self._show_goals(project.goals)
        self._show_questions()

    @Slot()
    def _show_questions(self) -> None:
        """The experiments that speak of this preset, known by its title."""
        found = experiments_about(self._document.project.title)
        color = THEME.tokens.accent
        links = (f'<p style="margin: 0 0 6px 0"><a href="{escape(entry.id)}" style="color: {color}">'
                 f"{escape(entry.question)}</a></p>" for entry in found)  # fmt: skip
        text = "".join(links)
        if text != self.questions.text():
            self.questions.setText(text)
        self.question_section.setVisible(bool(found))

    @Slot(str)
    def _on_question(self, identifier: str) -> None:
        found = experiments_about(self._document.project.title)
        self.experiment_wanted.emit(next(entry.path for entry in found if entry.id == identifier))

    def show_goals(self, measured: Mapping[str, float]) -> None:
        """Tick the goals by the newest metrics."""
        self._measured = dict(measured)
        self._show_goals(self._document.project.goals)

    def _show_goals(self, goals: tuple[Goal, ...]) -> None:
        self.goal_section.setVisible(bool(goals))
        if len(goals) != len(self.goal_labels):
            clear(self._goal_place)
            self.goal_labels = [label() for _ in goals]
            for widget in self.goal_labels:
                self._goal_place.addWidget(widget)
        known = titles(self._document.graph) if goals else {}
        for goal, widget in zip(goals, self.goal_labels, strict=True):
            text = goal_words(goal, self._measured.get(goal.metric), known)
            if widget.text() != text:
                widget.setText(text)


@functools.cache
def experiments_about(title: str) -> tuple[ExperimentEntry, ...]:
    """The experiments that speak of the preset with this title."""
    named = {entry.id for entry in presets() if entry.title == title}
    return tuple(entry for entry in experiments() if named & set(entry.presets)) if named else ()


def goal_words(goal: Goal, value: float | None, known: Mapping[str, str] | None = None) -> str:
    """A goal with its tick and the value now, such as “✓ test accuracy at least 0.95 …: now 0.97”.

    `known` has the titles of the blocks."""
    sentence = words.goal_words(goal, known or {})
    if value is None:
        return f"○  {sentence}"
    if not math.isfinite(value):
        return f"○  {sentence}: not measured, as {words.reason(goal.metric, value)}"
    return f"{'✓' if goal.met(value) else '○'}  {sentence}: now {value:.3g}"
