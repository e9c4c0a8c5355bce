"""Untitled blocks whose ids end in the same number, as copies of a part of a network have them, are told apart."""

from __future__ import annotations

from playground.network.naming import titles
from tests.network.small_graphs import node, wired


def test_blocks_with_one_number_are_counted_in_file_order() -> None:
    graph = wired(
        [node("data", "circles"), node("dense-1", "dense"), node("twin-dense-1", "dense"), node("dense-2", "dense")]
    )
    names = titles(graph)
    assert [names[name] for name in ("dense-1", "twin-dense-1", "dense-2")] == ["Dense 1", "Dense 2", "Dense 3"]


def test_numbers_of_ids_stay_where_they_differ() -> None:
    graph = wired([node("dense-2", "dense"), node("dense-7", "dense")])
    assert titles(graph) == {"dense-2": "Dense 2", "dense-7": "Dense 7"}
