"""A port that needs no wire: offered without one, wired when one likes, drawn as a ring."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from playground.document.graph import Edge, EdgeKey, Graph
from playground.editing import fixes
from playground.editing.connecting import fits
from playground.editing.ranking import ranked_blocks
from playground.network.check import check
from playground.ui.canvas.scene import CanvasScene
from playground.ui.open_document import OpenDocument
from playground.ui.widgets.theme import THEME
from tests.network.small_graphs import node, wired


def sequences(most_padding: int) -> Graph:
    return wired(
        [
            node("data", "reverse", length=6, most_padding=most_padding),
            node("embedding", "embedding", units=8),
            node("attention", "multi-head-attention"),
        ],
        "data.features > embedding", "embedding > attention",
    )  # fmt: skip


@pytest.fixture
def document(qtbot: Any) -> OpenDocument:
    return OpenDocument()


def test_a_block_with_an_optional_port_is_offered_with_the_one_wire_it_needs() -> None:
    graph = sequences(2)
    rows = ranked_blocks(graph, check(graph), ("embedding", "output"))
    row = next(row for row in rows if row.block == "multi-head-attention")
    assert row.fits and row.wires == (("input", ("embedding", "output")),)
    rows = ranked_blocks(graph, check(graph), target=("attention", "input"))
    assert next(row for row in rows if row.block == "layer-norm").fits
    assert not next(row for row in rows if row.block == "flatten").fits


def test_it_can_be_put_on_a_wire() -> None:
    graph = sequences(2)
    key = EdgeKey("data", "features", "embedding", "input")
    assert key in [edge.key for edge in graph.edges]
    (wire,) = [edge for edge in graph.edges if edge.source == "embedding"]
    longer = fixes.insert_block(graph, wire.key, "multi-head-attention")
    assert check(longer).errors() == check(graph).errors()
    assert len(check(longer).inputs["multi-head-attention-1"]) == 1


@pytest.mark.parametrize(("most_padding", "words"), [(2, ""), (0, "have no [PAD]")])
def test_a_wire_into_it_fits_or_says_why_not(document: OpenDocument, most_padding: int, words: str) -> None:
    document.edit_graph("Test", sequences(most_padding))
    edge = Edge(source="data", source_port="features", target="attention", target_port="padding")
    verdict = fits(document, edge)
    assert verdict.ok == (not words) and words in verdict.sentence


def test_it_is_drawn_as_a_ring(document: OpenDocument) -> None:
    scene = CanvasScene(document)
    document.edit_graph("Test", sequences(2))
    item = scene.nodes["attention"]
    assert [port.optional for port in item.face.inputs] == [False, True]
    picture = QImage(60, 160, QImage.Format.Format_RGB32)
    picture.fill(QColor("#123456"))
    painter = QPainter(picture)
    painter.translate(20, 20)
    item.paint_ports(painter, 1.0)
    painter.end()
    for port, color in zip(item.face.inputs, (THEME.tokens.secondary, THEME.tokens.panel), strict=True):
        place = item.box().port("input", port.name)
        x, y = round(20 + place[0] - item.pos().x()), round(20 + place[1] - item.pos().y())
        assert picture.pixelColor(x, y) == QColor(color)
