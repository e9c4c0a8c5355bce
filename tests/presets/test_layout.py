"""How the presets lie on the canvas: nothing overlaps, and wires run from left to right."""

from __future__ import annotations

import itertools

import pytest

from playground.data.registry import CATALOGUE
from playground.document import files, library
from playground.document.edits import place_of_group
from playground.document.graph import Graph
from playground.editing.geometry import Rect
from playground.ui.canvas.scene import CanvasScene
from playground.ui.open_document import OpenDocument

PATHS = library.paths()
AROUND_A_PICTURE = 92.0
"""Height of the title and the footer of a card; the live picture between them is at most as high as wide."""


@pytest.mark.parametrize("name", sorted(PATHS))
def test_cards_have_room_and_wires_run_forwards(name: str, qtbot: object) -> None:
    document = OpenDocument()
    scene = CanvasScene(document)
    document.open(files.read(PATHS[name]))
    graph = document.graph
    notes = {note.id: Rect(note.position.x, note.position.y, note.width, note.height) for note in graph.notes}
    for level in ("", *(group.id for group in graph.groups if group.closed)):
        scene.enter(level)
        assert scene.entered == level
        cards = _cards(scene, graph)
        for (one, first), (other, second) in itertools.combinations({**cards, **({} if level else notes)}.items(), 2):
            assert not first.meets(second), f"{one} and {other} overlap"
        for wire in scene.level.wires.values():
            source, target = wire.start.node, wire.end.node
            if source in cards and target in cards:  # what an entered group gets from outside stands beside all
                assert cards[source].right + 30.0 <= cards[target].x, f"{source} → {target} is cramped"


def _cards(scene: CanvasScene, graph: Graph) -> dict[str, Rect]:
    """The cards of the level that is seen, with the room that their pictures may take."""
    cards: dict[str, Rect] = {}
    for name, (width, height) in scene.sizes().items():
        plain = graph.has(name) and CATALOGUE[graph.node(name).block].family in ("loss", "measure")  # a small curve
        place = graph.node(name).position if graph.has(name) else place_of_group(graph, graph.group(name))
        cards[name] = Rect(place.x, place.y, width, height if plain else max(height, width + AROUND_A_PICTURE))
    return cards
