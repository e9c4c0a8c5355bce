"""The open project in the window: the present value, its check report, and the undo stack that alone may change it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from playground.document.copies import same_structure
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import Report, block_of, check
from playground.ui.widgets.labels import on_button


@dataclass(frozen=True)
class Edition:
    """Which version of the document a project is, so that a run that was left is found again by undo and redo."""

    version: int = 0
    """The same again after undo and redo."""
    before: int = 0
    """The version that it took the place of."""
    gesture: int | None = None
    """The version before the movement of the hand that the edit belongs to; None for undo and redo."""


class Edit(QUndoCommand):
    """Every change there is: from one project value to another. Edits with the same merge key become one."""

    def __init__(self, document: OpenDocument, text: str, after: Project, merge_key: str = "") -> None:
        super().__init__(on_button(text))  # of two lines the second would be that of the menu
        self._document = document
        self._before = document.project
        self._after = after
        self._merge_key = merge_key
        self._first = document.edition.version
        """The version before the edit, or before the whole movement of the hand that it belongs to."""
        last = self._last_of_gesture()
        if last is not None:
            self._first = last._first
        if last is not None and _mean_the_same(last._before, after):
            # The hand is where it was at first.
            self._after, self._version = last._before, last._first
        else:
            self._version = document.next_version()
        self._done = False

    def _last_of_gesture(self) -> Edit | None:
        """The edit that this one will become a part of."""
        stack = self._document.undo_stack
        last = stack.command(stack.count() - 1) if self._merge_key and stack.count() and not stack.canRedo() else None
        return last if isinstance(last, Edit) and last._merge_key == self._merge_key else None

    def redo(self) -> None:
        # Done again, it is no longer the movement of a hand that may go on.
        self._document._become(self._after, self._version, None if self._done else self._first)
        self._done = True

    def undo(self) -> None:
        self._document._become(self._before, self._first)

    def id(self) -> int:
        return 1 if self._merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Edit) or other._merge_key != self._merge_key:
            return False
        self._after, self._version = other._after, other._version
        if self._after == self._before:
            self.setObsolete(True)
        return True


def _mean_the_same(one: Project, other: Project) -> bool:
    """Whether two projects are equal, but for parameters that one leaves to the default."""
    if one == other:
        return True
    if _without_parameters(one) != _without_parameters(other):
        return False
    try:
        blocks = [[block_of(node) for node in project.graph.nodes] for project in (one, other)]
    except (KeyError, ValueError):
        return False  # a block that does not exist, or has parameters that it cannot have
    return blocks[0] == blocks[1]


def _without_parameters(project: Project) -> Project:
    nodes = [node.replace(parameters={}) for node in project.graph.nodes]
    return project.replace(graph=project.graph.replace(nodes=nodes))


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
        self.edition = Edition()
        """The present version, the one before it, and the gesture that led from one to the other."""
        self._versions = 0

    def next_version(self) -> int:
        """A version that the document never had."""
        self._versions += 1
        return self._versions

    def turn_to(self, version: int, gesture: int | None = None) -> None:
        """Say which version it is; the project may be the same, as when another run of it begins."""
        self.edition = Edition(version, self.edition.version, gesture)

    @property
    def graph(self) -> Graph:
        """The graph of the project."""
        return self.project.graph

    def open(self, project: Project, path: Path | None = None) -> None:
        """Replace the open project; there is nothing to undo afterwards."""
        self.undo_stack.clear()
        self.turn_to(self.next_version())
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

    def ask_for_file(self, node: str) -> None:
        """Let the person choose the file that this node reads."""
        self.file_wanted.emit(node)

    def mark_saved(self, path: Path) -> None:
        """Remember where the project was saved."""
        self.path = path
        self.undo_stack.setClean()

    def _become(self, project: Project, version: int, gesture: int | None = None) -> None:
        before, self.project = self.project, project
        self.turn_to(version, gesture)
        if not same_structure(before.graph, project.graph):
            self.report = check(project.graph)
        self.changed.emit(before, project)
