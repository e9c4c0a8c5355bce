"""Thin dotted links between blocks that use the same weights, from the one that has them to each that borrows them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Qt, Slot
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget

from playground.ui.canvas.paint import WIRE_LEVEL
from playground.ui.canvas.scene_items import SceneItems
from playground.ui.widgets.theme import THEME

_SAG, _MOST_SAG = 0.18, 90.0
"""How far a link hangs below the cards, as a share of its length, and at most."""


class TwinLink(QGraphicsPathItem):
    """One link; its dots have one width at every zoom."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setZValue(WIRE_LEVEL - 1)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        pen = QPen(THEME.color("accent"), 1.4, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.RoundCap)
        pen.setDashPattern([0.1, 3.4])
        pen.setCosmetic(True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self.path())


class TwinLinks(QObject):
    """Keeps the links at their cards; blocks in closed groups are linked from the card of the group."""

    def __init__(self, scene: SceneItems) -> None:
        super().__init__(scene)
        self._scene = scene
        self._pairs: set[tuple[str, str]] = set()
        self.links: dict[tuple[str, str], QGraphicsPathItem] = {}
        """By the cards of owner and borrower."""
        scene.reconciled.connect(self._reconcile)
        scene.arranged.connect(self._lay)

    @Slot()
    def _reconcile(self) -> None:
        scene = self._scene
        borrowers = [node for node in scene.document.graph.nodes if node.weights_of is not None]
        pairs = {(scene.card_of(node.weights_of or ""), scene.card_of(node.id)) for node in borrowers}
        self._pairs = {(owner, twin) for owner, twin in pairs if owner and twin and owner != twin}
        for pair in [pair for pair in self.links if pair not in self._pairs]:
            scene.removeItem(self.links.pop(pair))
        for pair in self._pairs:
            if pair not in self.links:
                self.links[pair] = TwinLink()
                scene.addItem(self.links[pair])
        self._lay()

    @Slot()
    def _lay(self) -> None:
        for (owner, twin), item in self.links.items():
            cards = self._scene.nodes.get(owner), self._scene.nodes.get(twin)
            if cards[0] is not None and cards[1] is not None:
                item.setPath(_path(_below(cards[0]), _below(cards[1])))


def _below(card: QGraphicsItem) -> QPointF:
    """The middle of the lower edge of a card."""
    rect = card.shape().boundingRect()
    return card.pos() + QPointF(rect.width() / 2, rect.height())


def _path(start: QPointF, end: QPointF) -> QPainterPath:
    """A chain that hangs between two points."""
    sag = min(_MOST_SAG, 24.0 + _SAG * abs(end.x() - start.x()))
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(0.0, sag), end + QPointF(0.0, sag), end)
    return path
