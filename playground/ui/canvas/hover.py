"""What the canvas tells while the mouse only rests on it: port names and what a wire carries."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from playground.document.graph import EdgeKey
from playground.editing.geometry import Hit, Point, PortRef
from playground.ui.canvas.surface import CanvasSurface

_CURSORS = {
    "port": Qt.CursorShape.CrossCursor,
    "note-corner": Qt.CursorShape.SizeFDiagCursor,
    "group": Qt.CursorShape.SizeAllCursor,
    "wire": Qt.CursorShape.PointingHandCursor,
}


class Hover:
    """Keeps the hovered port and wire of one view, and the chip that speaks of them."""

    def __init__(self, view: CanvasSurface) -> None:
        self._view = view
        self._scene = view.canvas_scene
        self._port: PortRef | None = None
        self._wire: EdgeKey | None = None

    def over(self, hit: Hit, point: Point) -> None:
        """The mouse is over this."""
        neurons = self._scene.unfolding
        if neurons.any_shown and hit.kind != "port" and neurons.hover(QPointF(*point), hit.id):
            hit = Hit("node", hit.id)
        self._view.viewport().setCursor(_CURSORS.get(hit.kind, Qt.CursorShape.ArrowCursor))
        self._show_port(hit.port)
        self._show_wire(hit.edge if hit.kind == "wire" else None)
        if hit.port is not None:
            self._name_port(hit.port)
        elif hit.kind == "wire" and hit.edge in self._scene.wires:
            self._scene.chip.say(self._scene.wires[hit.edge].words, point)
        else:
            self._scene.chip.hide()

    def nothing(self) -> None:
        """The mouse has left, or a gesture has begun."""
        self._scene.unfolding.leave()
        self._show_port(None)
        self._show_wire(None)
        self._scene.chip.hide()

    def _show_port(self, port: PortRef | None) -> None:
        if port == self._port:
            return
        for old, text in ((self._port, ""), (port, f"{port.side} {port.name}" if port else "")):
            item = self._scene.nodes.get(old.node) if old is not None else None
            if item is not None:
                item.hovered_port = text
                item.update()
        self._port = port

    def _show_wire(self, key: EdgeKey | None) -> None:
        if key == self._wire:
            return
        for wire, state in ((self._wire, False), (key, True)):
            if wire in self._scene.wires:
                self._scene.wires[wire].set_state(hovered=state)
        self._wire = key

    def _name_port(self, port: PortRef) -> None:
        item = self._scene.nodes.get(port.node)
        if item is None:
            return
        ports = item.face.inputs if port.side == "input" else item.face.outputs
        face = next((face for face in ports if face.name == port.name), None)
        if face is None:
            return
        x, y = item.box().port(port.side, port.name)
        title = f"{face.title} (optional)" if face.optional else face.title
        words = f"{title} · {face.badge}" if face.badge else title
        room = 12.0 / self._view.camera.zoom
        left = port.side == "input"
        self._scene.chip.say(words, (x - room if left else x + room, y), align="left" if left else "right")
