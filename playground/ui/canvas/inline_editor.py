"""Typing on the canvas itself: the title of a node or a group, the text of a note."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from playground.editing import commands
from playground.network.naming import title_of
from playground.ui.canvas.paint import scene_rect
from playground.ui.canvas.surface import CanvasSurface
from playground.ui.widgets.qt_access import parent_of
from playground.ui.widgets.theme import THEME


class InlineEditor(QObject):
    """Puts a field over the canvas. Enter (in notes Ctrl+Enter) or a click elsewhere keeps it, Escape drops it."""

    def __init__(self, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self.field: QLineEdit | QPlainTextEdit | None = None
        self._done: Callable[[str], None] | None = None

    def edit_line(self, text: str, place: QRect, name: str, done: Callable[[str], None]) -> None:
        """Edit one line of text; `done` is called with the result unless it is dropped."""
        field = QLineEdit(text, self._viewport)
        field.setMaxLength(200)
        field.selectAll()
        self._open(field, place.adjusted(-6, -4, 6, 4), name, done)

    def edit_text(self, text: str, place: QRect, name: str, done: Callable[[str], None]) -> None:
        """Edit several lines of text."""
        field = QPlainTextEdit(text, self._viewport)
        field.setToolTip("Ctrl+Enter keeps the text, Escape drops it")
        self._open(field, place, name, done)

    def _open(self, field: QLineEdit | QPlainTextEdit, place: QRect, name: str, done: Callable[[str], None]) -> None:
        self.finish()
        self.field, self._done = field, done
        field.setAccessibleName(name)
        field.setFont(THEME.font(13))
        field.setGeometry(place.x(), place.y(), max(place.width(), 150), max(place.height(), 30))
        field.installEventFilter(self)
        field.show()
        field.setFocus()

    @Slot()
    def finish(self) -> None:
        """Keep what has been typed and close the field."""
        self._close(keep=True)

    def drop(self) -> None:
        """Close the field and forget what has been typed."""
        self._close(keep=False)

    def _close(self, *, keep: bool) -> None:
        field, done = self.field, self._done
        if field is None:
            return
        self.field = self._done = None
        field.removeEventFilter(self)
        text = field.text() if isinstance(field, QLineEdit) else field.toPlainText()
        field.hide()
        field.deleteLater()
        if keep and done is not None:
            done(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.field:
            return False
        if event.type() == QEvent.Type.FocusOut:
            self.finish()
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # Delete, Ctrl+A and the like belong to the text while one types
            return False
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.drop()
        elif enter and (control or isinstance(watched, QLineEdit)):
            self.finish()
        else:
            return False
        parent_of(self._viewport).setFocus()
        return True


class CanvasEditor(InlineEditor):
    """Knows what can be typed on a canvas, and where."""

    def __init__(self, view: CanvasSurface) -> None:
        super().__init__(view.viewport())
        self._view = view

    def edit(self, identifier: str) -> None:
        """Type into a node's title, a group's title or a note; other ids do nothing."""
        scene, document = self._view.canvas_scene, self._view.document
        rename = partial(commands.rename, document, identifier)
        item = scene.nodes.get(identifier)
        if item is not None and identifier in scene.level.closed:
            place = self._place(item.title_rect().translated(item.pos()))
            self.edit_line(item.face.title, place, "Title of the group", rename)
        elif item is not None and document.graph.has(identifier):
            place = self._place(item.title_rect().translated(item.pos()))
            self.edit_line(item.face.title, place, "Title of the block", partial(self._rename_node, identifier))
        elif identifier in scene.groups:
            group = scene.groups[identifier]
            self.edit_line(group.title, self._place(scene_rect(group.title_rect())), "Title of the group", rename)
        elif identifier in scene.notes:
            note = scene.notes[identifier]
            keep = partial(commands.edit_note, document, identifier)
            self.edit_text(note.text, self._place(scene_rect(note.rect())), "Text of the note", keep)

    def _rename_node(self, identifier: str, title: str) -> None:
        """The name a node has by itself is not written down as its title, so that its number stays up to date."""
        document = self._view.document
        if document.graph.has(identifier) and title != title_of(document.graph, identifier):
            commands.rename(document, identifier, title)

    def _place(self, rect: QRectF) -> QRect:
        return self._view.mapFromScene(rect).boundingRect()
