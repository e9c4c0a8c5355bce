"""Blocks dragged in from the palette: onto the canvas, or onto a wire, which then runs through the block."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPointF
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent

from playground.data.registry import CATALOGUE
from playground.document.graph import EdgeKey
from playground.editing import adding
from playground.editing.geometry import CARD_HEIGHT, CARD_WIDTH, Rect, curve_meets, wire_at
from playground.ui.canvas.edge_scroll import EdgeScroll
from playground.ui.canvas.kept_rows import GROUP_MIME
from playground.ui.canvas.surface import CanvasSurface

BLOCK_MIME = "application/x-playground-block"
_REACH = 18.0


def dragged_block(data: QMimeData) -> str:
    """The id of the dragged block; empty when something else is dragged or the block is not known."""
    if not data.hasFormat(BLOCK_MIME):
        return ""
    name = bytes(data.data(BLOCK_MIME).data()).decode("utf-8", errors="replace")
    return name if name in CATALOGUE else ""


def dragged_group(data: QMimeData) -> str:
    """The path of the dragged kept group; empty when something else is dragged."""
    return bytes(data.data(GROUP_MIME).data()).decode("utf-8", errors="replace") if data.hasFormat(GROUP_MIME) else ""


def enter(event: QDragEnterEvent) -> None:
    """Something is dragged over the canvas: blocks and groups are welcome."""
    if dragged_block(event.mimeData()) or dragged_group(event.mimeData()):
        event.acceptProposedAction()
    else:
        event.ignore()


def move(view: CanvasSurface, scrolling: EdgeScroll, event: QDragMoveEvent) -> None:
    """Show into which wire the block would go; at the edge the canvas scrolls."""
    block, place = dragged_block(event.mimeData()), event.position()
    group = dragged_group(event.mimeData())
    if not block and not group:
        event.ignore()
        return

    def show() -> None:
        view.canvas_scene.highlight_wire(wire_under(view, block, place))

    show()
    scrolling.at(place, show)
    event.acceptProposedAction()


def leave(view: CanvasSurface, scrolling: EdgeScroll) -> None:
    """What was dragged has gone elsewhere."""
    scrolling.stop()
    view.canvas_scene.highlight_wire(None)


def drop(view: CanvasSurface, scrolling: EdgeScroll, event: QDropEvent) -> None:
    """The block was let go."""
    leave(view, scrolling)
    block, group = dragged_block(event.mimeData()), dragged_group(event.mimeData())
    if group:
        event.acceptProposedAction()
        point = view.to_scene(event.position())
        corner = point.x() - CARD_WIDTH / 2, point.y() - CARD_HEIGHT / 2
        view.put_group(group, corner, wire_under(view, "", event.position()))
        view.setFocus()
        return
    if not block:
        event.ignore()
        return
    event.acceptProposedAction()
    view.select([drop_block(view, block, event.position())])
    view.setFocus()


def wire_under(view: CanvasSurface, block: str, place: QPointF) -> EdgeKey | None:
    """The wire into which a block dropped here, or with "" a group, would go."""
    declaration = CATALOGUE.get(block)
    if declaration is not None and not (declaration.inputs and declaration.outputs):
        return None
    point = view.to_scene(place)
    wires = [(key, item.curve) for key, item in view.canvas_scene.wires.items()]
    near = wire_at((point.x(), point.y()), wires, reach=_REACH / view.camera.zoom)
    if near is not None:
        return near
    core = Rect(point.x() - CARD_WIDTH / 4, point.y() - CARD_HEIGHT / 4, CARD_WIDTH / 2, CARD_HEIGHT / 2)
    return next((key for key, curve in wires if curve_meets(curve, core)), None)


def drop_block(view: CanvasSurface, block: str, place: QPointF) -> str:
    """Put the block where it was dropped, its card under the mouse. Returns the new node's id."""
    wire = wire_under(view, block, place)
    point = view.to_scene(place)
    corner = (point.x() - CARD_WIDTH / 2, point.y() - CARD_HEIGHT / 2)
    return adding.add_block(view.document, block, corner, on_edge=wire)
