"""The graph of a project as a small drawing: what a card shows while there is no picture of the preset.

Layers stand as columns of units, data and losses as tiles, wires as the weights between them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from playground.document.graph import Graph, Node
from playground.ui.widgets.icons import family_color
from playground.ui.widgets.theme import NEGATIVE, POSITIVE, THEME

Shape = Literal["data", "units", "loss", "other"]
"""How a block is drawn, whatever its family."""
MOST_UNITS = 6
LARGEST_TILE = 46.0
LARGEST_STEP = 78.0
"""From column to column, in pixels at 100 %."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands in the drawing, and where its wires end: one point per unit."""

    shape: Shape
    center: QPointF
    size: float
    units: tuple[QPointF, ...]


def draw_graph(painter: QPainter, rect: QRectF, graph: Graph) -> None:
    """Draw nodes and wires into the rectangle, as large as they fit."""
    places = arrange(rect, graph)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number, edge in enumerate(graph.edges):
        if edge.source in places and edge.target in places:
            _draw_wire(painter, places[edge.source], places[edge.target], number)
    for place in places.values():
        _DRAWINGS[place.shape](painter, place)
    painter.restore()


def arrange(rect: QRectF, graph: Graph) -> dict[str, Place]:
    """Give every node its place: the column is its distance from the data, so that wires run to the right.

    Positions on the canvas are made for a wide window; a card has no room for their gaps. Empty for a cyclic graph.
    """
    columns: dict[str, int] = {}
    for name in graph.order() or ():
        columns[name] = max((columns[edge.source] + 1 for edge in graph.into(name)), default=0)
    if not columns:
        return {}
    step = min(THEME.px(LARGEST_STEP), rect.width() / (max(columns.values()) + 1))
    left = rect.center().x() - step * max(columns.values()) / 2
    places: dict[str, Place] = {}
    for column in range(max(columns.values()) + 1):
        nodes = sorted((node for node in graph.nodes if columns[node.id] == column), key=lambda node: node.position.y)
        row_height = rect.height() / len(nodes)
        for row, node in enumerate(nodes):
            center = QPointF(left + column * step, rect.y() + (row + 0.5) * row_height)
            places[node.id] = _place(graph, node, center, min(step * 0.62, row_height * 0.8), row_height)
    return places


def _place(graph: Graph, node: Node, center: QPointF, width: float, height: float) -> Place:
    shape = _shape(graph, node)
    if shape != "units":
        return Place(shape, center, min(width, THEME.px(LARGEST_TILE)), (center,))
    wanted = node.parameters.get("units", MOST_UNITS)
    count = min(MOST_UNITS, max(1, wanted)) if isinstance(wanted, int) else MOST_UNITS
    step = min(height * 0.94 / count, THEME.px(22))
    size = min(step * 0.72, width)
    tops = (center.y() + (number - (count - 1) / 2) * step for number in range(count))
    return Place(shape, center, size, tuple(QPointF(center.x(), y) for y in tops))


def _shape(graph: Graph, node: Node) -> Shape:
    """What the wires and parameters tell of a block. The catalogue knows better, but to load it takes a second."""
    if not any(graph.into(node.id)):
        return "data"
    if not any(graph.out_of(node.id)):
        return "loss"
    return "units" if "units" in node.parameters or node.block == "dense" else "other"


def _draw_wire(painter: QPainter, source: Place, target: Place, number: int) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for one, start in enumerate(source.units):
        for other, end in enumerate(target.units):
            # Weights of every size and sign, but the same each time the card is drawn.
            weight = math.sin(1.7 * one + 2.9 * other + number)
            color = QColor(POSITIVE if weight > 0 else NEGATIVE)
            color.setAlphaF(0.25 + 0.4 * abs(weight))
            painter.setPen(QPen(color, 0.6 + 1.2 * abs(weight)))
            reach = (end.x() - start.x()) / 2
            path = QPainterPath(start)
            path.cubicTo(start + QPointF(reach, 0.0), end - QPointF(reach, 0.0), end)
            painter.drawPath(path)


def _draw_units(painter: QPainter, place: Place) -> None:
    painter.setPen(QPen(THEME.color("panel"), 1.5))
    painter.setBrush(family_color("dense"))
    for unit in place.units:
        painter.drawEllipse(unit, place.size / 2, place.size / 2)


def _tile(painter: QPainter, place: Place, color: QColor) -> QRectF:
    side = place.size
    tile = QRectF(place.center.x() - side / 2, place.center.y() - side / 2, side, side)
    painter.setPen(QPen(color, 1.5))
    painter.setBrush(THEME.color("panel"))
    painter.drawRoundedRect(tile, side * 0.16, side * 0.16)
    return tile.adjusted(side * 0.16, side * 0.16, -side * 0.16, -side * 0.16)


def _draw_data(painter: QPainter, place: Place) -> None:
    inside = _tile(painter, place, family_color("data"))
    painter.setPen(Qt.PenStyle.NoPen)
    for number in range(16):
        along = (number // 2 + 1) / 8
        angle = 4.2 * along + (math.pi if number % 2 else 0.0)
        painter.setBrush(QColor(NEGATIVE if number % 2 else POSITIVE))
        reach = along * inside.width() / 2
        point = inside.center() + QPointF(reach * math.sin(angle), reach * math.cos(angle))
        painter.drawEllipse(point, place.size * 0.045, place.size * 0.045)


def _draw_loss(painter: QPainter, place: Place) -> None:
    inside = _tile(painter, place, family_color("loss"))
    path = QPainterPath(inside.topLeft())
    path.cubicTo(QPointF(inside.x() + inside.width() * 0.2, inside.bottom()),
                 QPointF(inside.center().x(), inside.bottom()), inside.bottomRight())  # fmt: skip
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(family_color("loss"), 2.0))
    painter.drawPath(path)


def _draw_other(painter: QPainter, place: Place) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(family_color("merge"))
    width, height = place.size * 0.3, place.size * 0.9
    bar = QRectF(place.center.x() - width / 2, place.center.y() - height / 2, width, height)
    painter.drawRoundedRect(bar, width / 2, width / 2)


_DRAWINGS: dict[Shape, Callable[[QPainter, Place], None]] = {
    "data": _draw_data, "units": _draw_units, "loss": _draw_loss, "other": _draw_other,
}  # fmt: skip
