"""What training shows on the canvas: pictures in the cards and gradients on the wires."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from playground.analysis.run.gradient_warnings import CONTRAST, VANISHING
from playground.document.graph import EdgeKey
from playground.ui.canvas.scene import CanvasScene

NO_PALETTES: Mapping[str, str] = {}


class LivePictures:
    """Hands what the analyses found to the items that are there; the rest is ignored."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self.grown = False
        """Cards have changed their size since somebody last asked."""
        self._points: dict[str, tuple[NDArray[np.float32], NDArray[np.number] | None]] = {}

    def show_maps(
        self,
        maps: Mapping[str, NDArray[np.float32]],
        palettes: Mapping[str, str] = NO_PALETTES,
        *,
        by_unit: bool = True,
    ) -> None:
        """Maps by node, each (maps, h, w), and how they are coloured; `by_unit` when every unit has its own map."""
        shown = [(name, value) for name, value in maps.items() if name in self._scene.nodes]
        self._settle([n for n, value in shown if self._scene.nodes[n].show_maps(value, palettes.get(n, "signed"))])
        if by_unit:
            self._scene.unfolding.show_maps(maps)

    def show_points(self, node: str, points: NDArray[np.float32], classes: NDArray[np.number] | None) -> None:
        """The scatter picture of a data node; the same points again cost nothing."""
        item = self._scene.nodes.get(node)
        if item is None or (item.has_points and self._known(node, points, classes)):
            return
        self._points[node] = points, classes
        if item.show_points(points, classes):
            self._settle([node])

    def _known(self, node: str, points: NDArray[np.float32], classes: NDArray[np.number] | None) -> bool:
        shown = self._points.get(node)
        if shown is None or not np.array_equal(shown[0], points):
            return False
        if shown[1] is None or classes is None:
            return shown[1] is classes
        return np.array_equal(shown[1], classes)

    def show_curve(self, node: str, values: Sequence[float]) -> None:
        """The small curve of a loss node."""
        item = self._scene.nodes.get(node)
        if item is not None and item.show_curve(values):
            self._settle([node])

    def show_gradients(self, sizes: Mapping[EdgeKey, float]) -> None:
        """Sizes of the gradients that flow back through the wires. Widths are on a log scale over six decades."""
        finite = [size for size in sizes.values() if math.isfinite(size) and size > 0.0]
        largest = max(finite, default=0.0)
        for key, wire in self._scene.wires.items():
            size = sizes.get(key)
            if size is None:
                wire.set_gradient(None)
            else:
                wire.set_gradient(_share(size, largest), size, vanished=size < min(VANISHING, largest / CONTRAST))

    def clear(self) -> None:
        """Take all pictures away, as when the data are exchanged."""
        self._points.clear()
        self._settle([name for name, item in self._scene.nodes.items() if item.clear_pictures()])
        for wire in self._scene.wires.values():
            wire.set_gradient(None)

    def _settle(self, names: Iterable[str]) -> None:
        grown = list(names)
        if grown:
            self.grown = True
            self._scene.resized(grown)


def _share(size: float, largest: float) -> float:
    """0 for a gradient that has vanished, 1 for the largest."""
    if not math.isfinite(size):
        return 1.0
    if size <= 0.0 or largest <= 0.0:
        return 0.0
    return min(1.0, max(0.0, 1.0 + math.log10(size / largest) / 6.0))
