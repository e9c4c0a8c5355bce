"""What a file may not say of groups and of weights used twice, each with its place."""

from __future__ import annotations

from typing import Any

import pytest

from playground.document.structure import structure_problems


def graph(groups: list[dict[str, Any]], owners: dict[str, str] | None = None) -> dict[str, Any]:
    nodes = [{"id": name, "block": "dense", "weights_of": (owners or {}).get(name)} for name in ("a", "b", "c")]
    return {"nodes": nodes, "groups": groups}


FAULTS = [
    ({"groups": [{"id": "g", "nodes": ["a", "z"]}]}, "graph.groups[0].nodes", "there is no node “z”."),
    (
        {"groups": [{"id": "g", "nodes": ["a"]}, {"id": "h", "nodes": ["b", "a"]}]},
        "graph.groups[1].nodes",
        "“a” is listed twice: a block lies in one group at most.",
    ),
    ({"groups": [{"id": "g", "inside": "h"}]}, "graph.groups[0].inside", "there is no group “h”."),
    ({"groups": [{"id": "g", "inside": "g"}]}, "graph.groups[0].inside", "“g” lies in itself."),
    ({"groups": [], "owners": {"a": "z"}}, "graph.nodes[0].weights_of", "there is no node “z”."),
    (
        {"groups": [], "owners": {"b": "c", "c": "a"}},
        "graph.nodes[1].weights_of",
        "“c” has no weights of its own: name the block that has them.",
    ),
    (
        {"groups": [], "owners": {"a": "a"}},
        "graph.nodes[0].weights_of",
        "“a” has no weights of its own: name the block that has them.",
    ),
]


@pytest.mark.parametrize(("content", "place", "message"), FAULTS)
def test_each_fault_has_its_place(content: dict[str, Any], place: str, message: str) -> None:
    assert [(found.place, found.message) for found in structure_problems(graph(**content))] == [(place, message)]


def test_groups_that_lie_in_each_other_are_all_named() -> None:
    circle = [{"id": "g", "inside": "h"}, {"id": "h", "inside": "g"}]
    assert {found.place for found in structure_problems(graph(circle))} == {
        "graph.groups[0].inside",
        "graph.groups[1].inside",
    }


def test_nested_groups_and_twins_are_no_fault() -> None:
    groups = [{"id": "g", "nodes": ["a"]}, {"id": "h", "nodes": ["b"], "inside": "g"}]
    assert structure_problems(graph(groups, {"b": "a", "c": "a"})) == []
