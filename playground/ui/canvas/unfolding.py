"""Unfolded blocks: the neurons inside a card, made when a block unfolds and fed with snapshots and maps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, Signal, Slot

from playground.blocks.reveals import NamesFeatures, WithUnits
from playground.data.base import Dataset
from playground.document.graph import Graph
from playground.network.check import Output, Report
from playground.network.naming import titles
from playground.training.snapshot import Snapshot
from playground.ui.canvas.neuron_geometry import MOST_PINS, MOST_UNITS
from playground.ui.canvas.neuron_pictures import plane_features
from playground.ui.canvas.neurons import NeuronInputs, NeuronsItem
from playground.ui.canvas.scene_items import SceneItems

MOST_FEATURES = 16
"""Inputs that are shown as named tiles; more become dots."""


class Unfolding(QObject):
    """Keeps one item with neurons in the card of every unfolded block."""

    weight_edited = Signal(str, object, float)
    """Parameter name, index tuple and value that a person typed."""

    def __init__(self, scene: SceneItems) -> None:
        super().__init__(scene)
        self._scene = scene
        self._items: dict[str, NeuronsItem] = {}
        self._had_items = False
        """Whether wires may be hidden, as something was unfolded."""
        self._snapshot: Snapshot | None = None
        self._maps: Mapping[str, NDArray[np.float32]] = {}
        self._features: Mapping[str, tuple[str, ...]] = {}
        """What the features of the data nodes are called."""
        scene.document.opened.connect(self.forget)

    # In step with the document ---------------------------------------------------------------------------------------

    def refresh(self, graph: Graph, report: Report) -> None:
        """Bring the neurons in step with the graph."""
        seen = self._scene.nodes
        wanted = {node.id for node in graph.nodes if node.unfolded and node.id in seen and unfoldable(report, node.id)}
        grown = [name for name in self._items if name not in wanted]
        for name in grown:
            self.drop(name)
        names = titles(graph) if wanted else {}
        for name in (name for name in report.order if name in wanted):
            if self._show(name, report, names):
                grown.append(name)
        self._hide_wires(graph)
        present = [name for name in grown if name in self._scene.nodes]
        if present:
            self._scene.resized(present)

    def _hide_wires(self, graph: Graph) -> None:
        """Between two unfolded blocks the links take the place of the wire."""
        if not self._items and not self._had_items:
            return
        self._had_items = bool(self._items)
        for edge in graph.edges:
            wire = self._scene.wires.get(edge.key)
            if wire is not None:
                item = self._items.get(edge.target)
                wire.setVisible(item is None or not item.linked_to(self._items.get(edge.source)))

    def _show(self, name: str, report: Report, names: Mapping[str, str]) -> bool:
        """Make or change the neurons of one block. True when its card changed its size."""
        block = report.blocks[name]
        assert isinstance(block, WithUnits)
        source = report.inputs[name][0]
        inputs = _inputs(report, source, source[0] in self._items, names, self._features)
        card = self._scene.nodes[name]
        before = card.size
        item = self._items.get(name)
        if item is None:
            item = self._items[name] = NeuronsItem(name, block.units, inputs, bias=block.bias)
            item.weight_edit_requested.connect(self._on_typed)
            card.set_inner(item)
        elif item.show_block(block.units, inputs, bias=block.bias):
            card.set_inner(item)
        item.set_source(self._items[source[0]] if inputs.kind == "outside" else None)
        self._feed(name, source, report)
        return card.size != before

    def _feed(self, name: str, source: Output, report: Report) -> None:
        """Give one item what is known of its maps and weights."""
        item = self._items[name]
        if name in self._maps:
            item.show_maps(self._maps[name], self._scene.nodes[name].face.scale)
        if isinstance(report.blocks[source[0]], Dataset) and report.signals[source].shape == (2,):
            item.show_feature_maps(plane_features())
        elif source[0] in self._maps:
            item.show_feature_maps(self._maps[source[0]])
        if self._snapshot is not None:
            arrays = self._snapshot.of_node(name)
            if "weight" in arrays:
                item.show_weights(arrays["weight"], arrays.get("bias"))

    def drop(self, name: str) -> None:
        """Forget the neurons of a node that folds or goes away."""
        item = self._items.pop(name, None)
        if item is None:
            return
        for other in self._items.values():
            other.leave_source(item)
        item.close()
        card = self._scene.nodes.get(name)
        if card is not None and card.inner is item:
            card.set_inner(None)
        self._scene.removeItem(item)

    @Slot()
    def forget(self) -> None:
        """Another project: what was known of maps and weights is of no use."""
        self._snapshot = None
        self._maps, self._features = {}, {}
        for name in list(self._items):
            self.drop(name)

    # Live ------------------------------------------------------------------------------------------------------------

    @property
    def any_shown(self) -> bool:
        """Whether any block is unfolded."""
        return bool(self._items)

    def item(self, name: str) -> NeuronsItem | None:
        """The neurons of a node, if it is unfolded."""
        return self._items.get(name)

    def possible(self, name: str) -> bool:
        """Whether the node has neurons to show, or shows them already."""
        return name in self._items or unfoldable(self._scene.document.report, name)

    def name_features(self, names: Mapping[str, tuple[str, ...]]) -> None:
        """Take what the features of the data nodes are called; tiles that show them take these names."""
        if dict(names) != dict(self._features):
            self._features = dict(names)
            if self._items:
                self.refresh(self._scene.document.graph, self._scene.document.report)

    def show_maps(self, maps: Mapping[str, NDArray[np.float32]]) -> None:
        """Give the neurons their maps, (units, h, w) by node."""
        self._maps = dict(maps)
        report = self._scene.document.report
        for name, item in self._items.items():
            if name in maps:
                item.show_maps(maps[name], self._scene.nodes[name].face.scale)
            source = report.inputs[name][0] if name in report.inputs else None
            if source is not None and not isinstance(report.blocks[source[0]], Dataset) and source[0] in maps:
                item.show_feature_maps(maps[source[0]])

    def show_weights(self, snapshot: Snapshot) -> None:
        """Give the links their weights."""
        self._snapshot = snapshot
        for name, item in self._items.items():
            arrays = snapshot.of_node(name)
            if "weight" in arrays:
                item.show_weights(arrays["weight"], arrays.get("bias"))

    @Slot(str, tuple, float)
    def _on_typed(self, name: str, index: tuple[int, ...], value: float) -> None:
        self.weight_edited.emit(name, index, value)

    # Mouse and keyboard ----------------------------------------------------------------------------------------------

    def hover(self, scene_point: QPointF, card: str = "") -> bool:
        """Bring out the neuron or link under the mouse, also a link between two cards. True when there is one.

        `card` is the node under the mouse: a card without neurons covers the links behind it.
        """
        found = False
        for _, item in self._front_first(card):
            if not found and self._uncovered(card):
                found = item.hover(scene_point)
            else:
                item.leave()
        return found

    def leave(self) -> None:
        """The mouse is elsewhere."""
        for item in self._items.values():
            item.leave()

    def press(self, scene_point: QPointF, card: str = "") -> bool:
        """Edit the weight or bias under the mouse. False when there is none."""
        if not self._uncovered(card):
            return False
        for name, item in self._front_first(card):
            if item.press(scene_point):
                self._scene.selection.choose([name])
                return True
        return False

    def focused(self) -> NeuronsItem | None:
        """The neurons that the arrow keys walk through."""
        item = self._scene.focusItem()
        return item if isinstance(item, NeuronsItem) else None

    def _uncovered(self, card: str) -> bool:
        return card not in self._scene.nodes or card in self._items

    def _front_first(self, card: str) -> list[tuple[str, NeuronsItem]]:
        return sorted(self._items.items(), key=lambda pair: pair[0] != card)


def unfoldable(report: Report, name: str) -> bool:
    """Whether the node is a block of at most 64 units whose inputs are known."""
    block = report.blocks.get(name)
    known = block is not None and name in report.inputs and "units" in block.reveals
    return known and isinstance(block, WithUnits) and block.units <= MOST_UNITS


def _inputs(
    report: Report,
    source: Output,
    unfolded: bool,
    names: Mapping[str, str],
    features: Mapping[str, tuple[str, ...]],
) -> NeuronInputs:
    """How the inputs of a dense block are shown."""
    count = report.signals[source].shape[-1]
    block = report.blocks[source[0]]
    if unfolded:
        return NeuronInputs("outside", count, tuple(f"{names[source[0]]}, neuron {i + 1}" for i in range(count)))
    if count <= MOST_FEATURES and isinstance(block, Dataset):
        own = features.get(source[0], ())
        return NeuronInputs("features", count, own if len(own) == count else tuple(f"x{i + 1}" for i in range(count)))
    if count <= MOST_FEATURES and isinstance(block, NamesFeatures):
        plain = report.signals[report.inputs[source[0]][0]].size
        return NeuronInputs("features", count, block.names(plain))
    if count <= MOST_PINS:
        return NeuronInputs("pins", count, tuple(f"{names[source[0]]}, number {i + 1}" for i in range(count)))
    return NeuronInputs("bundle", count)
