"""A frame around some nodes, with a strip for its title by which it is moved."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from playground.document.graph import Group
from playground.editing.geometry import Point, Rect
from playground.ui.canvas.paint import GROUP_LEVEL
from playground.ui.widgets.theme import THEME

_PADDING = 18.0
TITLE_HEIGHT = 28.0
"""Of the strip, in scene units."""


class GroupItem(QGraphicsItem):
    """The frame follows its members: the scene tells it where they are."""

    def __init__(self, group: Group) -> None:
        super().__init__()
        self.id = group.id
        self.title = group.title
        self.copies = _copies(group)
        """How often it is repeated, in words."""
        self.members = group.nodes
        self.chosen = False
        self.frame = Rect(0.0, 0.0, 0.0, 0.0)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(GROUP_LEVEL)

    def show_group(self, group: Group) -> None:
        """Take title and members."""
        self.title, self.members = group.title, group.nodes
        self.copies = _copies(group)
        self.update()

    def enclose(self, around: Rect | None) -> None:
        """Lay the frame around the members."""
        frame = Rect(0.0, 0.0, 0.0, 0.0)
        if around is not None:
            wider = around.grown(_PADDING)
            frame = Rect(wider.x, wider.y - TITLE_HEIGHT + 8, wider.width, wider.height + TITLE_HEIGHT - 8)
        if frame != self.frame:
            self.prepareGeometryChange()
            self.frame = frame

    def set_chosen(self, chosen: bool) -> None:
        """Draw the border of a selected group."""
        if chosen != self.chosen:
            self.chosen = chosen
            self.update()

    def title_rect(self) -> Rect:
        """The strip by which the group is dragged and renamed, in scene units."""
        return Rect(self.frame.x, self.frame.y, self.frame.width, TITLE_HEIGHT)

    def holds(self, point: Point) -> bool:
        """Whether a point of the scene lies in the frame."""
        return bool(self.frame.width) and self.frame.contains(point)

    def boundingRect(self) -> QRectF:
        frame = self.frame
        return QRectF(frame.x, frame.y, frame.width, frame.height).adjusted(-2, -2, 2, 2)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        tokens, frame = THEME.tokens, self.frame
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(tokens.accent)
        fill.setAlpha(14)
        painter.setBrush(fill)
        border = QPen(QColor(tokens.accent if self.chosen else tokens.secondary), 2.0 if self.chosen else 1.2)
        border.setStyle(Qt.PenStyle.SolidLine if self.chosen else Qt.PenStyle.DashLine)
        painter.setPen(border)
        painter.drawRoundedRect(QRectF(frame.x, frame.y, frame.width, frame.height), 12, 12)


def _copies(group: Group) -> str:
    if group.repeat < 2:
        return ""
    return f" ×\N{NO-BREAK SPACE}{group.repeat}" + (", the same weights" if group.shared else "")
