"""What an edit of a large graph costs: only what it changed is made, laid and listed anew."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint

from playground.document import edits
from playground.document.graph import Edge, Graph
from playground.editing import commands
from playground.network import check as checking
from playground.ui.canvas import face, scene
from playground.ui.canvas.outline import OutlineWidget
from tests.ui.canvas.conftest import Hands, canvas_with, node

COUNT = 120


@pytest.fixture
def large(qtbot) -> Hands:
    nodes = [node("data", "spirals", 0, 0)]
    nodes += [node(f"dense-{n}", "dense", 240 * (n % 20), 260 * (n // 20), units=4 + n % 7) for n in range(1, COUNT)]
    wires = [Edge(source="data", source_port="features", target="dense-1")]
    wires += [Edge(source=one.id, target=two.id) for one, two in pairwise(nodes[1:])]
    return canvas_with(Graph(nodes=tuple(nodes), edges=tuple(wires)), qtbot)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often wires are laid, faces made and modules run."""
    counted: Counter[str] = Counter()

    def count(module: object, name: str) -> None:
        before = getattr(module, name)

        def counting(*arguments: object) -> object:
            counted[name] += 1
            return before(*arguments)

        monkeypatch.setattr(module, name, counting)

    count(scene, "route")
    count(face, "_face")
    count(checking, "_infer")
    count(checking, "known_block")
    count(checking, "_sources")
    return counted


def test_an_edit_costs_what_it_changed(large: Hands, work: Counter[str], qtbot) -> None:
    outline = OutlineWidget(large.document, large.view)
    qtbot.addWidget(outline)
    outline.show()
    items = {row.id: item for item, row in outline.flat_rows() if row.kind == "node"}
    graph = edits.set_parameters(large.graph, "dense-60", {"activation": "relu"})
    large.document.edit_graph("Change", graph)
    assert work["_face"] == 1 and work["known_block"] == 1 and work["_infer"] < 10 and not work["route"]
    commands.rename(large.document, "dense-60", "Fred")
    assert work["_face"] == 2 and not work["route"] and outline.item("Fred") is items["dense-60"]
    work.clear()
    commands.delete(large.document, ["dense-60"])
    assert work["_face"] <= 4 and work["route"] < 20
    kept = {row.id: item for item, row in outline.flat_rows() if row.kind == "node"}
    assert kept == {name: item for name, item in items.items() if name != "dense-60"}
    large.document.undo_stack.undo()
    assert outline.row_texts() == [item.text(0) for item, _ in outline.flat_rows()]
    assert outline.tree.topLevelItemCount() == len(outline.top_rows) == COUNT + 1  # and what the whole lacks


def test_a_block_added_in_mid_chain_costs_its_row(large: Hands, work: Counter[str]) -> None:
    before = large.graph.by_id
    large.view.select(["dense-70"])
    name = large.view.add_block("dense")
    assert work["_sources"] == COUNT, "the graph is checked once"
    assert work["_face"] <= 3 and work["route"] < 40
    moved = {node.id for node in large.graph.nodes if before.get(node.id) is not node} - {name}
    assert moved == {f"dense-{n}" for n in range(71, 80)}, "only what follows in its row makes room"
    work.clear()
    large.document.undo_stack.undo()
    assert large.graph.by_id == before and work["_sources"] == COUNT - 1 and work["route"] < 40
    start = large.card("dense-70")
    work.clear()
    large.drag(start, start + QPoint(9, 7))
    assert large.graph.node("dense-70") != before["dense-70"]
    assert not work["_face"] and not work["_sources"] and work["route"] < 40


def test_the_graph_finds_by_id_what_it_holds_now(large: Hands) -> None:
    before = large.graph
    assert before.node("dense-3").id == "dense-3" and [e.target for e in before.out_of("dense-3")] == ["dense-4"]
    after = edits.disconnect(before, [next(before.out_of("dense-3")).key])
    after = edits.delete(after, ["dense-9"])
    assert not list(after.out_of("dense-3")) and not after.has("dense-9") and before.has("dense-9")
    assert [e.source for e in after.into("dense-10")] == ["dense-8"]
    with pytest.raises(KeyError):
        after.node("dense-9")
