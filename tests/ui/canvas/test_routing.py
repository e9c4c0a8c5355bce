"""Ways of wires: around cards, and the same however one came to them."""

from __future__ import annotations

import random

from playground.document.graph import Edge, Graph
from playground.editing import commands, geometry
from playground.editing.geometry import Rect
from playground.ui.canvas.routing import CardIndex, disturbed, route
from tests.ui.canvas.conftest import canvas_with, node


def index(*rects: Rect) -> CardIndex:
    return CardIndex({str(number): rect for number, rect in enumerate(rects)})


def test_a_free_wire_is_plain_and_a_blocked_one_goes_round() -> None:
    start, end = (0.0, 0.0), (600.0, 0.0)
    far, near = Rect(250, 300, 100, 80), Rect(250, -40, 100, 80)
    assert route(start, end, index(far)).curve == geometry.wire_curve(start, end)
    assert route(start, end, index(near), but={"0"}).curve == geometry.wire_curve(start, end)
    curve = route(start, end, index(near)).curve
    assert curve[0] == start and curve[-1] == end
    assert not geometry.curve_meets(curve, near)


def test_a_wire_goes_round_all_that_is_in_the_new_way_too() -> None:
    wall = [Rect(200, -40, 100, 80), Rect(320, -160, 100, 110), Rect(320, 30, 100, 400)]
    curve = route((0.0, 0.0), (700.0, 0.0), index(*wall)).curve
    assert not any(geometry.curve_meets(curve, rect) for rect in wall)


def test_the_index_finds_what_holds_a_point() -> None:
    numbers = random.Random(4)
    rects = {str(n): Rect(*(numbers.uniform(-900, 900) for _ in "xy"), *(numbers.uniform(1, 700) for _ in "wh"))
             for n in range(60)}  # fmt: skip
    cards = CardIndex({name: Rect(0, 0, 1, 1) for name in rects})
    for name, rect in rects.items():
        cards.put(name, rect)
    assert cards.remove("7") == rects.pop("7")
    for _ in range(200):
        point = numbers.uniform(-1000, 1700), numbers.uniform(-1000, 1700)
        assert set(cards.at(point)) == {name for name, rect in rects.items() if rect.contains(point)}


def test_zones_that_meet_a_place_are_disturbed() -> None:
    zones = [Rect(0, 0, 10, 10), Rect(20, 0, 10, 10), Rect(0, 50, 100, 1)]
    assert disturbed(zones, [Rect(10, 10, 5, 45)]) == [0, 2]
    assert disturbed(zones, []) == [] and disturbed([], zones) == []


def test_after_any_edits_the_wires_lie_as_in_a_canvas_made_anew(qtbot) -> None:
    numbers = random.Random(11)
    names = [f"dense-{number}" for number in range(24)]
    nodes = tuple(node(name, "dense", 230.0 * (n % 6), 200.0 * (n // 6)) for n, name in enumerate(names))
    edges = tuple(Edge(source=names[n - 1 - n % 3], target=names[n]) for n in range(4, 24))
    hands = canvas_with(Graph(nodes=nodes, edges=edges), qtbot)
    for turn in range(30):
        known = [one.id for one in hands.graph.nodes]
        chosen = numbers.choice(known)
        if turn % 7 == 3:
            commands.delete(hands.document, [chosen])
        elif turn % 5 == 4:
            hands.document.undo_stack.undo()
        else:
            place = numbers.uniform(-200, 1500), numbers.uniform(-200, 900)
            hands.view.canvas_scene.place({chosen: (place[0] / 2, place[1])})  # as while a card is dragged
            commands.move(hands.document, {chosen: place})
    fresh = canvas_with(hands.graph, qtbot).view.canvas_scene
    laid = hands.view.canvas_scene
    assert {key: item.curve for key, item in laid.wires.items()} == {key: w.curve for key, w in fresh.wires.items()}
    assert laid.content_rect() == fresh.content_rect()


def test_the_wire_to_the_next_row_runs_through_the_gap_and_never_behind_its_own_cards() -> None:
    rows = {
        "a": Rect(0.0, 0.0, 160.0, 200.0), "b": Rect(220.0, 0.0, 160.0, 200.0), "c": Rect(440.0, 0.0, 160.0, 200.0),
        "d": Rect(0.0, 272.0, 160.0, 200.0), "e": Rect(220.0, 272.0, 160.0, 200.0),
    }  # fmt: skip
    cards = CardIndex(rows)
    back = route((600.0, 42.0), (0.0, 314.0), cards, ("c", "d")).curve
    target = route((160.0, 52.0), (220.0, 324.0), cards, ("a", "e")).curve
    for curve, start, end in ((back, (600.0, 42.0), (0.0, 314.0)), (target, (160.0, 52.0), (220.0, 324.0))):
        assert (curve[0], curve[-1]) == (start, end)
        assert not any(
            rect.grown(-1.0).contains(point) for rect in rows.values() for point in geometry.curve_samples(curve)
        )
    assert {y for _, y in back[3:7]}.isdisjoint(y for _, y in target[3:7])  # not one on the other
