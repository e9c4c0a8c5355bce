"""The minimap: the whole canvas small, with a frame around what one sees. It gives way to the cards."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.editing.geometry import Rect
from playground.ui.canvas.view import CanvasView
from playground.ui.widgets.icons import family_color
from playground.ui.widgets.kept_picture import KeptPicture
from playground.ui.widgets.theme import THEME

_WIDTH, _HEIGHT = 184, 120
_INSET = 12
_PADDING = 7.0
_AIR = 4.0
"""Pixels between it and a card."""
_MOST_OF_HEIGHT = 0.3
"""Of the height of the canvas; where that is low, the map is smaller."""


class Minimap(QWidget):
    """Lies in a corner of the canvas in which no card is, and hides where there is none, and while everything is in
    sight. Click or drag pans.
    """

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._content = QRectF()
        self._kept = KeptPicture()
        self._held = False
        """Whether the mouse holds it."""
        self.setAccessibleName("Overview of the canvas")
        self.setToolTip("Click or drag to look elsewhere")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        canvas.messages.bubble.installEventFilter(self)
        canvas.view_changed.connect(self.refresh)
        canvas.canvas_scene.arranged.connect(self.refresh)
        THEME.changed.connect(self._restyle)
        self._restyle()
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Look again at what there is and what is seen."""
        self._kept.forget()
        self._content = self._canvas.canvas_scene.content_rect()
        needed = not self._content.isEmpty() and not self._canvas.camera.visible().contains(self._content)
        needed = needed and self._place()
        self.setVisible(needed)
        if needed:
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(_WIDTH), THEME.px(_HEIGHT))

    @Slot()
    def _restyle(self) -> None:
        self._kept.forget()
        self._place()
        self.update()

    def _place(self) -> bool:
        """Go to a corner without cards, the lower right one first. False when there is none."""
        port = self._canvas.viewport().geometry()
        inset, size = THEME.px(_INSET), self.sizeHint()
        self.resize(size * min(1.0, _MOST_OF_HEIGHT * port.height() / size.height()))
        self.raise_()
        if self.isVisible() and (self._held or self._canvas.dragging):
            return True  # it does not flee from the hand
        right, bottom = port.right() - inset - self.width(), port.bottom() - inset - self.height()
        left, top = port.left() + inset, port.top() + inset
        corners = [QPoint(right, bottom), QPoint(left, bottom), QPoint(right, top), QPoint(left, top)]
        free = next((corner for corner in corners if self._is_free(corner - port.topLeft())), None)
        if free is not None:
            self.move(free)
        return free is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.Move, QEvent.Type.Resize):
            self.refresh()
        return False

    def _is_free(self, corner: QPoint) -> bool:
        """Whether it would cover no card, no note and no message in a corner of the viewport."""
        bubble = self._canvas.messages.bubble
        if bubble.isVisible() and bubble.geometry().intersects(QRect(corner, self.size())):
            return False
        place = self._canvas.to_scene(QPointF(corner))
        zoom = self._canvas.camera.zoom
        return self._canvas.canvas_scene.is_free(
            Rect(place.x(), place.y(), self.width() / zoom, self.height() / zoom).grown(_AIR / zoom)
        )

    # The small picture -----------------------------------------------------------------------------------------------

    def _shown(self) -> QRectF:
        """The part of the scene that the map shows: all cards, and what is seen where that is farther out."""
        return self._content.united(self._canvas.camera.visible())

    def _scale(self) -> tuple[float, QPointF]:
        """Pixels per scene unit, and where the scene's origin lies in the widget."""
        shown = self._shown()
        room = QRectF(self.rect()).adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)
        scale = min(room.width() / max(1.0, shown.width()), room.height() / max(1.0, shown.height()))
        return scale, room.center() - shown.center() * scale

    def to_map(self, rect: QRectF) -> QRectF:
        """A rectangle of the scene in the widget."""
        scale, origin = self._scale()
        return QRectF(rect.topLeft() * scale + origin, rect.size() * scale)

    def to_scene(self, place: QPointF) -> QPointF:
        """A point of the widget in the scene."""
        scale, origin = self._scale()
        return QPointF((place.x() - origin.x()) / scale, (place.y() - origin.y()) / scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        # Pictures move below it many times a second.
        self._kept.show(self, self._paint)

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = THEME.color("panel")
        ground.setAlphaF(0.94)
        painter.setPen(THEME.color("line"))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), THEME.px(7), THEME.px(7))
        self._paint_cards(painter)
        frame = self.to_map(self._canvas.camera.visible())
        shade = THEME.color("accent")
        shade.setAlpha(26)
        painter.setPen(QPen(THEME.color("accent"), 1.5))
        painter.setBrush(shade)
        painter.drawRoundedRect(frame, 2, 2)

    def _paint_cards(self, painter: QPainter) -> None:
        """All cards of a colour in one call: the map is painted anew in every frame of a drag."""
        scale, origin = self._scale()
        left, top = origin.x(), origin.y()
        scene = self._canvas.canvas_scene
        by_family: dict[str, list[QRectF]] = {}
        for item in scene.nodes.values():
            place, (width, height) = item.pos(), item.size
            by_family.setdefault(item.face.family, []).append(
                QRectF(
                    place.x() * scale + left, place.y() * scale + top, max(3.0, width * scale), max(2.0, height * scale)
                )
            )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(THEME.color("note_line"))
        painter.drawRects([self.to_map(note.sceneBoundingRect()) for note in scene.notes.values()])
        for family, rects in by_family.items():
            painter.setBrush(family_color(family) if family else THEME.color("secondary"))
            painter.drawRects(rects)

    # Mouse -----------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = True
            self._canvas.camera.centre_on(self.to_scene(event.position()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._canvas.camera.centre_on(self.to_scene(event.position()))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = False
        self.refresh()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
