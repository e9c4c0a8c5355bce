"""Unfolded blocks: the neurons inside a card, made when a block unfolds and fed with snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from playground.document.graph import Graph
from playground.network.check import Report

if TYPE_CHECKING:
    from playground.ui.canvas.scene import CanvasScene


class Unfolding(QObject):
    """Keeps one item with neurons in the card of every unfolded block."""

    weight_edited = Signal(str, object, float)

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self._scene = scene

    def refresh(self, graph: Graph, report: Report) -> None:
        """Bring the neurons in step with the graph."""

    @property
    def any_shown(self) -> bool:
        """Whether any block is unfolded."""
        return False

    def possible(self, name: str) -> bool:
        """Whether the node has neurons to show."""
        return False

    def show_maps(self, maps: Any) -> None:
        """Give the neurons their maps."""

    def show_weights(self, snapshot: Any) -> None:
        """Give the links their weights."""

    def drop(self, name: str) -> None:
        """Forget the neurons of a node that goes away."""
