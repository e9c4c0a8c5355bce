"""The open project in the window: the present value, its check report, and the undo stack that alone may change it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from playground.document.graph import Graph, same_structure
from playground.document.project import Project
from playground.network.check import Report, check


class Edit(QUndoCommand):
    """Every change there is: from one project value to another. Edits with the same merge key become one."""

    def __init__(self, document: OpenDocument, text: str, after: Project, merge_key: str = "") -> None:
        super().__init__(text)
        self._document = document
        self._before = document.project
        self._after = after
        self._merge_key = merge_key

    def redo(self) -> None:
        self._document._become(self._after)

    def undo(self) -> None:
        self._document._become(self._before)

    def id(self) -> int:
        return 1 if self._merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Edit) or other._merge_key != self._merge_key:
            return False
        self._after = other._after
        if self._after == self._before:
            self.setObsolete(True)
        return True


class OpenDocument(QObject):
    """Holds the project as a frozen value. Read `project` and `report`; change through `apply` or `edit_graph` only."""

    changed = Signal(object, object)
    """(before, after), two projects; emitted after every edit, undo and redo. Compare by identity to see what moved."""
    opened = Signal()
    """Another project took the place of the old one; the undo stack is empty."""
    file_wanted = Signal(str)
    """The person wants to choose the file that this node reads."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.project = Project()
        self.path: Path | None = None
        self.report: Report = check(self.project.graph)

    @property
    def graph(self) -> Graph:
        """The graph of the project."""
        return self.project.graph

    def open(self, project: Project, path: Path | None = None) -> None:
        """Replace the open project; there is nothing to undo afterwards."""
        self.undo_stack.clear()
        self.project = project
        self.path = path
        self.report = check(project.graph)
        self.opened.emit()

    def apply(self, text: str, project: Project, merge_key: str = "") -> None:
        """Push an edit; `text` is for the Undo menu. Edits in a row with the same merge key are undone as one."""
        if project == self.project:
            return
        self.undo_stack.push(Edit(self, text, project, merge_key))

    def edit_graph(self, text: str, graph: Graph, merge_key: str = "") -> None:
        """Push an edit that changes only the graph."""
        self.apply(text, self.project.replace(graph=graph), merge_key)

    def mark_saved(self, path: Path) -> None:
        """Remember where the project was saved."""
        self.path = path
        self.undo_stack.setClean()

    def _become(self, project: Project) -> None:
        before, self.project = self.project, project
        if not same_structure(before.graph, project.graph):
            self.report = check(project.graph)
        self.changed.emit(before, project)
