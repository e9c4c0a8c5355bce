"""The button that opens all questions, one menu for each chapter, and says which one is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

Questions = Mapping[str, Sequence[tuple[str, str]]]
"""By the title of the chapter: (question, id) of its experiments."""


OWN = (("Open an experiment file…", "open"), ("Make one from this project…", "make"))


class QuestionButton(QPushButton):
    """Chooses one of many questions, which are too long for a list in a narrow place."""

    chosen = Signal()
    file_wanted = Signal(str)
    """"open": a file of one's own; "make": one from the open project."""

    def __init__(self, questions: Questions, parent: QWidget | None = None, *, own: bool = True) -> None:
        super().__init__("Ask", parent)
        self.setAccessibleName("Choose a question")
        self.setToolTip("Choose which question of the course is answered")
        self.identifier = ""
        self._own = OWN if own else ()
        self._group = QActionGroup(self)
        self._group.triggered.connect(self._on_triggered)
        menu = QMenu(self)
        menu.triggered.connect(self._on_own)
        self.setMenu(menu)
        self.offer(questions)

    def offer(self, questions: Questions) -> None:
        """Have these in the menu, and no others."""
        menu = self.menu()
        for action in self._group.actions():
            self._group.removeAction(action)
        menu.clear()
        for chapter, entries in questions.items():
            chapter_menu = menu.addMenu(chapter.replace("&", "&&"))
            for question, identifier in entries:
                action = QAction(question.replace("&", "&&"), self._group)
                action.setData(identifier)
                action.setCheckable(True)
                chapter_menu.addAction(action)
        menu.addSeparator()
        for words, what in self._own:
            menu.addAction(words).setData(what)
        self.show_question(self.identifier)

    def show_question(self, identifier: str) -> None:
        """Mark the chosen one; a file of one's own is in no menu."""
        self.identifier = identifier
        for action in self._group.actions():
            action.setChecked(action.data() == identifier)

    def choose(self, identifier: str) -> None:
        """Take a question as a person would. Raises StopIteration for one that is in no menu."""
        next(action for action in self._group.actions() if action.data() == identifier).trigger()

    @Slot(QAction)
    def _on_own(self, action: QAction) -> None:
        if action.data() in {what for _, what in OWN} and action.actionGroup() is None:
            self.file_wanted.emit(str(action.data()))

    @Slot(QAction)
    def _on_triggered(self, action: QAction) -> None:
        self.identifier = str(action.data())
        self.chosen.emit()
