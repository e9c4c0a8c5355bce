"""How groups lie in each other."""

from __future__ import annotations

from playground.document.graph import Graph, Group, Node


def nested() -> Graph:
    """Three blocks: c in the group inner, b in outer around it, a in none; other is empty."""
    return Graph(
        nodes=tuple(Node(id=name, block="dense") for name in ("a", "b", "c")),
        groups=(
            Group(id="inner", nodes=("c",), inside="outer"),
            Group(id="outer", nodes=("b",)),
            Group(id="other"),
        ),
    )


def test_paths_lead_from_the_outermost_group_inwards() -> None:
    nesting = nested().nesting
    assert nesting.path("inner") == ("outer", "inner")
    assert nesting.path("") == ()
    assert nesting.around("c") == ("outer", "inner")
    assert nesting.around("inner") == ("outer",)
    assert nesting.around("a") == nesting.around("outer") == ()


def test_a_group_holds_what_lies_in_its_groups() -> None:
    nesting = nested().nesting
    assert nesting.directly_in("") == ("outer", "other")
    assert nesting.within("outer") == ("outer", "inner")
    assert nesting.blocks("outer") == ("b", "c")
    assert nesting.blocks("other") == ()


def test_other_groups_are_seen_after_an_edit() -> None:
    graph = nested()
    assert graph.nesting.blocks("outer") == ("b", "c")
    assert graph.replace(groups=()).nesting.groups == {}
