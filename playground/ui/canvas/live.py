"""What training shows on the canvas: pictures in the cards and gradients on the wires."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence, Set

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Slot

from playground.analysis.run.gradient_warnings import CONTRAST, VANISHING
from playground.document.graph import EdgeKey
from playground.ui.canvas.scene import CanvasScene

NO_PALETTES: Mapping[str, str] = {}


class LivePictures(QObject):
    """Hands what the analyses found to the items that are there; the rest is ignored."""

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self._scene = scene
        self.grown = False
        """Cards have changed their size since somebody last asked."""
        self._points: dict[str, tuple[NDArray[np.float32], NDArray[np.number] | None]] = {}
        self._maps: dict[str, NDArray[np.float32]] = {}
        self._palettes: dict[str, str] = {}
        self._curves: dict[str, tuple[float, ...]] = {}
        self._gradients: Mapping[EdgeKey, float] = {}
        self._known_cards: set[str] = set()
        """Cards that show already what is known."""
        scene.reconciled.connect(self._fill_new)
        scene.copy_changed.connect(self._fill_all)

    def show_maps(
        self,
        maps: Mapping[str, NDArray[np.float32]],
        palettes: Mapping[str, str] = NO_PALETTES,
        *,
        by_unit: bool = True,
    ) -> None:
        """Maps by node, each (maps, h, w), and how they are coloured; `by_unit` when every unit has its own map."""
        self._maps, self._palettes = dict(maps), dict(palettes)
        self._known_cards = set(self._scene.nodes)
        self._settle(card for name in maps for card in self._cards(name) if self._show_map(card, name))
        if by_unit:
            self._scene.unfolding.show_maps(maps)

    def _cards(self, name: str) -> tuple[str, ...]:
        """The cards that show the picture of a block: its own, and that of a closed group whose output it is."""
        own = (name,) if name in self._scene.nodes and self._scene.computed_name(name) == name else ()
        return (*own, *self._scene.pictured.get(name, ()))

    def _show_map(self, card: str, name: str) -> bool:
        return self._scene.nodes[card].show_maps(self._maps[name], self._palettes.get(name, "signed"))

    @Slot()
    def _fill_new(self) -> None:
        """Cards that have come, as a group was opened or entered, show what is known already."""
        new = self._scene.nodes.keys() - self._known_cards
        self._known_cards = set(self._scene.nodes)
        if new:
            self._fill(new)
            if self._gradients:
                self.show_gradients(self._gradients)

    @Slot()
    def _fill_all(self) -> None:
        self._fill(self._scene.nodes.keys())

    def _fill(self, new: Set[str]) -> None:
        grown = [c for name in self._maps for c in self._cards(name) if c in new and self._show_map(c, name)]
        for name, (points, classes) in self._points.items():
            grown += [c for c in self._cards(name) if c in new and self._scene.nodes[c].show_points(points, classes)]
        for name, curve in self._curves.items():
            grown += [c for c in self._cards(name) if c in new and self._scene.nodes[c].show_curve(curve)]
        self._settle(dict.fromkeys(grown))

    def show_points(self, node: str, points: NDArray[np.float32], classes: NDArray[np.number] | None) -> None:
        """The scatter picture of a data node; the same points again cost nothing."""
        items = [(card, self._scene.nodes[card]) for card in self._cards(node)]
        if self._known(node, points, classes) and all(item.has_points for _, item in items):
            return
        self._points[node] = points, classes
        self._settle([card for card, item in items if item.show_points(points, classes)])

    def _known(self, node: str, points: NDArray[np.float32], classes: NDArray[np.number] | None) -> bool:
        shown = self._points.get(node)
        if shown is None or not np.array_equal(shown[0], points):
            return False
        if shown[1] is None or classes is None:
            return shown[1] is classes
        return np.array_equal(shown[1], classes)

    def show_curve(self, node: str, values: Sequence[float]) -> None:
        """The small curve of a loss node."""
        self._curves[node] = tuple(values)
        self._settle([card for card in self._cards(node) if self._scene.nodes[card].show_curve(values)])

    def show_gradients(self, sizes: Mapping[EdgeKey, float]) -> None:
        """Sizes of the gradients that flow back through the wires. Widths are on a log scale over six decades."""
        self._gradients = sizes
        finite = [size for size in sizes.values() if math.isfinite(size) and size > 0.0]
        largest = max(finite, default=0.0)
        computed = self._scene.computed
        for key, wire in self._scene.wires.items():
            found = sizes.get(key)
            if key in computed:
                found = max((sizes[one] for one in computed[key] if one in sizes), default=None)
            size = found
            if size is None:
                wire.set_gradient(None)
            else:
                wire.set_gradient(_share(size, largest), size, vanished=size < min(VANISHING, largest / CONTRAST))

    def clear(self) -> None:
        """Take all pictures away, as when the data are exchanged."""
        self._points.clear()
        self._maps, self._curves, self._gradients = {}, {}, {}
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
