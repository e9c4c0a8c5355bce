"""How the presets lie on the canvas: nothing overlaps, and wires run from left to right."""

from __future__ import annotations

import itertools

import pytest

from playground.data.registry import CATALOGUE
from playground.document import files, library
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
    cards: dict[str, Rect] = {}
    for node in graph.nodes:
        width, height = scene.sizes()[node.id]
        plain = CATALOGUE[node.block].family in ("loss", "measure")  # no picture but a small curve
        room = height if plain else max(height, width + AROUND_A_PICTURE)
        cards[node.id] = Rect(node.position.x, node.position.y, width, room)
    notes = {note.id: Rect(note.position.x, note.position.y, note.width, note.height) for note in graph.notes}
    for (one, first), (other, second) in itertools.combinations({**cards, **notes}.items(), 2):
        assert not first.meets(second), f"{one} and {other} overlap"
    for edge in graph.edges:
        assert cards[edge.source].right + 30.0 <= cards[edge.target].x, f"{edge.source} → {edge.target} is cramped"
