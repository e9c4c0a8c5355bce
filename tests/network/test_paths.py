"""How nodes in groups are named for lists to choose from."""

from __future__ import annotations

import pytest

from playground.document.graph import Edge, Graph, Group, Node
from playground.network.naming import brief_title, paths


def test_a_path_tells_groups_and_copies_from_the_outermost_on() -> None:
    graph = Graph(
        nodes=tuple(Node(id=name, block=block) for name, block in (("a", "dense"), ("b", "relu"), ("c", "tanh"))),
        edges=(Edge(source="a", target="b"), Edge(source="b", target="c")),
        groups=(
            Group(id="outer", title="Stage", nodes=("b",), repeat=2),
            Group(id="inner", nodes=("c",), inside="outer", repeat=3),
        ),
    )
    found = paths(graph)
    assert found["a"] == "Dense"
    assert found["b"] == "Stage › copy 1 › ReLU"
    assert found["outer/2/b"] == "Stage › copy 2 › ReLU"
    assert found["c"] == "Stage › copy 1 › Group › copy 1 › Tanh"
    assert found["outer/2/inner/3/c"] == "Stage › copy 2 › Group › copy 3 › Tanh"
    assert len(found) == 1 + 2 + 6


@pytest.mark.parametrize(
    ("title", "brief"),
    [
        ("Dense 1", "Dense 1"),
        ("Residual block, copy 7 of 16, Add", "7 › Add"),
        ("A, with a comma, copy 2 of 3, B, copy 4 of 5, Conv", "2 › 4 › Conv"),
    ],
)
def test_in_a_narrow_place_the_numbers_of_the_copies_stand_for_their_groups(title: str, brief: str) -> None:
    assert brief_title(title) == brief
