"""Repeated groups written out: names, wires, series, nesting, shared weights."""

from __future__ import annotations

from typing import Any

import pytest

from playground.document.copies import (
    border,
    copies_of,
    copy_words,
    drawn,
    origin,
    same_structure,
    unrolled,
    unrolled_size,
)
from playground.document.graph import Graph, Group, Node
from tests.network.small_graphs import node, wire


def graph(wires: str, *groups: Group, owners: dict[str, str] | None = None) -> Graph:
    """A graph of the nodes that the wires name, such as `x > a, a > b`, in the order in which they come."""
    edges = [wire(text) for text in wires.split(",")]
    names = dict.fromkeys(end for edge in edges for end in (edge.source, edge.target))
    nodes = tuple(Node(id=name, block="dense", weights_of=(owners or {}).get(name)) for name in names)
    return Graph(nodes=nodes, edges=tuple(edges), groups=groups)


def wires(found: Graph) -> set[str]:
    return {f"{edge.source} > {edge.target}" for edge in found.edges}


def group(name: str, nodes: str, repeat: int = 1, **fields: Any) -> Group:
    return Group(id=name, nodes=tuple(nodes.split()), repeat=repeat, **fields)


def test_a_graph_without_repeats_is_its_own_unrolled_graph() -> None:
    plain = graph("x > a, a > y", group("g", "a"))
    assert unrolled(plain) is plain
    empty = graph("x > a, a > y", group("g", "", 7))
    assert unrolled(empty) is empty


def test_copies_stand_in_series_and_keep_the_drawn_names_in_the_first() -> None:
    found = unrolled(graph("x > a, a > b, b > y", group("g", "a b", 3)))
    assert wires(found) == {
        "x > a", "b > g/2/a", "g/2/b > g/3/a", "a > b", "g/2/a > g/2/b", "g/3/a > g/3/b", "g/3/b > y",
    }  # fmt: skip
    assert [node.id for node in found.nodes] == ["x", "a", "b", "g/2/a", "g/2/b", "g/3/a", "g/3/b", "y"]
    assert found.order() is not None and all(one.repeat == 1 for one in found.groups)
    assert set(found.members("g")) == {"a", "b", "g/2/a", "g/2/b", "g/3/a", "g/3/b"}


def test_what_goes_around_the_blocks_follows_into_every_copy() -> None:
    residual = unrolled(graph("x > a, a > sum, x > sum, sum > y", group("g", "a sum", 2)))
    assert wires(residual) == {
        "x > a", "sum > g/2/a", "a > sum", "g/2/a > g/2/sum", "x > sum", "sum > g/2/sum", "g/2/sum > y",
    }  # fmt: skip


def test_the_first_input_comes_from_the_copy_before_and_others_are_fed_to_all_alike() -> None:
    decoder = graph("m > b, x > a, a > b, b > y", group("g", "a b", 3))
    ends = border(decoder, "g")
    assert (ends.inputs, ends.outputs) == ((("x", "output"), ("m", "output")), (("b", "output"),))
    assert wires(unrolled(decoder)) == {
        "m > b", "m > g/2/b", "m > g/3/b", "x > a", "b > g/2/a", "g/2/b > g/3/a",
        "a > b", "g/2/a > g/2/b", "g/3/a > g/3/b", "g/3/b > y",
    }  # fmt: skip


def test_two_outputs_feed_two_inputs_of_the_next_copy() -> None:
    pair = graph("x > a, z > b, a > y, b > w", group("g", "a b", 2))
    assert wires(unrolled(pair)) == {"x > a", "a > g/2/a", "z > b", "b > g/2/b", "g/2/a > y", "g/2/b > w"}


def test_nested_copies_have_nested_names() -> None:
    nested = graph("x > a, a > b, b > y", group("outer", "b", 2), group("inner", "a", 2, inside="outer"))
    found = unrolled(nested)
    assert {node.id for node in found.nodes} == {
        "x", "y", "a", "inner/2/a", "b", "outer/2/a", "outer/2/inner/2/a", "outer/2/b",
    }  # fmt: skip
    assert wires(found) == {
        "x > a", "b > outer/2/a", "a > inner/2/a", "outer/2/a > outer/2/inner/2/a",
        "inner/2/a > b", "outer/2/inner/2/a > outer/2/b", "outer/2/b > y",
    }  # fmt: skip
    assert copies_of(nested, "a") == ("a", "inner/2/a", "outer/2/a", "outer/2/inner/2/a")
    assert unrolled_size(nested).nodes == len(found.nodes)
    assert set(found.members("inner")) == {name for name in found.by_id if drawn(name) == "a"}


