"""A picture in the hand: dragged, turned and scaled with the mouse, the wheel or the keys, and drawn on."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QTransform, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.analysis.shared.given import UNMOVED, Move
from playground.ui.widgets.labels import plain_tip
from playground.ui.widgets.theme import THEME

Grip = Literal["", "shift", "scale", "rotate", "draw", "rub out"]
MARGIN = 16
"""Around the picture, where its handles lie."""
HANDLE = 4
"""Half the side of a handle."""
NEAR = 10
"""How near to a handle one must point."""
LEAST, USUAL = 96, 170
FACTOR, TURN = 1.05, 5.0
"""What one notch of the wheel or one key does: to the size, and degrees."""
SMALLEST, LARGEST = 0.25, 4.0
NOTCH = 120
HELP = (
    ("Arrow keys", "on the picture of “Move a picture”: shift it by a pixel"),
    ("+, −, [, ], Home", "on the picture of “Move a picture”: scale it, turn it, put it back"),
)
"""For the page of all keys: keys and what they do."""
SHIFTS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
ZOOMS = {Qt.Key.Key_Plus: FACTOR, Qt.Key.Key_Equal: FACTOR, Qt.Key.Key_Minus: 1.0 / FACTOR}
TURNS = {Qt.Key.Key_BracketLeft: TURN, Qt.Key.Key_BracketRight: -TURN}
GESTURES = "Drag: shift. A corner or the wheel: scale. The ring above, or Shift and the wheel: turn."


class PictureHand(QWidget):
    """The picture as it lies now; `move` is how it got there."""

    moved = Signal()
    """A person has moved it."""
    drawn = Signal(QPointF, QPointF, bool)
    """A line was drawn from here to there, in pixels of the picture as it was; True: rubbed out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture: QImage | None = None
        self.ground = QColor("#000000")
        self.move_now = UNMOVED
        self.drawing = False
        """Whether the mouse draws and does not move."""
        self._grip: Grip = ""
        self._from = QPointF()
        self._before = UNMOVED
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("The picture in the hand")
        keys = "Arrow keys shift it, + and − scale it, [ and ] turn it, Home puts it back."
        self.setAccessibleDescription(keys)
        self.setToolTip(plain_tip(f"{GESTURES}\n{keys}"))

    def sizeHint(self) -> QSize:
        return QSize(THEME.px(USUAL), THEME.px(USUAL))

    def minimumSizeHint(self) -> QSize:
        return QSize(THEME.px(LEAST), THEME.px(LEAST))

    # Where it lies ----------------------------------------------------------------------------------------------------

    @property
    def _extent(self) -> tuple[int, int]:
        """Width and height of the picture in its own pixels."""
        return (self.picture.width(), self.picture.height()) if self.picture is not None else (1, 1)

    def area(self) -> QRectF:
        """The frame through which the network looks."""
        margin = THEME.px(MARGIN)
        room = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        wide, high = self._extent
        scale = max(0.1, min(room.width() / wide, room.height() / high))
        found = QRectF(0.0, 0.0, scale * wide, scale * high)
        found.moveCenter(room.center())
        return found

    @property
    def pixel(self) -> float:
        """Pixels of the screen for one of the picture."""
        return self.area().width() / self._extent[0]

    def transform(self) -> QTransform:
        """From the pixels of the picture, before the move, to the widget."""
        area, move = self.area(), self.move_now
        wide, high = self._extent
        found = QTransform()
        found.translate(area.center().x() + move.across * self.pixel, area.center().y() + move.down * self.pixel)
        found.rotate(-move.rotation)
        found.scale(self.pixel * move.zoom, self.pixel * move.zoom)
        found.translate(-wide / 2.0, -high / 2.0)
        return found

    def corners(self) -> list[QPointF]:
        """Where the corners of the picture are held, within the widget."""
        wide, high = self._extent
        transform = self.transform()
        return [self._inside(transform.map(QPointF(x, y))) for x, y in ((0, 0), (wide, 0), (wide, high), (0, high))]

    def ring(self) -> QPointF:
        """Where the picture is held to turn it: a little above the middle of its upper edge."""
        middle = self.transform().map(QPointF(self._extent[0] / 2.0, 0.0))
        out = middle - self._middle()
        length = math.hypot(out.x(), out.y()) or 1.0
        return self._inside(middle + out * (THEME.px(MARGIN - 5) / length))

    def _middle(self) -> QPointF:
        return self.transform().map(QPointF(self._extent[0] / 2.0, self._extent[1] / 2.0))

    def _inside(self, place: QPointF) -> QPointF:
        rim = THEME.px(HANDLE) + 1.0
        return QPointF(
            min(max(place.x(), rim), self.width() - rim), min(max(place.y(), rim), self.height() - rim)
        )

    # What is shown ----------------------------------------------------------------------------------------------------

    def show_picture(self, picture: QImage, ground: QColor) -> None:
        """Show a picture as it is before the move, on its ground."""
        self.picture, self.ground = picture, ground
        self.update()

    def show_move(self, move: Move) -> None:
        """Show another move, silently."""
        self.move_now = move
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.picture is None:
            return
        painter = QPainter(self)
        area = self.area()
        painter.fillRect(area, self.ground)
        painter.save()
        painter.setClipRect(area)
        painter.setTransform(self.transform(), combine=True)
        painter.drawImage(0, 0, self.picture)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(THEME.color("line"), 1))
        painter.drawRect(area)
        if self.drawing:
            return
        accent = THEME.color("accent")
        painter.setPen(QPen(accent, THEME.px(1.5 if self.hasFocus() else 1)))
        wide, high = self._extent
        painter.drawPolygon(self.transform().mapToPolygon(QRectF(0, 0, wide, high).toRect()))
        painter.setBrush(THEME.color("panel"))
        half = THEME.px(HANDLE)
        for corner in self.corners():
            painter.drawRect(QRectF(corner.x() - half, corner.y() - half, 2 * half, 2 * half))
        painter.drawEllipse(self.ring(), half, half)

    # Moves ------------------------------------------------------------------------------------------------------------

    def take(self, move: Move) -> None:
        """A person moves it there; it stays within sight."""
        wide, high = self._extent
        fitting = Move(
            across=min(max(move.across, -wide), wide),
            down=min(max(move.down, -high), high),
            rotation=(move.rotation + 180.0) % 360.0 - 180.0,
            zoom=min(max(move.zoom, SMALLEST), LARGEST),
        )
        if fitting != self.move_now:
            self.show_move(fitting)
            self.moved.emit()

    def grip_at(self, place: QPointF) -> Grip:
        """What the mouse does at a place."""
        if self.picture is None:
            return ""
        if self.drawing:
            return "draw" if self.area().contains(place) else ""
        near = THEME.px(NEAR)
        if (place - self.ring()).manhattanLength() <= near:
            return "rotate"
        if any((place - corner).manhattanLength() <= near for corner in self.corners()):
            return "scale"
        return "shift"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        grip = self.grip_at(event.position())
        if event.button() == Qt.MouseButton.RightButton and grip == "draw":
            grip = "rub out"
        elif event.button() != Qt.MouseButton.LeftButton:
            return
        self._grip, self._from, self._before = grip, event.position(), self.move_now
        if grip in ("draw", "rub out"):
            self._draw_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if self._grip in ("draw", "rub out"):
            self._draw_to(place)
        elif self._grip == "shift":
            way, before = place - self._from, self._before
            across, down = round(way.x() / self.pixel), round(way.y() / self.pixel)  # whole pixels of the picture
            self.take(replace(before, across=before.across + across, down=before.down + down))
        elif self._grip in ("scale", "rotate"):
            self._turn_to(place)
        else:
            self._show_cursor(self.grip_at(place))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = ""

    def _turn_to(self, place: QPointF) -> None:
        """By how much nearer the handle came to the middle, or around it."""
        was, now = self._from - self._middle(), place - self._middle()
        if self._grip == "scale":
            factor = math.hypot(now.x(), now.y()) / max(1.0, math.hypot(was.x(), was.y()))
            self.take(replace(self._before, zoom=round(self._before.zoom * factor, 2)))
        else:
            turned = math.degrees(math.atan2(now.y(), now.x()) - math.atan2(was.y(), was.x()))
            self.take(replace(self._before, rotation=self._before.rotation - round(turned)))

    def _draw_to(self, place: QPointF) -> None:
        back, solvable = self.transform().inverted()
        if solvable:
            self.drawn.emit(back.map(self._from), back.map(place), self._grip == "rub out")
        self._from = place

    def _show_cursor(self, grip: Grip) -> None:
        self.setCursor({
            "": Qt.CursorShape.ArrowCursor, "shift": Qt.CursorShape.OpenHandCursor,
            "scale": Qt.CursorShape.SizeFDiagCursor, "rotate": Qt.CursorShape.PointingHandCursor,
            "draw": Qt.CursorShape.CrossCursor, "rub out": Qt.CursorShape.CrossCursor,
        }[grip])  # fmt: skip

    def wheelEvent(self, event: QWheelEvent) -> None:
        way = event.angleDelta()
        notches = (way.y() or way.x()) / NOTCH  # with Shift or Alt some systems turn the wheel sideways
        if self.picture is None or not notches:
            event.ignore()
            return
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.take(replace(self.move_now, rotation=self.move_now.rotation + TURN * notches))
        else:
            self._scale(FACTOR**notches)
        event.accept()

    def _scale(self, factor: float) -> None:
        zoom = round(self.move_now.zoom * factor, 3)
        self.take(replace(self.move_now, zoom=1.0 if abs(zoom - 1.0) < 0.01 else zoom))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        now = self.move_now
        if key in SHIFTS:
            across, down = SHIFTS[key]
            self.take(replace(now, across=now.across + across, down=now.down + down))
        elif key in ZOOMS:
            self._scale(ZOOMS[key])
        elif key in TURNS:
            self.take(replace(now, rotation=now.rotation + TURNS[key]))
        elif key == Qt.Key.Key_Home:
            self.take(UNMOVED)
        else:
            super().keyPressEvent(event)


def move_words(move: Move) -> str:
    """Such as “2 px right, 1 px up, turned 15°, 1.2 times as large”."""
    said = []
    if move.across:
        said.append(f"{abs(move.across):g} px {'right' if move.across > 0 else 'left'}")
    if move.down:
        said.append(f"{abs(move.down):g} px {'down' if move.down > 0 else 'up'}")
    if move.rotation:
        said.append(f"turned {abs(move.rotation):g}° {'left' if move.rotation > 0 else 'right'}")
    if move.zoom != 1.0:
        said.append(f"× {move.zoom:.3g}")
    return ", ".join(said) or "as it is"
