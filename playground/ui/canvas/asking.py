"""Asking for a block with the quick menu, and putting the chosen one where it was asked for."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QPointF, Slot

from playground.editing import adding
from playground.editing.geometry import CARD_WIDTH, PORT_LINE
from playground.ui.canvas.quick_menu import QuickMenu
from playground.ui.canvas.requests import MenuRequest
from playground.ui.canvas.surface import CanvasSurface


class Asking(QObject):
    """Owns the quick menu of one canvas, made when it is first needed."""

    def __init__(self, view: CanvasSurface) -> None:
        super().__init__(view)
        self._view = view
        self._request: MenuRequest | None = None
        self.menu: QuickMenu | None = None

    def ask(self, request: MenuRequest) -> None:
        """Open the menu at the place of the request."""
        self._request = request
        if self.menu is None:
            self.menu = QuickMenu(self._view.document, self._view, self._view.kept_groups)
            self.menu.group_chosen.connect(self._on_group)
            self.menu.chosen.connect(self._on_chosen)
            self.menu.question_chosen.connect(self._view.experiment_wanted)
        edge = request.edge
        source = (edge.source, edge.source_port) if edge is not None else request.source
        self.menu.open_at(self._spot(request), source, request.target)

    def append_to_selection(self) -> None:
        """Ask for a block after the selected node, into the selected wire, or anywhere."""
        scene = self._view.canvas_scene
        port, wires = self._view.output_of(scene.selection.single), scene.selection.wires
        if port is not None:
            self.ask(MenuRequest(None, port))
        else:
            self.ask(MenuRequest(None, edge=wires[0] if len(wires) == 1 else None))

    def _spot(self, request: MenuRequest) -> QPoint:
        view, at = self._view, request.position
        scene = view.canvas_scene
        item = scene.nodes.get(scene.card_of(request.port.node)) if request.port is not None else None
        if at is None and item is not None:
            rect = item.box().rect
            at = rect.right + 24.0, rect.y
        spot = view.mapFromScene(QPointF(*at)) if at is not None else view.viewport().rect().center()
        return view.viewport().mapToGlobal(spot)

    @Slot(str)
    def _on_chosen(self, block: str) -> None:
        request, self._request = self._request, None
        if request is not None:
            self.place(block, request)
            self._view.setFocus()

    @Slot(str)
    def _on_group(self, path: str) -> None:
        request, self._request = self._request, None
        if request is not None:
            position = request.position
            if request.port is not None and request.edge is None:
                self._view.select([request.port.node])  # it follows what is selected
                position = None
            self._view.put_group(path, position, request.edge)
            self._view.setFocus()

    def place(self, block: str, request: MenuRequest) -> str:
        """Add the block where the request wants it. Returns the new node's id."""
        place = request.position
        if place is not None:
            back = CARD_WIDTH if request.target is not None else CARD_WIDTH / 2 if request.edge is not None else 0.0
            place = place[0] - back, place[1] - PORT_LINE
        name = adding.add_block(self._view.document, block, place, after=request.port, on_edge=request.edge)
        self._view.go_to(name)
        return name
