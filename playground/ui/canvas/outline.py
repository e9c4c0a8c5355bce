"""The outline: the canvas as a tree, for screen readers and for people who do not use a mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from playground.document.graph import EdgeKey, Graph
from playground.editing import commands
from playground.editing.connecting import edge_between, fits
from playground.editing.geometry import Hit, PortRef
from playground.network.naming import titles
from playground.ui.canvas.menus import context_menu
from playground.ui.canvas.outline_items import TopRow, row_of
from playground.ui.canvas.outline_rows import Made, OutlineRow, outline_rows
from playground.ui.canvas.paint import scene_rect
from playground.ui.canvas.view import CanvasView
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.choice import Choice
from playground.ui.widgets.theme import THEME

MOVE = 48.0
"""How far one key press moves a block, in scene units."""
SHAPES_SHARE = 0.38
"""What the column of shapes may take of the width."""
_ARROWS: dict[int, tuple[float, float]] = {
    Qt.Key.Key_Left: (-MOVE, 0.0),
    Qt.Key.Key_Right: (MOVE, 0.0),
    Qt.Key.Key_Up: (0.0, -MOVE),
    Qt.Key.Key_Down: (0.0, MOVE),
}
_MOST_CHANGES = 40
"""Rows that come or go at the top in one edit, above which the tree is made anew."""


class OutlineTree(QTreeWidget):
    """The tree itself, which leaves the keys that edit to the outline around it."""

    def __init__(self, outline: OutlineWidget) -> None:
        super().__init__(outline)
        self._outline = outline
        self.setColumnCount(2)
        self.setHeaderLabels(["Block", "Gives"])
        self.setHeaderHidden(True)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setAccessibleName("Outline of the canvas")
        self.setAccessibleDescription(
            "Enter goes into the parameters, or into a group, A adds a block, F2 renames, C connects, Delete deletes, "
            "Alt with an arrow key moves. Control and E closes or opens a group, Control with up or down repeats it."
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.share_width()

    def share_width(self) -> None:
        """The names come first: in a narrow panel the shapes are cut short, not they. A tip has both in full."""
        width = self.viewport().width()
        self.header().resizeSection(1, min(self.sizeHintForColumn(1), round(SHAPES_SHARE * width)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QAbstractItemView.State.EditingState or not self._outline.press(event):
            super().keyPressEvent(event)


class OutlineWidget(QWidget):
    """Mirrors the canvas. What is selected here is selected there, and every change is an undo command."""

    _typed = Signal(str, str)

    def __init__(self, document: OpenDocument, canvas: CanvasView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._canvas = canvas
        self._rows: tuple[OutlineRow, ...] | None = None
        self._graph = document.graph
        self._made: Made = {}
        self.top_rows: list[TopRow] = []
        self._asked = self._listening = self._giving = self._anew = False
        self.setAccessibleName("Outline")
        self.tree = OutlineTree(self)
        self.setFocusProxy(self.tree)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tree)
        canvas.canvas_scene.reconciled.connect(self._on_reconciled)
        canvas.selection_changed.connect(self._take_selection)
        self.tree.itemSelectionChanged.connect(self._give_selection)
        self.tree.itemChanged.connect(self._on_item_changed)
        # A rename makes the tree anew, which must wait until the field in the row has closed.
        self._typed.connect(self._rename, Qt.ConnectionType.QueuedConnection)
        self.tree.itemDelegate().closeEditor.connect(self._renew, Qt.ConnectionType.QueuedConnection)
        THEME.changed.connect(self._restyle)
        self._restyle()

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(230), THEME.px(400))

    def row_texts(self) -> list[str]:
        """The texts of all rows from top to bottom."""
        return [item.text(0) for item, _ in self.flat_rows()]

    def item(self, text: str) -> QTreeWidgetItem:
        """The first row with that text. Raises StopIteration."""
        return next(item for item, _ in self.flat_rows() if item.text(0) == text)

    def flat_rows(self) -> Iterator[tuple[QTreeWidgetItem, OutlineRow]]:
        """All items with their rows, from top to bottom."""
        return (pair for top in self.top_rows for pair in top.flat)

    # In step with the document ---------------------------------------------------------------------------------------

    @Slot()
    def _on_reconciled(self) -> None:
        if self._rows is None or not _only_moved(self._graph, self._document.graph):
            self._refresh()

    @Slot()
    def _refresh(self) -> None:
        if not self.isVisible():
            self._rows = None
            return
        self._graph = self._document.graph
        self._made = {name: row for name, row in self._made.items() if self._graph.has(name)}
        shown = self._canvas.canvas_scene.faces
        rows = outline_rows(self._graph, self._document.report, shown, self._made)
        if rows != self._rows:
            self._rows = rows
            self._rebuild(rows)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    @Slot()
    def _restyle(self) -> None:
        self.tree.setIconSize(QSize(THEME.px(16), THEME.px(16)))
        tokens = THEME.tokens
        self.tree.setStyleSheet(
            f"QTreeView {{ background: {tokens.panel}; color: {tokens.text}; border: 0; outline: 0; }}"
            f"QTreeView::item {{ padding: {THEME.px(3)}px {THEME.px(2)}px; }}"
            f"QTreeView::item:hover {{ background: {tokens.hover}; }}"
            f"QTreeView::item:selected {{ background: {tokens.hover}; color: {tokens.accent}; }}"
        )
        self._renew()

    def _rebuild(self, rows: tuple[OutlineRow, ...]) -> None:
        """Bring the tree in step: rows that stay the same stay as they are, folded or not, and so does the current one.

        Where the current row goes, the one in its place becomes current.
        """
        current = self.tree.currentItem()
        kept = row_of(current).key if current is not None else None
        place = self._top_place(current)
        with QSignalBlocker(self.tree):
            self.tree.setUpdatesEnabled(False)
            if self._anew or not self._change(rows):
                self._make_anew(rows)
            self.tree.share_width()
            if self.tree.currentItem() is None or row_of(self.tree.currentItem()).key != kept:
                found = next((item for item, row in self.flat_rows() if row.key == kept), None) if kept else None
                if found is None and place >= 0 and rows:
                    found = self.tree.topLevelItem(min(place, len(rows) - 1))
                if found is not None:
                    self.tree.setCurrentItem(found)
            self.tree.setUpdatesEnabled(True)
        self._take_selection()

    def _make_anew(self, rows: tuple[OutlineRow, ...]) -> None:
        folded = {row.key for item, row in self.flat_rows() if item.childCount() and not item.isExpanded()}
        known = {row.key for _, row in self.flat_rows()}
        self._anew = False
        gone, self.top_rows = self.top_rows, [TopRow(row) for row in rows]
        # Held until the tree is empty: Qt deletes thousands of items a hundred times slower when nobody holds them.
        self.tree.clear()
        del gone
        self.tree.addTopLevelItems([top.item for top in self.top_rows])
        for top in self.top_rows:
            top.show(folded, known)

    def _change(self, rows: tuple[OutlineRow, ...]) -> bool:
        """Change, add and take away single rows. False when that would be more work than to make all anew."""
        wanted = [row.key for row in rows]
        have = {top.row.key: top for top in self.top_rows}
        new = set(wanted) - have.keys()
        gone = have.keys() - set(wanted)
        kept = [key for key in wanted if key in have]
        if len(new) + len(gone) > _MOST_CHANGES or kept != [key for key in have if key not in gone]:
            return False
        for number in reversed([n for n, top in enumerate(self.top_rows) if top.row.key in gone]):
            self.tree.takeTopLevelItem(number)
            del self.top_rows[number]
        for number, row in enumerate(rows):
            if row.key in new:
                self.top_rows.insert(number, TopRow(row))
                self.tree.insertTopLevelItem(number, self.top_rows[number].item)
                self.top_rows[number].show(set(), set())
            elif self.top_rows[number].row != row:
                self.top_rows[number].become(row)
        return True

    def _top_place(self, item: QTreeWidgetItem | None) -> int:
        while item is not None and item.parent() is not None:
            item = item.parent()
        return self.tree.indexOfTopLevelItem(item) if item is not None else -1

    # Selection -------------------------------------------------------------------------------------------------------

    @Slot()
    def _take_selection(self) -> None:
        """Select here what is selected on the canvas."""
        if self._giving:
            return
        selection = self._canvas.canvas_scene.selection
        chosen, wires = set(selection.items), set(selection.wires)

        def is_chosen(row: OutlineRow) -> bool:
            if row.edge is not None and row.edge in wires:
                return True
            return row.id in chosen and row.kind in ("node", "note", "group")

        with QSignalBlocker(self.tree):
            # Asking thousands of items whether they are selected takes longer than all else.
            for item in self.tree.selectedItems():
                item.setSelected(is_chosen(row_of(item)))
            first: QTreeWidgetItem | None = None
            for item, row in self.flat_rows() if chosen or wires else ():
                if is_chosen(row):
                    item.setSelected(True)
                    first = first or item
            current = self.tree.currentItem()
            if first is not None and (current is None or not current.isSelected()):
                flag = self.tree.selectionModel().SelectionFlag.NoUpdate
                self.tree.setCurrentItem(first, 0, flag)
                self.tree.scrollToItem(first)
        self.tree.viewport().update()

    @Slot()
    def _give_selection(self) -> None:
        """Select on the canvas what is selected here."""
        rows = [row_of(item) for item in self.tree.selectedItems()]
        items = [row.id for row in rows if row.id and row.kind != "wire"]
        wires = [row.edge for row in rows if row.edge is not None]
        self._giving = True
        self._canvas.canvas_scene.selection.choose(items, wires)
        self._giving = False
        scene = self._canvas.canvas_scene
        shown = scene.rects(scene.card_of(item) or item for item in items)
        if len(shown) == 1:
            self._canvas.camera.reveal(scene_rect(next(iter(shown.values()))))

    def current_row(self) -> OutlineRow | None:
        """The row that the keys speak to."""
        item = self.tree.currentItem()
        return row_of(item) if item is not None else None

    # Keys ------------------------------------------------------------------------------------------------------------

    def press(self, event: QKeyEvent) -> bool:
        """Carry out a key. False when it is one that only walks the tree."""
        row = self.current_row()
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if alt and event.key() in _ARROWS:
            self._canvas.verbs.nudge(*_ARROWS[event.key()])
        elif event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return self._press_for_groups(event)
        elif event.key() == Qt.Key.Key_Delete:
            self._canvas.verbs.delete()
        elif event.key() == Qt.Key.Key_Backspace:
            self._canvas.verbs.leave_or_delete()
        elif event.key() == Qt.Key.Key_F2:
            self.rename()
        elif event.key() == Qt.Key.Key_C and row is not None and row.kind == "node":
            self.offer_targets()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter(row)
        elif event.key() in (Qt.Key.Key_A, Qt.Key.Key_Insert):
            self._add_block(row)
        else:
            return False
        return True

    def _press_for_groups(self, event: QKeyEvent) -> bool:
        """Keys with Ctrl: group, ungroup, close or open, one copy more or less. False for others."""
        verbs, shift = self._canvas.verbs, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        acts: dict[int, Callable[[], object]] = {
            Qt.Key.Key_G: verbs.ungroup if shift else verbs.group,
            Qt.Key.Key_E: verbs.toggle_closed,
            Qt.Key.Key_Up: partial(verbs.repeat_more, 1),
            Qt.Key.Key_Down: partial(verbs.repeat_more, -1),
        }
        act = acts.get(event.key())
        walks = event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not self._canvas.selected_groups()
        if act is None or walks or event.modifiers() & Qt.KeyboardModifier.AltModifier:
            return False
        act()
        return True

    def _enter(self, row: OutlineRow | None) -> None:
        """Go into the parameters of the row's node, add a block into its wire, or carry out the fix."""
        if row is not None and row.kind in ("fix", "problem"):
            fixes = [row] if row.kind == "fix" else [child for child in row.children if child.fix is not None]
            if fixes and fixes[0].fix is not None:
                commands.apply_fix(self._document, row.id, fixes[0].fix)
        elif row is not None and row.kind == "group":
            self._canvas.verbs.enter_group()
        elif row is not None and row.kind == "node" and self._canvas.selected_node():
            self._canvas.parameters_wanted.emit()
        else:
            self._add_block(row)

    def _add_block(self, row: OutlineRow | None) -> None:
        """Ask for a block after the row's node or into its wire."""
        if row is None or row.kind in ("node", "wire"):
            self._asked = True
            self._canvas.append_to_selection()
            menu = self._canvas.quick_menu
            if menu is not None and not self._listening:
                # Queued, as the canvas takes the focus when it has placed the block.
                menu.chosen.connect(self._take_focus_back, Qt.ConnectionType.QueuedConnection)
                self._listening = True

    @Slot(str)
    def _take_focus_back(self, block: str) -> None:
        if self._asked:
            self._asked = False
            self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    # Renaming --------------------------------------------------------------------------------------------------------

    @Slot()
    def rename(self) -> None:
        """Type another title for the current row; a note is edited on the canvas."""
        item, row = self.tree.currentItem(), self.current_row()
        if row is None:
            return
        if row.kind == "note":
            self._canvas.edit(row.id)
        elif row.kind in ("node", "group"):
            with QSignalBlocker(self.tree):
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                item.setText(0, self._title(row))
            self.tree.editItem(item, 0)

    def _title(self, row: OutlineRow) -> str:
        """What is edited of a row: its text without signs."""
        group = self._document.graph.groups_by_id.get(row.id)
        return (group.title or "Group") if group is not None else row.text.removeprefix("Error: ")

    @Slot(QTreeWidgetItem, int)
    def _on_item_changed(self, item: QTreeWidgetItem, column: int) -> None:
        row = row_of(item)
        if column == 0 and row is not None and item.text(0).strip() != self._title(row):
            self._typed.emit(row.id, item.text(0))

    @Slot(str, str)
    def _rename(self, identifier: str, title: str) -> None:
        if identifier in self._document.graph.taken_ids():
            commands.rename(self._document, identifier, title)

    @Slot()
    def _renew(self) -> None:
        """Make all rows anew, as their colours and icons may be others."""
        self._rows, self._anew = None, True
        self._refresh()

    # Menus -----------------------------------------------------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        row = self.current_row()
        if row is None:
            return
        menu = self._menu_for(row)
        if menu is not None:
            menu.popup(event.globalPos())

    def _menu_for(self, row: OutlineRow) -> QMenu | None:
        """The menu of the canvas for the same thing, with connecting and moving spelled out."""
        if row.kind == "wire" and row.edge is not None:
            return context_menu(self._canvas, self._canvas.verbs, Hit("wire", edge=row.edge), (0.0, 0.0))
        if row.kind not in ("node", "note", "group"):
            return None
        menu = context_menu(self._canvas, self._canvas.verbs, Hit(row.kind, row.id), (0.0, 0.0))
        menu.addSeparator()
        if row.kind == "node":
            menu.addAction(Choice("Connect to …", self.offer_targets, menu, "C"))
        moves = menu.addMenu("Move")
        for key, (dx, dy) in _ARROWS.items():
            name = Qt.Key(key).name.removeprefix("Key_")
            moves.addAction(Choice(name, partial(self._canvas.verbs.nudge, dx, dy), moves, f"Alt+{name}"))
        return menu

    @Slot()
    def offer_targets(self) -> None:
        """List the inputs to which the current node can be wired."""
        row = self.current_row()
        if row is None or row.kind != "node":
            return
        menu = connect_menu(self._canvas, row.id)
        item = self.tree.currentItem()
        corner = self.tree.visualItemRect(item).bottomLeft() + QPoint(THEME.px(20), 0)
        menu.popup(self.tree.viewport().mapToGlobal(corner))
        if menu.actions():
            menu.setActiveAction(menu.actions()[0])


