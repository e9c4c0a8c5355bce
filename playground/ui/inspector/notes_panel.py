"""What the Block tab shows when no block is selected: the lesson of the project and its goals."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout

from playground.document.project import Goal, Project
from playground.network.naming import titles
from playground.training.metrics import words
from playground.ui.inspector.problem_section import ProblemSection
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.rows import Column, Section, clear, label
from playground.ui.widgets.theme import THEME


class NotesPanel(Column):
    """Title, summary and lesson of the project, its goals as ticks, and what is wrong with the whole graph."""

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
        self.hint = label("Select a block to see its parameters, its formula and its weights.", "secondary")
        for widget in (
            self.title, self.summary, self.count, self.problems, self.goal_section, self.lesson_section, self.hint
        ):  # fmt: skip
            self.add(widget)
        self.body.addStretch(1)
        document.changed.connect(self._document_changed)
        document.opened.connect(self._document_opened)
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


def goal_words(goal: Goal, value: float | None, known: Mapping[str, str] | None = None) -> str:
    """A goal with its tick and the value now, such as “✓ test accuracy at least 0.95 …: now 0.97”.

    `known` has the titles of the blocks."""
    sentence = words.goal_words(goal, known or {})
    if value is None:
        return f"○  {sentence}"
    if not math.isfinite(value):
        return f"○  {sentence}: not measured, as {words.reason(goal.metric, value)}"
    return f"{'✓' if goal.met(value) else '○'}  {sentence}: now {value:.3g}"
