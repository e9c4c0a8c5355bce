"""A card is never laid over another, however it comes onto the canvas; long chains go on in the next row."""

from __future__ import annotations

import itertools
import random

from playground.document.graph import EdgeKey
from playground.editing import commands
from playground.editing.geometry import PortRef, Rect
from playground.editing.room import ROW_WIDTH, WIDTH, cards, nearest_free
from playground.ui.canvas.requests import MenuRequest
from tests.ui.canvas.conftest import Hands, output


def overlaps(hands: Hands) -> list[tuple[str, str]]:
    """Pairs of cards and notes of which one lies over the other, also once all show pictures."""
    placed = cards(hands.graph, hands.view.canvas_scene.rects())
    return [(a, b) for (a, one), (b, other) in itertools.combinations(placed.items(), 2) if one.meets(other)]


def test_a_block_added_in_mid_chain_goes_into_the_wire(hands: Hands) -> None:
    hands.view.select(["dense-1"])
    hands.view.add_block("dropout")
    assert {("dense-1", "dropout-1", "input"), ("dropout-1", "dense-2", "input")} <= hands.wires()
    assert ("dense-1", "dense-2", "input") not in hands.wires() and not overlaps(hands)
    assert hands.graph.node("dense-2").position.x > hands.graph.node("dropout-1").position.x
    hands.view.place_block("relu", MenuRequest(None, output("dense-1")))
    assert {("dense-1", "relu-1", "input"), ("relu-1", "dropout-1", "input")} <= hands.wires() and not overlaps(hands)
    # A wire pulled out by hand is a branch, and a loss ends where it is put.
    hands.view.place_block("dense", MenuRequest((500.0, 400.0), output("dense-1")))
    hands.view.select(["dropout-1"])
    loss = hands.view.add_block("mean-absolute-error")
    assert ("dropout-1", "dense-2", "input") in hands.wires() and ("dropout-1", loss, "prediction") in hands.wires()
    assert not overlaps(hands)


def test_every_way_of_adding_finds_room(hands: Hands) -> None:
    hands.document.edit_graph("Small data", hands.graph)
    numbers = random.Random(5)
    for turn in range(28):
        target = numbers.choice([node.id for node in hands.graph.nodes])
        x, y = hands.graph.node(target).position.x, hands.graph.node(target).position.y
        spot = (x + numbers.uniform(-60, 60), y + numbers.uniform(-60, 60))
        kind = turn % 7
        hands.view.select([target])
        if kind == 0:
            hands.view.add_block("dropout")
        elif kind == 1:
            hands.drop("dense", hands.at(*spot))
        elif kind == 2:
            hands.view.place_block("dense", MenuRequest(spot))
        elif kind == 3:
            wire = numbers.choice(hands.graph.edges).key
            hands.view.place_block("relu", MenuRequest(None, edge=EdgeKey(*wire)))
        elif kind == 4:
            hands.view.verbs.copy()
            hands.view.verbs.paste(spot)
        elif kind == 5:
            hands.view.verbs.duplicate()
        else:
            port = PortRef(target, "input", "input")
            request = MenuRequest(spot, port) if target.startswith("dense") else MenuRequest(spot)
            hands.view.place_block("dense", request)
        assert not overlaps(hands), (turn, kind)


def test_a_fix_that_inserts_a_block_finds_room(empty: Hands) -> None:
    view = empty.view
    for block in ("digits", "dense", "cross-entropy"):
        view.add_block(block)
    problems = empty.document.report.errors()
    fix = next((p.node, f) for p in problems for f in p.fixes if f.action == "insert")
    assert commands.apply_fix(empty.document, *fix)
    assert len(empty.graph.nodes) == 4 and not overlaps(empty)


def test_a_long_chain_goes_on_in_the_next_row(empty: Hands) -> None:
    for block in ("spirals", *["dense"] * 24):
        empty.view.add_block(block)
    places = [(node.position.x, node.position.y) for node in empty.graph.nodes]
    assert max(x for x, _ in places) + WIDTH <= ROW_WIDTH + places[0][0]
    assert len({y for _, y in places}) >= 3 and not overlaps(empty)
    assert len(empty.graph.edges) == 24


def test_the_nearest_free_place() -> None:
    wall = [Rect(0, 0, 100, 100), Rect(0, 130, 100, 100)]
    assert nearest_free(Rect(300, 0, 50, 50), wall) == (300, 0)
    x, y = nearest_free(Rect(60, 20, 50, 50), wall)
    assert x >= 114 and y == 20
    assert not any(Rect(x, y, 50, 50).meets(card) for card in wall)
