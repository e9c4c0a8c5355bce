"""The pure geometry of the canvas, without a QApplication."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.document.graph import EdgeKey
from playground.editing import geometry
from playground.editing.geometry import Hit, NodeBox, PortRef, Rect, Scenery

numbers = st.floats(-1e5, 1e5)
points = st.tuples(numbers, numbers)
rects = st.builds(Rect, numbers, numbers, st.floats(1, 500), st.floats(1, 500))

BOX = NodeBox("a", Rect(100, 100, 160, 84), ("input",), ("output",))
KEY = EdgeKey("a", "output", "b", "input")


def test_ports_sit_on_the_edges_centred_on_the_port_line() -> None:
    assert BOX.port("input", "input") == (100, 142)
    assert BOX.port("output", "output") == (260, 142)
    two = NodeBox("b", Rect(0, 0, 160, 84), ("prediction", "target"))
    first, second = two.port("input", "prediction"), two.port("input", "target")
    assert first[1] < 42 < second[1]
    assert first[1] + second[1] == pytest.approx(84)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 9])
def test_every_port_lies_inside_a_card_of_least_height(count: int) -> None:
    places = [geometry.port_offset(number, count) for number in range(count)]
    assert min(places) >= 10
    assert max(places) <= geometry.least_height(count) - 10
    assert places == sorted(places)


@given(points, points)
def test_a_wire_joins_its_ends_and_stays_in_its_bounds(start: tuple[float, float], end: tuple[float, float]) -> None:
    curve = geometry.wire_curve(start, end)
    assert geometry.curve_point(curve, 0.0) == pytest.approx(start)
    assert geometry.curve_point(curve, 1.0) == pytest.approx(end)
    bounds = geometry.curve_bounds(curve)
    assert all(bounds.contains(geometry.curve_point(curve, number / 10), 1e-3) for number in range(11))
    assert curve[1][0] >= start[0] and curve[2][0] <= end[0]  # leaves to the right, arrives from the left


def test_distance_to_a_straight_wire() -> None:
    curve = geometry.wire_curve((0.0, 0.0), (300.0, 0.0))
    assert geometry.distance_to_curve((150.0, 7.0), curve) == pytest.approx(7.0)
    assert geometry.distance_to_curve((310.0, 0.0), curve) == pytest.approx(10.0)


def test_hits_from_the_top_down() -> None:
    behind = NodeBox("behind", Rect(150, 100, 160, 84))
    scenery = Scenery(
        nodes=[behind, BOX],
        wires=[(KEY, geometry.wire_curve((260, 142), (600, 142)))],
        notes=[("note-1", Rect(100, 300, 200, 60))],
        group_titles=[("group-1", Rect(80, 60, 300, 28))],
    )

    def hit(x: float, y: float) -> Hit:
        return geometry.hit_test((x, y), scenery)

    assert hit(200, 150) == Hit("node", "a")
    assert hit(300, 150) == Hit("node", "behind")
    assert hit(261, 140).port == PortRef("a", "output", "output")
    assert hit(450, 144) == Hit("wire", edge=KEY)
    assert hit(150, 320) == Hit("note", "note-1")
    assert hit(295, 355) == Hit("note-corner", "note-1")
    assert hit(90, 65) == Hit("group", "group-1")
    assert hit(5000, 5000) == Hit("canvas")


def test_a_pulled_wire_catches_the_nearest_port_of_its_side() -> None:
    loss = NodeBox("loss", Rect(400, 100, 160, 84), ("prediction", "target"))
    found = geometry.port_at((480, 175), [BOX, loss], reach=12, side="input", inside=True)
    assert found == PortRef("loss", "input", "target")
    assert geometry.port_at((480, 175), [BOX, loss], reach=12, side="output", inside=True) is None
    assert geometry.port_at((700, 700), [BOX, loss], reach=12, side="input", inside=True) is None


def test_snapping_pulls_to_the_nearest_line_and_shows_it() -> None:
    other = Rect(400, 200, 160, 84)
    found = geometry.snap(Rect(0, 204, 160, 84), [other], slop=6)
    assert (found.dx, found.dy) == (0, -4)
    assert found.guides[0].start[1] == found.guides[0].end[1]
    assert geometry.snap(Rect(0, 214, 100, 10), [other], slop=6) == geometry.Snap()
    assert geometry.snap(Rect(0, 0, 10, 10), [], slop=6).guides == ()


@given(st.dictionaries(st.sampled_from("abcdef"), rects, min_size=2, max_size=6))
def test_alignment_brings_all_to_one_line(cards: dict[str, Rect]) -> None:
    left = geometry.align(cards, "left")
    assert {x for x, _ in left.values()} == {min(rect.x for rect in cards.values())}
    assert all(left[name][1] == rect.y for name, rect in cards.items())
    bottom = geometry.align(cards, "bottom")
    lines = [bottom[name][1] + rect.height for name, rect in cards.items()]
    assert max(lines) - min(lines) < 1e-6
    middle = geometry.align(cards, "middle")
    lines = [middle[name][1] + rect.height / 2 for name, rect in cards.items()]
    assert max(lines) - min(lines) < 1e-6


@given(st.dictionaries(st.sampled_from("abcdef"), rects, min_size=3, max_size=6))
def test_distributed_cards_have_equal_room(cards: dict[str, Rect]) -> None:
    places = geometry.distribute(cards, "horizontal")
    ordered = sorted(cards, key=lambda name: (cards[name].x, name))
    gaps = [
        places[b][0] - places[a][0] - cards[a].width for a, b in pairwise(ordered)
    ]
    assert max(gaps) - min(gaps) < 1e-3
    assert places[ordered[0]][0] == cards[ordered[0]].x
    assert all(places[name][1] == rect.y for name, rect in cards.items())


def test_a_free_place_covers_no_card() -> None:
    cards = [Rect(0, 0, 160, 84), Rect(0, 100, 160, 84)]
    x, y = geometry.free_place(Rect(20, 10, 160, 84), cards)
    assert not any(Rect(x, y, 160, 84).meets(card) for card in cards)


def test_numbers_that_are_none_are_kept_out() -> None:
    assert geometry.finite(math.nan, 3.0) == 3.0
    assert geometry.finite(math.inf) == 0.0
    assert geometry.united([]) is None
