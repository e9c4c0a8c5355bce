"""The Block tab of a group: its name, its copies and their weights, what is inside, and what one can do with it."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton

from playground.document.copies import drawn
from playground.document.graph import Graph, Group
from playground.document.project import Project
from playground.editing import commands, groups
from playground.network.naming import titles
from playground.ui.inspector.form import ParameterForm
from playground.ui.inspector.problem_section import ProblemSection
from playground.ui.inspector.settings import setting_infos, setting_problems
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.rows import Column, Section, label, title_field
from playground.ui.widgets.theme import THEME

COPIES = {"repeat": "Copies in series", "shared": "Same weights in all"}
_NAME = Qt.ItemDataRole.UserRole + 1
_MOST_ROWS = 14


class GroupPanel(Column):
    """Edits one group. Every change is an undo step; moves of the slider in a row are one."""

    enter_wanted = Signal(str)
    """The person wants to go inside this group."""
    go_to_wanted = Signal(str)
    """The person wants to see this block or group."""
    keep_wanted = Signal(str)
    """The person wants to keep this group among their own blocks."""

    def __init__(self, document: OpenDocument) -> None:
        super().__init__()
        self._document = document
        self._group = ""
        self._seen: object = None
        self._add_head()
        self.problems = ProblemSection(document)
        self.add(self.problems)
        self._add_copies()
        self._add_buttons()
        self.inside = Section("Inside")
        self.list = QListWidget()
        self.list.setAccessibleName("Blocks in the group")
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.setToolTip("Enter or a double click goes to the block")
        self.list.itemActivated.connect(self._go_to)
        self.inside.add(self.list)
        self.add(self.inside)
        self.body.addStretch(1)
        document.changed.connect(self._document_changed)

    def _add_head(self) -> None:
        line = QHBoxLayout()
        self.title = title_field("Title of the group")
        self.title.editingFinished.connect(self._set_title)
        line.addWidget(self.title, 1)
        self.body.addLayout(line)
        self.count = label(role="secondary")
        self.add(self.count)

    def _add_copies(self) -> None:
        self.copies = Section("Copies")
        self.form = ParameterForm(setting_infos(Group, COPIES, ("repeat",)), {}, setting_problems(Group, COPIES))
        self.form.changed.connect(self._set)
        self.copies.add(self.form)
        self.add(self.copies)

    def _add_buttons(self) -> None:
        grid = QGridLayout()
        self.enter = QPushButton("Enter")
        self.toggle = QPushButton("Open")
        self.ungroup = QPushButton("Ungroup")
        self.keep = QPushButton("Save as my block…")
        tips = (
            "Show its inside alone (Enter)", "One card, or a frame around all blocks (Ctrl+E)",
            "Take the group away; its blocks stay (Ctrl+Shift+G)", "Keep it in a file, and find it in the palette",
        )  # fmt: skip
        buttons = (self.enter, self.toggle, self.ungroup, self.keep)
        for number, (button, tip) in enumerate(zip(buttons, tips, strict=True)):
            button.setToolTip(plain_tip(tip))
            grid.addWidget(button, number // 2, number % 2)
        self.enter.clicked.connect(partial(self._ask, self.enter_wanted))
        self.keep.clicked.connect(partial(self._ask, self.keep_wanted))
        self.toggle.clicked.connect(self._toggle)
        self.ungroup.clicked.connect(self._ungroup)
        self.body.addLayout(grid)

    @property
    def group(self) -> Group | None:
        """The shown group; None when it is gone."""
        return self._document.graph.groups_by_id.get(self._group)

    def select(self, group: str) -> None:
        """Show another group."""
        self._group = group
        self.refresh()

    @Slot(object, object)
    def _document_changed(self, before: Project, after: Project) -> None:
        if self._group and before.graph is not after.graph and self._seen != self._sight():
            self.refresh()

    def _sight(self) -> object:
        """All that this panel shows of the document."""
        group, graph = self.group, self._document.graph
        return group, id(self._document.report), titles(graph) if group is not None else None

    @Slot()
    def refresh(self) -> None:
        """Show what the document and its report say about the group."""
        group = self.group
        self._seen = self._sight()
        if group is None:
            return
        graph, report = self._document.graph, self._document.report
        if not self.title.isModified() or not self.title.hasFocus():
            self.title.setText(group.title or "Group")
            self.title.setCursorPosition(0)
        self.form.set_values(group.model_dump(include=set(COPIES)))
        self.form.rows["repeat"].show_error("")
        self.form.rows["shared"].setEnabled(group.repeat > 1)
        inside = set(graph.members(group.id))
        total = sum(count for name, count in report.parameters.items() if drawn(name) in inside)
        self.count.setText(_counted(group, len(inside), total, sum(report.parameters.get(name, 0) for name in inside)))
        self.toggle.setText("Open" if group.closed else "Close")
        self.problems.show_problems(tuple(problem for problem in report.problems if problem.node in inside))
        self._show_inside(graph, group)

    def _show_inside(self, graph: Graph, group: Group) -> None:
        known = titles(graph)
        self.list.clear()
        for title, name in inside_rows(graph, group.id, known):
            item = QListWidgetItem(title)
            item.setData(_NAME, name)
            self.list.addItem(item)
        rows = min(max(self.list.count(), 1), _MOST_ROWS)
        self.list.setFixedHeight(rows * max(self.list.sizeHintForRow(0), THEME.px(20)) + THEME.px(8))

    @Slot(str, object)
    def _set(self, name: str, value: Any) -> None:
        if self.group is None:
            return
        if name == "repeat":
            refusal = groups.set_repeat(self._document, self._group, int(value))
            self.form.rows["repeat"].show_error(refusal)
        else:
            groups.set_shared(self._document, self._group, bool(value))

    @Slot()
    def _set_title(self) -> None:
        if self.group is not None and self.title.isModified():
            self.title.setModified(False)
            commands.rename(self._document, self._group, self.title.text())
            self.refresh()

    def _ask(self, signal: Any) -> None:
        if self.group is not None:
            signal.emit(self._group)

    @Slot()
    def _toggle(self) -> None:
        groups.toggle_closed(self._document, [self._group])

    @Slot()
    def _ungroup(self) -> None:
        groups.ungroup(self._document, [self._group])

    @Slot(QListWidgetItem)
    def _go_to(self, item: QListWidgetItem) -> None:
        self.go_to_wanted.emit(item.data(_NAME))


def inside_rows(graph: Graph, group: str, known: dict[str, str], depth: int = 0) -> list[tuple[str, str]]:
    """What lies in a group, in the order of the file, with groups in it indented above their own blocks."""
    rows: list[tuple[str, str]] = []
    indent = "    " * depth
    for name in graph.group(group).nodes:
        rows.append((indent + known.get(name, name), name))
    for inner in graph.groups_in(group):
        copies = f" × {inner.repeat}" if inner.repeat > 1 else ""
        rows.append((f"{indent}{inner.title or 'Group'}{copies}", inner.id))
        rows += inside_rows(graph, inner.id, known, depth + 1)
    return rows


def _counted(group: Group, blocks: int, total: int, once: int) -> str:
    words = f"{blocks} block{'s' if blocks != 1 else ''} · {total:,} parameter{'s' if total != 1 else ''}"
    if group.repeat > 1:
        words += f" in {group.repeat} copies"
        words += ", which share them" if group.shared else f", {once:,} in each" if once * group.repeat == total else ""
    return words
