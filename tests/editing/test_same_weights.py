"""Whose weights a block may use: those that fit first, the others with a sentence; and the edit, exactly undone."""

from __future__ import annotations

import pytest

from playground.document.files import graph_problems
from playground.document.graph import Graph
from playground.editing.same_weights import lenders, with_weights_of
from playground.network.check import check
from tests.network.small_graphs import chain, node


def layers() -> Graph:
    """Dense layers of 4, 4, 4 and 2 units, an activation between, on points."""
    return chain(
        node("data", "circles", examples=40, labels="signed"), node("a", "dense", units=4), node("b", "dense", units=4),
        node("c", "dense", units=4), node("free", "relu"), node("d", "dense", units=1),
        loss=node("loss", "mean-squared-error"),
    )  # fmt: skip


def test_blocks_that_fit_come_first_and_others_say_why_not() -> None:
    graph = layers()
    found = lenders(graph, check(graph), "c")
    assert [(lender.node, lender.reason) for lender in found] == [
        ("b", ""),
        ("a", "Its weight is 4 × 4, and the other's is 4 × 2."),
        ("d", "Its weight is 4 × 4, and the other's is 1 × 4."),
    ]
    assert lenders(graph, check(graph), "free") == ()


def test_who_borrows_lends_nothing_and_takes_its_borrowers_along() -> None:
    graph = layers()
    borrowed = with_weights_of(graph, "c", "b")
    report = check(borrowed)
    assert report.ok and report.parameters["c"] == 0
    assert "c" not in {lender.node for lender in lenders(borrowed, report, "a")}
    moved = with_weights_of(with_weights_of(graph, "c", "b"), "b", "a")
    assert [moved.node(name).weights_of for name in "abc"] == [None, "a", "a"]
    assert graph_problems(moved) == []


def test_chains_lead_to_the_one_who_has_the_weights() -> None:
    assert with_weights_of(with_weights_of(layers(), "c", "b"), "a", "c").node("a").weights_of == "b"


def test_a_lender_must_fit_those_who_borrow_of_the_borrower_too() -> None:
    graph = with_weights_of(layers(), "c", "b")
    wide = graph.replace(
        nodes=tuple(one.replace(parameters={"units": 4, "bias": one.id != "b"}) if one.id in "abc" else one
                    for one in graph.nodes)
    )  # fmt: skip
    reasons = {lender.node: lender.reason for lender in lenders(wide, check(wide), "b")}
    assert "4 × 2" in reasons["a"]


def test_ones_own_weights_come_back() -> None:
    graph = layers()
    assert with_weights_of(with_weights_of(graph, "c", "b"), "c", None) == graph
    with pytest.raises(ValueError, match="its own"):
        with_weights_of(graph, "b", "b")
