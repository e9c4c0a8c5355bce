"""The number of copies on a closed group under the mouse: the wheel turns it, a click opens a field to type it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Slot
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QSpinBox

from playground.document.graph import MOST_COPIES
from playground.editing import groups
from playground.editing.geometry import Hit, Point
from playground.ui.canvas.node_item import NEAR
from playground.ui.canvas.surface import CanvasSurface
from playground.ui.widgets.controls import QuietSpinBox
from playground.ui.widgets.theme import THEME

_WIDTH = 92


class RepeatEditor(QObject):
    """Belongs to one canvas. Changes in a row are one undo step; Escape brings the old number back."""

    def __init__(self, view: CanvasSurface) -> None:
        super().__init__(view)
        self._view = view
        self._hovered = ""
        self._turned = 0
        self.field: QSpinBox | None = None
        self._group, self._before = "", 1

    def group_at(self, hit: Hit, point: Point) -> str:
        """The closed group whose number of copies lies at a point of the scene; empty where none does."""
        scene = self._view.canvas_scene
        if hit.kind != "node" or hit.id not in scene.level.closed or self._view.camera.zoom < NEAR:
            return ""
        item = scene.nodes[hit.id]
        return hit.id if item.repeat_rect().contains(QPointF(*point) - item.pos()) else ""

    def hover(self, hit: Hit, point: Point) -> bool:
        """Bring out the number under the mouse. True when there is one."""
        name, scene = self.group_at(hit, point), self._view.canvas_scene
        if name != self._hovered:
            for one in (self._hovered, name):
                if one in scene.nodes:
                    scene.nodes[one].hover_badge(one == name)
            self._hovered, self._turned = name, 0
        return bool(name)

    def wheel(self, event: QWheelEvent, hit: Hit, point: Point) -> bool:
        """Turn the number under the mouse. False when none is there."""
        name = self.group_at(hit, point)
        if not name or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        self._turned += event.angleDelta().y()
        notches = int(self._turned / 120)  # towards zero
        self._turned -= 120 * notches
        if notches:
            self._set(name, self._view.document.graph.group(name).repeat + notches)
        return True

    def press(self, hit: Hit, point: Point) -> bool:
        """Open a field for the number under the mouse. False when none is there."""
        name = self.group_at(hit, point)
        if name:
            self.open(name)
        return bool(name)

    def open(self, name: str) -> None:
        """Type the number of copies of a closed group."""
        self.close()
        view, item = self._view, self._view.canvas_scene.nodes[name]
        view.select([name])
        self._group, self._before = name, view.document.graph.group(name).repeat
        field = self.field = QuietSpinBox(view.viewport())
        field.setRange(1, MOST_COPIES)
        field.setValue(self._before)
        field.setAccessibleName("Number of copies")
        field.setFont(THEME.font(13))
        place = view.mapFromScene(item.repeat_rect().translated(item.pos())).boundingRect()
        field.resize(THEME.px(_WIDTH), max(THEME.px(28), field.sizeHint().height()))
        field.move(place.right() - field.width(), place.center().y() - field.height() // 2)
        field.installEventFilter(self)
        field.valueChanged.connect(self._typed)
        field.show()
        field.setFocus()
        field.selectAll()

    @Slot()
    def close(self) -> None:
        """Take the field away."""
        field, self.field = self.field, None
        if field is not None:
            field.removeEventFilter(self)
            field.hide()
            field.deleteLater()

    @Slot(int)
    def _typed(self, count: int) -> None:
        if not self._set(self._group, count) and self.field is not None:
            self.field.setValue(self._view.document.graph.group(self._group).repeat)

    def _set(self, name: str, count: int) -> bool:
        if name not in self._view.document.graph.groups_by_id:
            return False
        refusal = groups.set_repeat(self._view.document, name, count)
        if refusal:
            self._view.say(refusal)
        return not refusal

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.field:
            return False
        if event.type() == QEvent.Type.FocusOut:
            self.close()
        elif event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self._set(self._group, self._before)
            if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.close()
                self._view.setFocus()
                return True
        return False
