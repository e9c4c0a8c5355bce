"""What is wrong with a block, with its remedies as buttons."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from playground.blocks.base import Fix
from playground.editing import commands
from playground.network.check import Problem
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.labels import on_button
from playground.ui.widgets.rows import Section, clear, label
from playground.ui.widgets.theme import THEME


class FixButton(QPushButton):
    """Carries out one remedy."""

    def __init__(self, document: OpenDocument, node: str, fix: Fix) -> None:
        super().__init__(on_button(fix.label))
        self._document = document
        self.node = node
        self.fix = fix
        self.setAccessibleName(fix.label)
        self.clicked.connect(self._mend)

    @Slot()
    def _mend(self) -> None:
        # Where the graph has changed under the button, it is about to vanish.
        commands.apply_fix(self._document, self.node, self.fix)


class ProblemSection(Section):
    """Lists problems; hidden while there are none."""

    def __init__(self, document: OpenDocument) -> None:
        super().__init__("Problems")
        self._document = document
        self._shown: tuple[Problem, ...] = ()
        self.buttons: list[FixButton] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(THEME.px(6))
        self.body.addLayout(self._list)
        self.hide()

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Show these problems instead of the old ones."""
        if problems != self._shown:
            self._shown = problems
            clear(self._list)
            self.buttons = []
            for problem in problems:
                self._list.addWidget(self._problem(problem))
        self.setVisible(bool(problems))

    def _problem(self, problem: Problem) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(THEME.px(6))
        column.addWidget(label(problem.message, "error" if problem.severity == "error" else ""))
        for fix in problem.fixes:
            button = FixButton(self._document, problem.node, fix)
            self.buttons.append(button)
            column.addWidget(button)
        return box
