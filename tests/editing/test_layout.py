"""Tidy: no overlaps, wires forwards, the same result every time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.document import edits
from playground.document.graph import Edge, Graph, Node, Note, Position
from playground.editing.geometry import PORT_LINE
from playground.editing.layout import BAND_GAP, COLUMN_GAP, WIRE_ROOM, _apart, _inversions, tidy

SIZE = (150.0, 110.0)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Graph, dict[str, tuple[float, float]]]:
    """Random acyclic graphs with data, dense and loss blocks of any size, anywhere on the canvas."""
    count = draw(st.integers(1, 14))
    number = st.floats(-2000, 2000, allow_nan=False)
    kinds = draw(st.lists(st.sampled_from(["dense", "relu", "no-such-block"]), min_size=count, max_size=count))
    nodes = []
    for index in range(count):
        block = "spirals" if index < draw(st.integers(0, 2)) else kinds[index]
        place = Position(x=draw(number), y=draw(number))
        nodes.append(Node(id=f"n{index}", block=block, position=place))
    pairs = draw(st.sets(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=2 * count))
    edges = []
    for source, target in sorted(pairs):
        if source < target and nodes[target].block != "spirals":
            port = draw(st.sampled_from(["input", "target"]))
            edges.append(Edge(source=f"n{source}", target=f"n{target}", target_port=port))
    side = st.floats(20, 400)
    sizes = {node.id: (draw(side), draw(side)) for node in nodes}
    return Graph(nodes=tuple(nodes), edges=tuple(edges)), sizes


def overlaps(places: dict[str, tuple[float, float]], sizes: dict[str, tuple[float, float]]) -> list[tuple[str, str]]:
    names = list(places)
    found = []
    for index, one in enumerate(names):
        for other in names[index + 1 :]:
            (x1, y1), (w1, h1) = places[one], sizes[one]
            (x2, y2), (w2, h2) = places[other], sizes[other]
            if x1 < x2 + w2 and x2 < x1 + w1 and y1 < y2 + h2 and y2 < y1 + h1:
                found.append((one, other))
    return found


@settings(max_examples=120, deadline=None)
@given(graphs())
def test_no_overlaps_and_every_wire_runs_forwards_or_on_to_a_later_row(case) -> None:
    graph, sizes = case
    places = tidy(graph, sizes)
    assert set(places) == {node.id for node in graph.nodes}
    assert overlaps(places, sizes) == []
    for edge in graph.edges:
        (x, y), (width, height) = places[edge.source], sizes[edge.source]
        assert places[edge.target][0] >= x + width or places[edge.target][1] >= y + height + BAND_GAP - 1


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_the_same_graph_gives_the_same_places_and_tidy_is_done_after_once(case) -> None:
    graph, sizes = case
    places = tidy(graph, sizes)
    assert tidy(graph, sizes) == places
    again = tidy(edits.move(graph, places), sizes)
    assert all(
        abs(x - places[name][0]) <= 1 and abs(y - places[name][1]) <= 1 for name, (x, y) in again.items()
    )


@given(st.lists(st.integers(0, 20), max_size=30))
def test_inversions_count_the_pairs_in_the_wrong_order(values: list[int]) -> None:
    pairs = sum(a > b for index, a in enumerate(values) for b in values[index + 1 :])
    assert _inversions(values) == pairs


def test_values_that_are_apart_already_stay() -> None:
    assert _apart([0.0, 50.0], [1.0, 1.0], [0.0, 20.0]) == [0.0, 50.0]
    assert _apart([0.0, 0.0], [1.0, 1.0], [0.0, 20.0]) == [-10.0, 10.0]


def chain(*blocks: str) -> Graph:
    nodes = tuple(Node(id=f"n{index}", block=block) for index, block in enumerate(blocks))
    edges = tuple(Edge(source=f"n{index}", target=f"n{index + 1}") for index in range(len(blocks) - 1))
    return Graph(nodes=nodes, edges=edges)


def test_a_chain_stands_in_one_line_and_the_target_wire_does_not_bend_it() -> None:
    graph = chain("spirals", "dense", "dense", "mean-squared-error")
    graph = edits.connect(graph, Edge(source="n0", source_port="target", target="n3", target_port="target"))
    sizes = {"n0": (150.0, 190.0), "n1": SIZE, "n2": (150.0, 60.0), "n3": SIZE}
    places = tidy(graph, sizes)
    assert len({y for _, y in places.values()}) == 1
    assert [places[f"n{index}"][0] for index in range(4)] == [index * (150 + COLUMN_GAP) for index in range(4)]


def test_ports_on_another_line_are_level_too() -> None:
    graph = chain("spirals", "dense", "dense")
    places = tidy(graph, {"n1": (200.0, 500.0)}, {"n1": 250.0})
    assert places["n1"][1] + 250.0 == places["n0"][1] + PORT_LINE == places["n2"][1] + PORT_LINE


def test_a_skip_wire_finds_room_beside_the_blocks_it_passes() -> None:
    graph = chain("spirals", "dense", "dense", "dense")
    graph = edits.connect(graph, Edge(source="n1", target="n3"), many=True)
    places = tidy(graph, dict.fromkeys(["n0", "n1", "n2", "n3"], SIZE))
    middle = (places["n1"][1] + places["n3"][1] + SIZE[1]) / 2
    assert abs(places["n2"][1] + SIZE[1] / 2 - middle) >= (SIZE[1] + WIRE_ROOM) / 4


def test_losses_stand_at_the_right_edge() -> None:
    graph = chain("spirals", "dense", "dense", "cross-entropy")
    graph = edits.add_node(graph, Node(id="side", block="mean-squared-error"))
    graph = edits.connect(graph, Edge(source="n1", target="side", target_port="prediction"))
    places = tidy(graph, {})
    assert places["side"][0] == places["n3"][0] > places["n2"][0]


def test_notes_stay_and_are_not_covered() -> None:
    graph = chain("spirals", "dense")
    graph = edits.add_note(graph, Note(id="note", position=Position(x=20.0, y=-30.0), width=200.0, height=60.0))
    places = tidy(graph, dict.fromkeys(["n0", "n1"], SIZE))
    assert "note" not in places
    assert min(y for _, y in places.values()) >= 30.0


def test_parts_without_a_wire_between_them_stand_below_each_other() -> None:
    graph = edits.add_node(chain("spirals", "dense"), Node(id="alone", block="relu"))
    places = tidy(graph, {})
    assert places["alone"][0] == places["n0"][0]
    assert places["alone"][1] > places["n0"][1]


def test_a_chain_of_twelve_blocks_goes_on_in_a_second_row_so_that_its_cards_can_be_read() -> None:
    graph = chain("spirals", *(["dense"] * 10), "cross-entropy")
    graph = edits.connect(graph, Edge(source="n0", source_port="target", target="n11", target_port="target"))
    size = (160.0, 200.0)
    places = tidy(graph, {node.id: size for node in graph.nodes})
    levels = sorted({y for _, y in places.values()})
    rows = [[name for name, (_, y) in places.items() if y == level] for level in levels]
    assert rows == [[f"n{number}" for number in range(6)], [f"n{number}" for number in range(6, 12)]]
    width = max(x for x, _ in places.values()) + size[0]
    height = max(y for _, y in places.values()) + size[1]
    assert min(700 / width, 340 / height) > 0.5


def test_a_row_ends_only_where_a_single_block_leads_on() -> None:
    graph = chain("spirals", *(["dense"] * 19))
    for number in range(1, 17, 3):
        graph = edits.connect(graph, Edge(source=f"n{number}", target=f"n{number + 3}"), many=True)
    places = tidy(graph, {})
    last = [e.source for e in graph.edges if places[e.target][0] < places[e.source][0]]
    assert last
    assert all(int(name[1:]) % 3 == 1 or int(name[1:]) > 16 for name in last)


def test_an_empty_canvas_has_nothing_to_tidy() -> None:
    assert tidy(Graph(), {}) == {}


def test_a_deep_net_is_tidied_fast_enough_to_feel_instant() -> None:
    graph = chain("spirals", *(["dense"] * 299))
    for index in range(0, 280, 7):
        graph = edits.connect(graph, Edge(source=f"n{index}", target=f"n{index + 9}"), many=True)
    places = tidy(graph, {})
    assert len(places) == 300
