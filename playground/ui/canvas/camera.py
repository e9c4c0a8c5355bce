"""Where one looks: zoom, pan and fit of the canvas view, always finite and within bounds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QNativeGestureEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QGraphicsView, QPinchGesture

from playground.editing.geometry import finite
from playground.ui.canvas.scene import CanvasScene

SMALLEST, LARGEST = 0.05, 4.0
READABLE = 0.6
"""What is opened is not shown smaller: cards can be read, and one begins on the left."""
OVERVIEW = 0.36
"""Where rows would have no room, all of them are shown from as far as this: cards keep title and picture."""
SETTLING = 3.0
"""Seconds in which the window lays itself out after a project was opened."""
_TURNS = 3
"""Notes take more room from farther away, so that fitting finds its zoom in a few turns."""
_NOTCH = 1.16
"""Zoom of one notch of the wheel."""


class Camera:
    """Moves the scroll bars and the transform of one view."""

    def __init__(self, view: QGraphicsView, scene: CanvasScene, changed: Callable[[], None]) -> None:
        self._view = view
        self._scene = scene
        self._changed = changed
        self._held: tuple[QPointF, float] | None = None
        """The scene point that stays in the middle while the window settles, and until when."""
        self.fitted = True
        """The network was fitted into the view and nobody has moved since: a resize then fits again."""
        self.cut = False
        """It was fitted, but only its beginning has room."""
        self._down = 1.0
        """The zoom at which what was fitted has room from top to bottom."""
        self._opened = True
        """It was fitted as what is opened, not as somebody asked for all of it."""

    def to_scene(self, place: QPointF) -> QPointF:
        """A point of the viewport in the scene, not rounded to pixels."""
        return self._view.viewportTransform().inverted()[0].map(place)

    @property
    def zoom(self) -> float:
        """1.0 is 100 %."""
        return self._view.transform().m11()

    def zoom_to(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Zoom so that the scene point under `anchor` (viewport coordinates, default the middle) stays there."""
        view = self._view
        self.fitted, self._held = False, None
        zoom = min(max(finite(zoom, self.zoom), SMALLEST), LARGEST)
        if anchor is None or not (math.isfinite(anchor.x()) and math.isfinite(anchor.y())):
            anchor = QPointF(view.viewport().rect().center())
        fixed = self.to_scene(anchor)
        self._set(zoom)
        self._bring(fixed, anchor)
        self._changed()

    def scale_by(self, factor: float) -> None:
        """All of the window becomes larger or smaller: the same point stays in the middle while it is laid out anew."""
        settling = self._held is not None and time.monotonic() < self._held[1]
        centre = self._held[0] if settling and self._held is not None else self.centre
        self.look_at(centre, self.zoom * factor)

    def zoom_by(self, notches: float, anchor: QPointF | None = None) -> None:
        """Zoom by notches of the wheel, in if positive."""
        notches = min(max(finite(notches), -40.0), 40.0)
        self.zoom_to(self.zoom * _NOTCH**notches, anchor)

    def pan(self, dx: float, dy: float) -> None:
        """Scroll by pixels of the viewport: positive moves what is seen to the left and up."""
        view = self._view
        self.fitted, self._held = False, None
        across, down = view.horizontalScrollBar(), view.verticalScrollBar()
        visible = self.visible()
        dx, dy = _pixels(dx), _pixels(dy)
        self.widen(visible.translated(dx / self.zoom, dy / self.zoom))
        across.setValue(across.value() + dx)
        down.setValue(down.value() + dy)

    def wheel(self, event: QWheelEvent) -> None:
        """Wheel and trackpad scroll; with Ctrl they zoom at the mouse, with Shift they scroll sideways."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(event.angleDelta().y() / 120.0, event.position())
            return
        moved = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() * 0.5
        sideways = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier) and not moved.x()
        dx, dy = (moved.y(), 0) if sideways else (moved.x(), moved.y())
        self.pan(-dx, -dy)

    def pinch(self, event: QEvent) -> bool:
        """Zoom by two fingers on a trackpad or a screen. False for every other event."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
                return False
            self.zoom_to(self.zoom * (1.0 + event.value()), event.position())
            return True
        if event.type() != QEvent.Type.Gesture or not isinstance(event, QGestureEvent):
            return False
        gesture = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(gesture, QPinchGesture):
            return False
        middle = QPointF(self._view.viewport().mapFromGlobal(gesture.centerPoint().toPoint()))
        self.zoom_to(self.zoom * gesture.scaleFactor(), middle)
        return True

    def open(self) -> None:
        """Show everything where it can be read then, else the beginning of the network, on the left.

        Where a row would have no room, all rows are shown from farther away, if need be without the notes.
        """
        for notes in (True, False):
            self._fit(None, 1.25, READABLE, notes=notes)
            for _ in range(_TURNS):
                if self._down < READABLE:
                    self._fit(None, 1.25, max(OVERVIEW, self._down), notes=notes)
            if self._down >= OVERVIEW:
                break
        else:
            self._fit(None, 1.25, READABLE)
        self._opened = True

    def fit(self, rect: QRectF | None = None, *, largest: float = 1.25) -> None:
        """Show a rectangle of the scene, or everything; small networks are not blown up beyond `largest`."""
        self._fit(rect, largest, SMALLEST)

    def _fit(self, rect: QRectF | None, largest: float, least: float, *, notes: bool = True) -> None:
        view = self._view
        self.fitted, self._held, self._opened, self._down = rect is None, None, False, 1.0
        self._scene.look_from(1.0)
        room = view.viewport().size()
        margin = min(48.0, room.width() * 0.08, room.height() * 0.08)
        for _ in range(_TURNS):
            target = rect if rect is not None else self._scene.content_rect(notes=notes)
            if target.isEmpty():
                self._set(1.0)
                self._bring(QPointF(0.0, 0.0), QPointF(view.viewport().rect().center()))
                self._changed()
                return
            across = (room.width() - 2 * margin) / target.width()
            down = (room.height() - 2 * margin) / target.height()
            zoom = min(max(finite(min(across, down), 1.0), least), largest)
            self._set(zoom)
        self.cut, self._down = zoom > min(across, down), down
        middle, half = target.center(), QPointF(view.viewport().rect().center())
        if zoom > across:
            middle.setX(target.left() + (half.x() - margin) / zoom)
            # What stands beyond the edge does not say how high one looks.
            begin = target.left() - margin / zoom
            target = self._scene.content_rect((begin, begin + room.width() / zoom), notes=notes)
            middle.setY(target.center().y())
        if zoom > (room.height() - 2 * margin) / target.height():
            middle.setY(target.top() + (half.y() - margin) / zoom)
        self._bring(middle, half)
        self._changed()

    def _set(self, zoom: float) -> None:
        self._view.setTransform(QTransform.fromScale(zoom, zoom))
        self._scene.look_from(zoom)

    def reveal(self, rect: QRectF) -> None:
        """Scroll just far enough that the rectangle is seen."""
        visible = self.visible().adjusted(24, 24, -24, -24)
        if visible.contains(rect):
            return
        # Of what is larger than the view, the upper left corner is what tells most.
        dx = min(rect.left() - visible.left(), max(0.0, rect.right() - visible.right()))
        dy = min(rect.top() - visible.top(), max(0.0, rect.bottom() - visible.bottom()))
        self.pan(dx * self.zoom, dy * self.zoom)

    def centre_on(self, point: QPointF) -> None:
        """Bring a point of the scene into the middle."""
        self.fitted, self._held = False, None
        self._bring(point, QPointF(self._view.viewport().rect().center()))
        self._changed()

    def refit(self) -> None:
        """Fit again as before, as the network or its view has another size."""
        self.open() if self._opened else self.fit()

    def look_at(self, centre: QPointF, zoom: float) -> None:
        """Look at a point of the scene with a zoom, as somebody did before."""
        self.zoom_to(zoom)
        self.centre_on(centre)
        self._held = centre, time.monotonic() + SETTLING

    def resized(self, before: QSize) -> None:
        """The viewport has another size than before: fit again what was fitted, else keep what was in the middle there,
        and what is selected in sight.
        """
        first = not before.isValid() or before.isEmpty()
        if self.fitted or (first and self._held is None):
            self.refit()
        elif self._held is not None and time.monotonic() < self._held[1]:
            self._bring(self._held[0], QPointF(self._view.viewport().rect().center()))
        elif not first:
            was = QRectF(self.to_scene(QPointF(0, 0)), QSizeF(before) * (1.0 / self.zoom))
            chosen = self._scene.nodes.get(self._scene.selection.single)
            self._bring(was.center(), QPointF(self._view.viewport().rect().center()))
            if chosen is not None and was.contains(chosen.sceneBoundingRect().center()):
                rect = chosen.box().rect
                self.reveal(QRectF(rect.x, rect.y, rect.width, rect.height))
        else:
            self.widen()

    @property
    def centre(self) -> QPointF:
        """The scene point in the middle of what is seen."""
        return self.to_scene(QPointF(self._view.viewport().rect().center()))

    def visible(self) -> QRectF:
        """The part of the scene that is seen."""
        rect = self._view.viewport().rect()
        zoom = self.zoom
        corner = self.to_scene(QPointF(0, 0))
        return QRectF(corner.x(), corner.y(), rect.width() / zoom, rect.height() / zoom)

    def widen(self, needed: QRectF | None = None) -> None:
        """Make the scroll range hold all that there is with room around it, and what is or will be seen."""
        view = self._view
        zoom, room = self.zoom, view.viewport().size()
        content = self._scene.content_rect()
        margin_x, margin_y = room.width() / zoom * 0.75, room.height() / zoom * 0.75
        rect = content.adjusted(-margin_x, -margin_y, margin_x, margin_y)
        rect = rect.united(needed if needed is not None else self.visible())
        view.setSceneRect(rect.intersected(QRectF(-2e6, -2e6, 4e6, 4e6)))

    def _bring(self, point: QPointF, to: QPointF) -> None:
        """Scroll so that a point of the scene lies at a point of the viewport."""
        view, zoom = self._view, self.zoom
        size = view.viewport().size()
        left, top = point.x() - to.x() / zoom, point.y() - to.y() / zoom
        self.widen(QRectF(left, top, size.width() / zoom, size.height() / zoom))
        off: QPoint = view.mapFromScene(point) - to.toPoint()
        view.horizontalScrollBar().setValue(view.horizontalScrollBar().value() + off.x())
        view.verticalScrollBar().setValue(view.verticalScrollBar().value() + off.y())


def _pixels(value: float) -> int:
    """A number of pixels that Qt can scroll by."""
    return round(min(max(finite(value), -2e7), 2e7))
