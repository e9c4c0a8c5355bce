"""The graph of a project as a small drawing: what a card shows while there is no picture of the preset."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from playground.document.graph import Graph, Node
from playground.ui.theme import FAMILY_COLORS, NEGATIVE, POSITIVE, THEME

WIDTH, HEIGHT = 150.0, 96.0
"""Size of a node in the drawing's own units, about that on the canvas."""
STEP_X, STEP_Y = 196.0, 124.0
MOST_SCALE = 0.6
MOST_UNITS = 6


def draw_graph(painter: QPainter, rect: QRectF, graph: Graph) -> None:
    """Draw nodes and wires into the rectangle, as large as they fit."""
    corners = _places(graph)
    if not corners:
        return
    whole = QRectF()
    for corner in corners.values():
        whole = whole.united(QRectF(corner, QSizeF(WIDTH, HEIGHT)))
    scale = min(rect.width() / whole.width(), rect.height() / whole.height(), MOST_SCALE)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.center())
    painter.scale(scale, scale)
    painter.translate(-whole.center())
    for edge in graph.edges:
        if edge.source in corners and edge.target in corners:
            _draw_wire(painter, corners[edge.source], corners[edge.target])
    for node in graph.nodes:
        if node.id in corners:
            _draw_node(painter, QRectF(corners[node.id], QSizeF(WIDTH, HEIGHT)), node, _family(graph, node))
    painter.restore()


def _places(graph: Graph) -> dict[str, QPointF]:
    """Upper left corners: the columns are the distances from the data, so that wires run to the right.

    Positions on the canvas are made for a wide window; a card has no room for their gaps.
    """
    columns: dict[str, int] = {}
    for name in graph.order() or ():
        columns[name] = max((columns[edge.source] + 1 for edge in graph.into(name)), default=0)
    rows: dict[int, list[str]] = {}
    for name, column in columns.items():
        rows.setdefault(column, []).append(name)
    heights = {node.id: node.position.y for node in graph.nodes}
    places: dict[str, QPointF] = {}
    for column, names in rows.items():
        for row, name in enumerate(sorted(names, key=heights.__getitem__)):
            places[name] = QPointF(column * STEP_X, (row - (len(names) - 1) / 2) * STEP_Y)
    return places


def _family(graph: Graph, node: Node) -> str:
    """The family as far as it shows in the drawing. The catalogue knows better, but to load it takes a second."""
    if not any(graph.into(node.id)):
        return "data"
    if not any(graph.out_of(node.id)):
        return "loss"
    return "dense" if "units" in node.parameters or node.block == "dense" else "merge"


def _draw_wire(painter: QPainter, source: QPointF, target: QPointF) -> None:
    start = source + QPointF(WIDTH, HEIGHT / 2)
    end = target + QPointF(0.0, HEIGHT / 2)
    reach = max(30.0, abs(end.x() - start.x()) / 2)
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(reach, 0.0), end - QPointF(reach, 0.0), end)
    color = THEME.color("secondary")
    color.setAlphaF(0.55)
    painter.setPen(QPen(color, 4.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


def _draw_node(painter: QPainter, rect: QRectF, node: Node, family: str) -> None:
    painter.setPen(QPen(THEME.color("line"), 2.5))
    painter.setBrush(THEME.color("panel"))
    painter.drawRoundedRect(rect, 12.0, 12.0)
    color = QColor(FAMILY_COLORS[family])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(rect.x() + 14, rect.y() + 14, 16, 16), 5.0, 5.0)
    bar = THEME.color("secondary")
    bar.setAlphaF(0.45)
    painter.setBrush(bar)
    painter.drawRoundedRect(QRectF(rect.x() + 38, rect.y() + 18, 70, 8), 4.0, 4.0)
    body = rect.adjusted(14, 42, -14, -14)
    if family == "dense":
        _draw_units(painter, body, node)
    elif family == "data":
        _draw_points(painter, body)
    elif family == "loss":
        _draw_curve(painter, body, color)


def _draw_units(painter: QPainter, body: QRectF, node: Node) -> None:
    units = node.parameters.get("units", 8)
    count = min(MOST_UNITS, units) if isinstance(units, int) else MOST_UNITS
    side = min(body.height(), body.width() / MOST_UNITS) - 3
    for number in range(max(1, count)):
        painter.setBrush(QColor(NEGATIVE if number % 2 else POSITIVE))
        left = body.x() + number * (side + 3)
        painter.drawRoundedRect(QRectF(left, body.center().y() - side / 2, side, side), 4.0, 4.0)


def _draw_points(painter: QPainter, body: QRectF) -> None:
    for number in range(14):
        painter.setBrush(QColor(NEGATIVE if number % 2 else POSITIVE))
        # Two interleaved waves: the same points for every card.
        x = body.x() + body.width() * (number + 0.5) / 14
        y = body.center().y() + body.height() * 0.32 * (1 if number % 2 else -1) * (1 - 2 * ((number // 3) % 2))
        painter.drawEllipse(QPointF(x, y), 4.0, 4.0)


def _draw_curve(painter: QPainter, body: QRectF, color: QColor) -> None:
    path = QPainterPath(body.topLeft())
    path.cubicTo(body.x() + body.width() * 0.2, body.bottom(), body.center().x(), body.bottom() - 3,
                 body.right(), body.bottom() - 3)  # fmt: skip
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, 4.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPath(path)
