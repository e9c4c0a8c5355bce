"""Labels on the wires and rings around blocks, as a view asks for them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, QPointF, QRectF, QSizeF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from playground.document.graph import EdgeKey
from playground.ui.canvas.paint import OVERLAY_LEVEL, card_font, card_metrics
from playground.ui.canvas.scene_items import SceneItems
from playground.ui.widgets.canvas_notes import NO_NOTES, CanvasNotes, WireNote
from playground.ui.widgets.theme import THEME

_SIZE = 13.0
_ROW = 17.0
_PAD = 6.0
_OVERLAP = 7.0
"""How far a label may reach over the edge of a card."""
_STEP, _MOST_STEPS = 8.0, 60
"""How a label looks for a free place, in scene units."""
_ARROWS = {"forward": "→", "backward": "←"}


class WireLabel(QGraphicsItem):
    """The lines of one wire, in a box over its middle: an arrow says which way they go."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: tuple[WireNote, ...] = ()
        self._box = QRectF()
        self._lead = 0.0
        """How far from the middle of the box the wire is, downwards."""
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(OVERLAY_LEVEL - 2.0)

    def show_notes(self, notes: tuple[WireNote, ...]) -> None:
        """Show other lines."""
        if notes == self.notes:
            return
        self.prepareGeometryChange()
        self.notes = notes
        bold = card_metrics(_SIZE, bold=True)
        rows = [line for note in notes for line in note.lines]
        width = max((bold.horizontalAdvance(line) for line in rows), default=0.0) + 2 * _PAD + 16.0
        height = _ROW * len(rows) + 6.0
        self._box = QRectF(-width / 2, -height / 2, width, height)
        self.update()

    def put(self, middle: QPointF, obstacles: Iterable[QRectF]) -> None:
        """Stand on the middle of the wire, or as little above or below it as keeps clear of what else there is."""
        inner = self._box.adjusted(_OVERLAP, 0, -_OVERLAP, 0).translated(middle)
        near = [one for one in obstacles if one.left() < inner.right() and one.right() > inner.left()]
        ways = (sign * _STEP * count for count in range(_MOST_STEPS) for sign in (-1.0, 1.0))
        y = next((way for way in ways if not any(inner.translated(0, way).intersects(one) for one in near)), 0.0)
        self.prepareGeometryChange()
        self._lead = -y
        self.setPos(middle.x(), middle.y() + y)

    @property
    def text(self) -> str:
        """All lines with their arrows."""
        return "\n".join(f"{_ARROWS[note.way]} {line}" for note in self.notes for line in note.lines)

    def box(self) -> QRectF:
        """The box around the lines, in item coordinates."""
        return QRectF(self._box)

    def boundingRect(self) -> QRectF:
        return self._box.united(QRectF(-1, min(0.0, self._lead), 2, abs(self._lead))).adjusted(-1, -1, 1, 1)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        tokens = THEME.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fresh = next((note for note in self.notes if note.fresh), None)
        edge = QPen(QColor(_color(fresh)), 1.8) if fresh is not None else QPen(QColor(tokens.line), 1.0)
        painter.setPen(edge)
        if self._lead:
            painter.drawLine(QPointF(), QPointF(0, self._lead))
        painter.setBrush(QColor(tokens.panel))
        painter.drawRoundedRect(self._box, 5, 5)
        row = QRectF(self._box.left() + _PAD, self._box.top() + 3, self._box.width() - 2 * _PAD, _ROW)
        for note in self.notes:
            painter.setFont(card_font(_SIZE, bold=note.fresh))
            painter.setPen(QColor(_color(note)))
            for number, line in enumerate(note.lines):
                if number == 0:
                    painter.drawText(row, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, _ARROWS[note.way])
                painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, line)
                row.translate(0, _ROW)


def _color(note: WireNote) -> str:
    return THEME.tokens.backward if note.way == "backward" else THEME.tokens.accent


class WireNotes(QObject):
    """Keeps the labels on their wires, and the rings on their cards, while both move."""

    def __init__(self, scene: SceneItems) -> None:
        super().__init__(scene)
        self._scene = scene
        self._notes = NO_NOTES
        self.labels: dict[EdgeKey, WireLabel] = {}
        scene.arranged.connect(self._arrange)
        THEME.changed.connect(self._restyle)

    @Slot(object)
    def show(self, notes: CanvasNotes) -> None:
        """Show what a view says in place of what was said before."""
        self._notes = notes
        self._arrange()

    @Slot()
    def _arrange(self) -> None:
        wires = self._scene.wires
        known = ((self._scene.wire_of(key), notes) for key, notes in self._notes.wires.items())
        told = {key: notes for key, notes in known if key is not None}
        for key in [key for key in self.labels if key not in told]:
            self._scene.removeItem(self.labels.pop(key))
        taken: list[QRectF] = []
        if told:
            taken = [QRectF(item.pos(), QSizeF(*item.size)) for item in self._scene.nodes.values()]
        for key, notes in told.items():
            if key not in self.labels:
                self.labels[key] = WireLabel()
                self._scene.addItem(self.labels[key])
            self.labels[key].show_notes(notes)
            self.labels[key].put(wires[key].middle(), taken)
            taken.append(self.labels[key].box().translated(self.labels[key].pos()))
        marked = {self._scene.card_of(name) for name in self._notes.marked}
        for name, item in self._scene.nodes.items():
            item.set_marked(self._notes.tone if name in marked else "")

    @Slot()
    def _restyle(self) -> None:
        for label in self.labels.values():
            label.update()