def test_an_id_says_where_it_comes_from() -> None:
    assert origin("conv-1") == ("conv-1", ())
    assert origin("outer/3/inner/2/conv-1") == ("conv-1", (("outer", 3), ("inner", 2)))
    titled = graph("x > a, a > y", group("g", "a", 16, title="Residual block"))
    assert copy_words(titled, "g/7/a") == "Residual block, copy 7 of 16"
    assert copy_words(titled, "a") == ""


@pytest.mark.parametrize(
    ("outer", "inner", "owners"),
    [
        (False, True, {"inner/2/a": "a", "outer/2/inner/2/a": "outer/2/a"}),
        (True, False, {"outer/2/a": "a", "outer/2/b": "b", "outer/2/inner/2/a": "inner/2/a"}),
        (True, True, {"inner/2/a": "a", "outer/2/a": "a", "outer/2/b": "b", "outer/2/inner/2/a": "a"}),
        (False, False, {}),
    ],
)
def test_copies_of_a_shared_group_use_the_weights_of_the_first(
    outer: bool, inner: bool, owners: dict[str, str]
) -> None:
    nested = graph(
        "x > a, a > b, b > y",
        group("outer", "b", 2, shared=outer),
        group("inner", "a", 2, inside="outer", shared=inner),
    )
    found = {node.id: node.weights_of for node in unrolled(nested).nodes if node.weights_of}
    assert found == owners


def test_twins_inside_stay_twins_in_every_copy_and_owners_outside_are_one() -> None:
    twins = graph("x > a, a > b, b > c, c > y", group("g", "a b c", 2), owners={"b": "a", "c": "x"})
    found = {node.id: node.weights_of for node in unrolled(twins).nodes if node.weights_of}
    assert found == {"b": "a", "c": "x", "g/2/b": "g/2/a", "g/2/c": "x"}
    owners = {node.id: node.weights_of for node in unrolled(
        twins.replace(groups=(group("g", "a b c", 2, shared=True),))
    ).nodes if node.weights_of}  # fmt: skip
    assert owners == {"b": "a", "c": "x", "g/2/a": "a", "g/2/b": "a", "g/2/c": "x"}


def test_what_would_be_too_large_is_counted_but_not_written_out() -> None:
    groups = [group(f"g{level}", "" if level else "a", 1_000, inside=f"g{level + 1}") for level in range(4)]
    huge = graph("x > a, a > y", *groups, group("g4", "", 1_000))
    assert unrolled_size(huge).nodes == 10**15 + 2
    found = unrolled(huge)
    assert len(found.nodes) == 3 and all(one.repeat == 1 for one in found.groups)


def test_another_number_of_copies_is_another_structure_and_a_closed_group_is_not() -> None:
    once = graph("x > a, a > y", group("g", "a", 3))
    assert not same_structure(once, once.replace(groups=(group("g", "a", 4),)))
    assert not same_structure(once, once.replace(groups=(group("g", "a", 3, shared=True),)))
    assert same_structure(once, once.replace(groups=(group("g", "a", 3, closed=True, title="Block"),)))
    twin = once.replace(nodes=(*once.nodes[:2], once.node("y").replace(weights_of="a")))
    assert not same_structure(once, twin)


def test_members_and_homes_of_nested_groups() -> None:
    nested = graph("x > a, a > b, b > y", group("outer", "b"), group("inner", "a", inside="outer"))
    assert nested.members("outer") == ("a", "b") and nested.members("inner") == ("a",)
    assert [one.id for one in nested.enclosing("a")] == ["outer", "inner"]
    assert [one.id for one in nested.groups_in(None)] == ["outer"]
    assert [one.id for one in nested.groups_in("outer")] == ["inner"]
    assert nested.deep_groups("outer") == ("outer", "inner")
    moved = nested.replace(groups=(group("outer", "b"), group("inner", "a")))
    assert moved.members("outer") == ("b",) and moved.enclosing("inner") == ()


def test_parameters_are_those_of_the_drawn_node() -> None:
    one = graph("x > a, a > y", group("g", "a", 2))
    one = one.replace(nodes=(one.nodes[0], node("a", "dense", units=5), one.nodes[2]))
    found = unrolled(one)
    assert found.node("g/2/a").parameters is one.node("a").parameters


def test_graphs_are_compared_by_what_they_hold_not_by_what_was_found_of_them() -> None:
    graph = Graph(nodes=(Node(id="dense-1", block="dense"),))
    other = Graph(nodes=(Node(id="dense-1", block="dense"),))
    assert unrolled(graph) is graph
    assert unrolled(other) is other
    assert graph == other