def connect_menu(canvas: CanvasView, name: str) -> QMenu:
    """All inputs for the outputs of a node: free ones that fit first, those that do not greyed with the reason."""
    document, faces = canvas.document, canvas.canvas_scene.faces
    known = titles(document.graph)
    menu = QMenu(canvas)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    free: list[Choice] = []
    taken: list[Choice] = []
    refused: list[Choice] = []
    fed = {(edge.target, edge.target_port) for edge in document.graph.edges}
    wired = {edge.key for edge in document.graph.edges}
    for start, end in _pairs(canvas, name):
        edge = edge_between(start, end)
        if edge is None or EdgeKey(*edge.key) in wired:
            continue
        verdict = fits(document, edge)
        inputs, outputs = len(faces[end.node].inputs), len(faces[name].outputs)
        words = known[end.node] + (f", {end.name}" if inputs > 1 else "")
        words = f"{start.name} to {words}" if outputs > 1 else words
        if verdict.ok:
            offers = taken if (end.node, end.name) in fed else free
            offers.append(Choice(words, partial(canvas.connect_ports, start, end), menu))
        else:
            say = partial(canvas.say, verdict.sentence)
            refused.append(Choice(f"{words}: {verdict.sentence}", say, menu, "", False))
    menu.addActions([*free, *taken])
    if not menu.isEmpty() and refused:
        menu.addSeparator()
    menu.addActions(refused)
    if menu.isEmpty():
        menu.addAction(Choice("There is no other block to connect to", partial(canvas.say, ""), menu, "", False))
    return menu


def _pairs(canvas: CanvasView, name: str) -> Iterator[tuple[PortRef, PortRef]]:
    faces = canvas.canvas_scene.faces
    for output in faces[name].outputs:
        for other, face in faces.items():
            if other != name:
                for port in face.inputs:
                    yield PortRef(name, "output", output.name), PortRef(other, "input", port.name)


def _only_moved(before: Graph, after: Graph) -> bool:
    """Whether nothing has changed that the outline shows."""
    if before is after:
        return True
    if (before.edges, before.groups, before.notes) != (after.edges, after.groups, after.notes):
        return False
    if len(before.nodes) != len(after.nodes):
        return False
    pairs = zip(before.nodes, after.nodes, strict=True)
    return all(old is new or old == new.replace(position=old.position) for old, new in pairs)
